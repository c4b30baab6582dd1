"""A pytest that is killed leaves nothing behind: no server, no `iop up`, no browser, no mount."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import aftermath
from served_app import wait_until

ROOT = Path(__file__).parents[2]
# Each is in the command of a process that must have been there.
PARTS = ("mariadbd", "mysqld", "beam.smp", "epmd", "/chromium", "bin/iop up")
# On a busy machine; RabbitMQ alone takes half a minute.
START_TIMEOUT_S = 240

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.mysql,
    pytest.mark.rabbitmq,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


def test_a_run_that_is_killed_leaves_no_process_and_no_mount(tmp_path: Path) -> None:
    """The process that is killed is the one that starts the others; what the tests started is a worker's of it.

    The databases' servers are the whole run's.
    """
    started, log = tmp_path / "started", tmp_path / "log"
    file = Path(__file__).with_name("everything_started.py")
    options = ["-n1", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}"]
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, str(file)],
            cwd=ROOT,
            env={**os.environ, "STARTED": str(started), "CI": "true"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: started.exists() or run.poll() is not None, START_TIMEOUT_S)
        assert run.poll() is None, log.read_text()[-3000:]
        workers, runs = started.read_text().splitlines()
        assert workers != runs
        of_run, of_worker = aftermath.marked(runs), aftermath.marked(workers)
        there = {**of_run, **of_worker}
        assert [part for part in PARTS if not any(part in each for each in there.values())] == []
        servers = [each for each in of_run.values() if any(part in each for part in PARTS[:2])]
        assert len(servers) == 2
        assert len(aftermath.mounted(workers)) == 1
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()

    for mark in (workers, runs):
        wait_until(lambda mark=mark: not aftermath.marked(mark) and not aftermath.mounted(mark))
    # One that is ending has no environment any more, and for a moment still is there.
    wait_until(lambda: not any(map(aftermath.is_alive, there)))
