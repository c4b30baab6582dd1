import re
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from iop_pipelines.drm import standin, tables
from iop_pipelines.drm.clock import now, read_clock, release_clock, set_clock
from iop_pipelines.drm.rows import read_row_parts, read_rows
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.drm.standin import Replay
from iop_pipelines.drm.tables import RunStatus
from iop_pipelines.errors import Conflict, InvalidInput, MisconfiguredInstance, NotFound
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.settings import Settings

RETRIED = "flights_daily:2013-02-05"
TWICE = "flights_daily:2013-02-06"
RESTATED = "flights_daily:2013-02-12"
GARBLED = "flights_daily:2013-02-15"
LATE = "flights_daily:2013-02-18#1"
MANIFEST = "flights_daily:2013-02-20#1"
SLOW = "airport_hourly:2013-02-25#1"


def runs_of(engine, prefix=""):
    runs = reversed(SharedDatabase(engine).recent_runs(limit=1000))
    return [run for run in runs if run.run_key.startswith(prefix)]


def scores_of(engine, run):
    return [s for s in SharedDatabase(engine).scores_after(0, 1000) if s.run_id == run.id]


def contents(engine):
    """Every row of every table but the clock's position, as comparable data."""
    names = [t.name for t in tables.drm_metadata.sorted_tables if t.name != "drm_clock"]
    names += [standin.landing_of(name).name for name in standin.DATASETS]
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY id").fetchall()
            for name in names
        }


def test_the_catalogue_names_both_datasets_and_their_pipelines(drm_engine):
    drm = SharedDatabase(drm_engine)
    assert [d.name for d in drm.datasets()] == ["airport_hourly", "flights_daily"]
    assert [(p.name, p.dataset, p.sla_minutes) for p in drm.pipelines()] == [
        ("ingest_airport_hourly", "airport_hourly", 60),
        ("ingest_flights_daily", "flights_daily", 60),
    ]
    assert drm.dataset("flights_daily").time_zone == "America/New_York"


def test_making_the_tables_twice_changes_nothing(drm_engine):
    Replay(drm_engine).ingest_next_days(1)
    before = contents(drm_engine)
    standin.create(drm_engine)
    assert contents(drm_engine) == before
    assert Replay(drm_engine).remaining_days == 333


def test_history_is_one_successful_scored_run_a_dataset(drm_engine):
    Replay(drm_engine).load_history()
    runs = runs_of(drm_engine)
    assert [(r.dataset, r.status, r.rows_ingested) for r in runs] == [
        ("airport_hourly", RunStatus.SUCCESS, 1642),
        ("flights_daily", RunStatus.SUCCESS, 3208),
    ]
    for run in runs:
        assert (run.window_start, run.window_end) == (datetime(2013, 1, 1), datetime(2013, 2, 1))
        assert scores_of(drm_engine, run)[0].score > 99


def test_history_is_loaded_once_and_does_not_count_as_a_day(drm_engine):
    Replay(drm_engine).load_history()
    Replay(drm_engine).load_history()
    assert len(runs_of(drm_engine)) == 2
    assert Replay(drm_engine).remaining_days == 334


def test_ingesting_days_reports_them_and_moves_the_clock(drm_engine):
    replay = Replay(drm_engine, until=date(2013, 2, 4))
    assert (replay.total_days, replay.remaining_days) == (4, 4)
    done = replay.ingest_next_days(3)
    assert done.days == (date(2013, 2, 1), date(2013, 2, 2), date(2013, 2, 3))
    assert done.now == replay.now == datetime(2013, 2, 5)
    assert done.remaining_days == replay.remaining_days == 1
    assert not replay.is_complete
    assert replay.ingest_next_days(5).days == (date(2013, 2, 4),)
    assert replay.is_complete
    assert replay.ingest_next_days(1).days == ()
    assert replay.remaining_days == 0


def test_days_one_by_one_and_all_at_once_come_to_the_same(drm_engine, tmp_path):
    for _ in range(6):
        Replay(drm_engine).ingest_next_days(1)
    other = engine_for(f"sqlite:///{tmp_path / 'other.db'}")
    standin.create(other)
    Replay(other).ingest_next_days(6)
    assert contents(other) == contents(drm_engine)
    other.dispose()


class Killed(BaseException):
    pass


def test_a_replay_killed_before_any_transaction_ends_resumes_without_loss_or_repetition(
    drm_engine, tmp_path, monkeypatch
):
    whole = engine_for(f"sqlite:///{tmp_path / 'whole.db'}")
    standin.create(whole)
    Replay(whole, until=date(2013, 2, 7)).ingest_next_days(7)
    true_apply = standin._apply
    die_next = True

    def dying_apply(connection, event):
        nonlocal die_next
        true_apply(connection, event)
        die_next = not die_next
        if not die_next:
            raise Killed

    monkeypatch.setattr(standin, "_apply", dying_apply)
    deaths = 0
    for _ in range(500):
        try:
            if not Replay(drm_engine, until=date(2013, 2, 7)).ingest_next_days(7).remaining_days:
                break
        except Killed:
            deaths += 1
    assert deaths > 40
    assert contents(drm_engine) == contents(whole)
    whole.dispose()


def test_a_day_begun_by_a_killed_call_is_finished_and_counts_as_one(drm_engine, monkeypatch):
    Replay(drm_engine).ingest_next_days(1)
    true_apply, left = standin._apply, [3]

    def dying_apply(connection, event):
        if not left[0]:
            raise Killed
        left[0] -= 1
        true_apply(connection, event)

    monkeypatch.setattr(standin, "_apply", dying_apply)
    with pytest.raises(Killed):
        Replay(drm_engine).ingest_next_days(1)
    monkeypatch.setattr(standin, "_apply", true_apply)
    assert Replay(drm_engine).ingest_next_days(1).days == (date(2013, 2, 2),)


def test_a_database_replayed_by_another_plan_is_refused(drm_engine):
    Replay(drm_engine).load_history()
    with begin_write(drm_engine) as connection:
        connection.execute(tables.clock.update().values(plan_id="another"))
    with pytest.raises(Conflict, match="start with another home"):
        Replay(drm_engine)


@pytest.mark.parametrize("until", [date(2013, 1, 31), date(2014, 1, 1)])
def test_a_last_day_outside_of_the_data_is_refused(drm_engine, until):
    with pytest.raises(InvalidInput, match="2013-02-01 to 2013-12-31"):
        Replay(drm_engine, until=until)


def test_no_days_are_refused(drm_engine):
    with pytest.raises(InvalidInput, match="must be 1 or more"):
        Replay(drm_engine).ingest_next_days(0)


def test_a_failed_run_says_why_delivers_nothing_and_is_retried_the_same_day(february):
    failed, retry = runs_of(february, RETRIED)
    assert (failed.status, failed.rows_ingested, failed.content_checksum) == ("failed", None, None)
    assert "ConnectionResetError" in failed.error_msg
    assert scores_of(february, failed) == []
    assert retry.is_success
    assert retry.started_at.date() == failed.started_at.date()
    assert read_rows(february, "flights_daily", failed.id).empty
    assert len(read_rows(february, "flights_daily", retry.id)) == retry.rows_ingested == 104


def test_a_day_ingested_twice_has_the_same_checksum(february):
    first, second = runs_of(february, TWICE)
    assert first.content_checksum == second.content_checksum
    assert first.window_start == second.window_start
    assert second.is_success


def test_a_restated_day_has_another_checksum_and_corrects_some_rows(february):
    runs = runs_of(february, RESTATED)
    assert runs[0].content_checksum != runs[1].content_checksum
    first, second = (read_rows(february, "flights_daily", run.id) for run in runs)
    key = ["date", "origin", "airline", "destination"]
    assert first[key].equals(second[key])
    changed = (first != second) & ~(first.isna() & second.isna())
    assert set(changed.columns[changed.any()]) == {"cancelled", "dep_delay_mean"}
    assert 0 < changed.any(axis=1).sum() < len(first)


def test_a_garbled_delivery_scores_under_80_and_its_redelivery_100(february):
    bad, good = runs_of(february, GARBLED)
    (score,) = scores_of(february, bad)
    assert score.score < 80
    assert score.completeness < 95
    assert score.validity < 85
    assert scores_of(february, good)[0].score == 100
    assert good.started_at - bad.started_at > timedelta(days=1)
    rows = read_rows(february, "flights_daily", bad.id)
    is_bad = rows["origin"].isna() | rows["flights"].str.contains(r"^-|#REF!")
    assert 0.25 < is_bad.mean() < 0.35


def test_a_wrong_manifest_scores_low_and_the_same_run_is_scored_again_above_80(february):
    (run,) = runs_of(february, MANIFEST)
    low, high = scores_of(february, run)
    assert low.score < 80 < high.score
    assert low.rows_expected == 2 * high.rows_expected == 2 * run.rows_ingested
    assert SharedDatabase(february).latest_score("flights_daily", run.id) == high


def test_a_late_run_ends_far_beyond_its_sla_after_a_run_with_a_higher_id(february):
    (late,) = runs_of(february, LATE)
    assert late.finished_at - late.scheduled_for > timedelta(hours=24)
    overtaken = [
        run.run_key
        for run in runs_of(february)
        if run.id > late.id and run.finished_at < late.finished_at
    ]
    assert overtaken == ["airport_hourly:2013-02-19#1", "flights_daily:2013-02-19#1"]
    assert scores_of(february, late)[0].timeliness == 0
    assert scores_of(february, late)[0].score > 80


def test_the_late_run_is_running_while_the_next_days_run_has_ended(drm_engine):
    drm = SharedDatabase(drm_engine)
    Replay(drm_engine).ingest_next_days(18)
    (late,) = runs_of(drm_engine, LATE)
    assert (late.status, late.finished_at) == (RunStatus.RUNNING, None)
    assert drm.lowest_running() == drm.lowest_running(late.id - 1) == late.id
    assert drm.lowest_running(late.id) is None
    handled = {run.id for run in drm.finished_runs(limit=1000)}
    assert late.id not in handled
    Replay(drm_engine).ingest_next_days(1)
    new = drm.finished_runs(low=late.id - 1, seen=handled)
    assert [run.run_key for run in new] == [
        LATE,
        "airport_hourly:2013-02-19#1",
        "flights_daily:2013-02-19#1",
    ]
    assert drm.lowest_running() is None


def test_a_slow_run_takes_five_times_as_long_within_its_sla(february):
    (slow,) = runs_of(february, SLOW)
    assert timedelta(minutes=5) <= slow.finished_at - slow.started_at <= timedelta(minutes=10)
    assert slow.finished_at < slow.scheduled_for + timedelta(minutes=60)


def test_each_other_run_succeeds_with_a_score_of_at_least_90(february):
    unusual = (GARBLED + "#1", MANIFEST, LATE, RETRIED + "#1")
    for run in runs_of(february):
        if run.run_key not in unusual:
            assert run.is_success, run.run_key
            assert min(s.score for s in scores_of(february, run)) >= 90, run.run_key


def test_a_score_is_written_after_its_run_has_ended(february):
    ends = {run.id: run.finished_at for run in runs_of(february)}
    assert all(s.scored_at > ends[s.run_id] for s in SharedDatabase(february).scores_after(0, 1000))


def test_rows_come_as_text_or_none_in_order_of_delivery(february):
    (run,) = runs_of(february, "airport_hourly:2013-02-08#1")
    rows = read_rows(february, "airport_hourly", run.id)
    assert rows["observed_at"].is_monotonic_increasing
    assert {type(cell) for cell in rows.to_numpy().ravel()} == {str, type(None)}


def test_reading_what_is_not_there_names_it(february):
    drm = SharedDatabase(february)
    with pytest.raises(NotFound, match="no DRM run 9999"):
        drm.run(9999)
    with pytest.raises(NotFound, match="no dataset 'trains'"):
        read_rows(february, "trains", 1)


def test_finished_runs_can_be_read_in_pages(february):
    drm = SharedDatabase(february)
    ids, low = [], 0
    while page := drm.finished_runs(low, limit=7):
        ids += [run.id for run in page]
        low = ids[-1]
    assert ids == [run.id for run in runs_of(february)]


def test_recent_runs_are_the_newest_of_a_pipeline_up_to_an_id(february):
    runs = SharedDatabase(february).recent_runs("ingest_airport_hourly", limit=3, up_to_id=20)
    assert [run.id for run in runs] == [19, 17, 14]


def test_28_days_take_well_under_5_seconds_of_cpu(drm_engine):
    Replay(drm_engine).load_history()
    before = time.process_time()
    Replay(drm_engine).ingest_next_days(28)
    assert time.process_time() - before < 3


def test_the_replay_works_on_every_database(database_url):
    engine = engine_for(database_url)
    standin.create(engine)
    standin.create(engine)
    Replay(engine).ingest_next_days(2)
    assert Replay(engine).ingest_next_days(1).days == (date(2013, 2, 3),)
    drm = SharedDatabase(engine)
    assert len(drm.finished_runs()) == 8
    assert drm.latest_score("flights_daily", drm.finished_runs()[-1].id).score == 100
    assert len(read_rows(engine, "flights_daily", drm.finished_runs()[-1].id)) == 105
    assert read_clock(engine) == datetime(2013, 2, 1)
    release_clock(engine)
    assert read_clock(engine) == Replay(engine).now == datetime(2013, 2, 5)


def settings_for(engine, clock):
    url = engine.url.render_as_string(hide_password=False)
    return Settings.from_env(
        {"IOP_DRM_DATABASE_URL": url, "IOP_CLOCK": clock, "IOP_HOME": "/nowhere"}
    )


def test_the_clock_follows_the_replay_only_if_told_so(drm_engine):
    set_clock(drm_engine, datetime(2013, 2, 3, 4, 5))
    assert now(settings_for(drm_engine, "drm")) == datetime(2013, 2, 3, 4, 5)
    assert now(settings_for(drm_engine, "system")).year > 2020


def test_setting_the_clock_keeps_where_the_replay_stands(drm_engine):
    Replay(drm_engine).ingest_next_days(2)
    set_clock(drm_engine, datetime(2013, 6, 1))
    assert Replay(drm_engine).remaining_days == 332


def test_a_replays_clock_that_is_not_there_is_named(tmp_path):
    engine = engine_for(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(MisconfiguredInstance, match="`iop demo` makes one"):
        now(settings_for(engine, "drm"))
    tables.drm_metadata.create_all(engine)
    with pytest.raises(MisconfiguredInstance, match="`iop demo` makes one"):
        now(settings_for(engine, "drm"))
    set_clock(engine, datetime(2013, 2, 1))
    assert now(settings_for(engine, "drm")) == datetime(2013, 2, 1)
    engine.dispose()


def test_names_in_the_contract_are_the_tables_own():
    text = (Path(__file__).parents[2] / "docs" / "drm-contract.md").read_text()
    for table in tables.drm_metadata.sorted_tables:
        assert f"`{table.name}`" in text
        for column in table.columns:
            assert re.search(rf"`{column.name}`", text), f"{table.name}.{column.name}"


def test_every_table_is_made_of_innodb(drm_engine):
    assert sa.inspect(drm_engine).has_table("drm_rows_flights_daily")
    assert standin.landing_of("flights_daily").dialect_options["mysql"]["engine"] == "InnoDB"


@pytest.mark.parametrize("owners", ["1111112", "1212211", "2111111", "1222222"])
@pytest.mark.parametrize("at_once", [1, 2, 4, 100])
def test_rows_of_a_run_are_its_own_in_order_wherever_they_stand_among_others(
    drm_engine, monkeypatch, owners: str, at_once: int
) -> None:
    monkeypatch.setattr("iop_pipelines.drm.rows.ROWS_AT_ONCE", at_once)
    landing = SharedDatabase(drm_engine).dataset("flights_daily").landing_table
    told = landing.columns.keys()[-1]
    with begin_write(drm_engine) as connection:
        for place, owner in enumerate(owners):
            row = {"run_id": 900 + int(owner), told: str(place)}
            connection.execute(landing.insert().values(row))
    for owner in "12":
        parts = list(read_row_parts(drm_engine, "flights_daily", 900 + int(owner)))
        assert [place for part in parts for place in part[told]] == [
            str(place) for place, each in enumerate(owners) if each == owner
        ]
        assert max(map(len, parts)) <= at_once
    (nothing,) = read_row_parts(drm_engine, "flights_daily", 903)
    assert (len(nothing), set(nothing.columns)) == (0, {*landing.columns.keys()} - {"id", "run_id"})


AWKWARD = [
    None,
    "",
    '"',
    "\\",
    "a\nb",
    "\x1f",
    "\t",
    "a\x00b",
    "\x7f",
    "Fahrräder 🚲",
    "007",
    "1e5",
    "null",
    " ",
]


def test_texts_of_a_run_are_read_as_they_were_written(drm_engine) -> None:
    landing = SharedDatabase(drm_engine).dataset("flights_daily").landing_table
    told = landing.columns.keys()[-1]
    with begin_write(drm_engine) as connection:
        for text in AWKWARD:
            connection.execute(landing.insert().values({"run_id": 900, told: text}))
    (part,) = read_row_parts(drm_engine, "flights_daily", 900)
    assert part[told].tolist() == AWKWARD
    assert part.drop(columns=told).isna().all(axis=None)


def _column(kind: str, cells: list[object]) -> tuple[object, ...]:
    made = f"CREATE TABLE others (id INTEGER PRIMARY KEY, run_id, figure {kind})"
    return [made], "others (run_id, figure)", cells, cells


@pytest.mark.parametrize(
    ("made", "into", "written", "cells"),
    [
        _column("TEXT", ["7", b"\xff", "x"]),
        _column("REAL", [0.12345678901234568, 1e300, "x"]),
        _column("", [7, 0.1, "x", None]),
        _column("POINT", [7, 2**60, "x"]),
        (
            [
                "CREATE TABLE others (id INTEGER PRIMARY KEY, run_id, told TEXT,"
                " figure REAL AS (told * 0.1) STORED)"
            ],
            "others (run_id, told)",
            ["3", "10"],
            [0.30000000000000004, 1.0],
        ),
        (
            [
                "CREATE TABLE others (id INTEGER PRIMARY KEY, run_id, told TEXT,"
                " figure TEXT AS (json(told)) VIRTUAL)"
            ],
            "others (run_id, told)",
            ["[1, 2]"],
            ["[1,2]"],
        ),
        (
            [
                "CREATE TABLE texts (id INTEGER PRIMARY KEY, run_id, figure TEXT)",
                "CREATE TABLE figures (id INTEGER PRIMARY KEY, run_id, figure REAL)",
                "CREATE VIEW others AS SELECT * FROM texts UNION ALL SELECT * FROM figures",
            ],
            "figures (run_id, figure)",
            [0.30000000000000004, 1.0],
            [0.30000000000000004, 1.0],
        ),
    ],
)
def test_what_another_writer_left_in_a_file_is_read_as_it_is(
    tmp_path, made, into, written, cells
) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'drm.db'}")
    tables.drm_metadata.create_all(engine)
    dates = {"created_at": datetime(2026, 1, 1), "updated_at": datetime(2026, 1, 1)}
    schema = {"type": "object", "properties": {"figure": {"type": "number"}}}
    entry = {"name": "others", "table_name": "others", "time_zone": "UTC", "freq": "D"}
    with begin_write(engine) as connection:
        connection.execute(tables.datasets.insert().values(**entry, **dates, row_schema=schema))
        for statement in made:
            connection.exec_driver_sql(statement)
        rows = [(900, cell) for cell in written]
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES (?, ?)", rows)
    (part,) = read_row_parts(engine, "others", 900)
    assert part["figure"].tolist() == cells
