"""The one of each cause that a list tells, and how many it tells with it.

The gravest of those that a list is asked for leads, so that no filter hides what it asks for; of each review status by
itself, for who accepts one has decided nothing about the others.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import sqlalchemy as sa

from iop_pipelines.recommendations.causes import Direction
from iop_pipelines.schema.tables import recommendation_causes, recommendations

# The conditions of a list, on the columns of whichever alias of the table.
Columns = sa.ColumnCollection[str, Any]
Wanted = Callable[[Columns], Sequence[sa.ColumnElement[bool]]]


def is_lead(wanted: Wanted) -> sa.ColumnElement[bool]:
    """Whether no other of its cause that is wanted is before it; true of what stands alone."""
    of, other = recommendations.c, recommendations.alias("other")

    def before(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            other.c.cause_id == of.cause_id,
            *conditions,
            other.c.status == of.status,
            *wanted(other.c),
        )

    # Each is a range of the index; of both with "or" all of a cause would be read for each of it.
    is_led = sa.or_(
        before(other.c.place > of.place),
        before(other.c.place == of.place, other.c.id > of.id),
    )
    return sa.or_(of.cause_id.is_(None), ~is_led)


def causes_of(
    connection: sa.Connection, ids: Collection[int], wanted: Wanted, *, least: int = 2
) -> dict[tuple[int, str], dict[str, Any]]:
    """By cause and review status: what there is to say of it, `count` of those wanted; nothing of fewer than `least`.

    Those of several models are of one series sometimes: there may be more of them than series.
    """
    if not ids:
        return {}
    of, causes = recommendations.c, recommendation_causes.c
    count = sa.func.count().label("count")
    counts = (
        sa.select(of.cause_id, of.status, count)
        .where(of.cause_id.in_(list(ids)), *wanted(of))
        .group_by(of.cause_id, of.status)
        .having(sa.func.count() >= least)
        .subquery()
    )
    query = sa.select(
        *(causes.id, causes.direction, causes.since, causes.series),
        *(counts.c.status, counts.c.count),
    ).join(counts, counts.c.cause_id == causes.id)
    told: dict[tuple[int, str], dict[str, Any]] = {}
    for row in connection.execute(query).mappings():
        its = {name: row[name] for name in ("id", "since", "series", "count")}
        told[row["id"], row["status"]] = {**its, "direction": Direction(row["direction"])}
    return told
