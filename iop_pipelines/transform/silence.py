"""Series of a dataset that stopped or are new, by their own rhythm in the periods that the dataset did have.

A series is what active models read: the values of their `series` fields; without a model, the values of each text
field of the key. A period without any row is the dataset's silence and no series's. No pandas here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import TimeStep
from iop_pipelines.transform.table import prepared_table

# Of the dataset's newest periods so many tell the rhythm, and of a series' own so many are needed.
PERIODS = 120
LEAST_PERIODS = 10
# Nights and weekends are seen several times; of steps under five minutes as much of them as that is.
_DAYS, _MOST_PERIODS, _MINUTES_A_DAY = 28, 4032, 1440
# In so many periods one may bring a new series, where new ones are still news.
_SELDOM_NEW = 20
# Times its longest pause, and never fewer periods.
_TIMES = 2
_LEAST_PAUSE = 3
# Rows of series and periods that are read; of more, fewer periods are looked at, and then none.
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
class New:
    """
    Attributes:
        values: of the fields, which `series` has joined by "/".
        since: the first period with it, dataset-local.
    """

    series: str
    values: tuple[object, ...]
    since: datetime


@dataclass(frozen=True)
class Watched:
    """Of one set of fields: all series that are there, those that stopped, and those that never were before."""

    fields: tuple[str, ...]
    present: frozenset[str]
    silent: tuple[Silent, ...]
    new: tuple[New, ...]
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


def periods_looked_at(step: TimeStep) -> int:
    """So many of the newest that a week's pauses are among them."""
    if step.minutes is None:
        return PERIODS
    return max(PERIODS, min(_DAYS * _MINUTES_A_DAY // step.minutes, _MOST_PERIODS))


def newest_periods(
    connection: sa.Connection, declaration: DatasetDeclaration, most: int
) -> list[datetime]:
    """Those that have any row, oldest first."""
    table = prepared_table(declaration)
    moment = table.c[declaration.time]
    is_true = table.c.iop_to.is_(None)
    newest = sa.select(moment).where(is_true).distinct().order_by(moment.desc()).limit(most)
    return sorted(moment_of(each) for each in connection.scalars(newest))


def look(
    connection: sa.Connection,
    declaration: DatasetDeclaration,
    fields: tuple[str, ...],
    known_after: int = LEAST_PERIODS,
) -> Watched | None:
    """None where there are too few periods, or too many series.

    known_after: after so many periods a series is no longer new.
    """
    if declaration.step is None:
        return None
    periods = newest_periods(connection, declaration, periods_looked_at(declaration.step))
    if len(periods) < LEAST_PERIODS:
        return None
    seen = _seen(connection, declaration, fields, periods[0])
    if seen is None:
        periods = periods[-PERIODS:]
        seen = _seen(connection, declaration, fields, periods[0])
    if seen is None:
        return None
    named = {"/".join(map(said, values)): moments for values, moments in seen.items()}
    silent = silent_among(periods, named)
    gone = {each.series for each in silent}
    present = {name for name, moments in named.items() if max(moments) == periods[-1]}
    new = [
        each
        for each in new_among(periods, seen, known_after)
        if not _was_before(connection, declaration, fields, each, periods[0])
    ]
    return Watched(
        fields, frozenset(present - gone), tuple(silent), tuple(new), len(seen), periods[-1]
    )


_Seen = dict[tuple[object, ...], set[datetime]]


def _seen(
    connection: sa.Connection,
    declaration: DatasetDeclaration,
    fields: tuple[str, ...],
    first: datetime,
) -> _Seen | None:
    """In which periods from `first` on each series has rows; None if that is too much."""
    table = prepared_table(declaration)
    moment, columns = table.c[declaration.time], [table.c[name] for name in fields]
    query = (
        sa.select(moment, *columns)
        .where(table.c.iop_to.is_(None), moment >= _as_stored(declaration, first))
        .group_by(moment, *columns)
        .limit(MOST_ROWS + 1)
    )
    rows = connection.execute(query).all()
    if len(rows) > MOST_ROWS:
        return None
    seen: _Seen = {}
    for at, *values in rows:
        seen.setdefault(tuple(values), set()).add(moment_of(at))
    return seen


def _was_before(
    connection: sa.Connection,
    declaration: DatasetDeclaration,
    fields: tuple[str, ...],
    new: New,
    first: datetime,
) -> bool:
    """Whether it has rows before the periods that were looked at."""
    table = prepared_table(declaration)
    query = sa.select(sa.literal(1)).where(
        table.c.iop_to.is_(None),
        table.c[declaration.time] < _as_stored(declaration, first),
        *(table.c[name] == value for name, value in zip(fields, new.values, strict=True)),
    )
    return connection.scalar(query.limit(1)) is not None


def _as_stored(declaration: DatasetDeclaration, moment: datetime) -> date | datetime:
    return moment if declaration.fields[declaration.time].type == "datetime" else moment.date()


def said(value: object) -> str:
    return "(none)" if value is None else str(value)


def new_among(
    periods: Sequence[datetime], seen: _Seen, known_after: int = LEAST_PERIODS
) -> list[New]:
    """Those that began when others had long been there, by name; none where new ones are nothing new.

    What came once and is gone again is not new any more.
    """
    place = {moment: at for at, moment in enumerate(periods)}
    at = {
        values: sorted(place[moment] for moment in moments if moment in place)
        for values, moments in seen.items()
    }
    beginnings = {each[0] for each in at.values() if each and each[0] >= LEAST_PERIODS}
    found: list[New] = []
    for values, places in at.items():
        if not places or places[0] not in beginnings or None in values:
            continue
        earlier = sum(each < places[0] for each in beginnings)
        is_news = earlier * _SELDOM_NEW <= places[0] - LEAST_PERIODS
        is_there = len(periods) - 1 - places[-1] < _LEAST_PAUSE
        if is_news and is_there and len(periods) - places[0] < known_after:
            found.append(New("/".join(map(said, values)), values, periods[places[0]]))
    return sorted(found, key=lambda each: each.series)


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


def moment_of(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())
