"""The file `app-router.ts`: types from which `createTRPCClient<AppRouter>` infers every input and output.

Types only: nothing of it is left after compiling. A `.ts`, not a `.d.ts`: skipLibCheck would hide its mistakes.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

from iop_pipelines.api.registry import Kind, Registry
from iop_pipelines.api.schemas import Schema, json_schemas, needs_input

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PROCEDURE = {
    Kind.QUERY: "TRPCQueryProcedure",
    Kind.MUTATION: "TRPCMutationProcedure",
    Kind.SUBSCRIPTION: "TRPCSubscriptionProcedure",
}
_PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}

# A router: names to procedures, by path, or to routers below it.
Tree: TypeAlias = dict[str, Union[str, "Tree"]]


@dataclass(frozen=True)
class NamedTypes:
    """Of each procedure by path, and the declarations they refer to, by name."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    declarations: Mapping[str, Schema]


def generate(registry: Registry) -> str:
    """The text of `app-router.ts`."""
    types = name_types(registry)
    tree: Tree = {}
    for each in registry:
        _plant(tree, each.path.split("."), _procedure(each.kind, each.path, types))
    return _FILE.format(
        imports=",\n  ".join(sorted({_PROCEDURE[each.kind] for each in registry})),
        members=members(types),
        router=_router(tree, 1),
    )


def name_types(registry: Registry) -> NamedTypes:
    schemas, definitions = json_schemas(registry, "{model}")
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for each in registry:
        if each.input is None:
            inputs[each.path] = "void | undefined"
        else:
            needed = needs_input(each.input)
            given = type_of(schemas[each.path, "validation"])
            inputs[each.path] = given if needed else f"{given} | undefined"
        is_void = each.output_type is type(None)
        outputs[each.path] = "void" if is_void else type_of(schemas[each.path, "serialization"])
    return NamedTypes(inputs, outputs, definitions)


def members(types: NamedTypes) -> str:
    """The declarations, by name."""
    return "\n\n".join(
        _declaration(name, schema) for name, schema in sorted(types.declarations.items())
    )


def _declaration(name: str, schema: Schema) -> str:
    comment = _comment(schema.get("description"), "")
    name = _type_name(name)
    if schema.get("properties"):
        return f"{comment}export interface {name} {_object(schema, '')}"
    return f"{comment}export type {name} = {type_of(schema)};"


def type_of(schema: Schema, indent: str = "") -> str:
    """JSON Schema to a TypeScript type, as pydantic writes schemas; what it does not know is `unknown`."""
    if "$ref" in schema:
        return _type_name(schema["$ref"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return _union(json.dumps(each) for each in schema["enum"])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _union(type_of(each, indent) for each in schema[choice])
    if "allOf" in schema:
        return " & ".join(_bracketed(type_of(each, indent)) for each in schema["allOf"])
    match schema.get("type"):
        case "null":
            return "null"
        case "array":
            return _array(schema, indent)
        case "object":
            return _object(schema, indent)
        case str() as name:
            return _PRIMITIVES[name]
        case [*names]:
            return _union(type_of({**schema, "type": name}, indent) for name in names)
        case _:
            return "unknown"


def _array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_of(each, indent) for each in schema['prefixItems'])}]"
    return f"{_bracketed(type_of(schema.get('items', {}), indent))}[]"


def _object(schema: Schema, indent: str) -> str:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if not properties:
        patterned: Mapping[str, Schema] = schema.get("patternProperties", {})
        if patterned:
            held = _union(type_of(each, indent) for each in patterned.values())
            return f"Record<string, {held}>"
        rest: Any = schema.get("additionalProperties", True)
        if rest is False:
            return "Record<string, never>"
        held = "unknown" if rest is True else type_of(rest, indent)
        if "propertyNames" in schema:
            return f"Partial<Record<{type_of(schema['propertyNames'])}, {held}>>"
        return f"Record<string, {held}>"
    inner = indent + "  "
    lines = [
        _comment(member.get("description"), inner)
        + f"{inner}{_key(name)}{_type_of_member(name, member, schema, inner)};"
        for name, member in properties.items()
    ]
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def _type_of_member(name: str, member: Schema, owner: Schema, indent: str) -> str:
    if name in owner.get("required", ()):
        return f": {type_of(member, indent)}"
    # `| undefined` for clients with exactOptionalPropertyTypes; JSON leaves undefined out.
    return f"?: {type_of(member, indent)} | undefined"


def _union(types: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(types)) or "never"


def _bracketed(text: str) -> str:
    return f"({text})" if " | " in text or " & " in text else text


def _type_name(name: str) -> str:
    """Names of generic models hold brackets and commas."""
    return re.sub(r"[^A-Za-z0-9_$]", "_", name)


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)


def _comment(text: str | None, indent: str) -> str:
    if not text:
        return ""
    line = " ".join(text.split()).replace("*/", "*\\/")
    return f"{indent}/** {line} */\n"


def _procedure(kind: Kind, path: str, types: NamedTypes) -> str:
    output = types.outputs[path]
    if kind is Kind.SUBSCRIPTION:
        output = f"AsyncIterable<{{ id: string; data: {output} }}, void, unknown>"
    return f"{_PROCEDURE[kind]}<{{ input: {types.inputs[path]}; output: {output}; meta: unknown }}>"


def _plant(tree: Tree, names: list[str], procedure: str) -> None:
    *above, last = names
    for name in above:
        below = tree.setdefault(name, {})
        if isinstance(below, str):
            raise ValueError(f"{'.'.join(names)} lies below a procedure")
        tree = below
    tree[last] = procedure


def _router(tree: Tree, depth: int) -> str:
    indent = "  " * depth
    lines = [
        f"{indent}{_key(name)}: "
        + (f"{each};" if isinstance(each, str) else f"{_router(each, depth + 1)};")
        for name, each in sorted(tree.items())
    ]
    return "{\n" + "\n".join(lines) + f"\n{'  ' * (depth - 1)}}}"


_FILE = """// Generated from the platform's procedures by `iop api types`; do not edit.
// Dates are ISO 8601 strings in UTC.

import type {{
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCDefaultErrorShape,
  {imports},
}} from '@trpc/server';

{members}

export interface AppErrorData extends TRPCDefaultErrorData {{
  /** Of inputs that are refused: messages by the input's key. */
  zodError?: {{ formErrors: string[]; fieldErrors: Record<string, string[] | undefined> }};
  /** The same with the whole path of each value. */
  issues?: {{
    path: (string | number)[];
    message: string;
    code: string;
    values: Record<string, unknown>;
    translations: Record<string, {{ message: string }}>;
  }}[];
  /** What the message says, for a program. */
  refusal: {{ code: string; values: Record<string, unknown> }};
  /** Of the message, by language. */
  translations: Record<string, {{ message: string }}>;
  /** Of faults of the platform: its log knows more under this id. */
  requestId?: string;
}}

export interface AppErrorShape extends TRPCDefaultErrorShape {{
  data: AppErrorData;
}}

type Root = {{ ctx: object; meta: object; errorShape: AppErrorShape; transformer: false }};

export type AppRouter = TRPCBuiltRouter<Root, {router}>;
"""
