"""What procedures share: ids, pages, short answers, and rows that leave as the database gave them.

A row's columns are its dictionary's keys; `Row` types say which, and give them their names on the
wire. Rows are not validated again on their way out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias, cast

import sqlalchemy as sa
from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    RootModel,
    TypeAdapter,
    model_validator,
    with_config,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.registry import Shape
from iop_pipelines.domain.languages import (
    TRANSLATED,
    LabelTranslations,
    Language,
    label_translations,
)
from iop_pipelines.domain.names import MAX_ID
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import Unfit
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Vocabulary
from iop_pipelines.runtimes.catalogue import FINDING_KINDS

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Reason = Annotated[str, Field(max_length=2000)]
# Found anywhere in a name, in capitals or not.
SearchText = Annotated[str, Field(min_length=1, max_length=200)]
# Asked again with the same key, it is the same execution or report.
IdempotencyKey = Annotated[str, Field(min_length=1, max_length=255)]
# Of a dataset's own zone, whichever that is: without the Z that moments in UTC have.
LocalMoment = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]

Query: TypeAlias = sa.Select[*tuple[Any, ...]]
ROW = ConfigDict(alias_generator=to_camel)


@dataclass(frozen=True)
class SchemaOf:
    """JSON that passes as it is, and is told as this type: it is checked where it is read, or was when it was
    stored."""

    told: Any

    def __get_pydantic_json_schema__(
        self, _own: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(TypeAdapter(self.told).core_schema)


class Cell(RootModel[bool | int | float | str | None]):
    """A value of a table; dates and moments as ISO text."""


# Checked by `parse_config`, which takes former versions too.
GivenQuery = Annotated[dict[str, Any], SchemaOf(QueryConfig)]
Cells = Annotated[list[Any], SchemaOf(list[Cell])]


class Page(Shape):
    """Newest id first; `cursor` is the last id seen."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    cursor: Id | None = None


class FoundPage(Page):
    """`q` is looked for in names."""

    q: SearchText | None = None


class Sorted(Page):
    """Nulls come last either way, and what is alike newest first; `cursor` goes with the newest first alone."""

    is_ascending: bool = False

    @model_validator(mode="after")
    def _goes_by_one_order(self) -> "Sorted":
        if self.cursor is not None and getattr(self, "sort", None) is not None:
            raise Unfit("input.cursor_or_sort")
        return self


class ById(Shape):
    id: Id


class Done(Shape):
    success: bool = True


class Created(Shape):
    success: bool = True
    id: int


class Word(Shape):
    """What a value of IOP's own is called."""

    label: str
    translations: LabelTranslations


Words = dict[str, Word]


class Told(TypedDict):
    """What an answer's `message` is in another language."""

    message: str


class Reasoned(TypedDict):
    """What a `reason` of the platform's own is in another language."""

    reason: str


class Worded(TypedDict):
    """What `words` are in another language."""

    words: str


def worded(said: Sentence) -> dict[Language, Worded]:
    return {language: Worded(words=said.alone(language)) for language in TRANSLATED}


@with_config(ROW)
class Failed(TypedDict):
    """What an `errorMsg` is in another language."""

    error_msg: str


def known_words(vocabulary: Vocabulary | None) -> Words | None:
    """By value, of a vocabulary that the web app has no words of its own for; None for the others."""
    if vocabulary != "finding_kind":
        return None
    return {
        kind.name: Word(label=kind.label.en, translations=label_translations(kind.label))
        for kind in FINDING_KINDS.values()
    }


def columns_of(row: type, table: sa.FromClause, *, without: Sequence[str] = ()) -> list[Any]:
    """The table's columns that a row type names."""
    return [table.c[name] for name in row.__annotations__ if name not in without]


def select_of(*columns: Any) -> Query:
    """A select whose columns are known to the row type, not to the type checker."""
    return cast(Query, sa.select(*columns))


def newest_first(query: Query, id_column: sa.ColumnElement[int]) -> Query:
    """To be built once: what differs from call to call is bound by `page_of`."""
    return (
        query.where(id_column < sa.bindparam("cursor", type_=sa.Integer))
        .order_by(id_column.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def sorted_by(
    query: Query, value: sa.ColumnElement[Any], id_column: sa.ColumnElement[int], given: Sorted
) -> Query:
    """A query of `newest_first` in another order."""
    directed = value.asc() if given.is_ascending else value.desc()
    return query.order_by(None).order_by(value.is_(None), directed, id_column.desc())


def page_of(ctx: Context, query: Query, page: Page) -> list[Any]:
    return rows_of(ctx, query, {"limit": page.limit, "cursor": page.cursor or MAX_ID + 1})


def rows_of(ctx: Context, query: Query, params: dict[str, Any] | None = None) -> list[Any]:
    with ctx.platform.engine.connect() as connection:
        result = connection.execute(query, params or {})
        names = tuple(result.keys())
        return [dict(zip(names, row, strict=True)) for row in result]
