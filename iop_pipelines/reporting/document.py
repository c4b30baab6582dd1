"""The page of a report: everything the template prints, as plain text and our own SVG.

The template decides nothing but places: words, widths and numbers are ready here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from iop_pipelines.domain.periods import local_now
from iop_pipelines.query.config import Chart, QueryConfig
from iop_pipelines.query.result import Column, FrozenResult, SourceState, Table, Value
from iop_pipelines.reporting.charts.data import chart_data
from iop_pipelines.reporting.charts.drawing import draw
from iop_pipelines.reporting.formats import (
    NO_VALUE,
    decimals_of,
    format_moment,
    format_number,
    format_value,
    printable,
)
from iop_pipelines.reporting.pdf import html_to_pdf

TEMPLATES = Path(__file__).parent / "templates"
FULL_WIDTH, HALF_WIDTH = 660, 324
_FULL_HEIGHT, _HALF_HEIGHT = 226, 236
_ARROWS = {1: "▲", 0: "=", -1: "▼"}
_BLANK = {"name": "", "value": "", "unit": "", "change": "", "against": ""}


@dataclass(frozen=True)
class Heading:
    """What a template says about itself: its name, its text, and when it is made."""

    name: str
    description: str = ""
    schedule: str | None = None


def render_pdf(heading: Heading, config: QueryConfig, result: FrozenResult) -> tuple[bytes, int]:
    """(PDF, rows of its first table that are printed)."""
    html, rows = render_html(heading, config, result)
    return html_to_pdf(html, (TEMPLATES / "report.css").read_text(encoding="utf-8")), rows


def render_html(heading: Heading, config: QueryConfig, result: FrozenResult) -> tuple[str, int]:
    page = _page(heading, config, result)
    html = _environment().get_template("report.html.j2").render(report=page)
    return html, len(page["tables"][0]["rows"])


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    """Our own templates only; what users wrote is data in them, and escaped."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.globals.clear()
    return environment


def _page(heading: Heading, config: QueryConfig, result: FrozenResult) -> dict[str, Any]:
    pdf = config.outputs.pdf
    tables = [_table(result.table(name), pdf.max_rows) for name in config.pdf_tables()]
    made = local_now(result.as_of, result.time_zone)
    zone = result.time_zone
    return {
        "title": heading.name,
        "description": " ".join(heading.description.split()),
        "kicker": _kicker(heading),
        "orientation": pdf.orientation,
        "period": _period(result),
        "made": f"Made by IOP on {made:%Y-%m-%d at %H:%M} ({zone})",
        "made_at": f"{result.as_of:%Y-%m-%dT%H:%M:%SZ}",
        "facts": _facts(result),
        "filters": list(result.filters),
        "warnings": _warnings(config, result, tables),
        "tiles": _tiles(result.table(pdf.tiles)) if pdf.tiles else [],
        "charts": _charts(config.charts, result),
        "advice": _advice(result.table(pdf.recommendations)) if pdf.recommendations else None,
        "tables": tables,
        "sources": [_source(state) for state in result.sources],
        "notes": _notes(result, made),
    }


def _kicker(heading: Heading) -> str:
    words = {"daily": "Daily report", "weekly": "Weekly report", "monthly": "Monthly report"}
    return words.get((heading.schedule or "").partition(" ")[0], "Report")


def _period(result: FrozenResult) -> str:
    """What the running head says: the period asked about, or how far the data goes."""
    if result.period:
        return result.period
    return f"Data up to {format_moment(result.data_time)}" if result.data_time else ""


def _facts(result: FrozenResult) -> list[dict[str, str]]:
    facts = []
    if result.period:
        facts.append({"name": "Period", "value": result.period, "more": ""})
    newest = format_moment(result.data_time) if result.data_time else NO_VALUE
    facts.append({"name": "Data up to", "value": newest, "more": ""})
    facts.append({"name": "Data quality", **_quality(result)})
    made = local_now(result.as_of, result.time_zone)
    facts.append({"name": "As of", "value": f"{made:%Y-%m-%d %H:%M}", "more": result.time_zone})
    return facts


def _quality(result: FrozenResult) -> dict[str, str]:
    for state in result.sources:
        if state.quality_score is not None:
            lowest = state.quality_lowest if state.quality_lowest is not None else 0.0
            more = f"lowest delivery {format_number(lowest, 1)}"
            return {"value": f"{format_number(state.quality_score, 1)} of 100", "more": more}
    return {"value": "not scored", "more": ""}


def _warnings(
    config: QueryConfig, result: FrozenResult, tables: Sequence[Mapping[str, Any]]
) -> list[str]:
    shown = {*config.pdf_tables(), *(chart.data for chart in config.charts)}
    cut = [t for t in result.tables if t.is_truncated and t.name in shown]
    warnings = [
        f"“{table.title}” has more rows than the {table.limit:,} this report reads; the rest is left out."
        for table in cut
    ]
    names = {table.title for table in cut}
    warnings += [
        f"“{table['title']}”: {table['cut']}"
        for table in tables
        if table["cut"] and table["title"] not in names
    ]
    return warnings


def _tiles(table: Table) -> list[list[dict[str, str]]]:
    """Rows of equally wide tiles, at most four in each; the last row is filled with blanks."""
    if not table.rows:
        return []
    record = next(iter(table.records()))
    tiles = [
        _tile(column, table, record)
        for column in table.columns
        if not column.name.endswith(("_previous", "_change"))
    ]
    wide = len(tiles) if len(tiles) <= 4 else 3 if len(tiles) in (5, 6, 9) else 4
    tiles += [_BLANK] * (-len(tiles) % wide)
    return [tiles[i : i + wide] for i in range(0, len(tiles), wide)]


def _tile(column: Column, table: Table, record: Mapping[str, Value]) -> dict[str, str]:
    value = record[column.name]
    change = record.get(f"{column.name}_change")
    before = record.get(f"{column.name}_previous")
    shown = format_value(value, column, decimals_of(column, [value]))
    is_share = column.unit == "%" and value is not None
    tile = {
        **_BLANK,
        "name": column.label,
        "value": f"{shown} %" if is_share else shown,
        "unit": "" if is_share or _repeats(column) else column.unit or "",
    }
    if isinstance(change, int | float) and before is not None:
        arrow = _ARROWS[(change > 0) - (change < 0)]
        unit = table.column(f"{column.name}_change").unit
        tile["change"] = f"{arrow} {format_number(change, 1, is_signed=True)} {unit}"
        tile["against"] = f"from {format_value(before, column, decimals_of(column, [before]))}"
    return tile


def _repeats(column: Column) -> bool:
    """A unit that the label says already: Flights scheduled, in flights."""
    return bool(column.unit) and str(column.unit).lower() in column.label.lower()


def _charts(charts: Sequence[Chart], result: FrozenResult) -> list[list[dict[str, Any]]]:
    """Rows of the page: a line has the whole width, others stand in pairs where two follow."""
    return [
        [_chart(chart, result, is_half=len(row) == 2) for chart in row]
        for row in _chart_rows(charts)
    ]


def _chart(chart: Chart, result: FrozenResult, *, is_half: bool) -> dict[str, Any]:
    data = chart_data(chart, result.table(chart.data))
    width, height = (HALF_WIDTH, _HALF_HEIGHT) if is_half else (FULL_WIDTH, _FULL_HEIGHT)
    # Every character of the SVG is ours or escaped by charts.svg.clean.
    svg = Markup(draw(data, width, height))  # noqa: S704
    return {"title": data.title, "svg": svg, "notes": list(data.notes)}


def _chart_rows(charts: Sequence[Chart]) -> list[list[Chart]]:
    rows: list[list[Chart]] = []
    left = list(charts)
    while left:
        is_pair = len(left) > 1 and "line" not in (left[0].type, left[1].type)
        size = 2 if is_pair else 1
        rows.append(left[:size])
        left = left[size:]
    return rows


def _advice(table: Table) -> dict[str, Any]:
    """A table with `title`, and what it has of severity, description, category, series and times."""
    items = [_advice_item(record, table) for record in table.records()]
    count = f"{len(items)} shown, more are open" if table.is_truncated else f"{len(items)} open"
    return {"title": table.title, "count": count, "entries": items}


def _advice_item(record: Mapping[str, Value], table: Table) -> dict[str, str]:
    severity = str(record.get("severity") or "info")
    styles = {"critical": "critical", "warning": "warning-level"}
    about = []
    for name in ("category", "dataset", "unique_id", "first_ds", "last_ds", "occurrences", "model"):
        value = record.get(name)
        if value is None:
            continue
        column = table.column(name)
        about.append(f"{column.label}: {format_value(value, column, 0)}")
    return {
        "severity": severity,
        "style": styles.get(severity, "info"),
        "title": str(record.get("title") or ""),
        "description": str(record.get("description") or ""),
        "about": "  ·  ".join(about),
    }


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
                "unit": "" if _repeats(column) else column.unit or "",
                "is_number": column.is_number,
                "width": f"{width:.2f}",
            }
            for column, width in zip(table.columns, widths, strict=True)
        ],
        "rows": cells,
        "cut": _cut(table, len(shown)),
        "filters": "  ·  ".join(table.filters),
    }


def _cut(table: Table, shown: int) -> str:
    if shown < len(table.rows):
        return f"The first {shown:,} of {len(table.rows):,} rows are printed."
    if table.is_truncated:
        return f"Only the first {table.limit:,} rows were read; there are more."
    return ""


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


def _source(state: SourceState) -> dict[str, str]:
    def score(value: float | None) -> str:
        return NO_VALUE if value is None else format_number(value, 1)

    return {
        "label": state.label,
        "data_time": format_moment(state.data_time) if state.data_time else NO_VALUE,
        "quality": score(state.quality_score),
        "lowest": score(state.quality_lowest),
    }


def _notes(result: FrozenResult, made: datetime) -> Iterable[str]:
    yield (
        f"All tables and charts were read in one go, as of {made:%Y-%m-%d %H:%M} "
        f"({result.time_zone}); days run from midnight to midnight of that time zone. "
        "A period has its first and its last day in it, unless it names times of day. "
        "The quality score is the mean over the deliveries that the period touches."
    )
    if result.params:
        said = ", ".join(f"{name} = {_said(value)}" for name, value in result.params.items())
        yield f"Parameters: {said}."


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Mapping):
        return f"{value['from']} to before {value['to']}"
    return "not set" if value is None else str(value)
