"""A row of `generated_reports` to a file in the store. The row's status is the orchestration's."""

import re
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.locales import LOCALES
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.errors import Unavailable
from iop_pipelines.query.config import QueryConfig, parse_config
from iop_pipelines.query.run import open_query
from iop_pipelines.query.versions_read import sources_read
from iop_pipelines.reporting.brand import PLAIN, brand_of
from iop_pipelines.reporting.editions import Shown, told_of
from iop_pipelines.reporting.frozen import Frozen, checksum_of, freeze, thaw
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.render import Rendered, remark_of, render
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.report_row import KEPT_AS, FurtherFile, report_row
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places

_CHUNK_BYTES = 1024 * 1024
_NAME_BYTES = 24  # of randomness: a name that nobody guesses
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")


@dataclass(frozen=True)
class Stored:
    """A file in the store; `checksum` is its SHA-256."""

    url: str
    size_bytes: int
    checksum: str


@dataclass(frozen=True)
class Generated:
    """What the ledger row is told; `checksum`: SHA-256 of the file; `remark`: what whoever gets it must know; `files`
    are those besides it; `shown`: of which data it is, and who is told."""

    storage_url: str
    row_count: int
    row_total: int
    size_bytes: int
    checksum: str
    duration_ms: int
    files: list[FurtherFile]
    remark: Sentence | None = None
    shown: Shown | None = None


def generate(
    engine: sa.Engine,
    drm_engine: sa.Engine,
    settings: Settings,
    report_id: int,
    *,
    now: datetime,
    tick: Tick = nobody,
) -> Generated:
    """Queries, freezes, renders and stores one report.

    Periods are counted from the row's slot, so that an old slot made late is about the days that it
    would have been about in time; a new edition from the moment of the first; a report asked for by hand from `now`
    (naive UTC). What is read is what the tables hold now: restated rows, and ledgers as they have gone on. Their zone
    is the config's own, else the schedule's, else the instance's; their weeks begin as the config says, else as in the
    instance's region, by which days and numbers are written where the config has no locale.

    Every file is made from what is read back of the kept result, so that none can differ from it.

    tick: called for every table and, within it, every some thousand rows that are read; before freezing, which reads
    them; before rendering each file, which for a PDF is one call of many seconds, and before storing.

    Raises:
        NotFound: no such report.
        InvalidQuery: the template names what is no longer there.
        MissingDependency: a PDF, without Pango or a font.
        Unavailable: the store does not take the files; none of them stays.
    """
    started = time.monotonic()
    with engine.connect() as connection:
        row = report_row(connection, report_id)
    config = parse_config(row.query_config).in_region(settings.region)
    forms = tuple(dict.fromkeys((FileFormat(row.format), *config.outputs.files)))
    as_of = row.slot or row.as_of or now
    asked: dict[str, Any] = {
        "engine": engine,
        "drm_engine": drm_engine,
        "now": as_of,
        "time_zone": _zone(row.schedule, settings),
    }
    read = sources_read(config, **asked)
    reading = {"read_at": now, "tick": tick, "is_counted": _counts_groups(config, forms)}
    with ExitStack() as stack:
        kept = stack.enter_context(TemporaryFile())
        # Every table, since any of the files may be asked for later, and each may show others.
        with open_query(config, list(config.datasets), **asked, **reading) as result:
            tick()
            freeze(Frozen(_heading(row), config, result), kept, _clock_from(now, started))
        scratch = [stack.enter_context(TemporaryFile()) for _ in forms]
        frozen, shown = told_of(engine, row, thaw(kept), Shown(as_of, now, read))
        rendered = _render_all(frozen, forms, scratch, tick, settings=settings)
        names = [*(each.extension for each in rendered), KEPT_AS]
        stored = _store_all(settings.storage_url, list(zip([*scratch, kept], names, strict=True)))
    further = zip((*forms[1:], KEPT_AS), stored[1:], strict=True)
    files = [_further(str(form), file, config) for form, file in further]
    took_ms = round((time.monotonic() - started) * 1000)
    remark = remark_of(list(zip(forms, rendered, strict=True)))
    made = _generated(rendered[0], stored[0], files, took_ms)
    return replace(made, remark=remark, shown=shown)


def _clock_from(now: datetime, started: float) -> Callable[[], datetime]:
    """The business clock, as it goes on while a report is made."""
    return lambda: now + timedelta(seconds=round(time.monotonic() - started))


def _generated(
    rendered: Rendered, stored: Stored, files: list[FurtherFile], took_ms: int
) -> Generated:
    """Of the file in the template's own format, which comes first."""
    return Generated(
        storage_url=stored.url,
        row_count=rendered.row_count,
        row_total=rendered.row_total,
        size_bytes=stored.size_bytes,
        checksum=stored.checksum,
        duration_ms=took_ms,
        files=files,
    )


def _counts_groups(config: QueryConfig, forms: Sequence[FileFormat]) -> bool:
    """A page says under a list of the first few of how many they are."""
    has_top = any(query.top for query in config.datasets.values())
    return FileFormat.PDF in forms and has_top


def _heading(row: Record) -> Heading:
    return Heading(row.template, row.description or "", row.schedule)


def _render_all(
    frozen: Frozen,
    forms: Sequence[FileFormat],
    files: Sequence[BinaryIO],
    tick: Tick,
    *,
    settings: Settings,
) -> list[Rendered]:
    """Told before each, and before what follows."""
    rendered: list[Rendered] = []
    brand = brand_of(frozen.config, settings) if FileFormat.PDF in forms else PLAIN
    for form, file in zip(forms, files, strict=True):
        tick()
        rendered.append(render(frozen, form, file, brand))
    tick()
    return rendered


def _further(form: str, stored: Stored, config: QueryConfig) -> FurtherFile:
    return FurtherFile(
        form=form,
        url=stored.url,
        size_bytes=stored.size_bytes,
        checksum=stored.checksum,
        separator=LOCALES[config.outputs.csv.locale].separator,
    )


def _store_all(storage_url: str, files: Sequence[tuple[BinaryIO, str]]) -> list[Stored]:
    """All of them or none."""
    stored: list[Stored] = []
    try:
        for file, extension in files:
            checksum, size = checksum_of(file), file.tell()
            file.seek(0)
            stored.append(Stored(store(storage_url, file, extension), size, checksum))
    except Unavailable:
        for each in stored:
            with suppress(OSError):
                _remove(each.url)
        raise
    return stored


def _zone(schedule: str | None, settings: Settings) -> str:
    if not schedule:
        return settings.time_zone
    return parse_schedule(schedule, settings.time_zone).zone


def store(storage_url: str, content: BinaryIO, extension: str) -> str:
    """Writes under a random name and returns its URL; a file is whole or not there."""
    files, folder = places.opened(storage_url)
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


def _remove(url: str) -> None:
    files, path = places.opened(url)
    files.rm_file(path)
