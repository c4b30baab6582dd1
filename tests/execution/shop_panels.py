"""A dataset of a few shops, and executions of a model on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.execution.execute import Executed, execute
from iop_pipelines.execution.large import Bounds
from iop_pipelines.execution.work import load
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry.models import load_spec, register
from iop_pipelines.runtimes.outside import NOWHERE, Outside
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    dataset_versions,
    findings,
    model_executions,
    model_outputs,
)
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import register_dataset

FIRST = datetime(2024, 1, 1)
DAYS, SHOPS = 60, ("b", "a", "Ä", None, "(none)")
SMALL = Bounds(rows=100)
ANY = {"unique_id": {"type": "string"}}
DECLARATION = DatasetDeclaration.model_validate(
    {
        "name": "shops",
        "source": "shops",
        "time": "day",
        "freq": "D",
        "time_zone": "UTC",
        "key": ["day", "shop"],
        "fields": {
            "day": {"type": "date", "label": "Day"},
            "shop": {"type": "string", "label": "Shop"},
            "sold": {"type": "number", "label": "Sold"},
        },
        "steps": [
            {
                "kind": "cast",
                "columns": {
                    "day": {"to": "date"},
                    "shop": {"to": "string"},
                    "sold": {"to": "number"},
                },
            }
        ],
        "measures": {"sold": {"kind": "sum", "field": "sold"}},
    }
)


def spec(output: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": "v1.0.0",
        "type": "statistical",
        "input_schema": {"type": "object", "properties": {"shop": {"type": ["string", "null"]}}},
        "output_schema": {"type": "object", "properties": output},
        "config": {
            "runtime": "seasonal_residual",
            "dataset": "shops",
            "input": {"measures": ["sold"], "series": ["shop"], "history": DAYS},
            "trigger": {"on": "request"},
        },
    }


@dataclass
class Shops:
    engine: sa.Engine

    def fill(self, shops: tuple[str | None, ...]) -> None:
        stored = register_dataset(self.engine, DECLARATION)
        window = {"window_start": FIRST, "window_end": FIRST + timedelta(days=DAYS)}
        of_run = {"data_version": "a" * 64, "drm_run_id": 1, "declaration_version": 1}
        with begin_write(self.engine) as connection:
            version = connection.execute(
                dataset_versions.insert().values(
                    dataset_id=stored.id, status="prepared", phase="done", **of_run, **window
                )
            ).inserted_primary_key[0]
            rows = [
                {
                    "iop_from": version,
                    "day": (FIRST + timedelta(days=day)).date(),
                    "shop": shop,
                    "sold": 50 + 10 * (day % 7) + 400 * (day == 55) + float(noise),
                }
                for place, shop in enumerate(shops)
                for day, noise in enumerate(np.random.default_rng(place).normal(0, 2, DAYS))
            ]
            connection.execute(prepared_table(DECLARATION).insert(), rows)

    def ask(self, output: dict[str, Any], name: str = "sold-far-off") -> int:
        model_id = register(self.engine, load_spec(spec(output, name)))
        asked = request_execution(self.engine, model_id, "dataset:shops", FIRST)
        with begin_write(self.engine) as connection:
            connection.execute(model_executions.update().values(phase="started"))
        return asked

    def run(
        self, execution_id: int, bounds: Bounds, attempt: int = 1, outside: Outside = NOWHERE
    ) -> Executed:
        work = load(self.engine, execution_id, attempt)
        return execute(self.engine, self.engine, work, bounds=bounds, outside=outside)

    def stored(self, execution_id: int) -> tuple[list[tuple], list[tuple]]:
        """Rows of both tables without what names the execution."""
        found = []
        with self.engine.connect() as connection:
            for table in (model_outputs, findings):
                columns = [each for each in table.c if each.name not in ("id", "execution_id")]
                query = sa.select(*columns).where(table.c.execution_id == execution_id)
                rows = [tuple(row) for row in connection.execute(query)]
                found.append(sorted(rows, key=repr))
        return found[0], found[1]
