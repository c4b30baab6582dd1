"""A frame between two steps, what steps know besides it, and the rows of it that are rejected.

It has a RangeIndex and, by type: string object (text or None), integer Int64, number float64, boolean
`boolean`, date and datetime datetime64[ns], naive; decimal Int64, in units of its last place.
Rows keep their order of delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.datasets import FieldType, scale_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.transform.column_types import Columns
from iop_pipelines.transform.references import References
from iop_pipelines.transform.table import FOLD, STRING_LENGTH

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Folds = np.ndarray[Any, np.dtype[np.int8]]


@dataclass(frozen=True)
class Context:
    """What steps may know besides the frame: the dataset's time and zone, the window (local, half-open), and the
    types of the frame's columns."""

    time: str
    time_zone: str
    window_start: datetime
    window_end: datetime
    references: References
    columns: Columns = field(default_factory=dict[str, FieldType])

    def floats(self, frame: pd.DataFrame, name: str) -> pd.Series:
        """A column of numbers as float64, decimals in ones."""
        values = frame[name].astype("Float64").astype(np.float64)
        scale = scale_of(self.columns.get(name, "number"))
        return values if scale is None else values / 10**scale


class Reasons:
    """Why each row of a frame is rejected: for each row the first reason that was added, or None."""

    def __init__(self, length: int) -> None:
        self.said = np.full(length, None, dtype=object)
        self._is_any = False

    def add(self, mask: Mask, reason: Sentence, place: str | None = None) -> None:
        """place: the column that it is about."""
        if mask.any():
            self._is_any = True
            self.said[mask & ~self.is_rejected] = reason.at(place)

    @property
    def is_rejected(self) -> Mask:
        if not self._is_any:
            return np.zeros(len(self.said), bool)
        return self.said != None  # noqa: E711 - element by element


@dataclass
class Rejects:
    """Collects rejected rows; a row is rejected once, for the first reason found."""

    steps: list[str] = field(default_factory=list)
    reasons: list[Sentence] = field(default_factory=list[Sentence])
    rows: list[dict[str, Any]] = field(default_factory=list)
    columns: Columns = field(default_factory=dict[str, FieldType])

    def showing(self, columns: Columns) -> "Rejects":
        """The same rows, to which others are added that are shown as columns of these types."""
        return Rejects(self.steps, self.reasons, self.rows, columns)

    def take(self, frame: pd.DataFrame, reasons: Reasons, step: str) -> pd.DataFrame:
        """Rows that have a reason go, the others come back."""
        is_rejected = reasons.is_rejected
        if not is_rejected.any():
            return frame
        gone = frame[is_rejected]
        self.rows.extend(json_rows(gone, self.columns))
        self.reasons.extend(reasons.said[is_rejected])
        self.steps.extend([step] * len(gone))
        return frame[~is_rejected].reset_index(drop=True)


def json_rows(frame: pd.DataFrame, types: Columns) -> list[dict[str, Any]]:
    """Rows as JSON-ready dictionaries; null for what is not known, ISO 8601 for moments, text for decimals."""
    names = [str(name) for name in frame.columns if not str(name).startswith(f"{FOLD}.")]
    scales = [scale_of(types.get(name, "string")) for name in names]
    columns = [
        [_json_cell(cell, scale) for cell in frame[name].tolist()]
        for name, scale in zip(names, scales, strict=True)
    ]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _json_cell(cell: Any, scale: int | None) -> Any:
    if pd.isna(cell):
        return None
    if scale is not None:
        return f"{Decimal(cell).scaleb(-scale):f}"
    return cell.isoformat() if isinstance(cell, datetime) else cell


def folds_of(frame: pd.DataFrame, column: str) -> Folds | None:
    """Of a column of local times: 1 in the second of two hours that clocks show alike, 0 in the first and in all
    others, -1 where a text did not say; None where no text of the column said an instant."""
    name = _fold_name(column)
    return frame[name].to_numpy(dtype=np.int8) if name in frame.columns else None


def second_hours(frame: pd.DataFrame, column: str) -> Folds:
    """(n,) 1 in the second of two hours, else 0."""
    folds = folds_of(frame, column)
    return np.zeros(len(frame), np.int8) if folds is None else np.maximum(folds, 0)


def with_folds(frame: pd.DataFrame, column: str, folds: Folds | None) -> pd.DataFrame:
    """Beside the column, out of sight of what the steps declare."""
    name = _fold_name(column)
    if folds is not None:
        return frame.assign(**{name: folds})
    return frame.drop(columns=name) if name in frame.columns else frame


def keys_of(frame: pd.DataFrame, key: Sequence[str]) -> list[str]:
    """The columns of a key, and what tells two hours apart."""
    hidden = (_fold_name(name) for name in key)
    return [*key, *(name for name in hidden if name in frame.columns)]


def concatenated(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One below the other; where a text of one said which hour, those of another need not."""
    whole = pd.concat(frames, ignore_index=True)
    hidden = [name for name in whole.columns if str(name).startswith(f"{FOLD}.")]
    return whole.assign(**{name: whole[name].fillna(-1).astype(np.int8) for name in hidden})


def _fold_name(column: str) -> str:
    return f"{FOLD}.{column}"


def delivered(frame: pd.DataFrame, column: str) -> pd.Series:
    """Raises InvalidFrame for a column that was not delivered."""
    if column not in frame.columns:
        raise InvalidFrame("delivery.no_such_column", source=column, known=sorted(frame.columns))
    return frame[column]


def unknown(values: Any) -> Mask:
    """values: a column, or its array."""
    return np.asarray(values.isna() if hasattr(values, "isna") else pd.isna(values), dtype=bool)


def too_long(values: Any) -> Mask:
    """values: a column of texts, or its array."""
    given = values.tolist()
    try:
        # Texts and what is missing, mostly.
        if max(map(len, filter(None, given)), default=0) <= STRING_LENGTH:
            return np.zeros(len(given), dtype=bool)
    except TypeError:
        pass
    cells = [cell if isinstance(cell, str) else "" for cell in given]
    return np.array([len(cell) > STRING_LENGTH for cell in cells], dtype=bool)
