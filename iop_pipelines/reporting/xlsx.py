"""A frozen result as a workbook: a first sheet that says what was asked, then a sheet a table.

A cell has the type of its column, so that an account 0000008314 or a gene SEP2 stays the text that it is. Excel counts
in doubles: what one cannot hold exactly is text, as are days before March 1900, which Excel counts wrongly.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO

from iop_pipelines.domain.datasets import scale_of
from iop_pipelines.domain.locales import LOCALES, locale_in, own_locale, region_of
from iop_pipelines.domain.periods import local_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.result import Column, FrozenResult, Row, Table, Value, is_identifier
from iop_pipelines.reporting.formats import NO_VALUE, heading_of
from iop_pipelines.reporting.frozen import Frozen
from iop_pipelines.reporting.params import said_parameters
from iop_pipelines.reporting.sums import sums_of
from iop_pipelines.reporting.voice import Voice

MAX_ROWS = 1_048_575  # of a sheet of Excel, less the head
MAX_TEXT = 32_767  # characters of a cell
_EXACT = 2**53
_DIGITS = 15  # of a number, which is what Excel shows and keeps
_FIRST_MOMENT = datetime(1900, 3, 1)
_MAX_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_ABOVE_SUMS = 2  # rows between the last of a table and its sums, and one
_SAMPLE = 200  # rows that a column's width is chosen by
_NARROWEST, _WIDEST = 8, 60  # characters


@dataclass(frozen=True)
class Written:
    """A workbook: the rows of its first table, and what of a table no cell could hold."""

    rows: int
    faults: tuple[Sentence, ...] = ()


def write_xlsx(frozen: Frozen, out: BinaryIO) -> Written:
    """Writes the workbook."""
    import xlsxwriter

    tables = [frozen.result.table(name) for name in frozen.config.xlsx_tables()]
    voice = _voice(frozen)
    # Rows go to a file as they come: the memory is that of one row. In order, each once.
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {"title": frozen.heading.name, "author": "IOP", "created": frozen.result.as_of}
        )
        styles = _Styles(book)
        names = _sheet_names(voice.say("Filters used"), tables)
        _write_about(book.add_worksheet(names[0]), frozen, tables, styles, voice)
        for name, table in zip(names[1:], tables, strict=True):
            _write_table(book.add_worksheet(name), table, frozen, styles, voice)
    rows, cut = min(tables[0].row_count, MAX_ROWS), styles.texts_cut
    said = (Sentence("report.texts_cut", count=cut, most=MAX_TEXT),) if cut else ()
    return Written(rows, said)


class _Styles:
    """Formats of a workbook, each made once; and how many texts were too long for a cell of it."""

    def __init__(self, book: Any, *, is_bold: bool = False) -> None:
        self._book, self._is_bold = book, is_bold
        self.texts_cut = 0
        self._kept: dict[str, Any] = {}
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "valign": "bottom", "text_wrap": True}
        )
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def in_bold(self) -> "_Styles":
        """Of values that are sums."""
        return _Styles(self._book, is_bold=True)

    def of(self, number_format: str) -> Any:
        if number_format not in self._kept:
            said = {"num_format": number_format, "bold": self._is_bold}
            self._kept[number_format] = self._book.add_format(said)
        return self._kept[number_format]


def _sheet_names(first: str, tables: Sequence[Table]) -> list[str]:
    """At most 31 characters, none of `[]:*?/\\`, no apostrophe at the ends, and no name twice, whatever its case."""
    names: list[str] = []
    for title in (first, *(table.title for table in tables)):
        base = _NOT_IN_SHEET_NAMES.sub(" ", title).strip().strip("'").strip() or "Table"
        # Excel keeps this one for itself.
        base = f"{base}_" if base.lower() == "history" else base
        name, number = base[:_MAX_SHEET_NAME].rstrip("' "), 2
        while name.lower() in {each.lower() for each in names}:
            ending = f" ({number})"
            name, number = base[: _MAX_SHEET_NAME - len(ending)].rstrip("' ") + ending, number + 1
        names.append(name)
    return names


@dataclass(frozen=True)
class _Line:
    name: str
    value: str


def _voice(frozen: Frozen) -> Voice:
    """The report's, unless the workbook has a language of its own."""
    voice, own = Voice.of(frozen.config), frozen.config.outputs.xlsx.language
    if own is None or own is voice.language:
        return voice
    region = region_of(frozen.config.locale) if frozen.config.locale else None
    code = locale_in(own, region)
    return Voice(own, LOCALES[code] if code else own_locale(own))


def _write_about(
    sheet: Any, frozen: Frozen, tables: Sequence[Table], styles: _Styles, voice: Voice
) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, frozen.heading.name, styles.title)
    for number, line in enumerate(_about(frozen, tables, voice), start=2):
        sheet.write_string(number, 0, line.name, styles.bold)
        sheet.write_string(number, 1, line.value[:MAX_TEXT], styles.wrapped)


def _about(frozen: Frozen, tables: Sequence[Table], voice: Voice) -> Iterator[_Line]:
    result = frozen.result
    if frozen.heading.description:
        yield _Line(voice.say("Description"), " ".join(frozen.heading.description.split()))
    for filter_ in result.filters:
        yield _Line(voice.say("Filter"), voice.alone(filter_))
    as_of = voice.day(f"{local_now(result.as_of, result.time_zone):%Y-%m-%d %H:%M}")
    yield _Line(voice.say("As of"), f"{as_of} ({result.time_zone})")
    yield from _states(result, voice)
    for said in said_parameters(result):
        yield _Line(voice.say("Parameter"), voice.tell(said))
    for table in tables:
        shown = min(table.row_count, MAX_ROWS)
        rows = Sentence("report.rows", count=shown)
        if shown < table.all_rows:
            rows = Sentence("report.rows_of", shown=shown, total=table.all_rows)
        yield _Line(table.title, voice.alone(rows))
        for filter_ in table.filters:
            yield _Line("", voice.alone(filter_))


def _states(result: FrozenResult, voice: Voice) -> Iterator[_Line]:
    for state in result.sources:
        newest = NO_VALUE if state.data_time is None else f"{state.data_time:%Y-%m-%d %H:%M}"
        yield _Line(voice.say("Data up to"), f"{voice.day(newest)} ({voice.source(state)})")
        if state.quality_score is not None:
            score = voice.number(f"{state.quality_score:g}")
            yield _Line(voice.say("Data quality"), f"{score} / 100 ({voice.source(state)})")


def _write_table(sheet: Any, table: Table, frozen: Frozen, styles: _Styles, voice: Voice) -> None:
    heads = [heading_of(column, voice) for column in table.columns]
    rows = islice(chain.from_iterable(table.batches()), MAX_ROWS)
    sample = list(islice(rows, _SAMPLE))
    for index, (head, width) in enumerate(zip(heads, _widths(table, heads, sample), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, head, styles.head)
    sheet.freeze_panes(1, 0)
    writers = [_writer(sheet, column, styles) for column in table.columns]
    number = 0
    for number, row in enumerate(chain(sample, rows), start=1):
        for index, value in enumerate(row):
            if value is not None:
                writers[index](number, index, value)
    if number:
        sheet.autofilter(0, 0, number, len(heads) - 1)
    _write_sums(sheet, table, frozen, number + _ABOVE_SUMS, styles=styles, voice=voice)


def _write_sums(
    sheet: Any, table: Table, frozen: Frozen, first: int, *, styles: _Styles, voice: Voice
) -> None:
    """Under an empty row: what sorts or filters the rows leaves them where they are."""
    bold = styles.in_bold()
    writers = [_writer(sheet, column, bold) for column in table.columns]
    for number, each in enumerate(sums_of(table, frozen.config), start=first):
        if number > MAX_ROWS:
            break
        for index, value in enumerate(each.row):
            if index in each.blank[:1]:
                sheet.write_string(number, index, each.word.within(voice.language), styles.bold)
            elif value is not None:
                writers[index](number, index, value)


def _writer(sheet: Any, column: Column, styles: _Styles) -> Callable[[int, int, Any], object]:
    """Writes the values of one column, each as the type that it has."""
    if column.is_number:
        return _number_writer(sheet, styles.of(_number_format(column)))
    if column.type == "boolean":
        return sheet.write_boolean
    if column.type in ("date", "datetime"):
        form = "yyyy-mm-dd" if column.type == "date" else "yyyy-mm-dd hh:mm:ss"
        return _day_writer(sheet, styles.of(form))

    def text(row: int, index: int, value: str) -> None:
        styles.texts_cut += len(value) > MAX_TEXT
        sheet.write_string(row, index, value[:MAX_TEXT])

    return text


def _number_writer(sheet: Any, style: Any) -> Callable[[int, int, Any], object]:
    write, write_text = sheet.write_number, sheet.write_string

    def number(row: int, index: int, value: float | Decimal) -> None:
        if _is_exact(value):
            write(row, index, float(value), style)
        else:
            write_text(row, index, text_of(value))

    return number


def _day_writer(sheet: Any, style: Any) -> Callable[[int, int, Any], object]:
    def day(row: int, index: int, value: date) -> None:
        moment = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])
        if moment >= _FIRST_MOMENT:
            sheet.write_datetime(row, index, moment, style)
        else:
            sheet.write_string(row, index, text_of(value))

    return day


def text_of(value: Value) -> str:
    """What has no type of a cell, whole: 9223372036854775807, 1234567890123.4567, 1899-12-31."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_exact(value: float | Decimal) -> bool:
    """Whether Excel can hold the very number; what is a double here is one there."""
    if isinstance(value, int):
        return abs(value) <= _EXACT and len(str(abs(value)).rstrip("0")) <= _DIGITS
    return isinstance(value, float) or len(value.normalize().as_tuple().digits) <= _DIGITS


def _number_format(column: Column) -> str:
    if is_identifier(column.name):
        return "0"
    decimals = column.decimals if column.decimals is not None else scale_of(column.type)
    if column.type == "integer":
        decimals = 0
    if decimals is None:
        return "General"
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _widths(table: Table, heads: Sequence[str], sample: Sequence[Row]) -> Iterable[int]:
    for index, (column, head) in enumerate(zip(table.columns, heads, strict=True)):
        longest = max((_shown(row[index], column) for row in sample), default=0)
        words = max((len(word) for word in head.split()), default=0)
        yield min(max(longest, words, len(head) // 2, _NARROWEST), _WIDEST) + 2


def _shown(value: Value, column: Column) -> int:
    if value is None:
        return 0
    if isinstance(value, datetime):
        return 19
    if column.is_number and not isinstance(value, bool | str):
        return len(f"{value:,.{column.decimals or 0}f}") if column.decimals else len(f"{value:,}")
    return len(str(value))
