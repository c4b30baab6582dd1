"""Deliveries that could not be prepared: which wait for somebody, and taking one all the same.

No pandas here: the API and commands import this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.ledger.work import IN_FLIGHT
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import dataset_versions, datasets
from iop_pipelines.schema.transactions import writes
from iop_pipelines.schema.witness import Witness, unwitnessed

# The codes of deliveries that somebody may accept.
REFUSED = frozenset({"delivery.refused", "delivery.nothing_left"})
# A data version is named by at least so many of its hexadecimal digits.
_LEAST_DIGITS = 8


@dataclass(frozen=True)
class Unprepared:
    """A data version that failed, and whose window no later delivery has filled since."""

    id: int
    dataset_id: int
    dataset: str
    data_version: str
    drm_run_id: int
    window_start: datetime
    window_end: datetime
    failed_at: datetime | None
    rows_in: int | None
    usable_pct: float | None
    quality_score: float | None
    error_msg: str | None
    said: Mapping[str, Any] | None

    @property
    def is_refused(self) -> bool:
        """Whether too many of its rows are refused, so that it can be accepted; else preparing it failed."""
        return is_refusal(self.said)

    @property
    def reason(self) -> Sentence | None:
        """None for one of another release."""
        return read(self.said)


def is_refusal(said: Mapping[str, Any] | None) -> bool:
    return (said or {}).get("code") in REFUSED


def unprepared(connection: sa.Connection, dataset_id: int | None = None) -> list[Unprepared]:
    """Of one dataset or of all, in the order of their ids."""
    query = sa.select(*_COLUMNS, datasets.c.name.label("dataset")).join(
        datasets, datasets.c.id == dataset_versions.c.dataset_id
    )
    query = query.where(waits()).order_by(dataset_versions.c.id)
    if dataset_id is not None:
        query = query.where(dataset_versions.c.dataset_id == dataset_id)
    return [Unprepared(**row) for row in connection.execute(query).mappings()]


def waits() -> sa.ColumnElement[bool]:
    """Of `dataset_versions`: it failed, and what its window holds has not come by a later run since."""
    versions, later = dataset_versions.c, dataset_versions.alias()
    is_later = sa.or_(
        later.c.drm_run_id > versions.drm_run_id,
        sa.and_(later.c.drm_run_id == versions.drm_run_id, later.c.id > versions.id),
    )
    is_filled = (
        sa.exists(sa.literal(1))
        .where(
            later.c.dataset_id == versions.dataset_id,
            is_later,
            later.c.status == "prepared",
            later.c.window_start <= versions.window_start,
            later.c.window_end >= versions.window_end,
        )
        .correlate_except(later)
    )
    return sa.and_(versions.status == "failed", ~is_filled)


def version_named(engine: sa.Engine, name: str) -> int:
    """The id of the data version that `name` means: its id, or eight digits and more of its hash.

    Raises NotFound for none, Conflict where several begin so.
    """
    versions = dataset_versions.c
    is_id = name.isdecimal() and len(name) < _LEAST_DIGITS
    is_it = (
        versions.id == int(name)
        if is_id
        else versions.data_version.startswith(name.lower(), autoescape=True)
    )
    with engine.connect() as connection:
        found = list(connection.scalars(sa.select(versions.id).where(is_it).limit(2)))
    if not found or not (is_id or len(name) >= _LEAST_DIGITS):
        raise NotFound("data_version.no_such_name", name=name)
    if len(found) > 1:
        raise Conflict("data_version.not_one", name=name)
    return found[0]


@dataclass(frozen=True)
class Accepted:
    """`is_new`: false where it was accepted, or is prepared, already."""

    id: int
    data_version: str
    dataset: str
    is_new: bool


@writes
def accept(connection: sa.Connection, version_id: int, witness: Witness = unwitnessed) -> Accepted:
    """Takes a refused delivery all the same: what of it can be used is prepared by the next worker.

    Asked again, nothing changes.

    Raises:
        NotFound: no data version has that id.
        Conflict: it was not refused but failed for another reason, or is not prepared yet.
    """
    row = _locked(connection, version_id)
    if row.accepted_at is not None or row.status == "prepared":
        witness(connection, _told(row), _told(row))
        return Accepted(row.id, row.data_version, row.dataset, is_new=False)
    if row.status != "failed":
        raise Conflict("delivery.still_being_prepared", version=row.data_version[:12])
    if not is_refusal(row.said):
        why = read(row.said) or row.error_msg
        raise Conflict("delivery.failed_otherwise", version=row.data_version[:12], why=why)
    connection.execute(
        dataset_versions.update()
        .where(dataset_versions.c.id == version_id)
        .values(accepted_at=sa.func.current_timestamp())
    )
    queue_again(connection, [version_id])
    witness(connection, _told(row), {**_told(row), "status": "pending", "accepted": True})
    return Accepted(row.id, row.data_version, row.dataset, is_new=True)


def queue_again(connection: sa.Connection, version_ids: Sequence[int]) -> list[int]:
    """Has versions prepared again that nobody works on; one with prepared rows keeps them until then.

    Returns the ids of those that are queued now.
    """
    versions = dataset_versions.c
    is_idle = sa.and_(versions.id.in_(version_ids), versions.phase.not_in(IN_FLIGHT))
    idle = list(connection.scalars(sa.select(versions.id).where(is_idle).with_for_update()))
    connection.execute(
        dataset_versions.update()
        .where(versions.id.in_(idle))
        .values(
            status=sa.case((versions.status == "prepared", "prepared"), else_="pending"),
            phase=Phase.QUEUED,
            # A new attempt is a new run: Dagster passes over a run key that it has seen.
            attempt=versions.attempt + 1,
            starts=0,
            run_after=None,
            error_msg=None,
            said=None,
        )
    )
    return idle


def _locked(connection: sa.Connection, version_id: int) -> Record:
    # Alone: MariaDB cannot lock one of two joined tables, and the other's row need not wait.
    lock = sa.select(dataset_versions.c.id).where(dataset_versions.c.id == version_id)
    if connection.scalar(lock.with_for_update()) is None:
        raise NotFound("data_version.not_found", id=version_id)
    columns = (
        dataset_versions.c[name]
        for name in ("id", "data_version", "status", "said", "error_msg", "accepted_at")
    )
    query = (
        sa.select(*columns, datasets.c.name.label("dataset"))
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(dataset_versions.c.id == version_id)
    )
    return connection.execute(query).one()


def _told(row: Record) -> dict[str, Any]:
    return {
        "id": row.id,
        "dataset": row.dataset,
        "dataVersion": row.data_version,
        "status": row.status,
        "accepted": row.accepted_at is not None,
    }


_COLUMNS = [
    dataset_versions.c[name] for name in Unprepared.__dataclass_fields__ if name != "dataset"
]
