"""What was expected and does not come: told once, with since when, and ended by itself when it comes.

A delivery is missing by the rhythm of deliveries (`drm.deliveries`), a series by its own rhythm in the deliveries
that do come (`transform.silence`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.drm.deliveries import Expected, expected
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import (
    SILENCE_MODEL,
    AdviceSummary,
    Changes,
    Ground,
    evidence_of,
    fingerprint,
    go_on,
    latest_of,
    resolve,
    take,
)
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, MISSING, SILENT
from iop_pipelines.recommendations.watching import (
    ONE_BY_ONE,
    Watch,
    finding,
    in_words,
    names_of,
    period,
    time_of,
)
from iop_pipelines.schema.tables import recommendations
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.silence import Silent, Watched
from iop_pipelines.transform.versions import StoredDataset

_MEASURE = "deliveries"
_LABELS = {_MEASURE: "Deliveries"}
# What the `source_ref` of a missing delivery begins with.
DELIVERY_SOURCE = "delivery:"


def advise_of_missing_delivery(
    engine: sa.Engine, drm: SharedDatabase, stored: StoredDataset, now: datetime
) -> AdviceSummary:
    """Raises or resolves the recommendation about a delivery of a dataset that does not come.

    now: business time, naive UTC. However often this is called, it comes to the same; what is still missing goes on to
    the day of it.
    """
    declared = stored.declaration
    calendar = calendar_of(declared.calendar)
    next_one = expected(drm, declared.source, declared.time_zone, calendar, declared.deliveries)
    mark = fingerprint(Category.OPTIMISATION, declared.name, ALL_SERIES, SILENCE_MODEL)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    live = sa.select(recommendations).where(recommendations.c.live_key == mark)
    with engine.connect() as connection:
        told = connection.execute(live).first()
    is_missing = next_one is not None and next_one.is_missing(now)
    lasts_to = None if told is None else evidence_of(told).lasts_to
    is_of_today = lasts_to is not None and lasts_to >= today
    if is_missing == (told is not None) and (is_of_today or not is_missing):
        return Changes().summary(None)

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = Changes()
        latest = latest_of(connection, [mark]).get(mark)
        if next_one is not None and is_missing:
            if latest is None or latest.live_key is None:
                found = _missing(next_one)
                take(connection, _ground(next_one, stored), [found], latest, changes)
                latest = latest_of(connection, [mark]).get(mark)
            if latest is not None and latest.live_key is not None:
                go_on(connection, latest, evidence_of(latest), today)
        elif latest is not None and latest.live_key is not None:
            _end(connection, latest, next_one, changes)
        return changes.summary(None)

    return write(engine, work)


def tell_silent_series(
    connection: sa.Connection, stored: StoredDataset, watched: Watched, changes: Changes
) -> None:
    """Raises or resolves recommendations about series that stopped in deliveries that do come."""
    told = _findings(watched)
    watch = Watch(stored, SILENCE_MODEL, _LABELS, watched.fields)
    watch.tell(connection, told, changes)
    still = {each.unique_id for each in told}

    def over(evidence: Evidence) -> Sentence | None:
        """Those whose series, or most of them where they stopped together, are there again."""
        if evidence.latest.kind != SILENT or evidence.series in still:
            return None
        names = names_of(evidence)
        back = [each for each in names if each in watched.present]
        return Sentence("series.came") if 2 * len(back) > len(names) else None

    watch.end(connection, over, watched.end, changes, last=watched.end)


def _findings(watched: Watched) -> list[Finding]:
    """One a series, and one for all where many stopped together."""
    by_start: dict[datetime, list[Silent]] = {}
    for each in watched.silent:
        by_start.setdefault(each.since, []).append(each)
    found: list[Finding] = []
    for since, silent in by_start.items():
        if len(silent) > ONE_BY_ONE:
            found.append(_together(watched, since, silent))
        else:
            found += [_alone(each) for each in silent]
    return found


def _alone(silent: Silent) -> Finding:
    said = Sentence(
        "series.silent",
        series=silent.series.replace("/", ", "),
        since=period(silent.since),
        count=silent.periods,
        most=silent.longest_pause,
    )
    return finding(
        kind=SILENT, series=silent.series, since=silent.since, said=said, measure=_MEASURE
    )


def _together(watched: Watched, since: datetime, silent: Sequence[Silent]) -> Finding:
    names = [each.series for each in silent]
    said = Sentence(
        "series.silent_together",
        count=len(silent),
        all=watched.count,
        since=period(since),
        names=in_words(names),
    )
    return finding(
        kind=SILENT,
        series=", ".join(watched.fields),
        since=since,
        said=said,
        measure=_MEASURE,
        more={"series": names},
    )


def _end(
    connection: sa.Connection, latest: sa.Row[Any], next_one: Expected | None, changes: Changes
) -> None:
    evidence = evidence_of(latest)
    reason = Sentence("delivery.came") if next_one else Sentence("delivery.no_longer_expected")
    end = evidence.window_end if next_one is None else next_one.after.window_end
    resolve(
        *(connection, latest, evidence, reason),
        data_end=end,
        source_ref=latest.source_ref,
    )
    changes.resolved.append(latest.id)


def _missing(next_one: Expected) -> Finding:
    run = next_one.after
    said = Sentence(
        "delivery.missing",
        last=time_of(run.finished_at or run.started_at),
        rhythm=_rhythm(next_one.rhythm),
        due=time_of(next_one.due),
    )
    return finding(
        kind=MISSING,
        series=ALL_SERIES,
        since=next_one.window_start,
        said=said,
        measure=_MEASURE,
        more={"drm_run": run.id, "due": next_one.due.isoformat()},
    )


def _rhythm(rhythm: timedelta) -> Sentence:
    hours = rhythm.total_seconds() / 3600
    if hours < 24:
        return Sentence("rhythm.hours", count=round(hours, 1))
    return Sentence("rhythm.days", count=round(hours / 24, 1))


def _ground(next_one: Expected, stored: StoredDataset) -> Ground:
    start = next_one.window_start
    window = (start, start + next_one.rhythm)
    return Watch(stored, SILENCE_MODEL, _LABELS).ground(
        window, f"{DELIVERY_SOURCE}{next_one.after.id}"
    )
