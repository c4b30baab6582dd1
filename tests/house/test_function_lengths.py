"""A function is one thing that can be read at once: at most 60 lines, from its `def` to its end."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 60
PACKAGES = ("iop_pipelines", "assets", "sensors", "schedules")
# What Alembic runs once, in the order in which it stands.
MIGRATIONS = ROOT / "iop_pipelines" / "schema" / "migrations"
PROCEDURES = ROOT / "iop_pipelines" / "api" / "procedures"


def _functions(text: str) -> Iterator[tuple[str, int, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """(name, lines, node) of each, also of those inside others."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1, node


def _declares_procedures(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A list of handlers, each a function that is counted by itself."""
    kinds = [ast.unparse(each.annotation) for each in node.args.args if each.annotation]
    return kinds == ["Registry"]


def _too_long(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {name} has {lines} lines"
        for name, lines, node in _functions(path.read_text())
        if lines > MOST_LINES
        and not (path.is_relative_to(PROCEDURES) and _declares_procedures(node))
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_is_longer_than_can_be_read_at_once(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    found = [
        each for path in files if not path.is_relative_to(MIGRATIONS) for each in _too_long(path)
    ]
    assert found == []


def test_a_function_is_counted_from_its_def_to_its_last_line() -> None:
    text = (
        "@decorator\ndef outer(\n    a,\n):\n    def inner():\n        pass\n\n    return inner\n"
    )
    assert [(name, lines) for name, lines, _ in _functions(text)] == [("outer", 7), ("inner", 2)]


@pytest.mark.parametrize(
    ("head", "is_list"),
    [
        ("def declare(registry: Registry) -> None: ...", True),
        ("def list_(ctx: Context) -> None: ...", False),
        ("def plan(head: Head, registry: Registry) -> Plan: ...", False),
    ],
)
def test_only_a_list_of_procedures_may_be_longer(head: str, is_list: bool) -> None:
    ((_, _, node),) = _functions(head)
    assert _declares_procedures(node) is is_list
