"""What is in a report without downloading it: pictures of a PDF's pages, the first rows of CSV and JSON.

`/api/reports/ID/pages/N.png?width=…` is for whoever may have the file. Pictures are kept in memory
here, and by no browser: nothing of one person is left on a phone for the next.
"""

import csv
import io
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from iop_pipelines.api.context import Services, User
from iop_pipelines.api.downloads import (
    ReportFile,
    has_link,
    number_in,
    open_file,
    refused,
    report_file,
)
from iop_pipelines.api.kept import Kept
from iop_pipelines.domain.vocabulary import ReportFormat
from iop_pipelines.errors import Conflict, NotFound, Unavailable

MAX_ROWS = 100
DEFAULT_WIDTH = 800
# Beyond, a preview would cost more memory than the download.
_MAX_BYTES = 64 * 1024 * 1024
# Long enough to turn pages back and forth.
_KEPT_S = 600.0
_MAX_PICTURES = 64

# The checksum is of the file's content: what is drawn of it never changes.
_pages: Kept[tuple[str | None, str], int] = Kept(1000)
_pictures: Kept[tuple[str | None, str, int, int], bytes | None] = Kept(_MAX_PICTURES)


def pages_of(file: ReportFile) -> int:
    from iop_pipelines.reporting.pages import page_count

    return _pages.get((file.checksum, file.url), _KEPT_S, lambda: page_count(_content(file)))


def first_rows(file: ReportFile) -> tuple[list[str], list[list[Any]]]:
    """(columns, at most MAX_ROWS rows) of a CSV, whose values are text, or of JSON's main table."""
    if file.format is ReportFormat.CSV:
        with io.TextIOWrapper(open_file(file), encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            columns, *rows = list(itertools.islice(reader, MAX_ROWS + 1)) or [[]]
            return columns, [list[Any](row) for row in rows]
    content = json.loads(_content(file))
    return [each["name"] for each in content["columns"]], content["rows"][:MAX_ROWS]


def preview_routes(
    services: Services, authenticate: Callable[[HTTPConnection], Awaitable[User | None]]
) -> list[BaseRoute]:
    async def page(request: Request) -> Response:
        report_id = number_in(request, "report_id")
        if not (has_link(request, services, report_id) or await authenticate(request)):
            return refused(401, "sign in, or ask reports.download for a fresh link")
        width = request.query_params.get("width", str(DEFAULT_WIDTH))
        number = number_in(request, "number")
        return await run_in_threadpool(_answer, services, report_id, number, width)

    path = "/api/reports/{report_id}/pages/{number}.png"
    return [Route(path, page, methods=["GET"])]


def _answer(services: Services, report_id: int, number: int, width: str) -> Response:
    from iop_pipelines.reporting.pages import MAX_WIDTH, MIN_WIDTH

    is_number = width.isascii() and width.isdigit() and len(width) <= 6
    if not is_number or not MIN_WIDTH <= int(width) <= MAX_WIDTH:
        return refused(400, f"width is {width[:20]!r}; it can be {MIN_WIDTH} to {MAX_WIDTH}")
    try:
        picture = _picture(report_file(services.engine, report_id), number, int(width))
    except NotFound as error:
        return refused(404, str(error))
    except Conflict as error:
        return refused(409, str(error))
    except Unavailable as error:
        return refused(503, str(error))
    headers = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)


def _picture(file: ReportFile, number: int, width: int) -> bytes:
    from iop_pipelines.reporting.pages import draw_page

    if file.format is not ReportFormat.PDF:
        raise Conflict(f"report {file.report_id} is {file.format.value}; only a PDF has pages")
    question = (file.checksum, file.url, number, width)
    drawn = _pictures.get(question, _KEPT_S, lambda: draw_page(_content(file), number, width))
    if drawn is None:
        raise NotFound(f"report {file.report_id} has no page {number}")
    return drawn


def _content(file: ReportFile) -> bytes:
    with open_file(file) as opened:
        content = opened.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise Conflict(f"report {file.report_id} is too large for a preview; download it")
    return content
