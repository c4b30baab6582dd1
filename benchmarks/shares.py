"""What one account's heavy panels cost another's `dashboard.stats`, and the memory of the API and its readers.

One viewer keeps twenty panels of 200 conditions asked for, each another question; the other asks for the
statistics all the time. Memory is PSS, which counts what processes share once.
"""

import http.client
import itertools
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HEAVY_AT_ONCE = 20
LEAVES = 200
MAX_P99_MS = 50
MAX_PSS_MB = 400
_SAMPLE_S = 0.5
# However long the panels are asked for.
_IDLE_S = 30
_PAUSE_S = 0.005
_TIMEOUT_S = 300


@dataclass
class Memory:
    """Peaks in MB, of one moment each: the API's process, its readers', and both together."""

    api: float = 0
    readers: float = 0
    both: float = 0

    def note(self, pid: int) -> None:
        api, readers = pss_mb(pid), sum(map(pss_mb, readers_of(pid)))
        self.api, self.readers = max(self.api, api), max(self.readers, readers)
        self.both = max(self.both, api + readers)


@dataclass
class Shares:
    idle_ms: list[float] = field(default_factory=list[float])
    under_load_ms: list[float] = field(default_factory=list[float])
    heavy: Counter[int] = field(default_factory=Counter[int])


def pss_mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0


def readers_of(pid: int) -> list[int]:
    """Children of any of its threads."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, path.read_text().split())
    return found


@contextmanager
def watched(pid: int) -> Iterator[Memory]:
    memory, is_over = Memory(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_SAMPLE_S):
            memory.note(pid)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield memory
    finally:
        is_over.set()
        thread.join()


def measure(port: int, viewer: str, other: str, seconds: float) -> Shares:
    """viewer, other: bearer tokens of two accounts."""
    shares, is_over = Shares(), threading.Event()
    numbers = itertools.count()
    shares.idle_ms = _stats_ms(port, other, min(seconds, _IDLE_S))
    threads = [
        threading.Thread(target=_ask_heavy, args=(port, viewer, numbers, shares, is_over))
        for _ in range(HEAVY_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    try:
        shares.under_load_ms = _stats_ms(port, other, seconds)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return shares


def report(shares: Shares, memory: Memory) -> bool:
    idle, loaded = p99(shares.idle_ms), p99(shares.under_load_ms)
    limit = max(2 * idle, MAX_P99_MS)
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(shares.heavy.items()))
    print(
        f"dashboard.stats p50 {statistics.median(shares.idle_ms):.1f} ms, p99 {idle:.1f} ms idle; p50 "
        f"{statistics.median(shares.under_load_ms):.1f} ms, p99 {loaded:.1f} ms beside {HEAVY_AT_ONCE} heavy "
        f"panels of another account, limit {limit:.0f} ms (answers of theirs: {answers})"
    )
    print(
        f"PSS at most {memory.api:.0f} MB of the API, {memory.readers:.0f} MB of its readers, "
        f"{memory.both:.0f} MB together, limit {MAX_PSS_MB} MB"
    )
    return loaded <= limit and memory.both <= MAX_PSS_MB and shares.heavy[200] > 0


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _stats_ms(port: int, token: str, seconds: float) -> list[float]:
    found: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(found) < 200:
        began = time.perf_counter()
        connection.request("GET", "/api/trpc/dashboard.stats", headers=_signed(token))
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"dashboard.stats answered {answer.status}: {text[:300].decode()}")
        found.append(1000 * (time.perf_counter() - began))
        time.sleep(_PAUSE_S)
    connection.close()
    return found


def _ask_heavy(
    port: int,
    token: str,
    numbers: Iterator[int],
    shares: Shares,
    is_over: threading.Event,
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    headers = {**_signed(token), "content-type": "application/json"}
    while not is_over.is_set():
        body = json.dumps({"queryConfig": _panel(next(numbers))})
        connection.request("POST", "/api/trpc/panels.data", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in shares.heavy and answer.status != 200:
            print(f"panels.data answered {answer.status}: {text[:300].decode()}")
        shares.heavy[answer.status] += 1
    connection.close()


def _panel(number: int) -> dict[str, Any]:
    """As many rows as a line may read, and as many conditions as a tree may hold; none of them leaves a row out."""
    leaves = [
        {"field": "duration_ms", "op": "ne", "value": -1 - number * LEAVES - n}
        for n in range(LEAVES)
    ]
    return {
        "version": 1,
        "source": "executions",
        "where": {"and": leaves},
        "datasets": {
            "shown": {
                "select": [{"field": "id"}, {"field": "duration_ms"}],
                "sort": [{"by": "id"}],
                "limit": 100_000,
            }
        },
        "charts": [{"type": "line", "data": "shown", "x": "id", "y": "duration_ms"}],
    }


def _signed(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
