"""How numbers, days and times are written where people live, and with which day their weeks begin: on pages, and in a
CSV that their spreadsheet reads.

Where a comma begins the decimals, a semicolon parts the columns; Excel expects so by the locale of its system. Signs,
orders, hours and first days of weeks are those of Unicode's CLDR 48, its short dates with two digits of day and month
and four of the year. The tests compare them with the CLDR that the machine's Node has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from iop_pipelines.domain.languages import SOURCE, Language, Text

# fmt: off
LocaleCode = Literal[
    "en-US", "en-GB", "en-GH", "en-KE", "en-NG", "fr-FR", "fr-CI", "fr-CM", "fr-SN",
    "de-DE", "es-ES", "it-IT", "nl-NL", "pt-BR", "pt-PT",
]
# fmt: on
# Where people are, by ISO 3166: those of the locales above whose language the platform speaks.
Region = Literal["US", "GB", "GH", "KE", "NG", "FR", "CI", "CM", "SN"]
REGIONS: tuple[Region, ...] = get_args(Region)
_ISO_DAY = re.compile(r"\A(\d{4})-(\d{2})-(\d{2})(?:\Z|[ T])")
_TIME = re.compile(r"\A(\d{2})(:\d{2}.*)\Z")
_DAY_FIRST = "{day}/{month}/{year}"
_SUNDAY = 6


@dataclass(frozen=True)
class Locale:
    """`thousands` stands between every three digits before the decimals where there are `least` of them at least;
    `day`: a template of year, month and day; `words`: the same with the month's name, in languages that have another
    order of their own. `halves` are the words of the two halves of a day where hours are counted to twelve.
    `first_weekday`: of a week, 0 for Monday.
    """

    label: Text
    decimal: str = ","
    thousands: str = "."
    day: str = _DAY_FIRST
    least: int = 4
    words: Mapping[Language, str] = field(default_factory=dict[Language, str])
    halves: tuple[str, str] | None = None
    first_weekday: int = 0

    @property
    def has_decimal_comma(self) -> bool:
        return self.decimal == ","

    @property
    def separator(self) -> str:
        return ";" if self.has_decimal_comma else ","

    def number(self, plain: str) -> str:
        """A number without thousands separators, such as -1234.5."""
        return plain.replace(".", self.decimal)

    def grouped(self, text: str) -> str:
        """A number as English writes it, such as 1,234.5."""
        whole = text.partition(".")[0]
        apart = self.thousands if sum(map(str.isdigit, whole)) >= self.least else ""
        signs = {",": apart, ".": self.decimal}
        return re.sub("[,.]", lambda sign: signs[sign[0]], text)

    def moment(self, text: str) -> str:
        """A day or a moment in ISO 8601; what else it is stays what it is."""

        def told(found: re.Match[str]) -> str:
            year, month, day = found.groups()
            return self.day.format(year=year, month=month, day=day)

        day = _ISO_DAY.match(text)
        if day is None:
            return text
        rest = text[day.end() :]
        return f"{told(day)} {self.time(rest)}" if rest else told(day)

    def time(self, text: str) -> str:
        """A time of day in ISO 8601, such as 14:05 or 14:05:30; what else it is stays what it is."""
        found = _TIME.match(text)
        if found is None or self.halves is None:
            return text
        hour = int(found[1])
        return f"{(hour - 1) % 12 + 1}{found[2]}\u202f{self.halves[hour // 12]}"


def _english(label: Text, **there: Any) -> Locale:
    return Locale(label, decimal=".", thousands=",", **there)


def _french(label: Text) -> Locale:
    return Locale(label, thousands="\u202f")


LOCALES: Mapping[LocaleCode, Locale] = {
    "en-US": _english(
        Text("English (United States)"),
        day="{month}/{day}/{year}",
        words={Language.EN: "{month} {day}, {year}"},
        halves=("AM", "PM"),
        first_weekday=_SUNDAY,
    ),
    "en-GB": _english(Text("English (United Kingdom)")),
    "en-GH": _english(Text("English (Ghana)"), halves=("am", "pm")),
    "en-KE": _english(Text("English (Kenya)"), first_weekday=_SUNDAY),
    "en-NG": _english(Text("English (Nigeria)")),
    "fr-FR": _french(Text("French (France)")),
    "fr-CI": _french(Text("French (Côte d’Ivoire)")),
    "fr-CM": _french(Text("French (Cameroon)")),
    "fr-SN": _french(Text("French (Senegal)")),
    "de-DE": Locale(Text("German (Germany)"), day="{day}.{month}.{year}"),
    "es-ES": Locale(Text("Spanish (Spain)"), least=5),
    "it-IT": Locale(Text("Italian (Italy)"), least=5),
    "nl-NL": Locale(Text("Dutch (Netherlands)"), day="{day}-{month}-{year}"),
    "pt-BR": Locale(Text("Portuguese (Brazil)"), first_weekday=_SUNDAY),
    "pt-PT": Locale(
        Text("Portuguese (Portugal)"), thousands="\u00a0", least=5, first_weekday=_SUNDAY
    ),
}


def language_of(code: LocaleCode) -> Language:
    """That of labels: the locale's, where the platform speaks it."""
    spoken = code.partition("-")[0]
    return Language(spoken) if spoken in set(Language) else SOURCE


def own_locale(language: Language) -> Locale | None:
    """Of a page that names none: ISO days and English numbers in English, else the first of the language's."""
    if language is SOURCE:
        return None
    return next((each for code, each in LOCALES.items() if language_of(code) is language), None)


def region_of(code: LocaleCode) -> Region | None:
    """None of a place where nobody who uses the platform is known to be."""
    return next((each for each in REGIONS if code.endswith(f"-{each}")), None)


def locale_in(language: Language, region: Region | None) -> LocaleCode | None:
    """How the language is written there; None where it is not spoken there, or nobody said where."""
    return next((each for each in LOCALES if each == f"{language}-{region}"), None)


def first_weekday_in(region: Region) -> int:
    """Of weeks, whichever language is spoken: 0 for Monday."""
    return next(each.first_weekday for code, each in LOCALES.items() if code.endswith(f"-{region}"))
