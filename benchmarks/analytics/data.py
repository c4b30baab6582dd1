"""The folder of labelled data, and what is read from it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

VARIABLE = "IOP_BENCH_DATA"


class NoData(SystemExit):
    """Ends the bench with a sentence that says what is missing and how to give it."""


@dataclass(frozen=True)
class Labelled:
    """One series of a benchmark.

    Attributes:
        ds: (n,) datetime64[ns], oldest first, of one step: the median of the file's own.
        y: (n,) float64.
        windows: [first, last] rows of each labelled window, both inside.
    """

    name: str
    ds: np.ndarray
    y: np.ndarray
    windows: tuple[tuple[int, int], ...]


def data_folder(given: str | None) -> Path:
    """The folder named by an argument or the environment.

    Raises NoData if neither names one, or the one named is not there.
    """
    named = given or os.environ.get(VARIABLE)
    if not named:
        raise NoData(
            f"No data: name the folder that holds anomaly/ and forecast/ by --data, or by {VARIABLE}."
        )
    folder = Path(named)
    if not folder.is_dir():
        raise NoData(f"No data: {folder} is not a folder; name another by --data or {VARIABLE}.")
    return folder


def existing(folder: Path, *parts: str) -> Path:
    """Raises NoData if the folder lacks the file."""
    path = folder.joinpath(*parts)
    if not path.is_file():
        raise NoData(f"No data: {path} is missing.")
    return path


def read_nab(folder: Path) -> list[Labelled]:
    """The Numenta Anomaly Benchmark's series by name; see https://github.com/numenta/NAB.

    Some files are unevenly spaced or repeat a time at the end of daylight saving. Only their order matters to the
    benchmark, so each gets times of the file's median step.
    """
    rows = pd.read_csv(existing(folder, "anomaly", "nab.csv.gz"), parse_dates=["timestamp"])
    labels = json.loads(existing(folder, "anomaly", "nab_labels.json").read_text())
    series = []
    for name, part in rows.groupby("series", sort=True):
        stamps = part["timestamp"].to_numpy(dtype="datetime64[ns]")
        step = max(np.median(np.diff(stamps).astype(np.int64)), 1)
        places = {stamp: row for row, stamp in reversed(list(enumerate(stamps)))}
        windows = tuple(
            (places[_stamp(first)], places[_stamp(last)])
            for first, last in labels[str(name)]["windows"]
        )
        ds = stamps[0] + (np.arange(len(stamps)) * step).astype("timedelta64[ns]")
        series.append(Labelled(str(name), ds, part["value"].to_numpy(float), windows))
    return series


def _stamp(text: str) -> np.datetime64:
    return pd.Timestamp(text).to_datetime64().astype("datetime64[ns]")
