"""JSON Schema of what procedures take and give: one place for OpenAPI, TypeScript and query parameters."""

from collections.abc import Collection, Iterable, Mapping
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
    return _named_once(cast(Schemas, schemas), dict(rest.get("$defs", {})))


_SIDES = ("-Input", "-Output")


def _named_once(schemas: Schemas, definitions: dict[str, Any]) -> tuple[Schemas, dict[str, Any]]:
    """What is the same as input and as output under one name; pydantic keeps those apart that refer to themselves."""
    given, told = _SIDES
    same = {
        name.removesuffix(given)
        for name in definitions
        if name.endswith(given) and name.removesuffix(given) + told in definitions
    }
    while others := {
        name
        for name in same
        if _renamed(definitions[name + given], same) != _renamed(definitions[name + told], same)
    }:
        same -= others
    named = {
        _name_of(name, same): _renamed(definition, same) for name, definition in definitions.items()
    }
    return {key: _renamed(schema, same) for key, schema in schemas.items()}, named


def _renamed(node: Any, same: Collection[str]) -> Any:
    if isinstance(node, list):
        return [_renamed(each, same) for each in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    held = cast(dict[str, Any], node)
    return {
        key: _name_of(below, same)
        if key == "$ref" and isinstance(below, str)
        else _renamed(below, same)
        for key, below in held.items()
    }


def _name_of(reference: str, same: Collection[str]) -> str:
    for side in _SIDES:
        if reference.endswith(side):
            plain = reference.removesuffix(side)
            return plain if plain.rpartition("/")[2] in same else reference
    return reference


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
