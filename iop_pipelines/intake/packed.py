"""Packed files are unpacked into a temporary one, within the bound while they unpack and not after."""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iop_pipelines.errors import InvalidInput, IopError

# As the settings count, and the web app says.
MEGABYTE = 1_000_000
MAX_BYTES = 200 * MEGABYTE
_PIECE = 1 << 20
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
# A zip file with one of these is a workbook, and stays one.
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
# sales.csv.gz in a zip file.
_MOST_LAYERS = 2
# Of one zip file, such as one of each day of some years.
MAX_MEMBERS = 2_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """`said`: how it was packed, for people; empty where it was not."""

    path: Path
    said: str


def too_large(name: str, most: int = MAX_BYTES) -> InvalidInput:
    return InvalidInput("intake.too_large", name=name, megabytes=most // MEGABYTE)


@contextmanager
def unpacked(path: Path, name: str, most: int = MAX_BYTES) -> Iterator[Unpacked]:
    """The file itself where it is not packed; what was unpacked is gone afterwards.

    Raises:
        InvalidInput: it is broken, holds more files than one, or more bytes than `most`.
    """
    with tempfile.TemporaryDirectory(prefix="iop-intake-") as folder:
        said = ""
        for layer in range(_MOST_LAYERS):
            target = Path(folder) / str(layer)
            how = _unpack(path, target, name, most)
            if not how:
                break
            path, said = target, said + how
        yield Unpacked(path, said)


@contextmanager
def members_of(
    path: Path, name: str, most: int = MAX_BYTES
) -> Iterator[Sequence[tuple[str, Path]]]:
    """The files of a zip file that holds several, by name in its order; empty for all else. Gone afterwards.

    Raises:
        InvalidInput: it is broken, holds more than MAX_MEMBERS files, or more bytes than `most` together.
    """
    with tempfile.TemporaryDirectory(prefix="iop-intake-") as folder:
        found: list[tuple[str, Path]] = []
        if first_bytes(path).startswith(_ZIP):
            with _telling("zip", name):
                found = _members(path, Path(folder), name, most)
        yield found


def _members(path: Path, folder: Path, name: str, most: int) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        files = [entry for entry in entries if _is_file(entry)]
        if len(files) < 2 or any(entry.filename in _WORKBOOKS for entry in entries):
            return []
        if len(files) > MAX_MEMBERS:
            raise InvalidInput(
                "intake.too_many_files", where=name, count=len(files), most=MAX_MEMBERS
            )
        left = most
        for number, entry in enumerate(files):
            target = folder / str(number)
            with archive.open(entry) as source:
                _copy(source, target, name, left, most)
            left -= target.stat().st_size
            found.append((entry.filename, target))
    return found


def first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _unpack(path: Path, target: Path, name: str, most: int) -> str:
    begin = first_bytes(path)
    if begin.startswith(_GZIP):
        with _telling("gzip", name), gzip.open(path) as source:
            _copy(source, target, name, most)
        return ", packed by gzip"
    if begin.startswith(_ZSTD):
        with _telling("zstd", name), _zstd(path) as source:
            _copy(source, target, name, most)
        return ", packed by zstd"
    if begin.startswith(_ZIP):
        with _telling("zip", name):
            return _from_zip(path, target, name, most)
    return ""


def _zstd(path: Path) -> AbstractContextManager[Any]:
    from zstandard import ZstdDecompressor

    # A file says itself how much memory its unpacking takes; 128 MB is the most that the tool writes unasked.
    reader = ZstdDecompressor(max_window_size=1 << 27)
    return reader.stream_reader(path.open("rb"), read_across_frames=True, closefd=True)


@contextmanager
def _telling(kind: str, name: str) -> Iterator[None]:
    try:
        yield
    except IopError:
        raise
    except (OSError, EOFError, zlib.error, RuntimeError, ValueError, NotImplementedError) as error:
        raise InvalidInput("intake.broken", name=name, kind=kind, error=error) from error
    except Exception as error:
        # zstandard and zipfile have errors of their own.
        if type(error).__name__ not in ("ZstdError", "BadZipFile"):
            raise
        raise InvalidInput("intake.broken", name=name, kind=kind, error=error) from error


def _from_zip(path: Path, target: Path, name: str, most: int) -> str:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.filename in _WORKBOOKS for entry in entries):
            _check_size(archive, entries, name, most)
            return ""
        files = [entry for entry in entries if _is_file(entry)]
        if len(files) != 1:
            names = [entry.filename for entry in files]
            raise InvalidInput("intake.not_one_file", name=name, count=len(files), files=names[:5])
        with archive.open(files[0]) as source:
            _copy(source, target, name, most)
    return f", {files[0].filename} in a zip file"


def _is_file(entry: zipfile.ZipInfo) -> bool:
    return not (
        entry.is_dir()
        or entry.filename.startswith("__MACOSX/")
        or Path(entry.filename).name.startswith(".")
    )


def _check_size(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], name: str, most: int
) -> None:
    """By unpacking: what the file says of its own size may be wrong."""
    left = most
    for entry in entries:
        with archive.open(entry) as source:
            while piece := source.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise too_large(name, most)


def _copy(source: Any, target: Path, name: str, left: int, most: int | None = None) -> None:
    """left: bytes that it may have; most: what is said of that."""
    most = most or left
    with target.open("wb") as file:
        while piece := source.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise too_large(name, most)
            file.write(piece)
