"""From findings to recommendations: opened once, updated, resolved, and opened anew after a cool-down."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.stats import figures
from iop_pipelines.recommendations.advising import PendingAdvice, advise, advise_pending
from iop_pipelines.recommendations.review import (
    counts_by_status,
    list_recommendations,
    recommendation,
    review,
)
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions, model_executions, recommendations
from read_back import events_of


def _advise(world, *arguments, **options):
    return advise(world.engine, world.run(*arguments, **options))


def test_a_storm_from_its_first_day_to_its_end(world, day, found):
    first = _advise(world, 0, found(0), found(0, "JFK"))
    assert (len(first.opened), first.updated, first.resolved) == (2, (), ())
    assert first.titles[0] == (
        "Cancellations at EWR far above normal: 68 % on 8 Feb 2013 (expected 2.1–9.3 %)"
    )
    second = _advise(world, 1, found(1, value=40.0, score=12.0, since=day(0)))
    assert (second.opened, second.updated) == ((), first.opened[:1])

    stored = recommendation(world.engine, first.opened[0])
    assert (stored.category, stored.severity) == (Category.ANOMALY, Severity.CRITICAL)
    assert (stored.occurrences, stored.first_ds, stored.last_ds) == (2, day(0), day(1))
    assert stored.source_ref == "execution:2"
    # The title keeps the worst, the text adds the last.
    assert "68 % on 8 Feb 2013" in stored.title
    assert "last on 9 Feb 2013 (40 %)" in stored.description

    _advise(world, 2)
    assert recommendation(world.engine, stored.id).resolved_at is None
    # JFK's second execution without it was the one before.
    last = _advise(world, 3)
    assert last.resolved == (stored.id,)
    resolved = recommendation(world.engine, stored.id)
    assert resolved.resolved_at is not None
    assert resolved.status is ReviewStatus.OPEN
    kinds = [event.kind for event in events_of(world.engine, stored.id)]
    assert kinds == ["opened", "updated", "resolved"]


def test_metadata_carries_the_evidence(world, day, found):
    world.model("storms", {"action": "Open the desks.", "owner": "Operations"})
    (opened,) = _advise(world, 0, found(0)).opened
    stored = recommendation(world.engine, opened)
    evidence = stored.metadata
    assert evidence["model"] == {"id": 1, "name": "storms", "version": "v1.0.0"}
    assert evidence["dataset"] == "flights"
    assert evidence["data_version"] == "0" * 32
    assert evidence["quality_score"] == 97.0
    assert evidence["band"] == {"expected": 4.6, "lo": 2.1, "hi": 9.3}
    assert (evidence["measure"], evidence["unit"]) == ("cancelled_pct", "%")
    assert evidence["confidence"] == 0.97
    assert evidence["points"] == [
        {"ds": "2013-02-08T00:00:00", "y": 68.2, "yhat": None, "lo": None, "hi": None}
    ]
    assert evidence["peak"]["details"] == {"sigma": 1.2}
    assert [each["source_ref"] for each in evidence["occurrences"]] == ["execution:1"]
    assert stored.description.splitlines()[0] == (
        "Cancellations at EWR was 68 % on 8 Feb 2013, 59 points above the expected 2.1–9.3 %."
    )
    assert "How sure: 97 % of earlier periods kept to their range." in stored.description
    assert "What to do: Open the desks. Owner: Operations." in stored.description


def test_advising_twice_changes_nothing(world, day, found):
    execution_id = world.run(0, found(0))
    first = advise(world.engine, execution_id)
    before = list_recommendations(world.engine)
    again = advise(world.engine, execution_id)
    assert first.changed == 1
    assert again.changed == 0
    assert list_recommendations(world.engine) == before
    assert len(events_of(world.engine, before[0].id)) == 1


@pytest.mark.every_database
def test_workers_that_advise_at_once_open_one_recommendation(world, day, found):
    # Three deliveries of one day: whichever comes first, none is older than another.
    executions = [world.run(0, found(0)) for _ in range(3)]
    failed = []

    def work(execution_id):
        try:
            advise(world.engine, execution_id)
            advise(world.engine, execution_id)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in executions * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    (stored,) = list_recommendations(world.engine)
    assert stored.occurrences == 3
    assert {event.source_ref for event in events_of(world.engine, stored.id)} == {
        f"execution:{each}" for each in executions
    }
    assert len(events_of(world.engine, stored.id)) == 3


def test_findings_of_one_series_are_one_recommendation_led_by_the_gravest(world, found):
    minor = found(0, kind="many", severity=Severity.WARNING, score=99.0)
    (opened,) = _advise(world, 0, minor, found(0)).opened
    stored = recommendation(world.engine, opened)
    assert stored.severity is Severity.CRITICAL
    assert "far above normal" in stored.title
    assert "Also: many at EWR" in stored.description


def test_categories_series_and_models_are_apart_and_versions_of_a_model_are_not(world, found):
    _advise(world, 0, found(0), found(0, "JFK"), found(0, category=Category.OPTIMISATION))
    _advise(world, 0, found(0), model="other")
    world.model("storms", version="v2.0.0")
    summary = _advise(world, 1, found(1))
    assert len(list_recommendations(world.engine)) == 4
    assert len(summary.updated) == 1
    assert recommendation(world.engine, summary.updated[0]).metadata["model"]["version"] == "v2.0.0"


@pytest.mark.parametrize("category", list(Category))
def test_severity_is_that_of_the_last_finding_and_the_gravest_is_kept(world, found, category):
    options = {"category": category}
    (opened,) = _advise(world, 0, found(0, severity=Severity.INFO, **options)).opened
    for offset, given, gravest in (
        (1, Severity.CRITICAL, Severity.CRITICAL),
        (2, Severity.WARNING, Severity.CRITICAL),
        (3, Severity.INFO, Severity.CRITICAL),
    ):
        minor = found(offset, kind="more", severity=Severity.INFO, **options)
        _advise(world, offset, found(offset, severity=given, **options), minor)
        stored = recommendation(world.engine, opened)
        assert (stored.severity, stored.peak_severity) == (given, gravest)
        shown = figures(world.engine, utc_now()).open_by_severity
        counted = dict.fromkeys(map(str, Severity), 0) | {given.value: 1}
        assert shown == counted
    drift = counters.drift(world.engine, utc_now())
    assert [off for off in drift if off.measure.startswith("recommendations.")] == []


def test_a_gravity_that_was_known_at_the_decision_opens_nothing_within_the_cool_down(world, found):
    (opened,) = _advise(world, 0, found(0, severity=Severity.CRITICAL)).opened
    _advise(world, 1, found(1, severity=Severity.WARNING))
    review(world.engine, opened, ReviewStatus.DISMISSED)
    again = _advise(world, 2, found(2, severity=Severity.CRITICAL))
    assert (again.opened, again.updated) == ((), (opened,))


@pytest.mark.parametrize("category", [Category.TREND, Category.FORECAST])
def test_a_trend_or_forecast_is_resolved_by_the_first_execution_without_it(world, found, category):
    (opened,) = _advise(world, 0, found(0, category=category)).opened
    assert _advise(world, 7).resolved == (opened,)


def test_recovery_asks_for_as_many_clean_executions_as_the_model_says_in_a_row(world, found):
    world.model("storms", {"recovery_after": 3})
    (opened,) = _advise(world, 0, found(0)).opened
    for offset in (1, 2):
        assert _advise(world, offset).resolved == ()
    _advise(world, 3, found(3))
    for offset in (4, 5):
        assert _advise(world, offset).resolved == ()
    assert _advise(world, 6).resolved == (opened,)


def test_only_a_series_that_was_scored_can_recover(world, found):
    _advise(world, 0, found(0))
    for offset in range(1, 5):
        assert _advise(world, offset, scored=("JFK",)).resolved == ()
    for offset in range(5, 9):
        assert _advise(world, offset, model="other").resolved == ()


def test_older_data_prove_no_recovery_and_restated_data_do(world, found):
    (opened,) = _advise(world, 5, found(5)).opened
    for _ in range(3):
        assert _advise(world, 4).resolved == ()
    assert _advise(world, 5).resolved == (opened,)
    assert "restated" in (events_of(world.engine, opened)[-1].reason or "")


@pytest.mark.parametrize("trigger", ["drm_run:9", "request"])
def test_an_older_window_found_late_is_no_recurrence(world, found, day, trigger):
    (opened,) = _advise(world, 5, found(5)).opened
    before = recommendation(world.engine, opened)
    assert _advise(world, 3, found(3, value=90.0, score=99.0), trigger=trigger).changed == 0
    assert recommendation(world.engine, opened) == before


def test_a_bounded_window_is_what_was_scored_and_not_the_data_versions_own(world, found, day):
    """A month is delivered at once, and later days of it are scored by hand."""
    month = world.version(-30, days=31)
    (opened,) = _advise(world, 5, found(5)).opened
    before = recommendation(world.engine, opened)
    for trigger in ("drm_run:9", "request"):
        summary = _advise(
            world,
            -20,
            found(-20),
            version_id=world.version(-30, days=60),
            bounds="?from=2013-01-17&to=2013-01-21",
            trigger=trigger,
        )
        assert summary.changed == 0
        bounds = "?from=2013-01-28&to=2013-01-30"
        assert _advise(world, -10, version_id=month, bounds=bounds, trigger=trigger).changed == 0
    assert recommendation(world.engine, opened) == before


def test_the_same_data_again_are_no_restatement(world, found):
    version_id = world.version(5)
    (opened,) = _advise(world, 5, found(5), version_id=version_id).opened
    for _ in range(3):
        assert _advise(world, 5, version_id=version_id).resolved == ()
    assert _advise(world, 5).resolved == (opened,)


def test_an_earlier_data_version_released_late_is_no_restatement(world, found):
    held = world.version(5)
    (opened,) = _advise(world, 5, found(5)).opened
    assert _advise(world, 5, version_id=held).resolved == ()
    assert recommendation(world.engine, opened).resolved_at is None


def test_a_restated_last_day_counts_as_one_clean_day_where_earlier_ones_stand(world, found):
    (opened,) = _advise(world, 5, found(5)).opened
    _advise(world, 6, found(6))
    assert _advise(world, 6).resolved == ()
    assert _advise(world, 7).resolved == (opened,)
    assert "2 later" in (events_of(world.engine, opened)[-1].reason or "")


def test_a_finding_counts_once_for_a_data_version_and_a_period(world, found):
    version_id = world.version(0, days=3)
    given = {"version_id": version_id, "days": 3}
    (opened,) = _advise(world, 0, found(1), **given).opened
    for trigger in ("drm_run:1", "request", "ui:abc"):
        assert _advise(world, 0, found(1), trigger=trigger, **given).changed == 0
    assert recommendation(world.engine, opened).occurrences == 1
    # Another period of the same data, and the same period of other data.
    assert _advise(world, 0, found(2), **given).updated == (opened,)
    assert _advise(world, 2, found(2)).updated == (opened,)
    assert recommendation(world.engine, opened).occurrences == 3


def test_what_was_asked_for_by_hand_opens_and_updates_and_never_resolves(world, found):
    (opened,) = _advise(world, 0, found(0), trigger="request").opened
    assert _advise(world, 1, found(1), trigger="ui:abc").updated == (opened,)
    for offset in range(2, 6):
        assert _advise(world, offset, trigger="request").resolved == ()
    assert _advise(world, 1, trigger="request").resolved == ()
    _advise(world, 6)
    assert _advise(world, 7).resolved == (opened,)


def test_a_forecast_is_about_days_ahead_and_still_settled_by_the_next_data(world, found):
    ahead = {"category": Category.FORECAST, "kind": "limit_crossing"}
    (opened,) = _advise(world, 0, found(9, **ahead)).opened
    assert _advise(world, 7, found(12, **ahead)).updated == (opened,)
    assert _advise(world, 3, found(9, **ahead)).changed == 0
    assert _advise(world, 7).resolved == (opened,)
    assert "restated" in (events_of(world.engine, opened)[-1].reason or "")


@pytest.mark.parametrize("decision", [ReviewStatus.ACCEPTED, ReviewStatus.DISMISSED])
def test_what_was_decided_stays_and_recurrence_within_the_cool_down_is_noted(
    world, found, decision
):
    (opened,) = _advise(world, 0, found(0, severity=Severity.WARNING)).opened
    before = review(world.engine, opened, decision, actor=3, reason="known")
    # One day of data: the next is silent.
    noted = _advise(world, 1, found(1, severity=Severity.WARNING))
    assert (noted.opened, noted.updated) == ((), (opened,))
    stored = recommendation(world.engine, opened)
    assert (stored.status, stored.occurrences, stored.title) == (decision, 2, before.title)

    anew = _advise(world, 2, found(2, severity=Severity.WARNING))
    assert anew.updated == ()
    assert recommendation(world.engine, anew.opened[0]).previous_id == opened
    assert recommendation(world.engine, opened).status is decision


def test_the_longer_the_data_the_longer_the_silence_after_a_decision(world, found):
    """200 days of data: a 50th are 4 days, up to the end of day 204."""
    world.version(-200, days=200)
    (opened,) = _advise(world, 0, found(0, severity=Severity.WARNING)).opened
    review(world.engine, opened, ReviewStatus.DISMISSED)
    assert _advise(world, 4, found(4, severity=Severity.WARNING)).updated == (opened,)
    assert _advise(world, 5, found(5, severity=Severity.WARNING)).opened


def test_a_graver_recurrence_opens_a_new_one_at_once(world, found):
    (opened,) = _advise(world, 0, found(0, severity=Severity.WARNING)).opened
    review(world.engine, opened, ReviewStatus.DISMISSED)
    (anew,) = _advise(world, 1, found(1, severity=Severity.CRITICAL)).opened
    assert recommendation(world.engine, anew).previous_id == opened


def test_another_problem_of_a_pipeline_is_news_during_the_cool_down(world, found):
    options = {"category": Category.OPTIMISATION, "severity": Severity.WARNING}
    (opened,) = _advise(world, 0, found(0, kind="failing", **options)).opened
    review(world.engine, opened, ReviewStatus.ACCEPTED)
    assert _advise(world, 1, found(1, kind="failing", **options)).updated == (opened,)
    (anew,) = _advise(world, 2, found(2, kind="slow", **options)).opened
    assert recommendation(world.engine, anew).previous_id == opened


def test_after_a_recovery_recurrence_cools_down_too_by_the_models_own_count(world, found):
    world.model("storms", {"cool_down": 2, "recovery_after": 1})
    (opened,) = _advise(world, 0, found(0)).opened
    _advise(world, 1)
    assert _advise(world, 3, found(3)).updated == (opened,)
    assert recommendation(world.engine, opened).resolved_at is not None
    (anew,) = _advise(world, 4, found(4)).opened
    assert recommendation(world.engine, anew).previous_id == opened


def test_what_was_accepted_is_resolved_when_it_is_gone(world, found):
    (opened,) = _advise(world, 0, found(0)).opened
    review(world.engine, opened, ReviewStatus.ACCEPTED)
    _advise(world, 1)
    assert _advise(world, 2).resolved == (opened,)
    assert recommendation(world.engine, opened).status is ReviewStatus.ACCEPTED


def test_an_execution_that_failed_or_runs_is_not_advised(world, found):
    for status in ("failed", "running"):
        assert _advise(world, 0, found(0), status=status).changed == 0
    assert advise_pending(world.engine) == PendingAdvice()
    with pytest.raises(NotFound, match="99"):
        advise(world.engine, 99)


def test_what_is_pending_is_advised_in_the_order_of_its_data(world, day, found):
    for offset in (0, 1):
        world.run(offset, found(offset))
    summaries = advise_pending(world.engine, finished_before=day(99999)).summaries
    assert [(len(each.opened), len(each.updated)) for each in summaries] == [(1, 0), (0, 1)]
    assert advise_pending(world.engine) == PendingAdvice()
    assert counts_by_status(world.engine) == {"open": 1, "accepted": 0, "dismissed": 0}


def test_what_a_worker_just_finished_is_left_to_it(world, day, found):
    world.run(0, found(0))
    assert advise_pending(world.engine, finished_before=day(0)) == PendingAdvice()


def test_one_that_cannot_be_advised_stops_none_of_the_others(world, day, found):
    first, broken, last = (world.run(offset, found(offset)) for offset in range(3))
    with begin_write(world.engine) as connection:
        connection.execute(
            model_executions.update()
            .where(model_executions.c.id == broken)
            .values(input_ref="no reference at all")
        )
    pending = advise_pending(world.engine)
    assert [each.execution_id for each in pending.summaries] == [first, last]
    [failure] = pending.failures
    assert failure.execution_id == broken
    assert "no reference at all" in failure.reason
    # It stays owed, for whoever mends it.
    assert [each.execution_id for each in advise_pending(world.engine).failures] == [broken]


def _stop(connection):
    """A trigger of the database that lets no row of JFK in."""
    if connection.dialect.name == "sqlite":
        does = "WHEN NEW.unique_id = 'JFK' BEGIN SELECT RAISE(ABORT, 'stopped'); END"
    else:
        stops = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'stopped'"
        does = f"FOR EACH ROW IF NEW.unique_id = 'JFK' THEN {stops}; END IF"
    connection.exec_driver_sql(f"CREATE TRIGGER stop BEFORE INSERT ON recommendations {does}")


def test_a_failure_in_the_middle_leaves_nothing_behind(world, found):
    execution_id = world.run(0, found(0), found(0, "JFK"))
    with begin_write(world.engine) as connection:
        _stop(connection)
    try:
        with pytest.raises(DBAPIError, match="stopped"):
            advise(world.engine, execution_id)
    finally:
        with begin_write(world.engine) as connection:
            connection.exec_driver_sql("DROP TRIGGER stop")
    with world.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(recommendations)) == 0
        assert connection.scalar(sa.select(model_executions.c.advised_at)) is None


def test_a_thousand_series_are_advised_in_one_go(world, found):
    given = [found(0, f"S{number:04d}") for number in range(1200)]
    assert len(_advise(world, 0, *given).opened) == 1200
    assert len(_advise(world, 1, *given).updated) == 1200


def test_what_is_long_over_in_the_history_is_information_and_says_so(world, day, found):
    world.model("storms", {"action": "Open the desks."})
    told = _advise(world, 0, found(3), found(98, "JFK"), days=100)
    over, now = (recommendation(world.engine, each) for each in told.opened)
    assert (over.severity, over.peak_severity) == (Severity.INFO, Severity.CRITICAL)
    assert "It was last so on 11 Feb 2013; the data go on until 18 May 2013." in over.description
    assert "What to do: Nothing now" in over.description
    assert now.severity is Severity.CRITICAL, "within two per cent of the data, a day at least"
    assert "What to do: Open the desks." in now.description


def test_a_great_fall_of_last_week_that_is_over_stands_before_small_things_of_long_ago(
    world, day, found
):
    nine_days = {"until": day(91).isoformat()}
    small = {"severity": Severity.WARNING, "value": 5.0}
    told = _advise(
        *(world, 0),
        *(found(number, f"S{number:02d}", **small) for number in range(26)),
        found(95, "little", **small),
        found(
            83, "fall", value=20.0, expected=100.0, evidence=nine_days, severity=Severity.WARNING
        ),
        days=100,
    )
    listed = list_recommendations(world.engine, limit=30)
    assert len(told.opened) == 28
    assert [each.unique_id for each in listed[:4]] == ["fall", "little", "S25", "S24"]
    assert {each.severity for each in listed[1:]} == {Severity.INFO}
    assert (listed[0].severity, listed[0].peak_severity) == (Severity.WARNING, Severity.WARNING)
    assert "It was last so on 10 May 2013" in listed[0].description


def test_of_several_that_are_over_the_last_says_until_when(world, day, found):
    told = _advise(world, 0, found(3), found(40, score=12.0, value=40.0), days=100)
    stored = recommendation(world.engine, told.opened[0])
    assert "68 % on 11 Feb 2013" in stored.title
    assert "It was last so on 20 Mar 2013" in stored.description


def test_what_goes_on_counts_for_more_than_what_was_graver_and_is_over(world, day, found):
    still = found(99, severity=Severity.WARNING, score=6.0, value=20.0)
    told = _advise(world, 0, found(3), still, days=100)
    stored = recommendation(world.engine, told.opened[0])
    assert stored.severity is Severity.WARNING
    assert "20 % on 18 May 2013" in stored.title
    assert "At other times: 1 finding on 11 Feb 2013." in stored.description


def test_what_was_delivered_last_is_the_present_of_a_first_run(world, day, found):
    world.version(0, 60)
    bounds = f"?from={day(0).isoformat()}&to={day(90).isoformat()}"
    told = _advise(world, 60, found(61), found(30, "JFK"), days=30, bounds=bounds)
    delivered, before = (recommendation(world.engine, each) for each in told.opened)
    assert delivered.severity is Severity.CRITICAL
    assert before.severity is Severity.INFO


def test_of_a_later_delivery_all_is_news_however_long_it_is(world, day, found):
    world.version(0, 60)
    told = _advise(world, 60, found(61), days=60)
    assert recommendation(world.engine, told.opened[0]).severity is Severity.CRITICAL


def test_the_data_do_not_begin_with_a_delivery_that_was_refused(world, day, found):
    world.version(-31, 31, status="failed")
    told = _advise(world, 0, found(3), found(98, "JFK"), days=100)
    over, now = (recommendation(world.engine, each) for each in told.opened)
    assert (over.severity, now.severity) == (Severity.INFO, Severity.CRITICAL)


def test_the_present_of_a_first_run_is_that_of_the_newest_data(world, day, found):
    world.version(0, 60)
    world.version(60, 30)
    world.version(90, 30, status="failed")
    bounds = f"?from={day(0).isoformat()}&to={day(90).isoformat()}"
    told = _advise(world, 20, found(61), found(30, "JFK"), days=5, bounds=bounds)
    newest, before = (recommendation(world.engine, each) for each in told.opened)
    assert newest.severity is Severity.CRITICAL
    assert before.severity is Severity.INFO, "older days that were delivered again are no news"


def test_series_that_did_it_at_once_and_rows_that_were_refused_are_told(world, day, found):
    version_id = world.version(0)
    with begin_write(world.engine) as connection:
        counts = {"rows_in": 300, "rows_rejected": 14}
        connection.execute(dataset_versions.update().values(**counts))
    given = (found(0), found(0, "JFK"), found(0, "LGA", since=day(-9), ds=day(-9)))
    opened = _advise(world, 0, *given, version_id=version_id).opened
    details = [recommendation(world.engine, each).metadata["peak"]["details"] for each in opened]
    assert [each.get("related") for each in details] == [
        {"series": ["JFK"], "count": 1},
        {"series": ["EWR"], "count": 1},
        None,
    ]
    assert [each.get("refused") for each in details] == [{"rows": 14, "of": 300}] * 2 + [None]
