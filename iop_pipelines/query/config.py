"""The words of query_config, and how they are refused.

Nothing here touches a database: names of fields and measures are checked by `compile`, where the
source is known. `parse_config` raises InvalidQuery and nothing else, whatever it is given.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from iop_pipelines.domain.trees import MAX_DEPTH, leaves_of, parts_under
from iop_pipelines.errors import InvalidQuery

MAX_IN = 1_000
# Of all lists that one table's conditions compare with, those of parameters too.
MAX_BOUND = 10_000
MAX_TEXT = 1_000
MAX_SELECT = 50
MAX_LIMIT = 100_000
# Deepest JSON of a config that nests conditions MAX_DEPTH times, with room to spare.
_MAX_JSON_DEPTH = 2 * MAX_DEPTH + 10
_INT64 = 2**63

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
SourceName = Annotated[str, Field(pattern=r"^(dataset:)?[a-z][a-z0-9_]{0,62}$")]
Label = Annotated[str, Field(min_length=1, max_length=120)]
Scalar = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | str
)
ScalarType = Literal["string", "integer", "number", "boolean", "date", "datetime"]
Bucket = Literal["hour", "day", "week", "month", "quarter", "year"]
Aggregate = Literal["sum", "mean", "min", "max", "count", "count_distinct"]
Operator = Literal[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "between",
    "contains",
    "starts_with",
    "is_null",
    "not_null",
    "in_period",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ParamRef(_Part):
    param: Name


class Between(_Part):
    """A period by its ends, half-open: `from` belongs to it, `to` does not. ISO dates or moments."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")


class Param(_Part):
    """A value that one run may set. `of` is the element type of a list."""

    type: ScalarType | Literal["period", "list"]
    of: ScalarType = "string"
    default: Scalar | tuple[Scalar, ...] | Between | None = None
    optional: bool = False
    label: Label | None = None


class And(_Part):
    all_of: tuple["Condition", ...] = Field(alias="and", min_length=1)


class Or(_Part):
    any_of: tuple["Condition", ...] = Field(alias="or", min_length=1)


class Not(_Part):
    negated: "Condition" = Field(alias="not")


class Compare(_Part):
    """`field op value`; with skip_if_null the condition vanishes when its parameter has no value."""

    field: Name
    op: Operator
    value: ParamRef | Between | Scalar | tuple[Scalar, ...] | None = None
    skip_if_null: bool = False

    @model_validator(mode="after")
    def _value_fits_the_operator(self) -> "Compare":
        is_list = isinstance(self.value, tuple)
        if self.op in ("is_null", "not_null"):
            if self.value is not None:
                raise ValueError(f"{self.op} takes no value")
        elif self.value is None:
            raise ValueError(f"{self.op} needs a value; for NULL use is_null or not_null")
        elif self.op in ("in", "not_in", "between"):
            if not is_list and not isinstance(self.value, ParamRef):
                raise ValueError(f"{self.op} needs a list")
            if is_list and self.op == "between" and len(self.value) != 2:  # type: ignore[arg-type]
                raise ValueError("between needs [lowest, highest], both included")
            if is_list and not 1 <= len(self.value) <= MAX_IN:  # type: ignore[arg-type]
                raise ValueError(f"a list holds 1 to {MAX_IN} values")
        elif is_list:
            raise ValueError(f"{self.op} takes one value, not a list")
        if isinstance(self.value, Between) and self.op != "in_period":
            raise ValueError("{from, to} is a period: use in_period")
        return self


def _condition_tag(value: Any) -> str:
    if isinstance(value, Mapping):
        for key in ("and", "or", "not"):
            if key in value:
                return f"<{key}>"
        return "<compare>"
    return {And: "<and>", Or: "<or>", Not: "<not>"}.get(type(value), "<compare>")


Condition = Annotated[
    Annotated[And, Tag("<and>")]
    | Annotated[Or, Tag("<or>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[Compare, Tag("<compare>")],
    Discriminator(_condition_tag),
]


class Select(_Part):
    """One column: a `field` (perhaps in a time `bucket`), a declared `measure`, or `agg` of a field.

    Fields become the groups as soon as one column is a measure or an aggregate. `compare` adds
    `<name>_previous` and `<name>_change` from the period just before.
    """

    field: Name | None = None
    measure: Name | None = None
    agg: Aggregate | None = None
    bucket: Bucket | None = None
    compare: Literal["previous_period"] | None = None
    alias: Name | None = Field(default=None, alias="as")
    label: Label | None = None
    unit: Annotated[str, Field(max_length=24)] | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Select":
        if self.measure is not None and (self.field or self.agg):
            raise ValueError("a column is a measure, or a field with or without agg, not both")
        if self.measure is None and self.field is None and self.agg != "count":
            raise ValueError("name a field or a measure")
        if self.bucket and (self.agg or self.measure):
            raise ValueError("a bucket belongs to a field without agg")
        if self.compare and not (self.measure or self.agg):
            raise ValueError("compare belongs to a measure or an agg")
        return self

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
        return self.measure is not None or self.agg is not None


class Sort(_Part):
    by: Name
    dir: Literal["asc", "desc"] = "asc"


class Top(_Part):
    """The first n groups of the sort order; all others summed up as one row called `rest`."""

    n: Annotated[int, Field(ge=1, le=1_000)]
    rest: Label | None = None


class TableQuery(_Part):
    """One table of the result. `group: true` without measures gives distinct rows."""

    title: Label | None = None
    source: SourceName | None = None
    select: tuple[Select, ...] = Field(min_length=1, max_length=MAX_SELECT)
    where: Condition | None = None
    group: bool = False
    sort: tuple[Sort, ...] = Field(default=(), max_length=10)
    top: Top | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 1_000
    offset: Annotated[int, Field(ge=0, le=MAX_LIMIT)] = 0

    @property
    def is_grouped(self) -> bool:
        return self.group or any(item.is_aggregate for item in self.select)

    @model_validator(mode="after")
    def _names_fit(self) -> "TableQuery":
        names = self.column_names()
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"two columns are called {twice[0]!r}; give one another name with 'as'"
            )
        for position, sort in enumerate(self.sort):
            if sort.by not in names:
                raise ValueError(f"sort.{position}.by: {sort.by!r} is not a column; has {names}")
        if self.top:
            if self.offset:
                raise ValueError("offset cannot stand beside top")
            if not (self.sort and self.is_grouped):
                raise ValueError("top needs measures and a sort that says what is first")
            dimensions = [item for item in self.select if not item.is_aggregate]
            if self.top.rest and len(dimensions) != 1:
                raise ValueError("top.rest needs exactly one field beside the measures")
        if any(item.compare for item in self.select) and any(item.bucket for item in self.select):
            raise ValueError("compare cannot stand beside a time bucket")
        return self

    def column_names(self) -> list[str]:
        names: list[str] = []
        for item in self.select:
            names.append(item.name)
            if item.compare:
                names += [f"{item.name}_previous", f"{item.name}_change"]
        return names


class Chart(_Part):
    """`y` against `x`, one line or group of bars for each value of `series`."""

    type: Literal["bar", "line", "pie", "scatter"]
    data: Name
    x: Name
    y: Name
    series: Name | None = None
    label: Name | None = None
    title: Label | None = None
    note: Annotated[str, Field(max_length=300)] | None = None


class CsvOutput(_Part):
    """`spreadsheet` guards against formulas and starts with a BOM; `raw` is for machines."""

    dataset: Name | None = None
    profile: Literal["spreadsheet", "raw"] = "spreadsheet"


class JsonOutput(_Part):
    datasets: tuple[Name, ...] = Field(default=(), max_length=20)


class PdfOutput(_Part):
    """`tiles` names a table of one row, shown as figures; `recommendations` one shown as a list."""

    tiles: Name | None = None
    tables: tuple[Name, ...] = Field(default=(), max_length=20)
    recommendations: Name | None = None
    orientation: Literal["portrait", "landscape"] = "portrait"
    max_rows: Annotated[int, Field(ge=1, le=5_000)] = 500


class Outputs(_Part):
    csv: CsvOutput = CsvOutput()
    json_: JsonOutput = Field(default=JsonOutput(), alias="json")
    pdf: PdfOutput = PdfOutput()


class QueryConfig(_Part):
    version: Literal[1]
    source: SourceName
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    params: dict[Name, Param] = Field(default={}, max_length=30)
    where: Condition | None = None
    datasets: dict[Name, TableQuery] = Field(min_length=1, max_length=20)
    charts: tuple[Chart, ...] = Field(default=(), max_length=20)
    outputs: Outputs = Outputs()

    @property
    def first_table(self) -> str:
        return next(iter(self.datasets))

    def csv_table(self) -> str:
        return self.outputs.csv.dataset or self.first_table

    def json_tables(self) -> tuple[str, ...]:
        return self.outputs.json_.datasets or (self.first_table,)

    def pdf_tables(self) -> tuple[str, ...]:
        pdf = self.outputs.pdf
        shown_otherwise = {pdf.tiles, pdf.recommendations, *(chart.data for chart in self.charts)}
        left = tuple(name for name in self.datasets if name not in shown_otherwise)
        return pdf.tables or left or (self.first_table,)


def parse_config(data: Any) -> QueryConfig:
    """Raises InvalidQuery whose `field` is the JSON path, such as `datasets.detail.select.0.bukket`."""
    if isinstance(data, QueryConfig):
        return data
    if not isinstance(data, Mapping):
        raise InvalidQuery(f"query_config is {type(data).__name__}; it must be a JSON object")
    check_json(data)
    _check_trees(data)
    try:
        config = QueryConfig.model_validate(data)
    except ValidationError as error:
        raise _as_invalid_query(error) from None
    _check_references(config)
    return config


def check_json(data: Any, root: str | None = None) -> None:
    """Bounds what pydantic would walk: depth, 64-bit integers, finite floats, short and encodable text."""
    pending: list[tuple[Any, tuple[str, ...]]] = [(data, (root,) if root else ())]
    while pending:
        value, path = pending.pop()
        where = ".".join(path) or None
        if len(path) > _MAX_JSON_DEPTH:
            raise InvalidQuery(f"is nested deeper than {_MAX_JSON_DEPTH}", ".".join(path[:8]) + "…")
        if isinstance(value, Mapping):
            for key, below in value.items():
                if not isinstance(key, str):
                    raise InvalidQuery(f"the key {key!r} is not text", where)
                _check_text(key, where)
                pending.append((below, (*path, key)))
        elif isinstance(value, list | tuple):
            pending.extend((below, (*path, str(i))) for i, below in enumerate(value))
        elif isinstance(value, str):
            _check_text(value, where)
        elif isinstance(value, int):
            if not -_INT64 <= value < _INT64:
                raise InvalidQuery("is an integer of more than 64 bits", where)
        elif isinstance(value, float):
            if not math.isfinite(value):
                raise InvalidQuery(f"is {value}; numbers must be finite", where)
        elif value is not None:
            raise InvalidQuery(f"is {type(value).__name__}, which JSON does not have", where)


def _check_text(text: str, where: str | None) -> None:
    if len(text) > MAX_TEXT:
        raise InvalidQuery(f"is {len(text)} characters long; at most {MAX_TEXT:,} are read", where)
    if "\x00" in text or any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise InvalidQuery("holds a character that no database stores (NUL or half a pair)", where)


def _check_trees(data: Mapping[str, Any]) -> None:
    """Before anything is made of them: what is refused for its size costs no more than a look."""
    _check_tree(data.get("where"), "where")
    tables = data.get("datasets")
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        if isinstance(table, Mapping):
            _check_tree(table.get("where"), f"datasets.{name}.where")


def _check_tree(tree: Any, path: str) -> None:
    try:
        leaves_of([tree], lambda node: parts_under(node, "and", "or", "not"), "conditions")
    except ValueError as error:
        raise InvalidQuery(str(error), path) from None


def _as_invalid_query(error: ValidationError) -> InvalidQuery:
    """The deepest error is the one meant: a union reports its other branches at shallower places."""
    errors = error.errors(include_url=False, include_input=False)
    first = min(errors, key=lambda e: (e["type"] != "extra_forbidden", -len(e["loc"])))
    path = ".".join(str(part) for part in first["loc"] if _is_json_key(part))
    if first["type"] == "extra_forbidden":
        return InvalidQuery("is not a known key here", path)
    message = first["msg"].removeprefix("Value error, ")
    return InvalidQuery(message[:1].lower() + message[1:], path or None)


# What pydantic adds to a location to say which branch of a union it tried.
_UNION_BRANCHES = ("ParamRef", "Between", "str", "int", "float", "bool")


def _is_json_key(part: int | str) -> bool:
    if isinstance(part, int):
        return True
    return not (
        part.startswith(("<", "constrained-", "tuple[", "literal["))
        or part in _UNION_BRANCHES
        or part == "[key]"
    )


def _check_references(config: QueryConfig) -> None:
    for position, chart in enumerate(config.charts):
        table = _known_table(config, chart.data, f"charts.{position}.data")
        for role in ("x", "y", "series", "label"):
            name = getattr(chart, role)
            if name is not None and name not in table.column_names():
                raise InvalidQuery(
                    f"{name!r} is not a column of {chart.data}; it has {table.column_names()}",
                    f"charts.{position}.{role}",
                )
    outputs = config.outputs
    named = {
        "outputs.csv.dataset": outputs.csv.dataset,
        "outputs.pdf.tiles": outputs.pdf.tiles,
        "outputs.pdf.recommendations": outputs.pdf.recommendations,
        **{f"outputs.json.datasets.{i}": name for i, name in enumerate(outputs.json_.datasets)},
        **{f"outputs.pdf.tables.{i}": name for i, name in enumerate(outputs.pdf.tables)},
    }
    for path, name in named.items():
        if name is not None:
            _known_table(config, name, path)


def _known_table(config: QueryConfig, name: str, path: str) -> TableQuery:
    if name not in config.datasets:
        raise InvalidQuery(f"{name!r} is not among the datasets {sorted(config.datasets)}", path)
    return config.datasets[name]


def parse_condition(data: Any, path: str = "where") -> And | Or | Not | Compare:
    """A condition alone, as a model's `input.where` has it; parameters are not known there."""
    check_json(data, path)
    _check_tree(data, path)
    try:
        holder = _Where.model_validate({"where": data})
    except ValidationError as error:
        invalid = _as_invalid_query(error)
        raise InvalidQuery(
            str(invalid).partition(": ")[2] if invalid.field else str(invalid),
            (invalid.field or path).replace("where", path, 1),
        ) from None
    return holder.where


class _Where(_Part):
    where: Condition


And.model_rebuild()
Or.model_rebuild()
Not.model_rebuild()
