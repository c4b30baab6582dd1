"""What a rule says about each period of a series; three-valued, after Kleene, so that a gap never decides."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from iop_pipelines.analytics.rule_language import (
    Aggregate,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Measured,
    Not,
    Operand,
    Product,
    Total,
)

Column = Callable[[str], np.ndarray]

_COMPARE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """(n,) bool each; a period that is neither is unknown."""

    is_true: np.ndarray
    is_false: np.ndarray


def evaluate(condition: Condition, column: Column) -> Verdict:
    """Judges every period.

    Args:
        column: gives the (n,) float64 values of a measure, oldest first, NaN where unknown.
    """
    match condition:
        case Compare(left=left, op=op, right=right):
            a, b = operand_values(left, column), operand_values(right, column)
            known = np.isfinite(a) & np.isfinite(b)
            holds = _COMPARE[op](a, b)
            return Verdict(known & holds, known & ~holds)
        case Not(negated=part):
            verdict = evaluate(part, column)
            return Verdict(verdict.is_false, verdict.is_true)
        case AllOf(all_of=parts):
            verdicts = [evaluate(part, column) for part in parts]
            return Verdict(
                reduce(np.logical_and, (v.is_true for v in verdicts)),
                reduce(np.logical_or, (v.is_false for v in verdicts)),
            )
        case AnyOf(any_of=parts):
            verdicts = [evaluate(part, column) for part in parts]
            return Verdict(
                reduce(np.logical_or, (v.is_true for v in verdicts)),
                reduce(np.logical_and, (v.is_false for v in verdicts)),
            )


def operand_values(operand: Operand, column: Column) -> np.ndarray:
    """(n,) float64, NaN where unknown. A number has shape () and broadcasts."""
    match operand:
        case Measured(measure=name, lag=lag):
            return _lagged(column(name), lag)
        case Aggregate():
            return _aggregated(operand, column(operand.measure))
        case Product(multiply=parts):
            return reduce(np.multiply, (operand_values(part, column) for part in parts))
        case Total(add=parts):
            return reduce(np.add, (operand_values(part, column) for part in parts))
        case _:
            return np.asarray(operand, dtype=np.float64)


def _lagged(y: np.ndarray, lag: int) -> np.ndarray:
    return np.r_[np.full(min(lag, len(y)), np.nan), y[: max(len(y) - lag, 0)]]


def _aggregated(operand: Aggregate, y: np.ndarray) -> np.ndarray:
    before = pd.Series(_lagged(y, 1))
    if operand.agg == "count":
        return before.rolling(operand.previous, min_periods=0).count().to_numpy()
    min_count = operand.min_count or (operand.previous + 1) // 2
    rolling = before.rolling(operand.previous, min_periods=min(min_count, operand.previous))
    return getattr(rolling, operand.agg)().to_numpy()
