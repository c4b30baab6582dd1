"""A row of `generated_reports` to a file in the store. The row's status is the orchestration's."""

import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import fsspec
import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ReportFormat
from iop_pipelines.errors import Unavailable
from iop_pipelines.query.config import QueryConfig, parse_config
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.query.run import open_query, run_query
from iop_pipelines.reporting.document import Heading
from iop_pipelines.reporting.render import render
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.schema.report_row import report_row
from iop_pipelines.settings import Settings

_CHUNK_BYTES = 1024 * 1024
_NAME_BYTES = 24  # of randomness: a name that nobody guesses
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")


@dataclass(frozen=True)
class Generated:
    """What the ledger row is told; `checksum`: SHA-256 of the file; `remark`: what whoever gets it must know."""

    storage_url: str
    row_count: int
    row_total: int
    size_bytes: int
    checksum: str
    duration_ms: int
    remark: Sentence | None = None


def generate(
    engine: sa.Engine,
    drm_engine: sa.Engine,
    settings: Settings,
    report_id: int,
    *,
    now: datetime,
    tick: Tick = nobody,
) -> Generated:
    """Queries, renders and stores one report.

    Periods are counted from the row's slot, so that an old slot made late is about the days that it
    would have been about in time; a report asked for by hand counts from `now` (naive UTC). What is
    read is what the tables hold now: restated rows, and ledgers as they have gone on. Their zone is
    the config's own, else the schedule's, else the instance's.

    tick: called for every table and, within it, every some thousand rows that are read; before rendering,
    which for a PDF is one call of many seconds and else reads the rows, and before storing.

    Raises:
        NotFound: no such report.
        InvalidQuery: the template names what is no longer there.
        MissingDependency: a PDF, without Pango or a font.
        Unavailable: the store does not take the file.
    """
    started = time.monotonic()
    with engine.connect() as connection:
        row = report_row(connection, report_id)
    config = parse_config(row.query_config)
    form = ReportFormat(row.format)
    asked: dict[str, Any] = {
        "engine": engine,
        "drm_engine": drm_engine,
        "now": row.slot or now,
        "time_zone": _zone(row.schedule, settings),
        "tick": tick,
    }
    heading = Heading(row.template, row.description or "", row.schedule)
    with TemporaryFile() as scratch:
        with _answered(config, form, asked) as result:
            tick()
            rendered = render(heading, config, result, form, scratch)
        tick()
        size = scratch.tell()
        scratch.seek(0)
        checksum = hashlib.file_digest(scratch, "sha256").hexdigest()
        scratch.seek(0)
        url = store(settings.storage_url, scratch, form.value)
    return Generated(
        storage_url=url,
        row_count=rendered.row_count,
        row_total=rendered.row_total,
        size_bytes=size,
        checksum=checksum,
        duration_ms=round((time.monotonic() - started) * 1000),
        remark=rendered.remark,
    )


def _answered(
    config: QueryConfig, form: ReportFormat, asked: Mapping[str, Any]
) -> AbstractContextManager[FrozenResult]:
    """A page is laid out as a whole; rows are written as they are read, those of the tables in the file."""
    if form is ReportFormat.PDF:
        return nullcontext(run_query(config, **asked))
    if form is ReportFormat.CSV:
        is_counted = config.outputs.csv.note
        return open_query(config, [config.csv_table()], is_counted=is_counted, **asked)
    return open_query(config, config.json_tables(), is_counted=True, **asked)


def _zone(schedule: str | None, settings: Settings) -> str:
    if not schedule:
        return settings.time_zone
    return parse_schedule(schedule, settings.time_zone).zone


def store(storage_url: str, content: BinaryIO, extension: str) -> str:
    """Writes under a random name and returns its URL; a file is whole or not there."""
    files, folder = fsspec.url_to_fs(storage_url)
    path = f"{folder.rstrip('/')}/reports/{secrets.token_urlsafe(_NAME_BYTES)}.{extension}"
    try:
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with files.open(f"{path}.part", "wb") as part:
            shutil.copyfileobj(content, part, _CHUNK_BYTES)
        files.mv(f"{path}.part", path)
    except OSError as error:
        # A disk that is full has taken a part of it, and needs that room.
        with suppress(OSError):
            files.rm_file(f"{path}.part")
        url, why = (_CREDENTIALS.sub("***@", str(each)) for each in (storage_url, error))
        raise Unavailable("reports.store_refuses", url=url, error=why) from error
    return files.unstrip_protocol(path)
