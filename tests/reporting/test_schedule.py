"""The words of a schedule, and daylight saving."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.domain.languages import Language
from iop_pipelines.errors import InvalidInput
from iop_pipelines.reporting.schedule import (
    due_slots,
    local_to_utc,
    next_times,
    parse_schedule,
    utc_to_local,
)

NEW_YORK = "America/New_York"
NOW = datetime(2013, 1, 15, 12)


def local_times(text: str, n: int = 3, now: datetime = NOW) -> list[str]:
    schedule = parse_schedule(text)
    return [
        f"{utc_to_local(t, schedule.zone):%a %m-%d %H:%M}" for t in next_times(schedule, now, n)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daily 09:00 Africa/Lagos", ["Wed 01-16 09:00", "Thu 01-17 09:00", "Fri 01-18 09:00"]),
        ("daily", ["Wed 01-16 06:00", "Thu 01-17 06:00", "Fri 01-18 06:00"]),
        (
            "weekly mon 06:00 America/New_York",
            ["Mon 01-21 06:00", "Mon 01-28 06:00", "Mon 02-04 06:00"],
        ),
        ("weekly", ["Mon 01-21 06:00", "Mon 01-28 06:00", "Mon 02-04 06:00"]),
        ("weekly fri Africa/Lagos", ["Fri 01-18 06:00", "Fri 01-25 06:00", "Fri 02-01 06:00"]),
        ("monthly 1 06:00 UTC", ["Fri 02-01 06:00", "Fri 03-01 06:00", "Mon 04-01 06:00"]),
        ("monthly last 23:30 UTC", ["Thu 01-31 23:30", "Thu 02-28 23:30", "Sun 03-31 23:30"]),
        ("monthly first-mon 09:00 UTC", ["Mon 02-04 09:00", "Mon 03-04 09:00", "Mon 04-01 09:00"]),
        ("monthly last-fri 09:00 UTC", ["Fri 01-25 09:00", "Fri 02-22 09:00", "Fri 03-29 09:00"]),
        ("monthly", ["Fri 02-01 06:00", "Fri 03-01 06:00", "Mon 04-01 06:00"]),
        (
            "cron 30 7 * * 1-5 Africa/Lagos",
            ["Wed 01-16 07:30", "Thu 01-17 07:30", "Fri 01-18 07:30"],
        ),
        ("0 6 1,15 * *", ["Fri 02-01 06:00", "Fri 02-15 06:00", "Fri 03-01 06:00"]),
        ("0 */8 * jan,feb sun UTC", ["Sun 01-20 00:00", "Sun 01-20 08:00", "Sun 01-20 16:00"]),
        # Both kinds of day restricted: either is enough.
        ("0 0 18 * mon", ["Fri 01-18 00:00", "Mon 01-21 00:00", "Mon 01-28 00:00"]),
        ("@daily", ["Wed 01-16 00:00", "Thu 01-17 00:00", "Fri 01-18 00:00"]),
        # Case and spaces do not matter, and a day may have its whole name.
        (
            "  Weekly   MON , thu 09:00  africa/lagos ",
            ["Thu 01-17 09:00", "Mon 01-21 09:00", "Thu 01-24 09:00"],
        ),
        ("weekly Thursday and Mondays", ["Thu 01-17 06:00", "Mon 01-21 06:00", "Thu 01-24 06:00"]),
        ("WEEKDAYS 07:15 UTC", ["Wed 01-16 07:15", "Thu 01-17 07:15", "Fri 01-18 07:15"]),
        ("weekdays until 2013-01-17", ["Wed 01-16 06:00", "Thu 01-17 06:00"]),
        # The 31st, and the last day where there is none.
        ("monthly 31 09:00 UTC", ["Thu 01-31 09:00", "Thu 02-28 09:00", "Sun 03-31 09:00"]),
        ("monthly 15,30", ["Wed 01-30 06:00", "Fri 02-15 06:00", "Thu 02-28 06:00"]),
        ("monthly 20,last", ["Sun 01-20 06:00", "Thu 01-31 06:00", "Wed 02-20 06:00"]),
        ("quarterly", ["Mon 04-01 06:00", "Mon 07-01 06:00", "Tue 10-01 06:00"]),
        ("quarterly 31", ["Thu 01-31 06:00", "Tue 04-30 06:00", "Wed 07-31 06:00"]),
        ("quarterly last 18:00", ["Sun 03-31 18:00", "Sun 06-30 18:00", "Mon 09-30 18:00"]),
        ("yearly 02-29 UTC", ["Thu 02-28 06:00", "Fri 02-28 06:00", "Sat 02-28 06:00"]),
        # Monday 14 January 2013 is the week that is counted from; before `from` nothing is due.
        (
            "every 2 weeks mon from 2013-01-16",
            ["Mon 01-28 06:00", "Mon 02-11 06:00", "Mon 02-25 06:00"],
        ),
        (
            "every 2 weeks tue,fri 09:00 UTC from 2013-01-14",
            ["Fri 01-18 09:00", "Tue 01-29 09:00", "Fri 02-01 09:00"],
        ),
        # The 16th is a Wednesday: the Monday of its week is past.
        (
            "every 2 weeks mon,fri 09:00 UTC from 2013-01-16",
            ["Fri 01-18 09:00", "Mon 01-28 09:00", "Fri 02-01 09:00"],
        ),
        ("once 2013-02-01T09:00 Africa/Lagos", ["Fri 02-01 09:00"]),
        ("once 2012-02-01T09:00 Africa/Lagos", []),
    ],
)
def test_words_name_moments(text, expected):
    assert local_times(text) == expected


@pytest.mark.parametrize(
    ("text", "words", "cadence"),
    [
        ("daily 09:00 Africa/Lagos", "every day at 09:00 (Africa/Lagos)", "daily"),
        ("weekly", "every Monday at 06:00 (Africa/Lagos)", "weekly"),
        (
            "monthly first-mon",
            "on the first Monday of every month at 06:00 (Africa/Lagos)",
            "monthly",
        ),
        ("monthly last", "on the last day of every month at 06:00 (Africa/Lagos)", "monthly"),
        ("once 2026-12-01T09:00 UTC", "once on 1 December 2026 at 09:00 (UTC)", "once"),
        ("*/5 * * * *", "every 5 minutes (Africa/Lagos)", "daily"),
        ("weekdays 07:30", "Monday to Friday at 07:30 (Africa/Lagos)", "weekly"),
        ("weekly thu,mon", "every Monday and Thursday at 06:00 (Africa/Lagos)", "weekly"),
        (
            "monthly 31",
            "on day 31 of every month, or on its last day where it has none such, at 06:00 (Africa/Lagos)",
            "monthly",
        ),
        (
            "quarterly",
            "on day 1 of the first month of every quarter at 06:00 (Africa/Lagos)",
            "monthly",
        ),
        ("yearly 03-01", "every year on 1 March at 06:00 (Africa/Lagos)", "monthly"),
        (
            "every 2 weeks fri until 2027-01-31",
            "every Friday, every 2 weeks from the week of 1 January 2024, at 06:00, "
            "until 31 January 2027 (Africa/Lagos)",
            "weekly",
        ),
    ],
)
def test_a_schedule_describes_itself_and_its_full_text_means_the_same(text, words, cadence):
    schedule = parse_schedule(text, "Africa/Lagos")
    assert schedule.describe().english == words
    assert schedule.cadence == cadence
    again = parse_schedule(schedule.text, "Asia/Tokyo")
    assert again.describe().english == words
    assert again.text == schedule.text


@pytest.mark.parametrize(
    ("cron", "english", "french"),
    [
        ("30 6 * * 1-5", "Monday to Friday at 06:30", "Du lundi au vendredi à 06:30"),
        (
            "0 6,18 * * 0,6",
            "every Saturday and Sunday at 06:00 and 18:00",
            "Le samedi et le dimanche à 06:00 et 18:00",
        ),
        (
            "0 9 1,15 * *",
            "on days 1 and 15 of every month at 09:00",
            "Les 1er et 15 de chaque mois à 09:00",
        ),
        (
            "0 9 1-7 * *",
            "on days 1 to 7 of every month at 09:00",
            "Du 1er au 7 de chaque mois à 09:00",
        ),
        (
            "0 0 1 jan,jul *",
            "on day 1 of January and July at 00:00",
            "Le 1er du mois en janvier et juillet à 00:00",
        ),
        # Both kinds of day restricted: either is enough; a star with a step restricts too, and both are needed.
        (
            "0 9 13 * fri",
            "on day 13 of every month and every Friday, at 09:00 (on either, not only where both meet)",
            "Le 13 de chaque mois et le vendredi, à 09:00 (l’un ou l’autre suffit)",
        ),
        (
            "0 9 */15 * fri",
            "on days 1, 16 and 31 of every month, if it is a Friday, at 09:00",
            "Les 1er, 16 et 31 de chaque mois, si c’est un vendredi, à 09:00",
        ),
        ("@hourly", "every hour", "Toutes les heures"),
        ("*/15 * * * *", "every 15 minutes", "Toutes les 15 minutes"),
        ("* * * * *", "every minute", "Chaque minute"),
        (
            "*/15 8-17 * * mon",
            "every Monday, every 15 minutes from 08:00 to 17:45",
            "Le lundi, toutes les 15 minutes de 08:00 à 17:45",
        ),
        (
            "5 */2 * * *",
            "every day, every 2 hours from 00:05 to 22:05",
            "Tous les jours, toutes les 2 heures de 00:05 à 22:05",
        ),
        (
            "5,35 * * 7 *",
            "every day in July, at minutes 5 and 35 of every hour",
            "Tous les jours en juillet, aux minutes 5 et 35 de chaque heure",
        ),
        (
            "1,2 3,5,8,13 * * *",
            "every day, at minutes 1 and 2 of the hours 3, 5, 8 and 13",
            "Tous les jours, aux minutes 1 et 2 des heures 3, 5, 8 et 13",
        ),
    ],
)
def test_a_cron_expression_is_read_aloud_in_each_language(cron, english, french):
    words = parse_schedule(cron).words
    assert (words.english, words.alone(Language.FR)) == (english, french)


def _parts(lowest: int, highest: int) -> st.SearchStrategy[str]:
    number = st.integers(lowest, highest)
    ends = st.tuples(number, number).map(sorted)
    part = st.one_of(
        st.just("*"),
        number.map(str),
        ends.map(lambda two: f"{two[0]}-{two[1]}"),
        st.integers(1, 30).map(lambda step: f"*/{step}"),
    )
    return st.lists(part, min_size=1, max_size=2).map(",".join)


_CRONS = st.tuples(_parts(0, 59), _parts(0, 23), _parts(1, 28), _parts(1, 12), _parts(0, 6)).map(
    " ".join
)
_DAYS = [date(2012, 1, 1) + timedelta(days=n) for n in range(366)]


@given(_CRONS, _CRONS)
def test_what_is_said_of_a_cron_expression_is_due_when_that_is_due(one, other):
    """Words that are the same name the same days and times, in every language."""
    first, second = parse_schedule(one), parse_schedule(other)
    said = {
        language: (first.words.alone(language), second.words.alone(language))
        for language in Language
    }
    is_same = (
        first.times == second.times
        and [day for day in _DAYS if first.is_due_on(day) != second.is_due_on(day)] == []
    )
    assert all(is_same or a != b for a, b in said.values())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "empty"),
        ("hourly", "once 2026-12-01T09:00 ZONE, daily"),
        ("daily 25:00 UTC", "'25:00'"),
        ("daily 9:00", "'9:00'"),
        ("daily 09:00 Mars/Olympus", "'Mars/Olympus'"),
        ("daily 09:00 ../../etc/passwd", "no IANA time zone"),
        ("daily 09:00 UTC please", "no schedule"),
        ("weekly moonday 09:00", "'moonday'"),
        ("weekly mon,xyz 09:00", "'xyz'"),
        ("monthly 32 09:00", "1 to 31, last"),
        ("yearly 02-30", "'02-30'"),
        ("yearly march", "'march'"),
        ("quarterly 40", "'40'"),
        ("every 0 weeks mon", "1 to 52"),
        ("every 2 days", "no schedule"),
        ("weeks", "no schedule"),
        ("weeks mon 09:00", "no schedule"),
        ("weeks 2 mon 09:00", "no schedule"),
        ("daily until soon", "'soon' in"),
        ("daily until", "is no date"),
        ("daily from 2026-01-05", "no schedule"),
        ("until 2026-01-05", "no schedule"),
        ("once 2026-12-01T09:00 until 2027-01-01", "no schedule"),
        ("monthly fifth-mon", "'fifth-mon'"),
        ("once", "names no moment"),
        ("once tomorrow", "'tomorrow'"),
        ("cron 61 * * * *", "minute is '61'; it can be 0 to 59"),
        ("cron * * * *", "4 fields"),
        ("cron 0 0 31 2 *", "no year has"),
        ("cron */0 * * * *", "'*/0'"),
        ("cron 5-1 * * * *", "'5-1'"),
        ("daily 09:00 " + "x" * 128, "longer than 128"),
        # Short as it is given, and too long to be kept with its zone.
        ("cron " + ",".join(map(str, range(42))) + " * * * *", "longer than 128"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_accepted(text, named):
    with pytest.raises(InvalidInput) as caught:
        parse_schedule(text)
    assert named in str(caught.value)
    assert caught.value.field == "schedule"


@given(st.text(max_size=140))
def test_no_text_raises_anything_but_invalid_input(text):
    try:
        parse_schedule(text)
    except InvalidInput:
        return


@given(
    st.lists(
        st.sampled_from(
            [
                "daily",
                "weekly",
                "monthly",
                "cron",
                "once",
                "every",
                "2",
                "weeks",
                "quarterly",
                "yearly",
                "03-01",
                "tue,fri",
                "from",
                "2013-01-16",
                "until",
                "2014-05-01",
                "first-mon",
                "*",
                "0",
                "5",
                "*/7",
                "last",
                "mon",
                "09:00",
                "UTC",
                "1-5",
                "Etc/GMT-14",
            ]
        ),
        max_size=8,
    )
)
def test_no_mix_of_known_words_raises_anything_but_invalid_input(words):
    try:
        schedule = parse_schedule(" ".join(words))
    except InvalidInput:
        return
    times = next_times(schedule, NOW, 3)
    assert times == sorted(set(times))
    again = parse_schedule(schedule.text, "Asia/Tokyo")
    assert (again.text, next_times(again, NOW, 3)) == (schedule.text, times)


@given(
    st.integers(1, 52),
    st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), max_size=3),
    st.none() | st.dates(date(2012, 1, 1), date(2013, 12, 31)),
    st.none() | st.dates(date(2013, 1, 1), date(2016, 12, 31)),
)
def test_weeks_are_due_from_the_day_that_is_named_and_as_their_own_text_says(
    count, days, begin, until
):
    said = f"every {count} weeks {','.join(days)} 09:00 UTC"
    said += f" from {begin}" if begin else ""
    schedule = parse_schedule(said + (f" until {until}" if until else ""))
    long_ago = datetime(2011, 6, 1)
    times = next_times(schedule, long_ago, 5)
    assert all((begin or date.min) <= each.date() <= (until or date.max) for each in times)
    assert next_times(parse_schedule(schedule.text), long_ago, 5) == times


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))
def test_the_text_of_a_single_moment_names_it(moment):
    schedule = parse_schedule(f"once {moment.isoformat()} UTC")
    assert (
        parse_schedule(schedule.text).moment
        == schedule.moment
        == moment.replace(second=0, microsecond=0)
    )


def test_a_schedule_is_over_after_its_last_day():
    ending = parse_schedule("weekly mon 06:00 UTC until 2013-01-23")
    assert not ending.is_over(datetime(2013, 1, 21, 5))
    assert ending.is_over(datetime(2013, 1, 21, 6))


def test_a_skipped_time_happens_once_at_the_end_of_the_gap():
    # On 10 March 2013 the clocks of New York jumped from 02:00 to 03:00 EDT, 07:00 UTC.
    daily = parse_schedule(f"daily 02:30 {NEW_YORK}")
    slots = due_slots(daily, datetime(2013, 3, 9), datetime(2013, 3, 12))
    assert slots == [
        datetime(2013, 3, 9, 7, 30),
        datetime(2013, 3, 10, 7, 0),
        datetime(2013, 3, 11, 6, 30),
    ]


def test_a_doubled_hour_fires_once():
    # On 3 November 2013 01:30 came twice: 05:30 and 06:30 UTC.
    daily = parse_schedule(f"daily 01:30 {NEW_YORK}")
    slots = due_slots(daily, datetime(2013, 11, 3), datetime(2013, 11, 4))
    assert slots == [datetime(2013, 11, 3, 5, 30)]


def test_many_times_in_a_gap_are_one_moment():
    often = parse_schedule(f"cron */15 * * * * {NEW_YORK}")
    slots = due_slots(often, datetime(2013, 3, 10, 6, 40), datetime(2013, 3, 10, 7, 20))
    assert slots == [
        datetime(2013, 3, 10, 6, 45),
        datetime(2013, 3, 10, 7),
        datetime(2013, 3, 10, 7, 15),
    ]


def test_a_day_that_a_zone_left_out_still_has_its_report():
    # Samoa went from 29 to 31 December 2011 at midnight, 10:00 UTC.
    daily = parse_schedule("daily 12:00 Pacific/Apia")
    slots = due_slots(daily, datetime(2011, 12, 29, 22), datetime(2012, 1, 1))
    assert slots == [
        datetime(2011, 12, 30, 10),
        datetime(2011, 12, 30, 22),
        datetime(2011, 12, 31, 22),
    ]


def test_slots_are_half_open_so_that_no_tick_is_asked_twice():
    daily = parse_schedule("daily 06:00 UTC")
    slot = datetime(2013, 1, 16, 6)
    assert due_slots(daily, slot - timedelta(minutes=1), slot) == [slot]
    assert due_slots(daily, slot, slot + timedelta(minutes=1)) == []
    assert due_slots(daily, slot, slot) == []


def test_after_a_long_stop_only_the_latest_slots_are_given():
    often = parse_schedule("cron * * * * * UTC")
    slots = due_slots(often, datetime(2013, 1, 1), datetime(2013, 1, 2), limit=3)
    assert slots == [
        datetime(2013, 1, 1, 23, 58),
        datetime(2013, 1, 1, 23, 59),
        datetime(2013, 1, 2),
    ]


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)),
    st.sampled_from(
        [NEW_YORK, "Africa/Lagos", "Pacific/Apia", "Australia/Lord_Howe", "UTC", "Africa/Cairo"]
    ),
)
def test_a_local_time_becomes_the_first_moment_that_shows_it_or_later(local, zone):
    local = local.replace(second=0, microsecond=0)
    moment = local_to_utc(local, zone)
    assert utc_to_local(moment, zone) >= local
    assert utc_to_local(moment - timedelta(seconds=1), zone) < local
    if datetime.combine(local.date(), local.time(), ZoneInfo(zone)).astimezone(
        UTC
    ) == moment.replace(tzinfo=UTC):
        assert utc_to_local(moment, zone) == local


def test_reading_a_schedule_loads_nothing_heavy():
    code = (
        "import sys; import iop_pipelines.reporting.schedule; "
        "print([m for m in ('pandas', 'dagster', 'pydantic', 'sqlalchemy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
