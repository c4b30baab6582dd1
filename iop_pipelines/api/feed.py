"""One poll a second of something that changes, shared by all who watch it in this process.

What is handed on is a state, not a history: a watcher that was away gets the state of now, or
nothing if it has seen that one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from iop_pipelines.api.context import Context

State = TypeVar("State")
POLL_S = 1.0


@dataclass
class _Last(Generic[State]):
    """The latest look, when it was (loop time), and the lock that lets one watcher look for all."""

    lock: asyncio.Lock
    at: float = float("-inf")
    event: tuple[str, State] | None = None


class Feed(Generic[State]):
    """`read` runs in a thread; `mark` names a state, and equal states have equal marks."""

    def __init__(
        self,
        read: Callable[[Context], State],
        mark: Callable[[State], str],
        poll_s: float = POLL_S,
    ) -> None:
        self._read = read
        self._mark = mark
        self._poll_s = poll_s
        # By database and event loop: a lock belongs to one loop.
        self._last: dict[tuple[str, int], _Last[State]] = {}

    async def events(self, ctx: Context, seen: str | None) -> AsyncIterator[tuple[str, State]]:
        """The state of now unless it is `seen`, then each that differs from the one before."""
        while True:
            event = await self._look(ctx)
            if event[0] != seen:
                seen = event[0]
                yield event
            await asyncio.sleep(self._poll_s)

    async def _look(self, ctx: Context) -> tuple[str, State]:
        loop = asyncio.get_running_loop()
        key = ctx.platform.settings.database_url, id(loop)
        last = self._last.setdefault(key, _Last(asyncio.Lock()))
        async with last.lock:
            if last.event is None or loop.time() - last.at >= self._poll_s:
                state = await asyncio.to_thread(self._read, ctx)
                last.event, last.at = (self._mark(state), state), loop.time()
            return last.event
