"""pyproject, the locks and the Makefile say the same, and nothing outside names where packages come from."""

import re
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Of the image whose runs are pods.
POD_LOCK = "requirements-kubernetes.lock"


@pytest.fixture(scope="module")
def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_pyproject_does_not_configure_dagster(pyproject: dict) -> None:
    """Either block would silently override workspace.yaml."""
    assert {"dg", "dagster"} & set(pyproject["tool"]) == set()


@pytest.mark.parametrize("package", ["assets", "sensors", "schedules", "iop_pipelines"])
def test_no_other_distribution_provides_our_packages(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"iop"}


def test_the_wheel_has_all_packages(pyproject: dict) -> None:
    packages = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    top = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(packages) == top


@pytest.mark.parametrize("lock", [*LOCKS, POD_LOCK])
def test_every_direct_dependency_is_locked_within_its_range(pyproject: dict, lock: str) -> None:
    wanted = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["build"]]
    if lock == "requirements-dev.lock":
        wanted += pyproject["project"]["optional-dependencies"]["dev"]
    if lock == POD_LOCK:
        wanted += pyproject["project"]["optional-dependencies"]["kubernetes"]
    locked = _locked(lock)
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {lock}: make lock"
        assert version in requirement.specifier, (
            f"{requirement}, but {version} in {lock}: make lock"
        )


def test_the_development_lock_is_the_runtime_locks_and_more() -> None:
    runtime, development = (_locked(lock) for lock in LOCKS)
    assert runtime.items() <= _locked(POD_LOCK).items() <= development.items()


@pytest.mark.parametrize("lock", [*LOCKS, POD_LOCK])
def test_a_lock_has_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert re.search(r"^--", text, re.M) is None
    entries = re.split(r"^(?=\S)", text, flags=re.M)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_ci_runs_what_a_developer_runs() -> None:
    commands = [
        line
        for line in (ROOT / ".ci/run").read_text().splitlines()
        if line and not line.startswith(("#", "set ", "cd ", "export "))
    ]
    assert commands == ["make test", "make test-deploy"]


@pytest.mark.parametrize(
    "verb", ["demo", "test", "test-deploy", "lint", "fix", "types", "bench-import", "lock"]
)
def test_make_knows_the_verb(verb: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", verb], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.returncode == 0, done.stderr


def _locked(lock: str) -> dict[str, Version]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.M)
    return {canonicalize_name(name): Version(version) for name, version in found}
