"""The course of a finding's series as a few numbers, for a picture a line high beside its title."""

from collections.abc import Mapping
from typing import Any, cast

from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.evidence import is_statement

MAX_NUMBERS = 60
# Of a picture that high nobody sees more.
_DIGITS = 4


def sparkline(evidence: Mapping[str, Any] | None, category: Category) -> list[float | None]:
    """At most 60 values, oldest first, one a period: what was seen, else what is expected; None is a gap.

    evidence: a recommendation's `metadata`, whoever wrote it. What has no points of the measure that its title is about
    has no sparkline.
    """
    kept = evidence or {}
    main = kept.get("latest" if is_statement(category) else "peak")
    if isinstance(main, Mapping):
        measure = cast(Mapping[str, Any], main).get("measure")
        if measure != kept.get("measure"):
            return []
    points = kept.get("points")
    if not isinstance(points, list):
        return []
    return [_value(point) for point in cast(list[Any], points)[-MAX_NUMBERS:]]


def _value(point: Any) -> float | None:
    if not isinstance(point, Mapping):
        return None
    found = cast(Mapping[str, Any], point)
    for value in (found.get("y"), found.get("yhat")):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(f"{value:.{_DIGITS}g}")
    return None
