"""Files of any other store that fsspec has a driver for, such as sftp or memory, as a source."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec

from iop_pipelines.errors import InvalidInput, IopError, NotFound, Unavailable
from iop_pipelines.intake.files import read_item
from iop_pipelines.intake.local import MAX_FILES, is_table_name, name_order
from iop_pipelines.intake.packed import MAX_BYTES, too_large
from iop_pipelines.intake.questions import Ask, refuse_to_guess
from iop_pipelines.intake.sources import Item, SourceSpec
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.intake.urls import shown

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """`url`: of a file, a folder or a pattern."""

    url: str
    spec: SourceSpec
    ask: Ask = refuse_to_guess

    def items(self, after: str | None = None) -> Sequence[Item]:
        """By name, numbers by their size."""
        with self._answering():
            files, path = fsspec.url_to_fs(self.url)
            if any(sign in path for sign in "*?["):
                found = files.glob(path, detail=True).values()
            elif files.isdir(path):
                found = [e for e in files.ls(path, detail=True) if is_table_name(_name(e))]
            else:
                found = [files.info(path)]
            found = [each for each in found if each["type"] == "file"]
        if not found:
            raise NotFound("intake.nothing_there", where=shown(self.url))
        if len(found) > MAX_FILES:
            raise InvalidInput(
                "intake.too_many_files", where=shown(self.url), count=len(found), most=MAX_FILES
            )
        return [_item(each) for each in sorted(found, key=lambda e: name_order(e["name"]))]

    def read(self, item: Item) -> RawTable:
        with tempfile.TemporaryDirectory(prefix="iop-intake-") as folder:
            path = Path(folder) / "file"
            with self._answering():
                files, _ = fsspec.url_to_fs(self.url)
                with files.open(item.identity, "rb") as source, path.open("wb") as target:
                    left = MAX_BYTES
                    while piece := source.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise too_large(item.name)
                        target.write(piece)
            return read_item(path, item.name, self.spec, self.ask)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except IopError:
            raise
        except FileNotFoundError as error:
            raise NotFound("intake.no_file", path=shown(self.url)) from error
        except (ValueError, ImportError) as error:
            # A scheme that fsspec does not know, or whose driver is not installed.
            raise InvalidInput("intake.no_source", where=shown(self.url)) from error
        except OSError as error:
            raise Unavailable("intake.no_answer", url=shown(self.url)) from error


def _name(entry: dict[str, Any]) -> str:
    return entry["name"].rstrip("/").rpartition("/")[2]


def _item(entry: dict[str, Any]) -> Item:
    changed = entry.get("mtime") or entry.get("modified") or entry.get("created")
    if isinstance(changed, int | float):
        changed = datetime.fromtimestamp(changed, UTC)
    is_moment = isinstance(changed, datetime)
    return Item(
        identity=entry["name"],
        fingerprint=f"{entry.get('ETag') or changed}-{entry.get('size')}",
        name=_name(entry),
        size=entry.get("size"),
        changed_at=changed.astimezone(UTC).replace(tzinfo=None) if is_moment else None,
    )
