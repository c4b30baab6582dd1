"""Files that people bring through the app: their rows, from arrival to the delivery that is made of them.

arriving -> ready -> queued -> loading -> loaded or failed. A file is kept until it is loaded, and for a day at the
most; one that failed may be asked to be loaded again, with other answers. Who loads is a worker: it takes a
row by its attempt, so that one that woke late changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import UploadStatus
from iop_pipelines.errors import Conflict, NotFound, TooManyAttempts
from iop_pipelines.intake import store
from iop_pipelines.schema.tables import uploads, users
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.tracing.spans import carried

KEPT = timedelta(days=1)
# Of one account.
MAX_ARRIVING = 2
MAX_WAITING = 10
MAX_AN_HOUR = 60
MAX_ATTEMPTS = 3
_LONGEST_NAME = 255
_UNENDED = (UploadStatus.ARRIVING, UploadStatus.READY, UploadStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Upload:
    """`answers` are the options of `iop start`, by name; `dataset` and all after it are of its load."""

    id: int
    name: str
    status: UploadStatus
    storage_url: str
    size_bytes: int | None
    checksum: str | None
    answers: Mapping[str, str] | None
    attempt: int
    dataset: str | None
    drm_run_id: int | None
    row_count: int | None
    refused_count: int | None
    error_msg: str | None
    said: Mapping[str, Any] | None
    uploaded_by: int
    uploaded_at: datetime
    traceparent: str | None

    @property
    def run_key(self) -> str:
        """Names the Dagster run of this attempt."""
        return f"upload-{self.id}-{self.attempt}"


_COLUMNS = [uploads.c[name] for name in Upload.__annotations__]
# Made once: workers ask twice a second, and to make it takes longer than to ask it.
_TO_LOAD = (
    sa.select(*_COLUMNS)
    .where(uploads.c.status.in_((UploadStatus.QUEUED, UploadStatus.LOADING)))
    .order_by(uploads.c.id)
)


def plain_name(given: str) -> str:
    """What a file is called, without folders and what cannot be shown."""
    last = re.split(r"[/\\]", given)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    return shown[-_LONGEST_NAME:] or "file"


def begin(
    engine: sa.Engine, name: str, by: int, url: str, now: datetime, *, is_data: bool = True
) -> int:
    """Before the first byte is stored, so that no file is there which no row tells of.

    is_data: whether it waits here to be loaded; what does not is no part of what waits, and not counted by the hour.

    Raises:
        TooManyAttempts: as many of this account arrive, wait, or came within the hour as may.
    """

    def work(connection: sa.Connection) -> int:
        # Who sends several at once is counted in turn.
        connection.execute(sa.select(users.c.id).where(users.c.id == by).with_for_update())
        _require_room(connection, by, now, is_data)
        entry = uploads.insert().values(
            name=plain_name(name),
            status=UploadStatus.ARRIVING,
            storage_url=url,
            uploaded_by=by,
            uploaded_at=now,
        )
        return int(connection.execute(entry).lastrowid)

    return write(engine, work)


def _require_room(connection: sa.Connection, by: int, now: datetime, is_data: bool) -> None:
    def count(*conditions: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).where(uploads.c.uploaded_by == by, *conditions)
        return connection.scalar(query) or 0

    arriving = count(
        uploads.c.status == UploadStatus.ARRIVING,
        # One whose process died stands there until it is purged.
        uploads.c.uploaded_at > now - timedelta(hours=1),
    )
    if arriving >= MAX_ARRIVING:
        raise TooManyAttempts("upload.too_many_at_once", 10, most=MAX_ARRIVING)
    if not is_data:
        return
    if count(uploads.c.status.in_(_UNENDED)) >= MAX_WAITING:
        raise TooManyAttempts("upload.too_many_waiting", 60, most=MAX_WAITING)
    if count(uploads.c.uploaded_at > now - timedelta(hours=1)) >= MAX_AN_HOUR:
        raise TooManyAttempts("upload.too_many_an_hour", 600, most=MAX_AN_HOUR)


def give_up(engine: sa.Engine, upload_id: int) -> None:
    """Of one that did not arrive whole; its file is gone before."""
    change(engine, _arriving(upload_id))


def handed_on(engine: sa.Engine, upload_id: int, witness: Callable[[sa.Connection], None]) -> None:
    """Of one that is no data and is kept elsewhere by now; its file is gone before."""

    def work(connection: sa.Connection) -> None:
        connection.execute(_arriving(upload_id))
        witness(connection)

    write(engine, work)


def _arriving(upload_id: int) -> sa.Delete:
    is_it = sa.and_(uploads.c.id == upload_id, uploads.c.status == UploadStatus.ARRIVING)
    return uploads.delete().where(is_it)


def arrived(
    engine: sa.Engine,
    upload_id: int,
    size_bytes: int,
    checksum: str,
    witness: Witness = unwitnessed,
) -> None:
    def work(connection: sa.Connection) -> None:
        values = {"size_bytes": size_bytes, "checksum": checksum}
        connection.execute(_one(upload_id).values(status=UploadStatus.READY, **values))
        name = connection.scalar(sa.select(uploads.c.name).where(uploads.c.id == upload_id))
        witness(connection, None, {"id": upload_id, "name": name, **values})

    write(engine, work)


def upload(engine: sa.Engine, upload_id: int) -> Upload:
    with engine.connect() as connection:
        return _row(connection, upload_id)


def waiting(engine: sa.Engine) -> list[Upload]:
    """Those that can be looked at, newest first."""
    query = (
        sa.select(*_COLUMNS)
        .where(uploads.c.status.in_((UploadStatus.READY, UploadStatus.FAILED)))
        .order_by(uploads.c.id.desc())
    )
    with engine.connect() as connection:
        return [_upload(row) for row in connection.execute(query)]


def discard(engine: sa.Engine, upload_id: int, witness: Witness = unwitnessed) -> None:
    """Raises Conflict for one that is being loaded, or was."""

    def work(connection: sa.Connection) -> Upload:
        found = _row(connection, upload_id, is_locking=True)
        if found.status not in _UNENDED:
            raise Conflict("upload.is_taken", name=found.name)
        connection.execute(_one(upload_id).values(status=UploadStatus.DISCARDED))
        witness(connection, {"id": upload_id, "name": found.name}, None)
        return found

    _forget(engine, write(engine, work))


def _forget(engine: sa.Engine, given: Upload) -> None:
    """The file first: who dies between finds the row again."""
    store.remove(given.storage_url)
    is_it = sa.and_(uploads.c.id == given.id, uploads.c.status == UploadStatus.DISCARDED)
    change(engine, uploads.delete().where(is_it))


def ask_to_load(
    engine: sa.Engine,
    upload_id: int,
    dataset: str,
    answers: Mapping[str, str],
    *,
    now: datetime,
    witness: Witness = unwitnessed,
) -> Upload:
    """Asked twice it is loaded once.

    Raises:
        Conflict: it is being loaded with other answers, has not arrived, or its file was removed.
    """

    def work(connection: sa.Connection) -> Upload:
        before = _row(connection, upload_id, is_locking=True)
        told = {"id": upload_id, "name": before.name, "dataset": dataset, "answers": dict(answers)}
        if before.status in (UploadStatus.QUEUED, UploadStatus.LOADING, UploadStatus.LOADED):
            if dict(before.answers or {}) != dict(answers):
                raise Conflict("upload.is_taken", name=before.name)
            witness(connection, told, told)
            return before
        if before.status is UploadStatus.ARRIVING:
            raise Conflict("upload.not_here", name=before.name)
        values = {
            "status": UploadStatus.QUEUED,
            "dataset": dataset,
            "answers": dict(answers),
            "asked_at": now,
            "ended_at": None,
            "traceparent": carried(),
            "attempt": uploads.c.attempt + (before.status is UploadStatus.FAILED),
            "error_msg": None,
            "said": None,
        }
        connection.execute(_one(upload_id).values(**values))
        witness(connection, None, told)
        return _row(connection, upload_id)

    return write(engine, work)


def to_load(engine: sa.Engine) -> list[Upload]:
    """Asked for and not ended, oldest first."""
    with engine.connect() as connection:
        return [_upload(row) for row in connection.execute(_TO_LOAD)]


def begin_load(engine: sa.Engine, upload_id: int, attempt: int) -> Upload | None:
    """None where another attempt has it, or it has ended."""

    def work(connection: sa.Connection) -> Upload | None:
        found = _row(connection, upload_id, is_locking=True)
        is_open = found.status in (UploadStatus.QUEUED, UploadStatus.LOADING)
        if not is_open or found.attempt != attempt:
            return None
        connection.execute(_one(upload_id).values(status=UploadStatus.LOADING))
        return found

    return write(engine, work)


def end_load(
    engine: sa.Engine, given: Upload, run_id: int, *, rows: int, refused: int, now: datetime
) -> None:
    """Then the file goes: what it holds is in the landing table now.

    run_id: in DRM's tables; rows: those that are refused included.
    """
    values = {
        "status": UploadStatus.LOADED,
        "drm_run_id": run_id,
        "row_count": rows,
        "refused_count": refused,
        "ended_at": now,
    }
    change(engine, _held(given).values(**values))
    _remove_file(engine, given, now)


def fail_load(engine: sa.Engine, given: Upload, why: Sentence, now: datetime) -> None:
    """The file stays for a day: other answers may do."""
    values = {"status": UploadStatus.FAILED, "ended_at": now, **kept(why, "error_msg")}
    change(engine, _held(given).values(**values))


def try_again(engine: sa.Engine, given: Upload, now: datetime, *, has_begun: bool = True) -> bool:
    """After a run that ended without having loaded it; False where that came too often, and it has failed.

    has_begun: whether that run ever started. Dagster ends one that waits for a worker too long, and whoever waits goes
    on waiting.
    """
    if has_begun and given.attempt >= MAX_ATTEMPTS:
        fail_load(engine, given, Sentence("upload.gave_up", count=given.attempt), now)
        return False
    values = {"status": UploadStatus.QUEUED, "attempt": given.attempt + 1}
    change(engine, _held(given).values(**values))
    return True


def purge(engine: sa.Engine, now: datetime) -> int:
    """Files that nobody loaded within a day, and those that a kill left behind; how many."""
    of = uploads.c
    is_old = sa.and_(of.uploaded_at < now - KEPT, of.status.in_(_UNENDED))
    change(engine, uploads.update().where(is_old).values(status=UploadStatus.DISCARDED))
    is_left = sa.and_(of.status == UploadStatus.LOADED, of.file_removed_at.is_(None))
    is_unwanted = of.status == UploadStatus.DISCARDED
    query = sa.select(*_COLUMNS).where(sa.or_(is_unwanted, is_left)).order_by(of.id).limit(100)
    with engine.connect() as connection:
        found = [_upload(row) for row in connection.execute(query)]
    for each in found:
        if each.status is UploadStatus.LOADED:
            _remove_file(engine, each, now)
        else:
            _forget(engine, each)
    return len(found)


def _remove_file(engine: sa.Engine, given: Upload, now: datetime) -> None:
    store.remove(given.storage_url)
    change(engine, _one(given.id).values(file_removed_at=now))


def _one(upload_id: int) -> sa.Update:
    return uploads.update().where(uploads.c.id == upload_id)


def _held(given: Upload) -> sa.Update:
    is_open = uploads.c.status.in_((UploadStatus.QUEUED, UploadStatus.LOADING))
    return _one(given.id).where(uploads.c.attempt == given.attempt, is_open)


def _row(connection: sa.Connection, upload_id: int, *, is_locking: bool = False) -> Upload:
    is_it = sa.and_(uploads.c.id == upload_id, uploads.c.status != UploadStatus.DISCARDED)
    query = sa.select(*_COLUMNS).where(is_it)
    row = connection.execute(query.with_for_update() if is_locking else query).first()
    if row is None:
        raise NotFound("upload.not_found", id=upload_id)
    return _upload(row)


def _upload(row: sa.Row[Any]) -> Upload:
    values = dict(row._mapping)
    return Upload(**{**values, "status": UploadStatus(values["status"])})
