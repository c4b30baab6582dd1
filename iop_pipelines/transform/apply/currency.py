"""Amounts in one currency, by dated rates."""

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.apply.frame import Context, Reasons, Rejects
from iop_pipelines.transform.steps import Currency


def apply(step: Currency, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    codes = (
        frame[step.currency_column]
        if step.currency_column
        else pd.Series(step.currency, index=frame.index, dtype=object)
    )
    amount = context.floats(frame, step.amount)
    rate = _rates_as_of(step, codes, frame[step.date], context)
    converted = amount * rate
    if step.on_missing == "reject":
        lacks = converted.isna() & amount.notna()
        why = Sentence("row.no_rate", currency=step.to, days=step.max_age_days)
        reasons = Reasons(len(frame))
        reasons.add(lacks.to_numpy(), why, step.amount)
        converted = converted[~lacks].reset_index(drop=True)
        frame = rejects.take(frame, reasons, step.kind)
    return frame.assign(**{step.into: converted})


def _rates_as_of(step: Currency, codes: pd.Series, days: pd.Series, context: Context) -> pd.Series:
    """(n,) float64 aligned with `codes`: the last rate on or before the day; NaN without a recent one."""
    table = context.references(step.rates)
    missing = {"date", "currency", "quote", "rate"} - set(table.columns)
    if missing:
        raise InvalidDeclaration("currency.rates_lack_columns", columns=sorted(missing))
    table = table[table["quote"] == step.to]
    rates = pd.DataFrame(
        {
            "day": pd.to_datetime(table["date"].str.slice(0, 10), format="%Y-%m-%d"),
            "currency": table["currency"].astype(object),
            "rate": pd.to_numeric(table["rate"]).astype(np.float64),
        }
    ).sort_values("day", kind="stable")
    wanted = pd.DataFrame(
        {"place": np.arange(len(codes)), "day": days.to_numpy(), "currency": codes.to_numpy(object)}
    )
    found = pd.merge_asof(
        wanted[wanted["day"].notna()].sort_values("day", kind="stable"),
        rates,
        on="day",
        by="currency",
        tolerance=pd.Timedelta(days=step.max_age_days),
    ).set_index("place")["rate"]
    rate = found.reindex(np.arange(len(codes))).to_numpy()
    return pd.Series(np.where(codes == step.to, 1.0, rate), index=codes.index)
