"""How numbers and days are written where people live: on pages, and in a CSV that their spreadsheet reads.

Where a comma begins the decimals, a semicolon parts the columns; Excel expects so by the locale of its system. Signs
and orders are those of Unicode's CLDR 48, its short dates with two digits of day and month and four of the year.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

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
_DAY_FIRST = "{day}/{month}/{year}"


@dataclass(frozen=True)
class Locale:
    """`thousands` stands between every three digits before the decimals where there are `least` of them at least;
    `day`: a template of year, month and day."""

    label: Text
    decimal: str = ","
    thousands: str = "."
    day: str = _DAY_FIRST
    least: int = 4

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
            there = self.day.format(year=year, month=month, day=day)
            return there if found.end() == 10 else f"{there} "

        return _ISO_DAY.sub(told, text)


def _english(label: Text, day: str = _DAY_FIRST) -> Locale:
    return Locale(label, decimal=".", thousands=",", day=day)


def _french(label: Text) -> Locale:
    return Locale(label, thousands="\u202f")


LOCALES: Mapping[LocaleCode, Locale] = {
    "en-US": _english(Text("English (United States)"), "{month}/{day}/{year}"),
    "en-GB": _english(Text("English (United Kingdom)")),
    "en-GH": _english(Text("English (Ghana)")),
    "en-KE": _english(Text("English (Kenya)")),
    "en-NG": _english(Text("English (Nigeria)")),
    "fr-FR": _french(Text("French (France)")),
    "fr-CI": _french(Text("French (Côte d’Ivoire)")),
    "fr-CM": _french(Text("French (Cameroon)")),
    "fr-SN": _french(Text("French (Senegal)")),
    "de-DE": Locale(Text("German (Germany)"), day="{day}.{month}.{year}"),
    "es-ES": Locale(Text("Spanish (Spain)"), least=5),
    "it-IT": Locale(Text("Italian (Italy)"), least=5),
    "nl-NL": Locale(Text("Dutch (Netherlands)"), day="{day}-{month}-{year}"),
    "pt-BR": Locale(Text("Portuguese (Brazil)")),
    "pt-PT": Locale(Text("Portuguese (Portugal)"), thousands="\u00a0", least=5),
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
