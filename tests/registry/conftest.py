"""A database with one small dataset, and a model of it as its file would declare it."""

import copy

import pytest
import sqlalchemy as sa
from shop_sales import SALES

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.transform.versions import register_dataset

MODEL = {
    "name": "revenue-trend",
    "type": "statistical",
    "description": "Shops whose revenue rises or falls.",
    "input_schema": {
        "type": "object",
        "required": ["day", "shop"],
        "properties": {
            "day": {"type": "string", "format": "date"},
            "shop": {"type": "string"},
            "amount": {"type": ["number", "null"], "minimum": 0},
        },
    },
    "output_schema": {
        "type": "object",
        "properties": {"unique_id": {"type": "string"}, "y": {"type": ["number", "null"]}},
    },
    "config": {
        "runtime": "mann_kendall",
        "dataset": "sales",
        "input": {"measures": ["revenue"], "series": ["shop"], "history": 60},
        "params": {"window": 28},
        "trigger": {"on": "dataset_update", "weekdays": ["sun"]},
    },
}


@pytest.fixture
def model_content():
    return copy.deepcopy(MODEL)


@pytest.fixture
def engine(migrated_url) -> sa.Engine:
    engine = engine_for(migrated_url)
    register_dataset(engine, DatasetDeclaration.model_validate(SALES))
    return engine
