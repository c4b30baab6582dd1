"""Runs a Dagster run of deliveries in this process, and kills the process at a point of the way: `POINT CONFIG`."""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import dagster as dg
from sqlalchemy import event

from iop_pipelines.definitions import defs
from iop_pipelines.intake import deliver, delivering
from iop_pipelines.orchestration import batches
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings


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

if __name__ == "__main__":
    POINTS[sys.argv[1]]()
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("deliver_items")
        job.execute_in_process(run_config=json.loads(sys.argv[2]), instance=instance)
