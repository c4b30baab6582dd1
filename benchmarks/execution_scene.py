"""What the executions of the benchmark run on: a dataset of 50 series that DRM delivers day by day, and models on it.

Only what every build has: the same file prepares the home of the build before.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm import tables
from iop_pipelines.drm.tables import RunStatus, landing_table, pipeline_runs
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.orchestration.launch import migrate_instance
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import load_spec, promote, register
from iop_pipelines.schema.tables import dataset_versions, model_executions
from iop_pipelines.schema.transactions import write
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import register_dataset

SERIES, DAYS = 50, 200
DATASET = "shop_daily"
FIRST_DAY = datetime(2025, 1, 1)
_LANDING = landing_table(f"drm_rows_{DATASET}", ("day", "shop", "sold"))

_DECLARATION = {
    "name": DATASET,
    "source": DATASET,
    "version": 1,
    "description": "What each of 50 shops sold, a row a day and shop.",
    "time": "day",
    "freq": "D",
    "time_zone": "UTC",
    "key": ["day", "shop"],
    "fields": {
        "day": {"type": "date", "label": "Day", "nullable": False},
        "shop": {"type": "string", "label": "Shop", "nullable": False},
        "sold": {"type": "number", "label": "Sold", "unit": "pieces"},
    },
    "steps": [
        {
            "kind": "cast",
            "columns": {
                "day": {"to": "date", "required": True},
                "shop": {"to": "string", "required": True},
                "sold": {"to": "number", "minimum": 0},
            },
        }
    ],
    "measures": {"sold": {"kind": "sum", "field": "sold", "unit": "pieces", "label": "Sold"}},
}
_ROW_SCHEMA = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "format": "date"},
        "shop": {"type": "string"},
        "sold": {"type": "number"},
    },
}


def _model(number: int, on: str) -> dict[str, Any]:
    return {
        "name": f"sold-{on.replace('_', '-')}-{number:03}",
        "version": "v1.0.0",
        "type": "statistical",
        "description": "Days on which a shop sold far more or less than usual.",
        "input_schema": {
            "type": "object",
            "required": ["day", "shop", "sold"],
            "properties": {
                "day": {"type": "string", "format": "date"},
                "shop": {"type": "string"},
                "sold": {"type": "number"},
            },
        },
        "output_schema": {
            "type": "object",
            "required": ["unique_id", "ds", "measure", "y", "is_finding"],
            "properties": {
                "unique_id": {"type": "string"},
                "ds": {"type": "string", "format": "date"},
                "measure": {"type": "string"},
                "y": {"type": ["number", "null"]},
                "is_finding": {"type": "boolean"},
            },
        },
        "config": {
            "runtime": "seasonal_residual",
            "dataset": DATASET,
            "input": {"measures": ["sold"], "series": ["shop"], "history": DAYS},
            "trigger": {"on": on},
        },
    }


def sold(shop: int, day: int) -> float:
    """A weekly pattern with a deviation that never repeats; every 29th day of a shop is far too high."""
    noise = math.sin(day * 12.9898 + shop * 78.233) * 43758.5453 % 1
    usual = 100 + shop + 20 * math.sin(2 * math.pi * day / 7) + 8 * noise
    return round(usual * (2.5 if (day + shop) % 29 == 0 else 1), 2)


@dataclass
class Scene:
    """DRM's side: `deliver` is one run that ends, with its rows, in one transaction."""

    platform: Platform
    days: int = 0

    def make(self) -> None:
        migrate_instance(self.platform.settings)
        drm = self.platform.drm_engine
        tables.drm_metadata.create_all(drm, checkfirst=True)
        _LANDING.create(drm, checkfirst=True)
        entry = {"table_name": _LANDING.name, "created_at": FIRST_DAY, "updated_at": FIRST_DAY}
        known = {"name": DATASET, "time_zone": "UTC", "freq": "D", "row_schema": _ROW_SCHEMA}
        write(drm, lambda connection: connection.execute(tables.datasets.insert(), [known | entry]))
        register_dataset(self.platform.engine, DatasetDeclaration.model_validate(_DECLARATION))

    def deliver(self, days: int = 1) -> datetime:
        """The next days' rows as one run of DRM's; returns when it ended."""
        begin, self.days = self.days, self.days + days
        window = [FIRST_DAY + timedelta(days=each) for each in (begin, self.days)]
        rows = [
            {"day": f"{FIRST_DAY + timedelta(days=day):%Y-%m-%d}", "shop": f"s{shop:02}"}
            | {"sold": str(sold(shop, day))}
            for day in range(begin, self.days)
            for shop in range(SERIES)
        ]

        def work(connection: sa.Connection) -> datetime:
            now = utc_now()
            run_id = connection.execute(
                pipeline_runs.insert().values(
                    pipeline=f"ingest_{DATASET}",
                    dataset=DATASET,
                    status=RunStatus.SUCCESS,
                    scheduled_for=now,
                    started_at=now,
                    finished_at=now,
                    window_start=window[0],
                    window_end=window[1],
                    rows_ingested=len(rows),
                    bytes_ingested=sum(len(each["sold"]) for each in rows),
                    content_checksum=hashlib.sha256(str(rows).encode()).hexdigest(),
                    run_key=f"{DATASET}-{begin}",
                )
            ).lastrowid
            connection.execute(_LANDING.insert(), [{**row, "run_id": run_id} for row in rows])
            return now

        return write(self.platform.drm_engine, work)

    def add_models(self, count: int, on: str) -> list[int]:
        """Active models; on: `dataset_update` or `request`."""
        engine = self.platform.engine
        ids = [register(engine, load_spec(_model(number, on))) for number in range(count)]
        for model_id in ids:
            promote(engine, model_id)
        return ids

    def request(self, model_ids: list[int]) -> list[int]:
        """An execution of each on the newest data version, as people ask for one."""
        engine, now = self.platform.engine, utc_now()
        return [request_execution(engine, each, f"dataset:{DATASET}", now) for each in model_ids]

    def open_count(self) -> int:
        """Data versions and executions that have not ended, and executions that are not advised."""
        versions, executions = dataset_versions.c, model_executions.c
        undone = sa.or_(
            executions.phase != Phase.DONE,
            sa.and_(executions.status == "success", executions.advised_at.is_(None)),
        )
        with self.platform.engine.connect() as connection:
            counts = [
                connection.scalar(sa.select(sa.func.count()).where(each))
                for each in (versions.phase != Phase.DONE, undone)
            ]
        return sum(each or 0 for each in counts)

    def version_count(self) -> int:
        """Each run of DRM's makes two: of its dataset, and of DRM's own runs."""
        with self.platform.engine.connect() as connection:
            query = sa.select(sa.func.count()).select_from(dataset_versions)
            return connection.scalar(query) or 0

    def succeeded(self) -> int:
        executions = model_executions.c
        with self.platform.engine.connect() as connection:
            query = sa.select(sa.func.count()).where(executions.status == "success")
            return connection.scalar(query) or 0


def scene_of(settings: Settings) -> Scene:
    return Scene(Platform(settings))
