"""Processes that compute heavy reads, so that none of them holds up the event loop or another account.

A thread for each reader hands it one reading after the other and waits beside the interpreter; the process
is started with the first reading, stays warm, and is replaced where it ends, takes too long or has grown.
"""

import asyncio
import logging
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import IO, Any, cast

from iop_pipelines.api import heavy
from iop_pipelines.api.registry import ApiError
from iop_pipelines.api.turns import Turns
from iop_pipelines.settings import Settings

log = logging.getLogger(__name__)

# More would only take each other's processor.
READERS = min(2, os.cpu_count() or 1)
AT_ONCE = 2
# All panels of the largest dashboard, however they come.
WAITING = 50
# Inputs of all that wait, of whichever account.
MAX_WAITING_BYTES = 16 * 1024 * 1024
# Who waited longer has mostly gone.
PATIENCE_S = 60.0
START_LIMIT_S = 60.0
# A reading that nobody waits for any longer may end by itself: starting a reader anew costs a second.
GRACE_S = 2.0
CLOSE_S = 5.0
_POLL_S = 0.25
_CHUNK_BYTES = 1024 * 1024
# So many in a row that broke a reader are not their own fault.
_BROKEN = 3
_MAX_RETRY_AFTER_S = 60


@dataclass(eq=False)
class Reading:
    """One that waits or runs; `waiters` are the calls that want its answer. Guarded by the lock of its readers."""

    ask: heavy.Ask
    since: float
    answer: Future[bytes] = field(default_factory=Future[bytes])
    waiters: int = 1
    is_begun: bool = False
    unwanted_since: float | None = None

    @property
    def size(self) -> int:
        return len(self.ask.body or b"")


class Readers:
    """Safe for many threads and event loops; nothing is started before the first reading.

    registry: `module:function` that gives the procedures.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        registry: str = heavy.REGISTRY,
        bounds: heavy.Bounds | None = None,
        count: int = READERS,
        waiting: int = WAITING,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._bounds = bounds or heavy.Bounds()
        self._count = count
        self._turns: Turns[int, Reading] = Turns(AT_ONCE, waiting)
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._children: set[_Child] = set()
        self._waiting_bytes = 0
        self._mean_s = 1.0
        self._broken = 0
        self._trouble: str | None = None
        self._is_closed = False

    def begin(self, account: int, ask: heavy.Ask) -> Reading:
        """Lets a reading wait for its account's turn; `wait` is owed for it.

        Raises:
            ApiError: TOO_MANY_REQUESTS with `retryAfter` in seconds where too many of the account wait.
        """
        reading = Reading(ask, time.monotonic())
        with self._changed:
            if self._is_closed:
                raise _unavailable("the platform is being stopped")
            is_large = self._waiting_bytes + reading.size > MAX_WAITING_BYTES
            if is_large or not self._turns.add(account, reading):
                raise self._too_many(account)
            self._waiting_bytes += reading.size
            self._start_threads()
            self._changed.notify()
        return reading

    def join(self, account: int, reading: Reading) -> bool:
        """Whether this account shares a reading: it waits in this account's queue too. `wait` is owed for it."""
        with self._changed:
            if reading.waiters == 0 and not reading.answer.done():
                return False
            reading.waiters += 1
            if not reading.is_begun:
                self._turns.add(account, reading)
                self._changed.notify()
            return True

    async def wait(self, reading: Reading) -> bytes:
        """The answer. Where nobody waits any longer the reading is taken back, or ended after a while.

        Raises:
            ApiError: the reading's own refusal, UNPROCESSABLE_CONTENT for one that takes too much time or
                memory, SERVICE_UNAVAILABLE where its reader broke.
        """
        answer = asyncio.wrap_future(reading.answer)
        answer.add_done_callback(_seen)
        try:
            # Whoever hangs up takes the answer from nobody else.
            return await asyncio.shield(answer)
        finally:
            self._leave(reading)

    def look(self) -> str | None:
        """What is wrong with the readers, for health."""
        with self._changed:
            return self._trouble if self._broken >= _BROKEN else None

    @property
    def pids(self) -> list[int]:
        with self._changed:
            return sorted(child.pid for child in self._children)

    def standing(self) -> tuple[int, int]:
        """(readings that wait, readings that run)."""
        with self._changed:
            return len(self._turns), self._turns.at_work

    def waits_for(self, account: int) -> int:
        """How many readings of an account wait."""
        with self._changed:
            return self._turns.of(account)[0]

    def close(self) -> None:
        """What waits is refused, what runs is ended with its reader."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            for child in self._children:
                child.kill()
            threads = list(self._threads)
        for thread in threads:
            thread.join(CLOSE_S)

    # Of the callers' threads, with the lock held

    def _start_threads(self) -> None:
        if len(self._threads) < self._count:
            name = f"reader-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _too_many(self, account: int) -> ApiError:
        waiting, at_work = self._turns.of(account)
        wait_s = math.ceil(self._mean_s * (waiting + at_work + 1) / min(AT_ONCE, self._count))
        wait_s = min(max(wait_s, 1), _MAX_RETRY_AFTER_S)
        return ApiError(
            "TOO_MANY_REQUESTS",
            f"too many readings of yours wait; try again in {wait_s} s",
            {"retryAfter": wait_s},
        )

    def _leave(self, reading: Reading) -> None:
        with self._changed:
            reading.waiters -= 1
            if reading.waiters > 0 or reading.answer.done():
                return
            reading.unwanted_since = time.monotonic()
            if reading.is_begun:
                return
            self._turns.remove(reading)
            self._waiting_bytes -= reading.size
        reading.answer.cancel()

    # Of the readers' threads

    def _work(self) -> None:
        child: _Child | None = None
        while (turn := self._next()) is not None:
            account, reading = turn
            began = time.monotonic()
            outcome: bytes | Exception
            try:
                if began - reading.since > PATIENCE_S:
                    outcome = self._too_old()
                else:
                    child, outcome = self._compute(child, reading)
            # The boundary of the thread: its other readings go on.
            except Exception as error:
                log.exception("a reading failed")
                child, outcome = self._without(child), error
            with self._changed:
                self._turns.done(account)
                self._mean_s += (time.monotonic() - began - self._mean_s) / 8
                self._changed.notify()
            if isinstance(outcome, bytes):
                reading.answer.set_result(outcome)
            else:
                reading.answer.set_exception(outcome)
        self._without(child)

    def _next(self) -> tuple[int, Reading] | None:
        """The next turn; None once this is closed, when all that wait were refused."""
        refused: list[Reading] = []
        with self._changed:
            while not self._is_closed:
                turn = self._turns.take()
                if turn is not None:
                    self._waiting_bytes -= turn[1].size
                    turn[1].is_begun = True
                    return turn
                self._changed.wait()
            while (turn := self._turns.take()) is not None:
                self._turns.done(turn[0])
                turn[1].is_begun = True
                refused.append(turn[1])
        for reading in refused:
            reading.answer.set_exception(_unavailable("the platform is being stopped"))
        return None

    def _too_old(self) -> ApiError:
        said = f"it was not this reading's turn within {PATIENCE_S:g} s; try again"
        return ApiError("TOO_MANY_REQUESTS", said, {"retryAfter": math.ceil(self._mean_s)})

    def _compute(
        self, child: "_Child | None", reading: Reading
    ) -> tuple["_Child | None", bytes | Exception]:
        try:
            if child is None or not child.is_alive:
                child = self._started(self._without(child))
            until = time.monotonic() + self._bounds.limit_s
            head, body = child.ask(reading.ask.to_frame(), until, lambda: self._is_wanted(reading))
        except TimeoutError:
            log.warning("a reading took too long", extra={"fields": _fields(reading)})
            return self._without(child), heavy.too_slow(self._bounds.limit_s)
        except _Unwanted:
            return self._without(child), _unavailable("nobody waited for this reading")
        except (EOFError, OSError) as error:
            # Before it is ended by us: how it ended by itself is told.
            outcome = self._broke(child, reading, error)
            return self._without(child), outcome
        with self._changed:
            self._broken, self._trouble = 0, None
        if head["isFull"]:
            child = self._without(child)
        refusal: dict[str, Any] | None = head.get("refusal")
        if refusal is not None:
            return child, ApiError(refusal["code"], refusal["message"], refusal["data"])
        return child, body

    def _started(self, _: None) -> "_Child":
        child = _Child()
        with self._changed:
            self._children.add(child)
            is_closed = self._is_closed
        if is_closed:
            child.kill()
        first = heavy.start_frame(self._settings, self._registry, self._bounds)
        try:
            child.ask(first, time.monotonic() + START_LIMIT_S, lambda: True)
        except TimeoutError as error:
            self._without(child)
            raise EOFError(f"it did not start within {START_LIMIT_S:g} s") from error
        except OSError:
            self._without(child)
            raise
        except EOFError as error:
            how = child.how_it_ended
            self._without(child)
            raise EOFError(f"it {how} at its start") from error
        return child

    def _without(self, child: "_Child | None") -> None:
        if child is not None:
            child.end()
            with self._changed:
                self._children.discard(child)

    def _is_wanted(self, reading: Reading) -> bool:
        with self._changed:
            since = reading.unwanted_since if reading.waiters == 0 else None
        return since is None or time.monotonic() - since < GRACE_S

    def _broke(self, child: "_Child | None", reading: Reading, error: Exception) -> ApiError:
        how = child.how_it_ended if child is not None else f"could not start ({error})"
        with self._changed:
            if self._is_closed:
                return _unavailable("the platform is being stopped")
            self._broken += 1
            self._trouble = f"the last {self._broken} readings broke their reader, which {how}"
        log.error("a reader ended", extra={"fields": {**_fields(reading), "how": how}})
        return _unavailable(f"the process that computed this {how}; another one takes its place")


class _Unwanted(Exception):
    """All who waited have gone."""


class _Child:
    """One process. Its pipes do not block: each step has an end."""

    def __init__(self) -> None:
        # Tethered: it ends with this process, however that ends.
        tether = (sys.executable, "-m", "iop_pipelines.orchestration.tether", str(os.getpid()))
        self._process = subprocess.Popen(
            [*tether, sys.executable, "-m", "iop_pipelines.api.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # One thread needs one heap, and what is freed at its end goes back to the system.
            env={**os.environ, "MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"},
        )
        self._in = cast(IO[bytes], self._process.stdin)
        self._out = cast(IO[bytes], self._process.stdout)
        for pipe in (self._in, self._out):
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def how_it_ended(self) -> str:
        code = self._process.wait(CLOSE_S)
        return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def ask(
        self, frame: bytes, until: float, is_wanted: Callable[[], bool]
    ) -> tuple[dict[str, Any], bytes]:
        """Raises TimeoutError, _Unwanted, EOFError or OSError; then this process is of no further use."""
        left = memoryview(frame)
        while left:
            self._ready(self._in, select.POLLOUT, until, is_wanted)
            left = left[os.write(self._in.fileno(), left[:_CHUNK_BYTES]) :]

        def read(count: int) -> bytes:
            data = bytearray()
            while len(data) < count:
                self._ready(self._out, select.POLLIN, until, is_wanted)
                part = os.read(self._out.fileno(), min(count - len(data), _CHUNK_BYTES))
                if not part:
                    raise EOFError("the reader ended")
                data += part
            return bytes(data)

        return heavy.read_frame(read)

    def _ready(
        self, pipe: IO[bytes], what: int, until: float, is_wanted: Callable[[], bool]
    ) -> None:
        poll = select.poll()
        poll.register(pipe.fileno(), what)
        while not poll.poll(_POLL_S * 1000):
            if time.monotonic() > until:
                raise TimeoutError
            if not is_wanted():
                raise _Unwanted

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            pipe.close()


def _seen(answer: asyncio.Future[bytes]) -> None:
    """All callers may have gone: an error that nobody waits for is no news."""
    if not answer.cancelled():
        answer.exception()


def _unavailable(said: str) -> ApiError:
    return ApiError("SERVICE_UNAVAILABLE", said)


def _fields(reading: Reading) -> dict[str, str]:
    return {"procedure": reading.ask.path, "requestId": reading.ask.request_id}
