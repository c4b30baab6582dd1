"""What comes in a rhythm is expected again; what came at once is not."""

from datetime import datetime, timedelta

import pytest

from iop_pipelines.calendars.days import Calendar
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.datasets import Rhythm
from iop_pipelines.drm.deliveries import expected_after
from iop_pipelines.drm.source import DrmRun
from iop_pipelines.drm.tables import RunStatus

# A Monday.
FIRST = datetime(2026, 3, 2)
DAY = timedelta(days=1)


def delivered(number, window_start, window_end, finished, status=RunStatus.SUCCESS):
    return DrmRun(
        id=number,
        pipeline="sales",
        dataset="sales",
        status=status,
        scheduled_for=finished,
        started_at=finished,
        finished_at=finished,
        window_start=window_start,
        window_end=window_end,
        rows_ingested=10,
        bytes_ingested=1,
        content_checksum=str(number),
        error_msg=None,
        run_key=None,
    )


def daily(count, first=FIRST, lag=timedelta(hours=6), skip=()):
    """Each day's delivery, six hours after the day."""
    days = [first + each * DAY for each in range(count)]
    return [
        delivered(number, day, day + DAY, day + DAY + lag)
        for number, day in enumerate(days, 1)
        if (day + DAY + lag).weekday() not in skip
    ]


def test_a_daily_delivery_is_expected_the_next_day_and_missing_half_a_day_later():
    runs = daily(10)
    found = expected_after(runs, "UTC")
    assert found is not None
    last = runs[-1].finished_at
    assert last is not None
    assert found.due == last + DAY
    assert found.rhythm == DAY
    assert found.window_start == runs[-1].window_end
    assert not found.is_missing(last + 1.4 * DAY)
    assert found.is_missing(last + 1.6 * DAY)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fewer_than_five_deliveries_are_no_rhythm(count):
    assert expected_after(daily(count), "UTC") is None
    assert expected_after(daily(5), "UTC") is not None


def test_a_history_that_is_loaded_at_once_is_no_rhythm():
    at_once = [
        delivered(
            each, FIRST + each * DAY, FIRST + (each + 1) * DAY, datetime(2026, 11, 1, 9, 0, each)
        )
        for each in range(40)
    ]
    assert expected_after(at_once, "UTC") is None
    one_load = [delivered(1, datetime(2020, 1, 1), datetime(2026, 1, 1), datetime(2026, 11, 1))]
    assert expected_after(one_load, "UTC") is None


def test_after_a_history_at_once_five_that_came_in_time_are_a_rhythm():
    history = [
        delivered(
            each, FIRST + each * DAY, FIRST + (each + 1) * DAY, datetime(2026, 4, 1, 6, 0, each)
        )
        for each in range(30)
    ]
    live = daily(5, datetime(2026, 4, 1))
    assert expected_after([*history, *live[:4]], "UTC") is not None
    assert expected_after([*history, *live[:3]], "UTC") is None


def test_what_is_delivered_again_is_no_rhythm_and_no_delay():
    runs = daily(10)
    last = runs[-1].finished_at
    assert last is not None
    again = delivered(99, FIRST, FIRST + DAY, last + timedelta(hours=20))
    failed = delivered(100, last, last + DAY, last + timedelta(hours=22), status=RunStatus.FAILED)
    found = expected_after([*runs, again, failed], "UTC")
    assert found is not None
    assert found.due == last + DAY


def test_no_weekday_is_expected_that_never_had_a_delivery():
    """Deliveries come from Monday to Friday; after a Friday nothing is missing until Monday is over."""
    runs = daily(26, skip=(5, 6))
    last = max(run.finished_at for run in runs if run.finished_at)
    while last.weekday() != 4:
        runs = [run for run in runs if run.finished_at != last]
        last = max(run.finished_at for run in runs if run.finished_at)
    found = expected_after(runs, "UTC")
    assert found is not None
    assert found.due.weekday() == 0
    assert not found.is_missing(last + 3.2 * DAY)
    assert found.is_missing(last + 3.6 * DAY)


def test_no_delivery_is_expected_on_a_holiday_of_its_calendar():
    germany = Calendar(CalendarDeclaration.model_validate({"countries": [{"country": "DE"}]}))
    # The next would come on the 1st of May.
    runs = daily(12, datetime(2026, 4, 18))
    plain, by_calendar = (expected_after(runs, "Europe/Berlin", each) for each in (None, germany))
    assert plain is not None
    assert by_calendar is not None
    assert plain.due.date().isoformat() == "2026-05-01"
    assert by_calendar.due == plain.due + DAY


def test_nights_without_hourly_deliveries_are_pauses_that_it_had_before():
    hours = [
        FIRST + day * DAY + hour * timedelta(hours=1) for day in range(2) for hour in range(8, 20)
    ]
    runs = [
        delivered(each, hour, hour + timedelta(hours=1), hour + timedelta(hours=1, minutes=5))
        for each, hour in enumerate(hours)
    ]
    found = expected_after(runs, "UTC")
    last = runs[-1].finished_at
    assert found is not None
    assert last is not None
    assert not found.is_missing(last + timedelta(hours=13))
    assert found.is_missing(last + timedelta(hours=15))


def test_months_of_unequal_length_are_one_rhythm():
    starts = [datetime(2025, month, 1) for month in range(1, 13)]
    ends = [*starts[1:], datetime(2026, 1, 1)]
    runs = [
        delivered(each, start, end, end + 3 * DAY)
        for each, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    found = expected_after(runs, "UTC")
    assert found is not None
    assert 30 * DAY <= found.rhythm <= 31 * DAY
    assert not found.is_missing(datetime(2026, 2, 12))
    assert found.is_missing(datetime(2026, 3, 1))


def test_a_rhythm_that_is_declared_needs_no_history():
    declared = Rhythm(every="day", grace_hours=2)
    runs = daily(1)
    last = runs[0].finished_at
    assert last is not None
    found = expected_after(runs, "UTC", None, declared)
    assert found is not None
    assert (found.due, found.late) == (last + DAY, last + DAY + timedelta(hours=2))
    assert expected_after([], "UTC", None, declared) is None
