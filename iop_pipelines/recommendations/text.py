"""Titles and texts: what happened, where, how much, since when, how sure, what to do.

What they say is here, how it is said in `phrases`, a module a language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from iop_pipelines.domain.languages import Language, typeset
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.recommendations.phrases import english, facts, french
from iop_pipelines.recommendations.phrases.amounts import capitalise
from iop_pipelines.recommendations.phrases.kinds import telling_of

MAX_TITLE = 255


class Phrases(Protocol):
    """A language. Paragraphs that have nothing to say are empty."""

    @property
    def ACTIONS(self) -> facts.Actions: ...

    def headline(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def what_happened(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def how_often(self, category: Category, evidence: Evidence, count: int) -> str: ...
    def how_sure(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def also(self, headlines: Sequence[str], more: int) -> str: ...
    def what_to_do(self, actions: Sequence[str], owner: str | None) -> str: ...
    def grounds(self, evidence: Evidence) -> str: ...


_PHRASES: dict[Language, Phrases] = {"en": english, "fr": french}


@dataclass(frozen=True)
class Wording:
    """`title` has at most 255 characters; `description` is plain text, a paragraph a line."""

    title: str
    description: str


@dataclass(frozen=True)
class Explanation:
    """What a recommendation says, in its parts: why, a sentence or two each, and what to do."""

    rationale: tuple[str, ...]
    actions: tuple[str, ...]
    owner: str | None
    grounds: str


def explain(
    category: Category, evidence: Evidence, count: int, language: Language = "en"
) -> Explanation:
    """The parts of the text of a recommendation that `count` findings led to."""
    say = _PHRASES[language]
    main = facts.main_of(category, evidence)
    paragraphs = [
        capitalise(say.what_happened(category, evidence, main)),
        *(_explained(main)),
        say.how_often(category, evidence, count),
        say.how_sure(category, evidence, main),
        _also(category, evidence, say),
    ]
    telling = telling_of(main, language)
    usual = telling.action if telling else say.ACTIONS.get((category, main.kind))
    usual = usual or say.ACTIONS[category, None]
    return Explanation(
        rationale=tuple(typeset(each, language) for each in paragraphs if each),
        actions=(evidence.action or typeset(usual, language),),
        owner=evidence.owner,
        grounds=say.grounds(evidence),
    )


def write(category: Category, evidence: Evidence, count: int, language: Language = "en") -> Wording:
    """The words of a recommendation that `count` findings led to."""
    say = _PHRASES[language]
    main = facts.main_of(category, evidence)
    title = typeset(capitalise(say.headline(category, evidence, main)), language)
    told = explain(category, evidence, count, language)
    what_to_do = typeset(say.what_to_do(told.actions, told.owner), language)
    paragraphs = [*told.rationale, what_to_do, told.grounds]
    short = title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
    return Wording(short, "\n".join(each for each in paragraphs if each))


def columns_of(category: Category, evidence: Evidence, count: int) -> dict[str, Any]:
    """The same as the columns of a row: in English, and its translations beside."""
    wording = write(category, evidence, count)
    french_wording = write(category, evidence, count, "fr")
    return {
        "title": wording.title,
        "description": wording.description,
        "translations": {
            "fr": {"title": french_wording.title, "description": french_wording.description}
        },
    }


def _explained(seen: Seen) -> list[str]:
    """The rule's own words, which its author wrote for people."""
    message = seen.details.get("message")
    return [str(message)] if message else []


def _also(category: Category, evidence: Evidence, say: Phrases) -> str:
    found, more = facts.others(evidence)
    if not found:
        return ""
    return say.also([say.headline(category, evidence, each) for each in found], more)
