"""Findings of one cause are told once: what belongs together, what does not, and what chance brings together."""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from scipy.stats import poisson

from iop_pipelines.cli.main import main
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.causes import (
    Rate,
    Standing,
    chance_of,
    gather,
    is_same_time,
)
from iop_pipelines.recommendations.review import (
    count_of_causes,
    count_recommendations,
    list_recommendations,
    review,
)
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import recommendation_causes, recommendations

START = datetime(2026, 1, 1)
DAY = timedelta(days=1)


def standing(row_id, first, days=1, series=None, cause=None, place=None):
    since = START + first * DAY
    name = series or f"S{row_id}"
    return Standing(row_id, name, since, since + days * DAY, place or row_id, cause)


@pytest.mark.parametrize(
    ("count", "expected", "right"),
    [(2, 1.0, 1 - 2 / math.e), (11, 1.2, None), (3, 0.28, None), (1, 1e-9, None), (0, 0.3, 1.0)],
)
def test_the_chance_is_a_poisson_tail(count, expected, right) -> None:
    right = poisson.sf(count - 1, expected) if right is None else right
    assert chance_of(count, expected) == pytest.approx(right if count > expected else 1.0)


def test_two_are_at_the_same_time_that_share_a_quarter_of_it() -> None:
    storm, day_of_it = standing(1, 10, days=3), standing(2, 11)
    assert is_same_time(storm, day_of_it)
    assert is_same_time(day_of_it, storm)
    assert not is_same_time(standing(1, 10, days=30), day_of_it)
    assert not is_same_time(standing(1, 10), day_of_it)


def test_more_at_once_than_chance_gives_are_one_cause() -> None:
    """12 of 40 on one day of a year in which there were 60: 60/365 = .16 others are expected, 11 came."""
    together = [standing(each, 100) for each in range(1, 13)]
    others = [standing(20 + each, 7 * each) for each in range(1, 13)]
    fresh = {each.id for each in [*together, *others]}
    (cause,) = gather([*together, *others], fresh, Rate(60, 365 * DAY, DAY))
    assert sorted(each.id for each in cause.members) == list(range(1, 13))
    assert cause.id is None
    assert cause.lead.id == 12


def test_as_many_as_chance_gives_are_none() -> None:
    """Two on one day, where each day has two by chance: P(1 or more of 2) = .86; and the same series twice is one."""
    pair = [standing(1, 100), standing(2, 100)]
    assert gather(pair, {1, 2}, Rate(730, 365 * DAY, DAY)) == []
    twice = [standing(1, 100, series="EWR"), standing(2, 100, series="EWR")]
    assert gather(twice, {1, 2}, Rate(2, 365 * DAY, DAY)) == []


def test_a_later_one_joins_the_cause_that_there_is() -> None:
    members = [standing(each, 100, days=2, cause=7) for each in range(1, 6)]
    late, elsewhere = standing(9, 101), standing(10, 150)
    (cause,) = gather([*members, late, elsewhere], {9, 10}, Rate(10, 365 * DAY, DAY))
    assert cause.id == 7
    assert sorted(each.id for each in cause.members) == [1, 2, 3, 4, 5, 9]
    # What was told before and alone is no seed of its own, though it may be taken along.
    assert gather([*members, late], {1}, Rate(10, 365 * DAY, DAY)) == []


def test_chance_coincidences_are_not_told_together() -> None:
    """Of series that have nothing to do with each other: of whole histories at once, and day by day."""
    random = np.random.default_rng(137)
    history, days = 0, 365
    for _ in range(200):
        told = [
            standing(each, int(day), days=int(length), series=f"S{each % 40}")
            for each, (day, length) in enumerate(
                zip(random.integers(0, days, 60), random.integers(1, 4, 60), strict=True), start=1
            )
        ]
        history += bool(gather(told, {each.id for each in told}, Rate(60, days * DAY, DAY)))
    assert history <= 0.05 * 200
    for a_week in (0.5, 2, 5):
        grouped = alerts = row_id = 0
        count, daily = a_week * days / 7, a_week / 7
        for day in range(6000):
            names = random.choice(40, size=min(40, random.poisson(daily)), replace=False)
            fresh = [
                standing(row_id + each, day, series=f"S{name}")
                for each, name in enumerate(names, 1)
            ]
            row_id += len(fresh)
            alerts += len(fresh)
            for cause in gather(
                fresh, {each.id for each in fresh}, Rate(round(count), days * DAY, DAY)
            ):
                grouped += len(cause.members)
        assert alerts > 300
        assert grouped <= 0.05 * alerts, a_week


SERIES = tuple(f"S{each:02d}" for each in range(40))


def _rows(world):
    of = recommendations.c
    with world.engine.connect() as connection:
        query = sa.select(of.unique_id, of.cause_id, of.place).order_by(
            of.place.desc(), of.id.desc()
        )
        return connection.execute(query).all()


def _cause(world):
    with world.engine.connect() as connection:
        return connection.execute(sa.select(recommendation_causes)).one_or_none()


def test_one_delivery_of_many_is_one_cause_and_who_ends_leaves_it(
    world, found, day, tmp_path
) -> None:
    """Twelve of forty on one day, after three alone in the month before; one higher, when the twelve are lower."""
    low = {"value": 1.0, "expected": 4.6, "severity": Severity.WARNING}
    for offset, name in ((0, "S30"), (9, "S31"), (15, "S32")):
        advise(world.engine, world.run(offset, found(offset, series=name, **low), scored=SERIES))
    struck = [found(30, series=name, **low) for name in SERIES[:12]]
    other = found(30, series="S20", severity=Severity.WARNING)
    advise(world.engine, world.run(30, *struck, other, scored=SERIES))
    cause = _cause(world)
    assert (cause.dataset, cause.direction, cause.since) == ("flights", "lower", day(30))
    assert cause.series == 40
    assert {row.unique_id for row in _rows(world) if row.cause_id == cause.id} == set(SERIES[:12])
    entries = list_recommendations(world.engine, with_cause=True)
    assert len(entries) == count_recommendations(world.engine, with_cause=True) == 16 - 11
    (lead,) = (each for each in entries if each.cause_id == cause.id)
    assert count_of_causes(world.engine, entries) == {lead.id: 12}
    url = world.engine.url.render_as_string(hide_password=False)
    shell = {"IOP_HOME": str(tmp_path), "DATABASE_URL": url, "COLUMNS": "250"}
    listed = CliRunner().invoke(main, ["recommendation", "list"], env=shell).output
    assert "(and 11 more of the same time)" in " ".join(listed.replace("│", " ").split())
    # One grows graver and leads; one is not found any more and leaves once it is resolved; one turns.
    graver = found(31, series="S05", **low | {"severity": Severity.CRITICAL}, since=day(30))
    lasting = [found(31, series=name, **low, since=day(30)) for name in SERIES[:4]]
    turned = found(31, series="S06", severity=Severity.WARNING, since=day(31))
    advise(world.engine, world.run(31, *lasting, graver, turned, scored=SERIES))
    rows = [row for row in _rows(world) if row.cause_id == cause.id]
    assert rows[0].unique_id == "S05"
    assert len(rows) == 11
    advise(
        world.engine,
        world.run(
            32, *(found(32, series=n, **low, since=day(30)) for n in SERIES[:4]), scored=SERIES
        ),
    )
    left = {row.unique_id for row in _rows(world) if row.cause_id == cause.id}
    assert left == {*SERIES[:4], "S05"}
    for offset in (33, 34):
        advise(world.engine, world.run(offset, scored=SERIES))
    assert not any(row.cause_id for row in _rows(world))
    assert _cause(world) is None


def test_each_member_keeps_its_own_state(world, found) -> None:
    struck = [found(5, series=name) for name in SERIES[:6]]
    advise(world.engine, world.run(0, found(0, series="S30"), scored=SERIES))
    advise(world.engine, world.run(5, *struck, scored=SERIES))
    ids = [row.cause_id for row in _rows(world)]
    assert ids.count(None) == 1
    of = recommendations.c
    with begin_write(world.engine) as connection:
        lead = connection.scalars(sa.select(of.id).where(of.unique_id == "S03")).one()
    review(world.engine, lead, ReviewStatus.ACCEPTED)
    with world.engine.connect() as connection:
        states = connection.execute(
            sa.select(of.unique_id, of.status).where(of.cause_id.is_not(None))
        )
        assert {name: status.value for name, status in states} == {
            name: "accepted" if name == "S03" else "open" for name in SERIES[:6]
        }


def test_what_nothing_was_expected_of_stands_alone(world, found) -> None:
    """As what a rule finds, and what is no event."""
    plain = [found(5, series=name, expected=None) for name in SERIES[:6]]
    trends = [found(5, series=name, category=Category.TREND) for name in SERIES[6:12]]
    advise(world.engine, world.run(5, *plain, *trends, scored=SERIES))
    assert len(_rows(world)) == 12
    assert _cause(world) is None
