"""JSON Schema of what procedures take and give: one place for OpenAPI, TypeScript and query parameters."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from iop_pipelines.api.registry import Procedure, Shape

Schema: TypeAlias = Mapping[str, Any]
Schemas: TypeAlias = Mapping[tuple[str, JsonSchemaMode], Schema]


def json_schemas(
    procedures: Iterable[Procedure], ref_template: str
) -> tuple[Schemas, dict[str, Any]]:
    """JSON Schema of every (path, validation: input | serialization: output), and what they refer to."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for each in procedures:
        if each.input is not None:
            wanted.append((each.path, "validation", TypeAdapter(each.input)))
        wanted.append((each.path, "serialization", each.output))
    schemas, rest = TypeAdapter.json_schemas(wanted, by_alias=True, ref_template=ref_template)
    return cast(Schemas, schemas), dict(rest.get("$defs", {}))


def needs_input(shape: type[Shape]) -> bool:
    return any(field.is_required() for field in shape.model_fields.values())


def resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The schema with its own references, and those of its choices, replaced by what they name."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        return definitions[name]
    if "anyOf" in schema:
        return {**schema, "anyOf": [resolved(each, definitions) for each in schema["anyOf"]]}
    return schema


def choices_of(schema: Schema) -> list[Schema]:
    """What a member may be besides null."""
    return [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
