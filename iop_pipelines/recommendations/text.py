"""The catalogue of titles and texts: what happened, where, how much, since when, how sure, what to do."""

from dataclasses import dataclass
from datetime import datetime

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.recommendations.wording import (
    capitalise,
    plural,
    say_amount,
    say_band,
    say_certainty,
    say_chance,
    say_day,
    say_name,
    say_number,
    say_percent,
)
from iop_pipelines.transform.versions import PIPELINE_RUNS

MAX_TITLE = 255
ALL_SERIES = "all"
QUALITY = "quality"
_MAX_OTHERS = 5

_PLACES = {
    *("origin", "destination", "airport", "station", "site", "store", "place", "sensor"),
    *("location", "city", "state", "country", "region", "branch", "warehouse", "market"),
}
_PERIOD = {"h": "hour", "D": "day", "W": "week", "MS": "month", None: "run"}

_DEFAULT_ACTIONS = {
    (Category.ANOMALY, None): "Find out what changed on that day, and whether it will come back.",
    (Category.ANOMALY, "outlier"): (
        "Look at the measures together: each may be in its own range and the mix still be new."
    ),
    (Category.TREND, None): "Look for what drives it before it reaches a limit that matters.",
    (Category.TREND, "change_point"): (
        "Confirm that the change was meant; plans and limits made before it no longer fit."
    ),
    (Category.FORECAST, None): "Prepare for it now, or change what leads to it.",
    (Category.OPTIMISATION, None): "Look at the pipeline's latest runs in DRM and mend the cause.",
    (Category.OPTIMISATION, "slow"): (
        "Look for more rows, a slower source or a missing index since the runs became slower."
    ),
    (Category.OPTIMISATION, "failing"): (
        "Read the runs' errors in DRM, mend the cause, and have the missing windows delivered again."
    ),
    (Category.OPTIMISATION, "late"): (
        "Start the pipeline earlier or make it faster; reports and models wait for its data."
    ),
    (Category.OPTIMISATION, "wasteful"): (
        "Skip a run whose source has not changed: it delivered what was there already."
    ),
    (Category.OPTIMISATION, QUALITY): (
        "Have DRM mend and deliver the window again; the models then run by themselves."
    ),
}


# What the confidence of an anomaly is a share of.
_SHARES = {"residual": "kept to their range", "outlier": "were less unusual"}


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


def explain(category: Category, evidence: Evidence, count: int) -> Explanation:
    """The parts of the text of a recommendation that `count` findings led to."""
    main = _main(category, evidence)
    paragraphs = [
        capitalise(_what_happened(category, evidence, main)),
        *(_explained(main)),
        _how_often(category, evidence, count),
        _how_sure(category, evidence, main),
        *_also(category, evidence),
    ]
    return Explanation(
        rationale=tuple(each for each in paragraphs if each),
        actions=(evidence.action or default_action(category, main.kind),),
        owner=evidence.owner,
        grounds=_grounds(evidence),
    )


def _main(category: Category, evidence: Evidence) -> Seen:
    """An event is worth its worst; a statement about what goes on is worth its last."""
    is_statement = category in (Category.TREND, Category.FORECAST)
    return evidence.latest if is_statement else evidence.peak


def write(category: Category, evidence: Evidence, count: int) -> Wording:
    """The words of a recommendation that `count` findings led to."""
    what = _headline(category, evidence, _main(category, evidence))
    told = explain(category, evidence, count)
    paragraphs = [
        *told.rationale,
        f"What to do: {' '.join(told.actions)}" + (f" Owner: {told.owner}." if told.owner else ""),
        told.grounds,
    ]
    title = capitalise(what)
    short = title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
    return Wording(short, "\n".join(each for each in paragraphs if each))


def default_action(category: Category, kind: str) -> str:
    """What is usually done about such a finding, where its model does not say."""
    return _DEFAULT_ACTIONS.get((category, kind)) or _DEFAULT_ACTIONS[category, None]


def _headline(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day = _where(evidence), _day(evidence, seen)
    amount, band = say_amount(seen.value, seen.unit), _band(seen)
    expected = f" (expected {band})" if band else ""
    match category, seen.kind:
        case Category.OPTIMISATION, "quality":
            held = plural(len(seen.details.get("models", [])), "model")
            return (
                f"Data quality of {evidence.dataset} is {say_number(seen.value or 0)} of 100 "
                f"on {day}: {held} held back"
            )
        case Category.OPTIMISATION, kind if evidence.dataset == PIPELINE_RUNS:
            said = f": {_inside(seen.label)} {amount}{expected}" if not _is_flag(seen) else ""
            return f"Pipeline {evidence.series} is {say_name(kind)}{said}, {day}"
        case Category.FORECAST, _:
            limit = seen.details.get("limit")
            side = "below" if _is_below_limit(seen) else "above"
            beyond = (
                f"{side} {say_amount(_number(limit), seen.unit)}" if limit is not None else "off"
            )
            sure = (
                f"{say_percent(seen.confidence)} probable, " if seen.confidence is not None else ""
            )
            within = _within(evidence, seen)
            return f"{seen.label}{where} forecast {beyond} {within}: {sure}most likely on {day}"
        case Category.TREND, "change_point":
            before = say_amount(seen.expected, seen.unit)
            way = "up" if _is_above(seen) else "down"
            since = say_day(seen.since)
            return f"{seen.label}{where} stepped {way} from {_bare(before, amount)} to {amount} on {since}"
        case Category.TREND, _:
            way = "rising" if (seen.value or 0) > 0 else "falling"
            return (
                f"{seen.label}{where} {way} by {_slope(evidence, seen)} since {say_day(seen.since)}"
            )
        case Category.ANOMALY, "outlier":
            return f"Unusual {_PERIOD[evidence.freq]}{where} on {day}: {_inside(seen.label)} {amount}{expected}"
        case Category.ANOMALY, "residual":
            far = "far " if seen.severity is Severity.CRITICAL else ""
            side = "above" if _is_above(seen) else "below"
            return f"{seen.label}{where} {far}{side} normal: {amount} on {day}{expected}"
        case _:
            return (
                f"{say_name(seen.kind)}{where}: {_inside(seen.label)} {amount} on {day}{expected}"
            )


def _what_happened(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day = _where(evidence), _day(evidence, seen)
    amount, band = say_amount(seen.value, seen.unit), _band(seen)
    if evidence.dataset == PIPELINE_RUNS:
        said = "" if _is_flag(seen) else f": {_inside(seen.label)} {amount}{_against(seen, band)}"
        return (
            f"A run of {evidence.series} that ended on {day} marks the pipeline as "
            f"{say_name(seen.kind)}{said}."
        )
    if seen.kind == QUALITY:
        weakest = _weakest_component(seen)
        return (
            f"DRM scored the delivery for {day} {say_number(seen.value or 0)} of 100; models ask for "
            f"{say_number(seen.lo or 0)}.{weakest} "
            f"Held back: {', '.join(seen.details.get('models', [])) or 'none'}."
        )
    if category is Category.TREND and seen.kind != "change_point":
        levels = [_number(seen.details.get(name)) for name in ("start_level", "end_level")]
        way = "rose" if (seen.value or 0) > 0 else "fell"
        between = f"from {say_day(seen.since)} to {say_day(seen.ds)}"
        start, end = (say_amount(level, seen.unit) for level in levels)
        moved = f", {start} to {end} on its line" if None not in levels else ""
        return f"{seen.label}{where} {way} by {_slope(evidence, seen)} {between}{moved}."
    if category is Category.FORECAST:
        limit = say_amount(_number(seen.details.get("limit")), seen.unit)
        beyond = f"{'below' if _is_below_limit(seen) else 'above'} {limit}"
        interval = f" ({band})" if band else ""
        chance = _number(seen.details.get("probability_on_day"))
        that_day = "" if chance is None else f" ({say_percent(chance)} on that day alone)"
        return (
            f"{seen.label}{where} is forecast {beyond} on at least one {_PERIOD[evidence.freq]} "
            f"{_within(evidence, seen)}, most likely on {day}{that_day}, "
            f"when {amount}{interval} is expected.{_first_crossing(seen)}"
        )
    if seen.kind == "change_point":
        before = say_amount(seen.expected, seen.unit)
        since = say_day(seen.since)
        return (
            f"{seen.label}{where} moved from about {_bare(before, amount)} to {amount} on {since}."
        )
    if _is_flag(seen):
        return f"{say_name(seen.kind)}{where}, {day}."
    return f"{seen.label}{where} was {amount} on {day}{_against(seen, band)}."


def _explained(seen: Seen) -> list[str]:
    """The rule's own words, which its author wrote for people."""
    message = seen.details.get("message")
    return [str(message)] if message else []


def _how_often(category: Category, evidence: Evidence, count: int) -> str:
    if category in (Category.TREND, Category.FORECAST):
        return f"Found by {plural(count, 'execution')}." if count > 1 else ""
    since = min(evidence.peak.since, evidence.latest.since)
    begun = f"It began on {say_day(since)}." if since != evidence.peak.ds else ""
    if count == 1:
        return begun
    latest = evidence.latest
    amount = "" if _is_flag(latest) else f" ({say_amount(latest.value, latest.unit)})"
    last = f"last on {_day(evidence, latest)}{amount}"
    return f"{begun} Found by {count:,} executions, {last}.".strip()


def _how_sure(category: Category, evidence: Evidence, seen: Seen) -> str:
    quality = (
        f" The data behind it scored {say_number(evidence.quality_score)} of 100 for quality."
        if evidence.quality_score is not None and seen.kind != QUALITY
        else ""
    )
    if seen.confidence is None:
        return quality.strip()
    if category is Category.TREND:
        return f"How sure: {_against_chance(seen, seen.confidence)}.{quality}"
    if "rule" in seen.details and seen.confidence >= 1:
        return f"How sure: certain, the rule compares figures that are known.{quality}"
    if category is Category.ANOMALY and seen.kind in _SHARES:
        share = say_percent(seen.confidence)
        return f"How sure: {share} of earlier periods {_SHARES[seen.kind]}.{quality}"
    meant = (
        f" that the limit is crossed {_within(evidence, seen)}"
        if category is Category.FORECAST
        else ""
    )
    return f"How sure: {say_certainty(seen.confidence)}{meant}.{quality}"


def _within(evidence: Evidence, seen: Seen) -> str:
    horizon = _number(seen.details.get("horizon"))
    if horizon is None:
        return "within the horizon"
    return f"within {plural(int(horizon), _PERIOD[evidence.freq])}"


def _first_crossing(seen: Seen) -> str:
    """Said where the first crossing is to be expected before the likeliest day."""
    first = seen.details.get("first_crossing")
    moment = datetime.fromisoformat(str(first)) if first else seen.ds
    return f" An even chance of the first by {say_day(moment)}." if moment < seen.ds else ""


def _against_chance(seen: Seen, confidence: float) -> str:
    """What a small p-value says, and no more."""
    p_value = _number(seen.details.get("p_value"))
    absent = "step" if seen.kind == "change_point" else "trend"
    chance = say_chance(1 - confidence if p_value is None else p_value)
    said = f"a series without a {absent} would look like this {chance}"
    together = int(_number(seen.details.get("series_tested")) or 1)
    corrected = f", and it stands when corrected for the {together:,} series tested at once"
    return said + (corrected if together > 1 else "")


def _also(category: Category, evidence: Evidence) -> list[str]:
    """What else the latest execution found of the series, and what it was if the worst is another."""
    latest, peak = evidence.latest, evidence.peak
    others = list(evidence.also)
    if latest.source_ref != peak.source_ref and latest.kind != peak.kind:
        others.insert(0, latest)
    if not others:
        return []
    said = "; ".join(_headline(category, evidence, each) for each in others[:_MAX_OTHERS])
    more = len(others) - _MAX_OTHERS
    return [f"Also: {said}{f'; and {more} more' if more > 0 else ''}."]


def _grounds(evidence: Evidence) -> str:
    if evidence.model is None:
        return ""
    version = f", data version {evidence.data_version[:12]}" if evidence.data_version else ""
    return (
        f"Found by {evidence.model.name} {evidence.model.version} in {evidence.dataset}{version}."
    )


def _where(evidence: Evidence) -> str:
    if evidence.series == ALL_SERIES:
        return ""
    preposition = "at" if set(evidence.series_fields) & _PLACES else "for"
    return f" {preposition} {evidence.series.replace('/', ', ')}"


def _day(evidence: Evidence, seen: Seen) -> str:
    """Local time of the dataset; DRM's own runs are in UTC and say so."""
    return say_day(seen.ds) + (" UTC" if evidence.dataset == PIPELINE_RUNS else "")


def _inside(label: str) -> str:
    """A label inside a sentence: `share cancelled`, but `SLA breaches` as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _band(seen: Seen) -> str:
    return say_band(seen.lo, seen.hi, seen.expected, seen.unit)


def _against(seen: Seen, band: str) -> str:
    """How far outside the band, in the measure's unit; or what was expected instead."""
    if not band or seen.value is None:
        return ""
    if seen.hi is not None and seen.value > seen.hi:
        return f", {_gap(seen.value - seen.hi, seen.unit)} above the expected {band}"
    if seen.lo is not None and seen.value < seen.lo:
        return f", {_gap(seen.lo - seen.value, seen.unit)} below the expected {band}"
    return f" against an expected {band.removeprefix('about ')}"


def _gap(size: float, unit: str) -> str:
    return say_amount(size, "points" if unit == "%" else unit)


def _is_above(seen: Seen) -> bool:
    reference = seen.expected
    if reference is None:
        reference = seen.hi if seen.hi is not None else seen.lo
    return seen.value is not None and (reference is None or seen.value >= reference)


def _is_below_limit(seen: Seen) -> bool:
    return seen.details.get("direction") == "below"


def _is_flag(seen: Seen) -> bool:
    """A measure that is 0 or 1, of which an amount says nothing."""
    return seen.measure.startswith(("is_", "has_"))


def _bare(before: str, after: str) -> str:
    """The first of two amounts, without the unit if the second says the same."""
    number, _, unit = before.partition(" ")
    return number if after.endswith(f" {unit}") else before


def _slope(evidence: Evidence, seen: Seen) -> str:
    return f"{say_amount(abs(seen.value or 0), seen.unit)} a {_PERIOD[evidence.freq]}"


def _weakest_component(seen: Seen) -> str:
    components = seen.details.get("components", {})
    if not components:
        return ""
    name = min(components, key=lambda each: components[each])
    return f" Weakest is {name} with {say_number(components[name])}."


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
