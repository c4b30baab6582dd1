"""One fault run from its seed: the cluster, what goes on in it, what hits it, and what it was like at the end."""

import contextlib
import heapq
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

import bus_traffic
import oracle
from bus_traffic import Announcer
from fault_cluster import Cluster, running_cluster
from fault_plan import Fault, Kind, Plan
from iop_pipelines.audit.trail import Actor
from iop_pipelines.demo.load import folder as demo_folder
from iop_pipelines.demo.replay import wait_for
from iop_pipelines.domain.vocabulary import Phase, Role
from iop_pipelines.drm import scenario, standin
from iop_pipelines.identity.accounts import account_of_role
from iop_pipelines.identity.sessions import sessions_of
from iop_pipelines.orchestration.launch import dagster_instance, migrate_instance
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import load_spec, promote, register
from iop_pipelines.registry.templates import load_template, register_template
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import dataset_versions, generated_reports, model_executions
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.versions import register_dataset
from traffic import CLOCK_START, Asked, BusinessClock, Client, Deliveries, Stream

FIRST_DATA_TIMEOUT_S = 240
SETTLE_TIMEOUT_S = 900
STREAM_STOP_TIMEOUT_S = 120
# More days that DRM may deliver at the end, so that what is held for its quality gets better data.
EXTRA_DAYS = 12
MODELS = ("cancellation-limits", "cancellation-anomaly", "operations-outlier", "pipeline-health")
ASKED_MODEL = "cancellation-limits"
ASKED_TEMPLATE = "Runs on request"
_RUNS = {
    "version": 2,
    "source": "pipeline_runs",
    "datasets": {
        "runs": {
            "title": "Pipeline runs",
            "select": [{"field": "id"}, {"field": "pipeline"}, {"field": "status"}],
            "sort": [{"by": "id"}],
        }
    },
}
# At hours that summer time leaves alone, but for one that it skips.
TEMPLATES = (
    (ASKED_TEMPLATE, "csv", None),
    ("Runs in New York", "csv", "daily 06:00 America/New_York"),
    ("Runs in Lagos", "json", "daily 09:30 Africa/Lagos"),
    ("Runs in the skipped hour", "csv", "daily 02:30 America/New_York"),
    ("Runs of the month", "json", "monthly last 23:30 America/New_York"),
)


@dataclass
class Hit:
    """One fault as it went: when it began and ended, and when all that it touched had recovered."""

    fault: Fault
    began_at: datetime
    ended_at: datetime | None = None
    recovery_s: float | None = None


@dataclass
class Outcome:
    plan: Plan
    hits: list[Hit] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    slowest_s: float = 0.0
    instance_restarts: int = 0
    events: int = 0
    events_sent: int = 0
    settled_s: float | None = None
    remaining: Mapping[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    verify: str = ""
    tallies: oracle.Tallies | None = None

    def report(self) -> str:
        kills = sum(hit.fault.kind is Kind.KILL for hit in self.hits)
        longest = max((hit.recovery_s or 0.0 for hit in self.hits), default=0.0)
        tallies = self.tallies
        lines = [
            f"seed {self.plan.seed}, {self.plan.lasts_s:g} s of faults",
            f"faults: {len(self.hits)}, of these kills: {kills}; "
            f"restarts of iop up: {self.instance_restarts}",
            *(f"  {hit.fault.at_s:6.1f} s {hit.fault}: {_recovery(hit)}" for hit in self.hits),
            f"requests by hand: {len(self.asked)} in {sum(a.tries for a in self.asked)} tries; "
            f"the slowest ended after {self.slowest_s:.0f} s",
            f"longest recovery: {longest:.0f} s; settled after {self.settled_s or -1:.0f} s",
        ]
        if tallies is not None:
            lines += [
                f"events: {self.events} of DRM's, sent {self.events_sent} times, of "
                f"{tallies.drm_runs} runs; executions {dict(tallies.executions)}; "
                f"reports {dict(tallies.reports)}; attempts lost: {tallies.attempts_lost}",
                *(f"  failed, {count} times: {why}" for why, count in tallies.reasons.items()),
            ]
        lines += [
            f"not settled: {dict(self.remaining)}" if self.remaining else "settled: all",
            f"ledger: {self.verify}",
            *(f"VIOLATED: {each}" for each in self.violations),
        ]
        return "\n".join(lines)


def _recovery(hit: Hit) -> str:
    if hit.recovery_s is None:
        return "nothing was asked after it"
    return f"recovered in {hit.recovery_s:.0f} s"


def play(plan: Plan, folder: Path, database: str, environment: Mapping[str, str]) -> Outcome:
    """Raises what makes a run impossible; what went wrong in it is in the outcome."""
    outcome = Outcome(plan)
    with running_cluster(folder, database, environment) as cluster:
        platform = Platform(cluster.settings)
        try:
            with _ready(cluster, platform, plan) as run:
                run.play(outcome)
                run.settle_and_judge(outcome)
            if outcome.violations or outcome.remaining:
                (folder / "logs.txt").write_text(cluster.logs())
        except BaseException:
            print(cluster.logs())
            raise
        finally:
            engine_for(cluster.settings.database_url).dispose()
    return outcome


@contextlib.contextmanager
def _ready(cluster: Cluster, platform: Platform, plan: Plan) -> Iterator["FaultRun"]:
    """The instance serves, and the first data are prepared."""
    settings = cluster.settings
    migrate_instance(settings)
    standin.create(platform.drm_engine)
    clock = BusinessClock(platform.drm_engine)
    model_id, template_id = _load(platform.engine)
    replay = standin.Replay(platform.drm_engine, plan=scenario.build_plan(plan.incidents))
    replay.load_history()
    announcer = Announcer(cluster.event_broker_url, platform.drm_engine, plan.seed)
    announcer.declare()
    cluster.start()
    wait_for(
        lambda: _is_prepared(platform.engine), _nothing, FIRST_DATA_TIMEOUT_S, "the first data"
    )
    platform = Platform(settings)
    account = account_of_role(platform.engine, Role.ADMIN, Actor(None, "faults", "", ""))
    token = sessions_of(platform.settings).start(account, "faults").token
    execute = {"modelId": model_id, "inputRef": "flights_daily"}
    generate = {"templateId": template_id}
    clients = [
        Client(cluster.url, token, "models.execute", execute, "executionId", plan.seed),
        Client(cluster.url, token, "reports.generate", generate, "reportId", plan.seed),
    ]
    with dagster_instance(settings) as instance:
        deliveries = Deliveries(platform.drm_engine, replay)
        yield FaultRun(cluster, platform, instance, deliveries, announcer, clock, clients)


class FaultRun:
    def __init__(
        self,
        cluster: Cluster,
        platform: Platform,
        instance: dg.DagsterInstance,
        deliveries: Deliveries,
        announcer: Announcer,
        clock: BusinessClock,
        clients: list[Client],
    ) -> None:
        self._cluster = cluster
        self._platform = platform
        self._instance = instance
        self._deliveries = deliveries
        self._announcer = announcer
        self._clock = clock
        self._clients = clients

    def play(self, outcome: Outcome) -> None:
        """Hits the cluster as the plan says while all streams go on; when it returns, all is put right."""
        self._clock.begin()
        streams = [
            Stream("deliveries", self._deliveries.step, 4.0),
            Stream("events", self._announcer.step, 3.0),
            Stream("clock", self._clock.step, 1.0),
            *(Stream("client", client.step, 2.0) for client in self._clients),
        ]
        for stream in streams:
            stream.start()
        try:
            outcome.hits = self._hit_all(outcome.plan)
        finally:
            for stream in streams:
                stream.stop(STREAM_STOP_TIMEOUT_S)
        outcome.instance_restarts = self._cluster.restarts_of_instance

    def _hit_all(self, plan: Plan) -> list[Hit]:
        began = time.monotonic()
        waiting = threading.Event()
        hits = [Hit(fault, _utc_now()) for fault in plan.faults]
        # (when, order, what): begins and ends in the order of time; an end that waits for a
        # server to start delays what follows, which only spreads the plan a little.
        todo: list[tuple[float, int, Callable[[], None]]] = []
        for number, hit in enumerate(hits):
            heapq.heappush(todo, (hit.fault.at_s, 2 * number, self._beginner(hit)))
            end_s = hit.fault.at_s + hit.fault.lasts_s
            heapq.heappush(todo, (end_s, 2 * number + 1, self._ender(hit)))
        while todo:
            at_s, _, act = heapq.heappop(todo)
            waiting.wait(max(0.0, began + at_s - time.monotonic()))
            act()
        waiting.wait(max(0.0, began + plan.lasts_s - time.monotonic()))
        return hits

    def _beginner(self, hit: Hit) -> Callable[[], None]:
        def begin() -> None:
            hit.began_at = _utc_now()
            if hit.fault.kind is Kind.CLOCK_MOVED:
                self._clock.move(hit.fault.by_hours)
            self._cluster.begin(hit.fault)

        return begin

    def _ender(self, hit: Hit) -> Callable[[], None]:
        def end() -> None:
            self._cluster.end(hit.fault)
            hit.ended_at = _utc_now()

        return end

    def settle_and_judge(self, outcome: Outcome) -> None:
        began = time.monotonic()
        outcome.remaining = self._settle()
        outcome.settled_s = time.monotonic() - began
        for client in self._clients:
            outcome.asked += [self._asked_again(client, asked) for asked in client.asked]
        told = bus_traffic.times_told(bus_traffic.heard(self._cluster.event_broker_url))
        outcome.violations = oracle.violations(
            self._platform, self._instance, outcome.asked, self._clock.highest, told
        )
        outcome.events_sent = self._announcer.sent
        outcome.events = len(self._announcer.announced)
        verified = self._cluster.iop("ledger", "verify")
        outcome.verify = (verified.stdout + verified.stderr).strip()
        if verified.returncode:
            outcome.violations.append("iop ledger verify found drift")
        outcome.tallies = oracle.tallies(self._platform)
        self._measure(outcome)

    def _settle(self) -> Mapping[str, int]:
        """What is left when the time is over; nothing, if all went well."""
        deadline = time.monotonic() + SETTLE_TIMEOUT_S
        waiting = threading.Event()
        days = 0
        while left := self._remaining():
            if time.monotonic() > deadline:
                return left
            if set(left) == {"executions held"} and days < EXTRA_DAYS:
                self._deliveries.step()
                days += 1
            waiting.wait(3.0)
        return {}

    def _remaining(self) -> Mapping[str, int]:
        if not self._announcer.finish():
            return {"events not announced": 1}
        return oracle.remaining(self._platform, self._instance, self._announcer.announced)

    def _asked_again(self, client: Client, asked: Asked) -> Asked:
        """A client that never saw its answer asks for the same later: it must be given the same row."""
        answer = client.ask_again(asked)
        ids = asked.ids if answer is None else (*asked.ids, answer)
        return Asked(
            asked.procedure, asked.key, asked.asked_at, asked.answered_at, asked.tries, ids
        )

    def _measure(self, outcome: Outcome) -> None:
        """Recovery: until all that was asked for while a fault lasted, and the next thing after it, had ended."""
        ended = self._ends()
        spans = [
            (asked.asked_at, ended[asked.procedure, asked.ids[0]])
            for asked in outcome.asked
            if (asked.procedure, asked.ids[0]) in ended
        ]
        outcome.slowest_s = max(
            ((end - begin).total_seconds() for begin, end in spans), default=0.0
        )
        for hit in outcome.hits:
            if hit.ended_at is None:
                continue
            during = [end for begin, end in spans if hit.began_at <= begin <= hit.ended_at]
            after = sorted(span for span in spans if span[0] > hit.ended_at)
            touched = [*during, *(end for _, end in after[:1])]
            if touched:
                recovered = (max(touched) - hit.ended_at).total_seconds()
                hit.recovery_s = max(0.0, recovered)

    def _ends(self) -> dict[tuple[str, int], datetime]:
        found: dict[tuple[str, int], datetime] = {}
        with self._platform.engine.connect() as connection:
            for procedure, table in (
                ("models.execute", model_executions),
                ("reports.generate", generated_reports),
            ):
                query = sa.select(table.c.id, table.c.finished_at).where(
                    table.c.finished_at.is_not(None)
                )
                found |= {(procedure, row.id): row.finished_at for row in connection.execute(query)}
        return found


def _load(engine: sa.Engine) -> tuple[int, int]:
    """Models and templates; the ids of the model and the template that are asked for by hand."""
    for declaration in demo_declarations():
        register_dataset(engine, declaration)
    ids = {}
    for name in MODELS:
        ids[name] = register(engine, load_spec(demo_folder("models") / f"{name}.yaml"))
        promote(engine, ids[name], reason="part of the fault run")
    templates = {}
    for name, form, schedule in TEMPLATES:
        # Every slot, however late: what is lost shows in the end.
        every = {"misfire": "all", "pause_after": 100}
        spec = load_template(
            {"name": name, "format": form, "schedule": schedule, "query_config": _RUNS, **every}
        )
        templates[name] = register_template(
            engine, spec, check_schedule=parse_schedule, now=CLOCK_START
        )
    return ids[ASKED_MODEL], templates[ASKED_TEMPLATE]


def _is_prepared(engine: sa.Engine) -> bool:
    query = sa.select(sa.func.count()).where(dataset_versions.c.phase == Phase.DONE)
    with engine.connect() as connection:
        return (connection.scalar(query) or 0) >= len(list(demo_declarations()))


def _nothing() -> None:
    """Nothing else to look at while one waits: the cluster starts again what ends."""


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
