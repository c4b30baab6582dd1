"""Notifications, read from the rows that they tell of: nothing is written twice, so nothing can differ.

Reports that ended, recommendations opened with a warning or worse, executions that failed, deliveries that
were not prepared and wait for somebody, items of watched sources that could not be delivered, models that
were promoted, templates that the platform paused, and reports whose data was delivered again; of the last `KEPT`. What
a person has read is a mark on one of these rows; a recommendation that was decided, or is no longer found, waits for
nobody and needs no reading, nor does a ready report that a schedule made and nobody asked for. Some are for the owner
of a template, or for admins where it has none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import sqlalchemy as sa
from typing_extensions import TypedDict

from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.domain.sentences import Sentence, read, text_of
from iop_pipelines.domain.vocabulary import (
    Audience,
    ModelStatus,
    Reissue,
    ReportStatus,
    ReviewStatus,
    Role,
    Severity,
)
from iop_pipelines.errors import InvalidInput
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.deliveries import REFUSED, waits
from iop_pipelines.recommendations.deliveries import SOURCE
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    deliveries,
    generated_reports,
    intake_sources,
    model_events,
    model_executions,
    notification_marks,
    recommendations,
    report_templates,
    users,
)
from iop_pipelines.schema.transactions import write
from iop_pipelines.schema.witness import Witness, unwitnessed

KEPT = timedelta(days=30)
MAX_UNREAD = 100
# A moment, a kind and an id: where the page before ended.
CURSOR = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ~[a-z]{5,14}~[1-9]\d{0,9}$"
NotificationKind = Literal[
    "report",
    "recommendation",
    "execution",
    "model",
    "dataset",
    "delivery",
    "template",
    "restatement",
]
NotificationEvent = Literal[
    "ready", "failed", "opened", "promoted", "refused", "paused", "restated", "reissued"
]


class Retold(TypedDict):
    """In another language, or as it is where it is not IOP's own."""

    title: str
    detail: str | None


@dataclass(frozen=True)
class Told:
    """`severity` is that of a recommendation; what failed is a warning, all else is info. `translations`
    are those of a recommendation's title and of a detail that the platform gave; what else has
    a title has it from its author. `slot`: the moment that a report was due, which tells one report of a template from
    the next; None for one that was asked for, and for what is no report."""

    kind: NotificationKind
    item_id: int
    subject_id: int
    event: NotificationEvent
    title: str
    detail: str | None
    severity: Severity
    at: datetime
    is_read: bool
    slot: datetime | None = None
    translations: dict[Language, Retold] | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.item_id}"


@dataclass(frozen=True)
class Listed:
    items: tuple[Told, ...]
    unread: int
    next_cursor: str | None


def _everybody(_user_id: int) -> sa.ColumnElement[bool]:
    return sa.true()


@dataclass(frozen=True)
class _Source:
    """Rows of one kind: `query` has the columns of `Told` but for kind and is_read.

    `is_news` tells, of rows that the condition takes, which somebody may still want to read, `is_for` who is told.
    """

    kind: NotificationKind
    item: sa.ColumnElement[int]
    at: sa.ColumnElement[datetime]
    condition: sa.ColumnElement[bool]
    query: sa.Select[*tuple[Any, ...]]
    is_news: sa.ColumnElement[bool] = field(default_factory=sa.true)
    is_for: Callable[[int], sa.ColumnElement[bool]] = _everybody


def _columns(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """What of a source becomes the attributes of `Told`, whatever their types are."""
    return cast(sa.Select[*tuple[Any, ...]], sa.select(*columns))


def _reports() -> _Source:
    rows, templates = generated_reports.c, report_templates.c
    is_failed = rows.status == ReportStatus.FAILED
    query = (
        _columns(
            rows.id.label("item_id"),
            rows.template_id.label("subject_id"),
            sa.case(
                (is_failed, "failed"), (rows.reissue_of.is_not(None), "reissued"), else_="ready"
            ).label("event"),
            templates.name.label("title"),
            rows.error_msg.label("detail"),
            rows.said,
            rows.remark,
            sa.case((rows.reissue_of.is_not(None), rows.as_of), else_=rows.slot).label("slot"),
            sa.case((is_failed, "warning"), else_="info").label("severity"),
            rows.finished_at.label("at"),
        )
        .select_from(generated_reports)
        .outerjoin(report_templates, templates.id == rows.template_id)
    )
    ended = rows.status.in_([ReportStatus.READY, ReportStatus.FAILED])
    is_for_all = sa.or_(rows.audience.is_(None), is_failed)

    def is_for(user_id: int) -> sa.ColumnElement[bool]:
        is_owners = sa.and_(
            rows.audience == Audience.OWNER,
            rows.template_id.in_(sa.select(templates.id).where(_owns(user_id))),
        )
        return sa.or_(is_for_all, is_owners)

    # What a schedule made, and what did not fail, is there for whoever looks for it: nobody asked.
    is_news = sa.or_(is_failed, rows.slot.is_(None), rows.reissue_of.is_not(None))
    return _Source("report", rows.id, rows.finished_at, ended, query, is_news, is_for=is_for)


def _owns(user_id: int) -> sa.ColumnElement[bool]:
    """Whether a template is that person's; one without an author, or of a disabled account, is every admin's."""
    author, is_admin = users.alias(), users.alias()
    is_orphan = ~sa.exists().where(
        author.c.id == report_templates.c.created_by, sa.not_(author.c.is_disabled)
    )
    may = sa.exists().where(is_admin.c.id == user_id, is_admin.c.role == Role.ADMIN)
    return sa.or_(report_templates.c.created_by == user_id, sa.and_(is_orphan, may))


def _paused() -> _Source:
    rows = report_templates.c
    query = _columns(
        rows.id.label("item_id"),
        rows.id.label("subject_id"),
        sa.literal("paused").label("event"),
        rows.name.label("title"),
        sa.null().label("detail"),
        rows.said,
        sa.literal("warning").label("severity"),
        rows.paused_at.label("at"),
    )
    is_there = sa.and_(rows.pause_cause.is_not(None), rows.deleted_at.is_(None))
    return _Source("template", rows.id, rows.paused_at, is_there, query, is_for=_owns)


def _restated() -> _Source:
    """Offered to who owns the template; where a new edition is sent at once, that one is told of."""
    rows, templates, newer = generated_reports.c, report_templates.c, generated_reports.alias()
    query = (
        _columns(
            rows.id.label("item_id"),
            rows.template_id.label("subject_id"),
            sa.literal("restated").label("event"),
            templates.name.label("title"),
            sa.null().label("detail"),
            rows.restated.label("said"),
            sa.func.coalesce(rows.slot, rows.as_of).label("slot"),
            sa.literal("info").label("severity"),
            rows.restated_at.label("at"),
        )
        .select_from(generated_reports)
        .join(report_templates, templates.id == rows.template_id)
    )
    root = sa.func.coalesce(rows.reissue_of, rows.id)
    waits = ~sa.exists().where(newer.c.reissue_of == root, newer.c.id > rows.id)
    is_marked = rows.restated_at.is_not(None)

    def is_for(user_id: int) -> sa.ColumnElement[bool]:
        mine = sa.select(templates.id).where(_owns(user_id), templates.reissue == Reissue.OFFER)
        return rows.template_id.in_(mine)

    return _Source(
        *("restatement", rows.id, rows.restated_at, is_marked, query), is_news=waits, is_for=is_for
    )


def _title_in(language: Language) -> str:
    return f"title_{language}"


def _recommendations() -> _Source:
    rows = recommendations.c
    query = _columns(
        rows.id.label("item_id"),
        rows.id.label("subject_id"),
        sa.literal("opened").label("event"),
        rows.title,
        sa.null().label("detail"),
        rows.severity,
        rows.created_at.label("at"),
        *(
            rows.translations[each.value, "title"].as_string().label(_title_in(each))
            for each in TRANSLATED
        ),
    )
    is_grave = sa.and_(
        rows.severity.in_([Severity.WARNING, Severity.CRITICAL]),
        # A delivery that was not prepared is told of by itself.
        sa.func.coalesce(rows.source_ref, "").not_like(f"{SOURCE}%"),
    )
    waits = sa.and_(rows.status == ReviewStatus.OPEN, rows.resolved_at.is_(None))
    return _Source("recommendation", rows.id, rows.created_at, is_grave, query, waits)


def _executions() -> _Source:
    rows, models = model_executions.c, analytical_models.c
    query = (
        _columns(
            rows.id.label("item_id"),
            rows.id.label("subject_id"),
            sa.literal("failed").label("event"),
            _model_title().label("title"),
            rows.error_msg.label("detail"),
            rows.said,
            sa.literal("warning").label("severity"),
            rows.finished_at.label("at"),
        )
        .select_from(model_executions)
        .outerjoin(analytical_models, models.id == rows.model_id)
    )
    is_failed = counters.has_failed()
    return _Source("execution", rows.id, rows.finished_at, is_failed, query)


def _deliveries() -> _Source:
    rows = dataset_versions.c
    is_refusal = rows.said["code"].as_string().in_(sorted(REFUSED))
    query = (
        _columns(
            rows.id.label("item_id"),
            rows.dataset_id.label("subject_id"),
            sa.case((is_refusal, "refused"), else_="failed").label("event"),
            datasets.c.name.label("title"),
            rows.error_msg.label("detail"),
            rows.said,
            sa.literal("warning").label("severity"),
            rows.failed_at.label("at"),
        )
        .select_from(dataset_versions)
        .join(datasets, datasets.c.id == rows.dataset_id)
    )
    return _Source("dataset", rows.id, rows.failed_at, waits(), query)


def _undelivered() -> _Source:
    """Once it is told to DRM's tables: its reason names the item then."""
    rows = deliveries.c
    query = (
        _columns(
            rows.id.label("item_id"),
            datasets.c.id.label("subject_id"),
            sa.literal("failed").label("event"),
            intake_sources.c.dataset.label("title"),
            rows.error_msg.label("detail"),
            rows.said,
            sa.literal("warning").label("severity"),
            rows.finished_at.label("at"),
        )
        .select_from(deliveries)
        .join(intake_sources, intake_sources.c.id == rows.source_id)
        .join(datasets, datasets.c.name == intake_sources.c.dataset)
    )
    is_told = sa.and_(rows.status == "failed", rows.drm_run_id.is_not(None))
    return _Source("delivery", rows.id, rows.finished_at, is_told, query)


def _models() -> _Source:
    rows, models = model_events.c, analytical_models.c
    query = (
        _columns(
            rows.id.label("item_id"),
            rows.model_id.label("subject_id"),
            sa.literal("promoted").label("event"),
            _model_title().label("title"),
            rows.reason.label("detail"),
            rows.said,
            sa.literal("info").label("severity"),
            rows.created_at.label("at"),
        )
        .select_from(model_events)
        .outerjoin(analytical_models, models.id == rows.model_id)
    )
    is_promoted = sa.and_(
        rows.status_after == ModelStatus.ACTIVE,
        sa.or_(rows.status_before.is_(None), rows.status_before != ModelStatus.ACTIVE),
    )
    return _Source("model", rows.id, rows.created_at, is_promoted, query)


def _model_title() -> sa.ColumnElement[str]:
    return analytical_models.c.name.concat(" ").concat(analytical_models.c.version)


# In the order in which those of one second are listed.
_SOURCES = (
    _recommendations(),
    _deliveries(),
    _undelivered(),
    _executions(),
    _paused(),
    _restated(),
    _reports(),
    _models(),
)
_RANKS = {source.kind: rank for rank, source in enumerate(_SOURCES)}


def key_of(text: str) -> tuple[NotificationKind, int]:
    kind, _, item_id = text.partition(":")
    return cast(NotificationKind, kind), int(item_id)


def notifications(
    engine: sa.Engine,
    user_id: int,
    now: datetime,
    *,
    limit: int = 50,
    cursor: str | None = None,
    unread_only: bool = False,
) -> Listed:
    """Newest first. now: naive UTC, of the wall clock, as the rows have it."""
    with engine.connect() as connection:
        found = [
            told
            for source in _SOURCES
            for told in _page(
                *(connection, source, user_id, now),
                limit=limit + 1,
                cursor=cursor,
                unread_only=unread_only,
            )
        ]
        unread = _unread(connection, user_id, now)
    found.sort(key=lambda told: (_RANKS[told.kind], -told.item_id))
    found.sort(key=lambda told: told.at, reverse=True)
    items = tuple(found[:limit])
    return Listed(items, unread, _cursor_of(items[-1]) if len(found) > limit else None)


def mark_read(
    engine: sa.Engine,
    user_id: int,
    now: datetime,
    keys: Sequence[tuple[NotificationKind, int]] | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Marks these, or without keys all that there are; how many are unread then.

    What is no notification, or is read already, is passed over.
    """
    marks = notification_marks.c

    def work(connection: sa.Connection) -> int:
        # One person's marks are made one after the other, on several devices too.
        connection.execute(sa.select(users.c.id).where(users.c.id == user_id).with_for_update())
        connection.execute(
            notification_marks.delete().where(
                marks.user_id == user_id, marks.read_at < now - 2 * KEPT
            )
        )
        before = _unread(connection, user_id, now)
        for source in _SOURCES:
            wanted = None if keys is None else [item for kind, item in keys if kind == source.kind]
            if wanted != []:
                _mark(connection, source, user_id, now, wanted)
        after = _unread(connection, user_id, now)
        witness(connection, {"unread": before}, {"unread": after})
        return after

    return write(engine, work)


def _mark(
    connection: sa.Connection,
    source: _Source,
    user_id: int,
    now: datetime,
    item_ids: list[int] | None,
) -> None:
    query = sa.select(
        sa.literal(user_id), sa.literal(source.kind), source.item, sa.literal(now)
    ).where(*_is_there(source, now, user_id), _is_unread(source, user_id))
    if item_ids is not None:
        query = query.where(source.item.in_(item_ids))
    names = ["user_id", "kind", "item_id", "read_at"]
    connection.execute(notification_marks.insert().from_select(names, query))


def _page(
    connection: sa.Connection,
    source: _Source,
    user_id: int,
    now: datetime,
    *,
    limit: int,
    cursor: str | None,
    unread_only: bool,
) -> list[Told]:
    marks = notification_marks.alias()
    query = (
        source.query.add_columns(
            sa.or_(marks.c.item_id.is_not(None), sa.not_(source.is_news)).label("is_read")
        )
        .outerjoin(
            marks,
            sa.and_(
                marks.c.user_id == user_id,
                marks.c.kind == source.kind,
                marks.c.item_id == source.item,
            ),
        )
        .where(*_is_there(source, now, user_id))
        .order_by(source.at.desc(), source.item.desc())
        .limit(limit)
    )
    if unread_only:
        query = query.where(marks.c.item_id.is_(None), source.is_news)
    if cursor is not None:
        query = query.where(_is_after(source, cursor))
    return [
        Told(
            source.kind,
            *(row.item_id, row.subject_id, row.event, row.title, row.detail or text_of(_said(row))),
            severity=Severity(row.severity),
            at=row.at,
            is_read=bool(row.is_read),
            slot=getattr(row, "slot", None),
            translations=_translations(row),
        )
        for row in connection.execute(query)
    ]


def _translations(row: sa.Row[Any]) -> dict[Language, Retold] | None:
    """None where neither the title nor the detail is IOP's own."""
    said = _said(row)
    told: dict[Language, Retold] = {}
    for language in TRANSLATED:
        title: str | None = getattr(row, _title_in(language), None)
        if title is not None or said is not None:
            told[language] = Retold(
                title=title or row.title, detail=said.alone(language) if said else row.detail
            )
    return told or None


def _said(row: sa.Row[Any]) -> Sentence | None:
    """Why it failed, or what there is to know of a file that is ready."""
    return read(getattr(row, "said", None)) or read(getattr(row, "remark", None))


def _is_after(source: _Source, cursor: str) -> sa.ColumnElement[bool]:
    moment, kind, item_id = cursor.split("~")
    try:
        second = datetime.fromisoformat(moment.removesuffix("Z"))
        # SQLite compares moments as text, with a fraction or without: never with one exactly.
        is_before = source.at <= second - timedelta(microseconds=1)
        is_not_after = source.at <= second + timedelta(microseconds=999_999)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("cursor.not_of_this_list", "cursor", error=error) from error
    rank, last = _RANKS[source.kind], _RANKS.get(cast(NotificationKind, kind), len(_RANKS))
    if rank == last:
        return sa.or_(is_before, sa.and_(is_not_after, source.item < int(item_id)))
    return is_not_after if rank > last else is_before


def _cursor_of(told: Told) -> str:
    return f"{told.at.replace(microsecond=0).isoformat()}Z~{told.kind}~{told.item_id}"


def _is_there(source: _Source, now: datetime, user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return source.condition, source.at >= now - KEPT, source.is_for(user_id)


def _is_unread(source: _Source, user_id: int) -> sa.ColumnElement[bool]:
    marks = notification_marks.alias()
    is_marked = (
        sa.exists(sa.literal(1))
        .where(
            marks.c.user_id == user_id,
            marks.c.kind == source.kind,
            marks.c.item_id == source.item,
        )
        .correlate_except(marks)
    )
    return sa.and_(source.is_news, ~is_marked)


def _unread(connection: sa.Connection, user_id: int, now: datetime) -> int:
    """At most MAX_UNREAD: nobody needs to know how many more, and nobody should wait for it."""
    total = 0
    for source in _SOURCES:
        some = (
            sa.select(source.item)
            .where(*_is_there(source, now, user_id), _is_unread(source, user_id))
            .limit(MAX_UNREAD - total)
            .subquery()
        )
        total += connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0
        if total >= MAX_UNREAD:
            break
    return total
