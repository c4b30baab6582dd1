"""The page of a report: everything the template prints, as plain text and our own SVG.

The templates decide nothing but places: words, widths and numbers are ready, those of a section from `sections`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.periods import local_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import FrozenResult, SourceState
from iop_pipelines.reporting.brand import PLAIN, Brand
from iop_pipelines.reporting.formats import NO_VALUE, format_number, printable
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.layout import Placed, placed
from iop_pipelines.reporting.params import said_parameters
from iop_pipelines.reporting.pdf import Laid, html_to_pdf
from iop_pipelines.reporting.scripts import package_of
from iop_pipelines.reporting.sections import Drawn, Frame
from iop_pipelines.reporting.stamped.body import Body
from iop_pipelines.reporting.style import TEMPLATES, number_of, style_of
from iop_pipelines.reporting.voice import Voice

_MOST_NAMED = 12


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


def render_pdf(
    heading: Heading, config: QueryConfig, result: FrozenResult, brand: Brand = PLAIN
) -> Printed:
    """Lays out until every text is in its place; what then is not, the first page says."""
    tries = iter(_TRIES)
    skipped = next(tries)
    laid, rows = _laid(heading, config, result, skipped, brand=brand)
    while laid.outside and (more := next(tries, None)) is not None:
        skipped = more
        laid, rows = _laid(heading, config, result, skipped, brand=brand)
    faults = tuple(_faults(laid))
    if faults:
        laid, rows = _laid(heading, config, result, skipped, faults, brand=brand)
    return Printed(laid.content, rows, faults)


def _laid(
    heading: Heading,
    config: QueryConfig,
    result: FrozenResult,
    skipped: int,
    faults: Sequence[Sentence] = (),
    *,
    brand: Brand,
) -> tuple[Laid, int]:
    page = render_html(heading, config, result, skipped=skipped, faults=faults, brand=brand)
    voice = Voice.of(config)
    return html_to_pdf(page.html, style_of(voice, brand), page.bodies, number_of(voice)), page.rows


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
    brand: Brand = PLAIN,
) -> Page:
    """faults: what its first page says that it could not draw."""
    frame = Frame(Voice.of(config), brand.sheet, skipped)
    sections = placed(config, result, frame)
    page = _page(heading, result, sections, frame.voice)
    page["logo"] = brand.logo
    page["warnings"] += [frame.voice.tell(each) for each in faults]
    orientation = config.outputs.pdf.orientation
    html = (
        _environment()
        .get_template("report.html.j2")
        .render(report=page, paper=orientation, say=frame.voice.say)
    )
    rows = next((each.rows for _, each in sections if each.rows is not None), None)
    if rows is None:
        # A page of figures and charts alone: as many as those are of.
        rows = result.table(config.main_pdf_table()).row_count
    return Page(html, rows, tuple(frame.bodies))


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


def _page(
    heading: Heading, result: FrozenResult, sections: Sequence[Placed], voice: Voice
) -> dict[str, Any]:
    # Three moments: the slot stands among the facts, those of reading and of making at the foot.
    read_at = result.read_at or result.as_of
    read = local_now(read_at, result.time_zone)
    made = local_now(result.made_at or read_at, result.time_zone)
    return {
        "language": voice.language.value,
        "direction": voice.language.direction,
        "title": heading.name,
        "description": " ".join(heading.description.split()),
        "kicker": _kicker(heading).within(voice.language),
        "period": _period(result, voice),
        "made": voice.tell(_made(made, read, result.time_zone)),
        "made_at": f"{result.made_at or read_at:%Y-%m-%dT%H:%M:%SZ}",
        "facts": _facts(result, voice),
        "filters": [voice.tell(each) for each in result.filters],
        "warnings": _warnings(result, [each for _, each in sections], voice),
        "sections": [{"template": template, **each.values} for template, each in sections],
        "sources": [_source(state, voice) for state in result.sources],
        "notes": [voice.tell(each) for each in _notes(result, read)],
    }


_REPORT = Text("Report")
_KICKERS = {
    "daily": Text("Daily report"),
    "weekly": Text("Weekly report"),
    "monthly": Text("Monthly report"),
    "quarterly": Text("Quarterly report"),
    "yearly": Text("Annual report"),
}


def _kicker(heading: Heading) -> Text:
    return _KICKERS.get((heading.schedule or "").partition(" ")[0], _REPORT)


def _made(made: datetime, read: datetime, zone: str) -> Sentence:
    return Sentence(
        "page.made",
        day=f"{made:%Y-%m-%d}",
        made=f"{made:%H:%M}",
        read=f"{read:%H:%M}",
        zone=zone,
    )


def _period(result: FrozenResult, voice: Voice) -> str:
    """What the running head says: the period asked about, or how far the data goes."""
    if result.period:
        return voice.alone(result.period)
    newest = result.data_time
    if newest is None:
        return ""
    is_day = newest.time() == time()
    until = f"{newest:%Y-%m-%d}" if is_day else f"{newest:%Y-%m-%d %H:%M}"
    return voice.alone(Sentence("page.data_until", until=until))


def _facts(result: FrozenResult, voice: Voice) -> list[dict[str, str]]:
    facts: list[dict[str, str]] = []
    if result.period:
        facts.append({"name": voice.say("Period"), "value": voice.alone(result.period), "more": ""})
    newest = voice.moment(result.data_time) if result.data_time else NO_VALUE
    facts.append({"name": voice.say("Data up to"), "value": newest, "more": ""})
    facts.append({"name": voice.say("Data quality"), **_quality(result, voice)})
    as_of = voice.day(f"{local_now(result.as_of, result.time_zone):%Y-%m-%d %H:%M}")
    facts.append({"name": voice.say("As of"), "value": as_of, "more": result.time_zone})
    return facts


def _quality(result: FrozenResult, voice: Voice) -> dict[str, str]:
    for state in result.sources:
        if state.quality_score is not None:
            lowest = state.quality_lowest if state.quality_lowest is not None else 0.0
            said = {
                "value": Sentence("page.of_100", score=_score(state.quality_score, voice)),
                "more": Sentence("page.lowest_delivery", score=_score(lowest, voice)),
            }
            return {name: voice.tell(each) for name, each in said.items()}
    return {"value": voice.say("not scored"), "more": ""}


def _warnings(result: FrozenResult, drawn: Collection[Drawn], voice: Voice) -> list[str]:
    shown = {name for each in drawn for name in each.shows}
    cut = [table for table in result.tables if table.is_truncated and table.name in shown]
    # Where nothing is printed less than was read, the section does not say it.
    told = {title for each in drawn for title, _ in each.cuts}
    warnings = [voice.tell(result.incomplete)] if result.incomplete else []
    warnings += [voice.tell(each) for each in result.notes]
    read = [
        Sentence("page.rows_read", table=table.title, said=said)
        for table in cut
        if table.title not in told and (said := table.rows_said(len(table.rows)))
    ]
    printed = [
        Sentence("page.of_table", table=title, said=said)
        for each in drawn
        for title, said in each.cuts
    ]
    # A table may be placed twice.
    return warnings + [voice.tell(each) for each in dict.fromkeys((*read, *printed))]


def _source(state: SourceState, voice: Voice) -> dict[str, str]:
    return {
        "label": voice.source(state),
        "data_time": voice.moment(state.data_time) if state.data_time else NO_VALUE,
        "quality": _score(state.quality_score, voice),
        "lowest": _score(state.quality_lowest, voice),
    }


def _score(value: float | None, voice: Voice) -> str:
    return NO_VALUE if value is None else format_number(value, 1, voice=voice)


def _notes(result: FrozenResult, read: datetime) -> Iterable[Sentence]:
    yield Sentence("page.about_data", read=f"{read:%Y-%m-%d %H:%M}", zone=result.time_zone)
    if result.params:
        yield Sentence("page.parameters", all=said_parameters(result))
