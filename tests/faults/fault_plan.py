"""What goes wrong, and when: a plan that its seed decides alone, so that a failing one can be played again.

Pure. Faults of different targets may overlap, as they do in life; a target has one at a time.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from iop_pipelines.drm.scenario import FIRST_DAY, LAST_DAY, Incident
from iop_pipelines.drm.suppliers import FLIGHTS, ONE_DAY, Spoil, as_is, garbled, premature


class Kind(StrEnum):
    """`kill` is SIGKILL and `pause` SIGSTOP; both last until what was hit is started or let go on again."""

    KILL = "kill"
    PAUSE = "pause"
    SECOND_DAEMON = "second daemon"
    DISK_FULL = "disk full"
    CLOCK_MOVED = "clock moved"


DATABASE, BROKER, DISK, CLOCK = "database", "broker", "disk", "clock"
DAEMON, CODE_SERVER, WEB_SERVER, EVENTS = "daemon", "code-server", "web-server", "events"
WORKERS = ("worker-1", "worker-2")
CHILDREN = (DAEMON, CODE_SERVER, WEB_SERVER, EVENTS, *WORKERS)
# `iop up` itself: the kernel ends all that it started.
EVERYTHING = "iop up"


@dataclass(frozen=True)
class Fault:
    """`lasts_s` is 0 where a supervisor ends it by itself; `by_hours` is how far a clock is moved."""

    at_s: float
    kind: Kind
    target: str
    lasts_s: float = 0.0
    by_hours: int = 0

    def __str__(self) -> str:
        lasts = f" for {self.lasts_s:g} s" if self.lasts_s else ""
        moved = f" by {self.by_hours:+d} h" if self.by_hours else ""
        return f"{self.kind} {self.target}{moved}{lasts}"


@dataclass(frozen=True)
class Card:
    """One thing that may happen: whom it hits, for how long."""

    kind: Kind
    targets: Sequence[str]
    lasts_s: Sequence[float] = (0.0,)
    by_hours: Sequence[int] = (0,)

    def drawn(self, chance: random.Random) -> Fault:
        return Fault(
            0.0,
            self.kind,
            chance.choice(self.targets),
            chance.choice(self.lasts_s),
            chance.choice(self.by_hours),
        )


@dataclass(frozen=True)
class Plan:
    seed: int
    lasts_s: float
    faults: tuple[Fault, ...]
    incidents: tuple[Incident, ...]


def deck(lost_after_s: float) -> tuple[Card, ...]:
    """Every kind of fault once. lost_after_s: how long a worker may be silent before it is taken for dead."""
    longer = lost_after_s + 15
    return (
        Card(Kind.KILL, (DATABASE,), (2, 2, 30)),
        Card(Kind.KILL, (BROKER,), (2, 2, 30)),
        Card(Kind.KILL, WORKERS),
        Card(Kind.KILL, (DAEMON,)),
        Card(Kind.KILL, (CODE_SERVER,)),
        Card(Kind.KILL, (WEB_SERVER,)),
        Card(Kind.KILL, (EVENTS,)),
        Card(Kind.KILL, (EVERYTHING,), (2, 10)),
        Card(Kind.PAUSE, WORKERS, (longer,)),
        Card(Kind.PAUSE, (DAEMON, CODE_SERVER, WEB_SERVER, EVENTS), (5, 20)),
        Card(Kind.PAUSE, (DATABASE, BROKER), (5, 15)),
        Card(Kind.SECOND_DAEMON, (DAEMON,), (30,)),
        Card(Kind.DISK_FULL, (DISK,), (20,)),
        Card(Kind.CLOCK_MOVED, (CLOCK,), by_hours=(-25, -1, 1, 49)),
        Card(Kind.KILL, WORKERS),
    )


def build_plan(seed: int, lasts_s: float, pause_s: float, lost_after_s: float) -> Plan:
    """Goes through the deck in an order of chance, again and again, with about `pause_s` between two faults."""
    chance = random.Random(seed)
    faults = tuple(_faults(chance, lasts_s, pause_s, lost_after_s))
    return Plan(seed, lasts_s, faults, tuple(_incidents(chance)))


def _faults(
    chance: random.Random, lasts_s: float, pause_s: float, lost_after_s: float
) -> Iterator[Fault]:
    free_at: dict[str, float] = {}
    at_s = pause_s
    while True:
        cards = list(deck(lost_after_s))
        chance.shuffle(cards)
        for card in cards:
            fault = card.drawn(chance)
            at_s = max(at_s, _free_at(free_at, fault.target))
            if at_s >= lasts_s:
                return
            placed = Fault(at_s, fault.kind, fault.target, fault.lasts_s, fault.by_hours)
            free_at[fault.target] = at_s + fault.lasts_s + pause_s
            yield placed
            at_s += pause_s * chance.uniform(0.5, 1.5)


def _free_at(free_at: dict[str, float], target: str) -> float:
    """When nothing that the target depends on to be hit is down: all processes are down with `iop up`."""
    with_it = (target, EVERYTHING) if target in CHILDREN else (target,)
    return max(free_at.get(each, 0.0) for each in with_it)


@dataclass(frozen=True)
class Trouble:
    """How a day's delivery goes wrong; `is_again` delivers it once more later, `is_rescored` scores it once more."""

    kind: str
    spoil: Spoil = as_is
    error: str | None = None
    is_late: bool = False
    rows_announced: float = 1.0
    is_again: bool = False
    is_rescored: bool = False


TROUBLES = (
    Trouble("failed_run", error="the supplier closed the connection", is_again=True),
    Trouble("ingested_twice", is_again=True),
    Trouble("restated_day", spoil=premature, is_again=True),
    Trouble("bad_quality_garbled", spoil=garbled, is_again=True),
    Trouble("late_run", is_late=True),
    Trouble("bad_quality_manifest", rows_announced=2.0, is_rescored=True),
)


def _incidents(chance: random.Random) -> Iterator[Incident]:
    """Two days of three go wrong in one way or another; whatever is bad is delivered well, or scored well, later."""
    for offset in range((LAST_DAY - FIRST_DAY).days - 5):
        if chance.random() < 1 / 3:
            continue
        trouble = chance.choice(TROUBLES)
        later = timedelta(days=1, hours=chance.randint(7, 20))
        yield Incident(
            FIRST_DAY + ONE_DAY * offset,
            FLIGHTS,
            trouble.kind,
            spoil=trouble.spoil,
            error=trouble.error,
            ends_after=timedelta(hours=26) if trouble.is_late else None,
            rows_announced=trouble.rows_announced,
            rescored_after=later if trouble.is_rescored else None,
            again_after=later if trouble.is_again else None,
        )
