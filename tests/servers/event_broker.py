"""A private RabbitMQ for the suite: free loopback ports, data in a temporary folder, ended by pid.

It can be stopped, killed and started again on the same port and data, as a broker that fails over.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import kombu
from amqp.exceptions import AMQPError

from database_servers import ServerUnavailable

DECLARED_FLUSH_S = 3
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30
_HOMES = "/usr/lib/rabbitmq/lib"


@dataclass
class EventBroker:
    """`url` is that of a virtual host; user guest with its default password, on the loopback only."""

    folder: Path
    server: str
    epmd: str
    port: int
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Raises ServerUnavailable, with the log's end, if it does not answer in time."""
        if not self._processes:
            self._start_epmd()
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self._processes.append(
                subprocess.Popen(
                    [self.server],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=self._environment(),
                    start_new_session=True,
                )
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._server.poll() is None:
            if self._answers():
                return
            time.sleep(0.1)
        self.stop()
        tail = log.read_text(errors="replace")[-2000:]
        raise ServerUnavailable(f"RabbitMQ did not start within {START_TIMEOUT_S} s: {tail}")

    def kill(self) -> None:
        """As a machine that lost its power: nothing is said, nothing is flushed.

        A queue that was declared a moment ago is spared that: RabbitMQ writes which quorum queues it has
        only now and then, and one that it does not know when it is back stays dead (`noproc`).
        """
        time.sleep(DECLARED_FLUSH_S)
        self._end_server(signal.SIGKILL)

    def pause(self) -> None:
        """It keeps its connections and says nothing."""
        os.killpg(self._server.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self._server.pid, signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self.start()

    def stop(self) -> None:
        self._end_server(signal.SIGTERM)
        # It has nothing to lose, and now and then does not heed a polite end.
        epmd = self._processes[0]
        epmd.kill()
        epmd.wait(STOP_TIMEOUT_S)

    @property
    def _server(self) -> subprocess.Popen[bytes]:
        return self._processes[-1]

    def _end_server(self, number: signal.Signals) -> None:
        if self._server.poll() is None:
            # A script, the Erlang machine it became or started, and its helpers: one group, ours.
            os.killpg(self._server.pid, number)
            try:
                self._server.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._server.pid, signal.SIGKILL)
                self._server.wait()

    def _start_epmd(self) -> None:
        """Erlang's names, on a port of our own; without it RabbitMQ starts one that nobody ends."""
        self._processes.append(
            subprocess.Popen(
                [self.epmd, "-port", str(self._epmd_port), "-address", "127.0.0.1"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    @property
    def _epmd_port(self) -> int:
        return int((self.folder / "epmd-port").read_text())

    def _environment(self) -> dict[str, str]:
        settings = self.folder / "rabbitmq"
        settings.with_suffix(".conf").write_text(
            "log.console=false\nvm_memory_high_watermark.absolute=512MB\ndisk_free_limit.absolute=50MB\n"
        )
        (self.folder / "plugins").write_text("[].\n")
        return {
            **os.environ,
            # Where the Erlang cookie is made.
            "HOME": str(self.folder),
            "RABBITMQ_HOME": str(Path(self.server).parents[1]),
            "RABBITMQ_NODENAME": f"iop{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": (self.folder / "dist-port").read_text(),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "db"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 2 -start_epmd false"
            ),
        }

    def _answers(self) -> bool:
        """The port is open before the broker is."""
        try:
            with kombu.Connection(self.url, connect_timeout=1) as connection:
                connection.connect()
        except (OSError, AMQPError):
            return False
        return True


def start_rabbitmq(folder: Path) -> EventBroker:
    """Raises ServerUnavailable if RabbitMQ is not installed or does not start."""
    homes = sorted(Path(_HOMES).glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    found = shutil.which("rabbitmq-server") if not homes else str(homes[-1])
    epmd = shutil.which("epmd")
    if found is None or epmd is None:
        raise ServerUnavailable(
            "RabbitMQ is not installed; Debian: apt-get install rabbitmq-server, "
            "macOS: brew install rabbitmq"
        )
    ports = _free_ports(3)
    (folder / "epmd-port").write_text(str(ports[1]))
    (folder / "dist-port").write_text(str(ports[2]))
    broker = EventBroker(folder, found, epmd, ports[0])
    broker.start()
    return broker


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
