"""One-step expectations by a ridge regression on the series' own past, fitted again and again as it grows.

What a row is expected to be depends on the rows before it alone: the weights come from blocks that are over, and a
row far off its expectation enters later rows as what was expected, until so many follow each other that they are the
new normal. The ridge pulls towards the seasonal mean (the level, and how the same phase lay to it before), which a
short history is expected by; a long one moves to what its rows say. Everything is linear in the series, so the
method knows no unit: y and a + b y have the same residuals but for b.

A place in the season, such as Saturday or Wednesday at seven, may change alone: what lies as far off on the same side
a third time is what is expected there from then on. Of a place that was hardly ever known, as an hour of the
night in which something happens twice a year, the rest of the season says nothing: nothing is expected there.

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
# Of the head, what is so many times as far off as a row that teaches little is as it was to be expected.
_GROSS = 2.0
# A place in the season that was known less often is not judged.
_LEAST_OF_PHASE = 2
# Far rows of a stretch that is a larger part of the season are a level, and no place in it.
_SLOT_SHARE = 3
# A place has changed when it lay off as often, one season after the other, and by as much: no error is less than this
# part of the largest.
_TIMES_CHANGED = 3
_SAME_CHANGE = 0.7
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
        within: shorter seasons than season_length, in each of which a row is like the one before.
    """

    season_length: int
    level_window: int
    lags: int
    head: int
    scale_window: int
    mask_limit: int
    within: tuple[int, ...] = ()

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
        yhat: the expectation; NaN also where the season was hardly ever known.
        sigma: robust trailing spread of the errors.
        level: mean of the rows before, over the level window.
        seen: y as later rows see it: what was far off or unknown as it was expected.
    """

    yhat: np.ndarray
    sigma: np.ndarray
    level: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of a series from `start` on, what is expected of them so far, and what one unit adds to those behind it."""

    start: int
    y: np.ndarray
    yhat: np.ndarray
    response: np.ndarray


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
    seen = seen + walk.offsets if walk.has_moved else seen
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
        self.is_unknown = ~np.isfinite(self.y)
        self.has_unknown = np.asarray(self.is_unknown.any(axis=0))
        self.is_gappy = bool(self.has_unknown.any())
        x = np.empty((self.s, self.pad + self.n))
        self._look_at(x, np.empty_like(x))
        self.error = np.full((self.s, self.n), np.nan)
        self.yhat = np.full((self.s, self.n), np.nan)
        self.sigma = np.full((self.s, self.n), np.nan)
        self.run_of = np.zeros(self.s, dtype=int)
        # By how much places of the season lie off it since they changed, and the errors of single far rows.
        self.offsets = np.zeros((self.s, self.n))
        self.has_moved = False
        self.far_errors = np.full((self.s, self.n), np.nan)
        self.is_new = self._new_phases()
        self._begin()
        self.width = self._features(self.pad + shape.head, self.pad + shape.head + 1)[1].shape[2]
        self.gram = np.zeros((self.s, self.width, self.width))
        self.moment = np.zeros((self.s, self.width))
        self.rows = 0.0
        self.sigma_before = np.zeros(self.s)
        self.blocks = self._cut()
        self.least, self.most = self._ranges()
        self.weights = np.zeros((self.s, self.width))
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
        error = np.abs(first - made[:, self.pad :])
        self.error[:, :head] = error
        sigma = _known_or_zero(_sigma(error))[:, None]
        is_ordinary = np.isfinite(first) & ((error <= _GROSS * _CLIP * sigma) | (sigma == 0))
        self.x[:, self.pad : self.pad + head] = np.where(is_ordinary, first, made[:, self.pad :])
        self.level[:, :w] = _known_or_zero(middle) + trend[:, :w]
        self._set_level(w, self.pad + head)

    def _new_phases(self) -> np.ndarray | None:
        """(s, n) bool: known rows whose place in the season was hardly ever known before; None where there are none."""
        m, head = self.shape.season_length, self.shape.head
        least = min(_LEAST_OF_PHASE, head // m)
        if m == 1 or least == 0 or not self.has_unknown.any():
            return None
        known = np.zeros((self.s, -(-self.n // m) * m), dtype=int)
        known[:, : self.n] = ~self.is_unknown
        by_season = known.reshape(self.s, -1, m)
        before = (np.cumsum(by_season, axis=1) - by_season).reshape(self.s, -1)[:, : self.n]
        is_new = (before < least) & ~self.is_unknown
        is_new[:, :head] = False
        return is_new if is_new.any() else None

    def _look_at(self, x: np.ndarray, level: np.ndarray) -> None:
        """`recent` is (s, rows, lags): the values from each row on."""
        self.x, self.level = x, level
        self.recent = np.lib.stride_tricks.sliding_window_view(x, self.shape.lags, axis=1)

    def _set_level(self, first: int, last: int) -> None:
        w = self.shape.level_window
        sums = self.x[:, first - w : last - 1].cumsum(axis=1)
        level = self.level[:, first:last]
        level[:, 0] = sums[:, w - 1]
        np.subtract(sums[:, w:], sums[:, : last - first - 1], out=level[:, 1:])
        level /= w

    def _features(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Seasonal mean (s, b) and features (s, b, p) of the rows [first, last) of x."""
        m, w, lags = self.shape.season_length, self.shape.level_window, self.shape.lags
        self._set_level(first, last)
        level = self.level[:, first:last]
        recent = self.recent[:, first - lags : last - lags]
        seasons = [m + shift for shift in (-1, 1) if m > 1 and m + shift > lags]
        seasons += [length for length in self.shape.within if m > 1 and length > lags]
        features = np.empty((*level.shape, lags + 1 + (len(seasons) + 2 if m > 1 else 0)))
        np.subtract(recent, level[:, :, None], out=features[:, :, :lags])
        np.subtract(level, self.level[:, first - w : last - w], out=features[:, :, lags])
        if m == 1:
            return level, features
        of_phase = [self._off_level(first, last, k * m) for k in range(1, _PAIRS_OF_PHASES + 1)]
        effect = sum(of_phase[1:], start=of_phase[0]) / _PAIRS_OF_PHASES
        np.subtract(of_phase[0], effect, out=features[:, :, lags + 1])
        for place, length in enumerate(seasons, start=lags + 2):
            features[:, :, place] = self._off_level(first, last, length)
        features[:, :, -1] = effect
        return level + effect, features

    def _off_level(self, first: int, last: int, by: int) -> np.ndarray:
        """(s, b) how far the rows so many before [first, last) are from their level."""
        before = slice(first - by, last - by)
        return self.x[:, before] - self.level[:, before]

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
        for number, (start, end) in enumerate(self.blocks):
            self._step(number, start, end)
        self.yhat += self.origin

    def _cut(self) -> list[tuple[int, int]]:
        """[start, end) of the rows that are expected by one fit."""
        blocks, start = [], self.shape.head
        while start < self.n:
            end = min(start + max(1, min(start // _SHARE_OF_PAST, _LONGEST_BLOCK)), self.n)
            blocks.append((start, end))
            start = end
        return blocks

    def _ranges(self) -> tuple[np.ndarray, np.ndarray]:
        """(s, blocks) what is expected in a block lies between: no farther outside the known values before it than
        these lie apart.

        Where rows enter later ones as they were expected, a regression that is not stable would run away.
        """
        before = np.array([start - 1 for start, _ in self.blocks])
        low = np.minimum.accumulate(np.where(self.is_unknown, np.inf, self.y), axis=1)[:, before]
        high = np.maximum.accumulate(np.where(self.is_unknown, -np.inf, self.y), axis=1)[:, before]
        apart = high - low
        is_known = np.isfinite(apart)
        return (
            np.where(is_known, low - apart, -np.inf),
            np.where(is_known, high + apart, np.inf),
        )

    def _step(self, number: int, start: int, end: int) -> None:
        first, last = self.pad + start, self.pad + end
        sigma = self._spread(start)
        far_off = _CLIP * sigma[:, None]
        y = self.y[:, start:end]
        if self.has_moved:
            y = y - self.offsets[:, start:end]
        self.x[:, first:last] = y
        is_gappy = self.is_gappy and bool(self.has_unknown[start:end].any())
        if is_gappy:
            self._fill(start, end)
        mean, features = self._features(first, last)
        yhat = mean + np.matmul(features, self.weights[:, :, None])[:, :, 0]
        is_far = self._is_far(slice(None), start, y, yhat, far_off)
        changed = False
        for series in np.flatnonzero(is_far.any(axis=1) | (self.run_of > 0)).tolist():
            limit = float(far_off[series, 0])
            changed |= self._clean(series, number, yhat[series], limit, is_far[series])
        if changed:
            mean, features = self._features(first, last)
        within = slice(number, number + 1)
        least, most = self.least[:, within], self.most[:, within]
        if self.has_moved:
            offsets = self.offsets[:, start:end]
            y = self.y[:, start:end] - offsets
            told = np.minimum(np.maximum(yhat + offsets, least), most)
            yhat = told - offsets
        else:
            told = yhat = np.minimum(np.maximum(yhat, least), most)
        self.yhat[:, start:end] = told
        self.sigma[:, start:end] = sigma[:, None]
        error = y - yhat
        target = yhat + np.minimum(np.maximum(error, -far_off), far_off) - mean
        untaught = self.is_unknown[:, start:end]
        if self.is_new is not None:
            is_new = self.is_new[:, start:end]
            error = np.where(is_new, np.nan, error)
            self.yhat[:, start:end][is_new] = np.nan
            untaught = untaught | is_new
        np.abs(error, out=self.error[:, start:end])
        if is_gappy or self.is_new is not None:
            target = np.where(untaught, 0.0, target)
            features = features * ~untaught[:, :, None]
        if end < self.n:
            self._learn(features, target)

    def _is_far(
        self,
        series: int | slice,
        start: int,
        y: np.ndarray,
        yhat: np.ndarray,
        far_off: float | np.ndarray,
    ) -> np.ndarray:
        """Of the rows from start on; a place that was hardly ever known is not far from anything."""
        is_far = np.abs(y - yhat) > far_off
        if self.is_new is not None:
            is_far &= ~self.is_new[series, start : start + y.shape[-1]]
        return is_far

    def _fill(self, start: int, end: int) -> None:
        """What is unknown is seen as it was a season ago."""
        m = self.shape.season_length
        for row in start + np.flatnonzero(self.has_unknown[start:end]):
            at = self.is_unknown[:, row]
            self.x[at, self.pad + row] = self.x[at, self.pad + row - m]

    def _clean(
        self, series: int, number: int, yhat: np.ndarray, far_off: float, is_far: np.ndarray
    ) -> bool:
        """Takes far rows out of what later ones see, one after the other, and adds to their expectation in yhat what
        that changes; tells whether anything did.

        is_far: which are before that.
        """
        start, end = self.blocks[number]
        rows = end - start
        mean, features = self.answer
        response = mean[:rows] + features[:rows] @ self.weights[series]
        y = self.y[series, start:end] - self.offsets[series, start:end]
        least, most = float(self.least[series, number]), float(self.most[series, number])
        run, changed, row = int(self.run_of[series]), False, 0
        is_seasonal = self.shape.season_length > 1
        seen = self.x[series, self.pad + start : self.pad + end]
        while row < rows:
            if run == 0:
                if changed:
                    is_far = self._is_far(series, start + row, y[row:], yhat[row:], far_off)
                else:
                    is_far = is_far[row - rows :]
                ahead = int(is_far.argmax())
                if not is_far[ahead]:
                    break
                row += ahead
            elif not self._is_far_at(series, start + row, y.item(row) - yhat.item(row), far_off):
                if not self.is_unknown[series, start + row]:
                    run = 0
                row += 1
                continue
            run += 1
            error = y.item(row) - yhat.item(row)
            moved = self._moved(series, start + row, error, run) if is_seasonal else 0.0
            if run <= self.shape.mask_limit:
                seen[row] = expected = min(max(yhat.item(row), least), most)
                yhat[row + 1 :] += (expected - y.item(row)) * response[: rows - row - 1]
                changed = True
            if moved:
                self._move(series, start + row, moved, _Block(start, y, yhat, response))
                changed = True
            row += 1
        self.run_of[series] = run
        return changed

    def _is_far_at(self, series: int, row: int, error: float, far_off: float) -> bool:
        is_new = self.is_new is not None and bool(self.is_new[series, row])
        return abs(error) > far_off and not is_new

    def _moved(self, series: int, at: int, error: float, run: int) -> float:
        """By how much the place of a far row in the season has changed: 0 unless it lay as far off the times before.

        run: of far rows up to this one, in a stretch.
        """
        m = self.shape.season_length
        if run > max(1, m // _SLOT_SHARE):
            return 0.0
        self.far_errors[series, at] = error
        times = self.far_errors[series, at::-m][:_TIMES_CHANGED] * np.sign(error)
        is_same = len(times) == _TIMES_CHANGED and times.min() >= _SAME_CHANGE * times.max()
        return float(np.sign(error) * np.median(times)) if is_same else 0.0

    def _move(self, series: int, at: int, by: float, block: _Block) -> None:
        """From the next season on the place of a row is `by` higher: what else looks at it sees it as before."""
        m, rows = self.shape.season_length, len(block.y)
        self.offsets[series, at + m :: m] += by
        self.has_moved = True
        for later in range(at - block.start + m, rows, m):
            block.y[later] -= by
            if not self.is_unknown[series, block.start + later]:
                self.x[series, self.pad + block.start + later] -= by
                block.yhat[later + 1 :] -= by * block.response[: rows - later - 1]

    def _spread(self, start: int) -> np.ndarray:
        """(s,) sigma by the errors of the last rows before start; where none of them is known, the sigma before."""
        recent = self.error[:, max(0, start - self.shape.scale_window) : start]
        sigma = _sigma(recent)
        np.copyto(self.sigma_before, sigma, where=np.isfinite(sigma))
        return self.sigma_before

    def _learn(self, seen: np.ndarray, target: np.ndarray) -> None:
        """seen: features (s, b, p), target: (s, b); both 0 where the row is unknown."""
        forget = _FORGET_PER_100 ** (seen.shape[1] / 100)
        self.gram *= forget
        self.gram += np.matmul(seen.transpose(0, 2, 1), seen)
        self.moment *= forget
        self.moment += np.matmul(target[:, None, :], seen)[:, 0]
        self.rows = forget * self.rows + seen.shape[1]
        size = np.einsum("sii->s", self.gram) / self.width / self.rows
        ridge = np.where(size > 0, _RIDGE_ROWS * size, 1.0)
        matrix = self.gram.copy()
        matrix.reshape(self.s, -1)[:, :: self.width + 1] += ridge[:, None]
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


def _sigma(errors: np.ndarray) -> np.ndarray:
    """(s,) of absolute errors (s, n); NaN where none is known."""
    middle, tail = robust.quantiles(errors, 0.5, 0.9)
    return np.maximum(middle * robust.SIGMA_PER_MAD, tail * robust.SIGMA_PER_Q90)


def _known_or_zero(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, 0.0)


def _median(y: np.ndarray) -> np.ndarray:
    """(s, 1): of the known values of each row; NaN where there is none."""
    return robust.quantiles(y, 0.5)[0][:, None]
