"""How a query_config is read, and how it is refused."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.domain.conditions import parse_condition
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.config import QueryConfig, parse_config

WHOLE: dict[str, Any] = {
    "version": 2,
    "source": "dataset:flights",
    "time_zone": "Africa/Lagos",
    "params": {
        "when": {
            "type": "period",
            "default": {"from": "2013-01-01", "to": "2013-02-01"},
            "label": "When",
        }
    },
    "where": {
        "and": [
            {"field": "date", "op": "in_period", "value": {"param": "when"}, "skip_if_null": True},
            {"not": {"or": [{"field": "origin", "op": "in", "value": ["A", "B"]}]}},
        ]
    },
    "datasets": {
        "t": {
            "title": "T",
            "source": "dataset:flights",
            "select": [
                {"field": "date", "bucket": "day", "as": "day", "label": "L"},
                {"measure": "flights", "unit": "u", "decimals": 1},
                {"agg": "sum", "field": "delay"},
            ],
            "where": {"field": "origin", "op": "is_null"},
            "sort": [{"by": "flights", "dir": "desc"}],
            "top": {"n": 3, "rest": "Other"},
            "limit": 10,
            "group": True,
        }
    },
    "charts": [
        {"type": "line", "data": "t", "x": "day", "y": "flights", "title": "C", "note": "N"}
    ],
    "outputs": {
        "csv": {"dataset": "t", "profile": "raw"},
        "json": {"datasets": ["t"]},
        "pdf": {"tiles": "t", "tables": ["t"], "orientation": "landscape", "max_rows": 5},
    },
}


def objects(value: Any, path: tuple = ()) -> list[tuple]:
    """Paths of all JSON objects that have fixed keys."""
    found = []
    if isinstance(value, dict):
        if path[-1:] not in (("params",), ("datasets",)) or path[:1] == ("outputs",):
            found.append(path)
        for key, below in value.items():
            found += objects(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            found += objects(below, (*path, index))
    return found


def changed(path: tuple, key: Any, value: Any) -> dict[str, Any]:
    config = copy.deepcopy(WHOLE)
    inner: Any = config
    for step in path:
        inner = inner[step]
    inner[key] = value
    return config


def test_a_config_with_every_key_is_read():
    config = parse_config(WHOLE)
    assert config.csv_table() == "t"
    assert config.datasets["t"].column_names() == ["day", "flights", "sum_delay"]
    assert parse_config(config) is config


@pytest.mark.parametrize("path", objects(WHOLE), ids=lambda path: ".".join(map(str, path)) or "top")
def test_an_unknown_key_is_refused_wherever_it_stands(path):
    with pytest.raises(InvalidQuery) as caught:
        parse_config(changed(path, "bogus", 1))
    assert caught.value.field == ".".join(map(str, (*path, "bogus")))
    assert "there is no such key here" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "key", "value", "field"),
    [
        ((), "version", 3, "version"),
        ((), "source", "dataset:x; DROP TABLE y", "source"),
        (("datasets", "t", "select", 0), "field", "date) --", "datasets.t.select.0.field"),
        (("datasets", "t", "select", 0), "as", "a b", "datasets.t.select.0.as"),
        (("datasets", "t", "select", 0), "bucket", "fortnight", "datasets.t.select.0.bucket"),
        (("datasets", "t"), "limit", 100_001, "datasets.t.limit"),
        (("datasets", "t"), "select", [], "datasets.t.select"),
        (("datasets", "t"), "select", [{"field": "date"}] * 51, "datasets.t.select"),
        (("datasets", "t"), "sort", [{"by": "nope"}], "datasets.t"),
        (("where", "and", 1, "not", "or", 0), "value", ["x"] * 1001, "where.and.1.not.or.0"),
        (("where", "and", 1, "not", "or", 0), "value", "x", "where.and.1.not.or.0"),
        (("where", "and", 1, "not", "or", 0), "op", "like", "where.and.1.not.or.0.op"),
        (
            ("where", "and", 1, "not", "or", 0),
            "value",
            [float("nan")],
            "where.and.1.not.or.0.value.0",
        ),
        (("where", "and", 1, "not", "or", 0), "value", [2**70], "where.and.1.not.or.0.value.0"),
        (("where", "and", 1, "not", "or", 0), "value", ["\ud800"], "where.and.1.not.or.0.value.0"),
        (("charts", 0), "data", "nope", "charts.0.data"),
        (("charts", 0), "y", "nope", "charts.0.y"),
        (("charts", 0), "type", "radar", "charts.0.type"),
        (("outputs", "csv"), "dataset", "nope", "outputs.csv.dataset"),
        (("outputs", "pdf"), "tables", ["t", "nope"], "outputs.pdf.tables.1"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(path, key, value, field):
    with pytest.raises(InvalidQuery) as caught:
        parse_config(changed(path, key, value))
    assert caught.value.field == field


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"field": "a", "op": "is_null"}
    for _ in range(depth - 1):
        tree = {"not": tree}
    return tree


def test_conditions_nest_so_deep_and_no_deeper():
    parse_condition(nested(20))
    parse_config(changed(("datasets", "t"), "where", nested(20)))
    with pytest.raises(InvalidQuery, match="deeper than 20") as caught:
        parse_config(changed((), "where", nested(21)))
    assert caught.value.field == "where"
    for depth in (100, 100_000):
        with pytest.raises(InvalidQuery, match="deeper"):
            parse_config(changed((), "where", nested(depth)))


def spread(leaves: int, levels: int) -> dict[str, Any]:
    """A tree of so many comparisons, as evenly over so many levels as they go."""
    leaf = {"field": "origin", "op": "eq", "value": "A"}
    if levels == 1:
        return {"and": [leaf] * leaves}
    return {"or": [leaf] * (leaves // levels) + [spread(leaves - leaves // levels, levels - 1)]}


@pytest.mark.parametrize("levels", [1, 2, 10, 19])
def test_a_tree_has_200_comparisons_and_no_more_wherever_they_hang(levels):
    parse_condition(spread(200, levels))
    parse_config(changed((), "where", spread(200, levels)))
    for path, key in (((), "where"), (("datasets", "t"), "where")):
        with pytest.raises(InvalidQuery, match="more than 200 conditions") as caught:
            parse_config(changed(path, key, spread(201, levels)))
        assert caught.value.field == ".".join((*path, key))
    with pytest.raises(InvalidQuery, match="more than 200 conditions") as caught:
        parse_condition(spread(10_000, levels), "config.input.where")
    assert caught.value.field == "config.input.where"


@pytest.mark.parametrize(
    ("path", "key", "value", "field"),
    [
        (("where", "and", 1, "not", "or", 0), "value", ["B", "x" * 1001], "value.1"),
        (("params", "when"), "default", {"from": "2" * 900_000, "to": "x"}, "from"),
        (("datasets", "t", "where"), "value", "x" * 1001, "value"),
        (("datasets", "t", "where"), "x" * 1001, 1, ""),
    ],
)
def test_a_text_has_1000_characters_and_no_more(path, key, value, field):
    with pytest.raises(InvalidQuery, match="at most 1,000") as caught:
        parse_config(changed(path, key, value))
    assert str(caught.value.field).endswith(field)
    assert len(str(caught.value)) < 200


def test_a_text_of_1000_characters_is_a_value():
    assert parse_condition({"field": "a", "op": "eq", "value": "x" * 1000})
    with pytest.raises(InvalidQuery, match="at most 1,000") as caught:
        parse_condition({"field": "a", "op": "eq", "value": "x" * 1001}, "filters.3")
    assert caught.value.field == "filters.3.value"


def test_a_condition_alone_has_the_path_it_is_told():
    with pytest.raises(InvalidQuery) as caught:
        parse_condition({"and": [{"field": "a", "op": "eq", "valeu": 1}]}, "config.input.where")
    assert caught.value.field == "config.input.where.and.0.valeu"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(value):
    try:
        assert isinstance(parse_config(value), QueryConfig)
    except InvalidQuery:
        return


@given(st.sampled_from(objects(WHOLE)), st.data())
def test_any_json_in_any_place_is_read_or_refused(path, data):
    inner: Any = WHOLE
    for step in path:
        inner = inner[step]
    key = data.draw(st.sampled_from(sorted(inner)))
    drawn = data.draw(JSON)
    field = None
    try:
        parse_config(changed(path, key, drawn))
    except InvalidQuery as refused:
        field = refused.field
    # A path of JSON keys, without the marks that pydantic adds for the branches of a union.
    assert field is None or "<" not in field or "<" in str(drawn)


@pytest.mark.parametrize("number", ["1e999", "1e-999", "1e301"])
def test_a_number_that_no_double_holds_is_refused_by_its_name(number):
    select = [{"compute": f"revenue * {number}", "as": "much"}]
    body = {"version": 2, "source": "dataset:shop", "datasets": {"t": {"select": select}}}
    with pytest.raises(InvalidQuery, match=f"{number} in the formula 'revenue") as refused:
        parse_config(body)
    assert refused.value.field == "datasets.t.select.0"
