"""Titles and texts: what happened, where, how much, since when, how sure, what to do.

What they say is here, how it is said in `phrases`, a module a language. They are made when they are written,
in every language, and read from there; `retelling` makes again those that are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language, typeset
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.recommendations.phrases import facts
from iop_pipelines.recommendations.phrases.amounts import Amounts, capitalise
from iop_pipelines.recommendations.phrases.kinds import Telling, telling_of

MAX_TITLE = 255


class Phrases(Protocol):
    """A module of `phrases`. Paragraphs that have nothing to say are empty."""

    @property
    def AMOUNTS(self) -> Amounts: ...
    @property
    def ACTIONS(self) -> facts.Actions: ...
    @property
    def TELLINGS(self) -> Mapping[str, Telling]: ...

    def headline(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def what_happened(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def how_often(self, category: Category, evidence: Evidence, count: int) -> str: ...
    def how_sure(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def slots(self, evidence: Evidence, seen: Seen) -> Mapping[str, str]: ...
    def also(self, headlines: Sequence[str], more: int) -> str: ...
    def what_to_do(self, actions: Sequence[str], owner: str | None) -> str: ...
    def grounds(self, evidence: Evidence) -> str: ...


@cache
def phrases_of(language: Language) -> Phrases:
    return cast(Phrases, import_module(f"iop_pipelines.recommendations.phrases.{language}"))


@dataclass(frozen=True)
class Wording:
    """What a recommendation says in a language.

    Attributes:
        title: at most 255 characters.
        description: plain text, a paragraph a line: the rationale, what to do and who, what it stands on.
        label: what the measure is called.
        rationale: why, a sentence or two each; actions: what to do.
    """

    title: str
    description: str
    label: str
    rationale: tuple[str, ...]
    actions: tuple[str, ...]


def write(
    category: Category, evidence: Evidence, count: int, language: Language = SOURCE
) -> Wording:
    """The words of a recommendation that `count` findings led to."""
    say = phrases_of(language)
    main = facts.main_of(category, evidence)
    title = typeset(capitalise(say.headline(category, evidence, main)), language)
    rationale = [
        typeset(each, language) for each in _rationale(category, evidence, count, say) if each
    ]
    telling = telling_of(main, say.TELLINGS)
    usual = telling.action if telling else say.ACTIONS.get((category, main.kind))
    action = evidence.action or typeset(usual or say.ACTIONS[category, None], language)
    what_to_do = typeset(say.what_to_do([action], evidence.owner), language)
    paragraphs = [*rationale, what_to_do, say.grounds(evidence)]
    return Wording(
        title=title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…",
        description="\n".join(each for each in paragraphs if each),
        label=facts.label_in(evidence, main, language),
        rationale=tuple(rationale),
        actions=(action,),
    )


def columns_of(category: Category, evidence: Evidence, count: int) -> dict[str, Any]:
    """The same as the columns of a row: in English, and in every language beside."""
    said = {language: write(category, evidence, count, language) for language in Language}
    return {
        "title": said[SOURCE].title,
        "description": said[SOURCE].description,
        "translations": {
            language.value: {
                "title": said[language].title,
                "description": said[language].description,
            }
            for language in TRANSLATED
        },
        "explanation": {
            language.value: {
                "label": each.label,
                "rationale": list(each.rationale),
                "actions": list(each.actions),
            }
            for language, each in said.items()
        },
    }


def _rationale(category: Category, evidence: Evidence, count: int, say: Phrases) -> tuple[str, ...]:
    main = facts.main_of(category, evidence)
    return (
        capitalise(say.what_happened(category, evidence, main)),
        _explained(main),
        say.how_often(category, evidence, count),
        say.how_sure(category, evidence, main),
        _also(category, evidence, say),
    )


def _explained(seen: Seen) -> str:
    """The rule's own words, which its author wrote for people."""
    return str(seen.details.get("message") or "")


def _also(category: Category, evidence: Evidence, say: Phrases) -> str:
    found, more = facts.others(evidence)
    if not found:
        return ""
    return say.also([say.headline(category, evidence, each) for each in found], more)
