"""Charts as SVG: well-formed, true to their numbers, and readable."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.errors import InvalidInput
from iop_pipelines.query.charts.scales import nice_ticks
from iop_pipelines.query.charts.spec import (
    MAX_LINE_POINTS,
    MAX_MARKS,
    MAX_SERIES,
    MAX_SLICES,
)
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table
from iop_pipelines.reporting.charts.axes import period_ticks, tick_label, time_ticks
from iop_pipelines.reporting.charts.data import chart_data
from iop_pipelines.reporting.charts.drawing import draw
from iop_pipelines.reporting.charts.svg import DASHES, PALETTE, PATTERNS, REST, SIGNS

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2013, 1, 1)
COLUMNS = (
    Column("day", "Day", "date"),
    Column("name", "Name", "string"),
    Column("x", "X", "number", "km"),
    Column("y", "Y", "number", "min"),
)


def table(rows, *, is_truncated: bool = False) -> Table:
    return Table("t", "T", "s", COLUMNS, tuple(rows), 1_000, is_truncated)


def chart(kind: str, rows, x: str = "name", **more):
    spec = Chart.model_validate({"type": kind, "data": "t", "x": x, "y": "y", **more})
    data = chart_data(spec, table(rows))
    return data, ElementTree.fromstring(draw(data))


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def named(values: list[float | None]) -> list[tuple]:
    return [(DAY, f"n{i}", 1.0, value) for i, value in enumerate(values)]


def test_bars_are_as_high_as_their_values_and_stand_on_zero():
    _, root = chart("bar", named([10.0, 20.0, -5.0]))
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.get("fill") == PALETTE[0]]
    heights = [float(bar.get("height", 0)) for bar in bars]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[2] == pytest.approx(heights[0] / 2, abs=0.2)
    bottoms = [float(bar.get("y", 0)) + h for bar, h in zip(bars, heights, strict=True)]
    assert bottoms[0] == pytest.approx(bottoms[1], abs=0.2)
    assert float(bars[2].get("y", 0)) == pytest.approx(bottoms[0], abs=0.2)


def test_a_pie_is_whole_and_its_shares_add_up():
    _, root = chart("pie", named([50.0, 30.0, 20.0]))
    shares = [float(t.removesuffix("\u00a0%")) for t in texts(root) if t.endswith("\u00a0%")]
    assert shares == [50.0, 30.0, 20.0]
    slices = [
        re.match(r"M(\S+ \S+)A\S+ \S+ 0 \d 1 (\S+ [-\d.]+)L", path.get("d", ""))
        for path in root.iter(f"{SVG}path")
    ]
    outer = [(match[1], match[2]) for match in slices if match]
    assert len(outer) == 3
    # Each slice begins where the one before ended, and the last ends where the first began.
    for before, after in zip(outer, [*outer[1:], outer[0]], strict=True):
        assert before[1] == after[0]


def test_small_slices_become_one_and_what_is_nothing_is_left_out():
    data, root = chart("pie", named([None, *(float(n) for n in range(12))]))
    assert len(data.series[0].points) == MAX_SLICES
    # The seven largest are 11 to 5, and 4, 3, 2 and 1 the others.
    name, rest, _ = data.series[0].points[-1]
    assert (str(name), rest) == ("4 others", 10.0)
    assert sum(point[1] or 0 for point in data.series[0].points) == sum(range(12))
    assert "2 values of zero or not known have no slice." in data.notes
    assert "8  4 others" in texts(root)


@pytest.mark.parametrize(
    ("ratings", "names"),
    [
        ((4.0, 4.5, 5.0), ["4.0", "4.5", "5.0"]),
        ((4.0, 5.0), ["4", "5"]),
        ((1.201, 1.204), ["1.201", "1.204"]),
        ((4.5,), ["4.5"]),
        ((1 / 3, 2 / 3), ["0.33", "0.67"]),
        ((4.5, None), ["4.5", "–"]),
    ],
)
def test_numbers_as_names_are_told_apart_and_have_a_place_each(ratings, names):
    columns = (*COLUMNS[:2], Column("x", "Rating", "number"), COLUMNS[3])
    rows = [(DAY, "a", rating, 10.0 + at) for at, rating in enumerate(ratings)]
    spec = Chart.model_validate({"type": "bar", "data": "t", "x": "x", "y": "y"})
    data = chart_data(spec, replace(table(rows), columns=columns))
    root = ElementTree.fromstring(draw(data))
    assert [str(x) for x in data.xs] == names
    assert {*names} <= {*texts(root)}
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.get("fill") == PALETTE[0]]
    assert len({bar.get("x") for bar in bars}) == len(ratings)
    # As series they have the same names in the legend.
    spec = Chart.model_validate({"type": "line", "data": "t", "x": "day", "y": "y", "series": "x"})
    data = chart_data(spec, replace(table(rows), columns=columns))
    assert [one.name for one in data.series] == names


def test_what_is_written_alike_has_a_bar_each():
    _, root = chart("bar", [(DAY, name, 1.0, y) for name, y in (("–", 1.0), (None, 2.0))])
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.get("fill") == PALETTE[0]]
    assert len({bar.get("x") for bar in bars}) == 2


def test_one_slice_alone_is_a_full_ring():
    _, root = chart("pie", named([7.0]))
    (ring,) = [path for path in root.iter(f"{SVG}path") if path.get("fill") == PALETTE[0]]
    assert ring.get("fill-rule") == "evenodd"


def test_a_line_breaks_at_unknown_values_and_at_missing_days():
    days = [0, 1, 2, 3, 6, 7, 8, 9]
    rows = [(DAY + timedelta(days=d), "a", 1.0, None if d == 2 else float(d)) for d in days]
    _, root = chart("line", rows, x="day")
    (line,) = [path for path in root.iter(f"{SVG}path") if path.get("stroke") == PALETTE[0]]
    # 0-1, then 3 alone (a dot), then 6-9.
    assert line.get("d", "").count("M") == 3
    # Few points have a sign each; what is not known has none.
    assert len([p for p in root.iter(f"{SVG}path") if p.get("transform")]) == 7


def test_series_are_told_apart_by_colour_dash_and_legend():
    rows = [(DAY + timedelta(days=d), name, 1.0, d * 1.0) for d in range(5) for name in ("a", "b")]
    _, root = chart("line", rows, x="day", series="name")
    lines = [p for p in root.iter(f"{SVG}path") if p.get("stroke-linejoin")]
    assert [line.get("stroke") for line in lines] == list(PALETTE[:2])
    assert lines[0].get("stroke-dasharray") != lines[1].get("stroke-dasharray")
    assert {"a", "b"} <= set(texts(root))


def test_every_series_that_is_shown_has_a_colour_and_a_dash_of_its_own():
    # And what stands for all others has one more.
    assert {len(set(each)) for each in (PALETTE, DASHES, SIGNS, PATTERNS)} == {MAX_SERIES + 1}


def test_the_sum_of_other_series_has_a_colour_of_its_own():
    rows = [(DAY + timedelta(days=d), f"s{n}", 1.0, float(n)) for d in range(2) for n in range(20)]
    columns = (*COLUMNS[:3], replace(COLUMNS[3], adds_up=True))
    spec = Chart.model_validate(
        {"type": "line", "data": "t", "x": "day", "y": "y", "series": "name"}
    )
    data = chart_data(spec, replace(table(rows), columns=columns))
    assert [one.place for one in data.series] == [*range(11), REST]
    assert (data.series[-1].name, data.series[-1].points[0][1]) == ("9 others", sum(range(9)))


def test_many_points_keep_their_shape_and_it_is_said():
    rows = [(DAY + timedelta(days=d), "a", 1.0, 100.0 if d == 777 else 1.0) for d in range(3000)]
    data, _ = chart("line", rows, x="day")
    points = data.series[0].points
    assert len(points) <= MAX_LINE_POINTS
    assert max(point[1] or 0 for point in points) == 100.0
    assert any("3,000 points" in note for note in data.notes)


def test_a_large_crowd_is_sampled():
    rows = [(DAY, "a", float(n), float(n)) for n in range(5_000)]
    data, _ = chart("scatter", rows, x="x")
    assert sum(len(one.points) for one in data.series) <= MAX_MARKS
    assert any("5,000 points" in note for note in data.notes)


def test_the_farthest_points_of_a_scatter_are_named():
    rows = [(DAY, f"p{n}", 10 + n % 5, 10 + n % 7) for n in range(50)] + [(DAY, "far", 90.0, 80.0)]
    _, root = chart("scatter", rows, x="x", label="name")
    assert "far" in texts(root)
    assert "p3" not in texts(root)


def test_a_chart_without_data_says_so():
    for kind in ("bar", "line", "pie"):
        _, root = chart(kind, [])
        assert "No data in this period" in texts(root)
    _, root = chart("pie", named([0.0, None]))
    assert "No data in this period" in texts(root)


def test_every_chart_has_a_title_and_a_description():
    _, root = chart("bar", named([1.0, 2.0]), title="Rain & shine")
    assert root.findtext(f"{SVG}title") == "Rain & shine"
    assert "2 values, from 1 to 2" in (root.findtext(f"{SVG}desc") or "")


def test_a_measure_that_is_no_number_is_refused():
    spec = Chart.model_validate({"type": "bar", "data": "t", "x": "day", "y": "name"})
    with pytest.raises(InvalidInput, match="must be a number"):
        chart_data(spec, table([]))


@given(
    st.lists(
        st.tuples(
            st.dates(date(1990, 1, 1), date(2030, 1, 1)),
            # A name may well be Nan, and is no number that is none.
            st.text(st.characters(exclude_characters="nN", exclude_categories=["Cs"]), max_size=40),
            st.floats(-1e12, 1e12),
            st.none() | st.floats(-1e12, 1e12),
        ),
        max_size=40,
    ),
    st.sampled_from(["bar", "line", "pie", "scatter"]),
    st.sampled_from([(660, 226), (324, 236)]),
)
def test_whatever_the_rows_the_drawing_is_well_formed_and_inside_its_frame(rows, kind, size):
    x = {"scatter": "x", "line": "day"}.get(kind, "name")
    spec = Chart.model_validate({"type": kind, "data": "t", "x": x, "y": "y"})
    root = ElementTree.fromstring(draw(chart_data(spec, table(rows)), *size))
    text = ElementTree.tostring(root, encoding="unicode")
    assert "nan" not in text.lower().replace("finance", "")
    for rect in root.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", 0)) <= size[0]
        assert float(rect.get("height", 0)) >= 0


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_ticks_are_round_enclose_the_range_and_are_few(one, other):
    low, high = sorted((one, other))
    if high - low < 1e-6 * max(abs(low), abs(high), 1e-3):
        return
    ticks = nice_ticks(low, high)
    tolerance = 1e-6 * (high - low)
    assert ticks[0] <= low + tolerance
    assert ticks[-1] >= high - tolerance
    assert 2 <= len(ticks) <= 12
    assert len({tick_label(tick, ticks) for tick in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("step", "firsts", "labels"),
    [
        ("quarter", [(2023, 10), (2024, 1), (2024, 4)], ["Oct", "Jan 2024", "Apr"]),
        ("QS-FEB", [(2023, 11), (2024, 2), (2024, 5)], ["Nov", "Feb 2024", "May"]),
        ("QS-MAR", [(2023, 12), (2024, 3), (2024, 6)], ["Dec", "Mar 2024", "Jun"]),
    ],
)
def test_ticks_stand_at_the_quarters_and_the_first_of_a_year_has_it(step, firsts, labels):
    first = datetime(1970, 1, 1)
    starts = [(datetime(year, month, 1) - first).total_seconds() for year, month in firsts]
    column = Column("day", "Day", "date", step=step)
    ticks = period_ticks(starts, 8, column, has_hours=False)
    assert ticks == list(zip(starts, labels, strict=True))


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (0.5, "06:00"),
        (3, "1 Jan"),
        (31, "7 Jan"),
        (200, "Jan 2013"),
        (364, "Jan 2013"),
        (4000, "2014"),
    ],
)
def test_time_ticks_fall_on_calendar_steps(days, first):
    start = (datetime(2013, 1, 1) - datetime(1970, 1, 1)).total_seconds()
    labels = [label for _, label in time_ticks(start, start + days * 86_400)]
    assert 2 <= len(labels) <= 9
    assert first in labels
