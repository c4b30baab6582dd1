"""Columns looked up in a reference."""

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.apply.frame import Context, Reasons, Rejects, unknown
from iop_pipelines.transform.apply.texts import Cells, Values, read_texts
from iop_pipelines.transform.steps import JoinReference


def apply(
    step: JoinReference, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    reference = context.references(step.reference)
    ((column, key),) = step.match.items()
    for name in (key, *step.take.values()):
        if name not in reference.columns:
            raise InvalidDeclaration(
                "reference.no_such_column", name=name, known=list(reference.columns)
            )
    by_key = reference.set_index(key)
    if by_key.index.has_duplicates:
        twice = by_key.index[by_key.index.duplicated()][0]
        raise InvalidDeclaration("reference.repeats", key=key, value=twice)
    wanted = [None if pd.isna(cell) else str(cell) for cell in frame[column].tolist()]
    if step.on_missing == "reject":
        is_absent = np.array([cell not in by_key.index for cell in wanted], dtype=bool)
        reasons = Reasons(len(frame))
        reasons.add(is_absent, Sentence("row.not_in_reference"), column)
        wanted = [cell for cell, absent in zip(wanted, is_absent, strict=True) if not absent]
        frame = rejects.take(frame, reasons, step.kind)
    found = {}
    for name, source in step.take.items():
        values = by_key[source].to_dict()
        found[name] = _looked_up([values.get(cell) for cell in wanted], name, source, step)
    return frame.assign(**found)


def _looked_up(cells: Cells, name: str, source: str, step: JoinReference) -> Values:
    """Raises InvalidDeclaration for a cell of the reference that is not of the declared type."""
    type_ = step.types.get(name, "string")
    values = read_texts(cells, type_)
    wrong = [cell for cell, lost in zip(cells, unknown(values), strict=True) if lost and cell]
    if wrong:
        raise InvalidDeclaration(
            "reference.wrong_type", source=source, value=wrong[0], type=type_, name=name
        )
    return values
