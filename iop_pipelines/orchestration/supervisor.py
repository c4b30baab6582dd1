"""The processes of `iop up`: code server, daemon, the API with Dagster's UI, warm workers and, with a broker, events.

All that they own lives under the home. A second supervisor on the same home is refused; children
that a killed one left behind are ended before anything is started. A child that dies is restarted
with increasing delays; one that keeps dying, or ends by itself while all start, ends the instance.
"""

import fcntl
import http.client
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import Conflict, Unavailable
from iop_pipelines.orchestration import parts
from iop_pipelines.orchestration.home import OTHERS, make_private
from iop_pipelines.orchestration.instance import FOLDER_BROKER, instance_file, own_file
from iop_pipelines.orchestration.parts import Address
from iop_pipelines.settings import Settings

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 20
PROBE_TIMEOUT_S = 5
# The pause before a dead child is started again doubles with each death in a row, up to the longest. In
# all they outlast a restart of the database, without which no child can live.
RESTART_AFTER_S = 1.0
RESTART_AFTER_AT_MOST_S = 30.0
DEATHS_IN_A_ROW = 10
# A child that lived this long begins a new row.
STEADY_S = 60.0


@dataclass
class Child:
    """`deaths` are those in a row; `due_at` is when a dead one is started again, monotonic."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    log: Path
    started_at: float
    deaths: int = 0
    due_at: float | None = None

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def told(self) -> Sentence:
        """How it ended, with the end of its log."""
        return Sentence(
            "child.ended",
            name=self.name,
            status=self.process.returncode,
            log=self.log,
            end=_tail(self.log),
        )


@dataclass
class Supervisor:
    """Starts, watches and stops the children; `environment` is what they are given."""

    settings: Settings
    port: int
    workers: int = 1
    children: list[Child] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    monotonic: Callable[[], float] = time.monotonic

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Raises Conflict if the port is taken, Unavailable, with the log's end, if a child does not start."""
        require_free(self.port)
        _clear_broker(self.settings)
        code = Address(HOST, free_port())
        workspace = parts.write_workspace(self.settings.home / "workspace.yaml", code)
        for number in range(1, self.workers + 1):
            self.spawn(f"worker-{number}", parts.worker(f"w{number}"))
        self.spawn("code-server", parts.code_server(code))
        self._wait_for_port(code.port, "code-server")
        self.spawn("daemon", parts.daemon(workspace))
        if self.settings.drm_api_url:
            self.spawn("drm-copy", parts.drm_copy())
        if self.settings.event_broker_url:
            self.spawn("events", parts.events())
        self.spawn("web-server", parts.api(Address(HOST, self.port), workspace))

    def wait_until_served(self) -> None:
        """Until health is well: the port answers earlier, while Dagster's UI still loads."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            self.keep_starting()
            if _is_healthy(self.port):
                return
            time.sleep(0.1)
        raise Unavailable(
            "server.not_well",
            url=self.url,
            limit_s=START_TIMEOUT_S,
            log=str(self.settings.home / "logs" / "web-server.log"),
        )

    def keep_starting(self) -> None:
        """While all of them start: starts again what was killed, as `keep_alive` does.

        Raises Unavailable, with the end of its log, for a child that ended by itself: its settings are wrong,
        or what it needs is away.
        """
        for child in self.children:
            if child.has_ended and child.process.returncode >= 0:
                raise Unavailable(child.told())
        self.keep_alive()

    def keep_alive(self) -> None:
        """Starts again what has died; raises Unavailable for a child that died too often in a row."""
        now = self.monotonic()
        for child in self.children:
            if not child.has_ended:
                continue
            if child.due_at is None:
                _plan_restart(child, now)
            elif now >= child.due_at:
                self._run(child)
                self._note_pids()

    def stop(self) -> None:
        """Asks all to end, workers first since they finish the run in hand; then ends those that have not."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for child in self.children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.children.clear()
        _pids_file(self.settings).unlink(missing_ok=True)

    def spawn(self, name: str, module_and_arguments: Sequence[str]) -> None:
        """Starts a Python module as a child that ends with this process."""
        log_file = self.settings.home / "logs" / f"{name}.log"
        log_file.parent.mkdir(parents=True, exist_ok=True)
        process = self._process(module_and_arguments, log_file)
        self.children.append(Child(name, module_and_arguments, process, log_file, self.monotonic()))
        self._note_pids()

    def _run(self, child: Child) -> None:
        child.process = self._process(child.command, child.log)
        child.started_at, child.due_at = self.monotonic(), None

    def _process(
        self, module_and_arguments: Sequence[str], log_file: Path
    ) -> subprocess.Popen[bytes]:
        tether = [sys.executable, "-m", "iop_pipelines.orchestration.tether", str(os.getpid())]
        with log_file.open("ab") as output:
            return subprocess.Popen(
                [*tether, sys.executable, "-m", *module_and_arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.settings.home,
                start_new_session=True,
                umask=OTHERS,
            )

    def _note_pids(self) -> None:
        """Whole or not there: the next start reads it, whatever became of this one."""
        path = _pids_file(self.settings)
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps({child.name: child.process.pid for child in self.children}))
        draft.replace(path)

    def _wait_for_port(self, port: int, name: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            self.keep_starting()
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((HOST, port)) == 0:
                    return
            time.sleep(0.1)
        raise Unavailable(
            "server.not_listening", name=name, host=HOST, port=port, limit_s=START_TIMEOUT_S
        )


def _plan_restart(child: Child, now: float) -> None:
    child.deaths = 1 if now - child.started_at >= STEADY_S else child.deaths + 1
    if child.deaths >= DEATHS_IN_A_ROW:
        raise Unavailable("child.died_too_often", said=child.told(), count=child.deaths)
    pause = min(RESTART_AFTER_S * 2 ** (child.deaths - 1), RESTART_AFTER_AT_MOST_S)
    child.due_at = now + pause
    log.warning(
        "the %s ended with code %s; it is started again in %g s (%d of %d in a row); its log: %s",
        *(child.name, child.process.returncode, pause),
        *(child.deaths, DEATHS_IN_A_ROW, child.log),
    )


def instance_environment(settings: Settings) -> dict[str, str]:
    """What every process of the instance is given: its settings, Dagster's home, and no telemetry."""
    return {
        **os.environ,
        "IOP_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "IOP_DRM_DATABASE_URL": settings.drm_database_url,
        "IOP_STORAGE_URL": settings.storage_url,
        "IOP_BROKER_URL": settings.broker_url or FOLDER_BROKER,
        "IOP_DRM_API_URL": settings.drm_api_url or "",
        "IOP_DRM_API_TOKEN": settings.drm_api_token or "",
        "IOP_EVENT_BROKER_URL": settings.event_broker_url or "",
        "IOP_CLOCK": settings.clock,
        "IOP_TIME_ZONE": settings.time_zone,
        "IOP_KEEP_HISTORY_DAYS": str(settings.keep_history_days),
        "IOP_KEEP_OUTPUTS_DAYS": str(settings.keep_outputs_days),
        "IOP_KEEP_REJECTED_DAYS": str(settings.keep_rejected_days),
        "IOP_KEEP_REPORT_FILES_DAYS": str(settings.keep_report_files_days),
        "IOP_KEEP_MODEL_FILES_DAYS": str(settings.keep_model_files_days),
        "IOP_WORKER_LOST_S": str(settings.worker_lost_s),
        "IOP_STALLED_S": str(settings.stalled_s),
        "IOP_CLAIM_LOST_S": str(settings.claim_lost_s),
        "IOP_LOOK_MS": str(settings.look_ms),
        "IOP_HELD_HOURS": str(settings.held_hours),
        "IOP_BACKLOG_MINUTES": str(settings.backlog_minutes),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
        # Threads that share arenas leave less memory unused in them.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
        # One run at a time a worker: more threads in its libraries would only fight for the cores.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"),
    }


def write_dagster_home(settings: Settings) -> None:
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    source = own_file(settings, "dagster.yaml") or instance_file("dagster.yaml")
    shutil.copyfile(source, settings.dagster_home / "dagster.yaml")


@contextmanager
def exclusive(settings: Settings) -> Iterator[None]:
    """Holds the home; raises Conflict while another process does. Ends what a killed one left behind."""
    make_private(settings.home)
    lock: IO[str] = (settings.home / "lock").open("w")
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("home.in_use", home=settings.home) from error
        _end_leftovers(settings)
        yield
    finally:
        lock.close()


def is_held(settings: Settings) -> bool:
    """Whether an instance runs on the home now."""
    path = settings.home / "lock"
    if not path.exists():
        return False
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def require_free(port: int) -> None:
    """Raises Conflict if something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Conflict("port.taken", port=port, host=HOST, why=error.strerror) from error


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _clear_broker(settings: Settings) -> None:
    """Messages of runs that the last stop left unfinished: those runs were closed and are asked again."""
    shutil.rmtree(settings.home / "broker", ignore_errors=True)


def _pids_file(settings: Settings) -> Path:
    return settings.home / "pids.json"


def _end_leftovers(settings: Settings) -> None:
    path = _pids_file(settings)
    if not path.exists():
        return
    for pid in json.loads(path.read_text()).values():
        if str(settings.home) in _described(pid):
            os.kill(pid, signal.SIGKILL)
    path.unlink()


def _described(pid: int) -> str:
    """Environment and command line of a process of ours, where the home stands; empty if there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
        except OSError:
            return ""
    shown = subprocess.run(
        ["ps", "eww", "-o", "command=", "-p", str(pid)],  # noqa: S607  ps is where the system has it
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout


def _tail(log_file: Path, lines: int = 20) -> str:
    return "\n".join(log_file.read_text(errors="replace").splitlines()[-lines:])
