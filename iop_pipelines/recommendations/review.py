"""Recommendations read and reviewed by people: open, accepted, dismissed, with who, when and why.

A decision may be made offline and sent later: its `Sending` says what its maker saw, so that it does
not overwrite what somebody else decided meanwhile, and gives it a key, so that it is taken once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.events.outgoing import tell_insight
from iop_pipelines.ledger import counters
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.leads import Columns, Wanted, causes_of, is_lead
from iop_pipelines.schema.tables import (
    dataset_versions,
    model_executions,
    recommendation_events,
    recommendations,
    review_requests,
    users,
)
from iop_pipelines.schema.transactions import write, writes
from iop_pipelines.schema.witness import Witness, unwitnessed

MAX_LISTED = 1000


@dataclass(frozen=True)
class StoredRecommendation:
    """A row of `recommendations`; moments are naive UTC, `first_ds` and `last_ds` dataset-local.

    `severity` is that of the last finding, `peak_severity` the gravest that there was. `resolved_at` says that
    the finding is gone; what was decided about it stays in `status`.
    """

    id: int
    title: str
    description: str
    category: Category
    severity: Severity
    peak_severity: Severity
    status: ReviewStatus
    source_ref: str | None
    metadata: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    dataset: str | None
    unique_id: str | None
    model_id: int | None
    occurrences: int
    first_ds: datetime | None
    last_ds: datetime | None
    resolved_at: datetime | None
    previous_id: int | None
    snoozed_until: datetime | None
    cause_id: int | None


@dataclass(frozen=True)
class Sending:
    """How a decision was sent.

    key: the sender's own; the same again from the same person is the same decision.
    seen: the status that its maker saw; another one by now is a Conflict.
    """

    key: str | None = None
    seen: ReviewStatus | None = None


DIRECTLY = Sending()


def review(
    engine: sa.Engine,
    recommendation_id: int,
    status: ReviewStatus,
    actor: int | None = None,
    reason: str | None = None,
    *,
    witness: Witness = unwitnessed,
    sending: Sending = DIRECTLY,
) -> StoredRecommendation:
    """Records a decision; any change is allowed, the status that it has already changes nothing.

    Accepted and dismissed ones take no updates and start their cool-down at the end of the data
    known now; one that is opened again takes updates unless a newer one does.

    Raises NotFound, and Conflict where the status is no longer the one that was seen.
    """

    def work(connection: sa.Connection) -> None:
        row = _locked(connection, recommendation_id)
        request = _Request(connection, row, "status", actor, sending)
        if not request.is_done and row.status is not status:
            is_opened = status is ReviewStatus.OPEN
            values = _opened_again(connection, row) if is_opened else _closed(connection, row)
            connection.execute(
                sa.update(recommendations)
                .where(recommendations.c.id == recommendation_id)
                .values(status=status, snoozed_until=None, **values)
            )
            counters.count_review(
                *(connection, row.severity, row.category, row.status, status),
                is_gone=row.resolved_at is not None,
            )
            request.event_id = _tell(
                connection,
                recommendation_id,
                "status",
                actor,
                reason=reason,
                status_before=row.status.value,
                status_after=status.value,
            )
            tell_insight(connection, recommendation_id, "reviewed")
        request.remember()
        after = _standing(_locked(connection, recommendation_id))
        witness(connection, _standing(row), {**after, "reason": reason})

    write(engine, work)
    return recommendation(engine, recommendation_id)


@writes
def comment(
    connection: sa.Connection,
    recommendation_id: int,
    text: str,
    actor: int | None = None,
    *,
    witness: Witness = unwitnessed,
    sending: Sending = DIRECTLY,
) -> int:
    """Adds a remark to the history and returns its event's id.

    Raises NotFound, and Conflict where the status is no longer the one that was seen.
    """
    row = _locked(connection, recommendation_id)
    request = _Request(connection, row, "comment", actor, sending)
    is_new = request.event_id is None
    if request.event_id is None:
        request.event_id = _tell(connection, recommendation_id, "comment", actor, reason=text)
    request.remember()
    told = {"id": recommendation_id, "event_id": request.event_id, "text": text}
    witness(connection, None if is_new else told, told)
    return request.event_id


@writes
def snooze(
    connection: sa.Connection,
    recommendation_id: int,
    until: datetime | None,
    now: datetime,
    *,
    actor: int | None = None,
    reason: str | None = None,
    witness: Witness = unwitnessed,
    sending: Sending = DIRECTLY,
) -> None:
    """Puts an open recommendation off until then, or with None takes it up again; naive UTC.

    Raises NotFound, Conflict for one that is decided, InvalidInput for a moment that is past.
    """
    row = _locked(connection, recommendation_id)
    request = _Request(connection, row, "snoozed", actor, sending)
    if not request.is_done:
        _check_snooze(connection, row, until, now)
        connection.execute(
            sa.update(recommendations)
            .where(recommendations.c.id == recommendation_id)
            .values(snoozed_until=until)
        )
        details = {"until": until.isoformat() if until else None}
        request.event_id = _tell(
            connection, recommendation_id, "snoozed", actor, reason=reason, details=details
        )
    request.remember()
    after = _standing(_locked(connection, recommendation_id))
    witness(connection, _standing(row), {**after, "reason": reason})


def _check_snooze(
    connection: sa.Connection, row: sa.Row[Any], until: datetime | None, now: datetime
) -> None:
    if until is not None and until <= now:
        raise InvalidInput("moment.past", "until", moment=until.isoformat(), now=now.isoformat())
    if row.status is not ReviewStatus.OPEN:
        raise Conflict(
            "recommendation.not_open",
            _decided(connection, row),
            id=row.id,
            status=row.status.value,
        )


class _Request:
    """One decision under the lock of its recommendation; `is_done` if it came before.

    Raises Conflict where it has not, and its maker saw another status.
    """

    def __init__(
        self,
        connection: sa.Connection,
        row: sa.Row[Any],
        kind: str,
        actor: int | None,
        sending: Sending,
    ) -> None:
        self._connection = connection
        self._key: str | None = None
        self.event_id: int | None = None
        self.is_done = False
        if sending.key is not None:
            text = f"{actor}|{kind}|{row.id}|{sending.key}"
            self._key = hashlib.sha256(text.encode()).hexdigest()
            before = connection.execute(
                sa.select(review_requests.c.event_id).where(
                    review_requests.c.request_key == self._key
                )
            ).first()
            if before is not None:
                self.event_id, self.is_done = before.event_id, True
        if not self.is_done and sending.seen not in (None, row.status):
            raise Conflict(
                "recommendation.decided_already",
                _decided(connection, row),
                id=row.id,
                status=row.status.value,
                then=sending.seen,
            )

    def remember(self) -> None:
        if self._key is not None and not self.is_done:
            self._connection.execute(
                review_requests.insert().values(request_key=self._key, event_id=self.event_id)
            )


def _decided(connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
    """How a recommendation stands, and who decided so."""
    events = recommendation_events.c
    last = connection.execute(
        sa.select(events.actor, users.c.name, events.reason, events.created_at)
        .outerjoin(users, users.c.id == events.actor)
        .where(events.recommendation_id == row.id, events.kind == "status")
        .order_by(events.id.desc())
        .limit(1)
    ).first()
    return {
        "id": row.id,
        "status": row.status.value,
        "updated_at": row.updated_at,
        "decided_at": last.created_at if last else None,
        "actor": last.actor if last else None,
        "actor_name": last.name if last else None,
        "reason": last.reason if last else None,
    }


def recommendation(engine: sa.Engine, recommendation_id: int) -> StoredRecommendation:
    """Raises NotFound."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(*_COLUMNS).where(recommendations.c.id == recommendation_id)
        ).first()
    if row is None:
        raise NotFound("recommendation.not_found", id=recommendation_id)
    return _stored(row)


def list_recommendations(
    engine: sa.Engine,
    *,
    status: ReviewStatus | None = None,
    category: Category | None = None,
    limit: int = 50,
    with_cause: bool = False,
) -> list[StoredRecommendation]:
    """As the inbox has them (`domain.places`); `limit` at most 1000. with_cause: of each cause the gravest alone."""
    order = recommendations.c.place.desc(), recommendations.c.id.desc()
    query = sa.select(*_COLUMNS).where(*_listed(status, category, with_cause))
    with engine.connect() as connection:
        found = connection.execute(query.order_by(*order).limit(min(limit, MAX_LISTED)))
        return [_stored(row) for row in found]


def count_recommendations(
    engine: sa.Engine,
    status: ReviewStatus | None = None,
    category: Category | None = None,
    *,
    with_cause: bool = False,
) -> int:
    """How many `list_recommendations` has without a limit."""
    query = sa.select(sa.func.count()).select_from(recommendations)
    with engine.connect() as connection:
        return connection.scalar(query.where(*_listed(status, category, with_cause))) or 0


def count_of_causes(
    engine: sa.Engine,
    found: Sequence[StoredRecommendation],
    status: ReviewStatus | None = None,
    category: Category | None = None,
) -> dict[int, int]:
    """By the id of those that lead a cause: how many of a list it has, itself among them."""
    ids = {each.cause_id for each in found} - {None}
    with engine.connect() as connection:
        causes = causes_of(connection, cast(set[int], ids), _wanted(status, category))
    return {
        each.id: causes[each.cause_id, each.status]["count"]
        for each in found
        if each.cause_id is not None and (each.cause_id, each.status) in causes
    }


def _wanted(status: ReviewStatus | None, category: Category | None) -> Wanted:
    def wanted(of: Columns) -> list[sa.ColumnElement[bool]]:
        given = {"status": status, "category": category}
        return [of[name] == value for name, value in given.items() if value is not None]

    return wanted


def _listed(
    status: ReviewStatus | None, category: Category | None, with_cause: bool
) -> list[sa.ColumnElement[bool]]:
    wanted = _wanted(status, category)
    leads = [is_lead(wanted)] if with_cause else []
    return [*wanted(recommendations.c), *leads]


PEAK_SEVERITY = sa.func.coalesce(recommendations.c.peak_severity, recommendations.c.severity).label(
    "peak_severity"
)
_COLUMNS = [
    PEAK_SEVERITY if name == "peak_severity" else recommendations.c[name]
    for name in StoredRecommendation.__dataclass_fields__
]


def _stored(row: sa.Row[Any]) -> StoredRecommendation:
    return StoredRecommendation(*row)


def _locked(connection: sa.Connection, recommendation_id: int) -> sa.Row[Any]:
    query = sa.select(recommendations).where(recommendations.c.id == recommendation_id)
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound("recommendation.not_found", id=recommendation_id)
    return row


def _standing(row: sa.Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "status": row.status, "snoozed_until": row.snoozed_until}


def _tell(
    connection: sa.Connection, recommendation_id: int, kind: str, actor: int | None, **values: Any
) -> int:
    result = connection.execute(
        sa.insert(recommendation_events).values(
            recommendation_id=recommendation_id, kind=kind, actor=actor, **values
        )
    )
    return int(result.lastrowid)


def _closed(connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
    if row.fingerprint is None:  # no model of ours made it, so none will update it
        return {"live_key": None}
    evidence = Evidence.model_validate(row.metadata)
    known = evidence.window_end
    if row.model_id is not None:
        last = connection.scalar(
            sa.select(sa.func.max(dataset_versions.c.window_end))
            .join(model_executions, model_executions.c.dataset_version_id == dataset_versions.c.id)
            .where(
                model_executions.c.model_id == row.model_id,
                model_executions.c.advised_at.is_not(None),
            )
        )
        known = max(known, last or known)
    closed = evidence.model_copy(update={"closed_ds": known})
    return {"live_key": None, "metadata": closed.to_json()}


def _opened_again(connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
    if row.resolved_at is not None:
        return {}
    newer = connection.scalar(
        sa.select(recommendations.c.id).where(recommendations.c.live_key == row.fingerprint)
    )
    return {} if newer is not None else {"live_key": row.fingerprint}


def counts_by_status(engine: sa.Engine) -> dict[str, int]:
    """Recommendations by review status; every status is there."""
    column = recommendations.c.status
    with engine.connect() as connection:
        rows = connection.execute(sa.select(column, sa.func.count()).group_by(column)).all()
    found = {ReviewStatus(status): int(count) for status, count in rows}
    return {status.value: found.get(status, 0) for status in ReviewStatus}
