"""Subtotals and the total of a table, as rows that stand under its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from iop_pipelines.domain.languages import Text
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Row, Table

_SUBTOTAL, _TOTAL = Text("Subtotal"), Text("Total")


@dataclass(frozen=True)
class Sum:
    """`blank`: positions of the groups that it is of all of; the first of them has the word."""

    row: Row
    word: Text
    blank: tuple[int, ...]


def sums_of(table: Table, config: QueryConfig, most: int | None = None) -> Iterator[Sum]:
    """most: of the subtotals, the first."""
    items = config.datasets[table.name].select
    groups = {item.name for item in items if not item.is_aggregate}
    asked = [(row, _SUBTOTAL) for row in table.subtotals[:most]]
    asked += [(table.totals, _TOTAL)] if table.totals is not None else []
    for row, word in asked:
        blank = (
            at
            for at, column in enumerate(table.columns)
            if column.name in groups and row[at] is None
        )
        yield Sum(row, word, tuple(blank))
