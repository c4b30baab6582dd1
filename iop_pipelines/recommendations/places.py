"""Gives recommendations their place in the inbox where a release of before, which knows of none, wrote them while both
ran: what it opened has none, what it raised or ended has that of before."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.places import first_place, first_place_above, place_of
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.recommendations.lifecycle import evidence_of
from iop_pipelines.schema.tables import recommendations
from iop_pipelines.schema.transactions import write

_AT_ONCE = 500


def give_places(engine: sa.Engine, *, is_thorough: bool = False) -> int:
    """How many had none, or a wrong one; done again, it changes nothing.

    is_thorough: those with a wrong one too, for which all are read.
    """
    of = recommendations.c
    condition = sa.or_(of.place == 0, *(_wrong() if is_thorough else ()))
    # Nothing is locked that is as it should be.
    with engine.connect() as connection:
        ids = connection.scalars(sa.select(of.id).where(condition)).all()
    for start in range(0, len(ids), _AT_ONCE):
        write(engine, _give, ids[start : start + _AT_ONCE])
    return len(ids)


def _wrong() -> list[sa.ColumnElement[bool]]:
    of = recommendations.c
    lowest_standing = first_place(Severity.INFO)
    of_severity = [
        sa.and_(
            of.live_key.is_not(None),
            of.severity == each,
            ~of.place.between(first_place(each), first_place_above(each) - 1),
        )
        for each in Severity
    ]
    return [*of_severity, sa.and_(of.resolved_at.is_not(None), of.place >= lowest_standing)]


def _give(connection: sa.Connection, ids: Sequence[int]) -> None:
    of = recommendations.c
    query = sa.select(recommendations).where(of.id.in_(ids)).order_by(of.id)
    for row in connection.execute(query.with_for_update()).all():
        change = sa.update(recommendations).where(of.id == row.id)
        connection.execute(change.values(place=_place(row)))


def _place(row: sa.Row[Any]) -> int:
    is_gone = row.resolved_at is not None
    if row.fingerprint is None:
        # Of another hand.
        return place_of(row.severity or Severity.INFO, row.last_ds, is_gone=is_gone)
    return evidence_of(row).place(row.category, is_gone=is_gone)
