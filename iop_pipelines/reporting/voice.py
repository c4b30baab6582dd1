"""In which language a report speaks, and how it writes numbers and days."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from iop_pipelines.domain.languages import SOURCE, Language, Text
from iop_pipelines.domain.locales import LOCALES, Locale, own_locale
from iop_pipelines.domain.sentences import Sentence, catalogue, own_text
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Column, SourceState

# How the web app's catalogues call the words of IOP's own vocabularies that stand on pages.
_SEVERITIES = {
    "critical": Text("Critical"),
    "warning": Text("Warning"),
    "info": Text("Info"),
}
_CATEGORIES = {
    "anomaly": Text("Anomaly"),
    "trend": Text("Trend"),
    "optimisation": Text("Optimisation"),
    "forecast": Text("Forecast"),
}
_REVIEWS = {
    "open": Text("Open"),
    "accepted": Text("Accepted"),
    "dismissed": Text("Dismissed"),
}
_STATES = {
    "pending": Text("Pending"),
    "generating": Text("Generating"),
    "ready": Text("Ready"),
    "running": Text("Running"),
    "success": Text("Succeeded"),
    "failed": Text("Failed"),
    "superseded": Text("Superseded"),
}
_VOCABULARIES = {
    "severity": _SEVERITIES,
    "category": _CATEGORIES,
    "review_status": _REVIEWS,
    "execution_status": _STATES,
    "report_status": _STATES,
    "pipeline_status": _STATES,
}
_MONTHS = {each: "|".join(catalogue(each).MONTHS) for each in Language}
# A number before what it counts, or a day before its month.
_COUNTED = {
    language: re.compile(rf"(\d(?:er)?) (?=%|(?:points?|{_months})\b)")
    for language, _months in _MONTHS.items()
}


@dataclass(frozen=True)
class Voice:
    """locale: None writes days as ISO 8601 does, and numbers as English."""

    language: Language = SOURCE
    locale: Locale | None = None

    @classmethod
    def of(cls, config: QueryConfig) -> "Voice":
        language = config.language
        return cls(language, LOCALES[config.locale] if config.locale else own_locale(language))

    def say(self, english: str) -> str:
        """The platform's own words, by their English."""
        return Text(english).within(self.language)

    def tell(self, said: Sentence) -> str:
        """As a part of what stands there."""
        return said.within(self.language, self.locale)

    def alone(self, said: Sentence) -> str:
        return said.alone(self.language, self.locale)

    def unbroken(self, said: str) -> str:
        """With numbers that no end of a line parts from what they count, nor days from their months."""
        return _COUNTED[self.language].sub("\\1\u00a0", said)

    def label(self, column: Column) -> str:
        """IOP's own label in the language, and anybody else's as it was declared."""
        own = (column.translations or {}).get(self.language)
        return own["label"] if own else column.label

    def source(self, state: SourceState) -> str:
        """What a ledger of IOP's is called in the language, and a dataset as it was declared."""
        if state.source.startswith("dataset:"):
            return state.label
        own = own_text(state.label)
        return own if isinstance(own, str) else own.within(self.language)

    def word(self, value: str, column: Column) -> str:
        """A value of one of IOP's own vocabularies; English has them as they are stored."""
        own = _VOCABULARIES.get(column.vocabulary or "", {}).get(value)
        return value if own is None or self.language is SOURCE else own.within(self.language)

    def number(self, english: str) -> str:
        """As it is written in English, such as 1,234.5."""
        return english if self.locale is None else self.locale.grouped(english)

    def month(self, day: date) -> str:
        """Short, as at an axis."""
        return catalogue(self.language).SHORT_MONTHS[day.month - 1]

    def moment(self, value: datetime) -> str:
        """A midnight is a day."""
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return self.day(f"{value:%Y-%m-%d}" if is_day else f"{value:%Y-%m-%d %H:%M}")

    def day(self, iso: str) -> str:
        """A day or a moment as ISO 8601 writes it."""
        return iso if self.locale is None else self.locale.moment(iso)


ENGLISH = Voice()
