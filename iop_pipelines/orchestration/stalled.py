"""What is written of work that showed no progress, before its worker is ended.

The item fails, by an event in Dagster's log like every other end; its run fails, so that the reconciler gives back what
else it had at its next pass; and the worker is forgotten, since it lives no more.
"""

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.ledger.closing import close_as_failed
from iop_pipelines.ledger.repairs import Repairs, keep_repairs
from iop_pipelines.ledger.work import DELIVERY, KINDS, VERSION, end_delivery, end_version
from iop_pipelines.orchestration.watchdog import Doing
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import workers
from iop_pipelines.schema.transactions import change
from iop_pipelines.settings import Settings


def record(doing: Doing, worker_id: str, reason: Sentence) -> None:
    """Writes what is not written yet: done twice, it changes nothing more."""
    engine = engine_for(Settings.from_env().database_url)
    with dg.DagsterInstance.get() as instance:
        repairs = Repairs()
        if _has_ended(instance, engine, doing, reason):
            repairs.add(f"{doing.kind} {doing.item_id}: {reason}")
        run = instance.get_run_by_id(doing.run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, f"Its worker {worker_id} showed {reason}.")
            repairs.add(f"run {doing.run_id}: {reason}")
        change(engine, workers.delete().where(workers.c.id == worker_id))
        keep_repairs(engine, utc_now(), repairs)


def _has_ended(
    instance: dg.DagsterInstance, engine: sa.Engine, doing: Doing, reason: Sentence
) -> bool:
    """Whether the item is ended by this; False for one that another attempt has, or that has ended."""
    kind = next((each for each in KINDS if each.name == doing.kind), None)
    if kind is None or doing.item_id is None or doing.attempt is None:
        return False
    if kind is VERSION:
        return end_version(engine, doing.item_id, doing.attempt, reason)
    if kind is DELIVERY:
        at = utc_now()
        return end_delivery(engine, doing.item_id, doing.attempt, at, "failed", error=reason)
    return close_as_failed(
        *(instance, engine, kind, doing.item_id, Phase.STARTED),
        reason=reason,
        now=utc_now(),
        attempt=doing.attempt,
    )
