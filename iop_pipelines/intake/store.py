"""The bytes of files that people bring: into the instance's store as they come, and out of it to be read.

A file lies under a random name; what its sender calls it is no part of any path.
"""

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from iop_pipelines.errors import NotFound, Unavailable
from iop_pipelines.storage import places

_NAME_BYTES = 24  # of randomness: a name that nobody guesses
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")


def new_place(storage_url: str) -> str:
    """A URL in the store where nothing is yet."""
    return f"{storage_url.rstrip('/')}/uploads/{secrets.token_urlsafe(_NAME_BYTES)}"


class Arriving:
    """A file that is being written; `size` and `checksum` are of what came so far.

    Methods raise Unavailable where the store refuses; what is there of it then is to be removed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.size = 0
        self._digest = hashlib.sha256()
        with _told(url):
            files, path = places.opened(url)
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._file = files.open(path, "wb")

    @property
    def checksum(self) -> str:
        return self._digest.hexdigest()

    def write(self, part: bytes) -> None:
        with _told(self._url):
            self._file.write(part)
        self.size += len(part)
        self._digest.update(part)

    def close(self) -> None:
        """Now it is whole."""
        with _told(self._url):
            self._file.close()

    def abandon(self) -> None:
        """It will not be; nothing of it stays, whatever the store says to that."""
        with suppress(OSError):
            self._file.close()
        remove(self._url)


def remove(url: str) -> None:
    """What is not there is removed already."""
    files, path = places.opened(url)
    with suppress(FileNotFoundError), _told(url):
        files.rm_file(path)


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """The file on this machine, while it is needed.

    Raises:
        NotFound: it was removed. Unavailable: its store does not answer.
    """
    files, path = places.opened(url)
    if "file" in files.protocol:
        if not Path(path).is_file():
            raise NotFound("upload.removed")
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="iop-upload-") as folder:
        copy = Path(folder) / "file"
        try:
            with _told(url), files.open(path, "rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
        except FileNotFoundError as error:
            raise NotFound("upload.removed") from error
        yield copy


@contextmanager
def _told(url: str) -> Iterator[None]:
    """A full disk, a bucket that is away: where, and what it said, without credentials."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        where, why = (_CREDENTIALS.sub("***@", str(each)) for each in (url, error))
        raise Unavailable("upload.store_refuses", url=where, error=why) from error
