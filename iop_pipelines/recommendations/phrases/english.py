"""Recommendations in English."""

from collections.abc import Sequence

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.recommendations.phrases import facts
from iop_pipelines.recommendations.phrases.amounts import ENGLISH, inside, say_name
from iop_pipelines.recommendations.phrases.facts import Actions

_PERIOD = {"h": "hour", "D": "day", "W": "week", "MS": "month", None: "run"}
ACTIONS: Actions = {
    (Category.ANOMALY, None): "Find out what changed on that day, and whether it will come back.",
    (Category.ANOMALY, "outlier"): (
        "Look at the measures together: each may be in its own range and the mix still be new."
    ),
    (Category.TREND, None): "Look for what drives it before it reaches a limit that matters.",
    (Category.TREND, facts.CHANGE_POINT): (
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
    (Category.OPTIMISATION, facts.QUALITY): (
        "Have DRM mend and deliver the window again; the models then run by themselves."
    ),
}
# What the confidence of an anomaly is a share of.
_SHARES = {"residual": "kept to their range", "outlier": "were less unusual"}


def headline(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day = _where(evidence), _day(evidence, seen)
    amount, band = ENGLISH.amount(seen.value, seen.unit), _band(seen)
    expected = f" (expected {band})" if band else ""
    match category, seen.kind:
        case Category.OPTIMISATION, facts.QUALITY:
            held = ENGLISH.count(len(facts.held_models(seen)), "model", "models")
            return (
                f"Data quality of {evidence.dataset} is {ENGLISH.number(seen.value or 0)} of 100 "
                f"on {day}: {held} held back"
            )
        case Category.OPTIMISATION, kind if facts.is_of_pipelines(evidence):
            said = f": {inside(seen.label)} {amount}{expected}" if not facts.is_flag(seen) else ""
            return f"Pipeline {evidence.series} is {say_name(kind)}{said}, {day}"
        case Category.FORECAST, _:
            limit = facts.limit_of(seen)
            beyond = (
                f"{_side(seen)} {ENGLISH.amount(limit, seen.unit)}" if limit is not None else "off"
            )
            sure = (
                f"{ENGLISH.percent(seen.confidence)} probable, "
                if seen.confidence is not None
                else ""
            )
            within = _within(evidence, seen)
            return f"{seen.label}{where} forecast {beyond} {within}: {sure}most likely on {day}"
        case Category.TREND, facts.CHANGE_POINT:
            before, after = ENGLISH.change(seen.expected, seen.value, seen.unit)
            way = "up" if facts.is_above(seen) else "down"
            since = ENGLISH.day(seen.since)
            return f"{seen.label}{where} stepped {way} from {before} to {after} on {since}"
        case Category.TREND, _:
            way = "rising" if facts.is_rising(seen) else "falling"
            slope, since = _slope(evidence, seen), ENGLISH.day(seen.since)
            return f"{seen.label}{where} {way} by {slope} since {since}"
        case Category.ANOMALY, "outlier":
            period = _PERIOD[evidence.freq]
            return f"Unusual {period}{where} on {day}: {inside(seen.label)} {amount}{expected}"
        case Category.ANOMALY, "residual":
            far = "far " if seen.severity is Severity.CRITICAL else ""
            side = "above" if facts.is_above(seen) else "below"
            return f"{seen.label}{where} {far}{side} normal: {amount} on {day}{expected}"
        case _:
            return f"{say_name(seen.kind)}{where}: {inside(seen.label)} {amount} on {day}{expected}"


def what_happened(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day = _where(evidence), _day(evidence, seen)
    amount, band = ENGLISH.amount(seen.value, seen.unit), _band(seen)
    if facts.is_of_pipelines(evidence):
        against = _against(seen, band)
        said = f": {inside(seen.label)} {amount}{against}" if not facts.is_flag(seen) else ""
        return (
            f"A run of {evidence.series} that ended on {day} marks the pipeline as "
            f"{say_name(seen.kind)}{said}."
        )
    if seen.kind == facts.QUALITY:
        return (
            f"DRM scored the delivery for {day} {ENGLISH.number(seen.value or 0)} of 100; models "
            f"ask for {ENGLISH.number(seen.lo or 0)}.{_weakest(seen)} "
            f"Held back: {', '.join(facts.held_models(seen)) or 'none'}."
        )
    if category is Category.TREND and seen.kind != facts.CHANGE_POINT:
        way = "rose" if facts.is_rising(seen) else "fell"
        between = f"from {ENGLISH.day(seen.since)} to {ENGLISH.day(seen.ds)}"
        return f"{seen.label}{where} {way} by {_slope(evidence, seen)} {between}{_moved(seen)}."
    if category is Category.FORECAST:
        interval = f" ({band})" if band else ""
        chance = facts.number(seen.details.get("probability_on_day"))
        that_day = "" if chance is None else f" ({ENGLISH.percent(chance)} on that day alone)"
        limit = ENGLISH.amount(facts.limit_of(seen), seen.unit)
        return (
            f"{seen.label}{where} is forecast {_side(seen)} {limit} on at least one "
            f"{_PERIOD[evidence.freq]} {_within(evidence, seen)}, most likely on {day}{that_day}, "
            f"when {amount}{interval} is expected.{_first_crossing(seen)}"
        )
    if seen.kind == facts.CHANGE_POINT:
        before, after = ENGLISH.change(seen.expected, seen.value, seen.unit)
        since = ENGLISH.day(seen.since)
        return f"{seen.label}{where} moved from about {before} to {after} on {since}."
    if facts.is_flag(seen):
        return f"{say_name(seen.kind)}{where}, {day}."
    return f"{seen.label}{where} was {amount} on {day}{_against(seen, band)}."


def how_often(category: Category, evidence: Evidence, count: int) -> str:
    if facts.is_statement(category):
        return f"Found by {count:,} executions." if count > 1 else ""
    since = facts.begun(evidence)
    begun = "" if since is None else f"It began on {ENGLISH.day(since)}."
    if count == 1:
        return begun
    latest = evidence.latest
    amount = "" if facts.is_flag(latest) else f" ({ENGLISH.amount(latest.value, latest.unit)})"
    last = f"last on {_day(evidence, latest)}{amount}"
    return f"{begun} Found by {count:,} executions, {last}.".strip()


def how_sure(category: Category, evidence: Evidence, seen: Seen) -> str:
    quality = (
        f" The data behind it scored {ENGLISH.number(evidence.quality_score)} of 100 for quality."
        if evidence.quality_score is not None and seen.kind != facts.QUALITY
        else ""
    )
    if seen.confidence is None:
        return quality.strip()
    if category is Category.TREND:
        return f"How sure: {_against_chance(seen, seen.confidence)}.{quality}"
    if facts.is_certain(seen):
        return f"How sure: certain, the rule compares figures that are known.{quality}"
    if category is Category.ANOMALY and seen.kind in _SHARES:
        share = ENGLISH.percent(seen.confidence)
        return f"How sure: {share} of earlier periods {_SHARES[seen.kind]}.{quality}"
    meant = (
        f" that the limit is crossed {_within(evidence, seen)}"
        if category is Category.FORECAST
        else ""
    )
    return f"How sure: {ENGLISH.certainty(seen.confidence)}{meant}.{quality}"


def also(headlines: Sequence[str], more: int) -> str:
    return f"Also: {'; '.join(headlines)}{f'; and {more} more' if more else ''}."


def what_to_do(actions: Sequence[str], owner: str | None) -> str:
    return f"What to do: {' '.join(actions)}" + (f" Owner: {owner}." if owner else "")


def grounds(evidence: Evidence) -> str:
    if evidence.model is None:
        return ""
    version = f", data version {evidence.data_version[:12]}" if evidence.data_version else ""
    return (
        f"Found by {evidence.model.name} {evidence.model.version} in {evidence.dataset}{version}."
    )


def _where(evidence: Evidence) -> str:
    series = facts.series_of(evidence)
    if series is None:
        return ""
    return f" {'at' if facts.is_place(evidence) else 'for'} {series}"


def _day(evidence: Evidence, seen: Seen) -> str:
    """Local time of the dataset; DRM's own runs are in UTC and say so."""
    return ENGLISH.day(seen.ds) + (" UTC" if facts.is_of_pipelines(evidence) else "")


def _band(seen: Seen) -> str:
    return ENGLISH.band(seen.lo, seen.hi, seen.expected, seen.unit)


def _against(seen: Seen, band: str) -> str:
    """How far outside the band, in the measure's unit; or what was expected instead."""
    if not band or seen.value is None:
        return ""
    gap = facts.outside(seen)
    if gap:
        size = ENGLISH.amount(abs(gap), "points" if seen.unit == "%" else seen.unit)
        return f", {size} {'above' if gap > 0 else 'below'} the expected {band}"
    return f" against an expected {band.removeprefix('about ')}"


def _side(seen: Seen) -> str:
    return "below" if facts.is_below_limit(seen) else "above"


def _slope(evidence: Evidence, seen: Seen) -> str:
    return f"{ENGLISH.amount(abs(seen.value or 0), seen.unit)} a {_PERIOD[evidence.freq]}"


def _moved(seen: Seen) -> str:
    ends = facts.ends_of_line(seen)
    if ends is None:
        return ""
    start, end = (ENGLISH.amount(level, seen.unit) for level in ends)
    return f", {start} to {end} on its line"


def _within(evidence: Evidence, seen: Seen) -> str:
    horizon = facts.horizon_of(seen)
    if horizon is None:
        return "within the horizon"
    period = _PERIOD[evidence.freq]
    return f"within {ENGLISH.count(horizon, period, f'{period}s')}"


def _first_crossing(seen: Seen) -> str:
    moment = facts.first_crossing(seen)
    return "" if moment is None else f" An even chance of the first by {ENGLISH.day(moment)}."


def _against_chance(seen: Seen, confidence: float) -> str:
    """What a small p-value says, and no more."""
    absent = "step" if seen.kind == facts.CHANGE_POINT else "trend"
    chance = ENGLISH.chance(facts.p_value_of(seen, confidence))
    said = f"a series without a {absent} would look like this {chance}"
    together = facts.series_tested(seen)
    corrected = f", and it stands when corrected for the {together:,} series tested at once"
    return said + (corrected if together > 1 else "")


def _weakest(seen: Seen) -> str:
    weakest = facts.weakest_component(seen)
    if weakest is None:
        return ""
    name, score = weakest
    return f" Weakest is {name} with {ENGLISH.number(score)}."
