"""A whole instance as processes, and what the kernel counts of them; Linux only.

CPU is user and system time of all processes of the instance, with that of children which have ended; memory is PSS,
which shares what several processes map between them.
"""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
START_TIMEOUT_S = 180
STOP_TIMEOUT_S = 60
_START = "from iop_pipelines.cli import main; main()"
# In the order in which `iop up` starts them; what fits none is told by its command.
_NAMES = (
    ("watchdog", "worker's watchdog"),
    ("orchestration.worker", "worker"),
    ("api grpc", "code server"),
    ("dagster._daemon", "daemon"),
    ("events.service", "events"),
    ("api.serve", "API"),
    ("main()", "supervisor"),
)


@dataclass(frozen=True)
class Product:
    """A running `iop up`."""

    process: subprocess.Popen[bytes]
    home: Path

    def pids(self) -> list[int]:
        """Its own and those of all that it started and that live."""
        parents = {pid: _stat(pid)[1] for pid in _all_pids()}
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu_s(self) -> float:
        return sum(self.cpu_by_process().values())

    def cpu_by_process(self) -> dict[str, float]:
        """Name and process id -> seconds so far, with the process's ended children."""
        return {
            f"{name_of(pid)} {pid}": sum(map(int, _stat(pid)[11:15])) / TICKS_A_SECOND
            for pid in self.pids()
            if _stat(pid)[1]
        }

    def pss_mb_by_process(self) -> dict[str, float]:
        return {f"{name_of(pid)} {pid}": pss_mb(pid) for pid in self.pids()}


def _all_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[int]:
    """Fields of /proc/PID/stat from the state on, as numbers where they are; zeros of a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return [0] * 20
    fields = text.rpartition(")")[2].split()
    return [int(each) if re.fullmatch(r"-?\d+", each) else 0 for each in fields]


def pss_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0.0


def name_of(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "ended"
    return next((name for sign, name in _NAMES if sign in command), command[:60])


@contextmanager
def running(
    root: Path, home: Path, port: int, workers: int, settings: Mapping[str, str]
) -> Iterator[Product]:
    """`iop up` of the checkout at `root` on a home that is there; ended, with all it started, afterwards."""
    environment = {**os.environ, **settings, "IOP_HOME": str(home), "PYTHONPATH": str(root)}
    options = ["up", "--json", "--port", str(port), "--workers", str(workers)]
    with (home.parent / "iop-up.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, *options],
            env=environment,
            cwd=home.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_served(process, port)
            yield Product(process, home)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_served(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"iop up is not served on port {port} after {START_TIMEOUT_S} s")
