"""The plan that the stand-in replays: which pipeline runs there are, how they go, and what happens when. Pure.

A day of data is ingested in the night that follows it. Step 0 of a plan is January 2013 in one run a
dataset; step n is the n-th day from 1 February. Moments are simulated, naive UTC. The storm of
8–9 February is delivered without incident: finding it is the models' work.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain

from iop_pipelines.drm import suppliers
from iop_pipelines.drm.suppliers import AIRPORTS, FLIGHTS, ONE_DAY, Spoil, as_is, fraction

HISTORY_START = date(2013, 1, 1)
FIRST_DAY = date(2013, 2, 1)
LAST_DAY = date(2013, 12, 31)
SEED = "nyc-2013"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`starts` is when a day's run is scheduled, the day after, in UTC: New York's day is over by then."""

    name: str
    dataset: str
    starts: time
    sla: timedelta


PIPELINES = (
    Pipeline("ingest_airport_hourly", AIRPORTS, time(5, 10), timedelta(minutes=60)),
    Pipeline("ingest_flights_daily", FLIGHTS, time(5, 15), timedelta(minutes=60)),
)


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """`rows_announced` is what the manifest says relative to the truth; with `rescored_at` a true manifest follows."""

    key: str
    pipeline: Pipeline
    window_start: date
    window_end: date
    scheduled_for: datetime
    started_at: datetime
    finished_at: datetime
    spoil: Spoil = as_is
    error: str | None = None
    rows_announced: float = 1.0
    rescored_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        return self.scheduled_for + self.pipeline.sla


@dataclass(frozen=True, slots=True)
class Incident:
    """What goes otherwise with the run of one day of data.

    Attributes:
        kind: the word that the documentation, the tests and the demo's summary use.
        slower: how many times the usual duration the run takes.
        ends_after: how long the run takes instead.
        again_after: days and time of day, after the day of data, at which the window is run once more.
    """

    day: date
    dataset: str
    kind: str
    spoil: Spoil = as_is
    error: str | None = None
    slower: float = 1.0
    ends_after: timedelta | None = None
    rows_announced: float = 1.0
    rescored_after: timedelta | None = None
    again_after: timedelta | None = None


def _february(day: int) -> date:
    return date(2013, 2, day)


INCIDENTS = (
    Incident(
        _february(5),
        FLIGHTS,
        "failed_run",
        error="ConnectionResetError: sftp://carriers.example/2013-02-05.csv closed after 412 kB",
        again_after=timedelta(days=1, hours=7),
    ),
    Incident(_february(6), FLIGHTS, "ingested_twice", again_after=timedelta(days=1, hours=8)),
    Incident(_february(11), FLIGHTS, "stammering_delivery", spoil=suppliers.stammering),
    Incident(
        _february(12),
        FLIGHTS,
        "restated_day",
        spoil=suppliers.premature,
        again_after=timedelta(days=2, hours=9),
    ),
    Incident(
        _february(15),
        FLIGHTS,
        "bad_quality_garbled",
        spoil=suppliers.garbled,
        again_after=timedelta(days=2, hours=8, minutes=30),
    ),
    # Ends the morning after the next day's run has ended, so out of id order.
    Incident(_february(18), FLIGHTS, "late_run", ends_after=timedelta(hours=27, minutes=20)),
    Incident(
        _february(20),
        FLIGHTS,
        "bad_quality_manifest",
        rows_announced=2.0,
        rescored_after=timedelta(days=2, hours=9),
    ),
    Incident(_february(25), AIRPORTS, "slow_run", slower=5.0),
)


@dataclass(frozen=True, slots=True)
class RunStarts:
    at: datetime
    run: PlannedRun


@dataclass(frozen=True, slots=True)
class RunEnds:
    at: datetime
    run: PlannedRun


@dataclass(frozen=True, slots=True)
class RunScored:
    """`rows_announced`: see PlannedRun; 1.0 where the manifest is true."""

    at: datetime
    run: PlannedRun
    rows_announced: float


@dataclass(frozen=True, slots=True)
class DayEnds:
    """A step is complete: the clock stands at midnight UTC after the ingest of `day`."""

    at: datetime
    day: date


Event = RunStarts | RunEnds | RunScored | DayEnds


@dataclass(frozen=True)
class Plan:
    """Events in the order of simulated time; `step_ends[n]` is the number of events up to the end of step n."""

    events: tuple[Event, ...]
    step_ends: tuple[int, ...] = field(repr=False)
    plan_id: str

    def steps_done(self, events_applied: int) -> int:
        """How many steps are complete, history among them."""
        return sum(end <= events_applied for end in self.step_ends)


@lru_cache(maxsize=1)
def build_plan(incidents: tuple[Incident, ...] = INCIDENTS) -> Plan:
    """The whole of 2013; about 2,300 events. `incidents`: at most one a day and dataset."""
    what = {(incident.day, incident.dataset): incident for incident in incidents}
    of_days = (_runs_of_day(day, what) for day in _days())
    runs = list(chain(_history(), chain.from_iterable(of_days)))
    events = list(chain.from_iterable(map(_events_of, runs)))
    events.append(DayEnds(_midnight_after(FIRST_DAY), FIRST_DAY - ONE_DAY))
    events += [DayEnds(_midnight_after(day + ONE_DAY), day) for day in _days()]
    # An end comes before a start of the same second: a pipeline never overlaps itself by chance.
    order = {RunEnds: 0, RunScored: 1, RunStarts: 2, DayEnds: 3}
    events.sort(key=lambda event: (event.at, order[type(event)]))
    ends = tuple(i for i, event in enumerate(events, 1) if isinstance(event, DayEnds))
    return Plan(tuple(events), ends, _identify(events))


def _identify(events: list[Event]) -> str:
    """Changes with whatever the plan would write, so that a database is never continued by another plan."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(type(event).__name__.encode() + event.at.isoformat().encode())
        if isinstance(event, RunStarts):
            run = event.run
            digest.update(f"{run.key}{run.spoil.__name__}{run.error}{run.rows_announced}".encode())
    return digest.hexdigest()[:32]


def _days() -> Iterator[date]:
    return (FIRST_DAY + ONE_DAY * i for i in range((LAST_DAY - FIRST_DAY).days + 1))


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + ONE_DAY, time())


def _history() -> Iterator[PlannedRun]:
    for pipeline in PIPELINES:
        scheduled = datetime.combine(FIRST_DAY, pipeline.starts)
        yield PlannedRun(
            key=f"{pipeline.dataset}:{HISTORY_START:%Y-%m}#1",
            pipeline=pipeline,
            window_start=HISTORY_START,
            window_end=FIRST_DAY,
            scheduled_for=scheduled,
            started_at=scheduled,
            finished_at=scheduled + timedelta(minutes=11, seconds=24),
        )


def _runs_of_day(day: date, incidents: Mapping[tuple[date, str], Incident]) -> Iterator[PlannedRun]:
    for pipeline in PIPELINES:
        incident = incidents.get((day, pipeline.dataset))
        yield _first_run(pipeline, day, incident)
        if incident is not None and incident.again_after is not None:
            yield _again(pipeline, day, incident.again_after)


def _first_run(pipeline: Pipeline, day: date, incident: Incident | None) -> PlannedRun:
    key = f"{pipeline.dataset}:{day}#1"
    scheduled = datetime.combine(day + ONE_DAY, pipeline.starts)
    started = scheduled + timedelta(seconds=round(15 * fraction(SEED, key, "wait")))
    plain = PlannedRun(
        key, pipeline, day, day + ONE_DAY, scheduled, started, started + _usual_duration(key)
    )
    if incident is None:
        return plain
    midnight = datetime.combine(day, time())
    rescored = incident.rescored_after
    return PlannedRun(
        key,
        pipeline,
        day,
        day + ONE_DAY,
        scheduled,
        started,
        started + (incident.ends_after or _usual_duration(key) * incident.slower),
        spoil=incident.spoil,
        error=incident.error,
        rows_announced=incident.rows_announced,
        rescored_at=None if rescored is None else midnight + rescored,
    )


def _again(pipeline: Pipeline, day: date, after: timedelta) -> PlannedRun:
    key = f"{pipeline.dataset}:{day}#2"
    scheduled = datetime.combine(day, time()) + after
    return PlannedRun(
        key, pipeline, day, day + ONE_DAY, scheduled, scheduled, scheduled + _usual_duration(key)
    )


def _usual_duration(key: str) -> timedelta:
    """60 to 120 s."""
    return timedelta(seconds=round(60 + 60 * fraction(SEED, key, "duration")))


def _events_of(run: PlannedRun) -> Iterator[Event]:
    yield RunStarts(run.started_at, run)
    yield RunEnds(run.finished_at, run)
    if run.error is not None:
        return
    yield RunScored(run.finished_at + timedelta(seconds=20), run, run.rows_announced)
    if run.rescored_at is not None:
        yield RunScored(run.rescored_at, run, 1.0)
