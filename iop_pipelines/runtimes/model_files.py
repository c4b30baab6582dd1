"""Files of models in the instance's store, each under its SHA-256, and beside it what it takes and answers.

A file that was ever stored does not change, and is looked at once, by a process of its own (`onnx_file`). No pickle is
ever read: a file is ONNX or refused.
"""

import hashlib
import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from iop_pipelines.domain.liveness import Tick
from iop_pipelines.domain.sentences import Sentence, remade
from iop_pipelines.errors import InvalidDeclaration, InvalidInput, IopError, NotFound, Unavailable
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.storage import places
from iop_pipelines.storage.whole import whole

FOLDER = "models"
NumberType = Literal["float32", "float64", "float16", "int64", "int32"]
# To look at a file.
_LONGEST_S = 120
# What a worker of deploy/ has besides its own: of 2 GB, 768 MB are that. What is looked at with less, it can run.
LOOK_BYTES = (2048 - 768) * 1024**2
_CHUNK_BYTES = 1024 * 1024
_OWN_NAME = re.compile(r"([0-9a-f]{64})\.")


@dataclass(frozen=True, slots=True)
class Effort:
    """What a look may take. nice: added to that of who asks."""

    memory_bytes: int = LOOK_BYTES
    nice: int = 0


WHOLE = Effort()


@dataclass(frozen=True, slots=True)
class InputSlot:
    """width: columns of a row, None for any; is_single: it takes one row at a time."""

    name: str
    width: int | None
    is_float32: bool
    is_single: bool


@dataclass(frozen=True, slots=True)
class OutputSlot:
    """columns: of a row; None where that depends on how wide an input is. type: such as float32; None of a
    file that was looked at before that was kept."""

    name: str
    columns: int | None
    type: NumberType | None = None


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


def store_file(outside: Outside, path: Path, name: str, effort: Effort = WHOLE) -> ModelFile:
    """Looks at a file and stores it; the same file again is the same.

    Raises:
        InvalidInput: it is too large, no ONNX file, keeps data in other files, cannot be run, or takes what rows of
            measures are not.
        Unavailable: the store refuses it, or is not there. IopError: it could not be looked at.
    """
    size = path.stat().st_size
    if size > outside.most_bytes:
        raise InvalidInput(too_large(outside.most_bytes, name))
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    made = ModelFile(checksum, name, size, look_at(path, name, effort))
    with _told(outside.storage_url):
        files, folder = _at(outside)
        files.makedirs(folder, exist_ok=True)
        with whole(files, f"{folder}/{checksum}.onnx") as part:
            files.put_file(str(path), part)
        # The last: what has no description is not there.
        with whole(files, f"{folder}/{checksum}.json") as part:
            files.pipe_file(part, json.dumps(asdict(made)).encode())
    return made


def described(outside: Outside, checksum: str) -> ModelFile:
    """Raises InvalidDeclaration, of `config.params.checksum`, where no such file is stored, InvalidInput where what
    describes it is no description by now."""
    with _told(outside.storage_url), _opened(outside, checksum, "json") as file:
        content = file.read()
    try:
        found = json.loads(content)
        return ModelFile(**{**found, "signature": _signature(found["signature"])})
    except (KeyError, TypeError, ValueError) as error:
        raise _changed(checksum) from error


@contextmanager
def fetched(outside: Outside, checksum: str) -> Iterator[Path]:
    """A copy on this machine, while it is needed: it is never held in memory as a whole.

    Raises InvalidDeclaration where no such file is stored, InvalidInput where it is another by now.
    """
    with tempfile.TemporaryDirectory(prefix="iop-model-") as folder:
        copy, found = Path(folder) / "model.onnx", hashlib.sha256()
        with (
            _told(outside.storage_url),
            _opened(outside, checksum, "onnx") as source,
            copy.open("wb") as target,
        ):
            while part := source.read(_CHUNK_BYTES):
                found.update(part)
                target.write(part)
        if found.hexdigest() != checksum:
            raise _changed(checksum)
        yield copy


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies in the store of one file, its description first; `changed_at` (naive UTC): the newest of it."""

    checksum: str
    paths: tuple[str, ...]
    changed_at: datetime


def kept_files(outside: Outside) -> list[Kept]:
    """Also what was left of one that was not stored whole. Where there is no folder yet, none: one that is not
    mounted looks the same.

    Raises Unavailable where the store does not answer, or a bucket is not there.
    """
    with _told(outside.storage_url):
        files, folder = _at(outside)
        files.invalidate_cache()
        found: dict[str, list[tuple[datetime, str]]] = {}
        if not files.exists(folder):
            _require_root(files, folder)
            return []
        for path in files.ls(folder, detail=False):
            at = _OWN_NAME.match(path.rpartition("/")[2])
            # What another has renamed or removed meanwhile is not there under that name.
            if at and (changed := _changed_at(files, path)):
                found.setdefault(at[1], []).append((changed, path))
    return [
        Kept(
            checksum,
            tuple(sorted((path for _, path in parts), key=lambda path: not path.endswith(".json"))),
            max(changed for changed, _ in parts),
        )
        for checksum, parts in sorted(found.items())
    ]


def is_since(outside: Outside, kept: Kept) -> bool:
    """Whether any of it came again after it was listed."""
    with _told(outside.storage_url):
        files, _ = _at(outside)
        files.invalidate_cache()
        moments = [_changed_at(files, path) for path in kept.paths]
    return any(each > kept.changed_at for each in moments if each)


def remove_file(outside: Outside, kept: Kept) -> None:
    """Its description first, without which it is not there."""
    with _told(outside.storage_url):
        files, _ = _at(outside)
        for path in kept.paths:
            with suppress(FileNotFoundError):
                files.rm_file(path)


def is_whole(outside: Outside, checksum: str, tick: Tick) -> bool | None:
    """Whether a stored file has its checksum still; None where it, or what describes it, is not there."""
    found = hashlib.sha256()
    try:
        described(outside, checksum)
        with _told(outside.storage_url), _opened(outside, checksum, "onnx") as file:
            while part := file.read(_CHUNK_BYTES):
                tick()
                found.update(part)
    except InvalidDeclaration:
        return None
    except InvalidInput:
        return False
    return found.hexdigest() == checksum


def look_at(path: Path, name: str, effort: Effort = WHOLE) -> Signature:
    """By a process of its own. Raises InvalidInput, or IopError where it ended before it had said anything."""
    program = [sys.executable, "-m", "iop_pipelines.runtimes.onnx_file"]
    command = [*program, str(path), name, str(effort.memory_bytes), str(effort.nice)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(too_much(name, effort.memory_bytes)) from error
    # So the system ends what takes its last memory.
    if done.returncode == -signal.SIGKILL:
        raise InvalidInput(too_much(name, effort.memory_bytes))
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        said = done.stderr.decode(errors="replace").split("\n")
        last = next((each.strip() for each in reversed(said) if each.strip()), "-")
        raise IopError(
            "onnx.look_ended", name=name, status=done.returncode, last=last[-300:]
        ) from error
    if "refused" in found:
        raise InvalidInput(remade(found["refused"]))
    return _signature(found)


def too_large(most_bytes: int, name: str) -> Sentence:
    return Sentence("onnx.too_large", name=name, megabytes=most_bytes // 1_000_000)


def too_much(name: str, memory_bytes: int) -> Sentence:
    """Of a file that takes more to look at than there is for it."""
    given = {"name": name, "limit_s": _LONGEST_S, "megabytes": memory_bytes // 2**20}
    if memory_bytes >= LOOK_BYTES:
        return Sentence("onnx.breaks", **given)
    return Sentence("onnx.breaks_here", **given, most=LOOK_BYTES // 2**20)


def _signature(found: Mapping[str, Any]) -> Signature:
    return Signature(
        tuple(InputSlot(**each) for each in found["inputs"]),
        tuple(OutputSlot(**each) for each in found["outputs"]),
    )


@contextmanager
def _opened(outside: Outside, checksum: str, extension: str) -> Iterator[Any]:
    files, folder = _at(outside)
    try:
        with files.open(f"{folder}/{checksum}.{extension}", "rb") as file:
            yield file
    except FileNotFoundError as error:
        _require_root(files, folder)
        raise InvalidDeclaration(
            "onnx.not_stored", "config.params.checksum", checksum=checksum
        ) from error


def _require_root(files: Any, folder: str) -> None:
    """A folder is not there before it holds anything, but a bucket is."""
    root = folder.partition("/")[0] or "/"
    if not files.exists(root):
        raise FileNotFoundError(root)


def _changed_at(files: Any, path: str) -> datetime | None:
    """None where it is not there."""
    with suppress(FileNotFoundError):
        return files.modified(path).astimezone(UTC).replace(tzinfo=None)
    return None


def _changed(checksum: str) -> InvalidInput:
    return InvalidInput("onnx.changed", "config.params.checksum", checksum=checksum)


def _at(outside: Outside) -> tuple[Any, str]:
    if not outside.storage_url:
        raise NotFound("onnx.no_store")
    files, folder = places.opened(outside.storage_url)
    return files, f"{folder.rstrip('/')}/{FOLDER}"


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except IopError:
        raise
    # What drivers raise has no base of its own: one may also be missing, or not do what is asked.
    except Exception as error:
        where = url.rpartition("@")[2]
        raise Unavailable("onnx.store_refuses", url=where, error=type(error).__name__) from error
