"""What a dataset's own rhythm lets expect of its deliveries, looked at when one of them has been prepared."""

import sqlalchemy as sa

from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.frozen import (
    end_frozen_unread,
    inputs_of,
    look_at_values,
    tell_frozen,
)
from iop_pipelines.recommendations.lifecycle import (
    NEW_MODEL,
    SILENCE_MODEL,
    AdviceSummary,
    Changes,
)
from iop_pipelines.recommendations.new_series import tell_new_series
from iop_pipelines.recommendations.short_deliveries import look_at_fill, tell_short_delivery
from iop_pipelines.recommendations.silence import tell_silent_series
from iop_pipelines.recommendations.watching import end_unread, is_delivered_again
from iop_pipelines.registry.models import active_models_of
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.silence import LEAST_PERIODS, look, series_fields
from iop_pipelines.transform.versions import StoredDataset


def advise_of_what_came(
    engine: sa.Engine, drm: SharedDatabase, stored: StoredDataset
) -> AdviceSummary:
    """Raises or resolves recommendations about deliveries that lack rows, series that stopped, series that are new,
    and values that no longer change.

    Of what was loaded at once, or came in fewer than five deliveries without a declared rhythm, nothing is told.
    """
    if stored.is_system or not is_delivered_again(drm, stored):
        return Changes().summary(None)
    changes = Changes()
    fill = look_at_fill(drm, stored)
    if fill is not None:
        write(engine, tell_short_delivery, stored, fill, changes)
    _look_at_series(engine, stored, changes)
    return changes.summary(None)


def _look_at_series(engine: sa.Engine, stored: StoredDataset, changes: Changes) -> None:
    declared = stored.declaration
    if declared.step is None:
        return
    read = [each.spec.config.input for each in active_models_of(engine, declared.name)]
    watched_by = series_fields(declared, [each.series for each in read])

    def is_read(_finder: str, evidence: Evidence) -> bool:
        return tuple(evidence.series_fields) in watched_by

    write(engine, end_unread, stored, [f"{SILENCE_MODEL}:", f"{NEW_MODEL}:"], is_read, changes)
    for fields in watched_by:
        with engine.connect() as connection:
            watched = look(connection, declared, fields, LEAST_PERIODS)
        if watched is not None:
            write(engine, tell_silent_series, stored, watched, changes)
            write(engine, tell_new_series, stored, watched, LEAST_PERIODS, changes)
    inputs = inputs_of(declared, read)
    write(engine, end_frozen_unread, stored, inputs, changes)
    for each in inputs:
        looked = look_at_values(engine, stored, each)
        if looked is not None and looked.periods:
            write(engine, tell_frozen, stored, looked, changes)
