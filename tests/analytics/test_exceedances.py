"""How seldom chance gives a score: by what came before alone, on any scale."""

import numpy as np
import pytest

from iop_pipelines.analytics.exceedances import MEMORY, MIN_KNOWN, exceedances


def scores(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).exponential(1.0, n)


def test_of_an_exponential_past_the_chance_is_the_exponential_s() -> None:
    """P(X > x) = exp(-x): in its tail within a third, as a thousand scores tell it."""
    past = scores(MEMORY, seed=4)
    for x in (3.0, 5.0, 8.0):
        p = exceedances(np.append(past, x)).p[-1]
        assert np.log(p) == pytest.approx(-x, rel=0.12)


def test_of_what_never_stops_telling_no_more_is_told_than_chance_says() -> None:
    p = exceedances(scores(20_000)).p[MIN_KNOWN:]
    assert 0.5 < np.mean(p <= 3e-3) / 3e-3 < 1.6
    uniform = exceedances(np.random.default_rng(1).random(20_000)).p[MIN_KNOWN:]
    assert np.mean(uniform <= 3e-3) <= 3e-3


def test_neither_scale_nor_origin_nor_what_follows_matters() -> None:
    y = scores(400)
    plain, moved = exceedances(y), exceedances(1e-6 * y - 40.0)
    np.testing.assert_allclose(moved.p, plain.p, rtol=1e-6)
    np.testing.assert_array_equal(exceedances(y[:250]).p, plain.p[:250])


def test_what_is_unknown_is_no_part_of_it() -> None:
    y = scores(200)
    gaps = np.insert(y, np.arange(0, 200, 10), np.nan)
    known = np.isfinite(gaps)
    np.testing.assert_array_equal(exceedances(gaps).p[known], exceedances(y).p)
    assert np.isnan(exceedances(gaps).p[~known]).all()


def test_before_there_are_enough_nothing_is_said_and_alike_scores_say_little() -> None:
    found = exceedances(np.array([*[1.0] * MIN_KNOWN, 5.0, 1.0]))
    assert np.isnan(found.p[:MIN_KNOWN]).all()
    assert found.p[MIN_KNOWN] == pytest.approx(1 / (MIN_KNOWN + 1))
    assert found.p[MIN_KNOWN + 1] == 1.0
    assert found.rank[MIN_KNOWN] == pytest.approx(MIN_KNOWN / (MIN_KNOWN + 1))


def test_only_the_last_scores_count() -> None:
    old = np.append(np.full(MEMORY, 50.0), scores(MEMORY))
    assert (
        exceedances(np.append(old, 9.0)).p[-1] == exceedances(np.append(scores(MEMORY), 9.0)).p[-1]
    )
    assert exceedances(np.append(np.full(5, 2.0), 3.0)).usual.size == 6


def test_usual_is_what_one_in_a_hundred_was_larger_than() -> None:
    y = scores(301)
    assert exceedances(y).usual[-1] == pytest.approx(np.quantile(y[:-1], 0.99))
