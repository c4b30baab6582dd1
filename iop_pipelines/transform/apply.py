"""What each step does to a frame. Pure; heavy, since it loads pandas.

Between steps a frame has a RangeIndex and, by type: string object (text or None), integer Int64, number
float64, boolean `boolean`, date and datetime datetime64[ns], naive. Rows keep their order of delivery.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.datasets import FieldType
from iop_pipelines.errors import InvalidDeclaration, InvalidFrame
from iop_pipelines.transform.evaluate import evaluate
from iop_pipelines.transform.references import References
from iop_pipelines.transform.steps import (
    Cast,
    CastColumn,
    Currency,
    Deduplicate,
    Derive,
    GapPolicy,
    Holidays,
    JoinReference,
    Resample,
    Step,
)
from iop_pipelines.transform.table import STRING_LENGTH

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})
_HAS_OFFSET = r"(?:[zZ]|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True)
class Context:
    """What steps may know beside the frame: the dataset's zone and window (local, half-open)."""

    time_zone: str
    window_start: datetime
    window_end: datetime
    references: References


@dataclass
class Rejects:
    """Collects rejected rows; a row is rejected once, for the first reason found."""

    steps: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, frame: pd.DataFrame, reasons: pd.Series, step: str) -> pd.DataFrame:
        """Rows whose reason is not None go; the others come back. `reasons` is aligned with `frame`."""
        is_rejected = reasons.notna().to_numpy()
        if not is_rejected.any():
            return frame
        gone = frame[is_rejected]
        self.rows.extend(json_rows(gone))
        self.reasons.extend(reasons[is_rejected])
        self.steps.extend([step] * len(gone))
        return frame[~is_rejected].reset_index(drop=True)


def json_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON-ready dictionaries; null for what is not known, ISO 8601 for moments."""
    columns = [[_json_cell(cell) for cell in frame[name].tolist()] for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _json_cell(cell: Any) -> Any:
    if pd.isna(cell):
        return None
    return cell.isoformat() if isinstance(cell, datetime) else cell


def no_reasons(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(None, index=frame.index, dtype=object)


def apply_step(step: Step, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    return _APPLY[type(step)](step, frame, context, rejects)


# cast ----------------------------------------------------------------------------------------


def _cast(step: Cast, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    reasons = no_reasons(frame)
    for name, spec in step.columns.items():
        source = spec.source or name
        if source not in frame.columns:
            raise InvalidFrame(
                f"DRM delivered no column {source!r}; it has {sorted(frame.columns)}"
            )
        values, why = _cast_column(name, spec, frame[source])
        columns[name] = values
        for mask, reason in why:
            reasons = reasons.mask(mask & reasons.isna(), reason)
    kept = reasons.isna().to_numpy()
    rejects.take(frame, reasons, step.kind)
    return pd.DataFrame(columns, index=frame.index)[kept].reset_index(drop=True)


def _cast_column(
    name: str, spec: CastColumn, raw: pd.Series
) -> tuple[pd.Series, list[tuple[pd.Series, str]]]:
    text = raw.astype(object).str.strip() if len(raw) else raw.astype(object)
    is_null = text.isna() | text.isin(["", *spec.null_values])
    text = text.mask(is_null, None)
    values = _READ[spec.to](text, spec)
    article = "an" if spec.to == "integer" else "a"
    why = [(values.isna() & ~is_null, f"{name}: not {article} {spec.to}")]
    if spec.to == "string":
        too_long = text.str.len().gt(STRING_LENGTH) if len(text) else is_null
        why = [
            (too_long.fillna(False).astype(bool), f"{name}: longer than {STRING_LENGTH} characters")
        ]
    if spec.required:
        why.append((is_null, f"{name}: missing"))
    if spec.one_of is not None:
        known = f"{name}: not one of {len(spec.one_of)} accepted values"
        why.append((~is_null & ~text.isin(spec.one_of), known))
    if spec.minimum is not None:
        why.append((_is_true(values < spec.minimum), f"{name}: below {spec.minimum:g}"))
    if spec.maximum is not None:
        why.append((_is_true(values > spec.maximum), f"{name}: above {spec.maximum:g}"))
    return values, why


def _is_true(mask: pd.Series) -> pd.Series:
    return mask.fillna(False).astype(bool)


def _read_integer(text: pd.Series, spec: CastColumn) -> pd.Series:
    is_whole = text.str.fullmatch(r"[+-]?\d{1,18}", na=False).to_numpy(dtype=bool)
    digits = np.where(is_whole, text.to_numpy(dtype=object), "0")
    values = pd.arrays.IntegerArray(digits.astype(np.int64), ~is_whole)
    return pd.Series(values, index=text.index)


def _read_number(text: pd.Series, spec: CastColumn) -> pd.Series:
    values = pd.to_numeric(text, errors="coerce").astype(np.float64)
    return values.where(np.isfinite(values))


def _read_boolean(text: pd.Series, spec: CastColumn) -> pd.Series:
    words = text.str.lower()
    known = words.isin(TRUE_WORDS | FALSE_WORDS)
    return words.isin(TRUE_WORDS).astype("boolean").where(known)


def _read_date(text: pd.Series, spec: CastColumn) -> pd.Series:
    return _moments(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))


def _read_datetime(text: pd.Series, spec: CastColumn) -> pd.Series:
    has_offset = text.str.contains(_HAS_OFFSET, regex=True, na=False).astype(bool)
    aware = pd.to_datetime(text.where(has_offset), format="ISO8601", errors="coerce", utc=True)
    local = aware.dt.tz_convert(spec.zone).dt.tz_localize(None)
    if has_offset.all():
        return _moments(local)
    naive = pd.to_datetime(text.mask(has_offset, None), format="ISO8601", errors="coerce")
    return _moments(local.where(has_offset, naive))


def _moments(values: pd.Series) -> pd.Series:
    return values.astype("datetime64[ns]")


def _read_string(text: pd.Series, spec: CastColumn) -> pd.Series:
    return text


_READ: dict[FieldType, Callable[[pd.Series, CastColumn], pd.Series]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "date": _read_date,
    "datetime": _read_datetime,
    "string": _read_string,
}

# deduplicate ---------------------------------------------------------------------------------

EXACT_DUPLICATE = "exact duplicate of a later row"
RESTATED = "restated by a later row"


def _deduplicate(
    step: Deduplicate, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    is_former = frame.duplicated(list(step.key), keep="last")
    if not is_former.any():
        return frame
    is_exact = frame.duplicated(keep="last")
    reasons = no_reasons(frame).mask(is_former, RESTATED).mask(is_exact, EXACT_DUPLICATE)
    return rejects.take(frame, reasons, step.kind)


# resample ------------------------------------------------------------------------------------


def _resample(
    step: Resample, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    local = _local_time(frame[step.time], step.from_zone, context.time_zone)
    reasons = no_reasons(frame).mask(
        local.isna(), f"{step.time}: ambiguous or absent in {step.from_zone}"
    )
    reasons = reasons.mask(frame[step.time].isna(), f"{step.time}: missing")
    local = local[reasons.isna()].reset_index(drop=True)
    frame = rejects.take(frame, reasons, step.kind)
    period = _period_start(local, step.freq).rename(step.into)
    groups = frame.groupby([period, *(frame[name] for name in step.by)], sort=True, dropna=False)
    columns = {name: _aggregate(groups, frame, spec) for name, spec in step.aggregate.items()}
    if step.coverage_into:
        columns[step.coverage_into] = _coverage(groups[step.time].nunique(), step, context)
    result = pd.DataFrame(columns, index=groups.size().index).reset_index()
    if result.empty:
        result[step.into] = result[step.into].astype("datetime64[ns]")
    return result


def _local_time(moments: pd.Series, from_zone: str, zone: str) -> pd.Series:
    if from_zone == zone:
        return moments
    aware = moments.dt.tz_localize(from_zone, ambiguous="NaT", nonexistent="NaT")
    return _moments(aware.dt.tz_convert(zone).dt.tz_localize(None))


def _period_start(local: pd.Series, freq: str) -> pd.Series:
    day = local.dt.normalize()
    if freq == "W":
        return day - pd.to_timedelta(day.dt.weekday, unit="D")
    if freq == "MS":
        return day - pd.to_timedelta(day.dt.day - 1, unit="D")
    return day


def _aggregate(groups: Any, frame: pd.DataFrame, spec: Any) -> pd.Series:
    values = groups[spec.column]
    if spec.how == "sum":
        return values.sum(min_count=1)
    if spec.how == "weighted_mean":
        return _weighted_mean(groups, frame[spec.column], frame[spec.weight])
    return values.agg(spec.how)


def _weighted_mean(groups: Any, values: pd.Series, weights: pd.Series) -> pd.Series:
    value = values.to_numpy(dtype=np.float64, na_value=np.nan)
    weight = weights.to_numpy(dtype=np.float64, na_value=np.nan)
    weight = np.where(np.isnan(value), np.nan, weight)
    sums = (
        pd.DataFrame({"product": value * weight, "weight": weight})
        .groupby(groups.ngroup().to_numpy())
        .sum(min_count=1)
    )
    mean = sums["product"] / sums["weight"].where(sums["weight"] != 0)
    return pd.Series(mean.to_numpy(), index=groups.size().index)


def _coverage(observed: pd.Series, step: Resample, context: Context) -> pd.Series:
    starts = pd.DatetimeIndex(observed.index.get_level_values(step.into))
    offset = {"D": pd.DateOffset(days=1), "W": pd.DateOffset(weeks=1)}.get(
        step.freq, pd.DateOffset(months=1)
    )
    zone = context.time_zone
    # Some zones change at midnight: the day then starts an hour later, or twice.
    bounds = [
        when.tz_localize(zone, ambiguous=np.ones(len(when), bool), nonexistent="shift_forward")
        for when in (starts, starts + offset)
    ]
    minutes = (bounds[1] - bounds[0]).total_seconds() / 60
    share = 100 * observed.to_numpy(dtype=np.float64) / (np.asarray(minutes) / step.step_minutes)
    return pd.Series(np.minimum(share, 100.0), index=observed.index)


# join_reference, holidays, currency ----------------------------------------------------------


def _join_reference(
    step: JoinReference, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    reference = context.references(step.reference)
    ((column, key),) = step.match.items()
    for name in (key, *step.take.values()):
        if name not in reference.columns:
            raise InvalidDeclaration(
                f"join_reference: the reference has no column {name!r}; it has {list(reference.columns)}"
            )
    if reference[key].duplicated().any():
        twice = reference.loc[reference[key].duplicated(), key].iloc[0]
        raise InvalidDeclaration(f"join_reference: {key} {twice!r} is in the reference twice")
    wanted = frame[column].map(lambda cell: None if pd.isna(cell) else str(cell)).astype(object)
    by_key = reference.set_index(key)
    if step.on_missing == "reject":
        reasons = no_reasons(frame).mask(
            ~wanted.isin(by_key.index), f"{column}: not in the reference"
        )
        wanted = wanted[reasons.isna()].reset_index(drop=True)
        frame = rejects.take(frame, reasons, step.kind)
    found = {name: _text(wanted.map(by_key[source])) for name, source in step.take.items()}
    return frame.assign(**found)


def _text(values: pd.Series) -> pd.Series:
    values = values.astype(object)
    return values.mask(values.isna(), None)


def _holidays(
    step: Holidays, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    days = frame[step.column]
    years = tuple(sorted({int(year) for year in days.dt.year.dropna().unique()}))
    names = {
        pd.Timestamp(day): name
        for day, name in _calendar(step.country, step.subdivision, years).items()
    }
    name = _text(days.dt.normalize().map(names))
    columns: dict[str, pd.Series] = {
        step.into: name.notna().astype("boolean").mask(days.isna(), pd.NA)
    }
    if step.name_into:
        columns[step.name_into] = name
    return frame.assign(**columns)


@lru_cache(maxsize=64)
def _calendar(country: str, subdivision: str | None, years: tuple[int, ...]) -> dict[Any, str]:
    import holidays  # its country modules are loaded by name; only datasets with this step pay

    if not years:
        return {}
    try:
        return dict(holidays.country_holidays(country, subdiv=subdivision, years=years))
    except NotImplementedError as error:
        raise InvalidDeclaration(f"holidays: {error}") from error


def _currency(
    step: Currency, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    codes = (
        frame[step.currency_column]
        if step.currency_column
        else pd.Series(step.currency, index=frame.index, dtype=object)
    )
    amount = frame[step.amount].astype(np.float64)
    rate = _rates_as_of(step, codes, frame[step.date], context)
    converted = amount * rate
    if step.on_missing == "reject":
        lacks = converted.isna() & amount.notna()
        why = f"no rate to {step.to} within {step.max_age_days} days"
        reasons = no_reasons(frame).mask(lacks, f"{step.amount}: {why}")
        converted = converted[~lacks].reset_index(drop=True)
        frame = rejects.take(frame, reasons, step.kind)
    return frame.assign(**{step.into: converted})


def _rates_as_of(step: Currency, codes: pd.Series, days: pd.Series, context: Context) -> pd.Series:
    """(n,) float64 aligned with `codes`: the last rate on or before the day; NaN without a recent one."""
    table = context.references(step.rates)
    missing = {"date", "currency", "quote", "rate"} - set(table.columns)
    if missing:
        raise InvalidDeclaration(f"currency: the rates lack the columns {sorted(missing)}")
    table = table[table["quote"] == step.to]
    rates = pd.DataFrame(
        {
            "day": pd.to_datetime(table["date"].str.slice(0, 10), format="%Y-%m-%d"),
            "currency": table["currency"].astype(object),
            "rate": pd.to_numeric(table["rate"]).astype(np.float64),
        }
    ).sort_values("day", kind="stable")
    wanted = pd.DataFrame(
        {"place": np.arange(len(codes)), "day": days.to_numpy(), "currency": codes.to_numpy(object)}
    )
    found = pd.merge_asof(
        wanted[wanted["day"].notna()].sort_values("day", kind="stable"),
        rates,
        on="day",
        by="currency",
        tolerance=pd.Timedelta(days=step.max_age_days),
    ).set_index("place")["rate"]
    rate = found.reindex(np.arange(len(codes))).to_numpy()
    return pd.Series(np.where(codes == step.to, 1.0, rate), index=codes.index)


# derive, gap_policy --------------------------------------------------------------------------


def _derive(step: Derive, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns = {}
    for name, derived in step.columns.items():
        values = evaluate(frame, derived.value)
        if (derived.type == "string") != (values.dtype == object):
            raise InvalidDeclaration(
                f"derive: {name} is declared {derived.type} and is computed as another"
            )
        columns[name] = _typed(pd.Series(values, index=frame.index), derived.type)
    return frame.assign(**columns)


def _typed(values: pd.Series, kind: str) -> pd.Series:
    if kind == "integer":
        return values.round().astype("Int64")
    if kind == "boolean":
        return (values != 0).astype("boolean").mask(values.isna(), pd.NA)
    return values


def _gap_policy(
    step: GapPolicy, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    columns = list(step.columns)
    if step.policy == "absent":
        is_gap = frame[columns].isna().all(axis=1)
        reasons = no_reasons(frame).mask(is_gap, f"gap: {', '.join(columns)[:200]} not known")
        return rejects.take(frame, reasons, step.kind)
    if step.policy == "null" or step.adds_rows:
        frame = _with_missing_periods(step, frame, context)
    if step.policy == "forward_fill":
        frame = _filled(step, frame, columns)
    return frame


def _with_missing_periods(step: GapPolicy, frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    periods = pd.date_range(
        context.window_start, context.window_end, freq=_RANGE_FREQ[step.freq], inclusive="left"
    )
    levels: list[Any] = [periods]
    for name, values in step.series.items():
        levels.append(list(values) or sorted(frame[name].dropna().unique()))
    grid = pd.MultiIndex.from_product(levels, names=[step.time, *step.series])
    there = pd.MultiIndex.from_frame(frame[[step.time, *step.series]])
    added = grid.difference(there, sort=False).to_frame(index=False)
    if added.empty:
        return frame
    extra = pd.DataFrame(
        {
            name: added[name] if name in added else pd.Series(pd.NA, index=added.index)
            for name in frame.columns
        }
    )
    for name in frame.columns:
        extra[name] = _as_dtype(extra[name], frame[name].dtype)
    if frame.empty:
        return extra.astype({step.time: "datetime64[ns]"})
    return pd.concat([frame, extra], ignore_index=True)


def _as_dtype(values: pd.Series, dtype: Any) -> pd.Series:
    if pd.api.types.is_object_dtype(dtype):
        return _text(values)
    if pd.api.types.is_float_dtype(dtype):
        return values.astype("Float64").astype(np.float64)
    return values.astype(dtype)


_RANGE_FREQ = {"h": "h", "D": "D", "W": "W-MON", "MS": "MS"}


def _filled(step: GapPolicy, frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    ordered = frame.sort_values(step.time, kind="stable")
    series = list(step.series)
    source = ordered.groupby(series, dropna=False, sort=False) if series else ordered
    filled = source[columns].ffill(limit=step.limit)
    return frame.assign(**{name: filled[name].reindex(frame.index) for name in columns})


_APPLY: dict[type, Callable[..., pd.DataFrame]] = {
    Cast: _cast,
    Deduplicate: _deduplicate,
    Resample: _resample,
    JoinReference: _join_reference,
    Holidays: _holidays,
    Currency: _currency,
    Derive: _derive,
    GapPolicy: _gap_policy,
}
