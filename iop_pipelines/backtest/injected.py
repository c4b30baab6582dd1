"""Anomalies put into a copy of a panel, so that there is something to find where nobody labelled what is strange.

They are as large as so many of a series' own errors, stand where the model finds nothing strange by itself, and far
enough from each other for the one not to excuse the other. The same seed puts the same into the same panel. What is
stored is never touched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd

from iop_pipelines.analytics.robust import SIGMA_PER_MAD

Kind = Literal["spike", "dip", "shift", "freeze", "missing"]

# Periods that each lasts.
LENGTHS: dict[Kind, int] = {"spike": 1, "dip": 3, "shift": 10, "freeze": 7, "missing": 5}
KINDS: tuple[Kind, ...] = tuple(LENGTHS)
# In a series' own standard deviations of the error (`_sigma_of`).
SIZES = (4.0, 6.0, 8.0)
SEED = 20_240_101
# Rows on both sides of one that are left as they are.
_MARGIN = 10
_MOST_A_SERIES = 3
# That one normal error in a hundred lies beyond, on either side.
_SIGMAS_OF_ONE_IN_100 = 2.5758
# Enough for a share to be known within a tenth.
WANTED = 60


@dataclass(frozen=True, slots=True)
class Injected:
    """One anomaly: [start, end] of `ds` in a series. size: in sigmas, 0 of what has none."""

    series: str
    kind: Kind
    start: datetime
    end: datetime
    size: float


@dataclass(frozen=True)
class Copy:
    """A panel with anomalies in it."""

    panel: pd.DataFrame
    injected: tuple[Injected, ...]


def copies_of(
    panel: pd.DataFrame, measure: str, rows: pd.DataFrame, *, most: int, seed: int = SEED
) -> Iterator[Copy]:
    """Copies until some sixty anomalies are in them together; none where no series has room for one.

    Args:
        most: copies at most.
        panel: as a model reads it.
        rows: what the model made of it, all measures: `unique_id`, `ds`, `measure`, `y`, `yhat` and `budget`, finite
            where any budget tells.
    """
    rows = _of_measure(rows, measure)
    random = np.random.default_rng(seed)
    turn = total = 0
    for _ in range(most):
        values = panel[measure].to_numpy(dtype=float, copy=True)
        made: list[Injected] = []
        for places, judged in _series_of(panel, rows):
            made += _into(values, places, judged, random, turn)
            turn += 1
        if not made:
            return
        yield Copy(panel.assign(**{measure: values}), tuple(made))
        total += len(made)
        if total >= WANTED:
            return


def _of_measure(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The rows of one measure; what is told of another one of the same period is told of the period."""
    least = rows.groupby(["unique_id", "ds"], sort=False)["budget"].transform("min")
    return rows.assign(budget=least)[rows["measure"] == measure]


def _series_of(
    panel: pd.DataFrame, rows: pd.DataFrame
) -> Iterator[tuple[np.ndarray, pd.DataFrame]]:
    """What was made of each series, and the places that its rows, one a period, have in the panel; a series whose rows
    were moved to their periods has no such places and is left out."""
    judged = {str(name): part for name, part in rows.groupby("unique_id", sort=False)}
    for name, found in panel.groupby("unique_id", sort=False).indices.items():
        if (part := judged.get(str(name))) is None:
            continue
        places = np.asarray(found)
        ds = panel["ds"].to_numpy(dtype="datetime64[ns]")[places]
        wanted = part["ds"].to_numpy(dtype="datetime64[ns]")
        at = np.minimum(np.searchsorted(ds, wanted), len(ds) - 1)
        if (ds[at] == wanted).all():
            yield places[at], part


def _into(
    values: np.ndarray,
    places: np.ndarray,
    judged: pd.DataFrame,
    random: np.random.Generator,
    turn: int,
) -> list[Injected]:
    """Puts up to three into one series; places: in `values`, of the rows of `judged`."""
    error = (judged["y"] - judged["yhat"]).to_numpy(dtype=float)
    known = np.isfinite(error)
    if not known.any():
        return []
    sigma = _sigma_of(error[known])
    if sigma == 0:
        return []
    free = known & ~np.isfinite(judged["budget"].to_numpy(dtype=float))
    made: list[Injected] = []
    for number, place in enumerate(_places(free, random)):
        kind = KINDS[(turn + number) % len(KINDS)]
        size = SIZES[(turn + number) // len(KINDS) % len(SIZES)]
        sign = 1.0 if random.random() < 0.5 else -1.0
        rows = places[place : place + LENGTHS[kind]]
        _put(values, places, rows, kind, sign * size * sigma)
        moments = [judged["ds"].iloc[each] for each in (place, place + len(rows) - 1)]
        has_size = kind not in ("freeze", "missing")
        made.append(
            Injected(
                series=str(judged["unique_id"].iloc[0]),
                kind=kind,
                start=moments[0].to_pydatetime(),
                end=moments[1].to_pydatetime(),
                size=size if has_size else 0.0,
            )
        )
    return made


def _sigma_of(error: np.ndarray) -> float:
    """Of the errors, robustly; where far ones are more frequent than a normal has them, by what one in a hundred is
    larger than. What a restless series does each week is no anomaly of it."""
    middle = float(np.median(error))
    off = np.abs(error - middle)
    robust = SIGMA_PER_MAD * float(np.median(off))
    return max(robust, float(np.quantile(off, 0.99)) / _SIGMAS_OF_ONE_IN_100)


def _places(free: np.ndarray, random: np.random.Generator) -> list[int]:
    """First rows of up to three stretches in different thirds, each with nothing strange in it or near it."""
    longest = max(LENGTHS.values())
    width = longest + 2 * _MARGIN
    sums = np.concatenate([[0], np.cumsum(free)])
    is_clear = sums[width:] - sums[:-width] == width
    starts = np.flatnonzero(is_clear)
    if not len(starts):
        return []
    found: list[int] = []
    for part in np.array_split(np.arange(len(is_clear)), _MOST_A_SERIES):
        inside = part[is_clear[part]]
        inside = inside[inside >= (found[-1] + width if found else 0)]
        if len(inside):
            found.append(int(random.choice(inside)))
    return [each + _MARGIN for each in found]


def _put(
    values: np.ndarray, places: np.ndarray, rows: np.ndarray, kind: Kind, change: float
) -> None:
    """Into `values`, at `rows`; counts stay counts, and what is never negative stays so."""
    known = values[places]
    known = known[np.isfinite(known)]
    if kind == "missing":
        values[rows] = np.nan
        return
    if kind == "freeze":
        values[rows] = values[rows[0]]
        return
    put = values[rows] + (-abs(change) if kind == "dip" else change)
    if (known == np.round(known)).all():
        put = np.round(put)
    values[rows] = np.maximum(put, 0.0) if known.min() >= 0 else put


@dataclass(frozen=True, slots=True)
class Seen:
    """An anomaly and from which budget on it is told: (periods after its start, budget), each lower than those before
    it; empty where no budget tells it."""

    injected: Injected
    told: tuple[tuple[int, float], ...]

    def delay(self, budget: float) -> int | None:
        """Periods until it is told; None if it is not."""
        return next((offset for offset, least in self.told if least <= budget), None)


def seen_of(copy: Copy, rows: pd.DataFrame) -> tuple[Seen, ...]:
    """What a model's rows on the copy say of each; a row behind its end counts, for there it shows too.

    Of several measures the one that is told by the smallest budget.
    """
    rows = rows.groupby(["unique_id", "ds"], sort=True)["budget"].min().reset_index()
    by_series = {
        str(name): (
            part["ds"].to_numpy(dtype="datetime64[ns]"),
            part["budget"].to_numpy(dtype=float),
        )
        for name, part in rows.groupby("unique_id", sort=False)
    }
    return tuple(_seen(each, *by_series[each.series]) for each in copy.injected)


def _seen(each: Injected, ds: np.ndarray, budget: np.ndarray) -> Seen:
    first = int(np.searchsorted(ds, np.datetime64(each.start, "ns")))
    last = int(np.searchsorted(ds, np.datetime64(each.end, "ns"), side="right"))
    told: list[tuple[int, float]] = []
    for offset, least in enumerate(budget[first : last + 1].tolist()):
        if np.isfinite(least) and (not told or least < told[-1][1]):
            told.append((offset, least))
    return Seen(each, tuple(told))


@dataclass(frozen=True, slots=True)
class Recall:
    """Of one kind, or all that a model can see: how many were put in, how many told, and after how many periods in the
    middle."""

    kind: Kind | None
    count: int
    told: int
    delay: float | None


def recall_of(seen: Sequence[Seen], budget: float) -> tuple[Recall, ...]:
    """All first, then each kind. What is missing is no part of all: a model judges what is there."""
    visible = [each for each in seen if each.injected.kind != "missing"]
    groups: list[tuple[Kind | None, list[Seen]]] = [(None, visible)]
    for kind in KINDS:
        groups.append((kind, [each for each in seen if each.injected.kind == kind]))
    return tuple(_recall(kind, group, budget) for kind, group in groups if group)


def _recall(kind: Kind | None, group: Sequence[Seen], budget: float) -> Recall:
    delays = [delay for each in group if (delay := each.delay(budget)) is not None]
    middle = float(np.median(delays)) if delays else None
    return Recall(kind, len(group), len(delays), middle)
