"""Each public name of the library has a user besides tests: what only tests call is not part of the product."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iop_pipelines.recommendations.text import Phrases

ROOT = Path(__file__).parents[2]
ROOMS = ("iop_pipelines", "assets", "sensors", "schedules")
# What names a class or function by its path in words.
NAMING_FILES = ("dagster.yaml", "workspace.yaml", "pyproject.toml")
# Alembic calls what is in a revision.
CALLED_BY_NAME = "iop_pipelines.schema.migrations"
# A runtime, a step, a section or a language is a module that is loaded by its name, and this of it is taken.
_PHRASES = "|".join(name for name in vars(Phrases) if not name.startswith("_"))
LOADED = re.compile(
    r"iop_pipelines\.(runtimes\.\w+\.RUNTIME|transform\.apply\.\w+\.apply|"
    r"reporting\.sections\.\w+\.draw|domain\.sentences\.\w\w\.\w+|"
    rf"recommendations\.phrases\.\w\w\.({_PHRASES}))"
)
_TYPE = re.compile(r"\w+( \| \w+)*")
# Used by nothing of the product, with the reason for which it stays.
_STAND_IN = "the stand-in of DRM, which the tests of what reads DRM run"
STANDING = {
    "iop_pipelines.definitions.defs": "what Dagster looks for in the module that workspace.yaml names",
    "iop_pipelines.doctor.can_render_pdf": "the suite asks before it renders: WeasyPrint ends the process otherwise",
    "iop_pipelines.drm.announce.announce": _STAND_IN,
    "iop_pipelines.drm.announce.announcements": _STAND_IN,
    "iop_pipelines.drm.announce.stir": _STAND_IN,
    "iop_pipelines.drm.clock.set_clock": _STAND_IN,
    "iop_pipelines.drm.standin_api.create_app": _STAND_IN,
    "iop_pipelines.drm.rows.read_rows": "a run's rows at once, for who looks at one",
    "iop_pipelines.schema.append_only.is_protected": "the proof of the triggers, tried on each database",
    "iop_pipelines.schema.migrate.downgrade": "each revision has its way back, which is tried on each database",
}


@dataclass(frozen=True)
class Source:
    name: str
    tree: ast.Module


@cache
def sources() -> tuple[Source, ...]:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return tuple(
        Source(_module_of(path), ast.parse(path.read_text(encoding="utf-8"))) for path in paths
    )


def _module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def definitions(source: Source) -> Iterator[tuple[str, ast.stmt]]:
    """Public functions, classes and constants; a decorator takes what it decorates, and so uses it."""
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [] if node.decorator_list and not _is_plain(node) else [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.id for each in targets if isinstance(each, ast.Name)]
        else:
            continue
        yield from ((name, node) for name in names if not name.startswith("_"))


def _is_plain(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Decorated by what only changes it: it is nowhere entered in a list of its kind."""
    plain = {"dataclass", "cache", "lru_cache", "contextmanager", "asynccontextmanager", "wraps"}
    plain |= {"writes", "total_ordering", "final", "overload", "runtime_checkable"}
    names = re.findall(r"\w+", " ".join(ast.unparse(each) for each in node.decorator_list))
    return names[0] in plain or (len(names) > 1 and names[1] in plain)


@dataclass(frozen=True)
class Uses:
    """names: (module, name) that are imported; attributes: (module, name) got of an imported module."""

    names: frozenset[tuple[str, str]]
    attributes: frozenset[tuple[str, str]]


@cache
def uses() -> Uses:
    names: set[tuple[str, str]] = set()
    attributes: set[tuple[str, str]] = set()
    for source in sources():
        modules: set[str] = set()
        got: set[str] = set()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {(node.module, alias.name) for alias in node.names}
                modules |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Attribute):
                got.add(node.attr)
        attributes |= {(module, name) for module in modules for name in got}
    return Uses(frozenset(names), frozenset(attributes))


def is_used_at_home(source: Source, name: str, definition: ast.stmt) -> bool:
    """In its own module, outside of itself."""
    return any(
        name in {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        or name in _annotations_in_words(node)
        for node in source.tree.body
        if node is not definition
    )


def _annotations_in_words(node: ast.stmt) -> set[str]:
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    types = (text for text in texts if isinstance(text, str) and _TYPE.fullmatch(text))
    return {word for text in types for word in text.split(" | ")}


def dead() -> list[str]:
    named = " ".join((ROOT / name).read_text() for name in NAMING_FILES)
    found: list[str] = []
    for source in sources():
        if source.name.startswith(CALLED_BY_NAME):
            continue
        for name, node in definitions(source):
            key = (source.name, name)
            is_used = key in uses().names or key in uses().attributes
            is_used = is_used or is_used_at_home(source, name, node)
            path = f"{source.name}.{name}"
            if not (is_used or LOADED.fullmatch(path) or re.search(rf"\b{name}\b", named)):
                found.append(path)
    return found


def test_each_public_name_of_the_library_has_a_user() -> None:
    assert sorted(set(dead()) - STANDING.keys()) == []


def test_each_standing_exception_is_one() -> None:
    assert STANDING.keys() - set(dead()) == set()
