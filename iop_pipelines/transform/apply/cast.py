"""Delivered text to typed columns."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.transform.apply.frame import Context, Mask, Reasons, Rejects, too_long, unknown
from iop_pipelines.transform.apply.texts import Cells, read_texts
from iop_pipelines.transform.steps import Cast, CastColumn
from iop_pipelines.transform.table import STRING_LENGTH


def apply(step: Cast, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    reasons = Reasons(len(frame))
    for name, spec in step.columns.items():
        source = spec.source or name
        if source not in frame.columns:
            raise InvalidFrame(
                "delivery.no_such_column", source=source, known=sorted(frame.columns)
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
    values = read_texts(cells, spec.to, spec.zone)
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
    return values


def _where(values: pd.Series, is_known: Mask, holds: Callable[[Any], bool]) -> Mask:
    cells = zip(values.tolist(), is_known.tolist(), strict=True)
    return np.array([known and holds(cell) for cell, known in cells], dtype=bool)


def _said(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"
