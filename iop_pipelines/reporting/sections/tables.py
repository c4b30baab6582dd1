"""Tables, whole up to `max_rows`."""

from collections.abc import Collection, Sequence
from typing import Any

from markupsafe import Markup

from iop_pipelines.domain.datasets import Favourable
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.outputs import PdfOutput
from iop_pipelines.query.result import Column, FrozenResult, Row, Table, Value
from iop_pipelines.reporting.favour import favoured, verdict_of
from iop_pipelines.reporting.fit import Layout, Part, lay_out
from iop_pipelines.reporting.formats import decimals_of, format_value, printable, unit_beside
from iop_pipelines.reporting.sections import Drawn
from iop_pipelines.reporting.stamped.body import Body, place_of


def draw(config: QueryConfig, result: FrozenResult, skipped: int = 0) -> Drawn:
    names = config.pdf_tables()
    bodies: list[Body] = []
    groups = {
        name: {item.name for item in config.datasets[name].select if not item.is_aggregate}
        for name in names
    }
    tables = [
        _table(result.table(name), config.outputs.pdf, skipped, bodies, groups=groups[name])
        for name in names
    ]
    return Drawn(
        {"tables": tables},
        shows=names,
        cuts=tuple((each["title"], each["cut"]) for each in tables if each["cut"]),
        rows=tables[0]["row_count"],
        bodies=tuple(bodies),
    )


def _table(
    table: Table, asked: PdfOutput, skipped: int, bodies: list[Body], *, groups: Collection[str]
) -> dict[str, Any]:
    """bodies: those that the page has places for; it grows. groups: names of the columns that are no measures."""
    shown = table.rows[: asked.max_rows]
    summed = [*table.subtotals, *([table.totals] if table.totals is not None else [])]
    decimals = [
        decimals_of(column, [row[i] for row in (*shown, *summed)])
        for i, column in enumerate(table.columns)
    ]
    cells = _cells(shown, table.columns, decimals)
    sums = _sums(table, decimals, groups, asked.max_rows)
    own_page = "portrait" if asked.orientation == "portrait" else "wide"
    layout = lay_out(table.columns, [*cells, *sums], own_page, skipped)
    return {
        "title": table.title,
        "count": f"{len(shown):,} row{'' if len(shown) == 1 else 's'}",
        # A page of another kind begins anew, and so does the one after it.
        "page": asked.orientation if layout.page == own_page else layout.page,
        "size": f"{layout.size:g}",
        "row_count": len(shown),
        "parts": [
            _part(part, table.columns, cells, layout, bodies)
            | {"sums": [[row[at] for at in part.columns] for row in sums]}
            for part in layout.parts
        ],
        "cut": _cut(table, len(shown), asked.max_rows),
        "filters": "  ·  ".join(each.english for each in table.filters),
    }


def _cells(
    rows: Sequence[Row], columns: Sequence[Column], decimals: Sequence[int]
) -> list[Sequence[str]]:
    if not rows:
        return []
    texts = (
        [printable(_said(value, column, places, good)) for value in values]
        for values, column, places, good in zip(
            zip(*rows, strict=True), columns, decimals, favoured(columns), strict=True
        )
    )
    return list(zip(*texts, strict=True))


def _said(value: Value, column: Column, places: int, good: Favourable | None) -> str:
    """A change says whether it is good news, where its measure does."""
    verdict = verdict_of(good, value)
    text = format_value(value, column, places)
    return f"{text} {verdict}" if verdict else text


def _sums(
    table: Table, decimals: Sequence[int], groups: Collection[str], most: int
) -> list[Sequence[str]]:
    """Subtotals, the first of them where there are many, and the total; a group that one is of all of has no value."""
    asked = [(row, "Subtotal") for row in table.subtotals[:most]]
    asked += [(table.totals, "Total")] if table.totals is not None else []
    texts = _cells([row for row, _ in asked], table.columns, decimals)
    said: list[Sequence[str]] = []
    for (row, word), cells in zip(asked, texts, strict=True):
        line = list(cells)
        blank = [
            at
            for at, column in enumerate(table.columns)
            if column.name in groups and row[at] is None
        ]
        for at in blank:
            line[at] = ""
        if blank:
            line[blank[0]] = word
        said.append(line)
    return said


def _part(
    part: Part,
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    layout: Layout,
    bodies: list[Body],
) -> dict[str, Any]:
    own = [columns[at] for at in part.columns]
    rows = (
        cells if len(own) == len(columns) else [[row[at] for at in part.columns] for row in cells]
    )
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
        "body": _body(Body(tuple(column.is_number for column in own), rows), bodies),
    }


def _body(body: Body, bodies: list[Body]) -> Markup:
    """Its rows, or the place for them, both of which are ours or escaped."""
    if not body.is_stamped:
        return Markup(f"<tbody>{body.html()}</tbody>")  # noqa: S704
    bodies.append(body)
    return Markup(place_of(len(bodies) - 1))  # noqa: S704


def _cut(table: Table, shown: int, most: int) -> str:
    said = table.rows_said(shown)
    cut = [f"{said.english} are printed."] if said else []
    if len(table.subtotals) > most:
        cut.append(f"{most:,} of {len(table.subtotals):,} subtotals are printed.")
    return " ".join(cut)
