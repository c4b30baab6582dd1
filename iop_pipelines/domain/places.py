"""Where a recommendation stands in the inbox: one number, the higher the nearer to the top.

What still stands before what is gone, the gravest of it first, and of those alike the last to have happened: what was
long ago is the least to act on. It is a number so that one index has every list in this order.
"""

from datetime import datetime

from iop_pipelines.domain.vocabulary import Severity

_EPOCH = datetime.min
# More than the seconds of ten thousand years.
_DEGREE = 10**12
_SEVERITIES = tuple(Severity)
HIGHEST = 2 * len(_SEVERITIES) * _DEGREE + _DEGREE - 1


def first_place(severity: Severity, *, is_gone: bool = False) -> int:
    """The lowest of those alike."""
    return place_of(severity, None, is_gone=is_gone)


def first_place_above(severity: Severity, *, is_gone: bool = False) -> int:
    return first_place(severity, is_gone=is_gone) + _DEGREE


def place_of(severity: Severity, until: datetime | None, *, is_gone: bool = False) -> int:
    """until: when it was so last, in the time of its data."""
    degree = _SEVERITIES.index(severity) + 1 + (0 if is_gone else len(_SEVERITIES))
    seconds = 0 if until is None else int((until - _EPOCH).total_seconds())
    return degree * _DEGREE + seconds
