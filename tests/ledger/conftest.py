"""A migrated database with one model, one data version and one template, and rows to work on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.ledger import counters
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    generated_reports,
    model_executions,
    report_templates,
)

NOW = datetime(2026, 3, 1, 12)


@dataclass(frozen=True)
class Seeded:
    """Ids of what is there, and ways to add to it."""

    engine: sa.Engine
    model_id: int
    other_model_id: int
    version_id: int
    template_id: int

    def add_execution(self, model_id: int | None = None, **values: object) -> int:
        defaults = {
            "model_id": model_id or self.model_id,
            "dataset_version_id": self.version_id,
            "input_ref": "dataset:flights",
            "requested_at": NOW,
        }
        return self._insert(model_executions, {**defaults, **values})

    def add_version(self, **values: object) -> int:
        """A further version of the dataset, of the day after the first."""
        with self.engine.connect() as connection:
            first = connection.execute(sa.select(dataset_versions)).mappings().first()
        assert first is not None
        kept = {k: v for k, v in first.items() if k not in ("id", "created_at", "prepared_at")}
        return self._insert(dataset_versions, {**kept, "data_version": "b" * 32, **values})

    def add_report(self, **values: object) -> int:
        return self._insert(generated_reports, {"template_id": self.template_id, **values})

    def row(self, table: sa.Table, item_id: int) -> sa.Row:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(table).where(table.c.id == item_id)).one()

    def _insert(self, table: sa.Table, values: dict[str, object]) -> int:
        with begin_write(self.engine) as connection:
            row_id = connection.execute(table.insert().values(**values)).inserted_primary_key[0]
        # What is written by hand is not counted.
        counters.repair(self.engine, utc_now())
        return row_id


def _seed(engine: sa.Engine) -> Seeded:
    with begin_write(engine) as connection:

        def insert(table: sa.Table, **values: object) -> int:
            return connection.execute(table.insert().values(**values)).inserted_primary_key[0]

        models = [
            insert(analytical_models, name=name, type=kind, status="active", config={})
            for name, kind in (("delays", "statistical"), ("limits", "rule_based"))
        ]
        dataset = insert(
            datasets, name="flights", source="flights", version=1, declaration={"name": "flights"}
        )
        version = insert(
            dataset_versions,
            dataset_id=dataset,
            data_version="a" * 32,
            drm_run_id=1,
            declaration_version=1,
            window_start=datetime(2026, 2, 28),
            window_end=datetime(2026, 3, 1),
            status="prepared",
            phase=Phase.DONE,
        )
        template = insert(report_templates, name="daily", query_config={}, format="csv")
    return Seeded(engine, models[0], models[1], version, template)


@pytest.fixture
def seed() -> Callable[[sa.Engine], Seeded]:
    return _seed


@pytest.fixture
def seeded(migrated_url) -> Seeded:
    return _seed(engine_for(migrated_url))
