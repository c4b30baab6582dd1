"""recommendations.*: advice, and what people decide about it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field, with_config
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.shapes import (
    ROW,
    ById,
    Created,
    Done,
    Id,
    IdempotencyKey,
    LocalMoment,
    Reason,
    Reasoned,
    SchemaOf,
    SearchText,
    columns_of,
    rows_of,
    select_of,
)
from iop_pipelines.api.registry import Heavy, Kind, Registry, Shape
from iop_pipelines.api.translations import translated
from iop_pipelines.domain.languages import TRANSLATED, Language, spoken
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import MAX_ID
from iop_pipelines.domain.periods import to_zone
from iop_pipelines.domain.places import HIGHEST
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.query.output_files import has_files
from iop_pipelines.recommendations import review
from iop_pipelines.recommendations.causes import Direction
from iop_pipelines.recommendations.chart import evidence_chart
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.leads import Columns, Wanted, causes_of, is_lead
from iop_pipelines.recommendations.sparkline import sparkline
from iop_pipelines.schema.tables import analytical_models, recommendation_events, users
from iop_pipelines.schema.tables import recommendations as table

# place-id
_CURSOR = r"^[0-9]{1,16}-[1-9][0-9]{0,9}$"
# ReviewStatus, as its history keeps it: text.
Status = Literal["open", "accepted", "dismissed"]


class Wording(TypedDict):
    title: str
    description: str


@with_config(ROW)
class Cause(TypedDict):
    """What several have in common: `count` of them stand as this one does, put off as it is or not (of a list, and are
    asked for); `series`: of how many series, each once, that were judged; `since`: when the first of them began."""

    id: int
    direction: Direction
    since: LocalMoment
    series: int
    count: int


@with_config(ROW)
class _Told(TypedDict):
    id: int
    title: str
    description: str | None
    category: Category
    severity: Severity
    peak_severity: Severity
    status: ReviewStatus
    source_ref: str | None
    created_at: datetime
    updated_at: datetime
    dataset: str | None
    unique_id: str | None
    model_id: int | None
    occurrences: int
    first_ds: LocalMoment | None
    last_ds: LocalMoment | None
    resolved_at: datetime | None
    previous_id: int | None
    snoozed_until: datetime | None
    translations: dict[Language, Wording] | None
    cause: Cause | None


@with_config(ROW)
class Recommendation(_Told):
    """`metadata` is the evidence. `resolvedAt`: the finding is gone, whatever was decided about it.

    `severity` is that of the last finding, `peakSeverity` the gravest there was.

    `translations` are those of title and description; null where IOP did not write them. `cause`: null of what has
    none, and in a list of what it has alone of one.
    """

    metadata: Annotated[dict[str, Any], SchemaOf(Evidence)] | None


@with_config(ROW)
class ListedRecommendation(_Told):
    """As `recommendations.get` has it, with a `sparkline` in place of the evidence: the last values of
    the series, at most 60, oldest first; null is a gap. `cursor`: where a list that is asked for with it goes on."""

    sparkline: list[float | None]
    cursor: str


@with_config(ROW)
class KeptRecommendation(Recommendation):
    """As `recommendations.get` and `recommendations.list` have it together: what a device keeps of it."""

    sparkline: list[float | None]
    cursor: str


@with_config(ROW)
class Changes(TypedDict):
    """`items` in the order of the inbox. `isWhole`: false where there were more; those that are not here are to be
    asked for again without `since`. `asOf` is the `since` of the next question."""

    items: list[KeptRecommendation]
    is_whole: bool
    as_of: datetime


class ChangedSince(Shape):
    """Without `since` all that wait for a decision, put off or not; with it what was changed from then on, whatever it
    became."""

    since: datetime | None = None


@with_config(ROW)
class RecommendationEvent(TypedDict):
    """`kind`: opened, updated, resolved, status, comment or snoozed; a comment's text is `reason`.

    `translations` are the reason's, where the platform itself gave it.
    """

    id: int
    kind: str
    status_before: Status | None
    status_after: Status | None
    actor: int | None
    actor_name: str | None
    reason: str | None
    source_ref: str | None
    details: dict[str, Any] | None
    created_at: datetime
    translations: dict[Language, Reasoned] | None


class RecommendationFilter(Shape):
    """`order`: gravest has what still stands before what is no longer found, the gravest of it first, then what was so
    last in the time of its data; newest has what was written last first.

    `cursor` is that of the last row seen, whose place it keeps although the row moved since; an id alone is
    taken for where that row stands now.

    `isSnoozed` false leaves out what is put off to a later moment, true leaves only that; so does
    `isResolved` with what is no longer found. `q` is looked for in titles of every language, whatever
    the case. `model` is a name, of whichever version; `uniqueId` a series; `from` and `to` are the first and last
    day on which it was opened, in the platform's time zone.

    `withCause` leaves out what another one of the list, graver and of one cause with it, tells already; `cause` asks
    for those of one."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    cursor: Annotated[str, Field(pattern=_CURSOR)] | Id | None = None
    order: Literal["gravest", "newest"] = "gravest"
    status: ReviewStatus | None = None
    category: Category | None = None
    severity: Severity | None = None
    is_snoozed: bool | None = None
    is_resolved: bool | None = None
    dataset: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    q: SearchText | None = None
    model: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    unique_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None
    with_cause: bool = False
    cause: Id | None = None


class Decision(ById):
    """`idempotencyKey`: sent again with it by the same person, a decision is the one that was taken.

    `expectedStatus`: what its maker saw; CONFLICT, with what was decided as `data.current`, if it is
    another one by now.
    """

    idempotency_key: IdempotencyKey | None = None
    expected_status: ReviewStatus | None = None

    @property
    def sending(self) -> review.Sending:
        return review.Sending(self.idempotency_key, self.expected_status)


class Review(Decision):
    status: ReviewStatus
    reason: Reason | None = None


class Comment(Decision):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class Snooze(Decision):
    """`until` null takes it up again."""

    until: datetime | None
    reason: Reason | None = None


class EvidencePoint(Shape):
    """`ds` is in the dataset's local time."""

    ds: LocalMoment
    y: float | None
    yhat: float | None
    lo: float | None
    hi: float | None
    is_finding: bool


class Reasons(Shape):
    label: str
    rationale: list[str]
    actions: list[str]


class Labelled(Shape):
    label: str


class OtherEvidence(Shape):
    """At most 200 points around another finding that the text speaks of; `translations` are the label's."""

    execution_id: int | None
    measure: str
    label: str
    unit: str
    ds: LocalMoment
    since: LocalMoment
    points: list[EvidencePoint]
    translations: dict[Language, Labelled]


class RecommendationEvidence(Shape):
    """At most 200 points around the finding of period `ds`, and the text in its parts.

    `measure`, `label`, `unit`, `executionId` and `points` are all of that finding; `others` are findings
    of other measures, or of times that the points do not reach.

    `rationale`: why, a sentence or two each; `actions`: what to do; `owner`: who. `translations` are
    those of label and the two; null where IOP did not write them.
    """

    recommendation_id: int
    execution_id: int | None
    unique_id: str | None
    measure: str | None
    label: str | None
    unit: str | None
    time_zone: str
    freq: str | None
    ds: LocalMoment | None
    since: LocalMoment | None
    points: list[EvidencePoint]
    others: list[OtherEvidence]
    rationale: list[str]
    actions: list[str]
    owner: str | None
    translations: dict[Language, Reasons] | None


_COLUMNS = (
    *columns_of(Recommendation, table, without=("peak_severity", "cause")),
    review.PEAK_SEVERITY,
    table.c.cause_id,
)
_LISTED = select_of(*_COLUMNS, table.c.place)
# Of one answer for a device; with evidence a few kilobytes each, a tenth of that as it is sent.
_MOST_KEPT = 500
_OVERLAP = timedelta(minutes=1)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_PLACE = sa.bindparam("place", type_=sa.BigInteger)
_ID = sa.bindparam("id", type_=sa.Integer)
# The first condition alone is a range of the index; "or" alone is none on every server.
_ORDERED = {
    "gravest": _LISTED.where(
        table.c.place <= _PLACE, sa.or_(table.c.place < _PLACE, table.c.id < _ID)
    ).order_by(table.c.place.desc(), table.c.id.desc()),
    "newest": _LISTED.where(table.c.id < _ID).order_by(table.c.id.desc()),
}
_LISTS = {order: query.limit(_LIMIT) for order, query in _ORDERED.items()}
_HISTORY = (
    select_of(
        *columns_of(
            RecommendationEvent, recommendation_events, without=("actor_name", "translations")
        ),
        recommendation_events.c.said,
        users.c.name.label("actor_name"),
    )
    .outerjoin(users, users.c.id == recommendation_events.c.actor)
    .order_by(recommendation_events.c.id)
)


def _has_outputs_in_files(ctx: Context, _: ById) -> bool:
    """They are read by a reader: that loads pandas."""
    with ctx.platform.engine.connect() as connection:
        return has_files(connection)


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("recommendations.list", Kind.QUERY, "Recommendations, the gravest first.")
    def list_(ctx: Context, given: RecommendationFilter) -> list[ListedRecommendation]:
        zone = ctx.platform.settings.time_zone

        def wanted(of: Columns) -> list[sa.ColumnElement[bool]]:
            return _wanted(of, given, zone)

        query = _LISTS[given.order].where(*wanted(table.c))
        if given.with_cause:
            query = query.where(is_lead(wanted))
        place, last = _seen(ctx, given)
        found = rows_of(ctx, query, {"limit": given.limit, "place": place, "id": last})
        return [_listed(row) for row in _with_causes(ctx, found, wanted)]

    @procedure(
        "recommendations.changes",
        Kind.QUERY,
        "What waits with its evidence, or what of it has changed, for a device to keep.",
    )
    def changes(ctx: Context, given: ChangedSince) -> Changes:
        if given.since is None:
            is_wanted = sa.and_(table.c.status == ReviewStatus.OPEN, table.c.resolved_at.is_(None))
        else:
            is_wanted = table.c.updated_at >= given.since
        order = table.c.place.desc(), table.c.id.desc()
        query = _LISTED.where(is_wanted).order_by(*order).limit(_MOST_KEPT + 1)
        # By the clock that wrote `updated_at`, and before the rows are read.
        with ctx.platform.engine.connect() as connection:
            now = connection.execute(sa.select(sa.func.current_timestamp())).scalar_one()
        found = _with_causes(ctx, rows_of(ctx, query), _standing, least=1)
        return Changes(
            items=[
                KeptRecommendation(**_listed(row), metadata=row["metadata"])
                for row in found[:_MOST_KEPT]
            ],
            is_whole=len(found) <= _MOST_KEPT,
            # A transaction that began before is seen by the next question, which goes back as far.
            as_of=now - _OVERLAP,
        )

    @procedure(
        "recommendations.evidence",
        Kind.QUERY,
        "The series around it, why, and what to do.",
        heavy=Heavy(when=_has_outputs_in_files),
    )
    def evidence(ctx: Context, given: ById) -> RecommendationEvidence:
        found = evidence_chart(ctx.platform.engine, given.id)
        return RecommendationEvidence.model_validate(found, from_attributes=True)

    @procedure("recommendations.get", Kind.QUERY, "One recommendation with its evidence.")
    def get(ctx: Context, given: ById) -> Recommendation:
        review.recommendation(ctx.platform.engine, given.id)
        found = rows_of(ctx, select_of(*_COLUMNS).where(table.c.id == given.id))
        now, until = utc_now(), found[0]["snoozed_until"]
        is_snoozed = until is not None and until > now

        def wanted(of: Columns) -> list[sa.ColumnElement[bool]]:
            return [*_standing(of), _is_snoozed(of, now, is_snoozed)]

        return _spoken(_with_causes(ctx, found, wanted, least=1)[0])

    @procedure("recommendations.update", Kind.MUTATION, "Accept, dismiss or open again.")
    def update(ctx: Context, given: Review) -> Done:
        review.review(
            ctx.platform.engine,
            given.id,
            given.status,
            ctx.user.id,
            given.reason,
            witness=witness_of(ctx),
            sending=given.sending,
        )
        return Done()

    @procedure("recommendations.comment", Kind.MUTATION, "Add a remark to its history.")
    def comment(ctx: Context, given: Comment) -> Created:
        event_id = review.comment(
            *(ctx.platform.engine, given.id, given.text, ctx.user.id),
            witness=witness_of(ctx),
            sending=given.sending,
        )
        return Created(id=event_id)

    @procedure("recommendations.snooze", Kind.MUTATION, "Put an open one off, or take it up again.")
    def snooze(ctx: Context, given: Snooze) -> Done:
        review.snooze(
            ctx.platform.engine,
            given.id,
            given.until,
            utc_now(),
            actor=ctx.user.id,
            reason=given.reason,
            witness=witness_of(ctx),
            sending=given.sending,
        )
        return Done()

    @procedure("recommendations.history", Kind.QUERY, "What happened to it, oldest first.")
    def history(ctx: Context, given: ById) -> list[RecommendationEvent]:
        review.recommendation(ctx.platform.engine, given.id)
        is_its = recommendation_events.c.recommendation_id == given.id
        return [
            RecommendationEvent(**translated(row, "reason"))
            for row in rows_of(ctx, _HISTORY.where(is_its))
        ]


def _wanted(of: Columns, given: RecommendationFilter, zone: str) -> list[sa.ColumnElement[bool]]:
    names = ("status", "category", "severity", "dataset", "unique_id")
    wanted = [of[name] == value for name in names if (value := getattr(given, name)) is not None]
    if given.cause is not None:
        wanted.append(of.cause_id == given.cause)
    if given.is_snoozed is not None:
        wanted.append(_is_snoozed(of, utc_now(), given.is_snoozed))
    if given.is_resolved is not None:
        is_open = of.resolved_at.is_(None)
        wanted.append(sa.not_(is_open) if given.is_resolved else is_open)
    if given.q is not None:
        titles = (
            of.title,
            *(of.translations[each.value, "title"].as_string() for each in TRANSLATED),
        )
        wanted.append(sa.or_(*(title.icontains(given.q, autoescape=True) for title in titles)))
    if given.model is not None:
        versions = sa.select(analytical_models.c.id).where(analytical_models.c.name == given.model)
        wanted.append(of.model_id.in_(versions))
    if given.from_ is not None:
        wanted.append(of.created_at >= _beginning(given.from_, zone))
    if given.to is not None and given.to < date.max:
        wanted.append(of.created_at < _beginning(given.to + timedelta(days=1), zone))
    return wanted


def _standing(of: Columns) -> list[sa.ColumnElement[bool]]:
    return [of.resolved_at.is_(None)]


def _is_snoozed(of: Columns, now: datetime, is_so: bool) -> sa.ColumnElement[bool]:
    is_later = sa.func.coalesce(of.snoozed_until > now, sa.false())
    return is_later if is_so else sa.not_(is_later)


def _with_causes(ctx: Context, rows: Sequence[Any], wanted: Wanted, *, least: int = 2) -> list[Any]:
    ids = {row["cause_id"] for row in rows} - {None}
    with ctx.platform.engine.connect() as connection:
        causes = causes_of(connection, ids, wanted, least=least)
    told: list[Any] = []
    for row in rows:
        its = {name: value for name, value in row.items() if name != "cause_id"}
        told.append({**its, "cause": causes.get((row["cause_id"], row["status"]))})
    return told


def _spoken(row: Recommendation) -> Recommendation:
    return {**row, "translations": spoken(row["translations"])}


def _seen(ctx: Context, given: RecommendationFilter) -> tuple[int, int]:
    """Place and id of the last row seen; of none, those that every row is after."""
    cursor = given.cursor
    if cursor is None:
        return HIGHEST, MAX_ID + 1
    if isinstance(cursor, str):
        place, _, last = cursor.partition("-")
        return int(place), int(last)
    found = rows_of(ctx, select_of(table.c.place).where(table.c.id == cursor))
    if not found and given.order == "gravest":
        raise NotFound("recommendation.not_found", id=cursor)
    return (found[0]["place"] if found else HIGHEST), cursor


def _beginning(day: date, zone: str) -> datetime:
    """Of a day of that zone, in naive UTC; of the calendar's last days as near as there is."""
    return to_zone(datetime.combine(day, time()), zone, "UTC")


def _listed(row: dict[str, Any]) -> ListedRecommendation:
    told: Any = {name: value for name, value in row.items() if name not in ("metadata", "place")}
    told["translations"] = spoken(row["translations"])
    return ListedRecommendation(
        **told,
        sparkline=sparkline(row["metadata"], row["category"]),
        cursor=f"{row['place']}-{row['id']}",
    )
