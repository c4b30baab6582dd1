"""The languages that the web app speaks.

What the platform writes into its tables and answers is English; where a text of its own is shown to
people, `translations` beside it has the same keys in the other languages. What somebody declared (a
dataset's labels, a model's name) is theirs and stands as it is in every language.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from typing_extensions import TypedDict

Language = Literal["en", "fr"]


@dataclass(frozen=True, slots=True)
class Text:
    """The platform's own words, a field a language: one that lacks its words does not begin."""

    en: str
    fr: str

    def within(self, language: Language) -> str:
        return typeset(getattr(self, language), language)


class Labelled(TypedDict):
    label: str


class LabelTranslations(TypedDict):
    """By language, besides English."""

    fr: Labelled


def typeset(text: str, language: Language) -> str:
    """With spaces that do not break where French has one before or after a sign."""
    if language == "en":
        return text
    return re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", text)


def translations(**texts: Text) -> dict[str, dict[str, str]]:
    """`translations` of a JSON object whose keys, these, hold the English."""
    return {
        language: {key: text.within(language) for key, text in texts.items()}
        for language in get_args(Language)
        if language != "en"
    }


def label_translations(text: Text) -> LabelTranslations:
    return {"fr": {"label": text.within("fr")}}
