"""What the product imports is declared in pyproject.toml, and what is declared there is imported or has its reason."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = {"iop_pipelines", "assets", "sensors", "schedules"}
# Declared, and imported by nothing of ours.
NOT_IMPORTED = {
    "cryptography": "PyMySQL needs it for caching_sha2_password, and PyJWT for the provider's signatures",
    "pg8000": "SQLAlchemy reads PostgreSQL by it",
}


def _imported() -> dict[str, set[str]]:
    """Top-level module -> files that import it, wherever in them: heavy ones are imported inside functions."""
    found: dict[str, set[str]] = {}
    for path in (each for room in OURS for each in (ROOT / room).rglob("*.py")):
        for module in _modules_of(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(module, set()).add(str(path.relative_to(ROOT)))
    return found


def _modules_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    # Of what is optional, what one module of ours imports where it is asked for; the other is named in a file.
    optional = project["optional-dependencies"]
    given = (*project["dependencies"], *optional["tracing"], *optional["dask"])
    names = (Requirement(each).name for each in given)
    return {canonicalize_name(name) for name in names}


@cache
def _providers() -> dict[str, list[str]]:
    """It reads what is installed anew each time."""
    return dict(packages_distributions())


def _distributions_of(module: str) -> set[str]:
    return {canonicalize_name(name) for name in _providers().get(module, ())}


@cache
def _foreign() -> dict[str, set[str]]:
    own = OURS | set(sys.stdlib_module_names)
    return {module: files for module, files in _imported().items() if module not in own}


def test_each_imported_module_is_of_a_declared_dependency() -> None:
    foreign, declared = _foreign(), _declared()
    assert {"dagster", "numpy", "re2"} <= foreign.keys()
    undeclared = {
        module: (sorted(_distributions_of(module)) or "not installed", sorted(files))
        for module, files in foreign.items()
        if not _distributions_of(module) & declared
    }
    assert undeclared == {}


def test_each_declared_dependency_is_imported_or_has_its_reason() -> None:
    used = set[str]().union(*(_distributions_of(module) for module in _foreign()))
    unused = _declared() - used
    assert unused - NOT_IMPORTED.keys() == set()


def test_each_reason_is_of_a_dependency_that_nothing_imports() -> None:
    used = set[str]().union(*(_distributions_of(module) for module in _foreign()))
    assert NOT_IMPORTED.keys() - _declared() == set()
    assert NOT_IMPORTED.keys() & used == set()
