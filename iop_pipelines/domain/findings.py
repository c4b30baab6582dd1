"""What a model found: the common shape that every runtime returns and every recommendation is made from."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iop_pipelines.domain.vocabulary import Category, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about one series.

    Attributes:
        category: which of the four kinds of advice it leads to.
        kind: one of those of its runtime's row in `runtimes.catalogue`, or the name of a rule.
        unique_id: the series; `all` where a model has but one.
        measure: name of the measure, with its `unit`.
        ds: the period it is about, dataset-local, naive; for a forecast the period most
            likely to cross.
        since: first period of the unbroken stretch it belongs to.
        value: what was seen (anomaly), slope a period (trend), median forecast (forecast).
        expected, lo, hi: what the model expected and its band, in the measure's unit.
        score: strength in the method's own units; larger is stronger.
        confidence: 0 to 1: 1 - p for tests (p adjusted for the series tested at once; no probability
            that the finding is true), the interval's coverage for residuals, for forecasts the
            probability that the limit is crossed within the horizon.
        evidence: JSON-ready: `points` [{ds, y, yhat, lo, hi}], at most 60, and what else the method
            knows (slope, p_value, limit, rule, detector).
    """

    category: Category
    kind: str
    severity: Severity
    unique_id: str
    measure: str
    unit: str
    ds: datetime
    since: datetime
    value: float | None
    expected: float | None
    lo: float | None
    hi: float | None
    score: float
    confidence: float | None
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])
