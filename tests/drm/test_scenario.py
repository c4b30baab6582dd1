from datetime import date, datetime

from iop_pipelines.drm.scenario import (
    INCIDENTS,
    DayEnds,
    RunEnds,
    RunScored,
    RunStarts,
    build_plan,
)
from iop_pipelines.drm.suppliers import AIRPORTS, FLIGHTS, checksum, true_rows


def test_events_are_in_the_order_of_simulated_time():
    moments = [event.at for event in build_plan().events]
    assert moments == sorted(moments)


def test_every_run_starts_then_ends_then_is_scored_unless_it_failed():
    seen: dict[str, list[type]] = {}
    for event in build_plan().events:
        if not isinstance(event, DayEnds):
            seen.setdefault(event.run.key, []).append(type(event))
    for key, kinds in seen.items():
        assert kinds[:2] == [RunStarts, RunEnds], key
        assert set(kinds[2:]) <= {RunScored}
    unscored = [key for key, kinds in seen.items() if len(kinds) == 2]
    assert unscored == ["flights_daily:2013-02-05#1"]


def test_the_plan_covers_each_day_from_february_to_december_once():
    days = [event.day for event in build_plan().events if isinstance(event, DayEnds)]
    assert days[0] == date(2013, 1, 31)
    assert days[1:] == sorted(set(days[1:]))
    assert (days[1], days[-1], len(days)) == (date(2013, 2, 1), date(2013, 12, 31), 335)


def test_the_days_of_the_storm_have_no_incident_and_all_incidents_lie_in_28_days():
    days = {incident.day for incident in INCIDENTS}
    assert not days & {date(2013, 2, 8), date(2013, 2, 9)}
    assert all(date(2013, 2, 1) <= day <= date(2013, 2, 28) for day in days)


def test_the_end_of_each_incident_lies_within_the_28_days_too():
    plan = build_plan()
    events = plan.events[: plan.step_ends[28]]
    ended = {event.run.key for event in events if isinstance(event, RunEnds)}
    assert "flights_daily:2013-02-18#1" in ended
    assert {"flights_daily:2013-02-05#2", "flights_daily:2013-02-12#2"} <= ended


def test_the_plan_is_the_same_in_each_process():
    first = build_plan()
    build_plan.cache_clear()
    again = build_plan()
    assert again.events == first.events
    assert again.plan_id == first.plan_id


def test_runs_usually_take_one_to_two_minutes():
    usual = [
        (event.run.finished_at - event.run.started_at).total_seconds()
        for event in build_plan().events
        if isinstance(event, RunEnds)
        and event.run.key.endswith(("-03-10#1", "-07-04#1", "-11-03#1"))
    ]
    assert len(usual) == 6
    assert all(60 <= seconds <= 120 for seconds in usual)


def test_hourly_rows_are_delivered_in_utc_across_a_change_of_clocks():
    before = true_rows(AIRPORTS, date(2013, 3, 9), date(2013, 3, 10))
    after = true_rows(AIRPORTS, date(2013, 3, 11), date(2013, 3, 12))
    assert before[0]["observed_at"] == "2013-03-09T10:00:00Z"  # 05:00 EST
    assert after[0]["observed_at"] == "2013-03-11T09:00:00Z"  # 05:00 EDT


def test_the_checksum_follows_content_not_the_order_of_columns():
    row = {"a": "1", "b": None}
    assert checksum([row]) == checksum([{"b": None, "a": "1"}])
    assert checksum([row])[0] != checksum([{"a": "1", "b": ""}])[0]


def test_rows_handed_out_are_copies():
    true_rows(FLIGHTS, date(2013, 2, 1), date(2013, 2, 2))[0]["flights"] = "spoilt"
    assert true_rows(FLIGHTS, date(2013, 2, 1), date(2013, 2, 2))[0]["flights"] != "spoilt"


def test_a_step_leaves_the_clock_at_the_midnight_after_the_ingest():
    first = next(
        e for e in build_plan().events if isinstance(e, DayEnds) and e.day == date(2013, 2, 1)
    )
    assert first.at == datetime(2013, 2, 3)
