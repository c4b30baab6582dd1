"""A copy of what DRM's HTTP API gives, in the tables of the contract; all of IOP reads the copy.

A run and its rows are copied in one transaction, so the copy keeps the contract's promise: who sees `success`
sees all rows. What has ended is never written again. Copying may stop anywhere and be done again.
"""

import logging
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.drm import tables
from iop_pipelines.drm.api import DrmApi
from iop_pipelines.drm.tables import TERMINAL, RunStatus, pipeline_runs, quality_scores
from iop_pipelines.errors import Conflict, IopError, MisconfiguredInstance, Unavailable
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import exact, new_table
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.settings import Settings
from iop_pipelines.tracing import logs

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
LONGEST_PAUSE_S: Final = 60.0
_MARK = "drm_copy"


@dataclass(frozen=True)
class Copied:
    """What a pass wrote."""

    runs: int
    rows: int
    scores: int


def copy(api: DrmApi, engine: sa.Engine, url: str) -> Copied:
    """One pass: catalogue, pipelines, runs with their rows, scores.

    Raises:
        Conflict: the database holds DRM's own tables, or a copy of another DRM.
        Unavailable: the API does not answer, or not in full. What was copied before stays.
    """
    _claim(engine, url)
    columns = {entry["name"]: _copy_dataset(engine, entry) for entry in api.datasets()}
    _copy_pipelines(engine, api)
    runs, rows = _copy_runs(engine, api, columns)
    return Copied(runs, rows, _copy_scores(engine, api))


def _claim(engine: sa.Engine, url: str) -> None:
    """DRM's own database is read only; nothing may be copied over it by a wrong setting."""
    owner = new_table(sa.MetaData(), _MARK, sa.Column("source", exact(512), primary_key=True))
    inspector = sa.inspect(engine)
    if not inspector.has_table(_MARK):
        if inspector.has_table(tables.datasets.name):
            raise Conflict("drm_copy.database_in_use", url=engine.url.render_as_string())
        owner.create(engine, checkfirst=True)

    def work(connection: sa.Connection) -> None:
        source = connection.scalar(sa.select(owner.c.source))
        if source is None:
            connection.execute(owner.insert().values(source=url))
        elif source != url:
            raise Conflict("drm_copy.other_source", source=source, url=url)

    write(engine, work)
    tables.drm_metadata.create_all(engine, checkfirst=True)


@dataclass(frozen=True)
class _Landing:
    """`columns`: column of the data -> column of the table."""

    table: sa.Table
    columns: Mapping[str, str]


def _copy_dataset(engine: sa.Engine, entry: Mapping[str, Any]) -> _Landing:
    """Writes the catalogue's entry, and makes or widens the table that its rows land in."""
    name = str(entry["name"])
    properties = sorted(entry["rowSchema"].get("properties", {}))

    def work(connection: sa.Connection) -> str:
        known = connection.execute(
            sa.select(tables.datasets).where(tables.datasets.c.name == name)
        ).first()
        values: dict[str, Any] = {
            "description": entry.get("description"),
            "owner": entry.get("owner"),
            "time_zone": entry["timeZone"],
            "freq": entry["freq"],
            "row_schema": entry["rowSchema"],
            "updated_at": _moment(entry["updatedAt"]),
        }
        if known is None:
            table_name = f"drm_rows_{int(entry['id'])}"
            connection.execute(
                tables.datasets.insert().values(
                    id=entry["id"],
                    name=name,
                    table_name=table_name,
                    created_at=_moment(entry["createdAt"]),
                    **values,
                )
            )
        else:
            table_name = known.table_name
            if known.updated_at != values["updated_at"]:
                changed = tables.datasets.update().where(tables.datasets.c.name == name)
                connection.execute(changed.values(**values))
        return table_name

    table_name = write(engine, work)
    landing = tables.landing_table(table_name, tuple(properties))
    landing.create(engine, checkfirst=True)
    tables.widen(engine, landing)
    return _Landing(landing, tables.landed_as(properties))


def _copy_pipelines(engine: sa.Engine, api: DrmApi) -> None:
    found = api.pipelines()
    table = tables.pipelines

    def work(connection: sa.Connection) -> None:
        connection.execute(table.delete())
        if found:
            connection.execute(
                table.insert(),
                [
                    {
                        "id": each["id"],
                        "name": each["name"],
                        "dataset": each["dataset"],
                        "cadence": each["cadence"],
                        "sla_minutes": each["slaMinutes"],
                        "is_active": each["isActive"],
                    }
                    for each in found
                ],
            )

    write(engine, work)


def _copy_runs(engine: sa.Engine, api: DrmApi, landings: Mapping[str, _Landing]) -> tuple[int, int]:
    """Oldest first; the lowest run that has not ended here bounds how far back is asked."""
    known = pipeline_runs.c
    with engine.connect() as connection:
        low = connection.scalar(
            sa.select(sa.func.min(known.id)).where(known.status == RunStatus.RUNNING)
        )
        newest = connection.scalar(sa.select(sa.func.max(known.id))) or 0
        low = low - 1 if low is not None else newest
        is_ended = sa.and_(known.id > low, known.status.in_(TERMINAL))
        ended = set(connection.scalars(sa.select(known.id).where(is_ended)))
    count = delivered = 0
    for run in reversed(api.runs_above(low)):
        if run["id"] in ended:
            continue
        landing = landings.get(str(run["dataset"]))
        if landing is None:
            raise Unavailable("drm_copy.dataset_missing", dataset=run["dataset"], run=run["id"])
        is_success = run["status"] == RunStatus.SUCCESS.value
        rows = api.rows(run["id"]) if is_success else []
        if is_success and len(rows) != run["rowsIngested"]:
            raise Unavailable(
                "drm_copy.wrong_row_count",
                count=len(rows),
                run=run["id"],
                ingested=run["rowsIngested"],
            )
        _write_run(engine, run, landing, rows)
        count += 1
        delivered += len(rows)
    return count, delivered


def _write_run(
    engine: sa.Engine, run: Mapping[str, Any], landing: _Landing, rows: list[Mapping[str, Any]]
) -> None:
    values: dict[str, Any] = {
        "pipeline": run["pipeline"],
        "dataset": run["dataset"],
        "status": RunStatus(run["status"]),
        "scheduled_for": _moment(run["scheduledFor"]),
        "started_at": _moment(run["startedAt"]),
        "finished_at": _moment(run["finishedAt"]),
        "window_start": _moment(run["windowStart"]),
        "window_end": _moment(run["windowEnd"]),
        "rows_ingested": run["rowsIngested"],
        "bytes_ingested": run["bytesIngested"],
        "content_checksum": run["contentChecksum"],
        "error_msg": run["errorMsg"],
        "run_key": run["runKey"],
    }
    is_it = pipeline_runs.c.id == run["id"]

    def work(connection: sa.Connection) -> None:
        status = connection.scalar(sa.select(pipeline_runs.c.status).where(is_it).with_for_update())
        if status in TERMINAL:
            # Another follower was quicker.
            return
        if status is None:
            connection.execute(pipeline_runs.insert().values(id=run["id"], **values))
        else:
            connection.execute(pipeline_runs.update().where(is_it).values(**values))
        if rows:
            connection.execute(
                landing.table.insert(),
                [
                    {"run_id": run["id"]}
                    | {column: row.get(name) for name, column in landing.columns.items()}
                    for row in rows
                ],
            )

    write(engine, work)


def _copy_scores(engine: sa.Engine, api: DrmApi) -> int:
    with engine.connect() as connection:
        there = set(connection.scalars(sa.select(quality_scores.c.id)))
        runs = set(connection.scalars(sa.select(pipeline_runs.c.id)))
    names = ("score", "completeness", "validity", "uniqueness", "timeliness", "dataset")
    new = [
        {
            "id": each["id"],
            "run_id": each["runId"],
            "rows_expected": each["rowsExpected"],
            "scored_at": _moment(each["scoredAt"]),
            **{name: each[name] for name in names},
        }
        for each in reversed(api.scores())
        # One of a run that came between the two questions is copied by the next pass.
        if each["id"] not in there and each["runId"] in runs
    ]
    if new:
        change(engine, quality_scores.insert(), new)
    return len(new)


def _moment(text: str | None) -> datetime | None:
    """Naive: UTC where a zone is named, as written where none is."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def follow(settings: Settings, stopped: threading.Event) -> None:
    """Copies again and again until `stopped`; a source that is away is asked again later."""
    url = settings.drm_api_url
    if url is None:
        raise MisconfiguredInstance("drm_api.no_url")
    engine = engine_for(settings.drm_database_url)
    pause = EVERY_S
    with DrmApi(url, settings.drm_api_token) as api:
        while not stopped.is_set():
            try:
                copied = copy(api, engine, url)
                if copied.runs or copied.scores:
                    log.info("copied %s", copied)
                pause = EVERY_S
            except (IopError, DBAPIError, KeyError, ValueError, TypeError) as error:
                log.warning("DRM is not copied: %s: %s", type(error).__name__, error)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            stopped.wait(pause)


def main() -> None:
    logs.configure()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    follow(Settings.from_env(), stopped)


if __name__ == "__main__":
    main()
