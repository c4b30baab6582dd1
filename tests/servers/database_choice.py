"""On which databases a test of a portable room runs: on SQLite always, of the servers on one.

Which one is decided by the test's own name, so that it is the same in every run, every process and on
every machine, and the tests of a room are spread over both.
"""

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

import pytest

KINDS = ("mariadb", "mysql")

# Rooms whose SQL is the same on every database: what a server does otherwise is tried, on all of them, in the
# rooms below these. A room that is not named here runs everywhere.
PORTABLE = (
    "tests/api",
    "tests/audit",
    "tests/backtest",
    "tests/drm",
    "tests/identity",
    "tests/intake",
    "tests/recommendations",
    "tests/registry",
    "tests/reporting",
)


def add_options(parser: pytest.Parser) -> None:
    parser.addoption(
        "--servers",
        choices=("one", "all"),
        default="one",
        help="of MariaDB and MySQL, one for each test of a portable room (its name decides), or all",
    )
    parser.addini(
        "portable_rooms", "folders whose tests need one server each", type="args", default=PORTABLE
    )


def deselect_other_servers(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out each test of a portable room on the server that its name did not decide on.

    Kept are tests marked `every_database`, and what the command line names with its parameter.
    """
    if config.getoption("servers") == "all":
        return
    rooms = config.getini("portable_rooms")
    left_out = {item for item in items if _is_left_out(item, rooms) and not _is_named(config, item)}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def database_kind(item: pytest.Item) -> str | None:
    """What a parameter from SERVERS or DATABASES gives to the test."""
    callspec = getattr(item, "callspec", None)
    given = (
        [value for value in callspec.params.values() if isinstance(value, str)] if callspec else []
    )
    kinds = [kind for kind in KINDS if kind in given and item.get_closest_marker(kind)]
    assert len(kinds) < 2, f"{item.nodeid} is on two servers"
    return kinds[0] if kinds else "sqlite" if "sqlite" in given else None


def name_without_server(nodeid: str, kind: str) -> str:
    """`…::test_it[mysql-a]` → `…::test_it[a]`, the same for every kind of database."""
    function, _, parameters = nodeid.partition("[")
    parts = parameters.removesuffix("]").split("-")
    parts.remove(kind)
    return f"{function}[{'-'.join(parts)}]"


def decided_server(name: str) -> str:
    """By a digest: `hash` differs from process to process."""
    return KINDS[hashlib.sha256(name.encode()).digest()[0] % len(KINDS)]


def _is_left_out(item: pytest.Item, rooms: Sequence[str]) -> bool:
    kind = database_kind(item)
    folders = {str(folder) for folder in PurePosixPath(item.nodeid.partition("::")[0]).parents}
    if kind not in KINDS or folders.isdisjoint(rooms) or item.get_closest_marker("every_database"):
        return False
    return decided_server(name_without_server(item.nodeid, kind)) != kind


def _is_named(config: pytest.Config, item: pytest.Item) -> bool:
    return any(argument.endswith(item.nodeid) for argument in config.args)
