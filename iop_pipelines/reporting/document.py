"""The page of a report: everything the template prints, as plain text and our own SVG.

The templates decide nothing but places: words, widths and numbers are ready, those of a section from `sections`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from iop_pipelines.domain.periods import local_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.outputs import SECTIONS
from iop_pipelines.query.result import FrozenResult, SourceState
from iop_pipelines.reporting.formats import NO_VALUE, format_moment, format_number, printable
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.pdf import Laid, html_to_pdf
from iop_pipelines.reporting.scripts import package_of
from iop_pipelines.reporting.sections import Drawn, draw_section
from iop_pipelines.reporting.stamped.body import Body

_MOST_NAMED = 12
TEMPLATES = Path(__file__).parent / "templates"


# Steps of `fit` to pass over when text was still outside its place; the last leaves nothing but the split.
_TRIES = (0, 1, 99)


@dataclass(frozen=True)
class Page:
    """`rows`: of its first table. `bodies`: of tables that it has but places for."""

    html: str
    rows: int
    bodies: tuple[Body, ...]


@dataclass(frozen=True)
class Printed:
    """A PDF, the rows of its first table that are printed, and what it could not draw."""

    content: bytes
    rows: int
    faults: tuple[Sentence, ...] = ()


def render_pdf(heading: Heading, config: QueryConfig, result: FrozenResult) -> Printed:
    """Lays out until every text is in its place; what then is not, the first page says."""
    tries = iter(_TRIES)
    skipped = next(tries)
    laid, rows = _laid(heading, config, result, skipped)
    while laid.outside and (more := next(tries, None)) is not None:
        skipped = more
        laid, rows = _laid(heading, config, result, skipped)
    faults = tuple(_faults(laid))
    if faults:
        laid, rows = _laid(heading, config, result, skipped, faults)
    return Printed(laid.content, rows, faults)


def _laid(
    heading: Heading,
    config: QueryConfig,
    result: FrozenResult,
    skipped: int,
    faults: Sequence[Sentence] = (),
) -> tuple[Laid, int]:
    page = render_html(heading, config, result, skipped=skipped, faults=faults)
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return html_to_pdf(page.html, style, page.bodies), page.rows


def _faults(laid: Laid) -> Iterable[Sentence]:
    if laid.missing:
        codes = [f"U+{ord(char):04X}" for char in laid.missing[:_MOST_NAMED]]
        packages = sorted({package_of(char) for char in laid.missing})
        count = len(laid.missing)
        yield Sentence("report.no_glyph", count=count, shown=codes, packages=packages)
    for code, texts in (("report.text_outside", laid.outside), ("report.text_over", laid.over)):
        if texts:
            yield Sentence(code, count=len(texts), first=texts[0][:60])


def render_html(
    heading: Heading,
    config: QueryConfig,
    result: FrozenResult,
    *,
    skipped: int = 0,
    faults: Sequence[Sentence] = (),
) -> Page:
    """faults: what its first page says that it could not draw."""
    sections = {each.module: draw_section(each, config, result, skipped) for each in SECTIONS}
    drawn = {name: each for name, each in sections.items() if each is not None}
    page = _page(heading, result, drawn)
    page["warnings"] += [each.english for each in faults]
    orientation = config.outputs.pdf.orientation
    html = _environment().get_template("report.html.j2").render(report=page, paper=orientation)
    rows = next(each.rows for each in drawn.values() if each.rows is not None)
    return Page(html, rows, tuple(body for each in drawn.values() for body in each.bodies))


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


def _page(heading: Heading, result: FrozenResult, drawn: Mapping[str, Drawn]) -> dict[str, Any]:
    # Three moments: the slot stands among the facts, those of reading and of making at the foot.
    read_at = result.read_at or result.as_of
    read = local_now(read_at, result.time_zone)
    made = local_now(result.made_at or read_at, result.time_zone)
    zone = result.time_zone
    return {
        "title": heading.name,
        "description": " ".join(heading.description.split()),
        "kicker": _kicker(heading),
        "period": _period(result),
        "made": f"Made by IOP on {made:%Y-%m-%d at %H:%M}, data read at {read:%H:%M} ({zone})",
        "made_at": f"{result.made_at or read_at:%Y-%m-%dT%H:%M:%SZ}",
        "facts": _facts(result),
        "filters": [each.english for each in result.filters],
        "warnings": _warnings(result, drawn.values()),
        "sections": [
            {"template": f"sections/{name}.html.j2", **each.values} for name, each in drawn.items()
        ],
        "sources": [_source(state) for state in result.sources],
        "notes": _notes(result, read),
    }


def _kicker(heading: Heading) -> str:
    words = {
        "daily": "Daily report",
        "weekly": "Weekly report",
        "monthly": "Monthly report",
        "quarterly": "Quarterly report",
        "yearly": "Annual report",
    }
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


def _warnings(result: FrozenResult, drawn: Collection[Drawn]) -> list[str]:
    shown = {name for each in drawn for name in each.shows}
    cut = [table for table in result.tables if table.is_truncated and table.name in shown]
    # Where nothing is printed less than was read, the section does not say it.
    told = {title for each in drawn for title, _ in each.cuts}
    warnings = [result.incomplete.english] if result.incomplete else []
    warnings += [each.english for each in result.notes]
    warnings += [
        f"“{table.title}”: {said.english} are read."
        for table in cut
        if table.title not in told and (said := table.rows_said(len(table.rows)))
    ]
    return warnings + [f"“{title}”: {said}" for each in drawn for title, said in each.cuts]


def _source(state: SourceState) -> dict[str, str]:
    def score(value: float | None) -> str:
        return NO_VALUE if value is None else format_number(value, 1)

    return {
        "label": state.label,
        "data_time": format_moment(state.data_time) if state.data_time else NO_VALUE,
        "quality": score(state.quality_score),
        "lowest": score(state.quality_lowest),
    }


def _notes(result: FrozenResult, read: datetime) -> Iterable[str]:
    yield (
        f"All tables and charts were read in one go, as of {read:%Y-%m-%d %H:%M} "
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
