"""Files of reports over HTTP: `/api/reports/ID/file`, for whoever is signed in or holds a signed link.

A link is signed for one report and five minutes, so it can be opened by a browser, a download
manager or another program, without a header; it says nothing of where the file is kept.
"""

import hashlib
import hmac
import io
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO
from urllib.parse import quote

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from iop_pipelines.api import wire
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import read_heavy, refusal_of, request_id_of, retry_after, unless_gone
from iop_pipelines.api.readers.heavy import Ask
from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import MAX_ID
from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import FileFormat, ReportStatus
from iop_pipelines.errors import Conflict, InvalidInput, IopError, NotFound, Unavailable
from iop_pipelines.identity import tokens
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.registry.keys import slug
from iop_pipelines.schema.report_row import KEPT_AS, further_files, report_row
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places

LINK_TTL = timedelta(minutes=5)
_CHUNK_BYTES = 256 * 1024
_MEDIA_TYPES = {
    FileFormat.JSON: "application/json",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.PDF: "application/pdf",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PACKED = ".gz"
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class ReportFile:
    """`is_made`: it lies in the store; else `url` is that of the kept result, which it is to be made from.

    `separator` parts the columns of a CSV; `notes` is what else it says to whoever reads it.
    """

    report_id: int
    url: str
    name: str
    format: FileFormat
    size_bytes: int | None
    row_count: int | None
    row_total: int | None
    checksum: str | None
    separator: str = ","
    is_made: bool = True
    notes: tuple[Sentence, ...] = ()

    @property
    def media_type(self) -> str:
        return "application/gzip" if self.is_packed else _MEDIA_TYPES[self.format]

    @property
    def is_packed(self) -> bool:
        return self.name.endswith(PACKED)


@dataclass(frozen=True)
class Link:
    path: str
    expires_at: datetime


def report_file(engine: sa.Engine, report_id: int, as_: FileFormat | None = None) -> ReportFile:
    """as_: None for the report's own format.

    Raises:
        NotFound: no such report, or retention removed its files.
        Conflict: it is not ready; or has no such file, and none can be made.
    """
    with engine.connect() as connection:
        row = report_row(connection, report_id)
    if row.status is not ReportStatus.READY or not row.storage_url:
        raise Conflict("report.not_ready", id=report_id, status=row.status.value)
    if row.file_removed_at is not None:
        raise NotFound("report.file_removed", id=report_id, day=row.file_removed_at.date())
    own = FileFormat(row.format)
    wanted = as_ or own
    further = {each["form"]: each for each in further_files(row)}
    kept = further.get(KEPT_AS)
    name = f"{slug(row.template)}-{report_id}.{wanted.value}"
    file = ReportFile(
        *(report_id, row.storage_url, name, wanted, row.size_bytes),
        *(row.row_count, row.row_total, row.checksum),
        separator=kept["separator"] if kept else ",",
        notes=tuple(said for each in row.notes or () if (said := read(each))),
    )
    if wanted is own:
        return _in_store(file, row.storage_url)
    if (other := further.get(wanted)) is not None:
        sizes = replace(file, size_bytes=other["size_bytes"], checksum=other["checksum"])
        return _in_store(sizes, other["url"])
    if kept is None:
        raise Conflict("report.no_result", id=report_id, format=wanted.value)
    if wanted is FileFormat.PDF:
        raise Conflict("report.no_pdf", id=report_id)
    return replace(file, url=kept["url"], size_bytes=None, checksum=kept["checksum"], is_made=False)


def _in_store(file: ReportFile, url: str) -> ReportFile:
    return replace(file, url=url, name=file.name + (PACKED if url.endswith(PACKED) else ""))


def make(platform: Platform, report_id: int, as_: str) -> bytes:
    """A file that is not in the store, from the kept result; by a reader."""
    from iop_pipelines.reporting.editions import with_notes
    from iop_pipelines.reporting.frozen import thaw
    from iop_pipelines.reporting.render import render

    file = report_file(platform.engine, report_id, FileFormat(as_))
    with open_file(file) as opened:
        content = io.BytesIO(opened.read())
    made = io.BytesIO()
    render(with_notes(thaw(content, file.checksum), file.notes), file.format, made)
    return made.getvalue()


def link_to(file: ReportFile, key: bytes, now: datetime, as_: FileFormat | None = None) -> Link:
    """For the report in any form that it can be had in; `as_` says which this one gives.

    now: naive UTC of the wall clock.
    """
    expires_at = now + LINK_TTL
    expires = int(expires_at.replace(tzinfo=UTC).timestamp())
    signature = _signature(key, file.report_id, expires)
    path = f"/api/reports/{file.report_id}/file?expires={expires}&signature={signature}"
    return Link(f"{path}&as={as_.value}" if as_ else path, expires_at)


def is_signed(key: bytes, report_id: int, expires: str, signature: str, now: datetime) -> bool:
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        return False
    is_late = int(expires) < now.replace(tzinfo=UTC).timestamp()
    expected = _signature(key, report_id, int(expires))
    return hmac.compare_digest(expected.encode(), signature.encode()) and not is_late


def download_routes(
    answers: Answers, authenticate: Callable[[HTTPConnection], Awaitable[User | None]]
) -> list[BaseRoute]:
    platform = answers.platform

    async def file(request: Request) -> Response:
        report_id = number_in(request, "report_id")
        user = None
        if not has_link(request, platform, report_id):
            user = await authenticate(request)
            if user is None:
                return refused(401, "sign in, or ask reports.download for a fresh link")
        try:
            as_ = form_in(request)
            found = await run_in_threadpool(report_file, platform.engine, report_id, as_)
            if found.is_made:
                return await run_in_threadpool(_streamed, found)
            # Who holds a link and is not signed in takes turns with others who want the same report.
            work = _made(answers, found, user.id if user else -report_id, request)
            return _whole(found, await unless_gone(request, work))
        except ClientDisconnect:
            # Nobody hears it; it is what the log tells.
            return Response(status_code=499)
        except (IopError, ApiError) as error:
            return told(error, request)

    return [Route("/api/reports/{report_id}/file", file, methods=["GET"])]


async def _made(answers: Answers, file: ReportFile, account: int, request: Request) -> bytes:
    given = {"report_id": file.report_id, "as_": file.format.value}
    ask = Ask("file", "reports.download", request_id_of(request), given)
    return await read_heavy(answers, answers.file_readers, account, ask, None)


def told(error: IopError | ApiError, request: Request) -> Response:
    """A refusal, with the status and headers that it has everywhere."""
    refusal = refusal_of(error, request.url.path, request_id_of(request))
    answer = refused(wire.status_of([refusal]), str(refusal))
    answer.headers.update(retry_after(refusal))
    return answer


def form_in(request: Request) -> FileFormat | None:
    """Raises InvalidInput naming those there are."""
    text = request.query_params.get("as")
    if text is None:
        return None
    if text not in set(FileFormat):
        raise InvalidInput("report.no_such_form", "as", given=text[:20], known=list(FileFormat))
    return FileFormat(text)


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
    return any(
        is_signed(_of_files(key), report_id, expires, signature, utc_now())
        for key in tokens.accepted_keys(platform.settings)
    )


def attached(name: str) -> dict[str, str]:
    return {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }


def _whole(file: ReportFile, content: bytes) -> Response:
    if content.startswith(_GZIP_MAGIC):
        file = replace(file, name=f"{file.name}{PACKED}")
    return Response(content, media_type=file.media_type, headers=attached(file.name))


def _streamed(file: ReportFile) -> Response:
    headers = attached(file.name)
    opened = open_file(file)
    if file.size_bytes is not None:
        headers["content-length"] = str(file.size_bytes)
    return StreamingResponse(_chunks(opened), media_type=file.media_type, headers=headers)


def open_file(file: ReportFile) -> IO[bytes]:
    """Raises NotFound for a file that is gone, Unavailable where its store does not answer."""
    try:
        files, path = places.opened(file.url)
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
    return _of_files(tokens.signing_key(settings))


def _of_files(key: bytes) -> bytes:
    return hmac.new(key, b"report files", hashlib.sha256).digest()
