"""The stand-in served over HTTP as DRM's own API is: tRPC queries, a bearer token, nothing that writes."""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from iop_pipelines.drm import tables
from iop_pipelines.drm.source import SharedDatabase

MAX_LISTED = 10_000
_SCORES = 1_000

Procedure = Callable[[SharedDatabase, Mapping[str, Any]], Any]


def create_app(engine: sa.Engine, token: str | None = None) -> Starlette:
    source = SharedDatabase(engine)

    async def query(request: Request) -> JSONResponse:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token is not None and not hmac.compare_digest(given.encode(), token.encode()):
            return _error(401, "UNAUTHORIZED", "a bearer token is needed")
        procedure = PROCEDURES.get(request.path_params["procedure"])
        if procedure is None:
            return _error(404, "NOT_FOUND", "no such procedure")
        try:
            content = json.loads(request.query_params.get("input") or "{}")
            data = await run_in_threadpool(procedure, source, content)
        except (ValueError, KeyError, TypeError) as error:
            return _error(400, "BAD_REQUEST", str(error))
        return JSONResponse({"result": {"data": data}})

    return Starlette(routes=[Route("/api/trpc/{procedure}", query)])


def _error(status: int, code: str, message: str) -> JSONResponse:
    content = {"message": message, "code": -32600, "data": {"code": code, "httpStatus": status}}
    return JSONResponse({"error": content}, status)


def _datasets(source: SharedDatabase, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    offset = int(given.get("offset", 0))
    entries = source.datasets()[offset : offset + _limit(given, 100)]
    names = ("id", "name", "description", "owner", "time_zone", "freq", "row_schema")
    moments = ("created_at", "updated_at")
    return [_shown(entry, (*names, *moments)) for entry in entries]


def _pipelines(source: SharedDatabase, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = ("id", "name", "dataset", "cadence", "sla_minutes", "is_active")
    return [_shown(pipeline, names) for pipeline in source.pipelines()]


def _runs(source: SharedDatabase, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`pipelineId` is the id of a pipeline; without it, runs of all."""
    name = None
    if "pipelineId" in given:
        found = {each.id: each.name for each in source.pipelines()}
        name = found[int(given["pipelineId"])]
    names = [column.name for column in tables.pipeline_runs.c]
    return [_shown(run, names) for run in source.recent_runs(name, _limit(given, 50))]


def _quality(source: SharedDatabase, given: Mapping[str, Any]) -> dict[str, Any]:
    scores = tables.quality_scores
    query = sa.select(scores).order_by(scores.c.id.desc()).limit(_SCORES)
    with source.engine.connect() as connection:
        rows = connection.execute(query).all()
    names = [column.name for column in scores.c]
    latest: dict[str, float] = {}
    for row in rows:
        latest.setdefault(row.dataset, row.score)
    return {"byDataset": latest, "scores": [_shown(row, names) for row in rows]}


def _rows(source: SharedDatabase, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    run = source.run(int(given["runId"]))
    entry = source.dataset(run.dataset)
    landing = entry.landing_table
    query = (
        sa.select(*entry.landed)
        .where(landing.c.run_id == run.id)
        .order_by(landing.c.id)
        .offset(int(given.get("offset", 0)))
        .limit(_limit(given, 100))
    )
    with source.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _limit(given: Mapping[str, Any], default: int) -> int:
    return max(1, min(int(given.get("limit", default)), MAX_LISTED))


def _shown(row: Any, names: tuple[str, ...] | list[str]) -> dict[str, Any]:
    return {_camel(name): _written(name, getattr(row, name)) for name in names}


def _written(name: str, value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    # A window is in the dataset's own time.
    return value.isoformat() if name.startswith("window_") else f"{value.isoformat()}Z"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


PROCEDURES: Mapping[str, Procedure] = {
    "datasets.list": _datasets,
    "datasets.rows": _rows,
    "monitoring.pipelines": _pipelines,
    "monitoring.runs": _runs,
    "qualityMetrics.summary": _quality,
}
