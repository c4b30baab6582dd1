"""Whole queries of panels as CSV: `/api/panels/export?input=…`, of a panel itself or of a level of its drill.

A reader writes the rows to a file as they come, and this process sends that file piece by piece: no memory holds them,
and no slow phone holds a transaction open. What a query's own limit leaves out is said in the file's name.
"""

import json
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import read_heavy, request_id_of, unless_gone
from iop_pipelines.api.context import ANYBODY, Context
from iop_pipelines.api.downloads import attached, refused, told
from iop_pipelines.api.procedures.dashboards import Drill, asked_level, asked_query
from iop_pipelines.api.readers.heavy import Ask
from iop_pipelines.api.registry import ApiError
from iop_pipelines.api.wire import read_input
from iop_pipelines.domain.locales import LocaleCode
from iop_pipelines.errors import IopError
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.query.outputs import CsvOutput
from iop_pipelines.registry.keys import slug

PATH = "/api/panels/export"
_CHUNK_BYTES = 256 * 1024


class Export(Drill):
    """`of`: the panel itself, or the level of its drill that `path` and `by` name; `limit` and `cursor` cut nothing.
    `locale` is that of numbers and of the columns' names."""

    of: Literal["panel", "level"] = "panel"
    locale: LocaleCode = "en-US"


def export_routes(
    answers: Answers, authenticate: Callable[[HTTPConnection], Awaitable[User | None]]
) -> list[BaseRoute]:
    async def export(request: Request) -> Response:
        user = await authenticate(request)
        if user is None:
            return refused(401, "sign in to download the rows of a panel")
        path = await run_in_threadpool(_empty_file)
        try:
            text = request.query_params.get("input", "{}").encode()
            read_input(Export, text)
            ask = Ask("export", "panels.export", request_id_of(request), {"path": str(path)}, text)
            work = read_heavy(answers, answers.readers, user.id, ask, None)
            name: str = json.loads(await unless_gone(request, work))["name"]
        except (ClientDisconnect, IopError, ApiError) as error:
            path.unlink(missing_ok=True)
            # Nobody hears the first; it is what the log tells.
            gone = isinstance(error, ClientDisconnect)
            return Response(status_code=499) if gone else told(error, request)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return SentFile(path, name)

    return [Route(PATH, export, methods=["GET"])]


def make(platform: Platform, text: bytes | None, path: str) -> bytes:
    """Writes the file, by a reader; what it is called, and how many rows it has of how many there are."""
    given = cast(Export, read_input(Export, text))
    try:
        # Whoever asked has made it, and takes it along when they hang up: here none is made anew.
        out = open(path, "r+b")  # noqa: SIM115
    except FileNotFoundError as error:
        raise ApiError("SERVICE_UNAVAILABLE", "caller.waits_no_longer") from error
    with out:
        return _write(platform, given, out)


def _write(platform: Platform, given: Export, out: BinaryIO) -> bytes:
    from iop_pipelines.query.run import open_query
    from iop_pipelines.reporting.rows import write_csv

    context = Context(ANYBODY, platform, "", "", "panels.export")
    config, name, title = (
        asked_level(context, given) if given.of == "level" else asked_query(context, given)
    )
    csv = CsvOutput.model_validate({"dataset": name, "heads": "labels", "locale": given.locale})
    outputs = config.outputs.model_copy(update={"csv": csv})
    config = config.model_copy(update={"outputs": outputs, "charts": ()})
    query = config.datasets[name]
    with open_query(
        config,
        [name],
        engine=platform.engine,
        drm_engine=platform.drm_reading,
        now=platform.now(),
        time_zone=platform.settings.time_zone,
        params=given.params,
        # Of a top list too, whose rows alone do not tell how many there are.
        is_counted=query.top is not None,
    ) as found:
        rows = write_csv(config, found, out)
        total = found.table(name).total
    is_cut = total is not None and total > rows
    cut = f"-{rows}-of-{total}-rows" if is_cut else ""
    return json.dumps({"name": f"{slug(title)}{cut}.csv", "rows": rows, "total": total}).encode()


class SentFile(StreamingResponse):
    """Piece by piece. The file goes with its last piece or with the client, who may be gone before the first."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        headers = {**attached(name), "content-length": str(path.stat().st_size)}
        super().__init__(_chunks(path), media_type="text/csv; charset=utf-8", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._path.unlink(missing_ok=True)


def _empty_file() -> Path:
    handle, path = tempfile.mkstemp(prefix="iop-export-", suffix=".csv")
    os.close(handle)
    return Path(path)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            yield chunk
