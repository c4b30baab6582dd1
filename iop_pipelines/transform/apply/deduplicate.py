"""The last row of each key."""

import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.apply.frame import Context, Reasons, Rejects, keys_of
from iop_pipelines.transform.steps import Deduplicate

EXACT_DUPLICATE = Sentence("row.exact_duplicate")
RESTATED = Sentence("row.restated")


def apply(
    step: Deduplicate, frame: pd.DataFrame, context: Context, rejects: Rejects
) -> pd.DataFrame:
    is_former = frame.duplicated(keys_of(frame, step.key), keep="last")
    if not is_former.any():
        return frame
    reasons = Reasons(len(frame))
    reasons.add(frame.duplicated(keep="last").to_numpy(), EXACT_DUPLICATE)
    reasons.add(is_former.to_numpy(), RESTATED)
    return rejects.take(frame, reasons, step.kind)
