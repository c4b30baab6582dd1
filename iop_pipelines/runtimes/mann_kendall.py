"""Trends by the Mann-Kendall test and the Theil-Sen slope; the method is `analytics.trend`.

The test reads the window that ends with the scored period, for a trend is a statement about that stretch. The row's
expectation does not: it is the line of the window before, drawn one period further.

Both are of the series without its season, where it shows one: as the looks before each row found it, so that nothing is
known of a row before it.

Many series are many tests: whether a trend is a finding goes by its p-value adjusted for the series of the execution.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.series import Series, default_season_length
from iop_pipelines.analytics.shifts import season_effects
from iop_pipelines.analytics.trend import Trend, measure_trend
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import MannKendallParams
from iop_pipelines.runtimes.expectation import season_looks
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.runtimes.results import (
    Quantity,
    Rows,
    chosen_quantity,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)
from iop_pipelines.runtimes.together import Together

_MIN_POINTS = 8
# Half-width, in robust sigmas, of the band around the line: 95 % of a normal.
_BAND_SIGMAS = 1.959963984540054
# A trend this sure that also moved the level by more than its scatter is a warning, not a note.
_WARNING_P = 0.001
# Less than the scatter makes no difference, nor less than this part of a level that is never negative.
_LEAST_SHARE = 0.1


class MannKendall:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(MannKendallParams, given.params)
        quantity = chosen_quantity(given, params.measure)
        needed = params.min_points or max(_MIN_POINTS, params.window // 2)
        season_length = params.season_length or default_season_length(given.freq)
        tests = _Tests(params, season_length, needed)
        read = read_series(given, [quantity.measure])
        series = [_Seasonless.of(one, params, given.freq) for one in given.each(read)]
        measured = [
            (one, {row: tests.trend_at(one, row) for row in one.scored})
            for one in given.each(series)
        ]
        long_enough = [(one, trends) for one, trends in measured if any(trends.values())]
        rows, findings = [], []
        family = _adjusted(long_enough, given.together)
        together = given.together.count(len(family))
        for one, trends in long_enough:
            test = _Test(trends[one.scored[-1]], family.get(one.unique_id, 1.0), together)
            is_finding = _is_wanted(test, params, one.is_positive)
            rows.append(_rows(one, trends, is_finding, tests, quantity.measure))
            if is_finding and test.trend is not None:
                findings.append(_finding(one, test.trend, test, params, quantity))
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=len(series) - len(long_enough),
            needed=Sentence("history.among", count=needed, window=params.window),
            together=given.together,
            points_scored=sum(t is not None for _, trends in long_enough for t in trends.values()),
            series_tested=together,
        )


@dataclass(frozen=True, slots=True)
class _Seasonless:
    """A series, and what its season adds by phase, as it was known at each look.

    Attributes:
        rows: how many rows each look saw; effects: of each (length,), None where no season was found.
        is_positive: whether no value is negative, so that a part of the level says something.
    """

    series: Series
    rows: tuple[int, ...]
    effects: tuple[np.ndarray | None, ...]
    is_positive: bool

    @classmethod
    def of(cls, one: Series, params: MannKendallParams, freq: str | None) -> "_Seasonless":
        last = int(one.scored[-1]) + 1
        y = one.values[:last, 0]
        looks = () if params.variant == "seasonal" else season_looks(y, params.season_length, freq)
        effects = tuple(season_effects(y[:count], length) for count, length in looks)
        lowest = np.min(y, where=np.isfinite(y), initial=np.inf)
        return cls(one, tuple(count for count, _ in looks), effects, bool(lowest >= 0))

    @property
    def unique_id(self) -> str:
        return self.series.unique_id

    @property
    def scored(self) -> np.ndarray:
        return self.series.scored

    @property
    def ds(self) -> np.ndarray:
        return self.series.ds

    @property
    def y(self) -> np.ndarray:
        return self.series.values[:, 0]

    def effect(self, row: int) -> np.ndarray:
        """(row + 1,) what the season adds to each row up to this one."""
        look = bisect_right(self.rows, row + 1) - 1
        effects = self.effects[look] if look >= 0 else None
        return np.zeros(row + 1) if effects is None else np.resize(effects, row + 1)

    def until(self, row: int) -> np.ndarray:
        """(row + 1,) the rows up to this one, without their season."""
        return self.y[: row + 1] - self.effect(row)


@dataclass(frozen=True, slots=True)
class _Tests:
    """How each window is tested: the model's params, and what they leave to the panel."""

    params: MannKendallParams
    season_length: int
    needed: int

    def trend_at(self, one: _Seasonless, row: int) -> Trend | None:
        """None if too little is known in the window; a row before the first has no window either."""
        y = one.until(row)[_window(row, self.params)]
        if np.isfinite(y).sum() < self.needed:
            return None
        return measure_trend(
            y,
            variant=self.params.variant,
            season_length=self.season_length,
            lags=self.params.lags,
            alpha=self.params.alpha,
        )


@dataclass(frozen=True, slots=True)
class _Test:
    """The trend at the last scored period, with its p-value among the `together` series tested with it."""

    trend: Trend | None
    p_adjusted: float
    together: int


def _adjusted(
    measured: Sequence[tuple[_Seasonless, Mapping[int, Trend | None]]], together: Together
) -> dict[str, float]:
    """Adjusted p-values by series, of the trends at the last scored periods; other periods are told to nobody."""
    last = {
        one.unique_id: trend.p_value
        for one, trends in measured
        if (trend := trends[one.scored[-1]]) is not None
    }
    return dict(zip(last, map(float, together.adjusted(list(last.values()))), strict=True))


def _window(row: int, params: MannKendallParams) -> slice:
    """The window that ends with `row`."""
    return slice(max(0, row + 1 - params.window), row + 1)


def _is_wanted(test: _Test, params: MannKendallParams, is_positive: bool) -> bool:
    """The difference that a trend makes comes first: a sure one that moves nothing is none."""
    trend = test.trend
    if trend is None or test.p_adjusted >= params.alpha or abs(trend.slope) < params.min_slope:
        return False
    least = _LEAST_SHARE * abs(trend.start) if is_positive else 0.0
    if abs(trend.end - trend.start) < max(least, trend.sigma):
        return False
    return {"both": trend.slope != 0, "above": trend.slope > 0, "below": trend.slope < 0}[
        params.direction
    ]


def _rows(
    one: _Seasonless,
    trends: Mapping[int, Trend | None],
    is_finding: bool,
    tests: _Tests,
    measure: str,
) -> Rows:
    at = one.scored
    before = [trends[row - 1] if row - 1 in trends else tests.trend_at(one, row - 1) for row in at]
    season = np.array([_next_effect(one, row) for row in at])
    yhat = season + np.array([np.nan if t is None else t.end + t.slope for t in before])
    half = np.array([np.nan if t is None else _BAND_SIGMAS * t.sigma for t in before])
    score = np.array([np.nan if (t := trends[row]) is None else abs(t.z) for row in at])
    flags = np.zeros(len(at), dtype=bool)
    flags[-1] = is_finding
    y = one.y[at]
    return Rows(one.unique_id, measure, one.ds[at], y, yhat, yhat - half, yhat + half, score, flags)


def _next_effect(one: _Seasonless, row: int) -> float:
    """What the season adds to a row, as known before it."""
    look = bisect_right(one.rows, row) - 1
    effects = one.effects[look] if look >= 0 else None
    return 0.0 if effects is None else float(effects[row % len(effects)])


def _finding(
    one: _Seasonless, trend: Trend, test: _Test, params: MannKendallParams, quantity: Quantity
) -> Finding:
    """The trend as it stands at the last scored period."""
    row = int(one.scored[-1])
    window = _window(row, params)
    ds, y = one.ds[window], one.y[window]
    line = np.linspace(trend.start, trend.end, len(ds)) + one.effect(row)[window]
    half = _BAND_SIGMAS * trend.sigma
    is_strong = test.p_adjusted < _WARNING_P and abs(trend.end - trend.start) > trend.sigma
    return Finding(
        category=Category.TREND,
        kind="trend",
        severity=Severity.WARNING if is_strong else Severity.INFO,
        unique_id=one.unique_id,
        measure=quantity.measure,
        unit=quantity.unit,
        ds=to_datetime(one.ds[row]),
        since=to_datetime(ds[0]),
        value=to_number(trend.slope),
        expected=0.0,
        lo=to_number(trend.slope_lo),
        hi=to_number(trend.slope_hi),
        score=abs(trend.z),
        confidence=1 - test.p_adjusted,
        evidence={
            "points": evidence_points(ds, y, line, line - half, line + half),
            "slope": to_number(trend.slope),
            "slope_lo": to_number(trend.slope_lo),
            "slope_hi": to_number(trend.slope_hi),
            "p_value": to_number(trend.p_value),
            "p_adjusted": to_number(test.p_adjusted),
            "series_tested": test.together,
            "tau": to_number(trend.tau),
            "start_level": to_number(trend.start),
            "end_level": to_number(trend.end),
            "periods": len(ds),
            "known_points": trend.n,
            "variant": params.variant,
            "direction": "above" if trend.slope > 0 else "below",
        },
    )


RUNTIME = MannKendall()
