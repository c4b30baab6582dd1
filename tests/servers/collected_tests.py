"""Collects tests in a process of its own, and tells what a run would do with them.

`python collected_tests.py ARGUMENTS…` prints one line of JSON: a list of tests, as in `CollectedTest`.
"""

import inspect
import json
import subprocess
import sys
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
    def __init__(self) -> None:
        self.tests: list[CollectedTest] = []

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._record(items, is_kept=False)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._record(session.items, is_kept=True)

    def _record(self, items: list[pytest.Item], is_kept: bool) -> None:
        self.tests += [
            CollectedTest(
                item.nodeid,
                database_kind(item),
                is_kept,
                item.get_closest_marker("every_database") is not None,
                _source(item.function) if isinstance(item, pytest.Function) else "",
            )
            for item in items
        ]


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
    print(json.dumps([asdict(test) for test in recorder.tests]))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
