"""Series of a dataset that stopped, by their own rhythm in the periods that the dataset did have.

A series is what active models read: the values of their `series` fields; without a model, the values of each text
field of the key. A period without any row is the dataset's silence and no series's. No pandas here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.transform.table import prepared_table

# Of the dataset's newest periods so many tell the rhythm, and of a series' own so many are needed.
PERIODS = 120
LEAST_PERIODS = 10
# Times its longest pause, and never fewer periods.
_TIMES = 2
_LEAST_PAUSE = 3
# Rows of series and periods that are read; a dataset of more series is watched by whoever models it.
MOST_ROWS = 200_000


@dataclass(frozen=True)
class Silent:
    """
    Attributes:
        series: its values joined by "/".
        since: the first period without it, dataset-local; periods: how many of the dataset's own it lacks.
        longest_pause: how many it lacked at most before.
    """

    series: str
    since: datetime
    periods: int
    longest_pause: int


@dataclass(frozen=True)
class Watched:
    """Of one set of fields: all series that are there, and those that stopped."""

    fields: tuple[str, ...]
    present: frozenset[str]
    silent: tuple[Silent, ...]
    count: int
    end: datetime


def series_fields(
    declaration: DatasetDeclaration, modelled: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """modelled: `series` of its active models."""
    known = [fields for fields in dict.fromkeys(modelled) if fields]
    if known or modelled:
        return known
    return [(name,) for name in declaration.key if declaration.fields[name].type == "string"]


def look(
    connection: sa.Connection, declaration: DatasetDeclaration, fields: tuple[str, ...]
) -> Watched | None:
    """None where there are too few periods, or too many series."""
    table = prepared_table(declaration)
    moment = table.c[declaration.time]
    is_true = table.c.iop_to.is_(None)
    newest = sa.select(moment).where(is_true).distinct().order_by(moment.desc()).limit(PERIODS)
    periods = sorted(_moment(each) for each in connection.scalars(newest))
    if len(periods) < LEAST_PERIODS:
        return None
    columns = [table.c[name] for name in fields]
    first = (
        periods[0] if declaration.fields[declaration.time].type == "datetime" else periods[0].date()
    )
    query = (
        sa.select(moment, *columns)
        .where(is_true, moment >= first)
        .group_by(moment, *columns)
        .limit(MOST_ROWS + 1)
    )
    rows = connection.execute(query).all()
    if len(rows) > MOST_ROWS:
        return None
    seen: dict[str, set[datetime]] = {}
    for at, *values in rows:
        name = "/".join("(none)" if each is None else str(each) for each in values)
        seen.setdefault(name, set()).add(_moment(at))
    silent = silent_among(periods, seen)
    gone = {each.series for each in silent}
    present = {name for name, moments in seen.items() if max(moments) == periods[-1]}
    return Watched(fields, frozenset(present - gone), tuple(silent), len(seen), periods[-1])


def silent_among(periods: Sequence[datetime], seen: Mapping[str, set[datetime]]) -> list[Silent]:
    """Those that stopped, by name.

    periods: of the dataset, ascending; seen: by series, those of them in which it had rows.
    """
    place = {moment: at for at, moment in enumerate(periods)}
    found: list[Silent] = []
    for name, moments in sorted(seen.items()):
        at = sorted(place[moment] for moment in moments if moment in place)
        if len(at) < LEAST_PERIODS:
            continue
        pauses = [later - earlier - 1 for earlier, later in pairwise(at)]
        pause, longest = len(periods) - 1 - at[-1], max(pauses)
        if pause >= _LEAST_PAUSE and pause > _TIMES * longest:
            found.append(Silent(name, periods[at[-1] + 1], pause, longest))
    return found


def _moment(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())
