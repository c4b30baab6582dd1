"""What a dataset is to IOP: typed fields, the steps that prepare it, and its measures.

A declaration is the trust boundary of every query: only the fields and measures named here can be
asked for.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.formulas import MAX_LENGTH, names_in, parse_formula
from iop_pipelines.domain.frequencies import STEPS, Frequency, ModelFrequency, TimeStep
from iop_pipelines.errors import InvalidDeclaration, Unfit

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
PlainType = Literal["string", "integer", "number", "boolean", "date", "datetime"]
# Exact to that many decimals: a whole number of hundredths, say, of at most 18 digits.
DecimalType = Literal[
    "decimal(0)",
    "decimal(1)",
    "decimal(2)",
    "decimal(3)",
    "decimal(4)",
    "decimal(5)",
    "decimal(6)",
    "decimal(7)",
    "decimal(8)",
    "decimal(9)",
]
FieldType = PlainType | DecimalType
FIELD_TYPES: tuple[FieldType, ...] = (*get_args(PlainType), *get_args(DecimalType))
DECIMALS: tuple[DecimalType, ...] = get_args(DecimalType)


def scale_of(type_: FieldType) -> int | None:
    """Decimals of a decimal, None of other types."""
    return DECIMALS.index(type_) if type_ in DECIMALS else None


def plain_type(type_: FieldType) -> PlainType:
    """For who reads numbers as doubles."""
    return "number" if type_ in DECIMALS else cast(PlainType, type_)


def type_names(types: Iterable[FieldType]) -> list[str]:
    """For messages: decimals of all scales as one."""
    named = ("decimal(scale)" if each in DECIMALS else each for each in types)
    return list(dict.fromkeys(named))


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldSpec(_Frozen):
    """One column of the prepared rows; `unit` is printed beside numbers ("min", "%", "flights")."""

    type: FieldType
    label: str | None = None
    unit: str | None = None
    nullable: bool = True


MeasureType = Literal["integer", "number"] | DecimalType
Favourable = Literal["up", "down"]


class _Measured(_Frozen):
    """What all measures say of themselves.

    Attributes:
        type: of its values; where it is not said, what its field and its kind make of it. A sum of doubles that are
            said to be decimals adds each of them up rounded to that scale, exactly.
        decimals: how many pages show; values keep all of theirs.
        favourable: which way is good news.
    """

    unit: str | None = None
    label: str | None = None
    type: MeasureType | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None
    favourable: Favourable | None = None


class Sum(_Measured):
    kind: Literal["sum"]
    field: Name


class Mean(_Measured):
    kind: Literal["mean"]
    field: Name


class Count(_Frozen):
    kind: Literal["count"]
    unit: str | None = "rows"
    label: str | None = None
    favourable: Favourable | None = None

    @property
    def type(self) -> MeasureType:
        return "integer"

    @property
    def decimals(self) -> int:
        return 0


class Min(_Measured):
    kind: Literal["min"]
    field: Name


class Max(_Measured):
    kind: Literal["max"]
    field: Name


class Ratio(_Measured):
    """scale · Σ numerator / Σ denominator over the rows where both are not NULL; NULL where the
    denominator's sum is 0."""

    kind: Literal["ratio"]
    numerator: Name
    denominator: Name
    scale: float = 1.0


class WeightedMean(_Measured):
    """Σ field·weight / Σ weight over the rows where field is not NULL."""

    kind: Literal["weighted_mean"]
    field: Name
    weight: Name


class Computed(_Measured):
    """A formula over other measures, each aggregated by itself: the total of a margin is that of the totals."""

    kind: Literal["computed"]
    formula: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]

    @model_validator(mode="after")
    def _is_a_formula(self) -> "Computed":
        parse_formula(self.formula)
        return self


Measure = Annotated[
    Sum | Mean | Count | Min | Max | Ratio | WeightedMean | Computed, Field(discriminator="kind")
]


def modelled_step(declaration: "DatasetDeclaration") -> TimeStep:
    """The step that a model's series of the dataset have.

    Raises InvalidDeclaration where it has none.
    """
    step = declaration.step
    if step is None:
        raise InvalidDeclaration(
            "model.dataset_without_step", "config.dataset", name=declaration.name
        )
    return step


def words_of(name: str) -> str:
    """`dep_delay` as `Dep delay`."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


class Rhythm(_Frozen):
    """How often a dataset is delivered, and how many hours later than that it may come; half a step if not said."""

    every: Literal["hour", "day", "week", "month"]
    grace_hours: Annotated[float, Field(ge=0, le=8784)] | None = None

    @property
    def step(self) -> timedelta:
        """A month is its longest."""
        return timedelta(hours={"hour": 1, "day": 24, "week": 7 * 24, "month": 31 * 24}[self.every])

    @property
    def grace(self) -> timedelta:
        return self.step / 2 if self.grace_hours is None else timedelta(hours=self.grace_hours)


class DatasetDeclaration(_Frozen):
    """How DRM's rows of `source` become prepared rows.

    `time` is the field that says when a row is true, in local time of `time_zone`; `freq` is its
    step, None for events without one. `key` makes a row unique together with nothing
    else. `steps` are validated by `iop_pipelines.transform`. `calendar` says which days are special,
    `deliveries` how often DRM delivers; left out, what it did so far says so.
    """

    name: Name
    version: Annotated[int, Field(ge=1)] = 1
    description: str = ""
    source: Name
    time: Name
    freq: Frequency | None
    time_zone: str = "UTC"
    key: tuple[Name, ...]
    fields: dict[Name, FieldSpec]
    steps: tuple[dict[str, Any], ...] = ()
    measures: dict[Name, Measure] = {}
    calendar: CalendarDeclaration | None = None
    deliveries: Rhythm | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> "DatasetDeclaration":
        for name in (self.time, *self.key):
            if name not in self.fields:
                raise Unfit("field.not_declared", name=name, known=sorted(self.fields))
        for label, measure in self.measures.items():
            for role in ("field", "weight", "numerator", "denominator"):
                name = getattr(measure, role, None)
                if name is not None and name not in self.fields:
                    raise Unfit(
                        "measure.no_such_field", place=f"measures.{label}.{role}", name=name
                    )
            if isinstance(measure, Computed):
                self._check_formula(label, measure)
        return self

    def _check_formula(self, label: str, measure: Computed) -> None:
        plain = [name for name, each in self.measures.items() if not isinstance(each, Computed)]
        for name in names_in(parse_formula(measure.formula)):
            if name not in plain:
                raise Unfit(
                    "formula.no_such_measure",
                    place=f"measures.{label}.formula",
                    name=name,
                    known=plain,
                )

    @property
    def step(self) -> TimeStep | None:
        return None if self.freq is None else STEPS[self.freq]

    @property
    def model_freq(self) -> ModelFrequency | None:
        """The step that a series of it has in a model; None for events."""
        return self.step.modelled_as if self.step else None

    @property
    def has_repeated_hours(self) -> bool:
        """Whether two rows may have one time and differ by which of two hours it is in."""
        return self.fields[self.time].type == "datetime"

    def label_of(self, name: str) -> str:
        """What people call a field: its own label, else what the head of the delivered column says, else the name."""
        return self.fields[name].label or self.headers.get(name) or words_of(name)

    def measure_label(self, name: str) -> str:
        """What people call a measure: its own label, else that of the field of its name, else the name."""
        own = self.measures[name].label if name in self.measures else None
        return own or (self.label_of(name) if name in self.fields else words_of(name))

    @cached_property
    def headers(self) -> dict[str, str]:
        """Of columns that are read or renamed from another: what the delivered one is called, where that is no name."""
        found: dict[str, str] = {}
        for step in self.steps:
            columns = step.get("columns")
            if step.get("kind") not in ("rename", "cast") or not isinstance(columns, dict):
                continue
            for name, given in cast(dict[str, Any], columns).items():
                is_cast = isinstance(given, dict)
                source = cast(dict[str, Any], given).get("source", name) if is_cast else given
                header = found.get(source, source) if isinstance(source, str) else name
                if not _NAME.fullmatch(header):
                    found[name] = header
        return found
