import pytest

from iop_pipelines.drm.rows import read_pipeline_runs
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.drm.standin import Replay
from iop_pipelines.errors import NotFound


def run_id(engine, key):
    runs = SharedDatabase(engine).recent_runs(limit=1000)
    return next(run.id for run in runs if run.run_key == key)


@pytest.fixture
def panel(february):
    return read_pipeline_runs(february, run_id(february, "flights_daily:2013-02-28#1"))


def row(panel, pipeline, ends):
    found = panel[(panel["unique_id"] == pipeline) & (panel["ds"] == ends)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_panel_has_a_row_for_each_run_that_ended(panel):
    told = "unique_id ds duration_s delay_s is_failed rows is_repeat quality_score"
    assert " ".join(panel.columns) == told
    assert len(panel) == 62
    assert panel.equals(panel.sort_values(["unique_id", "ds"]))
    assert not panel.duplicated(["unique_id", "ds"]).any()


def test_a_failed_run_has_neither_rows_nor_a_score(panel):
    failed = row(panel, "ingest_flights_daily", "2013-02-06 05:16:26")
    assert failed["is_failed"] == 1
    assert failed[["rows", "quality_score"]].isna().all()
    assert panel["is_failed"].sum() == 1


def test_only_the_second_of_two_equal_deliveries_is_a_repeat(panel):
    assert panel[panel["is_repeat"] == 1]["ds"].astype(str).tolist() == ["2013-02-07 08:01:18"]


def test_delay_counts_from_the_sla_and_is_never_negative(panel):
    assert (panel["delay_s"] >= 0).all()
    late = row(panel, "ingest_flights_daily", "2013-02-20 08:35:08")
    assert late["delay_s"] == 26 * 3600 + 20 * 60 + 8
    assert (panel["delay_s"] > 0).sum() == 1


def test_the_slow_run_stands_out_by_its_duration(panel):
    airport = panel[(panel["unique_id"] == "ingest_airport_hourly") & (panel["rows"] < 100)]
    assert airport["duration_s"].nlargest(2).tolist() == [370.0, 120.0]


def test_a_run_scored_twice_shows_the_latest_score(panel):
    assert row(panel, "ingest_flights_daily", "2013-02-21 05:16:27")["quality_score"] == 100


def test_what_is_seen_as_of_a_run_does_not_change_when_an_earlier_id_ends_later(drm_engine):
    Replay(drm_engine).ingest_next_days(18)
    Replay(drm_engine).ingest_next_days(1)
    as_of = run_id(drm_engine, "flights_daily:2013-02-19#1")
    late = run_id(drm_engine, "flights_daily:2013-02-18#1")
    panel = read_pipeline_runs(drm_engine, as_of)
    assert late < as_of
    assert "2013-02-20 08:35:08" not in panel["ds"].astype(str).tolist()
    assert len(read_pipeline_runs(drm_engine, late)) == len(panel) + 1


def test_the_limit_keeps_the_latest_runs(february, panel):
    last = run_id(february, "flights_daily:2013-02-28#1")
    few = read_pipeline_runs(february, last, limit=4)
    assert sorted(few["ds"]) == sorted(panel["ds"])[-4:]


def test_a_run_that_has_not_ended_is_no_point_to_look_back_from(drm_engine):
    Replay(drm_engine).ingest_next_days(18)
    with pytest.raises(NotFound, match="has not ended"):
        read_pipeline_runs(drm_engine, run_id(drm_engine, "flights_daily:2013-02-18#1"))
