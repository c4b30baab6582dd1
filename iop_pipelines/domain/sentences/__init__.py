"""What the platform itself says, as a code with values; a catalogue a language makes the words of it.

Refusals and reasons are sentences: `Sentence("model.not_found", id=7)`. English is what logs, the command line and the
text columns have; what else there is to know of a sentence is its code and its values, never its words. A catalogue is
the module of a language's name here, `fr.py`, and has each code of the English one; and, but for English, `TEXTS`:
labels and other words, by the English that stands in the code (`domain.languages.Text`).

Templates are those of `str.format` by name, with a few forms more: `{n:,}` and `{n:g}` as the language writes numbers,
`{n:exact}` with every digit that it has, `{day:date}` of an ISO date in words, `{day:day}` in figures, `{at:time}` of
a time of day, `{at:moment}` of a day and its time in figures, `{n:month}` from January, 1, and `{n:weekday}` from
Monday, 0, `{n:entry|entries}` by the number, and `{known:or}`, `{known:and}`, `{all:then}` or `{all:lines}` of a list,
which is else told with commas.
A value that is a sentence, or a text of the platform's own, is told in the same language.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, cached_property
from importlib import import_module
from numbers import Integral, Real
from string import Formatter
from typing import Any, Protocol, cast

from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language, Text, catalogue_of, typeset
from iop_pipelines.domain.locales import Locale

# Of one value that is text: what was sent may be a key of 900 kB.
MAX_TEXT = 4_000
_PARSER = Formatter()
# Of numbers whose digits are written out, and of those that stand in threes.
_SMALLEST, _LARGEST, _APART = Decimal("1e-9"), Decimal("1e21"), 10_000


class Catalogue(Protocol):
    """A module of a language.

    SENTENCES: by code. DECIMAL, THOUSANDS: signs in numbers. MONTHS and SHORT_MONTHS: from January. WEEKDAYS: from
    Monday. DATE: a template of `day`, `month` and `year`. JOINTS: by `or` and `and` (between the last two), `then` (of
    sentences), `lines`, and `at` (before a day's time). BEGINS_LARGE: whether a sentence alone begins with a capital.
    `is_one`: whether a number takes the singular.
    """

    SENTENCES: Mapping[str, str]
    DECIMAL: str
    THOUSANDS: str
    MONTHS: Sequence[str]
    SHORT_MONTHS: Sequence[str]
    WEEKDAYS: Sequence[str]
    DATE: str
    JOINTS: Mapping[str, str]
    BEGINS_LARGE: bool
    is_one: Callable[[float], bool]


@cache
def catalogue(language: Language) -> Catalogue:
    return cast(Catalogue, import_module(f"{__name__}.{language}"))


class Sentence:
    """A code of the catalogues, and a value for each of its placeholders.

    Values are kept as JSON has them: what is no number, list, mapping or sentence is kept as its text.

    Raises:
        LookupError: there is no such code, or its placeholders are others.
    """

    def __init__(self, code: str, /, **values: object) -> None:
        if values.keys() != placeholders(code):
            raise LookupError(f"{code} has {sorted(placeholders(code))}, not {sorted(values)}")
        self.code = code
        self.values: Mapping[str, Any] = {name: _plain(each) for name, each in values.items()}

    @cached_property
    def english(self) -> str:
        return self.within(SOURCE)

    def within(self, language: Language, locale: Locale | None = None) -> str:
        """As a part of another: without a capital. locale: of numbers, and of days in figures, which else are ISO's."""
        words = catalogue(language)
        template = typeset(words.SENTENCES[self.code], language)
        return _filled(template, self.values, language, locale)

    def alone(self, language: Language, locale: Locale | None = None) -> str:
        """As that language begins a sentence."""
        said = self.within(language, locale)
        is_words = catalogue(language).BEGINS_LARGE and _begins_with_words(self, language)
        return said[:1].upper() + said[1:] if is_words else said

    def at(self, place: str | None) -> "Sentence":
        """With the path before it of what it is about."""
        return Sentence("said.at", place=place, said=self) if place else self

    @property
    def inner(self) -> "Sentence":
        """What `at` was called on; itself where it names no place."""
        return self.values["said"] if self.code == "said.at" else self

    @classmethod
    def listed(cls, sentences: "Sequence[Sentence]", code: str = "said.list") -> "Sentence":
        """One after the other; one alone is itself."""
        return cls(code, all=sentences) if len(sentences) > 1 else sentences[0]

    def as_json(self) -> dict[str, Any]:
        """`{"code": …, "values": {…}}`, from which `read` makes it again."""
        return {
            "code": self.code,
            "values": {name: _json(each) for name, each in self.values.items()},
        }

    def __str__(self) -> str:
        return self.english

    def __repr__(self) -> str:
        return f"<Sentence {self.code}: {self.english}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> str:
        return json.dumps(self.as_json(), sort_keys=True)


def read(kept: Mapping[str, Any] | None) -> Sentence | None:
    """What `as_json` gave; None for one of another release, whose code is no more or has other values."""
    try:
        return None if kept is None else remade(kept)
    except LookupError:
        return None


def remade(kept: Mapping[str, Any]) -> Sentence:
    """What `as_json` gave. Raises LookupError as a sentence does."""
    return Sentence(kept["code"], **{name: _value(each) for name, each in kept["values"].items()})


def text_of(said: Sentence | None) -> str | None:
    """English, as text columns have it."""
    return None if said is None else said.english[:MAX_TEXT]


def kept(said: Sentence | None, column: str) -> dict[str, Any]:
    """The values of a row's text column and of `said` beside it."""
    return {column: text_of(said), "said": None if said is None else said.as_json()}


@cache
def placeholders(code: str) -> frozenset[str]:
    """Raises LookupError if English has no such code."""
    template = catalogue(SOURCE).SENTENCES[code]
    return frozenset(name for _, name, _, _ in _PARSER.parse(template) if name is not None)


def own_text(english: str) -> Text | str:
    """A text of the platform's own as a value; as it is, where another release had words for it."""
    is_known = all(english in catalogue_of(language) for language in TRANSLATED)
    return Text(english) if is_known else english


def _plain(value: object) -> Any:
    """A value as JSON has it, lists as tuples; sentences stay."""
    if value is None or isinstance(value, bool | Sentence | Text):
        return value
    if isinstance(value, str):
        text = str(value)
        return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, Mapping):
        held = cast(Mapping[object, object], value)
        return {str(key): _plain(each) for key, each in held.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return tuple(_plain(each) for each in cast(Iterable[object], value))
    return _plain(str(value))


def _json(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value.as_json()
    if isinstance(value, Text):
        return {"text": value.en}
    if isinstance(value, tuple):
        return [_json(each) for each in cast(tuple[Any, ...], value)]
    if isinstance(value, Mapping):
        held = cast(Mapping[str, Any], value)
        return {"mapping": {key: _json(each) for key, each in held.items()}}
    # JSON of databases and of JavaScript has no infinity.
    return str(value) if isinstance(value, float) and not abs(value) < float("inf") else value


def _value(kept: Any) -> Any:
    if isinstance(kept, list):
        return [_value(each) for each in cast(list[Any], kept)]
    if isinstance(kept, Mapping):
        held = cast(Mapping[str, Any], kept)
        if "mapping" in held:
            return {key: _value(each) for key, each in held["mapping"].items()}
        if "text" in held:
            return own_text(held["text"])
        return remade(held)
    return kept


def _filled(
    template: str, values: Mapping[str, Any], language: Language, locale: Locale | None
) -> str:
    """Values are never read as templates."""
    pieces: list[str] = []
    for literal, name, form, conversion in _PARSER.parse(template):
        pieces.append(literal)
        if name is None:
            continue
        value = values[name]
        if "|" in (form or ""):
            one, many = str(form).split("|")
            chosen = one if catalogue(language).is_one(value) else many
            pieces.append(_filled(chosen, values, language, locale))
        elif conversion == "r":
            pieces.append(_shown(value, language))
        else:
            pieces.append(_told(value, form or "", language, locale))
    return "".join(pieces)


def _shown(value: Any, language: Language) -> str:
    """As Python shows it: text in quotes, a tuple as the list that was given."""
    if isinstance(value, Sentence | Text):
        return repr(value.within(language))
    return repr(list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value)


def _told(value: Any, form: str, language: Language, locale: Locale | None) -> str:
    words = catalogue(language)
    if isinstance(value, Sentence):
        return value.within(language, locale)
    if isinstance(value, Text):
        return value.within(language)
    if isinstance(value, tuple):
        told = [_told(each, "", language, locale) for each in cast(tuple[Any, ...], value)]
        return _joined(told, form, words)
    if form == "date":
        year, month, day = (int(part) for part in str(value).split("-"))
        parts: dict[str, Any] = {"day": day, "month": words.MONTHS[month - 1], "year": year}
        order = words.DATE if locale is None else locale.words.get(language, words.DATE)
        return _filled(order, parts, language, locale)
    if form == "day":
        return str(value) if locale is None else locale.moment(str(value))
    if form == "time":
        return str(value) if locale is None else locale.time(str(value))
    if form == "moment":
        day, _, time = str(value).partition(" ")
        if locale is not None:
            day, time = locale.moment(day), locale.time(time)
        return f"{day}{words.JOINTS['at']}{time}" if time else day
    if form == "month":
        return words.MONTHS[int(value) - 1]
    if form == "weekday":
        return words.WEEKDAYS[int(value)]
    if form and form != "exact" and isinstance(value, str):
        return value
    text = _exact(value) if form == "exact" else format(value, form)
    if form in (",", "g", "exact"):
        if locale is not None:
            return locale.grouped(text)
        signs = {",": words.THOUSANDS, ".": words.DECIMAL}
        return re.sub("[,.]", lambda sign: signs[sign[0]], text)
    return text


def _exact(value: Any) -> str:
    """In English; up to four digits stand together, as those of years do."""
    number = Decimal(str(value))
    if number and not _SMALLEST <= abs(number) < _LARGEST:
        return str(value)
    text = f"{number:,f}" if abs(number) >= _APART else f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _joined(told: Sequence[str], form: str, words: Catalogue) -> str:
    """`a, b and c`; what is no and nor or stands between all."""
    if form in ("and", "or") and len(told) > 2:
        told = [", ".join(told[:-1]), told[-1]]
    return words.JOINTS.get(form, ", ").join(told)


def _begins_with_words(sentence: Sentence, language: Language) -> bool:
    """And not with a name or value, whose letters are somebody else's."""
    template = catalogue(language).SENTENCES[sentence.code]
    literal, name, form, _ = next(iter(_PARSER.parse(template)))
    if literal or name is None or "|" in (form or ""):
        return True
    first = sentence.values[name]
    if isinstance(first, tuple) and first:
        first = cast(Any, first[0])
    return isinstance(first, Text) or (
        isinstance(first, Sentence) and _begins_with_words(first, language)
    )
