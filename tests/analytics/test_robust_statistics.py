"""Quantiles of what is known against the slow way of saying the same, and stretches."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from iop_pipelines.analytics import robust

values = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, max_side=20),
    elements=st.one_of(st.floats(-1e3, 1e3), st.just(float("nan"))),
)


@given(values, st.floats(0, 1))
def test_a_quantile_is_that_of_the_known_values_of_its_row(y: np.ndarray, q: float) -> None:
    for row, quantile in zip(y, robust.quantiles(y, 0.5, q)[1], strict=True):
        there = row[np.isfinite(row)]
        expected = np.quantile(there, q) if len(there) else np.nan
        np.testing.assert_allclose(quantile, expected, atol=1e-9)


def test_stretches_are_half_open() -> None:
    flags = np.array([True, True, False, True, False, False, True])
    assert robust.stretches(flags) == [(0, 2), (3, 4), (6, 7)]
    assert robust.stretches(np.zeros(3, dtype=bool)) == []
