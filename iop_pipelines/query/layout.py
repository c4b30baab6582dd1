"""`layout` of a query_config: the sections of a report's page, in any order.

Texts are the template's own; a word in braces, `{flights}`, is the value of that column in the first row of the table
that the text names, and nothing else is read in them.
"""

import re
from typing import Annotated, Literal

from pydantic import Field

from iop_pipelines.domain.conditions import Part
from iop_pipelines.query.references import TableName

WORD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
MAX_ITEMS = 40

_Title = Annotated[str, Field(min_length=1, max_length=120)]


class TextItem(Part):
    """Paragraphs, which empty lines part."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    title: _Title | None = None
    data: TableName | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(WORD.findall(self.text)))


class SummaryItem(Part):
    """What became of the compared measures of a table of one row; `worst`: a table whose worst row is named."""

    type: Literal["summary"]
    data: TableName
    worst: TableName | None = None


class FiguresItem(Part):
    type: Literal["figures"]
    data: TableName


class ChartItem(Part):
    """chart: which of `charts`, counted from 1; two that follow each other may stand beside each other."""

    type: Literal["chart"]
    chart: Annotated[int, Field(ge=1, le=20)]


class RecommendationsItem(Part):
    type: Literal["recommendations"]
    data: TableName


class TableItem(Part):
    type: Literal["table"]
    data: TableName


class BreakItem(Part):
    """What follows begins on a new page."""

    type: Literal["page_break"]


Item = Annotated[
    TextItem | SummaryItem | FiguresItem | ChartItem | RecommendationsItem | TableItem | BreakItem,
    Field(discriminator="type"),
]
Layout = Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS)]
