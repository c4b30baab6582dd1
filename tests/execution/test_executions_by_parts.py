"""An execution whose panel is judged by parts stores what one stores that reads it as a whole, on every database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.execution import execute as executing
from iop_pipelines.execution.execute import Executed, execute
from iop_pipelines.execution.large import Bounds
from iop_pipelines.execution.work import load
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.ledger.work import LostClaim
from iop_pipelines.registry.models import load_spec, register
from iop_pipelines.schema.engine import begin_write, engine_for
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


def spec(output: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "sold-far-off",
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

    def ask(self, output: dict[str, Any]) -> int:
        model_id = register(self.engine, load_spec(spec(output)))
        asked = request_execution(self.engine, model_id, "dataset:shops", FIRST)
        with begin_write(self.engine) as connection:
            connection.execute(model_executions.update().values(phase="started"))
        return asked

    def run(self, execution_id: int, bounds: Bounds, attempt: int = 1) -> Executed:
        work = load(self.engine, execution_id, attempt)
        return execute(self.engine, self.engine, work, bounds=bounds)

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


@pytest.fixture
def shops(migrated_url: str) -> Shops:
    return Shops(engine_for(migrated_url))


def test_an_execution_by_parts_stores_what_one_by_the_whole_stores(shops, monkeypatch) -> None:
    shops.fill(SHOPS[:4])
    whole_id, parts_id = shops.ask(ANY), shops.ask(ANY)
    whole = shops.run(whole_id, Bounds())
    wholes = []
    monkeypatch.setattr(executing, "run_runtime", lambda *_: wholes.append(1))
    parts = shops.run(parts_id, SMALL)
    assert not wholes
    assert shops.stored(parts_id) == shops.stored(whole_id)
    assert whole.findings == parts.findings
    assert len(whole.findings) >= 4
    assert (whole.rows, whole.metrics) == (parts.rows, parts.metrics)
    assert whole.rows == 4 * DAYS
    assert whole.output_checks == parts.output_checks
    # Again, it replaces what was there.
    shops.run(parts_id, SMALL)
    assert shops.stored(parts_id) == shops.stored(whole_id)


def test_two_series_that_are_written_alike_are_read_as_one(shops) -> None:
    """One of no name, and one whose name is how that is written: they have one name in a panel, and are summed or
    averaged there as one; by parts they would be two."""
    shops.fill(SHOPS)
    whole_id, parts_id = shops.ask(ANY), shops.ask(ANY)
    whole = shops.run(whole_id, Bounds())
    parts = shops.run(parts_id, SMALL)
    assert whole.rows == 4 * DAYS
    assert shops.stored(parts_id) == shops.stored(whole_id)
    assert (whole.rows, whole.metrics) == (parts.rows, parts.metrics)


def test_an_output_by_parts_that_breaks_its_schema_stores_nothing(shops) -> None:
    shops.fill(SHOPS[:4])
    asked = shops.ask({"y": {"type": "number", "maximum": 300}})
    refusals = []
    for bounds in (Bounds(), SMALL):
        with pytest.raises(InvalidFrame, match=r"maximum 300 in 4 of 240 rows") as refused:
            shops.run(asked, bounds)
        refusals.append(str(refused.value).partition("(first")[0])
    assert refusals[0] == refusals[1]
    assert shops.stored(asked) == ([], [])


def test_parts_of_an_attempt_that_lost_its_claim_store_nothing(shops) -> None:
    shops.fill(SHOPS[:4])
    asked = shops.ask(ANY)
    with pytest.raises(LostClaim):
        shops.run(asked, SMALL, attempt=2)
    assert shops.stored(asked) == ([], [])
