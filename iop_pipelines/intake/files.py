"""Files to tables: unpacked within bounds, recognised by their bytes and not by their names."""

import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from typing import Any

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, NotFound
from iop_pipelines.intake import texts
from iop_pipelines.intake.tables import Line, RawTable

MAX_BYTES = 200 * 1024 * 1024
SUFFIXES = re.compile(
    r"(\.(csv|tsv|txt|xlsx|xlsm|parquet|json|ndjson|jsonl|gz|zip))+$", re.IGNORECASE
)
_NO_TABLES = (
    (b"\x89PNG", "intake.is_picture"),
    (b"\xff\xd8\xff", "intake.is_picture"),
    (b"GIF8", "intake.is_picture"),
    (b"%PDF", "intake.is_pdf"),
    (b"\x28\xb5\x2f\xfd", "intake.is_zstd"),
    (b"\xd0\xcf\x11\xe0", "intake.is_old_workbook"),
)
# cells, what they were in words, delimiter
_Read = tuple[list[Line], str, str | None]


def read_file(path: Path, sheet: str | None = None) -> RawTable:
    """The table of a file.

    sheet: of a workbook, the one to read; the fullest if not given.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it holds no table, more than one, or more than MAX_BYTES; the message has the fix.
    """
    if not path.is_file():
        raise NotFound("intake.no_file", path=path)
    if path.stat().st_size > MAX_BYTES:
        raise _too_large(path.name)
    packed = path.read_bytes()
    data, how = _unpacked(packed, path.name)
    if not data.strip():
        raise InvalidInput("intake.empty", name=path.name)
    lines, form, delimiter = _read(data, path.name, sheet)
    if len(lines) < 2:
        raise InvalidInput("intake.no_rows", name=path.name)
    return RawTable(
        name=SUFFIXES.sub("", path.name) or path.name,
        form=form + how,
        lines=lines,
        delimiter=delimiter,
        checksum=hashlib.sha256(packed).hexdigest(),
        size=len(packed),
    )


def _too_large(name: str) -> InvalidInput:
    return InvalidInput("intake.too_large", name=name, megabytes=MAX_BYTES >> 20)


def _not_one(name: str, files: Sequence[str]) -> InvalidInput:
    return InvalidInput("intake.not_one_file", name=name, count=len(files), files=files[:5])


def _unpacked(data: bytes, name: str) -> tuple[bytes, str]:
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as stream:
                plain = stream.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInput("intake.broken", name=name, kind="gzip", error=error) from error
        if len(plain) > MAX_BYTES:
            raise _too_large(name)
        return plain, ", packed by gzip"
    if data.startswith(b"PK\x03\x04"):
        return _from_zip(data, name)
    return data, ""


def _from_zip(data: bytes, name: str) -> tuple[bytes, str]:
    """A workbook is a zip file too, and stays one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise _too_large(name)
            if any(entry.filename == "xl/workbook.xml" for entry in entries):
                return data, ""
            files = [
                entry
                for entry in entries
                if not entry.is_dir()
                and not entry.filename.startswith("__MACOSX/")
                and not Path(entry.filename).name.startswith(".")
            ]
            if len(files) != 1:
                raise _not_one(name, [entry.filename for entry in files])
            with archive.open(files[0]) as stream:
                plain = stream.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InvalidInput("intake.broken", name=name, kind="zip", error=error) from error
    if len(plain) > MAX_BYTES:
        raise _too_large(name)
    return plain, f", {files[0].filename} in a zip file"


def _read(data: bytes, name: str, sheet: str | None) -> _Read:
    for begin, what in _NO_TABLES:
        if data.startswith(begin):
            raise InvalidInput("intake.no_table", name=name, what=Sentence(what))
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data, name, sheet)
    if data.startswith(b"PAR1"):
        return _read_parquet(data, name)
    text, encoding = texts.decode(data, name)
    if text.lstrip()[:1] in ("{", "["):
        return _read_json(text, name)
    lines, delimiter, said = texts.read_delimited(text, name)
    return lines, f"text, {said}, {encoding}", delimiter


def _read_workbook(data: bytes, name: str, sheet: str | None) -> _Read:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise InvalidInput("intake.no_sheet", name=name, sheet=sheet, sheets=names)
        wanted = names if sheet is None else [sheet]
        sheets = {
            each: _lines_of(book.get_sheet_by_name(each).to_python(skip_empty_area=False))
            for each in wanted
        }
    except CalamineError as error:
        raise InvalidInput("intake.broken", name=name, kind="XLSX", error=error) from error
    fullest = max(sheets, key=lambda each: sum(line.filled for line in sheets[each]), default=None)
    if fullest is None or not sheets[fullest]:
        raise InvalidInput("intake.no_rows", name=name)
    others = len(names) - 1
    more = f", the fullest of {others + 1}; --sheet names another" if others and not sheet else ""
    return sheets[fullest], f"sheet {fullest}{more}", None


def _read_parquet(data: bytes, name: str) -> _Read:
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(data), engine="fastparquet")
    except Exception as error:
        # The library raises whatever a broken byte leads to.
        raise InvalidInput("intake.broken", name=name, kind="Parquet", error=error) from error
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    known = zip(frame.itertuples(index=False), frame.notna().itertuples(index=False), strict=True)
    cells = (
        [each if is_known else None for each, is_known in zip(*row, strict=True)] for row in known
    )
    rows = [list(map(str, frame.columns)), *cells]
    return _lines_of(rows), "Parquet", None


def _read_json(text: str, name: str) -> _Read:
    form = "JSON"
    try:
        content = json.loads(text)
    except json.JSONDecodeError as whole:
        content, form = _read_ndjson(text, name, whole), "NDJSON"
    records = _records_in(content)
    if records is None:
        raise InvalidInput("intake.no_objects", name=name)
    flat = [dict(_flat(record)) for record in records]
    labels = list(dict.fromkeys(label for record in flat for label in record))
    rows = [labels, *([record.get(label) for label in labels] for record in flat)]
    return _lines_of(rows), form, None


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


def _flat(record: Mapping[str, Any], under: str = "") -> Iterable[tuple[str, Any]]:
    for label, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{under}{label} ")
        else:
            yield f"{under}{label}", json.dumps(value) if isinstance(value, list) else value


def _lines_of(rows: Iterable[Sequence[Any]]) -> list[Line]:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = tuple(map(_text_of, row))
        if any(cells):
            lines.append(Line(number, cells))
    return lines


def _text_of(cell: Any) -> str:
    """A typed cell as text that is read back as the same: ISO moments, numbers with a point."""
    if cell is None:
        return ""
    for kind, say in _SAYS:
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


_SAYS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (str, str.strip),
    (bool, lambda cell: "true" if cell else "false"),
    (int, str),
    (float, _number_text),
    (datetime, _moment_text),
    (date, date.isoformat),
    (time, time.isoformat),
    (timedelta, lambda cell: str(cell.total_seconds())),
    (bytes, lambda cell: cell.decode("utf-8", "replace")),
)
