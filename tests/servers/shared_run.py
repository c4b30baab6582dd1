"""What the processes of a run have in common: made once, by the first that wants it, in a folder that all of them know.

A database server is not ended with the process that started it, but with the run: it bears the mark of the process
that began the run (`aftermath.py`), which ends it (`end_servers`), or whose watcher does.
"""

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aftermath
from database_servers import (
    DatabaseAccount,
    DatabaseServer,
    make_mariadb,
    make_mariadb_11_8,
    make_mysql,
)

END_TIMEOUT_S = 30
_PID = "server-pid"
# Kept, as one that is forgotten while its process lives is warned of.
_STARTED: list[DatabaseServer] = []
_MAKERS: Mapping[str, Callable[[Path], DatabaseServer]] = {
    "mariadb": make_mariadb,
    "mariadb_11_8": make_mariadb_11_8,
    "mysql": make_mysql,
}


@dataclass(frozen=True)
class SharedRun:
    """folder: of the whole run; mark: of the process that began it; process: this one's name among those of the run."""

    folder: Path
    mark: str
    process: str

    def once(self, name: str, make: Callable[[Path], Any]) -> Any:
        """What `make` gave, as JSON, to the first process that asked; it is given a folder that stays with the run.

        The others wait for it. Where it raised, the next tries again.
        """
        folder = self.folder / name
        made = folder / "made.json"
        with _locked(self.folder / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                written = folder / "made.writing"
                written.write_text(json.dumps(make(folder)))
                written.rename(made)
            return json.loads(made.read_text())

    def account(self, kind: str) -> DatabaseAccount:
        """This process's, on the run's server of that kind. Raises ServerUnavailable."""
        made = self.once(kind, lambda folder: self._start(_MAKERS[kind](folder), folder))
        return DatabaseAccount(made["scheme"], made["port"]).create_account(self.process)

    def end_servers(self) -> None:
        """By the process that began the run, once the others have ended."""
        if sys.platform == "linux":
            # Their folder may be gone by now, and a number that stands there be another's.
            programs = aftermath.marked(self.mark).items()
            pids = [pid for pid, command in programs if f"--datadir={self.folder}/" in command]
        else:
            pids = [int(path.read_text()) for path in self.folder.glob(f"*/{_PID}")]
        for number in (signal.SIGTERM, signal.SIGKILL):
            _send(number, pids)

    def _start(self, server: DatabaseServer, folder: Path) -> dict[str, Any]:
        _STARTED.append(server)
        server.spawn({**os.environ, aftermath.MARK: self.mark})
        (folder / _PID).write_text(str(server.pid))
        server.wait_until_served()
        return {"scheme": server.root.scheme, "port": server.root.port}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _send(number: signal.Signals, pids: Sequence[int]) -> None:
    """Until all have ended, or for END_TIMEOUT_S."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    deadline = time.monotonic() + END_TIMEOUT_S
    while any(map(aftermath.is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
