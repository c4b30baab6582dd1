"""How much memory reading a file may take: one that unpacks to more than that ends its reading, not its process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from iop_pipelines.errors import InvalidInput

# What a file of the usual largest size may take, besides what the process has already.
READING_BYTES = 3 * 1024**3


@contextmanager
def bounded_memory(name: str, more_bytes: int = READING_BYTES) -> Iterator[None]:
    """As far as the system has limits: macOS bounds no memory. Of the whole process, which does one thing at a time.

    Raises:
        InvalidInput: reading `name` took more.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = _data_bytes() + more_bytes
    bounds = [most, *(each for each in (soft, hard) if each != resource.RLIM_INFINITY)]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))
    try:
        yield
    except MemoryError as error:
        raise InvalidInput("upload.needs_memory", name=name) from error
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """What counts for that limit now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
