"""The processes that a fault run hits: database, broker, `iop up` with all it starts, a second daemon, a small disk.

Servers are private and on loopback. What is hit is put right again when the fault's time is over; `iop
up` itself is started again whenever it ends, as an init system would.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

import aftermath
from database_servers import DatabaseServer, make_mariadb, make_mariadb_11_8, make_mysql
from event_broker import EventBroker, start_rabbitmq
from fault_plan import BROKER, CLOCK, DATABASE, EVERYTHING, Fault, Kind
from iop_pipelines.demo.replay import wait_for
from iop_pipelines.orchestration.supervisor import free_port, instance_environment
from iop_pipelines.settings import Settings

# A busy machine of two cores takes minutes to import what eight processes need.
SERVED_TIMEOUT_S = 420
STOP_TIMEOUT_S = 45
# On a busy machine the imports alone take most of a minute.
COMMAND_TIMEOUT_S = 300
RESTART_AFTER_S = 2.0
# Room for the files of a long run, and filled in a moment.
DISK_BYTES = 256 * 1024 * 1024
_MAKERS: Mapping[str, Callable[[Path, bool], DatabaseServer]] = {
    "mariadb": make_mariadb,
    "mariadb-11.8": make_mariadb_11_8,
    "mysql": make_mysql,
}


class CannotMount(Exception):
    """The message says why no small disk can be made here, and what would mend it."""


class Cluster:
    """`with running_cluster(…) as cluster`; `begin` and `end` are called for each fault, from one thread."""

    def __init__(
        self,
        folder: Path,
        database: DatabaseServer,
        broker: EventBroker,
        disk: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "iop-up.log"
        self._database = database
        self._broker = broker
        self._disk = disk
        home = folder / "home"
        self.settings = Settings.from_env(
            {
                "IOP_HOME": str(home),
                "DATABASE_URL": database.root.create_database(),
                "IOP_BROKER_URL": broker.url,
                "IOP_EVENT_BROKER_URL": broker.url,
                "IOP_STORAGE_URL": f"file://{disk}",
                "IOP_CLOCK": "drm",
                "IOP_SECRET_KEY": secrets.token_urlsafe(48),
            }
        )
        self.event_broker_url = broker.url
        self._environment = {
            **instance_environment(self.settings),
            "IOP_SECRET_KEY": self.settings.secret_key or "",
            **environment,
        }
        self._instance: subprocess.Popen[bytes] | None = None
        self._is_wanted = threading.Event()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="init", daemon=True)
        self._second_daemons: list[subprocess.Popen[bytes]] = []
        self.restarts_of_instance = 0

    def start(self) -> None:
        self._is_wanted.set()
        self._keeper.start()
        wait_for(self.is_served, lambda: None, SERVED_TIMEOUT_S, "the start of the instance")

    def is_served(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        self._closing.set()
        if self._keeper.is_alive():
            self._keeper.join()
        if self._instance is not None and self._instance.poll() is None:
            self._instance.terminate()
            try:
                self._instance.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._instance.kill()
                self._instance.wait()
        for process in self._second_daemons:
            process.kill()
            process.wait()

    def iop(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the operator's, on this instance."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("iop")), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def begin(self, fault: Fault) -> None:
        if fault.kind is Kind.KILL:
            self._kill(fault.target)
        elif fault.kind is Kind.PAUSE:
            self._signal(fault.target, signal.SIGSTOP)
        elif fault.kind is Kind.SECOND_DAEMON:
            self._second_daemons.append(self._start_second_daemon())
        elif fault.kind is Kind.DISK_FULL:
            self._fill_disk()
        else:
            assert fault.target == CLOCK  # whoever moves the clock does

    def end(self, fault: Fault) -> None:
        if fault.kind is Kind.KILL and fault.target == DATABASE:
            self._database.start()
        elif fault.kind is Kind.KILL and fault.target == BROKER:
            self._broker.start()
        elif fault.kind is Kind.KILL and fault.target == EVERYTHING:
            self._is_wanted.set()
        elif fault.kind is Kind.PAUSE:
            self._signal(fault.target, signal.SIGCONT)
        elif fault.kind is Kind.SECOND_DAEMON:
            daemon = self._second_daemons.pop()
            daemon.kill()
            daemon.wait()
        elif fault.kind is Kind.DISK_FULL:
            (self._disk / "filler").unlink(missing_ok=True)

    def logs(self) -> str:
        """The end of every log, for a run that failed."""
        paths = [self._log, *sorted((self.settings.home / "logs").glob("*.log"))]
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in paths
            if path.exists()
        )

    def _keep(self) -> None:
        """Starts `iop up`, and again whenever it has ended, while it is wanted."""
        while not self._closing.is_set():
            if self._is_wanted.is_set() and (
                self._instance is None or self._instance.poll() is not None
            ):
                self.restarts_of_instance += self._instance is not None
                self._instance = self._start_instance()
                self._closing.wait(RESTART_AFTER_S)
            self._closing.wait(0.1)

    def _start_instance(self) -> subprocess.Popen[bytes]:
        iop = Path(sys.executable).with_name("iop")
        return self._spawn([str(iop), "up", "--port", str(self.port), "--workers", "2"], self._log)

    def _start_second_daemon(self) -> subprocess.Popen[bytes]:
        home = self.settings.home
        command = [
            sys.executable,
            "-m",
            "dagster._daemon",
            "run",
            "-w",
            str(home / "workspace.yaml"),
        ]
        return self._spawn(command, home / "logs" / "second-daemon.log")

    def _spawn(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        self.settings.home.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self.settings.home,
                start_new_session=True,
            )

    def _kill(self, target: str) -> None:
        if target == DATABASE:
            self._database.kill()
        elif target == BROKER:
            self._broker.kill()
        elif target == EVERYTHING:
            self._is_wanted.clear()
            assert self._instance is not None
            self._instance.kill()
            self._instance.wait()
        else:
            self._signal(target, signal.SIGKILL)

    def _signal(self, target: str, number: signal.Signals) -> None:
        """To a process that is there: one that a supervisor is about to start again is missed, as in life."""
        if target == BROKER:
            (self._broker.pause if number == signal.SIGSTOP else self._broker.resume)()
            return
        pid = self._pid_of(target)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pid_of(self, target: str) -> int | None:
        if target == DATABASE:
            return self._database.pid
        try:
            return json.loads((self.settings.home / "pids.json").read_text()).get(target)
        except FileNotFoundError:
            return None

    def _fill_disk(self) -> None:
        with suppress(OSError), (self._disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(b"\0" * 65536)


@contextmanager
def running_cluster(
    folder: Path, database: str, environment: Mapping[str, str]
) -> Iterator[Cluster]:
    """All of it, not yet started; ended when the block is left. Raises ServerUnavailable, CannotMount."""
    with ExitStack() as stack:
        disk = stack.enter_context(_small_disk(folder / "disk"))
        server = _MAKERS[database](_made(folder / database), True)
        stack.callback(server.stop)
        server.start()
        broker = start_rabbitmq(_made(folder / "rabbitmq"))
        stack.callback(broker.stop)
        cluster = Cluster(folder, server, broker, disk, environment)
        stack.callback(cluster.stop)
        yield cluster


@contextmanager
def _small_disk(path: Path) -> Iterator[Path]:
    """A tmpfs, small enough to be filled."""
    path.mkdir(parents=True)
    options = f"size={DISK_BYTES},mode=0777"
    _mount("mount", "-t", "tmpfs", "-o", options, aftermath.device(), str(path))
    try:
        yield path
    finally:
        _mount("umount", "--lazy", str(path))


def _mount(program: str, *arguments: str) -> None:
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and shutil.which("sudo") is None:
        raise CannotMount("a small disk is mounted by root, or by sudo without a password")
    done = subprocess.run(
        [*as_root, program, *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode:
        raise CannotMount(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")


def _made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
