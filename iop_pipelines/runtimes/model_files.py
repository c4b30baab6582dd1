"""Files of models in the instance's store, each under its SHA-256, and beside it what it takes and answers.

A file that was ever stored does not change, and is looked at once, by a process of its own (`onnx_file`). No pickle is
ever read: a file is ONNX or refused.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from iop_pipelines.domain.sentences import remade
from iop_pipelines.errors import InvalidDeclaration, InvalidInput, NotFound, Unavailable
from iop_pipelines.runtimes.outside import Outside

FOLDER = "models"
# To look at a file.
_LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class InputSlot:
    """width: columns of a row, None for any; is_single: it takes one row at a time."""

    name: str
    width: int | None
    is_float32: bool
    is_single: bool


@dataclass(frozen=True, slots=True)
class OutputSlot:
    """columns: of a row; None where that depends on how wide an input is."""

    name: str
    columns: int | None


@dataclass(frozen=True, slots=True)
class Signature:
    inputs: tuple[InputSlot, ...]
    outputs: tuple[OutputSlot, ...]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """name: as its sender called it."""

    checksum: str
    name: str
    size_bytes: int
    signature: Signature


def store_file(outside: Outside, path: Path, name: str) -> ModelFile:
    """Looks at a file and stores it; the same file again is the same.

    Raises:
        InvalidInput: it is too large, no ONNX file, keeps data in other files, cannot be run, or takes what rows of
            measures are not.
        Unavailable: the store refuses it.
    """
    size = path.stat().st_size
    if size > outside.most_bytes:
        raise InvalidInput(
            "onnx.too_large", name=name, size=size, megabytes=outside.most_bytes // 1_000_000
        )
    content = path.read_bytes()
    made = ModelFile(hashlib.sha256(content).hexdigest(), name, size, look_at(path, name))
    with _told(outside.storage_url):
        files, folder = _at(outside)
        files.makedirs(folder, exist_ok=True)
        _write(files, f"{folder}/{made.checksum}.onnx", content)
        # The last: what has no description is not there.
        _write(files, f"{folder}/{made.checksum}.json", json.dumps(asdict(made)).encode())
    return made


def described(outside: Outside, checksum: str) -> ModelFile:
    """Raises InvalidDeclaration, of `config.params.checksum`, where no such file is stored."""
    found = json.loads(_read(outside, checksum, "json"))
    return ModelFile(**{**found, "signature": _signature(found["signature"])})


def content_of(outside: Outside, checksum: str) -> bytes:
    """Raises InvalidDeclaration where no such file is stored, InvalidInput where it is another by now."""
    content = _read(outside, checksum, "onnx")
    if hashlib.sha256(content).hexdigest() != checksum:
        raise InvalidInput("onnx.changed", "config.params.checksum", checksum=checksum)
    return content


def look_at(path: Path, name: str) -> Signature:
    """By a process of its own. Raises InvalidInput."""
    command = [sys.executable, "-m", "iop_pipelines.runtimes.onnx_file", str(path), name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=False)
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        # It was ended, or ended itself: by a fault, or beyond its memory.
        raise InvalidInput("onnx.breaks", name=name, limit_s=_LONGEST_S) from error
    if "refused" in found:
        raise InvalidInput(remade(found["refused"]))
    return _signature(found)


def _signature(found: Mapping[str, Any]) -> Signature:
    return Signature(
        tuple(InputSlot(**each) for each in found["inputs"]),
        tuple(OutputSlot(**each) for each in found["outputs"]),
    )


def _write(files: Any, path: str, content: bytes) -> None:
    """Whole or not at all, where the store can rename."""
    files.pipe_file(f"{path}.part", content)
    files.mv(f"{path}.part", path)


def _read(outside: Outside, checksum: str, extension: str) -> bytes:
    try:
        with _told(outside.storage_url):
            files, folder = _at(outside)
            return cast(bytes, files.cat_file(f"{folder}/{checksum}.{extension}"))
    except FileNotFoundError as error:
        raise InvalidDeclaration(
            "onnx.not_stored", "config.params.checksum", checksum=checksum
        ) from error


def _at(outside: Outside) -> tuple[Any, str]:
    import fsspec  # pyright: ignore[reportMissingTypeStubs]

    if not outside.storage_url:
        raise NotFound("onnx.no_store")
    module: Any = fsspec
    files, folder = cast(tuple[Any, str], module.url_to_fs(outside.storage_url))
    return files, f"{folder.rstrip('/')}/{FOLDER}"


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        where = url.rpartition("@")[2]
        raise Unavailable("upload.store_refuses", url=where, error=type(error).__name__) from error
