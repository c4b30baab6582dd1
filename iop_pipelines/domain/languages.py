"""The languages that the web app speaks.

What the platform writes into its tables and answers is English; where a text of its own is shown to
people, `translations` beside it has the same keys in the other languages. What somebody declared (a
dataset's labels, a model's name) is theirs and stands as it is in every language.
"""

import re
from typing import Literal

from typing_extensions import TypedDict

Language = Literal["en", "fr"]


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
