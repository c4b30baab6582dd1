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

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any, cast

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
    scoring = Scoring(row_schema, key)
    names = {*row_schema["properties"], *row_schema.get("required", ()), *key}
    scoring.add({name: [row.get(name) for row in rows] for name in names}, len(rows))
    return scoring.quality(rows_expected, finished_at=finished_at, due_at=due_at)


class Scoring:
    """As `score_rows`, of rows that come a block of columns at a time."""

    def __init__(self, row_schema: Mapping[str, Any], key: Sequence[str]) -> None:
        self._required = tuple(row_schema.get("required", ()))
        self._checks = {name: _check_of(spec) for name, spec in row_schema["properties"].items()}
        self._key = key
        self._count = self._complete = self._valid = 0
        # Of 64 bits each: of a million rows two that differ are taken for one in a case of ten million.
        self._keys = array("q")

    def add(self, block: Block, size: int) -> None:
        """size: of each column; a column that is not in the block is unknown there."""
        nothing: list[str | None] = [None] * size
        needed = [block.get(name, nothing) for name in self._required]
        wrong = {
            row
            for name, check in self._checks.items()
            if name in block
            for row in _wrong(block[name], check)
        }
        self._count += size
        is_whole = all(map(all, needed))
        self._complete += size if is_whole else sum(map(all, zip(*needed, strict=True)))
        self._valid += size - len(wrong)
        keys = zip(*(block.get(name, nothing) for name in self._key), strict=True)
        self._keys.extend(map(hash, keys))

    def quality(self, rows_expected: int, *, finished_at: datetime, due_at: datetime) -> Quality:
        """`due_at`: the moment by which the run had to end (naive UTC)."""
        count, promised = self._count, max(rows_expected, self._count)
        completeness = self._complete / promised if promised else 1.0
        validity = self._valid / count if count else float(not promised)
        uniqueness = _distinct(self._keys) / count if count else 1.0
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

    # In order, for numpy finds different ones without it in ten times as long.
    ordered = np.sort(np.frombuffer(keys, np.int64))
    return int(len(ordered) > 0) + int(np.count_nonzero(ordered[1:] != ordered[:-1]))


def _wrong(cells: Sequence[str | None], check: "_Check") -> Iterator[int]:
    """Rows whose cell is something and fails; each different cell is looked at once."""
    # Most numbers are written plainly, which is seen of all of them at once.
    if check.plain is not None and _is_plain(cells, check.plain):
        return iter(())
    bad = {cell for cell in set(cells) if cell and not check.is_right(cell)}
    return (row for row, cell in enumerate(cells) if cell in bad) if bad else iter(())


def _is_plain(cells: Sequence[str | None], plain: re.Pattern[str]) -> bool:
    """Whether each of the cells that are something is what the pattern takes, of many at once."""
    try:
        text, known = "\n".join(cast("Sequence[str]", cells)), cast("Sequence[str]", cells)
    except TypeError:
        known = list(filter(None, cells))
        text = "\n".join(known)
    # A cell of several lines would be several.
    if text.count("\n") >= max(1, len(known)):
        return False
    is_short = max(map(len, known), default=0) <= _LONGEST_PLAIN
    if is_short and _is_of_digits(text, has_points=plain is _NUMBERS):
        return True
    return plain.fullmatch("\n".join(filter(None, known))) is not None


def _is_of_digits(text: str, *, has_points: bool) -> bool:
    """Whether all lines with text are digits behind a minus or none, and with a point between them at most where
    numbers have these: what the patterns say, in a third of their time."""
    if not text.isascii():
        return False
    lines = b"\n%b\n" % text.encode()
    signs = lines.translate(None, b"0123456789")
    if signs.translate(None, b"\n-." if has_points else b"\n-"):
        return False
    minuses = signs.count(b"-")
    if minuses and (lines.count(b"\n-") < minuses or b"-\n" in lines or b"-." in lines):
        return False
    is_split = has_points and b"." in signs
    return not is_split or not any(
        (b".." in signs, b"\n." in lines, b".\n" in lines, b".-" in lines)
    )


@dataclass(frozen=True, slots=True)
class _Check:
    """`plain`: what is surely right, of many cells, a line each."""

    is_right: Callable[[str], bool]
    plain: re.Pattern[str] | None = None


# Of a plain number: far fewer digits than make one infinite.
_LONGEST_PLAIN = 300
_INTEGERS = re.compile(r"(?:-?[0-9]{1,300}(?:\n-?[0-9]{1,300})*+)?")
_NUMBER = r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?"
_NUMBERS = re.compile(rf"(?:{_NUMBER}(?:\n{_NUMBER})*+)?")


def _check_of(spec: Mapping[str, Any]) -> _Check:
    kinds = spec.get("type", "string")
    kind = next(
        (k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null"), "string"
    )
    if kind in ("integer", "number"):
        low, high = spec.get("minimum"), spec.get("maximum")
        plain = _INTEGERS if kind == "integer" else _NUMBERS
        is_free = low is None and high is None
        return _Check(_number_check(kind, low, high), plain if is_free else None)
    if spec.get("format") in ("date", "date-time"):
        return _Check(_moment_check(spec["format"]))
    allowed = frozenset(spec["enum"]) if "enum" in spec else None
    is_match = searcher(spec["pattern"]) if "pattern" in spec else None

    def check(value: str) -> bool:
        return (allowed is None or value in allowed) and (is_match is None or is_match(value))

    return _Check(check)


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
