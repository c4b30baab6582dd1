"""What is said of two editions of a report: counts are true, and two values that differ read otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from iop_pipelines.domain.languages import Language
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.result import Column, OpenTable, Row, Table
from iop_pipelines.reporting import changes
from iop_pipelines.reporting.changes import changes_between, said_of
from iop_pipelines.reporting.frozen import Frozen
from iop_pipelines.reporting.heading import Heading

HEADING = Heading("Costs", "Last month.", "monthly 1 06:00")
GROUP = Column("tariff", "Tariff", "string")
COST = Column("cost", "Cost", "number")


@pytest.fixture
def edition(module_result):
    """An edition with one table of groups, tariffs by default, and what they cost."""
    select = [{"field": "tariff"}, {"measure": "cost"}]
    config = parse_config(
        {"version": 2, "source": "dataset:costs", "datasets": {"costs": {"select": select}}}
    )

    def _edition(
        rows: Sequence[Row], group: Column = GROUP, cost: Column = COST, **more: Any
    ) -> Frozen:
        table = Table("costs", "Costs", "dataset:costs", (group, cost), tuple(rows), **more)
        return Frozen(HEADING, config, replace(module_result, tables=(table,)))

    return _edition


def said_between(old: Frozen, new: Frozen, language: Language = Language.EN) -> str:
    return said_of(changes_between(old, new), 7).within(language)


def only_figure(old: Frozen, new: Frozen) -> tuple[str | None, str, str]:
    ((figure,),) = (each.figures for each in changes_between(old, new))
    return figure.row, figure.old, figure.new


@pytest.mark.parametrize(
    ("language", "others", "rows"),
    [
        (Language.EN, "and 498 other figures", "500 rows changed"),
        (Language.FR, "et 498 autres valeurs", "500 lignes modifiées"),
    ],
)
def test_all_figures_that_changed_are_counted_and_only_the_first_are_kept(
    edition, language, others, rows
):
    """500 groups and the total are 501 figures, of which three are said."""
    old = edition([(f"t{n}", n) for n in range(500)], totals=(None, 124_750))
    new = edition([(f"t{n}", n + 1) for n in range(500)], totals=(None, 125_250))
    (found,) = changes_between(old, new)
    assert (found.changed, len(found.figures)) == (500, 50)
    assert len(found.as_json()["figures"]) == 50
    said = said_between(old, new, language)
    assert said.replace("\u202f", " ").replace("\xa0", " ").endswith(f", {others}, {rows}")


@pytest.mark.parametrize(
    ("count", "others"), [(3, None), (4, "and 1 other figure,"), (5, "and 2 other figures,")]
)
def test_no_others_are_told_of_where_all_are_said(edition, count, others):
    old = edition([(f"t{n}", n) for n in range(count)])
    new = edition([(f"t{n}", n + 10) for n in range(count)])
    said = said_between(old, new)
    assert ("other" in said) == (others is not None)
    assert (others or "") in said


@pytest.mark.parametrize(
    ("group", "named"),
    [
        (0.5, "0.50"),
        (1.5, "1.50"),
        (2.5, "2.50"),
        (0.125, "0.125"),
        (1e-7, "0.0000001"),
        (2.0, "2"),
        (Decimal("0.121"), "0.121"),
        (
            Decimal("1234567890123456789012345678901.5"),
            "1,234,567,890,123,456,789,012,345,678,901.50",
        ),
        (1 / 3, "0.33"),
        (None, "–"),
    ],
)
def test_a_group_that_is_a_number_keeps_its_digits(edition, group, named):
    column = Column("tariff", "Tariff", "number")
    row, *_ = only_figure(edition([(group, 1)], column), edition([(group, 2)], column))
    assert row == named


def test_a_group_that_is_a_decimal_is_named_as_its_column_says(edition):
    column = Column("tariff", "Tariff", "decimal(1)")
    rows = [(Decimal("0.5"), 1)]
    assert only_figure(edition(rows, column), edition([(rows[0][0], 2)], column))[0] == "0.5"


@pytest.mark.parametrize(
    ("old", "new", "column", "texts"),
    [
        (1234.561, 1234.564, COST, ("1,234.561", "1,234.564")),
        (1234.5, 1234.6, COST, ("1,234.50", "1,234.60")),
        (290, 290.5, COST, ("290.00", "290.50")),
        (290, 293, COST, ("290", "293")),
        (12.3, 12.4, replace(COST, places=0), ("12.3", "12.4")),
        (12.31, 12.32, replace(COST, decimals=1, unit="EUR"), ("12.31\u00a0EUR", "12.32\u00a0EUR")),
        (0.00041, 0.00042, COST, ("0.00041", "0.00042")),
        (-0.001, 0.001, COST, ("−0.001", "0.001")),
        (1.25e-15, 1.5e-15, COST, ("1.25e-15", "1.5e-15")),
        (2**53, 2**53 + 1, replace(COST, type="integer"), (str(2**53), str(2**53 + 1))),
        (
            Decimal("1.0000000000001"),
            Decimal("1.0000000000002"),
            replace(COST, type="decimal(2)"),
            ("1.0000000000001", "1.0000000000002"),
        ),
        (None, 1.5, COST, ("–", "1.50")),
        (
            datetime(2026, 3, 1, 10, 0, 5),
            datetime(2026, 3, 1, 10, 0, 7),
            replace(COST, type="datetime"),
            ("2026-03-01 10:00:05", "2026-03-01 10:00:07"),
        ),
    ],
)
def test_two_values_that_differ_never_read_alike(edition, old, new, column, texts):
    before, now = edition([("t", old)], cost=column), edition([("t", new)], cost=column)
    assert only_figure(before, now) == ("t", *texts)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.EN,
            "changed since report 7: Costs differs; 300,000 rows are too many to compare",
        ),
        (Language.FR, "Costs diffère ; 300 000 lignes, c’est trop pour comparer"),
    ],
)
def test_of_a_table_that_is_too_long_it_is_said_that_it_differs_and_how_long_it_is(
    edition, language, said
):
    def long(rows: Sequence[Row], counted: int) -> Frozen:
        given = edition(())
        its = given.result.tables[0]
        table = OpenTable(
            *(its.name, its.title, its.source, its.columns, ()),
            read=lambda: iter([list(zip(*rows, strict=True))]),
            counted=counted,
        )
        return replace(given, result=replace(given.result, tables=(table,)))

    most = changes.MOST_COMPARED
    old, new = long([("t", 1)], 300_000), long([("t", 2)], most)
    for pair in ((old, new), (new, old)):
        text = said_between(*pair, language).replace("\u202f", " ").replace("\xa0", " ")
        assert text.endswith(said)
    assert changes_between(old, long([("t", 1)], 300_000)) == []
