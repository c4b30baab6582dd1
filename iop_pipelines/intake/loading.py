"""Loads an upload, by a worker: what `iop start` does after the look, without a person beside it."""

from datetime import datetime

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import IopError
from iop_pipelines.intake import uploads
from iop_pipelines.intake.answers import Answers
from iop_pipelines.intake.bounds import bounded_memory
from iop_pipelines.intake.folder import folder_of
from iop_pipelines.intake.in_app import in_app
from iop_pipelines.intake.load import load
from iop_pipelines.intake.looking import understood
from iop_pipelines.intake.own import require_own
from iop_pipelines.intake.uploads import Upload
from iop_pipelines.platform import Platform


def load_upload(platform: Platform, given: Upload, now: datetime) -> Sentence | None:
    """Declares and delivers it, once however often this runs; the reason where it failed for good.

    Raises what may pass: the row stays as it is then, and another run takes it up.
    """
    settings = platform.settings
    answers = Answers.of(given.answers)
    most = settings.upload_bytes
    try:
        require_own(platform.drm_engine, settings)
        with (
            bounded_memory(given.name),
            understood(
                *(given.storage_url, given.name, answers, settings.time_zone, most),
                max_refused_percent=settings.max_refused_percent,
            ) as table,
        ):
            done = load(platform, table, folder_of(settings, table.name), now)
            refused = len(table.refused)
    except IopError as error:
        if error.retryable:
            raise
        said = in_app(error.sentence)
        uploads.fail_load(platform.engine, given, said, now)
        return said
    delivered = done.delivered
    uploads.end_load(
        platform.engine, given, delivered.run_id, rows=delivered.rows, refused=refused, now=now
    )
    return None
