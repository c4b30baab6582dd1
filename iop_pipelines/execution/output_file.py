"""Writes what a large panel's execution scored to one Parquet file in the instance's store, whole or not at all."""

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.liveness import Tick
from iop_pipelines.errors import IopError, Unavailable
from iop_pipelines.execution.work import Work
from iop_pipelines.query import output_band
from iop_pipelines.query.output_files import IN_LEDGER, KEPT_BEFORE, POINT, STORED, OutputFile
from iop_pipelines.storage import places
from iop_pipelines.storage.whole import whole

Frames = Callable[[], Iterable[pd.DataFrame]]
# Of a group of rows, the least that is read of a file: some hundred series of a few years of days.
_ROWS_AT_ONCE = 50_000
_NUMBERS = ("y", "yhat", "lo", "hi", "score")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")


@dataclass(frozen=True)
class Beside:
    """Where rows are put that `model_outputs` does not keep. storage_url: empty: nowhere, and all are kept there;
    periods: the last so many of an execution are."""

    storage_url: str
    periods: int


@dataclass(frozen=True)
class Split:
    """What of an execution's rows `model_outputs` keeps."""

    first_ds: datetime
    last_ds: datetime
    complete_since: datetime

    def is_kept(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) bool. frame: of whole series, each line by its periods.

        Findings, forecasts of what has yet to come, the last periods, and the last row of each line, which tells that
        there is one.
        """
        moments = frame["ds"].to_numpy(dtype="datetime64[us]")
        y, yhat = (frame[name].to_numpy(dtype=float) for name in ("y", "yhat"))
        return (
            frame["is_finding"].to_numpy(dtype=bool)
            | (moments >= np.datetime64(self.complete_since, "us"))
            | (~np.isfinite(y) & np.isfinite(yhat))
            | ~frame.duplicated(["unique_id", "measure"], keep="last").to_numpy()
        )


def split_of(frames: Frames, periods: int) -> Split | None:
    """None where all that was seen is of the last periods; what has yet to come is none of them."""
    moments = seen = np.array([], dtype="datetime64[us]")
    for frame in frames():
        own = frame["ds"].to_numpy(dtype="datetime64[us]")
        moments = np.union1d(moments, own)
        seen = np.union1d(seen, own[np.isfinite(frame["y"].to_numpy(dtype=float))])
    if len(seen) <= periods:
        return None
    return Split(moments[0].item(), moments[-1].item(), seen[-periods].item())


def write_file(
    work: Work, frames: Frames, split: Split, place: tuple[str, str], tick: Tick
) -> OutputFile:
    """place: URL of a store, and the folder below it. Raises Unavailable where the store does not take it."""
    counts = _Counts()
    with tempfile.TemporaryFile() as local:
        _write(local, frames(), split, counts, tick)
        size = local.tell()
        local.seek(0)
        checksum = hashlib.file_digest(local, "sha256").hexdigest()
        local.seek(0)
        url = _stored(*place, local, work.execution_id)
    return OutputFile(
        execution_id=work.execution_id,
        model_id=work.model.id,
        url=url,
        checksum=checksum,
        size_bytes=size,
        row_count=counts.rows,
        kept_rows=counts.kept,
        scored_rows=counts.scored,
        columns={str(name): str(kind) for name, kind in _empty().dtypes.items()},
        first_ds=split.first_ds,
        last_ds=split.last_ds,
        complete_since=split.complete_since,
        kept_ids=(),
    )


@dataclass
class _Counts:
    rows: int = 0
    kept: int = 0
    scored: int = 0


def _write(
    target: IO[bytes], frames: Iterable[pd.DataFrame], split: Split, counts: _Counts, tick: Tick
) -> None:
    # Nothing but a large panel needs it.
    from fastparquet import writer

    def groups() -> Iterator[pd.DataFrame]:
        for frame in frames:
            is_kept = split.is_kept(frame)
            before = counts.kept + np.cumsum(is_kept) - is_kept
            counts.rows += len(frame)
            counts.kept += int(is_kept.sum())
            for first in range(0, len(frame), _ROWS_AT_ONCE):
                tick()
                some = slice(first, first + _ROWS_AT_ONCE)
                group = _columns(frame.iloc[some], is_kept[some], before[some])
                counts.scored += int(group["score"].notna().sum())
                yield group

    meta = writer.make_metadata(_empty(), has_nulls=False, object_encoding="utf8", times="int64")
    stats: Any = ["unique_id", "ds"]
    given: Any = groups()
    writer.write_simple(target, given, meta, compression="ZSTD", stats=stats)


def _columns(frame: pd.DataFrame, is_kept: np.ndarray, before: np.ndarray) -> pd.DataFrame:
    """Names once each in a group, numbers that no database keeps as unknown. before: how many of the rows before each
    are kept."""
    columns: dict[str, Any] = {
        "unique_id": pd.Categorical(frame["unique_id"]),
        "ds": frame["ds"].to_numpy(dtype="datetime64[us]"),
        "measure": pd.Categorical(frame["measure"]),
    }
    for name in _NUMBERS:
        values = frame[name].to_numpy(dtype=float)
        columns[name] = np.where(np.isfinite(values), values, np.nan)
    columns["is_finding"] = frame["is_finding"].to_numpy(dtype=bool)
    columns |= output_band.parted(*(columns[name] for name in ("yhat", "lo", "hi")))
    told = {IN_LEDGER: is_kept, KEPT_BEFORE: before.astype(np.int32)}
    return pd.DataFrame({**columns, **told})[list(STORED)]


def _empty() -> pd.DataFrame:
    kinds = {"unique_id": str, "ds": "datetime64[us]", "measure": str, "is_finding": bool}
    frame = pd.DataFrame({name: pd.Series(dtype=kinds.get(name, float)) for name in POINT})
    return _columns(frame, *(np.array([], dtype=kind) for kind in (bool, np.int32)))


def _stored(storage_url: str, folder: str, content: IO[bytes], execution_id: int) -> str:
    name = f"execution-{execution_id}-{secrets.token_hex(8)}.parquet"
    try:
        files, root = places.opened(storage_url)
        path = f"{root.rstrip('/')}/{folder}/{name}"
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with whole(files, path) as part, files.open(part, "wb") as target:
            shutil.copyfileobj(content, target, 1 << 20)
    except IopError:
        raise
    # What drivers raise has no base of its own.
    except Exception as error:
        url, why = (_CREDENTIALS.sub("***@", str(each)) for each in (storage_url, error))
        raise Unavailable("outputs.store_refuses", url=url, error=why) from error
    return files.unstrip_protocol(path)


def remove_url(url: str) -> None:
    """As far as it can be: what is left is removed by retention."""
    with suppress(Exception):
        files, path = places.opened(url)
        files.rm_file(path)
