"""Titles and texts: what happened, where, how much, since when, how sure, what to do.

What they say is here, how it is said in `phrases`, a module a language. They are made when they are written,
in every language, and read from there; `retelling` makes again those that are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language, Text, typeset
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.recommendations.phrases import facts
from iop_pipelines.recommendations.phrases.amounts import Amounts, capitalise
from iop_pipelines.runtimes.catalogue import FINDING_KINDS, Telling

MAX_TITLE = 255


class Phrases(Protocol):
    """A module of `phrases`. Paragraphs that have nothing to say are empty.

    `headline` and `what_happened` are for what no kind of the catalogue tells; those of a `day` for what the calendar
    accounts for, of whatever kind; `sure` of `how_sure` is said.
    """

    @property
    def AMOUNTS(self) -> Amounts: ...
    @property
    def ACTIONS(self) -> facts.Actions: ...

    def headline(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def what_happened(self, category: Category, evidence: Evidence, seen: Seen) -> str: ...
    def day_headline(self, evidence: Evidence, seen: Seen, day: facts.SpecialDay) -> str: ...
    def day_happened(self, evidence: Evidence, seen: Seen, day: facts.SpecialDay) -> str: ...
    def day_action(self, day: facts.SpecialDay) -> str: ...
    def is_over(self, evidence: Evidence, over: facts.Over) -> str: ...
    def over_action(self) -> str: ...
    def how_often(self, category: Category, evidence: Evidence, count: int) -> str: ...
    def how_sure(self, evidence: Evidence, seen: Seen, sure: str) -> str: ...
    def slots(self, evidence: Evidence, seen: Seen) -> Mapping[str, str]: ...
    def how_unusual(self, evidence: Evidence, unusual: facts.Unusual) -> str: ...
    def taken_off(self, seen: Seen, off: facts.TakenOff) -> str: ...
    def at_once(self, related: facts.Related) -> str: ...
    def refused(self, refused: facts.Refused) -> str: ...
    def also(self, headlines: Sequence[str], more: int) -> str: ...
    def at_other_times(self, evidence: Evidence, others: facts.Others) -> str: ...
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
    main = evidence.main(category)
    title = typeset(capitalise(_headline(category, evidence, main, language)), language)
    rationale = [
        typeset(each, language) for each in _rationale(category, evidence, count, language) if each
    ]
    # What its author wants done about the unusual is not about a day that explains itself, nor about what is over.
    is_settled = facts.special_day_of(main, language) or facts.over_of(main)
    own = None if is_settled else evidence.action
    action = own or typeset(_usual_action(category, main, language), language)
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


def telling_of(seen: Seen) -> Telling | None:
    """None for a kind that a rule named, though it be one of ours, and for one of a later release."""
    kind = None if "rule" in seen.details else FINDING_KINDS.get(seen.kind)
    return None if kind is None else kind.telling


def _filled(template: Text, evidence: Evidence, seen: Seen, language: Language) -> str:
    return template.within(language).format_map(phrases_of(language).slots(evidence, seen))


def _headline(category: Category, evidence: Evidence, seen: Seen, language: Language) -> str:
    if day := facts.special_day_of(seen, language):
        return phrases_of(language).day_headline(evidence, seen, day)
    if telling := telling_of(seen):
        return _filled(telling.headline, evidence, seen, language)
    return phrases_of(language).headline(category, evidence, seen)


def _what_happened(category: Category, evidence: Evidence, seen: Seen, language: Language) -> str:
    if day := facts.special_day_of(seen, language):
        return phrases_of(language).day_happened(evidence, seen, day)
    if telling := telling_of(seen):
        return _filled(telling.happened, evidence, seen, language)
    return phrases_of(language).what_happened(category, evidence, seen)


def _how_sure(evidence: Evidence, seen: Seen, language: Language) -> str:
    say, telling = phrases_of(language), telling_of(seen)
    if telling and telling.sure:
        return say.how_sure(evidence, seen, _filled(telling.sure, evidence, seen, language))
    return say.how_sure(evidence, seen, say.slots(evidence, seen)["certainty"])


def _usual_action(category: Category, seen: Seen, language: Language) -> str:
    if day := facts.special_day_of(seen, language):
        return phrases_of(language).day_action(day)
    if facts.over_of(seen):
        return phrases_of(language).over_action()
    actions, telling = phrases_of(language).ACTIONS, telling_of(seen)
    if telling:
        return telling.action.within(language) if telling.action else actions[category, None]
    return actions.get((category, seen.kind)) or actions[category, None]


def _rationale(
    category: Category, evidence: Evidence, count: int, language: Language
) -> tuple[str, ...]:
    main = evidence.main(category)
    return (
        capitalise(_what_happened(category, evidence, main, language)),
        _explained(main),
        phrases_of(language).how_often(category, evidence, count),
        _over(evidence, main, language),
        _unusual(evidence, main, language),
        _how_sure(evidence, main, language),
        _also(category, evidence, language),
    )


def _explained(seen: Seen) -> str:
    """The rule's own words, which its author wrote for people."""
    return str(seen.details.get("message") or "")


def _unusual(evidence: Evidence, seen: Seen, language: Language) -> str:
    """What else there is to know of an event: how seldom it is, what the calendar explains, what happened with it, and
    what the data lacked."""
    say = phrases_of(language)
    unusual, off = facts.unusual_of(seen), facts.taken_off_of(seen, language)
    related, refused = facts.related_of(seen), facts.refused_of(seen)
    parts = [
        "" if unusual is None else say.how_unusual(evidence, unusual),
        "" if off is None else say.taken_off(seen, off),
        "" if related is None else say.at_once(related),
        "" if refused is None else say.refused(refused),
    ]
    return " ".join(filter(None, parts))


def _over(evidence: Evidence, seen: Seen, language: Language) -> str:
    over = facts.over_of(seen)
    return "" if over is None else phrases_of(language).is_over(evidence, over)


def _also(category: Category, evidence: Evidence, language: Language) -> str:
    say, others = phrases_of(language), facts.others(category, evidence)
    told = [_headline(category, evidence, each, language) for each in others.near]
    parts = [say.also(told, others.more) if told else "", say.at_other_times(evidence, others)]
    return " ".join(filter(None, parts))
