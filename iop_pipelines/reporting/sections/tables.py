"""Tables, whole up to `max_rows`."""

from collections.abc import Sequence
from typing import Any

from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.outputs import PdfOutput
from iop_pipelines.query.result import Column, FrozenResult, Table
from iop_pipelines.reporting.fit import Layout, Part, lay_out
from iop_pipelines.reporting.formats import decimals_of, format_value, unit_beside
from iop_pipelines.reporting.sections import Drawn


def draw(config: QueryConfig, result: FrozenResult, skipped: int = 0) -> Drawn:
    names = config.pdf_tables()
    tables = [_table(result.table(name), config.outputs.pdf, skipped) for name in names]
    return Drawn(
        {"tables": tables},
        shows=names,
        cuts=tuple((each["title"], each["cut"]) for each in tables if each["cut"]),
        rows=len(tables[0]["rows"]),
    )


def _table(table: Table, asked: PdfOutput, skipped: int) -> dict[str, Any]:
    shown = table.rows[: asked.max_rows]
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
    own_page = "portrait" if asked.orientation == "portrait" else "wide"
    layout = lay_out(table.columns, cells, own_page, skipped)
    return {
        "title": table.title,
        "count": f"{len(shown):,} row{'' if len(shown) == 1 else 's'}",
        # A page of another kind begins anew, and so does the one after it.
        "page": asked.orientation if layout.page == own_page else layout.page,
        "size": f"{layout.size:g}",
        "rows": cells,
        "parts": [_part(part, table.columns, cells, layout) for part in layout.parts],
        "cut": _cut(table, len(shown)),
        "filters": "  ·  ".join(each.english for each in table.filters),
    }


def _part(
    part: Part, columns: Sequence[Column], cells: Sequence[Sequence[str]], layout: Layout
) -> dict[str, Any]:
    own = [columns[at] for at in part.columns]
    count = len(layout.parts)
    said = f"Part {layout.parts.index(part) + 1} of {count}" if count > 1 else ""
    return {
        "said": said,
        "columns": [
            {
                "label": column.label,
                "unit": unit_beside(column),
                "is_number": column.is_number,
                "width": f"{width:.2f}",
            }
            for column, width in zip(own, part.widths, strict=True)
        ],
        "rows": [[row[at] for at in part.columns] for row in cells],
    }


def _cut(table: Table, shown: int) -> str:
    said = table.rows_said(shown)
    return f"{said.english} are printed." if said else ""
