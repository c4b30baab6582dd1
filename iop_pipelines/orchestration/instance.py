"""The two classes that `dagster.yaml` names; each chooses its delegate from the environment.

One `dagster.yaml` serves a laptop and a cluster: with DATABASE_URL naming a server, Dagster keeps its
runs and events there (dagster-mysql), else in SQLite files under the home; with warm workers started
(IOP_BROKER_URL), runs go to them (dagster-celery), else each run is a process of its own.
"""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import DefaultRunLauncher
from dagster._core.launcher import RunLauncher
from dagster._core.storage.base_storage import DagsterStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.schema.engine import CONNECT_TIMEOUT_S, IO_TIMEOUT_S
from iop_pipelines.settings import Settings

FOLDER_BROKER = "filesystem://"
QUEUE = "dagster"


def instance_file(name: str) -> Path:
    """`dagster.yaml` or `workspace.yaml` as IOP has it: in the wheel, or at the root of a checkout."""
    packaged = Path(str(resources.files("iop_pipelines"))) / "instance" / name
    for path in (packaged, Path(__file__).parents[2] / name):
        if path.is_file():
            return path
    raise MisconfiguredInstance("package.file_missing", name=name)


def own_file(settings: Settings, name: str) -> Path | None:
    """The operator's `dagster.yaml` or `workspace.yaml`, where IOP_INSTANCE_FILES has one of that name.

    Raises MisconfiguredInstance if that names no folder.
    """
    if settings.instance_files is None:
        return None
    if not settings.instance_files.is_dir():
        raise MisconfiguredInstance("instance_files.no_folder", path=settings.instance_files)
    path = settings.instance_files / name
    return path if path.is_file() else None


class InstanceStorage(DagsterStorage, ConfigurableClass):
    """Never made itself; gives MySQL or MariaDB where DATABASE_URL names one, SQLite in the home elsewhere."""

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return None

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {}

    @classmethod
    def from_config_value(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> DagsterStorage:
        settings = Settings.from_env()
        if settings.is_embedded:
            base_dir = settings.dagster_home / "storage"
            base_dir.mkdir(parents=True, exist_ok=True)
            from iop_pipelines.orchestration.sqlite_storage import KeptSqliteStorage

            return KeptSqliteStorage(str(base_dir), inst_data=inst_data)
        from iop_pipelines.orchestration.mysql_storage import BoundedMySQLStorage

        return BoundedMySQLStorage(dagster_mysql_url(settings.database_url), inst_data=inst_data)


def dagster_mysql_url(database_url: str) -> str:
    """Adds the time-outs without which a failed-over server hangs Dagster for hours (dagster issue 18993).

    And sessions in UTC: Dagster reads what its tables default to (CURRENT_TIMESTAMP) as UTC, and the
    reconciler compares it with the wall clock.
    """
    url = sa.make_url(database_url).set(drivername="mysql+pymysql")
    options = {
        "connect_timeout": str(CONNECT_TIMEOUT_S),
        "read_timeout": str(IO_TIMEOUT_S),
        "write_timeout": str(IO_TIMEOUT_S),
        "init_command": "SET time_zone='+00:00'",
    }
    return url.update_query_dict(options).render_as_string(hide_password=False)


class WarmRunLauncher(RunLauncher, ConfigurableClass):
    """Runs go to the warm workers where a broker is set, else to a process each."""

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return None

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {}

    @classmethod
    def from_config_value(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> RunLauncher:
        settings = Settings.from_env()
        if settings.broker_url is None:
            return DefaultRunLauncher(inst_data=inst_data)
        from iop_pipelines.orchestration.celery_launcher import HeartbeatRunLauncher

        return HeartbeatRunLauncher(
            inst_data=inst_data, default_queue=QUEUE, **celery_options(settings)
        )


def celery_options(settings: Settings) -> dict[str, Any]:
    """Broker, result store and transport options, the same for the launcher and the workers."""
    if settings.broker_url != FOLDER_BROKER:
        # A launch succeeds once the broker has the message: one that dies with it would wait for ever.
        confirmed = {**_RELIABLE, "broker_transport_options": {"confirm_publish": True}}
        return {"broker": settings.broker_url, "backend": "rpc://", "config_source": confirmed}
    folder = settings.home / "broker"
    for name in ("messages", "control", "results"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    transport = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.25,
    }
    return {
        "broker": settings.broker_url,
        "backend": Path(folder / "results").as_uri(),
        "config_source": {**_RELIABLE, "broker_transport_options": transport},
    }


# A worker takes one run at a time and may hold the next; a lost one is launched again by the ledger, so the
# broker need not redeliver what a dead worker had begun.
_RELIABLE = {
    "worker_prefetch_multiplier": 1,
    "task_acks_late": False,
    # A worker's one thread is in its run and answers no heartbeat meanwhile: after two minutes RabbitMQ would
    # close the connection and give the run that the worker holds next to another, and then both do it.
    "broker_heartbeat": 0,
    "broker_connection_retry_on_startup": True,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    "worker_hijack_root_logger": False,
}
