"""Where tables come from: what is there to be delivered, and reading one piece of it.

A source lists items. An item's identity stays while its content changes; its fingerprint is cheap to get and changes
with the content, so whoever watches needs no more than both to know what is new and what was changed. A kind of source
is one row of `KINDS` and one module; nothing of it is loaded before it is used.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Protocol, Self

from iop_pipelines.domain.periods import Unit
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.questions import Ask, refuse_to_guess
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.storage.places import OBJECT_STORES


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it is declared.

    Attributes:
        where: a file, a folder, a pattern such as `data/*.csv`, a URL, or `env:NAME`, which is the URL that the
            variable NAME of the environment holds.
        sheet: of workbooks, the one to read. encoding: of text files, where their bytes do not tell.
        table, query: of a database, one of the two.
        watermark: a column that only grows, by which what is new is found. overlap: how far behind the last one
            the next stretch begins, for rows that came late: seconds, or of a number as much.
        time, unit: the column that says when, and the step whose periods are delivered whole.
        timeout_s: the longest that a statement may take.
    """

    where: str
    sheet: str | None = None
    encoding: str | None = None
    table: str | None = None
    query: str | None = None
    watermark: str | None = None
    overlap: int | None = None
    time: str | None = None
    unit: Unit | None = None
    timeout_s: int | None = None

    def as_mapping(self) -> dict[str, Any]:
        """JSON-ready, without what is not given. A URL with a password is in it as it is: see `urls.with_reference`."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Self:
        """Raises InvalidInput for what a source has not."""
        known = [each.name for each in fields(cls)]
        for name in given:
            if name not in known:
                raise InvalidInput("intake.no_such_entry", name=name, known=known)
        if not given.get("where"):
            raise InvalidInput("intake.no_source", where="")
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be read.

    Attributes:
        identity: stays while the content changes, such as a path.
        fingerprint: differs where the content does, as far as the store tells without reading it.
        name: for people.
        size: in bytes; None where it is not known beforehand.
        changed_at: naive UTC; None where it is not known.
        position: what `items` takes to go on after this one; None where a source is always listed whole.
    """

    identity: str
    fingerprint: str
    name: str
    size: int | None = None
    changed_at: datetime | None = None
    position: str | None = None


class Source(Protocol):
    """Read only: nothing is ever written to where a table comes from."""

    def items(self, after: str | None = None) -> Sequence[Item]:
        """What is there now, in the order in which it is to be delivered.

        after: the `position` of the last item that was delivered.

        Raises:
            NotFound, InvalidInput, Unavailable: it is not there, cannot be listed, or does not answer.
        """
        ...

    def read(self, item: Item) -> RawTable:
        """The table of an item, as it is now.

        Raises:
            NotFound, InvalidInput, Unavailable: it has gone, holds no table, is too large, or does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`fits`: whether a declared source is of this kind; the first that fits has it."""

    name: str
    fits: Callable[[SourceSpec], bool]
    open: Callable[[SourceSpec, Ask], Source]


def _scheme(where: str) -> str:
    scheme, sign, _ = where.partition("://")
    # One letter is a drive of Windows.
    return scheme.lower() if sign and len(scheme) > 1 else "file"


def is_of_this_machine(spec: SourceSpec) -> bool:
    """Whether it is files here, so that looking at it often costs nobody anything."""
    return _scheme(spec.where) == "file" and not spec.where.startswith("env:")


def _database(spec: SourceSpec, _: Ask) -> Source:
    from iop_pipelines.intake.database import SqlRows

    return SqlRows(spec.where, spec)


def _http(spec: SourceSpec, ask: Ask) -> Source:
    from iop_pipelines.intake.http import HttpFile

    return HttpFile(spec.where, spec, ask)


def _store(spec: SourceSpec, ask: Ask) -> Source:
    from iop_pipelines.intake.stores import StoreObjects

    return StoreObjects(spec.where, spec, ask)


def _local(spec: SourceSpec, ask: Ask) -> Source:
    from iop_pipelines.intake.local import LocalFiles

    return LocalFiles(spec.where.removeprefix("file://"), spec, ask)


def _other(spec: SourceSpec, ask: Ask) -> Source:
    from iop_pipelines.intake.filesystems import OtherFiles

    return OtherFiles(spec.where, spec, ask)


_DATABASES = ("sqlite", "mysql", "mariadb", "postgresql", "postgres")
KINDS = (
    Kind("files", lambda spec: _scheme(spec.where) == "file", _local),
    Kind("database", lambda spec: _scheme(spec.where).partition("+")[0] in _DATABASES, _database),
    Kind("http", lambda spec: _scheme(spec.where) in ("http", "https"), _http),
    Kind("store", lambda spec: _scheme(spec.where) in OBJECT_STORES, _store),
    Kind("filesystem", lambda _: True, _other),
)


def open_source(spec: SourceSpec, ask: Ask = refuse_to_guess) -> Source:
    """ask: what a file's bytes leave open, its letters.

    Raises:
        InvalidInput: no kind of source fits, or what is given does not fit its kind.
        MisconfiguredInstance: the environment has no variable that the source refers to.
    """
    from iop_pipelines.intake.urls import resolved, shown

    spec = resolved(spec)
    kind = next(kind for kind in KINDS if kind.fits(spec))
    for name in ("table", "query", "watermark", "overlap"):
        if getattr(spec, name) is not None and kind.name != "database":
            raise InvalidInput(
                "intake.no_database_option", option=f"--{name}", where=shown(spec.where)
            )
    return kind.open(spec, ask)
