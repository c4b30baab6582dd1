"""Answers that are kept for a while: computed once an interval and process, however many ask."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")

MAX_KEPT = 256


@dataclass
class _Entry(Generic[Answer]):
    answer: Future[Answer]
    good_until: float = float("inf")


class Kept(Generic[Question, Answer]):
    """Safe for many threads: of those that ask the same at once, the first computes for all.

    max_kept: how many answers; the one that was asked for longest ago goes first.
    """

    def __init__(
        self, max_kept: int = MAX_KEPT, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_kept = max_kept
        self._monotonic = monotonic
        self._entries: OrderedDict[Question, _Entry[Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Question, life_s: float, compute: Callable[[], Answer]) -> Answer:
        """What is kept, or what `compute` gives, which is kept for `life_s` from its beginning on.

        Raises what `compute` raised, for all who waited for it; errors are not kept.
        """
        began = self._monotonic()
        with self._lock:
            entry = self._entries.get(question)
            is_mine = entry is None or entry.good_until <= began
            if entry is None or is_mine:
                entry = self._entries[question] = _Entry(Future[Answer]())
            self._entries.move_to_end(question)
            while len(self._entries) > self._max_kept:
                self._entries.popitem(last=False)
        if is_mine:
            self._fill(question, entry, began + life_s, compute)
        return entry.answer.result()

    def _fill(
        self,
        question: Question,
        entry: _Entry[Answer],
        good_until: float,
        compute: Callable[[], Answer],
    ) -> None:
        try:
            answer = compute()
        except BaseException as error:
            with self._lock:
                if self._entries.get(question) is entry:
                    del self._entries[question]
            entry.answer.set_exception(error)
        else:
            entry.good_until = good_until
            entry.answer.set_result(answer)
