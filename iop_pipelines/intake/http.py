"""A file behind an http or https URL as a source: asked within bounds of time and size."""

import hashlib
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

import requests
from requests.structures import CaseInsensitiveDict

from iop_pipelines.errors import InvalidInput, IopError, NotFound, Unavailable
from iop_pipelines.intake.files import read_item
from iop_pipelines.intake.packed import MAX_BYTES, too_large
from iop_pipelines.intake.questions import Ask, refuse_to_guess
from iop_pipelines.intake.sources import Item, SourceSpec
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.intake.urls import last_part, shown

# To connect, and between two pieces of an answer.
CONNECT_S, SILENCE_S = 10.0, 30.0
# All of one answer.
LONGEST_S = 300.0
_PIECE = 1 << 16
_FILE_NAME = re.compile(r"filename=\"?([^\";]+)\"?", re.IGNORECASE)
# The server does not tell of a file without giving it.
_NO_HEAD = (400, 403, 404, 405, 501)


@dataclass(frozen=True, slots=True)
class HttpFile:
    url: str
    spec: SourceSpec
    ask: Ask = refuse_to_guess

    def items(self, after: str | None = None) -> Sequence[Item]:
        """The one file. Its fingerprint is what the server says of its version, else that of its content."""
        headers = self._headers()
        tag = headers.get("ETag") or headers.get("Last-Modified")
        size = headers.get("Content-Length", "")
        changed = headers.get("Last-Modified")
        return [
            Item(
                identity=self.url,
                fingerprint=f"{tag}-{size}" if tag else self._checksum(),
                name=self._name(headers),
                size=int(size) if size.isdigit() else None,
                changed_at=_moment(changed) if changed else None,
            )
        ]

    def read(self, item: Item) -> RawTable:
        with self._fetched() as (path, headers):
            return read_item(path, self._name(headers), self.spec, self.ask)

    def _name(self, headers: CaseInsensitiveDict[str]) -> str:
        said = _FILE_NAME.search(headers.get("Content-Disposition", ""))
        return Path(said[1]).name if said else last_part(self.url, "table")

    def _headers(self) -> CaseInsensitiveDict[str]:
        with self._answer("HEAD") as answer:
            if answer.status_code not in _NO_HEAD:
                self._check(answer)
                return answer.headers
        with self._answer("GET") as answer:
            self._check(answer)
            return answer.headers

    def _checksum(self) -> str:
        with self._fetched() as (path, _):
            return hashlib.sha256(path.read_bytes()).hexdigest()

    @contextmanager
    def _fetched(self) -> Iterator[tuple[Path, CaseInsensitiveDict[str]]]:
        with tempfile.TemporaryDirectory(prefix="iop-intake-") as folder:
            path = Path(folder) / "file"
            with self._answer("GET") as answer, path.open("wb") as file:
                self._check(answer)
                self._copy(answer, file)
            yield path, answer.headers

    @contextmanager
    def _answer(self, method: str) -> Iterator[requests.Response]:
        try:
            with requests.request(
                method, self.url, timeout=(CONNECT_S, SILENCE_S), stream=True, allow_redirects=True
            ) as answer:
                yield answer
        except IopError:
            raise
        except (requests.exceptions.MissingSchema, requests.exceptions.InvalidURL) as error:
            raise InvalidInput("intake.no_url", url=shown(self.url)) from error
        except requests.exceptions.Timeout as error:
            raise Unavailable("intake.silent", url=shown(self.url), seconds=SILENCE_S) from error
        except requests.exceptions.SSLError as error:
            raise Unavailable("intake.no_certificate", url=shown(self.url)) from error
        except requests.exceptions.RequestException as error:
            # What the library says has the whole URL in it.
            raise Unavailable("intake.no_answer", url=shown(self.url)) from error

    def _check(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status == 404:
            raise NotFound("intake.no_file", path=shown(self.url))
        if status in (401, 403):
            raise InvalidInput("intake.not_allowed", url=shown(self.url), status=status)
        if status >= 400:
            raise Unavailable("intake.bad_answer", url=shown(self.url), status=status)
        size = answer.headers.get("Content-Length", "")
        if size.isdigit() and int(size) > MAX_BYTES:
            raise too_large(shown(self.url))

    def _copy(self, answer: requests.Response, file: IO[bytes]) -> None:
        until = time.monotonic() + LONGEST_S
        size = 0
        for piece in answer.iter_content(_PIECE):
            size += len(piece)
            if size > MAX_BYTES:
                raise too_large(shown(self.url))
            if time.monotonic() > until:
                raise Unavailable("intake.silent", url=shown(self.url), seconds=LONGEST_S)
            file.write(piece)


def _moment(said: str) -> datetime | None:
    try:
        return parsedate_to_datetime(said).astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return None
