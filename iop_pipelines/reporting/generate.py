"""A row of `generated_reports` to a file in the store. The row's status is the orchestration's."""

import hashlib
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import fsspec
import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.vocabulary import ReportFormat
from iop_pipelines.errors import Unavailable
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.run import run_query
from iop_pipelines.reporting.document import Heading
from iop_pipelines.reporting.render import render
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.schema.report_row import report_row
from iop_pipelines.settings import Settings

_NAME_BYTES = 24  # of randomness: a name that nobody guesses
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")


@dataclass(frozen=True)
class Generated:
    """What the ledger row is told; `checksum` is the SHA-256 of the file."""

    storage_url: str
    row_count: int
    size_bytes: int
    checksum: str
    duration_ms: int


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
    which for a PDF is one call of many seconds, and before storing.

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
    result = run_query(
        config,
        engine=engine,
        drm_engine=drm_engine,
        now=row.slot or now,
        time_zone=_zone(row.schedule, settings),
        tick=tick,
    )
    form = ReportFormat(row.format)
    heading = Heading(row.template, row.description or "", row.schedule)
    tick()
    rendered = render(heading, config, result, form)
    tick()
    url = store(settings.storage_url, rendered.content, form.value)
    return Generated(
        storage_url=url,
        row_count=rendered.row_count,
        size_bytes=len(rendered.content),
        checksum=hashlib.sha256(rendered.content).hexdigest(),
        duration_ms=round((time.monotonic() - started) * 1000),
    )


def _zone(schedule: str | None, settings: Settings) -> str:
    if not schedule:
        return settings.time_zone
    return parse_schedule(schedule, settings.time_zone).zone


def store(storage_url: str, content: bytes, extension: str) -> str:
    """Writes under a random name and returns its URL; a file is whole or not there."""
    files, folder = fsspec.url_to_fs(storage_url)
    path = f"{folder.rstrip('/')}/reports/{secrets.token_urlsafe(_NAME_BYTES)}.{extension}"
    try:
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        files.pipe_file(f"{path}.part", content)
        files.mv(f"{path}.part", path)
    except OSError as error:
        # A disk that is full has taken a part of it, and needs that room.
        with suppress(OSError):
            files.rm_file(f"{path}.part")
        url, why = (_CREDENTIALS.sub("***@", str(each)) for each in (storage_url, error))
        raise Unavailable("reports.store_refuses", url=url, error=why) from error
    return files.unstrip_protocol(path)
