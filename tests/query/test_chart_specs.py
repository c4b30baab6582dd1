"""What a chart may say: each rule by a table made by hand, and the value that a reader must see."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from iop_pipelines.query.charts.making import chart_spec
from iop_pipelines.query.charts.scales import limits
from iop_pipelines.query.charts.spec import ChartSpec, Mark
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value

DAY = Column("day", "Day", "date", step="day")
HOUR = Column("hour", "Hour", "datetime", step="hour", zone="Europe/Berlin")
WEEKDAY = Column("day", "Day", "date", step="B")
MONTH = Column("month", "Month", "date", step="month")
FISCAL = Column("quarter", "Quarter", "date", step="QS-FEB")
NAME = Column("name", "Name", "string")
GROUP = Column("group", "Group", "string")
X = Column("x", "X", "number", "km")
SUM = Column("y", "Y", "number", "t", adds_up=True)
MEAN = Column("y", "Y", "number", "t", adds_up=False)
SHARE = Column("y", "Y", "number", "%", adds_up=False)


def spec_of(kind: str, columns, rows, wanted=(), **more) -> ChartSpec:
    table = Table("t", "T", "s", tuple(columns), tuple(rows), **{"total": len(rows), **more})
    names = [each.name for each in columns]
    series = {"series": names[1]} if len(names) == 3 else {}
    chart = Chart.model_validate({"type": kind, "data": "t", "x": names[0], "y": "y", **series})
    return chart_spec(chart, table, wanted)


def drawn(spec: ChartSpec, series: int = 0) -> list[tuple[Value, float | None]]:
    return [(mark.x, mark.y) for mark in spec.series[series].marks]


def notes(spec: ChartSpec) -> list[str]:
    return [each.english for each in spec.notes]


def test_shares_are_of_the_whole_and_not_of_what_a_top_list_shows():
    # 4346 of 24951 flights are 17.4 %, and 19.9 % of those of the first seven.
    flights = (4346, 4103, 3827, 3444, 2517, 2044, 1552)
    rows = [(f"n{at}", count) for at, count in enumerate(flights)]
    spec = spec_of("pie", (NAME, SUM), rows, total=15, whole=(None, 24_951))
    assert spec.whole == 24_951
    last = spec.series[0].marks[-1]
    assert (last.y, last.others) == (24_951 - sum(flights), 8)
    assert 100 * (spec.series[0].marks[0].y or 0) / spec.whole == pytest.approx(17.418, abs=0.001)
    assert notes(spec) == ["top 7 of 15"]


def test_what_a_table_calls_the_rest_stays_the_last_slice_however_large():
    rows = [("a", 5), ("b", 3), ("everybody else", 90)]
    spec = spec_of("pie", (NAME, SUM), rows, has_rest=True)
    assert drawn(spec) == [("a", 5), ("b", 3), ("everybody else", 90)]


@pytest.mark.parametrize(
    ("kind", "rows", "has_rest", "rest"),
    [
        ("pie", [("a", 5), ("b", 3), ("everybody else", 90)], True, 2),
        # What is nothing has no slice: the smallest that has one is no rest.
        ("pie", [("a", 5), ("b", 3), ("everybody else", 0)], True, None),
        ("pie", [(f"n{at}", 1) for at in range(9)], False, 7),
        ("pie", [("a", 5), ("b", 3)], False, None),
        ("bar", [("a", 5), ("b", 3), ("everybody else", 0)], True, 2),
        ("bar", [(f"n{at}", 1) for at in range(31)], False, 29),
        ("bar", [("a", 5), ("b", 3)], False, None),
    ],
)
def test_the_mark_of_all_others_is_known_by_its_place(kind, rows, has_rest, rest):
    assert spec_of(kind, (NAME, SUM), rows, has_rest=has_rest).rest == rest


def test_small_slices_go_to_the_rest_that_a_table_has():
    rows = [*((f"n{at}", 20 - at) for at in range(9)), ("everybody else", 100)]
    spec = spec_of("pie", (NAME, SUM), rows, has_rest=True)
    # Seven slices of their own; the 13 and 12 that are too many go to the 100.
    assert len(spec.series[0].marks) == 8
    assert drawn(spec)[-1] == ("everybody else", 125)
    assert spec.whole == sum(20 - at for at in range(9)) + 100


def test_rows_of_one_name_are_one_slice():
    spec = spec_of("pie", (NAME, GROUP, SUM), [("a", "x", 1), ("b", "x", 5), ("a", "y", 2)])
    assert drawn(spec) == [("b", 5), ("a", 3)]


@pytest.mark.parametrize(
    ("column", "values", "why"),
    [
        (MEAN, (3, 4), "drawn as bars, since these values do not add up to a whole"),
        (SHARE, (3, 4), "drawn as bars, since these values do not add up to a whole"),
        (SUM, (3, -4), "drawn as bars, since negative values are no parts of a whole"),
    ],
)
def test_what_has_no_parts_is_no_pie(column, values, why):
    spec = spec_of("pie", (NAME, column), [("a", values[0]), ("b", values[1])])
    assert (spec.kind, spec.whole) == ("bar", None)
    assert notes(spec) == [why]


@pytest.mark.parametrize(
    ("column", "there", "gaps"),
    [
        (DAY, [date(2024, 2, 27), date(2024, 2, 28), date(2024, 3, 1)], [date(2024, 2, 29)]),
        (DAY, [date(2023, 2, 27), date(2023, 2, 28), date(2023, 3, 1)], []),
        (WEEKDAY, [date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 6)], [date(2024, 3, 5)]),
        (MONTH, [date(2024, 1, 1), date(2024, 2, 1), date(2024, 4, 1)], [date(2024, 3, 1)]),
        (FISCAL, [date(2023, 11, 1), date(2024, 2, 1)], []),
        (FISCAL, [date(2023, 11, 1), date(2024, 5, 1)], [date(2024, 2, 1)]),
        # On 31 March 2024 clocks in Berlin show no hour from 02:00.
        (HOUR, [datetime(2024, 3, 31, 1), datetime(2024, 3, 31, 3)], []),
        (HOUR, [datetime(2024, 3, 31, 1), datetime(2024, 3, 31, 4)], [datetime(2024, 3, 31, 3)]),
    ],
)
def test_a_period_without_a_row_is_a_gap_by_its_step(column, there, gaps):
    spec = spec_of("line", (column, SUM), [(at, 1.0) for at in there])
    assert [mark.x for mark in spec.series[0].marks if mark.y is None] == gaps
    assert [mark.x for mark in spec.series[0].marks] == sorted([*there, *gaps])


def test_bars_over_time_keep_the_place_of_a_period_that_has_none():
    rows = [(date(2024, 3, 4), 2.0), (date(2024, 3, 1), 1.0)]
    spec = spec_of("bar", (DAY, SUM), rows)
    known = {date(2024, 3, 1): 1.0, date(2024, 3, 4): 2.0}
    days = [date(2024, 3, day) for day in range(1, 5)]
    assert drawn(spec) == [(day, known.get(day)) for day in days]


def test_more_periods_than_bars_can_be_told_apart_are_a_line():
    rows = [(date(2024, 1, 1) + timedelta(days=n), float(n)) for n in range(63)]
    spec = spec_of("bar", (DAY, SUM), rows)
    assert (spec.kind, len(spec.series[0].marks)) == ("line", 63)
    assert "drawn as a line, since more than 62 bars would not be told apart" in notes(spec)
    assert spec_of("bar", (DAY, SUM), rows[:62]).kind == "bar"


@pytest.mark.parametrize(
    ("values", "unit", "from_zero", "low", "high", "is_cut"),
    [
        ([87.3, 99.1], "%", False, 85, 100, True),
        ([100, 100], "/100", False, 0, 100, False),
        ([0, 100], "%", True, 0, 100, False),
        ([87.3, 103], "%", False, 85, 105, True),
        ([3, 4], "%", True, 0, 4, False),
        ([87.3, 99.1], "min", True, 0, 100, False),
        ([-5, 20], "min", True, -10, 20, False),
        ([5, 20], "min", False, 0, 20, False),
        ([15, 20], "min", False, 14, 20, True),
        ([-20, -15], "min", False, -20, -14, True),
        ([7], None, False, 0, 8, False),
    ],
)
def test_bars_begin_at_zero_shares_end_at_100_and_what_is_cut_is_known(
    values, unit, from_zero, low, high, is_cut
):
    found = limits(values, unit, from_zero=from_zero)
    assert (found.low, found.high, found.is_cut) == (low, high, is_cut)


def test_an_axis_that_is_cut_says_so():
    rows = [(date(2024, 1, 1), 95.0), (date(2024, 1, 2), 99.0)]
    assert notes(spec_of("line", (DAY, SHARE), rows)) == [
        "the axis of values does not begin at zero"
    ]
    assert notes(spec_of("bar", (DAY, SHARE), rows)) == []


def many_series(count: int, column: Column):
    days = [date(2024, 1, 1), date(2024, 1, 2)]
    rows = [(day, f"s{n:02}", float(n)) for day in days for n in range(count)]
    return (DAY, GROUP, column), rows


def test_the_largest_series_are_drawn_and_the_others_added_up_where_they_can_be():
    spec = spec_of("line", *many_series(40, SUM))
    assert [one.name for one in spec.series[:-1]] == [f"s{n}" for n in range(29, 40)]
    assert spec.series[-1].others == 29
    assert drawn(spec, -1) == [
        (date(2024, 1, 1), sum(range(29))),
        (date(2024, 1, 2), sum(range(29))),
    ]
    assert notes(spec) == ["11 of 40 series and the others as one"]
    assert len(spec.unshown) == 29


def test_means_of_others_are_not_added_up():
    spec = spec_of("line", *many_series(40, MEAN))
    assert [one.name for one in spec.series] == [f"s{n}" for n in range(28, 40)]
    assert "12 of 40 series" in notes(spec)


def test_a_series_that_is_asked_for_is_drawn():
    columns, rows = many_series(40, SUM)
    spec = spec_of("line", columns, rows, wanted=("s03",))
    assert [one.name for one in spec.series[:2]] == ["s03", "s30"]
    assert sum(mark.y or 0 for one in spec.series for mark in one.marks) == 2 * sum(range(40))


def test_a_series_of_a_day_is_asked_for_as_its_name_came():
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(20)]
    rows = [("a", day, float(n)) for n, day in enumerate(days)]
    columns = (NAME, replace(DAY, name="group"), SUM)
    spec = spec_of("line", columns, rows, wanted=("2020-01-01",))
    assert spec.series[0].name == date(2020, 1, 1)


def test_many_bars_lie_and_the_others_are_one():
    rows = [(f"n{n:03}", float(200 - n)) for n in range(110)]
    spec = spec_of("bar", (NAME, SUM), rows)
    assert spec.is_list
    assert len(spec.series[0].marks) == 30
    assert spec.series[0].marks[-1] == Mark(None, sum(200 - n for n in range(29, 110)), None, 81)
    assert notes(spec) == ["29 of 110 bars and the others as one"]
    assert notes(spec_of("bar", (NAME, MEAN), rows)) == ["30 of 110 bars"]
    assert [spec_of("bar", (NAME, SUM), rows[:n]).is_list for n in (14, 15)] == [False, True]


def test_a_hundred_thousand_points_are_few_and_lose_no_extreme():
    chance = random.Random(17)
    start = datetime(2024, 1, 1)
    values = [chance.gauss(50, 5) for _ in range(100_000)]
    values[31_415], values[92_653] = 1_000.0, -900.0
    rows = [(start + timedelta(hours=n), value) for n, value in enumerate(values)]
    hours = Column("hour", "Hour", "datetime", step="hour", zone="UTC")
    spec = spec_of("line", (hours, MEAN), rows)
    marks = spec.series[0].marks
    assert 400 < len(marks) <= 500
    assert {(31_415, 1_000.0), (92_653, -900.0)} <= {(mark.row, mark.y) for mark in marks}
    assert f"100,000 points are drawn as {len(marks)}; the lowest and highest are kept" in notes(
        spec
    )


def test_twelve_dense_lines_are_at_most_six_thousand_points():
    hours = Column("hour", "Hour", "datetime", step="hour", zone="UTC")
    rows = [
        (datetime(2024, 1, 1) + timedelta(hours=n), f"s{s}", float(n * (s + 1) % 97))
        for s in range(12)
        for n in range(2_000)
    ]
    spec = spec_of("line", (hours, GROUP, MEAN), rows)
    assert len(spec.series) == 12
    assert max(len(one.marks) for one in spec.series) <= 500
    assert sum(len(one.marks) for one in spec.series) <= 6_000


def test_a_dense_crowd_keeps_who_stands_alone():
    chance = random.Random(4)
    rows = [(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(100_000)]
    rows += [(40.0, 0.0), (-40.0, 0.0), (0.0, 40.0), (0.0, -40.0), (30.0, 30.0)]
    spec = spec_of("scatter", (X, MEAN), rows)
    marks = spec.series[0].marks
    assert len(marks) <= 2_000
    assert {(mark.x, mark.y) for mark in marks} >= {*rows[-5:]}


def test_a_crowd_with_a_series_that_has_no_value_is_drawn_without_it():
    rows = [(float(at), "known", float(at % 50)) for at in range(3000)]
    spec = spec_of("scatter", (X, GROUP, MEAN), [*rows, (1.0, "unknown", None)])
    assert [len(one.marks) > 0 for one in spec.series] == [True, False]


def test_one_missing_hour_of_a_dense_line_is_one_hour_wide():
    hours = [datetime(2026, 1, 1) + timedelta(hours=at) for at in range(2_500)]
    rows = [(hour, float(at % 97)) for at, hour in enumerate(hours) if at != 1_000]
    marks = spec_of("line", (HOUR, SUM), rows).series[0].marks
    there = next(at for at, mark in enumerate(marks) if mark.y is None)
    assert [mark.x for mark in marks[there - 1 : there + 2]] == hours[999:1_002]


@pytest.mark.parametrize("kind", ["line", "bar"])
def test_rows_without_a_day_are_told_since_they_have_no_place(kind):
    rows = [(None, 500), (date(2026, 1, 1), 10), (date(2026, 1, 2), 20)]
    spec = spec_of(kind, (DAY, SUM), rows)
    assert drawn(spec) == [(date(2026, 1, 1), 10), (date(2026, 1, 2), 20)]
    assert notes(spec) == ["1 row without a value for the horizontal axis is not drawn"]


@pytest.mark.parametrize(
    ("low", "high"),
    [(1e15, 1e15 + 1), (0, 5e-324), (1.0, 1.0 + 1e-15), (-1e308, 1e308), (1e12 + 0.1, 1e12 + 0.7)],
)
def test_ticks_of_a_range_beyond_what_numbers_tell_apart_are_told_apart(low, high):
    ticks = limits([low, high], None, from_zero=False).ticks
    assert ticks[0] <= low < high <= ticks[-1]
    assert len({*ticks}) == len(ticks)


def test_a_top_list_and_a_cut_table_say_of_how_many():
    rows = [(f"n{n}", float(n)) for n in range(12)]
    assert notes(spec_of("bar", (NAME, MEAN), rows, total=40)) == ["top 12 of 40"]
    cut = spec_of("bar", (NAME, MEAN), rows, total=40, limit=12, is_truncated=True)
    assert notes(cut) == ["drawn from the first 12 of 40 rows"]
