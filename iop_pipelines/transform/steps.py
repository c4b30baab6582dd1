"""The steps that a dataset declares: typed, versioned, checked before anything runs. Declarations only, no pandas.

A step reads and writes columns of the frame that the step before it left. Rows that a step cannot use
are rejected with a reason, never mended silently and never turned into zeros.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, Literal

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
from iop_pipelines.domain.frequencies import STEPS, Frequency, TimeStep
from iop_pipelines.domain.given_json import sized
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.refusals import refusals_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery, Unfit
from iop_pipelines.transform.cast_columns import CastColumn, Header, Zone
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
from iop_pipelines.validation.files import all_of

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
OnMissing = Literal["null", "reject"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Step(_Frozen):
    version: Literal[1] = 1

    def reads(self) -> Iterator[Read]:
        """Columns that must be there before the step, and of what type."""
        yield from ()

    def misfits(self) -> Iterator[Misfit]:
        """What of its declaration cannot stand together, whatever it reads."""
        yield from ()

    def judge(self, columns: Columns, unknown: Collection[str]) -> Iterator[Misfit]:
        """What of it does not go with the columns before, of which those of unknown type are not looked at."""
        yield from ()

    def leaves(self, columns: Columns) -> Columns:
        """Columns that are there after the step, given those before, which are as `reads` says."""
        return columns


class Cast(_Step):
    """Reads the delivered text as types; rejects rows with a value that cannot be read or is out of
    range, and drops the columns not named."""

    kind: Literal["cast"]
    columns: dict[Name, CastColumn] = Field(min_length=1)

    def reads(self) -> Iterator[Read]:
        for name, spec in self.columns.items():
            where = f"columns.{name}"
            if spec.join:
                for place, source in enumerate(spec.join):
                    yield Read(f"{where}.join.{place}", source, TEXT)
            else:
                yield Read(f"{where}.source" if spec.source else where, spec.source or name, TEXT)

    def misfits(self) -> Iterator[Misfit]:
        for name, spec in self.columns.items():
            for key, said in spec.misfits(name):
                yield Misfit(f"columns.{name}.{key}", said)

    def leaves(self, columns: Columns) -> Columns:
        return {name: spec.to for name, spec in self.columns.items()}


class Rename(_Step):
    """Delivered columns by names of ours, before they are read; what a file's head said stays the label of a field
    of that name. `columns`: new name -> delivered column."""

    kind: Literal["rename"]
    columns: dict[Name, Header] = Field(min_length=1)

    def reads(self) -> Iterator[Read]:
        for name, header in self.columns.items():
            yield Read(f"columns.{name}", header, TEXT)

    def misfits(self) -> Iterator[Misfit]:
        headers = list(self.columns.values())
        for place, (name, header) in enumerate(self.columns.items()):
            if header in headers[:place]:
                yield Misfit(f"columns.{name}", "rename.twice", header=header)

    def leaves(self, columns: Columns) -> Columns:
        gone = set(self.columns.values())
        made: dict[str, FieldType] = dict.fromkeys(self.columns, "string")
        for name in columns.keys() - gone:
            made.setdefault(name, columns[name])
        return made


class Unpivot(_Step):
    """A column a period, or a product, becomes a row for each: the head of the column in `names_into`, its cell in
    `values_into`, beside what is kept of the row.

    Attributes:
        columns: those that become rows; keep: those that stay, where all others become rows.
    """

    kind: Literal["unpivot"]
    names_into: Name
    values_into: Name
    columns: tuple[Header, ...] = ()
    keep: tuple[Header, ...] = ()

    def reads(self) -> Iterator[Read]:
        for key in ("columns", "keep"):
            for place, header in enumerate(getattr(self, key)):
                yield Read(f"{key}.{place}", header, TEXT)

    def misfits(self) -> Iterator[Misfit]:
        if bool(self.columns) == bool(self.keep):
            yield Misfit("keep" if self.keep else "kind", "unpivot.one_of")
        if self.names_into == self.values_into:
            yield Misfit("values_into", "unpivot.into_one", name=self.names_into)
        for key, into in (("names_into", self.names_into), ("values_into", self.values_into)):
            if into in self.keep:
                yield Misfit(key, "unpivot.into_kept", name=into)

    def leaves(self, columns: Columns) -> Columns:
        kept = self.keep or [name for name in columns if name not in self.columns]
        return dict.fromkeys((*kept, self.names_into, self.values_into), "string")


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
    freq: Frequency = "D"
    from_zone: Zone = "UTC"
    by: tuple[Name, ...] = ()
    aggregate: dict[Name, Aggregate] = Field(min_length=1)
    coverage_into: Name | None = None
    step_minutes: Annotated[int, Field(ge=1, le=1440)] = 60

    @property
    def step(self) -> TimeStep:
        return STEPS[self.freq]

    def misfits(self) -> Iterator[Misfit]:
        """A share of periods that are shorter than the fine steps means nothing."""
        length = self.step.minutes
        is_asked = self.coverage_into or any(each.min_coverage for each in self.aggregate.values())
        if length is not None and is_asked and self.step_minutes > length:
            yield Misfit("step_minutes", "step.minutes", minutes=self.step_minutes, freq=self.freq)

    def reads(self) -> Iterator[Read]:
        yield Read("time", self.time, ("datetime",) if self.step.minutes else MOMENTS)
        for place, name in enumerate(self.by):
            yield Read(f"by.{place}", name)
        for into, each in self.aggregate.items():
            yield Read(f"aggregate.{into}.column", each.column, each.takes)
            if each.weight is not None:
                yield Read(f"aggregate.{into}.weight", each.weight, COUNTABLE)

    def leaves(self, columns: Columns) -> Columns:
        made: dict[str, FieldType] = {self.into: "datetime" if self.step.minutes else "date"}
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

    def judge(self, columns: Columns, unknown: Collection[str]) -> Iterator[Misfit]:
        for name, derived in self.columns.items():
            if set(fields_of(derived.value)).isdisjoint(unknown):
                yield from _judged(name, derived, columns)

    def leaves(self, columns: Columns) -> Columns:
        return {**columns, **{name: derived.type for name, derived in self.columns.items()}}


def _judged(name: str, derived: DerivedColumn, columns: Columns) -> Iterator[Misfit]:
    try:
        gives = type_of(derived.value, columns, f"columns.{name}.value")
    except Misfit as misfit:
        yield misfit
        return
    takes = TEXT if derived.type == "string" else COUNTABLE
    if gives is not None and gives not in takes:
        hint = (
            Sentence("fix.compare")
            if gives in MOMENTS
            else Sentence("fix.declare_text")
            if gives == "string"
            else Sentence("fix.declare_number")
        )
        yield Misfit(
            f"columns.{name}.type", "step.gives_other", type=derived.type, gives=gives, fix=hint
        )


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
    freq: Frequency = "D"
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
        yield Read("time", self.time, ("datetime",) if STEPS[self.freq].minutes else MOMENTS)
        for name in self.series:
            yield Read(f"series.{name}", name, TEXT)
        for place, name in enumerate(self.columns):
            yield Read(f"columns.{place}", name)


Step = Annotated[
    Rename
    | Unpivot
    | Cast
    | Deduplicate
    | Resample
    | JoinReference
    | Holidays
    | Currency
    | Derive
    | GapPolicy,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])
_ONE: TypeAdapter[Step] = TypeAdapter(Step)


def steps_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the list `steps` of a declaration."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Steps that prepare a dataset",
        **_ADAPTER.json_schema(),
    }


# What works on the delivered text, before and beside the cast that reads it.
ON_TEXT = (Rename, Unpivot)


def parse_steps(declaration: DatasetDeclaration) -> tuple[Step, ...]:
    """Raises InvalidDeclaration naming `steps.N.field` for the first thing that is wrong, and the rest."""
    try:
        return _ADAPTER.validate_python(declaration.steps)
    except ValidationError as error:
        raise all_of(_refused(error)) from error


def refusals_of_steps(given: Sequence[Any]) -> list[tuple[str, Sentence]]:
    """(path, what is wrong) of each step that cannot be read."""
    try:
        _ADAPTER.validate_python(given)
    except ValidationError as error:
        return _refused(error)
    return []


def step_or_none(given: Any) -> Step | None:
    """None for what cannot be read."""
    try:
        return _ONE.validate_python(given)
    except ValidationError:
        return None


def _refused(error: ValidationError) -> list[tuple[str, Sentence]]:
    return [(f"steps.{each.place}", each.sentence) for each in refusals_of(error, tuple[Step, ...])]
