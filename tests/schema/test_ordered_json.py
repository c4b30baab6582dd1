"""What a person wrote in an order is read in that order, on every database."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from iop_pipelines.schema.document import (
    ORDER,
    Document,
    text_with_order,
    with_order,
    without_order,
)
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import Said, metadata, recommendations, report_templates

# Read by code alone, by keys that it knows.
OF_CODE = {
    "said",
    "remark",
    "files",
    "metadata",
    "passed_over",
    "waiting_for",
    "sources_read",
    "restated",
    "changes",
    "notes",
    "content",
}
QUERY = {
    "version": 2,
    "source": "recommendations",
    "datasets": {
        "summary": {"select": [{"measure": "recommendations", "as": "n"}]},
        "all": {"title": "Ọ̀ṣun / all ~ of it", "select": [{"field": "title"}]},
        "détail": {},
        "zebra": {"limit": 3, "b": {"é": 1, "zz": 2}},
    },
    "charts": [{"y": 1, "x": 2, "data": "all"}],
    "a/b~c": {"long": 1, "s": 2},
}


def _as_mysql_keeps_it(value: Any) -> Any:
    """By length in bytes, then bytes, as its manual says of keys."""
    if isinstance(value, list):
        return [_as_mysql_keeps_it(each) for each in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
    return {key: _as_mysql_keeps_it(value[key]) for key in keys}


def test_every_column_of_json_keeps_the_order_of_keys_but_those_that_code_alone_reads() -> None:
    json_columns = [
        column
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, sa.JSON | Document)
    ]
    assert len(json_columns) > 20
    plain = {column.name for column in json_columns if not isinstance(column.type, Document)}
    assert plain == OF_CODE
    assert not isinstance(Said, Document)


def test_a_document_is_read_as_it_was_written(migrated_url: str) -> None:
    with engine_for(migrated_url).begin() as connection:
        row = {"name": "t", "query_config": QUERY}
        connection.execute(report_templates.insert().values(**row))
        found = connection.scalar(sa.select(report_templates.c.query_config))
    assert json.dumps(found) == json.dumps(QUERY)


def test_a_part_of_a_document_is_asked_for_as_of_any_json(migrated_url: str) -> None:
    words = {"fr": {"title": "Annulations", "a": 1}, "en": {}}
    column = recommendations.c.translations
    with engine_for(migrated_url).begin() as connection:
        row = {"title": "t", "category": "trend", "translations": words}
        connection.execute(recommendations.insert().values(**row))
        title = sa.select(column["fr", "title"].as_string()).where(
            column["fr", "a"].as_integer() == 1
        )
        assert connection.scalar(title) == "Annulations"


def test_orders_survive_a_database_that_sorts_keys() -> None:
    stored = _as_mysql_keeps_it(with_order(QUERY))
    assert list(stored["datasets"]) == ["all", "zebra", "détail", "summary"]
    assert json.dumps(without_order(stored)) == json.dumps(QUERY)
    assert json.loads(text_with_order(json.dumps(QUERY))) == with_order(QUERY)


def test_what_would_lose_no_order_is_stored_as_it_is() -> None:
    plain = _as_mysql_keeps_it(QUERY)
    assert with_order(plain) is plain
    assert with_order([{"b": 1, "a": 2}]) == [{"b": 1, "a": 2}]


def test_what_was_changed_by_sql_keeps_the_order_that_is_still_known() -> None:
    stored = with_order({"b": {"z": 1, "y": 2}, "a": 3})
    del stored["a"]
    stored["b"] |= {"x": 4}
    assert json.dumps(without_order(stored)) == json.dumps({"b": {"z": 1, "y": 2, "x": 4}})


@pytest.mark.parametrize("own", [1, "text", [1, 2], {"a": 1}])
def test_somebodys_own_key_of_that_name_is_no_order(own: object) -> None:
    assert without_order({ORDER: own}) == {ORDER: own}
