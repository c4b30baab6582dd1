"""Homes with rows, on a database of each kind: filling one takes seconds, so a run has one, which each test copies."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from database_servers import named
from shared_run import SharedRun


@dataclass(frozen=True)
class Filled:
    """home: to be copied; url: of a database on a server, to be read only; "" if SQLite's files in the home are all."""

    home: Path
    url: str


# Fills the home given, and the database that the environment given names, {} for SQLite's in the home.
Fill = Callable[[Path, dict[str, str]], None]
FilledHome = Callable[[str, str, Fill], Filled]


def filled_homes(request: pytest.FixtureRequest, run: SharedRun) -> FilledHome:
    """Called with a name, a kind of database and what fills it: the home of that name and kind that the run has."""

    def filled_home(name: str, kind: str, fill: Fill) -> Filled:
        server = None if kind == "sqlite" else request.getfixturevalue(f"{kind}_server")

        def make(folder: Path) -> dict[str, Any]:
            home = folder / "home"
            home.mkdir()
            url = server.create_database() if server else ""
            fill(home, named(url) if server else {})
            return {"home": str(home), "url": url}

        made = run.once(f"{name}-{kind}", make)
        return Filled(Path(made["home"]), made["url"])

    return filled_home
