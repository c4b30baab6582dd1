"""What was expected and does not come: told once, with since when, and ended by itself when it comes.

A delivery is missing by the rhythm of deliveries (`drm.deliveries`), a series by its own rhythm in the deliveries
that do come (`transform.silence`). Nothing is expected of what is not delivered again and again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.models import Advice
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.drm.deliveries import LEAST, Expected, expected
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.recommendations.lifecycle import (
    SILENCE_MODEL,
    AdviceSummary,
    Changes,
    Ground,
    evidence_of,
    fingerprint,
    latest_of,
    resolve,
    take,
)
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, MISSING, SILENT
from iop_pipelines.registry.models import active_models_of
from iop_pipelines.schema.tables import recommendations
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.silence import Silent, Watched, look, series_fields
from iop_pipelines.transform.versions import StoredDataset

# So many series that stop one by one; more at once are one thing, and told as one.
_ONE_BY_ONE = 5
_NAMED = 10
# What a recommendation's `source_ref` begins with.
_SOURCE = "silence:"
_MEASURE = "deliveries"


def advise_of_missing_delivery(
    engine: sa.Engine, drm: SharedDatabase, stored: StoredDataset, now: datetime
) -> AdviceSummary:
    """Raises or resolves the recommendation about a delivery of a dataset that does not come.

    now: business time, naive UTC. However often this is called, it comes to the same.
    """
    declared = stored.declaration
    calendar = calendar_of(declared.calendar)
    next_one = expected(drm, declared.source, declared.time_zone, calendar, declared.deliveries)
    mark = fingerprint(Category.OPTIMISATION, declared.name, ALL_SERIES, SILENCE_MODEL)
    is_live = sa.select(recommendations.c.id).where(recommendations.c.live_key == mark)
    with engine.connect() as connection:
        is_told = connection.scalar(is_live) is not None
    is_missing = next_one is not None and next_one.is_missing(now)
    if is_missing == is_told:
        return Changes().summary(None)

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = Changes()
        latest = latest_of(connection, [mark]).get(mark)
        if next_one is not None and is_missing:
            found = _missing(next_one)
            take(connection, _ground(next_one, stored), [found], latest, changes)
        elif latest is not None and latest.live_key is not None:
            _end(connection, latest, next_one, changes)
        return changes.summary(None)

    return write(engine, work)


def advise_of_silent_series(
    engine: sa.Engine, drm: SharedDatabase, stored: StoredDataset
) -> AdviceSummary:
    """Raises or resolves recommendations about series that stopped in deliveries that do come.

    To be called when a version of the dataset has been prepared; nothing is expected of what came in few deliveries.
    """
    declared = stored.declaration
    changes = Changes()
    if declared.step is None or not _is_delivered_again(drm, stored):
        return changes.summary(None)
    models = active_models_of(engine, declared.name)
    for fields in series_fields(declared, [each.spec.config.input.series for each in models]):
        with engine.connect() as connection:
            watched = look(connection, declared, fields)
        if watched is not None:
            write(engine, _tell_silent, stored, watched, changes)
    return changes.summary(None)


def _is_delivered_again(drm: SharedDatabase, stored: StoredDataset) -> bool:
    declared = stored.declaration
    return declared.deliveries is not None or drm.count_successful(declared.source) >= LEAST


def _tell_silent(
    connection: sa.Connection, stored: StoredDataset, watched: Watched, changes: Changes
) -> None:
    told = _findings(watched)
    name = stored.declaration.name
    marks = {
        fingerprint(Category.OPTIMISATION, name, each.unique_id, SILENCE_MODEL): each
        for each in told
    }
    latest = latest_of(connection, list(marks))
    step = stored.declaration.step
    for mark, found in marks.items():
        ground = _ground_of(
            stored,
            # What a series lacks is one silence from its first missing period on.
            window=(found.since, step.shift(found.since, 1) if step else found.since),
            source_ref=f"{_SOURCE}{found.unique_id[:200]}@{found.since.isoformat()}",
            series_fields=watched.fields,
        )
        take(connection, ground, [found], latest.get(mark), changes)
    _end_silences(connection, name, watched, set(marks), changes)


def _findings(watched: Watched) -> list[Finding]:
    """One a series, and one for all where many stopped together."""
    by_start: dict[datetime, list[Silent]] = {}
    for each in watched.silent:
        by_start.setdefault(each.since, []).append(each)
    found: list[Finding] = []
    for since, silent in by_start.items():
        if len(silent) > _ONE_BY_ONE:
            found.append(_together(watched, since, silent))
        else:
            found += [_alone(each) for each in silent]
    return found


def _alone(silent: Silent) -> Finding:
    said = Sentence(
        "series.silent",
        series=silent.series.replace("/", ", "),
        since=_period(silent.since),
        count=silent.periods,
        most=silent.longest_pause,
    )
    return _finding(kind=SILENT, series=silent.series, since=silent.since, said=said, more={})


def _together(watched: Watched, since: datetime, silent: Sequence[Silent]) -> Finding:
    names = [each.series.replace("/", ", ") for each in silent]
    shown = [*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])]
    said = Sentence(
        "series.silent_together",
        count=len(silent),
        all=watched.count,
        since=_period(since),
        names=shown,
    )
    return _finding(
        kind=SILENT,
        series=", ".join(watched.fields),
        since=since,
        said=said,
        more={"series": [each.series for each in silent]},
    )


def _end_silences(
    connection: sa.Connection, name: str, watched: Watched, still: set[str], changes: Changes
) -> None:
    """Those whose series, or most of them where they stopped together, are there again."""
    columns = recommendations.c
    query = sa.select(recommendations).where(
        columns.dataset == name,
        columns.resolved_at.is_(None),
        columns.source_ref.startswith(_SOURCE),
        columns.unique_id != ALL_SERIES,
    )
    for row in connection.execute(query.with_for_update()).all():
        evidence = evidence_of(row)
        if row.fingerprint in still or tuple(evidence.series_fields) != watched.fields:
            continue
        names = evidence.latest.details.get("series") or [evidence.series]
        back = [each for each in names if each in watched.present]
        if 2 * len(back) > len(names):
            resolve(
                *(connection, row, evidence, Sentence("series.came")),
                data_end=watched.end,
                source_ref=row.source_ref,
            )
            changes.resolved.append(row.id)


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
        last=_time(run.finished_at or run.started_at),
        rhythm=_rhythm(next_one.rhythm),
        due=_time(next_one.due),
    )
    return _finding(
        kind=MISSING,
        series=ALL_SERIES,
        since=next_one.window_start,
        said=said,
        more={"drm_run": run.id, "due": next_one.due.isoformat()},
    )


def _finding(
    *, kind: str, series: str, since: datetime, said: Sentence, more: Mapping[str, Any]
) -> Finding:
    return Finding(
        category=Category.OPTIMISATION,
        kind=kind,
        severity=Severity.WARNING,
        unique_id=series,
        measure=_MEASURE,
        unit="",
        ds=since,
        since=since,
        value=None,
        expected=None,
        lo=None,
        hi=None,
        score=1.0,
        confidence=None,
        evidence={"why": str(said), "said": said.as_json(), **more},
    )


def _time(moment: datetime) -> Sentence:
    return Sentence("moment.time", day=moment.date().isoformat(), time=f"{moment:%H:%M}")


def _period(moment: datetime) -> Sentence:
    """A period that begins with its day is said by it."""
    if moment.hour or moment.minute:
        return _time(moment)
    return Sentence("moment.day", day=moment.date().isoformat())


def _rhythm(rhythm: timedelta) -> Sentence:
    hours = rhythm.total_seconds() / 3600
    if hours < 24:
        return Sentence("rhythm.hours", count=round(hours, 1))
    return Sentence("rhythm.days", count=round(hours / 24, 1))


def _ground(next_one: Expected, stored: StoredDataset) -> Ground:
    start = next_one.window_start
    return _ground_of(
        stored,
        window=(start, start + next_one.rhythm),
        source_ref=f"{_SOURCE}{next_one.after.id}",
    )


def _ground_of(
    stored: StoredDataset,
    *,
    window: tuple[datetime, datetime],
    source_ref: str,
    series_fields: Sequence[str] = (),
) -> Ground:
    return Ground(
        model=None,
        dataset=stored.declaration.name,
        freq=stored.declaration.model_freq,
        series_fields=tuple(series_fields),
        labels={_MEASURE: "Deliveries"},
        data_version=None,
        version_id=None,
        quality_score=None,
        window_start=window[0],
        window_end=window[1],
        source_ref=source_ref,
        repeats=(),
        may_resolve=True,
        # What is silent again is news each time.
        advice=Advice(cool_down=0),
        finder=SILENCE_MODEL,
    )
