"""Columns become rows."""

import pandas as pd

from iop_pipelines.errors import InvalidFrame
from iop_pipelines.transform.apply.frame import Context, Rejects, delivered
from iop_pipelines.transform.steps import Unpivot

# Of a delivery: a sheet has a thousand columns at most, and its cells are held in memory twice.
MAX_ROWS = 5_000_000


def apply(step: Unpivot, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    """Row by row, in the order of the columns.

    Raises:
        InvalidFrame: a column was not delivered, no column is left to become rows, or there would be too many rows.
    """
    for header in (*step.columns, *step.keep):
        delivered(frame, header)
    turned = [
        name
        for name in frame.columns
        if (name in step.columns if step.columns else name not in step.keep)
    ]
    kept = [name for name in frame.columns if name not in turned]
    if not turned:
        raise InvalidFrame("unpivot.nothing_left", keep=list(step.keep))
    for into in (step.names_into, step.values_into):
        if into in kept:
            raise InvalidFrame("delivery.name_taken", name=into)
    if len(frame) * len(turned) > MAX_ROWS:
        raise InvalidFrame(
            "unpivot.too_many_rows", rows=len(frame), columns=len(turned), most=MAX_ROWS
        )
    long = frame.melt(
        id_vars=kept,
        value_vars=turned,
        var_name=step.names_into,
        value_name=step.values_into,
        ignore_index=False,
    )
    # Melting goes by column; a stable sort by row has each row's in the order of the columns.
    return long.sort_index(kind="stable").reset_index(drop=True).astype(object)
