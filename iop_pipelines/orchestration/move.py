"""Moves an embedded instance to a server: IOP's tables, Dagster's storage and the files of reports.

All rows go in one transaction of the target, so a move that fails leaves an empty target and can be
run again; the source is only read. Files are copied first, under their names, and those that are there
already are left: a second try copies what is missing.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import Conflict, InvalidInput, MisconfiguredInstance, NotFound
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.cursors import remapped
from iop_pipelines.ledger.mirror import CURSOR
from iop_pipelines.orchestration.launch import upgrade_tables
from iop_pipelines.orchestration.move_dagster import (
    ALL_TABLES,
    DagsterFiles,
    EventNumbers,
    copy_dagster,
    count_rows,
)
from iop_pipelines.orchestration.supervisor import exclusive as exclusive_home
from iop_pipelines.query.output_files import FOLDER as OUTPUTS
from iop_pipelines.runtimes.model_files import FOLDER
from iop_pipelines.schema import migrate
from iop_pipelines.schema.document import Document, loses_order, text_with_order
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import (
    cursors,
    datasets,
    generated_reports,
    metadata,
    output_files,
    workers,
)
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places
from iop_pipelines.transform.table import ensure_table, prepared_table
from iop_pipelines.transform.versions import PIPELINE_RUNS

_BATCH = 500
# Tables that a refusal names.
_NAMED = 5
# Rows of processes that are gone.
_LEFT_OUT = (workers,)
_TABLES = tuple(table for table in metadata.sorted_tables if table not in _LEFT_OUT)

# Called with the name of a table, or `files`, how much of it is done and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Moved:
    """`rows` by table, those of Dagster included; `files` are reports' files, `missing` those that are gone."""

    rows: Mapping[str, int]
    files: int
    missing: tuple[str, ...]


def source_of(text: str) -> Settings:
    """The embedded instance that a home folder, or the URL of the SQLite database in one, names."""
    if text.startswith("sqlite:"):
        path = Path(sa.make_url(text).database or "").expanduser().resolve()
        settings = Settings.from_env({"IOP_HOME": str(path.parent), "DATABASE_URL": text})
    else:
        home = Path(text).expanduser().resolve()
        settings = Settings.from_env({"IOP_HOME": str(home)})
        if not settings.is_embedded:
            raise MisconfiguredInstance("move.not_sqlite", home=home)
        path = Path(sa.make_url(settings.database_url).database or "")
    if not path.is_file():
        raise NotFound("move.no_database", path=path)
    return settings


def plan(source: Settings) -> Moved:
    """What `move` would copy; reads only."""
    engine = engine_for(source.database_url)
    _require_newest(source)
    with engine.connect() as connection:
        rows = {table.name: _count(connection, table) for table in _tables_of(connection)}
        urls = [url for url, _ in _urls(connection)]
    files = _dagster_files(source)
    if files.exists:
        rows |= count_rows(files)
    missing = tuple(url for url in urls if not _exists(url))
    return Moved(rows, len(urls) - len(missing), missing)


def move(source: Settings, target: Settings, progress: Progress) -> Moved:
    """Copies everything into the target's empty database and store.

    Raises:
        InvalidInput: the target is no server, or a row does not fit its database.
        Conflict: the source is running, or the target holds data.
    """
    if target.is_embedded:
        raise InvalidInput("move.target_is_sqlite")
    with exclusive_home(source):
        _require_newest(source)
        upgrade_tables(target)
        files = _dagster_files(source)
        if files.exists:
            files.bring_up_to_date()
        with (
            engine_for(source.database_url).connect() as rows,
            migrate.exclusive(target.database_url),
        ):
            require_empty(target)
            _prepare_tables(rows, target)
            urls, missing = _copy_files(rows, target, progress)
            _copy_models(source, target)
            counts = _copy_rows(rows, files, target, urls, progress)
    counters.repair(engine_for(target.database_url), utc_now())
    return Moved(counts, len(urls), missing)


def require_empty(target: Settings) -> None:
    """Raises Conflict naming the tables that hold rows; what `iop migrate` itself writes is no data."""
    with engine_for(target.database_url).connect() as connection:
        full = [
            f"{table.name} ({count})"
            for table in (*_TABLES, *ALL_TABLES)
            if (count := _count(connection, table, *_no_data(table)))
        ]
    if full:
        raise Conflict(
            "move.target_holds_data",
            tables=[*full[:_NAMED], *(["…"] if len(full) > _NAMED else [])],
        )


def _no_data(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    if table is datasets:
        return (datasets.c.name != PIPELINE_RUNS,)
    if table is cursors:
        return (cursors.c.value != "",)
    return ()


def _require_newest(source: Settings) -> None:
    pending = migrate.pending(source.database_url)
    if pending:
        raise Conflict(
            "move.pending_revisions", url=source.database_url, revisions=pending, home=source.home
        )


def _dagster_files(source: Settings) -> DagsterFiles:
    return DagsterFiles(source.dagster_home / "storage")


def _declarations(connection: sa.Connection) -> list[DatasetDeclaration]:
    query = sa.select(datasets.c.declaration).where(datasets.c.name != PIPELINE_RUNS)
    return [DatasetDeclaration.model_validate(each) for each in connection.scalars(query)]


def _tables_of(connection: sa.Connection) -> list[sa.Table]:
    """IOP's, and those of prepared rows, with the columns that are declared now."""
    names = set(sa.inspect(connection).get_table_names())
    prepared = [prepared_table(each) for each in _declarations(connection)]
    return [*_TABLES, *(table for table in prepared if table.name in names)]


def _prepare_tables(source: sa.Connection, target: Settings) -> None:
    for declaration in _declarations(source):
        ensure_table(engine_for(target.database_url), declaration)


def _count(connection: sa.Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return connection.scalar(query) or 0


def _copy_rows(
    source: sa.Connection,
    files: DagsterFiles,
    target: Settings,
    urls: Mapping[str, str],
    progress: Progress,
) -> dict[str, int]:
    totals = {table.name: _count(source, table) for table in _tables_of(source)}
    if files.exists:
        totals |= count_rows(files)
    copied: dict[str, int] = {}
    engine = engine_for(target.database_url, migrate.STATEMENT_TIMEOUT_S)
    with engine.begin() as connection:
        # What `iop migrate` made there; the source has its own of each.
        connection.execute(datasets.delete())
        connection.execute(cursors.delete())

        def copy(table: sa.TableClause, rows: Iterable[dict[str, Any]]) -> int:
            done = 0
            for batch in _batches(iter(rows)):
                _insert(connection, table, batch)
                done += len(batch)
                progress(table.name, done, totals[table.name])
            copied[table.name] = done
            return done

        for table in _tables_of(source):
            rows = _rows(source, table)
            if table is generated_reports:
                rows = (_with_moved_files(row, urls) for row in rows)
            if table is output_files:
                rows = (row | {"url": _moved(row["url"], urls)} for row in rows)
            if loses_order(connection.dialect):
                rows = (_ordered(row, table) for row in rows)
            copy(_as_text(table), rows)
        if files.exists:
            numbers = copy_dagster(files, connection, copy)
            _move_cursor(connection, numbers)
        _require_complete(connection, totals)
    return copied


def _as_text(table: sa.Table) -> sa.TableClause:
    """The table with its JSON as the text that is stored: NULL stays NULL and not JSON's null."""
    columns = (sa.column(c.name, sa.Text() if _is_json(c) else c.type) for c in table.columns)
    return sa.table(table.name, *columns)


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, (sa.JSON, Document))


def _ordered(row: dict[str, Any], table: sa.Table) -> dict[str, Any]:
    """For a server that keeps JSON in an order of its own."""
    kept = {c.name for c in table.columns if isinstance(c.type, Document)}
    return {
        name: text_with_order(value) if name in kept and isinstance(value, str) else value
        for name, value in row.items()
    }


def _rows(source: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    plain = _as_text(table)
    # A field that a newer declaration added is NULL in rows that were prepared before.
    there = {column["name"] for column in sa.inspect(source).get_columns(table.name)}
    shown = [c if c.name in there else sa.null().label(c.name) for c in plain.columns]
    query = (
        sa.select(*shown).select_from(plain).order_by(*(plain.c[c.name] for c in table.primary_key))
    )
    whole_seconds = [c.name for c in table.columns if isinstance(c.type, sa.TIMESTAMP)]
    for row in source.execute(query.execution_options(yield_per=_BATCH)).mappings():
        values = dict(row)
        for name in whole_seconds:
            # MySQL would round to the next second, and so to another hour than it was counted in.
            if isinstance(values[name], datetime):
                values[name] = values[name].replace(microsecond=0)
        yield values


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _insert(connection: sa.Connection, table: sa.TableClause, batch: list[dict[str, Any]]) -> None:
    try:
        connection.execute(table.insert(), batch)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        is_twice = isinstance(error, IntegrityError)
        kind = Sentence("move.rows_are_one" if is_twice else "move.row_does_not_fit")
        ids = [row[name] for row in (batch[0], batch[-1]) for name in ("id",) if name in row]
        where = (
            Sentence("move.among_ids", table=table.name, first=ids[0], last=ids[-1])
            if ids
            else Sentence("move.in_table", table=table.name)
        )
        raise InvalidInput(
            "move.not_taken", kind=kind, where=where, error=str(error.orig)
        ) from error


def _require_complete(connection: sa.Connection, totals: Mapping[str, int]) -> None:
    """Before the commit: the target holds as many rows as the source."""
    there = {
        name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
        for name in totals
    }
    lacking = [
        f"{name}: {there[name]} of {count}"
        for name, count in totals.items()
        if there[name] != count
    ]
    if lacking:
        raise Conflict("move.rows_lost", tables=lacking)


def _move_cursor(connection: sa.Connection, numbers: EventNumbers) -> None:
    text = connection.scalar(sa.select(cursors.c.value).where(cursors.c.name == CURSOR))
    if text:
        value = remapped(text, numbers.at_or_before)
        connection.execute(cursors.update().where(cursors.c.name == CURSOR).values(value=value))


def _urls(connection: sa.Connection) -> list[tuple[str, str]]:
    """Of all files that rows name, each with the folder of a store that it lies in, an instance's own for outputs."""
    outputs = sa.select(output_files.c.url).order_by(output_files.c.execution_id)
    return [
        *((url, "reports") for url in _report_urls(connection)),
        *((url, f"{OUTPUTS}/{url.split('/')[-2]}") for url in connection.scalars(outputs)),
    ]


def _report_urls(connection: sa.Connection) -> list[str]:
    query = sa.select(generated_reports.c.storage_url, generated_reports.c.files).where(
        generated_reports.c.storage_url.is_not(None)
    )
    rows = connection.execute(query.order_by(generated_reports.c.id)).all()
    return [
        url for row in rows for url in (row.storage_url, *(each["url"] for each in row.files or ()))
    ]


def _copy_files(
    source: sa.Connection, target: Settings, progress: Progress
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Former -> new URL of what was copied or lies in the target's store already; and what is gone."""
    store, folder = places.opened(target.storage_url)
    urls, missing = _urls(source), []
    moved: dict[str, str] = {}
    for done, (url, kind) in enumerate(urls, start=1):
        wanted = f"{folder.rstrip('/')}/{kind}/{url.rpartition('/')[2]}"
        if not _exists(url):
            missing.append(url)
        else:
            moved[url] = store.unstrip_protocol(wanted)
            if moved[url] != url:
                _copy_file(url, store, wanted)
        progress("files", done, len(urls))
    return moved, tuple(missing)


def _copy_models(source: Settings, target: Settings) -> None:
    """Files of models are named by their checksum wherever they lie."""
    files, folder = places.opened(source.storage_url)
    store, wanted = places.opened(target.storage_url)
    folder = f"{folder.rstrip('/')}/{FOLDER}"
    if not files.exists(folder):
        return
    for path in files.find(folder):
        name = path.rpartition("/")[2]
        _copy_file(files.unstrip_protocol(path), store, f"{wanted.rstrip('/')}/{FOLDER}/{name}")


def _copy_file(url: str, store: Any, wanted: str) -> None:
    files, path = places.opened(url)
    try:
        if store.exists(wanted) and store.size(wanted) == files.size(path):
            return
        store.makedirs(wanted.rpartition("/")[0], exist_ok=True)
        with files.open(path, "rb") as reader, store.open(f"{wanted}.part", "wb") as writer:
            shutil.copyfileobj(reader, writer)
        store.mv(f"{wanted}.part", wanted)
    except OSError as error:
        raise Conflict("move.not_copied", url=url, wanted=wanted, error=error) from error


def _exists(url: str) -> bool:
    files, path = places.opened(url)
    return files.exists(path)


def _with_moved_files(row: dict[str, Any], urls: Mapping[str, str]) -> dict[str, Any]:
    """JSON columns are text here."""
    files = row["files"]
    if files is not None:
        moved = [each | {"url": _moved(each["url"], urls)} for each in json.loads(files)]
        files = json.dumps(moved)
    return row | {"storage_url": _moved(row["storage_url"], urls), "files": files}


def _moved(url: str | None, urls: Mapping[str, str]) -> str | None:
    return urls.get(url, url) if url else None
