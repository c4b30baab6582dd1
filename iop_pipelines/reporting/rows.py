"""CSV and JSON of a frozen result.

Numbers keep their full value and never a thousands separator; only the PDF formats for the eye.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Column, FrozenResult, Table, Value

_BOM = "\ufeff"
# What makes a spreadsheet take a text for a formula, its full-width twins among them.
_RISKY = re.compile(r"\A\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# A plain number or telephone number stays as it is: -5.20, +254700000000.
_HARMLESS = re.compile(r"\A[+-]?\d[\d ]*(\.\d+)?\Z")


def render_csv(config: QueryConfig, result: FrozenResult) -> tuple[bytes, int]:
    """(UTF-8 text, rows) of the table that `outputs.csv` names.

    The default profile is for spreadsheets: BOM, CRLF, and text that would be run as a formula
    prefixed by an apostrophe. `raw` changes nothing.
    """
    table = result.table(config.csv_table())
    is_raw = config.outputs.csv.profile == "raw"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n" if is_raw else "\r\n")
    header = [column.name for column in table.columns]
    writer.writerow(header)
    writer.writerows(_cells(table.rows, is_guarded=not is_raw))
    text = out.getvalue() if is_raw else _BOM + out.getvalue()
    return text.encode(), len(table.rows)


def _cells(rows: Iterable[tuple[Value, ...]], *, is_guarded: bool) -> Iterable[list[Any]]:
    for row in rows:
        yield [_cell(value, is_guarded) for value in row]


def _cell(value: Value, is_guarded: bool) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if is_guarded and isinstance(value, str):
        return guard_formula(value)
    return value


def guard_formula(text: str) -> str:
    """An apostrophe before what Excel, LibreOffice or Sheets would evaluate."""
    if _RISKY.match(text) and not _HARMLESS.match(text):
        return f"'{text}"
    return text


def plain_number(value: float) -> str:
    """Never in scientific notation within the range people read: 0.00012, 1200000."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return f"{value:.15f}".rstrip("0") if "e-" in text and abs(value) >= 1e-6 else text


def render_json(name: str, config: QueryConfig, result: FrozenResult) -> tuple[bytes, int]:
    """(`{meta, columns, rows}`, rows of the first table); further tables stand under `tables`.

    One row a line: small, and still readable.
    """
    main, *others = (result.table(table) for table in config.json_tables())
    parts = [f'"meta": {_json(meta(name, result, main))}', _table(main)]
    if others:
        each = ",\n".join(f"{_json(table.name)}: {{\n{_table(table)}\n}}" for table in others)
        parts.append(f'"tables": {{\n{each}\n}}')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode(), len(main.rows)


def _json(value: Any) -> str:
    return json.dumps(value, default=_iso, ensure_ascii=False, allow_nan=False)


def meta(name: str, result: FrozenResult, table: Table) -> dict[str, Any]:
    return {
        "report": name,
        "table": table.name,
        "asOf": f"{result.as_of.isoformat()}Z",
        "timeZone": result.time_zone,
        "dataTime": result.data_time,
        "qualityScore": result.quality_score,
        "filters": [each.english for each in (*result.filters, *table.filters)],
        "params": dict(result.params),
        "rowCount": len(table.rows),
        "isTruncated": table.is_truncated,
        "sources": [
            {
                "source": state.source,
                "dataTime": state.data_time,
                "qualityScore": state.quality_score,
                "qualityLowest": state.quality_lowest,
            }
            for state in result.sources
        ],
    }


def _table(table: Table) -> str:
    columns = _json([_column(column) for column in table.columns])
    rows = ",\n".join(_json(row) for row in table.rows)
    return f'"columns": {columns},\n"rows": [\n{rows}\n]'


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "label": column.label,
        "type": column.type,
        "unit": column.unit,
    }


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} does not belong in a report")
