"""Days without their year, 13-Jan and Jan 13 and 13.01., given the year that the file says elsewhere.

It is in a column of its own, in the title or in the file's name; where these say none or several, or the days run over
a new year, nothing is guessed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.framed import Framed
from iop_pipelines.intake.moments import Moments, Order, form_of, read_all
from iop_pipelines.intake.numerals import is_null, parts_of

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_NAME = rf"(?:(?!(?:{_MONTH})\b)[^\W\d_]{{2,10}}\.?,?\s+)?"
# Pattern, and what stands between it and the year that is written behind.
_FORMS = (
    (
        re.compile(
            rf"{_DAY_NAME}(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[-/. ]*(?:de )?(?P<word>{_MONTH})\.?",
            re.IGNORECASE,
        ),
        " ",
    ),
    (
        re.compile(
            rf"{_DAY_NAME}(?P<word>{_MONTH})\.?[- ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?", re.IGNORECASE
        ),
        " ",
    ),
    (re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\."), ""),
)
# 0112 and 112 are 1 December where the head says that they are days of vouchers.
_COMPACT = re.compile(r"(?P<d>\d{1,2})(?P<m>\d{2})"), ""
_COMPACT_HEAD = re.compile(r"(?:beleg|buchungs)(?:datum|tag)", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(rf"(?:{_MONTH})\.?-", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-_.]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?!\d)"
    r"|(?<!\d)(?P<d2>\d\d)[-_.](?P<m2>\d\d)[-_.](?P<y2>(?:19|20)\d\d)(?!\d)"
)
_WEEK_HEAD = re.compile(
    r"(?:iso )?(?:week|woche|kw|kalenderwoche|semaine|semana|settimana)(?: (?:no\.?|nr\.?|number))?",
    re.IGNORECASE,
)
_YEAR_HEAD = re.compile(r"(?:year|jahr|ann[eé]e|a[nñ]o|anno|jaar|yr)", re.IGNORECASE)
_LEAP = 2000
_SAMPLE = 2_000
_FEWEST = 3
_MANY_DAYS = 13
# As many of one month in a row are hardly years.
_MANY_JANUARIES = 5
_DAYS_OF_LEAP = 366
_HALF_A_YEAR = 183
_A_MONTH = 31
_WEEKS = 53


@dataclass(frozen=True, slots=True)
class _Days:
    """A column of days without a year: its place, how they are written, and which, in the order in which they come."""

    place: int
    pattern: re.Pattern[str]
    between: str
    days: tuple[date, ...]


def with_years(framed: Framed, name: str) -> Framed:
    """With the year behind each day, in columns of days without one.

    name: of the file, without its suffix. As it is where no year is told: `require_year` says so, once no other column
    says when.

    Raises:
        InvalidInput: the days run over a new year or may do so, or lie after the day on which the file says it was
            made; or Jan 10, Jan 11, … are as well Januaries of years.
    """
    framed = _with_years_of_periods(framed, name)
    _require_no_two_readings(framed)
    for found in _columns(framed):
        label = framed.labels[found.place]
        column = _year_column(framed)
        if column is not None:
            framed = _behind(framed, found, framed.columns[column])
            continue
        year = _told_year(framed, name)
        if year is None:
            continue
        _require_one_year(found, year, framed, name)
        framed = _behind(framed, found, year)
        note = Sentence("intake.note_year", column=label, year=str(year))
        framed = replace(framed, notes=(*framed.notes, note))
    return framed


def _with_years_of_periods(framed: Framed, name: str) -> Framed:
    """Months in words and numbers of weeks, in their order and all of the year that the file says elsewhere.

    As they are where one begins after the day on which the file says it was made, or another column's whole moments
    are those of the months and weeks.
    """
    year = _told_year(framed, name) if _year_column(framed) is None else None
    if year is None:
        return framed
    for place, (label, cells) in enumerate(zip(framed.labels, framed.columns, strict=True)):
        known = [cell for cell in cells.distinct or () if not is_null(cell)]
        numbers = list(map(_number_of(label), known))
        if len(known) < _FEWEST or 0 in numbers or not _is_in_order(numbers):
            continue
        # A second year would say each of them again.
        if not _comes_once(framed, place):
            continue
        is_week = not known[0][:1].isalpha()
        if _is_after_made(max(numbers), year, framed, name, is_week=is_week):
            continue
        if _is_part_of_another(framed, place, is_week=is_week):
            continue
        say = partial(_said_of_year, year=year, is_week=is_week)
        columns = [*framed.columns]
        columns[place] = Cells(list(map(say, piece)) for piece in cells.pieces())
        note = Sentence("intake.note_year", column=label, year=str(year))
        return replace(framed, columns=tuple(columns), notes=(*framed.notes, note))
    return framed


def _is_after_made(
    last: int, year: int | None, framed: Framed, name: str, *, is_week: bool
) -> bool:
    """Whether the last month or week of `year` begins after the day on which the file says it was made."""
    made = _dates_in(" ".join((*framed.title, name)))
    if not made or year is None:
        return False
    # 4 January is of the first week.
    begin = date.fromisocalendar(year, 1, 1) + timedelta(weeks=last - 1)
    return (begin if is_week else date(year, last, 1)) > max(made)


def _is_part_of_another(framed: Framed, place: int, *, is_week: bool) -> bool:
    """Whether a column beside it says whole moments, of which it repeats the month or week."""
    said = framed.columns[place].mapped(_number_of(framed.labels[place]), "int64")
    return any(
        _are_parts(said[~np.isnat(moments)], moments[~np.isnat(moments)], is_week=is_week)
        for other, cells in enumerate(framed.columns)
        if other != place
        for moments in _whole_moments(cells)
    )


def _are_parts(said: npt.NDArray[np.int64], moments: Moments, *, is_week: bool) -> bool:
    if not is_week:
        return bool((moments.astype("datetime64[M]").astype(np.int64) % 12 + 1 == said).all())
    # Weeks are counted in several ways, which differ by one.
    days = moments.astype("datetime64[D]")
    weeks = (days - days.astype("datetime64[Y]")).astype(np.int64) // 7 + 1
    apart = np.abs(weeks - said)
    return bool((np.minimum(apart, _WEEKS - apart) <= 1).all())


def _whole_moments(cells: Cells) -> Iterator[Moments]:
    """Of cells that are moments with their year; of days that may be read in two orders both readings."""
    sample = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
    found = form_of(sample, "UTC", takes_weak=False)
    if found is None:
        return
    orders: tuple[Order, ...] = ("day-first", "month-first")
    for each in map(found.turned, orders) if found.is_open else (found,):
        yield read_all(cells, each.form, "UTC")


def _comes_once(framed: Framed, place: int) -> bool:
    """Whether each period is there once, or once for each of few names beside it."""
    few = len(framed) // _FEWEST
    names = [
        cells
        for other, cells in enumerate(framed.columns)
        if other == place
        or (
            (distinct := cells.distinct) is not None
            and len(distinct) <= few
            and _are_names(distinct)
        )
    ]
    return len(set(zip(*names, strict=True))) == len(framed)


def _are_names(cells: Iterable[str]) -> bool:
    return not any(parts_of(cell) for cell in cells if not is_null(cell))


def _number_of(label: str) -> Callable[[str], int]:
    """Of a month in words, or of a week where the head says so; 0 of all else."""
    is_week = _WEEK_HEAD.fullmatch(label.strip()) is not None

    def number(cell: str) -> int:
        if is_week:
            return int(cell) if cell.isdecimal() and 1 <= int(cell[:3]) <= 53 else 0
        return MONTHS.get(cell.rstrip(".").lower(), 0)

    return number


def _said_of_year(cell: str, *, year: int | None, is_week: bool) -> str:
    if is_null(cell):
        return cell
    return f"{year}-W{int(cell):02}" if is_week else f"{cell} {year}"


def require_year(framed: Framed, places: Collection[int] | None = None) -> None:
    """Raises InvalidInput naming a column of days without a year, of all or of some.

    March 31 is March of 2031 for whoever takes its column for one of months.
    """
    for found in _columns(framed):
        if places is not None and found.place not in places:
            continue
        label, cells = framed.labels[found.place], framed.columns[found.place]
        shown = next(cell for cell in cells if not is_null(cell))
        raise InvalidInput("intake.no_year", column=label, cell=shown)


def _columns(framed: Framed) -> Iterator[_Days]:
    for place, cells in enumerate(framed.columns):
        sample = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
        is_compact = _COMPACT_HEAD.fullmatch(framed.labels[place].strip()) is not None
        for pattern, between in (_COMPACT,) if is_compact else _FORMS:
            if len(sample) < _FEWEST or any(
                pattern.fullmatch(cell) is None for cell in sample[:50]
            ):
                continue
            read = [_day(pattern, cell, _LEAP) for cell in sample]
            days = tuple(dict.fromkeys(day for day in read if day is not None))
            if read.count(None) <= 0.2 * len(read) and _are_days(pattern, sample, days):
                yield _Days(place, pattern, between, days)
                break


def _day(pattern: re.Pattern[str], cell: str, year: int) -> date | None:
    found = pattern.fullmatch(" ".join(cell.split()))
    if found is None:
        return None
    parts = found.groupdict()
    month = MONTHS[parts["word"].lower()] if parts.get("word") else int(parts["m"])
    try:
        return date(year, month, int(parts["d"]))
    except ValueError:
        return None


def _are_days(pattern: re.Pattern[str], cells: Sequence[str], days: Sequence[date]) -> bool:
    """Jan 13 is January 2013 as well, and 13-Jan is that for some: a day has one digit, there are many, or only as
    days they are in order."""
    if len(days) < _FEWEST:
        return False
    numbers = [found["d"] for cell in cells if (found := pattern.fullmatch(" ".join(cell.split())))]
    is_day = pattern in (_FORMS[-1][0], _COMPACT[0])
    if is_day or any(len(number) == 1 for number in numbers):
        return True
    as_months = [(int(day.strftime("%d")), day.month) for day in days]
    in_days, in_months = _is_in_order(days), _is_in_order(as_months)
    if in_days != in_months:
        return in_days
    many = len(set(numbers)) >= _MANY_DAYS and len({day.month for day in days}) > 1
    return many if pattern is _FORMS[0][0] else False


def _require_no_two_readings(framed: Framed) -> None:
    for place, cells in enumerate(framed.columns):
        sample = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
        pattern = _FORMS[1][0]
        if len(sample) < _FEWEST or pattern.fullmatch(sample[0]) is None:
            continue
        read = [_day(pattern, cell, _LEAP) for cell in sample]
        days = list(dict.fromkeys(day for day in read if day is not None))
        has_months = len({day.month for day in days}) > 1
        is_two_digits = all(day.day >= 10 for day in days)
        if None not in read and is_two_digits and not has_months and len(days) >= _MANY_JANUARIES:
            label = framed.labels[place]
            raise InvalidInput("intake.day_or_year", column=label, cell=sample[0])


def _is_in_order(values: Sequence[object]) -> bool:
    pairs = list(pairwise(values))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)  # type: ignore[operator]


def _year_column(framed: Framed) -> int | None:
    for place, (label, cells) in enumerate(zip(framed.labels, framed.columns, strict=True)):
        if _YEAR_HEAD.fullmatch(label.strip()) and all(
            _YEAR.fullmatch(cell) for cell in cells.sample(_SAMPLE) if not is_null(cell)
        ):
            return place
    return None


def _told_year(framed: Framed, name: str) -> int | None:
    """The only one of the title, or else of the file's name."""
    for text in (" ".join(framed.title), name):
        told = set(_YEAR.findall(text)) | {str(day.year) for day in _dates_in(text)}
        if told:
            return int(told.pop()) if len(told) == 1 else None
    return None


def _dates_in(text: str) -> list[date]:
    found: list[date] = []
    for match in _DATE.finditer(text):
        parts = match.groupdict()
        try:
            found.append(
                date(*(int(parts[name] or parts[f"{name}2"] or 0) for name in ("y", "m", "d")))
            )
        except ValueError:
            continue
    return found


def _require_one_year(found: _Days, year: int, framed: Framed, name: str) -> None:
    made = _dates_in(" ".join((*framed.title, name)))
    is_later = bool(made) and max(found.days) > max(made).replace(year=_LEAP)
    if is_later or not _are_of_one_year(found, framed.columns[found.place]):
        label = framed.labels[found.place]
        raise InvalidInput("intake.over_new_year", column=label, year=str(year))


def _are_of_one_year(found: _Days, cells: Cells) -> bool:
    """Whether no order of the rows, such as by shop and then by day, may hide a new year among them.

    From December to January, or back, two rows are more than half a year apart as days of one year. Where some are, it
    is told from the days as each comes first: those of a second shop are there already, and a hole among them may be
    where the year ends.
    """
    first = [day.toordinal() for day in found.days]
    steps = list(pairwise(first))
    turns = min(sum(a > b for a, b in steps), sum(a < b for a, b in steps))
    if turns == 1:
        return False
    by_row = _steps_by_row(found, cells)
    if (np.abs(by_row) <= _HALF_A_YEAR).all() or (by_row >= 0).all() or (by_row <= 0).all():
        return True
    ordered = sorted(first)
    hole = max(b - a for a, b in pairwise(ordered))
    over_new_year = ordered[0] + _DAYS_OF_LEAP - ordered[-1]
    return turns == 0 and hole <= max(_A_MONTH, 2 * over_new_year)


def _steps_by_row(found: _Days, cells: Cells) -> npt.NDArray[np.int64]:
    """Days from each row to the next, as if all were of one year."""

    def number(cell: str) -> int:
        day = _day(found.pattern, cell, _LEAP)
        return 0 if day is None else day.toordinal()

    numbers = cells.mapped(number, "int64")
    return np.diff(numbers[numbers > 0])


def _behind(framed: Framed, found: _Days, year: int | Cells) -> Framed:
    cells = framed.columns[found.place]
    if isinstance(year, int):
        texts: Iterable[Sequence[str]] = (
            [_said(cell, str(year), found) for cell in piece] for piece in cells.pieces()
        )
    else:
        texts = (
            [_said(cell, each, found) for cell, each in zip(*pieces, strict=True)]
            for pieces in zip(cells.pieces(), year.pieces(), strict=True)
        )
    columns = [*framed.columns]
    columns[found.place] = Cells(texts)
    return replace(framed, columns=tuple(columns))


def _said(cell: str, year: str, found: _Days) -> str:
    """Jan-13 with a blank in place of the line, which is the way that the year is written behind it."""
    if is_null(cell) or found.pattern.fullmatch(" ".join(cell.split())) is None:
        return cell
    if found.pattern is _COMPACT[0]:
        return f"{cell[:-2]}.{cell[-2:]}.{year}"
    plain = cell if found.pattern is not _FORMS[1][0] else cell.replace("-", " ")
    return f"{plain}{found.between}{year}"
