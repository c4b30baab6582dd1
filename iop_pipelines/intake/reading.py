"""How a table was understood, kept: what comes later is read in the same way and never guessed anew."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from iop_pipelines.domain.datasets import Name
from iop_pipelines.errors import Unfit
from iop_pipelines.intake.columns import Column, Kind, names_of
from iop_pipelines.intake.eras import ERAS
from iop_pipelines.intake.moments import FORMS
from iop_pipelines.intake.names import LINE
from iop_pipelines.intake.numerals import SCALES, Decimal
from iop_pipelines.intake.step import WITHIN_DAY, Freq, Step
from iop_pipelines.intake.understand import Understood

Header = Annotated[str, Field(min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeReading(_Frozen):
    """Which columns say when, in which form; `time_of_day` is a column beside the one of the day, `minutes` one
    beside that of the hour.

    is_numbered: its hours are numbered from 1 to 24. is_ending: what it says are the ends of hours.
    moment: the field as read; period: the field of its period, the same where they do not differ.
    """

    headers: Annotated[tuple[Header, ...], Field(min_length=1, max_length=3)]
    form: str
    time_of_day: Header | None = None
    minutes: Header | None = None
    is_numbered: bool = False
    is_ending: bool = False
    moment: Name
    period: Name
    label: str
    type: Literal["date", "datetime"]

    @field_validator("form")
    @classmethod
    def _is_known(cls, form: str) -> str:
        if form not in FORMS:
            raise Unfit("intake.unknown_form", form=form, known=sorted(FORMS))
        return form


class StepReading(_Frozen):
    """`label` is that of the period's field."""

    label: str
    freq: Freq
    every: Annotated[int, Field(ge=1)] = 1
    starts_monday: bool = True

    def as_step(self) -> Step:
        return Step(self.freq, self.every, "", 1.0, starts_monday=self.starts_monday)


class ColumnReading(_Frozen):
    """`decimal` is that of a column of numbers, `scales` what multiplies them: k, Mio; one that came later is
    optional: files before it have none."""

    header: Header
    type: Kind
    decimal: Decimal | None = None
    unit: str | None = None
    scales: tuple[str, ...] = ()
    is_optional: bool = False

    @field_validator("scales")
    @classmethod
    def _are_known(cls, scales: tuple[str, ...]) -> tuple[str, ...]:
        for scale in scales:
            if scale not in SCALES:
                raise Unfit("intake.unknown_scale", scale=scale, known=sorted(SCALES))
        return scales


class Reading(_Frozen):
    """A table's head by its texts, and what becomes of each column.

    left_out: headers of columns that do not land. sums: column -> its values whose rows do not, for they add up others.
    is_wide: periods are columns, and become rows. eras: header -> how its years are counted, where not as ours.
    others: heads of files that zip files hold beside those of the table.
    """

    time: TimeReading
    step: StepReading
    columns: dict[Name, ColumnReading]
    key: Annotated[tuple[Name, ...], Field(min_length=1)]
    decimal: Decimal = "."
    left_out: tuple[Header, ...] = ()
    sums: dict[Name, tuple[str, ...]] = {}
    is_wide: bool = False
    is_headless: bool = False
    eras: dict[Header, str] = {}
    others: tuple[tuple[str, ...], ...] = ()

    @field_validator("eras")
    @classmethod
    def _are_counted(cls, eras: dict[str, str]) -> dict[str, str]:
        for era in eras.values():
            if era not in ERAS:
                raise Unfit("intake.unknown_era", era=era, known=sorted(ERAS))
        return eras

    @property
    def is_by_period(self) -> bool:
        """Whether a row is known by its period alone: a second moment in a period would replace the first."""
        return self.time.moment == self.time.period and LINE not in self.key

    @property
    def headers(self) -> list[str]:
        """Of all columns that are read, those of the moment first."""
        time = self.time
        first = [*time.headers, *filter(None, (time.time_of_day, time.minutes))]
        return first + [each.header for each in self.columns.values()]

    @property
    def head(self) -> list[str]:
        """What a head is known by; of a wide sheet the columns that say whose a row is: each has other periods."""
        if not self.is_wide:
            return self.headers
        return [each.header for each in self.columns.values() if each.type == "string"]

    def with_columns(self, more: Sequence[Column]) -> "Reading":
        """With columns that came later."""
        added = {
            each.name: ColumnReading(
                header=each.label,
                type=each.kind,
                decimal=each.numeral.decimal if each.numeral and each.is_number else None,
                unit=each.unit,
                scales=each.numeral.scales if each.numeral else (),
                is_optional=True,
            )
            for each in more
        }
        return self.model_copy(update={"columns": {**self.columns, **added}})

    @property
    def landing(self) -> dict[str, tuple[str, str, str | None]]:
        """As `Understood.columns`."""
        time = self.time
        period = "datetime" if self.step.freq in WITHIN_DAY else "date"
        landing: dict[str, tuple[str, str, str | None]] = {}
        if time.moment != time.period:
            landing[time.moment] = (time.type, time.label, None)
        landing[time.period] = (period, self.step.label, None)
        landing |= {
            name: (each.type, each.header, each.unit) for name, each in self.columns.items()
        }
        landing[LINE] = ("integer", "Line of the file", None)
        return landing


def reading_of(given: Understood) -> Reading:
    """What has to be known to read another file as this one was read."""
    labels = given.framed.labels
    label_of = dict(zip(names_of(labels), labels, strict=True))
    decimals: dict[str, Decimal] = {
        each.name: each.numeral.decimal for each in given.rows.columns if each.numeral is not None
    }
    seen: list[Decimal] = [
        each.numeral.decimal
        for each in given.rows.columns
        if each.numeral is not None and each.numeral.is_seen
    ]
    columns = {
        each.name: ColumnReading(
            header=each.label,
            type=each.kind,
            decimal=decimals.get(each.name),
            unit=each.unit,
            scales=each.numeral.scales if each.numeral else (),
        )
        for each in given.rows.columns
    }
    time = _time(given, label_of)
    used = {
        *time.headers,
        time.time_of_day,
        time.minutes,
        *(each.header for each in columns.values()),
    }
    return Reading(
        time=time,
        step=StepReading(
            label=given.columns[given.time][1],
            freq=given.step.freq,
            every=given.step.every,
            starts_monday=given.step.starts_monday,
        ),
        columns=columns,
        key=given.key,
        decimal=seen[0] if seen else ".",
        left_out=tuple(label for label in labels if label not in used),
        sums=dict(given.sums),
        is_wide=given.framed.is_folded,
        is_headless=given.framed.is_headless,
        eras=dict(given.framed.eras),
        others=tuple(dict.fromkeys(each.head for each in given.others if each.head)),
    )


def _time(given: Understood, label_of: Mapping[str, str]) -> TimeReading:
    found = given.time_found
    headers = [label_of[name] for name in found.columns]
    # Parts of a date are one text by now; a time of day is another, and its minutes may be a third.
    days = len(headers) + 1 - len(found.parts)
    time_of_day, minutes, *_ = (*headers[days:], None, None)
    kind, label, _ = given.columns[given.moment]
    return TimeReading(
        headers=tuple(headers[:days]),
        form=found.found.form.name,
        time_of_day=time_of_day,
        minutes=minutes,
        is_numbered=found.is_numbered,
        is_ending=found.is_ending,
        moment=given.moment,
        period=given.time,
        label=label,
        type="datetime" if kind == "datetime" else "date",
    )
