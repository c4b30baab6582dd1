"""The chance of a strange row: what is worked out for many blocks at once is what each says by itself."""

import math

import numpy as np
import pytest
from scipy import stats

from iop_pipelines.analytics import surprise
from iop_pipelines.analytics.surprise import _calibrate


def usual_of(known: list[float]) -> float:
    """What one error in a hundred is larger than; of fewer than 300 the third largest, as far as a normal goes."""
    if len(known) < 6:
        return 2.576
    share = min(max(3 / len(known), 0.01), 0.5)
    large = float(np.quantile(known, 1 - share))
    return max(large * 2.576 / float(stats.norm.ppf(1 - share / 2)), 1.0)


def chance_of(x: float, known: list[float]) -> float:
    """By an exponential tail over the largest tenth; 30 rows count as seen whose mean excess is a quarter."""
    beyond = max(int(0.1 * len(known)), 1)
    if len(known) <= beyond:
        return 1.0
    ordered = sorted(known)
    base = ordered[-beyond - 1]
    scale = (sum(ordered[-beyond:]) - beyond * base + 0.25 * 30) / (beyond + 30)
    share = (beyond + 1) / (len(known) + 1)
    return share * math.exp(-(x - base) / scale) if x > base else 1.0


def blocks_of(begin: int, n: int) -> list[tuple[int, int]]:
    found, start = [], begin
    while start < n:
        end = min(n, start + max(1, min(start // 3, 300)))
        found.append((start, end))
        start = end
    return found


@pytest.mark.parametrize(("n", "begin", "cells"), [(300, 14, 200_000), (450, 21, 90), (40, 0, 1)])
@pytest.mark.parametrize("kind", ["normal", "gappy", "mostly nothing"])
def test_each_row_is_judged_by_the_rows_of_the_blocks_before(
    n: int, begin: int, cells: int, kind: str, monkeypatch
) -> None:
    monkeypatch.setattr(surprise, "_CELLS_AT_ONCE", cells)
    monkeypatch.setattr(surprise, "_MEMORY", 100)
    random = np.random.default_rng(3)
    z = np.abs(random.standard_t(3, (2, n)))
    if kind == "gappy":
        z[random.random((2, n)) < 0.3] = np.nan
    if kind == "mostly nothing":
        z[random.random((2, n)) < 0.95] = 0.0
    z[:, :begin] = np.nan
    z[:, begin] = 1.0
    extra = random.exponential(size=(2, n))
    found = _calibrate(z, extra, begin)
    for series in range(2):
        expected = [np.full(n, np.nan) for _ in range(4)]
        strange, by_error, by_all, usual = expected
        for start, end in blocks_of(begin, n):
            before = slice(max(0, start - 100), start)
            errors = [each for each in z[series, before] if np.isfinite(each)]
            large = usual_of(errors)
            stranger = [each for each in strange[before] if np.isfinite(each)]
            for row in range(start, end):
                usual[row] = large
                x = z[series, row]
                strange[row] = math.log1p(x / large) + extra[series, row]
                if np.isfinite(x):
                    logs = [math.log(max(each, 0.5)) for each in errors]
                    by_error[row] = chance_of(math.log(max(x, 0.5)), logs)
                    by_all[row] = chance_of(strange[row], stranger)
        for mine, theirs in zip(found, expected, strict=True):
            known = np.isfinite(theirs)
            np.testing.assert_allclose(mine[series, known], theirs[known], rtol=1e-9)
