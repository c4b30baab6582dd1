"""A warm worker: one process that has all models imported and takes one Dagster run at a time.

`python -m iop_pipelines.orchestration.worker NAME`. It tells the ledger that it lives every few
seconds, and which run it is on; a worker that stops telling is dead, and its run is given to another. One that
lives and gets nowhere is ended by its watchdog.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import dagster as dg
import sqlalchemy as sa
from celery.signals import task_postrun, task_prerun
from celery.worker import state
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import unpack_value
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from iop_pipelines.domain.collector import collector_paused
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.errors import Contended
from iop_pipelines.orchestration.instance import QUEUE, celery_options
from iop_pipelines.orchestration.lookout import LookingOut, Lookout
from iop_pipelines.orchestration.parts import definitions_module
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.platform import Platform
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import workers
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.settings import Settings
from iop_pipelines.tracing import logs

HEARTBEAT_S = 5
# How long a worker that has taken a run waits before it asks again for a database that is away.
DATABASE_PAUSE_S = 1.0
# What the three jobs import when first used; here, before the first run comes.
PRELOAD = (
    "iop_pipelines.definitions",
    "iop_pipelines.transform.prepare_version",
    "iop_pipelines.execution.execute",
    *(spec.module for spec in RUNTIMES.values()),
    "iop_pipelines.reporting.generate",
)


class Heartbeat:
    """Keeps this worker's row in `workers` current from a thread of its own."""

    def __init__(self, engine: sa.Engine, worker_id: str) -> None:
        self._engine = engine
        self._id = worker_id
        self._run_id: str | None = None
        self._idle_since: datetime | None = utc_now()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    @property
    def is_idle(self) -> bool:
        return self._run_id is None

    def begin(self) -> None:
        self._write()
        self._thread.start()

    def end(self) -> None:
        """After the last beat, which would make the row again."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        change(self._engine, workers.delete().where(workers.c.id == self._id))

    def begin_run(self, run_id: str, is_to_stop: Callable[[], bool]) -> None:
        """Returns once the database knows of it, or the worker is to stop.

        The broker has given its message away: without a database the run would be lost, and after it all
        that wait in the queue, one after the other.
        """
        self._run_id, self._idle_since = run_id, None
        while not self._has_written() and not is_to_stop():
            self._stopped.wait(DATABASE_PAUSE_S)

    def end_run(self) -> None:
        self._run_id, self._idle_since = None, utc_now()
        self._has_written()

    def _write(self) -> None:
        """Makes the row again if it is gone: while this worker slept it may have been taken for dead."""
        now = utc_now()
        values = {"heartbeat_at": now, "run_id": self._run_id, "idle_since": self._idle_since}

        def work(connection: sa.Connection) -> None:
            changed = connection.execute(
                workers.update().where(workers.c.id == self._id).values(**values)
            )
            if changed.rowcount == 0:
                connection.execute(
                    workers.insert().values(
                        id=self._id,
                        host=socket.gethostname(),
                        pid=os.getpid(),
                        started_at=now,
                        **values,
                    )
                )

        write(self._engine, work)

    def _beat(self) -> None:
        while not self._stopped.wait(HEARTBEAT_S):
            self._has_written()

    def _has_written(self) -> bool:
        try:
            self._write()
        except (SQLAlchemyError, Contended) as error:
            # The database is away, or the pool is: others will think this worker dead, rightly, if it
            # stays so. Whatever is raised, the thread goes on; without it a worker that works would be
            # taken for dead for ever.
            reason = error.orig if isinstance(error, DBAPIError) else error
            print(f"heartbeat not written: {reason}", file=sys.stderr, flush=True)
            return False
        return True


def _is_to_stop() -> bool:
    # An exit code, of which 0 is one, once it was asked to.
    asked = (state.should_stop, state.should_terminate)
    return any(each is not None and each is not False for each in asked)


def _looking_out(settings: Settings, heartbeat: Heartbeat) -> LookingOut | None:
    if not settings.look_ms:
        return None
    definitions = importlib.import_module(definitions_module()).defs
    lookout = Lookout(Platform(settings), dg.DagsterInstance.get(), definitions)
    return LookingOut(
        lookout.look, lambda: heartbeat.is_idle and not _is_to_stop(), settings.look_ms / 1000
    )


def _preload() -> None:
    """What is loaded stays: walking it in search of garbage takes a third of a second each time."""
    with collector_paused():
        for module in PRELOAD:
            importlib.import_module(module)
        gc.collect()
        gc.freeze()


def run_worker(name: str, settings: Settings) -> None:
    """Takes runs until SIGTERM; the run in hand is finished first."""
    logs.configure_own()
    _preload()
    app = make_app({**celery_options(settings), "include": [], "task_default_queue": QUEUE})
    create_execute_job_task(app)
    create_resume_job_task(app)
    worker_id = f"{name}@{socket.gethostname()[:40]}/{os.getpid()}"
    heartbeat = Heartbeat(engine_for(settings.database_url), worker_id)

    def on_begin(kwargs: dict[str, Any], **_: Any) -> None:
        packed = kwargs.get("execute_job_args_packed")
        if packed is not None:
            run_id = unpack_value(packed, as_type=ExecuteRunArgs).run_id
            heartbeat.begin_run(run_id, _is_to_stop)
            PROGRESS.run_begun(run_id)

    def on_end(**_: Any) -> None:
        PROGRESS.run_ended()
        heartbeat.end_run()
        if looking is not None:
            # What this run has written may let others run.
            looking.wake()

    looking = _looking_out(settings, heartbeat)
    task_prerun.connect(on_begin, weak=False)
    task_postrun.connect(on_end, weak=False)
    heartbeat.begin()
    PROGRESS.begin(worker_id, settings.stalled_s)
    if looking is not None:
        looking.begin()
    try:
        app.worker_main(
            [
                "worker",
                "--pool=solo",
                f"--queues={QUEUE}",
                f"--hostname={name}@%h",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
            ]
        )
    finally:
        if looking is not None:
            looking.end()
        PROGRESS.end()
        heartbeat.end()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run_worker(sys.argv[1], Settings.from_env())
