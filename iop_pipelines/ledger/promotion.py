"""Whether a version may become active: where there is history enough, its backtest is asked for first.

A version that was active before has told things already, and needs none; nor does one of data that cannot be replayed.
What registers data and models together (`iop start`, the demo) promotes by the registry itself.
"""

import sqlalchemy as sa

from iop_pipelines.domain.datasets import modelled_step
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import BacktestStatus, ModelStatus
from iop_pipelines.errors import Conflict, InvalidInput, IopError
from iop_pipelines.ledger.history import history_of
from iop_pipelines.registry.look_back import needed_history
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.schema.tables import model_backtests, model_events
from iop_pipelines.transform.versions import dataset, latest_version


def lacks_backtest(engine: sa.Engine, stored: StoredModel) -> bool:
    """Whether a backtest of the version could be made, and is to be before it becomes active for the first time."""
    if stored.status is ModelStatus.ACTIVE or stored.lacks:
        return False
    with engine.connect() as connection:
        if _has(connection, model_backtests, stored, "status", BacktestStatus.DONE):
            return False
        if _has(connection, model_events, stored, "status_after", ModelStatus.ACTIVE):
            return False
    return _has_history(engine, stored)


def require_backtest(
    engine: sa.Engine, stored: StoredModel, reason: str | None, *, is_forced: bool
) -> str | Sentence | None:
    """The reason to keep with the promotion; that it was forced is a part of it.

    Raises:
        Conflict: there is no finished backtest, and it is not forced.
        InvalidInput: it is forced without a reason.
    """
    if not lacks_backtest(engine, stored):
        return reason
    if not is_forced:
        raise Conflict("backtest.needed", label=stored.label)
    if not (reason or "").strip():
        raise InvalidInput("backtest.force_without_reason", "reason", label=stored.label)
    return Sentence("backtest.forced", reason=reason)


def _has(
    connection: sa.Connection, table: sa.Table, stored: StoredModel, column: str, value: str
) -> bool:
    query = sa.select(table.c.id).where(table.c.model_id == stored.id, table.c[column] == value)
    return connection.scalar(query.limit(1)) is not None


def _has_history(engine: sa.Engine, stored: StoredModel) -> bool:
    """Whether the prepared data reach as far back as the runtime looks, and a period more."""
    config = stored.spec.config
    try:
        on = dataset(engine, config.dataset)
        step = modelled_step(on.declaration)
        needed = needed_history(config.runtime, config.params, step.modelled_as)
    except IopError:
        # Its dataset is gone or has no step, or its params are not what the runtime takes: it cannot be replayed.
        return False
    if on.is_system or latest_version(engine, on.id) is None:
        return False
    with engine.connect() as connection:
        history = history_of(connection, config.dataset)
    return (
        history is not None and step.shift(history.window_start, needed + 1) <= history.window_end
    )
