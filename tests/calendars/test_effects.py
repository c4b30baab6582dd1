"""What special days do to a series: learned from its past, by amounts that the series was made with."""

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.calendars.days import Calendar
from iop_pipelines.calendars.effects import Explained, explain_each
from iop_pipelines.domain.calendars import CalendarDeclaration

GERMANY = Calendar(CalendarDeclaration.model_validate({"countries": [{"country": "DE"}]}))
# Of the Federal Republic, as its Basic Law and the treaties of its states have them.
HOLIDAYS = {
    2013: ["01-01", "03-29", "04-01", "05-01", "05-09", "05-20", "10-03", "12-25", "12-26"],
    2014: ["01-01", "04-18", "04-21", "05-01", "05-29", "06-09", "10-03", "12-25", "12-26"],
    2015: ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"],
}
DAYS = pd.date_range("2013-01-01", "2015-12-31", freq="D")
IS_HOLIDAY = np.array([f"{day:%m-%d}" in HOLIDAYS[day.year] for day in DAYS])


def explain(ds, y, calendar, freq) -> Explained:
    (found,) = explain_each([(ds, y)], calendar, freq)
    return found


def load(growth=0.0, noise=1.0, days=DAYS):
    """MW a day: 1,000 on working days, 850 on Saturdays, 700 on Sundays and on holidays that fall on a working day;
    grows by a share a year."""
    random = np.random.default_rng(7)
    weekday = days.dayofweek.to_numpy()
    y = np.select([weekday == 5, weekday == 6], [850.0, 700.0], 1000.0)
    y[IS_HOLIDAY] = np.minimum(y[IS_HOLIDAY], 700.0)
    return y * (1 + growth) ** (np.arange(len(days)) / 365) + random.normal(0, noise, len(days))


def row_of(day):
    return int(DAYS.searchsorted(pd.Timestamp(day)))


def away(y, found, rows):
    """How much of the deviation of these rows is left, of 1."""
    deviation = np.abs(y - found.ordinary)[rows].sum()
    return np.abs(y - found.ordinary - found.effect)[rows].sum() / deviation


def test_a_load_with_germanys_holidays_is_explained_from_the_second_year_on():
    y = load()
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    is_deviating = IS_HOLIDAY & (DAYS.dayofweek < 5) & (DAYS >= "2014-01-01")
    assert is_deviating.sum() >= 15
    assert away(y, found, is_deviating) <= 0.10


def test_what_it_learned_grows_with_the_series():
    y = load(growth=0.5)
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    third_year = IS_HOLIDAY & (DAYS.dayofweek < 5) & (DAYS >= "2015-01-01")
    assert away(y, found, third_year) <= 0.15


def test_a_series_that_knows_no_holidays_is_left_alone():
    random = np.random.default_rng(3)
    y = 500 + random.normal(0, 5, len(DAYS))
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    # What is taken for an effect is noise of a few days, not more.
    assert np.abs(found.effect).max() < 12
    assert np.abs(found.effect[found.is_special]).mean() < 5


def test_ordinary_days_and_days_that_never_came_have_no_effect():
    y = load()
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    assert (found.effect[~found.is_special] == 0).all()
    first_easter = row_of("2013-03-29")
    assert found.is_held_out[first_easter]
    assert found.effect[first_easter] == 0


def test_no_row_depends_on_what_comes_after_it():
    y = load()
    whole = explain(DAYS.to_numpy(), y, GERMANY, "D")
    random = np.random.default_rng(1)
    for cut in random.integers(60, len(DAYS) - 1, 12):
        changed = y.copy()
        changed[cut:] = random.uniform(-1e4, 1e4, len(y) - cut)
        part = explain(DAYS.to_numpy(), changed, GERMANY, "D")
        short = explain(DAYS[: cut + 1].to_numpy(), y[: cut + 1], GERMANY, "D")
        for other in (part, short):
            np.testing.assert_array_equal(other.effect[: cut + 1], whole.effect[: cut + 1])
            np.testing.assert_array_equal(other.ordinary[: cut + 1], whole.ordinary[: cut + 1])


@pytest.mark.parametrize("scale", [1e-6, 1e9])
def test_a_series_in_another_unit_has_the_same_effects_in_it(scale):
    y = load()
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    scaled = explain(DAYS.to_numpy(), y * scale, GERMANY, "D")
    np.testing.assert_allclose(scaled.effect, found.effect * scale, rtol=1e-9, atol=1e-9 * scale)


def test_unknown_values_and_days_that_are_not_there_hide_nothing_else():
    y = load()
    is_kept = np.random.default_rng(5).random(len(y)) > 0.15
    y[::23] = np.nan
    found = explain(DAYS.to_numpy()[is_kept], y[is_kept], GERMANY, "D")
    rows = (IS_HOLIDAY & (DAYS.dayofweek < 5) & (DAYS >= "2015-01-01"))[is_kept] & np.isfinite(
        y[is_kept]
    )
    assert away(y[is_kept], found, rows & np.isfinite(found.ordinary)) <= 0.15


@pytest.mark.parametrize("freq", ["MS", None])
def test_months_and_events_are_left_alone(freq):
    found = explain(DAYS.to_numpy(), load(), GERMANY, freq)
    assert not found.is_special.any()
    assert not found.effect.any()


def test_an_empty_series_has_nothing_to_explain():
    found = explain(np.array([], dtype="datetime64[ns]"), np.array([]), GERMANY, "D")
    assert len(found.effect) == 0
    assert found.days == ()


def test_a_holiday_of_the_future_is_told_what_it_will_do():
    """Eid al-Fitr halves a shop's sales; in 2027 it is expected, not yet seen."""
    nigeria = Calendar(CalendarDeclaration.model_validate({"countries": [{"country": "NG"}]}))
    days = pd.date_range("2023-01-01", "2027-04-30", freq="D")
    y = np.full(len(days), 100.0)
    for eid in ("2023-04-21", "2024-04-10", "2025-03-30", "2026-03-19"):
        y[days == pd.Timestamp(eid)] = 50.0
    y[days > "2026-12-31"] = np.nan
    found = explain(days.to_numpy(), y, nigeria, "D")
    seen = found.days[int(days.searchsorted(pd.Timestamp("2026-03-19")))]
    (coming,) = [
        row for row, one in enumerate(found.days) if one == seen and days[row].year == 2027
    ]
    assert abs(days[coming] - pd.Timestamp("2027-03-10")) <= pd.Timedelta(1, "D")
    assert found.ordinary[coming] == 100
    assert found.effect[coming] == pytest.approx(-50, rel=0.15)


def test_pay_day_is_learned_in_a_few_months():
    shop = Calendar(CalendarDeclaration.model_validate({"pay_day": "last_open"}))
    days = pd.date_range("2024-01-01", "2024-12-31", freq="D")
    y = np.full(len(days), 100.0)
    pay_days = pd.date_range("2024-01-01", "2024-12-31", freq="BME")
    y[days.isin(pay_days)] = 180.0
    found = explain(days.to_numpy(), y, shop, "D")
    late = days.isin(pay_days) & (days > "2024-06-01")
    np.testing.assert_allclose(found.effect[late], 80, rtol=0.15)
    assert not found.effect[~days.isin(pay_days)].any()


def test_the_calendar_accounts_for_what_it_usually_does_and_no_more():
    y = load()
    christmas = row_of("2015-12-25")
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    ordinary = float(found.ordinary[christmas])
    assert found.accounts_for(christmas, ordinary - 300, ordinary)
    assert found.accounts_for(christmas, ordinary - 200, ordinary)
    assert not found.accounts_for(christmas, ordinary - 900, ordinary), "more than twice as far"
    assert not found.accounts_for(christmas, ordinary + 300, ordinary), "the other way"
    assert not found.accounts_for(row_of("2015-02-10"), 0.0, 1000.0), "an ordinary day"


def test_of_a_day_that_never_came_before_the_calendar_may_be_why():
    y = load()
    found = explain(DAYS.to_numpy(), y, GERMANY, "D")
    assert found.accounts_for(row_of("2013-05-01"), 700.0, 1000.0)


def test_weeks_know_their_holidays():
    weeks = pd.date_range("2020-01-06", "2024-12-30", freq="W-MON")
    y = np.full(len(weeks), 100.0)
    christmas = pd.DatetimeIndex([pd.Timestamp(week.year, 12, 25) for week in weeks])
    of_christmas = np.flatnonzero((weeks <= christmas) & (christmas < weeks + pd.Timedelta(7, "D")))
    y[of_christmas] = 60.0
    found = explain(weeks.to_numpy(), y, GERMANY, "W")
    assert found.effect[of_christmas[-1]] == pytest.approx(-40, rel=0.2)


def test_what_stands_beside_a_series_changes_nothing_that_is_said_of_it():
    """Series of other lengths and levels, with gaps, and one whose weeks begin elsewhere."""
    random = np.random.default_rng(5)
    gaps = load(growth=0.2)
    gaps[random.random(len(gaps)) < 0.2] = np.nan
    gaps[IS_HOLIDAY & (DAYS < "2014-06-01")] = np.nan
    is_kept = random.random(len(DAYS)) < 0.9
    days = DAYS.to_numpy()
    series = [
        (days, load()),
        (days, gaps),
        (days[is_kept], 3 * load()[is_kept]),
        (days[400:], load(growth=-0.3)[400:]),
        (days[:0], np.array([])),
        (days[3:30], load()[3:30]),
    ]
    together = explain_each(series, GERMANY, "D")
    assert sum(int(one.effect.any()) for one in together) >= 4
    for (ds, y), found in zip(series, together, strict=True):
        alone = explain(ds, y, GERMANY, "D")
        for name in ("ordinary", "effect", "times"):
            np.testing.assert_array_equal(getattr(found, name), getattr(alone, name))
        assert found.days == alone.days
