"""Files that were asked to be loaded: a Dagster run each, another where that ended badly, none that repeats."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from database_servers import named
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role, UploadStatus
from iop_pipelines.identity import accounts
from iop_pipelines.intake import store, uploads
from iop_pipelines.ledger.traces import asked_by, trace
from iop_pipelines.orchestration import ticks
from iop_pipelines.orchestration.loads import launch_loads
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import uploads as uploads_table
from iop_pipelines.settings import Settings
from iop_pipelines.tracing.context import new_trace, within
from iop_pipelines.transform.versions import register_system_datasets
from sensors.uploads import load_uploads

NOW = datetime(2026, 11, 1, 12)
SALES = "day,n\n" + "".join(f"2026-01-{day:02},{10 * day}\n" for day in range(1, 29))


@pytest.fixture
def platform(migrated_url: str, tmp_path: Path) -> Iterator[Platform]:
    drm = {"IOP_DRM_DATABASE_URL": f"sqlite:///{tmp_path / 'drm.db'}"}
    home = {"IOP_HOME": str(tmp_path / "home")}
    platform = Platform(Settings.from_env({**home, **named(migrated_url), **drm}))
    yield platform
    engine_for(platform.settings.drm_database_url).dispose()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def asked(platform: Platform, content: str = SALES) -> int:
    by = accounts.add_user(platform.engine, "ada", Role.ADMIN, Actor(None, "test")).id
    url = store.new_place(platform.settings.storage_url)
    upload_id = uploads.begin(platform.engine, "sales.csv", by, url, NOW)
    arriving = store.Arriving(url)
    arriving.write(content.encode())
    arriving.close()
    uploads.arrived(platform.engine, upload_id, arriving.size, arriving.checksum)
    uploads.ask_to_load(platform.engine, upload_id, "sales", {"name": "sales"}, now=NOW)
    return upload_id


def carry_out(
    platform: Platform, instance: dg.DagsterInstance, request: dg.RunRequest
) -> dg.ExecuteInProcessResult:
    """As the daemon and a worker do."""
    return load_uploads.execute_in_process(
        run_config=request.run_config,
        tags={"dagster/run_key": str(request.run_key)},
        resources={"platform": dg.ResourceDefinition.hardcoded_resource(platform)},
        instance=instance,
        raise_on_error=False,
    )


def test_one_run_loads_it_and_no_other_comes(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    upload_id = asked(platform)
    (request,) = launch_loads(platform, instance, NOW).requests
    (again,) = launch_loads(platform, instance, NOW).requests
    assert (request.run_key, again.run_key) == (f"upload-{upload_id}-1",) * 2
    assert carry_out(platform, instance, request).success
    loaded = uploads.upload(platform.engine, upload_id)
    assert (loaded.status, loaded.row_count) == (UploadStatus.LOADED, 28)
    assert launch_loads(platform, instance, NOW).requests == []
    assert [run.rows_ingested for run in platform.drm.recent_runs()] == [28]


def test_what_comes_of_an_upload_has_the_id_of_the_request_for_it(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    """Also where a sensor sees DRM's run before the upload's row says that it is loaded."""
    register_system_datasets(platform.engine)
    asking = new_trace()
    with within(asking):
        upload_id = asked(platform)
    (request,) = launch_loads(platform, instance, NOW).requests
    assert carry_out(platform, instance, request).success
    is_it = uploads_table.c.id == upload_id
    with begin_write(platform.engine) as connection:
        ended = {"status": UploadStatus.LOADING, "ended_at": None, "drm_run_id": None}
        connection.execute(uploads_table.update().where(is_it).values(**ended))
    ticks.drm_pipeline_runs(platform, instance, None)
    came = {each.what for each in trace(platform.engine, asking.trace_id)}
    assert came >= {"upload", "dataset_version"}
    # A run of DRM's own, long after the upload, is of nobody here.
    of_drm = platform.drm.recent_runs()[0]
    later = of_drm.finished_at + timedelta(hours=1)
    with begin_write(platform.engine) as connection:
        ended = {"status": UploadStatus.LOADED, "ended_at": of_drm.finished_at}
        connection.execute(uploads_table.update().where(is_it).values(**ended))
    assert asked_by(platform.engine, of_drm) is not None
    assert asked_by(platform.engine, replace(of_drm, finished_at=later)) is None
    assert asked_by(platform.engine, replace(of_drm, dataset="others")) is None
    assert asked_by(platform.engine, replace(of_drm, run_key="scheduled__2026-11-01")) is None


def test_a_file_that_cannot_be_loaded_makes_its_run_red_and_is_not_tried_again(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    upload_id = asked(platform, "no table at all")
    (request,) = launch_loads(platform, instance, NOW).requests
    assert not carry_out(platform, instance, request).success
    assert uploads.upload(platform.engine, upload_id).status is UploadStatus.FAILED
    assert launch_loads(platform, instance, NOW).requests == []


def test_a_run_that_died_is_followed_by_another_and_three_are_enough(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    upload_id = asked(platform)
    for attempt in (1, 2, 3):
        (request,) = launch_loads(platform, instance, NOW).requests
        assert request.run_key == f"upload-{upload_id}-{attempt}"
        run = instance.create_run_for_job(
            load_uploads,
            run_config=request.run_config,
            tags={"dagster/run_key": str(request.run_key)},
        )
        assert launch_loads(platform, instance, NOW).requests == []
        assert uploads.begin_load(platform.engine, upload_id, attempt) is not None
        # As the reconciler does for a worker without a heartbeat.
        instance.report_run_failed(run)
        assert launch_loads(platform, instance, NOW).requests == []
    assert uploads.upload(platform.engine, upload_id).status is UploadStatus.FAILED


def test_one_that_only_waits_is_never_given_up(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    """Dagster ends a run that no worker starts; whoever asked goes on waiting."""
    upload_id = asked(platform)
    for attempt in range(1, 2 * uploads.MAX_ATTEMPTS + 1):
        (request,) = launch_loads(platform, instance, NOW).requests
        assert request.run_key == f"upload-{upload_id}-{attempt}"
        run = instance.create_run_for_job(
            load_uploads,
            run_config=request.run_config,
            tags={"dagster/run_key": str(request.run_key)},
        )
        instance.report_run_failed(run)
        assert launch_loads(platform, instance, NOW).requests == []
    (request,) = launch_loads(platform, instance, NOW).requests
    assert carry_out(platform, instance, request).success
    assert uploads.upload(platform.engine, upload_id).status is UploadStatus.LOADED


def test_a_late_run_of_a_former_attempt_leaves_it_alone(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    upload_id = asked(platform)
    (late,) = launch_loads(platform, instance, NOW).requests
    uploads.try_again(platform.engine, uploads.upload(platform.engine, upload_id), NOW)
    assert carry_out(platform, instance, late).success
    assert uploads.upload(platform.engine, upload_id).status is UploadStatus.QUEUED
    assert platform.drm.recent_runs() == []
