"""How a runtime that compares rows with their expectation fills in what its params leave open."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iop_pipelines.analytics.autoregression import Shape
from iop_pipelines.analytics.periods import step_of
from iop_pipelines.analytics.seasonal import look_for_seasons, make_shape, usual_mask_limit
from iop_pipelines.analytics.seasons import Seasons
from iop_pipelines.analytics.series import Series, default_season_length
from iop_pipelines.domain.frequencies import SEASONS
from iop_pipelines.runtimes.together import WHOLE, Together


def shape_of(params: Any, freq: str | None) -> Shape:
    """What the expectation looks at; its season is the declared one, or that of the step.

    params: what has the fields of `catalogue.Expecting`.
    """
    season_length = params.season_length or default_season_length(freq)
    return make_shape(
        season_length,
        params.min_history or max(3 * season_length, 14),
        params.mask_limit or usual_mask_limit(season_length),
    )


def seasons_in(y: np.ndarray, params: Any, freq: str | None) -> Seasons | None:
    """The seasons that series (n, s) show; None where one is declared, or the step has none to look for."""
    if freq is None or params.season_length:
        return None
    lengths = tuple(SEASONS[step_of(freq).modelled_as].values())
    return look_for_seasons(y, shape_of(params, freq), lengths) if lengths else None


def season_of_series(
    series: Sequence[Series], season_length: int | None, freq: str | None
) -> list[int]:
    """Of each series the season to take off before its level is looked at, in periods: the given one, or else the
    longest that it shows; 1 where it shows none.

    series: one measure each; what is found in them depends on nothing after their last scored row.
    """
    found = []
    for one in series:
        looks = season_looks(one.values[: int(one.scored[-1]) + 1, 0], season_length, freq)
        found.append(looks[-1][1] if looks else season_length or 1)
    return found


def season_looks(
    y: np.ndarray, season_length: int | None, freq: str | None
) -> list[tuple[int, int]]:
    """How many rows of y (n,) each look at its season sees, the last of them all, and the season in periods that it
    finds: the given one, or else the longest; 1 where there is none."""
    lengths = () if freq is None else tuple(SEASONS[step_of(freq).modelled_as].values())
    if season_length:
        lengths = (season_length,) if season_length > 1 else ()
    if not lengths or not np.isfinite(y).any():
        return []
    shape = make_shape(lengths[0], 3 * lengths[0], usual_mask_limit(lengths[0]))
    begun = int(np.isfinite(y).argmax())
    seasons = look_for_seasons(np.append(y, np.nan)[:, None], shape, lengths)
    counts = [*(seasons.rows[seasons.rows + begun <= len(y)] + begun).tolist()]
    found = [season_length or max(seasons.found(look, 0), default=1) for look in range(len(counts))]
    if counts and counts[-1] < len(y):
        counts, found = [*counts, len(y)], [*found, found[-1]]
    return list(zip(counts, found, strict=True))


def season_metrics(
    found: Sequence[np.ndarray], freq: str | None, together: Together = WHOLE
) -> dict[str, float]:
    """How strong each season is in the series that show it, the median, 0 where none does; and how many show any.

    found: the strengths of what was looked for, (candidates, s) each.
    """
    if not found or freq is None:
        return {}
    strength = np.concatenate(found, axis=1)
    medians = {
        name: together.median(f"season_{name}", row[row > 0])
        for name, row in zip(SEASONS[step_of(freq).modelled_as], strength, strict=True)
    }
    counts = {
        "season_hour": medians.get("hour"),
        "season_day": medians.get("day"),
        "season_week": medians.get("week"),
        "season_year": medians.get("year"),
        "series_seasonal": int((strength > 0).any(axis=0).sum()),
    }
    return {name: value for name, value in counts.items() if value is not None}
