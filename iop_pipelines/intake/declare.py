"""What IOP is told of an understood table: dataset, models, dashboard and report, as plain mappings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iop_pipelines.domain.datasets import words_of
from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.intake.circumstances import circumstances
from iop_pipelines.intake.columns import readable
from iop_pipelines.intake.sides import only_currency
from iop_pipelines.intake.spelling import formats_of, numbers_of
from iop_pipelines.intake.step import Freq
from iop_pipelines.intake.understand import MeasureFound, Understood
from iop_pipelines.query.stretch import last_stretch
from iop_pipelines.registry.look_back import needed_history
from iop_pipelines.runtimes.catalogue import usual_forecaster
from iop_pipelines.transform.formats import MomentFormat

MAX_MODELS = 6
_SPELT = 200
# The trend is tested anew at each point: about half a ms each.
MAX_TREND_POINTS = 4_000
_MAX_FIGURES = 4
_MAX_LINES = 12
# Periods of history that a model reads before a delivery where its runtime needs no more: ten weeks of hours, less
# of what is finer.
_HISTORY: Mapping[Freq, int] = {
    "1min": 1440 * 7,
    "5min": 288 * 14,
    "10min": 144 * 21,
    "15min": 96 * 28,
    "30min": 48 * 35,
    "h": 24 * 7 * 10,
    "D": 400,
    "B": 400,
    "W": 260,
    "MS": 240,
    "QS": 80,
    "2QS": 60,
    "YS": 60,
}
# Within a day a trend is the time of day, mostly.
_TREND_WINDOW: Mapping[Freq, int] = {
    "D": 28,
    "B": 20,
    "W": 26,
    "MS": 24,
    "QS": 16,
    "2QS": 12,
    "YS": 12,
}
# Periods ahead: two hours of minutes, a day, two days, two weeks, a quarter, a year, some years.
_HORIZON: Mapping[Freq, int] = {
    "1min": 120,
    "5min": 288,
    "10min": 144,
    "15min": 96,
    "30min": 96,
    "h": 48,
    "D": 14,
    "B": 10,
    "W": 13,
    "MS": 12,
    "QS": 4,
    "2QS": 4,
    "YS": 3,
}
# Known values that a season of months needs before one with gaps is judged.
_KNOWN = 16
_NULLABLE = {"number": ["number", "null"], "integer": ["integer", "null"]}


@dataclass(frozen=True, slots=True)
class Declared:
    """`models` by the name of their file, without its suffix."""

    dataset: dict[str, Any]
    models: dict[str, dict[str, Any]]
    dashboard: dict[str, Any]
    report: dict[str, Any]


def declare(given: Understood, zone: str, now: datetime) -> Declared:
    """now: naive UTC; data that ends before the last two steps is shown by its own last stretch."""
    return Declared(
        dataset=_dataset(given, zone),
        models=_models(given),
        dashboard=_dashboard(given, now),
        report=_report(given, now),
    )


def title_of(given: Understood) -> str:
    return words_of(given.name)


def _dataset(given: Understood, zone: str) -> dict[str, Any]:
    sure = {given.time, given.moment}
    fields: dict[str, Any] = {}
    casts: dict[str, Any] = {}
    nulls = {column.name: column.nulls for column in given.rows.columns}
    spelt = {column.name: numbers_of(column) for column in given.rows.columns if column.is_number}
    for name, (kind, label, unit) in given.columns.items():
        fields[name] = {"type": kind, "label": readable(label, unit)}
        if unit:
            fields[name]["unit"] = unit
        casts[name] = {"to": kind, **spelt.get(name, {})}
        if said := nulls.get(name):
            casts[name]["null_values"] = list(said)
        if name in sure:
            fields[name]["nullable"] = False
            casts[name]["required"] = True
    for column in given.rows.columns:
        # What comes in another is refused: nothing that was declared by now would keep the two apart.
        if (currency := only_currency(column)) is not None:
            casts[column.name]["one_of"] = [currency]
    casts[given.moment] |= _spelling(given, zone)
    steps: list[dict[str, Any]] = [{"kind": "cast", "columns": casts}]
    if given.series.is_unique:
        steps.append({"kind": "deduplicate", "key": list(given.key)})
    return {
        "name": given.name,
        "version": 1,
        "description": f"From {given.table.name}, {given.table.form}.",
        "source": given.name,
        "time": given.time,
        "freq": given.step.freq,
        "time_zone": zone,
        "key": list(given.key),
        "fields": fields,
        "steps": steps,
        "measures": {each.column.name: measure_of(each) for each in given.measures},
        **_calendar(given),
    }


def _calendar(given: Understood) -> dict[str, Any]:
    days = given.country.days
    if days is None:
        return {}
    part = {"subdivision": days.subdivision} if days.subdivision else {}
    return {"calendar": {"countries": [{"country": days.country, **part}]}}


def _spelling(given: Understood, zone: str) -> dict[str, Any]:
    """Of a moment in one column: as it lands, and as the file writes it."""
    time = given.time_found
    if len(time.parts) != 1 or len(time.columns) != 1:
        return {}
    formats = formats_of(time.found.form, time.parts[0].sample(_SPELT), zone)
    says_offset = any(MomentFormat(each).says_offset for each in formats)
    is_date = given.columns[given.moment][0] == "date"
    if not formats or (is_date and says_offset):
        return {}
    return {"formats": list(formats)} | ({"zone": zone} if says_offset else {})


def measure_of(found: MeasureFound) -> dict[str, Any]:
    measure = {"kind": found.kind, "field": found.column.name, "label": found.column.words}
    return measure | ({"unit": found.column.unit} if found.column.unit else {})


def _varying(given: Understood) -> list[MeasureFound]:
    return [each for each in given.measures if each.column.varies][:MAX_MODELS]


def _watched(given: Understood) -> list[MeasureFound]:
    """What varies, and what somebody can do something about."""
    weather = circumstances(each.column.name for each in given.measures)
    varying = [each for each in given.measures if each.column.varies]
    return [each for each in varying if each.column.name not in weather][:MAX_MODELS]


def _models(given: Understood) -> dict[str, dict[str, Any]]:
    """An anomaly model a measure, trend and forecast of the first."""
    models: dict[str, dict[str, Any]] = {}
    if not given.series.is_watched:
        return models
    for each in _watched(given):
        name = f"{given.name}-{each.column.name}-anomaly".replace("_", "-")
        models[name] = _model(given, each, name, "seasonal_residual", _anomaly_params(given, each))
    window = _TREND_WINDOW.get(given.step.freq)
    points = given.periods * given.series.watched_count
    if models and window and given.step.every == 1 and points <= MAX_TREND_POINTS:
        first = _watched(given)[0]
        name = f"{given.name}-{first.column.name}-trend".replace("_", "-")
        models[name] = _model(given, first, name, "mann_kendall", {"window": window})
    if models and given.step.every == 1:
        first = _watched(given)[0]
        name = f"{given.name}-{first.column.name}-forecast".replace("_", "-")
        horizon = {"h": _HORIZON[given.step.freq]}
        models[name] = _model(given, first, name, usual_forecaster(), horizon)
    return models


def _anomaly_params(given: Understood, found: MeasureFound) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if not found.column.has_negative:
        params["floor"] = 0
    if given.step.freq == "MS" and given.step.every > 1:
        params["min_history"] = _KNOWN
    return params


def _model(
    given: Understood, found: MeasureFound, name: str, runtime: str, params: dict[str, Any]
) -> dict[str, Any]:
    what = {
        "seasonal_residual": "far from what its own past lets expect",
        "mann_kendall": "rising or falling steadily",
        usual_forecaster(): "as it will probably go on",
    }
    form = "date-time" if given.step.is_within_day else "date"
    freq = given.step.freq
    series = list(given.series.watched)
    measure = found.column.name
    return {
        "name": name,
        "version": "v1.0.0",
        "type": "statistical",
        "description": f"{found.column.words} {what[runtime]}.",
        "input_schema": {
            "type": "object",
            "required": [given.time, *series, measure],
            "x-min-rows": 1,
            "properties": {
                given.time: {"type": "string", "format": form},
                **{column: _column_schema(given.columns[column][0]) for column in series},
                measure: _column_schema(given.columns[measure][0]),
            },
        },
        "output_schema": _output_schema(measure, form),
        "config": {
            "runtime": runtime,
            "dataset": given.name,
            "input": {
                "measures": [measure],
                "series": series,
                "history": max(_HISTORY[freq], needed_history(runtime, params, freq)),
            },
            "params": params,
            "trigger": {"on": "dataset_update"},
        },
    }


def _column_schema(kind: str) -> dict[str, Any]:
    return {"type": _NULLABLE.get(kind, ["string", "null"])}


def _output_schema(measure: str, form: str) -> dict[str, Any]:
    number = {"type": ["number", "null"]}
    return {
        "type": "object",
        "required": ["unique_id", "ds", "measure", "y", "yhat", "lo", "hi", "score", "is_finding"],
        "additionalProperties": False,
        "x-unique": ["unique_id", "ds", "measure"],
        "properties": {
            "unique_id": {"type": "string"},
            "ds": {"type": "string", "format": form},
            "measure": {"type": "string", "enum": [measure]},
            **{name: dict(number) for name in ("y", "yhat", "lo", "hi", "score")},
            "is_finding": {"type": "boolean"},
        },
    }


def period_shown(given: Understood, now: datetime) -> str | dict[str, str]:
    """The last stretch: in words where the data goes on until now, else its own last days, both included."""
    step = given.step
    found = last_stretch(step.freq, given.last, now, oldest=given.first, every=step.every)
    return found.period


def _in_words(period: str | dict[str, str]) -> str:
    return (
        words_of(period).lower()
        if isinstance(period, str)
        else f"{period['from']} to {period['to']}"
    )


def _where(given: Understood, period: Any) -> dict[str, Any]:
    return {"field": given.time, "op": "in_period", "value": period}


def _shown(measures: Sequence[MeasureFound]) -> list[dict[str, Any]]:
    decimals = {"integer": 0, "number": 2}
    return [
        {
            "measure": each.column.name,
            "decimals": 2 if each.kind == "mean" else decimals[each.column.kind],
        }
        for each in measures
    ]


def _dashboard(given: Understood, now: datetime) -> dict[str, Any]:
    period = period_shown(given, now)
    measures = _varying(given) or list(given.measures[:1])
    said = _in_words(period)
    panels = [_figures(given, measures, period, said)]
    # A chart tells one column apart.
    if len(given.series.apart) <= 1:
        panels += [_line(given, each, period) for each in measures[:_MAX_FIGURES]]
        panels += [_bars(given, measures[0], period)] if given.series.watched else []
    return {
        "name": title_of(given),
        "description": f"What {given.table.name} says; its last stretch is {said}.",
        "panels": panels,
    }


def _panel(given: Understood, period: Any, main: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": 2,
        "source": f"dataset:{given.name}",
        "where": _where(given, period),
        "datasets": {"main": main},
    }


def _figures(
    given: Understood, measures: Sequence[MeasureFound], period: Any, said: str
) -> dict[str, Any]:
    """A figure each, or a table with a row for each value of what never adds up."""
    apart = given.series.apart
    main: dict[str, Any] = {
        "select": [*({"field": name} for name in apart), *_shown(measures[:_MAX_FIGURES])]
    }
    if apart:
        main["sort"] = [{"by": name} for name in apart]
    query = _panel(given, period, main)
    return {
        "title": f"The last stretch with data: {said}",
        "type": "table" if apart else "metric",
        "width": 12,
        "query_config": query,
    }


def _line(given: Understood, found: MeasureFound, period: Any) -> dict[str, Any]:
    series = given.series
    is_apart = 1 < series.watched_count <= _MAX_LINES and len(series.watched) == 1
    by = series.apart[0] if series.apart else series.watched[0] if is_apart else None
    chart = {"type": "line", "data": "main", "x": given.time, "y": found.column.name}
    main = {
        "select": [
            {"field": given.time, "bucket": STEPS[given.step.freq].bucket},
            *([{"field": by}] if by else []),
            *_shown([found]),
        ],
        "sort": [{"by": given.time, "dir": "asc"}],
    }
    query = _panel(given, period, main)
    query["charts"] = [chart | ({"series": by} if by else {})]
    return {
        "title": f"{found.column.words} by {given.step.by}"[:120],
        "type": "line",
        "width": 12,
        "query_config": query,
    }


def _bars(given: Understood, found: MeasureFound, period: Any) -> dict[str, Any]:
    """The largest series; of what never adds up none is larger than another, and all are there."""
    by, *apart = _grouped_by(given)
    main: dict[str, Any] = {
        "select": [{"field": by}, *({"field": name} for name in apart), *_shown([found])],
        "sort": [{"by": found.column.name, "dir": "desc"}],
    }
    if not given.series.apart:
        main["top"] = {"n": _MAX_LINES}
    query = _panel(given, period, main)
    chart = {"type": "bar", "data": "main", "x": by, "y": found.column.name}
    query["charts"] = [chart | ({"series": apart[0]} if apart else {})]
    _, label, unit = given.columns[by]
    title = f"{found.column.words} by {readable(label, unit)}"[:120]
    return {"title": title, "type": "bar", "width": 6, "query_config": query}


def _grouped_by(given: Understood) -> list[str]:
    """One column of series, then all others whose values never add up."""
    series = given.series
    one = [name for name in series.watched if name not in series.apart][:1]
    return [*one, *series.apart]


def _report(given: Understood, now: datetime) -> dict[str, Any]:
    measures = list(given.measures)
    unit, bucket = given.step.by, STEPS[given.step.freq].bucket
    by = _grouped_by(given)
    select: list[dict[str, Any]] = [{"field": given.time, "bucket": bucket}]
    select += [{"field": name} for name in by]
    return {
        "name": f"{title_of(given)} by {unit}",
        "description": f"Every measure of {given.table.name} by {unit}, on request.",
        "format": "csv",
        "query_config": {
            "version": 2,
            "source": f"dataset:{given.name}",
            "params": {"period": {"type": "period", "default": period_shown(given, now)}},
            "where": _where(given, {"param": "period"}),
            "datasets": {
                "main": {
                    "title": title_of(given),
                    "select": [*select, *_shown(measures)],
                    "sort": [{"by": given.time}, *({"by": name} for name in by)],
                }
            },
        },
    }
