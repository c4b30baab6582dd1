"""Files of this machine as a source: one, those of a folder, or those that a pattern names."""

import glob
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from iop_pipelines.errors import InvalidInput, NotFound
from iop_pipelines.intake.files import SUFFIXES, read_file
from iop_pipelines.intake.sources import Item
from iop_pipelines.intake.tables import RawTable

MAX_FILES = 1_000
# What is being written: editors, browsers, copying tools and iop's own.
_UNFINISHED = re.compile(r"[.~].*|.*(\.part|\.partial|\.tmp|\.crdownload|\.swp|~)", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """`where`: a file, a folder, or a pattern. Of a folder the files with a suffix that can be read, not those of
    folders in it; hidden and unfinished ones are not seen."""

    where: str
    sheet: str | None = None

    def items(self, after: str | None = None) -> Sequence[Item]:
        """By name, numbers by their size: sales-2 before sales-10.

        Raises:
            NotFound: nothing is there.
            InvalidInput: more than MAX_FILES files are.
        """
        found = sorted(self._paths(), key=_order)
        if not found:
            raise NotFound("intake.nothing_there", where=self.where)
        if len(found) > MAX_FILES:
            raise InvalidInput(
                "intake.too_many_files", where=self.where, count=len(found), most=MAX_FILES
            )
        return [_item(path) for path in found]

    def read(self, item: Item) -> RawTable:
        return read_file(Path(item.identity), self.sheet)

    def _paths(self) -> Iterator[Path]:
        path = Path(self.where).expanduser()
        if path.is_dir():
            yield from (each for each in path.iterdir() if _is_seen(each))
        elif path.exists() or not glob.has_magic(self.where):
            # What was named is read whatever it is called, and told of where it is not there.
            if not path.is_file():
                raise NotFound("intake.no_file", path=path)
            yield path
        else:
            found = glob.iglob(str(path), recursive=True)
            yield from (each for name in found if _is_seen(each := Path(name), any_suffix=True))


def _is_seen(path: Path, *, any_suffix: bool = False) -> bool:
    is_fitting = any_suffix or SUFFIXES.search(path.name) is not None
    return is_fitting and _UNFINISHED.fullmatch(path.name) is None and path.is_file()


def _order(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    parts = [
        (1, int(part), "") if part.isdigit() else (0, 0, part.lower())
        for part in _DIGITS.split(str(path))
    ]
    return parts, str(path)


def _item(path: Path) -> Item:
    stat = path.stat()
    return Item(
        identity=str(path.resolve()),
        fingerprint=f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ino}",
        name=path.name,
        size=stat.st_size,
        changed_at=datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None),
    )
