"""Rules and derived columns keep what they gave when a migration respells them, and when it takes them back."""

import importlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from iop_pipelines.analytics.conditions import ColumnKind, Values, evaluate, values_of
from iop_pipelines.analytics.rule_language import SCOPE, Rule
from iop_pipelines.domain.conditions import Condition, Expression
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import analytical_models, datasets

respelt = importlib.import_module("iop_pipelines.schema.migrations.versions.0012_conditions")
ROOT = Path(__file__).parents[2]
NAMES = ("a", "b")
Row = dict[str, float | None]
ROWS = st.fixed_dictionaries({name: st.none() | st.integers(-2, 3).map(float) for name in NAMES})


class OneRow:
    """The row as columns of one, for what the new words say."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def __len__(self) -> int:
        return 1

    def field(self, name: str, path: str) -> ColumnKind:
        return ColumnKind("number", name)

    def values(self, name: str) -> Values:
        value = self._row[name]
        data = np.array([math.nan if value is None else value])
        return Values("number", data, np.isfinite(data))


def now_given(words: Any, row: Row) -> float | None:
    expression = TypeAdapter(Expression).validate_python(words)
    (value,) = values_of(expression, OneRow(row), SCOPE).floats
    return None if math.isnan(value) else float(value)


def now_said(words: Any, row: Row) -> bool | None:
    condition = TypeAdapter(Condition).validate_python(words)
    found = evaluate(condition, OneRow(row), SCOPE)
    return True if found.is_true[0] else False if found.is_false[0] else None


# What the former words gave, worked out here: a null made all null but is_null, coalesce and the branch not taken.
ORDER = {
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}


def once_given(node: Any, row: Row) -> float | None:
    if "column" in node:
        return row[node["column"]]
    if "args" not in node:
        return node["value"]
    op, args = node["op"], [once_given(arg, row) for arg in node["args"]]
    if op == "is_null":
        return float(args[0] is None)
    if op == "coalesce":
        return next((arg for arg in args if arg is not None), None)
    if op == "if":
        return None if args[0] is None else args[1] if args[0] else args[2]
    if None in args:
        return None
    known = [arg for arg in args if arg is not None]
    if op in ORDER:
        return float(ORDER[op](*known))
    match op:
        case "and":
            return float(all(known))
        case "or":
            return float(any(known))
        case "not":
            return float(not known[0])
        case "divide":
            return known[0] / known[1] if known[1] else None
        case "subtract":
            return known[0] - known[1]
        case "add":
            return math.fsum(known)
        case "multiply":
            return math.prod(known)
        case "min" | "max":
            return min(known) if op == "min" else max(known)
        case "negate":
            return -known[0]
        case "abs":
            return abs(known[0])
        case _:
            return float(round(known[0], int(known[1])))


LEAVES = st.sampled_from([{"column": name} for name in NAMES]) | st.sampled_from(
    [{"value": value} for value in (-1, 0, 1, 2.5, None)]
)


def calls(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def call(ops: list[str], low: int, high: int) -> st.SearchStrategy[Any]:
        return st.builds(
            lambda op, args: {"op": op, "args": args},
            st.sampled_from(ops),
            st.lists(below, min_size=low, max_size=high),
        )

    rounded = st.builds(lambda arg: {"op": "round", "args": [arg, {"value": 1}]}, below)
    return st.one_of(
        call(["and", "or", "add", "multiply", "min", "max", "coalesce"], 2, 3),
        call([*ORDER, "subtract", "divide"], 2, 2),
        call(["not", "is_null", "negate", "abs"], 1, 1),
        call(["if"], 3, 3),
        rounded,
    )


@given(st.recursive(LEAVES, calls, max_leaves=8), ROWS)
def test_a_derived_column_gives_what_it_gave(node: Any, row: Row) -> None:
    words = respelt._expression_up(node)
    assert now_given(words, row) == pytest.approx(once_given(node, row))
    assert respelt._expression_up(words) == words
    back = respelt._expression_down(words)
    assert once_given(back, row) == pytest.approx(once_given(node, row))


# The new words, taken back.
FIELDS = st.sampled_from([{"field": name} for name in NAMES])
NUMBERS = st.sampled_from([-1, 0, 1, 2.5])


def comparisons(operands: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    field = st.sampled_from(NAMES)
    return st.one_of(
        st.builds(
            lambda left, op, value: {"left": left, "op": op, "value": value},
            operands,
            st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]),
            operands,
        ),
        st.builds(
            lambda name, op, values: {"field": name, "op": op, "value": values},
            field,
            st.sampled_from(["in", "not_in"]),
            st.lists(NUMBERS, min_size=1, max_size=25),
        ),
        st.builds(
            lambda name, low, high: {"field": name, "op": "between", "value": [low, high]},
            *(field, NUMBERS, NUMBERS),
        ),
    )


def junctions(*words: str):
    return lambda below: st.one_of(
        st.builds(lambda parts: {"and": parts}, st.lists(below, min_size=1, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(below, min_size=1, max_size=3)),
        *(st.builds(lambda part, word=word: {word: part}, below) for word in words),
    )


NULLS = st.builds(
    lambda name, op: {"field": name, "op": op},
    st.sampled_from(NAMES),
    st.sampled_from(["is_null", "not_null"]),
)


@given(
    st.recursive(comparisons(FIELDS | NUMBERS) | NULLS, junctions("not", "unless"), max_leaves=5),
    ROWS,
)
def test_a_condition_of_a_step_is_taken_back_with_its_meaning(tree: Any, row: Row) -> None:
    said = now_said(tree, row)
    assert once_given(respelt._expression_down(tree), row) == (
        None if said is None else float(said)
    )


# Rules of then: Kleene's logic over operands.
def once_said(tree: Any, row: Row) -> bool | None:
    if "and" in tree or "or" in tree:
        decides = "or" in tree
        parts = [once_said(part, row) for part in tree["or" if decides else "and"]]
        if decides in parts:
            return decides
        return None if None in parts else not decides
    if "not" in tree:
        inner = once_said(tree["not"], row)
        return None if inner is None else not inner
    left, right = (once_operand(tree[side], row) for side in ("left", "right"))
    if left is None or right is None:
        return None
    names = {
        sign: name
        for name, word in respelt._WORDS.items()
        for sign, its in respelt._SIGNS.items()
        if its == word
    }
    return ORDER[names[tree["op"]]](left, right)


def once_operand(operand: Any, row: Row) -> float | None:
    if not isinstance(operand, dict):
        return operand
    if "measure" in operand:
        return row[operand["measure"]]
    ((op, parts),) = operand.items()
    values = [once_operand(part, row) for part in parts]
    if None in values:
        return None
    known = [value for value in values if value is not None]
    return math.fsum(known) if op == "add" else math.prod(known)


OPERANDS = st.recursive(
    st.sampled_from([{"measure": name} for name in NAMES]) | NUMBERS,
    lambda below: st.builds(
        lambda op, parts: {op: parts},
        st.sampled_from(["add", "multiply"]),
        st.lists(below, min_size=2, max_size=4),
    ),
    max_leaves=4,
)
OLD_RULES = st.recursive(
    st.builds(
        lambda left, op, right: {"left": left, "op": op, "right": right},
        OPERANDS,
        st.sampled_from(sorted(respelt._SIGNS)),
        OPERANDS,
    ),
    junctions("not"),
    max_leaves=5,
)


@given(OLD_RULES, ROWS)
def test_a_rule_says_what_it_said(tree: Any, row: Row) -> None:
    words = respelt._condition_up(tree)
    assert now_said(words, row) == once_said(tree, row)
    assert respelt._condition_up(words) == words
    assert respelt._condition_down(words) == tree


@given(
    st.recursive(comparisons(FIELDS | NUMBERS), junctions("not"), max_leaves=5),
    ROWS,
)
def test_a_rule_is_taken_back_with_its_meaning(tree: Any, row: Row) -> None:
    assert once_said(respelt._condition_down(tree), row) == now_said(tree, row)


def test_a_rule_that_the_former_words_cannot_say_stops_the_way_back(database_url: str) -> None:
    migrate.upgrade(database_url)
    rule = {"name": "r", "measure": "y", "when": {"unless": {"field": "y", "op": "gt", "value": 1}}}
    assert Rule.model_validate(rule)
    config = {"runtime": "rules", "dataset": "d", "params": {"rules": [rule]}}
    engine = engine_for(database_url)
    with engine.begin() as connection:
        connection.execute(
            analytical_models.insert(),
            [
                {"name": name, "version": "v1.0.0", "type": "rule_based", "config": each}
                for name, each in (
                    ("m", json.loads(json.dumps(config).replace("unless", "not"))),
                    ("n", config),
                )
            ],
        )
    with pytest.raises(ValueError, match="change it before you go back"):
        migrate.downgrade(database_url, "0011")
    with engine.connect() as connection:
        held = connection.scalars(sa.select(analytical_models.c.config)).all()
    assert json.dumps(held[0]).count("measure") == 1


FORMER = Path(__file__).parent / "former"


def test_what_the_demo_stored_becomes_what_its_files_say_now_and_goes_back(
    database_url: str,
) -> None:
    models = [_of_the_demo("models", name) for name in ("pipeline-health", "cancellation-limits")]
    declared = [_of_the_demo("datasets", name) for name in ("flights_daily", "airport_daily")]
    configs = [{"runtime": "rules", "params": {"rules": before}} for before, _ in models]
    declarations = [{**after, "steps": before} for before, after in declared]
    migrate.upgrade(database_url, "0011")
    engine = engine_for(database_url)
    with engine.begin() as connection:
        for config, (_, after) in zip(configs, models, strict=True):
            row = {"name": after["name"], "version": "v1.0.0", "type": "rule_based"}
            connection.execute(analytical_models.insert().values(**row, config=config))
        for declaration, (_, after) in zip(declarations, declared, strict=True):
            row = {"name": after["name"], "source": "s", "version": 1}
            connection.execute(datasets.insert().values(**row, declaration=declaration))
    migrate.upgrade(database_url)
    rules = [each["params"]["rules"] for each in _stored(engine, analytical_models.c.config)]
    assert rules == [after["config"]["params"]["rules"] for _, after in models]
    assert _stored(engine, datasets.c.declaration) == [after for _, after in declared]
    migrate.downgrade(database_url, "0011")
    assert _stored(engine, analytical_models.c.config) == configs
    assert _stored(engine, datasets.c.declaration) == declarations


def _of_the_demo(kind: str, name: str) -> tuple[Any, dict[str, Any]]:
    """The former words that are kept of it, which are others than now, and its file of today."""
    before = yaml.safe_load((FORMER / f"{name}.yaml").read_text())
    after = yaml.safe_load((ROOT / "iop_pipelines/demo" / kind / f"{name}.yaml").read_text())
    now = after["config"]["params"]["rules"] if kind == "models" else after["steps"]
    assert now != before
    return before, after


def _stored(engine: sa.Engine, column: sa.Column[Any]) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(column).order_by(column.table.c.id)))
