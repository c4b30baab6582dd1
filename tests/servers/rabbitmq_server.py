"""A private RabbitMQ for the suite: free loopback ports, data in a temporary folder, ended by pid.

It is the one installed on the system. Its name server (epmd) is a child of ours too, on a port of its own.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from database_servers import ServerUnavailable

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30
_PROTOCOL = b"AMQP\x00\x00\x09\x01"
_SEARCH_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_CONFIG = """\
log.console = false
vm_memory_high_watermark.absolute = 512MB
"""


@dataclass
class BrokerServer:
    """A running broker; user guest, reachable on the loopback only."""

    port: int
    command: list[str]
    environment: dict[str, str]
    folder: Path
    epmd: subprocess.Popen[bytes]
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def kill(self) -> None:
        """All of its processes; what it had written is there when it starts again."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """After `kill`: the same queues on the same port. Raises ServerUnavailable if it does not start."""
        self.process = _spawn(self.command, self.environment, self.folder)
        _wait_until_ready(self)

    def stop(self) -> None:
        try:
            self.process.terminate()
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        finally:
            self.epmd.terminate()
            self.epmd.wait()


def start_rabbitmq(folder: Path) -> BrokerServer:
    """Raises ServerUnavailable if RabbitMQ is not installed or does not start."""
    server = next(iter(sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server"))), None)
    program = str(server) if server else shutil.which("rabbitmq-server", path=_SEARCH_PATH)
    epmd = shutil.which("epmd", path=_SEARCH_PATH)
    if program is None or epmd is None:
        raise ServerUnavailable(
            "RabbitMQ is not installed; Debian: apt-get install --no-install-recommends "
            "rabbitmq-server, macOS: brew install rabbitmq"
        )
    folder.mkdir(parents=True, exist_ok=True)
    port, distribution_port, epmd_port = _free_ports(3)
    (folder / "rabbitmq.conf").write_text(_CONFIG)
    (folder / "plugins").write_text("[].\n")
    environment = {
        **os.environ,
        "HOME": str(folder),
        # The script then becomes the broker, instead of watching over it.
        "RUNNING_UNDER_SYSTEMD": "1",
        "RABBITMQ_NODENAME": f"iop{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ("-kernel inet_dist_use_interface {127,0,0,1} +S 2"),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(epmd_port),
    }
    if server is not None:
        environment["RABBITMQ_HOME"] = str(server.parents[1])
    names = subprocess.Popen([epmd], env=environment)
    broker = BrokerServer(
        port, [program], environment, folder, names, _spawn([program], environment, folder)
    )
    try:
        _wait_until_ready(broker)
    except BaseException:
        broker.stop()
        raise
    return broker


def _spawn(
    command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    with (folder / "output.log").open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def _wait_until_ready(broker: BrokerServer) -> None:
    """Until it answers the protocol: the port is open long before."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and broker.process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", broker.port), timeout=2) as probe:
                probe.sendall(_PROTOCOL)
                if probe.recv(1):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    tail = (broker.folder / "output.log").read_text(errors="replace")[-800:]
    raise ServerUnavailable(f"RabbitMQ did not start within {START_TIMEOUT_S} s: {tail}")


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
