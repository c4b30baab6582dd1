"""What executions add to Dagster's event log, and what retention leaves of it.

    PYTHONPATH=tests/servers python benchmarks/event_log.py [--executions 10000] [--database mariadb|mysql|sqlite]

Logs what the job `execute_models` logs, 100 executions a run: a terminal event and two checks each. Then all
of it is purged and a quarter as much logged again: a log that is bounded is no larger then than it was before, one
that only grows is by a quarter.
A server gives freed pages to what comes next and not back to the disk, so the size that follows the purge says
little, the runs that are left and the second round say all. It is started for this and thrown away. SQLite opens
its files anew for every event, ten times slower: give it fewer executions.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from database_servers import make_mariadb, make_mysql
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.ledger.events import OUTPUT_ASSETS, TerminalEvent, to_dagster
from iop_pipelines.ledger.retention import Policy, purge
from iop_pipelines.ledger.work import EXECUTION
from iop_pipelines.orchestration import metadata
from iop_pipelines.orchestration.launch import dagster_instance, migrate_instance
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings

SERVERS = {"mariadb": make_mariadb, "mysql": make_mysql}
# What an execution adds rows to.
LOG_TABLES = ("event_logs", "asset_check_executions", "asset_event_tags", "runs", "run_tags")
A_RUN = 100
# What a busy instance might do: a bound is told for it.
A_DAY = 10_000
PARTITION = "1.departure-delay-anomaly@v1.0.0"
ASSET = OUTPUT_ASSETS[ModelType.STATISTICAL]
POLICY = Policy(history_days=1, outputs_days=0, rejected_days=0, report_files_days=0)
# Of the metadata that an execution shows to people: what it read, found, and how long that took.
SHOWN = {
    "model": "departure-delay-anomaly v1.0.0",
    "input": "dataset:flights_daily@" + "a" * 32,
    "window": "2013-02-08 to 2013-02-09",
    "rows": 9,
    "findings": 2,
    "finding": "Departure delay of EWR is 48.1 min on 8 Feb 2013, expected 12.4 (2.1 to 22.7)",
}


@dg.op
def execute(context: dg.OpExecutionContext) -> None:
    first = int(context.run_tags["first"])
    for item in range(first, first + int(context.run_tags["count"])):
        values = {"output_ref": f"execution:{item}", "metrics": {"rows": 9, "findings": 2}}
        event = TerminalEvent(
            EXECUTION, item, 1, True, 42, utc_now(), run_id=context.run_id, values=values
        )
        context.log_event(to_dagster(event, ASSET, PARTITION, SHOWN))
        for side in ("input_schema", "output_schema"):
            check = metadata.of_check(ASSET, PARTITION, side, ())
            context.log_event(check)  # pyright: ignore[reportArgumentType]  as in batches.py


@dg.job(executor_def=dg.in_process_executor)
def executions() -> None:
    execute()


@contextmanager
def an_instance(database: str) -> Iterator[tuple[Settings, dg.DagsterInstance]]:
    with tempfile.TemporaryDirectory(prefix="iop-bench-") as home:
        os.environ["IOP_HOME"] = home
        os.environ.pop("DATABASE_URL", None)
        server = SERVERS[database](Path(home)) if database in SERVERS else None
        try:
            if server is not None:
                server.start()
                os.environ["DATABASE_URL"] = server.root.create_database()
            settings = Settings.from_env()
            migrate_instance(settings)
            with dagster_instance(settings) as instance:
                for part in (instance.event_log_storage, instance.run_storage):
                    # Connections are kept, as the web server does: what is measured is bytes.
                    part.optimize_for_webserver(5000, 3600, 5)
                yield settings, instance
            engine_for(settings.database_url).dispose()
        finally:
            if server is not None:
                server.stop()


def log_executions(instance: dg.DagsterInstance, first: int, count: int) -> None:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    for start in range(first, first + count, A_RUN):
        tags = {"first": str(start), "count": str(min(A_RUN, first + count - start))}
        executions.execute_in_process(instance=instance, tags=tags, run_config=quiet)


def size_bytes(settings: Settings) -> int:
    """Of what Dagster stores of runs and events."""
    if settings.is_embedded:
        storage = settings.dagster_home / "storage"
        return sum(path.stat().st_size for path in Path(storage).rglob("*") if path.is_file())
    with engine_for(settings.database_url).connect() as connection:
        if connection.engine.url.get_backend_name() == "mysql":
            # MySQL would tell sizes of a day ago.
            connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
        connection.exec_driver_sql(f"ANALYZE TABLE {', '.join(LOG_TABLES)}").all()
        size = sa.text(
            "SELECT SUM(data_length + index_length) FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND table_name IN :names"
        ).bindparams(sa.bindparam("names", LOG_TABLES, expanding=True))
        return int(connection.scalar(size) or 0)


def report(database: str, count: int, settings: Settings, instance: dg.DagsterInstance) -> None:
    empty = size_bytes(settings)

    def told(what: str) -> int:
        added = size_bytes(settings) - empty
        left = len(instance.get_run_ids())
        print(
            f"{what:<22}{left:6} runs{added / 1e6:9.1f} MB{added / count:8.0f} bytes an execution",
            flush=True,
        )
        return added

    began = time.monotonic()
    log_executions(instance, 1, count)
    full = told(f"{count} executions")
    later = utc_now() + timedelta(days=2)
    purge(instance, engine_for(settings.database_url), POLICY, later)
    told("after retention")
    log_executions(instance, count + 1, count // 4)
    again = told(f"{count // 4} more")
    print(f"{database}: then it is {again / full:.2f} of the first round; unbounded is 1.25")
    days = settings.keep_history_days
    bound = full / count * A_DAY * days
    print(
        f"bound: {days} days kept (IOP_KEEP_HISTORY_DAYS) of {A_DAY} executions a day are {bound / 1e9:.1f} GB"
    )
    print(f"took {time.monotonic() - began:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--executions", type=int, default=10_000)
    parser.add_argument("--database", choices=["mariadb", "mysql", "sqlite"], default="mariadb")
    given = parser.parse_args()
    with an_instance(given.database) as (settings, instance):
        report(given.database, given.executions, settings, instance)


if __name__ == "__main__":
    main()
