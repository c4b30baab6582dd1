"""Brings an instance to life: database, Dagster's home, what a crash left, then the processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.reconcile import recover
from iop_pipelines.orchestration.home import make_private
from iop_pipelines.orchestration.instance import dagster_mysql_url
from iop_pipelines.orchestration.supervisor import (
    Supervisor,
    exclusive,
    instance_environment,
    write_dagster_home,
)
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings


def migrate_instance(settings: Settings) -> str:
    """Upgrades IOP's tables and Dagster's, and registers what every instance has; returns the revision."""
    from iop_pipelines.schema.migrate import current
    from iop_pipelines.transform.versions import register_system_datasets

    make_private(settings.home)
    upgrade_tables(settings)
    engine = engine_for(settings.database_url)
    register_system_datasets(engine)
    counters.repair(engine, utc_now())
    return current(settings.database_url) or "none"


def upgrade_tables(settings: Settings) -> None:
    """Of replicas that call it at once one does the work and the others wait, for Dagster's tables too."""
    from iop_pipelines.schema.migrate import exclusive, upgrade

    upgrade(settings.database_url)
    if settings.is_embedded:
        # Dagster makes and migrates its files by itself.
        return
    from iop_pipelines.orchestration.move_dagster import ALL_TABLES
    from iop_pipelines.orchestration.mysql_storage import BoundedMySQLStorage
    from iop_pipelines.schema.collations import collation_of, make_default, unify

    with exclusive(settings.database_url) as connection:
        # Dagster names none: what a release of it adds on a newer server must be comparable with
        # what is there.
        collation = collation_of(connection, "runs", "run_id")
        if collation is not None:
            make_default(connection, collation)
        BoundedMySQLStorage(dagster_mysql_url(settings.database_url)).bring_up_to_date()
        if collation is not None:
            unify(connection, [table.name for table in ALL_TABLES], collation)


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of this home, for a command; the environment is as it was when the block is left."""
    write_dagster_home(settings)
    before = dict(os.environ)
    os.environ.update(instance_environment(settings))
    try:
        with dg.DagsterInstance.get() as instance:
            yield instance
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def running(settings: Settings, port: int, workers: int) -> Iterator[Supervisor]:
    """An instance that runs while the block does; all its processes have ended when it is left."""
    with exclusive(settings):
        migrate_instance(settings)
        if settings.is_embedded:
            _recover(settings)
        write_dagster_home(settings)
        supervisor = Supervisor(settings, port, workers, environment=instance_environment(settings))
        try:
            supervisor.start()
            yield supervisor
        finally:
            supervisor.stop()


def _recover(settings: Settings) -> None:
    """No process of an embedded instance outlives its supervisor: what is unfinished now is lost."""
    engine = engine_for(settings.database_url)
    with dagster_instance(settings) as instance:
        mirror(instance, engine)
        recover(instance, engine, utc_now())
