"""Files of reports over HTTP: `/api/reports/ID/file`, for whoever is signed in or holds a signed link.

A link is signed for one report and five minutes, so it can be opened by a browser, a download
manager or another program, without a header; it says nothing of where the file is kept.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from urllib.parse import quote

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import MAX_ID
from iop_pipelines.domain.vocabulary import ReportFormat, ReportStatus
from iop_pipelines.errors import Conflict, InvalidInput, NotFound, Unavailable
from iop_pipelines.identity import tokens
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.registry.keys import slug
from iop_pipelines.schema.report_row import report_row
from iop_pipelines.settings import Settings

LINK_TTL = timedelta(minutes=5)
_CHUNK_BYTES = 256 * 1024
_MEDIA_TYPES = {
    ReportFormat.JSON: "application/json",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
}


@dataclass(frozen=True)
class ReportFile:
    report_id: int
    url: str
    name: str
    format: ReportFormat
    size_bytes: int | None
    row_count: int | None
    row_total: int | None
    checksum: str | None

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.format]


@dataclass(frozen=True)
class Link:
    path: str
    expires_at: datetime


def report_file(engine: sa.Engine, report_id: int) -> ReportFile:
    """Raises NotFound, also for a file that retention removed, and Conflict for a report that is not ready."""
    with engine.connect() as connection:
        row = report_row(connection, report_id)
    if row.status is not ReportStatus.READY or not row.storage_url:
        raise Conflict("report.not_ready", id=report_id, status=row.status.value)
    if row.file_removed_at is not None:
        raise NotFound("report.file_removed", id=report_id, day=row.file_removed_at.date())
    form = ReportFormat(row.format)
    name = f"{slug(row.template)}-{report_id}.{form.value}"
    return ReportFile(
        *(
            report_id,
            row.storage_url,
            name,
            form,
            row.size_bytes,
            row.row_count,
            row.row_total,
            row.checksum,
        )
    )


def link_to(file: ReportFile, key: bytes, now: datetime) -> Link:
    """now: naive UTC of the wall clock."""
    expires_at = now + LINK_TTL
    expires = int(expires_at.replace(tzinfo=UTC).timestamp())
    signature = _signature(key, file.report_id, expires)
    path = f"/api/reports/{file.report_id}/file?expires={expires}&signature={signature}"
    return Link(path, expires_at)


def is_signed(key: bytes, report_id: int, expires: str, signature: str, now: datetime) -> bool:
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        return False
    is_late = int(expires) < now.replace(tzinfo=UTC).timestamp()
    expected = _signature(key, report_id, int(expires))
    return hmac.compare_digest(expected.encode(), signature.encode()) and not is_late


def download_routes(
    platform: Platform, authenticate: Callable[[HTTPConnection], Awaitable[User | None]]
) -> list[BaseRoute]:
    async def file(request: Request) -> Response:
        report_id = number_in(request, "report_id")
        if not (has_link(request, platform, report_id) or await authenticate(request)):
            return refused(401, "sign in, or ask reports.download for a fresh link")
        try:
            found = await run_in_threadpool(report_file, platform.engine, report_id)
            return await run_in_threadpool(_streamed, found)
        except NotFound as error:
            return refused(404, str(error))
        except Conflict as error:
            return refused(409, str(error))
        except Unavailable as error:
            return refused(503, str(error))

    return [Route("/api/reports/{report_id}/file", file, methods=["GET"])]


def number_in(request: Request, name: str) -> int:
    """A part of the path, bounded as ids are in inputs. Raises InvalidInput naming it."""
    text: str = request.path_params[name]
    # Ten digits at the most: Python refuses to read thousands.
    is_number = text.isascii() and text.isdigit() and len(text) <= 10
    if not is_number or not 1 <= int(text) <= MAX_ID:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise InvalidInput("number.out_of_range", name, given=shown, most=MAX_ID)
    return int(text)


def has_link(request: Request, platform: Platform, report_id: int) -> bool:
    expires, signature = (request.query_params.get(name, "") for name in ("expires", "signature"))
    key = signing_key(platform.settings)
    return is_signed(key, report_id, expires, signature, utc_now())


def _streamed(file: ReportFile) -> Response:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    opened = open_file(file)
    if file.size_bytes is not None:
        headers["content-length"] = str(file.size_bytes)
    return StreamingResponse(_chunks(opened), media_type=file.media_type, headers=headers)


def open_file(file: ReportFile) -> IO[bytes]:
    """Raises NotFound for a file that is gone, Unavailable where its store does not answer."""
    import fsspec  # pyright: ignore[reportMissingTypeStubs]

    try:
        store: Any = fsspec
        files, path = store.url_to_fs(file.url)
        opened = files.open(path, "rb")
    except FileNotFoundError as error:
        raise NotFound("report.file_lost", id=file.report_id) from error
    except OSError as error:
        raise Unavailable("reports.store_silent") from error
    return opened


def _chunks(opened: IO[bytes]) -> Iterator[bytes]:
    with opened:
        while chunk := opened.read(_CHUNK_BYTES):
            yield chunk


def refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)


def _signature(key: bytes, report_id: int, expires: int) -> str:
    text = f"report-file|{report_id}|{expires}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def signing_key(settings: Settings) -> bytes:
    """Made from the key of the sessions, so that a signature of one kind never passes for another."""
    return hmac.new(tokens.signing_key(settings), b"report files", hashlib.sha256).digest()
