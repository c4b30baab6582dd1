"""What executions add to Dagster's event log, and what retention leaves of it.

    python benchmarks/event_log.py [--executions 10000]    SQLite, or the server that DATABASE_URL names

Logs what the job `execute_models` logs, 100 executions a run: a terminal event and two checks each. Then all
of it is purged and as much logged again: a log that is bounded ends the second round no larger than the first.
The database that DATABASE_URL names must be one to throw away.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.ledger.events import OUTPUT_ASSETS, TerminalEvent, to_dagster
from iop_pipelines.ledger.retention import Policy, purge
from iop_pipelines.ledger.work import EXECUTION
from iop_pipelines.orchestration import metadata
from iop_pipelines.orchestration.launch import dagster_instance, migrate_instance
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings

A_RUN = 100
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
def an_instance() -> Iterator[tuple[Settings, dg.DagsterInstance]]:
    with tempfile.TemporaryDirectory(prefix="iop-bench-") as home:
        os.environ["IOP_HOME"] = home
        settings = Settings.from_env()
        migrate_instance(settings)
        with dagster_instance(settings) as instance:
            yield settings, instance


def log_executions(instance: dg.DagsterInstance, first: int, count: int) -> None:
    for start in range(first, first + count, A_RUN):
        tags = {"first": str(start), "count": str(min(A_RUN, first + count - start))}
        executions.execute_in_process(instance=instance, tags=tags)


def size_bytes(settings: Settings) -> int:
    """Of all that Dagster stores."""
    if settings.is_embedded:
        storage = settings.dagster_home / "storage"
        return sum(path.stat().st_size for path in Path(storage).rglob("*") if path.is_file())
    with engine_for(settings.database_url).connect() as connection:
        connection.execute(
            sa.text("ANALYZE TABLE event_logs, asset_check_executions, runs, run_tags")
        )
        return int(
            connection.scalar(
                sa.text(
                    "SELECT SUM(data_length + index_length) FROM information_schema.tables "
                    "WHERE table_schema = DATABASE() AND table_name IN "
                    "('event_logs', 'asset_check_executions', 'runs', 'run_tags')"
                )
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--executions", type=int, default=10_000)
    count: int = parser.parse_args().executions
    with an_instance() as (settings, instance):
        empty = size_bytes(settings)

        def told(what: str) -> int:
            added = size_bytes(settings) - empty
            print(f"{what:<28}{added / 1e6:8.1f} MB {added / count:8.0f} bytes an execution")
            return added

        log_executions(instance, 1, count)
        full = told(f"{count} executions")
        later = utc_now() + timedelta(days=2)
        taken = purge(instance, engine_for(settings.database_url), POLICY, later)
        left = told("after retention")
        log_executions(instance, count + 1, count)
        again = told(f"{count} more")
    print(f"runs purged {taken.runs}; left {left / full:.2f} of the first round")
    print(f"second round is {again / full:.2f} of the first: bounded is 1, unbounded 2")


if __name__ == "__main__":
    main()
