import re
from datetime import datetime, timedelta
from itertools import product

import pytest

from iop_pipelines.drm.quality import score_rows

SCHEMA = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "format": "date"},
        "seen_at": {"type": "string", "format": "date-time"},
        "place": {"type": "string", "enum": ["EWR", "JFK"]},
        "code": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "flights": {"type": "integer", "minimum": 1},
        "temp": {"type": ["number", "null"], "minimum": -60, "maximum": 140},
    },
    "required": ["day", "place", "flights"],
}
DUE = datetime(2013, 2, 2, 6, 15)
GOOD = {
    "day": "2013-02-01",
    "seen_at": "2013-02-01T10:00:00Z",
    "place": "JFK",
    "code": "AA",
    "flights": "3",
    "temp": "33.9",
}


def score(rows, rows_expected=None, ends=DUE):
    return score_rows(
        rows,
        SCHEMA,
        ("day", "place", "code"),
        rows_expected=len(rows) if rows_expected is None else rows_expected,
        finished_at=ends,
        due_at=DUE,
    )


def test_a_full_valid_delivery_in_time_scores_100():
    quality = score([GOOD, {**GOOD, "code": "BB"}])
    assert (quality.score, quality.completeness, quality.validity) == (100, 100, 100)
    assert (quality.uniqueness, quality.timeliness) == (100, 100)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("day", "02/01/2013"),
        ("seen_at", "yesterday"),
        ("place", "LHR"),
        ("code", "aa"),
        ("flights", "0"),
        ("flights", "-3"),
        ("flights", "3.5"),
        ("flights", "#REF!"),
        ("temp", "141"),
        ("temp", "nan"),
        ("temp", "inf"),
    ],
)
def test_a_value_that_breaks_the_row_schema_makes_its_row_invalid(column, value):
    rows = [
        GOOD,
        {**GOOD, "code": "BB"},
        {**GOOD, "code": "CC"},
        {**GOOD, "code": "DD", column: value},
    ]
    assert score(rows).validity == 75.0


def test_a_missing_required_value_costs_completeness_and_not_validity():
    quality = score([GOOD, {**GOOD, "code": "BB", "place": None}])
    assert (quality.completeness, quality.validity, quality.score) == (50, 100, 50)


def test_a_missing_optional_value_costs_nothing():
    assert score([{**GOOD, "temp": None}]).score == 100


def test_rows_that_the_manifest_announced_and_that_did_not_come_cost_completeness():
    assert score([GOOD], rows_expected=4).completeness == 25


def test_more_rows_than_announced_do_not_lift_completeness_over_100():
    assert score([GOOD, {**GOOD, "code": "BB"}], rows_expected=1).completeness == 100


def test_rows_of_the_same_key_cost_uniqueness():
    assert score([GOOD, GOOD, {**GOOD, "code": "BB"}, {**GOOD, "code": "CC"}]).uniqueness == 75


@pytest.mark.parametrize(
    ("late", "timeliness", "total"), [(0, 100, 100), (12, 50, 92.5), (24, 0, 85), (240, 0, 85)]
)
def test_timeliness_falls_to_0_a_day_after_the_sla_and_weighs_15_percent(late, timeliness, total):
    quality = score([GOOD], ends=DUE + timedelta(hours=late))
    assert (quality.timeliness, quality.score) == (timeliness, total)


def test_nothing_delivered_scores_0_where_rows_were_announced_and_100_where_none_were():
    assert score([], rows_expected=5).score == 0
    assert score([], rows_expected=0).score == 100


@pytest.mark.parametrize(
    ("kind", "right"),
    [("integer", r"-?[0-9]+"), ("number", r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")],
)
def test_a_number_is_right_wherever_it_stands_among_others(kind: str, right: str) -> None:
    """Every text of up to four of these signs, and each wrong one among right ones."""
    texts = ["".join(signs) for size in range(1, 5) for signs in product("07.-", repeat=size)]
    good = [text for text in texts if re.fullmatch(right, text)]
    wrong = [text for text in texts if not re.fullmatch(right, text)]
    assert len(good) > 20 < len(wrong)

    def validity(cells: list[str | None]) -> float:
        rows = [{"x": cell} for cell in cells]
        schema = {"type": "object", "properties": {"x": {"type": [kind, "null"]}}}
        return score_rows(
            rows, schema, (), rows_expected=len(rows), finished_at=DUE, due_at=DUE
        ).validity

    assert validity([*good, None, ""]) == 100
    for text in [*wrong, "7\n7", "\u0667x", "9" * 5_000]:
        assert validity([*good[:9], text]) == 90, text
