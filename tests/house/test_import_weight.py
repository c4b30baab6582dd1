"""What every process of Dagster pays at its start: nothing heavy comes with the code location."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "sklearn",
    "prophet",
    "pyod",
    "great_expectations",
    "weasyprint",
    "alembic",
    "starlette",
    "jsonschema",
)


def test_importing_the_code_location_loads_nothing_heavy(tmp_path: Path) -> None:
    assert _loaded_by("import iop_pipelines.definitions", tmp_path) == []


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    assert _loaded_by("import jsonschema", tmp_path) == ["jsonschema"]


def _loaded_by(statement: str, home: Path) -> list[str]:
    program = f"import sys, json; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        env={"IOP_HOME": str(home), "PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    return [name for name in json.loads(done.stdout.splitlines()[-1]) if name in HEAVY]
