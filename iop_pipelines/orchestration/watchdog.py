"""Ends a worker whose work shows no progress: `python -m iop_pipelines.orchestration.watchdog PID WORKER STALLED_S`.

A process of its own, started by the worker, since native code that never returns keeps every thread of its
process from running. The worker writes a line to its input at every step; where none comes for as long as the setting
says, what was being done ends as failed with its reason, its run with it, and the worker is killed. What else the run
had goes back to the queue, and whoever started the worker starts another.

Loads nothing heavy before it has to: it is there as long as the worker is.
"""

import json
import os
import selectors
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, Any

from iop_pipelines.domain.sentences import Sentence, remade

# Between asking the worker where it stands, for its log, and killing it.
_TRACE_S = 1.0


@dataclass(frozen=True)
class Doing:
    """What a worker is at: an item of a run, or the run alone between two items.

    doing: what, as a sentence's JSON whose words end another: "running model storms v1.0.0".
    """

    run_id: str
    doing: Mapping[str, Any]
    kind: str | None = None
    item_id: int | None = None
    attempt: int | None = None

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


IDLE = b"{}\n"
# The same as before goes on.
TICK = b"\n"


def watch(lines: IO[bytes], worker_pid: int, worker_id: str, stalled_s: float) -> None:
    """Returns when the worker closes its end: it has ended, or another has ended it."""
    os.set_blocking(lines.fileno(), False)
    selector = selectors.DefaultSelector()
    selector.register(lines, selectors.EVENT_READ)
    doing: Doing | None = None
    since = time.monotonic()
    rest = b""
    while True:
        left = None if doing is None else since + stalled_s - time.monotonic()
        if left is not None and left <= 0 and doing is not None:
            _end(doing, worker_pid, worker_id, stalled_s)
            return
        if not selector.select(left):
            continue
        read = lines.read()
        if not read:
            return
        since = time.monotonic()
        *whole, rest = (rest + read).split(b"\n")
        for line in whole:
            if line:
                told = json.loads(line)
                doing = Doing(**told) if told else None


def _end(doing: Doing, worker_pid: int, worker_id: str, stalled_s: float) -> None:
    reason = Sentence("worker.no_progress", stalled_s=stalled_s, doing=remade(doing.doing))
    print(f"worker {worker_id}: {reason}", file=sys.stderr, flush=True)
    with suppress(ProcessLookupError):
        # Its handler is the kernel's and faulthandler's: it writes where all threads stand, whatever holds them.
        os.kill(worker_pid, signal.SIGUSR1)
        time.sleep(_TRACE_S)
    # First the record: in a container everything ends with its first process, which this worker may be.
    is_recorded = _has_recorded(doing, worker_id, reason)
    with suppress(ProcessLookupError):
        os.kill(worker_pid, signal.SIGKILL)
    if not is_recorded:
        # What it held locked is free now.
        _has_recorded(doing, worker_id, reason)


def _has_recorded(doing: Doing, worker_id: str, reason: Sentence) -> bool:
    from iop_pipelines.orchestration.stalled import record

    try:
        record(doing, worker_id, reason)
    except Exception as error:
        # The boundary of this process: whatever it is, the worker must end, and the ledger finds it dead.
        print(f"worker {worker_id}: not recorded: {error}", file=sys.stderr, flush=True)
        return False
    return True


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The worker finishes the run in hand, and may stall in it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watch(sys.stdin.buffer, int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
