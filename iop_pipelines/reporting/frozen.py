"""A generation's result as it is kept: one Parquet file, from which every file of the report is made.

The rows of all tables follow each other; `table` says whose a row is, and a column is called `TABLE.COLUMN`, empty in
the rows of other tables. What Parquet has no exact type for is text: dates, decimals, and integers beyond 64 bits,
which stand in `TABLE.COLUMN.large`. All else (columns, filters, sources, the config and the heading) is JSON under the
key `iop` of the file. It is written and read some thousand rows at once.
"""

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO

from iop_pipelines.domain.datasets import FieldType, scale_of
from iop_pipelines.errors import Conflict
from iop_pipelines.query.config import QueryConfig, parse_config
from iop_pipelines.query.result import (
    Cells,
    FrozenResult,
    OpenTable,
    Table,
    Value,
    kinds_of,
    large_among,
    own_keys,
)
from iop_pipelines.reporting.collecting import few_collections
from iop_pipelines.reporting.heading import Heading

if TYPE_CHECKING:
    import pandas as pd

_KEY = "iop"
_VERSION = 1
_INT64 = 2**63
_LARGE = ".large"
_CHUNK_BYTES = 1024 * 1024
_FRAMES_KEPT = 8


@dataclass(frozen=True)
class Frozen:
    """What any file of one generation is made from; `config` and `heading` are the template's at that moment."""

    heading: Heading
    config: QueryConfig
    result: FrozenResult


@dataclass
class _Group:
    """Rows of one table that stand together; `large`: columns with an integer that no double holds."""

    table: str
    rows: int
    large: frozenset[int]


def freeze(frozen: Frozen, out: BinaryIO, clock: Callable[[], datetime] | None = None) -> None:
    """Writes the Parquet file, and reads each table's rows once. clock: naive UTC; what says when all were read."""
    from fastparquet import writer

    tables = frozen.result.tables
    meta = writer.make_metadata(
        _frame(tables, None, ()), has_nulls=True, object_encoding="utf8", times="int64"
    )
    groups: list[_Group] = []
    target: Any = out
    frames = _frames(frozen, groups, meta, clock)
    with few_collections():
        writer.write_simple(target, frames, meta, compression="ZSTD", stats=False)


def _frames(
    frozen: Frozen, groups: list[_Group], meta: Any, clock: Callable[[], datetime] | None
) -> Iterator["pd.DataFrame"]:
    """The rows as they come; what is known behind the last goes into the metadata, with which the file ends."""
    from fastparquet import parquet_thrift

    tables = frozen.result.tables
    for table in tables:
        for cells in table.batches_of_cells():
            groups.append(_Group(table.name, len(cells[0]), large_among(table.columns, cells)))
            yield _frame(tables, table, cells)
            _collect_frames(len(groups))
    if clock is not None:
        frozen = replace(frozen, result=replace(frozen.result, made_at=clock()))
    said = parquet_thrift.KeyValue(key=_KEY, value=_said(frozen, groups))
    meta.key_value_metadata = [*(meta.key_value_metadata or []), said]


def thaw(content: BinaryIO, checksum: str | None = None) -> Frozen:
    """What `freeze` was given, value by value; rows are read from `content`, which must stay open, as often as asked.

    Raises:
        Conflict: the content is not that of `checksum`, its SHA-256.
    """
    import fastparquet

    if checksum is not None and checksum_of(content) != checksum:
        raise Conflict("report.result_changed")
    content.seek(0)
    file = fastparquet.ParquetFile(content)
    said = json.loads(file.key_value_metadata[_KEY])
    groups = [_Group(name, rows, frozenset(large)) for name, rows, large in said["groups"]]
    bare = FrozenResult.from_json(json.dumps(said["result"]))
    tables = tuple(_kept(table, file, groups) for table in bare.tables)
    return Frozen(
        Heading(**own_keys(Heading, said["heading"])),
        parse_config(said["config"]),
        replace(bare, tables=tables),
    )


def checksum_of(file: BinaryIO) -> str:
    """SHA-256 of all of it, in hexadecimal."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def held(result: FrozenResult, most: int | None = None) -> FrozenResult:
    """With the rows in memory, for what is laid out as a whole: of each table so many, all where nothing is said."""
    return replace(result, tables=tuple(_held(table, most) for table in result.tables))


def _held(table: Table, most: int | None) -> Table:
    rows = tuple(islice(chain.from_iterable(table.batches()), most))
    if most is None:
        return replace(_bare(table), rows=rows)
    is_cut = table.is_truncated or table.row_count > most
    return replace(_bare(table), rows=rows, is_truncated=is_cut, total=table.all_rows)


def _bare(table: Table) -> Table:
    told = {each.name: getattr(table, each.name) for each in fields(Table)}
    return Table(**{**told, "rows": ()})


def _kept(table: Table, file: Any, groups: Sequence[_Group]) -> OpenTable:
    own = [(at, group) for at, group in enumerate(groups) if group.table == table.name]
    return OpenTable(
        **{each.name: getattr(table, each.name) for each in fields(Table)},
        read=partial(_read, file, table, [(at, bool(group.large)) for at, group in own]),
        large=frozenset().union(*(group.large for _, group in own)),
        counted=sum(group.rows for _, group in own),
    )


def _said(frozen: Frozen, groups: Sequence[_Group]) -> str:
    result = frozen.result
    bare = replace(result, tables=tuple(_bare(table) for table in result.tables))
    said = {
        "version": _VERSION,
        "heading": asdict(frozen.heading),
        "config": frozen.config.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "result": json.loads(bare.to_json()),
        "groups": [[group.table, group.rows, sorted(group.large)] for group in groups],
    }
    # The order of keys is that of the tables: the first is what a file shows where its template names none.
    return json.dumps(said, ensure_ascii=False)


def _frame(tables: Sequence[Table], own: Table | None, cells: Cells) -> "pd.DataFrame":
    """Every column of every table, with values in those of its own."""
    import pandas as pd

    count = len(cells[0]) if cells else 0
    nothing = (None,) * count
    names = [table.name for table in tables]
    # The same categories in all groups: readers take those of the last for all.
    whose = pd.Categorical.from_codes(
        [names.index(own.name) if own else 0], categories=pd.Index(names)
    )
    columns: dict[str, Any] = {"table": pd.Series(whose.repeat(count))}
    for table in tables:
        for at, column in enumerate(table.columns):
            values = cells[at] if table is own and cells else nothing
            name = f"{table.name}.{column.name}"
            columns[name] = _series(values, column.type)
            if column.type == "integer":
                columns[name + _LARGE] = pd.Series(_large_of(values), dtype=object)
    return pd.DataFrame(columns, copy=False)


def _collect_frames(number: int) -> None:
    """Those of pandas hold themselves, and are a megabyte each: too few objects for Python to look by itself."""
    if number % _FRAMES_KEPT == 0:
        gc.collect(1)


def _large_of(values: Sequence[Any]) -> list[str | None]:
    """Texts of those that are beyond 64 bits."""
    known = [value for value in values if value is not None]
    if not known or (_fits(min(known)) and _fits(max(known))):
        return [None] * len(values)
    return [None if v is None or _fits(v) else str(v) for v in values]


def _fits(value: Any) -> bool:
    return -_INT64 <= value < _INT64


def _series(values: Sequence[Any], type_: FieldType) -> "pd.Series[Any]":
    import numpy as np
    import pandas as pd

    if type_ == "integer":
        if (
            kinds_of(values) == {int}
            and None not in values
            and _fits(min(values))
            and _fits(max(values))
        ):
            return pd.Series(np.array(values, dtype="int64"), dtype="Int64")
        return pd.Series([v if v is not None and _fits(v) else None for v in values], dtype="Int64")
    if type_ == "number":
        return pd.Series(values, dtype="float64")
    if type_ == "boolean":
        return pd.Series(values, dtype="boolean")
    kinds = kinds_of(values)
    if kinds <= {str}:
        texts: Sequence[Any] = values
    elif kinds == {date}:
        # Days are few, of whatever many rows.
        told = {value: _text(value) for value in {*values} - {None}}
        texts = list(map(told.get, values))
    else:
        texts = [None if v is None else _text(v) for v in values]
    return pd.Series(texts, dtype=object)


def _text(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(file: Any, table: Table, groups: Sequence[tuple[int, bool]]) -> Iterator[Cells]:
    """groups: (position, whether an integer of it may be beyond 64 bits)."""
    names = [f"{table.name}.{column.name}" for column in table.columns]
    large = [
        f"{name}{_LARGE}"
        for name, column in zip(names, table.columns, strict=True)
        if column.type == "integer"
    ]
    for at, has_large in groups:
        frame = file[at].to_pandas(columns=[*names, *large] if has_large else names)
        yield [
            _values(frame, name, column.type)
            for name, column in zip(names, table.columns, strict=True)
        ]
        _collect_frames(at)


def _values(frame: "pd.DataFrame", name: str, type_: FieldType) -> list[Value]:
    values: list[Value] = _read_values(frame[name], type_)
    if name + _LARGE in frame.columns and frame[name + _LARGE].notna().any():
        large = frame[name + _LARGE].tolist()
        return [int(text) if text else value for value, text in zip(values, large, strict=True)]
    return values


def _read_values(column: "pd.Series[Any]", type_: FieldType) -> list[Value]:
    read, found, is_known = _reader(type_), column.tolist(), column.notna()
    if not is_known.all():
        known = is_known.tolist()
        return [read(value) if each else None for value, each in zip(found, known, strict=True)]
    if type_ in ("integer", "number", "boolean", "string"):
        # Parquet has these types, and what is read is of them.
        return found
    # Days are few, of whatever many rows.
    made = {value: read(value) for value in {*found}}
    return [made[value] for value in found]


def _reader(type_: FieldType) -> Callable[[Any], Value]:
    if scale_of(type_) is not None:
        return Decimal
    readers: dict[str, Callable[[Any], Value]] = {
        "integer": int,
        "number": float,
        "boolean": bool,
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    return readers.get(type_, str)
