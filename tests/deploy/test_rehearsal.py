"""The image at work, as the manifests run it: read-only root, a user who is nobody, a real MySQL and RabbitMQ.

`make test-image` builds the image first. What a cluster does is done here by its rules: probes as a manifest has them,
SIGTERM and its grace, a Service that sends requests to replicas which are ready. It is a rehearsal, and no cluster.
"""

import json
import os
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import kombu
import pytest
import sqlalchemy as sa
import yaml

import pods
from database_servers import DatabaseServer, make_mysql
from event_broker import EventBroker
from iop_pipelines.demo.replay import backlog
from iop_pipelines.domain.vocabulary import ExecutionStatus
from iop_pipelines.events.broker import ANALYTICS
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import generated_reports, model_executions, recommendations
from iop_pipelines.settings import Settings
from served_app import wait_until

pytestmark = [pytest.mark.deployment, pytest.mark.image, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
IMAGE = os.environ.get("IMAGE", "localhost/iop-rehearsal")
MAX_BYTES = 1_300_000_000
PARTS = "/opt/iop/lib/python3.11/site-packages"
# The release before: the commit before the one that added this migration, which both can live with.
MIGRATION = "iop_pipelines/schema/migrations/versions/0034_changes.py"
STARTED_S = 240
DAY_S = 900
STOP_S = 60
AWAY_S = 30
# Of a process that SIGTERM has ended: after the drain it ends by the signal itself. One that was killed says 137.
ENDED = (0, 143)
# How long a Service still sends requests to a pod that was told to stop.
PROPAGATION_S = 3
API = ("Deployment", "iop-organ")
MIGRATE = ("Job", "iop-migrate")
DELIVER = """
from iop_pipelines.demo.load import load
from iop_pipelines.drm.standin import START, Replay
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings
platform = Platform(Settings.from_env())
load(platform.engine, platform.drm_engine, START)
Replay(platform.drm_engine).ingest_next_days(2)
"""


@dataclass
class Probe:
    """A kubelet's, of one replica: asks on, in a thread, and tells what it thinks of it."""

    address: str
    ready: Mapping[str, Any]
    live: Mapping[str, Any]
    is_ready: bool = False
    restarts: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for work in (self._ask_readiness, self._ask_liveness):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stopped.set()
        for each in self._threads:
            each.join()

    def _ask_readiness(self) -> None:
        for failed in self._failures(self.ready):
            if failed == 0:
                self.is_ready = True
            elif failed >= self.ready.get("failureThreshold", 3):
                self.is_ready = False

    def _ask_liveness(self) -> None:
        limit = self.live.get("failureThreshold", 3)
        for failed in self._failures(self.live):
            self.restarts += failed == limit

    def _failures(self, probe: Mapping[str, Any]) -> Iterator[int]:
        """After each look, how many in a row failed."""
        self._stopped.wait(probe["initialDelaySeconds"])
        failed = 0
        while not self._stopped.is_set():
            path, timeout_s = probe["httpGet"]["path"], probe["timeoutSeconds"]
            failed = 0 if _status(f"{self.address}{path}", timeout_s) == 200 else failed + 1
            yield failed
            self._stopped.wait(probe["periodSeconds"])


@dataclass
class Replica:
    pod: pods.Pod
    address: str
    probe: Probe
    # Told to stop, and no longer sent anything.
    is_gone: bool = False

    @property
    def is_ready(self) -> bool:
        return self.probe.is_ready and not self.is_gone


class Stream:
    """Requests of people, one after the other to the replicas that are ready, and what failed of them."""

    def __init__(self, replicas: Callable[[], list[Replica]], token: str) -> None:
        self._replicas = replicas
        self._token = token
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(2)]
        self.answered: dict[str, int] = {}
        # (address, what went wrong)
        self.failed: list[tuple[str, str]] = []

    def __enter__(self) -> "Stream":
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for each in self._threads:
            each.join()

    def _ask(self) -> None:
        headers = {"authorization": f"Bearer {self._token}"}
        paths = ("/api/trpc/models.list", "/api/v1/recommendations/list", "/")
        number = 0
        with httpx.Client(headers=headers, timeout=30) as client:
            while not self._stopped.is_set():
                ready = [each.address for each in self._replicas() if each.is_ready]
                if not ready:
                    self.failed.append(("", "no replica is ready"))
                    self._stopped.wait(0.5)
                    continue
                number += 1
                address = ready[number % len(ready)]
                try:
                    status = client.get(f"{address}{paths[number % len(paths)]}").status_code
                except httpx.TransportError as error:
                    self.failed.append((address, repr(error)))
                    continue
                if status == 200:
                    self.answered[address] = self.answered.get(address, 0) + 1
                else:
                    self.failed.append((address, f"{paths[number % len(paths)]}: {status}"))
                self._stopped.wait(0.02)


@dataclass
class Instance:
    """The parts of one database; `image` is what they are started from."""

    cluster: pods.Cluster
    image: pods.Image
    server: DatabaseServer
    url: str
    code_port: int
    parts: dict[str, pods.Pod] = field(default_factory=dict)
    replicas: list[Replica] = field(default_factory=list)
    _count: int = 0

    def run(
        self, workload: tuple[str, str], *command: str, over: Mapping[str, Path] | None = None
    ) -> str:
        """A command, or the manifest's own, in a pod of the workload to its end; what it printed."""
        pod = self._start(workload, "command", command=command or None, over=over)
        code = pod.wait(DAY_S)
        pod.end()
        assert code == 0, pod.said()[-4000:]
        return pod.said()

    def part(self, workload: str, name: str, *more: str) -> pods.Pod:
        self.parts[name] = self._start(("Deployment", workload), name, more=more)
        return self.parts[name]

    def replica(self, over: Mapping[str, Path] | None = None) -> Replica:
        port = free_port()
        more = ("--host", "127.0.0.1", "--port", str(port))
        pod = self._start(API, "api", more=more, over=over)
        container = self.cluster.manifests.pod(*API)["containers"][0]
        address = f"http://127.0.0.1:{port}"
        probe = Probe(address, container["readinessProbe"], container["livenessProbe"])
        probe.start()
        made = Replica(pod, address, probe)
        self.replicas.append(made)
        return made

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            for each in self.replicas:
                each.pod.require_alive()
            return all(each.probe.is_ready for each in self.replicas)

        wait_until(ready, STARTED_S, 0.5)

    def retire(self, replica: Replica) -> int:
        """As a cluster ends a pod: SIGTERM, a while until the Service knows, and its grace. Returns its exit code."""
        replica.pod.signal("TERM")
        time.sleep(PROPAGATION_S)
        replica.is_gone = True
        grace = self.cluster.manifests.pod(*API)["terminationGracePeriodSeconds"]
        code = replica.pod.wait(grace - PROPAGATION_S)
        self._forget(replica)
        return code

    def kill(self, replica: Replica) -> None:
        replica.pod.signal("KILL")
        replica.pod.wait(STOP_S)
        replica.is_gone = True
        self._forget(replica)

    def end(self) -> None:
        for each in list(self.replicas):
            self._forget(each)
        for pod in self.parts.values():
            pod.end()

    def _forget(self, replica: Replica) -> None:
        replica.probe.stop()
        replica.pod.end()
        self.replicas.remove(replica)

    def _start(self, workload: tuple[str, str], name: str, **how: Any) -> pods.Pod:
        self._count += 1
        pod = pods.start(self.cluster, self.image, *workload, f"{name}-{self._count}", **how)
        pods.wait_for_state(pod)
        return pod


@dataclass
class Makes:
    image: pods.Image
    server: DatabaseServer
    broker: EventBroker
    folder: Path

    @contextmanager
    def instance(self, name: str) -> Iterator[Instance]:
        url, code_port = self.server.root.create_database(), free_port()
        manifests = pods.Manifests()
        instance = dict(manifests.data("iop-instance"))
        workspace = yaml.safe_load(instance["workspace.yaml"])
        workspace["load_from"][0]["grpc_server"]["port"] = code_port
        instance["workspace.yaml"] = yaml.safe_dump(workspace)
        key = secrets.token_urlsafe(32)
        bus = self.broker.url
        cluster = pods.Cluster(
            folder=self.folder / name,
            manifests=manifests,
            secrets={
                "ana-system-secrets": {"database-url": url},
                "iop-secrets": {"secret-key": key, "broker-url": bus, "event-broker-url": bus},
            },
            settings={"IOP_CLOCK": "drm"},
            instance=instance,
            hosts=["iop-code-server"],
        )
        cluster.prepare()
        made = Instance(cluster, self.image, self.server, url, code_port)
        try:
            yield made
        finally:
            made.end()
            engine_for(url).dispose()


@pytest.fixture(scope="module")
def image() -> Iterator[pods.Image]:
    with pods.unpacked(IMAGE) as found:
        yield found


@pytest.fixture(scope="module")
def makes(
    image: pods.Image, event_broker: EventBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Makes]:
    folder = tmp_path_factory.mktemp("rehearsal")
    data = folder / "mysql"
    data.mkdir()
    server = make_mysql(data, is_durable=True)
    server.start()
    yield Makes(image, server, event_broker, folder)
    server.stop()


@pytest.fixture(scope="module")
def worked(makes: Makes) -> Iterator["Worked"]:
    """An instance of all parts after the demo's first day: two replicas, two workers."""
    with makes.instance("day") as instance, _subscriber(makes.broker.url) as told:
        instance.run(MIGRATE)
        instance.run(API, "iop", "user", "add", "ada", "--role", "admin")
        # The last line: what opens a home may say so before.
        token = instance.run(API, "iop", "token", "ada").split()[-1]
        code = str(instance.code_port)
        instance.part("iop-code-server", "code-server", "--host", "127.0.0.1", "--port", code)
        instance.part("iop-daemon", "daemon")
        instance.part("iop-worker", "worker-1")
        instance.part("iop-worker", "worker-2")
        instance.part("iop-events", "events")
        instance.replica()
        instance.replica()
        instance.wait_until_ready()
        instance.run(MIGRATE, "python3", "-c", DELIVER)
        began = time.monotonic()
        platform = Platform(_seen_from_here(instance, makes.folder))

        def done() -> bool:
            for pod in instance.parts.values():
                pod.require_alive()
            return backlog(platform).is_empty

        wait_until(done, DAY_S, 1)
        yield Worked(instance, platform, told, token, time.monotonic() - began)
        platform.engine.dispose()


@dataclass(frozen=True)
class Worked:
    instance: Instance
    platform: Platform
    # Of whoever listens to what IOP tells.
    told: kombu.Queue
    token: str
    seconds: float

    def call(self, replica: Replica, procedure: str, **given: Any) -> Any:
        """A mutation by tRPC."""
        answer = httpx.post(
            f"{replica.address}/api/trpc/{procedure}",
            json=given,
            headers=self.headers,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]["data"]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def test_the_image_is_of_the_size_that_was_agreed_and_holds_nothing_that_it_does_not_use(
    image, capsys
):
    unpacked = image.bytes()
    listed = subprocess.run(
        ["du", "--bytes", "--max-depth=1", f"{image.root}{PARTS}", f"{image.root}/usr"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    sizes = sorted(
        (int(size), Path(path).name)
        for size, path in (line.split("\t") for line in listed.splitlines())
        if Path(path).name not in {"site-packages", "usr"}
    )
    with capsys.disabled():
        print(f"\nimage {unpacked / 1e6:.0f} MB unpacked, of which")
        for size, name in sizes[:-11:-1]:
            print(f"  {size / 1e6:6.1f} MB {name}")
    assert unpacked <= MAX_BYTES
    assert image.user == "10001:10001"
    library = Path(f"{image.root}{PARTS}")
    assert not (library / "pip").exists()
    assert not [each for each in library.glob("*/tests") if each.is_dir()]
    compiled = list(library.rglob("*.pyc"))
    assert compiled
    twice = [each for each in compiled if ".opt-" in each.name or each.parent.name != "__pycache__"]
    assert twice == []


def test_nothing_but_its_volumes_can_be_written_to(makes):
    script = """
import os
refused = []
for place in ("/", "/opt/iop", "/etc", "/usr", "/var", "/etc/iop"):
    try:
        open(os.path.join(place, "x"), "w")
    except OSError as error:
        refused.append(place)
for place in ("/tmp", "/var/lib/iop", "/var/lib/iop-files"):
    open(os.path.join(place, "x"), "w").close()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.getuid(), len(refused), int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"].strip())
"""
    with makes.instance("closed") as instance:
        assert instance.run(API, "python3", "-c", script).split() == ["10001", "6", "0", "0", "1"]


def test_a_day_of_the_demo_goes_through_and_nothing_drifts(worked, capsys):
    instance, engine = worked.instance, worked.platform.engine
    with engine.connect() as connection:
        statuses = dict(
            connection.execute(
                sa.select(model_executions.c.status, sa.func.count()).group_by(
                    model_executions.c.status
                )
            ).all()
        )
        advised = connection.scalar(sa.select(sa.func.count()).select_from(recommendations))
    said = instance.run(API, "iop", "ledger", "verify", "--json")
    # After what opening a home may say.
    assert json.loads(said[said.index("{") :])["drift"] == []
    assert set(statuses) == {ExecutionStatus.SUCCESS}
    assert advised
    number = sum(statuses.values())
    wait_until(lambda: worked.told.queue_declare(passive=True).message_count >= number, STOP_S)
    sizes = {name: pod.pss() for name, pod in instance.parts.items()}
    sizes |= {f"api-{n}": each.pod.pss() for n, each in enumerate(instance.replicas, 1)}
    with capsys.disabled():
        print(
            f"\n{number} executions in {worked.seconds:.0f} s by two workers: "
            f"{number / worked.seconds * 60:.0f} a minute; PSS:"
        )
        for name, size in sizes.items():
            print(f"  {size / pods.MIB:6.0f} MiB {name}")
    workloads = {"api": "iop-organ", "worker": "iop-worker"}
    for name, size in sizes.items():
        workload = workloads.get(name.split("-")[0], f"iop-{name}")
        container = instance.cluster.manifests.pod("Deployment", workload)["containers"][0]
        asked = container["resources"]["requests"]["memory"]
        assert 0 < size < pods.size_of(asked), (name, asked)


def test_a_replica_that_is_told_to_stop_fails_no_request(worked):
    instance = worked.instance
    with Stream(lambda: instance.replicas, worked.token) as stream:
        old = instance.replicas[0]
        instance.replica()
        instance.wait_until_ready()
        asked_before = stream.answered[old.address]
        code = instance.retire(old)
    assert stream.failed == []
    assert asked_before
    assert len(stream.answered) == 3
    assert code in ENDED


def test_a_replica_that_is_killed_takes_no_other_with_it(worked):
    instance = worked.instance
    killed, other = instance.replicas
    with Stream(lambda: list(instance.replicas), worked.token) as stream:
        wait_until(lambda: len(stream.answered) == 2, STOP_S)
        instance.kill(killed)
        before = stream.answered[other.address]
        wait_until(lambda: stream.answered[other.address] > before + 20, STOP_S)
        instance.replica()
        instance.wait_until_ready()
    assert {address for address, _ in stream.failed} <= {killed.address}
    assert other.probe.restarts == 0


def test_a_database_that_is_away_restarts_nothing_and_ready_says_so(worked):
    instance = worked.instance

    def ready() -> set[int]:
        return {_status(f"{each.address}/api/ready", 10) for each in instance.replicas}

    wait_until(lambda: ready() == {200}, STARTED_S, 0.5)
    instance.server.kill()
    began = time.monotonic()
    try:
        wait_until(lambda: ready() == {503}, AWAY_S, 0.5)
        time.sleep(max(0.0, AWAY_S - (time.monotonic() - began)))
    finally:
        instance.server.start()
    wait_until(lambda: ready() == {200}, STARTED_S, 0.5)
    assert [each.probe.restarts for each in instance.replicas] == [0, 0]
    for pod in [*instance.parts.values(), *(each.pod for each in instance.replicas)]:
        pod.require_alive()


def test_a_report_that_one_replica_was_asked_for_is_fetched_from_the_other(worked):
    first, second = worked.instance.replicas
    templates = httpx.get(
        f"{first.address}/api/trpc/reports.list", headers=worked.headers, timeout=30
    ).json()["result"]["data"]
    template = next(each for each in templates if each["format"] == "pdf")
    report = worked.call(first, "reports.generate", templateId=template["id"])["reportId"]
    query = sa.select(generated_reports.c.status).where(generated_reports.c.id == report)

    def status() -> str:
        with worked.platform.engine.connect() as connection:
            return connection.scalar(query)

    wait_until(lambda: status() in {"ready", "failed"}, STARTED_S, 0.5)
    assert status() == "ready"
    answer = httpx.get(
        f"{second.address}/api/reports/{report}/file", headers=worked.headers, timeout=60
    )
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")


def test_a_release_follows_the_one_before_while_both_serve(makes):
    """The release before is its own sources over the image's libraries; its migrations are its own too."""
    over = {f"{PARTS}/iop_pipelines": _sources_before(makes)}
    with makes.instance("roll") as instance:
        instance.run(MIGRATE, over=over)
        instance.run(API, "iop", "user", "add", "ada", "--role", "admin", over=over)
        token = instance.run(API, "iop", "token", "ada", over=over).split()[-1]
        old = [instance.replica(over), instance.replica(over)]
        instance.wait_until_ready()
        was = _revision(instance.url)
        with Stream(lambda: list(instance.replicas), token) as stream:
            wait_until(lambda: len(stream.answered) == 2, STOP_S)
            instance.run(MIGRATE)
            for each in old:
                instance.replica()
                instance.wait_until_ready()
                assert instance.retire(each) in ENDED
        assert was != _revision(instance.url)
        assert stream.failed == []
        assert len(stream.answered) == 4


@contextmanager
def _subscriber(url: str) -> Iterator[kombu.Queue]:
    """A queue that all events of IOP come to: where nobody listens, they wait in the outbox."""
    with kombu.Connection(url) as connection:
        queue = kombu.Queue("listener", ANALYTICS, routing_key="#", channel=connection.channel())
        queue.declare()
        yield queue
        queue.delete()


def _seen_from_here(instance: Instance, folder: Path) -> Settings:
    return Settings.from_env(
        {
            "IOP_HOME": str(folder / "looks"),
            "DATABASE_URL": instance.url,
            "IOP_CLOCK": "drm",
            "IOP_SECRET_KEY": secrets.token_urlsafe(32),
        }
    )


def _sources_before(makes: Makes) -> Path:
    """As its wheel would have them; the web app is the image's, since no request here is for a page."""
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", MIGRATION)
    if not added:
        pytest.fail(
            f"the history of this checkout does not reach {MIGRATION}: git fetch --unshallow",
            pytrace=False,
        )
    folder = makes.folder / "before"
    folder.mkdir()
    names = ("iop_pipelines", "dagster.yaml", "workspace.yaml")
    archive = subprocess.run(
        ["git", "archive", f"{added}^", *names], cwd=ROOT, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    package = folder / "iop_pipelines"
    (package / "instance").mkdir()
    for name in names[1:]:
        (folder / name).rename(package / "instance" / name)
    shutil.copytree(f"{makes.image.root}{PARTS}/iop_pipelines/api/static", package / "api/static")
    return package


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _revision(url: str) -> str:
    with engine_for(url).connect() as connection:
        return connection.scalar(sa.text("SELECT version_num FROM iop_alembic_version"))


def _status(url: str, timeout_s: float) -> int:
    try:
        return httpx.get(url, timeout=timeout_s).status_code
    except httpx.TransportError:
        return 0
