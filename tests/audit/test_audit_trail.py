"""Who did what: written with the change, read newest first, without secrets."""

import math
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.schema.engine import begin_write, engine_for

OPERATOR = Actor(None, "cli:ops", "", "local")


@dataclass
class Thing:
    name: str
    score: float


@pytest.fixture
def engine(migrated_url: str) -> sa.Engine:
    return engine_for(migrated_url)


def _events(engine: sa.Engine, **wanted):
    with engine.connect() as connection:
        return trail.list_events(connection, **wanted)


def test_a_row_says_who_what_before_after_which_request_and_from_where(engine: sa.Engine) -> None:
    ada = Actor(7, "ada", "req-12345678", "10.1.2.3")
    with begin_write(engine) as connection:
        trail.record(connection, ada, "models.promote", {"status": "draft"}, Thing("Èkó", math.nan))
    event = _events(engine, procedure="models.promote")[0]
    assert (event.user_id, event.user_name) == (7, "ada")
    assert (event.before, event.after) == ({"status": "draft"}, {"name": "Èkó", "score": None})
    assert (event.request_id, event.address) == ("req-12345678", "10.1.2.3")
    assert abs((wall_clock() - event.occurred_at).total_seconds()) < 60


def test_a_change_that_is_rolled_back_leaves_no_row(engine: sa.Engine) -> None:
    def change_and_fail() -> None:
        with begin_write(engine) as connection:
            trail.record(connection, OPERATOR, "models.create", None, {"id": 1})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert _events(engine) == []


def test_secrets_and_floods_are_not_kept(engine: sa.Engine) -> None:
    given = {"name": "x", "Password": "p", "deep": [{"apiToken": "t", "ok": 1}]}
    with begin_write(engine) as connection:
        trail.record(connection, OPERATOR, "x.y", given, {"text": "a" * 100_000})
    event = _events(engine, procedure="x.y")[0]
    assert event.before == {
        "name": "x",
        "Password": "(not kept)",
        "deep": [{"apiToken": "(not kept)", "ok": 1}],
    }
    assert event.after == {"omitted": "100011 bytes"}


def test_the_trail_is_listed_newest_first_by_pages_and_by_what_is_asked(
    engine: sa.Engine,
) -> None:
    with begin_write(engine) as connection:
        for number in range(5):
            trail.record(connection, OPERATOR, f"models.step{number}")
        trail.record(connection, Actor(8, "vic", "r1"), "model.other")
    first = _events(engine, procedure="models.", limit=2)
    second = _events(engine, procedure="models.", limit=2, cursor=first[-1].id)
    names = [event.procedure[-5:] for event in first + second]
    assert names == ["step4", "step3", "step2", "step1"]
    assert [event.procedure for event in _events(engine, request_id="r1")] == ["model.other"]
    assert [event.procedure for event in _events(engine, user_id=8)] == ["model.other"]
    moment = first[0].occurred_at
    assert moment not in {event.occurred_at for event in _events(engine, until=moment)}
    assert _events(engine, since=moment, procedure="models.step4") == first[:1]
