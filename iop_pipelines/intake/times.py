"""Which column says when, and each row's moment."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import Cells, Rows
from iop_pipelines.intake.columns import Column
from iop_pipelines.intake.eras import require_our_days
from iop_pipelines.intake.moments import (
    BY_QUARTER,
    BY_WEEK,
    NAMED_MONTH,
    Form,
    Found,
    Moments,
    Order,
    add_time_of_day,
    form_of,
    of_form,
    parts_at,
    read_all,
    turned_where_open,
)
from iop_pipelines.intake.numerals import is_null
from iop_pipelines.intake.questions import Ask, Question
from iop_pipelines.intake.series import MAX_WATCHED, Codes, together

_WEAK_HEADS = re.compile(
    r"(?:^|[^a-z])(time|timestamp|date|day|datum|zeit|tag|fecha|data|dia|heure|hora|jour|moment|ts|ds|epoch|unix|"
    r"period|periode|year|jahr|ann[eé]e|a[nñ]o|month|monat|mois|mes|week|woche|created|at|when|datetime|dt|clock|stamp|"
    r"posix|millis|updated|modified|zeitstempel|zeitpunkt|horodatage|yyyymmdd|yyyymm|yearmonth|season|saison|fy)(?:$|[^a-z])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(year|jahr|ann[eé]e|a[nñ]o|ano|yr|yyyy|yy)", re.IGNORECASE)
_MONTH = re.compile(r"(month|monat|mois|mes|m[eê]s|mon|mm|mo)", re.IGNORECASE)
_WEEK = re.compile(
    r"(iso[ _]?)?(week|woche|kw|kalenderwoche|semaine|semana|settimana|wk)([ _]?(no\.?|nr\.?|number|of[ _]year))?|"
    r"weekofyear",
    re.IGNORECASE,
)
_QUARTER = re.compile(r"(quarter|qtr|quartal|trimestre|kwartaal|q)", re.IGNORECASE)
_DAY_OF_YEAR = re.compile(
    r"(doy|yday|day[ _]?of[ _]?year|julian( day)?|jour de l'ann[eé]e)", re.IGNORECASE
)
_TIME_AFTER = re.compile(
    r"\s+(?:-|–|to|bis|a|à)\s+\d.*$|,?\s*\([^\W\d_]+\.?\)$|(?:[T,:_]|\s|-)+\d{1,2}(?:[:.h]\d{2}.*|h.*|\s*[AaPp]\.?[Mm].*)$",
    re.DOTALL,
)
_TIME_HEADS = re.compile(
    r"(?:(?:start |begin )?time|time[ _]of[ _]day|hour|hours|hr|hh|h|hhmm|hr[ _]?mi?n|hour[ _]of[ _]day|"
    r"zeit|uhrzeit|uhr|stunde|"
    r"std\.?|heures?|hora|ora|ore|uur|tijd|(?P<ending>he|(?:hour|hr)[ _]?(?:\(?ending\)?|ended|end))|"
    r"hour[ _]?\(?beginning\)?)",
    re.IGNORECASE,
)
_MINUTES = re.compile(r"(?:minutes?|mins?|mm|mi|mn|minuten?)", re.IGNORECASE)
_PART_OF_DAY = re.compile(
    r"(?:minutes?|mins?|mm|mi|minuten?|seconds?|secs?|ss|sekunden?)", re.IGNORECASE
)
_MIDNIGHT = datetime(2000, 1, 1)
_UTC_HEAD = re.compile(r"(?:^|[^a-z])(?:utc|gmt)(?:$|[^a-z0-9+-])", re.IGNORECASE)
_ENDING_HEAD = re.compile(r"\b(?:hour|hr)s?[ _]?\(?(?:ending|ended|end)\)?\b", re.IGNORECASE)
_OF_DAY_HEAD = re.compile(
    r"\b(?:date|day|datum|tag|fecha|data|jour)\b|(?<=\w)datum\b", re.IGNORECASE
)
_OF_TIME_HEAD = re.compile(r"\b(?:time|uhrzeit|zeit|hora|heure|ora)\b|(?<=\w)zeit\b", re.IGNORECASE)
# From 0 to 1, in one cell.
_HOURS = re.compile(r"(\d{1,2})\s?[-–]\s?(\d{1,2})")
_NUMBERED = {*range(1, 25)}
_FULL_HOUR = re.compile(r"(\d{1,2}):00(?::00)?")
# What is done at a time, beside the words for time of day.
_WHEN_HEAD = re.compile(
    r"(?!.*(?:since|after|before|until|till|seit|(?:^|[\W_])to[\W_]))(?:.*[^\W\d_][ _-]+)?"
    r"(?:obs(?:\.|erv(?:ed|ation))?|log(?:ged)?|reading|event|check.?in|arriv(?:al|ed)|depart(?:ure|ed)|reported|"
    r"start(?:ed)?|beginn?|ankunft|abfahrt)(?:[ _-]?(?:time|at|s?(?:uhr)?zeit))?",
    re.IGNORECASE,
)
_HOW_LONG_HEAD = re.compile(
    r"\b(?:durations?|talk|handl(?:e|ing)|hold|wait(?:ing)?|elapsed|moving|average|avg|mean|total|spent|resolution|"
    r"(?:down|up|lead|cycle|idle)[ _]?time|dauer|stillstand|durée|duración|durata|duur)\b|(?<=\w)(?:dauer|zeiten)\b",
    re.IGNORECASE,
)
_HOUR_WORD = re.compile(r"\s?(?:h|Uhr)$", re.IGNORECASE)
# What is said of the begin and of the end of a row's period, and is else the same.
_BEGIN_HEAD = re.compile(r"\b(?:from|start|begin|von|ab|beginn|de|du|desde|da)\b", re.IGNORECASE)
_END_HEAD = re.compile(r"\b(?:to|until|end|bis|ende|à|au|hasta|a)\b", re.IGNORECASE)
_A_DAY = np.timedelta64(1, "D")
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")
# Q05 and M13 stand for the whole year.
_QUARTER_ALONE = re.compile(r"Q(?:[1-4]|0[1-5])", re.IGNORECASE)
_CODED_MONTH = re.compile(r"M(?:0[1-9]|1[0-3])")
_CODED_PART = re.compile(r"(?:M(?P<month>0[1-9]|1[0-2])|Q0(?P<quarter>[1-4]))")
WHOLE_YEAR = re.compile(r"\d{4}-(?:M13|Q05)")
_FEWEST_MONTHS = 3
_QUARTER_HOUR, _FARTHEST = np.timedelta64(15, "m"), np.timedelta64(14, "h")
_SINCE, _UNTIL = np.datetime64("2000-01-01", "us"), np.datetime64("2038-01-01", "us")
_AN_HOUR = np.timedelta64(1, "h")
_NO_TIME = np.timedelta64(0, "us")
_SAMPLE = 2_000
_PROBED = 1_000
_FEWEST_DAYS = 3
_FEWEST_RISES = 5
_FEWEST_IN_ORDER = 20
# Days that are read in one way only, without which the rest is in another order and not turned.
_MIN_DECIDED = 0.2
_DAY_US = 86_400e6
_DAY = re.compile(
    r"(day|tag|jour|d[ií]a|day[ _]?of[ _]?(?:the[ _])?month|mday|dd|da|dy)", re.IGNORECASE
)
_LONG_YEAR = re.compile(r"(?P<begin>.+[ _])year", re.IGNORECASE)
# Years that begin with a month that no file says, and years of things, which are no rows' moments.
_FISCAL_YEAR = re.compile(
    r"(?:^|[^a-z])(?:fiscal|financial|academic|school|crop|tax|budget|fy)(?:$|[^a-z])",
    re.IGNORECASE,
)
_YEAR_OF_THINGS = re.compile(r"(?:.*[^a-z])?(?:birth|model|build|vintage)[ _]year", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimeFound:
    """`moments`: one a row, NaT where it cannot be read; `columns`: those that say it, in order.

    parts: their cells, which together say it, with `between` between them.
    why: how it was decided, for people.
    is_numbered: hours beside the day are numbered from 1 to 24, so that the first begins at midnight.
    is_ending: the file says the end of each hour; `moments` are the begins.
    """

    label: str
    columns: tuple[str, ...]
    parts: tuple[Cells, ...]
    moments: Moments
    found: Found
    why: str
    between: str = " "
    is_numbered: bool = False
    is_ending: bool = False

    @property
    def example(self) -> str:
        """The first moment as it stands in the file."""
        row = int(np.argmin(np.isnat(self.moments)))
        return self.between.join(cells[row] for cells in self.parts)

    def cell(self, row: int) -> str:
        return self.between.join(part[row] for part in self.parts).strip()

    def taken(self, rows: Rows) -> "TimeFound":
        parts = tuple(part.taken(rows) for part in self.parts)
        return replace(self, parts=parts, moments=self.moments[rows])


def find_time(
    columns: Sequence[Column], wanted: str | None, order: Order | None, zone: str, ask: Ask
) -> TimeFound:
    """The column that says when, day and month in the one order that fits.

    Raises:
        InvalidInput: there is none, or `wanted` is none; or what `ask` raises where the file does not decide.
    """
    columns = _without_years_of_things(columns) if wanted is None else [_named(columns, wanted)]
    found = {
        column.name: form
        for column in columns
        if (form := _form_of(column, zone, wanted is not None)) is not None
    }
    by_name = {column.name: column for column in columns}
    strong = [name for name, form in found.items() if not form.form.is_weak]
    varied = [name for name in strong if _varies_at_all(by_name[name])]
    parts = _parts_of(columns)
    if parts and not varied:
        return _with_time_of_day(_from_parts(parts, zone), columns)
    if not found:
        # Whatever its head says: BUDAT is a day of SAP's.
        found = {each.name: form for each in columns if (form := _by_no_chance(each, zone))}
    if not found and (parts := _years_and_months(columns)):
        return _from_parts(parts, zone)
    # When a file was made stands in each of its rows alike, and is no moment of theirs.
    candidates = varied or [name for name in found if _varies_at_all(by_name[name])]
    candidates = candidates or strong or list(found)
    if not candidates:
        if wanted is not None:
            raise InvalidInput("intake.no_moments", column=wanted)
        raise InvalidInput("intake.no_time")
    read = {name: _read(by_name[name], found[name], order, zone, ask) for name in candidates}
    left = _finest([name for name in candidates if _varies(read[name])], read) or candidates[:1]
    left = _begins(_in_utc(left, read), read)
    chosen = left[0] if len(left) == 1 else _asked_which([by_name[each] for each in left], ask)
    return _with_time_of_day(_with_month(read[chosen], columns, zone), columns)


def _without_years_of_things(columns: Sequence[Column]) -> list[Column]:
    """Less the years of birth, of a model or of a vintage, where some come more than once."""
    return [
        column
        for column in columns
        if not _YEAR_OF_THINGS.fullmatch(column.label.strip())
        or len(column.cells.distinct or ()) == len(column.cells)
    ]


def _varies_at_all(column: Column) -> bool:
    distinct = column.cells.distinct
    return distinct is None or len([each for each in distinct if not is_null(each)]) > 1


def _by_no_chance(column: Column, zone: str) -> Found | None:
    """20260131, where all cells are days, or Unix time of our years: no other numbers are so by chance."""
    sample = [cell for cell in column.cells.sample(_SAMPLE) if not is_null(cell)]
    if len(sample) < _FEWEST_DAYS:
        return None
    found = form_of(sample, zone, takes_weak=True)
    if found is None or found.unread:
        return None
    if found.form.kind == "epoch":
        return found if _is_clockwork(column, found, zone) else None
    is_compact = all(len(cell) == 8 for cell in sample)
    return found if is_compact and found.form.grain == "day" else None


def _is_clockwork(column: Column, found: Found, zone: str) -> bool:
    """Of 2000 to 2037, and one way through the file; numbers that count up one by one are a row's own."""
    moments = read_all(column.cells, found.form, zone)
    known = _known(moments)
    if len(known) < _FEWEST_DAYS or not (known.min() >= _SINCE and known.max() <= _UNTIL):
        return False
    steps = np.diff(known.astype(np.int64))
    is_one_way = bool((steps >= 0).all() or (steps <= 0).all())
    is_count = len(column.cells[0]) == 10 and bool((np.abs(steps) == 1_000_000).all())
    return is_one_way and not is_count


def _in_utc(names: list[str], read: dict[str, TimeFound]) -> list[str]:
    """Of the same moments by two clocks those that are told to be UTC's, for no hour of these comes twice."""
    told = [name for name in names if _UTC_HEAD.search(read[name].label)]
    if len(names) != 2 or len(told) != 1:
        return names
    first, second = (read[name].moments for name in names)
    apart = (second - first)[~(np.isnat(first) | np.isnat(second))]
    is_clock = len(apart) > 0 and bool(
        ((apart % _QUARTER_HOUR == _NO_TIME) & (np.abs(apart) <= _FARTHEST)).all()
    )
    heads = [_UTC_HEAD.sub("", read[name].label) for name in names]
    return told if is_clock and len({_words(each)[0] for each in heads}) == 1 else names


def _words(head: str) -> list[str]:
    return re.split(r"[\W_]+", head.casefold().strip(" _-()"))


def _with_month(time: TimeFound, columns: Sequence[Column], zone: str) -> TimeFound:
    """Years whose months or quarters are in a column of their own, whatever its head says, are these.

    Raises:
        InvalidInput: of fiscal years, of which no file says with which month they begin.
    """
    known = _known(time.moments)
    if time.found.form.grain != "year" or len(np.unique(known)) == len(known):
        return time
    years = next(column for column in columns if column.name in time.columns)
    others = [column for column in columns if column.name not in time.columns]
    parts = next((each for each in others if _is_of(each, _is_month)), None)
    parts = parts or next((each for each in others if _is_of(each, _QUARTER_ALONE.fullmatch)), None)
    is_fiscal = _FISCAL_YEAR.search(years.label) is not None
    if parts is None and is_fiscal:
        parts = next((each for each in others if _is_part_of_years(each.label, years.label)), None)
    if parts is None:
        return time
    if _is_of(years, _YEAR_ALONE.fullmatch) and not is_fiscal:
        return _from_parts([years, parts], zone)
    raise InvalidInput(
        "intake.fiscal_parts", column=years.label, cell=time.example, part=parts.label
    )


def _years_and_months(columns: Sequence[Column]) -> list[Column]:
    """Columns that say so by all of their cells, where no head does; empty where there are no two."""
    found = [
        next((column for column in columns if _is_of(column, is_it)), None)
        for is_it in (_YEAR_ALONE.fullmatch, _is_month)
    ]
    return [column for column in found if column is not None] if None not in found else []


def _is_month(cell: str) -> bool:
    return cell.rstrip(".").lower() in MONTHS or _CODED_MONTH.fullmatch(cell) is not None


def _is_of(column: Column, is_it: Callable[[str], object]) -> bool:
    """Whether all that is known of a column is so, and comes again."""
    distinct = column.cells.distinct
    known = [cell for cell in distinct or () if not is_null(cell)]
    return _FEWEST_MONTHS <= len(known) < len(column.cells) and all(map(is_it, known))


def _begins(names: list[str], read: dict[str, TimeFound]) -> list[str]:
    """Of the begin and the end of a row's period the begin: two columns that are always as far apart.

    A market's day beside them, by its own clock, says nothing that they do not.
    """
    if len(names) == 3:
        for day in names:
            begin = _begins([name for name in names if name != day], read)
            if len(begin) == 1 and _is_day_of(read[day], read[begin[0]].moments):
                return begin
    if len(names) != 2:
        return names
    first, second = (read[name].moments for name in names)
    between = (second - first)[~(np.isnat(first) | np.isnat(second))]
    if len(between) and _are_ends(read[names[0]].label, read[names[1]].label, between):
        return [names[0]]
    apart = between.astype(np.int64) / _DAY_US
    if not len(apart) or not (_is_even(apart) or _is_even(-apart)):
        return names
    return [names[0] if apart[0] > 0 else names[1]]


def _is_day_of(time: TimeFound, moments: Moments) -> bool:
    """Whether days are those of moments of some clock of the world: the same, the one before or the one after."""
    days = moments.astype("datetime64[D]")
    apart = (time.moments - days)[~(np.isnat(time.moments) | np.isnat(moments))]
    is_near = {*np.unique(apart).tolist()} <= {timedelta(days=-1), timedelta(), timedelta(days=1)}
    return is_near and bool((days[~np.isnat(moments)] != moments[~np.isnat(moments)]).any())


def _are_ends(first: str, second: str, apart: npt.NDArray[np.timedelta64]) -> bool:
    """Datum von and Datum bis, of periods of at most a day."""
    a, b = _BEGIN_HEAD.sub("", first), _END_HEAD.sub("", second)
    is_told = a != first and b != second and _words(a) == _words(b)
    return is_told and bool(((apart >= _NO_TIME) & (apart <= _A_DAY)).all())


def _is_even(days: npt.NDArray[np.float64]) -> bool:
    """As long each, or as long as months, quarters or years are."""
    spans = ((27, 31), (89, 92), (180, 184), (364, 366))
    low, high = float(days.min()), float(days.max())
    return 0 < low == high or any(a <= low and high <= b for a, b in spans)


def _named(columns: Sequence[Column], wanted: str) -> Column:
    for column in columns:
        if wanted in (column.label, column.name):
            return column
    labels = [column.label for column in columns]
    raise InvalidInput("intake.no_column", "--time", column=wanted, known=labels)


def _form_of(column: Column, zone: str, is_wanted: bool) -> Found | None:
    """A plain number is a moment only where the head says so, and a year only where nothing else could be one."""
    sample = column.cells.sample(_SAMPLE)
    known = [cell for cell in sample if not is_null(cell)]
    is_told = is_wanted or _WEAK_HEADS.search(column.label) is not None
    if not known:
        return None
    for head, form in ((_WEEK, BY_WEEK), (_QUARTER, BY_QUARTER)):
        if head.fullmatch(column.label.strip()) and (said := of_form(form, known, zone)):
            return said
    found = form_of(known, zone, takes_weak=is_told)
    if found is None and is_told:
        return _named_month(known, zone)
    has_comma = column.kind == "number" and column.numeral and column.numeral.decimal == ","
    if found is None or (has_comma and found.form.kind != "excel"):
        return None
    if found.form.order is None:
        return found
    # A day above 12 may stand anywhere.
    return form_of(known, zone, takes_weak=is_told, dates=_days_of(column.cells))


def _named_month(cells: Sequence[str], zone: str) -> Found | None:
    """Months behind one and the same word: what differs before them may be a series."""
    found = [NAMED_MONTH.pattern.fullmatch(cell) for cell in cells]
    words = {each["before"] for each in found if each is not None}
    return of_form(NAMED_MONTH, cells, zone) if len(words) == 1 else None


def _days_of(cells: Cells) -> Iterator[str]:
    """What stands before the time of day, of every cell."""
    distinct = cells.distinct
    for block in cells.pieces() if distinct is None else [distinct]:
        yield from {_TIME_AFTER.sub("", cell) for cell in block if not is_null(cell)}


def _read(column: Column, found: Found, order: Order | None, zone: str, ask: Ask) -> TimeFound:
    why = f"{found.form.name}; {found.why}" if found.why else found.form.name
    is_told = order is not None or found.is_open
    if found.is_open:
        found = found.turned(order or _asked_order(column, ask))
        why = f"{found.form.name}, {found.why}"
    moments = read_all(column.cells, found.form, zone)
    if found.form.order is not None and not is_told:
        _require_one_order(column, found, moments, zone)
    if found.form.grain == "day":
        _require_our_days(column, moments)
    is_ending = _are_ends_of_hours(column.label, moments, found.form)
    return TimeFound(
        *(column.label, (column.name,), (column.cells,)),
        *(begins_of_hours(moments) if is_ending else moments, found, why),
        is_ending=is_ending,
    )


def _are_ends_of_hours(label: str, moments: Moments, form: Form) -> bool:
    """Whether the head says so, of moments: a day in such a column has its hour beside it."""
    known = _known(moments)
    has_time = bool((known != known.astype("datetime64[D]")).any())
    return has_time and form.grain in ("day", "moment") and _ENDING_HEAD.search(label) is not None


def begins_of_hours(ends: Moments) -> Moments:
    return ends - _AN_HOUR


def _require_our_days(column: Column, moments: Moments) -> None:
    unread = {column.cells[row] for row in np.flatnonzero(np.isnat(moments)).tolist()[:_SAMPLE]}
    sample = [cell for cell in (*column.cells.sample(_SAMPLE), *unread) if not is_null(cell)]
    require_our_days(column.label, sample, lambda cell: cell not in unread)


def _require_one_order(column: Column, found: Found, moments: Moments, zone: str) -> None:
    """A program that reads some days as months leaves a file whose order shows it: it is no order as it is read, and
    one where those are turned."""
    if len(moments) < _FEWEST_IN_ORDER or _is_in_order(moments):
        return
    turned = turned_where_open(found, column.cells, zone)
    if _is_in_order(turned) and (turned == moments).mean() >= _MIN_DECIDED:
        raise InvalidInput("intake.two_orders", column=column.label)


def _is_in_order(moments: Moments) -> bool:
    steps = np.diff(_known(moments).astype(np.int64))
    return bool((steps >= 0).all() or (steps <= 0).all())


def _asked_order(column: Column, ask: Ask) -> Order:
    shown = next(cell for cell in column.cells if not is_null(cell))
    question = Question(
        Sentence("intake.ask_order", column=column.label, cell=shown),
        (("day-first", "day/month/year"), ("month-first", "month/day/year")),
        "--dates",
    )
    return "month-first" if ask(question) == "month-first" else "day-first"


def _known(moments: Moments) -> Moments:
    return moments[~np.isnat(moments)]


def _varies(time: TimeFound) -> bool:
    known = _known(time.moments)
    return len(known) > 0 and bool((known != known[0]).any())


def _finest(names: list[str], read: dict[str, TimeFound]) -> list[str]:
    """Without those that only repeat a part of another: the month beside the day."""
    left = list(names)
    # Of two that say the same the first one stays.
    for name in reversed(names):
        others = [each for each in left if each != name]
        if any(_is_part_of(read[name], read[other]) for other in others):
            left = others
    return left


def _is_part_of(coarse: TimeFound, fine: TimeFound) -> bool:
    """Each moment of the one is the day, month, quarter or year of the other's."""
    is_there = ~(np.isnat(coarse.moments) | np.isnat(fine.moments))
    grain = coarse.found.form.grain
    a, b = (parts_at(each.moments[is_there], grain) for each in (coarse, fine))
    return bool(is_there.any()) and bool((a == b).all())


def _asked_which(columns: Sequence[Column], ask: Ask) -> str:
    question = Question(
        Sentence("intake.ask_time"),
        tuple((column.name, f"{column.label} ({_first(column)})") for column in columns),
        "--time",
    )
    answer = ask(question)
    return next(column.name for column in columns if answer in (column.name, column.label))


def _first(column: Column) -> str:
    return next((cell for cell in column.cells if not is_null(cell)), "nothing")


def _with_time_of_day(time: TimeFound, columns: Sequence[Column]) -> TimeFound:
    """A date in one column, or in its parts, and the time of day in another are one moment."""
    known = _known(time.moments)
    if time.found.form.grain != "day" or (known != known.astype("datetime64[D]")).any():
        return time
    comes_once = _comes_once(time, columns)
    for column in columns:
        if column.name in time.columns or _HOW_LONG_HEAD.search(column.label):
            continue
        if (read := _reads_time_of_day(column.label, column.cells)) is None:
            continue
        told = _TIME_HEADS.fullmatch(column.label.strip())
        after = column.cells.mapped(read, "timedelta64[us]")
        # 00:03:41 beside a day that comes once is how long something took, unless its head or their order says when.
        is_told = told or _WHEN_HEAD.fullmatch(column.label.strip())
        if comes_once and not (
            is_told or _is_pair(time.label, column.label) or _only_rises(time.moments, after)
        ):
            continue
        is_ending = bool(told and told["ending"])
        if numbered := is_numbered(column.label, column.cells):
            after = _of_numbers(after)
        moments = time.moments + after
        with_time = TimeFound(
            f"{time.label} {column.label}",
            (*time.columns, column.name),
            (*time.parts, column.cells),
            begins_of_hours(moments) if is_ending else moments,
            time.found,
            f"{time.why}, with the time of day of {column.label!r}",
            is_numbered=numbered,
            is_ending=is_ending,
        )
        is_whole = np.isnat(after) | (after % _AN_HOUR == _NO_TIME)
        return _with_minutes(with_time, columns) if is_whole.all() else with_time
    return time


def _comes_once(time: TimeFound, columns: Sequence[Column]) -> bool:
    """Whether each day has one row, or one of each name of some column, or of all such columns together."""
    known = ~np.isnat(time.moments)
    days = np.unique(time.moments[known], return_inverse=True)[1]
    names = [
        column.cells.codes[known]
        for column in columns
        if column.kind == "string"
        and column.name not in time.columns
        and _reads_time_of_day(column.label, column.cells) is None
        if (distinct := column.cells.distinct) and 2 <= len(distinct) <= MAX_WATCHED
    ]
    return any(
        int(together([days, *each]).max(initial=-1)) + 1 == len(days)
        for each in ([], *([codes] for codes in names), names)
    )


def _only_rises(days: Moments, after: npt.NDArray[np.timedelta64]) -> bool:
    """Whether times of day never fall within a day, as rows follow each other, and rise too often for chance."""
    known = ~(np.isnat(days) | np.isnat(after))
    days, after = days[known], after[known]
    if len(days) and days[0] > days[-1]:
        days, after = days[::-1], after[::-1]
    order = np.argsort(days, kind="stable")
    is_same = np.diff(days[order]) == _NO_TIME
    steps = np.diff(after[order])[is_same]
    return bool((steps >= _NO_TIME).all()) and int((steps > _NO_TIME).sum()) >= _FEWEST_RISES


def _is_pair(day: str, time: str) -> bool:
    """Call Date and Call Time."""
    a, b = _OF_DAY_HEAD.sub("", day), _OF_TIME_HEAD.sub("", time)
    same = {" ".join(filter(None, _words(each))) for each in (a, b)}
    return a != day and b != time and len(same) == 1


def _with_minutes(time: TimeFound, columns: Sequence[Column]) -> TimeFound:
    """Where the hour has a column, its minutes may have another."""
    for column in columns:
        if column.name in time.columns or not _MINUTES.fullmatch(column.label.strip()):
            continue
        after = minutes_of(column.cells)
        if not np.isnat(after).any():
            return replace(
                time,
                label=f"{time.label} {column.label}",
                columns=(*time.columns, column.name),
                parts=(*time.parts, column.cells),
                moments=time.moments + after,
            )
    return time


def minutes_of(cells: Cells) -> npt.NDArray[np.timedelta64]:
    """Of a column that says them: 0 to 59; NaT for what is none."""
    return cells.mapped(_minute, "timedelta64[us]")


def _minute(cell: str) -> np.timedelta64:
    is_minute = cell.isdecimal() and len(cell) <= 2 and int(cell) < 60
    return np.timedelta64(int(cell), "m") if is_minute else np.timedelta64("NaT")


_Clock = Callable[[str], np.timedelta64]


def _reads_time_of_day(label: str, cells: Cells) -> _Clock | None:
    """How cells are read as times of day; None where they are none. 10.30 alone is a number, as 10 is."""
    sample = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
    told = _TIME_HEADS.fullmatch(label.strip())
    for read in (_time_of_day, _hour_of_day, _four_digits):
        fits = sum(not np.isnat(read(cell)) for cell in sample)
        has_colon = read is _time_of_day and sum(":" in cell for cell in sample) > 0.9 * len(sample)
        if sample and fits >= 0.9 * len(sample) and (told or has_colon):
            return read
    return None


def _of_numbers(after: npt.NDArray[np.timedelta64]) -> npt.NDArray[np.timedelta64]:
    """When the hours begin that are numbered from 1; NaT for 0, which is the number of none."""
    return np.where(after < _AN_HOUR, np.timedelta64("NaT"), after - _AN_HOUR)


def _four_digits(cell: str) -> np.timedelta64:
    """930 and 0930 are half past nine."""
    if not cell.isdecimal() or len(cell) > 4:
        return np.timedelta64("NaT")
    hour, minute = divmod(int(cell), 100)
    is_time = minute < 60 and (hour < 24 or int(cell) == 2400)
    return np.timedelta64(60 * hour + minute, "m") if is_time else np.timedelta64("NaT")


def is_part_of_day(label: str) -> bool:
    """Whether a column says minutes or seconds, or an hour that was not taken for the time of day."""
    told = label.strip()
    return bool(_PART_OF_DAY.fullmatch(told) or _TIME_HEADS.fullmatch(told))


def says_when(column: Column, moments: Moments) -> bool:
    """Whether numbers are those of each row's year, month, day or hour, or its year and how much of it is over,
    whatever the head says."""
    known = ~np.isnat(moments)
    if not known.any():
        return False
    if column.kind != "integer":
        return _says_share_of_year(column, moments)
    first = np.fromiter(map(_whole_number, islice(column.cells, _PROBED)), np.int64)
    # Of most columns the first rows say it.
    if not any(_parts_that_are(first[known[:_PROBED]], moments[:_PROBED][known[:_PROBED]])):
        return False
    numbers = column.cells.mapped(_whole_number, "int64")[known]
    is_varied = bool((numbers != numbers[0]).any())
    return is_varied and any(_parts_that_are(numbers, moments[known]))


def _parts_that_are(numbers: Codes, own: Moments) -> list[bool]:
    """Which parts of its moment each number is, as year, month, day and hour."""
    years, months, days = (own.astype(f"datetime64[{unit}]") for unit in "YMD")
    year = years.astype(np.int64) + 1970
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    hour = (own - days).astype("timedelta64[h]").astype(np.int64)
    parts = (year, month, day, hour, 100 * year + month, (100 * year + month) * 100 + day)
    return [bool((numbers == each).all()) for each in parts]


def _says_share_of_year(column: Column, moments: Moments) -> bool:
    """2013.0417 is the middle of January."""
    years = moments.astype("datetime64[Y]").astype(np.int64) + 1970
    (first,) = column.landed([column.cells[0]])
    # Of most columns the first row says it.
    if first is None or not first.startswith(f"{years[0]}."):
        return False
    begin = 0
    for block in column.blocks():
        end = begin + len(block)
        rows = zip(block, years[begin:end].tolist(), strict=True)
        if not all(cell is not None and cell.startswith(f"{year}.") for cell, year in rows):
            return False
        begin = end
    return True


def _whole_number(cell: str) -> int:
    return int(cell) if cell.isdecimal() and len(cell) <= 8 else -1


def is_numbered(label: str, cells: Cells) -> bool:
    """Whether hours are numbered from 1 to 24, as where all of these are there and 0 is not; also as 01:00 to 24:00.

    06:00, 12:00, 18:00 and 24:00 are times, of which the last is the next midnight.
    A market's day of the end of summer time has a 25th, which no clock of the day has and which is read as no time.
    """
    told = _TIME_HEADS.fullmatch(label.strip())
    known = {cell for cell in cells.distinct or () if not is_null(cell)}
    clocks = [_FULL_HOUR.fullmatch(cell) for cell in known]
    known = {clock[1] for clock in clocks if clock} if all(clocks) else known
    is_whole = bool(known) and all(cell.isdecimal() and len(cell) <= 4 for cell in known)
    numbers = {int(cell) for cell in known} if is_whole else set[int]()
    # 100 to 2400 as well.
    if numbers and min(numbers) >= 100 and not any(number % 100 for number in numbers):
        numbers = {number // 100 for number in numbers}
    return bool(told) and not told["ending"] and numbers - {25} == _NUMBERED


def _hour_of_day(cell: str) -> np.timedelta64:
    """0 to 24, also as 7h and 7 Uhr, and as 07 - 08."""
    digits = _HOUR_WORD.sub("", cell)
    if (span := _HOURS.fullmatch(cell)) and (int(span[1]) + 1 - int(span[2])) % 24 == 0:
        digits = span[1]
    is_hour = digits.isdecimal() and len(digits) <= 2 and int(digits) <= 24
    return np.timedelta64(int(digits), "h") if is_hour else np.timedelta64("NaT")


def times_of_day(
    label: str, cells: Cells, *, is_numbered: bool = False
) -> npt.NDArray[np.timedelta64]:
    """Of a column that says it: hours and minutes, or an hour alone; NaT for what is neither.

    is_numbered: hours are numbered from 1 to 24.
    """

    def either(cell: str) -> np.timedelta64:
        found = _time_of_day(cell)
        return _hour_of_day(cell) if np.isnat(found) else found

    after = cells.mapped(_reads_time_of_day(label, cells) or either, "timedelta64[us]")
    return _of_numbers(after) if is_numbered else after


def _time_of_day(cell: str) -> np.timedelta64:
    moment = add_time_of_day(_MIDNIGHT, cell)
    return np.timedelta64("NaT") if moment is None else np.timedelta64(moment - _MIDNIGHT, "us")


# What says when together, the finest first.
_TOGETHER = (
    (_YEAR, _MONTH, _DAY),
    (_YEAR, _DAY_OF_YEAR),
    (_YEAR, _WEEK),
    (_YEAR, _MONTH),
    (_YEAR, _QUARTER),
)


def _parts_of(columns: Sequence[Column]) -> list[Column]:
    """Year and month, day, week or quarter in columns of their own; empty where there are no two."""
    labels = [column.label.strip() for column in columns]
    # Such as arrival_date_year and arrival_date_month.
    begins = dict.fromkeys(
        found["begin"]
        for each in labels
        if (found := _LONG_YEAR.fullmatch(each)) and not _FISCAL_YEAR.search(each)
    )
    for begin in ("", *begins):
        for heads in _TOGETHER:
            places = [
                next((n for n, each in enumerate(labels) if _is_part(each, begin, head)), None)
                for head in heads
            ]
            if None not in places:
                return [columns[place] for place in places if place is not None]
    return []


def _is_part(label: str, begin: str, head: re.Pattern[str]) -> bool:
    return label.startswith(begin) and head.fullmatch(label, len(begin)) is not None


def _is_part_of_years(label: str, years: str) -> bool:
    """Fiscal Month, or Month alone, beside Fiscal Year."""
    found = _LONG_YEAR.fullmatch(years.strip())
    return any(
        _is_part(label.strip(), begin, head)
        for begin in ("", found["begin"] if found else "")
        for head in (_MONTH, _QUARTER, _WEEK, _DAY_OF_YEAR)
    )


def _from_parts(used: Sequence[Column], zone: str) -> TimeFound:
    labels = [column.label for column in used]
    cells = parts_of_dates(labels, [column.cells for column in used])
    has_days = any(map(_DAY_OF_YEAR.fullmatch, _bare(labels)))
    found = form_of(cells.sample(_SAMPLE), zone, takes_weak=has_days)
    label = " ".join(labels)
    if found is None:
        raise InvalidInput("intake.no_moments", column=label)
    moments = read_all(cells, found.form, zone)
    why = "each in a column of its own"
    return TimeFound(label, tuple(c.name for c in used), (cells,), moments, found, why)


def _bare(labels: Sequence[str]) -> list[str]:
    """What parts of a date are called, the year first, without what they are of: order_year and order_week."""
    labels = [label.strip() for label in labels]
    found = _LONG_YEAR.fullmatch(labels[0])
    begin = found["begin"] if found else ""
    if not all(label.startswith(begin) for label in labels):
        return labels
    return [label.removeprefix(begin) for label in labels]


def parts_of_dates(labels: Sequence[str], parts: Sequence[Cells]) -> Cells:
    """Year and what else says when, of columns of their own, with strokes between them."""
    reads = list(map(_reads_part, _bare(labels)))
    blocks = zip(*(cells.pieces() for cells in parts), strict=True)
    return Cells(
        [
            "-".join(read(cell) for read, cell in zip(reads, cells, strict=True))
            for cells in zip(*block, strict=True)
        ]
        for block in blocks
    )


def _reads_part(label: str) -> Callable[[str], str]:
    """A column's cells as they are written in a date."""
    for head, said in ((_WEEK, "W{:02}"), (_QUARTER, "Q{}"), (_DAY_OF_YEAR, "{:03}")):
        if head.fullmatch(label):
            return partial(_numbered, said)
    return _part_of_date


def _numbered(said: str, cell: str) -> str:
    digits = "".join(filter(str.isdecimal, cell.removesuffix(".0")))
    return said.format(int(digits)) if 0 < len(digits) <= 3 else cell


def _part_of_date(cell: str) -> str:
    word = cell.strip().rstrip(".").lower()
    if coded := _CODED_PART.fullmatch(cell.strip()):
        return coded["month"] or f"Q{coded['quarter']}"
    return f"{MONTHS[word]:02}" if word in MONTHS else cell.removesuffix(".0")
