"""The demo, run to its end by its command: with outbound network refused, killed on the way and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import model_executions

NO_NETWORK = Path(__file__).parents[1] / "demo" / "no_network"


def _command(home: Path, port: int, *options: str) -> list[str]:
    iop = Path(sys.executable).with_name("iop")
    return [str(iop), "demo", "--home", str(home), "--port", str(port), *options]


def alive(home: Path) -> list[int]:
    """Processes that were started for this home."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = path.read_bytes()
        except OSError:
            continue
        if f"IOP_HOME={home}".encode() in environment:
            found.append(int(path.parent.name))
    return found


def _wait(condition, timeout_s: float, what: str) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {timeout_s} s"
        time.sleep(0.5)


def _count(home: Path, query: sa.Select) -> int:
    if not (home / "iop.db").exists():
        return 0
    engine = engine_for(f"sqlite:///{home / 'iop.db'}")
    try:
        with engine.connect() as connection:
            return connection.scalar(query) or 0
    except OperationalError:
        return 0


def replay(folder: Path) -> tuple[Path, Path, dict]:
    """Home, log of refused connections, and the summary of a demo that was killed and started again."""
    home, refused = folder / "home", folder / "refused.log"
    env = {
        **os.environ,
        "PYTHONPATH": str(NO_NETWORK),
        "NO_NETWORK_LOG": str(refused),
        "COVERAGE_PROCESS_START": "",
    }
    _kill_on_the_way(home, env)
    done = subprocess.run(
        _command(home, free_port(), "--once", "--json"),
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:] + _logs(home)
    return home, refused, json.loads(done.stdout)


def _kill_on_the_way(home: Path, env: Mapping[str, str]) -> None:
    """SIGKILL to the supervisor while executions are under way; its children must end with it."""
    started = sa.select(sa.func.count()).where(model_executions.c.phase == "done")
    process = subprocess.Popen(
        _command(home, free_port(), "--once", "--json"),
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(lambda: _count(home, started) > 20, 300, "the 20th execution")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    _wait(lambda: not alive(home), 20, "the end of the killed demo's children")


def _logs(home: Path) -> str:
    logs = sorted((home / "logs").glob("*.log"))
    return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in logs)
