"""What a series is expected to be, how strange its rows are, and which of them are worth telling.

A row is judged by the rows before it alone (`autoregression`, `surprise`): it scores the same whatever follows it and
whatever is scored beside it. What is told is a matter of all series at once, by a budget that a person can state:
so many alerts a week. A row is told if chance would give one as strange no oftener than the budget allows, over all
series of its period (Benjamini & Hochberg 1995), and no oftener than once in 300 rows however large the budget:
where nothing is strange, nothing is told.

Why not medians or STL: docs/adr/0090-a-budget-of-alerts.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from iop_pipelines.analytics import autoregression, surprise
from iop_pipelines.analytics.autoregression import Expected, Shape
from iop_pipelines.analytics.seasons import Seasons, find_seasons
from iop_pipelines.analytics.surprise import Surprise
from iop_pipelines.domain.liveness import Tick, nobody

Direction = Literal["both", "above", "below"]

# However large the budget, what chance gives oftener is not told.
LARGEST_P = 3e-3
# So seldom by chance is critical.
CRITICAL_P = LARGEST_P / 100
# Largest over smallest value of a head that is judged by its logarithms.
_WIDEST_RATIO = 20.0
_WEEK = np.timedelta64(7, "D") / np.timedelta64(1, "ns")
# About half a second of work; also bounds the copies.
_CELLS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Scores:
    """(n, s) matrices; NaN where y is unknown or history is too short.

    Attributes:
        yhat, sigma: expectation and robust sigma of the one-step error, from the rows before.
        score: strangeness, 0 for a row as expected, without end.
        p: the chance of a row as strange, by the rows before.
        lo, hi: the range that rows keep to.
        coverage: share of the earlier rows that lay inside their own ranges, under 1 even if all did.
        unit: what an error is measured by: sigma at least, and no less than is worth a look.
    """

    yhat: np.ndarray
    sigma: np.ndarray
    score: np.ndarray
    p: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    coverage: np.ndarray
    unit: np.ndarray


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is worth telling.

    Attributes:
        direction: the side of the expectation that matters.
        min_effect: smallest distance from it that does, in the unit of y.
    """

    direction: Direction = "both"
    min_effect: float = 0.0


def make_shape(
    season_length: int, min_history: int, mask_limit: int, within: tuple[int, ...] = ()
) -> Shape:
    """What the expectation of a series with such a season, and shorter ones `within` it, looks at."""
    m = season_length
    # Some 28 rows tell a level, in whole seasons.
    cycles = max(1, round(28 / m))
    return Shape(
        season_length=m,
        level_window=m * cycles,
        lags=12,
        head=min_history,
        scale_window=max(56, 8 * m) if m <= 24 else max(56, 2 * m),
        mask_limit=mask_limit,
        within=within,
    )


def look_for_seasons(y: np.ndarray, shape: Shape, lengths: tuple[int, ...]) -> Seasons:
    """Which of the seasons `lengths` each series shows as it grows, from where its expectations begin.

    Args:
        y: (n, s), as score_rows takes it.
    """
    n, s = y.shape
    if not y.size:
        nothing = np.zeros((0, len(lengths), s), dtype=bool)
        return Seasons(lengths, np.zeros(0, dtype=int), nothing, np.zeros((len(lengths), s)))
    at_once = max(1, _CELLS_AT_ONCE // n)
    parts = [
        find_seasons(_begun(y[:, first : first + at_once])[0], lengths, shape.head)
        for first in range(0, s, at_once)
    ]
    return Seasons(
        lengths,
        parts[0].rows,
        np.concatenate([part.is_found for part in parts], axis=2),
        np.concatenate([part.strength for part in parts], axis=1),
    )


def usual_mask_limit(season_length: int) -> int:
    """Rows in a stretch of far ones after which they are the new normal, unless something else is said."""
    return max(2 * season_length, 5)


def score_rows(
    y: np.ndarray, shape: Shape, *, seasons: Seasons | None = None, tick: Tick = nobody
) -> Scores:
    """Scores every row of every series against the rows before it.

    Args:
        y: (n, s) float64, equally spaced, oldest first, NaN for unknown; rows before a series' first known one are
            no part of it.
        seasons: what look_for_seasons found in them, beside the shape's own season.
        tick: called before every `_CELLS_AT_ONCE`, or series where one has more.
    """
    n, s = y.shape
    y = np.where(np.isfinite(y), y, np.nan)
    at_once = max(1, _CELLS_AT_ONCE // max(n, 1))
    blocks = []
    for first in range(0, max(s, 1), at_once):
        tick()
        columns = slice(first, first + at_once)
        found = None if seasons is None else seasons.of(columns)
        blocks.append(_score_block(y[:, columns], shape, found))
    if len(blocks) == 1:
        return blocks[0]
    names = [each.name for each in fields(Scores)]
    return Scores(
        *(np.concatenate([getattr(block, name) for block in blocks], axis=1) for name in names)
    )


def chances_of(y: np.ndarray, scores: Scores, wanted: Wanted) -> np.ndarray:
    """(n, s): the chance of a row as strange, 1 for one that nobody asks for, NaN where nothing was judged.

    y: as it was scored.
    """
    known = np.isfinite(scores.p)
    return np.where(is_wanted(y, scores, wanted), scores.p, np.where(known, 1.0, np.nan))


def least_budgets(p: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """(n, s): how many alerts a week, over all series, chance may give at least for each row to be told.

    inf for a row that no budget tells, NaN for one that is no test.

    Args:
        p: (n, s) the chance of a row as strange, NaN where nothing was judged; series aligned by period at their ends.
        weeks: (n, s), how long a period of each series is, in weeks.
    """
    budgets = np.where(np.isnan(p), np.nan, np.inf)
    is_seldom = p <= LARGEST_P
    # A row is a test of its own: where nothing is seldom none is told.
    rows = is_seldom.any(axis=1)
    budgets[rows] = told_from(p[rows], levels_of(rates_of(p[rows], weeks[rows])))
    return budgets


def rates_of(p: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """(n, s): how often a week chance gives a row as strange; NaN for one that is no test."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return p / weeks


def told_from(p: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """As least_budgets, where the levels at which rows stand out are known."""
    return np.where(p > LARGEST_P, np.inf, levels)


def levels_of(rate: np.ndarray) -> np.ndarray:
    """(n, s): the smallest level at which Benjamini & Hochberg let each of a row pass; NaN is no test.

    The k smallest of m pass where the k-th is no larger than k/m of the level, and so does whatever is smaller. Rows
    are apart from each other, and the order of the series is no matter.
    """
    known = np.isfinite(rate)
    tests = known.sum(axis=1, keepdims=True)
    order = np.argsort(np.where(known, rate, np.inf), axis=1)
    # Of a row without a test the rest is infinitely many times none.
    with np.errstate(invalid="ignore"):
        needed = np.take_along_axis(np.where(known, rate, np.inf), order, axis=1) * tests
    needed = needed / np.arange(1, rate.shape[1] + 1)
    needed = np.minimum.accumulate(needed[:, ::-1], axis=1)[:, ::-1]
    levels = np.empty(rate.shape)
    np.put_along_axis(levels, order, needed, axis=1)
    return np.where(known, levels, np.nan)


def is_wanted(y: np.ndarray, scores: Scores, wanted: Wanted) -> np.ndarray:
    """(n, s) bool: outside the range, on the side and by the distance that are asked for."""
    error = y - scores.yhat
    toward = {"both": np.abs(error), "above": error, "below": -error}[wanted.direction]
    with np.errstate(invalid="ignore"):
        is_outside = (y < scores.lo) | (y > scores.hi)
        return is_outside & (toward > 0) & (toward >= wanted.min_effect)


def weeks_of_periods(ds: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """(rows, s) how long a period of each series is, by its moments so far; series aligned at their ends.

    Args:
        ds: of each series, (n,) datetime64[ns], oldest first.
    """
    weeks = np.full((rows, len(ds)), np.nan, order="F")
    # Series of the same moments share them.
    known: dict[int, np.ndarray] = {}
    for place, moments in enumerate(ds):
        if id(moments) not in known:
            passed = (moments - moments[0]).astype(np.int64) / _WEEK
            known[id(moments)] = passed / np.maximum(np.arange(len(moments)), 1)
        weeks[rows - len(moments) :, place] = known[id(moments)]
    return weeks


def _score_block(y: np.ndarray, shape: Shape, seasons: Seasons | None) -> Scores:
    if not y.size:
        return Scores(*(np.full(y.shape, np.nan) for _ in fields(Scores)))
    begun, starts = _begun(y)
    scale = _Scale(begun, shape)
    x = scale.to(begun)
    expected, judged = _judge(x, shape, seasons)
    is_late = np.cumsum(np.isfinite(x), axis=0) - np.isfinite(x) >= shape.head
    p = np.where(is_late, judged.p, np.nan)
    known = np.isfinite(p)
    yhat = scale.back(expected.yhat)
    lo, hi = (scale.back(expected.yhat + side * judged.reach) for side in (-1, 1))
    with np.errstate(invalid="ignore"):
        inside = known & (begun >= lo) & (begun <= hi)
    earlier_inside = np.cumsum(inside, axis=0) - inside
    earlier_known = np.cumsum(known, axis=0) - known
    coverage = earlier_inside / (earlier_known + 1)
    strange = np.where(known, judged.strangeness, np.nan)
    sigma, unit = (scale.spread(part, yhat) for part in (expected.sigma, judged.unit))
    parts = (yhat, sigma, strange, p, lo, hi, coverage, unit)
    return Scores(*(_shift_up(np.where(is_late, part, np.nan), -starts) for part in parts))


def _begun(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Series that all begin with the first row, and (s,) the rows before their beginning."""
    starts = np.where(np.isfinite(y).any(axis=0), np.isfinite(y).argmax(axis=0), 0)
    return _shift_up(y, starts), starts


def _judge(x: np.ndarray, shape: Shape, seasons: Seasons | None) -> tuple[Expected, Surprise]:
    """Series alike in what they are looked at by together; a row by what the last look before it found, and beside the
    errors that the rows before it would have had so."""
    if seasons is None or not len(seasons.rows):
        return _judge_by(x, shape)
    alike: dict[tuple[Shape, ...], list[int]] = {}
    for place in range(x.shape[1]):
        looked = (_shape_of(shape, seasons.found(look, place)) for look in range(len(seasons.rows)))
        alike.setdefault(tuple(looked), []).append(place)
    if list(map(set, alike)) == [{shape}]:
        return _judge_by(x, shape)
    expected = Expected(*(np.full(x.shape, np.nan) for _ in fields(Expected)))
    judged = Surprise(*(np.full(x.shape, np.nan) for _ in fields(Surprise)))
    ends = [*seasons.rows[1:].tolist(), len(x)]
    for shapes, columns in alike.items():
        start = 0
        for look, each in enumerate(shapes):
            if look + 1 < len(shapes) and shapes[look + 1] == each:
                continue
            rows = slice(start, ends[look])
            parts = _judge_by(x[: ends[look], columns], each)
            for kept, part in zip((expected, judged), parts, strict=True):
                for name in (field.name for field in fields(kept)):
                    getattr(kept, name)[rows, columns] = getattr(part, name)[rows]
            start = ends[look]
    return expected, judged


def _judge_by(x: np.ndarray, shape: Shape) -> tuple[Expected, Surprise]:
    expected = autoregression.expect(x, shape)
    return expected, surprise.judge(x, expected)


def _shape_of(shape: Shape, found: tuple[int, ...]) -> Shape:
    """By the longest of the seasons that were found and of the shape's own, which stands until others are."""
    lengths = tuple(sorted({*found, shape.season_length}))
    if lengths == (shape.season_length,):
        return shape
    m = lengths[-1]
    # Two seasons are the new normal, or as long as was declared.
    is_usual = shape.mask_limit == usual_mask_limit(shape.season_length)
    mask_limit = usual_mask_limit(m) if is_usual else shape.mask_limit
    return make_shape(m, max(shape.head, 3 * m), mask_limit, lengths[:-1])


class _Scale:
    """Series that grow by a share of themselves are judged by their logarithms: their errors grow with them.

    That is settled by a series' head and stays: it is positive, it has a drift, and the logarithms' is the surer. Where
    the season itself goes from next to nothing to much, as the hours of a day do, logarithms would make most of the
    hours in which least happens.
    """

    def __init__(self, y: np.ndarray, shape: Shape) -> None:
        head = y[: shape.head].T
        known = np.isfinite(head)
        is_above = np.greater(np.where(known, head, 1.0), 0.0)
        is_positive = np.asarray(known.any(axis=1) & is_above.all(axis=1))
        logs = np.log(np.where(is_positive[:, None] & known, head, np.nan))
        _, plain = autoregression.drift_of(head, shape.season_length)
        _, ratio = autoregression.drift_of(logs, shape.season_length)
        lowest = np.where(known, head, np.inf).min(axis=1)
        highest = np.where(known, head, -np.inf).max(axis=1)
        is_positive &= highest <= _WIDEST_RATIO * lowest
        self.is_ratio = is_positive & (ratio > autoregression.SURE_DRIFT) & (ratio >= plain)
        # The logarithm of what falls to nothing is that of a thousandth of what there was.
        self.least = 1e-3 * np.where(self.is_ratio, lowest, 1.0)

    def to(self, y: np.ndarray) -> np.ndarray:
        if not self.is_ratio.any():
            return y
        return np.where(
            self.is_ratio, np.log(np.maximum(np.where(self.is_ratio, y, 1.0), self.least)), y
        )

    def back(self, x: np.ndarray) -> np.ndarray:
        if not self.is_ratio.any():
            return x
        return np.where(
            self.is_ratio, np.exp(np.minimum(np.where(self.is_ratio, x, 0.0), 700.0)), x
        )

    def spread(self, sigma: np.ndarray, yhat: np.ndarray) -> np.ndarray:
        return np.where(self.is_ratio, sigma * np.abs(yhat), sigma)


def _shift_up(matrix: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Each column moved up by its number of rows, NaN in what is left; a negative number moves it down."""
    if not by.any():
        return matrix
    n = len(matrix)
    rows = np.arange(n)[:, None] + by[None, :]
    moved = np.take_along_axis(matrix, np.clip(rows, 0, n - 1), axis=0)
    return np.where((rows >= 0) & (rows < n), moved, np.nan)
