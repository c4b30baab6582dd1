"""A panel that is too large for one run: its series in parts, each in files of a folder, run one by one or by several
processes.

A part is run until it asks what all of the series decide (`together`); what that takes, its chances alone, is left in
the folder. When every part was asked, it is decided, row by row, and each part is run to its end, with what it had
computed read again. So the answer is that of one run on the whole panel, to the bit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from iop_pipelines.analytics.seasonal import levels_of, rates_of, told_from
from iop_pipelines.analytics.series import runs
from iop_pipelines.analytics.trend import adjust_p_values
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import SeriesTooShort
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS, RuntimeInput
from iop_pipelines.runtimes.lookup import run_regular
from iop_pipelines.runtimes.together import median_of

# Of a matrix of all series, at once.
_CELLS_AT_ONCE = 1_000_000
# Metrics that say of each part what they say of the whole; others are counts, and add up.
_ALIKE = ("rules", "series_tested")


class _Undecided(Exception):
    """The other parts have to be asked first."""


@dataclass(frozen=True)
class Part:
    """One of a panel's, in its folder."""

    folder: Path
    number: int

    def keep_panel(self, panel: pd.DataFrame) -> None:
        """panel: sorted by unique_id, ds."""
        ids = panel["unique_id"].to_numpy(dtype=object)
        series = runs(ids)
        np.savez(
            self._file("panel"),
            names=np.array([ids[each.start] for each in series], dtype=str),
            lengths=np.array([each.stop - each.start for each in series]),
            ds=panel["ds"].to_numpy(dtype="datetime64[ns]"),
            values=panel.iloc[:, 2:].to_numpy(dtype=float),
        )

    def panel(self, measures: Sequence[str]) -> pd.DataFrame:
        with np.load(self._file("panel")) as kept:
            ids = np.repeat(kept["names"].astype(object), kept["lengths"])
            values = kept["values"]
            columns = {name: values[:, place] for place, name in enumerate(measures)}
            return pd.DataFrame({"unique_id": ids, "ds": kept["ds"], **columns})

    def keep_frame(self, frame: pd.DataFrame) -> None:
        names = {name: pd.factorize(frame[name]) for name in ("unique_id", "measure")}
        arrays: dict[str, np.ndarray] = {
            name: frame[name].to_numpy() for name in frame.columns if name not in names
        }
        for name, (codes, words) in names.items():
            arrays |= {name: codes, f"{name}_words": np.array(words, dtype=str)}
        np.savez(self._file("frame"), **arrays)  # pyright: ignore[reportArgumentType]

    def frame(self) -> pd.DataFrame:
        """As the runtime gave it."""
        with np.load(self._file("frame")) as kept:
            words = {name for name in kept.files if name.endswith("_words")}
            columns = {
                name: kept[f"{name}_words"].astype(object)[kept[name]]
                if f"{name}_words" in words
                else kept[name]
                for name in kept.files
                if name not in words
            }
        return pd.DataFrame(columns)[list(OUTPUT_COLUMNS)]

    def files(self, but: Iterable[str] = ()) -> Mapping[str, bytes]:
        """What lies of it in its folder, by its name; but: those that are not looked at."""
        own = self.folder.glob(f"*-{self.number}.np[yz]")
        return {each.name: each.read_bytes() for each in own if each.name not in but}

    def needed(self) -> Mapping[str, bytes]:
        """What a run of it reads."""
        asked = (self.array(kind).name for kind in ("rates", "tests"))
        return self.files(but=tuple(asked))

    def take(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def _file(self, kind: str) -> Path:
        return self.folder / f"{kind}-{self.number}.npz"

    def array(self, kind: str) -> Path:
        return self.folder / f"{kind}-{self.number}.npy"


@dataclass(frozen=True)
class Asked:
    """A part that is to be run: everything but its panel.

    Attributes:
        runtime: its name.
        given: with the panel of no rows, and what `together` is of no part.
        last: of `analytics.series.last_period`, of the whole panel.
        tests: of all parts, where that is decided; None where nothing is.
    """

    part: Part
    runtime: str
    given: RuntimeInput
    last: int | None
    tests: int | None = None
    is_decided: bool = False


@dataclass(frozen=True)
class Answered:
    """What a part gave; its rows are in its folder.

    Attributes:
        medians: the values of all metrics that are medians over series.
        needed: of a history, where all of its series were too short.
        rows: how many there are.
    """

    part: Part
    findings: tuple[Finding, ...]
    metrics: Mapping[str, float | int | str]
    medians: Mapping[str, np.ndarray]
    needed: Sentence | None
    rows: int


def run_part(asked: Asked, tick: Tick = nobody) -> Answered | None:
    """None where it has to be run again when all parts are decided."""
    part = asked.part
    together = _Parted(asked)
    panel = part.panel(asked.given.measures)
    given = replace(asked.given, panel=panel, together=together, tick=tick)
    try:
        output = run_regular(asked.runtime, given)
    except _Undecided:
        return None
    part.keep_frame(output.frame)
    return Answered(
        part,
        output.findings,
        output.metrics,
        together.medians,
        together.needed,
        len(output.frame),
    )


class _Parted:
    """`together` of a part."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._part = asked.part
        self.medians: dict[str, np.ndarray] = {}
        self.needed: Sentence | None = None

    @property
    def last(self) -> int | None:
        return self._asked.last

    def kept(self, make: Callable[[], tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
        file = self._part.folder / f"kept-{self._part.number}.npz"
        if file.exists():
            with np.load(file) as kept:
                return tuple(kept[name] for name in kept.files)
        made = make()
        np.savez(file, *made)
        return made

    def median(self, name: str, values: np.ndarray) -> float:
        self.medians[name] = values
        return 0.0

    def budgets(self, p: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        if not self._asked.is_decided:
            # Rows of all parts are looked at together.
            np.save(self._part.array("rates"), np.ascontiguousarray(rates_of(p, weeks)))
            raise _Undecided
        return told_from(p, np.load(self._part.array("levels")))

    def adjusted(self, p_values: list[float]) -> np.ndarray:
        if not self._asked.is_decided:
            np.save(self._part.array("tests"), np.array(p_values))
            raise _Undecided
        return np.load(self._part.array("adjusted"))

    def count(self, own: int) -> int:
        return own if self._asked.tests is None else self._asked.tests

    def require_long_enough(self, series: int, skipped: int, needed: Sentence) -> None:
        if series and skipped == series:
            self.needed = needed


def decide(parts: Sequence[Part], tick: Tick = nobody) -> int | None:
    """What the parts have asked, over all of them; returns how many tests there are of series as a whole."""
    _decide_levels([each for each in parts if each.array("rates").exists()], tick)
    tested = [each for each in parts if each.array("tests").exists()]
    if not tested:
        return None
    p_values = [np.load(each.array("tests")) for each in tested]
    adjusted = adjust_p_values(np.concatenate(p_values).tolist())
    ends = np.cumsum([len(each) for each in p_values])
    for part, own in zip(tested, np.split(adjusted, ends[:-1]), strict=True):
        np.save(part.array("adjusted"), own)
    return len(adjusted)


def _decide_levels(parts: Sequence[Part], tick: Tick) -> None:
    """Rows of all parts are aligned at their ends; so many of them at once as memory is bounded by."""
    if not parts:
        return
    shapes = [np.load(each.array("rates"), mmap_mode="r").shape for each in parts]
    for part, shape in zip(parts, shapes, strict=True):
        np.lib.format.open_memmap(part.array("levels"), "w+", np.float64, shape)
    longest = max(rows for rows, _ in shapes)
    width = sum(columns for _, columns in shapes)
    at_once = max(1, _CELLS_AT_ONCE // max(width, 1))
    for end in range(longest, 0, -at_once):
        tick()
        first = max(0, end - at_once)
        rates = np.full((end - first, width), np.nan)
        places = list(_places(shapes, longest, first, end))
        for part, (own, rows, columns) in zip(parts, places, strict=True):
            rates[rows, columns] = np.load(part.array("rates"), mmap_mode="r")[own]
        levels = levels_of(rates)
        for part, (own, rows, columns) in zip(parts, places, strict=True):
            np.load(part.array("levels"), mmap_mode="r+")[own] = levels[rows, columns]


def _places(
    shapes: Sequence[tuple[int, ...]], longest: int, first: int, end: int
) -> Iterable[tuple[slice, slice, slice]]:
    """Of each part: its rows that are among [first, end) of the longest, and where they are there."""
    column = 0
    for rows, columns in shapes:
        above = longest - rows
        start, stop = max(first, above), max(end, above)
        yield (
            slice(start - above, stop - above),
            slice(start - first, stop - first),
            slice(column, column + columns),
        )
        column += columns


def joined_metrics(answers: Sequence[Answered]) -> Mapping[str, float | int | str]:
    """Raises SeriesTooShort if there are series to score and all were skipped, as of one run."""
    metrics: dict[str, float | int | str] = {}
    for each in answers:
        for name, value in each.metrics.items():
            before = metrics.get(name)
            if before is None:
                metrics[name] = value
            elif isinstance(value, int) and isinstance(before, int):
                metrics[name] = max(before, value) if name in _ALIKE else before + value
    names = {name for each in answers for name in each.medians}
    for name in names:
        values = [each.medians[name] for each in answers if name in each.medians]
        metrics[name] = median_of(np.concatenate(values))
    series, skipped = (int(metrics.get(name, 0)) for name in ("series", "series_skipped"))
    needed = next((each.needed for each in answers if each.needed is not None), None)
    if series and skipped == series and needed is not None:
        raise SeriesTooShort("series.too_short", series=series, needed=needed)
    return metrics


def joined_findings(answers: Sequence[Answered]) -> tuple[Finding, ...]:
    """In the order in which one run tells them."""
    found = [each for answer in answers for each in answer.findings]
    return tuple(sorted(found, key=lambda each: (each.unique_id, each.ds, each.kind)))
