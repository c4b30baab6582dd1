"""Delimited text: which letters its bytes are, what stands between its fields, and its lines."""

import codecs
import csv
import io
from collections import Counter
from itertools import islice

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.tables import Line

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_LOOKED_AT = 300


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark, else UTF-8 if it is, else the Western ones.

    A statistical guess takes short French for Turkish; bytes that are UTF-8 by chance are not seen in practice.
    """
    for mark, codec, said in _MARKS:
        if data.startswith(mark):
            return _decoded(data, codec, name), said
    sample = data[:4096]
    if b"\0" in sample:
        is_big = sample[::2].count(0) > sample[1::2].count(0)
        if max(sample[::2].count(0), sample[1::2].count(0)) * 4 < len(sample):
            raise InvalidInput("intake.no_text", name=name)
        return _decoded(data, "utf-16-be" if is_big else "utf-16-le", name), "UTF-16"
    for codec, said in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            return data.decode(codec), said
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "Latin-1"


def _decoded(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "intake.not_encoded", name=name, codec=codec, byte=error.start
        ) from error


def read_delimited(text: str, name: str) -> tuple[list[Line], str, str]:
    """Its lines, the delimiter, and that in words."""
    first, _, rest = text.partition("\n")
    declared = first.strip().lower()
    skipped = 0
    if declared.startswith("sep=") and len(declared) <= 5:
        delimiter = first.strip()[4:] or "\t"
        text, skipped = rest, 1
    else:
        delimiter = _delimiter_of(text, name)
    lines = _lines(text, delimiter, name, skipped)
    return lines, delimiter, f"{_NAMES.get(delimiter, repr(delimiter))} between fields"


def _lines(text: str, delimiter: str, name: str, skipped: int) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    lines, before = [], 0
    try:
        for cells in reader:
            number, before = before + 1 + skipped, reader.line_num
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                lines.append(Line(number, stripped))
    except csv.Error as error:
        raise InvalidInput(
            "intake.open_quotes", name=name, line=before + 1 + skipped, error=error
        ) from error
    return lines


def _delimiter_of(text: str, name: str) -> str:
    """The one that gives most lines the same number of fields, and fields without other delimiters in them."""
    head = "\n".join(islice(text[:200_000].splitlines(), _LOOKED_AT))
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
