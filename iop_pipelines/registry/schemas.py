"""The two schemas of a model that declares none: made from its dataset's fields, and from what every runtime gives."""

from collections.abc import Iterable, Mapping
from typing import Any

from iop_pipelines.domain.datasets import DatasetDeclaration, FieldSpec, Measure
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.transform.versions import PIPELINE_RUNS

# In JSON Schema; moments are text there. What is not named is a number.
_TYPES: Mapping[str, str] = {
    "string": "string",
    "integer": "integer",
    "boolean": "boolean",
    "date": "string",
    "datetime": "string",
}
_FORMATS: Mapping[str, str] = {"date": "date", "datetime": "date-time"}
_NUMBERS = ("y", "yhat", "lo", "hi", "score")


def schemas_of(
    declaration: DatasetDeclaration, config: ModelConfig
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(input, output): what the model reads must be there and of its declared type; nulls where they may be."""
    return _input_schema(declaration, config), _output_schema(config.input.measures)


def columns_of(measure: Measure) -> Iterable[str]:
    """The fields that a measure is computed from."""
    for role in ("field", "weight", "numerator", "denominator"):
        name = getattr(measure, role, None)
        if name is not None:
            yield name


def _input_schema(declaration: DatasetDeclaration, config: ModelConfig) -> dict[str, Any]:
    if declaration.name == PIPELINE_RUNS:
        # It is read as a panel: a row a series and moment, a column a measure.
        columns = {name: {"type": ["number", "null"]} for name in config.input.measures}
        panel = {"unique_id": {"type": "string"}, "ds": {"type": "string"}, **columns}
        return {"type": "object", "required": list(panel), "properties": panel}
    read = [declaration.time, *config.input.series]
    for name in config.input.measures:
        read += columns_of(declaration.measures[name])
    names = list(dict.fromkeys(read))
    return {
        "type": "object",
        "required": names,
        "properties": {name: _column(declaration.fields[name]) for name in names},
    }


def _column(spec: FieldSpec) -> dict[str, Any]:
    kind = _TYPES.get(spec.type, "number")
    column: dict[str, Any] = {"type": [kind, "null"] if spec.nullable else kind}
    if spec.type in _FORMATS:
        column["format"] = _FORMATS[spec.type]
    return column


def _output_schema(measures: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["unique_id", "ds", "measure", *_NUMBERS, "is_finding"],
        "additionalProperties": False,
        "x-unique": ["unique_id", "ds", "measure"],
        "properties": {
            "unique_id": {"type": "string"},
            "ds": {"type": "string"},
            "measure": {"type": "string", "enum": list(measures)},
            **{name: {"type": ["number", "null"]} for name in _NUMBERS},
            "is_finding": {"type": "boolean"},
        },
    }
