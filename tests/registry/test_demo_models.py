"""Every model file of the demo registers against the demo's datasets and covers its kind."""

from importlib import resources
from pathlib import Path

import pytest

from iop_pipelines.domain.vocabulary import Category, ModelType
from iop_pipelines.registry.models import active_models_of, load_spec, promote, register
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.versions import register_dataset, register_system_datasets

FILES = sorted((Path(str(resources.files("iop_pipelines.demo"))) / "models").glob("*.yaml"))


@pytest.fixture
def engine(migrated_url):
    engine = engine_for(migrated_url)
    register_system_datasets(engine)
    for declaration in demo_declarations():
        register_dataset(engine, declaration)
    return engine


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_demo_model_registers_twice_as_one(engine, path):
    spec = load_spec(path)
    assert spec.name == path.stem
    model_id = register(engine, spec)
    assert register(engine, load_spec(path)) == model_id
    promote(engine, model_id)
    assert [each.id for each in active_models_of(engine, spec.config.dataset)] == [model_id]


def test_the_demo_has_models_of_every_type_and_kind_of_finding():
    specs = [load_spec(path) for path in FILES]
    assert {spec.type for spec in specs} == set(ModelType)
    runtimes = [RUNTIMES[spec.config.runtime] for spec in specs]
    categories = {kind.category for spec in runtimes for kind in spec.kinds or ()}
    assert categories == {Category.ANOMALY, Category.TREND, Category.FORECAST}


def test_models_that_run_daily_ask_for_good_data():
    for spec in map(load_spec, FILES):
        is_daily = spec.config.dataset != "pipeline_runs" and not spec.config.trigger.weekdays
        assert spec.config.quality_threshold == (80 if is_daily else None)
