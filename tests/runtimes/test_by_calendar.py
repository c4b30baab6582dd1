"""Models on a dataset with a calendar: what it explains is told as such, what it does not stays news."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.calendars.days import Calendar
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.calendar import run_by_calendar
from iop_pipelines.runtimes.catalogue import runtime_spec
from iop_pipelines.runtimes.lookup import load_runtime, run_runtime
from iop_pipelines.transform.declarations import DEMO_DATASETS

US = Calendar(CalendarDeclaration.model_validate({"countries": [{"country": "US"}]}))
DAYS = pd.date_range("2008-01-01", "2013-12-31", freq="D")
CHRISTMAS = tuple(f"{year}-12-25" for year in range(2008, 2014))


def row_of(day: str) -> int:
    return int(DAYS.searchsorted(pd.Timestamp(day)))


def sales(**changes):
    """100 a day, more or less; on each Christmas 30."""
    random = np.random.default_rng(11)
    y = np.round(100 + random.normal(0, 2, len(DAYS)))
    for day in CHRISTMAS:
        y[row_of(day)] = 30
    for day, value in changes.items():
        y[row_of(day.replace("_", "-").lstrip("d"))] = value
    return y


def given(y, calendar, start="2008-03-01", **params):
    panel = pd.DataFrame({"unique_id": "all", "ds": DAYS.astype("datetime64[ns]"), "sales": y})
    return RuntimeInput(
        panel=panel,
        measures=("sales",),
        units={"sales": ""},
        freq="D",
        window_start=datetime.fromisoformat(start),
        window_end=datetime(2014, 1, 1),
        params=params,
        calendar=calendar,
    )


def found(y, calendar, start="2008-03-01", runtime="seasonal_residual", **params):
    output = run_runtime(runtime, given(y, calendar, start, **params))
    return {str(each.ds.date()): each for each in output.findings}


def test_christmas_is_told_as_such_and_never_graver_than_information():
    without, by_calendar = found(sales(), None), found(sales(), US)
    assert set(CHRISTMAS) <= set(without)
    assert all(without[day].severity is Severity.CRITICAL for day in CHRISTMAS)
    first = by_calendar["2008-12-25"]
    assert first.severity is Severity.INFO
    assert first.evidence["calendar"]["names"] == {"en": "Christmas Day", "fr": "Noël"}
    assert first.evidence["calendar"]["times"] == 0
    told = [by_calendar[day].severity for day in CHRISTMAS if day in by_calendar]
    assert set(told) == {Severity.INFO}


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod"])
@pytest.mark.parametrize("calendar", [None, US])
def test_a_row_is_information_where_the_finding_of_it_is(runtime, calendar):
    y = sales(d2013_11_12=10, d2013_06_12=109)
    output = run_runtime(runtime, given(y, calendar, "2008-06-01"))
    is_info = pd.Series(output.chances.is_info, index=output.frame["ds"])
    assert output.findings
    for each in output.findings:
        assert is_info[each.ds] == (each.severity is Severity.INFO), each
    is_told = np.isfinite(output.chances.budget)
    assert not output.chances.is_info[~is_told].any()


def test_a_christmas_that_is_not_like_the_others_is_news():
    """Open by mistake; and a failure on the day after a holiday that never did anything."""
    y = sales(d2013_12_25=100, d2013_11_12=10)
    by_calendar = found(y, US)
    assert by_calendar["2013-12-25"].severity is Severity.CRITICAL
    assert "calendar" not in by_calendar["2013-12-25"].evidence
    assert by_calendar["2013-11-12"].severity is Severity.CRITICAL


def test_an_ordinary_day_is_judged_as_without_a_calendar():
    y = sales(d2013_06_12=20)
    plain, by_calendar = found(y, None), found(y, US)
    assert by_calendar["2013-06-12"].severity is plain["2013-06-12"].severity
    assert by_calendar["2013-06-12"].value == 20


def test_figures_are_those_of_the_data_and_not_of_the_ordinary_days():
    y = sales(d2013_12_25=0)
    output = run_runtime("seasonal_residual", given(y, US))
    rows = output.frame.set_index("ds")
    yhat = rows["yhat"].to_numpy()
    np.testing.assert_allclose(rows["y"].to_numpy(), y[-len(rows) :])
    assert yhat[rows.index == "2013-12-25"] == pytest.approx(30, abs=15)
    assert (rows["lo"].to_numpy() >= 0).all(), "no sales are below none"
    (told,) = [each for each in output.findings if str(each.ds.date()) == "2013-12-25"]
    assert told.value == 0
    assert told.expected == pytest.approx(30, abs=15)
    last = [point for point in told.evidence["points"] if point["ds"].startswith("2013-12-25")]
    assert last[0]["y"] == 0


def test_nothing_that_is_told_of_a_day_depends_on_later_ones():
    y = sales()
    whole = run_runtime("seasonal_residual", given(y, US)).frame
    changed = y.copy()
    changed[-40:] = 1e6
    other = run_runtime("seasonal_residual", given(changed, US)).frame
    pd.testing.assert_frame_equal(whole.iloc[:-41], other.iloc[:-41])


def test_a_rule_reads_the_figures_as_they_are():
    rule = {
        "name": "closed",
        "when": {"field": "sales", "op": "lt", "value": 50},
        "measure": "sales",
        "category": "anomaly",
        "severity": "critical",
    }
    output = run_runtime("rules", given(sales(), US, rules=[rule]))
    assert [str(each.ds.date()) for each in output.findings] == list(CHRISTMAS)
    assert {each.severity for each in output.findings} == {Severity.CRITICAL}
    assert {each.category for each in output.findings} == {Category.ANOMALY}


def test_a_forecast_knows_what_eid_will_do_in_a_year_that_is_an_estimate():
    """Halved on each Eid al-Fitr in Nigeria, as it was kept; 2027's is reckoned, and nobody has seen it yet."""
    nigeria = Calendar(CalendarDeclaration.model_validate({"countries": [{"country": "NG"}]}))
    days = pd.date_range("2023-01-01", "2027-02-28", freq="D")
    y = 100 + np.random.default_rng(1).normal(0, 2, len(days))
    y[days.isin(pd.to_datetime(["2023-04-21", "2024-04-10", "2025-03-30", "2026-03-19"]))] = 50
    panel = pd.DataFrame({"unique_id": "all", "ds": days.astype("datetime64[ns]"), "sales": y})
    asked = replace(
        given(sales(), nigeria, h=14),
        panel=panel,
        window_start=datetime(2027, 2, 28),
        window_end=datetime(2027, 3, 1),
    )
    frame = run_runtime("forecast_ensemble", asked).frame
    ahead = frame[frame["ds"] >= "2027-03-01"]
    is_about_eid = ahead["ds"].between("2027-03-09", "2027-03-11").to_numpy()
    yhat = ahead["yhat"].to_numpy()
    assert yhat[is_about_eid].min() == pytest.approx(50, abs=10)
    assert (np.abs(yhat[~is_about_eid] - 100) < 5).all()


def flights(measure):
    data = DEMO_DATASETS.parent / "data" / "nyc_flights_daily.csv.gz"
    by_day = pd.read_csv(data, parse_dates=["date"]).groupby("date")[measure].sum()
    panel = pd.DataFrame(
        {
            "unique_id": "all",
            "ds": by_day.index.astype("datetime64[ns]"),
            measure: by_day.to_numpy(dtype=float),
        }
    )
    return RuntimeInput(
        panel=panel,
        measures=(measure,),
        units={measure: ""},
        freq="D",
        window_start=datetime(2013, 1, 20),
        window_end=datetime(2014, 1, 1),
        params={},
        calendar=US,
    )


def test_thanksgiving_explains_new_yorks_flights_and_nothing_hides_the_storm():
    by_day = {
        str(each.ds.date()): each
        for each in run_runtime("seasonal_residual", flights("flights")).findings
    }
    thanksgiving = by_day["2013-11-28"]
    assert thanksgiving.severity is Severity.INFO
    assert thanksgiving.evidence["calendar"]["names"]["en"] == "Thanksgiving Day"
    storm = [
        each
        for each in run_runtime("seasonal_residual", flights("cancelled")).findings
        if each.since <= datetime(2013, 2, 9) and each.ds >= datetime(2013, 2, 8)
    ]
    assert storm
    assert storm[0].severity is not Severity.INFO
    assert "calendar" not in storm[0].evidence


def test_a_load_with_germanys_holidays_has_hardly_a_finding_that_the_calendar_does_not_explain():
    germany = Calendar(CalendarDeclaration.model_validate({"countries": [{"country": "DE"}]}))
    random = np.random.default_rng(7)
    weekday = DAYS.dayofweek.to_numpy()
    y = np.select([weekday == 5, weekday == 6], [850.0, 700.0], 1000.0)
    holidays = germany.between(DAYS[0].date(), DAYS[-1].date())
    off = [row_of(day.isoformat()) for day, one in holidays.items() if one.offset == 0]
    y[off] = np.minimum(y[off], 700.0)
    y += random.normal(0, 8, len(y))
    plain, by_calendar = found(y, None), found(y, germany)
    assert len(plain) >= 15
    unexplained = [each for each in by_calendar.values() if "calendar" not in each.evidence]
    asked = [each for each in plain.values() if each.severity is not Severity.INFO]
    assert len(asked) >= 0.8 * len(plain)
    assert sum(each.severity is not Severity.INFO for each in unexplained) <= 0.1 * len(asked)
    explained = [each for each in by_calendar.values() if "calendar" in each.evidence]
    assert explained
    assert {each.severity for each in explained} == {Severity.INFO}


MONTHS = pd.date_range("2024-01-01", periods=700, freq="D")
WEEK = np.array([100.0, 100, 110, 120, 150, 180, 70])[MONTHS.dayofweek]
FALL = "2025-10-12"


def month_ends():
    """Sales of a shop: by the day of the week, three fifths more on the last day of a month, and one bad Sunday."""
    y = WEEK * (1 + 0.6 * MONTHS.is_month_end) + np.random.default_rng(3).normal(0, 4, 700)
    y[MONTHS.searchsorted(pd.Timestamp(FALL))] *= 0.4
    return y


def monthly(y, runtime="seasonal_residual", **params):
    panel = pd.DataFrame({"unique_id": "all", "ds": MONTHS.astype("datetime64[ns]"), "sales": y})
    bounds = datetime(2024, 1, 1), MONTHS[-1].to_pydatetime() + timedelta(days=1)
    asked = RuntimeInput(panel, ("sales",), {"sales": ""}, "D", *bounds, params)
    return run_runtime(runtime, asked)


def test_a_months_end_that_nobody_declared_is_learned_and_hides_no_fall():
    output, blind = monthly(month_ends()), monthly(month_ends(), season_length=7)
    told = [str(each.ds.date()) for each in output.findings]
    ends = [str(day.date()) for day in MONTHS[MONTHS.is_month_end]]
    # Seven months' ends are seen before it is known what they are; none of the sixteen that follow is news.
    assert set(told) - set(ends[:7]) == {FALL}
    unknown = {str(each.ds.date()) for each in blind.findings}
    assert len(unknown & set(ends[7:])) >= 5, "without, they are told, and learned as noise"
    assert FALL not in unknown
    assert output.metrics["season_month"] > 0.5
    assert output.metrics["series_monthly"] == 1
    assert "season_month" not in blind.metrics
    values = output.frame.set_index("ds")["y"]
    np.testing.assert_allclose(values.to_numpy(), month_ends()[-len(values) :])


class Telling:
    """Tells of one day beside the sales of an ordinary Sunday or Tuesday, 70 and 100."""

    def __init__(self, day: str, usual: float) -> None:
        self.day, self.usual = datetime.fromisoformat(day), usual

    def run(self, given: RuntimeInput) -> RuntimeOutput:
        output = load_runtime(runtime_spec("seasonal_residual")).run(given)
        figures = {"value": self.usual - 5, "expected": self.usual}
        told = replace(output.findings[-1], ds=self.day, since=self.day, **figures)
        return replace(output, findings=(told,))


@pytest.mark.parametrize(
    ("is_special", "day", "usual", "kind"),
    [
        (MONTHS.is_month_end, "2025-08-31", 70.0, "month_end"),
        (MONTHS.day == 25, "2025-11-25", 100.0, "month_day"),
    ],
)
def test_a_day_that_was_not_declared_is_told_as_one_of_the_month_and_of_no_pay(
    is_special, day, usual, kind
):
    y = WEEK * (1 + 0.6 * is_special) + np.random.default_rng(3).normal(0, 4, 700)
    y[MONTHS.searchsorted(pd.Timestamp(FALL))] *= 0.4
    panel = pd.DataFrame({"unique_id": "all", "ds": MONTHS.astype("datetime64[ns]"), "sales": y})
    bounds = datetime(2024, 1, 1), MONTHS[-1].to_pydatetime() + timedelta(days=1)
    asked = RuntimeInput(panel, ("sales",), {"sales": ""}, "D", *bounds, {})
    (told,) = run_by_calendar(Telling(day, usual), asked).findings
    assert told.severity is Severity.INFO
    assert told.evidence["calendar"]["kind"] == kind
    # What a special day does is learned as a part of the week's level.
    assert told.expected == pytest.approx(usual + 0.6 * WEEK.mean(), abs=15)


def test_a_series_without_days_of_the_month_is_read_as_it_was():
    plain = WEEK + np.random.default_rng(4).normal(0, 4, 700)
    output = monthly(plain)
    assert (output.metrics["season_month"], output.metrics["series_monthly"]) == (0, 0)
    same = monthly(plain, season_length=7).frame
    pd.testing.assert_frame_equal(output.frame, same)


def test_what_comes_later_changes_nothing_that_was_said_of_months():
    y, changed = month_ends(), month_ends()
    changed[500:] = np.random.default_rng(6).normal(100, 50, 200)
    first, second = (monthly(each).frame for each in (y, changed))
    same = first["ds"] < MONTHS[500]
    pd.testing.assert_frame_equal(first[same], second[second["ds"] < MONTHS[500]])


def test_a_forecast_knows_the_end_of_the_month():
    frame = monthly(month_ends(), "forecast_ensemble", h=40).frame.set_index("ds")
    ahead = frame.loc["2025-12-01":, "yhat"]
    # The last day of 2025 is a Wednesday: 110 and three fifths; the one before, a Tuesday, 100.
    assert ahead["2025-12-31"] == pytest.approx(176, abs=9)
    assert ahead["2025-12-30"] == pytest.approx(100, abs=6)


def test_what_the_calendar_explains_is_named_with_its_size():
    """30 instead of 100 each Christmas: 70 less. Nothing on one is news; of an ordinary day nothing is off."""
    told = found(sales(d2013_12_25=0, d2013_06_12=20), US)
    off = told["2013-12-25"].evidence["taken_off"]
    assert off["names"]["en"] == "Christmas Day"
    assert off["amount"] == pytest.approx(-70, abs=15)
    assert "taken_off" not in told["2013-06-12"].evidence


def test_a_finding_says_how_many_before_it_were_judged_and_were_as_seldom():
    y, start = sales(d2013_06_12=20), str(DAYS[0].date())
    output = run_runtime("seasonal_residual", given(y, None, start))
    chances, ds = output.chances.chance, output.frame["ds"]
    for told in output.findings:
        before = chances[(ds < told.since).to_numpy() & np.isfinite(chances)]
        assert told.evidence["judged"] == len(before)
        # Chances in evidence have six digits.
        as_strange = int((before <= told.evidence["chance"] * (1 + 1e-5)).sum())
        assert told.evidence["as_strange"] == as_strange
    assert [each.evidence["as_strange"] for each in output.findings][-1] >= 1
