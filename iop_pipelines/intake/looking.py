"""What a file of the app holds, as far as the answers that were given decide it.

Where somebody is there to answer, an open question is a part of what was found, and so is a refusal: both
say what to change, and what can be chosen stands beside them.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake import store
from iop_pipelines.intake.answers import Answers
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.frame import frame
from iop_pipelines.intake.packed import first_bytes
from iop_pipelines.intake.questions import Ask, Question, refuse_to_guess
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.intake.understand import Given, Understood, understand

# How a zip file and an old workbook begin.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Look:
    """One of `understood`, `question` and `refusal` is there.

    Attributes:
        sheets: of a workbook. columns: labels of the table's head, if there is one.
    """

    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    understood: Understood | None = None
    question: Question | None = None
    refusal: Sentence | None = None


class _Open(Exception):
    def __init__(self, question: Question) -> None:
        self.question = question


def _stop(question: Question) -> NoReturn:
    raise _Open(question)


def look(url: str, name: str, answers: Answers, zone: str, max_bytes: int) -> Look:
    """url: of an upload; name: as its sender calls the file.

    Raises:
        NotFound: the file was removed. Unavailable: its store does not answer.
    """
    sheets = columns = ()
    try:
        with store.fetched(url) as path:
            sheets = _sheets_of(path)
            table = _read(path, name, answers, _stop, max_bytes)
        columns = _columns_of(table)
        return Look(sheets, columns, _understood(table, answers, zone, _stop))
    except _Open as asked:
        return Look(sheets, columns, question=asked.question)
    except InvalidInput as error:
        return Look(sheets, columns, refusal=error.sentence)
    except MemoryError:
        return Look(sheets, columns, refusal=Sentence("upload.needs_memory", name=name))


@contextmanager
def understood(
    url: str, name: str, answers: Answers, zone: str, max_bytes: int
) -> Iterator[Understood]:
    """To be loaded: what is still open is refused.

    Raises what `look` raises, and InvalidInput for what cannot be loaded.
    """
    with store.fetched(url) as path:
        table = _read(path, name, answers, refuse_to_guess, max_bytes)
        yield _understood(table, answers, zone, refuse_to_guess)


def _read(path: Path, name: str, answers: Answers, ask: Ask, max_bytes: int) -> RawTable:
    return read_file(
        *(path, answers.sheet),
        name=name,
        encoding=answers.encoding,
        ask=ask,
        max_bytes=max_bytes,
    )


def _understood(table: RawTable, answers: Answers, zone: str, ask: Ask) -> Understood:
    given = Given(answers.name, answers.time, answers.dates, answers.decimal)
    return understand(table, given, zone, ask)


def _columns_of(table: RawTable) -> tuple[str, ...]:
    try:
        return frame(table).labels
    except InvalidInput:
        return ()


def _sheets_of(path: Path) -> tuple[str, ...]:
    """Of a workbook; what is broken is said by whoever reads it."""
    from python_calamine import CalamineError, CalamineWorkbook

    if not first_bytes(path).startswith(_WORKBOOKS):
        return ()
    try:
        with closing(CalamineWorkbook.from_path(path)) as book:
            return tuple(book.sheet_names)
    except (CalamineError, OSError):
        return ()
