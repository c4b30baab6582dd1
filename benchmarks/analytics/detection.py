"""The table of detection: the Numenta Anomaly Benchmark, what the inbox tells of it, noise and cost.

Cost is CPU in one process on one thread, without its start and imports: of each file the least of three rounds, since
other processes only add to it, for builds and peers alike. The first round also reads what is read once in a process,
as it does in the table of cost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.analytics import nab, peers
from benchmarks.analytics.builds import Build, Detected, Panel, detect, this_build
from benchmarks.analytics.data import Labelled, read_nab
from benchmarks.analytics.inbox import Silence, first_hits, told
from benchmarks.analytics.noise import make_noise
from benchmarks.analytics.table import Row, print_table
from iop_pipelines.recommendations.evidence import silent_until

# What the build before knows: seven periods whatever the step.
FORMER_PERIODS = 7
# What a model may tell in a week unless it says otherwise; the noise is counted against it.
BUDGET_A_WEEK = 2.0
ROUNDS = 3


@dataclass(frozen=True)
class Run:
    """One detector over all files; `silence` is the rule by which its findings are told, of each file."""

    name: str
    score: Sequence[np.ndarray]
    is_finding: Sequence[np.ndarray]
    is_critical: Sequence[np.ndarray]
    cpu_s: float
    silence: Sequence[Silence]


def report(folder: Path, before: Build | None) -> None:
    files = read_nab(folder)
    builds = [(this_build(), silences(files)), *([(before, former(files))] if before else [])]
    runs = [
        *(_of_build(build, files, silence) for build, silence in builds),
        _of_peer("anomstack", peers.anomstack, files),
        _of_peer("plain 3 sigmas", peers.plain, files),
    ]
    rows = sum(len(file.y) for file in files)
    print_table(f"NAB, {len(files)} files, {rows:,} rows", [_judge(run, files) for run in runs])
    print_table("Noise: false findings a row, in 1/1000", [_noise(build) for build, _ in builds])


def silences(files: Sequence[Labelled]) -> list[Silence]:
    """The product's own rule, of data without a declared step."""
    return [_own_rule for _ in files]


def _own_rule(first: datetime, closed: datetime) -> datetime:
    return silent_until(first, closed, None)


def former(files: Sequence[Labelled]) -> list[Silence]:
    """Seven periods, whatever the step."""
    return [_seven_periods(file) for file in files]


def _seven_periods(file: Labelled) -> Silence:
    step = timedelta(microseconds=int(np.median(np.diff(file.ds).astype(np.int64)) / 1000))
    return lambda _first, closed: closed + FORMER_PERIODS * step


def _of_build(build: Build, files: Sequence[Labelled], silence: Sequence[Silence]) -> Run:
    panels = [Panel(file.ds, file.y[:, None]) for file in files]
    rounds: list[Detected] = detect(build, panels * ROUNDS)
    found = rounds[: len(panels)]
    return Run(
        build.name,
        [each.score[:, 0] for each in found],
        [each.is_finding[:, 0] for each in found],
        [each.is_critical[:, 0] for each in found],
        sum(min(each.cpu_s for each in rounds[at :: len(panels)]) for at in range(len(panels))),
        silence,
    )


def _of_peer(
    name: str, judge: Callable[[np.ndarray], peers.Judged], files: Sequence[Labelled]
) -> Run:
    rounds = [[judge(file.y) for _ in range(ROUNDS)] for file in files]
    found = [each[0] for each in rounds]
    return Run(
        name,
        [each.score for each in found],
        [each.is_finding for each in found],
        [np.zeros(len(each.score), dtype=bool) for each in found],
        sum(min(each.cpu_s for each in of_file) for of_file in rounds),
        # It tells every alert.
        [_no_silence for _ in files],
    )


def _no_silence(_first: datetime, closed: datetime) -> datetime:
    return closed


def _judge(run: Run, files: Sequence[Labelled]) -> Row:
    raw = [nab.Scored(score, file.windows) for score, file in zip(run.score, files, strict=True)]
    ruled = [
        nab.Scored(first_hits(score, file.ds, silence), file.windows)
        for score, file, silence in zip(run.score, files, run.silence, strict=True)
    ]
    alerts = [
        told(*parts)
        for parts in zip(
            run.is_finding, run.is_critical, (file.ds for file in files), run.silence, strict=True
        )
    ]
    total, inside = nab.in_windows(raw, alerts)
    judged = sum(len(file.y) - nab.probation(len(file.y)) for file in files)
    rows = sum(len(file.y) for file in files)
    return Row(
        run.name,
        {
            "every row": nab.best_score(raw, nab.STANDARD)[0],
            "standard": nab.best_score(ruled, nab.STANDARD)[0],
            "low FP": nab.best_score(ruled, nab.LOW_FP)[0],
            "low FN": nab.best_score(ruled, nab.LOW_FN)[0],
            "inbox": nab.score_of_alerts(raw, alerts, nab.STANDARD),
            "alerts/1000": 1000 * total / judged,
            "in window %": 100 * inside / max(total, 1),
            "CPU s/100k": 1e5 * run.cpu_s / rows,
        },
    )


def _noise(build: Build) -> Row:
    panels = make_noise()
    found = detect(build, list(panels.values()), freq="D")
    scored = [int(np.isfinite(each.score).any(axis=1).sum()) for each in found]
    budget = sum(BUDGET_A_WEEK * days / 7 for days in scored)
    rates = {
        name: 1000 * each.findings / max(int(np.isfinite(each.score).sum()), 1)
        for name, each in zip(panels, found, strict=True)
    }
    pooled = sum(each.findings for each in found)
    return Row(build.name, {**rates, "of the budget": pooled / budget})
