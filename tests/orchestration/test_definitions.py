import dagster as dg

from iop_pipelines.definitions import defs

ASSETS = {
    "drm_dataset",
    "prepared_dataset",
    "rule_based_output",
    "statistical_output",
    "ml_output",
    "recommendation",
    "report",
}


def test_the_code_location_loads_and_is_whole():
    dg.Definitions.validate_loadable(defs)
    repository = defs.get_repository_def()

    assert {key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()} == ASSETS
    assert {sensor.name for sensor in repository.sensor_defs} >= {
        "drm_pipeline_runs",
        "drm_events",
        "drm_quality_scores",
        "requested_executions",
        "requested_reports",
        "one_time_reports",
    }
    assert {schedule.name for schedule in repository.schedule_defs} == {
        "daily_reports",
        "weekly_reports",
        "monthly_reports",
        "retention",
    }


def test_every_automation_runs_from_the_first_start():
    repository = defs.get_repository_def()

    assert all(
        sensor.default_status is dg.DefaultSensorStatus.RUNNING for sensor in repository.sensor_defs
    )
    assert all(
        schedule.default_status is dg.DefaultScheduleStatus.RUNNING
        for schedule in repository.schedule_defs
    )
