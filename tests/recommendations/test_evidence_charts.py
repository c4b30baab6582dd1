"""The series around a finding, and its text in parts."""

from datetime import datetime, timedelta

import pytest

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.chart import MAX_POINTS, evidence_chart
from iop_pipelines.recommendations.review import recommendation
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import model_outputs, recommendations

DAY = datetime(2013, 2, 8)


def add_outputs(world, execution_id, days, series="EWR", **more):
    """A row a day whose value is the day's number."""
    rows = [
        {
            "execution_id": execution_id,
            "model_id": world.models["storms"],
            "unique_id": series,
            "measure": "cancelled_pct",
            "ds": DAY + timedelta(days=day),
            "y": float(day),
            "yhat": 4.0,
            "lo": 2.0,
            "hi": 9.0,
            "is_finding": False,
            **more,
        }
        for day in days
    ]
    with begin_write(world.engine) as connection:
        connection.execute(model_outputs.insert(), rows)


def points(*days):
    band = {"yhat": None, "lo": None, "hi": None}
    return [{"ds": (DAY + timedelta(days=day)).isoformat(), "y": 1.0, **band} for day in days]


def test_evidence_and_output_are_one_series_and_the_output_counts(world, found):
    execution_id = world.run(
        0, found(0, evidence={"points": points(-3, -2, -1, 0)}), scored=("JFK",)
    )
    add_outputs(world, execution_id, [-1, 1])
    add_outputs(world, execution_id, [0], is_finding=True)
    add_outputs(world, execution_id, range(50), series="LGA")
    (opened,) = advise(world.engine, execution_id).opened
    chart = evidence_chart(world.engine, opened)
    assert [(point.ds - DAY).days for point in chart.points] == [-3, -2, -1, 0, 1]
    assert [point.y for point in chart.points] == [1.0, 1.0, -1.0, 0.0, 1.0]
    assert [point.is_finding for point in chart.points] == [False, False, False, True, False]
    assert (chart.execution_id, chart.unique_id, chart.measure) == (
        execution_id,
        "EWR",
        "cancelled_pct",
    )
    assert (chart.label, chart.unit, chart.freq, chart.time_zone) == (
        "Cancellations",
        "%",
        "D",
        "UTC",
    )
    assert chart.ds == DAY


def test_of_a_long_series_what_lies_around_the_finding_is_shown(world, found):
    execution_id = world.run(0, found(0), scored=("JFK",))
    add_outputs(world, execution_id, range(-600, 600))
    (opened,) = advise(world.engine, execution_id).opened
    shown = [(point.ds - DAY).days for point in evidence_chart(world.engine, opened).points]
    assert len(shown) == MAX_POINTS
    assert shown == list(range(shown[0], shown[0] + MAX_POINTS))
    assert shown[0] < -100
    assert shown[-1] > 40


def test_why_and_what_to_do_are_the_parts_of_its_text(world, found):
    world.model(advice={"action": "Call the airline.", "owner": "Duty manager"})
    execution_id = world.run(0, found(0))
    (opened,) = advise(world.engine, execution_id).opened
    chart = evidence_chart(world.engine, opened)
    description = recommendation(world.engine, opened).description
    assert (chart.actions, chart.owner) == (("Call the airline.",), "Duty manager")
    assert len(chart.rationale) >= 2
    assert description.splitlines()[: len(chart.rationale)] == list(chart.rationale)
    assert "What to do: Call the airline. Owner: Duty manager." in description


def test_one_that_no_model_made_has_its_text_and_no_points(world):
    with begin_write(world.engine) as connection:
        result = connection.execute(
            recommendations.insert().values(
                title="By hand",
                description="It was seen.\nWhat to do: Look again.",
                category=Category.TREND,
                severity=Severity.INFO,
            )
        )
    chart = evidence_chart(world.engine, result.inserted_primary_key[0])
    assert (chart.rationale, chart.actions, chart.points) == (
        ("It was seen.", "What to do: Look again."),
        (),
        (),
    )


def test_one_that_is_not_there_is_not_found(world):
    with pytest.raises(NotFound):
        evidence_chart(world.engine, 1)


def delayed(found, day, **more):
    """A finding about minutes, with the points of its own measure."""
    own = {
        "measure": "delay",
        "unit": "min",
        "value": 95.0,
        "expected": 12.0,
        "lo": 4.0,
        "hi": 20.0,
    }
    minutes = [
        {**point, "y": 95.0 if point is last else 12.0}
        for kept in (points(day - 2, day - 1, day),)
        for last in kept[-1:]
        for point in kept
    ]
    return found(day, **own, score=8.0, evidence={"points": minutes}, **more)


def test_a_chart_is_all_of_the_finding_in_the_title_and_what_came_later_has_its_own(world, found):
    storm = world.run(0, found(0, evidence={"points": points(-1, 0)}), scored=("JFK",))
    add_outputs(world, storm, range(-4, 2))
    later = world.run(3, delayed(found, 3), scored=("JFK",))
    add_outputs(world, later, range(1, 4), measure="delay", y=95.0)
    (opened,) = advise(world.engine, storm).opened
    assert list(advise(world.engine, later).updated) == [opened]

    chart = evidence_chart(world.engine, opened)
    kept = recommendation(world.engine, opened).metadata

    assert "ancellations" in recommendation(world.engine, opened).title
    assert (chart.measure, chart.label, chart.unit) == ("cancelled_pct", "Cancellations", "%")
    assert (chart.ds, chart.execution_id) == (DAY, storm)
    assert [(point.ds - DAY).days for point in chart.points] == list(range(-4, 2))
    assert [point.y for point in chart.points] == [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0]
    (other,) = chart.others
    assert (other.measure, other.unit, other.execution_id) == ("delay", "min", later)
    assert (other.ds - DAY).days == 3
    assert [(point.ds - DAY).days for point in other.points] == [1, 2, 3]
    assert {point.y for point in other.points} == {95.0}
    assert (kept["measure"], kept["unit"], kept["band"]["hi"]) == ("cancelled_pct", "%", 9.3)
    assert [point["ds"] for point in kept["points"]] == [
        (DAY + timedelta(days=day)).isoformat() for day in (-1, 0)
    ]


def test_without_their_outputs_points_mark_only_findings_of_their_own_measure(world, found):
    both = (found(0, evidence={"points": points(-2, -1, 0)}), delayed(found, -1))
    execution_id = world.run(-1, *both, days=2, scored=("JFK",))
    (opened,) = advise(world.engine, execution_id).opened

    chart = evidence_chart(world.engine, opened)

    assert [point.is_finding for point in chart.points] == [False, False, True]
    assert chart.others == ()


def test_a_later_finding_out_of_the_charts_reach_has_a_chart_with_its_time(world, found):
    first = world.run(0, found(0), scored=("JFK",))
    add_outputs(world, first, range(-3, 1))
    again = world.run(30, found(30, score=9.0), scored=("JFK",))
    add_outputs(world, again, range(25, 31))
    (opened,) = advise(world.engine, first).opened
    advise(world.engine, again)

    chart = evidence_chart(world.engine, opened)

    assert [(point.ds - DAY).days for point in chart.points] == [-3, -2, -1, 0]
    (other,) = chart.others
    assert (other.label, other.unit) == ("Cancellations", "%")
    assert [(point.ds - DAY).days for point in other.points] == list(range(25, 31))


def test_what_an_earlier_release_kept_of_another_measure_is_drawn_under_no_title(world, found):
    execution_id = world.run(0, found(0), scored=("JFK",))
    (opened,) = advise(world.engine, execution_id).opened
    kept = recommendation(world.engine, opened).metadata
    mixed = {**kept, "measure": "delay", "unit": "min", "points": points(-2, -1, 0)}
    with begin_write(world.engine) as connection:
        connection.execute(recommendations.update().values(metadata=mixed))

    chart = evidence_chart(world.engine, opened)

    assert (chart.measure, chart.unit) == ("cancelled_pct", "%")
    assert "delay" not in {chart.measure, *(other.measure for other in chart.others)}
    assert all(point.ds == DAY for point in chart.points)
