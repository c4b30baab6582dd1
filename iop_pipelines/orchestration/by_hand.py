"""What happens when an operator materializes partitions in Dagster's UI: rows first, as for any request."""

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.ledger.requests import request_execution, request_report
from iop_pipelines.ledger.work import (
    EXECUTION,
    REPORT,
    VERSION,
    WorkKind,
    claim_these,
)
from iop_pipelines.orchestration import batches
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.orchestration.traced import of_run
from iop_pipelines.platform import Platform
from iop_pipelines.registry.keys import id_of
from iop_pipelines.registry.models import model
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.schema.transactions import write
from iop_pipelines.tracing.spans import carried
from iop_pipelines.transform.versions import dataset_by_id


@of_run
def prepare(
    context: dg.AssetExecutionContext, platform: Platform, keys: Sequence[str]
) -> batches.Tally:
    """Prepares the waiting and failed data versions of the datasets; where there are none, the latest again."""
    ids = [id_of(key) for key in keys]
    for dataset_id in ids:
        dataset_by_id(platform.engine, dataset_id)
    versions = dataset_versions.c

    def queue(connection: sa.Connection) -> list[int]:
        connection.execute(
            dataset_versions.update()
            .where(versions.dataset_id.in_(ids), versions.status == "failed")
            .values(
                status="pending",
                phase=Phase.QUEUED,
                attempt=1,
                error_msg=None,
                said=None,
                traceparent=carried(),
            )
        )
        query = sa.select(versions.id).where(
            versions.dataset_id.in_(ids), versions.phase == Phase.QUEUED
        )
        waiting = list(connection.scalars(query.order_by(versions.id)))
        if not waiting:
            newest = sa.select(sa.func.max(versions.id)).where(versions.dataset_id.in_(ids))
            waiting = list(connection.scalars(newest.group_by(versions.dataset_id)))
            connection.execute(
                dataset_versions.update()
                .where(versions.id.in_(waiting), versions.phase == Phase.DONE)
                .values(status="pending", phase=Phase.QUEUED, attempt=1, traceparent=carried())
            )
        return waiting

    waiting = write(platform.engine, queue)
    return _run(context, platform, VERSION, waiting, batches.prepare_datasets)


@of_run
def execute(
    context: dg.AssetExecutionContext, platform: Platform, keys: Sequence[str]
) -> batches.Tally:
    """One execution of each model on the latest data version of its dataset."""
    requested = []
    for key in keys:
        stored = model(platform.engine, id_of(key))
        requested.append(
            request_execution(
                platform.engine,
                stored.id,
                stored.spec.config.dataset,
                utc_now(),
                trigger=f"ui:{context.run_id}",
                idempotency_key=f"{context.run_id}/{stored.id}",
            )
        )
    return _run(context, platform, EXECUTION, requested, batches.execute_models)


@of_run
def generate(
    context: dg.AssetExecutionContext, platform: Platform, keys: Sequence[str]
) -> batches.Tally:
    """One report of each template, now."""
    requested = [
        request_report(
            platform.engine,
            id_of(key),
            utc_now(),
            trigger=f"ui:{context.run_id}",
            idempotency_key=f"{context.run_id}/{id_of(key)}",
        )
        for key in keys
    ]
    return _run(context, platform, REPORT, requested, batches.generate_reports)


def advise(platform: Platform) -> dict[str, Any]:
    """Makes the recommendations that executions still owe; counts of all by status for the UI."""
    from iop_pipelines.recommendations.advising import advise_pending
    from iop_pipelines.recommendations.review import counts_by_status

    PROGRESS.step(Sentence("doing.advising_owed"))
    pending = advise_pending(platform.engine, tick=PROGRESS.tick)
    failed = {f"execution {each.execution_id}": each.reason for each in pending.failures}
    advised = {"executions advised": len(pending.summaries)}
    return {**advised, **failed, **counts_by_status(platform.engine)}


def _run(
    context: dg.AssetExecutionContext,
    platform: Platform,
    kind: WorkKind,
    ids: Sequence[int],
    work: Callable[..., batches.Tally],
) -> batches.Tally:
    """The run itself holds the claim; what another run has in flight is refused by name."""
    run_key = f"{kind.name}-ui-{context.run_id}"
    refused = claim_these(platform.engine, kind, ids, run_key, context.run_id, now=utc_now())
    if refused:
        raise Conflict("partitions.refused", kind=kind.name, partitions=refused)
    if not ids:
        raise NotFound("partitions.none_waiting", kind=kind.name)
    return work(context, platform, ids, run_key)
