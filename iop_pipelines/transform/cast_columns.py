"""How one column of delivered text is read: the declaration, and what of it cannot stand together. No pandas."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from iop_pipelines.domain.datasets import FieldType, scale_of, type_names
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import Unfit
from iop_pipelines.transform.column_types import MOMENTS, NUMBERS, TEXT
from iop_pipelines.transform.formats import ISO, MomentFormat, clash_of, parse_format
from iop_pipelines.transform.numerals import (
    SIGN_PATTERN,
    Decimals,
    Negative,
    NumberForm,
    Percent,
    Thousands,
    same_sign,
)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Unfit("time_zone.unknown", name=name) from error
    return name


def _known_format(text: str) -> str:
    parse_format(text)
    return text


Zone = Annotated[str, AfterValidator(_known_zone)]
# A whole number stays one, so that it is compared exactly.
Bound = int | Annotated[float, Field(allow_inf_nan=False)]
Format = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_known_format)]
# A column as it was delivered: what a file's head says may have any signs.
Header = Annotated[str, Field(min_length=1, max_length=64)]
Sign = Annotated[str, Field(pattern=SIGN_PATTERN)]
Factor = int | Annotated[float, Field(allow_inf_nan=False)]
_WORDS = ("true_words", "false_words")
# Signs of numbers as computers write them.
_OF_NUMBERS = frozenset("0123456789+-.eE")
# What each key is for.
_ONLY_FOR: dict[str, tuple[FieldType, ...]] = {
    "formats": MOMENTS,
    "zone": ("datetime",),
    **dict.fromkeys(
        (
            *("decimal", "thousands", "percent", "currency", "units", "negative"),
            *("minimum", "maximum"),
        ),
        NUMBERS,
    ),
    **dict.fromkeys(_WORDS, ("boolean",)),
    **dict.fromkeys(("join", "separator"), (*MOMENTS, *TEXT)),
}


class CastColumn(BaseModel):
    """How one delivered column of text is read.

    Attributes:
        to: integer (digits), number (finite), boolean, date, datetime, string.
        source: the delivered column, if it has another name: any text that a file's head may have.
        join: delivered columns in place of one, put together by `separator`; null where all are.
        zone: for datetime: the result is local time of this zone; a value with an offset is
            converted, one without is taken to be in it.
        required: a missing value rejects the row.
        null_values: texts that mean "not known", besides the empty one.
        formats: of moments, in the order in which they are tried; ISO 8601 if not given.
        decimal, thousands, percent, currency, units, negative: of numbers, see `numerals`.
        true_words, false_words: in any case; true/t/yes/y/1 and false/f/no/n/0 if not given. An empty
            text among them stands for a missing cell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: FieldType
    source: Header | None = None
    join: tuple[Header, ...] = Field(default=(), max_length=6)
    separator: Annotated[str, Field(max_length=8)] = " "
    zone: Zone = "UTC"
    required: bool = False
    minimum: Bound | None = None
    maximum: Bound | None = None
    one_of: tuple[str, ...] | None = None
    null_values: tuple[str, ...] = ()
    formats: tuple[Format, ...] = Field(default=(), max_length=10)
    decimal: Decimals | None = None
    thousands: Thousands | None = None
    percent: Percent | None = None
    currency: tuple[Sign, ...] = Field(default=(), max_length=20)
    units: dict[Sign, Factor] = Field(default={}, max_length=40)
    negative: tuple[Negative, ...] = ()
    true_words: tuple[str, ...] = Field(default=(), max_length=40)
    false_words: tuple[str, ...] = Field(default=(), max_length=40)

    def sources(self, name: str) -> tuple[str, ...]:
        """The delivered columns that it is read from."""
        return self.join or (self.source or name,)

    @cached_property
    def moment_formats(self) -> tuple[MomentFormat, ...]:
        return tuple(map(MomentFormat, self.formats or (ISO,)))

    @cached_property
    def number_form(self) -> NumberForm | None:
        """None where numbers are as computers write them."""
        given = self.model_fields_set & {
            "decimal",
            "thousands",
            "percent",
            "currency",
            "units",
            "negative",
        }
        if not given and scale_of(self.to) is None:
            return None
        return NumberForm(
            self.decimal or ".",
            self.thousands,
            self.percent,
            self.currency,
            {unit: Decimal(str(factor)) for unit, factor in self.units.items()},
            self.negative,
        )

    @cached_property
    def is_plain(self) -> bool:
        """Whether a number as computers write it is that number here."""
        has_plain_null = any(set(text) <= _OF_NUMBERS for text in self.null_values)
        form = self.number_form
        is_same = form is None or (
            form.percent != "share"
            and (self.to == "integer" or (form.decimal == "." and form.thousands != "."))
        )
        return self.to in ("integer", "number") and is_same and not has_plain_null

    def misfits(self, name: str) -> Iterator[tuple[str, Sentence]]:
        """(key, what is wrong with it) for each that cannot stand with the others."""
        for key, takes in _ONLY_FOR.items():
            if key in self.model_fields_set and self.to not in takes:
                value = getattr(self, key)
                if key in ("minimum", "maximum"):
                    if value is not None:
                        yield (
                            key,
                            Sentence(
                                "step.bounds",
                                bound=value,
                                name=name,
                                to=self.to,
                                kinds=type_names(NUMBERS),
                            ),
                        )
                else:
                    yield (
                        key,
                        Sentence(
                            "cast.only_for", key=key, kinds=type_names(takes), name=name, to=self.to
                        ),
                    )
        yield from self._misfits_of_sources()
        yield from self._misfits_of_formats()
        yield from self._misfits_of_numbers()
        yield from self._misfits_of_words()

    def _misfits_of_sources(self) -> Iterator[tuple[str, Sentence]]:
        if self.join and self.source is not None:
            yield "join", Sentence("cast.join_and_source")
        elif len(self.join) == 1:
            yield "join", Sentence("cast.join_of_one", source=self.join[0])
        elif "separator" in self.model_fields_set and not self.join:
            yield "separator", Sentence("cast.without_join")

    def _misfits_of_formats(self) -> Iterator[tuple[str, Sentence]]:
        if self.to not in MOMENTS:
            return
        for at, each in enumerate(self.moment_formats):
            if self.to == "date" and each.says_offset:
                yield f"formats.{at}", Sentence("format.offset_of_date", text=each.text)
        if (clash := clash_of(self.moment_formats)) is not None:
            yield f"formats.{clash[0]}", clash[1]

    def _misfits_of_numbers(self) -> Iterator[tuple[str, Sentence]]:
        form = self.number_form
        if form is None:
            return
        if form.decimal == form.thousands:
            yield "thousands", Sentence("cast.signs_alike", sign=form.decimal)
        for unit, factor in self.units.items():
            if not 0 < factor <= 1e30:
                yield f"units.{unit}", Sentence("cast.factor", factor=factor, most="1e30")
        if (sign := same_sign(form)) is not None:
            yield f"units.{sign}", Sentence("cast.sign_of_two", sign=sign)
        if self.percent == "share" and self.to == "integer":
            yield "percent", Sentence("cast.share_of_integer")

    def _misfits_of_words(self) -> Iterator[tuple[str, Sentence]]:
        if self.to != "boolean":
            return
        if bool(self.true_words) != bool(self.false_words):
            there, missing = _WORDS if self.true_words else _WORDS[::-1]
            yield there, Sentence("cast.words_alone", there=there, missing=missing)
        false_words = {word.casefold() for word in self.false_words}
        nulls = {word.casefold() for word in self.null_values}
        for key in _WORDS:
            for at, word in enumerate(getattr(self, key)):
                if key == "true_words" and word.casefold() in false_words:
                    yield f"{key}.{at}", Sentence("cast.word_of_both", word=word)
                elif word.casefold() in nulls:
                    yield f"{key}.{at}", Sentence("cast.word_unknown", word=word)
