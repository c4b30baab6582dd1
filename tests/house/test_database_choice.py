"""A test of a portable room runs on SQLite and on one server, the same in every process; both have their half."""

import ast
import textwrap
from collections import Counter, defaultdict

import pytest

from collected_tests import TIMEOUT_S, CollectedTest, Recorder, collect, collected
from database_choice import KINDS, PORTABLE, decided_server, name_without_server

pytestmark = pytest.mark.timeout(TIMEOUT_S + 60)

THREADS = {"ThreadPoolExecutor", "Thread", "Barrier"}
# They have threads, and what they are about is no race in the database.
NO_RACES = {"test_the_database_is_asked_once_a_while_however_many_ask"}


@pytest.fixture(scope="module")
def by_name(request: pytest.FixtureRequest) -> dict[str, list[CollectedTest]]:
    """Tests of the portable rooms that are parametrized with servers, as a run without options chooses of them."""
    found = defaultdict(list)
    for test in collected(request.config, *PORTABLE):
        if test.kind in KINDS:
            found[name_without_server(test.id, test.kind)].append(test)
        elif test.kind == "sqlite":
            found[name_without_server(test.id, "sqlite")].append(test)
    return found


def test_who_has_collected_less_than_a_room_does_not_take_it_for_all(
    request: pytest.FixtureRequest,
) -> None:
    assert not Recorder().has_all(request.config, PORTABLE)


def test_every_portable_test_runs_on_sqlite_and_on_exactly_one_server(by_name) -> None:
    """What is of servers only, or about what happens at once, says so by its mark and runs on both."""
    assert len(by_name) > 300
    for name, tests in by_name.items():
        kept = sorted(test.kind for test in tests if test.is_kept)
        if any(test.is_for_every_database for test in tests):
            assert set(kept) >= set(KINDS), name
        else:
            assert sorted(test.kind for test in tests) == ["mariadb", "mysql", "sqlite"], name
            assert kept == sorted(["sqlite", decided_server(name)]), name


def test_both_servers_have_about_half(by_name) -> None:
    """Of n names a fair coin gives n/2 to each, and strays further than 3 of its deviations, √n/2, once in 370."""
    kept = Counter(test.kind for tests in by_name.values() for test in tests if test.is_kept)
    half = pytest.approx(len(by_name) / 2, abs=3 * len(by_name) ** 0.5 / 2)
    shared = sum(any(test.is_for_every_database for test in tests) for tests in by_name.values())
    assert kept["mariadb"] - shared / 2 == half
    assert kept["mysql"] - shared / 2 == half


@pytest.mark.parametrize(
    ("name", "server"),
    [
        # The first byte of `printf %s NAME | sha256sum`, even or odd.
        ("tests/identity/test_sign_in.py::test_a_link_signs_in_once[]", "mariadb"),
        ("tests/registry/test_models.py::test_it[a-b]", "mariadb"),
        ("tests/api/test_app.py::test_x[3]", "mysql"),
        ("tests/api/test_app.py::test_x[1]", "mysql"),
    ],
)
def test_the_choice_is_the_same_on_every_machine(name: str, server: str) -> None:
    assert decided_server(name) == server


@pytest.mark.parametrize("kind", ["sqlite", *KINDS])
def test_the_name_is_the_same_whichever_server_it_is_tried_on(kind: str) -> None:
    assert name_without_server(f"a/b.py::test_it[{kind}]", kind) == "a/b.py::test_it[]"
    assert name_without_server(f"a/b.py::test_it[{kind}-x]", kind) == "a/b.py::test_it[x]"
    assert name_without_server(f"a/b.py::test_it[x-{kind}]", kind) == "a/b.py::test_it[x]"
    assert name_without_server(f"a/b.py::test_it[mysql-{kind}]", kind) == "a/b.py::test_it[mysql]"


def test_what_happens_at_once_is_tried_on_every_database(by_name) -> None:
    """A race is lost in another way on each."""
    unmarked = {
        tests[0].id
        for tests in by_name.values()
        if _names(tests[0].source) & THREADS and not tests[0].is_for_every_database
    }
    assert {each for each in unmarked if not any(name in each for name in NO_RACES)} == set()


def test_the_other_server_is_there_for_the_asking(by_name) -> None:
    """By `make test SERVERS=all`, and of one test by its full name."""
    left_out = next(test.id for tests in by_name.values() for test in tests if not test.is_kept)
    assert all(test.is_kept for test in collect(left_out.partition("::")[0], "--servers=all"))
    assert [test.id for test in collect(left_out) if test.is_kept] == [left_out]


def _names(source: str) -> set[str]:
    tree = ast.parse(textwrap.dedent(source))
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    }
