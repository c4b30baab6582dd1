"""Totals and subtotals: the measures asked again of fewer groups, and never added up from what is shown.

So the total of a ratio is the ratio of the totals, and a customer of two branches is one customer of both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query import config as form
from iop_pipelines.query.result import Column, Row, Table

Read = Callable[[form.TableQuery], Table]
"""A table with as many rows as are held at once."""


@dataclass(frozen=True)
class Totals:
    """The row of all, and those of each level of subtotals, in the columns of the table; other groups are None.

    `said`: of which level not all are here.
    """

    row: Row | None
    subtotals: tuple[Row, ...]
    said: tuple[Sentence, ...] = ()


def read_totals(query: form.TableQuery, columns: Sequence[Column], read: Read) -> Totals:
    total = None
    if query.totals:
        total = next(iter(_rows(_of(query, 0, read), columns)), None)
    groups = [item.name for item in query.select if not item.is_aggregate]
    rows: list[Row] = []
    said: list[Sentence] = []
    for level in sorted({groups.index(name) + 1 for name in query.subtotals}):
        found = _of(query, level, read)
        rows += _rows(found, columns)
        if (cut := found.rows_said(len(found.rows))) is not None:
            said.append(Sentence("subtotals.cut", group=found.columns[level - 1].label, rows=cut))
    return Totals(total, tuple(rows), tuple(said))


def _rows(found: Table, columns: Sequence[Column]) -> list[Row]:
    at = {column.name: position for position, column in enumerate(found.columns)}
    return [
        tuple(row[at[each.name]] if each.name in at else None for each in columns)
        for row in found.rows
    ]


def _of(query: form.TableQuery, level: int, read: Read) -> Table:
    """By the first groups of the table, so many of them."""
    groups = [item for item in query.select if not item.is_aggregate][:level]
    measures = [item for item in query.select if item.is_aggregate]
    kept_sort = tuple(each for each in query.sort if each.by in {item.name for item in groups})
    fewer = query.model_copy(
        update={
            "select": (*groups, *measures),
            "sort": kept_sort,
            "top": None,
            "limit": None,
            "offset": 0,
            "totals": False,
            "subtotals": (),
        }
    )
    return read(fewer)
