"""Loads what the demo needs: DRM's stand-in, datasets, models, report templates and dashboards."""

from datetime import datetime
from importlib import resources
from pathlib import Path

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.drm import standin
from iop_pipelines.registry.dashboards import load_dashboard, register_dashboard
from iop_pipelines.registry.models import load_spec, promote, register
from iop_pipelines.registry.templates import load_template, register_template
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.versions import register_dataset, register_system_datasets


def folder(name: str) -> Path:
    return Path(str(resources.files("iop_pipelines.demo"))) / name


def load(engine: sa.Engine, drm_engine: sa.Engine, schedule_since: datetime) -> None:
    """Registers everything and makes models active; loading twice changes nothing, nor what people changed.

    schedule_since: naive UTC of the business clock; slots before it are not due.
    """
    standin.create(drm_engine)
    register_system_datasets(engine)
    for declaration in demo_declarations():
        register_dataset(engine, declaration)
    for path in sorted(folder("models").glob("*.yaml")):
        promote(engine, register(engine, load_spec(path)), reason=Sentence("model.of_the_demo"))
    for path in sorted(folder("templates").glob("*.yaml")):
        register_template(
            engine, load_template(path), check_schedule=parse_schedule, now=schedule_since
        )
    for path in sorted(folder("dashboards").glob("*.yaml")):
        register_dashboard(engine, load_dashboard(path), now=schedule_since)
