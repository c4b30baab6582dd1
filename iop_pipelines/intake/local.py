"""Files of this machine as a source: one, those of a folder, or those that a pattern names."""

import glob
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from iop_pipelines.errors import InvalidInput, NotFound
from iop_pipelines.intake.files import SUFFIXES, read_item
from iop_pipelines.intake.questions import Ask, refuse_to_guess
from iop_pipelines.intake.sources import Item, SourceSpec
from iop_pipelines.intake.tables import RawTable

# A watched folder gathers a file a day for years.
MAX_FILES = 10_000
# What is being written: editors, browsers, copying tools and iop's own.
_UNFINISHED = re.compile(r"[.~].*|.*(\.part|\.partial|\.tmp|\.crdownload|\.swp|~)", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """`where`: a file, a folder, or a pattern. Of a folder the files with a suffix that can be read, not those of
    folders in it; hidden and unfinished ones are not seen."""

    where: str
    spec: SourceSpec
    ask: Ask = refuse_to_guess

    def items(self, after: str | None = None) -> Sequence[Item]:
        """By name, numbers by their size: sales-2 before sales-10.

        Raises:
            NotFound: nothing is there.
            InvalidInput: more than MAX_FILES files are.
        """
        found = sorted(self._paths(), key=lambda path: name_order(str(path)))
        if not found:
            raise NotFound("intake.nothing_there", where=self.where)
        if len(found) > MAX_FILES:
            raise InvalidInput(
                "intake.too_many_files", where=self.where, count=len(found), most=MAX_FILES
            )
        return [_item(path) for path in found]

    def read(self, item: Item) -> RawTable:
        return read_item(Path(item.identity), item.name, self.spec, self.ask)

    def _paths(self) -> Iterator[Path]:
        path = Path(self.where).expanduser()
        if path.is_dir():
            yield from (p for p in path.iterdir() if is_table_name(p.name) and p.is_file())
        elif path.exists() or not glob.has_magic(self.where):
            # What was named is read whatever it is called, and told of where it is not there.
            if not path.is_file():
                raise NotFound("intake.no_file", path=path)
            yield path
        else:
            found = glob.iglob(str(path), recursive=True)
            paths = map(Path, found)
            yield from (p for p in paths if _UNFINISHED.fullmatch(p.name) is None and p.is_file())


def is_table_name(name: str) -> bool:
    """Whether a file of a folder is one to be read, by its name: finished, and with a suffix of a table."""
    return SUFFIXES.search(name) is not None and _UNFINISHED.fullmatch(name) is None


def name_order(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Numbers by their size: sales-2 before sales-10."""
    parts = [
        (1, int(part), "") if part.isdecimal() else (0, 0, part.lower())
        for part in _DIGITS.split(name)
    ]
    return parts, name


def _item(path: Path) -> Item:
    stat = path.stat()
    return Item(
        identity=str(path.resolve()),
        fingerprint=f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ino}",
        name=path.name,
        size=stat.st_size,
        changed_at=datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None),
    )
