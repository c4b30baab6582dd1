"""Who asks the same at the same time shares an answer, and nobody is given one older than the question."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from iop_pipelines.api.context import ANYBODY
from iop_pipelines.api.reads import TURN_S, Reads

WAIT_S = 10


class Gate:
    """Work that says when it has begun, and goes on when it is let."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.let = threading.Event()
        self.count = 0
        self.state = 0

    def __call__(self) -> int:
        self.count += 1
        seen = self.state
        self.begun.set()
        assert self.let.wait(WAIT_S)
        return seen

    async def is_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.wait, WAIT_S)


class Together:
    """Short work that counts how many do it at once."""

    def __init__(self) -> None:
        self._now = 0
        self.most = 0

    def __call__(self) -> int:
        self._now += 1
        self.most = max(self.most, self._now)
        time.sleep(TURN_S / 10)
        self._now -= 1
        return 0


def run(test: Callable[[Reads[str, int]], object]) -> None:
    async def main() -> None:
        async with asyncio.timeout(WAIT_S):
            await test(Reads())  # type: ignore[misc]

    asyncio.run(main())


def test_many_who_ask_while_a_reading_runs_share_the_next_one() -> None:
    async def test(reads: Reads[str, int]) -> None:
        gate = Gate()
        first = asyncio.create_task(reads.read("stats", gate))
        await gate.is_begun()
        later = [asyncio.create_task(reads.read("stats", gate)) for _ in range(100)]
        await asyncio.sleep(0)
        gate.let.set()
        assert await asyncio.gather(first, *later) == [0] * 101
        assert gate.count == 2

    run(test)


def test_who_asks_after_a_change_is_given_the_change_though_an_older_reading_runs() -> None:
    async def test(reads: Reads[str, int]) -> None:
        gate = Gate()
        before = asyncio.create_task(reads.read("stats", gate))
        await gate.is_begun()
        gate.state = 1
        after = asyncio.create_task(reads.read("stats", gate))
        await asyncio.sleep(0)
        gate.let.set()
        assert (await before, await after) == (0, 1)

    run(test)


def test_another_question_is_another_reading() -> None:
    async def test(reads: Reads[str, int]) -> None:
        answers = await asyncio.gather(*(reads.read(str(n), lambda n=n: n) for n in range(20)))
        assert answers == list(range(20))

    run(test)


def test_an_error_reaches_all_who_asked_and_is_forgotten() -> None:
    def fail() -> int:
        raise LookupError("no such row")

    async def test(reads: Reads[str, int]) -> None:
        told = await asyncio.gather(
            *(reads.read("stats", fail) for _ in range(3)), return_exceptions=True
        )
        assert [str(each) for each in told] == ["no such row"] * 3
        assert await reads.read("stats", lambda: 4) == 4

    run(test)


def test_who_hangs_up_takes_the_answer_from_nobody_else() -> None:
    async def test(reads: Reads[str, int]) -> None:
        gate = Gate()
        asked = [asyncio.create_task(reads.read("stats", gate)) for _ in range(2)]
        await gate.is_begun()
        asked[0].cancel()
        gate.let.set()
        assert await asked[1] == 0
        assert asked[0].cancelled()

    run(test)


def test_a_slow_reader_holds_up_the_others_for_one_turn_only() -> None:
    async def test(reads: Reads[str, int]) -> None:
        gate = Gate()
        slow = asyncio.create_task(reads.read("slow", gate))
        await gate.is_begun()
        # Were the turn not to end, this would wait for the gate, and the gate for this.
        assert await reads.read("quick", lambda: 7) == 7
        gate.let.set()
        assert await slow == 0
        # A turn that was given back twice would let two of these read at once.
        await asyncio.sleep(2 * TURN_S)
        together = Together()
        await asyncio.gather(*(reads.read(str(n), together) for n in range(5)))
        assert together.most == 1

    run(test)


def test_reading_ahead_is_done_once_and_its_failure_is_nobodys() -> None:
    async def test(reads: Reads[str, int]) -> None:
        gate = Gate()
        for _ in range(5):
            reads.read_ahead("token", gate)
        await gate.is_begun()
        reads.read_ahead("token", gate)
        gate.let.set()
        assert await reads.read("token", lambda: 9) == 9
        assert gate.count == 1

    run(test)


def test_a_query_that_wants_to_know_who_asks_fails_loudly() -> None:
    with pytest.raises(RuntimeError, match=r"declare it is_personal to use user\.id"):
        _ = ANYBODY.id
