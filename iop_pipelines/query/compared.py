"""A table beside the same of an earlier period: what it was then, and by how much it changed.

All groups of both periods are read before anything is sorted or left out, so that a group that is no more is a row, and
the largest changes are the largest of all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.alphabet import reading_key
from iop_pipelines.domain.periods import Earlier
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.compile import Compiled, fold_of, is_additive, select_item, zone_of
from iop_pipelines.query.freshness import is_covered, known_part, span_of
from iop_pipelines.query.gaps import filled, zero_of
from iop_pipelines.query.judged import kept
from iop_pipelines.query.labels import Label
from iop_pipelines.query.pairs import Pairs, pairs_of
from iop_pipelines.query.reading import Reading
from iop_pipelines.query.result import Column, Row, Value
from iop_pipelines.query.sources import Source

Rest = Callable[[Sequence[Value], Scope], Row | None]
"""One row for the groups that are none of these values, in a scope; None where there is no such group."""
_MARK = Column("mark", "Mark", "integer")


@dataclass(frozen=True)
class Compared:
    """`rows` are all of them in their order, cut by nothing but `top`; `total` counts the groups.

    `said`: both periods of each comparison, and what of the earlier one has no place beside this one.
    """

    columns: tuple[Column, ...]
    rows: list[Row]
    total: int
    said: tuple[Sentence, ...]
    scope: Scope


@dataclass(frozen=True)
class _Side:
    """The groups of one period by their keys (`Pairs`); those of an earlier one stand under the keys of this one."""

    scope: Scope
    groups: Mapping[Row, Row]
    absent: Row
    said: tuple[Sentence, ...] = ()
    pairs: Pairs = field(default_factory=Pairs)


def read_compared(
    name: str, query: form.TableQuery, source: Source, reading: Reading, rest: Rest
) -> Compared:
    """Raises InvalidQuery where there are more groups than are held at once, and which are first takes all of them."""
    known = known_part(source, reading.connections[source.database], reading.scope.now)
    scope = replace(reading.scope.fresh(), known=known)
    table = _Compared(name, query, source, reading, scope)
    try:
        return _of_all(table, scope, rest)
    except InvalidQuery as refused:
        if refused.sentence.code != "compare.too_many_groups":
            raise
        leading = _of_leading(table, scope.fresh(), rest)
        if leading is None:
            raise
        return leading


def _of_all(table: "_Compared", scope: Scope, rest: Rest) -> Compared:
    name, query = table.name, table.query
    now = table.side(scope)
    hows: list[Earlier] = list(dict.fromkeys(each.compare for each in query.select if each.compare))
    thens: dict[Earlier, _Side] = {how: table.earlier(how, now) for how in hows}
    keys = list(
        dict.fromkeys([*now.groups, *(key for each in thens.values() for key in each.groups)])
    )
    columns = table.columns()
    rows = in_order([table.row(key, now, thens) for key in keys], query, columns)
    if query.having is not None:
        place = f"datasets.{name}.having"
        rows = kept(rows, columns, query.having, scope.fresh(), place, zones=table.zones())
    total = len(rows)
    if query.top and total > query.top.n:
        rows = rows[: query.top.n]
        if query.top.rest:
            rows += table.rest(rows, now, thens, rest)
            total = len(rows)
    return Compared(columns, rows, total, _said(now, thens), now.scope)


def _said(now: _Side, thens: Mapping[Earlier, _Side]) -> tuple[Sentence, ...]:
    said = [_periods(now.scope, each.scope) for each in thens.values()]
    return (*said, *(each for then in thens.values() for each in then.said))


def _of_leading(table: "_Compared", scope: Scope, rest: Rest) -> Compared | None:
    """The first groups of more than are held at once, as the database orders them, and what just these were before.

    None where they can only be known from all groups: what is sorted by stands in no database, or a group that is no
    more may be among the first.
    """
    query, top = table.query, table.query.top
    plain = {item.name for item in query.select if item.is_aggregate}
    is_plain = query.having is None and all(each.by in plain for each in query.sort)
    if top is None or not is_plain or any(item.fill for item in query.select):
        return None
    now = table.side(scope, query=query.model_copy(update={"limit": None}))
    shown = list(now.groups.values())
    if len(shown) < top.n or not table.is_before(shown[-1], now.absent):
        return None
    among = table.among(shown)
    if among is None:
        return None
    hows: list[Earlier] = list(dict.fromkeys(each.compare for each in query.select if each.compare))
    thens: dict[Earlier, _Side] = {how: table.earlier(how, now, among) for how in hows}
    if any(each.pairs.at is not None for each in thens.values()):
        return None
    rows = [table.row(key, now, thens) for key in now.groups]
    total = table.count([now, *thens.values()])
    if top.rest:
        rows += table.rest(rows, now, thens, rest)
        total = len(rows)
    return Compared(table.columns(), rows, total, _said(now, thens), now.scope)


class _Compared:
    def __init__(
        self,
        name: str,
        query: form.TableQuery,
        source: Source,
        reading: Reading,
        scope: Scope,
    ) -> None:
        self.name, self.query, self.source, self.reading = name, query, source, reading
        # Every group is wanted, whatever is shown of them in the end.
        whole = {"top": None, "sort": (), "limit": form.MAX_LIMIT, "offset": 0}
        self.whole = query.model_copy(update=whole)
        self.span = span_of(source, reading.connections[source.database])
        self.compiled = reading.compile(name, self.whole, scope.fresh())

    def side(
        self,
        scope: Scope,
        *,
        query: form.TableQuery | None = None,
        extra: sa.ColumnElement[Any] | None = None,
    ) -> _Side:
        """query: that of the table with other bounds, where not every group is wanted; extra: of which alone."""
        compiled = self.reading.compile(self.name, query or self.whole, scope, extra=extra)
        absent = self._absent(compiled, scope)
        rows, folds = self._read(compiled, absent)
        if scope.before is None and any(item.fill for item in self.query.select):
            rows = filled(self.name, self.whole, compiled, rows, self.reading)
        if len(rows) > form.MAX_LIMIT:
            path = f"datasets.{self.name}.select"
            raise InvalidQuery("compare.too_many_groups", path, most=form.MAX_LIMIT)
        # What was filled in is no later one of two hours.
        folds += [0] * (len(rows) - len(folds))
        groups = {
            (*(row[at] for at in compiled.dimensions), fold): row
            for row, fold in zip(rows, folds, strict=True)
        }
        return _Side(scope, groups, absent)

    def _read(self, compiled: Compiled, absent: Row) -> tuple[list[Row], list[Value]]:
        """The rows, and which of two hours alike each is of. Without groups a database gives a row of no rows too."""
        is_one = not compiled.dimensions
        mark = sa.func.count() if is_one else fold_of(self.query, self.source)
        if mark is None:
            rows = self.reading.rows(compiled, self.source)
            return rows, [0] * len(rows)
        statement = compiled.statement.add_columns(mark)
        marked = replace(compiled, statement=statement, columns=(*compiled.columns, _MARK))
        found = self.reading.rows(marked, self.source)
        if is_one:
            return [row[:-1] if row[-1] else absent for row in found], [0]
        return [row[:-1] for row in found], [row[-1] for row in found]

    def _absent(self, compiled: Compiled, scope: Scope) -> Row:
        """Of a group that a period does not have: nothing was sold, if the period is one of which anything is known."""
        is_known = is_covered(self.span, self.source, scope)
        return tuple(
            zero_of(column) if is_known and is_additive(item, self.source) else None
            for item, column in zip(self.query.select, compiled.columns, strict=True)
        )

    def zones(self) -> Mapping[str, str | None]:
        """Of each column, and of what it was before."""
        own = {item.name: zone_of(item, self.source) for item in self.query.select}
        return own | {f"{name}_previous": zone for name, zone in own.items()}

    def is_before(self, row: Row, absent: Row) -> bool:
        """Whether a group stands before all that this period does not have, whatever these are called."""
        names = [column.name for column in self.compiled.columns]
        for sort in self.query.sort:
            here, there = (_sort_key(each[names.index(sort.by)]) for each in (row, absent))
            if here != there:
                # What is not known comes last, in both directions.
                is_known = here[0] and there[0]
                return (here > there) == (sort.dir == "desc") if is_known else here[0]
        return False

    def among(self, rows: Sequence[Row]) -> sa.ColumnElement[Any] | None:
        """What keeps these groups, and perhaps a few more; None where nothing simple does."""
        kept: list[sa.ColumnElement[Any]] = []
        for at in self.compiled.dimensions:
            item = self.query.select[at]
            expression, column = select_item(item, self.source, f"datasets.{self.name}")
            if column.type in ("string", "integer"):
                values = {row[at] for row in rows}
                known = expression.in_([value for value in values if value is not None])
                kept.append(sa.or_(known, expression.is_(None)) if None in values else known)
        return sa.and_(*kept) if kept else None

    def count(self, sides: Sequence[_Side]) -> int:
        """Of the groups that there are in any of these periods."""
        groups: list[sa.Select[Any]] = []
        for side in sides:
            compiled = self.reading.compile(self.name, self.whole, side.scope.fresh())
            rows = compiled.statement.limit(None).order_by(None).subquery()
            groups.append(sa.select(*(rows.c[f"_{at}"] for at in compiled.dimensions)))
        counted = sa.select(sa.func.count()).select_from(sa.union(*groups).subquery())
        self.reading.tick()
        connection = self.reading.connections[self.source.database]
        return int(connection.execute(counted).scalar_one())

    def earlier(
        self, how: Earlier, now: _Side, extra: sa.ColumnElement[Any] | None = None
    ) -> _Side:
        then = self.side(now.scope.earlier(how), extra=extra)
        since = self.span[0] if self.span else None
        pairs = pairs_of(self.query, self.source, now.scope, then.scope, since)
        found = {
            here: row for key, row in then.groups.items() if (here := pairs.here(key)) is not None
        }
        said = {
            "compare.unpaired": pairs.alone_there(then.groups),
            "compare.unpaired_here": pairs.alone_here(now.groups),
        }
        told = tuple(Sentence(code, moments=alone) for code, alone in said.items() if alone)
        return replace(then, groups=found, pairs=pairs, said=told)

    def columns(self) -> tuple[Column, ...]:
        columns: list[Column] = []
        for item, column in zip(self.query.select, self.compiled.columns, strict=True):
            columns.append(column)
            if item.compare:
                columns += [_before(column, item.compare), _change_column(column)]
        return tuple(columns)

    def row(self, key: Row, now: _Side, thens: Mapping[Earlier, _Side]) -> Row:
        return self._joined(
            now.groups.get(key) or self._with_key(now.absent, key),
            {how: self._before(key, each) for how, each in thens.items()},
        )

    def _before(self, key: Row, then: _Side) -> Row:
        """Beside a day that the earlier period does not have nothing stands, and not zero."""
        unknown: Row = (None,) * len(then.absent)
        return then.groups.get(key) or (then.absent if then.pairs.knows(key) else unknown)

    def rest(
        self, rows: list[Row], now: _Side, thens: Mapping[Earlier, _Side], rest: Rest
    ) -> list[Row]:
        """What the groups that are not shown were in each period, from their own rows."""
        at = self.compiled.dimensions[0]
        shown = [row[self._place(at)] for row in rows]
        here = rest(shown, now.scope)
        before = {how: rest(each.pairs.all_there(shown), each.scope) for how, each in thens.items()}
        if here is None and not any(before.values()):
            return []
        named = next(each for each in (here, *before.values()) if each is not None)
        here = here or self._with_key(now.absent, (named[at],))
        return [self._joined(here, {how: before[how] or thens[how].absent for how in thens})]

    def _place(self, position: int) -> int:
        """Of a selected column among those that are shown."""
        return position + 2 * sum(1 for item in self.query.select[:position] if item.compare)

    def _with_key(self, row: Row, key: Row) -> Row:
        cells = list(row)
        for position, at in enumerate(self.compiled.dimensions):
            cells[at] = key[position]
        return tuple(cells)

    def _joined(self, row: Row, before: Mapping[Earlier, Row]) -> Row:
        cells: list[Value] = []
        for at, (item, column) in enumerate(
            zip(self.query.select, self.compiled.columns, strict=True)
        ):
            cells.append(row[at])
            if item.compare:
                earlier = before[item.compare][at]
                cells += [earlier, _change(row[at], earlier, column)]
        return tuple(cells)


def _periods(now: Scope, then: Scope) -> Sentence:
    """`2026-11-01 to 2026-11-29 against 2026-10-01 to 2026-10-29`."""
    period, earlier = (scope.periods[0].describe() for scope in (now, then))
    return Sentence("compare.periods", period=period, earlier=earlier)


def _before(column: Column, how: Earlier) -> Column:
    label = Label.told(column.label, column.translations).earlier(how)
    return replace(
        column,
        name=f"{column.name}_previous",
        label=label.en,
        translations=label.translations,
    )


def _change_column(column: Column) -> Column:
    label = Label.own("Change")
    return Column(
        name=f"{column.name}_change",
        label=label.en,
        type="number",
        unit="pts" if column.unit == "%" else "%",
        places=1,
        favourable=column.favourable,
        adds_up=False,
        translations=label.translations,
    )


def _change(value: Value, earlier: Value, column: Column) -> float | None:
    """Percent of what was before; for a percentage, the difference in points."""
    if not isinstance(value, int | float | Decimal) or not isinstance(
        earlier, int | float | Decimal
    ):
        return None
    # As they are written: 5.1 is 51 tenths.
    now, then = (Fraction(str(each)) for each in (value, earlier))
    if column.unit == "%":
        return float(now - then)
    return float(100 * (now - then) / abs(then)) if then else None


def in_order(rows: list[Row], query: form.TableQuery, columns: Sequence[Column]) -> list[Row]:
    """By the columns that the query names, any that is shown, then by its groups; what is not known last."""
    names = [column.name for column in columns]
    wanted = [(names.index(sort.by), sort.dir == "desc") for sort in query.sort]
    wanted += [(names.index(each.name), False) for each in query.select if not each.is_aggregate]
    for at, is_backwards in reversed(wanted):
        rows = sorted(rows, key=lambda row: _sort_key(row[at]), reverse=is_backwards)
        rows = [
            *(row for row in rows if row[at] is not None),
            *(row for row in rows if row[at] is None),
        ]
    return rows


def _sort_key(value: Value) -> tuple[bool, object, Value]:
    if isinstance(value, str):
        return (True, reading_key(value), value)
    return (value is not None, value, None)
