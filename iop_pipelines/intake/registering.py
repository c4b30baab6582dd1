"""Registers what a folder declares; what changed gets the next version, what people changed in IOP stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.declare import Declared
from iop_pipelines.registry import models as registry
from iop_pipelines.registry.dashboards import load_dashboard, register_dashboard
from iop_pipelines.registry.models import load_spec
from iop_pipelines.registry.templates import list_templates, load_template, register_template
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.declarations import load_declaration
from iop_pipelines.transform.steps import Cast, parse_steps
from iop_pipelines.transform.versions import list_datasets, register_dataset
from iop_pipelines.validation.files import located

_REASON = "declared by iop start"


def with_versions(engine: sa.Engine, declared: Declared) -> Declared:
    """The same, where it differs from what is registered with the version after that."""
    models = {name: _next_model(engine, content) for name, content in declared.models.items()}
    return replace(declared, dataset=_next_dataset(engine, declared.dataset), models=models)


def _next_dataset(engine: sa.Engine, content: dict[str, Any]) -> dict[str, Any]:
    for stored in list_datasets(engine):
        if stored.declaration.name == content["name"]:
            _require_same_currency(stored.declaration, content)
            version = stored.declaration.version
            same = content | {"version": version}
            is_same = DatasetDeclaration.model_validate(same) == stored.declaration
            return same if is_same else content | {"version": version + 1}
    return content


def _require_same_currency(known: DatasetDeclaration, content: Mapping[str, Any]) -> None:
    """Panels, models and reports of one currency would add up several.

    Raises InvalidInput naming the column.
    """
    now = _cast_of(DatasetDeclaration.model_validate(content))
    for name, spec in _cast_of(known).items():
        if spec.one_of and name in now and now[name].one_of != spec.one_of:
            raise InvalidInput(
                "intake.other_currency", column=name, dataset=known.name, known=list(spec.one_of)
            )


def _cast_of(declaration: DatasetDeclaration) -> Mapping[str, CastColumn]:
    casts = [step for step in parse_steps(declaration) if isinstance(step, Cast)]
    return casts[0].columns if casts else {}


def _next_model(engine: sa.Engine, content: dict[str, Any]) -> dict[str, Any]:
    for stored in registry.list_models(engine, name=content["name"], limit=1):
        version = stored.spec.version
        same = content | {"version": version}
        if load_spec(same) == stored.spec:
            return same
        major, minor, patch = version.removeprefix("v").split(".")
        return content | {"version": f"v{major}.{minor}.{int(patch) + 1}"}
    return content


def register_data(engine: sa.Engine, folder: Path, now: datetime) -> list[str]:
    """Dataset, models, dashboard and report of a folder; returns the names of its models, active now.

    Raises:
        InvalidDeclaration: an edited file is wrong, with its line.
        Conflict: an edited file has the version of what is registered; raise it there.
    """
    register_dataset(engine, load_declaration(folder / "dataset.yaml"))
    names = []
    for path in sorted((folder / "models").glob("*.yaml")):
        with located(path):
            spec = load_spec(path)
            model_id = registry.register(engine, spec)
        stored = registry.model(engine, model_id)
        if stored.status is ModelStatus.DRAFT:
            stored = registry.promote(engine, model_id, reason=_REASON)
        # One that somebody retired stays retired.
        if stored.status is ModelStatus.ACTIVE:
            names.append(spec.name)
    with located(folder / "dashboard.yaml"):
        register_dashboard(engine, load_dashboard(folder / "dashboard.yaml"), now=now)
    with located(folder / "report.yaml"):
        template = load_template(folder / "report.yaml")
        if template.name not in {each.name for each in list_templates(engine)}:
            register_template(engine, template, check_schedule=parse_schedule, now=now)
    return names
