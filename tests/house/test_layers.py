"""Imports go one way: from the declarations to the library, and inside the library downwards."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECLARATIONS = ("assets", "sensors", "schedules")

# From the top down. Rooms on one line are level: they may use each other and everything below.
LAYERS = (
    ("api",),
    ("orchestration",),
    ("execution", "backtest", "intake", "notifications"),
    ("reporting", "recommendations", "ledger"),
    ("registry", "query"),
    ("runtimes", "validation", "transform"),
    ("platform",),
    ("analytics", "drm", "events", "identity"),
    ("calendars",),
    ("audit",),
    ("schema",),
    ("tracing",),
    ("storage",),
    ("domain",),
)
LEVELS = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
# Used by anyone.
EVERYWHERE = {"errors", "settings"}
# They put the rooms together: nobody imports them but each other.
COMPOSERS = {"cli", "definitions", "demo", "doctor", "testing"}


CONTRIBUTING = ROOT / "CONTRIBUTING.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"


def _python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _room(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "iop_pipelines" and len(parts) > 1 else None


def _is_allowed(importer: str, imported: str) -> bool:
    if imported in EVERYWHERE or importer == imported or importer in COMPOSERS:
        return True
    if importer in EVERYWHERE:
        # What an error says is words of the domain, the lowest room, which does no more than say it.
        return imported == LAYERS[-1][0]
    if imported in COMPOSERS:
        return False
    return LEVELS[imported] >= LEVELS[importer]


def _offences(path: Path, root: Path) -> list[str]:
    importer = path.relative_to(root / "iop_pipelines").with_suffix("").parts[0]
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for line, name in _imports(path)
        if (room := _room(name)) and not _is_allowed(importer, room)
    ]


def test_inside_the_library_imports_go_downwards() -> None:
    files = _python_files(ROOT / "iop_pipelines")
    assert [offence for path in files for offence in _offences(path, ROOT)] == []


def test_every_room_has_its_layer() -> None:
    rooms = {
        path.relative_to(ROOT / "iop_pipelines").with_suffix("").parts[0]
        for path in _python_files(ROOT / "iop_pipelines")
    }
    assert rooms - {"__init__"} - EVERYWHERE - COMPOSERS == set(LEVELS)


def test_the_picture_of_the_layers_is_the_one_that_is_enforced() -> None:
    blocks = ARCHITECTURE.read_text().split("```")[1::2]
    (picture,) = (block.strip() for block in blocks if block.strip().endswith("\ndomain"))
    drawn = [tuple(line.split(" · ")) for line in picture.splitlines()]
    assert [set(rooms) for rooms in drawn] == [set(rooms) for rooms in LAYERS]


def test_who_is_for_everyone_and_who_puts_rooms_together_is_said_as_it_is_enforced() -> None:
    said = " ".join(ARCHITECTURE.read_text().split())
    found = re.search(r"each other\. (.+?) are for everyone; (.+?) put the rooms together", said)
    assert found is not None
    everywhere, composers = (set(re.findall(r"`(\w+)`", words)) for words in found.groups())
    assert (everywhere, composers) == (EVERYWHERE, COMPOSERS)


def test_the_list_of_rooms_runs_downwards_and_has_them_all() -> None:
    rooms = re.findall(
        r"^\| `iop_pipelines/(\w+)(?:\.py)?`", ARCHITECTURE.read_text(), re.MULTILINE
    )
    assert sorted(rooms) == sorted(LEVELS)
    assert [LEVELS[room] for room in rooms] == sorted(LEVELS[room] for room in rooms)


def test_the_rooms_that_are_typed_strictly_are_said_as_they_are_set() -> None:
    strict = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pyright"]["strict"]
    (row,) = (line for line in CONTRIBUTING.read_text().splitlines() if "`make types`" in line)
    said = re.findall(r"`(\w+)`", row.split("strict for")[1])
    assert [f"iop_pipelines/{room}" for room in said] == strict


@pytest.mark.parametrize(
    ("room", "line", "is_offence"),
    [
        ("drm", "from iop_pipelines.ledger import work", True),
        ("drm", "def late():\n    import iop_pipelines.registry.models", True),
        ("domain", "from iop_pipelines import schema", True),
        ("ledger", "from iop_pipelines import definitions", True),
        ("ledger", "from iop_pipelines.drm.source import DrmRun", False),
        ("ledger", "from iop_pipelines.reporting import render", False),
        ("schema", "from iop_pipelines.errors import Unavailable", False),
    ],
)
def test_the_layer_rule_tells_upwards_from_downwards(
    tmp_path: Path, room: str, line: str, is_offence: bool
) -> None:
    module = tmp_path / "iop_pipelines" / room / "module.py"
    module.parent.mkdir(parents=True)
    module.write_text(line)
    assert bool(_offences(module, tmp_path)) is is_offence


def test_of_the_api_only_what_runs_dagster_imports_orchestration() -> None:
    """The rest serves where there is no Dagster, and starts without its seconds of imports."""
    importers = {
        path.name
        for path in _python_files(ROOT / "iop_pipelines" / "api")
        for _, name in _imports(path)
        if _room(name) == "orchestration"
    }
    assert importers <= {"serve.py"}


@pytest.mark.parametrize(
    ("framework", "rooms"),
    [
        ("dagster", {"api", "orchestration", "ledger", "definitions"}),
        ("dagster_webserver", {"api"}),
        # The stand-in for DRM serves its API.
        ("starlette", {"api", "drm"}),
    ],
)
def test_what_carries_the_work_is_known_to_few_rooms(framework: str, rooms: set[str]) -> None:
    """Whoever signs in, runs a model or is told of it needs neither Dagster nor a web server for it."""
    importers = {
        path.relative_to(ROOT / "iop_pipelines").with_suffix("").parts[0]
        for path in _python_files(ROOT / "iop_pipelines")
        for _, name in _imports(path)
        if name.partition(".")[0] == framework
    }
    assert importers == rooms


def test_only_the_composition_root_imports_the_declarations() -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for path in _python_files(ROOT / "iop_pipelines")
        for _, name in _imports(path)
        if name.partition(".")[0] in DECLARATIONS
    }
    assert importers <= {"iop_pipelines/definitions.py"}


@pytest.mark.parametrize("folder", ["iop_pipelines", *DECLARATIONS])
def test_annotations_stay_readable_at_run_time(folder: str) -> None:
    """Dagster and pydantic read them; the future import would make them strings."""
    offenders = [
        str(path)
        for path in _python_files(ROOT / folder)
        if any(name == "__future__.annotations" for _, name in _imports(path))
    ]
    assert offenders == []


@pytest.mark.parametrize("folder", DECLARATIONS)
def test_each_declaration_folder_exports_one_defs(folder: str) -> None:
    last = ast.parse((ROOT / folder / "__init__.py").read_text()).body[-1]
    assert isinstance(last, ast.Assign)
    assert [target.id for target in last.targets if isinstance(target, ast.Name)] == ["defs"]


def test_the_composition_root_stays_short() -> None:
    assert len((ROOT / "iop_pipelines/definitions.py").read_text().splitlines()) < 40


def test_no_test_folder_is_a_package_and_no_two_tests_share_a_name() -> None:
    """A tests/assets/__init__.py would break `import assets`."""
    files = [path.name for path in _python_files(ROOT / "tests") if path.name != "conftest.py"]
    assert "__init__.py" not in files
    assert sorted(set(files)) == sorted(files)
