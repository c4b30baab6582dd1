"""A private PostgreSQL for the tests that read one: a free loopback port, data in a temporary folder, ended by pid.

PostgreSQL refuses to run as root, so there it runs as the user that its package makes, in a folder of that user.
"""

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pg8000.dbapi

from database_servers import START_TIMEOUT_S, STOP_TIMEOUT_S, ServerUnavailable

_USER = "postgres"
PASSWORD = "very secret"  # not one of anything


@dataclass
class PostgresServer:
    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def url(self) -> str:
        return f"postgresql://reader:very%20secret@127.0.0.1:{self.port}/postgres"

    def execute(self, *statements: str) -> None:
        """As the server's owner."""
        with closing(_connected(self.port, _USER)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)

    def stop(self) -> None:
        # Does not wait for those who are connected.
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)


def start_postgres() -> PostgresServer:
    """Raises ServerUnavailable if PostgreSQL is not installed or does not start."""
    programs = _programs()
    as_user = _USER if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="iop-postgres-"))
    if as_user:
        shutil.chown(folder, as_user)
    data = folder / "data"
    make = [programs / "initdb", "-D", data, "-U", _USER, "--auth-local=trust", "--no-sync"]
    options = {"user": as_user, "cwd": folder, "capture_output": True, "timeout": START_TIMEOUT_S}
    done = subprocess.run(
        [*map(str, make), "--auth-host=trust", "-E", "UTF8", "--locale=C"], **options
    )
    if done.returncode:
        shutil.rmtree(folder)
        raise ServerUnavailable(f"PostgreSQL: initdb failed: {done.stderr.decode()[-500:]}")
    # Whoever reads needs a password; its owner, who makes the tables, does not.
    (data / "pg_hba.conf").write_text(
        f"host all {_USER} 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "20",
        "shared_buffers": "16MB",
    }
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=as_user, cwd=folder, stdout=log, stderr=log)
    server = PostgresServer(port, process, folder)
    try:
        _wait_until_ready(server)
        server.execute(f"CREATE ROLE reader LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    except BaseException:
        server.stop()
        raise
    return server


def _programs() -> Path:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    path = found[-1] if found else shutil.which("initdb")
    if path is None:
        raise ServerUnavailable(
            "PostgreSQL is not installed; Debian: apt-get install postgresql, macOS: brew install postgresql"
        )
    return Path(path).parent


def _connected(port: int, user: str) -> pg8000.dbapi.Connection:
    return pg8000.dbapi.connect(user, host="127.0.0.1", port=port, database="postgres", timeout=30)


def _wait_until_ready(server: PostgresServer) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            _connected(server.port, _USER).close()
        except (pg8000.dbapi.Error, OSError):
            time.sleep(0.1)
        else:
            return
    tail = (server.folder / "log").read_text(errors="replace")[-800:]
    raise ServerUnavailable(f"PostgreSQL did not start within {START_TIMEOUT_S} s: {tail}")
