"""The steps that a dataset declares: typed, versioned, checked before anything runs. Declarations only, no pandas.

A step reads and writes columns of the frame that the step before it left. Rows that a step cannot use
are rejected with a reason, never mended silently and never turned into zeros.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from iop_pipelines.domain.conditions import (
    Expression,
    fields_of,
    refuse_foreign,
)
from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType, Name
from iop_pipelines.domain.given_json import sized
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery, Unfit
from iop_pipelines.transform.column_types import (
    ANY,
    COUNTABLE,
    MOMENTS,
    NUMBERS,
    TEXT,
    Columns,
    Misfit,
    Read,
    type_of,
)
from iop_pipelines.validation.files import invalid_declaration


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Unfit("time_zone.unknown", name=name) from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
# A whole number stays one, so that it is compared exactly.
Bound = int | Annotated[float, Field(allow_inf_nan=False)]
OnMissing = Literal["null", "reject"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Step(_Frozen):
    version: Literal[1] = 1

    def reads(self) -> Iterator[Read]:
        """Columns that must be there before the step, and of what type."""
        yield from ()

    def leaves(self, columns: Columns) -> Columns:
        """Columns that are there after the step, given those before, which are as `reads` says.

        Raises:
            Misfit: what the step declares cannot be.
        """
        return columns


class CastColumn(_Frozen):
    """How one delivered column of text is read.

    Attributes:
        to: integer (digits), number (decimal point, finite), boolean (true/false, yes/no, 1/0), date
            (YYYY-MM-DD), datetime (ISO 8601), string.
        source: the delivered column, if it has another name.
        zone: for datetime: the result is local time of this zone; a value with an offset is
            converted, one without is taken to be in it.
        required: a missing value rejects the row.
        null_values: texts that mean "not known", besides the empty one.
    """

    to: FieldType
    source: str | None = Field(default=None, max_length=64)
    zone: Zone = "UTC"
    required: bool = False
    minimum: Bound | None = None
    maximum: Bound | None = None
    one_of: tuple[str, ...] | None = None
    null_values: tuple[str, ...] = ()


class Cast(_Step):
    """Reads the delivered text as types; rejects rows with a value that cannot be read or is out of
    range, and drops the columns not named."""

    kind: Literal["cast"]
    columns: dict[Name, CastColumn] = Field(min_length=1)

    def reads(self) -> Iterator[Read]:
        """Of a cast after the first; the first reads what is delivered, whatever that has."""
        for name, spec in self.columns.items():
            where = f"columns.{name}.source" if spec.source else f"columns.{name}"
            yield Read(where, spec.source or name, TEXT)

    def leaves(self, columns: Columns) -> Columns:
        for name, spec in self.columns.items():
            bounds = {"minimum": spec.minimum, "maximum": spec.maximum}
            for word, bound in bounds.items():
                if bound is not None and spec.to not in NUMBERS:
                    raise Misfit(
                        f"columns.{name}.{word}",
                        "step.bounds",
                        bound=bound,
                        name=name,
                        to=spec.to,
                        kinds=NUMBERS,
                    )
        return {name: spec.to for name, spec in self.columns.items()}


class Deduplicate(_Step):
    """Keeps the last row of each key, in order of delivery; what goes is counted as exact duplicate or
    as restated by a later row."""

    kind: Literal["deduplicate"]
    key: tuple[Name, ...] = Field(min_length=1)

    def reads(self) -> Iterator[Read]:
        for place, name in enumerate(self.key):
            yield Read(f"key.{place}", name)


_AGGREGATED: dict[str, tuple[FieldType, ...]] = {
    "sum": COUNTABLE,
    "mean": COUNTABLE,
    "weighted_mean": COUNTABLE,
    "min": (*COUNTABLE, *MOMENTS),
    "max": (*COUNTABLE, *MOMENTS),
    "first": ANY,
    "last": ANY,
    "count": ANY,
}


class Aggregate(_Frozen):
    """Unknown values are left out; a period without a known value is null, also for `sum`.

    Attributes:
        min_coverage: share (0 to 100 %) of the period's fine steps that must have a known value of
            `column`, or the result is null. 0, the default, takes whatever is known: right for a
            mean, while a sum over half of its hours is half of the sum.
    """

    column: Name
    how: Literal["sum", "mean", "min", "max", "first", "last", "count", "weighted_mean"]
    weight: Name | None = None
    min_coverage: Annotated[float, Field(ge=0, le=100)] = 0

    @property
    def takes(self) -> tuple[FieldType, ...]:
        """Types of `column`."""
        return _AGGREGATED[self.how]

    def leaves(self, type_: FieldType) -> FieldType:
        if self.how in ("mean", "weighted_mean"):
            return "number"
        is_whole = self.how == "count" or (self.how == "sum" and type_ == "boolean")
        return "integer" if is_whole else type_

    @model_validator(mode="after")
    def _weight_fits(self) -> "Aggregate":
        if (self.how == "weighted_mean") != (self.weight is not None):
            raise Unfit("step.weight")
        return self


class Resample(_Step):
    """From finer rows to one row for each local period and combination of `by`.

    Attributes:
        time: the fine rows' moment, naive local time of `from_zone`.
        into: the new column: start of the period in the dataset's time zone, naive.
        coverage_into: a column for the share (0 to 100 %) of the period's fine steps that have a
            row; a local day has 23, 24 or 25 hours.
    """

    kind: Literal["resample"]
    time: Name
    into: Name
    freq: Literal["D", "W", "MS"] = "D"
    from_zone: Zone = "UTC"
    by: tuple[Name, ...] = ()
    aggregate: dict[Name, Aggregate] = Field(min_length=1)
    coverage_into: Name | None = None
    step_minutes: Annotated[int, Field(ge=1, le=1440)] = 60

    def reads(self) -> Iterator[Read]:
        yield Read("time", self.time, MOMENTS)
        for place, name in enumerate(self.by):
            yield Read(f"by.{place}", name)
        for into, each in self.aggregate.items():
            yield Read(f"aggregate.{into}.column", each.column, each.takes)
            if each.weight is not None:
                yield Read(f"aggregate.{into}.weight", each.weight, COUNTABLE)

    def leaves(self, columns: Columns) -> Columns:
        made: dict[str, FieldType] = {self.into: "date"}
        made |= {name: columns[name] for name in self.by}
        made |= {into: each.leaves(columns[each.column]) for into, each in self.aggregate.items()}
        if self.coverage_into:
            made[self.coverage_into] = "number"
        return made


class CsvReference(_Frozen):
    """A file that IOP carries, `<csv>.csv`."""

    csv: Name


class TableReference(_Frozen):
    """A table of the shared database that DRM maintains."""

    table: Annotated[str, Field(pattern=r"^drm_ref_[a-z0-9_]{1,54}$")]


def _tag_of(source: Any) -> str | None:
    names = source if isinstance(source, dict) else type(source).model_fields
    return next((f"a {name}" for name in ("csv", "table") if name in names), None)


ReferenceSource = Annotated[
    Annotated[CsvReference, Tag("a csv")] | Annotated[TableReference, Tag("a table")],
    Discriminator(
        _tag_of,
        custom_error_type="reference",
        custom_error_message="a reference has `csv` or `table`",
    ),
]


class JoinReference(_Step):
    """Looks up `take` (new column → column of the reference) where `match` (column → column of the
    reference) are equal as text. `types`: how a new column's text is read; string if not given."""

    kind: Literal["join_reference"]
    reference: ReferenceSource
    match: dict[Name, str] = Field(min_length=1, max_length=1)
    take: dict[Name, str] = Field(min_length=1)
    types: dict[Name, FieldType] = {}
    on_missing: OnMissing = "null"

    @model_validator(mode="after")
    def _types_are_of_what_is_taken(self) -> "JoinReference":
        for name in self.types:
            if name not in self.take:
                raise Unfit("step.types_name_unknown", name=closest(name, self.take))
        return self

    def reads(self) -> Iterator[Read]:
        for name in self.match:
            yield Read("match", name, ("string", "integer"))

    def leaves(self, columns: Columns) -> Columns:
        return {**columns, **{name: self.types.get(name, "string") for name in self.take}}


class Holidays(_Step):
    """Marks public holidays of a country (ISO 3166-1 alpha-2) and subdivision, by the library `holidays`."""

    kind: Literal["holidays"]
    column: Name
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: str | None = None
    into: Name = "is_holiday"
    name_into: Name | None = None

    def reads(self) -> Iterator[Read]:
        yield Read("column", self.column, MOMENTS)

    def leaves(self, columns: Columns) -> Columns:
        named: dict[str, FieldType] = {self.name_into: "string"} if self.name_into else {}
        return {**columns, self.into: "boolean", **named}


class Currency(_Step):
    """Converts an amount by the last rate on or before the row's date, at most `max_age_days` old.

    Attributes:
        rates: a reference with the columns `date` (YYYY-MM-DD), `currency`, `quote` and `rate`: how many
            units of `quote` one unit of `currency` is worth.
        currency: the column that names each row's currency, or one code for all of them.
        to: the currency wanted, the `quote` of the rates.
    """

    kind: Literal["currency"]
    amount: Name
    into: Name
    currency: Name | CurrencyCode
    to: CurrencyCode
    date: Name
    rates: ReferenceSource
    max_age_days: Annotated[int, Field(ge=0, le=366)] = 7
    on_missing: OnMissing = "null"

    @property
    def currency_column(self) -> str | None:
        return self.currency if self.currency.islower() else None

    def reads(self) -> Iterator[Read]:
        yield Read("amount", self.amount, NUMBERS)
        yield Read("date", self.date, MOMENTS)
        if self.currency_column:
            yield Read("currency", self.currency_column, TEXT)

    def leaves(self, columns: Columns) -> Columns:
        return {**columns, self.into: "number"}


def _of_one_row(value: Any) -> Any:
    try:
        refuse_foreign(value, past=False)
    except InvalidQuery as error:
        raise Unfit(error.told) from None
    return value


class DerivedColumn(_Frozen):
    type: Literal["integer", "number", "boolean", "string"] = "number"
    value: Annotated[Expression, BeforeValidator(sized), AfterValidator(_of_one_row)]


class Derive(_Step):
    """New columns from expressions over those before the step, in the words of `domain.conditions`; they do not
    see each other."""

    kind: Literal["derive"]
    columns: dict[Name, DerivedColumn] = Field(min_length=1)

    def reads(self) -> Iterator[Read]:
        for name, derived in self.columns.items():
            for column in fields_of(derived.value):
                yield Read(f"columns.{name}.value", column)

    def leaves(self, columns: Columns) -> Columns:
        for name, derived in self.columns.items():
            gives = type_of(derived.value, columns, f"columns.{name}.value")
            takes = TEXT if derived.type == "string" else COUNTABLE
            if gives is not None and gives not in takes:
                hint = (
                    Sentence("fix.compare")
                    if gives in MOMENTS
                    else Sentence("fix.declare_text")
                    if gives == "string"
                    else Sentence("fix.declare_number")
                )
                raise Misfit(
                    f"columns.{name}.type",
                    "step.gives_other",
                    type=derived.type,
                    gives=gives,
                    fix=hint,
                )
        return {**columns, **{name: derived.type for name, derived in self.columns.items()}}


class GapPolicy(_Step):
    """What a period without a row, or a value that is not known, becomes. Never zero.

    absent: periods without rows stay absent; a row in which all of `columns` are unknown is rejected.
    null: periods of the window without a row get one, with nulls.
    forward_fill: unknown values of `columns` become the series' last known one, over at most `limit`
    rows in a stretch; with `adds_rows`, missing periods get rows first.

    Attributes:
        columns: the columns the policy is for.
        series: columns that tell series apart, with the values that must be there; an empty list
            means those that were delivered.
    """

    kind: Literal["gap_policy"]
    policy: Literal["absent", "null", "forward_fill"]
    time: Name
    freq: Literal["h", "D", "W", "MS"] = "D"
    series: dict[Name, tuple[str, ...]] = {}
    columns: tuple[Name, ...] = ()
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None
    adds_rows: bool = False

    @model_validator(mode="after")
    def _options_fit(self) -> "GapPolicy":
        if (self.policy == "forward_fill") != (self.limit is not None):
            raise Unfit("step.limit")
        if self.policy != "null" and not self.columns:
            raise Unfit("step.gap_columns", policy=self.policy)
        if self.adds_rows and self.policy != "forward_fill":
            raise Unfit("step.adds_rows")
        return self

    def reads(self) -> Iterator[Read]:
        yield Read("time", self.time, ("datetime",) if self.freq == "h" else MOMENTS)
        for name in self.series:
            yield Read(f"series.{name}", name, TEXT)
        for place, name in enumerate(self.columns):
            yield Read(f"columns.{place}", name)


Step = Annotated[
    Cast | Deduplicate | Resample | JoinReference | Holidays | Currency | Derive | GapPolicy,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])


def steps_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the list `steps` of a declaration."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Steps that prepare a dataset",
        **_ADAPTER.json_schema(),
    }


def parse_steps(declaration: DatasetDeclaration) -> tuple[Step, ...]:
    """Raises InvalidDeclaration naming `steps.N.field` for the first thing that is wrong, and the rest."""
    try:
        return _ADAPTER.validate_python(declaration.steps)
    except ValidationError as error:
        raise invalid_declaration(error, tuple[Step, ...], under=("steps",)) from error
