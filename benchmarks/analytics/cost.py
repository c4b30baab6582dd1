"""What scoring costs: CPU for 100,000 points, by the step of the data, with a calendar and without.

The machine varies by a third from minute to minute: what counts is the share of a build that is measured by turns with
this one (`--before`), such as the one that the goal was set beside, a checkout of 48a37e7, which knows no calendar.
"""

from collections.abc import Mapping, Sequence
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
# What is refitted costs by the length of its series, whatever their number.
SLOW_SHAPES = {"D": (1000, 10)}
COUNTRY = "DE"
ROUNDS = 5
TURNS = 3
_PLAIN = "no calendar"


def report(folder: Path, before: Build | None) -> None:
    builds = [this_build(), *([before] if before else [])]
    for runtime in ("seasonal_residual", "pyod"):
        rows = _rows(builds, runtime)
        print_table(f"CPU, ms for 100,000 points by step, {runtime}", rows)
        if before:
            plain = next(row for row in rows if row.name.startswith(f"{before.name}, {_PLAIN}"))
            shares = [_beside(row, plain) for row in rows if row is not plain]
            print_table(f"as a share of {plain.name}", shares)


def _rows(builds: Sequence[Build], runtime: str) -> list[Row]:
    """All by turns, so that what else the machine does falls on each."""
    kinds = [
        (build, country)
        for build in builds
        for country in (None, COUNTRY)
        if country is None or (build.root / "iop_pipelines" / "calendars").is_dir()
    ]
    shapes = SHAPES if runtime != "pyod" else SLOW_SHAPES
    found: dict[tuple[str, str | None], dict[str, float]] = {}
    for freq, shape in shapes.items():
        panel = make_weeks(freq, *shape)
        for _ in range(TURNS):
            for build, country in kinds:
                spent = _milliseconds(build, panel, runtime=runtime, freq=freq, country=country)
                kept = found.setdefault((build.name, country), {})
                kept[freq] = float(np.fmin(kept.get(freq, np.nan), spent))
    return [Row(f"{name}, {country or _PLAIN}", each) for (name, country), each in found.items()]


def _beside(row: Row, plain: Row) -> Row:
    return Row(row.name, {freq: each / plain.figures[freq] for freq, each in row.figures.items()})


def _milliseconds(
    build: Build, panel: Panel, *, runtime: str, freq: str, country: str | None
) -> float:
    """The least of the rounds, since other processes only add to it; the first of them reads what is read once. NaN of
    a step that the build does not know."""
    rounds = ROUNDS if runtime != "pyod" else 1
    found = detect(build, [panel] * (rounds + 1), runtime=runtime, freq=freq, country=country)
    if any(each.failed for each in found):
        return float("nan")
    return 1e8 * min(each.cpu_s for each in found[1:]) / panel.y.size


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
