"""Tables, whole up to `max_rows`."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from iop_pipelines.domain.datasets import Favourable
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Column, FrozenResult, Row, Table, Value
from iop_pipelines.reporting.favour import VERDICTS, favoured, verdict_of
from iop_pipelines.reporting.fit import Layout, Part, lay_out
from iop_pipelines.reporting.formats import decimals_of, format_value, printable, unit_beside
from iop_pipelines.reporting.sections import Drawn, Frame
from iop_pipelines.reporting.stamped.body import Body, place_of
from iop_pipelines.reporting.sums import Sum, sums_of
from iop_pipelines.reporting.voice import Voice


def draw(config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn:
    names = config.pdf_tables()
    tables = [_table(result.table(name), config, frame) for name in names]
    return Drawn(
        {"tables": tables},
        shows=names,
        cuts=tuple((each["title"], each["cut"]) for each in tables if each["cut"]),
        rows=tables[0]["row_count"],
    )


def _table(table: Table, config: QueryConfig, frame: Frame) -> dict[str, Any]:
    asked, voice = config.outputs.pdf, frame.voice
    shown = table.rows[: asked.max_rows]
    summed = list(sums_of(table, config, asked.max_rows))
    decimals = [
        decimals_of(column, [row[i] for row in (*shown, *(each.row for each in summed))])
        for i, column in enumerate(table.columns)
    ]
    cells = _cells(shown, table.columns, decimals, voice)
    sums = _sums(summed, table.columns, decimals, voice)
    own_page = "portrait" if asked.orientation == "portrait" else "wide"
    layout = lay_out(
        table.columns, [*cells, *sums], own_page, frame.skipped, voice, pages=frame.paper.widths
    )
    return {
        "title": table.title,
        "count": voice.tell(Sentence("report.rows", count=len(shown))),
        # A page of another kind begins anew, and so does the one after it.
        "page": asked.orientation if layout.page == own_page else layout.page,
        "size": f"{layout.size:g}",
        "row_count": len(shown),
        "parts": [
            _part(part, table.columns, cells, layout, frame)
            | {"sums": [[row[at] for at in part.columns] for row in sums]}
            for part in layout.parts
        ],
        "cut": _cut(table, len(shown), asked.max_rows, voice),
        "filters": "  ·  ".join(voice.tell(each) for each in table.filters),
    }


def _cells(
    rows: Sequence[Row], columns: Sequence[Column], decimals: Sequence[int], voice: Voice
) -> list[Sequence[str]]:
    if not rows:
        return []
    texts = (
        [printable(_said(value, column, places, good, voice)) for value in values]
        for values, column, places, good in zip(
            zip(*rows, strict=True), columns, decimals, favoured(columns), strict=True
        )
    )
    return list(zip(*texts, strict=True))


def _said(value: Value, column: Column, places: int, good: Favourable | None, voice: Voice) -> str:
    """A change says whether it is good news, where its measure does."""
    verdict = verdict_of(good, value)
    text = format_value(value, column, places, voice)
    return f"{text} {VERDICTS[verdict].within(voice.language)}" if verdict else text


def _sums(
    sums: Sequence[Sum], columns: Sequence[Column], decimals: Sequence[int], voice: Voice
) -> list[Sequence[str]]:
    """A group that a sum is of all of has no value."""
    said: list[Sequence[str]] = []
    texts = _cells([each.row for each in sums], columns, decimals, voice)
    for each, cells in zip(sums, texts, strict=True):
        line = ["" if at in each.blank else cell for at, cell in enumerate(cells)]
        if each.blank:
            line[each.blank[0]] = each.word.within(voice.language)
        said.append(line)
    return said


def _part(
    part: Part,
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    layout: Layout,
    frame: Frame,
) -> dict[str, Any]:
    own = [columns[at] for at in part.columns]
    rows = (
        cells if len(own) == len(columns) else [[row[at] for at in part.columns] for row in cells]
    )
    count, number = len(layout.parts), layout.parts.index(part) + 1
    said = frame.voice.tell(Sentence("page.part", number=number, count=count)) if count > 1 else ""
    return {
        "said": said,
        "columns": [
            {
                "label": frame.voice.label(column),
                "unit": unit_beside(column),
                "is_number": column.is_number,
                "width": f"{width:.2f}",
            }
            for column, width in zip(own, part.widths, strict=True)
        ],
        "body": _body(Body(tuple(column.is_number for column in own), rows), frame.bodies),
    }


def _body(body: Body, bodies: list[Body]) -> Markup:
    """Its rows, or the place for them, both of which are ours or escaped."""
    if not body.is_stamped:
        return Markup(f"<tbody>{body.html()}</tbody>")  # noqa: S704
    bodies.append(body)
    return Markup(place_of(len(bodies) - 1))  # noqa: S704


def _cut(table: Table, shown: int, most: int, voice: Voice) -> str:
    said = table.rows_said(shown)
    cut = [Sentence("page.rows_printed", said=said)] if said else []
    if (total := len(table.subtotals)) > most:
        cut.append(Sentence("page.subtotals_printed", shown=most, total=total))
    return " ".join(voice.alone(each) for each in cut)
