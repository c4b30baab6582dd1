"""How much of a period was delivered, of datasets of longer steps: the table of cases/completeness.yaml."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.languages import Language
from iop_pipelines.drm.tables import drm_metadata, pipeline_runs
from iop_pipelines.query.run import lacks_of, run_query
from iop_pipelines.schema import tables as iop
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.transform.table import prepared_table

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "completeness.yaml").read_text("utf-8"))


def declaration(case: dict[str, Any]) -> DatasetDeclaration:
    return DatasetDeclaration.model_validate(
        {
            "name": "shops",
            "source": "shops_raw",
            "time": "starts",
            "freq": case["freq"],
            "time_zone": "Africa/Lagos",
            "key": ["starts"],
            "fields": {"starts": {"type": "date"}, "paid": {"type": "date"}},
            "measures": {"rows": {"kind": "count"}},
            "deliveries": {"every": case["every"]},
        }
    )


@pytest.mark.parametrize("case", CASES["periods"], ids=lambda case: case["situation"])
def test_of_longer_steps_those_that_are_over_are_expected(tmp_path: Path, case) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'iop.db'}")
    iop.metadata.create_all(engine)
    drm_metadata.create_all(engine)
    declared = declaration(case)
    prepared_table(declared).create(engine)
    assert declared.step is not None
    with begin_write(engine) as connection:
        connection.execute(
            iop.datasets.insert().values(
                id=1,
                name="shops",
                source="shops_raw",
                version=1,
                declaration=declared.model_dump(mode="json"),
            )
        )
        for number, day in enumerate(case["delivered"], start=1):
            start = datetime.fromisoformat(day)
            end = declared.step.shift(start, 1)
            window = {"window_start": start, "window_end": end}
            ended = end + timedelta(hours=3)
            connection.execute(
                pipeline_runs.insert().values(
                    pipeline="shops",
                    dataset="shops_raw",
                    status="success",
                    scheduled_for=ended,
                    started_at=ended,
                    finished_at=ended,
                    **window,
                )
            )
            connection.execute(
                iop.dataset_versions.insert().values(
                    dataset_id=1,
                    data_version=f"v{number}",
                    drm_run_id=number,
                    declaration_version=1,
                    status="prepared",
                    **window,
                )
            )
    where = {"field": case.get("of", "starts"), "op": "in_period", "value": case["period"]}
    table = {"select": [{"measure": "rows"}]}
    query = {"version": 2, "source": "dataset:shops", "where": where, "datasets": {"t": table}}
    # Noon in Lagos.
    now = datetime.combine(date.fromisoformat(case["now"]), time(11))
    asked: dict[str, Any] = {"engine": engine, "drm_engine": engine, "now": now}
    lacks = lacks_of(query, **asked, time_zone="Africa/Lagos")
    assert [str(day) for each in lacks for day in each.days.missing] == case["missing"]
    said = run_query(query, **asked, time_zone="Africa/Lagos", read_at=now).incomplete
    assert (said and said.english) == case["says"]
    if "fr" in case:
        assert said is not None
        assert said.within(Language("fr")).replace("\u00a0", " ") == case["fr"]
    engine.dispose()
