import jsonschema
import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.declarations import demo_declarations, load_declaration
from iop_pipelines.transform.steps import parse_steps, steps_json_schema


def test_the_demo_declares_at_least_five_kinds_of_steps_that_fit_together():
    declarations = demo_declarations()
    assert [d.name for d in declarations] == ["airport_daily", "flights_daily"]
    kinds = {step.kind for d in declarations for step in parse_steps(d)}
    assert kinds == {
        "cast",
        "deduplicate",
        "join_reference",
        "holidays",
        "derive",
        "gap_policy",
        "resample",
    }


def test_the_demos_measures_are_the_ones_that_models_ask_for():
    flights = demo_declarations()[1].measures
    assert {"flights", "cancelled", "cancelled_pct", "late15_pct", "dep_delay", "arr_delay"} <= set(
        flights
    )
    assert flights["dep_delay"].unit == "min"
    assert flights["cancelled_pct"].model_dump()["scale"] == 100


def test_the_json_schema_accepts_the_demos_steps_and_refuses_an_unknown_kind():
    schema = steps_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for declaration in demo_declarations():
        jsonschema.validate(declaration.model_dump(mode="json")["steps"], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{"kind": "guess"}], schema)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"kind": "guess"}, r"^steps\.1\.kind: is 'guess'; it can be cast, "),
        ({"kind": "deduplicate", "key": []}, r"^steps\.1\.key: "),
        ({"kind": "deduplicate", "key": ["day"], "keep": "first"}, r"^steps\.1\.keep: "),
        ({"kind": "deduplicate", "key": ["day"], "version": 2}, r"^steps\.1\.version: "),
        (
            {"kind": "deduplicate", "key": ["town"]},
            r"^steps\.1\.key\.0: step 2 \(deduplicate\) reads 'town'; there is amount, day",
        ),
        (
            {"kind": "cast", "columns": {"day": {"to": "datetime", "zone": "Lagos"}}},
            r"^steps\.1\.columns\.day\.zone: .*'Lagos' is no IANA time zone",
        ),
        (
            {
                "kind": "derive",
                "columns": {"x": {"value": {"field": "units", "op": "exec", "value": 1}}},
            },
            r"^steps\.1\.columns\.x\.value\.op: ",
        ),
        (
            {"kind": "derive", "columns": {"x": {"value": {"field": "town"}}}},
            r"^steps\.1\.columns\.x\.value: step 2 \(derive\) reads 'town'",
        ),
        (
            {"kind": "gap_policy", "policy": "zero", "time": "day"},
            r"^steps\.1\.policy: is 'zero'; it can be absent, null, forward_fill",
        ),
        (
            {"kind": "gap_policy", "policy": "forward_fill", "time": "day", "columns": ["amount"]},
            r"^steps\.1: .*limit belongs to forward_fill",
        ),
        (
            {"kind": "gap_policy", "policy": "absent", "time": "day"},
            r"^steps\.1: .*columns must name what absent is for",
        ),
        (
            {
                "kind": "join_reference",
                "reference": {"table": "users"},
                "match": {"shop": "name"},
                "take": {"town": "town"},
            },
            r"^steps\.1\.reference\.table: .*drm_ref_",
        ),
        (
            {
                "kind": "join_reference",
                "reference": {"csv": "../../etc/passwd"},
                "match": {"shop": "name"},
                "take": {"town": "town"},
            },
            r"^steps\.1\.reference\.csv: ",
        ),
    ],
)
def test_a_wrong_step_is_refused_with_the_path_of_what_is_wrong(sales, step, message):
    with pytest.raises(InvalidDeclaration, match=message):
        check_declaration(sales(step))


def test_the_first_step_must_read_the_delivered_text(sales):
    with pytest.raises(InvalidDeclaration, match=r"^steps\.0\.kind: the first step must be a cast"):
        check_declaration(sales(steps=[{"kind": "deduplicate", "key": ["day"]}]))


def test_a_field_that_no_step_leaves_is_refused(sales):
    with pytest.raises(InvalidDeclaration, match=r"^fields\.town: no step leaves 'town'"):
        check_declaration(sales(more_fields={"town": {"type": "string"}}))


def test_columns_are_followed_through_a_resample(sales):
    resample = {
        "kind": "resample",
        "time": "day",
        "into": "week",
        "freq": "W",
        "aggregate": {"amount": {"column": "amount", "how": "sum"}},
    }
    with pytest.raises(
        InvalidDeclaration, match=r"^steps\.2\.key\.0: step 3 \(deduplicate\) reads 'shop'"
    ):
        check_declaration(sales(resample, {"kind": "deduplicate", "key": ["shop"]}))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ({"subtract": [1]}, r"^steps\.1\.columns\.x\.value\.subtract: .*at least 2"),
        (
            {"if": {"field": "units", "op": "gt", "value": 1}, "then": 1},
            r"x\.value\.else: is missing",
        ),
        (
            {"round": {"field": "units"}, "decimals": {"field": "units"}},
            r"value\.decimals: .*whole number",
        ),
        (float("inf"), r"^steps\.1\.columns\.x\.value\S*: .*finite"),
        ({"name": "x"}, "an expression is a literal, a field, arithmetic or a condition"),
        ({"field": "units", "lag": 1}, "earlier periods, which only rules know"),
        ({"abs": {"field": "units", "agg": "mean", "previous": 3}}, "earlier periods"),
        ({"field": "units", "op": "eq", "value": {"param": "p"}}, "only queries have"),
    ],
)
def test_an_expression_that_cannot_be_computed_is_refused(sales, expression, message):
    with pytest.raises(InvalidDeclaration, match=message):
        check_declaration(sales({"kind": "derive", "columns": {"x": {"value": expression}}}))


def test_an_expression_nested_too_deep_is_refused(sales):
    expression = 1.0
    for _ in range(19):
        expression = {"negate": expression}
    check_declaration(sales({"kind": "derive", "columns": {"x": {"value": expression}}}))
    for extra in range(1, 5000):
        expression = {"negate": expression}
        if extra in (1, 40, 4999):
            with pytest.raises(InvalidDeclaration) as caught:
                check_declaration(
                    sales({"kind": "derive", "columns": {"x": {"value": expression}}})
                )
            assert str(caught.value.field).startswith("steps.1.columns.x.value")


def test_an_expression_has_1000_operands_and_no_more(sales):
    def summed(*, last):
        hundred = {"add": [{"add": [1.0] * 10}] * 10}
        return {
            "add": [*[hundred] * 9, {"add": [{"add": [1.0] * 10}] * 9 + [{"add": [1.0] * last}]}]
        }

    check_declaration(sales({"kind": "derive", "columns": {"x": {"value": summed(last=10)}}}))
    with pytest.raises(InvalidDeclaration, match="more than 1,000 operands") as caught:
        check_declaration(sales({"kind": "derive", "columns": {"x": {"value": summed(last=11)}}}))
    assert caught.value.field == "steps.1.columns.x.value"


def test_a_file_that_is_wrong_is_named_with_the_field(tmp_path):
    path = tmp_path / "sales.yaml"
    path.write_text("source: sales\nname: Sales\n")
    with pytest.raises(
        InvalidDeclaration, match=r"^sales\.yaml, line 2: name: is 'Sales'; it must"
    ):
        load_declaration(path)
    path.write_text("name: [")
    with pytest.raises(InvalidDeclaration, match=r"^sales\.yaml, line 1, column 8: is no YAML: "):
        load_declaration(path)


def test_declarations_survive_json():
    for declaration in demo_declarations():
        again = DatasetDeclaration.model_validate_json(declaration.model_dump_json())
        assert parse_steps(again) == parse_steps(declaration)
