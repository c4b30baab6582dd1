"""What a worker is doing, told to its watchdog at every step.

`PROGRESS` is of this process: jobs tell it what they are at, and in a process without a watchdog (a command, a
test, a run that Dagster started by itself) nobody listens.
"""

import faulthandler
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.orchestration.watchdog import IDLE, TICK, Doing

# A runtime may tell of every series; the watchdog needs not hear all.
_TICK_S = 1.0
# How much later the process ends itself where its watchdog could not: it was killed, or may not kill.
_GRACE_S = 60.0
# How long that is counted from the same step, of the many that an execution may have in a second.
_ARMED_S = 1.0
# The descriptor: Celery puts something in the place of sys.stderr that is no file.
_STDERR = 2


class Progress:
    """Tells a watchdog, once `begin` has started it. Methods are for the one thread that does the work."""

    def __init__(self) -> None:
        self._arguments: list[str] = []
        self._stalled_s = 0.0
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._doing: Doing | None = None
        self._told_at = 0.0
        self._armed_at: float | None = None

    def begin(self, worker_id: str, stalled_s: float) -> None:
        self._stalled_s = stalled_s
        module = "iop_pipelines.orchestration.watchdog"
        self._arguments = [
            *(sys.executable, "-m", module, str(os.getpid()), worker_id, str(stalled_s))
        ]
        faulthandler.register(signal.SIGUSR1, file=_STDERR, all_threads=True)
        self._start()

    def end(self) -> None:
        """Lets the watchdog go."""
        self._arguments = []
        faulthandler.cancel_dump_traceback_later()
        self._armed_at = None
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait()
        self._watchdog = None

    def run_begun(self, run_id: str) -> None:
        self._tell(Doing(run_id, Sentence("doing.beginning_run").as_json()))

    def run_ended(self) -> None:
        self._tell(None)

    def item_begun(self, run_id: str, kind: str, item_id: int, attempt: int) -> None:
        self._tell(Doing(run_id, Sentence("doing.beginning").as_json(), kind, item_id, attempt))

    def item_ended(self) -> None:
        if self._doing is not None:
            self._tell(Doing(self._doing.run_id, Sentence("doing.going_on").as_json()))

    def step(self, doing: Sentence) -> None:
        """doing: what ends "no progress while": "running model storms v1.0.0"."""
        if self._doing is not None:
            self._tell(replace(self._doing, doing=doing.as_json()))

    def tick(self) -> None:
        """The step goes on; may be called as often as one likes."""
        if self._doing is not None and time.monotonic() - self._told_at >= _TICK_S:
            self._write(TICK)

    def _tell(self, doing: Doing | None) -> None:
        self._doing = doing
        self._write(IDLE if doing is None else doing.line())

    def _write(self, line: bytes) -> None:
        if not self._arguments:
            return
        self._told_at = now = time.monotonic()
        if self._doing is None:
            faulthandler.cancel_dump_traceback_later()
            self._armed_at = None
        elif self._armed_at is None or now - self._armed_at >= _ARMED_S:
            # A thread of C that needs nothing of Python: it ends the process even where that hangs in native code.
            # Each call makes that thread anew, which costs more than the line.
            faulthandler.dump_traceback_later(self._stalled_s + _GRACE_S, exit=True, file=_STDERR)
            self._armed_at = now
        if self._watchdog is None or self._watchdog.poll() is not None:
            self._start()
            line = IDLE if self._doing is None else self._doing.line()
        stdin = self._watchdog.stdin if self._watchdog else None
        if stdin is not None:
            try:
                stdin.write(line)
            except BrokenPipeError:
                # It was killed just now; the next step starts another.
                print("the watchdog has ended", file=sys.stderr, flush=True)

    def _start(self) -> None:
        # Unbuffered, so that a line is there at once; its errors stand in the worker's log.
        self._watchdog = subprocess.Popen(
            self._arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0
        )


PROGRESS = Progress()
