"""What scoring costs: seconds of CPU for 100,000 points, by the step of the data, with a calendar and without."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.analytics.builds import Build, Panel, detect, this_build
from benchmarks.analytics.table import Row, print_table

# Of each step: periods and series, 100,000 points together.
SHAPES: Mapping[str, tuple[int, int]] = {
    "h": (4000, 25),
    "D": (1000, 100),
    "B": (1000, 100),
    "W": (250, 400),
}
COUNTRY = "DE"
ROUNDS = 3


def report(folder: Path, before: Build | None) -> None:
    builds = [this_build(), *([before] if before else [])]
    for runtime in ("seasonal_residual", "pyod"):
        rows = [_row(build, runtime, country) for build in builds for country in (None, COUNTRY)]
        print_table(f"CPU s/100k by step, {runtime}", rows)


def _row(build: Build, runtime: str, country: str | None) -> Row:
    seconds = {
        freq: _seconds(build, runtime, freq, country, rounds=ROUNDS if runtime != "pyod" else 1)
        for freq in (SHAPES if runtime != "pyod" else ("D",))
    }
    return Row(f"{build.name}, {country or 'no calendar'}", seconds)


def _seconds(build: Build, runtime: str, freq: str, country: str | None, *, rounds: int) -> float:
    """The least of the rounds, since other processes only add to it; the first of them reads what is read once."""
    panel = make_weeks(freq, *SHAPES[freq])
    found = detect(build, [panel] * (rounds + 1), runtime=runtime, freq=freq, country=country)
    return 1e5 * min(each.cpu_s for each in found[1:]) / panel.y.size


def make_weeks(freq: str, periods: int, series: int) -> Panel:
    """Noise about a level that Sundays lie a third below."""
    day = np.timedelta64(1, "D")
    first = np.datetime64("2015-01-05", "ns")
    count = np.arange(periods)
    ds = {
        "h": first + count * np.timedelta64(1, "h"),
        "D": first + count * day,
        "B": np.busday_offset(first.astype("datetime64[D]"), count).astype("datetime64[ns]"),
        "W": first + 7 * count * day,
    }[freq]
    is_sunday = (ds.astype("datetime64[D]").astype(int) + 4) % 7 == 0
    noise = np.random.default_rng(1).normal(0, 5, (periods, series))
    return Panel(ds, np.where(is_sunday, 67.0, 100.0)[:, None] + noise)
