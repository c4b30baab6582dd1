"""A panel that is read, judged and written a part at a time: what of it is in memory is bounded, however many series
it has.

Its parts lie in a folder of the machine while it is at work; the folder of an execution that was killed is removed by
the next one's.
"""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from iop_pipelines.analytics.series import last_period
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Step
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.execution.cluster import Address
from iop_pipelines.execution.coverage import joined_coverage, points_of, rows_to_judge
from iop_pipelines.execution.pool import Pool, opened
from iop_pipelines.execution.work import Work
from iop_pipelines.ledger.coverage import Coverage
from iop_pipelines.query.panel import has_more_rows, read_panel_parts
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.catalogue import runtime_spec
from iop_pipelines.runtimes.panels import read_regular
from iop_pipelines.runtimes.parts import (
    Answered,
    Asked,
    Part,
    decide,
    joined_findings,
    joined_metrics,
)
from iop_pipelines.settings import Settings

_PREFIX = "iop-panel-"
_LOCK = "lock"
# A younger folder may not have its lock yet.
_SETTLED_S = 60


@dataclass(frozen=True)
class Bounds:
    """
    Attributes:
        rows: of a panel that are in memory at once, or of one series more.
        processes: that judge its parts, 1 for this one alone.
        cluster: whose workers judge them instead.
        kept_periods: the last so many whose rows the database keeps, where a file has all of them.
    """

    rows: int = 250_000
    processes: int = 1
    cluster: Address | None = None
    kept_periods: int = 7

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        url = settings.panel_dask
        cluster = None if url is None else Address(url, settings.panel_dask_tls)
        return cls(
            settings.panel_rows, settings.panel_processes, cluster, settings.panel_kept_periods
        )


@dataclass(frozen=True)
class _Read:
    """The parts of a panel as they were read.

    Attributes:
        last: number of the whole panel's last period.
        metrics: what reading says of all rows.
        left_out: rows to judge of series that are no part of it.
    """

    parts: Sequence[Part]
    last: int | None
    metrics: dict[str, int]
    left_out: int


@dataclass(frozen=True)
class Judged:
    """What the runtime made of all parts; `frames` are read from the folder, as often as they are asked for."""

    given: RuntimeInput
    answers: Sequence[Answered]
    findings: tuple[Finding, ...]
    metrics: dict[str, float | int | str]
    left_out: int

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.answers)

    def frames(self) -> Iterator[pd.DataFrame]:
        for each in self.answers:
            if each.rows:
                yield each.part.frame()

    def coverage(self, config: ModelConfig) -> Coverage:
        points = [
            points_of(each.part.panel(self.given.measures), self.given, each.part.frame())
            for each in self.answers
        ]
        return joined_coverage(config, self.metrics, points, self.left_out)


def is_large(engine: sa.Engine, work: Work, bounds: Bounds) -> bool:
    """Whether a panel is to be judged by parts: it is large, and its runtime can."""
    config = work.model.spec.config
    if work.dataset.is_system or not config.input.series:
        return False
    if not runtime_spec(config.runtime).is_by_series:
        return False
    window = (work.window_start, work.window_end)
    return has_more_rows(
        *(engine, work.dataset, config.input, work.version.id, window), than=bounds.rows
    )


@contextmanager
def judged(
    engine: sa.Engine, work: Work, given: RuntimeInput, bounds: Bounds, step: Step
) -> Iterator[Judged | None]:
    """None where the panel has to be read as a whole: two series of the database have one name, and so are one.

    given: with a panel of no rows. Raises what one run on the whole panel raises.
    """
    runtime, label = work.model.spec.config.runtime, work.model.label
    with _own_folder() as folder:
        read = _read_parts(engine, work, given, bounds, Path(folder))
        if read is None:
            yield None
            return
        doing = partial(_tell, step, label, given)
        with opened(bounds.processes, bounds.cluster) as pool:
            answers = _run(pool, read, replace(given, tick=_silent), runtime, doing)
        metrics = {**joined_metrics(answers), **read.metrics}
        yield Judged(given, answers, joined_findings(answers), metrics, read.left_out)


def _silent() -> None:
    """A process of its own is heard of when it has ended; what happens here is told part by part."""


def _tell(step: Step, label: str, given: RuntimeInput, done: int, parts: int) -> None:
    given.tick()
    step(Sentence("doing.running_part", label=label, done=done, parts=parts))


def _run(
    pool: Pool, read: _Read, given: RuntimeInput, runtime: str, doing: Callable[[int, int], None]
) -> list[Answered]:
    """In the order of the parts."""
    asked = [Asked(part, runtime, given, read.last) for part in read.parts]
    answers: dict[int, Answered] = {}
    total = len(asked)
    for number, answer in enumerate(pool.judge(asked)):
        doing(number + 1, 2 * total)
        if answer is not None:
            answers[answer.part.number] = answer
    open_parts = [each for each in asked if each.part.number not in answers]
    if open_parts:
        tests = decide([each.part for each in open_parts], given.tick)
        decided = [replace(each, is_decided=True, tests=tests) for each in open_parts]
        for number, answer in enumerate(pool.judge(decided)):
            doing(2 * total - len(decided) + number + 1, 2 * total)
            if answer is None:
                raise AssertionError("a part asks once")
            answers[answer.part.number] = answer
    return [answers[number] for number in sorted(answers)]


def _read_parts(
    engine: sa.Engine, work: Work, given: RuntimeInput, bounds: Bounds, folder: Path
) -> _Read | None:
    config, window = work.model.spec.config, (work.window_start, work.window_end)
    panels = read_panel_parts(
        *(engine, work.dataset, config.input, work.version.id, window), rows=bounds.rows
    )
    return _keep(panels, given, folder)


def _keep(panels: Iterable[pd.DataFrame], given: RuntimeInput, folder: Path) -> _Read | None:
    """None if a series is in two of them. Raises InvalidFrame if no series of any part keeps to the step."""
    seen: set[str] = set()
    parts: list[Part] = []
    ends: list[int] = []
    metrics = {"rows_repaired": 0, "series_irregular": 0}
    left_out = 0
    refused: InvalidFrame | None = None
    for number, panel in enumerate(given.each(panels)):
        names = set(panel["unique_id"].unique())
        if not seen.isdisjoint(names):
            return None
        seen |= names
        try:
            read = read_regular(replace(given, panel=panel))
        except InvalidFrame as error:
            refused = refused or error
            metrics["series_irregular"] += panel["unique_id"].nunique()
            left_out += rows_to_judge(panel, given)
            continue
        regular = read.given.panel
        for name, count in read.metrics.items():
            metrics[name] += count
        left_out += rows_to_judge(panel[~panel["unique_id"].isin(regular["unique_id"])], given)
        end = last_period(regular, given.freq, given.window_end)
        ends += [] if end is None else [end]
        part = Part(folder, number)
        part.keep_panel(regular)
        parts.append(part)
    if refused is not None and not parts:
        raise refused
    return _Read(parts, max(ends, default=None), metrics, left_out)


@contextmanager
def _own_folder() -> Iterator[str]:
    """Locked as long as it is used; whoever comes next removes what nobody has locked any more."""
    _remove_abandoned()
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX) as folder,
        Path(folder, _LOCK).open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if time.time() - folder.stat().st_mtime < _SETTLED_S:
                continue
            with (folder / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            # Somebody is at work there, or it is somebody else's.
            continue
