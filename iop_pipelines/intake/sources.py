"""Where tables come from: what is there to be delivered, and reading one piece of it.

A source lists items. An item's identity stays while its content changes; its fingerprint is cheap to get and changes
with the content, so whoever watches needs no more than both to know what is new and what was changed. A kind of source
is one row of `KINDS` and one module; nothing of it is loaded before it is used.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.tables import RawTable


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it is declared.

    Attributes:
        where: a file, a folder, a pattern such as `data/*.csv`, or a URL.
        sheet: of workbooks, the one to read.
    """

    where: str
    sheet: str | None = None

    def as_mapping(self) -> dict[str, str]:
        """JSON-ready, without what is not given."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_mapping(cls, given: dict[str, Any]) -> Self:
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
    open: Callable[[SourceSpec], Source]


def _is_url(spec: SourceSpec) -> bool:
    scheme, sign, _ = spec.where.partition("://")
    # One letter is a drive of Windows.
    return bool(sign) and len(scheme) > 1 and scheme != "file"


def _local(spec: SourceSpec) -> Source:
    from iop_pipelines.intake.local import LocalFiles

    return LocalFiles(spec.where.removeprefix("file://"), spec.sheet)


KINDS = (Kind("files", lambda spec: not _is_url(spec), _local),)


def open_source(spec: SourceSpec) -> Source:
    """Raises InvalidInput where no kind of source fits."""
    for kind in KINDS:
        if kind.fits(spec):
            return kind.open(spec)
    raise InvalidInput("intake.no_source", where=spec.where)
