"""What must be so once all is calm again, asked of the databases and the disk, not of the code that wrote them."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.demo.replay import backlog, reports_due
from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelStatus, Phase, ReportStatus
from iop_pipelines.drm.tables import RunStatus, pipeline_runs
from iop_pipelines.events.words import EventType, InboxStatus
from iop_pipelines.ledger.events import KIND_OF_ASSET, from_record
from iop_pipelines.ledger.mirror import terminal_records
from iop_pipelines.ledger.work import EXECUTION, KINDS, REPORT
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    event_inbox,
    event_outbox,
    generated_reports,
    model_executions,
    model_outputs,
    report_templates,
)
from traffic import Asked

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNFINISHED_RUNS = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
    dg.DagsterRunStatus.QUEUED,
]


@dataclass(frozen=True)
class Tallies:
    """What was done in the run, for its report."""

    drm_runs: int
    executions: Mapping[str, int]
    reports: Mapping[str, int]
    attempts_lost: int
    reasons: Mapping[str, int]


def remaining(
    platform: Platform, instance: dg.DagsterInstance, announced: Collection[str]
) -> dict[str, int]:
    """What is still to be done, by name; empty once all is calm."""
    left = backlog(platform)
    held = _count(platform.engine, model_executions.c.phase == Phase.HELD)
    runs = len(instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED_RUNS)))
    counts = {
        "DRM runs unseen": left.runs_unseen,
        "rows unfinished": left.unfinished,
        "executions held": held,
        "reports due": reports_due(platform),
        "Dagster runs unfinished": runs,
        "events not taken": len(set(announced) - _handled(platform.engine)),
        "events unpublished": _count(platform.engine, event_outbox.c.published_at.is_(None)),
    }
    return {name: count for name, count in counts.items() if count}


def violations(
    platform: Platform,
    instance: dg.DagsterInstance,
    asked: Sequence[Asked],
    clock_highest: datetime,
    told: Mapping[tuple[str, int], int],
) -> list[str]:
    """Every promise that was not kept, in words."""
    rows = {kind.name: _rows(platform.engine, sa.select(kind.table)) for kind in KINDS}
    return [
        *_lost_or_doubled_by_hand(rows, asked),
        *_lost_deliveries(platform),
        *_lost_or_doubled_automation(platform),
        *_untold_ends(rows),
        *_double_publications(instance, rows),
        *_events_lost_or_doubled(rows, told),
        *_events_in_vain(platform),
        *_outputs_that_are_not_whole(platform),
        *_files_that_are_not_whole(rows[REPORT.name]),
        *_lost_or_doubled_slots(platform, clock_highest),
    ]


def tallies(platform: Platform) -> Tallies:
    executions = _rows(platform.engine, sa.select(model_executions))
    reports = _rows(platform.engine, sa.select(generated_reports))
    ended = (RunStatus.SUCCESS, RunStatus.FAILED)
    with platform.drm_engine.connect() as connection:
        query = sa.select(sa.func.count()).where(pipeline_runs.c.status.in_(ended))
        drm_runs = connection.scalar(query) or 0
    failed = [row.error_msg or "" for row in [*executions, *reports] if row.status == "failed"]
    return Tallies(
        drm_runs,
        Counter(str(row.status.value) for row in executions),
        Counter(str(row.status.value) for row in reports),
        sum(row.attempt - 1 for row in [*executions, *reports]),
        Counter(reason[:100] for reason in failed),
    )


def _lost_or_doubled_by_hand(
    rows: Mapping[str, Sequence[Record]], asked: Sequence[Asked]
) -> Iterator[str]:
    for request in asked:
        if len(set(request.ids)) != 1:
            yield f"{request.procedure} {request.key}: one request, ids {request.ids}"
    for kind, procedure in ((EXECUTION, "models.execute"), (REPORT, "reports.generate")):
        wanted = {request.ids[0] for request in asked if request.procedure == procedure}
        there = {row.id for row in rows[kind.name] if row.trigger == "api"}
        if wanted != there:
            yield f"{procedure}: lost {sorted(wanted - there)}, unasked {sorted(there - wanted)}"


def _lost_deliveries(platform: Platform) -> Iterator[str]:
    """Each run of DRM's that ended is a version of DRM's own runs; each that delivered news, one of its datasets."""
    query = sa.select(datasets.c.name, datasets.c.source, dataset_versions).join(
        datasets, datasets.c.id == dataset_versions.c.dataset_id
    )
    versions = _rows(platform.engine, query)
    of_run: dict[int, Counter[str]] = defaultdict(Counter)
    for version in versions:
        of_run[version.drm_run_id][version.name] += 1
    names_of = defaultdict(set)
    for row in _rows(platform.engine, sa.select(datasets)):
        names_of[row.source].add(row.name)
    runs = _rows(platform.drm_engine, sa.select(pipeline_runs).order_by(pipeline_runs.c.id))
    held: dict[tuple[str, datetime, datetime], set[str]] = defaultdict(set)
    for run in runs:
        for name, times in of_run[run.id].items():
            if times > 1:
                yield f"DRM run {run.id}: {times} data versions of {name}"
        window = (run.dataset, run.window_start, run.window_end)
        wanted = {"pipeline_runs"} if run.status != RunStatus.RUNNING else set()
        if run.status == RunStatus.SUCCESS and run.content_checksum not in held[window]:
            wanted |= names_of[run.dataset]
        held[window].add(run.content_checksum)
        if missing := wanted - set(of_run[run.id]):
            yield f"DRM run {run.id} ({run.status}): no data version of {sorted(missing)}"


def _lost_or_doubled_automation(platform: Platform) -> Iterator[str]:
    """Each data version was given once to every model that waits for it."""
    models = _rows(
        platform.engine,
        sa.select(analytical_models).where(analytical_models.c.status == ModelStatus.ACTIVE),
    )
    versions = _rows(
        platform.engine,
        sa.select(datasets.c.name, dataset_versions).join(
            datasets, datasets.c.id == dataset_versions.c.dataset_id
        ),
    )
    given: dict[tuple[int, int], list[Record]] = defaultdict(list)
    for row in _rows(platform.engine, sa.select(model_executions)):
        if row.trigger.startswith("drm_run:"):
            given[row.model_id, row.dataset_version_id].append(row)
    for version in versions:
        last_day = WEEKDAYS[(version.window_end - timedelta(microseconds=1)).weekday()]
        for model in models:
            trigger = model.config["trigger"]
            weekdays = trigger.get("weekdays") or WEEKDAYS
            is_due = model.dataset == version.name and last_day in weekdays
            found = given.get((model.id, version.id), [])
            succeeded = [row for row in found if row.status == ExecutionStatus.SUCCESS]
            if is_due and not found:
                yield f"{model.name} never got data version {version.id} of {version.name}"
            if len(succeeded) > 1 or (found and not is_due):
                yield f"{model.name} ran {len(found)} times on data version {version.id}"


def _untold_ends(rows: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    for kind, name in ((EXECUTION, "success"), (REPORT, "ready")):
        for row in rows[kind.name]:
            status = row.status.value
            if row.phase != Phase.DONE or status not in (name, "failed"):
                yield f"{kind.name} {row.id} has not ended: {row.phase}, {status}"
            elif row.finished_at is None:
                yield f"{kind.name} {row.id} ended at no time"
            elif status == "failed" and not row.error_msg:
                yield f"{kind.name} {row.id} failed without a reason"
            elif status != "failed" and row.error_msg:
                yield f"{kind.name} {row.id} succeeded with the error {row.error_msg!r}"
    for row in rows["dataset_version"]:
        if row.phase != Phase.DONE or row.status == "pending":
            yield f"data version {row.id} has not ended: {row.phase}, {row.status}"
        elif row.status == "failed" and not row.error_msg:
            yield f"data version {row.id} failed without a reason"


def _double_publications(
    instance: dg.DagsterInstance, rows: Mapping[str, Sequence[Record]]
) -> Iterator[str]:
    """One success in Dagster's history for each item that succeeded, whichever attempt it was; none for others."""
    published: Counter[tuple[str, int]] = Counter()
    for asset_key in KIND_OF_ASSET:
        for event in map(from_record, terminal_records(instance, asset_key, False, None)):
            if event is not None:
                published[event.kind.name, event.item_id] += 1
    for kind in (EXECUTION, REPORT):
        for row in rows[kind.name]:
            wanted = 0 if row.status.value == "failed" else 1
            times = published.pop((kind.name, row.id), 0)
            if times != wanted:
                yield f"{kind.name} {row.id} ({row.status.value}) was published {times} times"
    for (kind_name, item_id), times in published.items():
        yield f"{kind_name} {item_id} has no row and was published {times} times"


def _events_lost_or_doubled(
    rows: Mapping[str, Sequence[Record]], told: Mapping[tuple[str, int], int]
) -> Iterator[str]:
    """Each end was told on the bus by one event, whatever the number of attempts."""
    left = dict(told)
    for kind, event_type in (
        (EXECUTION, EventType.MODEL_EXECUTED),
        (REPORT, EventType.REPORT_GENERATED),
    ):
        for row in rows[kind.name]:
            times = left.pop((event_type.value, row.id), 0)
            if times != 1:
                yield f"{kind.name} {row.id} was told {times} times as {event_type.value}"
    for (event_type_name, item_id), times in left.items():
        yield f"{event_type_name} told {times} times of {item_id}, which is no row"


def _events_in_vain(platform: Platform) -> Iterator[str]:
    query = sa.select(event_inbox).where(event_inbox.c.status != InboxStatus.DONE)
    for row in _rows(platform.engine, query):
        yield f"event {row.event_id} is {row.status}: {row.reason}"


def _handled(engine: sa.Engine) -> set[str]:
    query = sa.select(event_inbox.c.event_id).where(event_inbox.c.status != InboxStatus.WAITING)
    return {row.event_id for row in _rows(engine, query)}


def _outputs_that_are_not_whole(platform: Platform) -> Iterator[str]:
    outputs = model_outputs.c
    counted = (
        sa.select(outputs.execution_id, sa.func.count().label("rows"))
        .group_by(outputs.execution_id)
        .subquery()
    )
    query = sa.select(model_executions, counted.c.rows).outerjoin(
        counted, counted.c.execution_id == model_executions.c.id
    )
    for row in _rows(platform.engine, query):
        said = (row.metrics or {}).get("rows", 0) if row.status == ExecutionStatus.SUCCESS else 0
        if (row.rows or 0) != said:
            yield f"execution {row.id} ({row.status.value}) says {said} rows and has {row.rows}"


def _files_that_are_not_whole(reports: Sequence[Record]) -> Iterator[str]:
    urls = Counter(row.storage_url for row in reports if row.status == ReportStatus.READY)
    for row in reports:
        if row.status != ReportStatus.READY:
            continue
        path = Path(row.storage_url.removeprefix("file://"))
        if urls[row.storage_url] > 1:
            yield f"report {row.id} shares its file {path.name}"
        elif not path.exists():
            yield f"report {row.id} is ready and its file {path.name} is not there"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row.checksum:
            yield f"report {row.id} has another file than it says, {path.name}"


def _lost_or_doubled_slots(platform: Platform, clock_highest: datetime) -> Iterator[str]:
    """A daily template has one report for each local day that the clock passed its hour, and no other."""
    slots: dict[int, Counter[datetime]] = defaultdict(Counter)
    for row in _rows(platform.engine, sa.select(generated_reports)):
        if row.slot is not None:
            slots[row.template_id][row.slot] += 1
    for template in _rows(platform.engine, sa.select(report_templates)):
        found = slots[template.id]
        for slot, times in found.items():
            if times > 1:
                yield f"{template.name}: {times} reports for the slot {slot}"
        words = (template.schedule or "").split()
        if words[:1] != ["daily"]:
            continue
        wanted = set(_local_days(template.schedule_since, clock_highest, words[1], words[2]))
        days = Counter(_local(slot, words[2]).date() for slot in found)
        for day in sorted(wanted - set(days)):
            yield f"{template.name}: no report of {day}"
        for day in sorted(set(days) - wanted):
            yield f"{template.name}: a report of {day}, which had not come"
        for day, times in days.items():
            if times > 1:
                yield f"{template.name}: {times} reports of {day}"


def _local_days(since: datetime, until: datetime, at: str, zone: str) -> Iterator:
    """Days whose hour `at` came after `since` and not after `until`, both naive UTC."""
    day = _local(since, zone).date() - timedelta(days=1)
    while True:
        hour, minute = map(int, at.split(":"))
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
        moment = local.astimezone(UTC).replace(tzinfo=None)
        if moment > until:
            return
        if moment > since:
            yield day
        day += timedelta(days=1)


def _local(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


def _rows(engine: sa.Engine, query: sa.Select) -> list[Record]:
    with engine.connect() as connection:
        return list(connection.execute(query))


def _count(engine: sa.Engine, condition: sa.ColumnElement[bool]) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(condition)) or 0
