"""How much of a delivery is usable, and from where on nothing of it is prepared."""

from datetime import datetime

import pytest

from iop_pipelines.transform.prepare import prepare
from iop_pipelines.transform.prepare_version import refusal_of

WINDOW = (datetime(2013, 2, 1), datetime(2013, 2, 3))
GOOD, BAD = ("2013-02-01", "a", "1.5", "1"), ("2013-02-01", "b", "n/a", "1")


def delivered(raw, good: int, bad: int, *more: tuple[str | None, ...]):
    """So many rows that can be read and so many that cannot, each of a shop of its own."""
    rows = [("2013-02-01", f"g{n}", "1.5", "1") for n in range(good)]
    rows += [("2013-02-01", f"b{n}", "n/a", "1") for n in range(bad)]
    return raw(*rows, *more)


@pytest.mark.parametrize(
    ("good", "bad", "most", "is_refused"),
    [
        (80, 20, 20, False),
        (79, 21, 20, True),
        (4, 1, 20, False),
        (3, 1, 20, True),
        (1, 99, 100, False),
        (0, 5, 100, True),
        (1, 0, 0, False),
        (999, 1, 0, True),
    ],
)
def test_more_than_the_share_and_always_all_is_refused(sales, raw, good, bad, most, is_refused):
    prepared = prepare(sales(), delivered(raw, good, bad), WINDOW)

    assert prepared.usable_pct == pytest.approx(100 * good / (good + bad))
    assert (refusal_of(prepared, most) is not None) is is_refused


def test_what_two_steps_refuse_counts_once_each_and_exactly(sales, raw):
    """10 cannot be read, and 10 of the 90 that are left lie outside the window: 20 of 100, no more."""
    outside = [("2013-02-09", f"o{n}", "1.5", "1") for n in range(10)]
    prepared = prepare(sales(), delivered(raw, 80, 10, *outside), WINDOW)

    assert prepared.usable_share == pytest.approx(0.8)
    assert refusal_of(prepared, 20) is None
    assert refusal_of(prepared, 19) is not None


def test_rows_that_say_nothing_new_are_not_missed(sales, raw):
    """Every row twice, and rows without a value where gaps are absent: rejected, but nothing is lost."""
    steps = (
        {"kind": "deduplicate", "key": ["day", "shop"]},
        {
            "kind": "gap_policy",
            "policy": "absent",
            "freq": "D",
            "time": "day",
            "columns": ["amount", "units"],
        },
    )
    empty = [("2013-02-01", f"e{n}", None, None) for n in range(5)]
    twice = delivered(raw, 10, 0, *empty).iloc[[n for n in range(15) for _ in "12"]]
    prepared = prepare(sales(*steps), twice.reset_index(drop=True), WINDOW)

    assert (prepared.rows_in, prepared.rows_out, len(prepared.rejects)) == (30, 10, 20)
    assert prepared.usable_pct == 100
    assert refusal_of(prepared, 0) is None


def test_a_key_that_does_not_tell_rows_apart_is_not_passed_over(sales, raw):
    """Fifty shops and a key that is the day alone: all but one row would be gone."""
    prepared = prepare(sales(key=["day"]), delivered(raw, 50, 0), WINDOW)

    assert prepared.usable_pct == pytest.approx(2)
    said = refusal_of(prepared, 20)
    assert str(said) == (
        "49 of 50 delivered rows are refused, at most 20 % may be: key: another row has the same (49 rows)"
    )


def test_all_that_is_left_of_nothing_is_not_asked(sales, raw):
    prepared = prepare(sales(), raw(), WINDOW)

    assert prepared.usable_pct is None
    assert refusal_of(prepared, 0) is None


def test_a_delivery_of_which_nothing_is_left_says_so(sales, raw):
    said = refusal_of(prepare(sales(), delivered(raw, 0, 4383), WINDOW), 100)

    assert str(said) == (
        "none of the 4,383 delivered rows can be used: amount: not a number (4,383 rows)"
    )
