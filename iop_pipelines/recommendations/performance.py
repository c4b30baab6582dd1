"""Forecasts that became worse than they used to be: told once, with since when, and ended by itself.

Of each week (of months and longer steps of each period) it is known what the forecasts missed by, as a share of what
repeating the last season misses by: where the data become harder for both, no model became worse. A version became
worse where each of the last four weeks is worse than every one of the 16 to 26 before them, and all four together by a
quarter and by two and a half times what these differ. Of weeks that differ by chance alone that order comes once in
4,845 looks after 16 weeks, in 27,405 after 26; where a bad week is often followed by another, more often. Ranges that
no longer hold are told alike: each of the four holds fewer values than every one before, and together 15 in 100 fewer
than they are meant to.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import log
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import modelled_step
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.ledger.history import history_of
from iop_pipelines.ledger.performance import Period, Worth, level_of, periods_of
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import PERFORMANCE_MODEL, Changes
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, WORSE
from iop_pipelines.recommendations.watching import Watch, end_unread, finding, period
from iop_pipelines.registry.models import StoredModel, active_models_of
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.versions import StoredDataset

RECENT, LEAST_BEFORE, MOST_BEFORE = 4, 16, 26
# As a ratio, and in standard deviations of the logarithm of a week.
WORSE_BY, SPREADS = 1.25, 2.5
FEWER_INSIDE = 15.0
# Weeks in a row that are as those before it was worse: then it is over.
_GOOD = 2
_MEASURE = "forecast_error"
_LABELS = {_MEASURE: "Forecast error"}


@dataclass(frozen=True, slots=True)
class Fall:
    """
    Attributes:
        since: the first of the recent weeks.
        is_coverage: ranges hold less; else forecasts miss by more.
        now, before: of the recent weeks together and of those before them: what forecasts miss by over what repeating
            the last season does, or the values in 100 that the range held.
        worst: of any week before; what is as good is no longer a fall.
        weeks: how many before.
    """

    since: datetime
    is_coverage: bool
    now: float
    before: float
    worst: float
    weeks: int


def fall_of(periods: Sequence[Period], level: float) -> Fall | None:
    """periods: whole ones, oldest first; None where they are no worse, and where there are too few."""
    return _of_error(periods) or _of_coverage(periods, level)


def _of_error(periods: Sequence[Period]) -> Fall | None:
    known = [each for each in periods if each.worth.ratio is not None]
    recent, before = known[-RECENT:], known[:-RECENT][-MOST_BEFORE:]
    if len(before) < LEAST_BEFORE:
        return None
    worst = max(_ratio(each) for each in before)
    now, then = (_together(each).ratio or 0.0 for each in (recent, before))
    is_far = _above(recent, before) >= SPREADS
    if min(map(_ratio, recent)) <= worst or now < WORSE_BY * then or not is_far:
        return None
    return Fall(recent[0].start, False, now, then, worst, len(before))


def _of_coverage(periods: Sequence[Period], level: float) -> Fall | None:
    known = [each for each in periods if each.worth.coverage is not None]
    recent, before = known[-RECENT:], known[:-RECENT][-MOST_BEFORE:]
    if len(before) < LEAST_BEFORE:
        return None
    worst = min(_coverage(each) for each in before)
    now, then = (_together(each).coverage or 0.0 for each in (recent, before))
    if max(map(_coverage, recent)) >= worst or now > level - FEWER_INSIDE:
        return None
    return Fall(recent[0].start, True, now, then, worst, len(before))


def _above(recent: Sequence[Period], before: Sequence[Period]) -> float:
    """How far the recent weeks are above those before on average, in standard deviations of these; of logarithms, since
    twice as bad and half as bad are as far."""
    late, early = ([log(max(_ratio(each), 1e-9)) for each in part] for part in (recent, before))
    spread = statistics.stdev(early)
    above = statistics.fmean(late) - statistics.fmean(early)
    return above / spread if spread else float("inf")


def _together(periods: Sequence[Period]) -> Worth:
    return Worth.of(each.worth for each in periods)


def _ratio(each: Period) -> float:
    return each.worth.ratio or 0.0


def _coverage(each: Period) -> float:
    return each.worth.coverage or 0.0


def advise_of_forecasts(
    engine: sa.Engine, stored: StoredDataset, scored: Sequence[StoredModel]
) -> Changes:
    """Raises or resolves the recommendation about each active version of which forecasts were scored just now."""
    changes = Changes()
    # As of now: another may have been promoted while it was executed.
    active = {each.id for each in active_models_of(engine, stored.declaration.name)}
    for each in scored:
        if each.id in active:
            write(engine, _tell, stored, each, changes)

    def is_active(_finder: str, evidence: Evidence) -> bool:
        return evidence.latest.details.get("model_id") in active

    reason = Sentence("performance.replaced")
    write(engine, end_unread, stored, [f"{PERFORMANCE_MODEL}/"], is_active, changes, reason=reason)
    return changes


def _tell(
    connection: sa.Connection, stored: StoredDataset, given: StoredModel, changes: Changes
) -> None:
    history = history_of(connection, stored.declaration.name)
    level = level_of(given)
    if history is None or level is None:
        return
    step = modelled_step(stored.declaration)
    most = RECENT + MOST_BEFORE + 1
    whole = [
        each
        for each in periods_of(connection, given.id, step, most)
        if each.end <= history.window_end
    ]
    watch = Watch(stored, _finder(given), _LABELS)
    fall = fall_of(whole, level)
    if fall is not None:
        watch.tell(connection, [_finding(given, fall)], changes)
    if whole:
        over = partial(_over, whole)
        watch.end(connection, over, history.window_end, changes)


def _finder(given: StoredModel) -> str:
    return f"{PERFORMANCE_MODEL}/{given.spec.name}"


def _finding(given: StoredModel, fall: Fall) -> Finding:
    code = "performance.holds_less" if fall.is_coverage else "performance.misses_more"
    digits = 0 if fall.is_coverage else 2
    said = Sentence(
        code,
        label=given.label,
        since=period(fall.since),
        now=round(fall.now, digits),
        before=round(fall.before, digits),
        count=fall.weeks,
    )
    more: dict[str, Any] = {"model": given.label, "model_id": given.id, "worst": fall.worst}
    return finding(
        kind=WORSE,
        series=ALL_SERIES,
        since=fall.since,
        said=said,
        measure=_MEASURE,
        value=round(fall.now, 4),
        usual=round(fall.before, 4),
        more={**more, "is_coverage": fall.is_coverage},
    )


def _over(whole: Sequence[Period], evidence: Evidence) -> Sentence | None:
    """Once two weeks in a row are as good as the worst was before."""
    details = evidence.latest.details
    worst, is_coverage = float(details["worst"]), bool(details["is_coverage"])
    later = [each for each in whole if each.start >= evidence.latest.ds][-_GOOD:]
    good = [
        _coverage(each) >= worst if is_coverage else _ratio(each) <= worst
        for each in later
        if (each.worth.coverage if is_coverage else each.worth.ratio) is not None
    ]
    return Sentence("performance.recovered") if len(good) == _GOOD and all(good) else None
