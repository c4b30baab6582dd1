"""What is known of a report once it was read: whether anything stands in it, what is new in it, and who is told."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Audience, Empty
from iop_pipelines.errors import Conflict
from iop_pipelines.ledger.restatements import RESTATEMENT, former_edition, was_told_to_all
from iop_pipelines.query.versions_read import SourceRead
from iop_pipelines.reporting.changes import changes_between, is_empty, said_of
from iop_pipelines.reporting.frozen import Frozen, thaw
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.report_row import KEPT_AS, further_files
from iop_pipelines.storage import places


@dataclass(frozen=True)
class Shown:
    """Of which moment and which deliveries a report is, when it was read, what changed, and who is told of it.

    `changes` is None for a report that takes the place of no other, or of one whose result is gone.
    """

    as_of: datetime
    read_at: datetime
    read: Sequence[SourceRead]
    changes: list[dict[str, Any]] | None = None
    notes: tuple[Sentence, ...] = ()
    audience: Audience | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of,
            "read_at": self.read_at,
            "sources_read": [each.as_json() for each in self.read],
            "changes": self.changes,
            "notes": [each.as_json() for each in self.notes] or None,
            "audience": self.audience,
        }


def told_of(engine: sa.Engine, row: Record, frozen: Frozen, shown: Shown) -> tuple[Frozen, Shown]:
    """The result with what whoever gets it must know, and who that is."""
    notes: list[Sentence] = []
    with engine.connect() as connection:
        former, is_held = former_edition(connection, row), was_told_to_all(connection, row)
    said = None if former is None else _changes(former, frozen)
    # Who holds the figures of a former edition learns that they are no more.
    takes_back = is_held and (said is None or said[0])
    empty = Empty(row.empty)
    if empty is not Empty.SEND and not takes_back and is_empty(frozen):
        is_owners = empty is Empty.TELL_OWNER
        notes.append(Sentence("report.empty_for_owner" if is_owners else "report.empty_not_sent"))
        shown = replace(shown, audience=Audience.OWNER if is_owners else Audience.NOBODY)
    if said is not None:
        changes, sentence = said
        notes.append(sentence)
        shown = replace(shown, changes=changes)
        # Nobody asked for it, and it says what its readers know.
        if not changes and row.trigger == RESTATEMENT:
            shown = replace(shown, audience=Audience.NOBODY)
    if row.waiting_until is not None and frozen.result.incomplete is not None:
        notes.append(Sentence("report.waited", until=f"{row.waiting_until:%Y-%m-%d %H:%M}"))
    return with_notes(frozen, notes), replace(shown, notes=tuple(notes))


def with_notes(frozen: Frozen, notes: Iterable[Sentence]) -> Frozen:
    return replace(frozen, result=replace(frozen.result, notes=tuple(notes)))


def _changes(former: Record, frozen: Frozen) -> tuple[list[dict[str, Any]], Sentence] | None:
    """None where the former's result was not kept, or is no longer what it was."""
    kept = {each["form"]: each for each in further_files(former)}.get(KEPT_AS)
    if kept is None:
        return None
    with TemporaryFile() as content, suppress(OSError, Conflict):
        _fetch(kept["url"], content)
        changes = changes_between(thaw(content, kept["checksum"]), frozen)
        return [each.as_json() for each in changes], said_of(changes, former.id)
    return None


def _fetch(url: str, target: IO[bytes]) -> None:
    files, path = places.opened(url)
    with files.open(path, "rb") as opened:
        while chunk := opened.read(1024 * 1024):
            target.write(chunk)
