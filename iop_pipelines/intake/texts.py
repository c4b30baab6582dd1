"""Delimited text: what stands between its fields, and its lines, read a block at a time."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import IO

from iop_pipelines.domain.collector import collector_paused
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.aligned import numbered_lines, read_aligned
from iop_pipelines.intake.cells import BLOCK
from iop_pipelines.intake.head import is_value
from iop_pipelines.intake.parted import with_whole_dates
from iop_pipelines.intake.tables import Lines

DELIMITERS = (",", ";", "\t", "|", "^", "~")
BLANKS = " "
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "^": "caret", "~": "tilde"}
# A comma is in numbers and words as well; carets and tildes are too seldom to say anything.
_FOREIGN = (";", "\t", "|")
_ALIGNED = re.compile(r"\S {2,}\S")
# Below this a delimiter leaves half of the file apart, and blanks may do better.
_POOR = 0.5
_FORMULA = re.compile(r'(?:^|[,;|\t"])="', re.MULTILINE)
_OF_FORMULA = re.compile(r'^="([^"]*)"$')
# A whole field in quotation marks, whose delimiters are text.
_QUOTED = re.compile(r'(?:(?<=[,;\t|^~])|^)"[^"]*"(?=[,;\t|^~]|$)', re.MULTILINE)
_NO_DELIMITER = str.maketrans(dict.fromkeys(",;\t|^~", "_"))
_WRAPPED = re.compile(r'"((?:[^"]|"")*)"')
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
            delimiter, score = _delimiter_of(head)
            inner, inner_score = _delimiter_of(_unwrapped(head))
            if not score and inner_score >= _POOR:
                lines = _lines(_whole_rows(file), inner, name, 0, is_formula=False)
                lines = with_whole_dates(lines) if inner == "," else lines
                return lines, inner, f"{_NAMES.get(inner, repr(inner))} between fields of one cell"
            if score < _POOR:
                found = read_aligned(partial(numbered_lines, path, codec))
                if found is not None and not _is_between(delimiter, found[0]):
                    return found[0], BLANKS, found[1]
            if not score:
                raise InvalidInput("intake.one_column", name=name)
        with collector_paused():
            lines = _lines(
                file, delimiter, name, int(is_told), is_formula=_FORMULA.search(head) is not None
            )
    lines = with_whole_dates(lines) if delimiter == "," else lines
    return lines, delimiter, f"{_NAMES.get(delimiter, repr(delimiter))} between fields"


def _unwrapped(text: str) -> str:
    """What stands in whole lines between quotation marks, as where rows were pasted into one column of a sheet."""
    rows = [_WRAPPED.fullmatch(line.strip()) for line in text.splitlines()[:_LOOKED_AT]]
    known = [row[1].replace('""', '"') for row in rows if row]
    return "\n".join(known) if len(known) > _POOR * len(rows) else ""


def _whole_rows(file: IO[str]) -> Iterator[str]:
    for line in file:
        row = _WRAPPED.fullmatch(line.strip())
        yield f"{row[1]}\n".replace('""', '"') if row else line


def _lines(
    file: Iterable[str], delimiter: str, name: str, skipped: int, *, is_formula: bool
) -> Lines:
    """is_formula: some cells are ="0123", for a spreadsheet to take them as text."""
    lines = Lines()
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    before = skipped
    while rows := _block(reader, name, before):
        after = reader.line_num + skipped
        if after - before == len(rows):
            numbers: Sequence[int] = range(before + 1, after + 1)
        else:
            numbers = list(accumulate(map(_lines_of, rows), initial=before + 1))[:-1]
        before = after
        if is_formula:
            rows = [[_OF_FORMULA.sub(r"\1", cell) for cell in row] for row in rows]
        lines.extend(rows, numbers)
    return lines


def _block(reader: Iterator[list[str]], name: str, before: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, BLOCK))
    except csv.Error as error:
        line = before + 1 + sum(map(_lines_of, rows))
        raise InvalidInput("intake.open_quotes", name=name, line=line, error=error) from error
    return rows


def _lines_of(row: list[str]) -> int:
    """A field between quotation marks may go on in the next line."""
    return 1 + sum(cell.count("\n") for cell in row)


def _delimiter_of(text: str) -> tuple[str, float]:
    """The one that gives most lines the same number of fields, and fields without other delimiters in them; and how
    well it does, from 0 to 1."""
    head = "\n".join(islice(text.splitlines(), _LOOKED_AT))
    head = _QUOTED.sub(lambda found: found[0].translate(_NO_DELIMITER), head)
    scores = {each: _score(head, each) for each in DELIMITERS}
    best = max(scores, key=lambda each: scores[each])
    return best, scores[best]


def _is_between(delimiter: str, lines: Lines) -> bool:
    """Whether what blanks leave together has that delimiter, and not as a sign of its numbers."""
    for cells in lines.columns:
        sample = cells.sample(_LOOKED_AT)
        if sum(delimiter in cell and not is_value(cell) for cell in sample) > 0.5 * len(sample):
            return True
    return False


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
    foreign = sum(
        any(each in cell for each in _FOREIGN) or _ALIGNED.search(cell) is not None
        for cell in cells
    )
    return count / len(rows) * (1 - foreign / len(cells)) ** 2 * (1 - 0.1 / width)
