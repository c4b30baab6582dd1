"""CSV and JSON of a result, written as its rows come.

Numbers keep their full value and never a thousands separator; only the PDF formats for the eye.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, BinaryIO

from pydantic_core import to_json

from iop_pipelines.domain.datasets import scale_of
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.locales import LOCALES, Locale, language_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.outputs import CsvOutput
from iop_pipelines.query.result import Column, FrozenResult, Row, Table, Value, large_in
from iop_pipelines.reporting.collecting import few_collections
from iop_pipelines.reporting.formats import heading_of
from iop_pipelines.reporting.voice import Voice

_BOM = "\ufeff"
# What makes a spreadsheet take a text for a formula, its full-width twins among them.
_RISKY_SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_RISKY = re.compile(r"\A\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_RISKY_LINE = re.compile(r"^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]", re.MULTILINE)
# A plain number or telephone number stays as it is: -5.20, +254700000000.
_HARMLESS = re.compile(r"\A[+-]?\d[\d ]*(\.\d+)?\Z")


def write_csv(config: QueryConfig, result: FrozenResult, out: BinaryIO) -> int:
    """Writes the table that `outputs.csv` names as UTF-8 text; the number of its rows.

    The default profile is for spreadsheets: BOM, CRLF, and text that would be run as a formula
    prefixed by an apostrophe. `raw` does none of these. `note` puts one line before the head. The locale has its
    separator and decimal sign; `note` is in the report's language.
    """
    asked = config.outputs.csv
    table = result.table(config.csv_table())
    is_raw, locale = asked.profile == "raw", LOCALES[asked.locale]
    line_end = "\n" if is_raw else "\r\n"
    out.write(b"" if is_raw else _BOM.encode())
    if asked.note:
        out.write(f"# {_note(table, config)}{line_end}".encode())
    lines = _Lines(locale.separator, line_end)
    heads = _heads(table.columns, asked)
    out.write(lines.of([[head if is_raw else guard_formula(head)] for head in heads]))
    ways = [_as_text(column, locale, is_guarded=not is_raw) for column in table.columns]
    count = 0
    with few_collections():
        for cells in table.batches_of_cells():
            told = zip(cells, ways, strict=True)
            out.write(lines.of([as_text(values) for values, as_text in told]))
            count += len(cells[0])
    return count


@dataclass(frozen=True)
class _Lines:
    separator: str
    line_end: str

    def of(self, columns: Sequence[Sequence[Any]]) -> bytes:
        """Lines as `csv` writes them; most have nothing that it would quote, and are only put together."""
        texts = [_as_texts(values) for values in columns]
        if len(texts) > 1 and not any(map(self._is_quoted, texts)):
            lines = self.line_end.join(map(self.separator.join, zip(*texts, strict=True)))
            return f"{lines}{self.line_end}".encode()
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.separator, lineterminator=self.line_end)
        writer.writerows(zip(*columns, strict=True))
        return out.getvalue().encode()

    def _is_quoted(self, texts: Sequence[str]) -> bool:
        joined = "".join(texts)
        return any(char in joined for char in (self.separator, '"', "\n", "\r"))


def _as_texts(values: Sequence[Any]) -> Sequence[str]:
    if {*map(type, values)} == {str}:
        return values
    if {*map(type, values)} == {int}:
        return list(map(str, values))
    return ["" if value is None else str(value) for value in values]


def _note(table: Table, config: QueryConfig) -> str:
    """Of a table whose rows were counted, as the report speaks."""
    said = Sentence("report.rows_of", shown=table.row_count, total=table.all_rows)
    return Voice.of(config).tell(said)


def is_note(line: str) -> bool:
    """Whether a line before the head of a CSV is the one on the number of its rows, in whichever language."""
    return _any_note().match(line) is not None


@cache
def _any_note() -> re.Pattern[str]:
    return re.compile(rf"\A# (?:{_notes()})\r?\n?\Z")


def _notes() -> str:
    """Of each language the words for one row and for several, around any locale's numbers."""
    said = (
        Sentence("report.rows_of", shown=count, total=count).within(language)
        for language in Language
        for count in (1, 9)
    )
    return "|".join(re.sub("[19]", r"[\\d.,\\s]+", re.escape(each)) for each in said)


def _heads(columns: Sequence[Column], asked: CsvOutput) -> list[str]:
    """Labels with their units. What several columns are called has the name of its measure before it: Change."""
    if asked.heads != "labels":
        return [column.name for column in columns]
    voice = Voice(language_of(asked.locale))
    heads = {column.name: heading_of(column, voice) for column in columns}
    alike = Counter(heads.values())
    measures = {column.name: voice.label(column) for column in columns}
    for name, head in heads.items():
        measure = measures.get(name.removesuffix("_change"))
        if alike[head] > 1 and name.endswith("_change") and measure:
            heads[name] = f"{measure} – {head}"
    return list(heads.values())


# What makes the cells of a column of its values, some thousand at once.
AsText = Callable[[Sequence[Any]], Sequence[Any]]


def _as_text(column: Column, locale: Locale, *, is_guarded: bool) -> AsText:
    if column.type == "boolean":
        return _each(lambda value: "true" if value else "false")
    if column.type == "number":
        return partial(_numbers, locale)
    if scale_of(column.type) is not None:
        return _each(
            lambda value: locale.number(f"{value:f}") if isinstance(value, Decimal) else value
        )
    if column.type in ("date", "datetime"):
        return _moments
    return _guarded if column.type == "string" and is_guarded else tuple


def _each(told: Callable[[Any], Any]) -> AsText:
    return lambda values: [None if value is None else told(value) for value in values]


def _moments(values: Sequence[Any]) -> Sequence[Any]:
    """Days are few, of whatever many rows."""
    if {*map(type, values)} == {date}:
        told = {value: value.isoformat() for value in {*values}}
        return list(map(told.__getitem__, values))
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def _numbers(locale: Locale, values: Sequence[Any]) -> Sequence[Any]:
    """`plain_number` of each; most need nothing of it but that 12.0 is 12, and all are written at once."""
    if {*map(type, values)} == {float}:
        # JSON in Rust has the same digits as `repr`, in a fifth of its time.
        joined = to_json(values).decode().replace("[", ",", 1).replace("]", ",")
        # None in scientific notation, none that is no number, and no zero with a sign.
        if not any(odd in joined for odd in ("e", "N", "I", ",-0.0,")):
            plain = joined.replace(".0,", ",").strip(",").replace(",", "\n")
            return locale.number(plain).split("\n")
    return [
        locale.number(plain_number(value)) if isinstance(value, float) else value
        for value in values
    ]


def _guarded(values: Sequence[Any]) -> Sequence[Any]:
    """A column in which no line begins as a formula would, as nearly all do, is looked at once."""
    if {*map(type, values)} == {str}:
        joined = "".join(values)
        if not any(sign in joined for sign in _RISKY_SIGNS):
            return values
        if not _RISKY_LINE.search("\n".join(values)):
            return values
    return [None if value is None else guard_formula(value) for value in values]


def guard_formula(text: str) -> str:
    """An apostrophe before what Excel, LibreOffice or Sheets would evaluate."""
    if _RISKY.match(text) and not _HARMLESS.match(text):
        return f"'{text}"
    return text


def plain_number(value: float) -> str:
    """Never in scientific notation within the range people read: 0.00012, 1200000."""
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    if "e-" in text and abs(value) >= 1e-6:
        return f"{Decimal(text):f}"
    return text


def write_json(name: str, config: QueryConfig, result: FrozenResult, out: BinaryIO) -> int:
    """Writes `{meta, columns, rows}`; the number of rows of the first table. Others stand under `tables`.

    One row a line: small, and still readable.
    """
    main, *others = (result.table(table) for table in config.json_tables())
    out.write(f'{{\n"meta": {_json(meta(name, result, main))},\n'.encode())
    count = _write_table(main, out)
    for position, table in enumerate(others):
        out.write((b',\n"tables": {\n' if position == 0 else b",\n") + _json(table.name).encode())
        out.write(b": {\n")
        _write_table(table, out)
        out.write(b"\n}")
    out.write(b"\n}\n}\n" if others else b"\n}\n")
    return count


def _write_table(table: Table, out: BinaryIO) -> int:
    large = table.large_columns() | _large_sums(table)
    columns = [_column(each, at in large) for at, each in enumerate(table.columns)]
    out.write(f'"columns": {_json(columns)},\n"rows": ['.encode())
    count = 0
    for batch in table.batches():
        lines = ",\n".join(_json(_large_as_text(row, large)) for row in batch)
        if lines:
            out.write((",\n" if count else "\n").encode() + lines.encode())
        count += len(batch)
    out.write(b"\n]")
    if table.totals is not None:
        out.write(f',\n"totals": {_json(_large_as_text(table.totals, large))}'.encode())
    if table.subtotals:
        lines = ",\n".join(_json(_large_as_text(row, large)) for row in table.subtotals)
        out.write(f',\n"subtotals": [\n{lines}\n]'.encode())
    return count


def _large_sums(table: Table) -> frozenset[int]:
    """Positions of integers in its totals and subtotals that a double would not hold: sums are larger than rows."""
    sums = table.subtotals if table.totals is None else (table.totals, *table.subtotals)
    return large_in(table.columns, sums)


def _large_as_text(row: Row, large: frozenset[int]) -> Sequence[Value]:
    if not large:
        return row
    return [
        str(value) if at in large and value is not None else value for at, value in enumerate(row)
    ]


def _json(value: Any) -> str:
    return json.dumps(value, default=_iso, ensure_ascii=False, allow_nan=False)


def meta(name: str, result: FrozenResult, table: Table) -> dict[str, Any]:
    """`rowCount` is of `rowTotal`, which are all rows that the question has."""
    return {
        "report": name,
        "table": table.name,
        "asOf": f"{result.as_of.isoformat()}Z",
        "readAt": None if result.read_at is None else f"{result.read_at.isoformat()}Z",
        "madeAt": None if result.made_at is None else f"{result.made_at.isoformat()}Z",
        "timeZone": result.time_zone,
        "dataTime": result.data_time,
        "qualityScore": result.quality_score,
        "filters": [each.english for each in (*result.filters, *table.filters)],
        "params": dict(result.params),
        "rowCount": table.row_count,
        "rowTotal": table.all_rows,
        "isTruncated": table.is_truncated,
        "incomplete": None if result.incomplete is None else result.incomplete.english,
        "notes": [each.english for each in result.notes],
        "sources": [
            {
                "source": state.source,
                "dataTime": state.data_time,
                "qualityScore": state.quality_score,
                "qualityLowest": state.quality_lowest,
                "daysKnown": state.days_known,
                "days": state.days,
            }
            for state in result.sources
        ],
    }


def _column(column: Column, is_large: bool) -> dict[str, Any]:
    """`encoding`: of numbers that stand as text, since a double would change them."""
    told = {"name": column.name, "label": column.label, "type": column.type, "unit": column.unit}
    is_text = is_large or scale_of(column.type) is not None
    return {**told, "encoding": "string"} if is_text else told


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} does not belong in a report")
