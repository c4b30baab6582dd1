"""The languages that people read: one list, which all else goes through.

What the platform writes into its tables and answers is English; where a text of its own is shown to
people, `translations` beside it has the same keys in the other languages. What somebody declared (a
dataset's labels, a model's name) is theirs and stands as it is in every language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any, Literal, TypeAlias, TypeVar

from typing_extensions import TypedDict

T = TypeVar("T")

_CATALOGUES = "iop_pipelines.domain.sentences"


class Language(StrEnum):
    """English, in which everything is written, and the languages that it is translated to."""

    # Its code, its own name, its direction, and the signs before and after which a space does not break.
    EN = "en", "English", "ltr", "", ""
    FR = "fr", "Français", "ltr", ":;?!»", "«"

    own_name: str
    direction: Literal["ltr", "rtl"]
    spaced_before: str
    spaced_after: str

    def __new__(
        cls, code: str, own_name: str, direction: Literal["ltr", "rtl"], *spaced: str
    ) -> "Language":
        self = str.__new__(cls, code)
        self._value_ = code
        self.own_name, self.direction = own_name, direction
        self.spaced_before, self.spaced_after = spaced
        return self


SOURCE = Language.EN
# Those that texts are translated to.
TRANSLATED = tuple(each for each in Language if each is not SOURCE)


@dataclass(frozen=True, slots=True)
class Text:
    """The platform's own words, in the English by which the catalogues of other languages have theirs."""

    en: str

    def within(self, language: Language) -> str:
        """Raises KeyError where the language has no words for it."""
        if language is SOURCE:
            return self.en
        texts = catalogue_of(language)
        if self.en not in texts:
            raise KeyError(f"{_CATALOGUES}.{language} has no words for {self.en!r}")
        return typeset(texts[self.en], language)


class Labelled(TypedDict):
    label: str


# By language besides English, as far as there are any.
LabelTranslations: TypeAlias = dict[Language, Labelled]


@cache
def catalogue_of(language: Language) -> Mapping[str, str]:
    """The words of a language besides English, by the English."""
    return import_module(f"{_CATALOGUES}.{language}").TEXTS


def accepted_language(header: str) -> Language:
    """The first language of an `Accept-Language` that is one of ours, English where none is."""
    asked = (each.partition(";")[0].strip().lower()[:2] for each in header.split(","))
    known = {each.value: each for each in Language}
    return next((known[code] for code in asked if code in known), SOURCE)


def spoken(stored: Mapping[Any, T] | None) -> dict[Language, T] | None:
    """Of stored translations those of languages that this release has."""
    if stored is None:
        return None
    return {each: stored[each] for each in Language if each in stored}


def typeset(text: str, language: Language) -> str:
    """With spaces that do not break where the language has one before or after a sign."""
    for sign in language.spaced_before:
        text = text.replace(f" {sign}", f"\u00a0{sign}")
    for sign in language.spaced_after:
        text = text.replace(f"{sign} ", f"{sign}\u00a0")
    return text


def translations(**texts: Text) -> dict[Language, dict[str, str]]:
    """`translations` of a JSON object whose keys, these, hold the English."""
    return {
        language: {key: text.within(language) for key, text in texts.items()}
        for language in TRANSLATED
    }


def label_translations(text: Text) -> LabelTranslations:
    return {language: {"label": text.within(language)} for language in TRANSLATED}
