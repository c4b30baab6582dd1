"""Days of New York from hours in UTC, over both changes of clocks in 2013."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration, FieldSpec
from iop_pipelines.transform.prepare import prepare

SPRING, AUTUMN = datetime(2013, 3, 10), datetime(2013, 11, 3)


def declare(zone="America/New_York", freq="D", **options):
    aggregate = {
        "total": {"column": "value", "how": "sum"},
        "mean": {"column": "value", "how": "mean"},
        "low": {"column": "value", "how": "min"},
        "high": {"column": "value", "how": "max"},
        "first": {"column": "value", "how": "first"},
        "last": {"column": "value", "how": "last"},
        "hours": {"column": "value", "how": "count"},
        "weighted": {"column": "value", "how": "weighted_mean", "weight": "weight"},
    }
    resample = {
        "kind": "resample",
        "time": "at",
        "into": "day",
        "freq": freq,
        "from_zone": "UTC",
        "by": ["place"],
        "aggregate": aggregate,
        "coverage_into": "coverage_pct",
        **options,
    }
    number = {"type": "number"}
    return DatasetDeclaration.model_validate(
        {
            "name": "weather",
            "source": "weather",
            "time": "day",
            "freq": freq,
            "time_zone": zone,
            "key": ["day", "place"],
            "fields": {
                "day": {"type": "date"},
                "place": {"type": "string"},
                "coverage_pct": number,
                "hours": {"type": "integer"},
                **{name: number for name in aggregate if name != "hours"},
            },
            "steps": [
                {
                    "kind": "cast",
                    "columns": {
                        "at": {"to": "datetime", "zone": resample["from_zone"]},
                        "place": {"to": "string"},
                        "value": {"to": "number"},
                        "weight": {"to": "number"},
                    },
                },
                resample,
            ],
        }
    )


def hours(start, count, value: str | None = "1", weight="1", place="JFK"):
    return [
        ((start + timedelta(hours=i)).strftime("%Y-%m-%dT%H:%M:%SZ"), place, value, weight)
        for i in range(count)
    ]


def run(declaration, rows, start, end):
    frame = pd.DataFrame(rows, columns=["at", "place", "value", "weight"], dtype=object)
    return prepare(declaration, frame, (start, end))


@pytest.mark.parametrize(
    ("day", "first_hour", "length"),
    [
        (datetime(2013, 3, 9), datetime(2013, 3, 9, 5), 24),
        (SPRING, datetime(2013, 3, 10, 5), 23),
        (datetime(2013, 3, 11), datetime(2013, 3, 11, 4), 24),
        (AUTUMN, datetime(2013, 11, 3, 4), 25),
        (datetime(2013, 11, 4), datetime(2013, 11, 4, 5), 24),
    ],
)
def test_a_local_day_holds_its_own_hours_and_only_those(day, first_hour, length):
    rows = hours(first_hour - timedelta(hours=1), length + 2)
    prepared = run(declare(), rows, day, day + timedelta(days=1))
    (only,) = prepared.frame.to_dict("records")
    assert (only["hours"], only["total"], only["coverage_pct"]) == (length, length, 100.0)
    # The hour on each side belongs to a neighbour, which the run's window does not hold.
    assert prepared.reject_reasons == {"day: outside the DRM run's window": 2}


def test_nothing_is_lost_or_counted_twice_over_a_change_of_clocks():
    for sunday in (SPRING, AUTUMN):
        rows = hours(sunday - timedelta(days=2), 5 * 24)
        wide = (sunday - timedelta(days=5), sunday + timedelta(days=5))
        assert run(declare(), rows, *wide).frame["total"].sum() == 5 * 24


def test_coverage_is_the_share_of_the_days_hours_that_have_a_row():
    prepared = run(
        declare(), hours(datetime(2013, 3, 10, 5), 20), SPRING, SPRING + timedelta(days=1)
    )
    assert prepared.frame["coverage_pct"].tolist() == [pytest.approx(100 * 20 / 23)]


def test_rows_of_the_same_hour_do_not_lift_coverage():
    rows = hours(datetime(2013, 3, 9, 5), 12) * 2
    prepared = run(declare(), rows, datetime(2013, 3, 9), SPRING)
    assert prepared.frame["coverage_pct"].tolist() == [50.0]


def test_unknown_values_are_left_out_and_a_day_without_any_is_null_not_zero():
    start = datetime(2013, 2, 1, 5)
    rows = hours(start, 2, value=None) + hours(start + timedelta(days=1), 1, value=None)
    rows += hours(start + timedelta(hours=2), 2, value="4")
    frame = run(declare(), rows, datetime(2013, 2, 1), datetime(2013, 2, 3)).frame
    known, unknown = frame.to_dict("records")
    assert (known["total"], known["mean"], known["hours"]) == (8, 4, 2)
    for name in ("total", "mean", "low", "high", "first", "last", "weighted"):
        assert pd.isna(unknown[name]), name
    assert unknown["hours"] == 0


def test_a_weighted_mean_is_over_the_known_values_alone():
    at = datetime(2013, 2, 1, 5)
    rows = hours(at, 1, "10", "3") + hours(at + timedelta(hours=1), 1, "20", "1")
    rows += hours(at + timedelta(hours=2), 1, None, "5") + hours(
        at + timedelta(hours=3), 1, "99", "0"
    )
    frame = run(declare(), rows, datetime(2013, 2, 1), datetime(2013, 2, 2)).frame
    assert frame["weighted"].tolist() == [12.5]


def test_a_weight_of_zero_throughout_makes_the_mean_unknown():
    rows = hours(datetime(2013, 2, 1, 5), 3, "10", "0")
    frame = run(declare(), rows, datetime(2013, 2, 1), datetime(2013, 2, 2)).frame
    assert frame["weighted"].isna().all()


def test_groups_are_kept_apart():
    at = datetime(2013, 2, 1, 5)
    rows = hours(at, 3, "1") + hours(at, 3, "5", place="LGA")
    frame = run(declare(), rows, datetime(2013, 2, 1), datetime(2013, 2, 2)).frame
    assert frame[["place", "total"]].to_dict("records") == [
        {"place": "JFK", "total": 3.0},
        {"place": "LGA", "total": 15.0},
    ]


def test_local_hours_that_are_absent_or_ambiguous_are_rejected_with_the_zone():
    declaration = declare(zone="Africa/Lagos", from_zone="America/New_York")
    rows = [
        ("2013-03-10T02:30:00", "JFK", "1", "1"),
        ("2013-11-03T01:30:00", "JFK", "1", "1"),
        ("2013-11-03T12:00:00", "JFK", "1", "1"),
        (None, "JFK", "1", "1"),
    ]
    prepared = run(declaration, rows, datetime(2013, 1, 1), datetime(2014, 1, 1))
    assert prepared.reject_reasons == {
        "at: ambiguous or absent in America/New_York": 2,
        "at: missing": 1,
    }
    assert prepared.frame["hours"].tolist() == [1]


def test_weeks_begin_on_monday_and_months_on_their_first():
    rows = hours(datetime(2013, 3, 1, 5), 24 * 20)
    weeks = run(declare(freq="W"), rows, datetime(2013, 2, 1), datetime(2013, 4, 1)).frame
    assert weeks["day"].dt.weekday.eq(0).all()
    # The week of the change of clocks has 167 hours.
    assert weeks["hours"].tolist() == [72, 167, 168, 73]
    assert weeks["coverage_pct"].tolist()[1:3] == [100.0, 100.0]
    months = run(declare(freq="MS"), rows, datetime(2013, 2, 1), datetime(2013, 4, 1)).frame
    assert months["hours"].tolist() == [480]
    assert months["coverage_pct"].tolist() == [pytest.approx(100 * 480 / (31 * 24 - 1))]


def test_a_zone_that_changes_at_midnight_has_its_whole_day():
    # Beirut: 31 March 2013 begins at 01:00.
    day = datetime(2013, 3, 31)
    prepared = run(
        declare(zone="Asia/Beirut"),
        hours(datetime(2013, 3, 30, 22), 23),
        day,
        day + timedelta(days=1),
    )
    assert prepared.frame[["hours", "coverage_pct"]].to_numpy().tolist() == [[23, 100.0]]


def only_total(**options):
    """A day's sum of the known values, or nothing."""
    total = {"total": {"column": "value", "how": "sum", **options}}
    fields = {"day": {"type": "date"}, "place": {"type": "string"}, "total": {"type": "number"}}
    declaration = declare(aggregate=total, coverage_into=None)
    return declaration.model_copy(
        update={"fields": {name: FieldSpec.model_validate(each) for name, each in fields.items()}}
    )


@pytest.mark.parametrize(
    ("known", "min_coverage", "total"),
    [(12, 50, 12), (11, 50, None), (1, 0, 1), (23, 100, None), (24, 100, 24)],
)
def test_a_sum_over_too_few_hours_is_unknown(known, min_coverage, total):
    start = datetime(2013, 2, 1, 5)
    rows = hours(start, known) + hours(start + timedelta(hours=known), 24 - known, value=None)
    # An hour that is there twice is one hour.
    rows += hours(start, 1, value="0")
    declaration = only_total(min_coverage=min_coverage)
    (value,) = run(declaration, rows, datetime(2013, 2, 1), datetime(2013, 2, 2)).frame["total"]
    assert pd.isna(value) if total is None else value == total


def test_coverage_is_of_the_days_own_hours_when_clocks_change():
    rows = hours(datetime(2013, 3, 10, 5), 23)
    frame = run(only_total(min_coverage=100), rows, SPRING, SPRING + timedelta(days=1)).frame
    assert frame["total"].tolist() == [23]


def test_no_rows_have_no_coverage():
    frame = run(only_total(min_coverage=50), [], SPRING, SPRING + timedelta(days=1)).frame
    assert frame.empty
