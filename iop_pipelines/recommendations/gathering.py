"""After a look of a model: which of what still stands of its dataset is of one cause, and what is so no longer.

What is told stays told alone until another look; nothing here changes what a recommendation says or how it stands.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.causes import Cause, Direction, Rate, Standing, gather
from iop_pipelines.recommendations.evidence import Seen, add_periods
from iop_pipelines.recommendations.first_look import History
from iop_pipelines.recommendations.lifecycle import Changes, Ground
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import (
    analytical_models,
    findings,
    model_outputs,
    recommendation_causes,
    recommendations,
)

_AT_ONCE = 500
# How often there are findings is told by those of so long, in the time of the data.
_REMEMBERED = timedelta(days=366)
_EXECUTION = "execution:"


@dataclass(frozen=True)
class _Row:
    standing: Standing
    direction: Direction | None
    model_id: int | None
    source_ref: str


@dataclass(frozen=True)
class Look:
    """What one execution told: found, of which `changes` came; history: where it was of the whole past at once."""

    ground: Ground
    found: Sequence[Finding]
    history: History | None
    changes: Changes


def gather_causes(connection: sa.Connection, look: Look) -> None:
    ground, fresh = look.ground, {*look.changes.opened, *look.changes.updated}
    if not fresh and not look.changes.resolved:
        return
    stored = _stored(connection, ground.dataset)
    if not fresh and not stored:
        return
    rows = _standing(connection, ground)
    leaving = _leaving(stored, rows, fresh)
    _set_cause(connection, sorted(leaving), None)
    touched = {each.standing.cause for each in rows if each.standing.id in fresh}
    rows = [_alone(each) if each.standing.id in leaving else each for each in rows]
    changed = _gathered(connection, look, rows, fresh)
    gathered = {cause.id for _, cause in changed}
    for cause in _causes_in(rows):
        was = stored.get(cause.id)
        if was is None or cause.id in gathered:
            continue
        # Also where the first of them has ended.
        if cause.id in touched or cause.since != was.since:
            changed.append((Direction(was.direction), cause))
    if changed:
        judged = _judged(connection, rows)
        for direction, cause in changed:
            _keep(connection, ground.dataset, direction, cause, _series_of(cause, rows, judged))
    if leaving or look.changes.resolved:
        _forget_empty(connection, ground.dataset)


def direction_of(value: float | None, expected: float | None) -> Direction | None:
    """None of what nothing was expected of, as of what a rule finds."""
    if value is None or expected is None or value == expected:
        return None
    return Direction.LOWER if value < expected else Direction.HIGHER


def span_of(seen: Seen, freq: ModelFrequency | None) -> tuple[datetime, datetime]:
    """Of an unbroken stretch, half-open."""
    until = datetime.fromisoformat(seen.details.get("until") or seen.ds.isoformat())
    return seen.since, add_periods(max(until, seen.since), 1, freq)


def step_at(moment: datetime, freq: ModelFrequency | None) -> timedelta:
    return add_periods(moment, 1, freq) - moment


def _standing(connection: sa.Connection, ground: Ground) -> list[_Row]:
    of = recommendations.c
    query = sa.select(
        *(of.id, of.unique_id, of.place, of.cause_id, of.model_id, of.source_ref),
        of.metadata["latest"].label("latest"),
    ).where(
        of.dataset == ground.dataset,
        of.category == Category.ANOMALY,
        of.live_key.is_not(None),
        of.model_id.is_not(None),
    )
    rows: list[_Row] = []
    for row in connection.execute(query.order_by(of.id)):
        try:
            seen = Seen.model_validate(row.latest)
            since, end = span_of(seen, ground.freq)
        except ValueError:
            # What this release does not read stays as it is, and keeps no other from being told.
            continue
        standing = Standing(row.id, row.unique_id, since, end, row.place, row.cause_id)
        direction = direction_of(seen.value, seen.expected)
        rows.append(_Row(standing, direction, row.model_id, row.source_ref or ""))
    return rows


def _alone(row: _Row) -> _Row:
    return replace(row, standing=replace(row.standing, cause=None))


def _stored(connection: sa.Connection, dataset: str) -> dict[int | None, Record]:
    causes = recommendation_causes.c
    query = sa.select(causes.id, causes.direction, causes.since).where(causes.dataset == dataset)
    return {row.id: row for row in connection.execute(query)}


def _causes_in(rows: Iterable[_Row]) -> list[Cause]:
    causes: dict[int, Cause] = {}
    for row in rows:
        if (cause := row.standing.cause) is not None:
            causes.setdefault(cause, Cause(cause)).members.append(row.standing)
    return list(causes.values())


def _gathered(
    connection: sa.Connection, look: Look, rows: Sequence[_Row], fresh: Collection[int]
) -> list[tuple[Direction, Cause]]:
    found: list[tuple[Direction, Cause]] = []
    for direction in Direction:
        these = [each for each in rows if each.direction is direction]
        is_to_find = any(
            each.standing.id in fresh and each.standing.cause is None for each in these
        )
        if len(these) < 2 or not is_to_find:
            continue
        rate = _rate(connection, look, direction, these)
        found += [
            (direction, cause) for cause in gather([each.standing for each in these], fresh, rate)
        ]
    return found


def _leaving(
    stored: Mapping[int | None, Record], rows: Sequence[_Row], fresh: Collection[int]
) -> set[int]:
    """Those whose last finding is at another time than all others of the cause, or goes the other way."""
    members: dict[int, list[_Row]] = {}
    for row in rows:
        if row.standing.cause is not None:
            members.setdefault(row.standing.cause, []).append(row)
    directions = {cause: row.direction for cause, row in stored.items()}
    leaving: set[int] = set()
    for cause, its in members.items():
        for row in its:
            if row.standing.id not in fresh:
                continue
            others = [each.standing for each in its if each is not row]
            touches = any(
                each.since < row.standing.end and row.standing.since < each.end for each in others
            )
            if row.direction != directions.get(cause) or (others and not touches):
                leaving.add(row.standing.id)
    return leaving


def _rate(
    connection: sa.Connection, look: Look, direction: Direction, rows: Sequence[_Row]
) -> Rate:
    """Of the findings that could have been told: of a first look those that are, later all that models had of late.

    What several versions of a model found is one finding.
    """
    ground = look.ground
    step = step_at(ground.window_end, ground.freq)
    if look.history is not None and ground.data_start is not None:
        own = [
            each
            for each in look.found
            if each.category is Category.ANOMALY
            and direction_of(each.value, each.expected) is direction
        ]
        versions = ground.model.id if ground.model else None
        others = [each for each in rows if each.model_id != versions]
        return Rate(len(own) + len(others), ground.window_end - ground.data_start, step)
    of, models = findings.c, analytical_models.c
    is_so = of.value < of.expected if direction is Direction.LOWER else of.value > of.expected
    until = ground.window_end
    each = (
        sa.select(models.name, of.unique_id, of.since)
        .join(analytical_models, models.id == of.model_id)
        .where(
            models.dataset == ground.dataset,
            of.since >= until - min(_REMEMBERED, until - datetime.min),
            of.since < until,
            of.category == Category.ANOMALY,
            is_so,
        )
        .distinct()
        .subquery()
    )
    query = sa.select(sa.func.count(), sa.func.min(each.c.since)).select_from(each)
    count, first = connection.execute(query).one()
    return Rate(count, until - (first or until), step)


def _keep(
    connection: sa.Connection, dataset: str, direction: Direction, cause: Cause, series: int
) -> None:
    values = {"since": cause.since, "series": series}
    change = sa.update(recommendation_causes).where(recommendation_causes.c.id == cause.id)
    cause_id = cause.id
    if cause_id is None or connection.execute(change.values(**values)).rowcount == 0:
        # Or nobody has it any more: an older release, beside this one, ends it without a look at who joins.
        result = connection.execute(
            sa.insert(recommendation_causes).values(dataset=dataset, direction=direction, **values)
        )
        cause_id = int(result.lastrowid)
    new = [each.id for each in cause.members if each.cause != cause_id]
    _set_cause(connection, new, cause_id)


def _judged(connection: sa.Connection, rows: Sequence[_Row]) -> dict[int | None, set[str]]:
    """Which series each model judged, by its last execution here; of a large panel too the last row of each line is
    there."""
    last: dict[int | None, int] = {}
    for row in rows:
        execution = row.source_ref.removeprefix(_EXECUTION)
        if row.source_ref.startswith(_EXECUTION) and execution.isdigit():
            last[row.model_id] = max(last.get(row.model_id, 0), int(execution))
    of = model_outputs.c
    query = sa.select(of.model_id, of.unique_id).where(of.execution_id.in_(list(last.values())))
    judged: dict[int | None, set[str]] = {}
    for row in connection.execute(query.distinct()):
        judged.setdefault(row.model_id, set()).add(row.unique_id)
    return judged


def _series_of(
    cause: Cause, rows: Iterable[_Row], judged: Mapping[int | None, Collection[str]]
) -> int:
    """How many the models judged that the members are of; what several models judge is one series."""
    ids = {each.id for each in cause.members}
    models = {row.model_id for row in rows if row.standing.id in ids}
    series = {each.series for each in cause.members}
    return len(series.union(*(judged.get(each, ()) for each in models)))


def _set_cause(connection: sa.Connection, ids: Sequence[int], cause_id: int | None) -> None:
    of = recommendations.c
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        # What ended meanwhile is of no cause any more.
        change = sa.update(recommendations).where(of.id.in_(some), of.live_key.is_not(None))
        connection.execute(change.values(cause_id=cause_id))


def _forget_empty(connection: sa.Connection, dataset: str) -> None:
    of = recommendation_causes.c
    members = sa.exists().where(recommendations.c.cause_id == of.id)
    connection.execute(sa.delete(recommendation_causes).where(of.dataset == dataset, ~members))
