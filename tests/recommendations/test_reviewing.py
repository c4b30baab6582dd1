"""Decisions of people, and what is read of recommendations."""

import re

import pytest
from click.testing import CliRunner

from iop_pipelines.cli.main import main
from iop_pipelines.demo.summary import collect
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.errors import NotFound
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.review import (
    list_recommendations,
    recommendation,
    review,
)
from iop_pipelines.schema.engine import engine_for
from read_back import events_of

OPEN, ACCEPTED, DISMISSED = ReviewStatus.OPEN, ReviewStatus.ACCEPTED, ReviewStatus.DISMISSED


@pytest.fixture
def opened(world, found):
    return advise(world.engine, world.run(0, found(0))).opened[0]


def test_every_change_is_recorded_with_who_and_why(world, opened):
    for status, actor, reason in (
        (ACCEPTED, 1, "we do it"),
        (DISMISSED, 2, None),
        (OPEN, 3, "by mistake"),
    ):
        assert review(world.engine, opened, status, actor, reason).status is status
    assert [
        (event.status_before, event.status_after, event.actor, event.reason)
        for event in events_of(world.engine, opened)
        if event.kind == "status"
    ] == [
        ("open", "accepted", 1, "we do it"),
        ("accepted", "dismissed", 2, None),
        ("dismissed", "open", 3, "by mistake"),
    ]


def test_the_same_status_again_records_nothing(world, opened):
    review(world.engine, opened, ACCEPTED)
    review(world.engine, opened, ACCEPTED)
    assert len(events_of(world.engine, opened)) == 2


def test_one_that_is_opened_again_takes_updates(world, found, opened):
    review(world.engine, opened, DISMISSED)
    review(world.engine, opened, OPEN)
    summary = advise(world.engine, world.run(20, found(20)))
    assert (summary.opened, summary.updated) == ((), (opened,))


def test_one_that_is_opened_again_gives_way_to_its_successor(world, found, opened):
    review(world.engine, opened, DISMISSED)
    (successor,) = advise(world.engine, world.run(20, found(20))).opened
    assert review(world.engine, opened, OPEN).status is OPEN
    assert advise(world.engine, world.run(21, found(21))).updated == (successor,)


def test_the_cool_down_starts_with_the_data_known_at_the_decision(world, found, opened):
    for offset in range(1, 2):
        advise(world.engine, world.run(offset))
    # Known up to the end of the second day: quiet for the third.
    review(world.engine, opened, DISMISSED)
    assert advise(world.engine, world.run(2, found(2))).updated == (opened,)
    assert advise(world.engine, world.run(3, found(3))).opened


def test_recommendations_are_listed_the_gravest_and_latest_first(world, found):
    for offset in range(3):
        series = f"S{offset}"
        warned = found(offset, series, severity=Severity.WARNING)
        advise(world.engine, world.run(offset, warned, scored=(series,)))
    graver = found(0, "S9", severity=Severity.CRITICAL)
    advise(world.engine, world.run(0, graver, scored=("S9",)))
    lasting = found(3, category=Category.TREND, severity=Severity.WARNING)
    advise(world.engine, world.run(3, lasting))
    assert [each.id for each in list_recommendations(world.engine)] == [4, 5, 3, 2, 1]
    assert [each.id for each in list_recommendations(world.engine, limit=2)] == [4, 5]
    review(world.engine, 2, ACCEPTED)
    assert [each.id for each in list_recommendations(world.engine, status=ACCEPTED)] == [2]
    assert [each.id for each in list_recommendations(world.engine, category=Category.TREND)] == [5]


def test_what_is_not_there_is_not_found(world):
    for ask in (
        lambda: recommendation(world.engine, 9),
        lambda: review(world.engine, 9, ACCEPTED),
    ):
        with pytest.raises(NotFound, match="9"):
            ask()


def test_the_command_line_tells_open_ones_from_those_that_are_no_longer_found(
    world, found, tmp_path
):
    first = advise(world.engine, world.run(0, found(0, "EWR"), found(0, "JFK"))).opened
    (accepted, forgotten) = first
    review(world.engine, accepted, ACCEPTED)
    for day in (1, 2):
        advise(world.engine, world.run(day))
    (going,) = advise(world.engine, world.run(3, found(3, "LGA"))).opened
    url = world.engine.url.render_as_string(hide_password=False)
    shell = {"IOP_HOME": str(tmp_path), "DATABASE_URL": url, "COLUMNS": "200"}

    def shown(id_):
        result = CliRunner().invoke(main, ["recommendation", "show", str(id_)], env=shell)
        return result.output.splitlines()[1]

    assert shown(accepted) == "critical · anomaly · accepted · no longer found"
    assert shown(forgotten) == "critical · anomaly · no longer found"
    assert shown(going) == "critical · anomaly · open"

    listed = CliRunner().invoke(main, ["recommendation", "list"], env=shell).output.splitlines()
    lines = [re.split(r" *[│┃] *", line)[1:-1] for line in listed if line[:1] in "│┃"]
    place = lines[0].index("state")
    states: dict[int, str] = {}
    for line in lines[1:]:
        # A cell that is folded goes on below, where no id stands.
        id_ = int(line[0]) if line[0] else list(states)[-1]
        states[id_] = f"{states.get(id_, '')} {line[place]}".strip()
    assert states == {
        accepted: "accepted, no longer found",
        forgotten: "no longer found",
        going: "open",
    }

    drm = engine_for(f"sqlite:///{tmp_path / 'drm.db'}")
    drm_metadata.create_all(drm)
    rows = collect(world.engine, drm, {})["recommendations"]
    assert {row["status"]: row["count"] for row in rows} == {
        "accepted": 1,
        "no longer found": 1,
        "open": 1,
    }
