"""A query of version 1 means what it meant: the same rows, whatever is not known in them."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.domain.version1 import (
    condition_as_version_1,
    condition_of_version_1,
    config_as_version_1,
    config_of_version_1,
)
from iop_pipelines.query.config import in_version_2, parse_config
from iop_pipelines.query.run import run_query
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import analytical_models, dashboards, panels, report_templates

# What version 1 said of a row, of which a field is known or not: its comparisons as SQL has them, `not` true of
# what is not known. Worked out here, apart from the code that translates.
FIELDS = ("a", "b")
LEAVES = st.builds(
    lambda field, op, value: {"field": field, "op": op, "value": value},
    st.sampled_from(FIELDS),
    st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]),
    st.integers(0, 2),
) | st.builds(
    lambda field, op: {"field": field, "op": op},
    st.sampled_from(FIELDS),
    st.sampled_from(["is_null", "not_null"]),
)
SKIPPED = st.builds(
    lambda field, op: {"field": field, "op": op, "value": {"param": "p"}, "skip_if_null": True},
    st.sampled_from(FIELDS),
    st.sampled_from(["eq", "gt"]),
)


def trees(*words: str) -> st.SearchStrategy[Any]:
    return st.recursive(
        LEAVES | SKIPPED,
        lambda below: st.one_of(
            st.builds(lambda parts: {"and": parts}, st.lists(below, min_size=1, max_size=3)),
            st.builds(lambda parts: {"or": parts}, st.lists(below, min_size=1, max_size=3)),
            *(st.builds(lambda part, word=word: {word: part}, below) for word in words),
        ),
        max_leaves=8,
    )


ROWS = st.fixed_dictionaries({field: st.none() | st.integers(0, 2) for field in FIELDS})
PARAMS = st.none() | st.integers(0, 2)


def said(tree: dict[str, Any], row: dict[str, Any], param: int | None, version: int) -> bool | None:
    if "and" in tree or "or" in tree:
        kind = "and" if "and" in tree else "or"
        parts = [said(part, row, param, version) for part in tree[kind]]
        decides = kind == "or"
        if any(part is decides for part in parts):
            return decides
        return None if None in parts else not decides
    if "not" in tree:
        inner = said(tree["not"], row, param, version)
        if version == 1:
            return not inner
        return None if inner is None else not inner
    if "unless" in tree:
        return not said(tree["unless"], row, param, version)
    value, op = row[tree["field"]], tree["op"]
    if op in ("is_null", "not_null"):
        return (value is None) == (op == "is_null")
    other = tree["value"]
    if isinstance(other, dict):
        if param is None:
            return True
        other = param
    if value is None:
        return None
    return {
        "eq": value == other,
        "ne": value != other,
        "lt": value < other,
        "le": value <= other,
        "gt": value > other,
        "ge": value >= other,
    }[op]


@given(trees("not"), ROWS, PARAMS)
def test_a_condition_of_version_1_keeps_the_rows_that_it_kept(tree, row, param):
    now = condition_of_version_1(tree)
    assert (said(now, row, param, 2) is True) == (said(tree, row, param, 1) is True)


@given(trees("not", "unless"), ROWS, PARAMS)
def test_a_condition_taken_back_to_version_1_keeps_the_rows_that_it_keeps(tree, row, param):
    before = condition_as_version_1(tree)
    assert "unless" not in str(before)
    assert (said(before, row, param, 1) is True) == (said(tree, row, param, 2) is True)


@given(trees("not"))
def test_there_and_back_is_the_same(tree):
    assert condition_as_version_1(condition_of_version_1(tree)) == tree


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"from": "2016-01-01", "to": "2017-01-01"}, {"from": "2016-01-01", "to": "2016-12-31"}),
        ({"from": "2016-02-01", "to": "2016-03-01"}, {"from": "2016-02-01", "to": "2016-02-29"}),
        (
            {"from": "2016-01-01T06:00", "to": "2016-01-02"},
            {"from": "2016-01-01T06:00", "to": "2016-01-01"},
        ),
        ({"from": "2016-01-01", "to": "2016-01-02T00:00"}, None),
        ({"from": "2016-01-01", "to": "soon"}, None),
        ("last_month", None),
    ],
)
def test_a_day_that_did_not_belong_to_its_period_still_does_not(before, after):
    where = {"field": "date", "op": "in_period", "value": before}
    config = {
        "version": 1,
        "source": "x",
        "params": {"when": {"type": "period", "default": before}, "bare": {"type": "string"}},
        "where": where,
        "datasets": {"t": {"select": [{"field": "date"}], "where": where}, "u": {"select": []}},
    }
    now = config_of_version_1(config)
    for found in (
        now["where"]["value"],
        now["datasets"]["t"]["where"]["value"],
        now["params"]["when"]["default"],
    ):
        assert found == (after or before)
    assert now["version"] == 2
    assert config_as_version_1(now) == config


def test_what_is_no_query_stays_what_it_is_and_is_refused_as_ever():
    for broken in (
        {"version": 1, "where": [1], "datasets": 5, "params": {"p": 3}},
        {"version": 1, "where": {"and": {"not": 3}}, "datasets": {"t": 1}},
    ):
        assert in_version_2(broken)["version"] == 2
        with pytest.raises(Exception, match=r"where|params"):
            parse_config(broken)
    deep: Any = {"field": "a", "op": "is_null"}
    for _ in range(5_000):
        deep = {"not": deep}
    assert in_version_2({"version": 1, "where": deep})["version"] == 1


def test_a_client_of_version_1_gets_the_rows_that_it_asked_for(instance):
    def rows(version: int, span: Any, given: Any = None) -> Any:
        config = {
            "version": version,
            "source": "dataset:flights",
            "params": {"when": {"type": "period", "default": span}},
            "where": {"field": "date", "op": "in_period", "value": {"param": "when"}},
            "datasets": {"t": {"select": [{"measure": "rows"}]}},
        }
        engine = instance.engine
        result = run_query(
            config, engine=engine, drm_engine=engine, now=NOW, time_zone=ZONE, params=given
        )
        return result.tables[0].rows[0][0]

    days = {"from": "2013-01-30", "to": "2013-02-01"}
    assert (rows(1, days), rows(2, days)) == (18, 27)
    assert (rows(1, "yesterday", {"when": days}), rows(2, "yesterday", {"when": days})) == (18, 27)


NOW, ZONE = datetime(2013, 2, 2, 12), "America/New_York"

OLD = {
    "version": 1,
    "source": "dataset:flights",
    "params": {"when": {"type": "period", "default": {"from": "2013-01-30", "to": "2013-02-01"}}},
    "where": {"not": {"field": "origin", "op": "eq", "value": "JFK"}},
    "datasets": {"t": {"select": [{"agg": "count"}]}},
}
NEW = {
    "version": 2,
    "source": "dataset:flights",
    "params": {"when": {"type": "period", "default": {"from": "2013-01-30", "to": "2013-01-31"}}},
    "where": {"unless": {"field": "origin", "op": "eq", "value": "JFK"}},
    "datasets": {"t": {"select": [{"agg": "count"}]}},
}
OLD_WHERE = {
    "and": [
        {"not": {"field": "origin", "op": "eq", "value": "JFK"}},
        {"field": "date", "op": "in_period", "value": {"from": "2013-01-30", "to": "2013-02-01"}},
    ]
}
NEW_WHERE = {
    "and": [
        {"unless": {"field": "origin", "op": "eq", "value": "JFK"}},
        {
            "field": "date",
            "op": "in_period",
            "value": {"from": "2013-01-30", "to": "2013-02-01T00:00"},
        },
    ]
}
JANUARY_ENDS = {"from": "2013-01-30", "to": "2013-01-31"}
LONG_AGO = "2020-01-02 03:04:05"


def test_stored_queries_are_respelt_in_place_and_back(database_url: str) -> None:
    migrate.upgrade(database_url, "0010")
    engine = engine_for(database_url)
    model = {"runtime": "rules", "dataset": "flights", "input": {"measures": ["rows"]}}
    with engine.begin() as connection:
        connection.execute(
            report_templates.insert(),
            [{"name": "old", "query_config": OLD}, {"name": "broken", "query_config": {"x": 1}}],
        )
        connection.execute(dashboards.insert().values(id=1, name="d", version=7))
        connection.execute(
            panels.insert().values(
                dashboard_id=1,
                position=0,
                title="p",
                type="table",
                query_config=OLD,
                refresh_s=60,
                width=6,
            )
        )
        asked = {**model["input"], "where": OLD_WHERE}
        connection.execute(
            analytical_models.insert(),
            [
                {
                    "name": "m",
                    "version": "v1.0.0",
                    "type": "rule_based",
                    "config": {**model, "input": asked},
                },
                {"name": "n", "version": "v1.0.0", "type": "rule_based", "config": model},
                {"name": "o", "version": "v1.0.0", "type": "rule_based", "config": None},
            ],
        )
        for table in ("report_templates", "analytical_models"):
            connection.execute(sa.text(f"UPDATE {table} SET updated_at = '{LONG_AGO}'"))

    def held() -> tuple[Any, ...]:
        with engine.connect() as connection:
            templates = connection.scalars(sa.select(report_templates.c.query_config)).all()
            panel = connection.scalar(sa.select(panels.c.query_config))
            models = connection.scalars(sa.select(analytical_models.c.config)).all()
            wheres = [(config or {}).get("input", {}).get("where") for config in models]
            changed = {
                str(moment)
                for table in ("report_templates", "analytical_models")
                for moment in connection.scalars(sa.text(f"SELECT updated_at FROM {table}"))
            }
            version = connection.scalar(sa.select(dashboards.c.version))
        return templates, panel, wheres, changed, version

    migrate.upgrade(database_url)
    assert held() == ([NEW, {"x": 1}], NEW, [NEW_WHERE, None, None], {LONG_AGO}, 7)
    # Once more, as after a crash between the rows and the note that they are done: nothing moves twice.
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '0010'"))
    migrate.upgrade(database_url)
    assert held()[:3] == ([NEW, {"x": 1}], NEW, [NEW_WHERE, None, None])
    last_day = {"field": "date", "op": "in_period", "value": JANUARY_ENDS}
    asked = {**model, "input": {**model["input"], "where": last_day}}
    with engine.begin() as connection:
        change = analytical_models.update().where(analytical_models.c.name == "n")
        connection.execute(change.values(config=asked))
        dated = f"UPDATE analytical_models SET updated_at = '{LONG_AGO}' WHERE name = 'n'"
        connection.execute(sa.text(dated))
    migrate.downgrade(database_url, "0010")
    back = held()
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '0011'"))
    migrate.downgrade(database_url, "0010")
    assert held() == back
    templates, panel, wheres, changed, version = back
    assert (templates, panel, changed, version) == ([OLD, {"x": 1}], OLD, {LONG_AGO}, 7)
    denied, period = wheres[0]["and"]
    assert denied == OLD_WHERE["and"][0]
    assert period["value"] == {"from": "2013-01-30", "to": "2013-02-01T00:00"}
    assert wheres[1]["value"] == {"from": "2013-01-30", "to": "2013-02-01"}
    # And up again: what was noted on the way back does not hold it.
    migrate.upgrade(database_url)
    migrate.downgrade(database_url, "0010")
    midnight = {"from": "2013-01-30", "to": "2013-02-01T00:00"}
    assert held()[2] == [wheres[0], {**wheres[1], "value": midnight}, None]
