"""Objects of S3, Google and Azure, or of a store that speaks as S3 does, as a source."""

import fnmatch
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from obstore import exceptions

from iop_pipelines.errors import InvalidInput, NotFound, Unavailable
from iop_pipelines.intake.files import read_item
from iop_pipelines.intake.local import MAX_FILES, is_table_name, name_order
from iop_pipelines.intake.packed import MAX_BYTES, too_large
from iop_pipelines.intake.questions import Ask, refuse_to_guess
from iop_pipelines.intake.sources import Item, SourceSpec
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.intake.urls import shown
from iop_pipelines.storage.clients import bucket_of

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class StoreObjects:
    """`url`: of one object, of a pattern, or, with a slash at the end, of all tables below it."""

    url: str
    spec: SourceSpec
    ask: Ask = refuse_to_guess

    def items(self, after: str | None = None) -> Sequence[Item]:
        """By name, numbers by their size."""
        path = self._path()
        with self._answering():
            if any(sign in path for sign in "*?["):
                before = path[: min(path.find(sign) for sign in "*?[" if sign in path)]
                found = self._listed(before.rpartition("/")[0])
                found = [each for each in found if fnmatch.fnmatchcase(each["path"], path)]
            elif path.endswith("/") or not path:
                found = self._below(path.rstrip("/"))
            else:
                found = self._named(path)
        if not found:
            raise NotFound("intake.nothing_there", where=shown(self.url))
        if len(found) > MAX_FILES:
            raise InvalidInput(
                "intake.too_many_files",
                where=shown(self.url),
                count=len(found),
                most=MAX_FILES,
            )
        return [self._item(each) for each in sorted(found, key=lambda e: name_order(e["path"]))]

    def read(self, item: Item) -> RawTable:
        with tempfile.TemporaryDirectory(prefix="iop-intake-") as folder:
            path = Path(folder) / "file"
            with self._answering(), path.open("wb") as file:
                answer = self._store().get(item.identity)
                if answer.meta["size"] > MAX_BYTES:
                    raise too_large(item.name)
                for piece in answer.stream(min_chunk_size=_PIECE):
                    file.write(piece)
            return read_item(path, item.name, self.spec, self.ask)

    def _store(self) -> Any:
        parts = urlsplit(self.url)
        return bucket_of(parts.scheme, parts.netloc)

    def _path(self) -> str:
        # Not urlsplit: a question mark of a pattern begins no query here.
        return unquote(self.url.partition("://")[2].partition("/")[2])

    def _named(self, path: str) -> list[Any]:
        try:
            return [self._store().head(path)]
        except (FileNotFoundError, exceptions.NotFoundError):
            return self._below(path)

    def _below(self, path: str) -> list[Any]:
        prefix = f"{path}/" if path else ""
        return [
            each
            for each in self._listed(path)
            if "/" not in (name := each["path"].removeprefix(prefix)) and is_table_name(name)
        ]

    def _listed(self, prefix: str) -> list[Any]:
        found: list[Any] = []
        for batch in self._store().list(prefix or None):
            found += batch
            # As many again for what does not fit; a bucket of millions is not walked through.
            if len(found) > 20 * MAX_FILES:
                raise InvalidInput(
                    "intake.too_many_files",
                    where=shown(self.url),
                    count=len(found),
                    most=MAX_FILES,
                )
        return found

    def _item(self, found: Any) -> Item:
        return Item(
            identity=found["path"],
            fingerprint=f"{found.get('e_tag')}-{found['size']}",
            name=found["path"].rpartition("/")[2],
            size=found["size"],
            changed_at=found["last_modified"].astimezone(UTC).replace(tzinfo=None),
        )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, exceptions.NotFoundError) as error:
            raise NotFound("intake.no_file", path=shown(self.url)) from error
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise InvalidInput("intake.store_not_allowed", url=shown(self.url)) from error
        except exceptions.BaseError as error:
            # What the library says can have the whole request in it.
            raise Unavailable("intake.no_answer", url=shown(self.url)) from error
