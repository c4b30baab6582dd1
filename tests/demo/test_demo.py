"""The main job by one command, with outbound network refused, killed on the way and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines import doctor
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import dataset_versions, generated_reports, model_executions

NO_NETWORK = Path(__file__).parent / "no_network"


def _command(home: Path, port: int, *options: str) -> list[str]:
    iop = Path(sys.executable).with_name("iop")
    return [str(iop), "demo", "--home", str(home), "--port", str(port), *options]


def _alive(home: Path) -> list[int]:
    """Processes that were started for this home."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = path.read_bytes()
        except OSError:
            continue
        if f"IOP_HOME={home}".encode() in environment:
            found.append(int(path.parent.name))
    return found


def _wait(condition, timeout_s: float, what: str) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {timeout_s} s"
        time.sleep(0.5)


def _count(home: Path, query: sa.Select) -> int:
    if not (home / "iop.db").exists():
        return 0
    engine = engine_for(f"sqlite:///{home / 'iop.db'}")
    try:
        with engine.connect() as connection:
            return connection.scalar(query) or 0
    except OperationalError:
        return 0


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """Home, log of refused connections, and the summary of a demo that was killed and started again."""
    folder = tmp_path_factory.mktemp("demo")
    home, refused = folder / "home", folder / "refused.log"
    env = {
        **os.environ,
        "PYTHONPATH": str(NO_NETWORK),
        "NO_NETWORK_LOG": str(refused),
        "COVERAGE_PROCESS_START": "",
    }
    _kill_on_the_way(home, env)
    done = subprocess.run(
        _command(home, free_port(), "--once", "--json"),
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:] + _logs(home)
    return home, refused, json.loads(done.stdout)


def _kill_on_the_way(home: Path, env: Mapping[str, str]) -> None:
    """SIGKILL to the supervisor while executions are under way; its children must end with it."""
    started = sa.select(sa.func.count()).where(model_executions.c.phase == "done")
    process = subprocess.Popen(
        _command(home, free_port(), "--once", "--json"),
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(lambda: _count(home, started) > 20, 300, "the 20th execution")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    _wait(lambda: not _alive(home), 20, "the end of the killed demo's children")


def _logs(home: Path) -> str:
    logs = sorted((home / "logs").glob("*.log"))
    return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in logs)


pytestmark = [
    pytest.mark.demo,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(
        sys.platform != "linux", reason="looks for processes in /proc, which only Linux has"
    ),
]


def test_the_demo_gives_all_that_it_promises(replayed):
    _, _, summary = replayed

    assert summary["missing"] == []
    assert summary["drift"] == 0
    assert {row["category"] for row in summary["recommendations"]} == set(Category)
    formats = {row["format"] for row in summary["reports"]}
    assert formats == {"csv", "json", "pdf"} if doctor.can_render_pdf() else {"csv", "json"}


def test_nothing_phones_home(replayed):
    _, refused, _ = replayed

    assert not refused.exists(), refused.read_text()


def test_the_refusal_refuses(tmp_path):
    log = tmp_path / "refused.log"
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    env = {**os.environ, "PYTHONPATH": str(NO_NETWORK), "NO_NETWORK_LOG": str(log)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False)

    assert done.returncode != 0
    assert "192.0.2.1" in log.read_text()


def test_a_kill_loses_and_repeats_nothing(replayed):
    home, _, summary = replayed
    engine = engine_for(f"sqlite:///{home / 'iop.db'}")
    with engine.connect() as connection:
        per_trigger = connection.execute(
            sa.select(sa.func.count())
            .where(model_executions.c.trigger.startswith("drm_run:"))
            .group_by(model_executions.c.model_id, model_executions.c.dataset_version_id)
        ).scalars()
        assert set(per_trigger) == {1}
        open_work = sa.select(sa.func.count()).where(model_executions.c.phase != "done")
        assert connection.scalar(open_work) == 0
        per_slot = connection.execute(
            sa.select(sa.func.count())
            .where(generated_reports.c.slot.is_not(None))
            .group_by(generated_reports.c.template_id, generated_reports.c.slot)
        ).scalars()
        assert set(per_slot) == {1}
        versions = sa.select(sa.func.count()).where(dataset_versions.c.status != "prepared")
        assert connection.scalar(versions) == 0
    assert sum(row["count"] for row in summary["drm_runs"]) == 62


def test_every_file_is_there_with_the_bytes_that_its_row_says(replayed):
    _, _, summary = replayed

    for report in summary["reports"]:
        path = Path(report["file"].removeprefix("file://"))
        assert path.stat().st_size == report["bytes"]


def test_no_process_is_left(replayed):
    home, _, _ = replayed

    assert _alive(home) == []
