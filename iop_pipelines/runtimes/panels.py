"""A panel as runtimes are promised it, whatever order and moments its rows have.

Rows of one series that belong to one period are one: the mean of what they know, as of an hour that clocks show twice.
A row that lies off its series' step belongs to the nearest period. A series most of whose moments share a period with
others has another step than its dataset: it is left out, and the others are read. A value so large that its square is
no number of the machine's is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from iop_pipelines.analytics.periods import grid_of, places_in_step
from iop_pipelines.analytics.series import runs
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.runtimes.base import RuntimeInput

# Squares of these still have room for as many as a series can have.
LARGEST = 1e100


@dataclass(frozen=True)
class Read:
    """
    Attributes:
        given: with a panel that keeps the promise.
        metrics: `rows_repaired`, how many were put into one with others, moved to their period or hold a value that
            is taken for unknown, and `series_irregular`, how many series were left out.
    """

    given: RuntimeInput
    metrics: Mapping[str, int]


def read_regular(given: RuntimeInput) -> Read:
    """Raises InvalidFrame if no series keeps to the step."""
    panel, beyond = _within_range(_sorted(given.panel), given.measures)
    ds = panel["ds"].to_numpy(dtype="datetime64[ns]")
    ids = panel["unique_id"].to_numpy(dtype=object)
    is_new = ids[1:] != ids[:-1]
    if _is_regular(ds, is_new, given.freq):
        return _read(given, panel, int(beyond.sum()), 0)
    series = runs(ids)
    placed = [_moments(ds[at], given.freq) for at in series]
    is_kept = np.repeat(
        [each is not None for each in placed], [at.stop - at.start for at in series]
    )
    if not is_kept.any():
        first = series[0]
        raise InvalidFrame(
            "panel.irregular", series=ids[0], moment=ds[first][1], freq=given.freq or ""
        )
    moments = np.concatenate([each for each in placed if each is not None])
    kept = panel[is_kept].assign(ds=moments)
    is_shared = kept.duplicated(["unique_id", "ds"], keep=False).to_numpy()
    repaired = int((is_shared | (moments != ds[is_kept]) | beyond[is_kept]).sum())
    tidy = kept.groupby(["unique_id", "ds"], as_index=False, sort=True).mean()
    irregular = sum(each is None for each in placed)
    return _read(given, tidy, repaired, irregular)


def _read(given: RuntimeInput, panel: pd.DataFrame, repaired: int, irregular: int) -> Read:
    counts = {"rows_repaired": repaired, "series_irregular": irregular}
    return Read(replace(given, panel=panel), counts)


def _is_regular(ds: np.ndarray, is_new: np.ndarray, freq: str | None) -> bool:
    is_good = is_new | (ds[1:] > ds[:-1])
    if freq is not None:
        places = places_in_step(ds, freq)
        is_good &= is_new | (places[1:] == places[:-1])
    return bool(is_good.all())


def _moments(ds: np.ndarray, freq: str | None) -> np.ndarray | None:
    """Of a series: the moment of the period of each row; None where more than half share theirs with other moments."""
    if freq is None:
        return ds
    grid = grid_of(ds, freq)
    numbers = grid.numbers(ds)
    if len(np.unique(ds)) > 2 * len(np.unique(numbers)):
        return None
    return grid.moments(numbers)


def _within_range(panel: pd.DataFrame, measures: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The panel with what is beyond LARGEST unknown, and (n,) bool, the rows that held such a value."""
    beyond = np.zeros(len(panel), dtype=bool)
    for name in measures:
        is_beyond = np.abs(panel[name].to_numpy(dtype=float)) > LARGEST
        if is_beyond.any():
            panel = panel.assign(**{name: panel[name].mask(is_beyond)})
            beyond |= is_beyond
    return panel, beyond


def _sorted(panel: pd.DataFrame) -> pd.DataFrame:
    """By unique_id and ds; rows without a moment belong nowhere."""
    if panel["ds"].isna().any():
        panel = panel[panel["ds"].notna()]
    ids = panel["unique_id"].to_numpy(dtype=object)
    ds = panel["ds"].to_numpy(dtype="datetime64[ns]")
    is_same = ids[1:] == ids[:-1]
    if (is_same & (ds[1:] >= ds[:-1]) | (~is_same & (ids[1:] > ids[:-1]))).all():
        return panel
    return panel.sort_values(["unique_id", "ds"], kind="stable", ignore_index=True)
