"""What a file's table means: time, step, series and measures, each with the reason; nothing is decided on a guess
where another reading fits as well."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Literal

import numpy as np

from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.domain.refusal import is_too_much_refused
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake import columns as cols
from iop_pipelines.intake.cells import Rows, joined
from iop_pipelines.intake.circumstances import circumstances
from iop_pipelines.intake.columns import Column, names_of, read_columns
from iop_pipelines.intake.country import CountryFound, code_of, country_told, find_country
from iop_pipelines.intake.eras import require_calendar_years, require_our_calendar
from iop_pipelines.intake.frame import frame
from iop_pipelines.intake.framed import Framed, is_sum_of, is_total, summed_name
from iop_pipelines.intake.head import is_value
from iop_pipelines.intake.landed import LandedRows
from iop_pipelines.intake.moments import Moments, Order
from iop_pipelines.intake.names import LINE, slug
from iop_pipelines.intake.numerals import Decimal, is_scaled
from iop_pipelines.intake.questions import Ask
from iop_pipelines.intake.series import (
    Codes,
    SeriesFound,
    by_name,
    find_series,
    is_of_series,
    together,
    told_apart,
)
from iop_pipelines.intake.sides import apart_in
from iop_pipelines.intake.stacked import require_one_length
from iop_pipelines.intake.step import PERIODS, Step, step_of
from iop_pipelines.intake.sums import sums_among
from iop_pipelines.intake.tables import LeftLine, Other, RawTable
from iop_pipelines.intake.times import WHOLE_YEAR, TimeFound, find_time, is_part_of_day, says_when
from iop_pipelines.intake.wholly import with_whole_moments
from iop_pipelines.intake.yearless import require_year
from iop_pipelines.settings import Settings

MIN_PERIODS = 3
# The quarters of a year: fewer rows tell nothing of what is usual.
_MIN_ROWS = 4
# What most models know of a series before they judge it.
_USUAL_PERIODS = 14
# Lines of names and values above a table whose head they seem to be.
_MOST_ABOVE = 30
_NO_MEASURE = re.compile(
    r"(?:.*[ _-])?(id|ids|index|idx|row|nr|no|code|zip|plz|postcode|lat|lon|lng|long|latitude|longitude|phone|"
    r"unnamed.*|year|jahr|ann[eé]e|a[nñ]o|month|monat|mois|mes|day|tag|jour|week|woche|hour|weekday|quarter|quartal|"
    r"(?:customer|client|invoice|order|product|store|user|account|transaction|device|station|sensor)(?:id|no|nr)|"
    r"yr|mnth|mth|hr|doy|dow|yday|wday|(?<!\bde[ _-])season|holiday|workingday|weekend|minute|second)",
    re.IGNORECASE,
)
# Orders per day.
_RATE = re.compile(r"(?:.*[ _-])?(?:per|pro|par|por)[ _-].+", re.IGNORECASE)
# Of prices, say; where its figures are whole it may as well number rows.
_INDEX = re.compile(r".*[ _-]index", re.IGNORECASE)
_MEAN = re.compile(
    r"temp|price|preis|prix|precio|rate|ratio|pct|percent|prozent|%|share|anteil|avg|average|mean|mittel|moyen|speed|"
    r"wind|pressure|druck|humid|feucht|delay|index|level|score|latency|duration|voltage|current|amp|load|visib|"
    r"value|wert|cpu|util|density|ph\b",
    re.IGNORECASE,
)
MeasureKind = Literal["sum", "mean"]
_NOTES_BY_STEP: Mapping[str, Sentence] = {
    "1min": Sentence("intake.note_watched_by_minute"),
    "h": Sentence("intake.note_watched_by_hour"),
    "D": Sentence("intake.note_watched_by_day"),
    "W": Sentence("intake.note_watched_by_week"),
    "MS": Sentence("intake.note_watched_by_month"),
}
# What a season of days needs before a point of it is judged.
_LEARNING = np.timedelta64(3, "D")


@dataclass(frozen=True, slots=True)
class Given:
    """What the person has said already; None is for the file to decide."""

    name: str | None = None
    time: str | None = None
    dates: Order | None = None
    decimal: Decimal | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class MeasureFound:
    column: Column
    kind: MeasureKind
    why: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A table as it will be delivered; of several files of one table, all of them together.

    Attributes:
        name: of the dataset.
        tables: the files; frames: where in each its table is; origins: of each row, which file it is from.
        time: the field of the periods, `moment` the field as read where that is finer or differs, else the same.
        columns: name -> (type, label, unit) of every column that lands, in order.
        rows: what lands, text or None by column; those that are refused included, with what is wrong as it was.
        key: what makes a row unique.
        refused: rows that cannot be read; left_out: lines that are no rows.
        periods: how many different ones; first and last of them.
        notes: what else a person must know.
        sums: column of series -> its values that only add up others, and are left out.
        country: whose public holidays hold.
        others: files of the same zip files that were left out.
    """

    name: str
    tables: tuple[RawTable, ...]
    framed: Framed
    frames: tuple[Framed, ...]
    origins: Rows
    time_found: TimeFound
    time: str
    moment: str
    step: Step
    series: SeriesFound
    measures: tuple[MeasureFound, ...]
    columns: Mapping[str, tuple[str, str, str | None]]
    rows: LandedRows
    key: tuple[str, ...]
    refused: list[LeftLine]
    left_out: list[LeftLine]
    periods: int
    first: datetime
    last: datetime
    notes: tuple[Sentence, ...]
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    country: CountryFound = field(default_factory=CountryFound)
    others: tuple[Other, ...] = ()

    @property
    def table(self) -> RawTable:
        return self.tables[0]


def understand(
    table: RawTable,
    given: Given,
    zone: str,
    ask: Ask,
    *,
    max_refused_percent: int = Settings.max_refused_percent,
) -> Understood:
    """Raises InvalidInput for what is no table over time, or of which too much cannot be read."""
    frames = list(map(frame, table.each))
    named = replace(given, name=given.name or table.name)
    found = understand_framed(
        table.each, frames, named, zone, ask, max_refused_percent=max_refused_percent
    )
    left = [Sentence("intake.note_member", member=each.name, why=each.why) for each in table.others]
    return replace(found, notes=(*left, *found.notes), others=table.others)


def understand_framed(
    tables: Sequence[RawTable],
    frames: Sequence[Framed],
    given: Given,
    zone: str,
    ask: Ask,
    *,
    max_refused_percent: int = Settings.max_refused_percent,
) -> Understood:
    """As `understand`, of several files with the same head: what one of them leaves open another may decide."""
    pairs = zip(tables, frames, strict=True)
    frames = [with_whole_moments(each, table.name) for table, each in pairs]
    framed, origins = joined_frames(frames)
    # The delimiter tells how figures are written, so it counts only where all have the same.
    delimiters = {table.delimiter for table in tables}
    delimiter = delimiters.pop() if len(delimiters) == 1 else None
    columns = read_columns(framed, delimiter, given.decimal, ask)
    try:
        time = find_time(columns, given.time, given.dates, zone, ask)
    except InvalidInput:
        require_year(framed)
        require_one_length(framed)
        require_our_calendar(framed)
        require_calendar_years(framed)
        raise
    is_above = _above(columns, time)
    if is_above.any():
        parts = (framed, columns, time, origins)
        framed, _, time, origins = _less(*parts, is_above, why="intake.note_above")
        # What they say under the head of figures is none, nor does it say how these are written.
        columns = read_columns(framed, delimiter, given.decimal, ask)
    used = [n for n, column in enumerate(columns) if column.name in time.columns]
    require_year(framed, used)
    framed, columns, time, origins = without_totals(framed, columns, time, origins)
    refused = refused_rows(columns, time)
    check_share(tables[0].name, framed, refused, max_refused_percent)
    good, rest, series, candidates = _series_of(columns, time, refused)
    sums = _sums(time, rest, series, good)
    if sums:
        framed, columns, time, origins = without_sums(framed, columns, time, origins, sums)
        refused = refused_rows(columns, time)
        good, rest, series, candidates = _series_of(columns, time, refused)
    _require_whole_moments(series, rest)
    is_one = not series.is_unique or not series.series
    whose = (
        np.zeros(len(good), np.int64)
        if is_one
        else together([candidates[name] for name in series.series])
    )
    step = step_of(time.moments[good], whose, time.found.form.grain)
    parts = _Parts(framed, rest, time, step, series, refused, good, sums)
    return _assembled(tables, frames, origins, given, parts)


def _series_of(
    columns: Sequence[Column], time: TimeFound, refused: Mapping[int, Sentence]
) -> tuple[Rows, list[Column], SeriesFound, dict[str, Codes]]:
    """Rows that are read, columns beside the moment's, the series, and what may tell them apart."""
    is_good = np.ones(len(time.moments), bool)
    is_good[list(refused)] = False
    good = np.flatnonzero(is_good)
    moments = time.moments[good]
    rest = [column for column in columns if column.name not in time.columns]
    never = apart_in(rest)
    candidates = _candidates(rest, good, never, is_numbers_too=False)
    series = find_series(moments, candidates)
    if not series.is_unique:
        candidates = _candidates(rest, good, never, is_numbers_too=True)
        wider = find_series(moments, candidates)
        series = wider if wider.is_unique else series
    series = by_name(candidates, series, [each.name for each in rest if each.kind == "string"])
    apart = [name for name in never if name in candidates]
    return good, rest, told_apart(moments, candidates, series, apart), candidates


def _sums(
    time: TimeFound, rest: Sequence[Column], series: SeriesFound, good: Rows
) -> dict[str, tuple[str, ...]]:
    """Column of series -> its values that only add up the others."""
    if not series.is_unique:
        return {}
    own = [column for column in rest if column.name in series.series and not column.is_number]
    figures = [
        column
        for column in rest
        if column.is_number and column.name not in series.series and is_telling(column)
    ]
    found: dict[str, tuple[str, ...]] = {}
    for each in sums_among(time.moments, own, figures, good):
        found[each.column.name] = (*found.get(each.column.name, ()), each.value)
    return found


def without_sums(
    framed: Framed,
    columns: list[Column],
    time: TimeFound,
    origins: Rows,
    sums: Mapping[str, Sequence[str]],
) -> tuple[Framed, list[Column], TimeFound, Rows]:
    """Less the rows of series that add up others. sums: column -> its values."""
    is_sum = np.zeros(len(framed), bool)
    for column in columns:
        if values := sums.get(column.name):
            is_sum |= column.cells.mapped({*values}.__contains__, "bool")
    return _less(framed, columns, time, origins, is_sum)


def _require_whole_moments(series: SeriesFound, columns: Sequence[Column]) -> None:
    """Minutes and hours beside a moment are a part of it and name no series."""
    for column in columns:
        if series.is_unique and column.name in series.series and is_part_of_day(column.label):
            raise InvalidInput("intake.part_of_moment", column=column.label)


@dataclass(frozen=True, slots=True)
class _Parts:
    framed: Framed
    rest: list[Column]
    time: TimeFound
    step: Step
    series: SeriesFound
    refused: dict[int, Sentence]
    good: Rows
    sums: Mapping[str, tuple[str, ...]]


def joined_frames(frames: Sequence[Framed]) -> tuple[Framed, Rows]:
    """Frames of the same labels, in any case and order, one below the other, and of each row which it is from."""
    first = frames[0]
    origins = np.repeat(np.arange(len(frames)), [len(each) for each in frames])
    if len(frames) == 1:
        return first, origins
    places = [_places_of(first.labels, each.labels) for each in frames]
    columns = tuple(
        joined([each.columns[at[place]] for each, at in zip(frames, places, strict=True)])
        for place in range(len(first.labels))
    )
    whole = replace(
        first,
        columns=columns,
        numbers=np.concatenate([each.numbers for each in frames]),
        left_out=[line for each in frames for line in each.left_out],
        refused=[line for each in frames for line in each.refused],
        notes=tuple(dict.fromkeys(note for each in frames for note in each.notes)),
        eras={label: era for each in frames for label, era in each.eras.items()},
    )
    return whole, origins


def _places_of(labels: Sequence[str], there: Sequence[str]) -> list[int]:
    """Where the labels are among others that are the same but for their case.

    MM may be the month beside mm, the minute: what is written the same is taken first.
    """
    exact = {label: place for place, label in enumerate(there)}
    rest: dict[str, list[int]] = {}
    for label, place in exact.items():
        if label not in labels:
            rest.setdefault(label.casefold(), []).append(place)
    return [exact[each] if each in exact else rest[each.casefold()].pop(0) for each in labels]


def without_totals(
    framed: Framed, columns: list[Column], time: TimeFound, origins: Rows
) -> tuple[Framed, list[Column], TimeFound, Rows]:
    """Rows that sum others up: a total in place of the date, or of a series' name."""
    is_above = _above(columns, time)
    framed, columns, time, origins = _less(
        framed, columns, time, origins, is_above, why="intake.note_above"
    )
    is_sum = np.zeros(len(framed), bool)
    texts = [column for column in columns if not column.is_number]
    names = _names_in(texts)
    for column in texts:
        if column.name not in time.columns:
            is_sum |= column.cells.mapped(
                lambda cell: is_total(cell) or (is_sum_of(cell) and summed_name(cell) in names),
                "bool",
            )
    for row in np.flatnonzero(np.isnat(time.moments) & ~is_sum).tolist():
        is_year = WHOLE_YEAR.fullmatch(time.cell(row)) is not None
        is_sum[row] = is_year or any(is_sum_of(column.cells[row]) for column in columns)
    if int(is_sum.sum()) > 0.5 * len(framed):
        return framed, columns, time, origins
    return _less(framed, columns, time, origins, is_sum)


def _above(columns: Sequence[Column], time: TimeFound) -> "np.ndarray":
    """Rows before the first moment that say in words what the file is about, under the head of the first of them."""
    is_above = np.zeros(len(time.moments), bool)
    known = np.flatnonzero(~np.isnat(time.moments))
    first = int(known[0]) if len(known) else 0
    if first > _MOST_ABOVE or len(known) <= first:
        return is_above
    for row in range(first):
        cell = time.cell(row)
        if any(map(str.isdigit, cell)) or not (cell or _says_nothing(columns, row)):
            break
        is_above[row] = True
    return is_above


def _says_nothing(columns: Sequence[Column], row: int) -> bool:
    return not any(is_value(column.cells[row]) for column in columns)


def _less(
    framed: Framed,
    columns: list[Column],
    time: TimeFound,
    origins: Rows,
    is_sum: "np.ndarray",
    *,
    why: str = "intake.total",
) -> tuple[Framed, list[Column], TimeFound, Rows]:
    """why: the code of the reason."""
    if not is_sum.any():
        return framed, columns, time, origins
    kept = np.flatnonzero(~is_sum)
    fewer = [
        replace(
            column,
            cells=column.cells.taken(kept),
            unread=np.flatnonzero(np.isin(kept, column.unread)),
        )
        for column in columns
    ]
    smaller = framed.without(np.flatnonzero(is_sum), Sentence(why))
    return smaller, fewer, time.taken(kept), origins[kept]


def _names_in(columns: Sequence[Column]) -> set[str]:
    """What columns with few different texts say: a row that sums up one of them is no series of its own."""
    known = (column.cells.distinct for column in columns)
    return {cell for distinct in known if distinct for cell in distinct if cell}


def refused_rows(columns: Sequence[Column], time: TimeFound) -> dict[int, Sentence]:
    """Row -> why it cannot be read."""
    reasons: dict[int, Sentence] = {}
    form = time.found.form.name
    for row in np.flatnonzero(np.isnat(time.moments)).tolist():
        cell = time.cell(row)
        reasons[row] = (
            Sentence("intake.not_moment", column=time.label, cell=cell, form=form)
            if cell
            else Sentence("intake.no_cell", column=time.label)
        )
    for column in columns:
        if column.name not in time.columns:
            for row in column.unread.tolist():
                said = Sentence("intake.not_number", column=column.label, cell=column.cells[row])
                reasons.setdefault(row, said)
    return reasons


def check_share(name: str, framed: Framed, refused: Mapping[int, Sentence], most: int) -> None:
    """Nothing is loaded of a file that is mostly not understood."""
    bad = len(refused) + len(framed.refused)
    total = len(framed) + len(framed.refused)
    if not is_too_much_refused(Fraction(total - bad, total) if total else None, most):
        return
    shown = [(int(framed.numbers[row]), why) for row, why in list(refused.items())[:3]]
    shown += [(line.number, line.reason) for line in framed.refused[: 3 - len(shown)]]
    first = [Sentence("intake.line", line=number, said=why) for number, why in shown]
    raise InvalidInput(
        "intake.too_much_refused",
        name=name,
        bad=bad,
        total=total,
        most=most,
        first=first,
    )


def _candidates(
    columns: Sequence[Column], good: Rows, never: Sequence[str], *, is_numbers_too: bool
) -> dict[str, Codes]:
    """Columns that may tell series apart: few texts, many times each; whole numbers where texts do not suffice.

    never: names of those whose values never belong together, however seldom each is there.
    """
    found = {}
    for column in columns:
        if column.kind == "string" or (is_numbers_too and column.kind == "integer"):
            codes = together([column.cells.codes[good]])
            most = len(good) if column.name in never else max(2, len(good) // 2)
            if 2 <= int(codes.max(initial=-1)) + 1 <= most:
                found[column.name] = codes
    return found


def _measures(
    columns: Sequence[Column], series: SeriesFound, moments: Moments
) -> list[MeasureFound]:
    """Every column of numbers but ids, parts of dates, row numbers and what only says which series it is; these too
    where there is nothing else."""
    numbers = [each for each in columns if each.is_number and each.name not in series.series]
    names = [each.cells.codes for each in columns if each.name in series.series]
    telling = [
        each
        for each in numbers
        if is_telling(each) and not says_when(each, moments) and not is_of_series(each, names)
    ]
    return [MeasureFound(column, *kind_of(column)) for column in telling or numbers]


def is_telling(column: Column) -> bool:
    """Whether a column of numbers is a figure, not an id, a part of a date or a row's number."""
    label = column.label.strip()
    is_index = column.kind == "number" and _INDEX.fullmatch(label)
    is_other = _NO_MEASURE.fullmatch(label) and not (_RATE.fullmatch(label) or is_index)
    return not is_other and not _is_row_number(column)


def _is_row_number(column: Column) -> bool:
    if column.kind != "integer" or len(column.cells) < 10:
        return False
    # Numbers of rows never come again.
    again = [text for text, count in (column.cells.counts or {}).items() if count > 1]
    if any(value is not None for value in column.landed(again)):
        return False
    begin: int | None = None
    for block in column.blocks():
        known = [value for value in block if value is not None]
        if begin is None and known:
            if not known[0].lstrip("-").isdigit():
                return False
            begin = int(known[0])
        if begin is not None:
            if known != list(map(str, range(begin, begin + len(known)))):
                return False
            begin += len(known)
    return begin is not None


def kind_of(column: Column) -> tuple[MeasureKind, str]:
    """Whether several rows add up or are averaged, where a model or chart puts them together."""
    if column.unit in ("%", "‰") or _MEAN.search(column.label):
        return "mean", "averaged, as its name or unit says"
    if column.kind == "integer" and not column.has_negative:
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


def _assembled(
    tables: Sequence[RawTable],
    frames: Sequence[Framed],
    origins: Rows,
    given: Given,
    parts: _Parts,
) -> Understood:
    time, step, series, framed = parts.time, parts.step, parts.series, parts.framed
    name = tables[0].name
    measures = _measures(parts.rest, series, time.moments)
    if not measures:
        raise InvalidInput("intake.no_measure", name=name, time=time.label)
    dropped = [column for column in parts.rest if cols.is_too_long(column)]
    kept = [column for column in parts.rest if column not in dropped]
    moment, period = _time_names(time, step, [column.name for column in kept])
    columns = _landing(time, step, kept, moment, period)
    rows = LandedRows(
        *(tuple(columns), moment, period, time, step, kept, framed.numbers),
        strange=framed.refused,
    )
    known = np.unique(step.periods_of(time.moments[parts.good]))
    _require_enough(name, len(parts.good), len(known))
    bad = [
        LeftLine(line.number, line.text, why)
        for row, why in sorted(parts.refused.items())
        for line in [framed.line(row)]
    ]
    key = (moment, *series.series) if series.is_unique else (moment, LINE)
    first, last = (each.astype("datetime64[us]").item() for each in (known[0], known[-1]))
    country = _country(given, parts)
    return Understood(
        name=slug(given.name or name, "data"),
        tables=tuple(tables),
        framed=framed,
        frames=tuple(frames),
        origins=origins,
        time_found=time,
        time=period,
        moment=moment,
        step=step,
        series=series,
        measures=tuple(measures),
        columns=columns,
        rows=rows,
        key=key,
        refused=sorted([*bad, *framed.refused], key=lambda line: line.number),
        left_out=framed.left_out,
        periods=len(known),
        first=first,
        last=last,
        notes=(
            *framed.notes,
            *_notes(parts, dropped),
            *_notes_of_country(country),
            *_notes_of_weather(measures),
        ),
        sums=parts.sums,
        country=country,
    )


def _require_enough(name: str, rows: int, periods: int) -> None:
    if rows < _MIN_ROWS:
        raise InvalidInput("intake.too_few_rows", name=name, count=rows, least=_MIN_ROWS)
    if periods < MIN_PERIODS:
        raise InvalidInput("intake.too_few_periods", name=name, count=periods, least=MIN_PERIODS)


def _country(given: Given, parts: _Parts) -> CountryFound:
    """Of months and longer steps nothing is explained by holidays."""
    if STEPS[parts.step.freq].months is not None:
        return CountryFound(matters=False)
    if given.country is not None:
        return CountryFound(country_told(given.country))
    return find_country(parts.rest, parts.framed.labels)


def _notes_of_weather(measures: Sequence[MeasureFound]) -> list[Sentence]:
    weather = circumstances(each.column.name for each in measures)
    told = [each.column.label for each in measures if each.column.name in weather]
    return [Sentence("intake.note_weather", columns=told)] if told else []


def _notes_of_country(found: CountryFound) -> list[Sentence]:
    if found.days is None or found.column is None:
        return []
    return [Sentence("intake.note_country", column=found.column, country=code_of(found.days))]


def _is_short_log(parts: _Parts) -> bool:
    """Of minutes, over fewer days than models learn from: what comes later makes it long enough."""
    known = parts.time.moments[parts.good]
    return STEPS[parts.step.freq].unit == "minute" and known.max() - known.min() < _LEARNING


def _periods_of(parts: _Parts) -> int:
    return len(np.unique(parts.step.periods_of(parts.time.moments[parts.good])))


def _time_names(time: TimeFound, step: Step, taken: Sequence[str]) -> tuple[str, str]:
    """The field of the moment as it is, and that of its period; one where they are the same."""
    (moment,) = names_of([time.label], taken)
    known = time.moments[~np.isnat(time.moments)]
    if bool((step.periods_of(known) == known).all()):
        return moment, moment
    (period,) = names_of([PERIODS[step.freq]], [*taken, moment])
    return moment, period


def _landing(
    time: TimeFound, step: Step, kept: Sequence[Column], moment: str, period: str
) -> dict[str, tuple[str, str, str | None]]:
    known = time.moments[~np.isnat(time.moments)]
    has_time = bool((known != known.astype("datetime64[D]")).any())
    kind = "datetime" if step.is_within_day else "date"
    landing: dict[str, tuple[str, str, str | None]] = {}
    if moment != period:
        landing[moment] = ("datetime" if has_time else "date", time.label, None)
        landing[period] = (kind, PERIODS[step.freq], None)
    else:
        landing[period] = (kind, time.label, None)
    landing |= {column.name: (column.kind, column.label, column.unit) for column in kept}
    return landing | {LINE: ("integer", "Line of the file", None)}


def _notes(parts: _Parts, dropped: Sequence[Column]) -> list[Sentence]:
    series, step = parts.series, parts.step
    notes = [Sentence("intake.note_dropped_text", column=column.label) for column in dropped]
    labels = {column.name: column.label for column in parts.rest}
    notes += [
        Sentence("intake.note_sum_of_series", column=labels[name], values=list(values))
        for name, values in parts.sums.items()
    ]
    notes += [
        Sentence(
            "intake.note_thousands", column=column.label, cell=cell, value=column.landed([cell])[0]
        )
        for column in parts.rest
        if column.is_guessed
        for cell in [next(each for each in column.cells if "," in each or "." in each)]
    ]
    notes += [
        Sentence(
            "intake.note_scales", column=column.label, cell=cell, value=column.landed([cell])[0]
        )
        for column in parts.rest
        if column.numeral is not None and column.numeral.scales
        for cell in [next(each for each in column.cells if is_scaled(each))]
    ]
    notes += [
        Sentence("intake.note_nulls", column=column.label, values=list(column.nulls))
        for column in parts.rest
        if column.nulls
    ]
    if parts.framed.is_headless:
        notes.append(Sentence("intake.note_headless"))
    if series.is_unique and series.repeats:
        notes.append(Sentence("intake.note_repeats", count=series.repeats))
    if not series.is_unique:
        notes.append(Sentence("intake.note_events"))
    if _is_short_log(parts):
        notes.append(Sentence("intake.note_short_log"))
    elif (count := _periods_of(parts)) < _USUAL_PERIODS:
        notes.append(Sentence("intake.note_few_periods", count=count, needed=_USUAL_PERIODS))
    if series.watched_count < series.count or not series.is_watched:
        notes.append(_note_watched(series))
    if len(series.apart) > 1:
        told = [labels[name] for name in series.apart]
        notes.append(Sentence("intake.note_no_chart", columns=told))
    if step.every > 1 or not step.is_regular or _is_finer(parts):
        notes.append(_note_of_step(step))
    return notes


def _note_of_step(step: Step) -> Sentence:
    if STEPS[step.freq].unit == "minute" and STEPS[step.freq].count > 1:
        return Sentence("intake.note_watched_by_minutes", count=STEPS[step.freq].count)
    return _NOTES_BY_STEP[step.freq]


def _note_watched(series: SeriesFound) -> Sentence:
    if not series.is_watched:
        return Sentence("intake.note_not_watched", count=series.watched_count, apart=series.apart)
    if not series.watched:
        return Sentence("intake.note_watched_together", count=series.count)
    return Sentence("intake.note_watched", count=series.count, watched=series.watched)


def _is_finer(parts: _Parts) -> bool:
    minutes = STEPS[parts.step.freq].minutes
    return (
        parts.step.seconds is not None
        and minutes is not None
        and parts.step.seconds != 60 * minutes
    )
