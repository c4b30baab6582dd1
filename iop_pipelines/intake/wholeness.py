"""Whether a file is still being written, as far as its machine tells, and what a half-written one looks like."""

import errno
import fcntl
import os
import signal
from pathlib import Path

from iop_pipelines.errors import InvalidInput

# What a file that ends too early is refused with; it may still come to its end.
_CUT_OFF = frozenset(
    {"intake.broken", "intake.empty", "intake.no_json", "intake.no_rows", "intake.open_quotes"}
)


def may_be_cut_off(error: InvalidInput) -> bool:
    return error.sentence.code in _CUT_OFF


def is_being_written(path: Path) -> bool:
    """Whether a process of this machine has it open for writing, or holds a lock on it.

    False where the system does not say: on other file systems, and of files of other people.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return _is_locked(descriptor) or _has_writer(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EWOULDBLOCK, errno.EACCES)
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _has_writer(descriptor: int) -> bool:
    """A lease for reading is only given where nobody writes; Linux alone has them."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        # Who opens it for writing in this moment breaks the lease, and the system says so by a signal: not by the
        # usual one, which ends a process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
