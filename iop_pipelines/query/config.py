"""The words of query_config, and how they are refused.

Nothing here touches a database: names of fields and measures are checked by `compile`, where the
source is known. `parse_config` raises InvalidQuery and nothing else, whatever it is given.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from iop_pipelines.domain.conditions import (
    Condition,
    Name,
    Part,
    Scalar,
    Span,
)
from iop_pipelines.domain.datasets import Favourable
from iop_pipelines.domain.formulas import MAX_LENGTH, parse_formula
from iop_pipelines.domain.frequencies import Bucket
from iop_pipelines.domain.given_json import as_invalid_query, check_json, check_size
from iop_pipelines.domain.languages import SOURCE, Language
from iop_pipelines.domain.locales import LocaleCode, Region, first_weekday_in, locale_in
from iop_pipelines.domain.periods import Earlier, YearAndWeek
from iop_pipelines.domain.version1 import config_of_version_1
from iop_pipelines.errors import InvalidQuery, Unfit
from iop_pipelines.query.brand import BrandChoice
from iop_pipelines.query.layout import ChartItem, Layout, SummaryItem, TableItem, TextItem
from iop_pipelines.query.outputs import Outputs
from iop_pipelines.query.references import Names, Reference, TableName, references_in

MAX_SELECT = 50
# Of a limit, and of the rows that are held at once where none is given: what is exported has no such bound.
MAX_LIMIT = 100_000

SourceName = Annotated[str, Field(pattern=r"^(dataset:)?[a-z][a-z0-9_]{0,62}$")]
Label = Annotated[str, Field(min_length=1, max_length=120)]
ScalarType = Literal["string", "integer", "number", "boolean", "date", "datetime"]
Aggregate = Literal["sum", "mean", "min", "max", "count", "count_distinct"]


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Param(Part):
    """A value that one run may set. `of` is the element type of a list."""

    type: ScalarType | Literal["period", "list"]
    of: ScalarType = "string"
    default: Scalar | tuple[Scalar, ...] | Span | None = None
    optional: bool = False
    label: Label | None = None


class Select(Part):
    """One column: a `field` (perhaps in a time `bucket`), a declared `measure`, `agg` of a field, or what is
    computed of measures: `{compute: revenue - cost, as: margin}`.

    Fields become the groups as soon as one column is a measure or an aggregate. `compare` adds
    `<name>_previous` and `<name>_change` from the period just before, or the same a year ago.
    """

    field: Name | None = None
    measure: Name | None = None
    agg: Aggregate | None = None
    compute: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)] | None = None
    bucket: Bucket | None = None
    fill: Literal["zero", "null"] | None = None
    compare: Earlier | None = None
    alias: Name | None = Field(default=None, alias="as")
    label: Label | None = None
    unit: Annotated[str, Field(max_length=24)] | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    favourable: Favourable | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Select":
        if self.measure is not None and (self.field or self.agg):
            raise Unfit("column.measure_and_field")
        if self.compute is not None:
            self._is_computed()
        elif self.measure is None and self.field is None and self.agg != "count":
            raise Unfit("column.empty")
        if self.bucket and self.is_aggregate:
            raise Unfit("column.bucket")
        if self.fill and not self.bucket:
            raise Unfit("fill.needs_bucket")
        if self.compare and not self.is_aggregate:
            raise Unfit("column.compare")
        return self

    def _is_computed(self) -> None:
        if self.measure or self.field or self.agg or not self.alias:
            raise Unfit("column.computed")
        parse_formula(str(self.compute))

    @property
    def name(self) -> str:
        if self.alias:
            return self.alias
        if self.measure:
            return self.measure
        if self.agg:
            return f"{self.agg}_{self.field}" if self.field else self.agg
        return str(self.field)

    @property
    def is_aggregate(self) -> bool:
        return any(each is not None for each in (self.measure, self.agg, self.compute))


class Sort(Part):
    by: Name
    dir: Literal["asc", "desc"] = "asc"


class Top(Part):
    """The first n groups of the sort order; all others summed up as one row called `rest`."""

    n: Annotated[int, Field(ge=1, le=1_000)]
    rest: Label | None = None


class TableQuery(Part):
    """One table of the result. `group: true` without measures gives distinct rows; without `limit` it is whole."""

    title: Label | None = None
    source: SourceName | None = None
    select: tuple[Select, ...] = Field(min_length=1, max_length=MAX_SELECT)
    where: Condition | None = None
    having: Condition | None = None
    group: bool = False
    sort: tuple[Sort, ...] = Field(default=(), max_length=10)
    top: Top | None = None
    totals: bool = False
    subtotals: tuple[Name, ...] = Field(default=(), max_length=5)
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None = None
    offset: Annotated[int, Field(ge=0, le=MAX_LIMIT)] = 0

    @property
    def groups(self) -> tuple[Select, ...]:
        """What is selected and no measure."""
        return tuple(item for item in self.select if not item.is_aggregate)

    @property
    def compared(self) -> tuple[Select, ...]:
        return tuple(item for item in self.select if item.compare)

    @property
    def is_grouped(self) -> bool:
        return self.group or any(item.is_aggregate for item in self.select)

    @model_validator(mode="after")
    def _names_fit(self) -> "TableQuery":
        names = self.column_names()
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Unfit("columns.called_alike", name=twice[0])
        for position, sort in enumerate(self.sort):
            if sort.by not in names:
                raise Unfit(
                    "sort.no_such_column", place=f"sort.{position}.by", name=sort.by, known=names
                )
        if any(item.fill for item in self.select):
            is_one = sum(item.fill is not None for item in self.select) == 1
            if not is_one or self.top or self.having is not None or not self.is_grouped:
                raise Unfit("fill.of_one_bucket")
        if self.having is not None:
            if not self.is_grouped:
                raise Unfit("having.needs_groups")
            if self.top and self.top.rest:
                raise Unfit("having.and_rest")
        if self.totals or self.subtotals:
            self._totals_fit()
        if self.top:
            if self.offset:
                raise Unfit("table.offset_and_top")
            if not (self.sort and self.is_grouped):
                raise Unfit("top.needs_measures")
            dimensions = [item for item in self.select if not item.is_aggregate]
            if self.top.rest and len(dimensions) != 1:
                raise Unfit("top.rest_needs_one_field")
        return self

    def _totals_fit(self) -> None:
        groups = [item.name for item in self.select if not item.is_aggregate]
        if len(groups) == len(self.select):
            raise Unfit("totals.need_measures")
        if self.having is not None:
            raise Unfit("totals.and_having")
        for position, name in enumerate(self.subtotals):
            if name not in groups:
                raise Unfit(
                    "subtotals.no_such_group",
                    place=f"subtotals.{position}",
                    name=name,
                    known=groups,
                )

    def column_names(self) -> list[str]:
        names: list[str] = []
        for item in self.select:
            names.append(item.name)
            if item.compare:
                names += [f"{item.name}_previous", f"{item.name}_change"]
        return names


ColumnName = Annotated[Name, Names("column", of="data")]


class Chart(Part):
    """`y` against `x`, one line or group of bars for each value of `series`."""

    type: Literal["bar", "line", "pie", "scatter"]
    data: TableName
    x: ColumnName
    y: ColumnName
    series: ColumnName | None = None
    label: ColumnName | None = None
    title: Label | None = None
    note: Annotated[str, Field(max_length=300)] | None = None


class QueryConfig(Part):
    version: Literal[2]
    source: SourceName
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    language: Language = SOURCE
    locale: LocaleCode | None = None
    week_start: Weekday = "mon"
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1
    params: dict[Name, Param] = Field(default={}, max_length=30)
    where: Condition | None = None
    datasets: dict[Name, TableQuery] = Field(min_length=1, max_length=20)
    charts: tuple[Chart, ...] = Field(default=(), max_length=20)
    layout: Layout = ()
    brand: BrandChoice = BrandChoice()
    outputs: Outputs = Outputs()
    _is_week_of_region: bool = PrivateAttr(default=False)

    @property
    def begins(self) -> YearAndWeek:
        is_said = "week_start" in self.model_fields_set and not self._is_week_of_region
        first = get_args(Weekday).index(self.week_start)
        return YearAndWeek(first, self.fiscal_year_start, is_said)

    def in_region(self, region: Region | None) -> "QueryConfig":
        """With what it leaves to the instance's region: the day that weeks begin with, and the locale of its language
        there. What is kept of a result has both, so that every file made of it later says the same."""
        if region is None:
            return self
        there = {"locale": self.locale or locale_in(self.language, region)}
        is_open = "week_start" not in self.model_fields_set
        if is_open:
            there["week_start"] = get_args(Weekday)[first_weekday_in(region)]
        copy = self.model_copy(update=there)
        copy._is_week_of_region = is_open or self._is_week_of_region
        return copy

    @property
    def first_table(self) -> str:
        return next(iter(self.datasets))

    def csv_table(self) -> str:
        return self.outputs.csv.dataset or self.first_table

    def json_tables(self) -> tuple[str, ...]:
        return self.outputs.json_.datasets or (self.first_table,)

    def xlsx_tables(self) -> tuple[str, ...]:
        return self.outputs.xlsx.datasets or tuple(self.datasets)

    def pdf_tables(self) -> tuple[str, ...]:
        """Where none is named those that no other section shows, the first where that leaves none; a layout's own."""
        if self.layout:
            return tuple(each.data for each in self.layout if isinstance(each, TableItem))
        pdf = self.outputs.pdf
        elsewhere = {each.name for each in references_in(pdf) if each.table is None}
        elsewhere |= {chart.data for chart in self.charts}
        left = tuple(name for name in self.datasets if name not in elsewhere)
        return pdf.tables or left or (self.first_table,)

    def main_pdf_table(self) -> str:
        """Of which a PDF says how many rows it has."""
        return next(iter(self.pdf_tables()), self.first_table)


def parse_config(data: Any) -> QueryConfig:
    """A config of version 1 means what it meant, in the words of version 2.

    Raises InvalidQuery whose `field` is the JSON path, such as `datasets.detail.select.0.bukket`.
    """
    if isinstance(data, QueryConfig):
        return data
    if not isinstance(data, Mapping):
        raise InvalidQuery("query.not_an_object", type=type(data).__name__)
    check_json(data)
    _check_sizes(data)
    if data.get("version") == 1:
        data = config_of_version_1(data)
    try:
        config = QueryConfig.model_validate(data)
    except ValidationError as error:
        raise as_invalid_query(error, QueryConfig) from None
    _check_references(config)
    _check_layout(config)
    _check_summaries(config)
    return config


def in_version_2(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a config that somebody gave; one that cannot be read stays what it is, to be refused."""
    if data.get("version") == 1:
        try:
            check_json(data)
            _check_sizes(data)
        except InvalidQuery:
            return dict(data)
        return config_of_version_1(data)
    return dict(data)


def _check_sizes(data: Mapping[str, Any]) -> None:
    check_size(data.get("where"), "where")
    tables = data.get("datasets")
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        if isinstance(table, Mapping):
            check_size(table.get("where"), f"datasets.{name}.where")


def _check_references(config: QueryConfig) -> None:
    for each in _references_of(config):
        named = each.name if each.table is None else each.table
        if named not in config.datasets:
            known = sorted(config.datasets)
            raise InvalidQuery("query.not_among_datasets", each.place, name=named, known=known)
        columns = config.datasets[named].column_names()
        if each.table is not None and each.name not in columns:
            raise InvalidQuery(
                "chart.no_such_column", each.place, name=each.name, table=named, known=columns
            )


def _references_of(config: QueryConfig) -> Iterator[Reference]:
    for position, chart in enumerate(config.charts):
        yield from references_in(chart, ("charts", position))
    for position, item in enumerate(config.layout):
        yield from references_in(item, ("layout", position))
    yield from references_in(config.outputs, ("outputs",))


def _check_layout(config: QueryConfig) -> None:
    for position, item in enumerate(config.layout):
        path = f"layout.{position}"
        if isinstance(item, ChartItem) and item.chart > len(config.charts):
            count = len(config.charts)
            raise InvalidQuery(
                "layout.no_such_chart", f"{path}.chart", number=item.chart, count=count
            )
        if isinstance(item, TextItem) and item.words:
            if item.data is None:
                raise InvalidQuery("layout.words_need_data", f"{path}.data", word=item.words[0])
            known = config.datasets[item.data].column_names()
            for word in item.words:
                if word not in known:
                    values = {"word": word, "table": item.data, "known": known}
                    raise InvalidQuery("layout.no_such_word", f"{path}.text", **values)


def _check_summaries(config: QueryConfig) -> None:
    """A sentence tells one row of compared measures, and the worst of a table of groups that has one of them."""
    pdf = config.outputs.pdf
    if pdf.summary is not None:
        places = ("outputs.pdf.summary", "outputs.pdf.summary_worst")
        _check_summary(config, (pdf.summary, pdf.summary_worst), places)
    for position, item in enumerate(config.layout):
        if isinstance(item, SummaryItem):
            places = (f"layout.{position}.data", f"layout.{position}.worst")
            _check_summary(config, (item.data, item.worst), places)


def _check_summary(
    config: QueryConfig, named: tuple[str, str | None], places: tuple[str, str]
) -> None:
    """named, places: of the row that is told, and of the rows of which the worst is named."""
    name, worst = named
    told = config.datasets[name]
    if told.groups:
        groups = [item.name for item in told.groups]
        raise InvalidQuery("summary.of_one_row", places[0], table=name, groups=groups)
    if not told.compared:
        raise InvalidQuery("summary.nothing_compared", places[0], table=name)
    if worst is None:
        return
    rows = config.datasets[worst]
    if not rows.groups:
        raise InvalidQuery("summary.worst_of_groups", places[1], table=worst)
    compared = [item.name for item in told.compared]
    if not any(item.is_aggregate and item.name in compared for item in rows.select):
        raise InvalidQuery(
            "summary.worst_of_measure", places[1], table=worst, known=compared, summary=name
        )
