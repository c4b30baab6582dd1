"""Backtests as rows: asked for, done by a worker, cancelled, and thrown away with what is newer or with their model.

queued -> running -> done, failed or cancelled. Who does it takes the row by its attempt, so that one that woke late
changes nothing. A result is written whole with its lines, or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import BacktestStatus
from iop_pipelines.errors import Conflict, NotFound, TooManyAttempts
from iop_pipelines.schema.tables import analytical_models as models
from iop_pipelines.schema.tables import model_backtest_lines as lines
from iop_pipelines.schema.tables import model_backtests as table
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.tracing.spans import carried

# Of a version; the ended ones that are older go.
KEPT = 5
# Of all versions, so that nobody fills the queue.
MOST_WAITING = 20
MAX_ATTEMPTS = 2
# Nothing was heard of one for so long: who did it is gone.
LONGEST_SILENCE = timedelta(minutes=5)
OPEN = (BacktestStatus.QUEUED, BacktestStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a backtest is to be of; None: all of the history, and the model's own budget."""

    window_start: datetime | None = None
    window_end: datetime | None = None
    alerts_per_week: float | None = None


@dataclass(frozen=True, slots=True)
class StoredBacktest:
    """`content` is `backtest.measured.Backtest.content`, of one that is done; a list leaves it None."""

    id: int
    model_id: int
    status: BacktestStatus
    attempt: int
    window_start: datetime | None
    window_end: datetime | None
    alerts_per_week: float | None
    is_cancel_asked: bool
    progress: float
    content: Mapping[str, Any] | None
    dataset_version_id: int | None
    error_msg: str | None
    said: Mapping[str, Any] | None
    asked_by: int | None
    asked_at: datetime
    started_at: datetime | None
    seen_at: datetime | None
    ended_at: datetime | None
    traceparent: str | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def is_lost(self, now: datetime, silence: timedelta = LONGEST_SILENCE) -> bool:
        """Whether who does it has not been heard of for so long."""
        is_running = self.status is BacktestStatus.RUNNING
        return is_running and self.seen_at is not None and now - self.seen_at > silence

    @property
    def run_key(self) -> str:
        """Names the Dagster run of this attempt."""
        return f"backtest-{self.id}-{self.attempt}"

    @property
    def asked(self) -> Asked:
        return Asked(self.window_start, self.window_end, self.alerts_per_week)


_COLUMNS = [table.c[name] for name in StoredBacktest.__annotations__]
# A page asks for the list every second or so, and contents are large.
_LISTED = [sa.null().label(each.name) if each is table.c.content else each for each in _COLUMNS]
# Made once: workers ask twice a second, and to make it takes longer than to ask it.
_WAITING = sa.select(*_COLUMNS).where(table.c.status.in_(OPEN)).order_by(table.c.id)


def ask(
    engine: sa.Engine,
    model_id: int,
    asked: Asked,
    now: datetime,
    *,
    by: int | None = None,
    witness: Witness = unwitnessed,
) -> StoredBacktest:
    """Puts one in the queue; while one of the version is open that is asked alike, that is it.

    Raises:
        NotFound: there is no such version.
        Conflict: one of the version is open that was asked otherwise.
        TooManyAttempts: too many wait.
    """

    def work(connection: sa.Connection) -> StoredBacktest:
        _held(connection, model_id)
        open_ = _open_of(connection, model_id)
        if open_ is not None:
            if open_.asked != asked:
                raise Conflict("backtest.is_open", {"id": open_.id})
            witness(connection, _told(open_), _told(open_))
            return open_
        waiting = connection.scalar(
            sa.select(sa.func.count()).select_from(table).where(table.c.status.in_(OPEN))
        )
        if (waiting or 0) >= MOST_WAITING:
            raise TooManyAttempts("backtest.too_many", 60, most=MOST_WAITING)
        entry = table.insert().values(
            model_id=model_id,
            status=BacktestStatus.QUEUED,
            window_start=asked.window_start,
            window_end=asked.window_end,
            alerts_per_week=asked.alerts_per_week,
            asked_by=by,
            asked_at=now,
            traceparent=carried(),
        )
        made = _row(connection, connection.execute(entry).lastrowid)
        witness(connection, None, _told(made))
        return made

    return write(engine, work)


def begin(
    engine: sa.Engine, backtest_id: int, attempt: int, now: datetime
) -> StoredBacktest | None:
    """None where another has it, or it has ended."""

    def work(connection: sa.Connection) -> StoredBacktest | None:
        found = _row(connection, backtest_id, is_locking=True)
        if found.status is not BacktestStatus.QUEUED or found.attempt != attempt:
            return None
        values = {"status": BacktestStatus.RUNNING, "started_at": now, "seen_at": now}
        connection.execute(_one(found).values(progress=0.0, **values))
        return found

    return write(engine, work)


def goes_on(engine: sa.Engine, given: StoredBacktest, progress: float, now: datetime) -> bool:
    """Notes how far it is; False where it is not to go on: it was cancelled, or another has it."""

    def work(connection: sa.Connection) -> bool:
        found = _found(connection, given.id, is_locking=True)
        if found is None or not _is_held(found, given) or found.is_cancel_asked:
            return False
        values = {"progress": min(max(progress, 0.0), 1.0), "seen_at": now}
        connection.execute(_one(given).values(**values))
        return True

    return write(engine, work)


@dataclass(frozen=True, slots=True)
class Result:
    """What a backtest came to, and the lines of series by name; of the data version that it read; `said` is why the
    active version is not beside it."""

    content: Mapping[str, Any]
    lines: Mapping[str, Mapping[str, Any]]
    dataset_version_id: int
    said: Sentence | None = None


def finish(engine: sa.Engine, given: StoredBacktest, result: Result, now: datetime) -> bool:
    """Writes the result and throws away what is older than the newest few; False where it is no longer wanted."""

    def work(connection: sa.Connection) -> bool:
        found = _found(connection, given.id, is_locking=True)
        if found is None or not _is_held(found, given):
            return False
        if found.is_cancel_asked:
            connection.execute(_end(given, BacktestStatus.CANCELLED, now))
            return False
        content = dict(result.content)
        version_id = result.dataset_version_id
        done = _end(given, BacktestStatus.DONE, now)
        said = kept(result.said, "error_msg")
        connection.execute(
            done.values(progress=1.0, content=content, dataset_version_id=version_id, **said)
        )
        rows = [
            {"backtest_id": given.id, "unique_id": name, "content": dict(line)}
            for name, line in result.lines.items()
        ]
        if rows:
            connection.execute(lines.insert(), rows)
        _forget_older(connection, given.model_id)
        return True

    return write(engine, work)


def fail(engine: sa.Engine, given: StoredBacktest, why: Sentence, now: datetime) -> None:
    said = kept(why, "error_msg")
    change(engine, _end(given, BacktestStatus.FAILED, now).values(**said))


def end_cancelled(engine: sa.Engine, given: StoredBacktest, now: datetime) -> None:
    change(engine, _end(given, BacktestStatus.CANCELLED, now))


def try_again(
    engine: sa.Engine, given: StoredBacktest, now: datetime, *, has_begun: bool = True
) -> None:
    """After a run that ended without having done it; where that came too often, it has failed.

    has_begun: whether that run ever started. Dagster ends one that waits for a worker too long, and whoever waits goes
    on waiting.
    """
    if given.is_cancel_asked:
        end_cancelled(engine, given, now)
    elif has_begun and given.attempt >= MAX_ATTEMPTS:
        fail(engine, given, Sentence("backtest.gave_up", count=given.attempt), now)
    else:
        values = {"status": BacktestStatus.QUEUED, "attempt": given.attempt + 1}
        change(engine, _one(given).where(table.c.status.in_(OPEN)).values(**values))


def cancel(
    engine: sa.Engine, backtest_id: int, now: datetime, witness: Witness = unwitnessed
) -> StoredBacktest:
    """One that waits ends at once, one that runs within seconds; one that has ended stays as it is."""

    def work(connection: sa.Connection) -> StoredBacktest:
        before = _row(connection, backtest_id, is_locking=True)
        if before.status is BacktestStatus.QUEUED:
            connection.execute(
                _end(before, BacktestStatus.CANCELLED, now).values(is_cancel_asked=True)
            )
        elif before.status is BacktestStatus.RUNNING:
            connection.execute(_one(before).values(is_cancel_asked=True))
        after = _row(connection, backtest_id)
        witness(connection, _told(before), _told(after))
        return after

    return write(engine, work)


def waiting(engine: sa.Engine) -> list[StoredBacktest]:
    """Asked for and not ended, oldest first."""
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(_WAITING)]


def backtest_of(engine: sa.Engine, backtest_id: int) -> StoredBacktest:
    """Raises NotFound."""
    with engine.connect() as connection:
        return _row(connection, backtest_id)


def backtests_of(engine: sa.Engine, model_id: int) -> list[StoredBacktest]:
    """Of a version, newest first, without their contents."""
    query = sa.select(*_LISTED).where(table.c.model_id == model_id).order_by(table.c.id.desc())
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def line_of(engine: sa.Engine, backtest_id: int, series: str) -> Mapping[str, Any]:
    """Raises NotFound for a series of which none is kept."""
    query = sa.select(lines.c.content).where(
        lines.c.backtest_id == backtest_id, lines.c.unique_id == series
    )
    with engine.connect() as connection:
        found = connection.scalar(query)
    if found is None:
        raise NotFound("backtest.no_line", series=series)
    return found


def series_of(engine: sa.Engine, backtest_id: int) -> list[str]:
    """Of which a line is kept, that of which most is told first."""
    query = sa.select(lines.c.unique_id).where(lines.c.backtest_id == backtest_id)
    with engine.connect() as connection:
        return list(connection.scalars(query.order_by(lines.c.id)))


def forget_backtests(connection: sa.Connection, model_ids: Sequence[int]) -> None:
    """All of these versions, with the versions themselves."""
    ids = sa.select(table.c.id).where(table.c.model_id.in_(model_ids))
    _forget(connection, list(connection.scalars(ids)))


def _forget_older(connection: sa.Connection, model_id: int) -> None:
    ended = sa.select(table.c.id).where(table.c.model_id == model_id, table.c.status.not_in(OPEN))
    ids = list(connection.scalars(ended.order_by(table.c.id.desc())))
    _forget(connection, ids[KEPT:])


def _forget(connection: sa.Connection, ids: Sequence[int]) -> None:
    if ids:
        connection.execute(lines.delete().where(lines.c.backtest_id.in_(ids)))
        connection.execute(table.delete().where(table.c.id.in_(ids)))


def _held(connection: sa.Connection, model_id: int) -> None:
    """Who asks twice at once is answered in turn. Raises NotFound."""
    query = sa.select(models.c.deleted_at).where(models.c.id == model_id).with_for_update()
    row = connection.execute(query).first()
    if row is None or row.deleted_at is not None:
        raise NotFound("model.not_found", id=model_id)


def _open_of(connection: sa.Connection, model_id: int) -> StoredBacktest | None:
    query = sa.select(*_COLUMNS).where(table.c.model_id == model_id, table.c.status.in_(OPEN))
    row = connection.execute(query).first()
    return None if row is None else _stored(row)


def _is_held(found: StoredBacktest, given: StoredBacktest) -> bool:
    """Whether who was given it has it still."""
    return found.status is BacktestStatus.RUNNING and found.attempt == given.attempt


def _told(given: StoredBacktest) -> dict[str, Any]:
    """For the audit trail."""
    names = ("id", "model_id", "status", "window_start", "window_end", "alerts_per_week")
    return {name: getattr(given, name) for name in names}


def _is(given: StoredBacktest) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.id == given.id, table.c.attempt == given.attempt)


def _one(given: StoredBacktest) -> sa.Update:
    return table.update().where(_is(given))


def _end(given: StoredBacktest, status: BacktestStatus, now: datetime) -> sa.Update:
    is_open = table.c.status.in_(OPEN)
    return _one(given).where(is_open).values(status=status, ended_at=now)


def _found(
    connection: sa.Connection, backtest_id: int, *, is_locking: bool = False
) -> StoredBacktest | None:
    query = sa.select(*_COLUMNS).where(table.c.id == backtest_id)
    row = connection.execute(query.with_for_update() if is_locking else query).first()
    return None if row is None else _stored(row)


def _row(
    connection: sa.Connection, backtest_id: int, *, is_locking: bool = False
) -> StoredBacktest:
    found = _found(connection, backtest_id, is_locking=is_locking)
    if found is None:
        raise NotFound("backtest.not_found", id=backtest_id)
    return found


def _stored(row: sa.Row[Any]) -> StoredBacktest:
    values: dict[str, Any] = dict(zip(StoredBacktest.__annotations__, row, strict=True))
    values["status"] = BacktestStatus(row.status)
    return StoredBacktest(**values)
