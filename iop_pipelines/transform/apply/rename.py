"""Delivered columns by names of ours."""

import pandas as pd

from iop_pipelines.errors import InvalidFrame
from iop_pipelines.transform.apply.frame import Context, Rejects, delivered
from iop_pipelines.transform.steps import Rename


def apply(step: Rename, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    """Raises InvalidFrame for a column that was not delivered, or is there under the new name besides."""
    for header in step.columns.values():
        delivered(frame, header)
    names = {header: name for name, header in step.columns.items()}
    for name in step.columns:
        if name in frame.columns and name not in names:
            raise InvalidFrame("delivery.name_taken", name=name)
    return frame.rename(columns=names)
