"""A value is frozen by how long it ever was the same before; what often stands still is not."""

import random

import pytest

from iop_pipelines.transform.frozen import frozen_run


def changing(count):
    return [10 + each * 0.37 for each in range(count)]


def test_what_never_repeats_is_frozen_after_few_periods():
    values = changing(110)
    assert frozen_run([*values, 7.5, 7.5, 7.5]) is None
    run = frozen_run([*values, 7.5, 7.5, 7.5, 7.5])
    assert run is not None
    assert (run.value, run.first, run.periods, run.longest) == (7.5, 110, 4, 1)


def test_a_short_past_asks_for_more():
    assert frozen_run([*changing(10), *[1.0] * 5]) is None
    assert frozen_run([*changing(10), *[1.0] * 6]) is not None
    assert frozen_run([*changing(9), *[1.0] * 50]) is None


def test_periods_without_a_value_neither_end_a_run_nor_count():
    values = changing(100)
    assert frozen_run([*values, 1.0, None, 1.0, None, 1.0]) is None
    assert frozen_run([*values, 1.0, None, 1.0, None, 1.0, 1.0, None]) is not None


@pytest.mark.parametrize(
    "values",
    [
        [each for price in range(6) for each in [100.0 + price] * 20],
        [10.0, 10.0, 10.0, 8.0] * 20 + [16.0] * 30,
        [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, *[0.0] * 100],
        [3.0, 5.0, 4.0, 6.0, 3.0, 5.0, 4.0, 6.0, 3.0, 5.0, 4.0, 6.0, *[0.0] * 30],
        [float(each // 3) for each in range(96)] + [40.0] * 6,
        [],
        [5.0] * 100,
        [None] * 100,
    ],
    ids=[
        "a price that stands for twenty periods",
        "flights by a plan",
        "a rare count",
        "a count that ends",
        "quarters kept as months",
        "nothing",
        "what never changed",
        "nothing known",
    ],
)
def test_what_stands_still_by_nature_is_not_frozen(values):
    assert frozen_run(values) is None


def test_zero_of_what_was_below_it_is_a_value_like_any_other():
    values = [each - 20 for each in changing(100)]
    assert frozen_run([*values, *[0.0] * 4]) is not None


def test_a_count_that_sticks_is_told_later_than_a_measurement():
    draw = random.Random(4)
    counts = [float(sum(draw.random() < 0.01 for _ in range(1000))) for _ in range(100)]
    told = [n for n in range(1, 20) if frozen_run([*counts, *[9.0] * n])]
    assert told == list(range(told[0], 20))
    assert 5 <= told[0] <= 9


@pytest.mark.parametrize("mean", [0.5, 2, 10])
def test_chance_alone_freezes_no_count(mean):
    draw = random.Random(int(10 * mean))
    values = [float(sum(draw.random() < mean / 100 for _ in range(100))) for _ in range(3000)]
    told = [at for at in range(40, 3000) if frozen_run(values[max(0, at - 119) : at + 1])]
    assert told == []
