"""What the platform itself said, in the other languages: `translations` of answers."""

from typing import Any

from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.domain.sentences import Sentence, read


def translations_of(said: Sentence, key: str) -> dict[Language, dict[str, str]]:
    """By language, besides English: `key` is that of the English text that they stand beside."""
    return {language: {key: said.alone(language)} for language in TRANSLATED}


def translated(row: dict[str, Any], key: str) -> dict[str, Any]:
    """A row whose column `said` is what its text `key` says: `translations` instead, None where nobody knows."""
    columns = dict(row)
    said = read(columns.pop("said"))
    return {**columns, "translations": None if said is None else translations_of(said, key)}
