"""Findings of one cause are told once: what belongs together, what does not, and what chance brings together."""

import json
import math
from datetime import datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from scipy.stats import poisson

from iop_pipelines.cli.main import main
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.recommendations import causes
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.causes import (
    Rate,
    Standing,
    chance_of,
    gather,
    is_same_time,
)
from iop_pipelines.recommendations.leads import is_lead
from iop_pipelines.recommendations.review import (
    count_of_causes,
    count_recommendations,
    list_recommendations,
    review,
)
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    cursors,
    findings,
    metadata,
    recommendation_causes,
    recommendations,
)

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


def test_no_more_are_compared_than_it_takes(monkeypatch) -> None:
    """300 at once of a year in which there were 300, no two of which cover the same time.

    .82 to 6.6 others are expected of a day to eight, and 20 of 6.6 have a chance below .02/300: fewer than 40 are
    compared for each, and all once for those that belong to the first.
    """
    hours = timedelta(hours=1)
    these = [
        Standing(each, f"S{each}", START + each * hours / 60, START + 9 * DAY, each)
        for each in range(1, 301)
    ]
    compared = 0

    def counted(one, other):
        nonlocal compared
        compared += 1
        return is_same_time(one, other)

    monkeypatch.setattr(causes, "is_same_time", counted)
    (cause,) = gather(these, {each.id for each in these}, Rate(300, 365 * DAY, DAY))
    assert len(cause.members) == 300
    assert compared < 300 * 60


def test_of_more_than_are_tests_the_others_belong_to_what_these_find() -> None:
    count = causes.MOST_SEEDS + 200
    these = [standing(each, 100, days=2) for each in range(1, count + 1)]
    (cause,) = gather(these, {each.id for each in these}, Rate(count, 365 * DAY, DAY))
    assert len(cause.members) == count
    # The least grave of them find nothing by themselves.
    pair = [standing(-each, 200, days=2, place=0) for each in (1, 2, 3, 4)]
    fresh = {each.id for each in [*these, *pair]}
    (cause,) = gather([*these, *pair], fresh, Rate(10, 365 * DAY, DAY))
    assert len(cause.members) == count


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
    # A program is given each.
    told = CliRunner().invoke(main, ["recommendation", "list", "--json"], env=shell).stdout
    assert [each["cause_id"] for each in json.loads(told)].count(cause.id) == 12
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


def test_a_cause_says_when_the_first_that_stands_began(world, found, day) -> None:
    """S00 from a day before the others, until it ends; then all are found again two weeks later."""
    advise(world.engine, world.run(0, found(0, series="S30"), scored=SERIES))
    struck = [found(5, series=name) for name in SERIES[1:6]]
    first = found(5, series="S00", since=day(4))
    advise(world.engine, world.run(5, first, *struck, scored=SERIES))
    assert _cause(world).since == day(4)
    for offset in (6, 7):
        lasting = [found(offset, series=name, since=day(5)) for name in SERIES[1:6]]
        advise(world.engine, world.run(offset, *lasting, scored=SERIES))
    assert _cause(world).since == day(5)
    again = [found(20, series=name, since=day(20)) for name in SERIES[1:6]]
    advise(world.engine, world.run(20, *again, scored=SERIES))
    assert _cause(world).since == day(20)
    assert [row.cause_id for row in _rows(world)].count(_cause(world).id) == 5


def test_two_models_of_the_same_series_are_of_so_many_series(world, found) -> None:
    advise(world.engine, world.run(0, found(0, series="S15"), scored=SERIES[:20]))
    struck = [found(5, series=name) for name in SERIES[:12]]
    for model in ("storms", "rain"):
        advise(world.engine, world.run(5, *struck, model=model, scored=SERIES[:20]))
    cause = _cause(world)
    assert [row.cause_id for row in _rows(world)].count(cause.id) == 24
    assert cause.series == 20


def _history(world, day, model_id, first, days, a_day):
    """Findings that were there before, of no recommendation."""
    told = {
        "category": Category.ANOMALY,
        "kind": "residual",
        "severity": Severity.INFO,
        "measure": "cancelled_pct",
        "unit": "%",
        "value": 9.0,
        "expected": 4.6,
        "score": 3.0,
        "evidence": "{}",
    }
    keys = {"execution_id": world.run(first), "model_id": model_id}
    rows = [
        {**keys, **told, "unique_id": f"S{each:02d}", "ds": day(offset), "since": day(offset)}
        for offset in range(first, first + days)
        for each in range(a_day)
    ]
    with begin_write(world.engine) as connection:
        connection.execute(sa.insert(findings), rows)


def test_what_was_found_long_ago_is_no_measure_of_chance(world, found, day) -> None:
    """40 a day two years before: of all the time there is that would be 5 a day, of the last year there is one."""
    _history(world, day, world.model(), -730, 100, 40)
    advise(world.engine, world.run(-100, found(-100, series="S30"), scored=SERIES))
    struck = [found(5, series=name) for name in SERIES[:6]]
    advise(world.engine, world.run(5, *struck, scored=SERIES))
    assert _cause(world) is not None


def test_each_version_of_a_model_finds_the_same_again(world, found, day) -> None:
    """One a day: six are a cause. Of five versions it is one a day too, and five of so many models."""
    for version in range(5):
        _history(world, day, world.model(version=f"v1.{version}.0"), -60, 60, 1)
    struck = [found(5, series=name) for name in SERIES[:6]]
    advise(world.engine, world.run(5, *struck, scored=SERIES))
    assert _cause(world) is not None


def test_five_models_alert_five_times_as_often(world, found, day) -> None:
    for name in "abcde":
        _history(world, day, world.model(name), -60, 60, 1)
    struck = [found(5, series=name) for name in SERIES[:6]]
    advise(world.engine, world.run(5, *struck, model="a", scored=SERIES))
    assert _cause(world) is None


def test_who_finds_its_cause_gone_is_of_another_with_the_others(world, found) -> None:
    struck = [found(5, series=name) for name in SERIES[:6]]
    advise(world.engine, world.run(0, found(0, series="S30"), scored=SERIES))
    advise(world.engine, world.run(5, *struck, scored=SERIES))
    with begin_write(world.engine) as connection:
        connection.execute(sa.delete(recommendation_causes))
    late = world.run(5, found(5, series="S20"), model="rain", scored=SERIES)
    advise(world.engine, late)
    assert [row.cause_id for row in _rows(world)].count(_cause(world).id) == 7
    with world.engine.connect() as connection:
        names = connection.scalars(sa.select(cursors.c.name)).all()
    # One look at a dataset at a time.
    assert "lock/causes/flights" in names


def test_what_cannot_be_read_keeps_no_other_from_being_told(world, found) -> None:
    advise(world.engine, world.run(0, found(0, series="S30"), scored=SERIES))
    of = recommendations.c
    with begin_write(world.engine) as connection:
        change = sa.update(recommendations).where(of.unique_id == "S30")
        connection.execute(change.values(metadata={"latest": {"of": "another release"}}))
    struck = [found(5, series=name) for name in SERIES[:6]]
    advise(world.engine, world.run(5, *struck, scored=SERIES[:20]))
    assert [row.cause_id for row in _rows(world)].count(_cause(world).id) == 6


def test_a_list_costs_as_much_as_a_cause_has_members(tmp_path) -> None:
    """All have one place; by the steps that the database takes."""

    def steps(count):
        engine = engine_for(f"sqlite:///{tmp_path}/{count}.db")
        metadata.create_all(engine)
        row = {"title": "t", "category": Category.ANOMALY, "cause_id": 7, "place": 5}
        taken = 0

        def step():
            nonlocal taken
            taken += 1

        with engine.begin() as connection:
            connection.execute(sa.insert(recommendations), [row] * count)
            connection.connection.driver_connection.set_progress_handler(step, 100)
            query = sa.select(sa.func.count()).select_from(recommendations)
            of_all = connection.scalar(query.where(is_lead(lambda _: [])))
            connection.connection.driver_connection.set_progress_handler(None, 0)
        assert of_all == 1
        return taken

    assert steps(1200) < 3 * steps(600)


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
