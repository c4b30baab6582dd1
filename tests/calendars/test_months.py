"""Days of the month found in series that were made with them, and in none that was made without."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.calendars.months import MonthDays, looks_at_months
from iop_pipelines.domain.calendars import CalendarDeclaration

DAYS = pd.date_range("2023-01-01", periods=1_000, freq="D")
WEEK = np.array([100.0, 100, 110, 120, 150, 180, 70])[DAYS.dayofweek]
LAST = np.asarray(DAYS.is_month_end)
# The last Monday to Friday of each month.
LAST_OPEN = DAYS.isin(pd.date_range("2023-01-01", periods=33, freq="BME"))


def looks(y, days=DAYS):
    return looks_at_months(days.to_numpy(), np.asarray(y, dtype=float)[:, None])[0]


def noise(seed=0):
    return np.random.default_rng(seed).normal(0, 6, len(DAYS))


@pytest.mark.parametrize(
    ("is_special", "found"),
    [
        (LAST, MonthDays(pay_day="last")),
        (LAST_OPEN, MonthDays(month_end=True)),
        (DAYS.day == 25, MonthDays(pay_day=25)),
        (DAYS.day == 1, MonthDays(pay_day=1)),
        (LAST_OPEN & (DAYS.month % 3 == 0), MonthDays(quarter_end=True)),
        (LAST_OPEN | (DAYS.day == 15), MonthDays(pay_day=15, month_end=True)),
    ],
)
@pytest.mark.parametrize("growth", [0.0, 0.5])
def test_a_day_of_the_month_that_is_there_is_found_and_stays_found(is_special, found, growth):
    y = (WEEK * (1 + 0.4 * is_special) + noise()) * (1 + growth) ** (np.arange(1_000) / 365)
    seen = looks(y)
    # The days up to the 11th of May, July and September 2023, January and September 2024, and May 2025.
    assert [each.rows for each in seen] == [131, 192, 254, 376, 620, 862]
    assert seen[-1].found == found
    assert seen[-1].strength > 0.3
    first = next(at for at, each in enumerate(seen) if each.found == found)
    assert {each.found for each in seen[first:]} == {found}


def test_of_a_day_on_which_less_happens_it_is_found_too():
    assert looks(WEEK * (1 - 0.3 * LAST) + noise())[-1].found == MonthDays(pay_day="last")


def test_nothing_is_found_where_days_of_the_month_mean_nothing():
    """A thousandth of six looks at 400 series is 2.4 at most; 8 or more would come once in 300 times."""
    rng = np.random.default_rng(5)
    steps = rng.normal(size=(1_000, 400))
    steps[:, :100] *= 1.0
    steps[:, 100:200] = np.cumsum(steps[:, 100:200], axis=0)
    steps[:, 200:300] = rng.poisson(0.2, (1_000, 100))
    steps[:, 300:] = np.exp(steps[:, 300:]) * WEEK[:, None] * 1.001 ** np.arange(1_000)[:, None]
    together = looks_at_months(DAYS.to_numpy(), steps)
    assert sum(any(each.found for each in one) for one in together) < 8
    assert together[7] == looks(steps[:, 7])


def test_what_was_seen_depends_on_nothing_after_and_gaps_do_not_matter():
    y = WEEK * (1 + 0.4 * LAST) + noise()
    before = looks(y)[:4]
    changed = y.copy()
    changed[376:] = -(10.0**6)
    assert looks(changed)[:4] == before
    assert looks(y[:500], DAYS[:500])[:4] == before
    kept = np.random.default_rng(2).random(1_000) > 0.1
    assert looks(y[kept], DAYS[kept])[-1].found == MonthDays(pay_day="last")


def test_nothing_is_seen_in_a_few_months_in_gaps_or_in_nothing():
    assert looks(WEEK[:130], DAYS[:130]) == []
    assert not any(each.found for each in looks(np.full(1_000, 7.0)))
    assert not any(each.found for each in looks(np.full(1_000, np.nan)))


def test_what_somebody_declared_is_not_looked_for():
    assert CalendarDeclaration.model_validate({"month_end": False}).says_month_days
    assert not CalendarDeclaration.model_validate({"opening_days": ["mon"]}).says_month_days
    found = MonthDays(pay_day=25).within(CalendarDeclaration(month_end=True))
    assert (found.pay_day, found.month_end, found.quarter_end) == (25, True, False)


def test_a_look_back_that_moves_on_by_a_day_sees_the_same_until_its_first_month_is_another():
    """Deliveries of a month: 31 look-backs of 900 days, of a day of the month that is near the line."""
    y = WEEK * (1 + 0.06 * LAST) + noise(3)
    told = []
    for first in range(1, 31):
        rows = slice(first, first + 900)
        seen = looks(y[rows], DAYS[rows])
        told.append([(DAYS[first + each.rows], each.found, each.strength) for each in seen])
    assert all(each == told[0] for each in told)
    assert {str(when.date())[-2:] for when, *_ in told[0]} == {"12"}
    later = looks(y[59:959], DAYS[59:959])
    dates = {DAYS[59 + each.rows] for each in later}
    assert {when for when, *_ in told[0][-2:]} <= dates, (
        "of a year before, they are on the same dates"
    )


def test_series_are_looked_at_in_groups_that_fit_in_memory():
    """3,000 series of 300 days are 7 MB, of which copies all at once were 97."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=(300, 3_000))
    tracemalloc.start()
    try:
        found = looks_at_months(DAYS[:300].to_numpy(), y)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 3_000
    assert found[2_500] == looks(y[:, 2_500], DAYS[:300])
    assert most < 45e6
