"""From arrays to the common output: rows with exactly `base.OUTPUT_COLUMNS`, findings, evidence that is JSON."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.analytics.seldom import chance_of_days
from iop_pipelines.analytics.series import Series, split_panel
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import ModelFrequency, periods_of_a_day
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.runtimes.base import Chances, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.params import require_measure
from iop_pipelines.runtimes.together import WHOLE, Together

MAX_EVIDENCE_POINTS = 60
_FLOATS = ("y", "yhat", "lo", "hi", "score")
# The lowest 29 of the 52 of a double's fraction.
_DROPPED_BITS = 1 << 29
# Those that a double holds without error, and between what numbers six digits need no others.
_POWERS_OF_TEN = np.array([float(10**n) for n in range(23)])
_LEAST_PLAIN, _MOST_PLAIN = 1e-15, 1e25
_NEARLY_HALF = 0.5 - 1e-6


@dataclass(frozen=True, slots=True)
class Rows:
    """Output rows of one series and measure, oldest first; arrays of one length, float64, NaN where unknown. `chances`
    are of what is told by a budget of alerts."""

    unique_id: str
    measure: str
    ds: np.ndarray
    y: np.ndarray
    yhat: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    score: np.ndarray
    is_finding: np.ndarray
    chances: Chances | None = None


def read_series(given: RuntimeInput, measures: Sequence[str]) -> list[Series]:
    """The panel's series that have something to score."""
    everything = split_panel(
        *(given.panel, measures, given.freq, given.window_start, given.window_end),
        last=given.together.last,
    )
    return [series for series in everything if series.is_scored.any()]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure of the input, and its unit; empty where it has none."""

    measure: str
    unit: str


def chosen_quantity(given: RuntimeInput, measure: str | None) -> Quantity:
    """The measure that params name, or the input's first."""
    if measure is None:
        measure = given.measures[0]
    require_measure(measure, given.measures, "config.params.measure")
    return Quantity(measure, given.units.get(measure, ""))


def of_day(ds: np.ndarray, p: np.ndarray, freq: ModelFrequency | None) -> dict[str, float]:
    """What the evidence says of rows within the day: how seldom chance gives the strangest of their days."""
    rows = periods_of_a_day(freq)
    return {"chance_of_day": float(f"{chance_of_days(ds, p, rows):.6g}")} if rows > 1 else {}


def make_output(
    rows: Iterable[Rows],
    findings: Iterable[Finding],
    *,
    series: int,
    skipped: int,
    needed: Sentence,
    together: Together = WHOLE,
    **metrics: float | int | str,
) -> RuntimeOutput:
    """Puts the parts together.

    Args:
        series: how many had something to score; skipped: how many of them had too short a history.
        needed: what a history needs, for the message; together: of a run that may have a part of the series.

    Raises:
        SeriesTooShort: there were series to score and all were skipped.
    """
    together.require_long_enough(series, skipped, needed)
    kept = sorted(findings, key=lambda finding: (finding.unique_id, finding.ds, finding.kind))
    frame, chances = _frame_and_chances(rows)
    counts = {
        "series": series,
        "series_skipped": skipped,
        "rows": len(frame),
        "findings": len(kept),
    }
    return RuntimeOutput(frame, tuple(kept), {**counts, **metrics}, chances)


def output_frame(rows: Iterable[Rows]) -> pd.DataFrame:
    """One row for each scored (unique_id, ds, measure), sorted so; NaN stays NaN."""
    return _frame_and_chances(rows)[0]


def _frame_and_chances(rows: Iterable[Rows]) -> tuple[pd.DataFrame, Chances | None]:
    """The output's rows, and where every part has chances those of each row."""
    parts = sorted(
        (part for part in rows if len(part.ds)), key=lambda part: (part.unique_id, part.measure)
    )
    if not parts:
        return _no_rows(), None
    lengths = [len(part.ds) for part in parts]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.array([p.unique_id for p in parts], dtype=object), lengths),
            "ds": np.concatenate([part.ds for part in parts]),
            "measure": np.repeat(np.array([p.measure for p in parts], dtype=object), lengths),
            **{
                name: np.concatenate([getattr(part, name) for part in parts], dtype=float)
                for name in _FLOATS
            },
            "is_finding": np.concatenate([part.is_finding for part in parts]).astype(bool),
        },
        # All of them are made here: putting columns of a kind into one block costs more than the rest.
        copy=False,
    )
    chances = _chances(parts)
    if len({part.unique_id for part in parts}) == len(parts):
        return frame, chances
    # Measures of a series stand side by side.
    frame = frame.sort_values(["unique_id", "ds", "measure"])
    if chances is not None:
        order = frame.index.to_numpy()
        chances = Chances(*(getattr(chances, each.name)[order] for each in fields(Chances)))
    return frame.reset_index(drop=True), chances


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unique_id": pd.Series(dtype=object),
            "ds": pd.Series(dtype="datetime64[ns]"),
            "measure": pd.Series(dtype=object),
            **{name: pd.Series(dtype=np.float64) for name in _FLOATS},
            "is_finding": pd.Series(dtype=bool),
        }
    )


def _chances(parts: Sequence[Rows]) -> Chances | None:
    known = [part.chances for part in parts if part.chances is not None]
    if len(known) < len(parts):
        return None
    names = (each.name for each in fields(Chances))
    return Chances(*(np.concatenate([getattr(each, name) for each in known]) for name in names))


def evidence_points(
    ds: np.ndarray,
    y: np.ndarray,
    yhat: np.ndarray | None = None,
    lo: np.ndarray | None = None,
    hi: np.ndarray | None = None,
) -> list[dict[str, Any]]:
    """The last 60 periods as JSON-ready points; unknown numbers are None, never 0."""
    return evidence_points_of([len(ds)], ds, y, yhat, lo, hi)[0]


def evidence_points_of(
    ends: Sequence[int], ds: np.ndarray, *columns: np.ndarray | None
) -> list[list[dict[str, Any]]]:
    """Of each of the ends, where there are any, the evidence_points of what lies before it.

    columns: y, yhat, lo and hi.
    """
    lengths = [min(end, MAX_EVIDENCE_POINTS) for end in ends]
    rows = np.concatenate([np.arange(end - n, end) for end, n in zip(ends, lengths, strict=True)])
    unknown = np.full(len(rows), np.nan)
    numbers = _numbers(np.array([unknown if each is None else each[rows] for each in columns]))
    points = iter(
        {"ds": moment, "y": y, "yhat": yhat, "lo": lo, "hi": hi}
        for moment, y, yhat, lo, hi in zip(_written(ds[rows]), *numbers, strict=True)
    )
    return [list(islice(points, n)) for n in lengths]


def _written(ds: np.ndarray) -> list[str]:
    """isoformat of each."""
    if (ds.astype("datetime64[s]") == ds).all():
        return np.datetime_as_string(ds, unit="s").tolist()
    return [each.isoformat() for each in ds.astype("datetime64[us]").tolist()]


def _numbers(columns: np.ndarray) -> list[list[float | None]]:
    """(k, n): to_number of each."""
    known = np.isfinite(columns)
    rounded = _in_six_digits(np.where(known, columns, 0.0)).astype(object)
    rounded[~known] = None
    return rounded.tolist()


def _in_six_digits(numbers: np.ndarray) -> np.ndarray:
    """As if each, finite, were written with so many and read again, which takes five times as long.

    A whole number of six digits and these powers of ten are exact, so their product or quotient is what would be read.
    What is too large or small for that, or so near a half that the scaled number may lie on its other side, is written.
    """
    size = np.abs(numbers)
    is_plain = (size >= _LEAST_PLAIN) & (size <= _MOST_PLAIN) | (size == 0)
    places = 5 - np.floor(np.log10(np.where(is_plain & (size > 0), size, 1.0))).astype(int)
    up, down = _POWERS_OF_TEN[np.maximum(places, 0)], _POWERS_OF_TEN[np.maximum(-places, 0)]
    wanted = numbers * up / down
    whole = np.rint(wanted)
    rounded = whole * down / up
    for at in np.argwhere(~is_plain | (np.abs(wanted - whole) > _NEARLY_HALF)):
        rounded[*at] = float(f"{numbers[*at]:.6g}")
    return rounded


def to_datetime(moment: np.datetime64) -> datetime:
    return moment.astype("datetime64[us]").item()


def to_number(value: Any) -> float | None:
    """Six significant digits, which no reader misses and the ledger does not pay for."""
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else None


def in_seven_digits(values: np.ndarray) -> np.ndarray:
    """(n,) float64, to the 24 bits of single precision with the range of double: more than a strangeness can be known
    to, and half of what a file of outputs takes for it. What is not finite stays."""
    bits = np.ascontiguousarray(values, dtype=float).view(np.int64)
    with np.errstate(over="ignore"):
        kept = (bits + (_DROPPED_BITS >> 1) & -_DROPPED_BITS).view(np.float64)
    return np.where(np.isfinite(values) & np.isfinite(kept), kept, values)


def cut(values: np.ndarray, floor: float | None, ceiling: float | None) -> np.ndarray:
    """NaN stays NaN."""
    return values if floor is None and ceiling is None else np.clip(values, floor, ceiling)
