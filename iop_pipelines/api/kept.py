"""Answers that are kept for a while: computed once an interval and process, however many ask."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

MAX_KEPT = 256
# Of all answers together: a panel of 5,000 rows is half a megabyte of JSON.
MAX_KEPT_BYTES = 32 * 1024 * 1024


class Making(Protocol):
    """An answer that is being computed."""

    @property
    def answer(self) -> Future[bytes]: ...


Made = TypeVar("Made", bound=Making)


@dataclass(frozen=True)
class _Entry:
    answer: bytes
    good_until: float


class Kept(Generic[Made]):
    """Safe for many threads: of those that ask the same at once, the first computes for all.

    max_kept, max_bytes: how many answers, and how large together; what was asked for longest ago goes first.
    """

    def __init__(
        self,
        max_kept: int = MAX_KEPT,
        max_bytes: int = MAX_KEPT_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_kept = max_kept
        self._max_bytes = max_bytes
        self._monotonic = monotonic
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._making: dict[Hashable, Made] = {}
        self._bytes = 0
        self._lock = threading.RLock()

    def get(
        self,
        question: Hashable,
        life_s: float,
        begin: Callable[[], Made],
        join: Callable[[Made], bool],
    ) -> bytes | Made:
        """What is kept, or else what is being made: by `begin`, or by somebody before, which `join` says may be joined.

        What is made is kept for `life_s` from its beginning on; errors are not kept.
        """
        with self._lock:
            began = self._monotonic()
            entry = self._entries.get(question)
            if entry is not None and entry.good_until > began:
                self._entries.move_to_end(question)
                return entry.answer
            made = self._making.get(question)
            if made is None or not join(made):
                made = self._making[question] = begin()
                made.answer.add_done_callback(
                    lambda answer: self._keep(question, made, answer, began + life_s)
                )
            return made

    def _keep(
        self, question: Hashable, made: Made, answer: Future[bytes], good_until: float
    ) -> None:
        with self._lock:
            if self._making.get(question) is made:
                del self._making[question]
            if answer.cancelled() or answer.exception() is not None:
                return
            self._drop(question)
            self._entries[question] = _Entry(answer.result(), good_until)
            self._bytes += len(answer.result())
            while len(self._entries) > self._max_kept or self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, question: Hashable) -> None:
        entry = self._entries.pop(question, None)
        self._bytes -= len(entry.answer) if entry is not None else 0
