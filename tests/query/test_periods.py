"""Periods in words."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.domain.conditions import Span
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.periods import YearAndWeek, resolve_period, shift
from iop_pipelines.errors import InvalidQuery

# Wednesday 13 March 2013, 01:00 UTC: still the 12th in New York, and already the 13th in Lagos.
NOW = datetime(2013, 3, 13, 1)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("today", "2013-03-12", "2013-03-13"),
        ("yesterday", "2013-03-11", "2013-03-12"),
        ("this_week", "2013-03-11", "2013-03-18"),
        ("last_week", "2013-03-04", "2013-03-11"),
        ("this_month", "2013-03-01", "2013-04-01"),
        ("last_month", "2013-02-01", "2013-03-01"),
        ("last_quarter", "2012-10-01", "2013-01-01"),
        ("this_quarter", "2013-01-01", "2013-04-01"),
        ("last_year", "2012-01-01", "2013-01-01"),
        ("last_7_days", "2013-03-05", "2013-03-12"),
        ("last_2_weeks", "2013-02-25", "2013-03-11"),
        ("last_3_months", "2012-12-01", "2013-03-01"),
    ],
)
def test_words_are_whole_days_of_the_zone(words, start, end):
    period = resolve_period(words, NOW, "America/New_York", "where")
    assert (period.start.isoformat(), period.end.isoformat()) == (
        f"{start}T00:00:00",
        f"{end}T00:00:00",
    )
    assert period.previous().end == period.start


def test_the_same_moment_is_another_day_elsewhere():
    assert resolve_period("today", NOW, "Africa/Lagos", "where").start == datetime(2013, 3, 13)


def test_the_month_before_has_its_own_length():
    before = resolve_period("last_month", NOW, "UTC", "where").previous()
    assert (before.start, before.end) == (datetime(2013, 1, 1), datetime(2013, 2, 1))


def test_bounds_in_another_zone_follow_its_clocks():
    # New York's 10 March 2013 had 23 hours.
    period = resolve_period(
        Span.model_validate({"from": "2013-03-10", "to": "2013-03-10"}),
        NOW,
        "America/New_York",
        "w",
    )
    start, end = period.in_zone("UTC")
    assert (start, end) == (datetime(2013, 3, 10, 5), datetime(2013, 3, 11, 4))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("last_month", "February 2013"),
        ("last_year", "2012"),
        ("yesterday", "2013-03-11"),
        ("last_7_days", "2013-03-05 to 2013-03-11"),
        (
            Span.model_validate({"from": "2013-03-01T06:00", "to": "2013-03-01"}),
            "2013-03-01 06:00 to before 2013-03-02 00:00",
        ),
    ],
)
def test_a_period_says_itself(words, said):
    assert resolve_period(words, NOW, "America/New_York", "where").describe().english == said


@pytest.mark.parametrize(
    "words", ["", "last_0_days", "last_month ", "LAST_MONTH", "last_10000_days"]
)
def test_other_words_are_refused(words):
    with pytest.raises(InvalidQuery):
        resolve_period(words, NOW, "UTC", "where.value")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2013-02-01", "2013-01-31"),
        ("2013-02-01", "2013-02-01T00:00"),
        ("x", "2013-02-01"),
        ("2013-02-30", "2013-03-01"),
    ],
)
def test_a_period_must_begin_before_it_ends(start, end):
    with pytest.raises(InvalidQuery):
        resolve_period(Span.model_validate({"from": start, "to": end}), NOW, "UTC", "where.value")


def between(start: str, end: str) -> Span:
    return Span.model_validate({"from": start, "to": end})


def test_the_last_day_belongs_to_a_period_and_an_end_with_a_time_does_not():
    year = resolve_period(between("2016-01-01", "2016-12-31"), NOW, "UTC", "w")
    assert (year.end, year.describe().english) == (datetime(2017, 1, 1), "2016")
    day = resolve_period(between("2016-02-29", "2016-02-29"), NOW, "UTC", "w")
    assert (day.start, day.end) == (datetime(2016, 2, 29), datetime(2016, 3, 1))
    for text in ("2016-12-31T00:00", "2016-12-31 00:00:00", "20161231T00"):
        assert resolve_period(between("2016-01-01", text), NOW, "UTC", "w").end == datetime(
            2016, 12, 31
        )
    with pytest.raises(InvalidQuery, match="last day"):
        resolve_period(between("9999-01-01", "9999-12-31"), NOW, "UTC", "w")


def test_where_every_day_must_mean_the_same_words_are_refused():
    assert resolve_period(between("2016-01-01", "2016-01-01"), None, "UTC", "w").is_whole_days
    with pytest.raises(InvalidQuery, match="another period every day"):
        resolve_period("yesterday", None, "UTC", "w")


@pytest.mark.parametrize("start", ["1000-01-01", "1813-02-01", "2000-02-29", "9799-12-31"])
def test_a_period_of_200_years_is_the_longest(start):
    first = datetime.fromisoformat(start)
    last = first.replace(year=first.year + 200, day=min(first.day, 28))
    assert resolve_period(between(start, last.isoformat()), NOW, "UTC", "period").end == last
    longer = last + timedelta(days=1, microseconds=1)
    if longer.year < 9999:
        with pytest.raises(InvalidQuery, match="longer than 200 years") as caught:
            resolve_period(between(start, longer.isoformat()), NOW, "UTC", "period")
        assert caught.value.field == "period"


def test_words_reach_no_farther():
    assert resolve_period("last_2400_months", NOW, "UTC", "w").start == datetime(1813, 3, 1)
    with pytest.raises(InvalidQuery, match="longer than 200 years"):
        resolve_period("last_2401_months", NOW, "UTC", "w")


ENDS = [
    ("1000-01-01", "1000-01-01T00:00:00.000001"),
    ("1000-01-01", "1199-12-31"),
    ("9799-12-31", "9999-12-30"),
    ("9999-12-31T23:59:59.999998", "9999-12-31T23:59:59.999999"),
    ("9998-12-31", "9999-12-31T23:59:59.999999"),
]
ZONES = ["UTC", "America/New_York", "Pacific/Kiritimati", "Africa/Lagos"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("there", ZONES)
@pytest.mark.parametrize(("start", "end"), ENDS)
def test_the_ends_of_the_calendar_break_nothing(start, end, zone, there):
    period = resolve_period(between(start, end), NOW, zone, "w")
    before = period.previous()
    assert before.end == period.start
    assert before.start.year >= 800
    assert all(period.describe().alone(each) for each in Language)
    assert period.in_zone(there)[0] <= period.in_zone(there)[1]


def test_a_moment_before_the_year_1000_is_refused_with_its_path():
    with pytest.raises(InvalidQuery, match="before the year 1000") as caught:
        resolve_period(between("0001-01-01", "0002-01-01"), NOW, "UTC", "where.value")
    assert caught.value.field == "where.value.from"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-500, 500))
def test_shifting_months_keeps_the_day_or_cuts_it(moment, count):
    there = shift(moment, count, "month")
    assert (there.year * 12 + there.month) - (moment.year * 12 + moment.month) == count
    assert there.day <= moment.day
    assert there.time() == moment.time()


@pytest.mark.parametrize(
    ("words", "now", "month", "start", "end"),
    [
        # Years from February: quarters from February, May, August and November.
        ("this_fiscal_quarter", "2026-11-29", 2, "2026-11-01", "2027-02-01"),
        ("last_fiscal_quarter", "2026-11-29", 2, "2026-08-01", "2026-11-01"),
        ("fiscal_quarter_to_date", "2026-11-29", 2, "2026-11-01", "2026-11-30"),
        ("this_fiscal_quarter", "2027-01-31", 2, "2026-11-01", "2027-02-01"),
        ("last_fiscal_quarter", "2028-02-29", 2, "2027-11-01", "2028-02-01"),
        # Years from April have the quarters of the calendar.
        ("this_fiscal_quarter", "2026-11-29", 4, "2026-10-01", "2027-01-01"),
        ("this_fiscal_quarter", "2026-03-31", 3, "2026-03-01", "2026-06-01"),
    ],
)
def test_fiscal_quarters_are_counted_from_the_fiscal_year(words, now, month, start, end):
    noon = datetime.fromisoformat(f"{now}T12:00")
    found = resolve_period(words, noon, "UTC", "p", begins=YearAndWeek(0, month))
    assert (str(found.start.date()), str(found.end.date())) == (start, end)


def test_a_fiscal_quarter_is_compared_with_the_one_before_and_that_of_the_year_before():
    last = resolve_period(
        "last_fiscal_quarter", datetime(2026, 11, 29), "UTC", "p", begins=YearAndWeek(0, 2)
    )
    assert last.previous().start == datetime(2026, 5, 1)
    assert last.previous().end == datetime(2026, 8, 1)
    assert last.last_year().start == datetime(2025, 8, 1)
