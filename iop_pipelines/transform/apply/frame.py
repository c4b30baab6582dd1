"""A frame between two steps, what steps know besides it, and the rows of it that are rejected.

It has a RangeIndex and, by type: string object (text or None), integer Int64, number float64, boolean
`boolean`, date and datetime datetime64[ns], naive. Rows keep their order of delivery.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.references import References
from iop_pipelines.transform.table import STRING_LENGTH

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Context:
    """What steps may know besides the frame: the dataset's zone and window (local, half-open)."""

    time_zone: str
    window_start: datetime
    window_end: datetime
    references: References


class Reasons:
    """Why each row of a frame is rejected: for each row the first reason that was added, or None."""

    def __init__(self, length: int) -> None:
        self.said = np.full(length, None, dtype=object)

    def add(self, mask: Mask, reason: Sentence, place: str | None = None) -> None:
        """place: the column that it is about."""
        if mask.any():
            self.said[mask & ~self.is_rejected] = reason.at(place)

    @property
    def is_rejected(self) -> Mask:
        return self.said != None  # noqa: E711 - element by element


@dataclass
class Rejects:
    """Collects rejected rows; a row is rejected once, for the first reason found."""

    steps: list[str] = field(default_factory=list)
    reasons: list[Sentence] = field(default_factory=list[Sentence])
    rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, frame: pd.DataFrame, reasons: Reasons, step: str) -> pd.DataFrame:
        """Rows that have a reason go, the others come back."""
        is_rejected = reasons.is_rejected
        if not is_rejected.any():
            return frame
        gone = frame[is_rejected]
        self.rows.extend(json_rows(gone))
        self.reasons.extend(reasons.said[is_rejected])
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


def too_long(values: pd.Series) -> Mask:
    cells = values.tolist()
    return np.array([isinstance(c, str) and len(c) > STRING_LENGTH for c in cells], dtype=bool)
