"""Delivered text to typed columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.datasets import scale_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.apply.frame import (
    Context,
    Folds,
    Mask,
    Reasons,
    Rejects,
    delivered,
    too_long,
    unknown,
    with_folds,
)
from iop_pipelines.transform.apply.texts import (
    Cells,
    Column,
    Values,
    column_of,
    read_moments,
    read_numbers,
    read_plain,
    read_texts,
    read_words,
)
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.steps import Cast
from iop_pipelines.transform.table import STRING_LENGTH


@dataclass(frozen=True, slots=True)
class _Read:
    """Of each of the column's cells its value, whether it is missing, and of moments which of two hours it is in."""

    column: Column
    values: Values
    is_null: Mask
    folds: Folds | None = None


def apply(step: Cast, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns: dict[str, Values] = {}
    folds: dict[str, Folds] = {}
    reasons = Reasons(len(frame))
    for name, spec in step.columns.items():
        parts = [column_of(delivered(frame, each).tolist()) for each in spec.sources(name)]
        found = _read(parts, spec)
        _judge(name, spec, found, reasons)
        columns[name] = found.column.of_rows(found.values)
        if found.folds is not None and spec.zone != "UTC":
            folds[name] = found.column.of_rows(found.folds)
    is_rejected = reasons.is_rejected
    rejects.take(frame, reasons, step.kind)
    result = pd.DataFrame(columns, index=frame.index)
    for name, fold in folds.items():
        result = with_folds(result, name, fold)
    return result[~is_rejected].reset_index(drop=True) if is_rejected.any() else result


def _read(parts: Sequence[Column], spec: CastColumn) -> _Read:
    """Of one delivered column, or of several that are joined."""
    if len(parts) == 1 and spec.is_plain and (plain := read_plain(parts[0].cells, spec.to)):
        return _Read(parts[0], *plain)
    clean = [Column(_clean(each.cells, spec), each.places) for each in parts]
    column = clean[0] if len(clean) == 1 else column_of(_joined(clean, spec))
    values, fold = _values(column.cells, spec)
    is_null = np.array([cell is None for cell in column.cells], dtype=bool)
    return _Read(column, values, is_null, fold)


def _clean(raw: Cells, spec: CastColumn) -> Cells:
    nulls = {"", *spec.null_values}
    # What a missing cell stands for, where the empty text is a word of its own.
    empty = "" if "" in (*spec.true_words, *spec.false_words) else None
    cells: Cells = [cell.strip() if isinstance(cell, str) else None for cell in raw]
    return [empty if not cell else None if cell in nulls else cell for cell in cells]


def _joined(parts: Sequence[Column], spec: CastColumn) -> Cells:
    """One text a row; where a part is missing, the others, and None where all are."""
    rows = (part.of_rows(np.array(part.cells, object)).tolist() for part in parts)
    known = ([cell for cell in cells if cell is not None] for cells in zip(*rows, strict=True))
    return [spec.separator.join(cells) if cells else None for cells in known]


def _values(cells: Cells, spec: CastColumn) -> tuple[Values, Folds | None]:
    if spec.to in ("date", "datetime"):
        return read_moments(cells, spec.to, spec.moment_formats, spec.zone)
    if spec.number_form is not None:
        return read_numbers(cells, spec.to, spec.number_form), None
    if spec.true_words:
        return read_words(cells, spec.true_words, spec.false_words), None
    return read_texts(cells, spec.to), None


def _judge(name: str, spec: CastColumn, found: _Read, reasons: Reasons) -> None:
    """Each of the column's cells once, and what is said of its rows."""
    column, values, is_null = found.column, found.values, found.is_null

    def reject(is_wrong: Mask, reason: Sentence) -> None:
        if is_wrong.any():
            reasons.add(column.of_rows(is_wrong), reason, name)

    is_unknown = unknown(values)
    not_of_type = "row.not_an" if spec.to == "integer" else "row.not_a"
    reject(is_unknown & ~is_null, Sentence(not_of_type, type=spec.to))
    if spec.to == "string":
        reject(too_long(values), Sentence("row.too_long", most=STRING_LENGTH))
    if spec.required:
        reject(is_null, Sentence("row.missing"))
    if spec.one_of is not None:
        strange = [cell is not None and cell not in spec.one_of for cell in column.cells]
        reject(np.array(strange, bool), Sentence("row.not_one_of", count=len(spec.one_of)))
    # Python compares a whole number with any other exactly, where float64 rounds both beyond 2^53.
    if (least := spec.minimum) is not None:
        is_below = _where(values, spec, ~is_unknown, lambda cell: cell < least)
        reject(is_below, Sentence("row.below", limit=_said(least)))
    if (most := spec.maximum) is not None:
        is_above = _where(values, spec, ~is_unknown, lambda cell: cell > most)
        reject(is_above, Sentence("row.above", limit=_said(most)))


def _where(values: Values, spec: CastColumn, is_known: Mask, holds: Callable[[Any], bool]) -> Mask:
    scale = scale_of(spec.to)
    cells = zip(values.tolist(), is_known.tolist(), strict=True)
    if scale is not None:
        cells = ((Decimal(cell).scaleb(-scale) if known else None, known) for cell, known in cells)
    return np.array([known and holds(cell) for cell, known in cells], dtype=bool)


def _said(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"
