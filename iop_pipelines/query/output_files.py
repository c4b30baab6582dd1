"""Files with all rows that executions of large panels scored, of which `model_outputs` keeps some.

`model_outputs` has findings, forecasts, the last row of each line, and every row from `complete_since` on; for what
lies before it the file is read. A number is there what it was, to its last digit.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from iop_pipelines.errors import Conflict, IopError, NotFound, Unavailable
from iop_pipelines.schema.tables import model_outputs, output_files
from iop_pipelines.storage import places

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Of the store.
FOLDER = "outputs"
POINT = ("unique_id", "ds", "measure", "y", "yhat", "lo", "hi", "score", "is_finding")
# Whether `model_outputs` has the row too.
IN_LEDGER = "in_ledger"
# How many of the rows before it `model_outputs` has.
KEPT_BEFORE = "kept_before"
# What a file has for `lo` and `hi`; `output_band` makes them of it.
BAND_PARTS = ("width", "lo_bits", "hi_bits")
# Columns of a file, in their order.
STORED = (
    *("unique_id", "ds", "measure", "y", "yhat", *BAND_PARTS),
    *("score", "is_finding", IN_LEDGER, KEPT_BEFORE),
)
_BAND = frozenset({"lo", "hi"})
_STATISTICS = ("unique_id", "ds")
# Of a group: a file that is written group by group says of none how many names it has, and codes of one byte, which
# fastparquet takes then, end at 127.
_NAMES = {"unique_id": 50_000, "measure": 50_000}


@dataclass(frozen=True)
class OutputFile:
    """A row of `output_files`."""

    execution_id: int
    model_id: int
    url: str
    checksum: str
    size_bytes: int
    row_count: int
    kept_rows: int
    scored_rows: int
    columns: Mapping[str, str] = field(hash=False)
    first_ds: datetime
    last_ds: datetime
    complete_since: datetime
    kept_ids: Sequence[tuple[int, int]] = field(hash=False)

    @property
    def rows_beside(self) -> int:
        """Those that the file alone has."""
        return self.row_count - self.kept_rows


@dataclass(frozen=True)
class Wanted:
    """Which rows of outputs are asked for; None is any. since, until: their periods, both included."""

    executions: Collection[int] | None = None
    models: Collection[int] | None = None
    series: Collection[str] | None = None
    measures: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def of_rows(self, outputs: sa.FromClause = model_outputs) -> list[sa.ColumnElement[bool]]:
        """As conditions on `model_outputs`, or on what has its columns."""
        of = outputs.c
        lists = (
            (of.execution_id, self.executions),
            (of.model_id, self.models),
            (of.unique_id, self.series),
            (of.measure, self.measures),
        )
        found = [column.in_(list(values)) for column, values in lists if values is not None]
        found += [] if self.since is None else [of.ds >= self.since]
        return found + ([] if self.until is None else [of.ds <= self.until])

    def of_files(self) -> list[sa.ColumnElement[bool]]:
        """As conditions on `output_files`: those with rows that `model_outputs` lacks."""
        of = output_files.c
        lists = ((of.execution_id, self.executions), (of.model_id, self.models))
        found = [column.in_(list(values)) for column, values in lists if values is not None]
        found += [] if self.since is None else [of.complete_since > self.since]
        return found + ([] if self.until is None else [of.first_ds <= self.until])

    def among(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        for name, values in (("unique_id", self.series), ("measure", self.measures)):
            if values is not None:
                frame = frame[frame[name].isin(list(values))]
        if self.since is not None:
            frame = frame[frame["ds"] >= self.since]
        return frame if self.until is None else frame[frame["ds"] <= self.until]

    def may_be_between(self, low: Mapping[str, Any], high: Mapping[str, Any]) -> bool:
        """Whether a part of a file, of which these are the least and the greatest values, may have such rows."""
        if self.series is not None and not any(
            low["unique_id"] <= each <= high["unique_id"] for each in self.series
        ):
            return False
        # numpy's moments, which compare with those of the standard library.
        is_after = self.since is not None and high["ds"] < self.since
        is_before = self.until is not None and low["ds"] > self.until
        return not (is_after or is_before)


def files_of(connection: sa.Connection, wanted: Wanted) -> list[OutputFile]:
    """Those with rows that are asked for and that `model_outputs` lacks, oldest execution first."""
    query = sa.select(output_files).where(*wanted.of_files())
    return listed(connection, query.order_by(output_files.c.execution_id))


def listed(connection: sa.Connection, query: sa.Select[Any]) -> list[OutputFile]:
    """query: of the columns of `output_files`."""
    return [OutputFile(**row) for row in connection.execute(query).mappings()]


def has_files(connection: sa.Connection) -> bool:
    return connection.scalar(sa.select(sa.exists().select_from(output_files))) or False


def file_of(connection: sa.Connection, execution_id: int) -> OutputFile | None:
    found = files_of(connection, Wanted(executions=(execution_id,)))
    return found[0] if found else None


def read(
    file: OutputFile, wanted: Wanted, columns: Collection[str] = (*POINT, IN_LEDGER)
) -> Iterator["pd.DataFrame"]:
    """The rows that are asked for, in the order in which the model gave them, a part of the file at a time; parts that
    cannot have any are not read.

    Raises NotFound where the file is gone, Unavailable where its store does not answer, Conflict where it is another
    file by now.
    """
    with _opened(file) as parquet:
        least, greatest = parquet.statistics["min"], parquet.statistics["max"]
        for place in range(len(parquet.row_groups)):
            low, high = (
                {name: _plain(found[name][place]) for name in _STATISTICS}
                for found in (least, greatest)
            )
            if wanted.may_be_between(low, high):
                part = parquet[place].to_pandas(columns=_stored(columns), categories=_NAMES)
                if len(rows := wanted.among(part)):
                    yield _as_asked(rows, columns)


def _stored(columns: Collection[str]) -> list[str]:
    """Those of a file that these are made of."""
    has_band = not _BAND.isdisjoint(columns)
    made_of = {*columns, *(("yhat", *BAND_PARTS) if has_band else ())}
    return [name for name in STORED if name in made_of]


def _as_asked(rows: "pd.DataFrame", columns: Collection[str]) -> "pd.DataFrame":
    if not _BAND.isdisjoint(columns):
        # Loads numpy, which who lists files does not need.
        from iop_pipelines.query.output_band import joined

        parts = {name: rows[name].to_numpy() for name in BAND_PARTS}
        rows = rows.assign(**joined(rows["yhat"].to_numpy(), parts))
    return rows[list(columns)]


def ranks_in(file: OutputFile, part: "pd.DataFrame") -> "np.ndarray":
    """(n,) int64, by which rows of a file are in order with those of `model_outputs` by their ids, as the model gave
    them: of a row that is there its id, of another that of the next that is. Rows of one rank are in the file's order,
    and that of `model_outputs` is the last of them; there is one, as each line's last row is kept.

    part: some rows of the file, with KEPT_BEFORE.
    """
    import numpy as np

    numbers, ids = np.array(file.kept_ids, dtype=np.int64).T
    number = part[KEPT_BEFORE].to_numpy(dtype=np.int64)
    run = np.searchsorted(numbers, number, side="right") - 1
    return ids[run] + number - numbers[run]


def rows_in(file: OutputFile) -> int:
    """As the file itself says."""
    with _opened(file) as parquet:
        return int(parquet.count())


@dataclass(frozen=True)
class Line:
    unique_id: str
    measure: str
    points: int
    findings: int


# A file never changes, and is looked at a line at a time.
@lru_cache(maxsize=4)
def lines_in(file: OutputFile) -> tuple[Line, ...]:
    """Those with the most findings first."""
    points: dict[tuple[str, str], list[int]] = {}
    names = ("unique_id", "measure", "is_finding")
    for part in read(file, Wanted(), names):
        groups = part.groupby(["unique_id", "measure"], observed=True, sort=False)["is_finding"]
        for key, (count, found) in groups.agg(["size", "sum"]).iterrows():
            unique_id, measure = map(str, key)  # pyright: ignore[reportArgumentType, reportGeneralTypeIssues]
            totals = points.setdefault((unique_id, measure), [0, 0])
            totals[0] += int(count)
            totals[1] += int(found)
    lines = [Line(*key, *totals) for key, totals in points.items()]
    return tuple(sorted(lines, key=lambda each: (-each.findings, each.unique_id, each.measure)))


def is_there(file: OutputFile) -> bool:
    """Raises Unavailable where its store does not answer, or has no driver here."""
    try:
        files, path = places.opened(file.url)
        return bool(files.exists(path))
    # What drivers raise has no base of its own.
    except Exception as error:
        raise _away(file, error) from error


def remove(file: OutputFile) -> None:
    """Raises Unavailable as `is_there` does; one that is gone is gone."""
    if not is_there(file):
        return
    try:
        files, path = places.opened(file.url)
        files.rm_file(path)
    except FileNotFoundError:
        return
    except Exception as error:
        raise _away(file, error) from error


@contextmanager
def content_of(file: OutputFile) -> Iterator[Any]:
    """Open for reading; raises as `read` does."""
    with _told(file):
        files, path = places.opened(file.url)
        with files.open(path, "rb") as content:
            yield content


@contextmanager
def _opened(file: OutputFile) -> Iterator[Any]:
    import fastparquet

    with content_of(file) as content:
        yield fastparquet.ParquetFile(content)


@contextmanager
def _told(file: OutputFile) -> Iterator[None]:
    try:
        yield
    except IopError:
        raise
    except FileNotFoundError as error:
        raise NotFound("outputs.file_missing", id=file.execution_id, url=_where(file)) from error
    # What drivers raise has no base of its own, and reading another file than was written ends in anything.
    except Exception as error:
        if _checksum(file) != file.checksum:
            told = Conflict("outputs.file_changed", id=file.execution_id, url=_where(file))
            raise told from error
        if isinstance(error, OSError):
            raise _away(file, error) from error
        raise


def _checksum(file: OutputFile) -> str:
    """As the store has it now; raises Unavailable where that does not answer."""
    try:
        files, path = places.opened(file.url)
        with files.open(path, "rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except Exception as error:
        raise _away(file, error) from error


def _away(file: OutputFile, error: Exception) -> Unavailable:
    kind = type(error).__name__
    return Unavailable("outputs.store_away", id=file.execution_id, url=_where(file), error=kind)


def _where(file: OutputFile) -> str:
    return file.url.rpartition("@")[2]


def _plain(value: Any) -> Any:
    """numpy's moments as those of the standard library."""
    return value.item() if hasattr(value, "item") else value
