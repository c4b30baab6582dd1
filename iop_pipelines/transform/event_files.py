"""Files of events beside a dataset's declaration, read with it: a line an event, `date`, `name` and perhaps `end`."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from iop_pipelines.domain.calendars import MOST_LISTED, Listed
from iop_pipelines.domain.refusals import refusals_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration, InvalidInput
from iop_pipelines.validation.files import all_refused

_COLUMNS = ("date", "name", "end")
_MOST_BYTES = 2_000_000


def with_listed(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The content of a declaration's file with the rows of the event files that it names; `folder` holds them.

    Raises InvalidDeclaration with every line that is wrong, at `calendar.events.N.csv`.
    """
    calendar: Any = content.get("calendar")
    events: Any = calendar.get("events") if isinstance(calendar, Mapping) else None
    if not isinstance(events, list):
        return dict(content)
    errors: list[InvalidInput] = []
    read: list[Any] = []
    for place, event in enumerate(cast(list[Any], events)):
        try:
            read.append(_read(event, folder))
        except InvalidInput as error:
            errors.append(error.under(f"calendar.events.{place}"))
    if errors:
        raise all_refused(errors)
    return {**content, "calendar": {**cast(dict[str, Any], calendar), "events": read}}


def _read(event: Any, folder: Path) -> Any:
    name: Any = cast(Mapping[str, Any], event).get("csv") if isinstance(event, Mapping) else None
    if not isinstance(name, str):
        return event
    return {**cast(Mapping[str, Any], event), "listed": _rows(folder / name, name)}


def _rows(path: Path, name: str) -> list[dict[str, Any]]:
    # No path leads out of the folder, and a file of so many events is small.
    if path.name != name or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise InvalidDeclaration("calendar.file_missing", "csv", name=name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDeclaration("calendar.file_missing", "csv", name=name) from error
    reader = csv.DictReader(text.splitlines())
    columns = reader.fieldnames or []
    for column in _COLUMNS[:2]:
        if column not in columns:
            known = list(columns)
            raise InvalidDeclaration(
                "calendar.file_lacks_column", "csv", name=name, column=column, known=known
            )
    rows: list[dict[str, Any]] = []
    wrong: list[InvalidInput] = []
    for row in reader:
        if len(rows) == MOST_LISTED:
            raise InvalidDeclaration("calendar.file_too_long", "csv", name=name, most=MOST_LISTED)
        given = {key: row[key] for key in _COLUMNS if row.get(key)}
        try:
            rows.append(Listed.model_validate(given).model_dump(mode="json"))
        except ValidationError as error:
            wrong += [
                _at_line(name, reader.line_num, each.sentence.at(each.place))
                for each in refusals_of(error, Listed)
            ]
    if wrong:
        raise all_refused(wrong)
    return rows


def _at_line(name: str, line: int, said: Sentence) -> InvalidInput:
    return InvalidDeclaration("calendar.file_line", "csv", name=name, line=line, said=said)
