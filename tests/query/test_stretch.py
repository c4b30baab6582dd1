"""Where data ended long ago its own last days are shown, and where it goes on a period that moves with it."""

from datetime import date, datetime

import pytest

from iop_pipelines.query.stretch import last_stretch

NOW = datetime(2026, 11, 30, 10, 30)


# Counted on a calendar: both days belong to it.
@pytest.mark.parametrize(
    ("freq", "newest", "first", "last"),
    [
        ("h", datetime(2004, 5, 31, 23), date(2004, 5, 18), date(2004, 5, 31)),
        ("D", datetime(2017, 12, 31), date(2017, 10, 3), date(2017, 12, 31)),
        ("W", datetime(2017, 12, 25), date(2017, 1, 2), date(2017, 12, 31)),
        ("MS", datetime(2017, 12, 1), date(2015, 1, 1), date(2017, 12, 31)),
        ("MS", datetime(2004, 2, 1), date(2001, 3, 1), date(2004, 2, 29)),
        (None, datetime(2017, 12, 31, 15), date(2017, 10, 3), date(2017, 12, 31)),
        # Beyond now, as plans are.
        ("D", datetime(2027, 1, 31), date(2026, 11, 3), date(2027, 1, 31)),
    ],
)
def test_data_that_ended_is_shown_by_its_own_last_days(
    freq: str | None, newest: datetime, first: date, last: date
) -> None:
    found = last_stretch(freq, newest, NOW)
    assert (found.first, found.last) == (first, last)
    assert found.period == {"from": first.isoformat(), "to": last.isoformat()}
    assert not found.is_current


@pytest.mark.parametrize(
    ("freq", "newest", "words"),
    [
        ("h", datetime(2026, 11, 30, 8), "last_14_days"),
        ("D", datetime(2026, 11, 28), "last_90_days"),
        ("W", datetime(2026, 11, 16), "last_52_weeks"),
        ("MS", datetime(2026, 9, 1), "last_36_months"),
    ],
)
def test_data_that_goes_on_is_shown_by_words(freq: str, newest: datetime, words: str) -> None:
    found = last_stretch(freq, newest, NOW)
    assert found.period == words
    assert found.is_current


def test_it_begins_no_earlier_than_the_data() -> None:
    oldest = datetime(2017, 12, 1)
    found = last_stretch("D", datetime(2017, 12, 31), NOW, oldest=oldest)
    assert found.days() == {"from": "2017-12-01", "to": "2017-12-31"}


def test_half_yearly_data_is_late_later() -> None:
    newest = datetime(2025, 7, 1)
    assert not last_stretch("MS", newest, NOW).is_current
    assert last_stretch("MS", newest, NOW, every=6).is_current
