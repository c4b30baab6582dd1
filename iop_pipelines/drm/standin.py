"""A stand-in for DRM: implements the contract's tables for demos and tests and replays 2013 day by day.

Everything a replay knows is in the database: each event of the plan is one transaction that also moves
the count of events applied, so that a replay killed anywhere, or two at once, lose and repeat nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.drm import suppliers, tables
from iop_pipelines.drm.quality import Row, score_rows
from iop_pipelines.drm.scenario import (
    FIRST_DAY,
    LAST_DAY,
    PIPELINES,
    DayEnds,
    Event,
    Plan,
    PlannedRun,
    RunEnds,
    RunScored,
    RunStarts,
    build_plan,
)
from iop_pipelines.drm.suppliers import AIRPORTS, FLIGHTS, KEYS, ROW_SCHEMAS, TIME_ZONE
from iop_pipelines.drm.tables import RunStatus, clock, landing_table, pipeline_runs
from iop_pipelines.errors import Conflict, InvalidInput
from iop_pipelines.schema.transactions import write

DATASETS = {
    FLIGHTS: (
        "Flights from New York's airports, a row a day, origin, airline and destination",
        "D",
    ),
    AIRPORTS: ("Traffic and weather at New York's airports, a row an hour and airport", "h"),
}
START = datetime.combine(FIRST_DAY, datetime.min.time())
_CATALOGUED_AT = datetime(2013, 1, 1)


@dataclass(frozen=True)
class Ingested:
    """What one call replayed; `runs` ended in it, with success or not."""

    days: tuple[date, ...]
    runs: int
    now: datetime
    remaining_days: int


def create(engine: sa.Engine) -> None:
    """Makes DRM's tables and catalogue; what is there already stays as it is."""
    tables.drm_metadata.create_all(engine, checkfirst=True)
    for name in DATASETS:
        landing_of(name).create(engine, checkfirst=True)

    def work(connection: sa.Connection) -> None:
        _fill_once(connection, tables.datasets, [_catalogue_entry(name) for name in DATASETS])
        _fill_once(connection, tables.pipelines, _pipeline_entries())
        held = connection.scalar(sa.select(clock.c.id).where(clock.c.id == 1))
        if held is None:
            connection.execute(
                clock.insert().values(id=1, now=START, released=START, events_applied=0)
            )

    write(engine, work)


def landing_of(dataset: str) -> sa.Table:
    properties = ROW_SCHEMAS[dataset]["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - a constant of this package
    return landing_table(f"drm_rows_{dataset}", tuple(sorted(properties)))


class Replay:
    """Replays from the day after what the database holds up to and with `until`.

    Args:
        engine: DRM's database; `create` makes its tables.
        until: the last day of data to ingest, 2013-02-01 to 2013-12-31.
        plan: what happens; the demo's if not given.

    Raises:
        InvalidInput: `until` lies outside of the demo's data.
        Conflict: the database was replayed by another plan; a new home has a new database.
    """

    def __init__(self, engine: sa.Engine, until: date = LAST_DAY, plan: Plan | None = None) -> None:
        if not FIRST_DAY <= until <= LAST_DAY:
            raise InvalidInput(
                "replay.day_out_of_range", "until", day=until, first=FIRST_DAY, last=LAST_DAY
            )
        self._engine = engine
        self._plan = plan or build_plan()
        self._last_step = (until - FIRST_DAY).days + 1
        self._cursor()

    @property
    def now(self) -> datetime:
        """The simulated moment, naive UTC."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(clock.c.now)).scalar_one()

    @property
    def next_day(self) -> date:
        """The first day of data that is still to be ingested; the day after the last if none is."""
        return FIRST_DAY + timedelta(days=self.total_days - self.remaining_days)

    @property
    def total_days(self) -> int:
        return self._last_step

    @property
    def remaining_days(self) -> int:
        return max(self._last_step - max(self._steps_done() - 1, 0), 0)

    @property
    def is_complete(self) -> bool:
        return self._steps_done() > self._last_step

    def load_history(self) -> None:
        self._run_to_step(0)

    def ingest_next_days(self, days: int = 1) -> Ingested:
        """Ingests up to `days` further days of data, and the history before them if it is not there.

        A day that an earlier, killed call began is finished and counts as one.
        """
        if days < 1:
            raise InvalidInput("replay.too_few_days", "days", days=days)
        before = max(self._steps_done(), 1)
        target = min(before + days - 1, self._last_step)
        events = self._run_to_step(target)
        return Ingested(
            days=tuple(e.day for e in events if isinstance(e, DayEnds) and e.day >= FIRST_DAY),
            runs=sum(isinstance(event, RunEnds) for event in events),
            now=self.now,
            remaining_days=self.remaining_days,
        )

    def _steps_done(self) -> int:
        return self._plan.steps_done(self._cursor())

    def _cursor(self) -> int:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(clock)).first()
        if row is None or row.plan_id is None:
            return 0
        if row.plan_id != self._plan.plan_id:
            raise Conflict("replay.other_plan", there=row.plan_id, wanted=self._plan.plan_id)
        return row.events_applied

    def _run_to_step(self, step: int) -> list[Event]:
        end = self._plan.step_ends[step]
        applied = []
        while (event := self._apply_next(end)) is not None:
            applied.append(event)
        return applied

    def _apply_next(self, end: int) -> Event | None:
        """One transaction: the next event, and the cursor past it; None where `end` is reached."""

        def work(connection: sa.Connection) -> Event | None:
            cursor = connection.execute(
                sa.select(clock.c.events_applied).where(clock.c.id == 1).with_for_update()
            ).scalar_one()
            if cursor >= end:
                return None
            event = self._plan.events[cursor]
            _apply(connection, event)
            connection.execute(
                clock.update()
                .where(clock.c.id == 1)
                .values(now=event.at, events_applied=cursor + 1, plan_id=self._plan.plan_id)
            )
            return event

        return write(self._engine, work)


def _apply(connection: sa.Connection, event: Event) -> None:
    if isinstance(event, RunStarts):
        _start_run(connection, event.run)
    elif isinstance(event, RunEnds):
        _end_run(connection, event.run)
    elif isinstance(event, RunScored):
        _score_run(connection, event)


def _start_run(connection: sa.Connection, run: PlannedRun) -> None:
    midnight = datetime.min.time()
    connection.execute(
        pipeline_runs.insert().values(
            pipeline=run.pipeline.name,
            dataset=run.pipeline.dataset,
            status=RunStatus.RUNNING,
            scheduled_for=run.scheduled_for,
            started_at=run.started_at,
            window_start=datetime.combine(run.window_start, midnight),
            window_end=datetime.combine(run.window_end, midnight),
            run_key=run.key,
        )
    )


def _end_run(connection: sa.Connection, run: PlannedRun) -> None:
    outcome: dict[str, object] = {"finished_at": run.finished_at}
    if run.error is None:
        outcome |= {"status": RunStatus.SUCCESS, **_deliver(connection, run)}
    else:
        outcome |= {"status": RunStatus.FAILED, "error_msg": run.error}
    connection.execute(
        pipeline_runs.update().where(pipeline_runs.c.run_key == run.key).values(**outcome)
    )


def _deliver(connection: sa.Connection, run: PlannedRun) -> dict[str, object]:
    dataset = run.pipeline.dataset
    rows = suppliers.delivery(dataset, run.window_start, run.window_end, run.spoil)
    digest, size = suppliers.checksum(rows)
    if rows:
        run_id = _id_of(connection, run)
        connection.execute(
            landing_of(dataset).insert(), [{**row, "run_id": run_id} for row in rows]
        )
    return {"rows_ingested": len(rows), "bytes_ingested": size, "content_checksum": digest}


def _score_run(connection: sa.Connection, event: RunScored) -> None:
    run, dataset = event.run, event.run.pipeline.dataset
    run_id = _id_of(connection, run)
    truth = len(suppliers.true_rows(dataset, run.window_start, run.window_end))
    expected = round(truth * event.rows_announced)
    quality = score_rows(
        _delivered(connection, dataset, run_id),
        ROW_SCHEMAS[dataset],
        KEYS[dataset],
        rows_expected=expected,
        finished_at=run.finished_at,
        due_at=run.due_at,
    )
    connection.execute(
        tables.quality_scores.insert().values(
            dataset=dataset,
            run_id=run_id,
            score=quality.score,
            completeness=quality.completeness,
            validity=quality.validity,
            uniqueness=quality.uniqueness,
            timeliness=quality.timeliness,
            rows_expected=expected,
            scored_at=event.at,
        )
    )


def _delivered(connection: sa.Connection, dataset: str, run_id: int) -> Sequence[Row]:
    landing = landing_of(dataset)
    query = sa.select(landing).where(landing.c.run_id == run_id).order_by(landing.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _id_of(connection: sa.Connection, run: PlannedRun) -> int:
    query = sa.select(pipeline_runs.c.id).where(pipeline_runs.c.run_key == run.key)
    return connection.execute(query).scalar_one()


def _fill_once(
    connection: sa.Connection, table: sa.Table, entries: Sequence[dict[str, object]]
) -> None:
    there = set(connection.scalars(sa.select(table.c.name)))
    missing = [entry for entry in entries if entry["name"] not in there]
    if missing:
        connection.execute(table.insert(), missing)


def _catalogue_entry(name: str) -> dict[str, object]:
    description, freq = DATASETS[name]
    return {
        "name": name,
        "description": description,
        "owner": "data-engineering@airports.example",
        "time_zone": TIME_ZONE,
        "freq": freq,
        "row_schema": ROW_SCHEMAS[name],
        "table_name": landing_of(name).name,
        "created_at": _CATALOGUED_AT,
        "updated_at": _CATALOGUED_AT,
    }


def _pipeline_entries() -> list[dict[str, object]]:
    return [
        {
            "name": pipeline.name,
            "dataset": pipeline.dataset,
            "cadence": "daily",
            "sla_minutes": round(pipeline.sla / timedelta(minutes=1)),
            "is_active": True,
        }
        for pipeline in PIPELINES
    ]
