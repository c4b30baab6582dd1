"""DRM's quality score, computed from rows as they were delivered; the stand-in scores its runs with it.

Four dimensions, each 0 to 100:

- completeness: rows with a value in every required column, over the rows that the supplier's manifest
  announced (or were delivered, if more);
- validity: rows in which every value that is there can be read as its type and lies in its range or
  set, over the rows delivered;
- uniqueness: distinct keys over the rows delivered;
- timeliness: 100 for a run that ended within its SLA, falling in a straight line to 0 a day later.

The score is completeness · validity · uniqueness as shares, times 0.85 + 0.15 · timeliness: rows that
lack, are wrong or are there twice spoil a figure in proportion, while late rows are still right.
No rows at all score 0 where rows were expected.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from iop_pipelines.domain.patterns import searcher

Row = Mapping[str, str | None]
# Name -> cells, as many of each.
Block = Mapping[str, Sequence[str | None]]

LATE_WEIGHT = 0.15
WORTHLESS_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quality:
    """Each 0 to 100, rounded to two decimals."""

    score: float
    completeness: float
    validity: float
    uniqueness: float
    timeliness: float


def score_rows(
    rows: Sequence[Row],
    row_schema: Mapping[str, Any],
    key: Sequence[str],
    *,
    rows_expected: int,
    finished_at: datetime,
    due_at: datetime,
) -> Quality:
    """rows: text or None by column; `due_at`: the moment by which the run had to end (naive UTC)."""
    names = {*row_schema["properties"], *row_schema.get("required", ()), *key}
    block = {name: [row.get(name) for row in rows] for name in names}
    return score_blocks(
        [block] if rows else [],
        row_schema,
        key,
        rows_expected=rows_expected,
        finished_at=finished_at,
        due_at=due_at,
    )


def score_blocks(
    blocks: Iterable[Block],
    row_schema: Mapping[str, Any],
    key: Sequence[str],
    *,
    rows_expected: int,
    finished_at: datetime,
    due_at: datetime,
) -> Quality:
    """As `score_rows`, of rows that come a block of columns at a time; a column that a block lacks is unknown."""
    required = tuple(row_schema.get("required", ()))
    checks = {name: _check_of(spec) for name, spec in row_schema["properties"].items()}
    count = complete = valid = 0
    # Of 64 bits each: of a million rows two that differ are taken for one in a case of ten million.
    keys = array("q")
    for block in blocks:
        size = len(next(iter(block.values())))
        nothing: list[str | None] = [None] * size
        count += size
        needed = [block.get(name, nothing) for name in required]
        complete += sum(map(all, zip(*needed, strict=True))) if needed else size
        wrong = {
            row
            for name, check in checks.items()
            if name in block
            for row in _wrong(block[name], check)
        }
        valid += size - len(wrong)
        keys.extend(map(hash, zip(*(block.get(name, nothing) for name in key), strict=True)))
    promised = max(rows_expected, count)
    completeness = complete / promised if promised else 1.0
    validity = valid / count if count else float(not promised)
    uniqueness = _distinct(keys) / count if count else 1.0
    timeliness = 1.0 - min(max((finished_at - due_at) / WORTHLESS_AFTER, 0.0), 1.0)
    weight = 1.0 - LATE_WEIGHT + LATE_WEIGHT * timeliness
    shares = (
        completeness * validity * uniqueness * weight,
        completeness,
        validity,
        uniqueness,
        timeliness,
    )
    return Quality(*(round(100 * share, 2) for share in shares))


def _distinct(keys: "array[int]") -> int:
    import numpy as np

    return len(np.unique(np.frombuffer(keys, np.int64)))


def _wrong(cells: Sequence[str | None], check: Callable[[str], bool]) -> Iterator[int]:
    """Rows whose cell is something and fails; each different cell is looked at once."""
    bad = {cell for cell in set(cells) if cell and not check(cell)}
    return (row for row, cell in enumerate(cells) if cell in bad) if bad else iter(())


def _check_of(spec: Mapping[str, Any]) -> Callable[[str], bool]:
    kinds = spec.get("type", "string")
    kind = next(
        (k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null"), "string"
    )
    if kind in ("integer", "number"):
        return _number_check(kind, spec.get("minimum"), spec.get("maximum"))
    if spec.get("format") in ("date", "date-time"):
        return _moment_check(spec["format"])
    allowed = frozenset(spec["enum"]) if "enum" in spec else None
    is_match = searcher(spec["pattern"]) if "pattern" in spec else None

    def check(value: str) -> bool:
        return (allowed is None or value in allowed) and (is_match is None or is_match(value))

    return check


def _number_check(kind: str, low: float | None, high: float | None) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            number = float(value) if kind == "number" else int(value)
        except ValueError:
            return False
        return (
            isfinite(number) and (low is None or number >= low) and (high is None or number <= high)
        )

    return check


def _moment_check(form: str) -> Callable[[str], bool]:
    parse = date.fromisoformat if form == "date" else datetime.fromisoformat

    def check(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return check
