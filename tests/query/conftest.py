"""An instance with a dataset of five days of flights; the fourth day was restated once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from database_servers import DATABASES
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.drm.tables import drm_metadata, pipeline_runs, pipelines, quality_scores
from iop_pipelines.schema import tables as iop
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import StoredDataset

FLIGHTS = DatasetDeclaration.model_validate(
    {
        "name": "flights",
        "source": "flights_raw",
        "time": "date",
        "freq": "D",
        "time_zone": "America/New_York",
        "key": ["date", "origin", "airline"],
        "fields": {
            "date": {"type": "date", "label": "Date"},
            "left_at": {"type": "datetime", "label": "Left"},
            "origin": {"type": "string", "label": "Origin"},
            "airline": {"type": "string", "label": "Airline"},
            "flights": {"type": "integer", "label": "Flights", "unit": "flights"},
            "cancelled": {"type": "integer", "label": "Cancelled"},
            "delay": {"type": "number", "label": "Delay", "unit": "min"},
            "is_hub": {"type": "boolean", "label": "Hub"},
        },
        "measures": {
            "flights": {"kind": "sum", "field": "flights", "unit": "flights", "label": "Flights"},
            "rows": {"kind": "count"},
            "cancelled_pct": {
                "kind": "ratio",
                "numerator": "cancelled",
                "denominator": "flights",
                "scale": 100,
                "unit": "%",
            },
            "delay": {"kind": "weighted_mean", "field": "delay", "weight": "flights"},
            "worst": {"kind": "max", "field": "delay"},
            "mean_flights": {"kind": "mean", "field": "flights"},
        },
    }
)
DAYS = [date(2013, 1, 30) + timedelta(days=n) for n in range(5)]
AIRLINES = ["B6", "DL", "UA"]


@dataclass(frozen=True)
class Instance:
    engine: sa.Engine
    stored: StoredDataset
    rows: list[dict]


def sample_rows() -> list[dict]:
    """45 rows of versions 1 to 5, one a day; version 6 restates the fourth day with double flights."""
    rows = []
    for number, day in enumerate(DAYS):
        for o, origin in enumerate(["EWR", "JFK", "LGA"]):
            for a, airline in enumerate(AIRLINES):
                flights = 10 + number + 3 * o + a
                rows.append(
                    {
                        "iop_from": number + 1,
                        "iop_to": None,
                        "date": day,
                        "left_at": datetime(day.year, day.month, day.day, 6 + 8 * o, 30),
                        "origin": origin,
                        "airline": airline,
                        "flights": flights,
                        "cancelled": (number + a) % 3,
                        "delay": None if (o, a) == (2, 2) else 2.5 * o - a + number,
                        "is_hub": origin == "JFK",
                    }
                )
    restated = [row for row in rows if row["date"] == DAYS[3]]
    for row in restated:
        row["iop_to"] = 6
    return rows + [
        {**row, "iop_from": 6, "iop_to": None, "flights": 2 * row["flights"]} for row in restated
    ]


@pytest.fixture(
    scope="module",
    params=DATABASES,
)
def instance(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    """Made once for a module, whose tests only read it."""
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('query') / 'iop.db'}")
    else:
        server = request.getfixturevalue(f"{request.param}_server")
        url = server.create_database()
        yield from _filled(url)
        server.drop_database(url)


@pytest.fixture
def own_instance(database_url: str) -> Iterator[Instance]:
    """For a test that changes rows."""
    yield from _filled(database_url)


def _filled(url: str) -> Iterator[Instance]:
    """One database for IOP and DRM, as on a shared server."""
    engine = engine_for(url)
    iop.metadata.create_all(engine)
    drm_metadata.create_all(engine)
    table = prepared_table(FLIGHTS)
    table.create(engine)
    rows = sample_rows()
    with begin_write(engine) as connection:
        connection.execute(
            iop.datasets.insert().values(
                id=1,
                name="flights",
                source="flights_raw",
                version=1,
                declaration=FLIGHTS.model_dump(mode="json"),
            )
        )
        connection.execute(table.insert(), rows)
        connection.execute(
            pipelines.insert().values(
                name="flights_daily",
                dataset="flights_raw",
                cadence="daily",
                sla_minutes=60,
                is_active=True,
            )
        )
        for number, (day, run) in enumerate(
            [*((day, i + 11) for i, day in enumerate(DAYS)), (DAYS[3], 16)], start=1
        ):
            _add_version(connection, number, day, run)
    yield Instance(engine, StoredDataset(1, FLIGHTS), rows)
    engine.dispose()


def _add_version(connection: sa.Connection, number: int, day: date, run: int) -> None:
    start = datetime(day.year, day.month, day.day)
    window = {"window_start": start, "window_end": start + timedelta(days=1)}
    ended = start + timedelta(days=1, hours=10)
    connection.execute(
        iop.dataset_versions.insert().values(
            id=number,
            dataset_id=1,
            data_version=f"v{number}",
            drm_run_id=run,
            declaration_version=1,
            status="prepared",
            **window,
        )
    )
    connection.execute(
        pipeline_runs.insert().values(
            id=run,
            pipeline="flights_daily",
            dataset="flights_raw",
            status="success",
            scheduled_for=ended - timedelta(minutes=5),
            started_at=ended - timedelta(seconds=90),
            finished_at=ended,
            rows_ingested=9,
            run_key=f"r{run}",
            **window,
        )
    )
    connection.execute(
        quality_scores.insert().values(
            dataset="flights_raw",
            run_id=run,
            score=100.0 if run != 14 else 40.0,
            completeness=100.0,
            validity=100.0,
            uniqueness=100.0,
            timeliness=100.0,
            scored_at=ended,
        )
    )
