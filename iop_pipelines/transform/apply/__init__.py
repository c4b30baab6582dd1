"""What steps do to a frame: a module for each kind of step, named like it. Pure; heavy, since they load pandas."""

from importlib import import_module

import pandas as pd

from iop_pipelines.transform.apply.frame import Context, Rejects
from iop_pipelines.transform.steps import Step


def apply_step(step: Step, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    return import_module(f"{__name__}.{step.kind}").apply(step, frame, context, rejects)
