"""The part of JSON Schema (draft 2020-12) that a model may say about its rows, and its check.

A row is an object; a column that the frame lacks is a key that every row lacks; NaN, NaT and None
are null, so a column that may be unknown has `"null"` among its types. Everything outside the
subset is refused, never ignored.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from iop_pipelines.domain.patterns import MAX_PATTERN_LENGTH, searcher
from iop_pipelines.errors import InvalidDeclaration, Unfit

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = ("string", "integer", "number", "boolean", "null")
FORMATS = ("date", "date-time")
MAX_COLUMNS = 200
MAX_ENUM = 1000

_NOTES = ("title", "description", "examples", "default", "$comment")
ROOT_KEYWORDS = (
    *("$schema", "$id", "type", "properties", "required", "additionalProperties"),
    *("x-unique", "x-min-rows"),
    *_NOTES,
)
COLUMN_KEYWORDS = (
    *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *_NOTES,
)


def check_row_schema(schema: Mapping[str, Any]) -> None:
    """Raises InvalidDeclaration whose `field` is the path of the offending keyword inside `schema`."""
    if not isinstance(schema, Mapping):
        raise InvalidDeclaration("schema.not_an_object", type=type(schema).__name__)
    _check_draft(schema)
    _check_keywords(schema, ROOT_KEYWORDS, "")
    if schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
        raise InvalidDeclaration(
            "schema.wrong_dialect", "$schema", given=schema["$schema"], dialect=DIALECT
        )
    if schema.get("type") != "object":
        raise InvalidDeclaration("schema.not_of_rows", "type", given=schema.get("type"))
    properties = schema.get("properties") or {}
    if not 1 <= len(properties) <= MAX_COLUMNS:
        raise InvalidDeclaration(
            "schema.wrong_column_count", "properties", count=len(properties), most=MAX_COLUMNS
        )
    for name, column in properties.items():
        _check_column(column, f"properties.{name}")
    _check_table(schema)


def schema_hash(schema: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: key order and spacing do not count, notes and all else do."""
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def types_of(column: Mapping[str, Any]) -> tuple[str, ...]:
    """The column's types in TYPES' order; all of them where it names none."""
    named = column.get("type", TYPES)
    named = (named,) if isinstance(named, str) else named
    return tuple(each for each in TYPES if each in named)


def allows_null(column: Mapping[str, Any]) -> bool:
    """Whether null satisfies every keyword of the column."""
    if "null" not in types_of(column):
        return False
    return "const" not in column and None in column.get("enum", (None,))


def _check_draft(schema: Mapping[str, Any]) -> None:
    # Models of one dataset have nearly all of it in common.
    if (wrong := _wrong_in_draft(json.dumps(schema))) is not None:
        field, said = wrong
        raise InvalidDeclaration("schema.not_valid", field or None, said=said)


@lru_cache(maxsize=256)
def _wrong_in_draft(text: str) -> tuple[str, str] | None:
    """Path and message of what the draft does not allow; None where it allows all. text: the schema as JSON."""
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    try:
        # Without Python's verdict on patterns: RE2 runs them, and has its own.
        Draft202012Validator.check_schema(json.loads(text), format_checker=FormatChecker([]))
    except SchemaError as error:
        return ".".join(str(part) for part in error.absolute_path), error.message
    return None


def _check_keywords(part: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    for keyword in part:
        if keyword not in known:
            supported = ", ".join(each for each in known if each not in _NOTES)
            raise InvalidDeclaration(
                "schema.unsupported_keyword",
                f"{path}.{keyword}" if path else keyword,
                known=supported,
            )


def _check_column(column: Any, path: str) -> None:
    if not isinstance(column, Mapping):
        raise InvalidDeclaration("schema.column_not_an_object", path, given=column)
    _check_keywords(column, COLUMN_KEYWORDS, path)
    named = column.get("type", ())
    for each in (named,) if isinstance(named, str) else named:
        if each not in TYPES:
            raise InvalidDeclaration("schema.unknown_type", f"{path}.type", given=each, known=TYPES)
    if column.get("format", FORMATS[0]) not in FORMATS:
        raise InvalidDeclaration(
            "schema.unknown_format", f"{path}.format", given=column["format"], known=FORMATS
        )
    for position, value in enumerate(column.get("enum", ())):
        _check_scalar(value, f"{path}.enum.{position}")
    values = [each for each in column.get("enum", (0,)) if each is not None]
    if not 1 <= len(values) <= MAX_ENUM:
        raise InvalidDeclaration("schema.enum_length", f"{path}.enum", most=MAX_ENUM)
    if "const" in column:
        _check_scalar(column["const"], f"{path}.const")
        if column["const"] is None:
            raise InvalidDeclaration("schema.only_null", f"{path}.const")
    if "pattern" in column:
        _check_pattern(column["pattern"], f"{path}.pattern")


def _check_scalar(value: Any, path: str) -> None:
    if not isinstance(value, str | int | float | bool | None):
        raise InvalidDeclaration("schema.not_a_cell", path, given=value)


def _check_pattern(pattern: str, path: str) -> None:
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise InvalidDeclaration(
            "schema.pattern_too_long", path, count=len(pattern), most=MAX_PATTERN_LENGTH
        )
    try:
        searcher(pattern)
    except Unfit as error:
        raise InvalidDeclaration(error.sentence, path) from error


def _check_table(schema: Mapping[str, Any]) -> None:
    if not isinstance(schema.get("additionalProperties", True), bool):
        raise InvalidDeclaration("schema.not_truth", "additionalProperties")
    unique = schema.get("x-unique", ["a column"])
    if not isinstance(unique, list) or not unique:
        raise InvalidDeclaration("schema.not_names", "x-unique", given=unique)
    named = (("required", schema.get("required", ())), ("x-unique", schema.get("x-unique", ())))
    for keyword, names in named:
        for position, name in enumerate(names):
            if name not in schema["properties"]:
                raise InvalidDeclaration(
                    "schema.not_a_property", f"{keyword}.{position}", name=name
                )
    least = schema.get("x-min-rows", 0)
    if not isinstance(least, int) or isinstance(least, bool) or least < 0:
        raise InvalidDeclaration("schema.not_count", "x-min-rows", given=least)
