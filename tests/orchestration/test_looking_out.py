"""The thread that looks beside a worker: at once when woken, else while idle, and nobody waits for it."""

import threading

from iop_pipelines.orchestration import lookout
from iop_pipelines.orchestration.lookout import LookingOut

IN_TIME_S = 60
NEVER_S = 3600


def test_who_wakes_or_ends_the_thread_does_not_wait_for_a_slow_look(monkeypatch):
    monkeypatch.setattr(lookout, "END_S", 0.01)
    began, may_end, ended = (threading.Event() for _ in range(3))

    def slow() -> None:
        began.set()
        may_end.wait(IN_TIME_S)
        ended.set()

    looking = LookingOut(slow, lambda: False, NEVER_S)
    looking.begin()
    # Neither its pause nor what the worker does by then holds it up.
    looking.wake()
    assert began.wait(IN_TIME_S)
    looking.wake()
    looking.end()

    assert not ended.is_set()
    may_end.set()
    assert ended.wait(IN_TIME_S)


def test_what_it_is_woken_for_during_a_look_is_looked_at_after_it():
    looks = 0
    began, may_go_on, again = (threading.Event() for _ in range(3))

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            again.set()
        began.set()
        may_go_on.wait(IN_TIME_S)

    looking = LookingOut(look, lambda: False, NEVER_S)
    looking.begin()
    looking.wake()
    assert began.wait(IN_TIME_S)
    looking.wake()
    may_go_on.set()

    assert again.wait(IN_TIME_S)
    looking.end()
    assert looks == 2


def test_it_looks_again_and_again_while_its_worker_is_idle_and_not_while_it_is_busy():
    asked = 0
    looked: list[int] = []
    enough = threading.Event()

    def is_idle() -> bool:
        nonlocal asked
        asked += 1
        if asked == 10:
            enough.set()
        return asked % 2 == 0

    looking = LookingOut(lambda: looked.append(asked), is_idle, 0.001)
    looking.begin()
    assert enough.wait(IN_TIME_S)
    looking.end()

    assert looked[:4] == [2, 4, 6, 8]
    assert all(each % 2 == 0 for each in looked)
