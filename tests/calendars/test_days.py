"""Which days are special, by dates that people who live there would name."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from iop_pipelines.calendars.countries import holidays_of, known_as
from iop_pipelines.calendars.days import Calendar, Day
from iop_pipelines.domain.calendars import CalendarDeclaration, CountryDays
from iop_pipelines.domain.languages import Language


def calendar(**declared) -> Calendar:
    return Calendar(CalendarDeclaration.model_validate(declared))


def of(country, **more) -> Calendar:
    return calendar(countries=[{"country": country, **more}])


@pytest.mark.parametrize("country", ["NG", "KE", "DZ", "MA", "TN", "SO"])
def test_eid_is_one_holiday_in_the_past_and_in_2027(country):
    """The moon was seen on 9 April 2024, and is reckoned for 9 March 2027; countries differ by a day."""
    found = []
    for new_moon in (date(2024, 4, 9), date(2027, 3, 9)):
        near = of(country).between(new_moon - timedelta(days=2), new_moon + timedelta(days=2))
        eid = [one for one in near.values() if one.name == "Eid al-Fitr" and one.offset == 0]
        assert eid, f"{country} keeps Eid al-Fitr about {new_moon}"
        found.append(eid[0])
    assert found[0] == found[1] == Day("Eid al-Fitr", "holiday")


@pytest.mark.parametrize("country", ["NG", "KE", "DZ", "MA", "TN", "SO", "EG", "CN", "JP", "DE"])
def test_no_identity_says_what_holds_of_one_year_alone(country):
    days = of(country).between(date(2015, 1, 1), date(2030, 12, 31))
    assert days
    said = {one.name for one in days.values()}
    assert {name for name in said if "estimated" in name or "observed" in name} == set()
    assert not any(char.isdigit() and "/" in name for name in said for char in name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Eid al-Fitr (estimated)", "Eid al-Fitr"),
        ("Islamic New Year (observed, estimated)", "Islamic New Year"),
        ("Christmas Day (observed)", "Christmas Day"),
        ("Day off (substituted from 10/08/2024)", "Day off"),
        ("Hosay (Ashura)", "Hosay (Ashura)"),
    ],
)
def test_a_holiday_is_known_by_its_own_name(text, name):
    assert known_as(text) == name


def test_the_language_of_the_process_changes_no_name():
    program = (
        "from datetime import date; from iop_pipelines.calendars.countries import holidays_of;"
        "from iop_pipelines.domain.calendars import CountryDays;"
        "print(sorted(h.name for c in ('DZ', 'DE', 'TH') for day in"
        " holidays_of(CountryDays(country=c), [2026]).values() for h in day))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "LANG": lang, "LANGUAGE": lang.split(".")[0]},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for lang in ("C", "fr_FR.UTF-8", "de_DE.UTF-8", "ar_DZ.UTF-8")
    }
    assert len(said) == 1
    assert "Eid al-Fitr" in said.pop()


def test_days_of_one_holiday_are_told_apart_and_recur_as_such():
    algeria = of("DZ")
    april, march = date(2024, 4, 10), date(2025, 3, 30)
    for nth in range(3):
        day = timedelta(days=nth)
        assert algeria.at(april + day) == Day("Eid al-Fitr", "holiday", nth=nth + 1)
    assert algeria.at(march) == algeria.at(april)


def test_thanksgiving_takes_the_friday_the_weekend_and_a_day_on_each_side():
    found = of("US").between(date(2013, 11, 25), date(2013, 12, 4))
    assert {day: one.offset for day, one in found.items()} == {
        date(2013, 11, 27): -1,
        date(2013, 11, 28): 0,
        date(2013, 11, 29): 1,
        date(2013, 11, 30): 2,
        date(2013, 12, 1): 3,
        date(2013, 12, 2): 4,
    }
    assert {one.name for one in found.values()} == {"Thanksgiving Day"}


def test_the_days_between_christmas_and_new_year_are_near_them():
    found = of("DE").between(date(2013, 12, 20), date(2014, 1, 5))
    assert [day.day for day in found] == [24, 25, 26, 27, 28, 29, 30, 31, 1, 2]
    assert found[date(2013, 12, 31)] == Day("New Year's Day", "holiday", offset=-1)


def test_an_ordinary_week_has_no_special_day():
    assert of("US").between(date(2013, 2, 4), date(2013, 2, 12)) == {}
    assert of("AU", subdivision="VIC").between(date(2015, 2, 16), date(2015, 2, 26)) == {}


def test_a_subdivision_has_its_own():
    grand_final = date(2015, 10, 2)
    assert of("AU", subdivision="VIC").at(grand_final) is not None
    assert of("AU", subdivision="WA").at(grand_final) is None


def test_a_category_adds_its_days():
    eve, bank = date(2024, 12, 24), date(2024, 8, 5)
    south = of("AU", subdivision="SA", categories=["public", "half_day"]).at(eve)
    assert south is not None
    assert (south.kind, south.offset) == ("half_day", 0)
    assert of("AU", subdivision="SA").at(eve) == Day("Christmas Day", "holiday", offset=-1)
    wales = of("AU", subdivision="NSW", categories=["public", "bank"])
    assert wales.at(bank) == Day("Bank Holiday", "holiday")
    assert of("AU", subdivision="NSW").at(bank) is None


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ({"month": 6, "day": 1}, [date(2024, 6, 1), date(2025, 6, 1)]),
        (
            {"month": 11, "weekday": "fri", "nth": 4},
            [date(2024, 11, 22), date(2025, 11, 28)],
        ),
        ({"month": 2, "day": 29}, [date(2024, 2, 29)]),
        ({"month": 5, "weekday": "mon", "nth": "last"}, [date(2024, 5, 27), date(2025, 5, 26)]),
    ],
)
def test_a_rule_comes_each_year(every, days):
    own = calendar(events=[{"name": "Ours", "every": every}])
    found = own.between(date(2024, 1, 1), date(2025, 12, 31))
    assert list(found) == days
    assert set(found.values()) == {Day("Ours", "event")}


def test_a_rule_without_a_month_comes_each_month_that_has_the_day():
    last_friday = calendar(
        events=[{"name": "Stock-taking", "every": {"weekday": "fri", "nth": "last"}}]
    )
    found = last_friday.between(date(2024, 1, 1), date(2024, 4, 30))
    assert [day.isoformat() for day in found] == [
        *("2024-01-26", "2024-02-23", "2024-03-29", "2024-04-26"),
    ]
    fifth = calendar(events=[{"name": "Fifth", "every": {"weekday": "mon", "nth": 5}}])
    assert list(fifth.between(date(2024, 1, 1), date(2024, 4, 30))) == [
        date(2024, 1, 29),
        date(2024, 4, 29),
    ]


def test_an_event_lasts_as_long_as_it_says_and_over_new_year():
    fair = calendar(events=[{"name": "Fair", "dates": ["2024-12-30"], "days": 4}])
    found = fair.between(date(2024, 1, 1), date(2025, 12, 31))
    assert [(day.isoformat(), one.nth) for day, one in found.items()] == [
        ("2024-12-30", 1),
        ("2024-12-31", 2),
        ("2025-01-01", 3),
        ("2025-01-02", 4),
    ]


@pytest.mark.parametrize(
    ("pay_day", "days"),
    [
        (25, ["2024-05-25", "2024-06-25"]),
        (31, ["2024-05-31", "2024-06-30"]),
        ("last", ["2024-05-31", "2024-06-30"]),
        # The 30th of June 2024 is a Sunday.
        ("last_open", ["2024-05-31", "2024-06-28"]),
    ],
)
def test_pay_day_is_in_every_month(pay_day, days):
    found = calendar(pay_day=pay_day).between(date(2024, 5, 1), date(2024, 6, 30))
    assert [day.isoformat() for day in found] == days


def test_a_quarter_ends_on_its_last_open_day_and_is_more_than_a_month_end():
    found = calendar(month_end=True, quarter_end=True).between(date(2024, 5, 1), date(2024, 7, 31))
    assert [(day.isoformat(), one.kind) for day, one in found.items()] == [
        ("2024-05-31", "month_end"),
        ("2024-06-28", "quarter_end"),
        ("2024-07-31", "month_end"),
    ]


def test_nothing_is_expected_of_a_closed_day_or_a_holiday():
    shop = calendar(countries=[{"country": "DE"}], opening_days=["mon", "tue", "wed", "thu", "fri"])
    assert shop.is_open(date(2024, 5, 8))
    assert not shop.is_open(date(2024, 5, 9)), "Ascension Day"
    assert not shop.is_open(date(2024, 5, 11)), "a Saturday"


def test_the_weekend_is_the_countrys():
    assert of("DZ").rest_days == {4, 5}
    assert of("DE").rest_days == {5, 6}


@pytest.mark.parametrize(
    ("country", "day", "english", "french"),
    [
        ("US", date(2024, 12, 25), "Christmas Day", "Noël"),
        ("FR", date(2024, 7, 14), "National Day", "Fête nationale"),
        ("NG", date(2024, 4, 10), "Eid al-Fitr", "Aïd el-Fitr"),
        ("US", date(2024, 1, 1), "New Year's Day", "Jour de l'an"),
    ],
)
def test_a_holiday_is_called_what_readers_call_it(country, day, english, french):
    there = of(country)
    one = there.at(day)
    assert one is not None
    assert there.names_of(one, day.year) == {Language.EN: english, Language.FR: french}


def test_a_day_that_is_off_and_half_off_is_off():
    given = CountryDays(country="AU", subdivision="SA", categories=("half_day", "public"))
    for ones in holidays_of(given, [2024]).values():
        assert len({one.name for one in ones}) == len(ones)
        assert ones[0].is_half_day is all(one.is_half_day for one in ones)


@pytest.mark.parametrize(
    "declared",
    [
        *({"countries": [{"country": each}]} for each in ("DE", "US", "NG", "MA", "TH", "IL")),
        {"events": [{"name": "Fair", "dates": ["2021-12-01"], "days": 60}], "pay_day": "last_open"},
        {"events": [{"name": "Sale", "every": {"month": 12, "day": "last"}, "days": 9}]},
    ],
)
def test_a_day_is_the_same_whatever_years_are_asked_with_it(declared):
    together = calendar(**declared).between(date(2018, 3, 1), date(2026, 10, 31))
    alone = calendar(**declared)
    days = (date(2018, 3, 1) + timedelta(days=each) for each in range(3167))
    by_itself = {day: alone.at(day) for day in days}
    assert together == {day: one for day, one in by_itself.items() if one is not None}
