"""The few numbers of a finding's series that a list carries."""

import pytest

from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.sparkline import sparkline


def point(y: float | None, yhat: float | None = None) -> dict:
    return {"ds": "2013-02-01T00:00:00", "y": y, "yhat": yhat, "lo": None, "hi": None}


def test_a_sparkline_is_the_last_sixty_of_what_was_seen():
    points = [point(number, -1) for number in range(100)]
    assert sparkline({"points": points}, Category.ANOMALY) == [
        float(number) for number in range(40, 100)
    ]


def test_where_nothing_was_seen_yet_it_goes_on_with_what_is_expected():
    points = [point(1.0, 1.5), point(None, 2.5), point(None, None), point(0.0, 9.0)]
    assert sparkline({"points": points}, Category.ANOMALY) == [1.0, 2.5, None, 0.0]


def test_its_numbers_are_as_long_as_a_picture_needs():
    assert sparkline(
        {"points": [point(123.456), point(0.000123456), point(-98765.4)]}, Category.ANOMALY
    ) == [
        123.5,
        0.0001235,
        -98770.0,
    ]


@pytest.mark.parametrize("evidence", [None, {}, {"points": None}, {"points": "12"}, {"points": []}])
def test_what_has_no_points_has_no_sparkline(evidence):
    assert sparkline(evidence, Category.ANOMALY) == []


def test_points_of_another_hand_are_read_as_far_as_they_go():
    points = ["x", {"y": "12"}, {"y": True, "yhat": 3}, {"y": 4}]
    assert sparkline({"points": points}, Category.ANOMALY) == [None, None, 3.0, 4.0]


def test_points_of_another_measure_than_the_title_is_about_are_not_shown():
    evidence = {
        "measure": "delay",
        "points": [point(4)],
        "peak": {"measure": "cancelled"},
        "latest": {"measure": "delay"},
    }
    assert sparkline(evidence, Category.ANOMALY) == []
    assert sparkline(evidence, Category.TREND) == [4.0]
