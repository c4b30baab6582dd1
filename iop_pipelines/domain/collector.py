"""Python's garbage collector, paused where millions of rows come and go that never refer to each other.

What a process has loaded is looked through again each time that so many new rows are there: a tenth of the time that
a large file takes. Reference counts free the rows all the same.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Generator[None, None, None]:
    """For all threads of the process; who paused it goes on with it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
