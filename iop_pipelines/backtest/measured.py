"""A backtest from its beginning to its end: the replay, what it would have told, and how much of what was put in.

Everything in a result is JSON-ready. Lists are made for a few budgets of alerts, so that who moves between them waits
for nothing; each is what a model with that budget would have told.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.analytics.seasonal import LARGEST_P
from iop_pipelines.analytics.series import default_season_length, split_panel
from iop_pipelines.backtest.forecasts import Skill, skill_of
from iop_pipelines.backtest.injected import WANTED, Seen, copies_of, recall_of, seen_of
from iop_pipelines.backtest.replay import Replayed, Subject, candidates_of, number, replay
from iop_pipelines.backtest.told import Candidate, Inbox, Thing, told, worst_week
from iop_pipelines.backtest.windows import (
    Reading,
    Stage,
    Window,
    chosen,
    stages_of,
    windows_of,
)
from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.models import Advice
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.errors import IopError, SeriesTooShort
from iop_pipelines.registry.look_back import needed_history
from iop_pipelines.runtimes.catalogue import (
    LIMIT_CROSSING,
    ForecastParams,
    RuntimeSpec,
    params_of_today,
    runtime_spec,
)
from iop_pipelines.runtimes.params import parse_params

# Where a slider stops, in alerts a week.
BUDGETS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
# Rows up to so many times as likely as what may be told say whether chances are exact.
_FAIR = 10
_MOST_THINGS = 300
MOST_LINES = 40
_MOST_POINTS = 1500
# Copies with anomalies in them; fewer where each takes many runs.
_MOST_COPIES, _MOST_STAGES = 8, 200
# What lasts is seen by one delivery in so many.
_FEWEST = 8
_WEEK = timedelta(days=7)
# How much of the work is over when the replay is, and when what was put in has been looked for.
_REPLAYED, _LOOKED_FOR = 0.4, 0.8


@dataclass(frozen=True)
class Watch:
    """Who is told of the way: `tick` now and then, and may raise to end it; `progress` with 0 to 1."""

    tick: Tick = nobody
    progress: Callable[[float], None] = lambda _: None

    def within(self, first: float, last: float) -> "Watch":
        return Watch(self.tick, lambda share: self.progress(first + share * (last - first)))


@dataclass(frozen=True)
class Plan:
    """What is replayed.

    Attributes:
        span: of the data that is delivered again, dataset-local, half-open.
        data_start: the first moment of the dataset's data.
        periods: in a delivery.
        budget: alerts a week instead of the model's own; None for its own.
    """

    span: Window
    data_start: datetime
    periods: int
    budget: float | None = None


@dataclass(frozen=True)
class Backtest:
    """A result, JSON-ready; the lines of the series that it tells of, by name; why a rival could not be replayed."""

    content: dict[str, Any]
    lines: Mapping[str, dict[str, Any]]
    reason: IopError | None = None


def backtest(
    subject: Subject, plan: Plan, watch: Watch | None = None, rival: Subject | None = None
) -> Backtest:
    """Replays a model, and a rival on the same deliveries with the same anomalies put in.

    What a rival is refused for is no fault of the model: it is left out then.

    Raises:
        SeriesTooShort: nothing at all could be judged.
        IopError: what the first delivery was refused for, where every one was.
    """
    watch, began = watch or Watch(), time.process_time()
    whole = watch.within(0, 1) if rival is None else watch.within(0, 0.6)
    test = _run(subject, plan, whole)
    content, reason = _content(test, plan), None
    if rival is not None:
        try:
            other = _run(rival, replace(plan, budget=None), watch.within(0.6, 1))
            content["rival"] = _compared(test, other)
        except IopError as error:
            if error.retryable:
                raise
            reason = error
    content["cpuSeconds"] = round(time.process_time() - began, 2)
    return Backtest(content, _lines(test), reason)


@dataclass(frozen=True)
class _Test:
    """One model, replayed."""

    subject: Subject
    windows: tuple[Window, ...]
    count: int
    stages: tuple[Stage, ...]
    replayed: Replayed
    candidates: tuple[Candidate, ...]
    inbox: Inbox
    seen: tuple[Seen, ...]
    skill: Skill | None
    budget: float | None

    @property
    def weeks(self) -> float:
        """From the first delivery to the last."""
        return (self.windows[-1][1] - self.windows[0][0]) / _WEEK

    def per_week(self, things: Sequence[Thing]) -> float | None:
        """None where too few of the deliveries were replayed to say."""
        is_known = len(self.windows) * _FEWEST >= self.count
        return _short(len(things) / self.weeks) if is_known else None

    def things(self, budget: float) -> list[Thing]:
        return told(self.candidates, budget, self.inbox)


def _run(subject: Subject, plan: Plan, watch: Watch) -> _Test:
    config, step = subject.config, STEPS[subject.freq]
    spec = runtime_spec(config.runtime)
    kind = spec.kinds[0].name if spec.kinds else ""
    everything = windows_of(step, plan.span, plan.periods)
    windows = chosen(everything, spec.replayed)
    reading = Reading(
        history=config.input.history,
        needed=needed_history(config.runtime, config.params, subject.freq),
        data_start=plan.data_start,
        joins=spec.joins,
    )
    stages = stages_of(windows, step, reading)
    first = watch.within(0, _REPLAYED)
    replayed = replay(
        subject,
        stages,
        tick=watch.tick,
        done=lambda count: first.progress(count / len(stages)),
    )
    _require_judged(replayed, stages, reading)
    seen = _look_for(subject, stages, replayed, watch.within(_REPLAYED, _LOOKED_FOR))
    own = config.params.get("alerts_per_week", _usual_budget(spec)) if seen is not None else None
    return _Test(
        subject=subject,
        windows=windows,
        count=len(everything),
        stages=stages,
        replayed=replayed,
        candidates=candidates_of(replayed, stages, windows, kind),
        inbox=_inbox(subject, spec, windows, plan.data_start),
        seen=seen or (),
        skill=_skill(subject, spec, stages, replayed),
        budget=None if own is None else float(plan.budget or own),
    )


def _usual_budget(spec: RuntimeSpec) -> float:
    return float(spec.params.model_fields["alerts_per_week"].default)


def _require_judged(replayed: Replayed, stages: Sequence[Stage], reading: Reading) -> None:
    if replayed.reason is not None and replayed.failed == len(stages):
        raise replayed.reason
    if replayed.coverage.scored <= 0:
        raise SeriesTooShort(
            "backtest.nothing_judged", history=reading.history, needed=reading.needed
        )


def _look_for(
    subject: Subject, stages: Sequence[Stage], replayed: Replayed, watch: Watch
) -> tuple[Seen, ...] | None:
    """What the model makes of anomalies that are put in; None of one that tells by no budget."""
    rows = replayed.rows
    if not len(rows) or rows["chance"].isna().all():
        return None
    seen: list[Seen] = []
    measure = str(rows["measure"].iloc[0])
    most = max(1, min(_MOST_COPIES, _MOST_STAGES // len(stages)))
    for copy in copies_of(subject.panel, measure, rows, most=most):
        again = replay(replace(subject, panel=copy.panel), stages, tick=watch.tick)
        seen += seen_of(copy, again.rows)
        watch.progress(min(1.0, len(seen) / WANTED))
    return tuple(seen)


def _inbox(
    subject: Subject, spec: RuntimeSpec, windows: Sequence[Window], data_start: datetime
) -> Inbox:
    advice = subject.config.advice or Advice()
    categories = {kind.category for kind in spec.kinds or ()}
    is_statement = bool(categories) and categories <= {Category.TREND, Category.FORECAST}
    return Inbox(
        ends=[end for _, end in windows],
        data_start=data_start,
        freq=subject.freq,
        clean_needed=1 if is_statement else advice.recovery_after,
        cool_down=advice.cool_down,
    )


def _skill(
    subject: Subject, spec: RuntimeSpec, stages: Sequence[Stage], replayed: Replayed
) -> Skill | None:
    if LIMIT_CROSSING not in (spec.kinds or ()) or not len(replayed.rows):
        return None
    params = parse_params(spec.params, params_of_today(spec.name, subject.config.params))
    level = params.level if isinstance(params, ForecastParams) else 0.0
    measure = str(replayed.rows["measure"].iloc[0])
    ds = subject.panel["ds"]
    actual = split_panel(
        subject.panel,
        [measure],
        subject.freq,
        ds.min().to_pydatetime(),
        (ds.max() + pd.Timedelta(1, "us")).to_pydatetime(),
    )
    return skill_of(actual, replayed.rows, stages, default_season_length(subject.freq), level)


def _content(test: _Test, plan: Plan) -> dict[str, Any]:
    covered = test.replayed.coverage
    start, end = plan.span
    budgets = [0.0] if test.budget is None else sorted({*BUDGETS, test.budget})
    return {
        "windowStart": start.isoformat(),
        "windowEnd": end.isoformat(),
        "freq": test.subject.freq,
        "deliveries": {
            "count": test.count,
            "replayed": len(test.windows),
            "periods": plan.periods,
            "failed": test.replayed.failed,
        },
        "weeks": round(test.weeks, 2),
        "coverage": {
            "unit": covered.unit,
            "total": covered.total,
            "learning": covered.learning,
            "leftOut": covered.left_out,
        },
        "budget": test.budget,
        "lists": [_list(test, each, plan) for each in budgets],
        "forecast": None if test.skill is None else _rounded(_named(asdict(test.skill))),
        "rival": None,
    }


def _list(test: _Test, budget: float, plan: Plan) -> dict[str, Any]:
    """What is told with a budget; of more than 300 things the strongest are kept, and all are counted."""
    things = test.things(budget)
    week, most = worst_week(things, plan.span[0])
    kept = sorted(things, key=lambda each: each.peak.chance or -each.peak.score)[:_MOST_THINGS]
    kept.sort(key=lambda each: (each.opened, each.peak.series, each.since))
    all_, *kinds = recall_of(test.seen, budget) if test.seen else (None,)
    return {
        "budget": budget,
        "count": len(things),
        "perWeek": test.per_week(things),
        "worstWeek": {"start": week.isoformat(), "count": most},
        "precision": _precision(test, budget, len(things)),
        "injected": None if all_ is None else _named(asdict(all_)),
        "byKind": [_named(asdict(each)) for each in kinds if each is not None],
        "things": [_thing(each) for each in kept],
    }


def _precision(test: _Test, budget: float, count: int) -> float | None:
    """The share of what is told that chance does not explain; None where nothing is told, or nothing knows chance."""
    if not count or test.budget is None:
        return None
    by_chance = budget * test.weeks * _held_of_chance(test.replayed.rows)
    return _short(max(0.0, 1.0 - by_chance / count))


def _held_of_chance(rows: pd.DataFrame) -> float:
    """How many rows are as strange as three in a thousand to three in a hundred, over how many would be if chances were
    exact, 1 at most: so much of the budget chance gives. Far fewer rows are strange for a reason."""
    p = rows["chance"].to_numpy(dtype=float)
    between = ((p > LARGEST_P) & (p <= _FAIR * LARGEST_P)).sum()
    expected = (_FAIR - 1) * LARGEST_P * np.isfinite(p).sum()
    return float(min(1.0, (between + 1) / max(expected, 1.0)))


def _thing(thing: Thing) -> dict[str, Any]:
    peak = thing.peak
    return {
        "series": peak.series,
        "measure": peak.measure,
        "kind": peak.kind,
        "severity": peak.severity.value,
        "ds": peak.ds.isoformat(),
        "since": thing.since.isoformat(),
        "until": thing.until.isoformat(),
        "opened": thing.opened.isoformat(),
        "value": peak.value,
        "expected": peak.expected,
        "lo": peak.lo,
        "hi": peak.hi,
        "score": _short(peak.score),
        "chance": None if peak.chance is None else _short(peak.chance),
        "budget": _short(peak.budget),
        "periods": thing.periods,
    }


def _compared(test: _Test, other: _Test) -> dict[str, Any]:
    """The rival at its own budget, and how many things each tells that the other does not."""
    own, theirs = (each.things(each.budget or 0.0) for each in (test, other))
    recall = recall_of(other.seen, other.budget or 0.0) if other.seen else ()
    both = sum(_is_among(each, theirs) for each in own)
    return {
        "budget": other.budget,
        "count": len(theirs),
        "perWeek": other.per_week(theirs),
        "both": both,
        "onlyThis": len(own) - both,
        "onlyRival": sum(not _is_among(each, own) for each in theirs),
        "injected": _named(asdict(recall[0])) if recall else None,
        "precision": _precision(other, other.budget or 0.0, len(theirs)),
        "forecast": None if other.skill is None else _rounded(_named(asdict(other.skill))),
    }


def _is_among(thing: Thing, others: Iterable[Thing]) -> bool:
    """Whether one of the others is about the same series and time."""
    return any(
        each.peak.series == thing.peak.series
        and each.since <= thing.until
        and thing.since <= each.until
        for each in others
    )


def _lines(test: _Test) -> dict[str, dict[str, Any]]:
    """Of the series that most is told of, what was measured and what was expected of it."""
    rank: dict[str, float] = {}
    for each in test.candidates:
        if each.budget <= BUDGETS[-1]:
            rank.setdefault(each.series, each.budget)
    rows = test.replayed.rows
    panel = test.subject.panel
    by_rows = dict(iter(rows.groupby("unique_id"))) if len(rows) else {}
    start = pd.Timestamp(test.windows[0][0])
    by_panel = dict(iter(panel[panel["ds"] >= start].groupby("unique_id")))
    names = list(rank)[:MOST_LINES] or sorted(map(str, by_panel))[:1]
    made: dict[str, dict[str, Any]] = {}
    for name in names:
        part = by_rows.get(name)
        if part is None or part["y"].isna().all():
            made[name] = _line(by_panel[name], test.subject.config.input.measures[0], None)
        else:
            measure = str(part["measure"].iloc[0])
            made[name] = _line(part[part["measure"] == measure], "y", measure)
    return made


def _line(part: pd.DataFrame, column: str, measure: str | None) -> dict[str, Any]:
    """At most 1,500 points, evenly; what some budget tells is among them."""
    if len(part) > _MOST_POINTS:
        at = np.zeros(len(part), dtype=bool)
        at[:: -(-len(part) // _MOST_POINTS)] = True
        if measure is not None:
            at |= part["budget"].to_numpy(dtype=float) <= BUDGETS[-1]
        part = part[at]
    line: dict[str, Any] = {
        "measure": measure or column,
        "ds": [moment.isoformat() for moment in part["ds"]],
        "y": [number(each) for each in part[column]],
    }
    for name in ("yhat", "lo", "hi"):
        line[name] = [] if measure is None else [number(each) for each in part[name]]
    return line


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Under the names that the API has."""
    return {_camel(name): value for name, value in values.items()}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.title() for each in rest)


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _short(each) if isinstance(each, float) else each for name, each in values.items()
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")
