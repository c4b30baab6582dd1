"""Runs Dagster runs of deliveries, each in a process that is killed at a point of the way.

`python killed_delivery.py` imports what a run needs once, and forks a process for each line that it is given.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import dagster as dg
from sqlalchemy import event

from iop_pipelines.definitions import defs
from iop_pipelines.intake import deliver, delivering
from iop_pipelines.orchestration import batches
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

# From a run's start to its death, on a machine that does much else.
TIMEOUT_S = 120
RAISED = 1
NOT_KILLED = 2


def die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def after(owner: Any, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def then_die(*args: Any, **named: Any) -> None:
        real(*args, **named)
        die()

    setattr(owner, name, then_die)


def _at_rows() -> None:
    """Within the transaction: DRM's run is inserted, its rows are about to be."""

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO drm_rows_"):
            die()

    event.listen(Platform(Settings.from_env()).drm_engine, "before_cursor_execute", look)


def _at_commit() -> None:
    """The run and all its rows are written, and not committed."""
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        written.append(statement)

    def look(_connection: Any) -> None:
        if any(each.startswith("INSERT INTO drm_rows_") for each in written):
            die()

    engine = Platform(Settings.from_env()).drm_engine
    event.listen(engine, "after_cursor_execute", note)
    event.listen(engine, "commit", look)


POINTS: dict[str, Callable[[], None]] = {
    "read": lambda: after(delivering, "read_rows"),
    "catalogue": lambda: after(deliver, "enter"),
    "rows": _at_rows,
    "commit": _at_commit,
    "run": lambda: setattr(deliver, "_score", die),
    "score": lambda: after(delivering, "deliver"),
    "told": lambda: setattr(batches, "end_delivery", die),
    "ended": lambda: after(batches, "end_delivery"),
}


@dataclass(frozen=True)
class KilledDeliveries:
    """The process that forks the others; it has no thread and no connection that they could inherit."""

    process: subprocess.Popen[str]

    def run(self, point: str, run_config: Any, environment: Mapping[str, str]) -> int:
        """The exit code of the run's process, as subprocess tells it: -9 once it has been killed."""
        assert self.process.stdin
        assert self.process.stdout
        asked = {"point": point, "run_config": run_config, "environment": dict(environment)}
        self.process.stdin.write(f"{json.dumps(asked)}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def killed_deliveries() -> Iterator[KilledDeliveries]:
    command = [sys.executable, __file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        # Its input ends with the block, and so does the process.
        yield KilledDeliveries(process)


def _deliver(point: str, run_config: Any, environment: Mapping[str, str]) -> int:
    os.environ.clear()
    os.environ.update(environment)
    signal.alarm(TIMEOUT_S)
    # What is printed is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        POINTS[point]()
        with dg.DagsterInstance.ephemeral() as instance:
            job = defs.resolve_job_def("deliver_items")
            job.execute_in_process(run_config=run_config, instance=instance)
    except BaseException:
        traceback.print_exc()
        return RAISED
    return NOT_KILLED


@dg.job
def _nothing() -> None:
    """Imports what any run needs, and leaves no thread."""


def main() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        _nothing.execute_in_process(instance=instance)
    assert threading.active_count() == 1
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(_deliver(**json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
