"""An intake's side of DRM's contract: its catalogue entry, its runs with their rows, its quality scores.

The rows of a file come once: a run's key is the file's content and its place among the deliveries, and a
run and its rows are one transaction. A file that changed is another run, which restates its window.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.collector import collector_paused
from iop_pipelines.drm import tables
from iop_pipelines.drm.quality import Quality, Scoring
from iop_pipelines.drm.tables import RunStatus, pipeline_runs, quality_scores
from iop_pipelines.errors import Conflict
from iop_pipelines.intake.columns import LINE
from iop_pipelines.intake.understand import Understood
from iop_pipelines.schema.bulk import insert_columns
from iop_pipelines.schema.tables import exact, new_table
from iop_pipelines.schema.transactions import write
from iop_pipelines.settings import Settings

_MARK = "drm_intake"
_SLA = timedelta(minutes=60)
_JSON_TYPES = {"date": "string", "datetime": "string"}
_FORMATS = {"date": "date", "datetime": "date-time"}


@dataclass(frozen=True, slots=True)
class Delivered:
    """`is_new`: false for content that was the last to be delivered; `is_restated`: its window was there."""

    run_id: int
    rows: int
    is_new: bool
    is_restated: bool
    score: float


def require_own(engine: sa.Engine, settings: Settings) -> None:
    """Raises Conflict where DRM's tables are those of somebody else: a DRM platform, its copy, or the demo."""
    if settings.drm_api_url:
        raise Conflict("intake.copies_drm")
    inspector = sa.inspect(engine)
    if inspector.has_table(tables.datasets.name) and not inspector.has_table(_MARK):
        raise Conflict("intake.foreign_drm", database=engine.url.render_as_string())


def deliver(engine: sa.Engine, given: Understood, zone: str, now: datetime) -> Delivered:
    """Writes what was understood as DRM would; the same file again writes nothing.

    now: naive UTC.
    """
    new_table(sa.MetaData(), _MARK, sa.Column("source", exact(64), primary_key=True)).create(
        engine, checkfirst=True
    )
    tables.drm_metadata.create_all(engine, checkfirst=True)
    schema = write(engine, _enter, given, zone, now)
    landing = tables.landing_table(_landing_name(given.name), tuple(sorted(schema["properties"])))
    landing.create(engine, checkfirst=True)
    tables.widen(engine, landing)
    with collector_paused():
        looked = _look(given, schema, now)
    run_id, is_new, is_restated = write(engine, _run, given, landing, looked, now)
    score = write(engine, _score, given, looked.quality, run_id, now)
    return Delivered(run_id, len(given.rows), is_new, is_restated, score)


def _landing_name(dataset: str) -> str:
    return f"drm_rows_{dataset}"


def _row_schema(given: Understood) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, (kind, label, _) in given.columns.items():
        spec: dict[str, Any] = {"type": [_JSON_TYPES.get(kind, kind), "null"], "title": label}
        if kind in _FORMATS:
            spec["format"] = _FORMATS[kind]
        properties[name] = spec
    return {"type": "object", "required": [given.time], "properties": properties}


def _enter(
    connection: sa.Connection, given: Understood, zone: str, now: datetime
) -> dict[str, Any]:
    """The catalogue's entry and its pipeline; a column that a file no longer has stays in the schema."""
    schema = _row_schema(given)
    known = connection.execute(
        sa.select(tables.datasets).where(tables.datasets.c.name == given.name).with_for_update()
    ).first()
    values = {"time_zone": zone, "freq": given.step.freq, "updated_at": now}
    if known is None:
        about = {
            "name": given.name,
            "description": f"Loaded from files such as {given.table.name}",
            "table_name": _landing_name(given.name),
            "created_at": now,
        }
        connection.execute(tables.datasets.insert().values(**values, **about, row_schema=schema))
        pipeline = {
            "name": given.name,
            "dataset": given.name,
            "cadence": "by hand",
            "sla_minutes": int(_SLA.total_seconds() // 60),
            "is_active": True,
        }
        connection.execute(tables.pipelines.insert().values(**pipeline))
        return schema
    schema["properties"] = {**known.row_schema["properties"], **schema["properties"]}
    if schema != known.row_schema or known.freq != given.step.freq:
        entry = tables.datasets.update().where(tables.datasets.c.name == given.name)
        connection.execute(entry.values(**values, row_schema=schema))
    return schema


@dataclass(frozen=True, slots=True)
class _Looked:
    """`checksum`: SHA-256 of the rows; a missing cell and an empty one differ."""

    checksum: str
    quality: Quality


def _look(given: Understood, schema: Mapping[str, Any], now: datetime) -> _Looked:
    """All rows once, before any is written."""
    digest, scoring = hashlib.sha256(), Scoring(schema, given.key)
    names = sorted(given.columns)
    for block in given.rows.blocks():
        for name in names:
            texts = [cell or "\x00" for cell in block[name]]
            digest.update("\x02".join(texts).encode("utf-8", "surrogatepass"))
            digest.update(b"\x03")
        scoring.add(block, len(block[LINE]))
    quality = scoring.quality(len(given.rows), finished_at=now, due_at=now + _SLA)
    return _Looked(digest.hexdigest(), quality)


def _run(
    connection: sa.Connection, given: Understood, landing: sa.Table, looked: _Looked, now: datetime
) -> tuple[int, bool, bool]:
    """Start, rows and end in one transaction: whoever sees the run sees all of it."""
    runs = pipeline_runs.c
    # Whoever delivers the same dataset at the same moment waits here.
    connection.execute(
        sa.select(tables.datasets.c.id)
        .where(tables.datasets.c.name == given.name)
        .with_for_update()
    )
    earlier = connection.execute(
        sa.select(runs.id, runs.content_checksum, runs.window_start, runs.window_end)
        .where(runs.dataset == given.name)
        .order_by(runs.id.desc())
    ).all()
    checksum = looked.checksum
    start, end = given.first, given.step.after(given.last)
    touching = [each for each in earlier if each.window_start < end and each.window_end > start]
    if touching and touching[0].content_checksum == checksum:
        return touching[0].id, False, False
    entry = pipeline_runs.insert().values(
        pipeline=given.name,
        dataset=given.name,
        status=RunStatus.SUCCESS,
        scheduled_for=now,
        started_at=now,
        finished_at=now,
        window_start=start,
        window_end=end,
        rows_ingested=len(given.rows),
        bytes_ingested=given.table.size,
        content_checksum=checksum,
        run_key=f"{given.name}/{len(earlier) + 1}/{checksum[:32]}",
    )
    key = connection.execute(entry).inserted_primary_key
    run_id = int(key[0]) if key is not None else 0
    for block in given.rows.blocks():
        insert_columns(connection, landing, {"run_id": [run_id] * len(block[LINE]), **block})
    return run_id, True, bool(touching)


def _score(
    connection: sa.Connection, given: Understood, quality: Quality, run_id: int, now: datetime
) -> float:
    """Scores a run once; one that a kill left without a score gets it when the file is given again."""
    scores = quality_scores.c
    there = connection.scalar(sa.select(sa.func.max(scores.score)).where(scores.run_id == run_id))
    if there is not None:
        return float(there)
    connection.execute(
        quality_scores.insert().values(
            dataset=given.name,
            run_id=run_id,
            score=quality.score,
            completeness=quality.completeness,
            validity=quality.validity,
            uniqueness=quality.uniqueness,
            timeliness=quality.timeliness,
            rows_expected=len(given.rows),
            scored_at=now,
        )
    )
    return quality.score
