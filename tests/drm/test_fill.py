"""A delivery that lacks rows is one that lacks them by its own rhythm, and not by chance, a weekend or a holiday."""

import random
from datetime import datetime, timedelta

import pytest

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.drm.fill import fill_of
from iop_pipelines.drm.source import DrmRun
from iop_pipelines.drm.tables import RunStatus

MONDAY = datetime(2026, 3, 2)
DAY = timedelta(days=1)


def run(at, rows, start=None, length=DAY):
    start = start or MONDAY + at * length
    ended = start + length
    return DrmRun(
        *(at + 1, "p", "d", RunStatus.SUCCESS, ended, ended, ended, start, start + length),
        *(rows, None, str(at), None, None),
    )


def days(rows):
    return [run(at, each) for at, each in enumerate(rows)]


def is_short(runs, calendar=None):
    fill = fill_of(runs, calendar)
    return None if fill is None else fill.is_short


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([1000] * 8 + [500], True),
        ([1000] * 8 + [501], False),
        ([1000] * 8 + [0], True),
        ([1000, 900, 1000, 700, 1000, 1000, 1000, 1000, 450], False),
        ([1000, 1000, 1000, 400], None),
        ([12] * 8 + [5], False),
        ([1000] * 8 + [3000], False),
    ],
    ids=[
        "half",
        "more than half",
        "nothing",
        "no farther below than twice the lowest of before",
        "three before",
        "what chance takes from a small count",
        "more than usual",
    ],
)
def test_what_is_told_of_a_row_of_days(rows, told):
    assert is_short(days(rows)) is told


def test_a_quiet_weekend_is_compared_with_weekends():
    weeks = ([1000] * 5 + [100] * 2) * 5
    assert not any(is_short(days(weeks[: at + 1])) for at in range(7, len(weeks)))
    assert is_short(days([*weeks, 400])), "a Monday of 400 is short though Sundays have 100"


def test_a_holiday_is_neither_judged_nor_compared_with():
    calendar = calendar_of(CalendarDeclaration.model_validate({"countries": [{"country": "DE"}]}))
    christmas = datetime(2026, 12, 25)
    first = christmas - 28 * DAY
    before = [run(at, 1000, first + at * DAY) for at in range(28)]
    quiet = run(28, 90, christmas)
    assert is_short([*before, quiet]) is True
    assert is_short([*before, quiet], calendar) is None
    later = [run(30 + at, 1000, christmas + (14 + at) * DAY) for at in range(6)]
    assert is_short([*before, quiet, *later, run(40, 400, christmas + 20 * DAY)], calendar) is True


def test_a_window_that_was_delivered_again_in_full_is_whole():
    runs = days([1000] * 8 + [300])
    again = run(20, 1000, runs[-1].window_start)
    assert is_short(runs) is True
    assert is_short([*runs, again]) is False


def test_hours_are_compared_with_the_same_hour():
    hour = timedelta(hours=1)
    usual = [1000 if 8 <= at % 24 < 20 else 60 for at in range(24 * 10)]
    runs = [run(at, rows, length=hour) for at, rows in enumerate(usual)]
    noon = 24 * 10 + 12
    more = [run(at, usual[at % 24], length=hour) for at in range(24 * 10, noon)]
    assert is_short([*runs, *more, run(noon, 450, length=hour)]) is True
    assert is_short([*runs, run(24 * 10, 60, length=hour)]) is False


@pytest.mark.parametrize("mean", [3, 30, 300])
def test_chance_alone_makes_no_delivery_short(mean):
    draw = random.Random(mean)
    rows = [sum(draw.random() < mean / 1000 for _ in range(1000)) for _ in range(300)]
    runs = days(rows)
    told = [at for at in range(5, len(runs)) if is_short(runs[max(0, at - 80) : at + 1])]
    assert told == []
