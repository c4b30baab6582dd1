"""Where a serving process stands: starting, serving, draining; and what must end when it drains."""

import asyncio
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Lifecycle:
    """Of the event loop: all methods but `stage` are called there."""

    def __init__(self) -> None:
        self._started = asyncio.Event()
        self._is_draining = False
        self._endless: set[asyncio.Task[Any]] = set()

    @property
    def stage(self) -> Stage:
        if self._is_draining:
            return Stage.DRAINING
        return Stage.SERVING if self._started.is_set() else Stage.STARTING

    def set_started(self) -> None:
        self._started.set()

    async def wait_until_started(self) -> None:
        await self._started.wait()

    def begin_drain(self) -> None:
        """Requests in flight go on; streams, which never end by themselves, are ended."""
        self._is_draining = True
        for task in self._endless:
            task.cancel()

    def add_endless(self, task: asyncio.Task[Any]) -> None:
        """Marks a task as one that the drain is to cancel, until it is discarded."""
        self._endless.add(task)
        if self._is_draining:
            task.cancel()

    def discard_endless(self, task: asyncio.Task[Any]) -> None:
        self._endless.discard(task)


def this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("requests are answered in tasks")
    return task
