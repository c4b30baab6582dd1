"""Delimited text: what stands between its fields, and its lines, read a block at a time."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import BLOCK
from iop_pipelines.intake.tables import Lines

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_LOOKED_AT = 300
_HEAD = 200_000


def opened(path: Path, codec: str) -> IO[str]:
    """Bytes that are no letters of `codec` were refused before."""
    return path.open(encoding=codec, errors="strict", newline="")


def read_delimited(path: Path, codec: str, name: str) -> tuple[Lines, str, str]:
    """Its lines, the delimiter, and that in words."""
    with opened(path, codec) as file:
        head = file.read(_HEAD)
        file.seek(0)
        first = head.partition("\n")[0].strip()
        if is_told := first.lower().startswith("sep=") and len(first) <= 5:
            delimiter = first[4:] or "\t"
            file.readline()
        else:
            delimiter = _delimiter_of(head, name)
        lines = _lines(file, delimiter, name, int(is_told))
    return lines, delimiter, f"{_NAMES.get(delimiter, repr(delimiter))} between fields"


def _lines(file: IO[str], delimiter: str, name: str, skipped: int) -> Lines:
    lines = Lines()
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, cells in _records(file, delimiter, name, skipped):
        rows.append(cells)
        numbers.append(number)
        if len(rows) == BLOCK:
            lines.extend(rows, numbers)
            rows, numbers = [], []
    lines.extend(rows, numbers)
    return lines


def _records(
    file: IO[str], delimiter: str, name: str, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """Each with the number of its first line; those without any text are not there."""
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    before = skipped
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num + skipped
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield number, stripped
    except csv.Error as error:
        raise InvalidInput("intake.open_quotes", name=name, line=before + 1, error=error) from error


def _delimiter_of(text: str, name: str) -> str:
    """The one that gives most lines the same number of fields, and fields without other delimiters in them."""
    head = "\n".join(islice(text.splitlines(), _LOOKED_AT))
    scores = {each: _score(head, each) for each in DELIMITERS}
    best = max(scores, key=lambda each: scores[each])
    if scores[best] == 0:
        raise InvalidInput("intake.one_column", name=name)
    return best


def _score(head: str, delimiter: str) -> float:
    try:
        rows = [
            row
            for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        return 0.0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    cells = [cell for row in rows if len(row) == width for cell in row]
    foreign = sum(any(each in cell for each in DELIMITERS[1:]) for cell in cells)
    return count / len(rows) * (1 - foreign / len(cells)) ** 2 * (1 - 0.1 / width)
