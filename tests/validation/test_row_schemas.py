"""What a row schema may say, and how its refusal reads."""

import pytest

from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.validation.json_schema import check_row_schema, schema_hash
from iop_pipelines.validation.rules import compile_rules


def _schema(**column):
    return {"type": "object", "properties": {"delay": column}}


def test_every_supported_keyword_is_accepted():
    check_row_schema(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Days",
            "type": "object",
            "additionalProperties": False,
            "required": ["day"],
            "x-unique": ["day", "place"],
            "x-min-rows": 1,
            "properties": {
                "day": {"type": "string", "format": "date"},
                "at": {"type": "string", "format": "date-time"},
                "place": {"type": "string", "enum": ["EWR"], "minLength": 3, "maxLength": 3},
                "code": {"type": ["string", "null"], "pattern": "^[A-Z]+$"},
                "delay": {"type": ["number", "null"], "minimum": -60, "maximum": 2000},
                "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                "kind": {"const": "daily"},
                "is_late": {"type": "boolean"},
            },
        }
    )


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({}, "type"),
        ({"type": "array", "properties": {"a": {}}}, "type"),
        ({"type": "object", "properties": {}}, "properties"),
        ({"type": "object", "properties": {"a": {}}, "oneOf": [{}]}, "oneOf"),
        (_schema(type="number", multipleOf=2), "properties.delay.multipleOf"),
        (_schema(type="object"), "properties.delay.type"),
        (_schema(type="decimal"), "properties.delay.type"),
        (_schema(minimum="0"), "properties.delay.minimum"),
        (_schema(format="email"), "properties.delay.format"),
        (_schema(pattern="("), "properties.delay.pattern"),
        (_schema(pattern="a" * 300), "properties.delay.pattern"),
        (_schema(enum=[[1]]), "properties.delay.enum.0"),
        (_schema(enum=[]), "properties.delay.enum"),
        (_schema(enum=[None]), "properties.delay.enum"),
        (_schema(const=None), "properties.delay.const"),
        ({**_schema(), "required": ["other"]}, "required.0"),
        ({**_schema(), "x-unique": ["delay", "other"]}, "x-unique.1"),
        ({**_schema(), "x-unique": []}, "x-unique"),
        ({**_schema(), "x-min-rows": -1}, "x-min-rows"),
        ({**_schema(), "additionalProperties": {"type": "number"}}, "additionalProperties"),
        ({**_schema(), "$schema": "http://json-schema.org/draft-07/schema#"}, "$schema"),
    ],
)
def test_what_is_outside_the_subset_is_refused_by_its_path(schema, field):
    with pytest.raises(InvalidDeclaration) as refused:
        check_row_schema(schema)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("a(?=b)", "(?="),
        ("a(?!b)", "(?!"),
        ("(?<=a)b", "(?<="),
        ("(?<!a)b", "(?<!"),
        (r"(a)\1", r"\1"),
        ("(?P<one>a)(?P=one)", "(?P=one"),
    ],
)
def test_a_pattern_that_only_a_backtracking_engine_has_is_refused(pattern, said):
    with pytest.raises(InvalidDeclaration) as refused:
        check_row_schema(_schema(pattern=pattern))
    assert refused.value.field == "properties.delay.pattern"
    assert repr(pattern) in str(refused.value)
    assert said in str(refused.value)
    assert "look-aheads, look-behinds and back-references are not allowed" in str(refused.value)


@pytest.mark.parametrize(
    "pattern", [r"\pL+$", "^(a|b){2,9}c?$", r"\d\s\w", "(?i)x", "(?P<n>a)", "é|日本"]
)
def test_what_cannot_backtrack_is_accepted(pattern):
    check_row_schema(_schema(pattern=pattern))


def test_the_hash_ignores_key_order_and_sees_every_value():
    one = {"type": "object", "properties": {"a": {"minimum": 1, "type": "number"}}}
    same = {"properties": {"a": {"type": "number", "minimum": 1}}, "type": "object"}
    other = {"type": "object", "properties": {"a": {"minimum": 2, "type": "number"}}}
    assert schema_hash(one) == schema_hash(same) != schema_hash(other)
    assert len(schema_hash(one)) == 64


def test_rules_read_as_a_person_would_say_them():
    rules = compile_rules(
        {
            "type": "object",
            "required": ["delay"],
            "properties": {
                "delay": {"type": ["number", "null"], "maximum": 2000},
                "origin": {"enum": ["EWR", "JFK"]},
            },
        }
    )
    assert [(rule.column, rule.text) for rule in rules] == [
        (None, "required delay"),
        ("delay", "type number|null"),
        ("delay", "maximum 2000"),
        # An enum without null forbids null too.
        ("origin", "type string|integer|number|boolean"),
        ("origin", 'enum "EWR", "JFK"'),
    ]
