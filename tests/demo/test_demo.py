"""The main job by one command, with outbound network refused, killed on the way and started again."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from iop_pipelines import doctor
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.ledger.deliveries import unprepared
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import dataset_versions, generated_reports, model_executions
from private_files import open_to_others
from replayed_demo import NO_NETWORK, alive

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
        versions = sa.select(dataset_versions.c.window_start, dataset_versions.c.status).where(
            dataset_versions.c.status != "prepared"
        )
        # The day that came garbled, of which nothing is prepared; it was delivered again since.
        assert list(connection.execute(versions)) == [(datetime(2013, 2, 15), "failed")]
        assert unprepared(connection) == []
    assert sum(row["count"] for row in summary["drm_runs"]) == 62


def test_every_file_is_there_with_the_bytes_that_its_row_says(replayed):
    _, _, summary = replayed

    for report in summary["reports"]:
        path = Path(report["file"].removeprefix("file://"))
        assert path.stat().st_size == report["bytes"]


def test_nobody_else_can_read_the_home(replayed):
    home = replayed[0]
    assert {"broker", "dagster", "files", "logs", "secret.key"} <= {
        each.name for each in home.iterdir()
    }
    assert open_to_others(home) == []


def test_no_process_is_left(replayed):
    home, _, _ = replayed

    assert alive(home) == []
