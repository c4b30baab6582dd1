"""Real data with known answers: what is found in them, what is not, and what the calendar explains.

The extracts in `data/` are made by `extract.py`, which names their sources; flights are the demo's.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.calendars.days import Calendar, calendar_of
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.recommendations.evidence import SEVERITIES, add_periods, silent_until
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.transform.frozen import frozen_run
from iop_pipelines.transform.silence import periods_looked_at, silent_among

DATA = Path(__file__).parent / "data"
FLIGHTS = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data" / "nyc_flights_daily.csv.gz"
STATION, RIVERSIDE = "Southern Cross Station", "Birrarung Marr"
HOUR = timedelta(hours=1)


def calendar(country, subdivision=None) -> Calendar | None:
    days = {"country": country} | ({"subdivision": subdivision} if subdivision else {})
    return calendar_of(CalendarDeclaration.model_validate({"countries": [days]}))


@cache
def extract(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, index_col="at", parse_dates=["at"])


def panel_of(wide: pd.DataFrame) -> pd.DataFrame:
    """Wide: a row a period, a column a series."""
    long = wide.melt(ignore_index=False, var_name="unique_id", value_name="y").dropna()
    long = long.rename_axis("ds").reset_index().sort_values(["unique_id", "ds"], ignore_index=True)
    return long[["unique_id", "ds", "y"]].astype({"y": float})


def found(wide: pd.DataFrame, freq: str, days: Calendar | None = None) -> list[Finding]:
    """By the defaults, over the whole of the data as a first run has it."""
    return _run("seasonal_residual", wide, freq, wide.index[0], days)


def _run(runtime, wide, freq, start, days=None) -> list[Finding]:
    end = STEPS[freq].shift(wide.index[-1].to_pydatetime(), 1)
    window = (start.to_pydatetime(), end)
    given = RuntimeInput(panel_of(wide), ("y",), {}, freq, *window, {}, calendar=days)
    return sorted(run_runtime(runtime, given).findings, key=lambda each: each.since)


@cache
def pedestrians() -> tuple[Finding, ...]:
    return tuple(found(extract("pedestrians.csv.gz"), "h", calendar("AU", "VIC")))


def until(each: Finding) -> datetime:
    return datetime.fromisoformat(each.evidence["until"])


def told_between(findings, start: str, end: str) -> set[str]:
    """Series in which something was found from `start` to before `end`."""
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return {each.unique_id for each in findings if each.since < last and until(each) >= first}


def test_a_commuter_station_does_not_alarm_at_weekends():
    at_station = [each for each in pedestrians() if each.unique_id == STATION]
    assert at_station, "else this says nothing"
    assert [each.ds for each in at_station if each.ds.weekday() >= 5] == []


@pytest.mark.parametrize(
    ("start", "end"),
    [("2015-02-21T19:00", "2015-02-22T07:00"), ("2016-02-20T19:00", "2016-02-21T07:00")],
)
def test_both_white_nights_are_found(start, end):
    assert RIVERSIDE in told_between(pedestrians(), start, end)


@pytest.mark.parametrize("day", ["2015-12-31", "2016-12-31"])
def test_the_new_years_fireworks_are_found_and_put_down_to_the_calendar(day):
    told = [
        each
        for each in pedestrians()
        if each.unique_id == RIVERSIDE and str(each.ds.date()) == day and each.ds.hour >= 20
    ]
    assert told
    assert {each.severity for each in told} == {Severity.INFO}
    assert {each.evidence["calendar"]["names"]["en"] for each in told} == {"New Year's Day"}


def test_a_counter_that_goes_silent_for_weeks_is_told_within_a_day_and_once():
    wide = extract("pedestrians.csv.gz")
    seen = {str(name): _moments(values.dropna()) for name, values in wide.items()}
    gaps = {
        (name, earlier + HOUR): later - earlier - HOUR
        for name, moments in seen.items()
        for earlier, later in pairwise(moments)
        if later - earlier > 3 * HOUR
    }
    told = _silences(_moments(wide), seen)
    assert set(told) <= set(gaps), "nothing is silent that has rows"
    long = {each for each, lasted in gaps.items() if lasted >= timedelta(days=20)}
    assert len(long) == 4
    assert {name for name, _ in long} == {RIVERSIDE}
    assert long <= set(told)
    assert max(told[each] - each[1] for each in long) <= timedelta(days=1)


def _moments(table: pd.DataFrame | pd.Series) -> list[datetime]:
    return [pd.Timestamp(each).to_pydatetime() for each in table.index]


def _silences(periods, seen) -> dict[tuple[str, datetime], datetime]:
    """When each silence is told by deliveries of a day each, with its series and since when."""
    told: dict[tuple[str, datetime], datetime] = {}
    looked_at = periods_looked_at(STEPS["h"])
    for end in range(10 * 24, len(periods) + 1, 24):
        newest = periods[max(0, end - looked_at) : end]
        known = {
            name: set(moments[bisect_left(moments, newest[0]) : bisect_right(moments, newest[-1])])
            for name, moments in seen.items()
        }
        for silent in silent_among(newest, known):
            told.setdefault((silent.series, silent.since), newest[-1])
    return told


def test_no_counter_that_counts_is_frozen():
    wide = extract("pedestrians.csv.gz")
    for name in wide:
        values = [None if np.isnan(each) else each for each in wide[name].astype(float)]
        for end in range(1000, len(values), 168):
            assert frozen_run(values[end - 672 : end]) is None, (name, wide.index[end])


def test_retail_is_not_an_alarm_a_month():
    """What is told as the inbox tells it. A level that moved for a quarter and more has a cause; the rest is chance."""
    wide = extract("retail.csv.gz")
    assert wide.shape[1] == 152
    findings = found(wide, "MS")
    years = (len(wide) - 36) / 12
    without_a_cause = [
        each for each in _told(findings, wide.index[0]) if each.evidence["periods"] < 3
    ]
    assert len(without_a_cause) / years <= 3
    # Eleven years of growth lie in it: a model that expects the past tells a rise each month.
    rising = [each for each in findings if (each.value or 0) > (each.expected or 0)]
    assert len(rising) <= len(findings) / 2


def test_changes_of_retail_are_few():
    """In 152 series of what each of these fourteen months tells; growth of years is no step."""
    wide = extract("retail.csv.gz")
    told = []
    for year in ("2013", "2015", "2018"):
        until_then = wide.loc[: f"{year}-12"]
        told += _run("change_points", until_then, "MS", until_then.index[-1])
    assert len(told) <= 3 * 3 * 14 / 12
    assert all(abs(each.value / each.expected - 1) >= 0.1 for each in told)


def _told(findings, start) -> list[Finding]:
    """What opens a recommendation: one open at a time, ended after two periods without, then silent unless graver."""
    told, quiet = [], {}
    for each in findings:
        closed, gravest = quiet.get(each.unique_id, (datetime.min, Severity.INFO))
        is_graver = SEVERITIES.index(each.severity) > SEVERITIES.index(gravest)
        if each.since > closed or is_graver:
            told.append(each)
        ended = add_periods(until(each), 2, "MS")
        quiet[each.unique_id] = (silent_until(start.to_pydatetime(), ended, "MS"), each.severity)
    return told


def test_growth_is_told_as_growth():
    """In 2017 and 2018 turnover of most of these grew: what is told by trends of two years is that they rise."""
    wide = extract("retail.csv.gz").iloc[-60:]
    change = (wide.iloc[-12:].mean() / wide.iloc[-36:-24].mean()).dropna()
    trends = _run("mann_kendall", wide, "MS", wide.index[-1])
    assert len(trends) >= 10
    by_sign = defaultdict(set)
    for each in trends:
        by_sign[(each.value or 0) > 0].add(each.unique_id)
    assert all(change[name] > 1 for name in by_sign[True])
    assert all(change[name] < 1 for name in by_sign[False])
    assert len(by_sign[True]) > len(by_sign[False])


@cache
def flights(column: str) -> pd.DataFrame:
    table = pd.read_csv(FLIGHTS, parse_dates=["date"])
    return table.pivot_table(index="date", columns="origin", values=column, aggfunc="sum")


def test_the_storm_is_found_at_all_three_airports():
    told = [
        each
        for each in found(flights("cancelled"), "D", calendar("US"))
        if str(each.ds.date()) in ("2013-02-08", "2013-02-09")
    ]
    assert {each.unique_id for each in told} == {"EWR", "JFK", "LGA"}
    assert Severity.INFO not in {each.severity for each in told}


def test_thanksgiving_is_found_without_a_calendar_and_explained_by_it():
    days = ("2013-11-27", "2013-11-28", "2013-11-29", "2013-11-30")

    def of_thanksgiving(calendar):
        told = found(flights("flights"), "D", calendar)
        return [each for each in told if str(each.ds.date()) in days]

    assert any(each.severity is not Severity.INFO for each in of_thanksgiving(None))
    explained = of_thanksgiving(calendar("US"))
    assert {each.severity for each in explained} <= {Severity.INFO}
    names = {each.evidence["calendar"]["names"]["en"] for each in explained}
    assert names <= {"Thanksgiving Day"}


def test_of_a_load_with_germanys_holidays_nine_in_ten_alarms_on_them_are_explained():
    """A load as of a country: lower at weekends, in summer, and on holidays by a quarter; four years of days."""
    index = pd.date_range("2020-01-06", "2023-12-31", freq="D")
    draw = np.random.default_rng(8)
    load = 1300 + 120 * np.cos(2 * np.pi * index.dayofyear / 365.25) - 200 * (index.dayofweek > 4)
    load = load + draw.normal(0, 12, len(index))
    german = calendar("DE")
    assert german is not None
    told = {day: german.at(day.date()) for day in index if day.dayofweek < 5}
    working = [
        day for day, each in told.items() if each and each.kind == "holiday" and each.offset == 0
    ]
    assert len(working) >= 25
    wide = pd.DataFrame({"load": load}, index=index)
    wide.loc[working, "load"] *= 0.75

    def alarms(days):
        told = {each.ds for each in found(wide, "D", days) if each.severity is not Severity.INFO}
        return {each for each in working if each.to_pydatetime() in told}

    without = alarms(None)
    assert len(without) >= 0.8 * (len(working) - 2), "else there is nothing to explain"
    assert len(alarms(german)) <= 0.1 * len(without)
