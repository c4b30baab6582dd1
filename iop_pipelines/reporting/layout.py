"""The sections of a page, in the order that its `layout` says, each by the module that draws it without one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from iop_pipelines.query import layout as form
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.outputs import SECTIONS
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.formats import NO_VALUE, value_with_unit
from iop_pipelines.reporting.sections import Drawn, Frame, draw_named
from iop_pipelines.reporting.sections.summary import summary_of
from iop_pipelines.reporting.voice import Voice

_BEFORE_CHARTS = (form.TextItem, form.SummaryItem, form.FiguresItem)
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")
Placed = tuple[str, Drawn]
"""The template that prints it, and what it prints."""


def placed(config: QueryConfig, result: FrozenResult, frame: Frame) -> list[Placed]:
    """Without a layout the sections that `outputs.pdf` asks for, in the order of its keys."""
    if config.layout:
        return list(_laid_out(config, result, frame))
    drawn = ((each.module, draw_named(each.module, config, result, frame)) for each in SECTIONS)
    return [(f"sections/{name}.html.j2", each) for name, each in drawn if each is not None]


def _laid_out(config: QueryConfig, result: FrozenResult, frame: Frame) -> Iterator[Placed]:
    # Charts have their head where the usual page has them: before all that is read at length.
    has_head = True
    for kind, items in groupby(config.layout, key=type):
        if kind is form.ChartItem:
            for name, drawn in _section("charts", _charts(config, list(items)), result, frame):
                yield name, replace(drawn, values={**drawn.values, "has_head": has_head})
        else:
            for item in items:
                yield from _placed(item, config, result, frame)
        has_head = has_head and kind in _BEFORE_CHARTS


def _placed(item: Any, config: QueryConfig, result: FrozenResult, frame: Frame) -> Iterator[Placed]:
    match item:
        case form.TextItem():
            yield "layout/text.html.j2", Drawn(_text(item, result, frame.voice))
        case form.SummaryItem():
            said = summary_of(config, result, item.data, item.worst, voice=frame.voice)
            yield "sections/summary.html.j2", Drawn({"said": said})
        case form.FiguresItem():
            yield from _section("tiles", _with(config, tiles=item.data), result, frame)
        case form.RecommendationsItem():
            own = _with(config, recommendations=item.data)
            yield from _section("recommendations", own, result, frame)
        case form.TableItem():
            own = _with(config, tables=(item.data,))
            yield from _section("tables", own, result, frame)
        case _:
            yield "layout/page_break.html.j2", Drawn({})


def _section(
    name: str, config: QueryConfig, result: FrozenResult, frame: Frame
) -> Iterator[Placed]:
    drawn = draw_named(name, config, result, frame)
    if drawn is not None:
        yield f"sections/{name}.html.j2", drawn


def _with(config: QueryConfig, **asked: Any) -> QueryConfig:
    """As a config without a layout says it."""
    pdf = config.outputs.pdf.model_copy(update=asked)
    outputs = config.outputs.model_copy(update={"pdf": pdf})
    return config.model_copy(update={"layout": (), "outputs": outputs})


def _charts(config: QueryConfig, items: Sequence[Any]) -> QueryConfig:
    charts = tuple(config.charts[each.chart - 1] for each in items)
    return config.model_copy(update={"layout": (), "charts": charts})


def _text(item: form.TextItem, result: FrozenResult, voice: Voice) -> dict[str, Any]:
    said = item.text
    if item.data is not None:
        table = result.table(item.data)
        record = next(iter(table.records()), {})
        values = {
            name: value_with_unit(record[name], table.column(name), voice)
            if name in record
            else NO_VALUE
            for name in item.words
        }
        # Each once: what a value brings is no word of the text.
        said = form.WORD.sub(lambda found: values[found[1]], said)
    lines = "\n".join(said.splitlines())
    paragraphs = [each.strip() for each in _BETWEEN_PARAGRAPHS.split(lines)]
    return {"title": item.title, "paragraphs": [each for each in paragraphs if each]}
