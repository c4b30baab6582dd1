"""The part of JSON Schema (draft 2020-12) that a model may say about its rows, and its check.

A row is an object; a column that the frame lacks is a key that every row lacks; NaN, NaT and None
are null, so a column that may be unknown has `"null"` among its types. Everything outside the
subset is refused, never ignored.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from iop_pipelines.domain.patterns import MAX_PATTERN_LENGTH, searcher
from iop_pipelines.errors import InvalidDeclaration

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
        raise InvalidDeclaration(f"is a {type(schema).__name__}; a JSON Schema object is needed")
    _check_draft(schema)
    _check_keywords(schema, ROOT_KEYWORDS, "")
    if schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
        raise InvalidDeclaration(f"is {schema['$schema']!r}; it can be {DIALECT}", "$schema")
    if schema.get("type") != "object":
        raise InvalidDeclaration(f"is {schema.get('type')!r}; a row's type is 'object'", "type")
    properties = schema.get("properties") or {}
    if not 1 <= len(properties) <= MAX_COLUMNS:
        raise InvalidDeclaration(
            f"describes {len(properties)} columns; it can be 1 to {MAX_COLUMNS}", "properties"
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
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    try:
        # Without Python's verdict on patterns: RE2 runs them, and has its own.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker([]))
    except SchemaError as error:
        field = ".".join(str(part) for part in error.absolute_path)
        raise InvalidDeclaration(error.message, field or None) from error


def _check_keywords(part: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    for keyword in part:
        if keyword not in known:
            supported = ", ".join(each for each in known if each not in _NOTES)
            raise InvalidDeclaration(
                f"this keyword is not supported over rows; supported are {supported}",
                f"{path}.{keyword}" if path else keyword,
            )


def _check_column(column: Any, path: str) -> None:
    if not isinstance(column, Mapping):
        raise InvalidDeclaration(f"is {column!r}; an object with a type is needed", path)
    _check_keywords(column, COLUMN_KEYWORDS, path)
    named = column.get("type", ())
    for each in (named,) if isinstance(named, str) else named:
        if each not in TYPES:
            raise InvalidDeclaration(
                f"is {each!r}; a column can be {', '.join(TYPES)}", f"{path}.type"
            )
    if column.get("format", FORMATS[0]) not in FORMATS:
        raise InvalidDeclaration(
            f"is {column['format']!r}; it can be {' or '.join(FORMATS)}", f"{path}.format"
        )
    for position, value in enumerate(column.get("enum", ())):
        _check_scalar(value, f"{path}.enum.{position}")
    values = [each for each in column.get("enum", (0,)) if each is not None]
    if not 1 <= len(values) <= MAX_ENUM:
        raise InvalidDeclaration(f"has to hold 1 to {MAX_ENUM} values besides null", f"{path}.enum")
    if "const" in column:
        _check_scalar(column["const"], f"{path}.const")
        if column["const"] is None:
            raise InvalidDeclaration(
                "a column of nothing but null can be left out", f"{path}.const"
            )
    if "pattern" in column:
        _check_pattern(column["pattern"], f"{path}.pattern")


def _check_scalar(value: Any, path: str) -> None:
    if not isinstance(value, str | int | float | bool | None):
        raise InvalidDeclaration(f"is {value!r}; a cell is a string, number, boolean or null", path)


def _check_pattern(pattern: str, path: str) -> None:
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise InvalidDeclaration(
            f"has {len(pattern)} characters; it can have {MAX_PATTERN_LENGTH}", path
        )
    try:
        searcher(pattern)
    except ValueError as error:
        raise InvalidDeclaration(str(error), path) from error


def _check_table(schema: Mapping[str, Any]) -> None:
    if not isinstance(schema.get("additionalProperties", True), bool):
        raise InvalidDeclaration("can be true or false over rows", "additionalProperties")
    unique = schema.get("x-unique", ["a column"])
    if not isinstance(unique, list) or not unique:
        raise InvalidDeclaration(f"is {unique!r}; a list of column names is needed", "x-unique")
    named = (("required", schema.get("required", ())), ("x-unique", schema.get("x-unique", ())))
    for keyword, names in named:
        for position, name in enumerate(names):
            if name not in schema["properties"]:
                raise InvalidDeclaration(
                    f"{name!r} is not among the properties", f"{keyword}.{position}"
                )
    least = schema.get("x-min-rows", 0)
    if not isinstance(least, int) or isinstance(least, bool) or least < 0:
        raise InvalidDeclaration(f"is {least!r}; a whole number from 0 is needed", "x-min-rows")
