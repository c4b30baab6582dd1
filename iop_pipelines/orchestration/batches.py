"""The work of the jobs, item by item: start, do, tell Dagster, mirror; one failing stops no other.

Called by op jobs (a batch that a sensor claimed) and by assets (partitions an operator picked): both
log the same events, so the ledger cannot tell them apart. Heavy parts are imported when called.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec

import dagster as dg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelType, ReportFormat
from iop_pipelines.errors import InvalidFrame, IopError
from iop_pipelines.ledger.events import OUTPUT_ASSETS, REPORT_ASSET, TerminalEvent, to_dagster
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.requests import request_again
from iop_pipelines.ledger.work import (
    DELIVERY,
    EXECUTION,
    MAX_STARTS,
    REPORT,
    VERSION,
    LostClaim,
    WorkKind,
    asked_by,
    end_delivery,
    end_version,
    hold_delivery,
    require_claim,
    start,
    try_again,
)
from iop_pipelines.orchestration import metadata, traced
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.platform import Platform
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.deliveries import advise_of_deliveries
from iop_pipelines.recommendations.expectations import advise_of_what_came
from iop_pipelines.recommendations.lifecycle import AdviceSummary
from iop_pipelines.registry.keys import key
from iop_pipelines.registry.standing import pause_if_failing
from iop_pipelines.schema.report_row import report_row
from iop_pipelines.schema.tables import generated_reports
from iop_pipelines.schema.transactions import write
from iop_pipelines.tracing.spans import Span
from iop_pipelines.transform.versions import StoredDataset

if TYPE_CHECKING:
    from iop_pipelines.execution.panels import Panels
    from iop_pipelines.execution.work import Work
    from iop_pipelines.reporting.editions import Shown

RECOMMENDATION = dg.AssetKey("recommendation")

Context = dg.OpExecutionContext | dg.AssetExecutionContext
P = ParamSpec("P")


class BatchConfig(dg.Config):
    """Ids of the rows that a sensor claimed, in the order to work on them, under the key it named."""

    ids: list[int]
    run_key: str


@dataclass
class Tally:
    """How a batch went; `failed` names each failed item with its reason, `again` counts those put back."""

    done: int = 0
    skipped: int = 0
    again: int = 0
    failed: list[str] = field(default_factory=list)

    def raise_failures(self, what: str) -> None:
        """Makes the run red, once all neighbours have ended; a retry would change nothing."""
        if self.failed:
            raise dg.Failure(
                description=f"{len(self.failed)} of {self.done + len(self.failed)} {what} failed:\n"
                + "\n".join(self.failed),
                allow_retries=False,
            )


@dataclass(frozen=True)
class Item:
    """One row that this run has started; what it tells is told of this attempt."""

    kind: WorkKind
    id: int
    attempt: int


def _run_items(
    context: Context,
    platform: Platform,
    kind: WorkKind,
    ids: Sequence[int],
    work: Callable[[Item], Sentence | None],
    *,
    run_key: str,
) -> Tally:
    """`work` returns the reason of a failure that it has told Dagster about, else None.

    It lets a transient failure through as PutBack: the item goes back to the queue and tries later.
    """
    tally = Tally()
    asked = asked_by(platform.engine, kind, ids)
    serves = [each for each in asked.values() if each is not None]
    with traced.run(context, serves, len(ids)):
        for item_id in ids:
            with traced.item(kind.name, item_id, context.run_id, asked.get(item_id)) as told:
                attempt = start(
                    platform.engine, kind, item_id, run_key, context.run_id, now=utc_now()
                )
                told.say(attempt=attempt)
                if attempt is None:
                    context.log.info(
                        f"{kind.name} {item_id}: claimed by another attempt, left alone"
                    )
                    told.say(outcome="skipped")
                    tally.skipped += 1
                    continue
                _run_item(context, Item(kind, item_id, attempt), work, tally, told)
    return tally


def _run_item(
    context: Context,
    item: Item,
    work: Callable[[Item], Sentence | None],
    tally: Tally,
    told: Span,
) -> None:
    name = f"{item.kind.name} {item.id}"
    PROGRESS.item_begun(context.run_id, item.kind.name, item.id, item.attempt)
    try:
        reason = work(item)
    except LostClaim as lost:
        context.log.warning(f"{name}: {lost}")
        told.say(outcome="lost")
        tally.skipped += 1
        return
    except PutBack as put_back:
        context.log.warning(f"{name}: {put_back}; queued again")
        told.say(outcome="again", error=put_back.told.code)
        told.is_error = True
        tally.again += 1
        return
    finally:
        PROGRESS.item_ended()
    if reason is None:
        told.say(outcome="done")
        tally.done += 1
        return
    told.say(outcome="failed", error=reason.code)
    told.is_error = True
    context.log.error(f"{name}: {reason}")
    tally.failed.append(f"{name}: {reason}")


class PutBack(IopError):
    """The item failed in a way that may pass, and is queued again; the sentence says why."""


def _reason_or_put_back(platform: Platform, item: Item, error: Exception) -> Sentence:
    """What to keep of an error as the item's end; raises PutBack if it may pass and may be tried again."""
    reason = reason_of(error)
    if is_transient(error):
        if try_again(platform.engine, item.kind, item.id, item.attempt, utc_now()):
            raise PutBack(reason) from error
        return Sentence("run.gave_up", why=reason, count=MAX_STARTS)
    return reason


def is_transient(error: Exception) -> bool:
    """Whether running again without a change can help: a database, broker or store that did not answer."""
    if isinstance(error, IopError):
        return error.retryable
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def deliver_items(context: Context, platform: Platform, ids: Sequence[int], run_key: str) -> Tally:
    """Delivers what was seen in watched sources, in the order in which it became whole."""
    from iop_pipelines.intake.delivering import (
        LATER,
        NotWhole,
        deliver_item,
        delivery,
        tell_failures,
    )

    def work(item: Item) -> Sentence | None:
        given = delivery(platform.engine, item.id)
        PROGRESS.step(Sentence("doing.delivering", name=given.item.name))
        done = reason = None
        try:
            done = deliver_item(platform, given, utc_now(), PROGRESS.tick)
        except NotWhole as waits:
            hold_delivery(platform.engine, item.id, item.attempt, utc_now() + LATER)
            raise PutBack(waits.told) from waits
        except Exception as error:
            # The boundary of one item: its reason is kept, its neighbours go on.
            reason = _reason_or_put_back(platform, item, error)
        write(platform.engine, require_claim, DELIVERY, item.id, item.attempt)
        context.log_event(metadata.of_delivery(platform.engine, given, done, reason))
        status = "failed" if done is None else "delivered" if done.is_new else "unchanged"
        end_delivery(
            *(platform.engine, item.id, item.attempt, utc_now(), status),
            error=reason,
            run_id=done.run_id if done else None,
            rows=done.rows if done else None,
        )
        return reason

    tally = _run_items(context, platform, DELIVERY, ids, work, run_key=run_key)
    if tally.failed:
        tell_failures(platform, utc_now())
    return tally


def prepare_datasets(
    context: Context, platform: Platform, ids: Sequence[int], run_key: str
) -> Tally:
    """Prepares data versions; their executions may run once this has ended."""
    from iop_pipelines.backtest.live import look_at_delivered
    from iop_pipelines.transform.prepare_version import prepare_version
    from iop_pipelines.transform.versions import dataset_by_id, version

    def work(item: Item) -> Sentence | None:
        found = version(platform.engine, item.id)
        stored = dataset_by_id(platform.engine, found.dataset_id)
        PROGRESS.step(Sentence("doing.preparing", name=stored.declaration.name))
        summary = reason = None
        try:
            summary = prepare_version(
                *(platform.engine, platform.drm, item.id, PROGRESS.tick),
                platform.settings.max_refused_percent,
            )
        except Exception as error:
            # The boundary of one item: its reason is kept, its neighbours go on.
            reason = _reason_or_put_back(platform, item, error)
        write(platform.engine, require_claim, VERSION, item.id, item.attempt)
        for event in metadata.of_preparing(stored, found, summary, reason):
            # A check is an event that Dagster logs too, though its annotation does not say so.
            context.log_event(event)  # pyright: ignore[reportArgumentType]
        is_ended = end_version(platform.engine, item.id, item.attempt, reason)
        if is_ended and reason is None:
            request_again(platform.engine, item.id, utc_now())
        if is_ended:
            _advise_of_deliveries(context, platform, stored)
        if is_ended and reason is None:
            window = (found.window_start, found.window_end)
            _look_at_forecasts(context, look_at_delivered, platform.engine, stored, window)
        return reason

    return _run_items(context, platform, VERSION, ids, work, run_key=run_key)


def execute_models(context: Context, platform: Platform, ids: Sequence[int], run_key: str) -> Tally:
    """Runs executions in the order given and turns what they find into recommendations."""
    from iop_pipelines.backtest.live import look_at_made
    from iop_pipelines.execution.panels import Panels
    from iop_pipelines.execution.work import load

    advised: list[AdviceSummary] = []
    panels = Panels()

    def work(item: Item) -> Sentence | None:
        execution = load(platform.engine, item.id, item.attempt)
        reason = _execute_one(context, platform, item, execution, panels)
        if reason is None:
            _advise(context, platform, item, advised)
            _look_at_forecasts(context, look_at_made, platform.engine, execution)
        return reason

    tally = _run_items(context, platform, EXECUTION, ids, work, run_key=run_key)
    if any(summary.changed for summary in advised):
        context.log_event(metadata.of_advice(advised, RECOMMENDATION))
    return tally


def _advise_of_deliveries(context: Context, platform: Platform, stored: StoredDataset) -> None:
    """The version has ended: what goes wrong here is owed, and the reconciler pays it."""
    try:
        advise_of_deliveries(platform.engine, stored)
        advise_of_what_came(platform.engine, platform.drm, stored)
    except Exception as error:
        name = stored.declaration.name
        context.log.error(f"dataset {name}: no recommendation made: {reason_of(error)}")


def _look_at_forecasts(
    context: Context, look: Callable[P, None], *args: P.args, **kwargs: P.kwargs
) -> None:
    """What goes wrong here is made good when the next delivery is looked at, which begins where this ended."""
    PROGRESS.step(Sentence("doing.scoring_forecasts"))
    try:
        look(*args, **kwargs)
    except Exception as error:
        context.log.error(f"no forecast scored: {reason_of(error)}")


def _advise(context: Context, platform: Platform, item: Item, advised: list[AdviceSummary]) -> None:
    """The execution has ended well already: what goes wrong here is owed, and the reconciler pays it."""
    PROGRESS.step(Sentence("doing.advising"))
    try:
        advised.append(advise(platform.engine, item.id))
    except Exception as error:
        context.log.error(f"execution {item.id}: no recommendation made: {reason_of(error)}")


def _execute_one(
    context: Context, platform: Platform, item: Item, work: "Work", panels: "Panels"
) -> Sentence | None:
    from iop_pipelines.execution.execute import check_input, execute, require_success
    from iop_pipelines.execution.large import Bounds
    from iop_pipelines.runtimes.outside import Outside

    engine = platform.engine
    asset_key = OUTPUT_ASSETS[ModelType(work.model.spec.type)]
    partition = work.model.partition_key
    label = work.model.label
    clock = _Stopwatch()
    executed = reason = None
    checks: list[dg.AssetCheckEvaluation] = []
    try:
        PROGRESS.step(Sentence("doing.checking_input", label=label))
        input_checks = check_input(engine, work)
        checks.append(metadata.of_check(asset_key, partition, "input_schema", input_checks))
        require_success(work, "input", input_checks)
        executed = execute(
            *(engine, platform.drm_reading, work),
            step=PROGRESS.step,
            tick=PROGRESS.tick,
            panels=panels,
            outside=Outside.of(platform.settings),
            bounds=Bounds.of(platform.settings),
        )
        outcomes = executed.output_checks
        checks.append(metadata.of_check(asset_key, partition, "output_schema", outcomes))
    except LostClaim:
        raise
    except Exception as error:
        # The boundary of one item: its reason is kept, its neighbours go on.
        reason = _reason_or_put_back(platform, item, error)
        if isinstance(error, InvalidFrame) and len(checks) == 1 and checks[0].passed:
            checks.append(metadata.of_broken_output(asset_key, partition, reason))
    PROGRESS.step(Sentence("doing.telling", label=label))
    values: dict[str, Any] = {}
    if executed is not None:
        values = {"output_ref": executed.output_ref, "metrics": dict(executed.metrics)}
    event = _terminal(context, item, clock, reason, values)
    described = metadata.of_execution(work, executed)
    _tell(context, engine, event, asset_key, partition, described=described, checks=checks)
    return reason


def _terminal(
    context: Context,
    item: Item,
    clock: "_Stopwatch",
    reason: Sentence | None,
    values: dict[str, Any],
) -> TerminalEvent:
    return TerminalEvent(
        item.kind,
        item.id,
        item.attempt,
        is_success=reason is None,
        duration_ms=clock.elapsed_ms(),
        finished_at=utc_now(),
        run_id=context.run_id,
        error=reason,
        values=values,
    )


def generate_reports(
    context: Context, platform: Platform, ids: Sequence[int], run_key: str
) -> Tally:
    """Renders reports and stores their files."""

    def work(item: Item) -> Sentence | None:
        return _generate_one(context, platform, item)

    return _run_items(context, platform, REPORT, ids, work, run_key=run_key)


def _generate_one(context: Context, platform: Platform, item: Item) -> Sentence | None:
    from iop_pipelines.reporting.generate import generate

    engine = platform.engine
    with engine.connect() as connection:
        row = report_row(connection, item.id)
    partition = key(row.template_id, row.template)
    PROGRESS.step(Sentence("doing.generating", name=row.template))
    clock = _Stopwatch()
    generated = reason = None
    try:
        generated = generate(
            engine,
            platform.drm_reading,
            platform.settings,
            item.id,
            now=platform.now(),
            tick=PROGRESS.tick,
        )
    except Exception as error:
        # The boundary of one item: its reason is kept, its neighbours go on.
        reason = _reason_or_put_back(platform, item, error)
    values: dict[str, Any] = {}
    if generated is not None:
        write(engine, _note_shown, item, generated.shown)
        names = ("storage_url", "row_count", "row_total", "size_bytes", "checksum", "files")
        values = {name: getattr(generated, name) for name in names}
        values["remark"] = generated.remark and generated.remark.as_json()
    event = _terminal(context, item, clock, reason, values)
    described = metadata.of_report(row.template, ReportFormat(row.format), row.slot, generated)
    _tell(context, engine, event, REPORT_ASSET, partition, described=described)
    if reason is not None and row.slot is not None:
        pause_if_failing(engine, row.template_id, utc_now())
    return reason


def _note_shown(connection: sa.Connection, item: Item, shown: "Shown | None") -> None:
    """Before the end is told, for who is told of it depends on it. Raises LostClaim."""
    require_claim(connection, REPORT, item.id, item.attempt)
    if shown is not None:
        is_it = generated_reports.c.id == item.id
        connection.execute(generated_reports.update().where(is_it).values(shown.columns))


def _tell(
    context: Context,
    engine: sa.Engine,
    event: TerminalEvent,
    asset_key: dg.AssetKey,
    partition: str,
    *,
    described: dict[str, Any],
    checks: Iterable[dg.AssetCheckEvaluation] = (),
) -> None:
    """Dagster's log before the row's COMMIT, for it is the truth; who dies between leaves the row to the mirror.

    The row is held until both are told, so that nobody can give the item away in between: an output is
    published once. Raises LostClaim, and tells no end, if another attempt has the item.
    """
    from iop_pipelines.orchestration.sqlite_storage import told_together

    # The end last: where a check cannot be told, nothing has ended yet.
    to_tell = [*checks, to_dagster(event, asset_key, partition, described)]

    def work(connection: sa.Connection) -> None:
        require_claim(connection, event.kind, event.item_id, event.attempt)
        # Whatever may meet another transaction comes before Dagster is told: the row would be given away while
        # this one is run again, and its next attempt would publish a second time.
        apply(connection, event)
        # Each once, however often the transaction is run again.
        with told_together(context.instance) as is_one:
            left = list(to_tell) if is_one else to_tell
            while left:
                # Dagster takes checks too; only the annotation of log_event leaves them out.
                context.log_event(left[0])  # pyright: ignore[reportArgumentType]
                left.pop(0)
        to_tell.clear()

    write(engine, work)


def reason_of(error: Exception) -> Sentence:
    """What the ledger keeps of an error: IOP's own messages as they are, others with their type.

    Of a database's error only what the driver said: the statement and its values may hold data.
    """
    if isinstance(error, IopError):
        return error.told
    said = error.orig if isinstance(error, DBAPIError) else error
    return Sentence("error.raised", type=type(error).__name__, said=said)


class _Stopwatch:
    def __init__(self) -> None:
        self._began = time.perf_counter()

    def elapsed_ms(self) -> int:
        return round((time.perf_counter() - self._began) * 1000)
