"""Columns computed from others, by the expressions of rules."""

import numpy as np
import pandas as pd

from iop_pipelines.analytics.conditions import FrameColumns, Values, values_of
from iop_pipelines.domain.datasets import DECIMALS
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidDeclaration, InvalidQuery
from iop_pipelines.transform.apply.frame import Context, Rejects
from iop_pipelines.transform.steps import Derive


def apply(step: Derive, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    decimals = [name for name in frame.columns if context.columns.get(name) in DECIMALS]
    read = frame.assign(**{name: context.floats(frame, name) for name in decimals})
    held = FrameColumns(read, context.time_zone)
    # What is derived of a row is the same whenever it is derived.
    scope = Scope(now=None, zone=context.time_zone)
    columns = {}
    for name, derived in step.columns.items():
        try:
            values = values_of(derived.value, held, scope, f"columns.{name}.value")
        except InvalidQuery as error:
            raise InvalidDeclaration("derive.not_computed", why=error.told) from error
        is_text = values.kind == "string"
        if values.kind is not None and (derived.type == "string") != is_text:
            raise InvalidDeclaration("derive.other_type", name=name, type=derived.type)
        columns[name] = _typed(values, derived.type, frame.index)
    return frame.assign(**columns)


def _typed(values: Values, kind: str, index: pd.Index) -> pd.Series:
    if kind == "string":
        texts = np.where(values.known, values.data, "").astype(object)
        texts[~values.known] = None
        return pd.Series(texts, index=index, dtype=object)
    if kind == "integer" and values.kind == "integer":
        return pd.Series(pd.arrays.IntegerArray(values.data.copy(), ~values.known), index=index)
    # What is beyond the largest number is not known, as a division by zero is not.
    floats = values.floats
    is_known = np.isfinite(floats)
    if kind == "integer":
        rounded = np.round(floats)
        is_known &= np.abs(rounded) < 2.0**63
        whole = np.where(is_known, rounded, 0.0).astype(np.int64)
        return pd.Series(pd.arrays.IntegerArray(whole, ~is_known), index=index)
    if kind == "boolean":
        return pd.Series(pd.arrays.BooleanArray(floats != 0, ~is_known), index=index)
    return pd.Series(np.where(is_known, floats, np.nan), index=index)
