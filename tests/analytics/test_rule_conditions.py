"""What a rule's words mean, and that a gap never decides."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from iop_pipelines.analytics.conditions import MeasureColumns, evaluate, values_of
from iop_pipelines.analytics.rule_language import SCOPE, Rule, depth_of, measures_of
from iop_pipelines.domain.conditions import Condition, Expression
from iop_pipelines.runtimes.catalogue import RulesParams
from iop_pipelines.runtimes.params import parse_params

NAN = np.nan
COLUMNS = {"y": np.array([1.0, 2.0, NAN, 4.0, 5.0]), "flag": np.array([0.0, 1.0, 1.0, NAN, 0.0])}


def operand(words: Any) -> list[float]:
    parsed = TypeAdapter(Expression).validate_python(words)
    return values_of(parsed, MeasureColumns(COLUMNS), SCOPE).floats.tolist()


def verdict(words: Any) -> str:
    """t, f or u (unknown) for each period."""
    parsed = TypeAdapter(Condition).validate_python(words)
    found = evaluate(parsed, MeasureColumns(COLUMNS), SCOPE)
    return "".join(
        "t" if yes else "f" if no else "u"
        for yes, no in zip(found.is_true, found.is_false, strict=True)
    )


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (3, [3, 3, 3, 3, 3]),
        ({"field": "y"}, [1, 2, NAN, 4, 5]),
        ({"field": "y", "lag": 1}, [NAN, 1, 2, NAN, 4]),
        ({"field": "y", "lag": 9}, [NAN] * 5),
        ({"field": "y", "agg": "sum", "previous": 2}, [NAN, 1, 3, 2, 4]),
        ({"field": "y", "agg": "sum", "previous": 2, "min_count": 2}, [NAN, NAN, 3, NAN, NAN]),
        ({"field": "y", "agg": "mean", "previous": 4}, [NAN, NAN, 1.5, 1.5, 7 / 3]),
        ({"field": "y", "agg": "median", "previous": 3, "min_count": 1}, [NAN, 1, 1.5, 1.5, 3]),
        ({"field": "y", "agg": "min", "previous": 2, "min_count": 1}, [NAN, 1, 1, 2, 4]),
        ({"field": "y", "agg": "max", "previous": 2, "min_count": 1}, [NAN, 1, 2, 2, 4]),
        ({"field": "y", "agg": "std", "previous": 2}, [NAN, NAN, 0.5**0.5, NAN, NAN]),
        ({"field": "y", "agg": "count", "previous": 3}, [0, 1, 2, 2, 2]),
        ({"multiply": [3, {"field": "y"}]}, [3, 6, NAN, 12, 15]),
        (
            {"add": [{"field": "y"}, {"multiply": [-1, {"field": "y", "lag": 1}]}]},
            [NAN, 1, NAN, NAN, 1],
        ),
    ],
)
def test_operands(words: Any, values: list[float]) -> None:
    np.testing.assert_allclose(operand(words), values)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"field": "y", "op": "gt", "value": 2}, "ffutt"),
        ({"field": "y", "op": "ge", "value": 2}, "ftutt"),
        ({"field": "y", "op": "lt", "value": 2}, "tfuff"),
        ({"field": "y", "op": "le", "value": 2}, "ttuff"),
        ({"field": "y", "op": "eq", "value": 2}, "ftuff"),
        ({"field": "y", "op": "ne", "value": 2}, "tfutt"),
        ({"not": {"field": "y", "op": "gt", "value": 2}}, "ttuff"),
    ],
)
def test_comparisons(words: Any, said: str) -> None:
    assert verdict(words) == said


def test_and_is_false_as_soon_as_one_part_is_and_or_true_as_soon_as_one_part_is() -> None:
    big = {"field": "y", "op": "gt", "value": 1}
    flagged = {"field": "flag", "op": "eq", "value": 1}
    assert (verdict(big), verdict(flagged)) == ("ftutt", "fttuf")
    assert verdict({"and": [big, flagged]}) == "ftuuf"
    assert verdict({"or": [big, flagged]}) == "ftttt"


def test_a_rule_knows_every_measure_it_names() -> None:
    rule = Rule.model_validate(
        {
            "name": "slow",
            "measure": "a",
            "when": {
                "and": [
                    {
                        "field": "b",
                        "op": "gt",
                        "value": {"add": [1, {"field": "c", "lag": 2}]},
                    },
                    {
                        "not": {
                            "or": [
                                {
                                    "left": {"field": "d", "agg": "max", "previous": 3},
                                    "op": "lt",
                                    "value": 0,
                                }
                            ]
                        }
                    },
                ]
            },
            "expected": {"multiply": [2, {"field": "e"}]},
        }
    )
    assert measures_of(rule) == {"a", "b", "c", "d", "e"}


def test_depth_counts_nesting_without_recursion() -> None:
    nested: Any = 1
    for _ in range(5000):
        nested = {"not": nested}
    assert depth_of(nested) == 5001


COMPARISON = {"field": "a", "op": "gt", "value": 1}


def _rule(when: Any, **more: Any) -> Rule:
    return Rule.model_validate({"name": "r", "measure": "y", "when": when, **more})


def _refused(when: Any, **more: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        _rule(when, **more)
    return str(caught.value)


@pytest.mark.parametrize("key", ["and", "or"])
def test_a_rule_has_200_comparisons_and_no_more(key: str) -> None:
    assert _rule({key: [COMPARISON] * 200})
    assert "more than 200 conditions" in _refused({key: [COMPARISON] * 201})
    assert "more than 200 conditions" in _refused({key: [{key: [COMPARISON] * 100}] * 100})


@pytest.mark.parametrize(("key", "listed"), [("and", True), ("not", False), ("unless", False)])
def test_a_rule_has_20_levels_of_conditions_and_no_more(key: str, listed: bool) -> None:
    when: Any = COMPARISON
    for _ in range(19):
        when = {key: [when] if listed else when}
    assert _rule(when)
    assert "deeper than 20 levels" in _refused({key: [when] if listed else when})


@pytest.mark.parametrize("key", ["multiply", "add"])
def test_a_rule_has_1000_operands_of_20_levels_and_no_more(key: str) -> None:
    operand: Any = 1
    for _ in range(19):
        operand = {key: [operand, 1]}
    assert _rule({"left": operand, "op": "gt", "value": operand}, expected=operand)
    assert "deeper than 20 levels" in _refused(COMPARISON, expected={key: [operand, 1]})
    four = {key: [1, 1, 1, 1]}
    sixteen = {key: [four] * 4}
    assert _rule({"and": [{"op": "gt", "value": 1, "left": four}] * 199})  # of 5 operands each
    many = {"and": [{"op": "gt", "value": 1, "left": {key: [sixteen] * 4}}] * 16}
    assert "more than 1,000 operands" in _refused(many)


def test_the_deepest_conditions_hold_the_deepest_operands() -> None:
    operand: Any = {"field": "a"}
    for _ in range(19):
        operand = {"add": [operand, 1]}
    when: Any = {"left": operand, "op": "gt", "value": operand}
    for _ in range(19):
        when = {"and": [when]}
    rules = {"rules": [{"name": "r", "measure": "y", "when": when}]}
    assert parse_params(RulesParams, rules).rules[0].when
