"""Collects tests in a process of its own, and tells what a run would do with them.

`python collected_tests.py ARGUMENTS…` prints one line of JSON: a list of tests, as in `CollectedTest`.
"""

import inspect
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pytest

from database_choice import database_kind

ROOT = Path(__file__).parents[2]
# Twenty seconds alone; on a machine where all else wants its processors too, minutes.
TIMEOUT_S = 600


@dataclass(frozen=True)
class CollectedTest:
    """kind: of its database, if that is a parameter; is_kept: the run would run it; source: of its function."""

    id: str
    kind: str | None
    is_kept: bool
    is_for_every_database: bool
    source: str


_source = cache(inspect.getsource)


class Recorder:
    """A plugin that keeps what its process collects."""

    NAME = "collected-tests"

    def __init__(self) -> None:
        self._items: list[tuple[pytest.Item, bool]] = []

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._items += [(item, False) for item in items]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._items += [(item, True) for item in session.items]

    def tests(self, *rooms: str) -> list[CollectedTest]:
        """Of all rooms, if none is named."""
        return [
            CollectedTest(
                item.nodeid,
                database_kind(item),
                is_kept,
                item.get_closest_marker("every_database") is not None,
                _source(item.function) if isinstance(item, pytest.Function) else "",
            )
            for item, is_kept in self._items
            if not rooms or _is_in(item, rooms)
        ]

    def has_all(self, config: pytest.Config, rooms: Sequence[str]) -> bool:
        """Whether a run without options would have collected no more of these rooms, and kept the same."""
        options = config.option
        is_a_part = options.keyword or any("::" in argument for argument in config.args)
        if is_a_part or options.servers != "one":
            return False
        files = {item.path for item, _ in self._items}
        return all(files.issuperset((ROOT / room).rglob("test_*.py")) for room in rooms)


def _is_in(item: pytest.Item, rooms: Sequence[str]) -> bool:
    return any((ROOT / room) in item.path.parents for room in rooms)


def collected(config: pytest.Config, *rooms: str) -> list[CollectedTest]:
    """The tests of these rooms: those that this process has, or those of a process of its own."""
    recorder = config.pluginmanager.get_plugin(Recorder.NAME)
    if isinstance(recorder, Recorder) and recorder.has_all(config, rooms):
        return recorder.tests(*rooms)
    return collect(*rooms)


def collect(*arguments: str) -> list[CollectedTest]:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return [CollectedTest(**each) for each in json.loads(done.stdout.splitlines()[-1])]


def main() -> int:
    recorder = Recorder()
    code = pytest.main(
        ["--collect-only", "-q", "-q", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[recorder]
    )
    print(json.dumps([asdict(test) for test in recorder.tests()]))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
