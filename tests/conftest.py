"""Databases for any test: `database_url` runs it on SQLite, MariaDB and MySQL, `server_url` on the two servers.

`replayed` is the whole demo, run once for all who look at what came of it.

What cannot be had, a server or the libraries for PDF, fails the test in CI; elsewhere the summary
shows the reason of the skip.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from database_servers import DatabaseServer, ServerUnavailable, start_mariadb, start_mysql
from iop_pipelines import doctor
from iop_pipelines.schema.engine import engine_for
from replayed_demo import replay

SERVERS = [
    pytest.param("mariadb", marks=pytest.mark.mariadb),
    pytest.param("mysql", marks=pytest.mark.mysql),
]


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    yield from _running(start_mariadb, tmp_path_factory.mktemp("mariadb"))


@pytest.fixture(scope="session")
def mysql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    yield from _running(start_mysql, tmp_path_factory.mktemp("mysql"))


@pytest.fixture(params=["sqlite", *SERVERS])
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
def replayed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """Home, log of refused connections, and the summary of the demo."""
    return replay(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def played_home(request: pytest.FixtureRequest) -> Path:
    """Home of a demo that has ended; to be copied by who changes anything in it."""
    given: str | None = request.config.getoption("--demo-home")
    return Path(given) if given else request.getfixturevalue("replayed")[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--demo-home", help="home of an ended `iop demo --once`, instead of running it (minutes)"
    )


def _fresh(server: DatabaseServer) -> Iterator[str]:
    url = server.create_database()
    yield from _used(url)
    server.drop_database(url)


def _used(url: str) -> Iterator[str]:
    yield url
    engine_for(url).dispose()


def _running(start: Callable[[Path], DatabaseServer], folder: Path) -> Iterator[DatabaseServer]:
    try:
        server = start(folder)
    except ServerUnavailable as error:
        _give_up(str(error))
    yield server
    server.stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("pdf") and not _can_render_pdf():
        _give_up(f"PDF needs Pango and a font: {doctor.APT_PDF} fonts-dejavu-core")


@cache
def _can_render_pdf() -> bool:
    return doctor.can_render_pdf()


@pytest.fixture(scope="session")
def unavailable() -> Callable[[str], NoReturn]:
    """Says that what the test needs cannot be had here, and why."""
    return _give_up


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
