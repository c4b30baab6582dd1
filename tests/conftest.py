"""Databases for any test: `database_url` runs it on SQLite, MariaDB and MySQL, `server_url` on the two servers.

In rooms whose SQL is portable a test runs on one of the servers (tests/servers/database_choice.py).

`event_broker` is a RabbitMQ for all tests of a run; `replayed` is the whole demo, run once for all who look
at what came of it.

What cannot be had, a server or the libraries for PDF, fails the test in CI; elsewhere the summary
shows the reason of the skip.
"""

import gc
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

import aftermath
import collected_tests
import database_choice
import file_times
import read_once
from database_servers import DATABASES, SERVERS, DatabaseAccount, ServerUnavailable
from event_broker import EventBroker, start_rabbitmq
from filled_homes import FilledHome, filled_homes
from iop_pipelines import doctor
from iop_pipelines.schema.engine import engine_for
from migrated_database import MigratedDatabase
from needed import give_up
from object_store import ObjectStore, object_store
from postgres_server import PostgresServer, start_postgres
from replayed_demo import SharedReplay, end
from shared_run import SharedRun

# A machine that does much else is no fault of what is tested; the rest is Hypothesis's own, in CI its CI profile.
hypothesis.settings.register_profile("without-deadline", hypothesis.settings(deadline=None))
hypothesis.settings.load_profile("without-deadline")

# Python's own are 700, 10 and 10, for programs of a tenth of this size.
GC_THRESHOLDS = (20_000, 10, 20)

SHARED_RUN = pytest.StashKey[SharedRun]()

MigratedOn = Callable[[str], AbstractContextManager[str]]


class ByFile(LoadScopeScheduling):
    """Of several processes one runs all of a file, or of files that go together, in the order of the collection.

    pytest-xdist's own marks for that are lost on pytest 9.2 (its issue 1386).
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        # By the number of tests, which says little about how long they take.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return file_times.run_with(nodeid.partition("::")[0])


@pytest.fixture(scope="session")
def shared_run(request: pytest.FixtureRequest) -> SharedRun:
    return _shared_run(request.config)


@pytest.fixture(scope="session")
def mariadb_server(shared_run: SharedRun) -> DatabaseAccount:
    return _account(shared_run, "mariadb")


@pytest.fixture(scope="session")
def mariadb_11_8_server(shared_run: SharedRun) -> DatabaseAccount:
    return _account(shared_run, "mariadb_11_8")


@pytest.fixture(scope="session")
def mysql_server(shared_run: SharedRun) -> DatabaseAccount:
    return _account(shared_run, "mysql")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """What people read tables from; IOP's own are never in it."""
    try:
        server = start_postgres()
    except ServerUnavailable as error:
        give_up(str(error))
    yield server
    server.stop()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    if request.param == "sqlite":
        yield from _used(f"sqlite:///{tmp_path / 'iop.db'}")
    else:
        yield from _fresh(request.getfixturevalue(f"{request.param}_server"))


@pytest.fixture(params=SERVERS)
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty database on a server."""
    yield from _fresh(request.getfixturevalue(f"{request.param}_server"))


@pytest.fixture(scope="session")
def shared_replay(shared_run: SharedRun) -> SharedReplay:
    return SharedReplay(shared_run.folder / "demo")


@pytest.fixture(scope="session", autouse=True)
def replay_under_way(request: pytest.FixtureRequest, shared_replay: SharedReplay) -> Iterator[None]:
    """Begins before the first test of a run that has one which wants it, so that nobody waits for all of it."""
    if request.config.getoption("--demo-home") or not any(map(wants_replay, request.session.items)):
        yield
        return
    process = shared_replay.begin()
    yield
    if process:
        end(process)


@pytest.fixture(scope="session")
def replayed(shared_replay: SharedReplay) -> tuple[Path, Path, dict]:
    """Home, log of refused connections, and the summary of the demo."""
    return shared_replay.ended()


@pytest.fixture(scope="session")
def played_home(request: pytest.FixtureRequest) -> Path:
    """Home of a demo that has ended; to be copied by who changes anything in it."""
    given: str | None = request.config.getoption("--demo-home")
    return Path(given) if given else request.getfixturevalue("replayed")[0]


def pytest_configure(config: pytest.Config) -> None:
    # What is imported and collected is never garbage; looking through it took a third of the collection's time.
    gc.disable()
    read_once.keep_what_is_read()
    config.pluginmanager.register(file_times.FileTimes(bool(config.getoption("record_durations"))))
    config.pluginmanager.register(collected_tests.Recorder(), collected_tests.Recorder.NAME)
    config.add_cleanup(aftermath.watch_this_process())


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What there is by now stays to the end: it is not looked through again and again while tests run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """What a worker of pytest-xdist is told of the run."""
    run = _shared_run(node.config)
    node.workerinput["iop_run"] = {"folder": str(run.folder), "mark": run.mark}


def _shared_run(config: pytest.Config) -> SharedRun:
    if SHARED_RUN not in config.stash:
        if _is_worker(config):
            given = config.workerinput  # type: ignore[attr-defined]
            run = SharedRun(
                Path(given["iop_run"]["folder"]), given["iop_run"]["mark"], given["workerid"]
            )
        else:
            # As pytest-xdist asks for it: there is no public way without a fixture.
            base = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
            run = SharedRun(base, os.environ.get(aftermath.MARK, ""), "main")
            config.add_cleanup(run.end_servers)
        config.stash[SHARED_RUN] = run
    return config.stash[SHARED_RUN]


def _is_worker(config: pytest.Config) -> bool:
    """Of the environment it cannot be told: what a worker's test starts inherits it."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    database_choice.deselect_other_servers(config, items)
    if _is_worker(config):
        sort_by_file(items)


def sort_by_file(items: list[pytest.Item]) -> None:
    """Which file's turn it is; its tests keep their order."""
    files = {file_of(item) for item in items}
    on_the_replay = {file_of(item) for item in items if wants_replay(item)}
    turns = {file: n for n, file in enumerate(file_times.in_order(files, on_the_replay))}
    items.sort(key=lambda item: turns[file_of(item)])


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def wants_replay(item: pytest.Item) -> bool:
    return not {"replayed", "played_home"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_addoption(parser: pytest.Parser) -> None:
    database_choice.add_options(parser)
    file_times.add_options(parser)
    parser.addoption(
        "--demo-home", help="home of an ended `iop demo --once`, instead of running it (minutes)"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def migrated_databases() -> dict[str, MigratedDatabase]:
    """By kind, what was migrated once and is emptied after each test."""
    return {}


@pytest.fixture(params=DATABASES)
def migrated_url(request: pytest.FixtureRequest, migrated_on: MigratedOn) -> Iterator[str]:
    """URL of a database at the present schema, without rows; much cheaper than migrating an empty one.

    On a server Dagster's tables are in it too.
    """
    with migrated_on(request.param) as url:
        yield url


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """A store that speaks as S3 does, with the bucket `lake`, which the environment names."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with object_store() as store:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        yield store


@pytest.fixture
def migrated_on(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    migrated_databases: dict[str, MigratedDatabase],
) -> MigratedOn:
    """As `migrated_url`, for a fixture that has its own parameter."""

    @contextmanager
    def on(kind: str) -> Iterator[str]:
        if kind not in migrated_databases:
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'iop.db'}"
            else:
                url = request.getfixturevalue(f"{kind}_server").create_database()
            migrated_databases[kind] = MigratedDatabase.make(url)
        database = migrated_databases[kind]
        if kind == "sqlite":
            yield from _used(database.copy_to(tmp_path / "iop.db"))
            return
        yield from _used(database.url)
        database.empty()

    return on


@pytest.fixture(scope="session")
def filled_home(request: pytest.FixtureRequest, shared_run: SharedRun) -> FilledHome:
    return filled_homes(request, shared_run)


def _account(run: SharedRun, kind: str) -> DatabaseAccount:
    try:
        return run.account(kind)
    except ServerUnavailable as error:
        give_up(str(error))


def _fresh(server: DatabaseAccount) -> Iterator[str]:
    url = server.create_database()
    yield from _used(url)
    server.drop_database(url)


def _used(url: str) -> Iterator[str]:
    yield url
    engine_for(url).dispose()


@pytest.fixture(scope="session")
def event_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventBroker]:
    """Starts once, in 10 to 30 s; a test that stops it starts it again."""
    try:
        broker = start_rabbitmq(tmp_path_factory.mktemp("rabbitmq"))
    except ServerUnavailable as error:
        give_up(str(error))
    yield broker
    broker.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB. In CI too it takes a root that may mount: a container needs CAP_SYS_ADMIN."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", aftermath.device(), str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, timeout=30)
    if mounted.returncode:
        give_up(f"a small file system could not be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=30)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("pdf") and not _can_render_pdf():
        give_up(f"PDF needs Pango and a font: {doctor.APT_PDF} fonts-dejavu-core")


@cache
def _can_render_pdf() -> bool:
    return doctor.can_render_pdf()


@pytest.fixture(scope="session")
def unavailable() -> Callable[[str], NoReturn]:
    """Says that what the test needs cannot be had here, and why."""
    return give_up
