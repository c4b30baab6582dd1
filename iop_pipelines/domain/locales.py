"""How numbers are written where people live: what decides whether their spreadsheet reads a CSV.

Where a comma begins the decimals, a semicolon parts the columns; Excel expects so by the locale of its system.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from iop_pipelines.domain.languages import SOURCE, Language, Text

LocaleCode = Literal[
    "en-US", "en-GB", "fr-FR", "de-DE", "es-ES", "it-IT", "nl-NL", "pt-BR", "pt-PT"
]


@dataclass(frozen=True)
class Locale:
    label: Text
    has_decimal_comma: bool = True

    @property
    def separator(self) -> str:
        return ";" if self.has_decimal_comma else ","

    def number(self, plain: str) -> str:
        """A number without thousands separators, such as -1234.5."""
        return plain.replace(".", ",") if self.has_decimal_comma else plain


LOCALES: Mapping[LocaleCode, Locale] = {
    "en-US": Locale(Text("English (United States)"), has_decimal_comma=False),
    "en-GB": Locale(Text("English (United Kingdom)"), has_decimal_comma=False),
    "fr-FR": Locale(Text("French (France)")),
    "de-DE": Locale(Text("German (Germany)")),
    "es-ES": Locale(Text("Spanish (Spain)")),
    "it-IT": Locale(Text("Italian (Italy)")),
    "nl-NL": Locale(Text("Dutch (Netherlands)")),
    "pt-BR": Locale(Text("Portuguese (Brazil)")),
    "pt-PT": Locale(Text("Portuguese (Portugal)")),
}


def language_of(code: LocaleCode) -> Language:
    """That of labels: the locale's, where the platform speaks it."""
    spoken = code.partition("-")[0]
    return Language(spoken) if spoken in set(Language) else SOURCE
