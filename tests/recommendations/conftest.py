"""A small world of executions: `World.run` stores what an execution found, as a worker would."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    findings,
    model_executions,
    model_outputs,
)

FIRST_DAY = datetime(2013, 2, 8)

DECLARATION = {
    "name": "flights",
    "source": "flights",
    "time": "date",
    "freq": "D",
    "key": ["date", "origin"],
    "fields": {
        "date": {"type": "date"},
        "origin": {"type": "string"},
        "cancelled_pct": {"type": "number", "unit": "%"},
    },
    "measures": {
        "cancelled_pct": {
            "kind": "mean",
            "field": "cancelled_pct",
            "unit": "%",
            "label": "Cancellations",
        }
    },
}


def _day(offset):
    return FIRST_DAY + timedelta(days=offset)


def _found(offset=0, series="EWR", **changes):
    """The storm at an airport, unless told otherwise."""
    values = {
        "category": Category.ANOMALY,
        "kind": "residual",
        "severity": Severity.CRITICAL,
        "unique_id": series,
        "measure": "cancelled_pct",
        "unit": "%",
        "ds": _day(offset),
        "since": _day(offset),
        "value": 68.2,
        "expected": 4.6,
        "lo": 2.1,
        "hi": 9.3,
        "score": 21.0,
        "confidence": 0.97,
        "evidence": {
            "points": [
                {"ds": _day(offset).isoformat(), "y": 68.2, "yhat": None, "lo": None, "hi": None}
            ],
            "sigma": 1.2,
        },
    }
    return Finding(**(values | changes))


@dataclass
class World:
    engine: sa.Engine
    dataset_id: int
    models: dict[str, int] = field(default_factory=dict)

    def model(self, name="storms", advice=None, version="v1.0.0", dataset="flights"):
        config = {
            "runtime": "seasonal_residual",
            "dataset": dataset,
            "input": {"measures": ["cancelled_pct"], "series": ["origin"]},
            "advice": advice,
        }
        with begin_write(self.engine) as connection:
            result = connection.execute(
                analytical_models.insert().values(
                    name=name, version=version, type="statistical", config=config, dataset=dataset
                )
            )
        self.models[name] = result.inserted_primary_key[0]
        return self.models[name]

    def version(self, offset, days=1, quality=97.0, status="ready"):
        with begin_write(self.engine) as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(dataset_versions))
            result = connection.execute(
                dataset_versions.insert().values(
                    dataset_id=self.dataset_id,
                    data_version=f"{count:032d}",
                    drm_run_id=count + 1,
                    declaration_version=1,
                    window_start=_day(offset),
                    window_end=_day(offset + days),
                    quality_score=quality,
                    status=status,
                )
            )
        return result.inserted_primary_key[0]

    def run(
        self,
        offset,
        *given,
        model="storms",
        scored=("EWR", "JFK"),
        status="success",
        days=1,
        version_id=None,
        trigger="drm_run:1",
        bounds="",
    ):
        """An execution on the window of `offset` that found `given`; returns its id.

        version_id: of a data version that is there; bounds: of the input_ref, `?from=…&to=…`.
        """
        version_id = version_id or self.version(offset, days)
        model_id = self.models.get(model) or self.model(model)
        with begin_write(self.engine) as connection:
            result = connection.execute(
                model_executions.insert().values(
                    model_id=model_id,
                    status=status,
                    phase="done",
                    dataset_version_id=version_id,
                    input_ref=f"dataset:flights@{version_id:032x}{bounds}",
                    trigger=trigger,
                    finished_at=sa.func.current_timestamp(),
                )
            )
            execution_id = result.inserted_primary_key[0]
            keys = {"execution_id": execution_id, "model_id": model_id}
            for series in scored:
                connection.execute(
                    model_outputs.insert().values(
                        **keys,
                        unique_id=series,
                        ds=_day(offset),
                        measure="cancelled_pct",
                        is_finding=False,
                    )
                )
            for each in given:
                names = [name for name in Finding.__slots__ if name != "evidence"]
                values = {name: getattr(each, name) for name in names}
                connection.execute(
                    findings.insert().values(**keys, **values, evidence=json.dumps(each.evidence))
                )
        return execution_id


@pytest.fixture
def world(migrated_url):
    engine = engine_for(migrated_url)
    with begin_write(engine) as connection:
        result = connection.execute(
            datasets.insert().values(
                name="flights", source="flights", version=1, declaration=DECLARATION
            )
        )
    return World(engine, result.inserted_primary_key[0])


@pytest.fixture(name="day")
def day_fixture():
    """Moment of the offset-th day after 8 Feb 2013."""
    return _day


@pytest.fixture(name="found")
def found_fixture():
    return _found
