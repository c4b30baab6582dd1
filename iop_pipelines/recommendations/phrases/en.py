"""Recommendations in English."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.evidence import Evidence, Seen, is_statement
from iop_pipelines.recommendations.phrases import facts, measured
from iop_pipelines.recommendations.phrases.amounts import Amounts, inside, is_long, say_name
from iop_pipelines.recommendations.phrases.facts import Actions

AMOUNTS = Amounts(
    thousands=",",
    decimal=".",
    space=" ",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    long_months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    quarter="Q{number} {year}",
    half="H{number} {year}",
    week="the week of {}",
    unknown="unknown",
    to="to",
    at_most="at most",
    at_least="at least",
    about="about",
    over="over",
    under="under",
    certainty_steps=(
        (0.99, "almost certain"),
        (0.9, "very likely"),
        (0.7, "likely"),
        (0.5, "more likely than not"),
        (0.3, "uncertain"),
        (-math.inf, "unlikely"),
    ),
    fewer_cases="in fewer than 1 of {} cases",
    about_cases="in about {} of 100 cases",
    is_zero_singular=False,
)
_PERIOD = {
    "1min": "minute",
    **{f"{count}min": f"{count}-minute interval" for count in (5, 10, 15, 30)},
    "h": "hour",
    "D": "day",
    "B": "business day",
    "W": "week",
    "MS": "month",
    "QS": "quarter",
    "2QS": "half-year",
    "YS": "year",
    "run": "DRM run",
    "event": "event",
}
ACTIONS: Actions = {
    (Category.ANOMALY, None): "Find out what changed then, and whether it will come back.",
    (Category.TREND, None): "Look for what drives it before it reaches a limit that matters.",
    (Category.FORECAST, None): "Prepare for it now, or change what leads to it.",
    (Category.OPTIMISATION, None): "Look at the pipeline's latest DRM runs and fix the cause.",
    (Category.OPTIMISATION, "slow"): (
        "Look for more rows, a slower source or a missing index since the DRM runs became slower."
    ),
    (Category.OPTIMISATION, "failing"): (
        "Read the errors of the DRM runs, fix the cause, and have the missing windows delivered again."
    ),
    (Category.OPTIMISATION, "late"): (
        "Start the pipeline earlier or make it faster; reports and models wait for its data."
    ),
    (Category.OPTIMISATION, "wasteful"): (
        "Skip DRM runs whose source has not changed: they deliver what is already there."
    ),
    (Category.OPTIMISATION, facts.QUALITY): (
        "Have DRM correct the window and deliver it again; the models then run by themselves."
    ),
    (Category.OPTIMISATION, facts.REFUSED): (
        "Look at the rejected rows: replace the declaration if it is wrong, have the delivery corrected if "
        "that is wrong, or accept what can be used of it on the dataset's page."
    ),
    (Category.OPTIMISATION, facts.MISSING): (
        "Ask whoever delivers it. When it comes, this ends by itself; models and reports wait until then."
    ),
    (Category.OPTIMISATION, facts.SILENT): (
        "Find out whether it still exists or its source is broken. When it has rows again, this ends by itself."
    ),
    (Category.OPTIMISATION, facts.SHORT): (
        "Ask whoever delivers it whether rows are missing, and have the window delivered again. "
        "With the next whole delivery this ends by itself."
    ),
    (Category.OPTIMISATION, facts.NEW): (
        "Nothing, if it was to come; else find out whether it is another name for something known. "
        "When it is known, or gone again, this ends by itself."
    ),
    (Category.OPTIMISATION, facts.FROZEN): (
        "Look at its source: what is measured seldom stays the same. When the value changes, this ends by itself."
    ),
    (Category.OPTIMISATION, facts.WORSE): (
        "Look at what changed in the data since then. If it stays so, register a version with other settings or "
        "another runtime, compare the two by a backtest, and promote the better one. When the forecasts are as good "
        "as before, this ends by itself."
    ),
    (Category.OPTIMISATION, facts.UNPREPARED): (
        "Replace the dataset's declaration, or mend what it reads; what was delivered is then prepared again."
    ),
}


def headline(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day, on = _where(evidence), _day(evidence, seen), _on(evidence, seen.ds)
    amount, expected = measured.value_of(AMOUNTS, seen), _expected(seen)
    if seen.kind == facts.QUALITY:
        score, _ = measured.score_and_least(AMOUNTS, seen)
        held = AMOUNTS.count(len(facts.held_models(seen)), "model", "models")
        return f"Data quality of {evidence.dataset} is {score} of 100 {on}: {held} held back"
    if seen.kind == facts.REFUSED:
        return f"Delivery of {evidence.dataset} for {day} refused: only {amount} of its rows are usable"
    if seen.kind == facts.MISSING:
        return f"{evidence.dataset} was not delivered: nothing for {day} and after"
    if seen.kind == facts.SILENT:
        return f"No rows{where} in {evidence.dataset} since {day}"
    if seen.kind == facts.SHORT:
        rows = AMOUNTS.count(int(seen.value or 0), "row", "rows")
        usual = AMOUNTS.number(seen.expected or 0)
        return f"Delivery of {evidence.dataset} for {day} is short: {rows}, usually {usual}"
    if seen.kind == facts.NEW:
        return f"New in {evidence.dataset} since {day}: {facts.series_of(evidence)}"
    if seen.kind == facts.FROZEN:
        at = "" if seen.value is None else f" at {amount}"
        return f"{seen.label}{where} stuck{at} since {day}"
    if seen.kind == facts.WORSE:
        return f"Forecasts of {facts.model_of(seen)} are worse since {day}"
    if seen.kind == facts.UNPREPARED:
        return f"Delivery of {evidence.dataset} for {day} could not be prepared"
    if category is Category.OPTIMISATION and facts.is_of_pipelines(evidence):
        said = f": {inside(seen.label)} {amount}{expected}" if not facts.is_flag(seen) else ""
        return f"Pipeline {evidence.series} is {say_name(seen.kind)}{said}, {day}"
    return f"{say_name(seen.kind)}{where}: {inside(seen.label)} {amount} {on}{expected}"


def what_happened(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day, on = _where(evidence), _day(evidence, seen), _on(evidence, seen.ds)
    amount, against = measured.value_of(AMOUNTS, seen), _against(seen)
    if facts.is_of_pipelines(evidence):
        said = f": {inside(seen.label)} {amount}{against}" if not facts.is_flag(seen) else ""
        return (
            f"A DRM run of {evidence.series} that ended {on} marks the pipeline as "
            f"{say_name(seen.kind)}{said}."
        )
    if seen.kind in facts.OF_DELIVERIES:
        return f"{facts.reason_in(seen, Language.EN).rstrip('.')}. What was prepared before stays as it was."
    if seen.kind in facts.OF_EXPECTATIONS:
        return f"{facts.reason_in(seen, Language.EN).rstrip('.')}."
    if seen.kind == facts.QUALITY:
        score, least = measured.score_and_least(AMOUNTS, seen)
        return (
            f"DRM scored the delivery for {day} {score} of 100; models "
            f"ask for {least}.{_weakest(seen)} "
            f"Held back: {', '.join(facts.held_models(seen)) or 'none'}."
        )
    if facts.is_flag(seen):
        return f"{say_name(seen.kind)}{where}, {day}."
    return f"{seen.label}{where} was {amount} {on}{against}."


def day_headline(evidence: Evidence, seen: Seen, day: facts.SpecialDay) -> str:
    begins = f"{'Perhaps' if day.is_new else 'Explained by'} {_special(day)}"
    said = f"{inside(seen.label)}{_where(evidence)} {measured.value_of(AMOUNTS, seen)}"
    return f"{begins}: {said} {_on(evidence, seen.ds)}{_expected(seen)}"


def day_happened(evidence: Evidence, seen: Seen, day: facts.SpecialDay) -> str:
    amount, against = measured.value_of(AMOUNTS, seen), _against(seen)
    why = (
        "which has not been in this data before: what it does is not known yet"
        if day.is_new
        else "which has moved it like this before"
    )
    on = _on(evidence, seen.ds)
    was = f"{seen.label}{_where(evidence)} was {amount} {on}{against}."
    return f"{was} It was {_special(day)}, {why}."


def day_action(day: facts.SpecialDay) -> str:
    if day.is_new:
        return f"Nothing, if {_special(day)} is the reason; else find out what changed."
    return "Nothing: the calendar explains it."


def is_over(evidence: Evidence, over: facts.Over) -> str:
    end = _period(evidence, over.data_end)
    return f"It was last so {_on(evidence, over.until)}; the data go on until {end}."


def over_action() -> str:
    return "Nothing now; if it may come again, find out what it was."


def how_often(category: Category, evidence: Evidence, count: int) -> str:
    if is_statement(category):
        return f"Found by {count:,} executions." if count > 1 else ""
    since = facts.begun(evidence)
    begun = "" if since is None else f"It began {_on(evidence, since)}."
    if count == 1:
        return begun
    latest = evidence.latest
    amount = "" if facts.is_flag(latest) else f" ({AMOUNTS.amount(latest.value, latest.unit)})"
    last = f"last {_on(evidence, latest.ds)}{amount}"
    return f"{begun} Found by {count:,} executions, {last}.".strip()


def how_sure(evidence: Evidence, seen: Seen, sure: str) -> str:
    quality = (
        f" The data behind it scored {AMOUNTS.number(evidence.quality_score)} of 100 for quality."
        if evidence.quality_score is not None and seen.kind != facts.QUALITY
        else ""
    )
    if seen.confidence is None:
        return quality.strip()
    if facts.is_certain(seen):
        return f"How sure: certain, the rule compares figures that are known.{quality}"
    return f"How sure: {sure}.{quality}"


def slots(evidence: Evidence, seen: Seen) -> Mapping[str, str]:
    """What the templates of a kind of finding may say; empty where there is nothing to say."""
    before, after = AMOUNTS.change(seen.expected, seen.value, seen.unit)
    confidence = seen.confidence
    interval = AMOUNTS.band(seen.lo, seen.hi, seen.expected, seen.unit)
    is_above, is_rising = facts.is_above(seen), facts.is_rising(seen)
    period, is_within = _PERIOD[facts.step_of(evidence)], is_long(facts.step_of(evidence))
    return {
        "label": seen.label,
        "label_inside": inside(seen.label),
        "where": _where(evidence),
        "day": _day(evidence, seen),
        "on": _on(evidence, seen.ds),
        "since": _period(evidence, seen.since),
        "on_since": _on(evidence, seen.since),
        "until": _period(evidence, seen.ds),
        "in_one": f"{'in' if is_within else 'on'} at least one {period}",
        "period": period,
        "amount": measured.value_of(AMOUNTS, seen),
        "expected": _expected(seen),
        "against": _against(seen),
        "interval": f" ({interval})" if interval else "",
        "before": before,
        "after": after,
        "far": "far " if seen.severity is Severity.CRITICAL else "",
        "side": "above" if is_above else "below",
        "step": "up" if is_above else "down",
        "rising": "rising" if is_rising else "falling",
        "rose": "rose" if is_rising else "fell",
        "slope": _slope(evidence, seen),
        "moved": _moved(seen),
        "beyond": _beyond(seen),
        "within": _within(evidence, seen),
        "probable": "" if confidence is None else f"{AMOUNTS.percent(confidence)} probable, ",
        "that_day": _that_day(evidence, seen),
        "first_crossing": _first_crossing(evidence, seen),
        "effect": _effect(evidence, seen),
        "share": "" if confidence is None else AMOUNTS.percent(confidence),
        "certainty": "" if confidence is None else AMOUNTS.certainty(confidence),
        "chance": AMOUNTS.chance(facts.p_value_of(seen, confidence or 0)),
        "corrected": _corrected(seen),
    }


def how_unusual(evidence: Evidence, unusual: facts.Unusual) -> str:
    period = _PERIOD[facts.step_of(evidence)]
    judged = AMOUNTS.count(unusual.judged, period, f"{period}s")
    strange = AMOUNTS.number(unusual.as_strange) if unusual.as_strange else "none"
    verb = "was" if unusual.as_strange <= 1 else "were"
    parts = [f"{strange} of the {judged} judged before {verb} as unusual"]
    if unusual.share is not None:
        side = "above" if unusual.share >= 0 else "below"
        parts.insert(0, f"{AMOUNTS.number(abs(unusual.share))} % {side} what was expected")
    if unusual.once_in is not None:
        parts.append(f"chance gives one in about {AMOUNTS.number(unusual.once_in)} {period}s")
    return f"How unusual: {'; '.join(parts)}."


def taken_off(seen: Seen, off: facts.TakenOff) -> str:
    amount = AMOUNTS.amount(abs(off.amount), seen.unit)
    moves = "adds" if off.amount > 0 else "takes off"
    return f"What {_special(off.day)} usually {moves} ({amount}) is part of what was expected."


def at_once(related: facts.Related) -> str:
    names = "; ".join(related.names)
    more = "; …" if related.count > len(related.names) else ""
    count = AMOUNTS.count(related.count, "other series", "other series")
    return f"At the same time: {count} ({names}{more})."


def refused(refused: facts.Refused) -> str:
    rows = AMOUNTS.count(refused.of, "row", "rows")
    count = AMOUNTS.number(refused.rows)
    return (
        f"Of the {rows} of that delivery, {count} could not be used: it may come from that in part."
    )


def also(headlines: Sequence[str], more: int) -> str:
    return f"Also: {'; '.join(headlines)}{f'; and {more} more' if more else ''}."


def at_other_times(evidence: Evidence, others: facts.Others) -> str:
    if not others.times:
        return ""
    first, last = _period(evidence, others.first), _period(evidence, others.last)
    when = _on(evidence, others.first) if first == last else f"between {first} and {last}"
    return f"At other times: {AMOUNTS.count(others.times, 'finding', 'findings')} {when}."


def what_to_do(actions: Sequence[str], owner: str | None) -> str:
    return f"What to do: {' '.join(actions)}" + (f" Owner: {owner}." if owner else "")


def grounds(evidence: Evidence) -> str:
    if evidence.model is None:
        return ""
    version = f", data version {evidence.data_version[:12]}" if evidence.data_version else ""
    return (
        f"Found by {evidence.model.name} {evidence.model.version} in {evidence.dataset}{version}."
    )


_KINDS = {
    "month_day": "this day of each month",
    "pay_day": "pay day",
    "month_end": "the end of the month",
    "quarter_end": "the end of the quarter",
}


def _special(day: facts.SpecialDay) -> str:
    name = _KINDS.get(day.kind, day.name)
    if day.offset == 0:
        return name
    side = "before" if day.offset < 0 else "after"
    days = "the day" if abs(day.offset) == 1 else f"{abs(day.offset)} days"
    return f"{days} {side} {name}"


def _where(evidence: Evidence) -> str:
    series = facts.series_of(evidence)
    if series is None:
        return ""
    return f" {'at' if facts.is_place(evidence) else 'for'} {series}"


def _day(evidence: Evidence, seen: Seen) -> str:
    """Local time of the dataset; DRM's own runs are in UTC and say so."""
    return _period(evidence, seen.ds)


def _period(evidence: Evidence, moment: datetime) -> str:
    said = AMOUNTS.period(moment, facts.step_of(evidence))
    return said + (" UTC" if facts.is_of_pipelines(evidence) else "")


def _on(evidence: Evidence, moment: datetime) -> str:
    """`on 8 Feb 2013`, `in April 2005`."""
    return f"{'in' if is_long(facts.step_of(evidence)) else 'on'} {_period(evidence, moment)}"


def _against(seen: Seen) -> str:
    """How far outside the band, in the measure's unit; or what was expected instead."""
    band = measured.expectation_of(AMOUNTS, seen)
    if not band or seen.value is None:
        return ""
    gap = facts.outside(seen)
    if gap:
        size = AMOUNTS.amount(abs(gap), _unit_of_gap(seen), measured.more_digits(AMOUNTS, seen))
        return f", {size} {'above' if gap > 0 else 'below'} the expected {band}"
    return f" against an expected {band.removeprefix('about ')}"


def _unit_of_gap(seen: Seen) -> str:
    return "points" if seen.unit in ("%", "/100") else seen.unit


def _expected(seen: Seen) -> str:
    band = measured.expectation_of(AMOUNTS, seen)
    return f" (expected {band})" if band else ""


def _beyond(seen: Seen) -> str:
    limit = facts.limit_of(seen)
    if limit is None:
        return "off"
    return (
        f"{'below' if facts.is_below_limit(seen) else 'above'} {AMOUNTS.amount(limit, seen.unit)}"
    )


def _that_day(evidence: Evidence, seen: Seen) -> str:
    chance = facts.number(seen.details.get("probability_on_day"))
    if chance is None:
        return ""
    step = facts.step_of(evidence)
    return (
        f" ({AMOUNTS.percent(chance)} {'in' if is_long(step) else 'on'} that {_PERIOD[step]} alone)"
    )


def _slope(evidence: Evidence, seen: Seen) -> str:
    return f"{AMOUNTS.amount(abs(seen.value or 0), seen.unit)} a {_PERIOD[facts.step_of(evidence)]}"


def _moved(seen: Seen) -> str:
    ends = facts.ends_of_line(seen)
    if ends is None:
        return ""
    start, end = (AMOUNTS.amount(level, seen.unit) for level in ends)
    return f", {start} to {end} on its line"


def _within(evidence: Evidence, seen: Seen) -> str:
    horizon = facts.horizon_of(seen)
    if horizon is None:
        return "within the horizon"
    period = _PERIOD[facts.step_of(evidence)]
    return f"within {AMOUNTS.count(horizon, period, f'{period}s')}"


def _first_crossing(evidence: Evidence, seen: Seen) -> str:
    moment = facts.first_crossing(seen)
    if moment is None:
        return ""
    return f" An even chance of the first by {_period(evidence, moment)}."


def _effect(evidence: Evidence, seen: Seen) -> str:
    """How far beyond the limit, how often before, and after what; each sentence with a space before it."""
    said, period = "", _PERIOD[facts.step_of(evidence)]
    if excess := facts.excess_of(seen):
        share = "" if excess.share is None else f" ({AMOUNTS.number(excess.share)} % of the limit)"
        amount = AMOUNTS.amount(excess.amount, _unit_of_gap(seen))
        said += f" If it crosses the limit, then by about {amount} at worst{share}."
    if stretches := facts.stretches_of(seen):
        of = AMOUNTS.number(stretches.crossed) if stretches.crossed else "none"
        length = AMOUNTS.count(stretches.periods, period, f"{period}s")
        count = AMOUNTS.number(stretches.count)
        said += f" It crossed the limit in {of} of the {count} stretches of {length} before."
    if change := facts.change_of(evidence, seen):
        ahead, before = (AMOUNTS.amount(each, seen.unit) for each in (change.ahead, change.before))
        ago = "a year" if change.is_year else AMOUNTS.count(change.periods, period, f"{period}s")
        share = "" if change.share is None else f" ({AMOUNTS.signed(change.share)} %)"
        said += f" The mean forecast is {ahead}, after {before} in the same period {ago} earlier{share}."
    return said


def _corrected(seen: Seen) -> str:
    together = facts.series_tested(seen)
    if together <= 1:
        return ""
    return f", and it stands when corrected for the {together:,} series tested at once"


def _weakest(seen: Seen) -> str:
    weakest = facts.weakest_component(seen)
    if weakest is None:
        return ""
    name, score = weakest
    return f" Weakest is {name} with {AMOUNTS.number(score)}."
