"""Objects of a bucket as files. An object is whole or not there: it appears when its last byte was taken.

obstore has a driver for fsspec too (`obstore.fsspec`): it lets errors through that are no OSError, and for it a bucket
that is not there is empty.
"""

import errno
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import obstore
from fsspec.spec import AbstractFileSystem
from obstore import exceptions

from iop_pipelines.storage.clients import bucket_of
from iop_pipelines.storage.places import OBJECT_STORES

# Each is a request of its own; a file is read to its end, but a browser may take it slowly.
_READ_BYTES = 4 << 20
_STATUS = re.compile(r"status code: (\d{3})")
# A request's own signature may be in what it asks.
_QUERY = re.compile(r"\?\S+")


class ObjectFiles(AbstractFileSystem):
    """Paths are `bucket/key`."""

    protocol = OBJECT_STORES
    cachable = False

    def __init__(self, scheme: str, **more: Any) -> None:
        super().__init__(**more)
        self.scheme = scheme

    def unstrip_protocol(self, name: str) -> str:
        return name if "://" in name else f"{self.scheme}://{name}"

    def info(self, path: str, **more: Any) -> dict[str, Any]:
        bucket, key, path = self._parts(path)
        with self._told(path):
            if key:
                with suppress(FileNotFoundError):
                    return _file(path, bucket.head(key))
            # A folder is there as long as something is in it, and a bucket always.
            below = next(iter(bucket.list(f"{key}/" if key else None, chunk_size=1)), None)
        if key and not below:
            raise FileNotFoundError(
                errno.ENOENT, os.strerror(errno.ENOENT), self.unstrip_protocol(path)
            )
        return _folder(path)

    def exists(self, path: str, **more: Any) -> bool:
        """Raises OSError where the store cannot tell, or where there is no such bucket."""
        try:
            self.info(path)
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            if "/" in self._parts(path)[2]:
                raise
            return False
        return True

    def ls(self, path: str, detail: bool = True, **more: Any) -> list[Any]:
        bucket, key, path = self._parts(path)
        with self._told(path):
            listed = bucket.list_with_delimiter(key or None)
        name = path.partition("/")[0]
        found = [_file(f"{name}/{each['path']}", each) for each in listed["objects"]]
        found += [_folder(f"{name}/{each}") for each in listed["common_prefixes"]]
        if key and not found:
            found = [self.info(path)]
        return found if detail else [each["name"] for each in found]

    def modified(self, path: str) -> datetime:
        bucket, key, path = self._parts(path)
        with self._told(path):
            return bucket.head(key)["last_modified"]

    def rm_file(self, path: str) -> None:
        """Of S3, also what is not there."""
        bucket, key, path = self._parts(path)
        with self._told(path):
            bucket.delete(key)

    def cp_file(self, path1: str, path2: str, **more: Any) -> None:
        bucket, key, path1 = self._parts(path1)
        _, other, path2 = self._parts(path2)
        if path1.partition("/")[0] != path2.partition("/")[0]:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), path1, None, path2)
        with self._told(path1):
            bucket.copy(key, other)

    def mv(self, path1: str, path2: str, *args: Any, **more: Any) -> None:
        """Whole at its new name at once; what cannot be removed at the former is of no harm to that."""
        self.cp_file(path1, path2)
        with suppress(OSError):
            self.rm_file(path1)

    def pipe_file(self, path: str, value: bytes, *args: Any, **more: Any) -> None:
        bucket, key, path = self._parts(path)
        with self._told(path, is_written=True):
            bucket.put(key, value)

    def put_file(self, lpath: Any, rpath: str, *args: Any, **more: Any) -> None:
        bucket, key, rpath = self._parts(rpath)
        with self._told(rpath, is_written=True):
            bucket.put(key, Path(lpath))

    def cat_file(self, path: str, *args: Any, **more: Any) -> bytes:
        bucket, key, path = self._parts(path)
        with self._told(path):
            return bucket.get(key).bytes().to_bytes()

    def open(self, path: str, mode: str = "rb", *args: Any, **more: Any) -> Any:
        bucket, key, path = self._parts(path)
        if mode == "wb":
            writer = obstore.open_writer(bucket, key)
            return _Written(writer, lambda: self._told(path, is_written=True))
        if mode != "rb":
            raise io.UnsupportedOperation(f"an object is read or written in bytes, not as {mode!r}")
        with self._told(path):
            reader = obstore.open_reader(bucket, key, buffer_size=_READ_BYTES)
        return io.BufferedReader(_Read(reader, lambda: self._told(path)))

    def _parts(self, path: str) -> tuple[Any, str, str]:
        path = path.partition("://")[2] if "://" in path else path
        name, _, key = path.rstrip("/").partition("/")
        return bucket_of(self.scheme, name), key, path.rstrip("/")

    @contextmanager
    def _told(self, path: str, is_written: bool = False) -> Iterator[None]:
        """Under the kinds that the system's own files have."""
        try:
            yield
        except (OSError, exceptions.BaseError) as error:
            kind = self._kind_of(error, path, is_written)
            # What the library says can have the whole request in it, with a signature: not for the log either.
            raise kind from None

    def _kind_of(self, error: Exception, path: str, is_written: bool) -> OSError:
        said = _QUERY.sub("", str(error).partition("\n")[0])
        found = _STATUS.search(said)
        status = int(found[1]) if found else 0
        url = self.unstrip_protocol(path)
        if status in (401, 403) or isinstance(
            error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError
        ):
            return PermissionError(errno.EACCES, "the store is not open to who asks", url)
        if status == 404 or isinstance(error, FileNotFoundError):
            if is_written or not self._has(path.partition("/")[0]):
                name = self.unstrip_protocol(path.partition("/")[0])
                return NotADirectoryError(errno.ENOTDIR, "there is no such bucket", name)
            return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), url)
        if status:
            return OSError(errno.EIO, f"the store answers with status {status}", url)
        return ConnectionError(f"{url} does not answer: {said[:300]}")

    def _has(self, name: str) -> bool:
        """A bucket that may not be listed is there."""
        try:
            next(iter(bucket_of(self.scheme, name).list(chunk_size=1)), None)
        except (OSError, exceptions.BaseError) as error:
            found = _STATUS.search(str(error))
            return not (isinstance(error, FileNotFoundError) or (found and found[1] == "404"))
        return True


class _Read(io.RawIOBase):
    def __init__(self, reader: Any, told: Any) -> None:
        self._reader, self._telling = reader, told

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._reader.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        with self._telling():
            return self._reader.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        with self._telling():
            found = self._reader.read(len(buffer))
        buffer[: len(found)] = memoryview(found)
        return len(found)


class _Written(io.RawIOBase):
    """What is left before its end, by whoever gives up, is not there."""

    def __init__(self, writer: Any, told: Any) -> None:
        self._writer, self._telling = writer, told

    def writable(self) -> bool:
        return True

    def write(self, buffer: Any) -> int:
        with self._telling():
            return self._writer.write(buffer)

    def close(self) -> None:
        if self.closed:
            return
        super().close()
        with self._telling():
            self._writer.close()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            self.close()
        else:
            super().close()

    def __del__(self) -> None:
        """Dropped without an end: nothing of it appears."""


def _file(path: str, found: Any) -> dict[str, Any]:
    return {
        "name": path,
        "size": found["size"],
        "type": "file",
        "ETag": found["e_tag"],
        "modified": found["last_modified"],
    }


def _folder(path: str) -> dict[str, Any]:
    return {"name": path, "size": 0, "type": "directory"}
