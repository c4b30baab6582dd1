"""Shops whose sales were delivered once: 200 days of four, with a day in one and a fallen week in another."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from shop_sales import SALES

from iop_pipelines.backtest.replay import Subject
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import StoredModel, load_spec, model, register
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.transform.table import prepared_table

START = datetime(2026, 1, 5)
WEEK = np.array([50.0, 60, 55, 65, 100, 25, 20])
DAYS = 200
# The row of the first day of each, from START.
DAY_OFF, WEEK_OFF = 120, 160


def shop_days(days: int = DAYS, shops: int = 4, seed: int = 3) -> np.ndarray:
    """(days, shops)."""
    noise = np.random.default_rng(seed).normal(0, 3, (days, shops))
    y = np.resize(WEEK, days)[:, None] + noise
    if days > WEEK_OFF + 7 and shops > 1:
        y[DAY_OFF, 0] += 60
        y[WEEK_OFF : WEEK_OFF + 7, 1] -= 45
    return np.round(y, 2)


def panel_of(y: np.ndarray, measure: str = "revenue") -> pd.DataFrame:
    ds = pd.date_range(START, periods=len(y)).astype("datetime64[ns]")
    parts = [
        pd.DataFrame({"unique_id": f"Shop {place + 1}", "ds": ds, measure: column})
        for place, column in enumerate(y.T)
    ]
    return pd.concat(parts, ignore_index=True)


def config(runtime: str = "seasonal_residual", history: int = 400, **params: Any) -> ModelConfig:
    read = {"measures": ["revenue"], "series": ["shop"], "history": history}
    content = {"runtime": runtime, "dataset": "sales", "input": read, "params": params}
    return ModelConfig.model_validate(content)


def subject(panel: pd.DataFrame, *args: Any, **params: Any) -> Subject:
    return Subject(config(*args, **params), {"revenue": "EUR"}, "D", None, panel)


def deliver(platform: Platform, dataset_id: int, y: np.ndarray) -> None:
    """All of it at once, as it stands when it has been prepared."""
    table = prepared_table(DatasetDeclaration.model_validate(SALES))
    with begin_write(platform.engine) as connection:
        version = dataset_versions.insert().values(
            dataset_id=dataset_id,
            data_version="0" * 32,
            drm_run_id=1,
            declaration_version=1,
            window_start=START,
            window_end=START + timedelta(days=len(y)),
            status="prepared",
            phase=Phase.DONE,
        )
        version_id = connection.execute(version).inserted_primary_key[0]
        rows = [
            {
                "iop_from": version_id,
                "day": (START + timedelta(days=day)).date(),
                "shop": f"Shop {place + 1}",
                "amount": float(value),
            }
            for day, values in enumerate(y)
            for place, value in enumerate(values)
        ]
        connection.execute(table.insert(), rows)


def model_of(platform: Platform, version: str = "v1.0.0", **params: Any) -> StoredModel:
    content = {
        "name": "shops",
        "version": version,
        "type": "statistical",
        "config": config(**params).model_dump(mode="json"),
    }
    return model(platform.engine, register(platform.engine, load_spec(content)))
