"""Text files whose lines say in their first field, or by their form, what they are: market data and metering of
Australia's electricity (C, I, D; 100, 200, 300) and logs of web servers.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.head import is_value
from iop_pipelines.intake.tables import Line, Lines, Other

_LOOKED_AT = 50
# A log in which hardly a line is cut off.
_MOST_STRANGE = 0.05
_LOG = re.compile(
    r'(?P<address>\S+) \S+ (?P<user>\S+) \[(?P<time>\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] '
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<bytes>\d+|-)'
    r'(?: "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?(?P<more>.*)'
)  # fmt: skip
_LOG_HEAD = ("Address", "Time", "Request", "Status", "Bytes", "Referer", "Agent")
_METER_HEAD = ("NMI", "Suffix", "Unit", "Time", "Value")
_DAY_MINUTES = 1_440
_DIGITS = 4


def web_log(lines: Iterator[tuple[int, str]]) -> Lines | None:
    """A table of a web server's log in the common or the combined form; None for all else.

    lines: numbers and texts. A line of another form is one of one cell, which the table's head shows to be none of it.
    """
    first = list(islice(lines, _LOOKED_AT))
    matches = [_LOG.fullmatch(text) for _, text in first]
    if not first or matches.count(None) > _MOST_STRANGE * len(first):
        return None
    found = Lines([Line(0, _LOG_HEAD)])
    while first:
        parted = [_of_log(text) for _, text in first]
        found.extend(parted, [number for number, _ in first])
        first = list(islice(lines, 10_000))
    return found


def _of_log(text: str) -> Sequence[str]:
    match = _LOG.fullmatch(text)
    return [match[name.lower()] or "" for name in _LOG_HEAD] if match else [text[:500]]


def by_kind(lines: Lines) -> tuple[Lines, list[Other]] | None:
    """The table that most lines are of, and what else there is; None for files whose lines say no kind."""
    if not lines.columns or len(lines) < 3:
        return None
    kinds = set(lines.columns[0].distinct or ())
    if kinds <= {"C", "I", "D"} and {"I", "D"} <= kinds and _has_heads(lines):
        return _market(lines)
    if lines[0].cells[:2] == ("100", "NEM12") and kinds <= {
        "100",
        "200",
        "300",
        "400",
        "500",
        "900",
    }:
        return _metered(lines), []
    return None


def _has_heads(lines: Lines) -> bool:
    """Whether the lines I say names: credit, debit and interest of a bank are letters, too."""
    heads = (line.cells[4:] for line in lines if line.cells[0] == "I")
    return lines[0].cells[0] in ("C", "I") and not any(
        is_value(cell) for head in heads for cell in head
    )


def _market(lines: Lines) -> tuple[Lines, list[Other]] | None:
    """I is the head of the rows D below it, C what is said of the file. Its second to fourth fields name the table."""
    rows: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        if line.cells[0] == "D":
            rows[line.cells[1:4]] += 1
    if not rows:
        return None
    most, _ = rows.most_common(1)[0]
    why = Sentence("intake.other_shape")
    others = [Other(" ".join(each), why, is_kin=False) for each in rows if each != most]
    seen: set[str] = set()
    kept: list[Line] = []
    for line in lines:
        kind = line.cells[0]
        is_head = kind == "I" and "I" not in seen
        if line.cells[1:4] == most and (kind == "D" or is_head):
            seen.add(kind)
            kept.append(Line(line.number, line.cells[4:]))
    return Lines(kept), others


def _metered(lines: Lines) -> Lines:
    """A row an interval: 200 says whose the intervals are and how long, 300 is a day of them."""
    return Lines([Line(0, _METER_HEAD), *_intervals(lines)])


def _intervals(lines: Lines) -> Iterator[Line]:
    whose, minutes = ("", "", ""), ""
    for line in lines:
        kind = line.cells[0]
        if kind == "200":
            _, meter, _, _, suffix, _, _, unit, minutes, *_ = (*line.cells, *[""] * 9)
            whose = (meter, suffix, unit)
        elif kind == "300":
            yield from _day(line, whose, minutes)


def _day(line: Line, whose: Sequence[str], said: str) -> Iterator[Line]:
    """said: how many minutes an interval has; where it is no part of a day the line is one that cannot be read."""
    minutes = int(said) if said.isdecimal() and len(said) <= _DIGITS else 0
    if not minutes or _DAY_MINUTES % minutes:
        yield Line(line.number, (*whose, f"{line.cells[1]}: {said or '?'} min", ""))
        return
    try:
        begin = datetime.strptime(line.cells[1], "%Y%m%d")
    except ValueError:
        yield Line(line.number, (*whose, line.cells[1], ""))
        return
    for place, value in enumerate(line.cells[2 : 2 + _DAY_MINUTES // minutes]):
        moment = begin + timedelta(minutes=minutes * place)
        yield Line(line.number, (*whose, moment.isoformat(sep=" "), value))
