"""The judge of the wire: an unchanged `@trpc/client` in Node, and TypeScript's compiler on the generated types.

`client/` is the Node project; its packages are installed once into the `.cache` of the repository.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from path_with_node import path_with_node

import small_api
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.typescript import generate
from needed import give_up

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).parent / "client"
PUBLISHED = ROOT / "iop_pipelines/api/app-router.ts"
MANIFESTS = ("package.json", "package-lock.json")


@pytest.fixture(scope="module")
def node_path() -> str:
    return path_with_node()


@pytest.fixture(scope="module")
def project(node_path: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the Node project with its packages and the generated types."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "node_modules").symlink_to(_installed(node_path), target_is_directory=True)
    for name in (*MANIFESTS, "tsconfig.json", "client.ts", "product.ts", "wrong.ts"):
        shutil.copy(CLIENT / name, folder)
    (folder / "app-router.ts").write_text(generate(small_api.registry))
    shutil.copy(PUBLISHED, folder / "published.ts")
    return folder


def _installed(node_path: str) -> Path:
    """node_modules of the lock: made beside its place and moved there, so that it is whole or absent."""
    lock = b"".join((CLIENT / name).read_bytes() for name in MANIFESTS)
    target = ROOT / ".cache" / f"trpc-client-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        making = target.with_name(f"{target.name}.{os.getpid()}")
        making.mkdir()
        for name in MANIFESTS:
            shutil.copy(CLIENT / name, making)
        command = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        done = _run(command, making, node_path, timeout=240)
        if done.returncode != 0:
            shutil.rmtree(making)
            give_up(f"npm ci failed: {done.stdout[-2000:]}")
        making.rename(target)
    return target / "node_modules"


def _run(
    command: tuple[str, ...], folder: Path, node_path: str, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    # The whole environment: npm needs the certificates and settings that it names.
    env = {**os.environ, "PATH": node_path}
    executable = shutil.which(command[0], path=node_path) or command[0]
    return subprocess.run(
        [executable, *command[1:]],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )


def _compile(project: Path, node_path: str, *options: str) -> subprocess.CompletedProcess[str]:
    return _run(("node", "node_modules/typescript/bin/tsc", *options), project, node_path)


@pytest.fixture(scope="module")
def compiled(project: Path, node_path: str) -> Path:
    done = _compile(project, node_path)
    assert done.returncode == 0, done.stdout
    return project / "out" / "client.js"


@contextmanager
def _serving(program: str) -> Iterator[str]:
    """The line that a program of tests/servers prints when it serves; a process of its own."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/servers" / program)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline().strip()
        assert line, f"{program} did not start"
        yield line
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def _judged(compiled: Path, node_path: str, argument: str) -> None:
    command = ("node", "--test-reporter=tap", str(compiled), argument)
    done = _run(command, compiled.parent, node_path)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^# pass [1-9]\d*$", done.stdout, re.M), done.stdout


@pytest.mark.node
def test_the_real_client_gets_what_it_expects_over_every_link(
    compiled: Path, node_path: str
) -> None:
    with _serving("small_api.py") as port:
        _judged(compiled, node_path, f"http://127.0.0.1:{port}")


@pytest.mark.node
def test_accounts_and_the_trail_of_the_product_work_for_the_real_client(
    compiled: Path, node_path: str
) -> None:
    with _serving("product.py") as served:
        _judged(compiled.with_name("product.js"), node_path, served)


def test_the_published_types_are_those_of_the_procedures() -> None:
    """`client.ts` compiles beside them: the fixture `compiled` has both."""
    mend = f"iop api types > {PUBLISHED.relative_to(ROOT)}"
    assert PUBLISHED.read_text() == generate(build_registry()), mend


@pytest.mark.node
def test_wrong_uses_do_not_compile(project: Path, node_path: str) -> None:
    lines = (project / "wrong.ts").read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if "// WRONG" in line}
    options = ("--noEmit", "--pretty", "false", "--strict", "--target", "es2022")
    done = _compile(project, node_path, *options, "--module", "nodenext", "wrong.ts")
    refused = {int(line) for line in re.findall(r"^wrong\.ts\((\d+),", done.stdout, re.M)}
    assert refused == wrong, done.stdout
    assert "app-router.ts(" not in done.stdout


def test_all_packages_of_trpc_have_one_version_and_no_lock_names_a_host() -> None:
    text = (CLIENT / "package-lock.json").read_text()
    versions = re.findall(r'"@trpc/\w+": "([^"]+)"', (CLIENT / "package.json").read_text())
    assert len(versions) == 2
    assert len(set(versions)) == 1
    assert re.fullmatch(r"11\.\d+\.\d+", versions[0])
    assert '"resolved"' not in text
