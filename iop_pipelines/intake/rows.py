"""Rows of a table whose kind is known: read as it was declared, and told where they differ from that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.columns import Column, column_of, is_too_long, names_of
from iop_pipelines.intake.frame import frame_by
from iop_pipelines.intake.framed import Framed
from iop_pipelines.intake.landed import LandedRows, within_periods
from iop_pipelines.intake.moments import FORMS, Found, read_all
from iop_pipelines.intake.names import LINE
from iop_pipelines.intake.numerals import Numeral, numeral_of, tally_of
from iop_pipelines.intake.reading import Reading
from iop_pipelines.intake.step import Step
from iop_pipelines.intake.tables import LeftLine, RawTable
from iop_pipelines.intake.times import (
    TimeFound,
    begins_of_hours,
    minutes_of,
    parts_of_dates,
    times_of_day,
)
from iop_pipelines.intake.understand import (
    check_share,
    joined_frames,
    refused_rows,
    without_sums,
    without_totals,
)
from iop_pipelines.intake.wholly import with_whole_moments
from iop_pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Rows:
    """What is delivered of a table; the attributes are those of `Understood`.

    columns: those that the table has. new_columns: what of them the declaration lacks.
    """

    name: str
    table: RawTable
    time: str
    step: Step
    columns: Mapping[str, tuple[str, str, str | None]]
    rows: LandedRows
    key: tuple[str, ...]
    first: datetime
    last: datetime
    refused: list[LeftLine]
    left_out: list[LeftLine]
    new_columns: tuple[Column, ...]


def read_rows(
    table: RawTable,
    reading: Reading,
    name: str,
    zone: str,
    max_refused_percent: int = Settings.max_refused_percent,
) -> Rows:
    """The rows of a table as `reading` says; name: of the dataset.

    Raises:
        InvalidInput: columns are missing, no row has a period, too much cannot be read, or a file of a zip file
            that looks like the others is none of them.
    """
    _require_members(table, reading)
    framed = _framed(table, reading)
    places = _places_of(table, framed, reading)
    columns = _declared(framed, reading, places)
    new = _new(framed, reading, places)
    time = _time(framed, reading, places, zone)
    nowhere = np.zeros(len(framed), np.int64)
    whole = without_totals(framed, [*columns, *new], time, nowhere)
    framed, columns, time, _ = without_sums(*whole, reading.sums)
    step = reading.step.as_step()
    within = within_periods(time, step) if reading.is_by_period else {}
    refused = within | refused_rows(columns, time)
    check_share(table.name, framed, refused, max_refused_percent)
    first, last = _window(time, step, within)
    there = {reading.time.moment, reading.time.period, LINE, *(each.name for each in columns)}
    landing = reading.with_columns(new).landing
    landed = {field: spec for field, spec in landing.items() if field in there}
    return Rows(
        name=name,
        table=table,
        time=reading.time.period,
        step=step,
        columns=landed,
        rows=LandedRows(
            *(tuple(landed), reading.time.moment, reading.time.period, time, step),
            *(columns, framed.numbers),
            strange=framed.refused,
            is_by_period=reading.is_by_period,
        ),
        key=reading.key,
        first=first,
        last=last,
        refused=[
            *(
                LeftLine(line.number, line.text, why)
                for row, why in sorted(refused.items())
                for line in [framed.line(row)]
            ),
            *framed.refused,
        ],
        left_out=framed.left_out,
        new_columns=tuple(new),
    )


def _require_members(table: RawTable, reading: Reading) -> None:
    """Nobody looks at the notes of what comes later: what looks like a part of it is not left out there."""
    kin = [each for each in table.others if each.is_kin and each.head not in reading.others]
    if kin:
        first = [Sentence("intake.member", member=each.name, why=each.why) for each in kin[:3]]
        raise InvalidInput("intake.members_left_out", name=table.name, count=len(kin), first=first)


def _window(time: TimeFound, step: Step, within: Collection[int]) -> tuple[datetime, datetime]:
    """First and last period. within: rows that do not count, or their period would be restated without its own."""
    is_known = ~np.isnat(time.moments)
    is_known[list(within)] = False
    known = np.unique(step.periods_of(time.moments[is_known]))
    if not len(known):
        raise InvalidInput("intake.no_moments", column=time.label)
    first, last = (each.astype("datetime64[us]").item() for each in (known[0], known[-1]))
    return first, last


def _framed(table: RawTable, reading: Reading) -> Framed:
    known, is_headless = reading.head, reading.is_headless
    parts = [(frame_by(each, known, is_headless=is_headless), each.name) for each in table.each]
    headers, eras = reading.time.headers, reading.eras
    framed, _ = joined_frames(
        [with_whole_moments(part, name, headers, eras) for part, name in parts]
    )
    return framed


def _places_of(table: RawTable, framed: Framed, reading: Reading) -> dict[str, int]:
    """Header -> its place in the table; raises InvalidInput naming what is missing and what is there instead."""
    there = {label.casefold(): place for place, label in enumerate(framed.labels)}
    # MM may be the month beside mm, the minute.
    exact = {label: place for place, label in enumerate(framed.labels)}
    optional = {each.header for each in reading.columns.values() if each.is_optional}
    missing = [
        each for each in reading.headers if each.casefold() not in there and each not in optional
    ]
    if missing:
        known = {each.casefold() for each in (*reading.headers, *reading.left_out)}
        others = [label for label in framed.labels if label.casefold() not in known]
        if others:
            raise InvalidInput(
                "intake.other_columns", name=table.name, missing=missing, others=others
            )
        raise InvalidInput("intake.lacks_columns", name=table.name, missing=missing)
    return {
        each: exact.get(each, there[each.casefold()])
        for each in reading.headers
        if each.casefold() in there
    }


def _declared(framed: Framed, reading: Reading, places: Mapping[str, int]) -> list[Column]:
    """Their kinds stay what was declared, whatever the cells of this table look like."""
    columns: list[Column] = []
    for name, spec in reading.columns.items():
        if spec.header not in places:
            continue
        cells = framed.columns[places[spec.header]]
        is_text = spec.type == "string"
        numeral = (
            None
            if is_text
            else Numeral(
                spec.decimal or ".", is_certain=True, unit=spec.unit, scales=tuple(spec.scales)
            )
        )
        column = column_of(spec.header, name, cells, numeral)
        columns.append(replace(column, kind=spec.type, unit=spec.unit))
    return columns


def _new(framed: Framed, reading: Reading, places: Mapping[str, int]) -> list[Column]:
    known = {each.casefold() for each in (*places, *reading.left_out)}
    labels = [label for label in framed.labels if label.casefold() not in known]
    columns: list[Column] = []
    for label, name in zip(labels, names_of(labels, reading.landing), strict=True):
        cells = framed.columns[framed.labels.index(label)]
        tally = tally_of(cells)
        numeral = None if tally.has_code else numeral_of(tally, reading.decimal)
        column = column_of(label, name, cells, numeral, framed.units.get(label))
        # What no row fills, such as the end of a line, is no column.
        if any(cells) and not is_too_long(column):
            columns.append(column)
    return columns


def _time(framed: Framed, reading: Reading, places: Mapping[str, int], zone: str) -> TimeFound:
    spec = reading.time
    form = FORMS[spec.form]
    parts: list[Cells] = [framed.columns[places[header]] for header in spec.headers]
    cells = parts[0] if len(parts) == 1 else parts_of_dates(spec.headers, parts)
    moments = read_all(cells, form, zone)
    used = (cells,)
    if spec.time_of_day:
        times = framed.columns[places[spec.time_of_day]]
        moments = moments + times_of_day(spec.time_of_day, times, is_numbered=spec.is_numbered)
        used = (cells, times)
    if spec.minutes:
        minutes = framed.columns[places[spec.minutes]]
        moments = moments + minutes_of(minutes)
        used = (*used, minutes)
    if spec.is_ending:
        moments = begins_of_hours(moments)
    found = Found(form, is_open=False, unread=0, of=len(cells))
    label = " ".join(filter(None, (*spec.headers, spec.time_of_day, spec.minutes)))
    return TimeFound(label, spec.headers, used, moments, found, "")
