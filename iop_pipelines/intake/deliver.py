"""An intake's side of DRM's contract: its catalogue entry, its runs with their rows, its quality scores.

The rows of a file come once: a run's key is the delivery that is on record, or, of a file given by hand, its
content and place among the deliveries; and a run and its rows are one transaction. A file that changed is
another run, which restates its window.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import sqlalchemy as sa

from iop_pipelines.domain.collector import collector_paused
from iop_pipelines.domain.sentences import Sentence, text_of
from iop_pipelines.drm import tables
from iop_pipelines.drm.quality import Quality, Scoring
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.drm.tables import RunStatus, pipeline_runs, quality_scores
from iop_pipelines.intake.landed import Block, LandedRows
from iop_pipelines.intake.names import LINE
from iop_pipelines.intake.own import MARK
from iop_pipelines.intake.step import Step
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.schema.bulk import insert_columns
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import exact, new_table
from iop_pipelines.schema.transactions import write

_SLA = timedelta(minutes=60)
_JSON_TYPES = {"date": "string", "datetime": "string"}
_FORMATS = {"date": "date", "datetime": "date-time"}


class Deliverable(Protocol):
    """What lands, whether it was understood just now or read as declared; attributes as those of `Understood`."""

    @property
    def name(self) -> str: ...
    @property
    def table(self) -> RawTable: ...
    @property
    def time(self) -> str: ...
    @property
    def step(self) -> Step: ...
    @property
    def columns(self) -> Mapping[str, tuple[str, str, str | None]]: ...
    @property
    def rows(self) -> LandedRows: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def first(self) -> datetime: ...
    @property
    def last(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """A delivery that is on record: it lands once, under this key.

    former_run_id: the run of the same item before; content that is its content is not delivered again.
    """

    run_key: str
    former_run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """`is_new`: false for content that was the last to be delivered; `is_restated`: its window was there."""

    run_id: int
    rows: int
    is_new: bool
    is_restated: bool
    score: float


def deliver(
    engine: sa.Engine, given: Deliverable, zone: str, now: datetime, turn: Turn | None = None
) -> Delivered:
    """Writes a table's rows as DRM would; the same file again writes nothing.

    now: naive UTC.
    """
    schema, landing = enter(engine, given, zone, now)
    with collector_paused():
        landed = write(engine, _run, given, landing, schema, now, turn=turn)
    quality = landed.seen.quality(now)
    rows = len(given.rows)
    score = write(engine, _score, given.name, quality, landed.run_id, now, rows=rows)
    return Delivered(landed.run_id, rows, landed.is_new, landed.is_restated, score)


def enter(
    engine: sa.Engine, given: Deliverable, zone: str, now: datetime
) -> tuple[dict[str, Any], sa.Table]:
    """Makes the tables and the catalogue's entry, which may be before any row comes; schema of a row, landing table."""
    new_table(sa.MetaData(), MARK, sa.Column("source", exact(64), primary_key=True)).create(
        engine, checkfirst=True
    )
    tables.drm_metadata.create_all(engine, checkfirst=True)
    schema = write(engine, _enter, given, zone, now)
    landing = tables.landing_table(_landing_name(given.name), tuple(sorted(schema["properties"])))
    landing.create(engine, checkfirst=True)
    tables.widen(engine, landing)
    return schema, landing


def run_of(engine: sa.Engine, run_key: str) -> tuple[int, int | None, bool] | None:
    """Id, rows and whether it was a success of the run that a delivery on record became; None where it did not yet."""
    runs = pipeline_runs.c
    query = sa.select(runs.id, runs.rows_ingested, runs.status).where(runs.run_key == run_key)
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.id, row.rows_ingested, row.status == RunStatus.SUCCESS)


def deliver_failure(
    engine: sa.Engine, dataset: str, run_key: str, reason: Sentence, now: datetime
) -> int:
    """The failed run of what could not be delivered, once; returns its id. It delivers no part of any window.

    now: naive UTC.
    """

    def work(connection: sa.Connection) -> int:
        is_it = pipeline_runs.c.run_key == run_key
        there = connection.scalar(sa.select(pipeline_runs.c.id).where(is_it))
        if there is not None:
            return there
        moments = dict.fromkeys(("scheduled_for", "started_at", "finished_at"), now)
        entry = pipeline_runs.insert().values(
            **(moments | dict.fromkeys(("window_start", "window_end"), now)),
            pipeline=dataset,
            dataset=dataset,
            status=RunStatus.FAILED,
            error_msg=text_of(reason),
            run_key=run_key,
        )
        return _new_id(connection.execute(entry))

    return write(engine, work)


def _new_id(result: sa.CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    return int(key[0]) if key is not None else 0


def score_landed(
    engine: sa.Engine, dataset: str, key: tuple[str, ...], run_id: int, now: datetime
) -> float:
    """Scores a run from the rows that it landed, where a kill came between these and the score.

    now: naive UTC.
    """
    entry = SharedDatabase(engine).dataset(dataset)
    landing = entry.landing_table
    cells = [landing.c[name] for name in entry.columns]
    query = sa.select(*cells).where(landing.c.run_id == run_id).order_by(landing.c.id)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    scoring = Scoring(entry.row_schema, key)
    columns = zip(entry.columns, zip(*rows, strict=True), strict=True) if rows else ()
    scoring.add({name: list(column) for name, column in columns}, len(rows))
    quality = scoring.quality(len(rows), finished_at=now, due_at=now + _SLA)
    return write(engine, _score, dataset, quality, run_id, now, rows=len(rows))


def _landing_name(dataset: str) -> str:
    return f"drm_rows_{dataset}"


def _row_schema(given: Deliverable) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, (kind, label, _) in given.columns.items():
        spec: dict[str, Any] = {"type": [_JSON_TYPES.get(kind, kind), "null"], "title": label}
        if kind in _FORMATS:
            spec["format"] = _FORMATS[kind]
        properties[name] = spec
    return {"type": "object", "required": [given.time], "properties": properties}


def _enter(
    connection: sa.Connection, given: Deliverable, zone: str, now: datetime
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


class _Seen:
    """What rows come to, each looked at once: their checksum, in which a missing cell and an empty one differ, and
    their quality."""

    def __init__(self, given: Deliverable, schema: Mapping[str, Any]) -> None:
        self._names = sorted(given.columns)
        self._digest, self._scoring = hashlib.sha256(), Scoring(schema, given.key)
        self._count = 0

    def add(self, block: Block) -> Block:
        for name in self._names:
            cells = block[name]
            is_full = all(cells)
            texts = cast("list[str]", cells) if is_full else [cell or "\x00" for cell in cells]
            self._digest.update("\x02".join(texts).encode("utf-8", "surrogatepass"))
            self._digest.update(b"\x03")
        size = len(block[LINE])
        self._scoring.add(block, size)
        self._count += size
        return block

    @property
    def checksum(self) -> str:
        return self._digest.hexdigest()

    def quality(self, now: datetime) -> Quality:
        return self._scoring.quality(self._count, finished_at=now, due_at=now + _SLA)


@dataclass(frozen=True, slots=True)
class _Landed:
    run_id: int
    is_new: bool
    is_restated: bool
    seen: _Seen


def _run(
    connection: sa.Connection,
    given: Deliverable,
    landing: sa.Table,
    schema: Mapping[str, Any],
    now: datetime,
    *,
    turn: Turn | None,
) -> _Landed:
    """Start, rows and end in one transaction: whoever sees the run sees all of it."""
    earlier = _earlier(connection, given.name)
    start, end = given.first, given.step.after(given.last)
    touching = [each for each in earlier if each.window_start < end and each.window_end > start]
    mine = None
    if turn is not None:
        mine = next((each for each in earlier if each.run_key == turn.run_key), None)
        touching += [each for each in earlier if each.id == turn.former_run_id]
    seen = _Seen(given, schema)
    # Of a stretch that nothing was delivered of, nothing can be there: what is landed is looked at on its way.
    is_seen_first = mine is not None or bool(touching)
    if is_seen_first:
        for block in given.rows.blocks():
            seen.add(block)
    if mine is not None:
        return _Landed(mine.id, True, False, seen)
    same = next((each for each in touching if each.content_checksum == seen.checksum), None)
    former = None if turn is None else turn.former_run_id
    if same is not None and (same is touching[0] or same.id == former):
        return _Landed(same.id, False, False, seen)
    run_id = _begin(connection, given, (start, end), now)
    for block in given.rows.blocks():
        block = block if is_seen_first else seen.add(block)
        insert_columns(connection, landing, {"run_id": [run_id] * len(block[LINE]), **block})
    key = turn.run_key if turn else f"{given.name}/{len(earlier) + 1}/{seen.checksum[:32]}"
    connection.execute(
        pipeline_runs.update()
        .where(pipeline_runs.c.id == run_id)
        .values(content_checksum=seen.checksum, run_key=key)
    )
    return _Landed(run_id, True, bool(touching), seen)


def _earlier(connection: sa.Connection, dataset: str) -> Sequence[Record]:
    """What was delivered of a dataset, the last first; whoever delivers it at the same moment waits here."""
    runs = pipeline_runs.c
    connection.execute(
        sa.select(tables.datasets.c.id).where(tables.datasets.c.name == dataset).with_for_update()
    )
    return connection.execute(
        sa.select(
            *(runs.id, runs.run_key, runs.content_checksum, runs.window_start, runs.window_end)
        )
        .where(runs.dataset == dataset, runs.status == RunStatus.SUCCESS)
        .order_by(runs.id.desc())
    ).all()


def _begin(
    connection: sa.Connection, given: Deliverable, window: tuple[datetime, datetime], now: datetime
) -> int:
    """The run, whose checksum and key are known when its rows are there."""
    moments = dict.fromkeys(("scheduled_for", "started_at", "finished_at"), now)
    entry = pipeline_runs.insert().values(
        **moments,
        pipeline=given.name,
        dataset=given.name,
        status=RunStatus.SUCCESS,
        window_start=window[0],
        window_end=window[1],
        rows_ingested=len(given.rows),
        bytes_ingested=given.table.size,
    )
    return _new_id(connection.execute(entry))


def _score(
    connection: sa.Connection,
    dataset: str,
    quality: Quality,
    run_id: int,
    now: datetime,
    *,
    rows: int,
) -> float:
    """Scores a run once; one that a kill left without a score gets it when it is delivered again."""
    scores = quality_scores.c
    there = connection.scalar(sa.select(sa.func.max(scores.score)).where(scores.run_id == run_id))
    if there is not None:
        return float(there)
    connection.execute(
        quality_scores.insert().values(
            dataset=dataset,
            run_id=run_id,
            score=quality.score,
            completeness=quality.completeness,
            validity=quality.validity,
            uniqueness=quality.uniqueness,
            timeliness=quality.timeliness,
            rows_expected=rows,
            scored_at=now,
        )
    )
    return quality.score
