"""Every place of every kind of step with a column of every type: what is accepted prepares, what is not is said."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

import pandas as pd
import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration, PlainType
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.prepare import prepare
from iop_pipelines.transform.steps import ON_TEXT, Step

WINDOW = (datetime(2013, 2, 1), datetime(2013, 2, 3))
# A column of each type is called like it; of decimals one scale stands for all.
DECIMAL = "decimal_2"
TYPES: tuple[str, ...] = (*get_args(PlainType), DECIMAL)


def told(type_: str) -> str:
    """As a declaration says it."""
    return "decimal(2)" if type_ == DECIMAL else type_


# Those that stand before the cast know no types.
KINDS = [
    get_args(each.model_fields["kind"].annotation)[0]
    for each in get_args(get_args(Step)[0])
    if each not in ON_TEXT
]
ROWS = {
    "day": ["2013-02-01", "2013-02-01", "2013-02-02"],
    "code": ["a", "b", "a"],
    "string": ["EWR", None, "JFK"],
    "integer": ["9007199254740993", None, "2"],
    "number": ["1.5", None, "2.25"],
    "boolean": ["yes", None, "no"],
    "date": ["2013-02-01", None, "2013-02-02"],
    "datetime": ["2013-02-01T06:30", None, "2013-02-02T07:00"],
    "decimal_2": ["1.50", None, "2.25"],
}
NUMBER, TRUTH, MOMENT, TEXT = (
    {"number", "integer", DECIMAL},
    {"boolean"},
    {"date", "datetime"},
    {"string"},
)
ALL = NUMBER | TRUTH | MOMENT | TEXT


def aggregate(how: str, column: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "resample",
        "time": "day",
        "into": "day",
        "by": ["code"],
        "aggregate": {"x": {"column": column, "how": how, **more}},
    }


def derived(value: Any, type_: str = "number") -> dict[str, Any]:
    return {"kind": "derive", "columns": {"x": {"type": type_, "value": value}}}


RATES = {"csv": "rates"}
AIRPORTS = {"csv": "airports"}
# (kind, place): the step with `?` there, and the types that it can mean something for. A number matched as text
# ("1.0") or a moment never meets a reference's own spelling, so those are no answers.
PLACES: dict[tuple[str, str], tuple[dict[str, Any], set[str]]] = {
    ("cast", "columns.x.source"): (
        {
            "kind": "cast",
            "columns": {
                "day": {"to": "date", "source": "iso"},
                "x": {"to": "string", "source": "?"},
            },
        },
        TEXT,
    ),
    ("deduplicate", "key.0"): ({"kind": "deduplicate", "key": ["?"]}, ALL),
    ("resample", "time"): (
        {
            "kind": "resample",
            "time": "?",
            "into": "day",
            "aggregate": {"x": {"column": "code", "how": "count"}},
        },
        MOMENT,
    ),
    ("resample", "by.0"): (
        {
            "kind": "resample",
            "time": "day",
            "into": "day",
            "by": ["?"],
            "aggregate": {"x": {"column": "code", "how": "count"}},
        },
        ALL,
    ),
    ("resample", "sum"): (aggregate("sum", "?"), NUMBER | TRUTH),
    ("resample", "mean"): (aggregate("mean", "?"), NUMBER | TRUTH),
    ("resample", "min"): (aggregate("min", "?"), NUMBER | TRUTH | MOMENT),
    ("resample", "max"): (aggregate("max", "?"), NUMBER | TRUTH | MOMENT),
    ("resample", "first"): (aggregate("first", "?"), ALL),
    ("resample", "last"): (aggregate("last", "?", min_coverage=50), ALL),
    ("resample", "count"): (aggregate("count", "?"), ALL),
    ("resample", "weighted_mean"): (
        aggregate("weighted_mean", "?", weight="number"),
        NUMBER | TRUTH,
    ),
    ("resample", "weight"): (aggregate("weighted_mean", "number", weight="?"), NUMBER | TRUTH),
    ("join_reference", "match"): (
        {
            "kind": "join_reference",
            "reference": AIRPORTS,
            "match": {"?": "iata"},
            "take": {"x": "name"},
        },
        TEXT | {"integer"},
    ),
    ("holidays", "column"): ({"kind": "holidays", "column": "?", "country": "US"}, MOMENT),
    ("currency", "amount"): (
        {
            "kind": "currency",
            "amount": "?",
            "into": "x",
            "currency": "NGN",
            "to": "USD",
            "date": "day",
            "rates": RATES,
        },
        NUMBER,
    ),
    ("currency", "date"): (
        {
            "kind": "currency",
            "amount": "number",
            "into": "x",
            "currency": "NGN",
            "to": "USD",
            "date": "?",
            "rates": RATES,
        },
        MOMENT,
    ),
    ("currency", "currency"): (
        {
            "kind": "currency",
            "amount": "number",
            "into": "x",
            "currency": "?",
            "to": "USD",
            "date": "day",
            "rates": RATES,
        },
        TEXT,
    ),
    ("derive", "add"): (derived({"add": [{"field": "?"}, 1]}), NUMBER | TRUTH),
    ("derive", "less"): (
        derived({"left": {"field": "?"}, "op": "lt", "value": 1}, "boolean"),
        NUMBER | TRUTH,
    ),
    ("derive", "is_null"): (derived({"field": "?", "op": "is_null"}, "boolean"), ALL),
    ("derive", "equal"): (derived({"field": "?", "op": "eq", "value": "EWR"}, "boolean"), TEXT),
    ("derive", "coalesce"): (derived({"coalesce": [{"field": "?"}, 0]}), NUMBER | TRUTH),
    ("derive", "as text"): (derived({"field": "?"}, "string"), TEXT),
    ("derive", "as integer"): (derived({"field": "?"}, "integer"), NUMBER | TRUTH),
    ("derive", "as boolean"): (derived({"field": "?"}, "boolean"), NUMBER | TRUTH),
    ("gap_policy", "time"): ({"kind": "gap_policy", "policy": "null", "time": "?"}, MOMENT),
    ("gap_policy", "time of hours"): (
        {"kind": "gap_policy", "policy": "null", "time": "?", "freq": "h"},
        {"datetime"},
    ),
    ("gap_policy", "series"): (
        {"kind": "gap_policy", "policy": "null", "time": "day", "series": {"?": []}},
        TEXT,
    ),
    ("gap_policy", "absent"): (
        {"kind": "gap_policy", "policy": "absent", "time": "day", "columns": ["?"]},
        ALL,
    ),
    ("gap_policy", "forward_fill"): (
        {
            "kind": "gap_policy",
            "policy": "forward_fill",
            "time": "day",
            "limit": 1,
            "columns": ["?"],
            "series": {"code": ["a", "b"]},
            "adds_rows": True,
        },
        ALL,
    ),
}
CASES = [
    pytest.param(kind, step, type_, type_ in accepted, id=f"{kind}-{place}-{type_}")
    for (kind, place), (step, accepted) in PLACES.items()
    for type_ in TYPES
]


def _put(part: Any, name: str) -> Any:
    if isinstance(part, dict):
        return {_put(key, name): _put(value, name) for key, value in part.items()}
    if isinstance(part, list):
        return [_put(each, name) for each in part]
    return name if part == "?" else part


def _declare(step: dict[str, Any], fields: dict[str, Any], **more: Any) -> DatasetDeclaration:
    cast = {
        name: {"to": told(name) if name in TYPES else "string" if name == "code" else "date"}
        for name in ROWS
    } | {"iso": {"to": "string", "source": "day"}}
    content = {
        "name": "tried",
        "source": "tried",
        "time": "day",
        "freq": "D",
        "key": ["day"],
        "fields": fields,
        "steps": [{"kind": "cast", "columns": cast}, step],
        **more,
    }
    return DatasetDeclaration.model_validate(content)


def _rates(source: Any) -> pd.DataFrame:
    if source.csv == "airports":
        return pd.DataFrame({"iata": ["EWR"], "name": ["Newark"]}, dtype=object)
    row = {"date": "2013-02-01", "currency": "NGN", "quote": "USD", "rate": "0.006"}
    return pd.DataFrame([row], dtype=object)


def _prepared(declaration: DatasetDeclaration, rows: dict[str, list[str | None]]) -> pd.DataFrame:
    return prepare(declaration, pd.DataFrame(rows, dtype=object), WINDOW, _rates).frame


def _deliveries() -> Iterator[dict[str, list[str | None]]]:
    """All rows, none, and one in which only the moment is known."""
    yield ROWS
    yield {name: [] for name in ROWS}
    yield {name: cells[1:2] for name, cells in ROWS.items()}


def test_every_kind_of_step_is_tried_with_every_type() -> None:
    assert {kind for kind, _ in PLACES} == set(KINDS)
    assert len(CASES) == len(PLACES) * len(TYPES)


@pytest.mark.parametrize(("kind", "step", "type_", "is_accepted"), CASES)
def test_a_step_takes_the_types_that_mean_something_to_it(
    kind: str, step: dict[str, Any], type_: str, is_accepted: bool
) -> None:
    declaration = _declare(_put(step, type_), {"day": {"type": "date"}})
    if is_accepted:
        check_declaration(declaration)
        for rows in _deliveries():
            _prepared(declaration, rows)
        return
    with pytest.raises(InvalidDeclaration) as refused:
        check_declaration(declaration)
    message = str(refused.value)
    assert refused.value.field is not None
    assert refused.value.field.startswith("steps.1.")
    assert f"step 2 ({kind})" in message
    # What is wrong is named: the column with its type, or an expression's operand and what the call takes.
    names_the_column = repr(type_) in message
    names_the_operand = any(word in message for word in ("takes", "the expression gives", "'EWR'"))
    assert names_the_column or names_the_operand


FIELDS_FROM = {
    # A field may be wider than the column, never narrower.
    "string": {"string"},
    "integer": {"integer"},
    "number": {"number", "integer"},
    "boolean": {"boolean"},
    "date": {"date"},
    "datetime": {"datetime", "date"},
    DECIMAL: {DECIMAL},
}


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("declared", TYPES)
def test_a_field_is_declared_as_its_column_is_or_wider(declared: str, type_: str) -> None:
    step = {"kind": "deduplicate", "key": ["day", "code"]}
    fields = {
        "day": {"type": "date"},
        "code": {"type": "string"},
        type_ if type_ != "date" else "date": {"type": told(declared)},
    }
    declaration = _declare(step, fields, key=["day", "code"])
    if type_ in FIELDS_FROM[declared]:
        check_declaration(declaration)
        for rows in _deliveries():
            _prepared(declaration, rows)
        return
    with pytest.raises(
        InvalidDeclaration,
        match=rf"^fields\.{type_}\.type: .*leaves it as {re.escape(told(type_))}",
    ):
        check_declaration(declaration)


MADE = {
    "sum": {
        "integer": "integer",
        "number": "number",
        "boolean": "integer",
        DECIMAL: "decimal(2)",
    },
    "mean": {"integer": "number", "number": "number", "boolean": "number", DECIMAL: "number"},
    "min": {"integer": "integer", "number": "number", "boolean": "boolean", "date": "date"},
    "last": {"string": "string", "integer": "integer", "datetime": "datetime"},
    "count": {"string": "integer", "date": "integer"},
}


@pytest.mark.parametrize(
    ("how", "type_", "made"),
    [(how, type_, made) for how, each in MADE.items() for type_, made in each.items()],
)
def test_what_an_aggregate_leaves_is_of_the_type_that_is_said(
    how: str, type_: str, made: str
) -> None:
    fields = {"day": {"type": "date"}, "code": {"type": "string"}, "x": {"type": made}}
    declaration = _declare(aggregate(how, type_), fields, key=["day", "code"])
    check_declaration(declaration)
    dtypes = {
        "integer": "Int64",
        "decimal(2)": "Int64",
        "number": "float64",
        "boolean": "boolean",
        "string": "object",
    }
    for rows in _deliveries():
        frame = _prepared(declaration, rows)
        assert str(frame["x"].dtype) == dtypes.get(made, "datetime64[ns]")
    other = "string" if made != "string" else "integer"
    with pytest.raises(
        InvalidDeclaration,
        match=rf"leaves it as {re.escape(made)}: declare `type: {re.escape(made)}`",
    ):
        check_declaration(
            _declare(aggregate(how, type_), fields | {"x": {"type": other}}, key=["day", "code"])
        )


def test_whole_numbers_beyond_2_to_the_53_stay_exact_through_steps_and_sums() -> None:
    fields = {"day": {"type": "date"}, "code": {"type": "string"}, "x": {"type": "integer"}}
    declaration = _declare(aggregate("sum", "integer"), fields, key=["day", "code"])
    assert _prepared(declaration, ROWS)["x"].tolist()[0] == 9007199254740993


@pytest.mark.parametrize(
    ("bound", "value", "is_within"),
    [
        ({"maximum": 9007199254740992}, "9007199254740993", False),
        ({"maximum": 9007199254740993}, "9007199254740993", True),
        ({"minimum": 9007199254740993}, "9007199254740992", False),
        ({"minimum": -9007199254740993}, "-9007199254740993", True),
        ({"minimum": -9007199254740992}, "-9007199254740993", False),
        ({"maximum": 1e300}, "999999999999999999", True),
        ({"maximum": 10**30}, "999999999999999999", True),
    ],
)
def test_bounds_of_whole_numbers_are_compared_exactly(
    sales, bound: dict[str, Any], value: str, is_within: bool
) -> None:
    declaration = sales(
        steps=[
            {
                "kind": "cast",
                "columns": {
                    "day": {"to": "date"},
                    "shop": {"to": "string"},
                    "amount": {"to": "number"},
                    "units": {"to": "integer", **bound},
                },
            }
        ]
    )
    check_declaration(declaration)
    rows: dict[str, list[str | None]] = {
        "day": ["2013-02-01"],
        "shop": ["a"],
        "amount": ["1"],
        "units": [value],
    }
    assert len(_prepared(declaration, rows)) == int(is_within)


@pytest.mark.parametrize("type_", [each for each in TYPES if each not in NUMBER])
def test_bounds_are_for_numbers(sales, type_: str) -> None:
    step = {
        "kind": "cast",
        "columns": {"day": {"to": "date"}, "x": {"to": told(type_), "maximum": 3}},
    }
    with pytest.raises(
        InvalidDeclaration, match=rf"^steps\.0\.columns\.x\.maximum: .*read as {type_}"
    ):
        check_declaration(sales(steps=[step]))


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("freq", ["D", "h", None])
def test_the_time_is_a_moment_and_of_hours_a_datetime(freq: str | None, type_: str) -> None:
    step = {"kind": "deduplicate", "key": ["code"]}
    fields = {type_: {"type": told(type_)}, "code": {"type": "string"}}
    declaration = _declare(step, fields, time=type_, key=[type_, "code"], freq=freq)
    if type_ == "datetime" or (type_ == "date" and freq != "h"):
        check_declaration(declaration)
        return
    with pytest.raises(
        InvalidDeclaration, match=rf"^time: '{type_}' is {re.escape(told(type_))}; the time"
    ):
        check_declaration(declaration)


@pytest.mark.parametrize("zone", ["Africa/Atlantis", "", "../etc/passwd", "Lagos"])
def test_a_time_zone_that_does_not_exist_is_refused(sales, zone: str) -> None:
    with pytest.raises(InvalidDeclaration, match=r"^time_zone: .* is no IANA time zone"):
        check_declaration(sales(time_zone=zone))


@pytest.mark.parametrize("kind", ["sum", "mean", "min", "max", "ratio", "weighted_mean"])
@pytest.mark.parametrize("type_", TYPES)
def test_a_measure_is_of_a_field_that_it_can_be_computed_of(kind: str, type_: str) -> None:
    roles = {"ratio": ["numerator", "denominator"], "weighted_mean": ["field", "weight"]}
    measure = {"kind": kind, **dict.fromkeys(roles.get(kind, ["field"]), type_)}
    fields = {"day": {"type": "date"}, type_: {"type": told(type_)}}
    step = {"kind": "deduplicate", "key": ["day"]}
    declaration = _declare(step, fields, measures={"m": measure})
    wanted = NUMBER | TRUTH | (MOMENT if kind in ("min", "max") else set())
    if type_ in wanted:
        check_declaration(declaration)
        return
    with pytest.raises(
        InvalidDeclaration,
        match=rf"^measures\.m\.\w+: '{type_}' is {re.escape(told(type_))}; {kind}",
    ):
        check_declaration(declaration)


def test_the_fix_names_where_the_type_was_chosen(sales) -> None:
    step = {
        "kind": "currency",
        "amount": "shop",
        "into": "usd",
        "currency": "NGN",
        "to": "USD",
        "date": "day",
        "rates": RATES,
    }
    with pytest.raises(InvalidDeclaration) as refused:
        check_declaration(sales(step))
    assert str(refused.value) == (
        "steps.1.amount: step 2 (currency) reads 'shop', which is string there; it takes number, "
        "integer or decimal(scale): let step 1 (cast) read it as `to: number`"
    )


def test_text_of_a_reference_is_read_as_the_declared_type(sales) -> None:
    def reference(cell: str) -> pd.DataFrame:
        return pd.DataFrame({"shop": ["a"], "size": [cell]}, dtype=object)

    step = {
        "kind": "join_reference",
        "reference": {"csv": "shops"},
        "match": {"shop": "shop"},
        "take": {"size": "size"},
        "types": {"size": "integer"},
    }
    declaration = sales(step, more_fields={"size": {"type": "integer"}})
    check_declaration(declaration)
    rows = pd.DataFrame(
        {"day": ["2013-02-01"], "shop": ["a"], "amount": ["1"], "units": ["1"]}, dtype=object
    )
    frame = prepare(declaration, rows, WINDOW, lambda _: reference("12")).frame
    assert frame["size"].tolist() == [12]
    with pytest.raises(InvalidDeclaration, match="size of the reference holds 'big', which is not"):
        prepare(declaration, rows, WINDOW, lambda _: reference("big"))
