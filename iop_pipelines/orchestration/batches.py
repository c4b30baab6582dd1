"""The work of the three jobs, item by item: start, do, tell Dagster, mirror; one failing stops no other.

Called by op jobs (a batch that a sensor claimed) and by assets (partitions an operator picked): both
log the same events, so the ledger cannot tell them apart. Heavy parts are imported when called.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ModelType, ReportFormat
from iop_pipelines.errors import InvalidFrame, IopError
from iop_pipelines.ledger.events import (
    OUTPUT_ASSETS,
    REPORT_ASSET,
    TerminalEvent,
    to_dagster,
    utc_now,
)
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.work import (
    EXECUTION,
    REPORT,
    VERSION,
    WorkKind,
    end_version,
    start,
)
from iop_pipelines.orchestration import metadata
from iop_pipelines.orchestration.resources import Platform
from iop_pipelines.registry.keys import key
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import generated_reports, report_templates

RECOMMENDATION = dg.AssetKey("recommendation")

Context = dg.OpExecutionContext | dg.AssetExecutionContext


class BatchConfig(dg.Config):
    """Ids of the rows that a sensor claimed, in the order to work on them, under the key it named."""

    ids: list[int]
    run_key: str


@dataclass
class Tally:
    """How a batch went; `failed` names each failed item with its reason."""

    done: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)

    def raise_failures(self, what: str) -> None:
        """Makes the run red, once all neighbours have ended; a retry would change nothing."""
        if self.failed:
            raise dg.Failure(
                description=f"{len(self.failed)} of {self.done + len(self.failed)} {what} failed:\n"
                + "\n".join(self.failed),
                allow_retries=False,
            )


def _run_items(
    context: Context,
    platform: Platform,
    kind: WorkKind,
    ids: Sequence[int],
    run_key: str,
    work: Callable[[int], str | None],
) -> Tally:
    """`work` returns the reason of a failure that it has told Dagster about, else None."""
    tally = Tally()
    for item_id in ids:
        if not start(platform.engine, kind, item_id, run_key, context.run_id, utc_now()):
            context.log.info(f"{kind.name} {item_id}: claimed by another attempt, left alone")
            tally.skipped += 1
            continue
        reason = work(item_id)
        if reason is None:
            tally.done += 1
        else:
            context.log.error(f"{kind.name} {item_id}: {reason}")
            tally.failed.append(f"{kind.name} {item_id}: {reason}")
    return tally


def prepare_datasets(
    context: Context, platform: Platform, ids: Sequence[int], run_key: str
) -> Tally:
    """Prepares data versions; their executions may run once this has ended."""
    from iop_pipelines.transform.prepare_version import prepare_version
    from iop_pipelines.transform.versions import dataset_by_id, version

    def work(version_id: int) -> str | None:
        found = version(platform.engine, version_id)
        stored = dataset_by_id(platform.engine, found.dataset_id)
        summary = reason = None
        try:
            summary = prepare_version(platform.engine, platform.drm, version_id)
        except Exception as error:
            # The boundary of one item: its reason is kept, its neighbours go on.
            reason = reason_of(error)
        for event in metadata.of_preparing(stored, found, summary, reason):
            # Dagster takes asset checks too; only the annotation of log_event leaves them out.
            context.log_event(event)  # pyright: ignore[reportArgumentType]
        end_version(platform.engine, version_id, reason)
        return reason

    return _run_items(context, platform, VERSION, ids, run_key, work)


def execute_models(context: Context, platform: Platform, ids: Sequence[int], run_key: str) -> Tally:
    """Runs executions in the order given and turns what they find into recommendations."""
    advised: list[Any] = []

    def work(execution_id: int) -> str | None:
        return _execute_one(context, platform, execution_id, advised)

    tally = _run_items(context, platform, EXECUTION, ids, run_key, work)
    if any(summary.changed for summary in advised):
        context.log_event(metadata.of_advice(advised, RECOMMENDATION))
    return tally


def _execute_one(
    context: Context, platform: Platform, execution_id: int, advised: list[Any]
) -> str | None:
    from iop_pipelines.orchestration import execute
    from iop_pipelines.recommendations.engine import advise

    engine = platform.engine
    work = execute.load(engine, execution_id)
    asset_key = OUTPUT_ASSETS[ModelType(work.model.spec.type)]
    partition = work.model.partition_key
    clock = _Stopwatch()
    executed = None
    checks: list[dg.AssetCheckEvaluation] = []
    try:
        input_checks = execute.check_input(engine, work)
        checks.append(metadata.of_check(asset_key, partition, "input_schema", input_checks))
        execute.require_success(work, "input", input_checks)
        executed = execute.execute(engine, platform.drm_engine, work)
        outcomes = executed.output_checks
        checks.append(metadata.of_check(asset_key, partition, "output_schema", outcomes))
        reason = None
    except Exception as error:
        # The boundary of one item: its reason is kept, its neighbours go on.
        reason = reason_of(error)
        if isinstance(error, InvalidFrame) and len(checks) == 1 and checks[0].passed:
            checks.append(metadata.of_broken_output(asset_key, partition, reason))
    event = TerminalEvent(
        EXECUTION,
        execution_id,
        _attempt(engine, EXECUTION, execution_id),
        is_success=executed is not None,
        duration_ms=clock.elapsed_ms(),
        finished_at=utc_now(),
        run_id=context.run_id,
        error=reason,
        values={"output_ref": executed.output_ref, "metrics": dict(executed.metrics)}
        if executed
        else {},
    )
    described = metadata.of_execution(work, executed)
    _tell(context, engine, event, asset_key, partition, described, checks)
    if executed is not None:
        advised.append(advise(engine, execution_id))
    return reason


def generate_reports(
    context: Context, platform: Platform, ids: Sequence[int], run_key: str
) -> Tally:
    """Renders reports and stores their files."""

    def work(report_id: int) -> str | None:
        return _generate_one(context, platform, report_id)

    return _run_items(context, platform, REPORT, ids, run_key, work)


def _generate_one(context: Context, platform: Platform, report_id: int) -> str | None:
    from iop_pipelines.reporting.generate import generate

    engine = platform.engine
    row = _report_row(engine, report_id)
    partition = key(row.template_id, row.name)
    clock = _Stopwatch()
    generated = None
    try:
        generated = generate(
            engine, platform.drm_engine, platform.settings, report_id, now=platform.now()
        )
        reason = None
    except Exception as error:
        # The boundary of one item: its reason is kept, its neighbours go on.
        reason = reason_of(error)
    values: dict[str, Any] = {}
    if generated is not None:
        names = ("storage_url", "row_count", "size_bytes", "checksum")
        values = {name: getattr(generated, name) for name in names}
    event = TerminalEvent(
        REPORT,
        report_id,
        row.attempt,
        is_success=generated is not None,
        duration_ms=clock.elapsed_ms(),
        finished_at=utc_now(),
        run_id=context.run_id,
        error=reason,
        values=values,
    )
    described = metadata.of_report(row.name, ReportFormat(row.format), row.slot, generated)
    _tell(context, engine, event, REPORT_ASSET, partition, described, [])
    return reason


def _tell(
    context: Context,
    engine: sa.Engine,
    event: TerminalEvent,
    asset_key: dg.AssetKey,
    partition: str,
    described: dict[str, Any],
    checks: Iterable[dg.AssetCheckEvaluation],
) -> None:
    """Dagster's log first, for it is the truth; the row follows, here or by the reconciler."""
    context.log_event(to_dagster(event, asset_key, partition, described))
    for check in checks:
        # Dagster takes it; only the annotation of log_event leaves it out.
        context.log_event(check)  # pyright: ignore[reportArgumentType]
    with begin_write(engine) as connection:
        apply(connection, event)


def reason_of(error: Exception) -> str:
    """What the ledger keeps of an error: IOP's own messages as they are, others with their type."""
    text = str(error) if isinstance(error, IopError) else f"{type(error).__name__}: {error}"
    return text[:4000]


def _attempt(engine: sa.Engine, kind: WorkKind, item_id: int) -> int:
    with engine.connect() as connection:
        query = sa.select(kind.table.c.attempt).where(kind.table.c.id == item_id)
        return connection.execute(query).scalar_one()


def _report_row(engine: sa.Engine, report_id: int) -> sa.Row:
    query = (
        sa.select(
            generated_reports.c.template_id,
            generated_reports.c.attempt,
            generated_reports.c.slot,
            report_templates.c.name,
            sa.func.coalesce(generated_reports.c.format, report_templates.c.format).label("format"),
        )
        .join(report_templates, report_templates.c.id == generated_reports.c.template_id)
        .where(generated_reports.c.id == report_id)
    )
    with engine.connect() as connection:
        return connection.execute(query).one()


class _Stopwatch:
    def __init__(self) -> None:
        self._began = time.perf_counter()

    def elapsed_ms(self) -> int:
        return round((time.perf_counter() - self._began) * 1000)
