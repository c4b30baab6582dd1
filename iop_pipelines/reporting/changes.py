"""What a report shows otherwise than the one whose place it takes: kept result against kept result.

Groups are told apart by what they are groups of, rows of lists by all of themselves. Compared are values, not what a
page makes of them.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.result import Column, Row, Table, Value
from iop_pipelines.reporting.formats import beside, decimals_of, format_value, unit_beside
from iop_pipelines.reporting.frozen import Frozen
from iop_pipelines.reporting.voice import Voice

# A table of more rows is only told to be another, or not.
MOST_COMPARED = 200_000
# Figures of a table that are kept, and those that are said.
_KEPT = 50
_SAID = 3
# Decimals beyond those that a page has, where it would print two values that differ alike.
_MORE_PLACES = 9
# Two sums of the same doubles, added up in another order.
_NOISE = 1e-12


@dataclass(frozen=True)
class Figure:
    """`row` names the group; None for a total, and in a table of one row. Values are as a page prints them."""

    row: str | None
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class TableChanges:
    """Rows `changed`, `added` and `gone`; `figures` are the first of the `figure_count` that changed.

    Not `is_compared`: too many rows; `row_count` is how many the longer of the two has.
    """

    table: str
    title: str
    changed: int = 0
    added: int = 0
    gone: int = 0
    figures: tuple[Figure, ...] = ()
    is_compared: bool = True
    figure_count: int = 0
    row_count: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "title": self.title,
            "changed": self.changed,
            "added": self.added,
            "gone": self.gone,
            "figures": [asdict(each) for each in self.figures],
            "is_compared": self.is_compared,
        }

    @property
    def said(self) -> Sentence:
        if not self.is_compared:
            return Sentence("changes.not_compared", table=self.title, count=self.row_count)
        parts = [_figure_said(each) for each in self.figures[:_SAID]]
        if self.figure_count > _SAID:
            parts.append(Sentence("changes.more", count=self.figure_count - _SAID))
        parts += [Sentence("changes.changed", count=self.changed)] if self.changed else []
        parts += [Sentence("changes.added", count=self.added)] if self.added else []
        parts += [Sentence("changes.gone", count=self.gone)] if self.gone else []
        return Sentence(
            "changes.in_table", table=self.title, said=Sentence.listed(parts, "said.parts")
        )


def changes_between(old: Frozen, new: Frozen) -> list[TableChanges]:
    """Of the tables that both have, those that differ."""
    former = {table.name: table for table in old.result.tables}
    found = (
        _compared(former[table.name], table, new)
        for table in new.result.tables
        if table.name in former
    )
    return [each for each in found if each is not None]


def said_of(changes: Sequence[TableChanges], former_id: int) -> Sentence:
    """`changed since report 7: By airport: flights of LGA 120, now 123; 1 row changed`."""
    if not changes:
        return Sentence("report.unchanged_since", id=former_id)
    said = Sentence.listed([each.said for each in changes], "said.list")
    return Sentence("report.changed_since", id=former_id, said=said)


def _compared(old: Table, new: Table, frozen: Frozen) -> TableChanges | None:
    row_count = max(old.row_count, new.row_count)
    if row_count > MOST_COMPARED:
        if _digest(old) == _digest(new):
            return None
        return TableChanges(new.name, new.title, is_compared=False, row_count=row_count)
    query = frozen.config.datasets[new.name]
    if not query.is_grouped:
        return _of_lists(old, new)
    keys = {item.name for item in query.select if not item.is_aggregate}
    return _of_groups(old, new, keys, Voice.of(frozen.config))


def _of_lists(old: Table, new: Table) -> TableChanges | None:
    before, now = Counter(_rows(old)), Counter(_rows(new))
    added, gone = (now - before).total(), (before - now).total()
    return TableChanges(new.name, new.title, added=added, gone=gone) if added or gone else None


def _of_groups(old: Table, new: Table, keys: set[str], voice: Voice) -> TableChanges | None:
    before, now = _by_key(old, keys), _by_key(new, keys)
    shared = [column for column in new.columns if column.name not in keys]
    former = {column.name: at for at, column in enumerate(old.columns)}
    pairs = [
        (at, former[column.name], column)
        for at, column in enumerate(new.columns)
        if column in shared and column.name in former
    ]
    figures: list[Figure] = []
    if old.totals is not None and new.totals is not None:
        figures += _figures(None, old.totals, new.totals, pairs, voice)
    changed, figure_count = 0, len(figures)
    for key, row in now.items():
        then = before.get(key)
        if then is None:
            continue
        differing = _figures(_words(key[:-1], new, keys, voice), then, row, pairs, voice)
        changed += bool(differing)
        figure_count += len(differing)
        figures += differing[: max(_KEPT - len(figures), 0)]
    added, gone = len(now.keys() - before.keys()), len(before.keys() - now.keys())
    if not (changed or added or gone or figures):
        return None
    return TableChanges(
        *(new.name, new.title, changed, added, gone, tuple(figures[:_KEPT])),
        figure_count=figure_count,
    )


def _figures(
    row: str | None, old: Row, new: Row, pairs: Sequence[tuple[int, int, Column]], voice: Voice
) -> list[Figure]:
    return [
        Figure(row, voice.label(column), *_shown(old[then], new[at], column, voice))
        for at, then, column in pairs
        if not _is_same(old[then], new[at])
    ]


def _is_same(old: Value, new: Value) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=_NOISE, abs_tol=0.0)
    return old == new


def _shown(old: Value, new: Value, column: Column, voice: Voice) -> tuple[str, str]:
    """As a page prints them, with as many decimals more as tell them apart; in full where none do."""
    unit = unit_beside(column)
    fewest = decimals_of(column, [value for value in (old, new) if value is not None])
    for places in range(fewest, fewest + _MORE_PLACES + 1):
        texts = [format_value(value, column, places, voice) for value in (old, new)]
        if texts[0] != texts[1]:
            break
    else:
        texts = [str(old), str(new)]
    return beside(texts[0], unit), beside(texts[1], unit)


def _by_key(table: Table, keys: set[str]) -> Mapping[Row, Row]:
    """Each row by its groups and its number among those of the same groups, since an hour may come twice."""
    places = [at for at, column in enumerate(table.columns) if column.name in keys]
    found: dict[Row, Row] = {}
    seen: Counter[Row] = Counter()
    for row in _rows(table):
        key = tuple(row[at] for at in places)
        found[*key, seen[key]] = row
        seen[key] += 1
    return found


def _words(key: Row, table: Table, keys: set[str], voice: Voice) -> str | None:
    columns = [column for column in table.columns if column.name in keys]
    words = (_named(value, column, voice) for value, column in zip(key, columns, strict=True))
    return ", ".join(words) or None


def _named(value: Value, column: Column, voice: Voice) -> str:
    """As a page prints it, with all decimals where they are few: 0.121 and 0.124 are two groups."""
    fewest = decimals_of(column, [] if value is None else [value])
    if isinstance(value, float | Decimal):
        exact = Decimal(str(value))
        for places in range(fewest, fewest + _MORE_PLACES + 1):
            if Decimal(f"{value:.{places}f}") == exact:
                return format_value(value, column, places, voice)
    return format_value(value, column, fewest, voice)


def _rows(table: Table) -> Iterator[Row]:
    return islice((row for batch in table.batches() for row in batch), MOST_COMPARED)


def _digest(table: Table) -> str:
    digest = sha256()
    for batch in table.batches():
        for row in batch:
            digest.update(repr(row).encode())
    return digest.hexdigest()


def _figure_said(figure: Figure) -> Sentence:
    values = {"label": figure.label, "old": figure.old, "new": figure.new}
    if figure.row is None:
        return Sentence("changes.figure", **values)
    return Sentence("changes.figure_of", row=figure.row, **values)


def is_empty(frozen: Frozen) -> bool:
    """Whether nothing stands in any of the tables: no rows in lists, and in groups only zeros and what is not known."""
    return all(_is_empty(table, frozen) for table in frozen.result.tables)


def _is_empty(table: Table, frozen: Frozen) -> bool:
    query = frozen.config.datasets[table.name]
    names = {item.name for item in query.select if item.is_aggregate}
    measures = [at for at, column in enumerate(table.columns) if column.name in names]
    if not measures:
        return table.row_count == 0
    # An empty page of many zeros is found at its first figure.
    return not any(row[at] for batch in table.batches() for row in batch for at in measures)
