"""Public holidays, by the library `holidays`."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.apply.frame import Context, Rejects, unknown
from iop_pipelines.transform.steps import Holidays


def apply(step: Holidays, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    days = frame[step.column]
    years = tuple(sorted({int(year) for year in days.dt.year.dropna().unique()}))
    calendar = _calendar(step.country, step.subdivision, years)
    names = [None if pd.isna(day) else calendar.get(day.date()) for day in days.tolist()]
    is_holiday = np.array([found is not None for found in names], dtype=bool)
    columns: dict[str, pd.Series] = {
        step.into: pd.Series(pd.arrays.BooleanArray(is_holiday, unknown(days)))
    }
    if step.name_into:
        columns[step.name_into] = pd.Series(names, dtype=object)
    return frame.assign(**columns)


@lru_cache(maxsize=64)
def _calendar(country: str, subdivision: str | None, years: tuple[int, ...]) -> dict[Any, str]:
    import holidays  # its country modules are loaded by name; only datasets with this step pay

    if not years:
        return {}
    try:
        return dict(holidays.country_holidays(country, subdiv=subdivision, years=years))
    except NotImplementedError as error:
        raise InvalidDeclaration("holidays.unknown", error=error) from error
