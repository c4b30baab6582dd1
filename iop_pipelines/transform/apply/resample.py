"""What each step does to a frame. Pure; heavy, since it loads pandas.

Between steps a frame has a RangeIndex and, by type: string object (text or None), integer Int64, number
float64, boolean `boolean`, date and datetime datetime64[ns], naive. Rows keep their order of delivery.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from iop_pipelines.analytics.conditions import FrameColumns, Values, values_of
from iop_pipelines.domain.datasets import FieldType
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidDeclaration, InvalidFrame, InvalidQuery
from iop_pipelines.transform.references import References
from iop_pipelines.transform.steps import (
    Aggregate,
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
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Context:
    """What steps may know beside the frame: the dataset's zone and window (local, half-open)."""

    time_zone: str
    window_start: datetime
    window_end: datetime
    references: References


class Reasons:
    """Why each row of a frame is rejected: for each row the first reason that was added, or None."""

    def __init__(self, length: int) -> None:
        self.texts = np.full(length, None, dtype=object)

    def add(self, mask: Mask, reason: str) -> None:
        if mask.any():
            self.texts[mask & ~self.is_rejected] = reason

    @property
    def is_rejected(self) -> Mask:
        return self.texts != None  # noqa: E711 - element by element


@dataclass
class Rejects:
    """Collects rejected rows; a row is rejected once, for the first reason found."""

    steps: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, frame: pd.DataFrame, reasons: Reasons, step: str) -> pd.DataFrame:
        """Rows that have a reason go, the others come back."""
        is_rejected = reasons.is_rejected
        if not is_rejected.any():
            return frame
        gone = frame[is_rejected]
        self.rows.extend(json_rows(gone))
        self.reasons.extend(reasons.texts[is_rejected])
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


def unknown(values: pd.Series) -> Mask:
    return values.isna().to_numpy(dtype=bool)


def apply_step(step: Step, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    return _APPLY[type(step)](step, frame, context, rejects)


# cast ----------------------------------------------------------------------------------------
# Cells are read one by one in Python: for the hundreds of rows of a day's delivery that costs a
# third of the vectorised string methods, which loop in Python too.

Cells = list[str | None]


def _cast(step: Cast, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    reasons = Reasons(len(frame))
    for name, spec in step.columns.items():
        source = spec.source or name
        if source not in frame.columns:
            raise InvalidFrame(
                f"DRM delivered no column {source!r}; it has {sorted(frame.columns)}"
            )
        columns[name] = _cast_column(name, spec, _clean(frame[source], spec), reasons)
    is_rejected = reasons.is_rejected
    rejects.take(frame, reasons, step.kind)
    result = pd.DataFrame(columns, index=frame.index)
    return result[~is_rejected].reset_index(drop=True) if is_rejected.any() else result


def _clean(raw: pd.Series, spec: CastColumn) -> Cells:
    nulls = {"", *spec.null_values}
    return [
        None if not isinstance(cell, str) or (text := cell.strip()) in nulls else text
        for cell in raw.tolist()
    ]


def _cast_column(name: str, spec: CastColumn, cells: Cells, reasons: Reasons) -> pd.Series:
    is_null = np.array([cell is None for cell in cells], dtype=bool)
    values = _READ[spec.to](cells, spec)
    article = "an" if spec.to == "integer" else "a"
    reasons.add(unknown(values) & ~is_null, f"{name}: not {article} {spec.to}")
    if spec.to == "string":
        reasons.add(too_long(values), f"{name}: longer than {STRING_LENGTH} characters")
    if spec.required:
        reasons.add(is_null, f"{name}: missing")
    if spec.one_of is not None:
        strange = np.array([cell is not None and cell not in spec.one_of for cell in cells], bool)
        reasons.add(strange, f"{name}: not one of {len(spec.one_of)} accepted values")
    # Python compares a whole number with any other exactly, where float64 rounds both beyond 2^53.
    if (least := spec.minimum) is not None:
        reasons.add(
            _where_known(values, lambda cell: cell < least), f"{name}: below {_said(least)}"
        )
    if (most := spec.maximum) is not None:
        reasons.add(_where_known(values, lambda cell: cell > most), f"{name}: above {_said(most)}")
    return values


def _where_known(values: pd.Series, holds: Callable[[Any], bool]) -> Mask:
    return np.array([not pd.isna(cell) and holds(cell) for cell in values.tolist()], dtype=bool)


def _said(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def too_long(values: pd.Series) -> Mask:
    cells = values.tolist()
    return np.array([isinstance(c, str) and len(c) > STRING_LENGTH for c in cells], dtype=bool)


_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _read_integer(cells: Cells, spec: CastColumn) -> pd.Series:
    is_whole = np.array([c is not None and _WHOLE.fullmatch(c) is not None for c in cells], bool)
    values = [int(cell or 0) if good else 0 for cell, good in zip(cells, is_whole, strict=True)]
    return pd.Series(pd.arrays.IntegerArray(np.array(values, dtype=np.int64), ~is_whole))


def _read_number(cells: Cells, spec: CastColumn) -> pd.Series:
    values = np.array(
        [float(c) if c is not None and _NUMBER.fullmatch(c) else np.nan for c in cells], np.float64
    )
    return pd.Series(np.where(np.isfinite(values), values, np.nan))


def _read_boolean(cells: Cells, spec: CastColumn) -> pd.Series:
    words = [(cell or "").lower() for cell in cells]
    is_true = np.array([word in TRUE_WORDS for word in words], dtype=bool)
    is_false = np.array([word in FALSE_WORDS for word in words], dtype=bool)
    return pd.Series(pd.arrays.BooleanArray(is_true, ~(is_true | is_false)))


def _read_date(cells: Cells, spec: CastColumn) -> pd.Series:
    return _read_moments(cells, lambda cell: _DATE.fullmatch(cell) and datetime.fromisoformat(cell))


def _read_datetime(cells: Cells, spec: CastColumn) -> pd.Series:
    zone = ZoneInfo(spec.zone)

    def read(cell: str) -> datetime:
        moment = datetime.fromisoformat(cell)
        return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)

    return _read_moments(cells, read)


def _read_moments(cells: Cells, read: Callable[[str], datetime | None]) -> pd.Series:
    """Each different text is read once; what is not a moment, or outside of datetime64[ns], is NaT."""
    moments: dict[str | None, np.datetime64] = {None: _NAT}
    for cell in {cell for cell in cells if cell is not None}:
        try:
            moment = read(cell)
        except (ValueError, OverflowError):
            moment = None
        fits = moment is not None and 1678 <= moment.year <= 2261
        moments[cell] = np.datetime64(moment, "ns") if fits else _NAT
    return pd.Series(np.array([moments[cell] for cell in cells], dtype="datetime64[ns]"))


_NAT = np.datetime64("NaT", "ns")


def _read_string(cells: Cells, spec: CastColumn) -> pd.Series:
    return pd.Series(cells, dtype=object)


_READ: dict[FieldType, Callable[[Cells, CastColumn], pd.Series]] = {
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
    reasons = Reasons(len(frame))
    reasons.add(frame.duplicated(keep="last").to_numpy(), EXACT_DUPLICATE)
    reasons.add(is_former.to_numpy(), RESTATED)
    return rejects.take(frame, reasons, step.kind)


# resample ------------------------------------------------------------------------------------


def _resample(
    step: Resample, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    local = _local_time(frame[step.time], step.from_zone, context.time_zone)
    reasons = Reasons(len(frame))
    reasons.add(unknown(frame[step.time]), f"{step.time}: missing")
    reasons.add(unknown(local), f"{step.time}: ambiguous or absent in {step.from_zone}")
    local = local[~reasons.is_rejected].reset_index(drop=True)
    frame = rejects.take(frame, reasons, step.kind)
    period = _period_start(local, step.freq).rename(step.into)
    groups = frame.groupby([period, *(frame[name] for name in step.by)], sort=True, dropna=False)
    columns = {
        name: _where_covered(_aggregate(groups, frame, spec), spec, groups, frame, step, context)
        for name, spec in step.aggregate.items()
    }
    if step.coverage_into:
        columns[step.coverage_into] = _coverage(groups[step.time].nunique(), step, context)
    result = pd.DataFrame(columns, index=groups.size().index).reset_index()
    if result.empty:
        result[step.into] = result[step.into].astype("datetime64[ns]")
    # pandas counts in int64 and averages whole numbers into Float64.
    wanted = {name: "Int64" for name in columns if result[name].dtype == np.int64}
    wanted |= {name: "float64" for name in columns if str(result[name].dtype) == "Float64"}
    return result.astype(wanted)


def _local_time(moments: pd.Series, from_zone: str, zone: str) -> pd.Series:
    if from_zone == zone:
        return moments
    # A zone, for of a name pandas would ask pytz, which has rules of its own; each moment once, for a zone is slow.
    places, moments_once = pd.factorize(moments)
    aware = pd.DatetimeIndex(moments_once).tz_localize(
        ZoneInfo(from_zone), ambiguous="NaT", nonexistent="NaT"
    )
    local = aware.tz_convert(ZoneInfo(zone)).tz_localize(None)
    # pandas' annotation of fill_value leaves NaT out.
    shown = local.take(places, allow_fill=True, fill_value=pd.NaT)  # pyright: ignore[reportArgumentType]
    return pd.Series(shown, index=moments.index)


def _period_start(local: pd.Series, freq: str) -> pd.Series:
    day = local.dt.normalize()
    if freq == "W":
        return day - pd.to_timedelta(day.dt.weekday, unit="D")
    if freq == "MS":
        return day - pd.to_timedelta(day.dt.day - 1, unit="D")
    return day


def _aggregate(groups: Any, frame: pd.DataFrame, spec: Aggregate) -> pd.Series:
    values = groups[spec.column]
    if spec.how == "sum":
        return values.sum(min_count=1)
    if spec.how == "weighted_mean":
        return _weighted_mean(groups, frame[spec.column], frame[str(spec.weight)])
    return values.agg(spec.how)


def _where_covered(
    values: pd.Series,
    spec: Aggregate,
    groups: Any,
    frame: pd.DataFrame,
    step: Resample,
    context: Context,
) -> pd.Series:
    """Null where fewer of the period's fine steps have a known value than the declaration asks for."""
    if not spec.min_coverage:
        return values
    known = frame[step.time].where(~unknown(frame[spec.column]))
    observed = known.groupby(groups.ngroup().to_numpy()).nunique().set_axis(groups.size().index)
    return values.where(_coverage(observed, step, context) >= spec.min_coverage)


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


def _first_of_local(local: pd.DatetimeIndex, zone: str) -> pd.DatetimeIndex:
    """What clocks show, of two moments the first, after a gap its end; a zone's rules as in `_local_time`."""
    places, once = pd.factorize(local)
    aware = pd.DatetimeIndex(once).tz_localize(
        ZoneInfo(zone), ambiguous=np.ones(len(once), bool), nonexistent="shift_forward"
    )
    return aware.take(places)


def _coverage(observed: pd.Series, step: Resample, context: Context) -> pd.Series:
    starts = pd.DatetimeIndex(observed.index.get_level_values(step.into))
    offset = {"D": pd.DateOffset(days=1), "W": pd.DateOffset(weeks=1)}.get(
        step.freq, pd.DateOffset(months=1)
    )
    zone = context.time_zone
    # Some zones change at midnight: the day then starts an hour later, or twice.
    bounds = [_first_of_local(when, zone) for when in (starts, starts + offset)]
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
    by_key = reference.set_index(key)
    if by_key.index.has_duplicates:
        twice = by_key.index[by_key.index.duplicated()][0]
        raise InvalidDeclaration(f"join_reference: {key} {twice!r} is in the reference twice")
    wanted = [None if pd.isna(cell) else str(cell) for cell in frame[column].tolist()]
    if step.on_missing == "reject":
        is_absent = np.array([cell not in by_key.index for cell in wanted], dtype=bool)
        reasons = Reasons(len(frame))
        reasons.add(is_absent, f"{column}: not in the reference")
        wanted = [cell for cell, absent in zip(wanted, is_absent, strict=True) if not absent]
        frame = rejects.take(frame, reasons, step.kind)
    found = {}
    for name, source in step.take.items():
        values = by_key[source].to_dict()
        found[name] = _looked_up([values.get(cell) for cell in wanted], name, source, step)
    return frame.assign(**found)


def _looked_up(cells: Cells, name: str, source: str, step: JoinReference) -> pd.Series:
    """Raises InvalidDeclaration for a cell of the reference that is not of the declared type."""
    type_ = step.types.get(name, "string")
    values = _READ[type_](cells, CastColumn(to=type_))
    wrong = [cell for cell, lost in zip(cells, unknown(values), strict=True) if lost and cell]
    if wrong:
        raise InvalidDeclaration(
            f"join_reference: {source} of the reference holds {wrong[0]!r}, which is not "
            f"{type_} as `types` says of {name}"
        )
    return values


def _text(values: pd.Series) -> pd.Series:
    values = values.astype(object)
    return values.mask(values.isna(), None)


def _holidays(
    step: Holidays, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    days = frame[step.column]
    years = tuple(sorted({int(year) for year in days.dt.year.dropna().unique()}))
    calendar = _calendar(step.country, step.subdivision, years)
    names = [None if pd.isna(day) else calendar.get(day.date()) for day in days.tolist()]
    name = pd.Series(names, dtype=object)
    is_holiday = np.array([found is not None for found in names], dtype=bool)
    columns: dict[str, pd.Series] = {
        step.into: pd.Series(pd.arrays.BooleanArray(is_holiday, unknown(days)))
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
        reasons = Reasons(len(frame))
        reasons.add(lacks.to_numpy(), f"{step.amount}: {why}")
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
    held = FrameColumns(frame, context.time_zone)
    # What is derived of a row is the same whenever it is derived.
    scope = Scope(now=None, zone=context.time_zone)
    columns = {}
    for name, derived in step.columns.items():
        try:
            values = values_of(derived.value, held, scope, f"columns.{name}.value")
        except InvalidQuery as error:
            raise InvalidDeclaration(f"derive: {error}") from error
        is_text = values.kind == "string"
        if values.kind is not None and (derived.type == "string") != is_text:
            raise InvalidDeclaration(
                f"derive: {name} is declared {derived.type} and is computed as another"
            )
        columns[name] = _typed(values, derived.type, frame.index)
    return frame.assign(**columns)


def _typed(values: Values, kind: str, index: pd.Index) -> pd.Series:
    if kind == "string":
        texts = np.where(values.known, values.data, "").astype(object)
        texts[~values.known] = None
        return pd.Series(texts, index=index, dtype=object)
    if kind == "integer" and values.kind == "integer":
        return pd.Series(pd.arrays.IntegerArray(values.data.copy(), ~values.known), index=index)
    # What is beyond the largest number is not known, as a division by zero is not.
    floats = values.floats
    numbers = pd.Series(np.where(np.isfinite(floats), floats, np.nan), index=index)
    if kind == "integer":
        return numbers.round().where(numbers.abs() < 2.0**63).astype("Int64")
    if kind == "boolean":
        return (numbers != 0).astype("boolean").mask(numbers.isna(), pd.NA)
    return numbers


def _gap_policy(
    step: GapPolicy, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    columns = list(step.columns)
    if step.policy == "absent":
        reasons = Reasons(len(frame))
        is_gap = frame[columns].isna().all(axis=1).to_numpy()
        reasons.add(is_gap, f"gap: {', '.join(columns)[:200]} not known")
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
