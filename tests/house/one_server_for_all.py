"""What test_shared_run.py runs; not collected by itself. Between two tests that ask a server the process is killed."""

import json
import os
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from iop_pipelines.schema.engine import engine_for
from shared_run import SharedRun


def _tell(name: str, url: str, run: SharedRun) -> None:
    engine = engine_for(url)
    with engine.connect() as connection:
        version = connection.scalar(sa.text("SELECT VERSION()"))
    engine.dispose()
    told = {"url": url, "version": version, "process": run.process, "mark": run.mark}
    Path(os.environ["TOLD"], name).write_text(json.dumps(told))


@pytest.mark.parametrize("server_url", ["mariadb"], indirect=True)
def test_one_process_asks_a_server(server_url: str, shared_run: SharedRun) -> None:
    _tell("first", server_url, shared_run)


def test_this_process_is_killed() -> None:
    """Once: pytest-xdist gives what was not told to the next process."""
    killed = Path(os.environ["TOLD"], "killed")
    if not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("server_url", ["mariadb"], indirect=True)
def test_another_process_asks_it(server_url: str, shared_run: SharedRun) -> None:
    _tell("second", server_url, shared_run)
