"""From arrays to the common output: rows with exactly OUTPUT_COLUMNS, findings, evidence that is JSON."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.analytics.series import Series, split_panel
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import SeriesTooShort
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.params import require_measure

MAX_EVIDENCE_POINTS = 60
_FLOATS = ("y", "yhat", "lo", "hi", "score")


@dataclass(frozen=True, slots=True)
class Rows:
    """Output rows of one series and measure; arrays of one length, float64, NaN where unknown."""

    unique_id: str
    measure: str
    ds: np.ndarray
    y: np.ndarray
    yhat: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    score: np.ndarray
    is_finding: np.ndarray


def read_series(given: RuntimeInput, measures: Sequence[str]) -> list[Series]:
    """The panel's series that have something to score."""
    everything = split_panel(
        given.panel, measures, given.freq, given.window_start, given.window_end
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


def make_output(
    rows: Iterable[Rows],
    findings: Iterable[Finding],
    *,
    series: int,
    skipped: int,
    needed: Sentence,
    **metrics: float | int | str,
) -> RuntimeOutput:
    """Puts the parts together.

    Args:
        series: how many had something to score; skipped: how many of them had too short a history.
        needed: what a history needs, for the message.

    Raises:
        SeriesTooShort: there were series to score and all were skipped.
    """
    if series and skipped == series:
        raise SeriesTooShort("series.too_short", series=series, needed=needed)
    kept = sorted(findings, key=lambda finding: (finding.unique_id, finding.ds, finding.kind))
    frame = output_frame(rows)
    counts = {
        "series": series,
        "series_skipped": skipped,
        "rows": len(frame),
        "findings": len(kept),
    }
    return RuntimeOutput(frame, tuple(kept), {**counts, **metrics})


def output_frame(rows: Iterable[Rows]) -> pd.DataFrame:
    """One row for each scored (unique_id, ds, measure), sorted so; NaN stays NaN."""
    parts = [part for part in rows if len(part.ds)]
    if not parts:
        return pd.DataFrame(
            {
                "unique_id": pd.Series(dtype=object),
                "ds": pd.Series(dtype="datetime64[ns]"),
                "measure": pd.Series(dtype=object),
                **{name: pd.Series(dtype=np.float64) for name in _FLOATS},
                "is_finding": pd.Series(dtype=bool),
            }
        )
    lengths = [len(part.ds) for part in parts]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.array([p.unique_id for p in parts], dtype=object), lengths),
            "ds": np.concatenate([part.ds for part in parts]),
            "measure": np.repeat(np.array([p.measure for p in parts], dtype=object), lengths),
            **{n: np.concatenate([getattr(p, n) for p in parts]).astype(float) for n in _FLOATS},
            "is_finding": np.concatenate([part.is_finding for part in parts]).astype(bool),
        },
        columns=list(OUTPUT_COLUMNS),
    )
    return frame.sort_values(["unique_id", "ds", "measure"], ignore_index=True)


def evidence_points(
    ds: np.ndarray,
    y: np.ndarray,
    yhat: np.ndarray | None = None,
    lo: np.ndarray | None = None,
    hi: np.ndarray | None = None,
) -> list[dict[str, Any]]:
    """The last 60 periods as JSON-ready points; unknown numbers are None, never 0."""
    first = max(0, len(ds) - MAX_EVIDENCE_POINTS)
    moments = ds[first:].astype("datetime64[us]").tolist()
    columns = {
        name: _numbers(None if column is None else column[first:], len(moments))
        for name, column in (("y", y), ("yhat", yhat), ("lo", lo), ("hi", hi))
    }
    return [
        {"ds": moment.isoformat(), **{name: column[row] for name, column in columns.items()}}
        for row, moment in enumerate(moments)
    ]


def _numbers(column: np.ndarray | None, count: int) -> list[float | None]:
    return [None] * count if column is None else [to_number(each) for each in column.tolist()]


def to_datetime(moment: np.datetime64) -> datetime:
    return pd.Timestamp(moment).to_pydatetime()


def to_number(value: Any) -> float | None:
    """Six significant digits, which no reader misses and the ledger does not pay for."""
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else None


def cut(values: np.ndarray, floor: float | None, ceiling: float | None) -> np.ndarray:
    """NaN stays NaN."""
    return values if floor is None and ceiling is None else np.clip(values, floor, ceiling)
