"""Children that die: real processes, and a clock that the test moves."""

import json
import signal
from dataclasses import dataclass

import pytest

from iop_pipelines.errors import Unavailable
from iop_pipelines.orchestration.supervisor import (
    DEATHS_IN_A_ROW,
    RESTART_AFTER_AT_MOST_S,
    STEADY_S,
    Supervisor,
    instance_environment,
)
from iop_pipelines.settings import Settings

LIVES = ["http.server", "--bind", "127.0.0.1", "0"]
# Standard input is empty, which is no JSON.
DIES = ["json.tool"]


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def supervisor(tmp_path, clock):
    settings = Settings.from_env({"IOP_HOME": str(tmp_path)})
    one = Supervisor(settings, port=0, environment=instance_environment(settings), monotonic=clock)
    yield one
    one.stop()


def _kill(supervisor: Supervisor) -> int:
    (child,) = supervisor.children
    child.process.send_signal(signal.SIGKILL)
    child.process.wait()
    return child.process.pid


def test_a_child_that_is_killed_is_started_again_after_a_pause(supervisor, clock, caplog):
    supervisor.spawn("reader", LIVES)
    killed = _kill(supervisor)

    supervisor.keep_alive()
    (child,) = supervisor.children
    assert child.has_ended
    assert "the reader ended with code -9; it is started again in 1 s" in caplog.text
    clock.now += 1
    supervisor.keep_alive()

    assert not child.has_ended
    assert child.process.pid != killed
    pids = json.loads((supervisor.settings.home / "pids.json").read_text())
    assert pids == {"reader": child.process.pid}


def test_a_child_that_keeps_dying_ends_the_instance_with_its_log(supervisor, clock):
    supervisor.spawn("broken", DIES)
    (child,) = supervisor.children

    def die_again_and_again() -> None:
        for _ in range(2 * DEATHS_IN_A_ROW):
            child.process.wait()
            supervisor.keep_alive()
            clock.now += RESTART_AFTER_AT_MOST_S
            supervisor.keep_alive()

    with pytest.raises(Unavailable, match="the broken ended with code 1") as raised:
        die_again_and_again()
    assert f"It died {DEATHS_IN_A_ROW} times in a row" in str(raised.value)
    assert "Expecting value" in str(raised.value)


def test_a_child_that_lived_for_long_begins_a_new_row(supervisor, clock):
    supervisor.spawn("reader", LIVES)
    for _ in range(2 * DEATHS_IN_A_ROW):
        clock.now += STEADY_S
        _kill(supervisor)
        supervisor.keep_alive()
        clock.now += 1
        supervisor.keep_alive()

    assert not supervisor.children[0].has_ended


def test_a_child_that_ends_by_itself_while_all_start_is_told_at_once(supervisor):
    supervisor.spawn("broken", DIES)
    supervisor.children[0].process.wait()

    with pytest.raises(Unavailable, match="Expecting value"):
        supervisor.keep_starting()


def test_a_child_that_is_killed_while_all_start_is_started_again(supervisor, clock):
    supervisor.spawn("reader", LIVES)
    _kill(supervisor)

    supervisor.keep_starting()
    clock.now += 1
    supervisor.keep_starting()

    assert not supervisor.children[0].has_ended
