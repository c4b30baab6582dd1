"""The band of outputs as files have it, from which each bound comes back to its last bit.

Mostly a band is as wide above what was expected as below, and for many periods as wide as before: so a file has its
width, and what the bits of `lo` and `hi`, as whole numbers, are more than those of expectation less and plus the width.
Most of that is 0 or a few, which takes next to nothing once it is compressed.
"""

from collections.abc import Mapping

import numpy as np

from iop_pipelines.query.output_files import BAND_PARTS


def parted(yhat: np.ndarray, lo: np.ndarray, hi: np.ndarray) -> dict[str, np.ndarray]:
    """(n,) float64 each, NaN for unknown; (n,) each of BAND_PARTS."""
    with np.errstate(over="ignore"):
        width = _finite(hi - yhat)
    below, above = _bounds(yhat, width)
    return dict(zip(BAND_PARTS, (width, _bits(lo) - below, _bits(hi) - above), strict=True))


def joined(yhat: np.ndarray, parts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`lo` and `hi` of BAND_PARTS, as `parted` was given them."""
    width, lo_bits, hi_bits = (parts[name] for name in BAND_PARTS)
    below, above = _bounds(yhat, width)
    return {"lo": (below + lo_bits).view(np.float64), "hi": (above + hi_bits).view(np.float64)}


def _bounds(yhat: np.ndarray, width: np.ndarray) -> list[np.ndarray]:
    """Their bits."""
    with np.errstate(over="ignore"):
        return [_bits(_finite(bound)) for bound in (yhat - width, yhat + width)]


def _finite(values: np.ndarray) -> np.ndarray:
    """Machines differ in the bits of what is no number."""
    return np.where(np.isfinite(values), values, 0.0)


def _bits(values: np.ndarray) -> np.ndarray:
    """(n,) int64, whose sums and differences begin again where they end."""
    return np.ascontiguousarray(values).view(np.int64)
