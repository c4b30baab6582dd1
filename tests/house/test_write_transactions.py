"""Write transactions are run in one place, which runs them again where another was in their way."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPENERS = {"begin", "begin_write", "begin_nested", "begin_twophase"}

# Who opens one itself, and why it cannot be a function that is run again.
APART = {
    "schema/engine.py": "defines it",
    "schema/transactions.py": "the one place",
    "schema/migrate.py": "on SQLite the transaction is the lock that a whole migration holds",
    "schema/migrations/env.py": "Alembic's own way of running a migration",
    "orchestration/sqlite_storage.py": "Dagster's own statements in Dagster's files, as its parents run them",
    "orchestration/move.py": "hours of copying into a database that nobody else uses, under its lock",
}


def _opened(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            called = item.context_expr
            if isinstance(called, ast.Call):
                name = getattr(called.func, "attr", None) or getattr(called.func, "id", None)
                if name in OPENERS:
                    yield node.lineno


def test_no_code_but_what_is_named_here_opens_a_write_transaction():
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("iop_pipelines", "assets", "sensors", "schedules")
        for path in (ROOT / folder).rglob("*.py")
        if str(path.relative_to(ROOT)).removeprefix("iop_pipelines/") not in APART
        for line in _opened(path)
    }
    assert found == set(), "use schema.transactions: write, writes or change"


def test_nothing_is_set_apart_that_opens_none():
    unused = {
        name
        for name in APART
        if name != "schema/engine.py" and not list(_opened(ROOT / "iop_pipelines" / name))
    }
    assert unused == set()
