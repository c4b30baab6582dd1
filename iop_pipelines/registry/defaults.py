"""The configuration of a model that was registered without one: only a type and schemas.

Where a dataset has the columns that its input schema names, it is modelled by the measure of those columns; else the
model is a draft that says what it lacks.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import InputSpec, ModelConfig, Trigger
from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelStatus, ModelType
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.registry.schemas import columns_of
from iop_pipelines.runtimes.catalogue import runtimes_of, usual_runtime
from iop_pipelines.schema.tables import analytical_models
from iop_pipelines.transform.versions import list_datasets

# Periods before the point whose median is the usual value.
_USUAL_OVER = 28

_TO_BE_NAMED: Mapping[str, Mapping[str, Any]] = {
    "onnx": {"checksum": "0" * 64},
    "remote": {"url": "https://models.example", "model": "name"},
}


class Draft(BaseModel):
    """A model without a configuration, as the API is told of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: GivenName
    version: Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+$", max_length=64)] = "v1.0.0"
    type: ModelType
    description: str = ""
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


def lacking(model_type: ModelType, input_schema: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """What a draft without a configuration must be given."""
    columns = sorted({*_names(input_schema, "properties"), *_names(input_schema, "required")})
    return (
        Sentence("config.lacks_dataset", columns=columns or Sentence("name.nothing")),
        Sentence("config.lacks_measures"),
        Sentence("config.lacks_runtime", known=runtimes_of(model_type)),
    )


def default_config(
    model_type: ModelType, dataset: DatasetDeclaration, columns: Collection[str] = ()
) -> ModelConfig:
    """Anomalies of the dataset's measure that the columns name, else of a sum, over all its rows, on request only.

    Raises InvalidDeclaration for a dataset that declares no measure.
    """
    if not dataset.measures:
        raise InvalidDeclaration("dataset.without_measures", field="config", name=dataset.name)
    measure = _measure_of(dataset, columns)
    runtime = usual_runtime(model_type)
    return ModelConfig(
        runtime=runtime,
        dataset=dataset.name,
        input=InputSpec(measures=(measure,)),
        params=default_params(runtime, measure),
        trigger=Trigger(on="request"),
    )


def default_params(runtime: str, measure: str) -> dict[str, Any]:
    """What a runtime must be told, where it has no defaults of its own: rules, and what stands for where a model that
    was made elsewhere is, until somebody says it."""
    return _usual_rules(measure) if runtime == "rules" else dict(_TO_BE_NAMED.get(runtime, {}))


def _measure_of(dataset: DatasetDeclaration, columns: Collection[str]) -> str:
    """The first of the columns that a measure is called like or computed from; keys and times say nothing of it.

    Else what is added up, by name: MySQL keeps no order of what a declaration names.
    """
    measures = sorted(dataset.measures.items(), key=lambda each: (each[1].kind != "sum", each[0]))
    for column in columns:
        if column in dataset.measures:
            return column
        for name, measure in measures:
            if column in columns_of(measure):
                return name
    return measures[0][0]


def config_for(
    engine: sa.Engine, model_type: ModelType, input_schema: Mapping[str, Any]
) -> ModelConfig:
    """The default configuration on the dataset that the input schema describes, of the measure that it names.

    That is a dataset with all the columns it names; of many, the one that most active models read,
    then the oldest; DRM's own runs last.

    Raises:
        InvalidDeclaration: no dataset has these columns.
    """
    columns = {*_names(input_schema, "properties"), *_names(input_schema, "required")}
    stored = list_datasets(engine)
    fitting = [each for each in stored if columns <= set(each.declaration.fields)]
    if not fitting:
        names = [each.declaration.name for each in stored]
        raise InvalidDeclaration(
            "config.needed",
            field="config",
            columns=sorted(columns),
            known=names or Sentence("name.no_datasets"),
        )
    readers = _readers(engine)
    best = min(
        fitting, key=lambda each: (each.is_system, -readers.get(each.declaration.name, 0), each.id)
    )
    named = [*_names(input_schema, "required"), *_names(input_schema, "properties")]
    return default_config(model_type, best.declaration, named)


def _names(schema: Mapping[str, Any], keyword: str) -> Collection[str]:
    names = schema.get(keyword)
    return [str(name) for name in names] if isinstance(names, Mapping | list) else []


def _readers(engine: sa.Engine) -> dict[str, int]:
    models = analytical_models.c
    query = (
        sa.select(models.dataset, sa.func.count())
        .where(models.status == ModelStatus.ACTIVE)
        .group_by(models.dataset)
    )
    with engine.connect() as connection:
        return {name: count for name, count in connection.execute(query) if name}


def _usual_rules(measure: str) -> dict[str, Any]:
    """Twice the usual value or more, and half of it or less; the usual is the median of 28 periods."""
    usual = {"field": measure, "agg": "median", "previous": _USUAL_OVER}

    def rule(name: str, op: str, factor: float, words: str) -> dict[str, Any]:
        return {
            "name": name,
            "measure": measure,
            "when": {
                # A usual value of nothing, or below it, has no double.
                "and": [
                    {"left": usual, "op": "gt", "value": 0},
                    {
                        "field": measure,
                        "op": op,
                        "value": {"multiply": [factor, usual]},
                    },
                ]
            },
            "expected": usual,
            "message": f"{words} the median of the {_USUAL_OVER} periods before.",
        }

    return {
        "rules": [
            rule("doubled", "ge", 2, "At least twice"),
            rule("halved", "le", 0.5, "At most half"),
        ]
    }
