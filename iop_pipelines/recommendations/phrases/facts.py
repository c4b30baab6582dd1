"""What evidence holds, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from iop_pipelines.domain.frequencies import STEPS, year_length
from iop_pipelines.domain.languages import SOURCE, Language
from iop_pipelines.domain.sentences import read
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.query.labels import Label
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.transform.versions import PIPELINE_RUNS

# What is usually done about a category, and of it about what a rule or the quality check calls so; None is for
# any other. What a runtime finds has its own at its kind.
Actions = Mapping[tuple[Category, str | None], str]

ALL_SERIES = "all"
QUALITY = "quality"
# Of deliveries: too many rows were refused, or preparing the rows failed.
REFUSED = "refused_delivery"
UNPREPARED = "failed_preparation"
OF_DELIVERIES = frozenset({REFUSED, UNPREPARED})
# What was expected and does not come: a delivery, a series in deliveries that do come, or most of a delivery's rows;
# what nobody expected: a series that never was; a value that no longer changes; and forecasts that became worse.
MISSING = "missing_delivery"
SILENT = "silent_series"
SHORT = "short_delivery"
NEW = "new_series"
FROZEN = "frozen_value"
WORSE = "worse_forecasts"
OF_EXPECTATIONS = frozenset({MISSING, SILENT, SHORT, NEW, FROZEN, WORSE})
# Kinds whose measure is IOP's own.
_OWN = (OF_EXPECTATIONS | OF_DELIVERIES | {QUALITY}) - {FROZEN}
_MAX_OTHERS = 5
_LEAST_STRETCHES = 2
# So long before or after, or the period beside, is still the same time.
_NEAR = timedelta(days=7)
_PLACES = {
    *("origin", "destination", "airport", "station", "site", "store", "place", "sensor"),
    *("location", "city", "state", "country", "region", "branch", "warehouse", "market"),
}


def is_of_pipelines(evidence: Evidence) -> bool:
    return evidence.dataset == PIPELINE_RUNS


def step_of(evidence: Evidence) -> str:
    """What the rows are, one after the other: its own, or without one `run` of DRM or `event`."""
    return evidence.freq or ("run" if is_of_pipelines(evidence) else "event")


def label_in(evidence: Evidence, seen: Seen, language: Language) -> str:
    """Measures of pipelines and of quality are IOP's own; others have their author's words in every language."""
    is_own = is_of_pipelines(evidence) or seen.kind in _OWN
    return Label.known(seen.label).within(language) if is_own else seen.label


def is_place(evidence: Evidence) -> bool:
    return bool(set(evidence.series_fields) & _PLACES)


def series_of(evidence: Evidence) -> str | None:
    """None where there is but one."""
    return None if evidence.series == ALL_SERIES else evidence.series.replace("/", ", ")


@dataclass(frozen=True, slots=True)
class Over:
    """An event that ended long before the data do that a model saw it in."""

    until: datetime
    data_end: datetime


def over_of(seen: Seen) -> Over | None:
    told = seen.details.get("over")
    if not isinstance(told, dict):
        return None
    moments = cast(dict[str, str], told)
    return Over(*(datetime.fromisoformat(moments[name]) for name in ("until", "data_end")))


def begun(evidence: Evidence) -> datetime | None:
    """When the event began, if that was before its worst."""
    since = min(evidence.peak.since, evidence.latest.since)
    return since if since != evidence.peak.ds else None


@dataclass(frozen=True, slots=True)
class Others:
    """What is told beside the main finding of a recommendation.

    Attributes:
        near: of its own time, or what it was if the worst is another; more: how many of these are not told.
        times: how often else the series was found wanting, between first and last.
    """

    near: list[Seen]
    more: int
    times: int
    first: datetime
    last: datetime


def others(category: Category, evidence: Evidence) -> Others:
    """What the latest execution found of a history is years apart: only what is near the main finding is part of it."""
    main, latest, peak = evidence.main(category), evidence.latest, evidence.peak
    found = list(evidence.also)
    if latest.source_ref != peak.source_ref and latest.kind != peak.kind:
        found.insert(0, latest)
    step = STEPS[evidence.freq] if evidence.freq else None
    before, after = main.since - _NEAR, main.ds + _NEAR
    if step:
        before, after = min(before, step.shift(main.since, -1)), max(after, step.shift(main.ds, 1))
    near = [each for each in found if each.since <= after and each.ds >= before]
    apart = [each for each in found if not (each.since <= after and each.ds >= before)]
    return Others(
        near[:_MAX_OTHERS],
        max(0, len(near) - _MAX_OTHERS),
        len(apart),
        min((each.since for each in apart), default=main.since),
        max((each.ds for each in apart), default=main.ds),
    )


def is_above(seen: Seen) -> bool:
    reference = seen.expected
    if reference is None:
        reference = seen.hi if seen.hi is not None else seen.lo
    return seen.value is not None and (reference is None or seen.value >= reference)


def outside(seen: Seen) -> float:
    """How far the value is above (or, negative, below) its band, in the measure's unit; 0 inside."""
    if seen.value is None:
        return 0.0
    if seen.hi is not None and seen.value > seen.hi:
        return seen.value - seen.hi
    if seen.lo is not None and seen.value < seen.lo:
        return seen.value - seen.lo
    return 0.0


def is_inside(seen: Seen) -> bool:
    """Of a band that is known, at least on one side."""
    is_known = seen.lo is not None or seen.hi is not None
    return is_known and seen.value is not None and outside(seen) == 0


def references(seen: Seen) -> list[float]:
    """What the value is told beside: its band, or what was expected."""
    band = [each for each in (seen.lo, seen.hi) if each is not None]
    return band or ([] if seen.expected is None else [seen.expected])


def is_rising(seen: Seen) -> bool:
    return (seen.value or 0) > 0


def is_below_limit(seen: Seen) -> bool:
    return seen.details.get("direction") == "below"


def limit_of(seen: Seen) -> float | None:
    return number(seen.details.get("limit"))


def horizon_of(seen: Seen) -> int | None:
    """In periods of the dataset."""
    horizon = number(seen.details.get("horizon"))
    return None if horizon is None else int(horizon)


def first_crossing(seen: Seen) -> datetime | None:
    """Where the first crossing is to be expected before the likeliest day."""
    first = seen.details.get("first_crossing")
    moment = datetime.fromisoformat(str(first)) if first else seen.ds
    return moment if moment < seen.ds else None


@dataclass(frozen=True, slots=True)
class Excess:
    """How far beyond the limit a series lies that crosses it; share: in per cent of the limit, None where that says
    nothing."""

    amount: float
    share: float | None


def excess_of(seen: Seen) -> Excess | None:
    amount, limit = number(seen.details.get("excess")), limit_of(seen)
    if not amount or limit is None:
        return None
    return Excess(amount, 100 * amount / limit if limit > 0 and seen.unit != "%" else None)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Of the past, each of so many periods as the horizon has, and how many of them crossed the limit."""

    count: int
    crossed: int
    periods: int


def stretches_of(seen: Seen) -> Stretches | None:
    """None of fewer than two, which say little."""
    count, crossed = (number(seen.details.get(f"stretches{of}")) for of in ("", "_crossed"))
    horizon = horizon_of(seen)
    if count is None or crossed is None or horizon is None or count < _LEAST_STRETCHES:
        return None
    return Stretches(int(count), int(crossed), horizon)


@dataclass(frozen=True, slots=True)
class Change:
    """The mean forecast over the horizon, beside that of as many periods so many periods before; share: in per cent,
    None where that says nothing."""

    ahead: float
    before: float
    periods: int
    is_year: bool
    share: float | None


def change_of(evidence: Evidence, seen: Seen) -> Change | None:
    told = seen.details.get("change")
    if not isinstance(told, dict) or evidence.freq is None:
        return None
    held = cast(dict[str, Any], told)
    ahead, before, periods = (number(held.get(name)) for name in ("ahead", "before", "periods"))
    if ahead is None or before is None or periods is None:
        return None
    share = 100 * (ahead / before - 1) if before > 0 and seen.unit != "%" else None
    return Change(ahead, before, int(periods), periods == year_length(evidence.freq), share)


def ends_of_line(seen: Seen) -> tuple[float, float] | None:
    """The first and last level of a trend's line."""
    start, end = (number(seen.details.get(name)) for name in ("start_level", "end_level"))
    return None if start is None or end is None else (start, end)


def p_value_of(seen: Seen, confidence: float) -> float:
    p_value = number(seen.details.get("p_value"))
    return 1 - confidence if p_value is None else p_value


def series_tested(seen: Seen) -> int:
    return int(number(seen.details.get("series_tested")) or 1)


def is_certain(seen: Seen) -> bool:
    """A rule compares figures that are known."""
    return "rule" in seen.details and seen.confidence is not None and seen.confidence >= 1


def is_flag(seen: Seen) -> bool:
    """A measure that is 0 or 1, of which an amount says nothing."""
    return seen.measure.startswith(("is_", "has_"))


def model_of(seen: Seen) -> str:
    """Of what is told of a model: its name and version."""
    return str(seen.details.get("model") or "")


def held_models(seen: Seen) -> list[str]:
    return list(seen.details.get("models", []))


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """The day of the calendar that accounts for a finding.

    Attributes:
        name: in the reader's language; of kinds that are no holiday or event, the kind.
        offset: 0 on the day itself, -1 the day before.
        is_new: it never came before in the data, so that what it does is not known.
    """

    kind: str
    name: str
    offset: int
    is_new: bool


def special_day_of(seen: Seen, language: Language) -> SpecialDay | None:
    """None where the calendar has nothing to do with it."""
    return _day_in(seen.details.get("calendar"), language)


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What the calendar explains of a value; it is part of what was expected. amount: in the measure's unit."""

    day: SpecialDay
    amount: float


def taken_off_of(seen: Seen, language: Language) -> TakenOff | None:
    """None where the calendar explains nothing, and where the finding is told as the calendar's."""
    told = seen.details.get("taken_off")
    day = None if "calendar" in seen.details else _day_in(told, language)
    if day is None:
        return None
    amount = number(cast(dict[str, Any], told).get("amount"))
    return None if not amount else TakenOff(day, amount)


@dataclass(frozen=True, slots=True)
class Unusual:
    """How seldom a row is, beside those before it.

    Attributes:
        judged: rows before that were judged; as_strange: those of them that were as seldom.
        once_in: periods in which chance gives one; None where fewer were judged, for then nobody has seen as many.
        share: how far the value is from what was expected, in per cent of that; None where that says nothing.
    """

    judged: int
    as_strange: int
    once_in: float | None
    share: float | None


def unusual_of(seen: Seen) -> Unusual | None:
    judged, as_strange, chance = (
        number(seen.details.get(name)) for name in ("judged", "as_strange", "chance")
    )
    if not judged or as_strange is None:
        return None
    is_known = chance is not None and chance * judged >= 1
    share = None
    if seen.value is not None and seen.expected and seen.expected > 0 and seen.unit != "%":
        share = 100 * (seen.value / seen.expected - 1)
    return Unusual(int(judged), int(as_strange), 1 / chance if is_known and chance else None, share)


@dataclass(frozen=True, slots=True)
class Related:
    """Other series in which the same execution found something at the same time; names: the first few."""

    names: list[str]
    count: int


def related_of(seen: Seen) -> Related | None:
    told = seen.details.get("related")
    if not isinstance(told, dict):
        return None
    held = cast(dict[str, Any], told)
    names = [str(each).replace("/", ", ") for each in held["series"]]
    return Related(names, int(held["count"]))


@dataclass(frozen=True, slots=True)
class Refused:
    """Rows of the delivery that no model saw, of all that it brought."""

    rows: int
    of: int


def refused_of(seen: Seen) -> Refused | None:
    told = seen.details.get("refused")
    if not isinstance(told, dict):
        return None
    held = cast(dict[str, int], told)
    return Refused(int(held["rows"]), int(held["of"]))


def _day_in(told: object, language: Language) -> SpecialDay | None:
    if not isinstance(told, dict):
        return None
    day = cast(dict[str, Any], told)
    names = cast(dict[str, str], day.get("names") or {})
    name = names.get(language.value) or names.get(SOURCE.value) or ""
    return SpecialDay(str(day.get("kind")), name, int(day.get("offset") or 0), not day.get("times"))


def weakest_component(seen: Seen) -> tuple[str, float] | None:
    components = seen.details.get("components", {})
    if not components:
        return None
    name = min(components, key=lambda each: components[each])
    return name, components[name]


def reason_in(seen: Seen, language: Language) -> str:
    """Why a delivery was not prepared, as that language begins a sentence."""
    said = read(seen.details.get("said"))
    return said.alone(language) if said else str(seen.details.get("why") or "")


def number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
