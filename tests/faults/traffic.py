"""What goes on while things break: DRM delivers, people ask over the API, the business clock goes on.

Each is a thread that does as a real one would: what did not get through is sent again, the same.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.drm.clock import set_clock
from iop_pipelines.drm.standin import Replay

API_TIMEOUT_S = 10
RETRY_AFTER_S = 0.5
CLOCK_START = datetime(2012, 2, 28, 12)
# A day of reports in six seconds: leap day, month's end and the change to summer time come within 90.
CLOCK_HOURS_PER_S = 4.0


@dataclass(frozen=True)
class Asked:
    """One request by hand; `ids` are those that each answer gave, `tries` includes what failed."""

    procedure: str
    key: str
    asked_at: datetime
    answered_at: datetime
    tries: int
    ids: tuple[int, ...]


class Stream:
    """A thread that does `step` every `pause_s`, until it is told to stop; what goes wrong is kept."""

    def __init__(self, name: str, step: Callable[[], bool], pause_s: float) -> None:
        self._step = step
        self._pause_s = pause_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.problem: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """After the step in hand; raises what a step raised."""
        self._stopped.set()
        self._thread.join(timeout_s)
        if self.problem is not None:
            raise self.problem
        if self._thread.is_alive():
            raise TimeoutError(f"the stream {self._thread.name} did not end within {timeout_s} s")

    def _run(self) -> None:
        try:
            while not self._stopped.is_set() and self._step():
                self._stopped.wait(self._pause_s)
        except Exception as error:
            self.problem = error


class Deliveries:
    """DRM goes on, a day a step, with all that the plan has go wrong with its data."""

    def __init__(self, engine: sa.Engine, replay: Replay) -> None:
        self._engine = engine
        self._replay = replay
        self.runs = 0
        self.days = 0

    def step(self) -> bool:
        try:
            ingested = self._replay.ingest_next_days(1)
        except DBAPIError:
            # The database is away: what was committed counts, and the next step goes on from there.
            return True
        self.runs += ingested.runs
        self.days += len(ingested.days)
        return not self._replay.is_complete


class BusinessClock:
    """Goes on by itself, and is moved by faults; `visited` are the moments that it was seen to show."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._began = time.monotonic()
        self._moved = timedelta()
        self.highest = CLOCK_START
        set_clock(engine, CLOCK_START)

    def begin(self) -> None:
        self._began = time.monotonic()

    def move(self, hours: int) -> None:
        self._moved += timedelta(hours=hours)

    def step(self) -> bool:
        gone = timedelta(hours=CLOCK_HOURS_PER_S * (time.monotonic() - self._began))
        moment = (CLOCK_START + gone + self._moved).replace(microsecond=0)
        try:
            set_clock(self._engine, moment)
        except DBAPIError:
            return True
        self.highest = max(self.highest, moment)
        return True


class Client:
    """Asks for one thing after the other by an idempotency key, until it has an answer; some it asks for twice."""

    def __init__(
        self, url: str, token: str, procedure: str, body: dict[str, Any], id_name: str, seed: int
    ) -> None:
        self._url = f"{url}/api/trpc/{procedure}"
        self._headers = {"authorization": f"Bearer {token}"}
        self._procedure = procedure
        self._body = body
        self._id_name = id_name
        self._chance = random.Random(f"{seed}/{procedure}")
        self._given_up = threading.Event()
        self.asked: list[Asked] = []

    def give_up(self) -> None:
        self._given_up.set()

    def step(self) -> bool:
        key = f"{self._procedure}/{len(self.asked)}/{self._chance.randrange(10**9)}"
        asked_at = _utc_now()
        ids = []
        tries = 0
        for _ in range(2 if self._chance.random() < 0.3 else 1):
            answer, tried = self._ask(key)
            tries += tried
            if answer is not None:
                ids.append(answer)
        if ids:
            self.asked.append(Asked(self._procedure, key, asked_at, _utc_now(), tries, tuple(ids)))
        return True

    def ask_again(self, asked: Asked) -> int | None:
        """The id that the same request is answered with now."""
        return self._ask(asked.key)[0]

    def _ask(self, key: str) -> tuple[int | None, int]:
        tries = 0
        while not self._given_up.is_set():
            tries += 1
            try:
                answer = httpx.post(
                    self._url,
                    json={**self._body, "idempotencyKey": key},
                    headers=self._headers,
                    timeout=API_TIMEOUT_S,
                )
            except httpx.TransportError:
                self._given_up.wait(RETRY_AFTER_S)
                continue
            if answer.status_code == 200:
                return answer.json()["result"]["data"][self._id_name], tries
            if answer.status_code < 500 and answer.status_code != 429:
                raise AssertionError(
                    f"{self._procedure} answered {answer.status_code}: {answer.text}"
                )
            self._given_up.wait(RETRY_AFTER_S)
        return None, tries


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
