"""Totals and subtotals: the measures asked again of fewer groups, and never added up from what is shown.

So the total of a ratio is the ratio of the totals, and a customer of two branches is one customer of both.
"""

from collections.abc import Callable, Sequence

from iop_pipelines.query import config as form
from iop_pipelines.query.result import Column, Row

Read = Callable[[form.TableQuery], tuple[Sequence[Column], Sequence[Row]]]
"""The columns and all rows of a table."""


def read_totals(
    query: form.TableQuery, columns: Sequence[Column], read: Read
) -> tuple[Row | None, tuple[Row, ...]]:
    """(The row of all, those of each level of subtotals), in the columns of the table; other groups are None."""
    total = None
    if query.totals:
        total = next(iter(_of(query, 0, columns, read)), None)
    groups = [item.name for item in query.select if not item.is_aggregate]
    levels = sorted({groups.index(name) + 1 for name in query.subtotals})
    return total, tuple(row for level in levels for row in _of(query, level, columns, read))


def _of(query: form.TableQuery, level: int, columns: Sequence[Column], read: Read) -> list[Row]:
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
    found, rows = read(fewer)
    at = {column.name: position for position, column in enumerate(found)}
    return [
        tuple(row[at[each.name]] if each.name in at else None for each in columns) for row in rows
    ]
