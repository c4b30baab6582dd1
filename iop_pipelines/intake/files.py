"""Files to tables: recognised by their bytes and not by their names, and read within bounds."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, NotFound
from iop_pipelines.intake import texts
from iop_pipelines.intake.aligned import numbered_lines
from iop_pipelines.intake.cells import BLOCK
from iop_pipelines.intake.encodings import Encoding, encoding_of
from iop_pipelines.intake.frame import labels_of
from iop_pipelines.intake.lines_by_kind import by_kind, web_log
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.numerals import is_null
from iop_pipelines.intake.packed import MAX_BYTES, first_bytes, members_of, too_large, unpacked
from iop_pipelines.intake.questions import Ask, refuse_to_guess
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.tables import Lines, Other, RawTable

SUFFIXES = re.compile(
    r"(\.(csv|tsv|tab|txt|xlsx|xlsm|xlsb|xls|ods|parquet|json|ndjson|jsonl|gz|zst|zip))+$",
    re.IGNORECASE,
)
_NO_TABLES = (
    (b"\x89PNG", "intake.is_picture"),
    (b"\xff\xd8\xff", "intake.is_picture"),
    (b"GIF8", "intake.is_picture"),
    (b"RIFF", "intake.is_picture"),
    (b"%PDF", "intake.is_pdf"),
    (b"SQLite format 3\0", "intake.is_sqlite"),
)
_MIN_KEYED = 3
_SAMPLE = 200
_OLD = b"\xd0\xcf\x11\xe0"
# lines, what they were in words, delimiter, encoding
_Read = tuple[Lines, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    sheet: str | None
    encoding: str | None
    ask: Ask


def read_file(
    path: Path,
    sheet: str | None = None,
    *,
    name: str | None = None,
    encoding: str | None = None,
    ask: Ask = refuse_to_guess,
    max_bytes: int = MAX_BYTES,
) -> RawTable:
    """The table of a file; of a zip file of several files with one head all of them, its parts.

    sheet: of a workbook, the one to read; the fullest if not given. name: of the file, where `path` is a copy of it.
    encoding: of a text file, where the bytes do not tell; `ask` is asked if it is not given.
    max_bytes: of the file, and of what an archive unpacks to.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it holds no table, more than one, or more than that; the message has the fix.
    """
    if not path.is_file():
        raise NotFound("intake.no_file", path=path)
    name = name or path.name
    size = path.stat().st_size
    if size > max_bytes:
        raise too_large(name, max_bytes)
    wanted = _Wanted(name, sheet, encoding, ask)
    with members_of(path, name, max_bytes) as members:
        if members:
            return _together(path, members, wanted, max_bytes)
    return _one(path, wanted, max_bytes)


def _together(
    path: Path, members: Sequence[tuple[str, Path]], wanted: _Wanted, max_bytes: int
) -> RawTable:
    """The files of a zip file that have the same head, if they are more than half of its tables."""
    broken: list[tuple[str, Sentence]] = []
    shapes: dict[tuple[str, ...], list[RawTable]] = {}
    names: dict[int, str] = {}
    for member, at in members:
        try:
            table = _one(at, replace(wanted, name=PurePosixPath(member).name), max_bytes)
            shape = tuple(sorted(label.casefold() for label in labels_of(table)))
        except InvalidInput as error:
            broken.append((member, error.sentence))
            continue
        names[id(table)] = member
        shapes.setdefault(shape, []).append(table)
    if not shapes:
        raise InvalidInput(
            "intake.no_table_in_zip", name=wanted.name, count=len(members), first=broken[0][1]
        )
    shape, parts = max(shapes.items(), key=lambda each: len(each[1]))
    timed = [each for each in shapes.items() if any(map(_has_moments, each[1]))]
    if len(timed) == 1:
        # Of a report's tables the one over time.
        shape, parts = timed[0]
    elif 2 * len(parts) <= sum(map(len, shapes.values())):
        groups = [", ".join(names[id(table)] for table in tables[:3]) for tables in shapes.values()]
        raise InvalidInput(
            "intake.zip_of_shapes", name=wanted.name, count=len(groups), groups=groups[:5]
        )
    strange = Sentence("intake.other_shape")
    endings = {_ending(names[id(table)]) for table in parts}
    others = [Other(member, why, _ending(member) in endings) for member, why in broken]
    for other in (each for each in shapes if each != shape):
        for member in (names[id(table)] for table in shapes[other]):
            is_kin = _ending(member) in endings or not {*other}.isdisjoint(shape)
            others.append(Other(member, strange, is_kin, other))
    form = f"{parts[0].form}, {len(parts)} of {len(members)} files in a zip file"
    return replace(
        parts[0],
        name=SUFFIXES.sub("", wanted.name) or wanted.name,
        form=form,
        checksum=_checksum(path),
        size=path.stat().st_size,
        parts=tuple(parts),
        others=tuple(others),
    )


def _has_moments(table: RawTable) -> bool:
    """Whether a column says when without a doubt, or a number that its head says to be a moment."""
    samples = (
        [each for each in cells.sample(_SAMPLE) if not is_null(each)]
        for cells in table.lines.columns
    )
    return any(
        len(sample) > _MIN_KEYED and form_of(sample[1:], "UTC", takes_weak=False) is not None
        for sample in samples
    )


def _ending(member: str) -> str:
    return PurePosixPath(member).suffix.casefold()


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _one(path: Path, wanted: _Wanted, max_bytes: int) -> RawTable:
    name, size = wanted.name, path.stat().st_size
    with unpacked(path, name, max_bytes) as found:
        lines, form, delimiter, codec = _read(found.path, wanted)
    kind = by_kind(lines) if delimiter == "," else None
    lines, others = kind or (lines, [])
    if len(lines) < 2:
        raise InvalidInput("intake.no_rows", name=name)
    return RawTable(
        name=SUFFIXES.sub("", name) or name,
        form=form + found.said,
        lines=lines,
        delimiter=delimiter,
        checksum=_checksum(path),
        size=size,
        encoding=codec,
        others=tuple(others),
    )


def read_item(path: Path, name: str, spec: SourceSpec, ask: Ask) -> RawTable:
    """As `read_file`, by what a source declares of its files."""
    return read_file(path, spec.sheet, name=name, encoding=spec.encoding, ask=ask)


def _read(path: Path, wanted: _Wanted) -> _Read:
    begin = first_bytes(path)
    for sign, what in _NO_TABLES:
        if begin.startswith(sign):
            raise InvalidInput("intake.no_table", name=wanted.name, what=Sentence(what))
    if begin.startswith((b"PK\x03\x04", _OLD)):
        return _read_workbook(path, wanted, is_old=begin.startswith(_OLD))
    if begin.startswith(b"PAR1"):
        return _read_parquet(path, wanted.name)
    if _is_blank(path):
        raise InvalidInput("intake.empty", name=wanted.name)
    encoding = encoding_of(path, wanted.name, wanted.encoding, wanted.ask)
    with texts.opened(path, encoding.codec) as file:
        head = file.read(4096).lstrip()
    if head[:1] in ("{", "["):
        return _read_json(path, encoding, wanted.name)
    if re.match(r"<(!doctype|html|\?xml|table)", head, re.IGNORECASE):
        raise InvalidInput("intake.no_table", name=wanted.name, what=Sentence("intake.is_markup"))
    log = web_log(numbered_lines(path, encoding.codec))
    if log is not None:
        return log, f"log of a web server, {encoding.said}", None, encoding.codec
    lines, delimiter, said = texts.read_delimited(path, encoding.codec, wanted.name)
    return lines, f"text, {said}, {encoding.said}", delimiter, encoding.codec


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(piece.strip() for piece in iter(lambda: file.read(1 << 20), b""))


def _read_workbook(path: Path, wanted: _Wanted, *, is_old: bool) -> _Read:
    from python_calamine import CalamineError, CalamineWorkbook

    name, sheet = wanted.name, wanted.sheet
    try:
        with closing(CalamineWorkbook.from_path(path)) as book:
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                raise InvalidInput("intake.no_sheet", name=name, sheet=sheet, sheets=names)
            fullest, lines = "", Lines()
            for each in names if sheet is None else [sheet]:
                found = lines_of(book.get_sheet_by_name(each).iter_rows())
                if sum(found.widths) > sum(lines.widths):
                    fullest, lines = each, found
    except CalamineError as error:
        if is_old:
            what = Sentence("intake.is_old_workbook")
            raise InvalidInput("intake.no_table", name=name, what=what) from error
        raise InvalidInput("intake.broken", name=name, kind="XLSX", error=error) from error
    if not lines:
        raise InvalidInput("intake.no_rows", name=name)
    others = len(names) - 1
    more = f", the fullest of {others + 1}; --sheet names another" if others and not sheet else ""
    return lines, f"sheet {fullest}{more}", None, None


def _read_parquet(path: Path, name: str) -> _Read:
    import fastparquet

    try:
        with path.open("rb") as file:
            lines = lines_of(_parquet_rows(fastparquet.ParquetFile(file)))
    except Exception as error:
        # The library raises whatever a broken byte leads to.
        raise InvalidInput("intake.broken", name=name, kind="Parquet", error=error) from error
    return lines, "Parquet", None, None


def _parquet_rows(file: Any) -> Iterator[Sequence[Any]]:
    import pandas as pd

    for number, frame in enumerate(file.iter_row_groups()):
        if not isinstance(frame.index, pd.RangeIndex):
            frame = frame.reset_index()
        if not number:
            yield list(map(str, frame.columns))
        for first in range(0, len(frame), BLOCK):
            part = frame.iloc[first : first + BLOCK]
            known = part.notna().itertuples(index=False)
            for row, is_known in zip(part.itertuples(index=False), known, strict=True):
                yield [each if there else None for each, there in zip(row, is_known, strict=True)]


def _read_json(path: Path, encoding: Encoding, name: str) -> _Read:
    form = "JSON"
    with texts.opened(path, encoding.codec) as file:
        text = file.read()
    try:
        content = json.loads(text)
    except json.JSONDecodeError as whole:
        content, form = _read_ndjson(text, name, whole), "NDJSON"
    rows = _json_rows(content)
    if rows is None:
        raise InvalidInput("intake.no_objects", name=name)
    return lines_of(rows), form, None, encoding.codec


def _json_rows(content: Any) -> Iterable[Sequence[Any]] | None:
    """Head and rows: of a list of objects, of lists below each other, of a list a column, or of an object a moment."""
    content = _without_page(content)
    records = _records_in(content)
    if records is not None:
        records = _with_lists_below(records)
        labels = list(dict.fromkeys(label for record in records for label, _ in _flat(record)))
        flat = map(dict, map(_flat, records))
        return chain([labels], ([found.get(label) for label in labels] for found in flat))
    columns = _columns_in(content)
    if columns is not None:
        return chain([list(columns)], zip(*columns.values(), strict=True))
    pairs = _pairs_in(content)
    if pairs is not None:
        return pairs
    lists = _lists_in(content)
    return lists if lists is not None else _keyed_in(content)


def _without_page(content: Any) -> Any:
    """The rows alone, where an object before them says which page they are, as the World Bank's do."""
    if not isinstance(content, list) or len(content) != 2:
        return content
    about, rows = content
    is_page = isinstance(about, dict) and isinstance(rows, list) and len(rows) > 1
    return rows if is_page and all(isinstance(row, dict) for row in rows) else content


def _pairs_in(content: Any) -> Iterable[Sequence[Any]] | None:
    """Several lists of a moment and a figure, each of the same moments: a column each."""
    if not isinstance(content, dict):
        return None
    lists = {
        label: value
        for label, value in content.items()
        if isinstance(value, list) and value and all(_is_pair(each) for each in value)
    }
    moments = [[moment for moment, _ in value] for value in lists.values()]
    if len(lists) < 2 or any(each != moments[0] for each in moments):
        return None
    figures = [[figure for _, figure in value] for value in lists.values()]
    return chain([["time", *lists]], zip(moments[0], *figures, strict=True))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and not isinstance(value[0], list | dict)


def _keyed_in(content: Any) -> Iterable[Sequence[Any]] | None:
    """A moment before each value, or object of values: all of it, or what one of its keys has."""
    if not isinstance(content, dict):
        return None
    found = form_of(content, "UTC", takes_weak=True) if len(content) >= _MIN_KEYED else None
    if found is not None and not found.unread:
        values = list(content.values())
        if all(isinstance(value, dict) for value in values):
            inner = {label for value in values for label in value}
            key = _told_apart(["key"], inner, "outer")["key"]
            return _json_rows([{key: moment, **value} for moment, value in content.items()])
        if not any(isinstance(value, dict | list) for value in values):
            return chain([["key", "value"]], content.items())
    inner = [rows for value in content.values() if (rows := _keyed_in(value)) is not None]
    return inner[0] if len(inner) == 1 else None


def _columns_in(content: Any) -> Mapping[str, Sequence[Any]] | None:
    """A list a column, all as long, or by number as pandas writes it; all of it, or what one of its keys has."""
    if not isinstance(content, dict):
        return None
    lists = {
        label: list(value.values()) if isinstance(value, dict) else value
        for label, value in content.items()
        if isinstance(value, list) or (isinstance(value, dict) and all(map(str.isdigit, value)))
    }
    sizes = {len(value) for value in lists.values()}
    if (
        len(lists) >= 2
        and len(sizes) == 1
        and not any(isinstance(e, list) for v in lists.values() for e in v)
    ):
        return lists
    inner = [found for value in content.values() if (found := _columns_in(value))]
    return max(inner, key=lambda each: len(next(iter(each.values()))), default=None)


def _lists_in(content: Any) -> Iterable[Sequence[Any]] | None:
    """Lists below each other, the first of them the head, or that under `columns`; all, or what one of its keys has."""
    if isinstance(content, dict):
        head = content.get("columns") or content.get("fields")
        rows = content.get("data")
        is_table = isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows)
        if isinstance(head, list) and isinstance(rows, list) and is_table:
            return chain([head], rows)
        inner = [found for value in content.values() if (found := _lists_in(value)) is not None]
        return inner[0] if len(inner) == 1 else None
    is_table = isinstance(content, list) and len(content) > 1
    return content if is_table and all(isinstance(row, list) for row in content) else None


def _read_ndjson(text: str, name: str, whole: json.JSONDecodeError) -> list[Any]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError as error:
                said = whole if not found else error
                at = whole.lineno if not found else number
                raise InvalidInput("intake.no_json", name=name, line=at, error=said.msg) from error
    return found


def _records_in(content: Any) -> list[Mapping[str, Any]] | None:
    """A list of objects: all of it, or what one of its keys has; an only object of NDJSON is one row."""
    if isinstance(content, list):
        return content if content and all(isinstance(each, dict) for each in content) else None
    if isinstance(content, dict):
        lists = [found for value in content.values() if (found := _records_in(value))]
        return max(lists, key=len, default=None)
    return None


def _with_lists_below(records: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A row a moment where each object holds a series: pairs of moment and value, objects, or lists as long."""
    pairs = [key for key, value in records[0].items() if _are_pairs(value)]
    if len(pairs) == 1 and all(_are_pairs(each.get(pairs[0])) for each in records):
        (key,) = pairs
        return _below(records, key, lambda pair: {"time": pair[0], "value": pair[1]})
    points = [key for key, value in records[0].items() if _are_objects(value)]
    if len(points) == 1 and all(_are_objects(each.get(points[0])) for each in records):
        (key,) = points
        return _below(records, key, dict)
    lists = [key for key, value in records[0].items() if isinstance(value, list)]
    if len(lists) < 2 or not all(
        _are_as_long([each.get(key) for key in lists]) for each in records
    ):
        return records
    return [
        {**{k: v for k, v in each.items() if k not in lists}, **dict(zip(lists, row, strict=True))}
        for each in records
        for row in zip(*(each[key] for key in lists), strict=True)
    ]


def _below(
    records: list[Mapping[str, Any]], key: str, row_of: Callable[[Any], dict[str, Any]]
) -> list[Mapping[str, Any]]:
    """A row each of what is in the lists under `key`, with what the object around it says.

    What both have is said of the object under another name, so that neither takes the place of the other.
    """
    inner = {label for each in records for point in each[key] for label in row_of(point)}
    outer = list(dict.fromkeys(label for each in records for label in each if label != key))
    names = _told_apart(outer, inner, key)
    return [
        {**{names[k]: v for k, v in each.items() if k != key}, **row_of(point)}
        for each in records
        for point in each[key]
    ]


def _told_apart(outer: Sequence[str], inner: Set[str], key: str) -> dict[str, str]:
    """What each label of an object is called where those of its list are called so as well."""
    names: dict[str, str] = {}
    for label in outer:
        name = label
        while name in inner or (name != label and name in {*outer, *names.values()}):
            name = f"{key} {name}"
        names[label] = name
    return names


def _are_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= _MIN_KEYED
        and all(
            isinstance(each, list) and len(each) == 2 and not isinstance(each[1], list | dict)
            for each in value
        )
    )


def _are_objects(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= _MIN_KEYED
        and all(isinstance(each, dict) for each in value)
    )


def _are_as_long(values: Sequence[Any]) -> bool:
    sizes = {len(each) if isinstance(each, list) else 0 for each in values}
    return len(sizes) == 1 and min(sizes) >= _MIN_KEYED


def _flat(record: Mapping[str, Any], under: str = "") -> Iterable[tuple[str, Any]]:
    for label, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{under}{label} ")
        else:
            yield f"{under}{label}", json.dumps(value) if isinstance(value, list) else value


def lines_of(rows: Iterable[Sequence[Any]]) -> Lines:
    """Rows of typed cells as text; those without any are not there, but are counted."""
    lines = Lines()
    every, first = iter(rows), 1
    while block := [list(map(text_of, row)) for row in islice(every, BLOCK)]:
        lines.extend(block, range(first, first + len(block)))
        first += len(block)
    return lines


def text_of(cell: Any) -> str:
    """A typed cell as text that is read back as the same: ISO moments, numbers with a point."""
    if cell is None:
        return ""
    if (say := _SAYS.get(type(cell))) is not None:
        return say(cell)
    for kind, say in _SAYS.items():
        if isinstance(cell, kind):
            return say(cell)
    return str(cell).strip()


def _number_text(cell: Any) -> str:
    if not isfinite(cell):
        return ""
    return str(int(cell)) if float(cell).is_integer() and abs(cell) < 1e15 else repr(float(cell))


def _moment_text(cell: datetime) -> str:
    is_day = cell.time() == time() and cell.tzinfo is None
    return cell.date().isoformat() if is_day else cell.isoformat(sep=" ")


_SAYS: dict[type, Callable[[Any], str]] = {
    str: str.strip,
    bool: lambda cell: "true" if cell else "false",
    int: str,
    float: _number_text,
    Decimal: lambda cell: f"{cell:f}" if cell.is_finite() else "",
    datetime: _moment_text,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: lambda cell: str(cell.total_seconds()),
    bytes: lambda cell: cell.decode("utf-8", "replace"),
    dict: json.dumps,
    list: json.dumps,
}
