"""What a dataset's calendar explains is taken off a panel before a model reads it, and put back into what it tells;
so are days of the month on which a daily series always does something, though nobody declared them.

So each method knows the calendar though none of them does. A finding that the calendar accounts for is told as such
and is never more than information; one that stays after what a special day usually does is news like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.analytics.series import runs
from iop_pipelines.calendars.days import Calendar, Day
from iop_pipelines.calendars.effects import STEPS, Explained, explain_each, unexplained
from iop_pipelines.calendars.months import Look, looks_at_months
from iop_pipelines.domain.calendars import CalendarDeclaration, last_of_month
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import Chances, Runtime, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.together import Together

# What a finding about one period says in the measure's unit; of a trend these are slopes and levels.
_OF_A_PERIOD = frozenset({Category.ANOMALY, Category.FORECAST})
_BAND = ("expected", "lo", "hi")
_ROW_BAND = ("yhat", "lo", "hi")
_Parts = Mapping[tuple[str, str], "_Part"]
# By series and measure.
_Months = Mapping[tuple[str, str], list[Look]]
# Steps in which a day of the month is a row.
_DAILY = ("D", "B")


@dataclass(frozen=True)
class _Part:
    """One series and measure.

    Attributes:
        rows: of the panel.
        ds: (n,) datetime64[ns], of those rows and of what is forecast.
        taken: (n,) what is taken off a value, in the measure's unit.
        is_counted: (n,) whether no value so far was negative, so that none is to be expected.
    """

    rows: slice
    ds: np.ndarray
    taken: np.ndarray
    is_counted: np.ndarray
    explained: Explained

    def at(self, ds: np.ndarray) -> np.ndarray:
        """Places of moments that are among `ds`; -1 of others."""
        first = int(np.searchsorted(self.ds, ds[0])) if len(ds) else 0
        if np.array_equal(self.ds[first : first + len(ds)], ds):
            return np.arange(first, first + len(ds))
        found = np.minimum(np.searchsorted(self.ds, ds), len(self.ds) - 1)
        return np.where(self.ds[found] == ds, found, -1)

    def accounts_for(self, at: int, value: float, expected: float | None) -> bool:
        """Whether the calendar is why the value of a special day is not as on other days; expected: None if unknown."""
        ordinary = float(self.explained.ordinary[at])
        usual = ordinary if expected is None else expected - float(self.taken[at])
        return self.explained.accounts_for(at, value, usual)


def run_by_calendar(runtime: Runtime, given: RuntimeInput) -> RuntimeOutput:
    """The runtime's output on the panel as it would be on ordinary days, with the calendar's part put back.

    Raises what the runtime raises.
    """
    if given.freq not in STEPS or given.panel.empty:
        return runtime.run(given)
    months = _months_in(given)
    metrics = _month_metrics(months, given.together)
    output = _on_calendar(runtime, given, months)
    return replace(output, metrics={**output.metrics, **metrics})


def _on_calendar(runtime: Runtime, given: RuntimeInput, months: _Months) -> RuntimeOutput:
    calendar = given.calendar
    if calendar is None:
        if not any(look.found for looks in months.values() for look in looks):
            return runtime.run(given)
        calendar = Calendar(CalendarDeclaration())
    parts = dict(_parts(given, calendar, {}, months))
    output = runtime.run(replace(given, panel=_on_ordinary_days(given, parts)))
    frame = output.frame
    if len(frame) and frame["ds"].max() > given.panel["ds"].max():
        parts = dict(_parts(given, calendar, _ahead(frame), months))
    found = tuple(_told(each, parts, calendar) for each in output.findings)
    frame = _put_back(frame, parts)
    chances = None if output.chances is None else _with_calendar(output.chances, frame, parts)
    return replace(output, frame=frame, findings=found, chances=chances)


def _months_in(given: RuntimeInput) -> _Months:
    """What each look at the series saw in their months; nothing is looked for where somebody said what there is."""
    declared = given.calendar and given.calendar.declaration.says_month_days
    is_said = any(given.params.get(name) for name in ("season_length", "season_lengths"))
    if given.freq not in _DAILY or declared or is_said:
        return {}
    moments = given.panel["ds"].to_numpy(dtype="datetime64[ns]")
    # Series of the same days together.
    alike: dict[bytes, list[tuple[str, slice]]] = {}
    for name, rows in _series_of(given.panel):
        alike.setdefault(moments[rows].tobytes(), []).append((name, rows))
    found: dict[tuple[str, str], list[Look]] = {}
    for measure in given.measures:
        values = given.panel[measure].to_numpy(dtype=float)
        for group in alike.values():
            y = np.stack([values[rows] for _, rows in group], axis=1)
            looks = looks_at_months(moments[group[0][1]], y)
            found.update(
                ((name, measure), each) for (name, _), each in zip(group, looks, strict=True)
            )
    return found


def _month_metrics(months: _Months, together: Together) -> dict[str, float]:
    """How strong days of the month are in the series that show them, the median, 0 where none does; and how many do."""
    looked = [looks[-1] for looks in months.values() if looks]
    if not looked:
        return {}
    found = np.array([each.strength for each in looked if each.found])
    counts = {
        "season_month": together.median("season_month", found),
        "series_monthly": len(found),
    }
    return counts


def _series_of(panel: pd.DataFrame) -> list[tuple[str, slice]]:
    """Name and rows of each, whose rows follow each other in a panel."""
    ids = panel["unique_id"].to_numpy(dtype=object)
    return [(str(ids[rows.start]), rows) for rows in runs(ids)]


def _ahead(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Moments of the output by series."""
    return {
        str(name): np.unique(ds.to_numpy(dtype="datetime64[ns]"))
        for name, ds in frame.groupby("unique_id")["ds"]
    }


def _parts(
    given: RuntimeInput, calendar: Calendar, ahead: Mapping[str, np.ndarray], months: _Months
) -> Iterator[tuple[tuple[str, str], _Part]]:
    """ahead: moments by series, of which those after the panel are told too."""
    panel = given.panel
    moments = panel["ds"].to_numpy(dtype="datetime64[ns]")
    named, rows_of, ds_of = [], [], []
    monthly = {name for (name, _), looks in months.items() if any(each.found for each in looks)}
    for name, rows in _series_of(panel):
        if given.calendar is None and name not in monthly:
            continue
        ds = moments[rows]
        more = ahead.get(name, ds[:0])
        named.append(name)
        rows_of.append(rows)
        ds_of.append(np.append(ds, more[more > ds[-1]]))
    for measure in given.measures:
        values = panel[measure].to_numpy(dtype=float)
        y_of = [
            np.append(values[rows], np.full(len(ds) - (rows.stop - rows.start), np.nan))
            for rows, ds in zip(rows_of, ds_of, strict=True)
        ]
        pairs = list(zip(ds_of, y_of, strict=True))
        looks = [months.get((name, measure), []) for name in named]
        explained = _explain_with_months(pairs, looks, calendar, given)
        for name, rows, (ds, y), one in zip(named, rows_of, pairs, explained, strict=True):
            yield (name, measure), _part(rows, ds, y, one)


def _explain_with_months(
    pairs: Sequence[tuple[np.ndarray, np.ndarray]],
    looks: Sequence[Sequence[Look]],
    calendar: Calendar,
    given: RuntimeInput,
) -> list[Explained]:
    """A row by what the last look before it found."""
    if given.calendar is None:
        explained = [unexplained(len(ds)) for ds, _ in pairs]
    else:
        explained = explain_each(pairs, calendar, given.freq, given.tick)
    found = {look.found for each in looks for look in each if look.found}
    for days in sorted(found, key=str):
        places = [at for at, each in enumerate(looks) if any(look.found == days for look in each)]
        more = Calendar(days.within(calendar.declaration))
        with_days = explain_each([pairs[at] for at in places], more, given.freq, given.tick)
        for at, one in zip(places, with_days, strict=True):
            ends = [*(look.rows for look in looks[at][1:]), len(pairs[at][0])]
            for look, end in zip(looks[at], ends, strict=True):
                if look.found == days:
                    explained[at] = explained[at].with_rows(one, look.rows, end)
    return explained


def _part(rows: slice, ds: np.ndarray, y: np.ndarray, explained: Explained) -> _Part:
    known = np.where(np.isfinite(y), y, 0.0)
    is_counted = np.minimum.accumulate(known) >= 0
    is_whole = np.logical_and.accumulate(known == np.round(known))
    # What counts stays a count, and is never below none.
    taken = np.where(is_whole, np.round(explained.effect), explained.effect)
    least = np.where(is_counted & np.isfinite(y), y, np.inf)
    return _Part(rows, ds, np.minimum(taken, least), is_counted, explained)


def _on_ordinary_days(given: RuntimeInput, parts: _Parts) -> pd.DataFrame:
    panel = given.panel.copy()
    for measure in given.measures:
        values = panel[measure].to_numpy(dtype=float, copy=True)
        for (_, name), part in parts.items():
            if name == measure:
                values[part.rows] -= part.taken[: part.rows.stop - part.rows.start]
        panel[measure] = values
    return panel


def _put_back(frame: pd.DataFrame, parts: _Parts) -> pd.DataFrame:
    moments = frame["ds"].to_numpy(dtype="datetime64[ns]")
    ids, measures = (frame[name].to_numpy(dtype=object) for name in ("unique_id", "measure"))
    taken, is_cut = np.zeros(len(frame)), np.zeros(len(frame), dtype=bool)
    for measure in {measure for _, measure in parts}:
        # Rows of a series stand side by side, those of its measures between each other.
        own = np.flatnonzero(measures == measure)
        for run in runs(ids[own]):
            rows = own[run]
            part = parts.get((str(ids[rows[0]]), measure))
            if part is None:
                continue
            at = part.at(moments[rows])
            taken[rows] = np.where(at >= 0, part.taken[at], 0.0)
            is_cut[rows] = (at >= 0) & part.is_counted[at]
    is_cut &= taken != 0
    whole = {name: frame[name].to_numpy(dtype=float) + taken for name in ("y", *_ROW_BAND)}
    for name in _ROW_BAND:
        whole[name][is_cut] = np.maximum(whole[name][is_cut], 0.0)
    # All others are the frame's own.
    columns = {name: whole.get(name, frame[name].to_numpy()) for name in frame.columns.map(str)}
    return pd.DataFrame(columns, index=frame.index, copy=False)


def _with_calendar(chances: Chances, frame: pd.DataFrame, parts: _Parts) -> Chances:
    """What the calendar accounts for is information, of rows as of findings; frame: with its part put back."""
    is_info = chances.is_info.copy()
    for place, key, ds, y, yhat in _rows_told(chances, frame):
        if (part := parts.get(key)) is None:
            continue
        (at,) = part.at(np.array([ds])).tolist()
        if at >= 0 and np.isfinite(y):
            is_info[place] |= part.accounts_for(at, y, yhat if np.isfinite(yhat) else None)
    return replace(chances, is_info=is_info)


def _rows_told(
    chances: Chances, frame: pd.DataFrame
) -> Iterator[tuple[int, tuple[str, str], np.datetime64, float, float]]:
    """Place, series and measure, `ds`, `y` and `yhat` of each row that some budget tells."""
    places = np.flatnonzero(np.isfinite(chances.budget))
    told = frame.iloc[places]
    columns = (told[name].tolist() for name in ("unique_id", "measure"))
    keys = zip(*(map(str, each) for each in columns), strict=True)
    moments = told["ds"].to_numpy(dtype="datetime64[ns]")
    figures = (told[name].to_numpy(dtype=float).tolist() for name in ("y", "yhat"))
    yield from zip(places.tolist(), keys, moments, *figures, strict=True)


def _told(found: Finding, parts: _Parts, calendar: Calendar) -> Finding:
    """With the figures of the data as it is; what the calendar accounts for says so, and is information."""
    part = parts.get((found.unique_id, found.measure))
    if part is None:
        return found
    points = found.evidence.get("points", [])
    if points:
        places = part.at(np.array([each["ds"] for each in points], dtype="datetime64[ns]"))
        if part.taken[places[places >= 0]].any():
            moved = [_point(*each, part) for each in zip(points, places.tolist(), strict=True)]
            found = replace(found, evidence={**found.evidence, "points": moved})
    at = int(part.at(np.array([found.ds], dtype="datetime64[ns]"))[0])
    if found.category not in _OF_A_PERIOD or at < 0 or part.explained.days[at] is None:
        return found
    taken = float(part.taken[at])
    figures = {name: _moved(getattr(found, name), taken, part, at) for name in _BAND}
    value = _plus(found.value, taken)
    found = replace(found, value=value, **figures)
    if taken:
        day = _calendar_of(part.explained, at, found.ds, calendar)
        off = {**day, "amount": float(f"{taken:.6g}")}
        found = replace(found, evidence={**found.evidence, "taken_off": off})
    if found.category is not Category.ANOMALY or value is None:
        return found
    if not part.accounts_for(at, value, found.expected):
        return found
    told = _calendar_of(part.explained, at, found.ds, calendar)
    return replace(found, severity=Severity.INFO, evidence={**found.evidence, "calendar": told})


def _calendar_of(explained: Explained, at: int, ds: datetime, calendar: Calendar) -> dict[str, Any]:
    """What people are told of the day, JSON-ready."""
    day = explained.days[at]
    if day is None:
        raise AssertionError("only special days are told of")
    return {
        "kind": _kind_of(day, ds, calendar),
        "names": {
            language.value: name for language, name in calendar.names_of(day, ds.year).items()
        },
        "offset": day.offset,
        "times": int(explained.times[at]),
    }


def _kind_of(day: Day, ds: datetime, calendar: Calendar) -> str:
    """Of a day of the month that nobody declared it is not known that wages are paid on it."""
    if day.kind != "pay_day" or calendar.declaration.pay_day is not None:
        return day.kind
    return "month_end" if ds.date() == last_of_month(ds.date()) else "month_day"


def _point(point: Mapping[str, Any], at: int, part: _Part) -> dict[str, Any]:
    if at < 0 or part.taken[at] == 0:
        return dict(point)
    taken = float(part.taken[at])
    band = {name: _moved(point.get(name), taken, part, at) for name in _ROW_BAND}
    return {**point, "y": _plus(point.get("y"), taken), **band}


def _moved(value: float | None, taken: float, part: _Part, at: int) -> float | None:
    moved = _plus(value, taken)
    is_cut = moved is not None and bool(part.is_counted[at]) and taken != 0
    return max(moved, 0.0) if is_cut and moved is not None else moved


def _plus(value: float | None, taken: float) -> float | None:
    """Six significant digits, as findings have them."""
    return None if value is None else float(f"{value + taken:.6g}")
