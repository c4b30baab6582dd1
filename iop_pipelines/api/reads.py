"""Reads of the platform: of callers that ask the same at the same time, one asks the database for all.

Whoever comes while an answer is being read waits for the next reading, which begins after they asked:
nobody is given a state older than their question, so a client still reads what it wrote. It is the
group commit of databases, for reads; many phones on one dashboard cost about as much as one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import anyio.to_thread

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")

# Threads that step through rows take the interpreter from each other at every row: on SQLite two
# readers at once are slower than two in turn. A turn ends early, so that a slow reader holds up nobody.
TURN_S = 0.05


class Reads(Generic[Question, Answer]):
    """Of one event loop.

    at_once: how many readings take their turn together.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._turns = asyncio.Semaphore(at_once)
        # Readings that have not begun, which may still be joined; and the one that runs.
        self._open: dict[Question, asyncio.Task[Answer]] = {}
        self._running: dict[Question, asyncio.Task[Answer]] = {}

    async def read(self, question: Question, work: Callable[[], Answer]) -> Answer:
        """What `work` gives, run in a thread by this caller or by one that asked the same.

        Raises what `work` raised, for each caller.
        """
        # Who hangs up takes the answer from nobody else.
        return await asyncio.shield(self._open.get(question) or self._begin(question, work))

    def read_ahead(self, question: Question, work: Callable[[], Answer]) -> None:
        """Lets `work` run for what it leaves behind, unless it runs already; nobody waits for it."""
        if question not in self._open and question not in self._running:
            self._begin(question, work)

    def _begin(self, question: Question, work: Callable[[], Answer]) -> asyncio.Task[Answer]:
        reading = asyncio.create_task(self._read(question, work))
        reading.add_done_callback(_seen)
        self._open[question] = reading
        return reading

    async def _read(self, question: Question, work: Callable[[], Answer]) -> Answer:
        while (before := self._running.get(question)) is not None:
            await asyncio.wait([before])
        async with self._turn():
            self._running[question] = self._open.pop(question)
            try:
                return await anyio.to_thread.run_sync(work)
            finally:
                del self._running[question]

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        await self._turns.acquire()
        end = asyncio.get_running_loop().call_later(TURN_S, self._turns.release)
        try:
            yield
        finally:
            if end.when() > asyncio.get_running_loop().time():
                end.cancel()
                self._turns.release()


def _seen(reading: asyncio.Task[Answer]) -> None:
    """All callers may have gone: an error that nobody waits for is no news."""
    if not reading.cancelled():
        reading.exception()
