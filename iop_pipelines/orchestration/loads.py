"""Uploads that were asked to be loaded: one Dagster run each, and another where that ended without having done so.

Imported by the code location, so nothing heavy.
"""

from datetime import datetime

import dagster as dg
from dagster._core.storage.tags import RUN_KEY_TAG

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import UploadStatus
from iop_pipelines.intake import uploads
from iop_pipelines.orchestration import traced
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.orchestration.ticks import Ticked
from iop_pipelines.platform import Platform
from iop_pipelines.tracing.context import distinct

JOB = "load_uploads"


class LoadConfig(dg.Config):
    """The row, and the attempt that this run is: a later one makes it void."""

    upload_id: int
    attempt: int


def launch_loads(platform: Platform, instance: dg.DagsterInstance, now: datetime) -> Ticked:
    """Asked again for the same attempt, Dagster knows its run key and launches nothing."""
    requests = []
    for each in uploads.to_load(platform.engine):
        runs = instance.get_run_records(dg.RunsFilter(tags={RUN_KEY_TAG: each.run_key}), limit=1)
        if not runs:
            requests.append(_request(each))
        elif runs[0].dagster_run.is_finished:
            is_loading = each.status is UploadStatus.LOADING
            has_begun = is_loading or runs[0].start_time is not None
            uploads.try_again(platform.engine, each, now, has_begun=has_begun)
    purged = uploads.purge(platform.engine, now)
    return Ticked(requests, None, f"no upload is to be loaded; {purged} files were removed")


def _request(upload: uploads.Upload) -> dg.RunRequest:
    config = {"upload_id": upload.id, "attempt": upload.attempt}
    return dg.RunRequest(
        run_key=upload.run_key,
        job_name=JOB,
        run_config={
            "ops": {"load": {"config": config}},
            "loggers": {"console": {"config": {"log_level": "WARNING"}}},
        },
        tags={**traced.launched(JOB, distinct([upload.traceparent]), upload.run_key)},
    )


@traced.of_run
def load(context: dg.OpExecutionContext, platform: Platform, config: LoadConfig) -> None:
    from iop_pipelines.intake.loading import load_upload

    found = uploads.begin_load(platform.engine, config.upload_id, config.attempt)
    if found is None:
        context.log.info(f"upload {config.upload_id}: ended, or another attempt has it; left alone")
        return
    PROGRESS.step(Sentence("doing.loading_upload", name=found.name))
    reason = load_upload(platform, found, utc_now())
    if reason is not None:
        raise dg.Failure(description=str(reason), allow_retries=False)
