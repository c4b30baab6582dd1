"""Files of what large panels' executions scored, beside the executions that name them: what is wrong with them, what
is old, and what nothing names any more."""

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick
from iop_pipelines.errors import Conflict, NotFound, Unavailable
from iop_pipelines.ledger.outputs_folder import kept_folder
from iop_pipelines.query.output_files import (
    OutputFile,
    Wanted,
    content_of,
    files_of,
    is_there,
    listed,
    remove,
    rows_in,
)
from iop_pipelines.schema.tables import model_executions, model_outputs, output_files
from iop_pipelines.schema.transactions import write
from iop_pipelines.storage import places

# An execution stores its file before its rows; long before this it has stored both, or given up.
_SETTLED = timedelta(days=1)
_CHUNK_BYTES = 1 << 20


def broken_outputs(engine: sa.Engine, tick: Tick) -> tuple[list[tuple[int, str]], str | None]:
    """(execution's id, what is wrong) of each whose file or rows are not those that were stored; and why no more were
    looked at, where a store is away."""
    with engine.connect() as connection:
        files = files_of(connection, Wanted())
    broken: list[tuple[int, str]] = []
    untold: str | None = None
    for file in files:
        tick()
        try:
            broken += [(file.execution_id, problem) for problem in _problems(engine, file, tick)]
        except Unavailable as error:
            untold = str(error.sentence)
    return broken, untold


def _problems(engine: sa.Engine, file: OutputFile, tick: Tick) -> Iterator[str]:
    with engine.connect() as connection:
        its = model_outputs.c.execution_id == file.execution_id
        kept = connection.scalar(sa.select(sa.func.count()).where(its)) or 0
        if not files_of(connection, Wanted(executions=(file.execution_id,))):
            # Retention took it meanwhile.
            return
    if kept != file.kept_rows:
        yield f"has {kept} output rows, of which {file.kept_rows} were stored beside {file.url}"
    try:
        if _checksum(file, tick) != file.checksum:
            yield f"its outputs in {file.url} were changed: restore the file, or execute the model again"
        elif (rows := rows_in(file)) != file.row_count:
            yield f"its outputs in {file.url} are {rows} rows, of which {file.row_count} were stored"
    except (Conflict, NotFound) as error:
        yield str(error.sentence)


def _checksum(file: OutputFile, tick: Tick) -> str:
    found = hashlib.sha256()
    with content_of(file) as content:
        while part := content.read(_CHUNK_BYTES):
            tick()
            found.update(part)
    return found.hexdigest()


def old_files(engine: sa.Engine, *conditions: sa.ColumnElement[bool]) -> list[OutputFile]:
    """conditions: on the executions that name them."""
    query = (
        sa.select(output_files)
        .join(model_executions, model_executions.c.id == output_files.c.execution_id)
        .where(*conditions)
    )
    with engine.connect() as connection:
        return listed(connection, query.order_by(output_files.c.execution_id))


def forget(engine: sa.Engine, file: OutputFile, *conditions: sa.ColumnElement[bool]) -> int | None:
    """All rows of the execution and the file, where it still names that one and `conditions` on it hold; how many
    rows, None where it is so no more. A pass that dies between leaves a file that nothing names.

    Raises Unavailable where the file's store does not answer; nothing is forgotten then.
    """
    is_there(file)

    def work(connection: sa.Connection) -> int | None:
        executions = model_executions.c
        old = sa.select(executions.id).where(executions.id == file.execution_id, *conditions)
        if connection.scalar(old.with_for_update()) is None:
            return None
        its = (output_files.c.execution_id == file.execution_id, output_files.c.url == file.url)
        if not connection.execute(output_files.delete().where(*its)).rowcount:
            return None
        rows = model_outputs.delete().where(model_outputs.c.execution_id == file.execution_id)
        return connection.execute(rows).rowcount

    count = write(engine, work)
    if count is None:
        return None
    # What is left goes with what nothing names.
    with suppress(Unavailable):
        remove(file)
    return count + file.rows_beside


def unnamed_outputs(engine: sa.Engine, storage_url: str, now: datetime) -> list[str]:
    """Paths of files in this instance's folder that no execution names, stored a day ago or before: of one that was
    killed, or of a model that was deleted while the store was away.

    Raises Unavailable where the store does not answer.
    """
    folder = kept_folder(engine)
    if folder is None:
        return []
    with _told(storage_url):
        files, root = places.opened(storage_url)
        files.invalidate_cache()
        folder = f"{root.rstrip('/')}/{folder}"
        if not files.exists(folder):
            return []
        old = [
            path
            for path in files.ls(folder, detail=False)
            if files.modified(path).astimezone(UTC).replace(tzinfo=None) < now - _SETTLED
        ]
    named = _named(engine) if old else set[str]()
    return [path for path in old if files.unstrip_protocol(path) not in named]


def remove_unnamed(
    engine: sa.Engine, storage_url: str, now: datetime, has_time: Callable[[], bool]
) -> Iterator[str]:
    """Each that was removed. Its name is never given again: what nothing names now nothing will.

    Raises Unavailable where the store does not answer.
    """
    for path in unnamed_outputs(engine, storage_url, now):
        if not has_time():
            return
        with _told(storage_url):
            files, _ = places.opened(storage_url)
            is_left = files.exists(path)
            if is_left:
                files.rm_file(path)
        if is_left:
            yield path


@contextmanager
def _told(storage_url: str) -> Generator[None]:
    try:
        yield
    # What drivers raise has no base of its own.
    except Exception as error:
        where = storage_url.rpartition("@")[2]
        raise Unavailable("outputs.store_refuses", url=where, error=type(error).__name__) from error


def _named(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(sa.select(output_files.c.url)))
