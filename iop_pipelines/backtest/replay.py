"""Runs a model on the deliveries of a history, each with what was there then, and keeps what it would have told."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from iop_pipelines.analytics.seasonal import CRITICAL_P
from iop_pipelines.backtest.told import Candidate
from iop_pipelines.backtest.windows import Stage, Window
from iop_pipelines.calendars.days import Calendar
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.errors import IopError, SeriesTooShort
from iop_pipelines.execution.coverage import coverage_of
from iop_pipelines.ledger.coverage import Coverage
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.runtimes.outside import NOWHERE, Outside

# Candidates beyond these are told only by budgets that nobody wants.
MOST_CANDIDATES = 20_000


@dataclass(frozen=True)
class Subject:
    """A model and the panel that it reads, which holds all of the history."""

    config: ModelConfig
    units: Mapping[str, str]
    freq: ModelFrequency
    calendar: Calendar | None
    panel: pd.DataFrame
    outside: Outside = NOWHERE

    def given(self, stage: Stage, tick: Tick) -> RuntimeInput:
        """What a delivery of that time would be run on: nothing after it is there."""
        ds = self.panel["ds"]
        is_there = (ds >= pd.Timestamp(stage.first)) & (ds < pd.Timestamp(stage.end))
        return RuntimeInput(
            panel=self.panel[is_there],
            measures=self.config.input.measures,
            units=self.units,
            freq=self.freq,
            window_start=stage.start,
            window_end=stage.end,
            params=self.config.params,
            tick=tick,
            calendar=self.calendar,
            outside=self.outside,
        )


@dataclass(frozen=True)
class Replayed:
    """
    Attributes:
        rows: what the runtime put out, stage after stage, with the columns of `runtimes.base.Chances` where it knows
            them, and `stage`, the place of the stage.
        findings: of each stage, by its place.
        coverage: over all stages.
        failed: deliveries that it could not be run on, and why the first was not.
    """

    rows: pd.DataFrame
    findings: tuple[tuple[int, Finding], ...]
    coverage: Coverage
    failed: int
    reason: IopError | None


def replay(
    subject: Subject,
    stages: Sequence[Stage],
    *,
    tick: Tick = nobody,
    done: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Runs every stage in turn; a series that is too short is unscored, and what cannot be run is counted.

    done: called with the number of stages that are over.
    """
    parts: list[pd.DataFrame] = []
    findings: list[tuple[int, Finding]] = []
    covered: list[Coverage] = []
    failed, reason = 0, None
    for place, stage in enumerate(stages):
        tick()
        try:
            output = _run(subject, stage, tick, covered)
        except SeriesTooShort:
            output = None
        except IopError as error:
            if error.retryable:
                raise
            output, failed, reason = None, failed + 1, reason or error
        if output is not None:
            parts.append(_rows(output, place))
            findings += [(place, each) for each in output.findings]
        done(place + 1)
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return Replayed(rows, tuple(findings), _sum(covered), failed, reason)


def _run(
    subject: Subject, stage: Stage, tick: Tick, covered: list[Coverage]
) -> RuntimeOutput | None:
    given = subject.given(stage, tick)
    if not len(given.panel):
        return None
    try:
        output = run_runtime(subject.config.runtime, given)
    except SeriesTooShort:
        covered.append(_all_learning(given))
        raise
    covered.append(coverage_of(subject.config, given, output))
    return output


def _all_learning(given: RuntimeInput) -> Coverage:
    panel = given.panel
    ds = panel["ds"]
    is_within = (ds >= pd.Timestamp(given.window_start)) & (ds < pd.Timestamp(given.window_end))
    count = len(panel[is_within].dropna(subset=list(given.measures), how="all"))
    return Coverage("points", count, count)


def _sum(parts: Sequence[Coverage]) -> Coverage:
    if not parts:
        return Coverage("points", 0, 0)
    # Stages of a model that judges series as a whole, where none was long enough, counted points.
    unit = "series" if any(each.unit == "series" for each in parts) else "points"
    names = ("total", "learning", "left_out")
    return Coverage(unit, *(sum(getattr(each, name) for each in parts) for name in names))


def _rows(output: RuntimeOutput, place: int) -> pd.DataFrame:
    frame = output.frame.assign(stage=place)
    if output.chances is None:
        return frame.assign(chance=np.nan, budget=np.nan, is_info=False)
    chances = output.chances
    return frame.assign(chance=chances.chance, budget=chances.budget, is_info=chances.is_info)


def candidates_of(
    replayed: Replayed, stages: Sequence[Stage], windows: Sequence[Window], kind: str
) -> tuple[Candidate, ...]:
    """All that some budget tells, or that is told without one; the likeliest to be told where they are too many.

    kind: of what a budget tells.
    """
    rows = replayed.rows
    if len(rows) and rows["budget"].notna().any():
        found = list(_by_budget(rows, windows, kind))
    else:
        found = list(_by_findings(replayed.findings, stages, windows))
    found.sort(key=lambda each: (each.budget, -each.score))
    return tuple(found[:MOST_CANDIDATES])


def _by_budget(rows: pd.DataFrame, windows: Sequence[Window], kind: str) -> Iterator[Candidate]:
    starts = [start for start, _ in windows]
    for row in rows[np.isfinite(rows["budget"])].to_dict("records"):
        ds: datetime = row["ds"].to_pydatetime()
        chance = float(row["chance"])
        yield Candidate(
            series=str(row["unique_id"]),
            measure=str(row["measure"]),
            kind=kind,
            severity=_severity(chance, bool(row["is_info"])),
            ds=ds,
            delivery=bisect_right(starts, ds) - 1,
            value=number(row["y"]),
            expected=number(row["yhat"]),
            lo=number(row["lo"]),
            hi=number(row["hi"]),
            score=abs(float(row["score"])),
            chance=chance,
            budget=float(row["budget"]),
        )


def _severity(chance: float, is_info: bool) -> Severity:
    if is_info:
        return Severity.INFO
    return Severity.CRITICAL if chance <= CRITICAL_P else Severity.WARNING


def _by_findings(
    findings: Sequence[tuple[int, Finding]], stages: Sequence[Stage], windows: Sequence[Window]
) -> Iterator[Candidate]:
    """A finding of a stage of several deliveries is one of each that its stretch reaches into."""
    starts = [start for start, _ in windows]
    for place, found in findings:
        first_of_next = place + 1
        end = stages[first_of_next].number if first_of_next < len(stages) else len(windows)
        within = range(stages[place].number, end)
        first, last = (
            min(max(bisect_right(starts, moment) - 1, within[0]), within[-1])
            for moment in (found.since, found.ds)
        )
        for delivery in range(first, last + 1):
            ds = found.ds if delivery == last else max(found.since, starts[delivery])
            yield replace(_candidate(found, delivery), ds=ds)


def _candidate(found: Finding, delivery: int) -> Candidate:
    return Candidate(
        series=found.unique_id,
        measure=found.measure,
        kind=found.kind,
        severity=found.severity,
        ds=found.ds,
        delivery=delivery,
        value=found.value,
        expected=found.expected,
        lo=found.lo,
        hi=found.hi,
        score=found.score,
        chance=None,
        budget=0.0,
    )


def number(value: float) -> float | None:
    """Six significant digits; None for what is unknown."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
