"""Labels of columns in every language: those of IOP's own sources, and what is made of others."""

from collections.abc import Mapping
from dataclasses import dataclass

from iop_pipelines.domain.frequencies import BUCKETS, Bucket
from iop_pipelines.domain.languages import (
    TRANSLATED,
    Labelled,
    LabelTranslations,
    Language,
    Text,
    catalogue_of,
)
from iop_pipelines.domain.periods import Earlier


@dataclass(frozen=True)
class Label:
    """`others` has every language besides English; the English where somebody else than IOP chose the words."""

    en: str
    others: Mapping[Language, str]

    @classmethod
    def given(cls, text: str) -> "Label":
        return cls(text, dict.fromkeys(TRANSLATED, text))

    @classmethod
    def own(cls, text: str) -> "Label":
        """Raises KeyError for a text that a language has no words for."""
        return cls(text, {language: Text(text).within(language) for language in TRANSLATED})

    @classmethod
    def known(cls, text: str) -> "Label":
        """Of a text that an earlier or later release may have stored."""
        return cls(text, {each: catalogue_of(each).get(text, text) for each in TRANSLATED})

    @classmethod
    def told(cls, text: str, translations: LabelTranslations | None) -> "Label":
        """Of a column as it is answered."""
        others = translations or {}
        return cls(
            text, {each: others.get(each, Labelled(label=text))["label"] for each in TRANSLATED}
        )

    def within(self, language: Language) -> str:
        return self.others.get(language, self.en)

    @property
    def translations(self) -> LabelTranslations | None:
        """None for what is the same in all."""
        if set(self.others.values()) <= {self.en}:
            return None
        return {language: {"label": text} for language, text in self.others.items()}

    def by(self, bucket: Bucket) -> "Label":
        """`Started (UTC), by week`; a day says nothing that its dates do not."""
        by = BUCKETS[bucket].by
        return self if by is None else self._in(by)

    def aggregated(self, aggregate: str) -> "Label":
        """`Highest duration`; sum, mean, min or max."""
        return self._in(AGGREGATES[aggregate])

    def earlier(self, how: Earlier) -> "Label":
        return self._in(BEFORE[how])

    def _in(self, frame: Text) -> "Label":
        def said(text: str, label: str) -> str:
            return text.format(label=label, inside=label.lower())

        others = {each: said(frame.within(each), text) for each, text in self.others.items()}
        return Label(said(frame.en, self.en), others)


# `inside` is the label in lower case.
AGGREGATES: Mapping[str, Text] = {
    "sum": Text("Total {inside}"),
    "mean": Text("Mean {inside}"),
    "min": Text("Lowest {inside}"),
    "max": Text("Highest {inside}"),
}
BEFORE: Mapping[Earlier, Text] = {
    "previous_period": Text("{label}, before"),
    "same_period_last_year": Text("{label}, a year before"),
}
