"""A worker's heartbeat, on a database that fails now and then; its connection to a real broker."""

import threading

import pytest
import sqlalchemy as sa
from dagster_celery.make_app import make_app
from sqlalchemy import event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from iop_pipelines.orchestration import worker
from iop_pipelines.orchestration.instance import WarmRunLauncher, celery_options
from iop_pipelines.orchestration.worker import Heartbeat
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import workers
from iop_pipelines.settings import Settings

IN_TIME_S = 20


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("UPDATE", {}, Exception("server has gone away")),
        InterfaceError("UPDATE", {}, Exception("(0, '')")),
        PoolTimeout("QueuePool limit reached"),
    ],
)
def test_a_heartbeat_goes_on_whatever_way_the_database_fails(tmp_path, monkeypatch, error):
    monkeypatch.setattr(worker, "HEARTBEAT_S", 0.01)
    engine = engine_for(f"sqlite:///{tmp_path / 'iop.db'}")
    workers.create(engine)
    failing, failed, came_back = (threading.Event() for _ in range(3))

    @event.listens_for(engine, "before_cursor_execute")
    def execute(*_: object) -> None:
        if failing.is_set():
            failed.set()
            raise error
        if failed.is_set():
            came_back.set()

    heartbeat = Heartbeat(engine, "w1")
    heartbeat.begin()
    failing.set()
    assert failed.wait(IN_TIME_S)
    failing.clear()

    assert came_back.wait(IN_TIME_S)
    heartbeat.end()
    with engine.connect() as connection:
        assert connection.execute(sa.select(workers)).all() == []
    engine.dispose()


@pytest.fixture
def away(tmp_path, monkeypatch):
    """A heartbeat whose database is away until the event is set."""
    monkeypatch.setattr(worker, "DATABASE_PAUSE_S", 0.01)
    engine = engine_for(f"sqlite:///{tmp_path / 'iop.db'}")
    workers.create(engine)
    is_back, was_asked = threading.Event(), threading.Event()

    @event.listens_for(engine, "before_cursor_execute")
    def execute(*_: object) -> None:
        was_asked.set()
        if not is_back.is_set():
            raise OperationalError("UPDATE", {}, Exception("server has gone away"))

    yield Heartbeat(engine, "w1"), is_back, was_asked
    engine.dispose()


def test_no_run_is_begun_while_the_database_is_away(away):
    heartbeat, is_back, was_asked = away
    begun = threading.Event()

    def begin() -> None:
        heartbeat.begin_run("run-1", lambda: False)
        begun.set()

    # A failure here must not keep the tests from ending.
    thread = threading.Thread(target=begin, daemon=True)
    thread.start()
    assert was_asked.wait(IN_TIME_S)
    assert not begun.wait(0.2)
    is_back.set()
    assert begun.wait(IN_TIME_S)
    thread.join()


def test_a_worker_that_is_to_stop_does_not_wait_for_the_database(away):
    heartbeat, _, was_asked = away
    heartbeat.begin_run("run-1", was_asked.is_set)
    heartbeat.end_run()


@pytest.mark.rabbitmq
def test_the_broker_expects_no_heartbeat_of_a_worker_that_is_in_a_long_run(event_broker, tmp_path):
    settings = Settings.from_env({"IOP_HOME": str(tmp_path), "IOP_BROKER_URL": event_broker.url})

    with make_app({**celery_options(settings), "include": []}).connection_for_read() as connection:
        connection.connect()
        agreed = connection.connection.heartbeat

    assert agreed == 0


def test_only_heartbeats_say_whether_the_worker_of_a_run_lives(tmp_path, monkeypatch):
    monkeypatch.setenv("IOP_HOME", str(tmp_path))
    monkeypatch.setenv("IOP_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")

    launcher = WarmRunLauncher.from_config_value(None, {})

    assert not launcher.supports_check_run_worker_health
