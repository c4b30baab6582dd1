"""A table beside the same of the previous period: what it was then, and by how much it changed."""

from dataclasses import replace
from decimal import Decimal

from iop_pipelines.query import config as form
from iop_pipelines.query.compile import Compiled
from iop_pipelines.query.labels import Label
from iop_pipelines.query.result import Column, Row, Value

Rows = list[Row]


def with_changes(
    query: form.TableQuery, compiled: Compiled, rows: Rows, earlier: Rows
) -> tuple[tuple[Column, ...], Rows]:
    def key(row: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(row[i] for i in compiled.dimensions)

    before = {key(row): row for row in earlier}
    columns: list[Column] = []
    for item, column in zip(query.select, compiled.columns, strict=True):
        columns.append(column)
        if item.compare:
            columns += [_before(column), _change_column(column)]
    return tuple(columns), [
        _changed_row(query, compiled.columns, row, before.get(key(row))) for row in rows
    ]


def _before(column: Column) -> Column:
    label = Label.told(column.label, column.translations).before
    return replace(
        column,
        name=f"{column.name}_previous",
        label=label.en,
        translations=label.translations,
    )


def _change_column(column: Column) -> Column:
    label = Label.own("Change")
    return Column(
        name=f"{column.name}_change",
        label=label.en,
        type="number",
        unit="pts" if column.unit == "%" else "%",
        decimals=1,
        translations=label.translations,
    )


def _changed_row(
    query: form.TableQuery,
    columns: tuple[Column, ...],
    row: tuple[Value, ...],
    before: tuple[Value, ...] | None,
) -> tuple[Value, ...]:
    cells: list[Value] = []
    for position, (item, column) in enumerate(zip(query.select, columns, strict=True)):
        cells.append(row[position])
        if item.compare:
            earlier = before[position] if before else None
            cells += [earlier, _change(row[position], earlier, column)]
    return tuple(cells)


def _change(value: Value, earlier: Value, column: Column) -> float | None:
    """Percent of what was before; for a percentage, the difference in points."""
    if not isinstance(value, int | float | Decimal) or not isinstance(
        earlier, int | float | Decimal
    ):
        return None
    value, earlier = float(value), float(earlier)
    if column.unit == "%":
        return float(f"{value - earlier:.12g}")
    return float(f"{100 * (value - earlier) / abs(earlier):.12g}") if earlier else None
