"""The course of a finding's series as a few numbers, for a picture a line high beside its title."""

from collections.abc import Mapping
from typing import Any, cast

MAX_NUMBERS = 60
# Of a picture that high nobody sees more.
_DIGITS = 4


def sparkline(evidence: Mapping[str, Any] | None) -> list[float | None]:
    """At most 60 values, oldest first, one a period: what was seen, else what is expected; None is a gap.

    evidence: a recommendation's `metadata`, whoever wrote it. What has no points has no sparkline.
    """
    points = (evidence or {}).get("points")
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
