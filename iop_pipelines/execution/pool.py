"""Where the parts of a panel are judged: here, one after the other, or by several processes at once.

Each of those has one thread for its arithmetic: that of the others is at work already. No numpy here: a process says
how many threads it has before it loads that.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Protocol, TypeVar

G = TypeVar("G")
T = TypeVar("T")

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Pool(Protocol):
    def each(self, work: Callable[[G], T], given: Sequence[G]) -> Iterator[T]:
        """What `work` makes of each, in the order in which they end; raises what it raises."""
        ...


class Here:
    """One after the other, in this process."""

    def each(self, work: Callable[[G], T], given: Sequence[G]) -> Iterator[T]:
        return map(work, given)


class Processes:
    """By several processes of this machine."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def each(self, work: Callable[[G], T], given: Sequence[G]) -> Iterator[T]:
        asked = [self._executor.submit(work, one) for one in given]
        try:
            for done in as_completed(asked):
                yield done.result()
        finally:
            for one in asked:
                one.cancel()


@contextmanager
def opened(processes: int) -> Iterator[Pool]:
    """processes: 1 for this one."""
    if processes == 1:
        yield Here()
        return
    # A copy of this process would have its threads' locks, and its connections.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin) as executor:
        yield Processes(executor)


def _begin() -> None:
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """One whose parent was killed would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
