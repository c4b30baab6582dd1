"""Processes that compute heavy reads, so that none of them holds up the event loop or another account.

A thread for each reader hands it one reading after the other and waits beside the interpreter; the process
is started with the first reading, stays warm, and is replaced where it ends, takes too long or has grown.
"""

import asyncio
import hashlib
import logging
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import IO, Any, cast

from iop_pipelines.api.readers import heavy
from iop_pipelines.api.readers.turns import Turns
from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.sentences import Sentence, remade
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
# Of what broke a reader: whoever tries again does so soon.
MAX_SUSPECTS = 256
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


@dataclass(frozen=True)
class Standing:
    """Readings that wait and that run now, and how many readers had to be replaced so far."""

    waiting: int
    at_work: int
    restarts: int


@dataclass(eq=False)
class _Slot:
    """A thread's place for its process; the process is here from its start to its end."""

    child: "_Child | None" = None


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
        self._suspects: OrderedDict[bytes, None] = OrderedDict()
        self._restarts = 0
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
                raise _unavailable(Sentence("platform.stopping"))
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
                memory or breaks a second reader, SERVICE_UNAVAILABLE where its reader broke.
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

    def standing(self) -> Standing:
        with self._changed:
            return Standing(len(self._turns), self._turns.at_work, self._restarts)

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
            "reader.too_many_waiting",
            {"retryAfter": wait_s},
            wait_s=wait_s,
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
        slot = _Slot()
        while (turn := self._next()) is not None:
            account, reading = turn
            began = time.monotonic()
            outcome: bytes | Exception
            try:
                is_late = began - reading.since > PATIENCE_S
                outcome = self._too_old() if is_late else self._compute(slot, reading)
            # The boundary of the thread: its other readings go on.
            except Exception as error:
                log.exception("a reading failed")
                self._replace(slot)
                outcome = error
            with self._changed:
                self._turns.done(account)
                self._mean_s += (time.monotonic() - began - self._mean_s) / 8
                self._changed.notify()
            if isinstance(outcome, bytes):
                reading.answer.set_result(outcome)
            else:
                reading.answer.set_exception(outcome)
        self._end(slot)

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
            reading.answer.set_exception(_unavailable(Sentence("platform.stopping")))
        return None

    def _too_old(self) -> ApiError:
        waiting = {"retryAfter": math.ceil(self._mean_s)}
        return ApiError("TOO_MANY_REQUESTS", "reader.too_busy", waiting, limit_s=PATIENCE_S)

    def _compute(self, slot: _Slot, reading: Reading) -> bytes | Exception:
        try:
            child = self._ready_child(slot)
            until = time.monotonic() + self._bounds.limit_s
            head, body = child.ask(reading.ask.to_frame(), until, lambda: self._is_wanted(reading))
        except TimeoutError:
            log.warning("a reading took too long", extra={"fields": _fields(reading)})
            self._replace(slot)
            return heavy.too_slow(self._bounds.limit_s)
        except _Unwanted:
            self._replace(slot)
            return _unavailable(Sentence("caller.waits_no_longer"))
        except _NotStartedError as error:
            return self._broke(reading, str(error), is_suspect=False)
        except (EOFError, OSError) as error:
            # Before it is ended by us: how it ended by itself is told.
            how = slot.child.how_it_ended if slot.child else str(error)
            self._replace(slot)
            return self._broke(reading, how, is_suspect=True)
        with self._changed:
            self._broken, self._trouble = 0, None
            if self._suspects:
                self._suspects.pop(_digest(reading.ask), None)
        if head["isFull"]:
            self._replace(slot)
        refusal: dict[str, Any] | None = head.get("refusal")
        if refusal is not None:
            return ApiError(refusal["code"], remade(refusal["said"]), refusal["data"])
        return body

    def _ready_child(self, slot: _Slot) -> "_Child":
        """Raises _NotStartedError, which says how its start failed."""
        if slot.child is not None and slot.child.is_alive:
            return slot.child
        if slot.child is not None:
            self._replace(slot)
        try:
            child = slot.child = _Child()
            with self._changed:
                self._children.add(child)
                is_closed = self._is_closed
            if is_closed:
                child.kill()
            first = heavy.start_frame(self._settings, self._registry, self._bounds)
            child.ask(first, time.monotonic() + START_LIMIT_S, lambda: True)
        except TimeoutError as error:
            self._replace(slot)
            raise _NotStartedError(f"did not start within {START_LIMIT_S:g} s") from error
        except (EOFError, OSError) as error:
            how = (
                f"{slot.child.how_it_ended} at its start"
                if slot.child
                else f"could not start: {error}"
            )
            self._replace(slot)
            raise _NotStartedError(how) from error
        return child

    def _replace(self, slot: _Slot) -> None:
        """Ends what is there; the next reading starts another."""
        if slot.child is not None:
            with self._changed:
                self._restarts += 1
        self._end(slot)

    def _end(self, slot: _Slot) -> None:
        child, slot.child = slot.child, None
        if child is not None:
            child.end()
            with self._changed:
                self._children.discard(child)

    def _is_wanted(self, reading: Reading) -> bool:
        with self._changed:
            since = reading.unwanted_since if reading.waiters == 0 else None
        return since is None or time.monotonic() - since < GRACE_S

    def _broke(self, reading: Reading, how: str, *, is_suspect: bool) -> ApiError:
        """is_suspect: the reader ended while it computed this, which so may be the cause."""
        with self._changed:
            if self._is_closed:
                return _unavailable(Sentence("platform.stopping"))
            is_repeated = is_suspect and self._suspect(reading.ask)
            # What breaks one reader after the other says nothing of other readings.
            if not is_repeated:
                self._broken += 1
                self._trouble = f"the last {self._broken} readings broke their reader, which {how}"
        log.error("a reader ended", extra={"fields": {**_fields(reading), "how": how}})
        if is_repeated:
            return ApiError("UNPROCESSABLE_CONTENT", "reader.broke_again")
        return _unavailable(Sentence("reader.broke"))

    def _suspect(self, ask: heavy.Ask) -> bool:
        """Whether it was suspected before."""
        digest = _digest(ask)
        is_repeated = digest in self._suspects
        self._suspects[digest] = None
        self._suspects.move_to_end(digest)
        if len(self._suspects) > MAX_SUSPECTS:
            self._suspects.popitem(last=False)
        return is_repeated


class _Unwanted(Exception):
    """All who waited have gone."""


class _NotStartedError(Exception):
    """How a reader failed before it was asked anything."""


class _Child:
    """One process. Its pipes do not block: each step has an end."""

    def __init__(self) -> None:
        # Tethered: it ends with this process, however that ends.
        tether = (sys.executable, "-m", "iop_pipelines.orchestration.tether", str(os.getpid()))
        self._process = subprocess.Popen(
            [*tether, sys.executable, "-m", "iop_pipelines.api.readers.reader"],
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
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def how_it_ended(self) -> str:
        try:
            code = self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            return "did not end"
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


def _unavailable(said: Sentence) -> ApiError:
    return ApiError("SERVICE_UNAVAILABLE", said)


def _digest(ask: heavy.Ask) -> bytes:
    """The same for the same question, whoever asks and however often."""
    return hashlib.sha256(replace(ask, request_id="").to_frame()).digest()


def _fields(reading: Reading) -> dict[str, str]:
    return {"procedure": reading.ask.path, "traceId": reading.ask.request_id}
