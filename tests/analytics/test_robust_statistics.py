"""Trailing statistics against the slow way of saying the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.analytics import robust

values = st.lists(
    st.one_of(st.floats(-1e3, 1e3), st.just(float("nan"))), min_size=1, max_size=40
).map(np.array)


@given(values, st.integers(1, 5), st.integers(2, 4), st.integers(1, 3))
def test_phase_medians_are_medians_of_earlier_values_of_the_same_phase(
    y: np.ndarray, season_length: int, cycles: int, min_count: int
) -> None:
    found = robust.phase_median_before(y[:, None], season_length, cycles, min_count)[:, 0]
    for t in range(len(y)):
        earlier = [y[t - k * season_length] for k in range(1, cycles + 1) if t >= k * season_length]
        known = [value for value in earlier if np.isfinite(value)]
        if len(known) < min_count:
            assert np.isnan(found[t])
        else:
            np.testing.assert_allclose(found[t], np.median(known))


@given(values, st.integers(1, 10))
def test_a_trailing_median_never_sees_its_own_point(y: np.ndarray, window: int) -> None:
    found = robust.median_before(y[:, None], window, 1)[:, 0]
    for t in range(len(y)):
        known = [value for value in y[max(0, t - window) : t] if np.isfinite(value)]
        np.testing.assert_allclose(found[t], np.median(known) if known else np.nan)


def test_stretches_and_their_lengths() -> None:
    flags = np.array([True, True, False, True, False, False, True])
    assert robust.stretches(flags) == [(0, 2), (3, 4), (6, 7)]
    assert robust.run_lengths(flags[:, None])[:, 0].tolist() == [1, 2, 0, 1, 0, 0, 1]
    assert robust.stretches(np.zeros(3, dtype=bool)) == []
