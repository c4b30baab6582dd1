"""Days without a year are of the year in the file's name, or refused; none is ever put into another one."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, understand

Rows = Sequence[tuple[date, str]]
Order = Callable[[Sequence[date]], Rows]


def stretch(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def by_day(days: Sequence[date]) -> Rows:
    return [(day, shop) for day in days for shop in "AB"]


def backwards(days: Sequence[date]) -> Rows:
    return by_day(days)[::-1]


def by_shop(days: Sequence[date]) -> Rows:
    return [(day, shop) for shop in "AB" for day in days]


def by_shop_with_holes(days: Sequence[date]) -> Rows:
    """Each is closed on days on which the other is not."""
    return [row for n, row in enumerate(by_shop(days)) if n % 5]


def later_shop_first(days: Sequence[date]) -> Rows:
    """The shop that opened last is the first in the file."""
    opened = days[len(days) // 2]
    return [row for row in by_shop(days) if row[1] == "B" or row[0] >= opened]


def shuffled(days: Sequence[date]) -> Rows:
    rows = [*by_shop(days)]
    Random(7).shuffle(rows)
    return rows


def nearly_by_day(days: Sequence[date]) -> Rows:
    """Some were written down a day late."""
    rows = [*by_day(days)]
    for n in range(3, len(rows) - 3, 9):
        rows[n : n + 3] = reversed(rows[n : n + 3])
    return rows


ORDERS = (by_day, nearly_by_day, backwards, by_shop, by_shop_with_holes, later_shop_first, shuffled)
IN_ONE_YEAR = {
    "a week": stretch(date(2024, 1, 1), 7),
    "a month": stretch(date(2024, 3, 1), 31),
    "half a year": stretch(date(2024, 1, 1), 181),
    "a summer": stretch(date(2024, 5, 1), 150),
    "a year": stretch(date(2024, 1, 1), 366),
    "weekdays": [day for day in stretch(date(2024, 1, 1), 366) if day.weekday() < 5],
    "ends of quarters": [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)],
}  # fmt: skip
OVER_NEW_YEAR = {
    "a week": stretch(date(2023, 12, 29), 7),
    "two months": stretch(date(2023, 12, 1), 62),
    "a year": stretch(date(2023, 7, 1), 366),
    "weekdays": [day for day in stretch(date(2023, 10, 2), 200) if day.weekday() < 5],
    "without the holidays": [
        day for day in stretch(date(2023, 9, 1), 200) if not 355 < int(f"{day:%j}") <= 366
    ],
}


def dated(folder: Path, rows: Rows) -> set[tuple[str | None, str | None]]:
    path = folder / "sales_2024.csv"
    lines = [f"{day.day}-{day:%b},{shop},{n % 89 + 5}" for n, (day, shop) in enumerate(rows)]
    path.write_text("\n".join(["day,shop,n", *lines]) + "\n")
    found = understand(read_file(path), Given(), "UTC", refuse_to_guess)
    return {(row["day"], row["shop"]) for row in found.rows}


def refused(folder: Path, rows: Rows) -> str:
    with pytest.raises(InvalidInput) as raised:
        dated(folder, rows)
    return raised.value.sentence.code


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", OVER_NEW_YEAR)
def test_no_order_of_the_rows_hides_a_new_year(name: str, order: Order, tmp_path: Path) -> None:
    assert refused(tmp_path, order(OVER_NEW_YEAR[name])) == "intake.over_new_year"


@pytest.mark.parametrize("order", [by_day, nearly_by_day, backwards, by_shop])
@pytest.mark.parametrize("name", IN_ONE_YEAR)
def test_days_of_one_year_in_order_are_of_it(name: str, order: Order, tmp_path: Path) -> None:
    rows = order(IN_ONE_YEAR[name])
    assert dated(tmp_path, rows) == {(str(day), shop) for day, shop in rows}


@pytest.mark.parametrize("name", ["a month", "half a year", "a summer"])
def test_days_within_half_a_year_may_be_in_any_order(name: str, tmp_path: Path) -> None:
    rows = shuffled(IN_ONE_YEAR[name])
    assert dated(tmp_path, rows) == {(str(day), shop) for day, shop in rows}


OUT_OF_ORDER = {
    "the first shop was closed on the first day of the year": (
        ("A", "1230 1231 0102 0103"),
        ("B", "1231 0101 0102"),
    ),
    "the first shop opened after New Year": (("A", "0102 0103 0104"), ("B", "1230 1231 0102")),
    "the first shop closed before New Year": (("A", "1229 1230 1231"), ("B", "1230 0102 0103")),
}


@pytest.mark.parametrize("name", OUT_OF_ORDER)
def test_shops_that_follow_each_other_hide_no_new_year(name: str, tmp_path: Path) -> None:
    rows = [
        (date(2023 if day > "06" else 2024, int(day[:2]), int(day[2:])), shop)
        for shop, days in OUT_OF_ORDER[name]
        for day in days.split()
    ]
    assert refused(tmp_path, rows) == "intake.over_new_year"
