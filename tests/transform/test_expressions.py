import math

import pandas as pd
import pytest
from pydantic import TypeAdapter

from iop_pipelines.analytics.conditions import FrameColumns, values_of
from iop_pipelines.domain.conditions import Expression, fields_of
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery

A, B, TEXT = {"field": "a"}, {"field": "b"}, {"field": "text"}
FLAG = {"field": "flag", "op": "eq", "value": True}
FRAME = pd.DataFrame(
    {
        "a": pd.array([6, 2, None], dtype="Int64"),
        "b": [4.0, 0.0, 1.0],
        "text": pd.Series(["x", None, "y"], dtype=object),
        "flag": pd.array([True, False, None], dtype="boolean"),
        "day": pd.to_datetime(pd.Series(["2013-02-01", "2013-02-02", None])),
        "big": pd.array([2**53 + 1, 2**53, None], dtype="Int64"),
    }
)


def compute(content):
    expression = TypeAdapter(Expression).validate_python(content)
    found = values_of(expression, FrameColumns(FRAME, "UTC"), Scope(now=None, zone="UTC"))
    values = [
        value if known else None
        for value, known in zip(found.data.tolist(), found.known, strict=True)
    ]
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (A, [6, 2, None]),
        (2.5, [2.5] * 3),
        (None, [None] * 3),
        ({"add": [A, B, 1]}, [11, 3, None]),
        ({"subtract": [A, B]}, [2, 2, None]),
        ({"multiply": [A, B]}, [24, 0, None]),
        ({"divide": [A, B]}, [1.5, None, None]),
        ({"negate": A}, [-6, -2, None]),
        ({"abs": {"subtract": [B, A]}}, [2, 2, None]),
        ({"round": {"divide": [B, 3]}, "decimals": 2}, [1.33, 0, 0.33]),
        ({"min": [A, B]}, [4, 0, None]),
        ({"max": [A, B]}, [6, 2, None]),
        ({"coalesce": [A, B]}, [6, 2, 1]),
        ({"coalesce": [None, A, 9]}, [6, 2, 9]),
        ({"coalesce": [TEXT, "none"]}, ["x", "none", "y"]),
        ({"left": A, "op": "lt", "value": B}, [0, 0, None]),
        ({"field": "a", "op": "ge", "value": 2}, [1, 1, None]),
        ({"field": "a", "op": "eq", "value": 2}, [0, 1, None]),
        ({"field": "a", "op": "gt", "value": 2.5}, [1, 0, None]),
        ({"field": "a", "op": "eq", "value": 2.5}, [0, 0, None]),
        ({"field": "a", "op": "in", "value": [2, 6.5]}, [0, 1, None]),
        ({"field": "a", "op": "between", "value": [1.5, 2.5]}, [0, 1, None]),
        ({"field": "text", "op": "ne", "value": "x"}, [0, None, 1]),
        ({"field": "text", "op": "contains", "value": "X"}, [1, None, 0]),
        ({"field": "text", "op": "not_null"}, [1, 0, 1]),
        ({"field": "day", "op": "le", "value": "2013-02-01"}, [1, 0, None]),
        (
            {
                "field": "day",
                "op": "in_period",
                "value": {"from": "2013-02-02", "to": "2013-02-02"},
            },
            [0, 1, None],
        ),
        ({"field": "big", "op": "gt", "value": 2**53}, [1, 0, None]),
        ({"left": {"coalesce": [{"field": "big"}, 0]}, "op": "gt", "value": 2**53}, [1, 0, 0]),
        ({"and": [FLAG, {"field": "a", "op": "gt", "value": B}]}, [1, 0, None]),
        ({"and": [{"field": "b", "op": "gt", "value": 9}, FLAG]}, [0, 0, 0]),
        ({"or": [{"field": "b", "op": "lt", "value": 9}, FLAG]}, [1, 1, 1]),
        ({"not": FLAG}, [0, 1, None]),
        ({"unless": FLAG}, [0, 1, 1]),
        ({"add": [FLAG, 1]}, [2, 1, None]),
        ({"field": "a", "op": "is_null"}, [0, 0, 1]),
        (
            {"if": {"field": "a", "op": "gt", "value": 3}, "then": "busy", "else": "calm"},
            ["busy", "calm", None],
        ),
        (
            {"if": {"field": "a", "op": "gt", "value": 3}, "then": TEXT, "else": None},
            ["x", None, None],
        ),
        (
            {"if": {"field": "b", "op": "gt", "value": 0}, "then": {"divide": [A, B]}, "else": 0},
            [1.5, 0, None],
        ),
    ],
)
def test_an_expression_is_computed_row_by_row_with_nulls_kept(content, expected):
    assert compute(content) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"add": [A, TEXT]}, "add takes numbers, not text"),
        ({"negate": {"field": "day"}}, "negate takes numbers, not moments"),
        ({"field": "a", "op": "eq", "value": "x"}, "'x' is no integer, which 'a' is"),
        ({"field": "a", "op": "eq", "value": TEXT}, "'text' is a string; 'a' is a integer"),
        ({"if": FLAG, "then": A, "else": "x"}, "if takes values of one kind, not numbers and text"),
        ({"field": "day", "op": "in_period", "value": "last_week"}, "another period every day"),
        ({"field": "colour", "op": "is_null"}, "no step leaves 'colour'"),
    ],
)
def test_kinds_that_do_not_mix_are_refused(content, message):
    with pytest.raises(InvalidQuery, match=message):
        compute(content)


def test_the_fields_that_an_expression_reads_are_known_beforehand():
    when = {"left": A, "op": "gt", "value": {"field": "flag"}}
    expression = TypeAdapter(Expression).validate_python(
        {"if": when, "then": B, "else": {"add": [A, 1]}}
    )
    assert list(fields_of(expression)) == ["a", "flag", "b", "a"]
