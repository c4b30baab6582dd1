"""A query's answer, frozen: every format is made from this and from nothing else.

Values are None, bool, int, float (12 significant digits), Decimal (exact), str, date or naive datetime, as the
column's type says; the database that answered leaves no trace in them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from iop_pipelines.domain.datasets import FieldType, plain_type, scale_of
from iop_pipelines.domain.languages import LabelTranslations
from iop_pipelines.domain.sentences import Sentence, remade
from iop_pipelines.errors import NotFound

Value = None | bool | int | float | Decimal | str | date | datetime
_SIGNIFICANT_DIGITS = 12

# Whose words a column's values are, where they are IOP's own and not a dataset's: readers may be told them in
# their language.
Vocabulary = Literal[
    "severity",
    "category",
    "review_status",
    "model_type",
    "execution_status",
    "execution_phase",
    "finding_kind",
    "report_format",
    "report_status",
    "pipeline_status",
]


@dataclass(frozen=True)
class Column:
    """`translations` are the label's, where it is IOP's own."""

    name: str
    label: str
    type: FieldType
    unit: str | None = None
    decimals: int | None = None
    vocabulary: Vocabulary | None = None
    translations: LabelTranslations | None = None

    @property
    def is_number(self) -> bool:
        return plain_type(self.type) in ("integer", "number")


@dataclass(frozen=True)
class Table:
    """`is_truncated`: the source had more rows than `limit`, and the reader must be told."""

    name: str
    title: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    limit: int
    is_truncated: bool = False
    filters: tuple[Sentence, ...] = ()

    def column(self, name: str) -> Column:
        return self.columns[self.position(name)]

    def position(self, name: str) -> int:
        for index, column in enumerate(self.columns):
            if column.name == name:
                return index
        raise NotFound("result.no_such_column", table=self.name, name=name)

    def values(self, name: str) -> list[Value]:
        index = self.position(name)
        return [row[index] for row in self.rows]

    def records(self) -> Iterator[dict[str, Value]]:
        names = [column.name for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)


@dataclass(frozen=True)
class SourceState:
    """How fresh and how good a source was: `data_time` is the latest period it held (in its own
    zone), `quality_score` the mean of the data versions used, 0 to 100, None if never scored."""

    source: str
    label: str
    data_time: datetime | None
    quality_score: float | None = None
    quality_lowest: float | None = None


@dataclass(frozen=True)
class FrozenResult:
    """`as_of` is the moment, naive UTC, that periods were resolved against; `period` the first of
    them, in words."""

    tables: tuple[Table, ...]
    params: Mapping[str, Any]
    filters: tuple[Sentence, ...]
    as_of: datetime
    time_zone: str
    sources: tuple[SourceState, ...]
    period: str | None = None

    def table(self, name: str) -> Table:
        for table in self.tables:
            if table.name == name:
                return table
        raise NotFound("result.no_such_table", name=name)

    @property
    def data_time(self) -> datetime | None:
        """Of the first source that knows one: the report's main source comes first."""
        return next((s.data_time for s in self.sources if s.data_time is not None), None)

    @property
    def quality_score(self) -> float | None:
        return next((s.quality_score for s in self.sources if s.quality_score is not None), None)

    def to_json(self) -> str:
        """The same result gives the same text, byte for byte."""
        return json.dumps(
            asdict(self), default=_kept, sort_keys=True, ensure_ascii=False, allow_nan=False
        )

    @classmethod
    def from_json(cls, text: str) -> "FrozenResult":
        data = json.loads(text)
        return cls(
            tables=tuple(_table(table) for table in data["tables"]),
            params=data["params"],
            filters=tuple(remade(each) for each in data["filters"]),
            as_of=datetime.fromisoformat(data["as_of"]),
            time_zone=data["time_zone"],
            period=data["period"],
            sources=tuple(
                SourceState(**{**state, "data_time": _moment(state["data_time"])})
                for state in data["sources"]
            ),
        )


def _kept(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sentence):
        return value.as_json()
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} does not belong in a frozen result")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _table(data: Mapping[str, Any]) -> Table:
    columns = tuple(Column(**column) for column in data["columns"])
    rows = tuple(
        tuple(normalise(value, c.type) for value, c in zip(row, columns, strict=True))
        for row in data["rows"]
    )
    filters = tuple(remade(each) for each in data["filters"])
    return Table(**{**data, "columns": columns, "rows": rows, "filters": filters})


def normalise(value: Any, type_: FieldType) -> Value:
    """What a driver returned, as the declared type: Decimal, text dates and 0/1 vanish here."""
    if value is None:
        return None
    if type_ == "integer":
        return int(value)
    if type_ == "number":
        return _number(value)
    if scale_of(type_) is not None:
        return Decimal(value)
    if type_ == "boolean":
        return bool(value)
    if type_ == "date":
        return _date(value)
    if type_ == "datetime":
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    return str(value.value if isinstance(value, Enum) else value)


def _number(value: int | float | Decimal | str) -> float | None:
    """Engines add floats up in different orders; the digits beyond the twelfth are theirs."""
    number = float(f"{float(value):.{_SIGNIFICANT_DIGITS}g}")
    return number if number - number == 0 else None


def _date(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value
