"""The demo, run to its end by its command: with outbound network refused, killed on the way and started again.

It takes minutes, so a run of several processes has one replay, in a process of its own that begins while other tests
run: `python replayed_demo.py FOLDER` is that process.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

import aftermath
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


# Two starts of the whole product and a month of days, on a machine that does much else.
REPLAY_TIMEOUT_S = 1300


@dataclass(frozen=True)
class SharedReplay:
    """The one replay of all processes of a run, in a folder that all of them know."""

    folder: Path

    def begin(self) -> subprocess.Popen[bytes] | None:
        """The replay, for who is the first to ask; None for the others. To be ended by `end`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._pid.exists():
                return None
            command = [sys.executable, __file__, str(self.folder)]
            process = subprocess.Popen(command, start_new_session=True)
            self._pid.write_text(str(process.pid))
            return process

    def ended(self) -> tuple[Path, Path, dict]:
        """Home, log of refused connections, and the summary. Raises AssertionError if it failed."""
        _wait(self._has_ended, REPLAY_TIMEOUT_S, "the end of the replay")
        if not self._summary.exists():
            failure = self.folder / "failure"
            raise AssertionError(failure.read_text() if failure.exists() else "it was killed")
        summary = json.loads(self._summary.read_text())
        return self.folder / "home", self.folder / "refused.log", summary

    def run(self) -> None:
        try:
            summary = replay(self.folder)
        except BaseException:
            (self.folder / "failure").write_text(traceback.format_exc())
            raise
        written = self.folder / "summary.writing"
        written.write_text(json.dumps(summary))
        written.rename(self._summary)

    @property
    def _pid(self) -> Path:
        return self.folder / "pid"

    @property
    def _summary(self) -> Path:
        return self.folder / "summary.json"

    def _has_ended(self) -> bool:
        return self._summary.exists() or not aftermath.is_alive(int(self._pid.read_text()))


def end(process: subprocess.Popen[bytes]) -> None:
    """A replay that nobody waits for any more, and the demo that it started: one group, ours."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def replay(folder: Path) -> dict:
    """The summary of a demo that was killed and started again."""
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
    return json.loads(done.stdout)


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


if __name__ == "__main__":
    SharedReplay(Path(sys.argv[1])).run()
