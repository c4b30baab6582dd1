"""Keeps Dagster's partitions and IOP's ledger in step with what is registered and what has happened."""

from datetime import timedelta

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.events import inbox, outbox
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.reconcile import Patience, reconcile
from iop_pipelines.ledger.verify import compare
from iop_pipelines.orchestration import traced
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.platform import Platform
from iop_pipelines.recommendations.advising import advise_pending
from iop_pipelines.recommendations.deliveries import advise_of_deliveries
from iop_pipelines.recommendations.places import give_places
from iop_pipelines.recommendations.silence import advise_of_missing_delivery
from iop_pipelines.registry.keys import key, model_key
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.tables import analytical_models, datasets, report_templates
from iop_pipelines.transform.versions import PIPELINE_RUNS, list_datasets

# A worker advises right after the event; what it has not done by then, it will not do.
ADVICE_OVERDUE = timedelta(seconds=60)


def registered_keys(engine: sa.Engine) -> dict[str, list[str]]:
    """Partition keys by group: `datasets` that are prepared, each model type, and `templates`."""
    models, templates = analytical_models.c, report_templates.c
    keys: dict[str, list[str]] = {group: [] for group in ("datasets", *ModelType, "templates")}
    with engine.connect() as connection:
        prepared = sa.select(datasets.c.id, datasets.c.name).where(datasets.c.name != PIPELINE_RUNS)
        for row in connection.execute(prepared):
            keys["datasets"].append(key(row.id, row.name))
        query = sa.select(models.id, models.name, models.version, models.type)
        query = query.where(models.deleted_at.is_(None))
        for row in connection.execute(query):
            keys[ModelType(row.type)].append(model_key(row.id, row.name, row.version))
        kept = sa.select(templates.id, templates.name).where(templates.deleted_at.is_(None))
        for row in connection.execute(kept):
            keys["templates"].append(key(row.id, row.name))
    return keys


@traced.tick("ledger_reconciler")
def keep_ledger(instance: dg.DagsterInstance, platform: Platform) -> str:
    """Mirror, then repair, then advise what is owed; returns what was done, in words."""
    mirrored = mirror(instance, platform.engine)
    now = utc_now()
    repairs = reconcile(instance, platform.engine, now, Patience.of(platform.settings))
    advised = advise_pending(platform.engine, finished_before=now - ADVICE_OVERDUE)
    for stored in list_datasets(platform.engine):
        advise_of_deliveries(platform.engine, stored)
        if not stored.is_system:
            advise_of_missing_delivery(platform.engine, platform.drm, stored, platform.now())
    give_places(platform.engine)
    counters.fold(platform.engine, now)
    inbox.purge(platform.engine, now)
    outbox.purge(platform.engine, now, with_unpublished=platform.settings.event_broker_url is None)
    done = [
        f"{mirrored.seen} terminal events seen, {mirrored.applied} applied late",
        *repairs.lines,
    ]
    if advised.summaries:
        done.append(f"{len(advised.summaries)} executions advised late")
    done += [
        f"execution {each.execution_id} not advised: {each.reason}" for each in advised.failures
    ]
    return "; ".join(done)


def keep_to_policy(instance: dg.DagsterInstance, platform: Platform) -> str:
    """Compares the ledger with Dagster's history, then one pass of retention; says what came of both.

    Where the comparison fails the pass is made all the same, and then it fails.
    """
    # It knows the tables of Dagster's storage, and with them comes Alembic.
    from iop_pipelines.ledger import retention

    give_places(platform.engine, is_thorough=True)
    # What has ended and is not in its row yet must not be forgotten.
    PROGRESS.step(Sentence("doing.mirroring"))
    mirror(instance, platform.engine, PROGRESS.tick)
    try:
        verdict = compare(instance, platform.engine, PROGRESS.tick, Outside.of(platform.settings))
    except Exception as error:
        verdict = error
    PROGRESS.step(Sentence("doing.throwing_away"))
    policy = retention.Policy.of(platform.settings)
    taken = retention.purge(instance, platform.engine, policy, utc_now(), tick=PROGRESS.tick)
    if isinstance(verdict, Exception):
        raise verdict
    told = [f"drift {len(verdict.drift)}", *([verdict.untold] if verdict.untold else [])]
    return "; ".join([*told, f"taken: {taken}"])
