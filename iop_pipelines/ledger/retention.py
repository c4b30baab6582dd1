"""What is thrown away once it is old enough, and what never is.

History stays in IOP's tables: rows of executions, reports, findings and recommendations are kept for
ever. Taken away are Dagster's copies of that history, rows that models wrote, rejected rows, and files.
A row is marked before its event goes, so `verify` knows that the row alone tells of it; a pass that dies
half way leaves only what the next one takes. Prepared rows stay: what an execution read can be read again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase, ReportStatus
from iop_pipelines.errors import Unavailable
from iop_pipelines.ledger.dagster_history import (
    count_outside_runs,
    count_runs,
    purge_outside_runs,
    purge_runs,
)
from iop_pipelines.ledger.model_files import is_unnamed_still, unnamed_files
from iop_pipelines.ledger.output_files import forget, old_files, remove_unnamed, unnamed_outputs
from iop_pipelines.ledger.repairs import forget_repairs
from iop_pipelines.query.output_files import OutputFile
from iop_pipelines.runtimes.model_files import Kept, remove_file
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.tables import (
    dataset_versions,
    generated_reports,
    ledger_repairs,
    model_executions,
    model_outputs,
    output_files,
    rejected_rows,
)
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places

# Of one pass: the job comes again in some hours, and what is left waits for it.
FILES_A_PASS = 5_000
ROWS_A_PASS = 500_000
PASS_LIMIT_S = 600
# Of one transaction.
_ITEMS_AT_ONCE = 200
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Policy:
    """Days that each kind is kept; 0 for ever. storage_url: where files of models lie; empty: nowhere."""

    history_days: int
    outputs_days: int
    rejected_days: int
    report_files_days: int
    model_files_days: int = 0
    storage_url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        return cls(
            settings.keep_history_days,
            settings.keep_outputs_days,
            settings.keep_rejected_days,
            settings.keep_report_files_days,
            settings.keep_model_files_days,
            settings.storage_url,
        )


@dataclass(frozen=True)
class Purge:
    """How much of each kind a pass took, or would take. untold: why files of models or outputs are not all in it."""

    runs: int = 0
    events_outside_runs: int = 0
    output_rows: int = 0
    rejected_rows: int = 0
    report_files: int = 0
    repairs: int = 0
    model_files: int = 0
    output_files: int = 0
    untold: Sentence | None = None

    def as_rows(self) -> list[dict[str, object]]:
        return [
            {"kind": each.name.replace("_", " "), "count": getattr(self, each.name)}
            for each in fields(self)
            if each.name != "untold"
        ]

    def __str__(self) -> str:
        taken = ", ".join(f"{row['count']} {row['kind']}" for row in self.as_rows())
        return f"{taken}; {self.untold}" if self.untold else taken


def plan(instance: dg.DagsterInstance, engine: sa.Engine, policy: Policy, now: datetime) -> Purge:
    """What is old enough now, all of it; reads only."""
    ended, files = _cutoff(now, policy.history_days), _cutoff(now, policy.report_files_days)
    number = sa.func.count()
    models, untold = _to_the_end(lambda: iter(_unnamed(engine, policy, now)))
    lost, lost_untold = _to_the_end(lambda: iter(_unnamed_outputs(engine, policy, now)))
    old = old_files(engine, *_may_lose_outputs(_cutoff(now, policy.outputs_days)))
    with engine.connect() as connection:

        def count(query: sa.Select[int]) -> int:
            return connection.scalar(query) or 0

        return Purge(
            runs=count_runs(instance, engine, ended),
            events_outside_runs=count_outside_runs(instance, ended),
            output_rows=count(_outputs(_cutoff(now, policy.outputs_days)).counted())
            + sum(each.row_count for each in old),
            rejected_rows=count(_rejects(_cutoff(now, policy.rejected_days)).counted()),
            report_files=count(sa.select(number).where(*_may_lose_file(files))),
            repairs=count(sa.select(number).where(ledger_repairs.c.repaired_at < ended)),
            model_files=models,
            output_files=len(old) + lost,
            untold=untold or lost_untold,
        )


def purge(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    policy: Policy,
    now: datetime,
    *,
    tick: Tick = nobody,
    monotonic: Callable[[], float] = time.monotonic,
) -> Purge:
    """One bounded pass; safe at any time, beside anything, and to be killed.

    tick: called before every run, file and transaction, so that who watches knows that the pass goes on.
    """
    began = monotonic()

    def until(share: float) -> Callable[[], bool]:
        """Whether another part may be begun: only until that share of the pass is over.

        What one kind leaves goes to the next, and a backlog of one does not keep the others waiting for ever.
        """

        def has_time() -> bool:
            tick()
            return monotonic() - began < share * PASS_LIMIT_S

        return has_time

    ended = _cutoff(now, policy.history_days)
    runs = purge_runs(instance, engine, ended, now, until(0.5))
    tick()
    outside_runs = purge_outside_runs(instance, engine, ended, now)
    outputs = _delete_rows(engine, _outputs(_cutoff(now, policy.outputs_days)), until(0.7))
    rejects = _delete_rows(engine, _rejects(_cutoff(now, policy.rejected_days)), until(0.85))
    files = _remove_files(engine, _cutoff(now, policy.report_files_days), now, until(1.0))
    tick()
    repairs = forget_repairs(engine, ended)
    # The last, as it may ask a bucket that is away.
    models, untold = _to_the_end(lambda: _remove_model_files(engine, policy, now, until(1.0)))
    before = _cutoff(now, policy.outputs_days)
    forgotten: list[int] = []
    old, old_untold = _to_the_end(lambda: _forget_files(engine, before, forgotten, until(1.0)))
    lost, lost_untold = _to_the_end(lambda: _remove_unnamed(engine, policy, now, until(1.0)))
    return Purge(
        *(runs, outside_runs, outputs + sum(forgotten), rejects, files, repairs, models),
        output_files=old + lost,
        untold=untold or old_untold or lost_untold,
    )


def _cutoff(now: datetime, days: int) -> datetime:
    """What ended before it is old enough; nothing did for 0 days."""
    return now - timedelta(days=days) if days else datetime(1970, 1, 2)


@dataclass(frozen=True)
class _Owned:
    """Rows of a table that go with those that own them, where all `conditions` hold."""

    owner: sa.Column[int]
    owners: sa.Table
    conditions: tuple[sa.ColumnElement[bool], ...]

    def counted(self) -> sa.Select[int]:
        """How many there are."""
        owned = sa.select(sa.func.count()).join_from(
            self.owner.table, self.owners, self.owners.c.id == self.owner
        )
        return owned.where(*self.conditions)


def _may_lose_outputs(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    executions = model_executions.c
    # Advice that is owed is made from these rows.
    is_advised = sa.or_(executions.status != "success", executions.advised_at.is_not(None))
    is_over = (executions.phase == Phase.DONE, executions.finished_at < before)
    return (*is_over, is_advised)


def _outputs(before: datetime) -> _Owned:
    """Those beside a file go with it, all or none."""
    has_file = sa.exists().where(output_files.c.execution_id == model_executions.c.id)
    conditions = (*_may_lose_outputs(before), ~has_file)
    return _Owned(model_outputs.c.execution_id, model_executions, conditions)


def _rejects(before: datetime) -> _Owned:
    versions = dataset_versions.c
    ends = (versions.prepared_at, versions.failed_at)
    is_over = (
        versions.phase == Phase.DONE,
        sa.or_(*(end.is_not(None) for end in ends)),
        *(sa.or_(end.is_(None), end < before) for end in ends),
    )
    return _Owned(rejected_rows.c.dataset_version_id, dataset_versions, is_over)


def _may_lose_file(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    reports = generated_reports.c
    return (
        reports.status == ReportStatus.READY,
        reports.finished_at < before,
        reports.storage_url.is_not(None),
        reports.file_removed_at.is_(None),
    )


def _unnamed(engine: sa.Engine, policy: Policy, now: datetime) -> list[Kept]:
    if not (policy.model_files_days and policy.storage_url):
        return []
    outside = Outside(storage_url=policy.storage_url)
    return unnamed_files(engine, outside, _cutoff(now, policy.model_files_days))


def _remove_model_files(
    engine: sa.Engine, policy: Policy, now: datetime, has_time: Callable[[], bool]
) -> Iterator[Kept]:
    """Each that was removed. The list is old by the time that its last is: each is asked for once more."""
    outside, before = Outside(storage_url=policy.storage_url), _cutoff(now, policy.model_files_days)
    for each in _unnamed(engine, policy, now):
        if not has_time():
            break
        if is_unnamed_still(engine, outside, each, before):
            remove_file(outside, each)
            yield each


def _forget_files(
    engine: sa.Engine, before: datetime, rows: list[int], has_time: Callable[[], bool]
) -> Iterator[OutputFile]:
    """rows: takes how many went with each."""
    is_old = _may_lose_outputs(before)
    for file in old_files(engine, *is_old):
        if not has_time():
            break
        count = forget(engine, file, *is_old)
        if count is not None:
            rows.append(count)
            yield file


def _unnamed_outputs(engine: sa.Engine, policy: Policy, now: datetime) -> list[str]:
    return unnamed_outputs(engine, policy.storage_url, now) if policy.storage_url else []


def _remove_unnamed(
    engine: sa.Engine, policy: Policy, now: datetime, has_time: Callable[[], bool]
) -> Iterator[str]:
    if policy.storage_url:
        yield from remove_unnamed(engine, policy.storage_url, now, has_time)


def _to_the_end(work: Callable[[], Iterator[Any]]) -> tuple[int, Sentence | None]:
    """How many there were, and why no more: a store that is away keeps no other kind from going."""
    count = 0
    try:
        for _ in work():
            count += 1
    except Unavailable as error:
        return count, error.sentence
    return count, None


def _delete_rows(engine: sa.Engine, rows: _Owned, has_time: Callable[[], bool]) -> int:
    """Whole owners only, in transactions that stay short."""
    owner = rows.owner
    query = rows.counted().add_columns(owner).group_by(owner).order_by(owner).limit(_ITEMS_AT_ONCE)

    def delete_some(connection: sa.Connection) -> int | None:
        counted = connection.execute(query).all()
        totals = accumulate(count for count, _ in counted)
        # The first alone, however many it has.
        ids = [
            owner_id
            for place, ((_, owner_id), total) in enumerate(zip(counted, totals, strict=True))
            if place == 0 or total <= _ROWS_AT_ONCE
        ]
        if not ids:
            return None
        return connection.execute(sa.delete(owner.table).where(owner.in_(ids))).rowcount

    deleted = 0
    while deleted < ROWS_A_PASS and has_time():
        count = write(engine, delete_some)
        if count is None:
            break
        deleted += count
    return deleted


def _remove_files(
    engine: sa.Engine, before: datetime, now: datetime, has_time: Callable[[], bool]
) -> int:
    """The file first: a pass that dies between finds the row again, and no file is left that no row tells of."""
    reports = generated_reports.c
    query = sa.select(reports.id, reports.storage_url, reports.files).where(*_may_lose_file(before))
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(reports.id).limit(FILES_A_PASS)).all()
    removed = 0
    for row in rows:
        if not has_time():
            break
        for url in (row.storage_url, *(each["url"] for each in row.files or ())):
            store, path = places.opened(url)
            with suppress(FileNotFoundError):
                store.rm_file(path)
        is_it = reports.id == row.id
        change(engine, generated_reports.update().where(is_it).values(file_removed_at=now))
        removed += 1
    return removed
