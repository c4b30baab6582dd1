"""Delivered text to typed columns."""

from collections.abc import Callable
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
    read_moments,
    read_numbers,
    read_texts,
    read_words,
)
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.steps import Cast
from iop_pipelines.transform.table import STRING_LENGTH


def apply(step: Cast, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    folds: dict[str, Folds] = {}
    reasons = Reasons(len(frame))
    for name, spec in step.columns.items():
        cells = _joined([_clean(delivered(frame, each), spec) for each in spec.sources(name)], spec)
        values, fold = _read(cells, spec)
        _judge(name, spec, cells, values, reasons)
        columns[name] = values
        if fold is not None and spec.zone != "UTC":
            folds[name] = fold
    is_rejected = reasons.is_rejected
    rejects.take(frame, reasons, step.kind)
    result = pd.DataFrame(columns, index=frame.index)
    for name, fold in folds.items():
        result = with_folds(result, name, fold)
    return result[~is_rejected].reset_index(drop=True) if is_rejected.any() else result


def _clean(raw: pd.Series, spec: CastColumn) -> Cells:
    nulls = {"", *spec.null_values}
    # What a missing cell stands for, where the empty text is a word of its own.
    empty = "" if "" in (*spec.true_words, *spec.false_words) else None
    cells: Cells = [cell.strip() if isinstance(cell, str) else None for cell in raw.tolist()]
    return [empty if not cell else None if cell in nulls else cell for cell in cells]


def _joined(parts: list[Cells], spec: CastColumn) -> Cells:
    """One text a row; where a part is missing, the others, and None where all are."""
    if len(parts) == 1:
        return parts[0]
    known = ([cell for cell in cells if cell is not None] for cells in zip(*parts, strict=True))
    return [spec.separator.join(cells) if cells else None for cells in known]


def _read(cells: Cells, spec: CastColumn) -> tuple[pd.Series, Folds | None]:
    """The values, and of moments which of two hours they are in."""
    if spec.to in ("date", "datetime"):
        return read_moments(cells, spec.to, spec.moment_formats, spec.zone)
    if spec.number_form is not None:
        return read_numbers(cells, spec.to, spec.number_form), None
    if spec.true_words:
        return read_words(cells, spec.true_words, spec.false_words), None
    return read_texts(cells, spec.to), None


def _judge(name: str, spec: CastColumn, cells: Cells, values: pd.Series, reasons: Reasons) -> None:
    is_null = np.array([cell is None for cell in cells], dtype=bool)
    is_unknown = unknown(values)
    not_of_type = "row.not_an" if spec.to == "integer" else "row.not_a"
    reasons.add(is_unknown & ~is_null, Sentence(not_of_type, type=spec.to), name)
    if spec.to == "string":
        reasons.add(too_long(values), Sentence("row.too_long", most=STRING_LENGTH), name)
    if spec.required:
        reasons.add(is_null, Sentence("row.missing"), name)
    if spec.one_of is not None:
        strange = np.array([cell is not None and cell not in spec.one_of for cell in cells], bool)
        reasons.add(strange, Sentence("row.not_one_of", count=len(spec.one_of)), name)
    if (scale := scale_of(spec.to)) is not None:
        known = [
            None if pd.isna(cell) else Decimal(cell).scaleb(-scale) for cell in values.tolist()
        ]
        values = pd.Series(known, dtype=object)
    # Python compares a whole number with any other exactly, where float64 rounds both beyond 2^53.
    if (least := spec.minimum) is not None:
        reasons.add(
            _where(values, ~is_unknown, lambda cell: cell < least),
            Sentence("row.below", limit=_said(least)),
            name,
        )
    if (most := spec.maximum) is not None:
        reasons.add(
            _where(values, ~is_unknown, lambda cell: cell > most),
            Sentence("row.above", limit=_said(most)),
            name,
        )


def _where(values: pd.Series, is_known: Mask, holds: Callable[[Any], bool]) -> Mask:
    cells = zip(values.tolist(), is_known.tolist(), strict=True)
    return np.array([known and holds(cell) for cell, known in cells], dtype=bool)


def _said(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"
