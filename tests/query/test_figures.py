"""Figures of a panel: the flights of the conftest are 126 on 30 January 2013 and 9 more each day, 306 as restated on 2
February, 162 on the third."""

from datetime import datetime

import pytest

from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.figures import figures_of

# Of 2 February in New York.
NOW = datetime(2013, 2, 2, 12)


def figures(instance, select, *, now=NOW, where=None, **config):
    body = {
        "version": 2,
        "source": "dataset:flights",
        "datasets": {"main": {"select": select}},
        **({"where": where} if where else {}),
        **config,
    }
    return figures_of(
        parse_config(body),
        "main",
        engine=instance.engine,
        drm_engine=instance.engine,
        now=now,
        time_zone="America/New_York",
    )


def days(period):
    return {"field": "date", "op": "in_period", "value": period}


def test_a_measure_stands_beside_the_equal_period_before_with_the_days_of_both(instance):
    third = datetime(2013, 2, 3, 12)
    (found,) = figures(instance, [{"measure": "flights"}], now=third, where=days("last_2_days"))
    assert found.value == 144 + 306
    assert found.change == pytest.approx(100 * (450 - 261) / 261)
    assert found.change_unit == "%"
    assert found.points == (126, 135, 144, 306)
    assert found.before == 2
    assert (found.period.english, found.earlier.english) == (
        "2013-02-01 to 2013-02-02",
        "2013-01-30 to 2013-01-31",
    )


def test_data_that_begin_inside_the_earlier_period_are_no_measure_of_the_later_one(instance):
    (found,) = figures(instance, [{"measure": "flights"}], where=days("last_2_days"))
    assert found.value == 135 + 144
    assert (found.change, found.change_unit, found.earlier) == (None, None, None)
    assert found.points == (None, 126, 135, 144)
    assert found.before == 2
    assert found.period.english == "2013-01-31 to 2013-02-01"


def test_whatever_form_a_panel_has_only_what_it_measures_is_told(instance):
    grouped = [{"field": "origin"}, {"measure": "flights"}, {"measure": "cancelled_pct"}]
    flights, cancelled = figures(instance, grouped, where=days("yesterday"))
    assert flights.value == 144
    # Of the second day a third is 2, a third 0 and a third 1 of the three airlines at three airports.
    lost, all_flights = 3 * (2 + 0 + 1), 144
    assert cancelled.value == pytest.approx(100 * lost / all_flights)
    assert cancelled.change_unit == "pts"
    assert cancelled.change == pytest.approx(100 * 9 / 144 - 100 * 9 / 135)
    assert figures(instance, [{"field": "origin"}]) == []


def test_data_that_has_ended_is_told_of_up_to_its_end(instance):
    late = datetime(2013, 6, 1, 12)
    where = {"and": [days("last_2_days"), {"field": "origin", "op": "eq", "value": "EWR"}]}
    (found,) = figures(instance, [{"measure": "flights"}], now=late, where=where)
    # Of Newark: 3 airlines of 10 and more, twice as many on the restated day.
    of_day = [3 * (10 + n) + 3 for n in range(5)]
    assert found.value == 2 * of_day[3] + of_day[4]
    assert found.points == (of_day[1], of_day[2], 2 * of_day[3], of_day[4])
    assert found.before == 2
    assert found.period.english == "2013-02-02 to 2013-02-03"


def test_a_panel_without_a_period_is_told_of_the_last_days(instance):
    (found,) = figures(instance, [{"measure": "flights"}])
    assert found.period.english == "2013-01-03 to 2013-02-01"
    assert found.value == 126 + 135 + 144


def test_what_a_ledger_has_no_row_of_did_not_happen(instance):
    body = {
        "version": 2,
        "source": "recommendations",
        "datasets": {"main": {"select": [{"measure": "recommendations"}]}},
    }
    (found,) = figures_of(
        parse_config(body),
        "main",
        engine=instance.engine,
        drm_engine=instance.engine,
        now=NOW,
        time_zone="UTC",
    )
    assert found.value in (0, None)
    assert set(found.points) <= {0.0}


def test_what_is_not_there_any_more_is_refused(instance):
    with pytest.raises(InvalidQuery):
        figures(instance, [{"measure": "gone"}])
