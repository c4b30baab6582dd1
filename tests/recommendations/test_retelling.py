"""Stored texts are made anew where words or languages came, and stay where there is nothing to say anew."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from iop_pipelines.cli import main
from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.recommendations import retelling
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.chart import evidence_chart
from iop_pipelines.recommendations.phrases import fr
from iop_pipelines.recommendations.retelling import Retold, retell
from iop_pipelines.recommendations.review import review
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import recommendations

TEXTS = ("title", "description", "translations", "explanation")
OTHER_WORDS = "Demandez à la tour de contrôle."


def texts(world, recommendation_id):
    columns = recommendations.c
    with world.engine.connect() as connection:
        row = connection.execute(
            sa.select(*(columns[name] for name in TEXTS)).where(columns.id == recommendation_id)
        ).one()
    return row._asdict()


def rewrite(world, recommendation_id, **values):
    with begin_write(world.engine) as connection:
        connection.execute(
            sa.update(recommendations)
            .where(recommendations.c.id == recommendation_id)
            .values(**values)
        )


def opened(world, *given, offset=0):
    return advise(world.engine, world.run(offset, *given)).opened


def as_before(world, recommendation_id):
    """As the release before wrote it: no parts, and of the languages none."""
    rewrite(world, recommendation_id, explanation=sa.null(), translations=sa.null())


def test_what_is_written_has_every_language_in_whole_and_in_parts(world, found):
    (first,) = opened(world, found())
    kept = texts(world, first)
    assert set(kept["translations"]) == set(TRANSLATED)
    assert set(kept["explanation"]) == set(Language)
    for language, said in kept["translations"].items():
        lines = said["description"].splitlines()
        assert (
            lines[: len(kept["explanation"][language]["rationale"])]
            == (kept["explanation"][language]["rationale"])
        )


def test_what_is_missing_is_made_and_is_what_would_have_been_written(world, found):
    first, _ = opened(world, found(), found(series="JFK"))
    before = texts(world, first)
    as_before(world, first)
    assert retell(world.engine) == Retold(read=2, changed=1)
    assert texts(world, first) == before
    assert retell(world.engine) == Retold(read=2, changed=0)


def test_a_read_tells_nothing_anew_and_a_pass_does(world, found, monkeypatch):
    (first,) = opened(world, found())
    monkeypatch.setitem(fr.ACTIONS, (Category.ANOMALY, None), OTHER_WORDS)
    assert OTHER_WORDS not in str(evidence_chart(world.engine, first))
    assert retell(world.engine).changed == 1
    assert evidence_chart(world.engine, first).translations[Language.FR].actions == (OTHER_WORDS,)
    assert OTHER_WORDS in texts(world, first)["translations"]["fr"]["description"]


def test_a_dry_run_counts_the_same_and_changes_nothing(world, found):
    first, second = opened(world, found(), found(series="JFK"))
    as_before(world, first)
    as_before(world, second)
    before = texts(world, first)
    assert retell(world.engine, is_dry=True) == Retold(read=2, changed=2)
    assert texts(world, first) == before


def test_a_pass_that_was_ended_is_run_again_and_finds_the_rest(world, found, monkeypatch):
    monkeypatch.setattr(retelling, "BATCH", 1)
    made = opened(world, *(found(series=series) for series in ("EWR", "JFK", "LGA")))
    expected = [texts(world, each) for each in made]
    for each in made:
        as_before(world, each)

    def end(so_far):
        if so_far.read == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retell(world.engine, noted=end)
    assert retell(world.engine) == Retold(read=3, changed=1)
    assert [texts(world, each) for each in made] == expected


def test_progress_is_told_after_each_batch(world, found, monkeypatch):
    monkeypatch.setattr(retelling, "BATCH", 2)
    opened(world, *(found(series=series) for series in ("EWR", "JFK", "LGA")))
    told = []
    retell(world.engine, noted=told.append)
    assert [(each.read, each.changed) for each in told] == [(2, 0), (3, 0)]


def test_what_was_decided_on_stays_as_it_was_read_though_it_is_found_again(world, found):
    (first,) = opened(world, found(value=68.2))
    review(world.engine, first, ReviewStatus.DISMISSED)
    reviewed = texts(world, first)
    assert advise(world.engine, world.run(1, found(1, value=69.1, score=22.0))).updated == (first,)
    assert texts(world, first) == reviewed
    assert retell(world.engine) == Retold(read=1, changed=0)
    as_before(world, first)
    rewrite(world, first, title="x", description="y", explanation={})
    retell(world.engine)
    assert texts(world, first) == reviewed
    chart = evidence_chart(world.engine, first)
    assert chart.ds == found().ds
    assert chart.points[-1].ds == found(1).ds


def test_once_it_is_open_again_it_is_told_by_its_last_finding(world, found):
    (first,) = opened(world, found(value=68.2))
    review(world.engine, first, ReviewStatus.DISMISSED)
    advise(world.engine, world.run(1, found(1, value=69.1, score=22.0)))
    review(world.engine, first, ReviewStatus.OPEN)
    advise(world.engine, world.run(2, found(2, value=70.7, score=23.0)))
    after = texts(world, first)
    assert "71 %" in after["title"]
    assert "Found by 3 executions" in after["description"]
    assert retell(world.engine) == Retold(read=1, changed=0)


def test_a_closed_one_of_a_former_release_keeps_its_title_and_gets_what_it_lacks(world, found):
    (first,) = opened(world, found(value=68.2))
    review(world.engine, first, ReviewStatus.DISMISSED)
    advise(world.engine, world.run(1, found(1, value=69.1, score=22.0)))
    reviewed = texts(world, first)
    with world.engine.connect() as connection:
        metadata = connection.scalar(sa.select(recommendations.c.metadata))
    rewrite(world, first, metadata=metadata | {"told": None}, explanation=sa.null())
    assert retell(world.engine) == Retold(read=1, changed=1)
    after = texts(world, first)
    assert {name: after[name] for name in TEXTS[:3]} == {name: reviewed[name] for name in TEXTS[:3]}
    assert "69 %" in after["explanation"]["en"]["rationale"][0]
    assert retell(world.engine) == Retold(read=1, changed=0)
    assert texts(world, first) == after


def test_one_of_a_former_release_that_was_found_again_while_open_is_told_whole(world, found):
    (first,) = opened(world, found(value=68.2))
    review(world.engine, first, ReviewStatus.DISMISSED)
    review(world.engine, first, ReviewStatus.OPEN)
    advise(world.engine, world.run(1, found(1, value=69.1, score=22.0)))
    review(world.engine, first, ReviewStatus.ACCEPTED)
    before = texts(world, first)
    rewrite(world, first, title="Of other words", explanation=sa.null())
    assert retell(world.engine) == Retold(read=1, changed=1)
    assert texts(world, first) == before


def test_one_that_cannot_be_read_is_named_and_stops_no_other(world, found):
    first, second = opened(world, found(), found(series="JFK"))
    as_before(world, second)
    rewrite(world, first, metadata={"peak": "of another release"}, title="As it was")
    done = retell(world.engine)
    assert (done.read, done.changed, [each.id for each in done.unreadable]) == (2, 1, [first])
    assert texts(world, first)["title"] == "As it was"


def test_what_people_wrote_is_left_alone(world):
    with begin_write(world.engine) as connection:
        connection.execute(
            recommendations.insert().values(
                title="By hand",
                description="It was seen.",
                category=Category.TREND,
                severity=Severity.INFO,
            )
        )
    assert retell(world.engine) == Retold()


def test_a_row_from_before_shows_its_whole_text_until_it_is_told_in_parts(world, found):
    (first,) = opened(world, found(), offset=0)
    kept = texts(world, first)
    rewrite(world, first, explanation=sa.null())
    chart = evidence_chart(world.engine, first)
    assert chart.rationale == tuple(kept["description"].splitlines())
    french = kept["translations"]["fr"]["description"]
    assert chart.translations[Language.FR].rationale == tuple(french.splitlines())
    assert chart.ds - found().ds == timedelta(0)


def test_the_command_says_how_many_it_would_change_and_then_how_many_it_has(
    world, found, migrated_url, monkeypatch
):
    first, _ = opened(world, found(), found(series="JFK"))
    as_before(world, first)
    monkeypatch.setenv("DATABASE_URL", migrated_url)

    def said(*options):
        done = CliRunner().invoke(main, ["recommendation", "retell", "--json", *options])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    same = {"read": 2, "unreadable": []}
    assert said("--dry-run") == same | {"changed": 1, "is_dry_run": True}
    assert said() == same | {"changed": 1, "is_dry_run": False}
    assert said() == same | {"changed": 0, "is_dry_run": False}
