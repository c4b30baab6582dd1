"""Tables, whole up to `max_rows`."""

from collections.abc import Sequence
from typing import Any

from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Column, FrozenResult, Table
from iop_pipelines.reporting.formats import decimals_of, format_value, unit_beside
from iop_pipelines.reporting.sections import Drawn


def draw(config: QueryConfig, result: FrozenResult) -> Drawn:
    names = config.pdf_tables()
    tables = [_table(result.table(name), config.outputs.pdf.max_rows) for name in names]
    return Drawn(
        {"tables": tables},
        shows=names,
        cuts=tuple((each["title"], each["cut"]) for each in tables if each["cut"]),
        rows=len(tables[0]["rows"]),
    )


def _table(table: Table, max_rows: int) -> dict[str, Any]:
    shown = table.rows[:max_rows]
    decimals = [
        decimals_of(column, [row[i] for row in shown]) for i, column in enumerate(table.columns)
    ]
    cells = [
        [
            format_value(value, column, places)
            for value, column, places in zip(row, table.columns, decimals, strict=True)
        ]
        for row in shown
    ]
    widths = _column_widths(table.columns, cells)
    return {
        "title": table.title,
        "count": f"{len(shown):,} row{'' if len(shown) == 1 else 's'}",
        "columns": [
            {
                "label": column.label,
                "unit": unit_beside(column),
                "is_number": column.is_number,
                "width": f"{width:.2f}",
            }
            for column, width in zip(table.columns, widths, strict=True)
        ],
        "rows": cells,
        "cut": _cut(table, len(shown)),
        "filters": "  ·  ".join(each.english for each in table.filters),
    }


def _cut(table: Table, shown: int) -> str:
    said = table.rows_said(shown)
    return f"{said.english} are printed." if said else ""


def _column_widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[float]:
    """Percent, by the longest cell of a sample; words may wrap, numbers must not."""
    wanted = []
    for i, column in enumerate(columns):
        longest = max((len(row[i]) for row in rows[:200]), default=0)
        heading = max(len(word) for word in column.label.split() or [""])
        most = 18 if column.is_number else 34
        wanted.append(min(max(longest, heading, 6), most) + 3)
    total = sum(wanted)
    return [100 * width / total for width in wanted]
