"""A row schema as a list of typed rules, which Great Expectations then checks; loads nothing heavy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from iop_pipelines.validation.json_schema import TYPES, allows_null, types_of

Keyword = Literal[
    "required",
    "additionalProperties",
    "x-min-rows",
    "x-unique",
    "type",
    "format",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
]
_BOUNDS: tuple[Keyword, ...] = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
)
_MAX_TEXT = 120


@dataclass(frozen=True)
class Rule:
    """One keyword of a schema; `column` is None for those over the whole frame."""

    column: str | None
    keyword: Keyword
    value: Any

    @property
    def text(self) -> str:
        """`maximum 2000`, `type number|null`, `enum "EWR", "JFK"`."""
        if self.keyword == "type":
            said = "|".join(self.value)
        elif self.keyword == "enum":
            said = ", ".join(json.dumps(each) for each in self.value)
        elif self.keyword in ("required", "x-unique", "additionalProperties"):
            said = ", ".join(self.value)
        else:
            said = str(self.value)
        text = f"{self.keyword} {said}"
        return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def compile_rules(schema: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of a schema that `check_row_schema` accepted: those over the frame, then by column."""
    rules = [Rule(None, keyword, value) for keyword, value in _table_rules(schema)]
    for name, column in schema["properties"].items():
        rules.extend(Rule(name, keyword, value) for keyword, value in _column_rules(column))
    return tuple(rules)


def _table_rules(schema: Mapping[str, Any]) -> list[tuple[Keyword, Any]]:
    rules: list[tuple[Keyword, Any]] = []
    if schema.get("required"):
        rules.append(("required", tuple(schema["required"])))
    if schema.get("additionalProperties") is False:
        rules.append(("additionalProperties", tuple(schema["properties"])))
    if schema.get("x-min-rows"):
        rules.append(("x-min-rows", schema["x-min-rows"]))
    if schema.get("x-unique"):
        rules.append(("x-unique", tuple(schema["x-unique"])))
    return rules


def _column_rules(column: Mapping[str, Any]) -> list[tuple[Keyword, Any]]:
    rules: list[tuple[Keyword, Any]] = []
    # A null that `enum` or `const` excludes breaks the type: Great Expectations' own set
    # expectation passes over nulls.
    types = tuple(each for each in types_of(column) if each != "null" or allows_null(column))
    if set(types) != set(TYPES):
        rules.append(("type", types))
    for keyword, values in (("enum", column.get("enum")), ("const", [column.get("const")])):
        if keyword in column:
            rules.append(("enum", tuple(values or ())))
    rules.extend((keyword, column[keyword]) for keyword in _BOUNDS if keyword in column)
    return rules
