"""What is in a report without downloading it: pictures of a PDF's pages, the first rows of CSV and JSON.

`/api/reports/ID/pages/N.png?width=…` is for whoever may have the file. Pictures are kept in memory
here for a while, and by no browser: nothing of one person is left on a phone for the next.
"""

import csv
import gzip
import io
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import IO, Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import read_heavy, request_id_of, unless_gone
from iop_pipelines.api.downloads import (
    ReportFile,
    has_link,
    number_in,
    open_file,
    refused,
    report_file,
    told,
)
from iop_pipelines.api.readers.heavy import Ask
from iop_pipelines.api.registry import ApiError, Keeping
from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.errors import Conflict, IopError, NotFound
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform

MAX_ROWS = 100
DEFAULT_WIDTH = 800
MIN_WIDTH, MAX_WIDTH = 100, 2000
# What is drawn is as wide as asked for or wider: who varies the width makes no more of few pictures.
_WIDTHS = (400, 800, 1200, 1600, 2000)
# Beyond, a preview would cost more memory than the download.
_MAX_BYTES = 64 * 1024 * 1024
# Long enough to turn pages back and forth.
_KEPT_S = 600.0


def pages_of(file: ReportFile) -> int:
    from iop_pipelines.reporting.pages import page_count

    return page_count(_content(file))


def keeping_of(file: ReportFile, *more: int) -> Keeping:
    """The checksum is of the file's content: what is shown of it never changes."""
    return Keeping((file.checksum, file.url, *more), _KEPT_S)


def first_rows(file: ReportFile) -> tuple[list[str], list[list[Any]]]:
    """(columns, at most MAX_ROWS rows) of a CSV, whose values are text, or of JSON's main table.

    The line on the number of rows that may stand before a CSV's head is neither.
    """
    from iop_pipelines.reporting.rows import is_note

    if file.format is FileFormat.CSV:
        with io.TextIOWrapper(_unpacked(file), encoding="utf-8-sig", newline="") as text:
            first = text.readline()
            lines = text if is_note(first) else itertools.chain([first], text)
            reader = csv.reader(lines, delimiter=file.separator)
            columns, *rows = list(itertools.islice(reader, MAX_ROWS + 1)) or [[]]
            return columns, [list[Any](row) for row in rows]
    content = json.loads(_content(file))
    return [each["name"] for each in content["columns"]], content["rows"][:MAX_ROWS]


def _unpacked(file: ReportFile) -> IO[bytes]:
    opened = open_file(file)
    return cast(IO[bytes], gzip.GzipFile(fileobj=opened)) if file.is_packed else opened


def preview_routes(
    answers: Answers, authenticate: Callable[[HTTPConnection], Awaitable[User | None]]
) -> list[BaseRoute]:
    platform = answers.platform

    async def page(request: Request) -> Response:
        report_id = number_in(request, "report_id")
        user = None
        if not has_link(request, platform, report_id):
            user = await authenticate(request)
            if user is None:
                return refused(401, "sign in, or ask reports.download for a fresh link")
        width = request.query_params.get("width", str(DEFAULT_WIDTH))
        is_number = width.isascii() and width.isdigit() and len(width) <= 6
        if not is_number or not MIN_WIDTH <= int(width) <= MAX_WIDTH:
            return refused(400, f"width is {width[:20]!r}; it can be {MIN_WIDTH} to {MAX_WIDTH}")
        number = number_in(request, "number")
        # Who holds a link and is not signed in takes turns with others who look at the same report.
        account = user.id if user else -report_id
        drawn_width = next(each for each in _WIDTHS if each >= int(width))
        try:
            file = await run_in_threadpool(_pdf, platform, report_id)
            request_id = request_id_of(request)
            given = {"report_id": report_id, "number": number, "width": drawn_width}
            ask = Ask("page", "reports.page", request_id, given)
            keeping = keeping_of(file, number, drawn_width)
            work = read_heavy(answers, answers.readers, account, ask, keeping)
            picture = await unless_gone(request, work)
        except ClientDisconnect:
            # Nobody hears it; it is what the log tells.
            return Response(status_code=499)
        except (IopError, ApiError) as error:
            return told(error, request)
        headers = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
        return Response(picture, media_type="image/png", headers=headers)

    path = "/api/reports/{report_id}/pages/{number}.png"
    return [Route(path, page, methods=["GET"])]


def draw(platform: Platform, report_id: int, number: int, width: int) -> bytes:
    """PNG of one page of a report, by a reader. Raises NotFound, Conflict or Unavailable."""
    from iop_pipelines.reporting.pages import draw_page

    drawn = draw_page(_content(_pdf(platform, report_id)), number, width)
    if drawn is None:
        raise NotFound("report.no_such_page", id=report_id, number=number)
    return drawn


def _pdf(platform: Platform, report_id: int) -> ReportFile:
    file = report_file(platform.engine, report_id)
    if file.format is not FileFormat.PDF:
        raise Conflict("report.has_no_pages", id=file.report_id, format=file.format.value)
    return file


def _content(file: ReportFile) -> bytes:
    with open_file(file) as opened:
        content = opened.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise Conflict("report.too_large_to_preview", id=file.report_id)
    return content
