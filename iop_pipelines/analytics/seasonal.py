"""What a series is expected to be, from its own past, and how far a point lies from that.

For each row t: expected = trailing median level + median of the last deviations at the same phase of the season; the
band is a robust sigma of the earlier one-step errors. Everything is computed from rows before t, so a row scores the
same whatever follows it. Rows found anomalous are left out of the expectation of later rows, up to
`mask_limit` in a row: what stays longer is a new level, not an anomaly, and is learned.

Robust location and scale as in Iglewicz & Hoaglin, How to Detect and Handle Outliers (1993); why not
STL: docs/adr/0010-walk-forward-medians.md.
"""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from iop_pipelines.analytics import robust
from iop_pipelines.domain.liveness import Tick, nobody

Direction = Literal["both", "above", "below"]

# A point off a history that does not vary at all is infinitely many sigmas away; databases want a number.
MAX_SCORE = 1000.0
_MASK_PASSES = 2
# About a second of work; also bounds the copies that the medians make.
_CELLS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Baseline:
    """Windows of the expectation, in seasons unless said otherwise.

    Attributes:
        season_length: periods in a season; 1 means no season.
        level_cycles, season_cycles, scale_cycles: how many seasons the level, the seasonal effect and the
            band look back.
        min_history: known values a row needs before it, at least.
        mask_limit: periods after which a stretch of anomalies counts as normal.
    """

    season_length: int
    level_cycles: int
    season_cycles: int
    scale_cycles: int
    min_history: int
    mask_limit: int

    @property
    def level_window(self) -> int:
        return self.season_length * self.level_cycles

    @property
    def scale_window(self) -> int:
        return self.season_length * self.scale_cycles

    @property
    def lookback(self) -> int:
        """Rows before a scored row that can change its score."""
        return self.level_window + self.season_length * self.season_cycles + 2 * self.scale_window


@dataclass(frozen=True, slots=True)
class Scores:
    """(n, s) matrices; NaN where y is unknown or history is too short.

    Attributes:
        yhat, sigma: expectation and robust sigma of the one-step error, from the rows before.
        score: distance in sigmas, signed so that larger is stronger in the wanted direction.
        is_anomaly: beyond the threshold, in the direction, by min_effect at least.
        coverage: share of the earlier rows that lay inside their own bands, under 1 even if all did.
    """

    yhat: np.ndarray
    sigma: np.ndarray
    score: np.ndarray
    is_anomaly: np.ndarray
    coverage: np.ndarray


def expect(y: np.ndarray, baseline: Baseline) -> tuple[np.ndarray, np.ndarray]:
    """Expected value and robust sigma of each row.

    Args:
        y: (n, s) float64, equally spaced, oldest first; NaN is unknown and stays unknown.

    Returns:
        yhat, sigma: (n, s); NaN where fewer than min_history values are known before the row.
    """
    m = baseline.season_length
    level = robust.median_before(y, baseline.level_window, max(m, 3))
    yhat = level
    if m > 1:
        effect = robust.phase_median_before(y - level, m, baseline.season_cycles, 1)
        yhat = level + effect
    error = np.abs(y - yhat)
    min_count = max(5, min(m, 10))
    middle = robust.median_before(error, baseline.scale_window, min_count)
    tail = robust.quantile_before(error, baseline.scale_window, min_count, 0.9)
    # The tail keeps heavy-tailed measures, such as shares that are mostly 0, from a band of no width.
    sigma = np.maximum(middle * robust.SIGMA_PER_MAD, tail * robust.SIGMA_PER_Q90)
    enough = robust.known_before(y) >= baseline.min_history
    return np.where(enough, yhat, np.nan), np.where(enough, sigma, np.nan)


def score_rows(
    y: np.ndarray,
    baseline: Baseline,
    *,
    threshold: float,
    direction: Direction = "both",
    min_effect: float = 0.0,
    tick: Tick = nobody,
) -> Scores:
    """Scores every row of every series against the rows before it.

    Args:
        y: (n, s) float64, NaN for unknown.
        threshold: in robust sigmas.
        min_effect: smallest distance from the expectation that matters, in the unit of y.
        tick: called before every `_CELLS_AT_ONCE`, or series where one has more.
    """
    n, s = y.shape
    at_once = max(1, _CELLS_AT_ONCE // max(n, 1))
    blocks = []
    for first in range(0, max(s, 1), at_once):
        tick()
        block = y[:, first : first + at_once]
        blocks.append(_score_block(block, baseline, threshold, direction, min_effect))
    if len(blocks) == 1:
        return blocks[0]
    names = [each.name for each in fields(Scores)]
    return Scores(
        *(np.concatenate([getattr(block, name) for block in blocks], axis=1) for name in names)
    )


def _score_block(
    y: np.ndarray, baseline: Baseline, threshold: float, direction: Direction, min_effect: float
) -> Scores:
    masked = y
    for _ in range(_MASK_PASSES):
        yhat, sigma = expect(masked, baseline)
        outlying = _is_beyond(np.abs(y - yhat), sigma, threshold, min_effect)
        length = robust.run_lengths(outlying)
        masked = np.where(outlying & (length <= baseline.mask_limit), np.nan, y)
    yhat, sigma = expect(masked, baseline)
    error = y - yhat
    toward = {"both": np.abs(error), "above": error, "below": -error}[direction]
    return Scores(
        yhat=yhat,
        sigma=sigma,
        score=_in_sigmas(toward, sigma),
        is_anomaly=_is_beyond(toward, sigma, threshold, min_effect),
        coverage=_coverage(error, threshold * sigma),
    )


def _is_beyond(
    distance: np.ndarray, sigma: np.ndarray, threshold: float, min_effect: float
) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (distance > threshold * sigma) & (distance >= min_effect)


def _in_sigmas(distance: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.clip(distance / sigma, -MAX_SCORE, MAX_SCORE)
    # 0 / 0: as expected, on a history that does not vary.
    return np.where((sigma == 0) & (distance == 0), 0.0, score)


def _coverage(error: np.ndarray, half_width: np.ndarray) -> np.ndarray:
    """Share of the rows before whose error lay inside their own band, as inside / (known + 1)."""
    known = np.isfinite(error) & np.isfinite(half_width)
    inside = known & (np.abs(np.where(known, error, np.inf)) <= half_width)
    earlier_inside = np.cumsum(inside, axis=0) - inside
    earlier_known = np.cumsum(known, axis=0) - known
    return earlier_inside / (earlier_known + 1)
