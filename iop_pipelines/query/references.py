"""What keys of a query_config name: said by their types, so that whoever adds a key adds it to no list.

`x-names` in the JSON Schema says the same to clients: `table` for a key of `datasets`, `column` for a column of the
table that the key `x-of` beside it names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import core_schema

from iop_pipelines.domain.conditions import Name


@dataclass(frozen=True, slots=True)
class Names:
    """Metadata of a type. `of`: of a column, the field beside it that names its table."""

    what: Literal["table", "column"]
    of: str | None = None

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        mark = {"x-names": self.what} | ({"x-of": self.of} if self.of else {})
        return {**handler(schema), **mark}


TableName = Annotated[Name, Names("table")]


@dataclass(frozen=True, slots=True)
class Reference:
    """`name` stands at `path`; `table` is that of a column, None for a table."""

    path: tuple[str | int, ...]
    name: str
    table: str | None

    @property
    def place(self) -> str:
        return ".".join(map(str, self.path))


def references_in(part: BaseModel, path: tuple[str | int, ...] = ()) -> Iterator[Reference]:
    """All that a part of a config names, in the order of its fields, those of the parts below it among them.

    A column of a table that is not named itself names nothing.
    """
    for field, info in type(part).model_fields.items():
        value, at = getattr(part, field), (*path, info.alias or field)
        mark = _marks_of(type(part)).get(field)
        if isinstance(value, BaseModel):
            yield from references_in(value, at)
        elif mark is not None and value is not None:
            table = getattr(part, mark.of) if mark.of else None
            if mark.of and table is None:
                continue
            if isinstance(value, tuple):
                yield from (Reference((*at, i), name, table) for i, name in enumerate(value))
            else:
                yield Reference(at, value, table)


@cache
def _marks_of(model: type[BaseModel]) -> dict[str, Names]:
    return {
        field: mark
        for field, info in model.model_fields.items()
        for mark in (*info.metadata, *_within(info.annotation))
        if isinstance(mark, Names)
    }


def _within(annotation: Any) -> Iterator[Any]:
    for each in get_args(annotation):
        yield each
        yield from _within(each)
