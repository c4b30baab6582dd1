"""Years that are not counted as ours: of Japanese reigns, of Taiwan's republic and of the Buddha, written as ours.

Calendars of other months and days (Persian, Islamic, Ethiopian) are not turned into ours: what shows one is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.framed import Framed
from iop_pipelines.intake.numerals import is_null, plainly

_SAMPLE = 2_000
_FEWEST = 3
_MONTH, _DAY_OF_MONTH = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[ T].*)?"
# No points between year and month: 2456.75 is a price, and 110.12.3.4 an address.
_AFTER = rf"(?P<sep>[-/]){_MONTH}(?P=sep){_DAY_OF_MONTH}{_TIME}"
_YEAR_OF_BUDDHA = r"(?P<n>2[45]\d\d|26[0-3]\d)"
# Pattern with the year `n`, and what is added to it: by reign, or the same for all.
_REIGNS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_MINGUO, _BUDDHA = 1911, -543
_LETTERS = re.compile(
    rf"(?P<era>[RHS])(?P<n>\d{{1,2}})(?P<rest>(?P<sep>[-/.]){_MONTH}(?P=sep){_DAY_OF_MONTH}{_TIME})"
)
# By name: how years were counted is kept, and what comes later is read in the same way.
ERAS: Mapping[str, tuple[re.Pattern[str], int | None]] = {
    "reigns": (re.compile(r"(?P<era>令和|平成|昭和)\s?(?P<n>\d{1,2}|元)(?P<rest>年.*)"), None),
    "letters of reigns": (_LETTERS, None),
    "the Republic's name": (
        re.compile(r"(?:民國|民国)\s?(?P<n>\d{2,3})(?P<rest>[年/.-].*)"),
        _MINGUO,
    ),
    "the Republic": (re.compile(rf"(?P<n>1[0-4]\d)(?P<rest>{_AFTER})"), _MINGUO),
    "the Buddha": (
        re.compile(rf"{_YEAR_OF_BUDDHA}(?P<rest>{_AFTER}|[-/](?:0[1-9]|1[0-2]))"),
        _BUDDHA,
    ),
    "the Buddha, behind the day": (
        re.compile(
            rf"(?P<before>{_DAY_OF_MONTH}(?P<between>[-/.]){_DAY_OF_MONTH}(?P=between)|{_MONTH}/)"
            rf"{_YEAR_OF_BUDDHA}(?P<rest>{_TIME})"
        ),
        _BUDDHA,
    ),
}
NO_ERAS: Mapping[str, str] = {}
# R12.1.3 is a release as well, of which there are fewer than days.
_FEWEST_OF_LETTERS = 12
_YEARS = r"1[345]\d\d"
_OTHER_YEAR = re.compile(
    rf"{_YEARS}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:\D.*)?|\d{{1,2}}[-/. ]\d{{1,2}}[-/. ]{_YEARS}(?:\D.*)?"
)
_OTHER_MONTH = re.compile(
    r"\b(?:meskerem|ti[kq]i?e?mt|hidar|tahsas|yekatit|megabit|mi[ay]z[iy]a|g[ei]nbot|hamle|nehas[ei]|pagume?n?|"
    r"muharram|safar|rabi|jumada|rajab|sha'?ban|ramadan|shawwal|dhu|"
    r"farvardin|ordibehesht|khordad|tir|mordad|shahrivar|mehr|aban|azar|dey|bahman|esfand)\b",
    re.IGNORECASE,
)
_OTHER_HEAD = re.compile(
    r"\bE\.C\.?(?!\w)|\(EC\)|\bEC$|ethiopian|ዓ\.?\s?ም|hijri|jalali|shamsi", re.IGNORECASE
)
_DAY = re.compile(r"(?P<a>\d{1,4})[-/.](?P<m>\d{1,2})[-/.](?P<b>\d{1,4})(?:\D.*)?")
_MOST = 0.8
_OF_FISCAL_YEAR = re.compile(
    r"(?:Q[1-4]|H[12]|P\d{1,2})[-/ ]*FY[-/ ']*\d{2,4}(?:/\d{2,4})?|"
    r"FY[-/ ']*\d{2,4}(?:/\d{2,4})?[-/ ]*(?:Q[1-4]|H[12]|P\d{1,2})|"
    r"0(?:0[1-9]|1[0-6])[./]\d{4}",
    re.IGNORECASE,
)
_OF_31, _FEWEST_EQUAL = (1, 3, 5, 7, 8, 10, 12), 2


@dataclass(frozen=True, slots=True)
class _Counted:
    place: int
    era: str
    pattern: re.Pattern[str]
    offset: int | None


def with_our_years(framed: Framed, known: Mapping[str, str] = NO_ERAS) -> Framed:
    """With the year as ours in columns all of whose moments count years in another way, which is said.

    known: header -> name of the era, of columns of which it is known; of these each cell counts by itself.
    """
    for found in _counted(framed, known):
        cells, label = framed.columns[found.place], framed.labels[found.place]
        shown = next(cell for cell in cells if found.pattern.fullmatch(cell))
        columns = [*framed.columns]
        columns[found.place] = Cells([_ours(found, each) for each in p] for p in cells.pieces())
        said = _ours(found, shown)
        note = Sentence("intake.note_era", column=label, cell=shown, value=said)
        framed = replace(
            framed,
            columns=tuple(columns),
            notes=(*framed.notes, note),
            eras={**framed.eras, label: found.era},
        )
    return framed


def _counted(framed: Framed, known: Mapping[str, str]) -> Iterator[_Counted]:
    told = {label.casefold(): era for label, era in known.items()}
    for place, (label, cells) in enumerate(zip(framed.labels, framed.columns, strict=True)):
        if (era := told.get(label.casefold())) is not None:
            if any(map(ERAS[era][0].fullmatch, cells)):
                yield _Counted(place, era, *ERAS[era])
            continue
        sample = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
        for era, (pattern, offset) in ERAS.items() if len(sample) >= _FEWEST else ():
            fewest = _FEWEST_OF_LETTERS if pattern is _LETTERS else _FEWEST
            if len(sample) >= fewest and all(map(pattern.fullmatch, sample)):
                yield _Counted(place, era, pattern, offset)
                break


def _ours(found: _Counted, cell: str) -> str:
    match = found.pattern.fullmatch(cell)
    if match is None:
        return cell
    parts = match.groupdict()
    offset = found.offset if found.offset is not None else _REIGNS[parts["era"]]
    year = offset + (1 if parts["n"] == "元" else int(parts["n"]))
    return f"{parts.get('before') or ''}{year}{parts['rest']}"


def require_our_calendar(framed: Framed) -> None:
    """Raises InvalidInput naming a column whose years or months are those of another calendar."""
    for label, cells in zip(framed.labels, framed.columns, strict=True):
        sample = [plainly(cell) for cell in cells.sample(_SAMPLE) if not is_null(cell)]
        if len(sample) < _FEWEST:
            continue
        for is_other in (_OTHER_YEAR.fullmatch, _has_other_month):
            if sum(is_other(cell) is not None for cell in sample) > _MOST * len(sample):
                raise InvalidInput("intake.other_calendar", column=label, cell=sample[0])


def require_calendar_years(framed: Framed) -> None:
    """Raises InvalidInput naming a column of parts of fiscal years, Q1 FY2026 or 001.2026."""
    for label, cells in zip(framed.labels, framed.columns, strict=True):
        known = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
        if len(known) >= _FEWEST and all(map(_OF_FISCAL_YEAR.fullmatch, known)):
            raise InvalidInput("intake.fiscal_periods", column=label, cell=known[0])


def _has_other_month(cell: str) -> re.Match[str] | None:
    return _OTHER_MONTH.search(cell) if any(map(str.isdigit, cell)) else None


def require_our_days(label: str, cells: Sequence[str], is_read: Callable[[str], bool]) -> None:
    """Raises InvalidInput where days show months that ours are not: Ethiopia's have 30 days each, and a thirteenth has
    five or six; or where the head says so.

    is_read: whether a cell is a day of our calendar.
    """
    if _OTHER_HEAD.search(label) is not None:
        shown = next((cell for cell in cells if not is_null(cell)), "")
        raise InvalidInput("intake.other_calendar", column=label, cell=shown)
    days = {cell: _month_and_day(found) for cell in cells if (found := _DAY.fullmatch(cell))}
    strange = [cell for cell in days if not is_read(cell)]
    if not strange or not all(_is_of_equal_months(*days[cell]) for cell in strange):
        return
    # One day that is none may be a slip; months of 31 days whose 30th is there and whose 31st is not are none.
    there = set(days.values())
    equal = [month for month in _OF_31 if (month, 30) in there and (month, 31) not in there]
    if len(equal) >= _FEWEST_EQUAL:
        raise InvalidInput("intake.other_calendar", column=label, cell=strange[0])


def _month_and_day(found: re.Match[str]) -> tuple[int, int]:
    return int(found["m"]), int(found["b"] if len(found["a"]) == 4 else found["a"])


def _is_of_equal_months(month: int, day: int) -> bool:
    """30 February, and up to the sixth of a thirteenth month."""
    return (month == 2 and day in (29, 30)) or (13 in (month, day) and min(month, day) <= 6)
