"""How good forecasts from many past moments were: beside repeating the last season, and by what their range held.

Errors are divided by what repeating the season misses by within the past of the forecast (MASE; Hyndman & Koehler
2006), so that series of any unit count alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from iop_pipelines.analytics.series import Series
from iop_pipelines.backtest.windows import Stage


@dataclass(frozen=True, slots=True)
class Skill:
    """
    Attributes:
        origins: moments that were forecast from; points: values that were forecast and are known.
        mase, naive_mase: mean error of the forecasts, and of repeating the last season, each over what repeating misses
            by in the past; None where no series varies.
        skill: 1 for no error, 0 for that of repeating, less for worse.
        coverage: share of the values within the range; level: what it is meant to hold. Both in per cent.
    """

    origins: int
    points: int
    mase: float | None
    naive_mase: float | None
    skill: float | None
    coverage: float | None
    level: float


def skill_of(
    actual: Sequence[Series],
    rows: pd.DataFrame,
    stages: Sequence[Stage],
    season: int,
    level: float,
) -> Skill:
    """Compares what was forecast with what came.

    Args:
        actual: what came, of one measure.
        rows: `unique_id`, `ds`, `yhat`, `lo`, `hi` and `stage`, the place of the stage that forecast it.
        season: periods after which a series is repeated.
    """
    by_name = {each.unique_id: each for each in actual}
    judged: list[tuple[int, _Judged]] = []
    for (place, name), part in rows.groupby(["stage", "unique_id"], sort=False):
        stage = int(str(place))
        found = _judge(part, by_name[str(name)], np.datetime64(stages[stage].end, "ns"), season)
        if found is not None:
            judged.append((stage, found))
    points = sum(len(each.inside) for _, each in judged)
    errors = [pair for _, each in judged if (pair := each.scaled()) is not None]
    mase, naive = np.mean(errors, axis=0).tolist() if errors else (None, None)
    within = [each.inside for _, each in judged]
    return Skill(
        origins=len({stage for stage, _ in judged}),
        points=points,
        mase=mase,
        naive_mase=naive,
        skill=1.0 - mase / naive if errors and naive else None,
        coverage=100.0 * float(np.concatenate(within).mean()) if points else None,
        level=level,
    )


@dataclass(frozen=True)
class _Judged:
    """Of one forecast: mean errors of it and of repeating where both are known, what repeating missed by before, and
    which values were within the range."""

    error: float
    naive: float
    scale: float
    inside: np.ndarray

    def scaled(self) -> tuple[float, float] | None:
        if self.scale > 0 and np.isfinite(self.naive):
            return self.error / self.scale, self.naive / self.scale
        return None


def _judge(part: pd.DataFrame, series: Series, end: np.datetime64, season: int) -> _Judged | None:
    """None where nothing of what was forecast came."""
    ahead = part["ds"].to_numpy(dtype="datetime64[ns]")
    at = np.searchsorted(series.ds, ahead)
    came = at < len(series.ds)
    came[came] = series.ds[at[came]] == ahead[came]
    y = np.full(len(part), np.nan)
    y[came] = series.values[at[came], 0]
    yhat, lo, hi = (part[name].to_numpy(dtype=float) for name in ("yhat", "lo", "hi"))
    known = np.isfinite(y) & np.isfinite(yhat)
    if not known.any():
        return None
    past = series.values[series.ds < end, 0]
    steps = np.abs(past[season:] - past[:-season])
    repeated = np.full(len(part), np.nan)
    if len(past) >= season:
        repeated = past[len(past) - season + np.arange(len(part)) % season]
    both = known & np.isfinite(repeated)
    return _Judged(
        error=float(np.mean(np.abs(y - yhat)[both])) if both.any() else np.nan,
        naive=float(np.mean(np.abs(y - repeated)[both])) if both.any() else np.nan,
        scale=float(np.nanmean(steps)) if np.isfinite(steps).any() else 0.0,
        inside=((y >= lo) & (y <= hi))[known],
    )
