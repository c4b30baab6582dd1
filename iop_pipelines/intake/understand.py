"""What a file's table means: time, step, series and measures, each with the reason; nothing is decided on a guess
where another reading fits as well."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake import columns as cols
from iop_pipelines.intake.columns import LINE, Column, names_of, read_columns, slug
from iop_pipelines.intake.frame import Framed, frame, is_total
from iop_pipelines.intake.moments import Order
from iop_pipelines.intake.numerals import Decimal
from iop_pipelines.intake.questions import Ask
from iop_pipelines.intake.series import SeriesFound, find_series
from iop_pipelines.intake.step import UNITS, Step, step_of
from iop_pipelines.intake.tables import LeftLine, RawTable
from iop_pipelines.intake.times import TimeFound, find_time

MAX_REFUSED_SHARE = 0.2
MIN_PERIODS = 3
_NO_MEASURE = re.compile(
    r"(?:.*[ _-])?(id|ids|index|idx|row|nr|no|code|zip|plz|postcode|lat|lon|lng|latitude|longitude|phone|unnamed.*|"
    r"year|jahr|ann[eé]e|a[nñ]o|month|monat|mois|mes|day|tag|jour|week|woche|hour|weekday|quarter|quartal)",
    re.IGNORECASE,
)
_MEAN = re.compile(
    r"temp|price|preis|prix|precio|rate|ratio|pct|percent|prozent|%|share|anteil|avg|average|mean|mittel|moyen|speed|"
    r"wind|pressure|druck|humid|feucht|delay|index|level|score|latency|duration|voltage|current|amp|load|visib|"
    r"value|wert|cpu|util|density|ph\b",
    re.IGNORECASE,
)
MeasureKind = Literal["sum", "mean"]


@dataclass(frozen=True, slots=True)
class Given:
    """What the person has said already; None is for the file to decide."""

    name: str | None = None
    time: str | None = None
    dates: Order | None = None
    decimal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MeasureFound:
    column: Column
    kind: MeasureKind
    why: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A table as it will be delivered.

    Attributes:
        name: of the dataset.
        time: the field of the periods, `moment` the field as read where that is finer or differs, else the same.
        columns: name -> (type, label, unit) of every column that lands, in order.
        rows: what lands, text or None by column; those that are refused included, with what is wrong as it was.
        key: what makes a row unique.
        refused: rows that cannot be read; left_out: lines that are no rows.
        periods: how many different ones; first and last of them.
        notes: what else a person must know.
    """

    name: str
    table: RawTable
    framed: Framed
    time_found: TimeFound
    time: str
    moment: str
    step: Step
    series: SeriesFound
    measures: tuple[MeasureFound, ...]
    columns: Mapping[str, tuple[str, str, str | None]]
    rows: list[dict[str, str | None]]
    key: tuple[str, ...]
    refused: list[LeftLine]
    left_out: list[LeftLine]
    periods: int
    first: datetime
    last: datetime
    notes: tuple[str, ...]


def understand(table: RawTable, given: Given, zone: str, ask: Ask) -> Understood:
    """Raises InvalidInput for what is no table over time, or of which too much cannot be read."""
    framed = frame(table)
    columns = read_columns(framed, table.delimiter, given.decimal, ask)
    time = find_time(columns, given.time, given.dates, zone, ask)
    framed, columns, time = _without_totals(framed, columns, time)
    refused = _refused(framed, columns, time)
    _check_share(table, framed, refused)
    good = [row for row in range(len(framed.lines)) if row not in refused]
    moments = [moment for row in good if (moment := time.moments[row]) is not None]
    rest = [column for column in columns if column.name not in time.columns]
    texts = _candidates(rest, good, is_numbers_too=False)
    series = find_series(moments, texts)
    if not series.is_unique:
        wider = find_series(moments, _candidates(rest, good, is_numbers_too=True))
        series = wider if wider.is_unique else series
    step = step_of(_by_series(moments, series, texts, rest, good), time.found.form.grain)
    return _assembled(table, given, _Parts(framed, rest, time, step, series, refused, good))


@dataclass(frozen=True, slots=True)
class _Parts:
    framed: Framed
    rest: list[Column]
    time: TimeFound
    step: Step
    series: SeriesFound
    refused: dict[int, Sentence]
    good: list[int]


def _without_totals(
    framed: Framed, columns: list[Column], time: TimeFound
) -> tuple[Framed, list[Column], TimeFound]:
    """Rows that sum others up: a total in place of the date, or of a series' name."""
    texts = [column for column in columns if not column.is_number]
    totals = {
        row
        for row, line in enumerate(framed.lines)
        if (time.moments[row] is None and any(is_total(cell) for cell in line.cells))
        or any(is_total(column.cells[row]) for column in texts)
    }
    if not totals or len(totals) > 0.5 * len(framed.lines):
        return framed, columns, time
    kept = [row for row in range(len(framed.lines)) if row not in totals]
    left = [
        LeftLine(framed.lines[row].number, framed.lines[row].text, Sentence("intake.total"))
        for row in sorted(totals)
    ]
    lines = [framed.lines[row] for row in kept]
    place = {row: n for n, row in enumerate(kept)}
    fewer = [
        cols.Column(
            *(c.label, c.name, c.kind),
            [c.cells[row] for row in kept],
            [c.values[row] for row in kept],
            frozenset(place[row] for row in c.unread if row in place),
            c.unit,
            c.numeral,
        )
        for c in columns
    ]
    when = TimeFound(
        *(time.label, time.columns),
        [time.cells[row] for row in kept],
        [time.moments[row] for row in kept],
        *(time.found, time.why),
    )
    smaller = Framed(
        *(framed.labels, lines, framed.title, [*framed.left_out, *left], framed.refused),
        *(framed.is_headless, framed.notes),
    )
    return smaller, fewer, when


def _refused(framed: Framed, columns: Sequence[Column], time: TimeFound) -> dict[int, Sentence]:
    """Row -> why it cannot be read."""
    reasons: dict[int, Sentence] = {}
    form = time.found.form.name
    for row, moment in enumerate(time.moments):
        if moment is None:
            cell = time.cells[row]
            reasons[row] = (
                Sentence("intake.not_moment", column=time.label, cell=cell, form=form)
                if cell
                else Sentence("intake.no_cell", column=time.label)
            )
    for column in columns:
        if column.name not in time.columns:
            for row in column.unread:
                said = Sentence("intake.not_number", column=column.label, cell=column.cells[row])
                reasons.setdefault(row, said)
    return reasons


def _check_share(table: RawTable, framed: Framed, refused: Mapping[int, Sentence]) -> None:
    """Nothing is loaded of a file that is mostly not understood."""
    bad = len(refused) + len(framed.refused)
    total = len(framed.lines) + len(framed.refused)
    if bad <= MAX_REFUSED_SHARE * total and len(refused) < len(framed.lines):
        return
    shown = [(framed.lines[row].number, why) for row, why in list(refused.items())[:3]]
    shown += [(line.number, line.reason) for line in framed.refused[: 3 - len(shown)]]
    first = [Sentence("intake.line", line=number, said=why) for number, why in shown]
    raise InvalidInput(
        "intake.too_much_refused",
        name=table.name,
        bad=bad,
        total=total,
        most=round(100 * MAX_REFUSED_SHARE),
        first=first,
    )


def _candidates(
    columns: Sequence[Column], good: Sequence[int], *, is_numbers_too: bool
) -> dict[str, list[str]]:
    """Columns that may tell series apart: few texts, many times each; whole numbers where texts do not suffice."""
    found = {}
    for column in columns:
        is_fitting = column.kind == "string" or (is_numbers_too and column.kind == "integer")
        cells = [column.cells[row] for row in good]
        if is_fitting and 2 <= len(set(cells)) <= max(2, len(cells) // 2):
            found[column.name] = cells
    return found


def _by_series(
    moments: Sequence[datetime],
    series: SeriesFound,
    texts: Mapping[str, Sequence[str]],
    rest: Sequence[Column],
    good: Sequence[int],
) -> list[list[datetime]]:
    if not series.is_unique or not series.series:
        return [list(moments)]
    by_name = {column.name: column for column in rest}
    cells = [
        texts.get(name) or [by_name[name].cells[row] for row in good] for name in series.series
    ]
    groups: dict[tuple[str, ...], list[datetime]] = {}
    for moment, who in zip(moments, zip(*cells, strict=True), strict=True):
        groups.setdefault(who, []).append(moment)
    return list(groups.values())


def _measures(columns: Sequence[Column], series: SeriesFound) -> list[MeasureFound]:
    """Every column of numbers but ids, parts of dates and row numbers; these too where there is nothing else."""
    numbers = [each for each in columns if each.is_number and each.name not in series.series]
    telling = [
        column
        for column in numbers
        if not _NO_MEASURE.fullmatch(column.label.strip()) and not _is_row_number(column)
    ]
    return [MeasureFound(column, *_kind_of(column)) for column in telling or numbers]


def _is_row_number(column: Column) -> bool:
    values = column.values
    if (
        column.kind != "integer"
        or len(values) < 10
        or not str(values[0] or "x").lstrip("-").isdigit()
    ):
        return False
    first = int(values[0] or 0)
    return all(value == str(first + n) for n, value in enumerate(values))


def _kind_of(column: Column) -> tuple[MeasureKind, str]:
    """Whether several rows add up or are averaged, where a model or chart puts them together."""
    if column.unit in ("%", "‰") or _MEAN.search(column.label):
        return "mean", "averaged, as its name or unit says"
    if column.kind == "integer" and not any(
        (value or "").startswith("-") for value in column.values
    ):
        return "sum", "added up: whole numbers, none below zero"
    if _is_money(column.unit) or re.search(
        r"amount|sales|revenue|turnover|umsatz|ventes|montant|betrag|total|cost|count|qty|quantity|menge|volume|"
        r"precip|rain|umsätze|importe|ventas",
        column.label,
        re.IGNORECASE,
    ):
        return "sum", "added up, as its name or unit says"
    return "mean", "averaged: nothing says that it adds up"


def _is_money(unit: str | None) -> bool:
    return unit is not None and re.search(r"[€$£¥₦₵₹]|^[A-Z]{3}$|^kr|^zł", unit) is not None


def _assembled(table: RawTable, given: Given, parts: _Parts) -> Understood:
    time, step, series = parts.time, parts.step, parts.series
    measures = _measures(parts.rest, series)
    if not measures:
        raise InvalidInput("intake.no_measure", name=table.name, time=time.label)
    dropped = [column for column in parts.rest if cols.is_too_long(column)]
    kept = [column for column in parts.rest if column not in dropped]
    moment, period = _time_names(time, step, [column.name for column in kept])
    rows = [_row(row, parts, kept, (moment, period)) for row in range(len(parts.framed.lines))]
    for line in parts.framed.refused:
        rows.append({moment: line.text, period: line.text, LINE: str(line.number)})
    known = [step.period_of(m) for row in parts.good if (m := time.moments[row]) is not None]
    if len(set(known)) < MIN_PERIODS:
        raise InvalidInput(
            "intake.too_few_periods", name=table.name, count=len(set(known)), least=MIN_PERIODS
        )
    numbers = [line.number for line in parts.framed.lines]
    bad = [
        LeftLine(numbers[row], parts.framed.lines[row].text, why)
        for row, why in sorted(parts.refused.items())
    ]
    is_keyed = series.is_unique
    key = (moment, *series.series) if is_keyed else (moment, LINE)
    notes = [*parts.framed.notes, *_notes(parts, dropped)]
    return Understood(
        name=slug(given.name or table.name, "data"),
        table=table,
        framed=parts.framed,
        time_found=time,
        time=period,
        moment=moment,
        step=step,
        series=series,
        measures=tuple(measures),
        columns=_landing(time, step, kept, moment, period),
        rows=rows,
        key=key,
        refused=sorted([*bad, *parts.framed.refused], key=lambda line: line.number),
        left_out=parts.framed.left_out,
        periods=len(set(known)),
        first=min(known),
        last=max(known),
        notes=tuple(notes),
    )


def _time_names(time: TimeFound, step: Step, taken: Sequence[str]) -> tuple[str, str]:
    """The field of the moment as it is, and that of its period; one where they are the same."""
    (moment,) = names_of([time.label], taken)
    if all(m is None or step.period_of(m) == m for m in time.moments):
        return moment, moment
    (period,) = names_of([UNITS[step.freq]], [*taken, moment])
    return moment, period


def _landing(
    time: TimeFound, step: Step, kept: Sequence[Column], moment: str, period: str
) -> dict[str, tuple[str, str, str | None]]:
    has_time = any(m is not None and (m.hour or m.minute or m.second) for m in time.moments)
    kind = "datetime" if step.freq == "h" else "date"
    landing: dict[str, tuple[str, str, str | None]] = {}
    if moment != period:
        landing[moment] = ("datetime" if has_time else "date", time.label, None)
        landing[period] = (kind, UNITS[step.freq].capitalize(), None)
    else:
        landing[period] = (kind, time.label, None)
    landing |= {column.name: (column.kind, column.label, column.unit) for column in kept}
    return landing | {LINE: ("integer", "Line of the file", None)}


def _row(
    row: int, parts: _Parts, kept: Sequence[Column], names: tuple[str, str]
) -> dict[str, str | None]:
    moment_name, period_name = names
    moment = parts.time.moments[row]
    raw = parts.time.cells[row] or None
    landed: dict[str, str | None] = {moment_name: raw, period_name: raw}
    if moment is not None:
        period = parts.step.period_of(moment)
        landed[moment_name] = _iso(moment)
        landed[period_name] = period.isoformat(" ") if parts.step.freq == "h" else _iso(period)
        if moment_name == period_name:
            landed[moment_name] = landed[period_name]
    landed |= {column.name: column.values[row] for column in kept}
    landed[LINE] = str(parts.framed.lines[row].number)
    return landed


def _iso(moment: datetime) -> str:
    is_day = not (moment.hour or moment.minute or moment.second or moment.microsecond)
    return moment.date().isoformat() if is_day else moment.isoformat(" ")


def _notes(parts: _Parts, dropped: Sequence[Column]) -> list[str]:
    series, step = parts.series, parts.step
    notes = [
        f"column {column.label!r} has texts of more than 255 characters and is left out"
        for column in dropped
    ]
    if parts.framed.is_headless:
        notes.append("the file has no head: columns are called column 1, column 2, …")
    if series.is_unique and series.repeats:
        notes.append(f"{series.repeats} rows repeat a moment of their series: the last one counts")
    if not series.is_unique:
        notes.append("many rows share a moment: they are events, put together by period")
    if series.watched_count < series.count:
        watched = ", ".join(series.watched) or "all together"
        notes.append(
            f"{series.count} series are too many to watch one by one: models watch {watched}"
        )
    if step.every > 1 or not step.is_regular or _is_finer(parts):
        notes.append(f"IOP watches by the {UNITS[step.freq]}; every row is kept as it is")
    return notes


def _is_finer(parts: _Parts) -> bool:
    return parts.step.freq == "h" and parts.step.said not in ("an hour",)
