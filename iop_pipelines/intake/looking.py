"""What a file of the app holds, as far as the answers that were given decide it.

Where somebody is there to answer, an open question is a part of what was found, and so is a refusal: both
say what to change, and what can be chosen stands beside them.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake import store
from iop_pipelines.intake.answers import Answers
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.frame import frame
from iop_pipelines.intake.in_app import in_app
from iop_pipelines.intake.packed import first_bytes
from iop_pipelines.intake.questions import Ask, Question, refuse_to_guess
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.intake.understand import Given, Understood, understand
from iop_pipelines.settings import Settings

# How a zip file and an old workbook begin.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Look:
    """One of `understood`, `question` and `refusal` is there.

    Attributes:
        sheets: of a workbook. columns: labels of the table's head, if there is one.
        encoding: codec in which a text file was read, or was to be.
    """

    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    understood: Understood | None = None
    question: Question | None = None
    refusal: Sentence | None = None
    encoding: str | None = None


class _Open(Exception):
    def __init__(self, question: Question) -> None:
        self.question = question


def _stop(question: Question) -> NoReturn:
    raise _Open(question)


def look(
    url: str,
    name: str,
    answers: Answers,
    zone: str,
    max_bytes: int,
    *,
    max_refused_percent: int = Settings.max_refused_percent,
) -> Look:
    """url: of an upload; name: as its sender calls the file.

    Raises:
        NotFound: the file was removed. Unavailable: its store does not answer.
    """
    found = Look((), (), encoding=answers.encoding)
    try:
        with store.fetched(url) as path:
            found = replace(found, sheets=_sheets_of(path))
            table = _read(path, name, answers, _stop, max_bytes)
        found = replace(found, columns=_columns_of(table), encoding=table.encoding)
        given = _understood(table, answers, zone, _stop, max_refused_percent)
        return replace(found, understood=given)
    except _Open as asked:
        return replace(found, question=asked.question)
    except InvalidInput as error:
        return replace(found, refusal=in_app(error.sentence))
    except MemoryError:
        return replace(found, refusal=Sentence("upload.needs_memory", name=name))


@contextmanager
def understood(
    url: str,
    name: str,
    answers: Answers,
    zone: str,
    max_bytes: int,
    *,
    max_refused_percent: int = Settings.max_refused_percent,
) -> Iterator[Understood]:
    """To be loaded: what is still open is refused.

    Raises what `look` raises, and InvalidInput for what cannot be loaded.
    """
    with store.fetched(url) as path:
        table = _read(path, name, answers, refuse_to_guess, max_bytes)
        yield _understood(table, answers, zone, refuse_to_guess, max_refused_percent)


def _read(path: Path, name: str, answers: Answers, ask: Ask, max_bytes: int) -> RawTable:
    return read_file(
        *(path, answers.sheet),
        name=name,
        encoding=answers.encoding,
        ask=ask,
        max_bytes=max_bytes,
    )


def _understood(
    table: RawTable, answers: Answers, zone: str, ask: Ask, max_refused_percent: int
) -> Understood:
    given = Given(answers.name, answers.time, answers.dates, answers.decimal, answers.country)
    return understand(table, given, zone, ask, max_refused_percent=max_refused_percent)


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
