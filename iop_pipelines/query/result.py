"""A query's answer, frozen: every format is made from this and from nothing else.

Values are None, bool, int, float, Decimal (exact), str, date or naive datetime, as the column's type says; the database
that answered leaves no trace in them, but for the last bits of doubles that it added up.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Context, Decimal
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, Literal

from iop_pipelines.domain.datasets import Favourable, FieldType, plain_type, scale_of
from iop_pipelines.domain.frequencies import Bucket
from iop_pipelines.domain.languages import LabelTranslations
from iop_pipelines.domain.periods import Unit
from iop_pipelines.domain.sentences import Sentence, remade
from iop_pipelines.errors import NotFound

Value = None | bool | int | float | Decimal | str | date | datetime
# Every decimal of so many digits is told from its neighbours by a double.
_DIGITS = 15
# How far adding up a few doubles may be from the decimal that was meant, in units of the last place.
_NOISE = 4

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
    """`translations` are the label's, where it is IOP's own.

    `decimals`: what its values are rounded to; `places`: what pages show of values that keep all of theirs, as the
    measure says. `is_computed`: of doubles that a database has added up. `favourable`: which way is good news.
    `adds_up`: whether sums of its values mean something, None where nobody knows. `step`: of moments, from one to the
    next, in the clocks of `zone`.
    """

    name: str
    label: str
    type: FieldType
    unit: str | None = None
    decimals: int | None = None
    places: int | None = None
    is_computed: bool = False
    favourable: Favourable | None = None
    vocabulary: Vocabulary | None = None
    translations: LabelTranslations | None = None
    adds_up: bool | None = None
    step: Bucket | None = None
    zone: str | None = None

    @property
    def is_number(self) -> bool:
        return plain_type(self.type) in ("integer", "number")


Row = tuple[Value, ...]
# A batch of rows, a column after the other.
Cells = Sequence[Sequence[Value]]
_ROWS_A_BATCH = 5_000
# Of the integers that a double, and so JavaScript, tells from their neighbours.
MOST_EXACT = 2**53 - 1
# A sum of the longest decimals has more digits than Python's default context.
EXACT = Context(prec=100)


def is_identifier(name: str) -> bool:
    """An id is a name made of digits: no separators."""
    return name == "id" or name.endswith("_id")


def large_in(columns: Sequence[Column], rows: Sequence[Row]) -> frozenset[int]:
    """Positions of the integers that a double would not hold, where one of these rows has one so large."""
    return large_among(columns, list(zip(*rows, strict=True)) or [()] * len(columns))


def large_among(columns: Sequence[Column], cells: Cells) -> frozenset[int]:
    """`large_in` of rows that stand as columns."""
    found: set[int] = set()
    for at, (column, values) in enumerate(zip(columns, cells, strict=True)):
        if column.type == "integer":
            known: Any = [value for value in values if value is not None]
            if known and max(max(known), -min(known)) > MOST_EXACT:
                found.add(at)
    return frozenset(found)


@dataclass(frozen=True)
class Table:
    """`is_truncated`: there are more rows than are shown, and the reader must be told: `total` is how many, those
    that `offset` passed over among them; None where nobody counted. `limit` is None where the whole was asked for.
    `totals` is the row of all, `subtotals` are those of fewer groups, whose other groups are None: they are no rows of
    the table, and no CSV has them. `whole` is what shares are of, where rows are left out; `has_rest`: the last row
    stands for all that a top list left out.
    """

    name: str
    title: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    limit: int | None = None
    is_truncated: bool = False
    filters: tuple[Sentence, ...] = ()
    total: int | None = None
    totals: Row | None = None
    subtotals: tuple[Row, ...] = ()
    whole: Row | None = None
    has_rest: bool = False

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

    def batches(self) -> Iterator[Sequence[Row]]:
        """All rows, some thousand at once; of a table that is read while it is written, only once."""
        for first in range(0, len(self.rows), _ROWS_A_BATCH):
            yield self.rows[first : first + _ROWS_A_BATCH]

    def batches_of_cells(self) -> Iterator[Cells]:
        """As `batches`, none of them empty."""
        for batch in self.batches():
            if batch:
                yield list(zip(*batch, strict=True))

    def large_columns(self) -> frozenset[int]:
        """Positions of the integers that a double would not hold, where one of the column's is so large."""
        return large_in(self.columns, self.rows)

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def all_rows(self) -> int:
        """As many as the question has, where nobody counted those that there are."""
        return self.row_count if self.total is None else self.total

    def rows_said(self, shown: int) -> Sentence | None:
        """`1,000 of 110,000 rows`, where not all are shown."""
        if self.total is None or shown >= self.total:
            return None
        return Sentence("report.rows_of", shown=shown, total=self.total)

    def records(self) -> Iterator[dict[str, Value]]:
        names = [column.name for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)


def _nothing() -> Iterator[Cells]:
    return iter(())


@dataclass(frozen=True)
class OpenTable(Table):
    """A table whose rows are read while they are written, so that no memory holds them: `rows` has none."""

    read: Callable[[], Iterator[Cells]] = _nothing
    large: frozenset[int] = frozenset()
    counted: int = 0

    def batches(self) -> Iterator[Sequence[Row]]:
        for cells in self.read():
            yield list(zip(*cells, strict=True))

    def batches_of_cells(self) -> Iterator[Cells]:
        return self.read()

    @property
    def row_count(self) -> int:
        """As many as were counted."""
        return self.counted

    def large_columns(self) -> frozenset[int]:
        return self.large


_INCOMPLETE: Mapping[Unit, str] = {
    "minute": "report.incomplete",
    "hour": "report.incomplete",
    "day": "report.incomplete",
    "week": "report.incomplete_weeks",
    "month": "report.incomplete_months",
    "quarter": "report.incomplete_quarters",
    "year": "report.incomplete_years",
}


@dataclass(frozen=True)
class SourceState:
    """How fresh, good and complete a source was: `data_time` is the latest period it held (in its own
    zone), `quality_score` the mean of the data versions used, 0 to 100, None if never scored; `days_known` of `days`
    that have passed of the period were delivered and prepared, None where no delivery is expected; of longer steps,
    `step`, as many of those."""

    source: str
    label: str
    data_time: datetime | None
    quality_score: float | None = None
    quality_lowest: float | None = None
    days_known: int | None = None
    days: int | None = None
    step: Unit = "day"


@dataclass(frozen=True)
class FrozenResult:
    """`as_of` is the moment, naive UTC, that periods were resolved against, of a scheduled report its slot; `read_at`
    when the rows were read, and `made_at` when all of them had been; `period` the first of the periods;
    `notes` what else whoever reads it must know."""

    tables: tuple[Table, ...]
    params: Mapping[str, Any]
    filters: tuple[Sentence, ...]
    as_of: datetime
    time_zone: str
    sources: tuple[SourceState, ...]
    period: Sentence | None = None
    read_at: datetime | None = None
    made_at: datetime | None = None
    notes: tuple[Sentence, ...] = ()

    @property
    def incomplete(self) -> Sentence | None:
        """`incomplete: 27 of 29 days`, of the first source that lacks any."""
        for state in self.sources:
            if state.days is not None and (state.days_known or 0) < state.days:
                known = state.days_known or 0
                return Sentence(_INCOMPLETE[state.step], known=known, days=state.days)
        return None

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
            # The release before kept its English, which no file that is made later shows.
            period=remade(data["period"]) if isinstance(data["period"], Mapping) else None,
            read_at=_moment(data["read_at"]),
            # Not in what the release before kept.
            made_at=_moment(data.get("made_at")),
            notes=tuple(remade(each) for each in data.get("notes", ())),
            sources=tuple(
                SourceState(
                    **own_keys(SourceState, {**state, "data_time": _moment(state["data_time"])})
                )
                for state in data["sources"]
            ),
        )


def own_keys(of: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Without what a later release keeps besides."""
    names = {each.name for each in fields(of)}
    return {name: value for name, value in data.items() if name in names}


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
    columns = tuple(Column(**own_keys(Column, column)) for column in data["columns"])
    rows = tuple(_row(row, columns) for row in data["rows"])
    filters = tuple(remade(each) for each in data["filters"])
    sums = {
        name: None if data.get(name) is None else _row(data[name], columns)
        for name in ("totals", "whole")
    }
    return Table(
        **{
            **own_keys(Table, data),
            **sums,
            "columns": columns,
            "rows": rows,
            "filters": filters,
            "subtotals": tuple(_row(row, columns) for row in data["subtotals"]),
        }
    )


def _row(values: Sequence[Any], columns: Sequence[Column]) -> Row:
    return tuple(normalise(value, c.type) for value, c in zip(values, columns, strict=True))


def normalise(value: Any, type_: FieldType) -> Value:
    """What a driver returned, as the declared type: Decimal, text dates and 0/1 vanish here."""
    return None if value is None else _normaliser(type_, is_computed=False)(value)


def normalised(values: Sequence[Any], column: Column) -> Sequence[Value]:
    """Many values of a column at once."""
    if _is_normal(values, column):
        return values
    as_its_type = _normaliser(column.type, is_computed=column.is_computed)
    return [None if value is None else as_its_type(value) for value in values]


def kinds_of(values: Iterable[Value]) -> set[type]:
    """But for None."""
    return {*map(type, values)} - {NoneType}


def _is_normal(values: Sequence[Any], column: Column) -> bool:
    """Whether a column is already of its type, as most drivers return it; asking costs a tenth of making it so."""
    kinds = {*map(type, values)}
    if column.type == "number":
        return not column.is_computed and kinds == {float} and all(map(math.isfinite, values))
    return kinds - {NoneType} <= _OF_TYPE.get(column.type, set())


_OF_TYPE: Mapping[FieldType, set[type]] = {
    "integer": {int},
    "boolean": {bool},
    "date": {date},
    "datetime": {datetime},
    "string": {str},
}


def _normaliser(type_: FieldType, *, is_computed: bool) -> Callable[[Any], Value]:
    if (scale := scale_of(type_)) is not None:
        return partial(_decimal, Decimal(1).scaleb(-scale))
    return _computed if is_computed and type_ == "number" else _NORMALISERS[type_]


def _decimal(last: Decimal, value: Any) -> Decimal | None:
    """What is no exact decimal of that scale is rounded to it, half to even."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        return None
    return (
        number
        if number.as_tuple().exponent == last.as_tuple().exponent
        else EXACT.quantize(number, last)
    )


def _integer(value: Any) -> int:
    return value if type(value) is int else round(value) if isinstance(value, float) else int(value)


def _number(value: int | float | Decimal | str) -> float | None:
    """NaN and infinities are no values."""
    number = float(value)
    return number if number - number == 0 else None


def _computed(value: int | float | Decimal | str) -> float | None:
    """Engines add doubles up in different orders: 0.1 and 0.2 are 0.3, and not 0.30000000000000004."""
    number = _number(value)
    if number is None:
        return None
    text = f"{number:.{_DIGITS - 1}e}"
    # What was meant is short: of other numbers the last digits are as good as any.
    is_short = text.partition("e")[0].endswith("00")
    meant = float(text)
    return meant if is_short and abs(meant - number) <= _NOISE * math.ulp(number) else number


def _moment_or_text(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _date(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


_NORMALISERS: Mapping[FieldType, Callable[[Any], Value]] = {
    "integer": _integer,
    "number": _number,
    "boolean": bool,
    "date": _date,
    "datetime": _moment_or_text,
    "string": _text,
}
