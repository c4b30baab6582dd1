"""What files of outputs keep of a band gives each bound back to its last bit."""

import math
import struct

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from iop_pipelines.query.output_band import joined, parted

NUMBER = st.floats(allow_infinity=False, allow_nan=False) | st.just(math.nan)
HIGHEST = 1.7976931348623157e308


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), max_size=20))
@example([(HIGHEST, -HIGHEST, HIGHEST), (-HIGHEST, -HIGHEST, HIGHEST), (0.0, -0.0, 5e-324)])
@example([(math.nan, 1.0, 2.0), (1.0, math.nan, math.nan), (0.1, -0.2, 0.30000000000000004)])
def test_every_bound_comes_back_bit_by_bit(rows: list[tuple[float, float, float]]) -> None:
    yhat, lo, hi = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    found = joined(yhat, parted(yhat, lo, hi))
    assert found["lo"].tobytes() == lo.tobytes()
    assert found["hi"].tobytes() == hi.tobytes()


def test_a_band_as_wide_above_as_below_is_little_more_than_its_width() -> None:
    """3 - 2 and 3 + 2 are exact; 1.1 and the width of 0.2 are not."""
    yhat, lo, hi = (np.array(values) for values in ([3.0, 1.1], [1.0, 0.9], [5.0, 1.3]))
    parts = parted(yhat, lo, hi)
    assert parts["width"].tolist() == [2.0, 1.3 - 1.1]
    assert parts["hi_bits"].tolist() == [0, whole(1.3) - whole(1.1 + (1.3 - 1.1))]
    assert parts["lo_bits"].tolist() == [0, whole(0.9) - whole(1.1 - (1.3 - 1.1))]
    assert max(map(abs, [*parts["lo_bits"].tolist(), *parts["hi_bits"].tolist()])) < 10


def whole(value: float) -> int:
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    return bits
