"""Where the parts of a panel are judged: here, one after the other, or by several processes at once.

Each of those has one thread for its arithmetic: that of the others is at work already. No numpy here: a process says
how many threads it has before it loads that.
"""

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from iop_pipelines.execution.cluster import Address
    from iop_pipelines.runtimes.parts import Answered, Asked

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Pool(Protocol):
    def judge(self, asked: "Sequence[Asked]") -> "Iterator[Answered | None]":
        """What `run_part` says of each, in the order in which they end; raises what it raises."""
        ...


class Here:
    """One after the other, in this process."""

    def judge(self, asked: "Sequence[Asked]") -> "Iterator[Answered | None]":
        from iop_pipelines.runtimes.parts import run_part

        return map(run_part, asked)


class Processes:
    """By several processes of this machine."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def judge(self, asked: "Sequence[Asked]") -> "Iterator[Answered | None]":
        from iop_pipelines.runtimes.parts import run_part

        running = [self._executor.submit(run_part, one) for one in asked]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            for one in running:
                one.cancel()


@contextmanager
def opened(processes: int, cluster: "Address | None" = None) -> Iterator[Pool]:
    """processes: 1 for this one; cluster: whose workers do it instead."""
    if cluster is not None:
        from iop_pipelines.execution.cluster import workers_of

        with workers_of(cluster) as workers:
            yield workers
        return
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
