"""How many requests a person may make in a while, by a bucket of tokens for each, in this process alone.

For what is costly but harms nobody else's account: sign-in is counted in the database (`identity.limits`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

# Buckets that are full again say nothing; they are dropped when there are so many.
_MANY = 1_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Throttle:
    """`burst` at once, and `per_s` for as long as one likes. Of one thread, such as an event loop's."""

    def __init__(
        self, burst: int, per_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._per_s = per_s
        self._monotonic = monotonic
        self._buckets: dict[int, _Bucket] = {}

    def take(self, user_id: int) -> int | None:
        """None where one more is let through, else whole seconds until it would be."""
        now = self._monotonic()
        bucket = self._buckets.get(user_id)
        if bucket is None:
            self._drop_full(now)
            bucket = self._buckets[user_id] = _Bucket(self._burst, now)
        bucket.left = self._left(bucket, now)
        bucket.at = now
        if bucket.left < 1:
            return max(1, math.ceil((1 - bucket.left) / self._per_s))
        bucket.left -= 1
        return None

    def _left(self, bucket: _Bucket, now: float) -> float:
        return min(self._burst, bucket.left + (now - bucket.at) * self._per_s)

    def _drop_full(self, now: float) -> None:
        if len(self._buckets) >= _MANY:
            kept = {k: b for k, b in self._buckets.items() if self._left(b, now) < self._burst}
            self._buckets = kept
