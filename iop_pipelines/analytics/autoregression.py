"""One-step expectations by a ridge regression on the series' own past, fitted again and again as it grows.

What a row is expected to be depends on the rows before it alone: the weights come from blocks that are over, and a
row far off its expectation enters later rows as what was expected, until so many follow each other that they are the
new normal. The ridge pulls towards the seasonal mean (the level, and how the same phase lay to it before), which a
short history is expected by; a long one moves to what its rows say. Everything is linear in the series, so the
method knows no unit: y and a + b y have the same residuals but for b.

Linear baselines on time-series anomalies: arXiv 2602.00672 (2026); ridge regression by accumulated normal equations.
"""

from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics import robust

# Rows that one fit is used for: a third of those before, at most so many.
_LONGEST_BLOCK = 250
_SHARE_OF_PAST = 3
# What 100 rows later still counts of a row, in the normal equations.
_FORGET_PER_100 = 0.98
# Strength of the pull towards the seasonal mean, in rows.
_RIDGE_ROWS = 10.0
# A row farther off than so many sigmas teaches as if it lay there, and enters later rows as expected.
_CLIP = 4.0
_PAIRS_OF_PHASES = 4
# A drift over the head that is so many of its own standard errors is one.
SURE_DRIFT = 4.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What the regression looks at.

    Attributes:
        season_length: periods in a season; 1 means none.
        level_window: rows that the level is the mean of; whole seasons.
        lags: how many of the last rows are looked at one by one.
        head: known rows that are no more than a beginning; expectations start behind them.
        scale_window: rows whose errors make sigma.
        mask_limit: rows in a stretch of far ones that are kept out, after which they are the new normal.
    """

    season_length: int
    level_window: int
    lags: int
    head: int
    scale_window: int
    mask_limit: int

    @property
    def reach(self) -> int:
        """Rows before a row that its features look at."""
        cycles = _PAIRS_OF_PHASES if self.season_length > 1 else 0
        return max(
            2 * self.level_window, cycles * self.season_length + self.level_window, self.lags
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """(n, s) matrices; NaN in the head.

    Attributes:
        yhat: the expectation.
        sigma: robust trailing spread of the errors.
        level: mean of the rows before, over the level window.
        seen: y as later rows see it: what was far off or unknown as it was expected.
    """

    yhat: np.ndarray
    sigma: np.ndarray
    level: np.ndarray
    seen: np.ndarray


def expect(y: np.ndarray, shape: Shape) -> Expected:
    """Expectation and sigma of each row of series that all begin with the first row.

    Args:
        y: (n, s) float64, equally spaced, oldest first; NaN is unknown. A shorter series ends in NaN.
    """
    if len(y) <= shape.head or not y.shape[1]:
        nothing = np.full(y.shape, np.nan)
        return Expected(nothing, nothing, nothing, y)
    walk = _Walk(y.T, shape)
    walk.run()
    level, seen = (part[:, walk.pad :] + walk.origin for part in (walk.level, walk.x))
    return Expected(walk.yhat.T, walk.sigma.T, level.T, seen.T)


class _Walk:
    """Series of one length, a row each; `x` is what later rows see, behind `reach` rows made of the head."""

    def __init__(self, y: np.ndarray, shape: Shape) -> None:
        self.shape = shape
        self.s, self.n = y.shape
        self.pad = shape.reach
        # Sums of what is far from 0 lose digits.
        self.origin = np.nan_to_num(y[:, :1])
        self.y = y - self.origin
        x = np.empty((self.s, self.pad + self.n))
        self._look_at(x, np.empty_like(x))
        self.error = np.full((self.s, self.n), np.nan)
        self.yhat = np.full((self.s, self.n), np.nan)
        self.sigma = np.full((self.s, self.n), np.nan)
        self.run_of = np.zeros(self.s, dtype=int)
        self._begin()
        self.width = self._features(self.pad + shape.head, self.pad + shape.head + 1)[1].shape[2]
        self.gram = np.zeros((self.s, self.width, self.width))
        self.moment = np.zeros((self.s, self.width))
        self.rows = 0.0
        self.sigma_before = np.zeros(self.s)
        self.low, self.high = np.full(self.s, np.inf), np.full(self.s, -np.inf)
        self._learn_range(self.y[:, : shape.head])
        self.weights = np.zeros((self.s, self.width))
        self.one = np.eye(self.width)
        self.answer = self._answers()

    def _begin(self) -> None:
        """The head, and before it and where it is unknown what its phases say, on its own trend."""
        m, head, w = self.shape.season_length, self.shape.head, self.shape.level_window
        first = self.y[:, :head]
        rows = np.arange(-self.pad, head)
        drift, errors = drift_of(first, m)
        trend = np.where(errors > SURE_DRIFT, drift, 0.0)[:, None] * (rows / m)
        flat = first - trend[:, self.pad :]
        middle = _median(flat)
        phases = np.tile(middle, (1, m))
        for phase in range(min(m, head)):
            of_phase = _median(flat[:, phase::m])
            phases[:, phase] = np.where(np.isfinite(of_phase), of_phase, middle)[:, 0]
        made = _known_or_zero(phases[:, rows % m] + trend)
        self.x[:, : self.pad + head] = made
        self.x[:, self.pad : self.pad + head] = np.where(
            np.isfinite(first), first, made[:, self.pad :]
        )
        self.error[:, :head] = np.abs(first - made[:, self.pad :])
        self.level[:, :w] = _known_or_zero(middle) + trend[:, :w]
        self._set_level(w, self.pad + head)

    def _look_at(self, x: np.ndarray, level: np.ndarray) -> None:
        """`recent` is (s, rows, lags): the values from each row on."""
        self.x, self.level = x, level
        self.recent = np.lib.stride_tricks.sliding_window_view(x, self.shape.lags, axis=1)

    def _set_level(self, first: int, last: int) -> None:
        w = self.shape.level_window
        sums = np.cumsum(self.x[:, first - w : last - 1], axis=1)
        total = sums[:, w - 1 :].copy()
        total[:, 1:] -= sums[:, : last - first - 1]
        self.level[:, first:last] = total / w

    def _features(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Seasonal mean (s, b) and features (s, b, p) of the rows [first, last) of x."""
        m, w, lags = self.shape.season_length, self.shape.level_window, self.shape.lags
        self._set_level(first, last)
        level = self.level[:, first:last]
        recent = self.recent[:, first - lags : last - lags]
        parts = [recent - level[:, :, None]]
        parts.append((level - self.level[:, first - w : last - w])[:, :, None])
        if m == 1:
            return level, np.concatenate(parts, axis=2)
        of_phase = [
            self.x[:, first - k * m : last - k * m] - self.level[:, first - k * m : last - k * m]
            for k in range(1, _PAIRS_OF_PHASES + 1)
        ]
        effect = np.mean(of_phase, axis=0)
        parts.append((of_phase[0] - effect)[:, :, None])
        for shift in (-1, 1):
            if m + shift > lags:
                a, b = first - m - shift, last - m - shift
                parts.append((self.x[:, a:b] - self.level[:, a:b])[:, :, None])
        return level + effect, np.concatenate([*parts, effect[:, :, None]], axis=2)

    def _answers(self) -> tuple[np.ndarray, np.ndarray]:
        """What one unit at a row adds to seasonal mean (b,) and features (b, p) of the rows that follow it."""
        kept = self.x, self.level
        impulse = np.zeros((1, 2 * self.pad + _LONGEST_BLOCK + 1))
        impulse[0, self.pad] = 1.0
        self._look_at(impulse, np.zeros_like(impulse))
        mean, features = self._features(self.pad + 1, self.pad + 1 + _LONGEST_BLOCK)
        self._look_at(*kept)
        return mean[0], features[0]

    def run(self) -> None:
        start = self.shape.head
        while start < self.n:
            end = min(start + self._block(start), self.n)
            self._step(start, end)
            start = end

    @staticmethod
    def _block(start: int) -> int:
        return max(1, min(start // _SHARE_OF_PAST, _LONGEST_BLOCK))

    def _step(self, start: int, end: int) -> None:
        first, last = self.pad + start, self.pad + end
        sigma = self._spread(start)
        y = self.y[:, start:end]
        is_unknown = ~np.isfinite(y)
        m = self.shape.season_length
        self.x[:, first:last] = y
        if is_unknown.any():
            for row in np.flatnonzero(is_unknown.any(axis=0)):
                at = is_unknown[:, row]
                self.x[at, first + row] = self.x[at, first + row - m]
        mean, features = self._features(first, last)
        yhat = mean + np.matmul(features, self.weights[:, :, None])[:, :, 0]
        far = np.abs(y - yhat) > _CLIP * sigma[:, None]
        changed = False
        for series in np.flatnonzero(far.any(axis=1) | (self.run_of > 0)).tolist():
            changed |= self._clean(
                int(series), first, yhat[series], y[series], float(sigma[series])
            )
        if changed:
            mean, features = self._features(first, last)
        yhat = np.minimum(np.maximum(yhat, self.least), self.most)
        self.yhat[:, start:end] = yhat + self.origin
        self.sigma[:, start:end] = sigma[:, None]
        error = y - yhat
        self.error[:, start:end] = np.abs(error)
        most = _CLIP * sigma[:, None]
        taught = np.minimum(np.maximum(error, -most), most)
        self._learn_range(y)
        self._learn(features, np.where(is_unknown, 0.0, yhat + taught - mean), ~is_unknown)

    def _clean(
        self, series: int, first: int, yhat: np.ndarray, y: np.ndarray, sigma: float
    ) -> bool:
        """Takes far rows out of what later ones see, one after the other, and adds to their expectation in yhat what
        that changes; tells whether anything did."""
        mean, features = self.answer
        response = mean + features @ self.weights[series]
        changed, row = False, 0
        while row < len(y):
            is_far = np.abs(y[row:] - yhat[row:]) > _CLIP * sigma
            if self.run_of[series] == 0:
                ahead = np.flatnonzero(is_far)
                if not len(ahead):
                    break
                row += int(ahead[0])
            elif not is_far[0]:
                if np.isfinite(y[row]):
                    self.run_of[series] = 0
                row += 1
                continue
            self.run_of[series] += 1
            if self.run_of[series] <= self.shape.mask_limit:
                expected = min(max(yhat[row], self.least[series, 0]), self.most[series, 0])
                added = expected - y[row]
                self.x[series, first + row] = expected
                yhat[row + 1 :] += added * response[: len(y) - row - 1]
                changed = True
            row += 1
        return changed

    def _learn_range(self, y: np.ndarray) -> None:
        """What is expected lies no farther outside the known values than these lie apart.

        Where rows enter later ones as they were expected, a regression that is not stable would run away.
        """
        known = np.isfinite(y)
        low = np.where(known, y, np.inf).min(axis=1, initial=np.inf)
        high = np.where(known, y, -np.inf).max(axis=1, initial=-np.inf)
        self.low, self.high = np.minimum(self.low, low), np.maximum(self.high, high)
        apart = self.high - self.low
        is_known = np.isfinite(apart)
        self.least = np.where(is_known, self.low - apart, -np.inf)[:, None]
        self.most = np.where(is_known, self.high + apart, np.inf)[:, None]

    def _spread(self, start: int) -> np.ndarray:
        """(s,) sigma by the errors of the last rows before start; where none of them is known, the sigma before."""
        recent = self.error[:, max(0, start - self.shape.scale_window) : start]
        ordered, count = robust.sort_known(recent)
        middle = robust.quantile_sorted(ordered, count, 0.5)
        tail = robust.quantile_sorted(ordered, count, 0.9)
        sigma = np.maximum(middle * robust.SIGMA_PER_MAD, tail * robust.SIGMA_PER_Q90)
        self.sigma_before = np.where(np.isfinite(sigma), sigma, self.sigma_before)
        return self.sigma_before

    def _learn(self, features: np.ndarray, target: np.ndarray, is_known: np.ndarray) -> None:
        seen = features if is_known.all() else features * is_known[:, :, None]
        forget = _FORGET_PER_100 ** (features.shape[1] / 100)
        self.gram = forget * self.gram + np.matmul(seen.transpose(0, 2, 1), seen)
        self.moment = forget * self.moment + np.matmul(target[:, None, :], seen)[:, 0]
        self.rows = forget * self.rows + features.shape[1]
        size = np.einsum("sii->s", self.gram) / self.width / self.rows
        ridge = np.where(size > 0, _RIDGE_ROWS * size, 1.0)
        matrix = self.gram + ridge[:, None, None] * self.one
        self.weights = np.linalg.solve(matrix, self.moment[:, :, None])[:, :, 0]


def drift_of(y: np.ndarray, season_length: int) -> tuple[np.ndarray, np.ndarray]:
    """By how much a season lies above the one before, and of how many of its own standard errors that is; (s,) each.

    Args:
        y: (s, n). Without a season, or with less than two, there is none: 0 and 0.
    """
    if y.shape[1] < 2 * season_length or season_length == 1:
        return np.zeros(len(y)), np.zeros(len(y))
    steps = y[:, season_length:] - y[:, :-season_length]
    drift = _median(steps)
    noise = robust.SIGMA_PER_MAD * _median(np.abs(steps - drift))[:, 0]
    count = np.maximum(np.isfinite(steps).sum(axis=1), 1)
    size = _known_or_zero(np.abs(drift[:, 0]) * np.sqrt(count))
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(
            (size > 0) & _goes_on(steps, drift[:, 0], season_length), size / noise, 0.0
        )
    return _known_or_zero(drift[:, 0]), errors


def _goes_on(steps: np.ndarray, drift: np.ndarray, season_length: int) -> np.ndarray:
    """(s,) whether each season rose over the one before by half of the drift at least.

    The rows of a season move together: that one day was busier than another says nothing of growth, however many
    hours say it.
    """
    by_season = [
        _median(steps[:, first : first + season_length])[:, 0]
        for first in range(0, steps.shape[1] - season_length + 1, season_length)
    ]
    toward = np.sign(drift) * np.array(by_season)
    with np.errstate(invalid="ignore"):
        return np.all(~(toward < np.abs(drift) / 2), axis=0)


def _known_or_zero(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, 0.0)


def _median(y: np.ndarray) -> np.ndarray:
    """(s, 1): of the known values of each row; NaN where there is none."""
    ordered, count = robust.sort_known(y)
    return robust.quantile_sorted(ordered, count, 0.5)[:, None]
