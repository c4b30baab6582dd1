"""Totals under a table of a page, and whether a change is good news, in the words and colours of the page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from iop_pipelines.query.config import QueryConfig, parse_config
from iop_pipelines.query.result import Column, FrozenResult, Table
from iop_pipelines.reporting.document import render_html
from iop_pipelines.reporting.favour import verdict_of
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.sections import Frame, tables, tiles

CONFIG: dict[str, Any] = {
    "version": 2,
    "source": "dataset:shop",
    "datasets": {
        "main": {
            "select": [
                {"field": "region"},
                {"field": "branch"},
                {"measure": "price"},
                {"measure": "returns", "compare": "previous_period"},
            ],
            "totals": True,
            "subtotals": ["region"],
        }
    },
}
COLUMNS = (
    Column("region", "Region", "string"),
    Column("branch", "Branch", "string"),
    Column("price", "Price", "number", favourable="up"),
    Column("returns", "Returns", "integer", favourable="down"),
    Column("returns_previous", "Returns, before", "integer"),
    Column("returns_change", "Change", "number", "%", 1),
)
ROWS = (
    ("North", "Aba", 10.0, 4, 8, -50.0),
    ("North", "Jos", 20.0, 3, 2, 50.0),
    ("South", "Eket", 5.0, 2, 2, 0.0),
)
# 12.5 is no sum: a price is of all units.
SUBTOTALS = (("North", None, 12.5, 7, 10, -30.0), ("South", None, 5.0, 2, 2, 0.0))
TOTALS = (None, None, 11.25, 9, 12, -25.0)


@pytest.fixture
def config() -> QueryConfig:
    return parse_config(CONFIG)


def result_of(**more: Any) -> FrozenResult:
    table = Table("main", "Shops", "dataset:shop", COLUMNS, ROWS, total=3, **more)
    return FrozenResult((table,), {}, (), datetime(2026, 11, 30), "UTC", ())


def test_subtotals_and_the_total_stand_under_the_rows(config):
    drawn = tables.draw(config, result_of(subtotals=SUBTOTALS, totals=TOTALS), Frame())
    (table,) = drawn.values["tables"]
    assert [list(row) for row in table["parts"][0]["sums"]] == [
        ["North", "Subtotal", "12.50", "7", "10", "−30.0 better"],
        ["South", "Subtotal", "5.00", "2", "2", "0.0"],
        ["Total", "", "11.25", "9", "12", "−25.0 better"],
    ]
    # They are no rows of the table.
    assert table["row_count"] == 3


def test_a_table_that_asks_for_no_totals_has_none(config):
    drawn = tables.draw(config, result_of(), Frame())
    assert drawn.values["tables"][0]["parts"][0]["sums"] == []


def test_subtotals_beyond_the_most_rows_are_counted_and_the_total_stays(config):
    few = parse_config({**CONFIG, "outputs": {"pdf": {"max_rows": 1}}})
    drawn = tables.draw(few, result_of(subtotals=SUBTOTALS, totals=TOTALS), Frame())
    (table,) = drawn.values["tables"]
    assert [row[0] for row in table["parts"][0]["sums"]] == ["North", "Total"]
    assert table["cut"] == "1 of 3 rows are printed. 1 of 2 subtotals are printed."


def test_the_page_has_the_sums_and_the_verdict_of_each_change(config):
    page: Callable[..., Any] = render_html
    html = str(page(Heading("Shops"), config, result_of(subtotals=SUBTOTALS, totals=TOTALS)))
    body, sums = html.split('class="sums"')
    assert "−50.0 better" in body
    assert "+50.0 worse" in body
    assert ">Total<" in sums
    assert ">Total<" not in body


def test_a_figure_says_in_word_and_colour_whether_its_change_is_good():
    one = Table("main", "Shops", "dataset:shop", COLUMNS[2:], (ROWS[0][2:],), total=1)
    figures = FrozenResult((one,), {}, (), datetime(2026, 11, 30), "UTC", ())
    select = {"select": CONFIG["datasets"]["main"]["select"][2:]}
    asked = {**CONFIG, "datasets": {"main": select}, "outputs": {"pdf": {"tiles": "main"}}}
    drawn = tiles.draw(parse_config(asked), figures, Frame())
    assert drawn is not None
    (line,) = drawn.values["lines"]
    returns = next(tile for tile in line if tile["name"] == "Returns")
    assert (returns["verdict"], returns["change"]) == ("better", "▼ −50.0\u00a0%")
    assert next(tile for tile in line if tile["name"] == "Price")["verdict"] == ""
    html = render_html(Heading("Shops"), parse_config(asked), figures).html
    assert '<b class="better">▼ −50.0\u00a0% better</b>' in html


@pytest.mark.parametrize(
    ("favourable", "change", "verdict"),
    [
        ("up", 3.1, "better"),
        ("up", -3.1, "worse"),
        ("down", -3.1, "better"),
        ("down", 3.1, "worse"),
        ("up", 0.0, None),
        ("down", None, None),
        (None, 3.1, None),
    ],
)
def test_better_is_what_the_measure_says(favourable, change, verdict):
    assert verdict_of(favourable, change) == verdict
