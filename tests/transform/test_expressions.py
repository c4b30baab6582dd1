import math

import pandas as pd
import pytest
from pydantic import TypeAdapter

from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.evaluate import evaluate
from iop_pipelines.transform.expressions import Expression, columns_of

A, B, NULL = {"column": "a"}, {"column": "b"}, {"value": None}
FRAME = pd.DataFrame(
    {
        "a": pd.array([6, 2, None], dtype="Int64"),
        "b": [4.0, 0.0, 1.0],
        "text": pd.Series(["x", None, "y"], dtype=object),
        "flag": pd.array([True, False, None], dtype="boolean"),
        "day": pd.to_datetime(["2013-02-01"] * 3),
    }
)


def compute(content):
    expression = TypeAdapter(Expression).validate_python(content)
    values = evaluate(FRAME, expression).tolist()
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values]


def op(name, *args):
    return {"op": name, "args": list(args)}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (A, [6, 2, None]),
        ({"value": 2.5}, [2.5] * 3),
        (op("add", A, B, {"value": 1}), [11, 3, None]),
        (op("subtract", A, B), [2, 2, None]),
        (op("multiply", A, B), [24, 0, None]),
        (op("divide", A, B), [1.5, None, None]),
        (op("negate", A), [-6, -2, None]),
        (op("abs", op("subtract", B, A)), [2, 2, None]),
        (op("round", op("divide", B, {"value": 3}), {"value": 2}), [1.33, 0, 0.33]),
        (op("min", A, B), [4, 0, None]),
        (op("max", A, B), [6, 2, None]),
        (op("coalesce", A, B), [6, 2, 1]),
        (op("coalesce", NULL, A, {"value": 9}), [6, 2, 9]),
        (op("less", A, B), [0, 0, None]),
        (op("greater_equal", A, {"value": 2}), [1, 1, None]),
        (op("equal", A, {"value": 2}), [0, 1, None]),
        (op("not_equal", {"column": "text"}, {"value": "x"}), [0, None, 1]),
        (op("and", {"column": "flag"}, op("greater", A, B)), [1, 0, None]),
        (op("or", {"column": "flag"}, op("less", A, B)), [1, 0, None]),
        (op("not", {"column": "flag"}), [0, 1, None]),
        (op("is_null", A), [0, 0, 1]),
        (
            op("if", op("greater", A, {"value": 3}), {"value": "busy"}, {"value": "calm"}),
            ["busy", "calm", None],
        ),
        (
            op("if", op("greater", B, {"value": 0}), op("divide", A, B), {"value": 0}),
            [1.5, 0, None],
        ),
    ],
)
def test_an_expression_is_computed_row_by_row_with_nulls_kept(content, expected):
    assert compute(content) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (op("add", A, {"column": "text"}), "add takes numbers, not text"),
        (op("equal", A, {"value": "x"}), "equal takes numbers or text, not both"),
        (op("if", {"column": "flag"}, A, {"value": "x"}), "if takes numbers or text, not both"),
        ({"column": "day"}, "day is a date"),
    ],
)
def test_kinds_that_do_not_mix_are_refused(content, message):
    with pytest.raises(InvalidDeclaration, match=message):
        compute(content)


def test_the_columns_that_an_expression_reads_are_known_beforehand():
    expression = TypeAdapter(Expression).validate_python(op("if", A, B, op("add", A, {"value": 1})))
    assert list(columns_of(expression)) == ["a", "b", "a"]
