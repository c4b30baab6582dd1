"""Bad data quality holds models back with a recommendation, and a good score resolves it."""

from datetime import datetime, timedelta

import pytest

from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.domain.vocabulary import Category, ModelStatus, ModelType, ReviewStatus, Severity
from iop_pipelines.drm.source import DrmRun, QualityScore
from iop_pipelines.drm.tables import RunStatus
from iop_pipelines.recommendations.quality import hold_back, recovered
from iop_pipelines.recommendations.review import recommendation, review
from iop_pipelines.registry.models import StoredModel
from read_back import events_of

MOMENT = datetime(2013, 2, 20, 6)


def _score(score, score_id=1, run_id=20):
    return QualityScore(
        id=score_id,
        dataset="flights",
        run_id=run_id,
        score=score,
        completeness=41.5,
        validity=90.0,
        uniqueness=100.0,
        timeliness=100.0,
        rows_expected=300,
        scored_at=MOMENT,
    )


def _run(run_id=20, days=0):
    start = datetime(2013, 2, 19) + timedelta(days=days)
    return DrmRun(
        id=run_id,
        pipeline="flights_daily_ingest",
        dataset="flights",
        status=RunStatus.SUCCESS,
        scheduled_for=MOMENT,
        started_at=MOMENT,
        finished_at=MOMENT,
        window_start=start,
        window_end=start + timedelta(days=1),
        rows_ingested=120,
        bytes_ingested=12_000,
        content_checksum="c",
        error_msg=None,
        run_key=None,
    )


def _model(name, threshold=80):
    spec = ModelSpec.model_validate(
        {
            "name": name,
            "type": ModelType.STATISTICAL,
            "input_schema": {},
            "output_schema": {},
            "config": {
                "runtime": "seasonal_residual",
                "dataset": "flights",
                "input": {"measures": ["cancelled_pct"]},
                "quality_threshold": threshold,
            },
        }
    )
    return StoredModel(1, spec, ModelStatus.ACTIVE)


MODELS = [_model("storms"), _model("delays", 70)]


def test_a_bad_score_names_the_delivery_the_weakest_part_and_the_models(world):
    summary = hold_back(world.engine, "flights", _score(61.4), MODELS, _run())
    stored = recommendation(world.engine, summary.opened[0])
    assert stored.title == (
        "Data quality of flights is 61 of 100 on 19 Feb 2013: 2 models held back"
    )
    assert (stored.category, stored.severity) == (Category.OPTIMISATION, Severity.WARNING)
    assert stored.source_ref == "quality_score:1"
    assert "models ask for 80. Weakest is completeness with 42." in stored.description
    assert "storms v1.0.0, delays v1.0.0" in stored.description
    assert stored.metadata["quality_score"] == 61.4
    assert stored.metadata["peak"]["details"]["drm_run"] == 20


def test_the_same_score_seen_twice_changes_nothing(world):
    first = hold_back(world.engine, "flights", _score(61), MODELS, _run())
    assert hold_back(world.engine, "flights", _score(61), MODELS, _run()).changed == 0
    assert len(events_of(world.engine, first.opened[0])) == 1


def test_a_second_bad_delivery_updates_and_a_good_one_resolves(world):
    engine = world.engine
    (opened,) = hold_back(engine, "flights", _score(61), MODELS, _run()).opened
    worse = hold_back(engine, "flights", _score(30, 2, 21), MODELS, _run(21, 1))
    assert worse.updated == (opened,)
    assert recommendation(engine, opened).severity is Severity.CRITICAL
    assert recovered(engine, "flights", _score(79, 3, 22), _run(22, 2)).changed == 0
    assert recovered(engine, "flights", _score(80, 4, 23), _run(23, 3)).resolved == (opened,)
    assert recovered(engine, "flights", _score(80, 4, 23), _run(23, 3)).changed == 0
    stored = recommendation(engine, opened)
    assert stored.resolved_at is not None
    assert stored.status is ReviewStatus.OPEN


def test_the_next_bad_delivery_after_a_recovery_is_news(world):
    (opened,) = hold_back(world.engine, "flights", _score(61), MODELS, _run()).opened
    recovered(world.engine, "flights", _score(95, 2, 21), _run(21, 1))
    (anew,) = hold_back(world.engine, "flights", _score(61, 3, 22), MODELS, _run(22, 2)).opened
    assert recommendation(world.engine, anew).previous_id == opened


def test_another_dataset_recovers_by_itself(world):
    hold_back(world.engine, "flights", _score(61), MODELS, _run())
    assert recovered(world.engine, "weather", _score(99, 2), _run()).changed == 0


@pytest.mark.parametrize("decision", [ReviewStatus.ACCEPTED, ReviewStatus.DISMISSED])
def test_a_decision_on_quality_stays(world, decision):
    (opened,) = hold_back(world.engine, "flights", _score(61), MODELS, _run()).opened
    review(world.engine, opened, decision)
    recovered(world.engine, "flights", _score(95, 2, 21), _run(21, 1))
    assert recommendation(world.engine, opened).status is decision
