"""A model's file, written for whoever names a dataset and a measure: complete, schemas included, and to be edited."""

from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration, words_of
from iop_pipelines.domain.models import InputSpec, ModelConfig, ModelSpec
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.errors import NotFound
from iop_pipelines.registry.checks import check_model, declaration_of
from iop_pipelines.registry.defaults import default_params
from iop_pipelines.registry.schemas import schemas_of
from iop_pipelines.runtimes.catalogue import runtime_spec, usual_runtime
from iop_pipelines.validation.files import yaml_of


def draft(
    engine: sa.Engine,
    dataset: str,
    measure: str,
    *,
    model_type: ModelType = ModelType.STATISTICAL,
    runtime: str | None = None,
    name: str | None = None,
) -> ModelSpec:
    """One series for each combination of the dataset's key but its time; runs on each delivery.

    Raises:
        InvalidDeclaration: no such dataset, or what the runtime asks for is not there.
        NotFound: the dataset has no such measure, or there is no such runtime.
    """
    declaration = declaration_of(engine, dataset)
    if measure not in declaration.measures:
        raise NotFound(
            "measure.not_named", dataset=dataset, name=closest(measure, declaration.measures)
        )
    chosen = runtime_spec(runtime) if runtime else runtime_spec(usual_runtime(model_type))
    config = ModelConfig(
        runtime=chosen.name,
        dataset=dataset,
        input=InputSpec(measures=(measure,), series=_series(declaration)),
        params=default_params(chosen.name, measure),
    )
    input_schema, output_schema = schemas_of(declaration, config)
    label = declaration.measure_label(measure)
    spec = ModelSpec(
        name=name or f"{dataset}-{measure}".replace("_", "-"),
        type=chosen.type,
        description=f"{label} of {words_of(dataset).lower()}: {chosen.label.en.lower()}.",
        input_schema=input_schema,
        output_schema=output_schema,
        config=config,
    )
    check_model(engine, spec)
    return spec


def _series(declaration: DatasetDeclaration) -> tuple[str, ...]:
    text = (name for name in declaration.key if declaration.fields[name].type == "string")
    return tuple(name for name in text if name != declaration.time)


def as_yaml(spec: ModelSpec) -> str:
    """Without what is as it would be anyway; `register` reads it back as `spec`."""
    content: dict[str, Any] = spec.model_dump(mode="json")
    content["config"] = spec.config.model_dump(mode="json", exclude_defaults=True)
    content["config"]["trigger"] = {"on": spec.config.trigger.on}
    return yaml_of(content)
