"""One delivery that is on record, from its item to DRM's tables: once, wherever it is killed.

DRM's run has the delivery's key and is one transaction with its rows. Who tries again finds it by that key before
anything is read, so what the item has become meanwhile plays no part.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.sentences import Sentence, kept, read
from iop_pipelines.errors import InvalidInput, IopError, NotFound
from iop_pipelines.intake.declare import measure_of
from iop_pipelines.intake.deliver import (
    Turn,
    deliver,
    deliver_failure,
    run_of,
    score_landed,
)
from iop_pipelines.intake.intake_file import (
    IntakeDeclaration,
    declaration_of,
    register_source,
)
from iop_pipelines.intake.rows import Rows, read_rows
from iop_pipelines.intake.sources import Item, Source, open_source
from iop_pipelines.intake.understand import MeasureFound, is_telling, kind_of
from iop_pipelines.intake.watched import WatchedSource, watched_source
from iop_pipelines.intake.wholeness import may_be_cut_off
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import deliveries, intake_sources
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.versions import StoredDataset, dataset, register_dataset

# What is not whole is looked at again after this.
LATER = timedelta(seconds=15)
AT_ONCE = 100


class NotWhole(IopError):
    """The item is being written, or ends too early and may still come to its end; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Done:
    """`is_new`: false for content that its run had before."""

    dataset: StoredDataset
    item: str
    run_id: int
    rows: int
    is_new: bool
    score: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of `deliveries` with its source; seen_at: since when it is as it is, naive UTC."""

    id: int
    source: WatchedSource
    item: Item
    seen_at: datetime

    @property
    def run_key(self) -> str:
        return self.source.run_key(self.id)


def delivery(engine: sa.Engine, delivery_id: int) -> Delivery:
    """Raises NotFound for one whose source was removed."""
    query = (
        sa.select(deliveries, intake_sources.c.dataset)
        .join(intake_sources, intake_sources.c.id == deliveries.c.source_id)
        .where(deliveries.c.id == delivery_id)
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("intake.no_delivery", id=delivery_id)
    item = Item(row.identity, row.fingerprint, row.name, row.size_bytes, None, row.position)
    return Delivery(row.id, watched_source(engine, row.dataset), item, row.seen_at)


def deliver_item(platform: Platform, given: Delivery, now: datetime, tick: Tick = nobody) -> Done:
    """Reads the item as its source declares and delivers it; what is there already is not read again.

    now: naive UTC.

    Raises:
        NotWhole: it was changed since it was seen, or it ends too early and not for long yet.
        IopError: it cannot be read; nothing was written then.
    """
    stored = dataset(platform.engine, given.source.dataset)
    declared = declaration_of(given.source)
    there = run_of(platform.drm_engine, given.run_key)
    if there is not None:
        run_id, rows, _ = there
        key = declared.reading.key
        score = score_landed(platform.drm_engine, declared.dataset, key, run_id, now)
        return Done(stored, given.item.name, run_id, rows or 0, True, score)
    most = platform.settings.max_refused_percent
    found = _read(given, declared, stored.declaration.time_zone, now, most)
    tick()
    if found.new_columns:
        stored = _widen(platform.engine, stored, declared, found)
    turn = Turn(given.run_key, _former_run(platform.engine, given))
    done = deliver(platform.drm_engine, found, stored.declaration.time_zone, now, turn)
    return Done(stored, given.item.name, done.run_id, done.rows, done.is_new, done.score)


def _read(
    given: Delivery, declared: IntakeDeclaration, zone: str, now: datetime, most: int
) -> Rows:
    opened = open_source(given.source.spec)
    try:
        found = read_rows(
            opened.read(given.item),
            declared.reading,
            declared.dataset,
            zone,
            most,
        )
    except InvalidInput as error:
        _require_same(opened, given.item)
        patience = timedelta(seconds=declared.whole_within_s)
        if may_be_cut_off(error) and now - given.seen_at < patience:
            raise NotWhole(error.told) from error
        raise
    _require_same(opened, given.item)
    return found


def _require_same(opened: Source, item: Item) -> None:
    """What was read is what was seen: nobody wrote meanwhile. Of stretches nothing is listed a second time."""
    if item.position is not None:
        return
    fingerprints = {each.identity: each.fingerprint for each in opened.items()}
    if fingerprints.get(item.identity) != item.fingerprint:
        raise NotWhole("intake.changed_meanwhile", name=item.name)


def _former_run(engine: sa.Engine, given: Delivery) -> int | None:
    """The run of the same item before; of a stretch that of the one before, which it may overlap."""
    its, row = deliveries.c, sa.select(deliveries).where(deliveries.c.id == given.id).subquery()
    query = sa.select(its.drm_run_id).where(
        its.source_id == row.c.source_id,
        sa.or_(its.item_key == row.c.item_key, its.position.is_not(None)),
        its.id < given.id,
        its.status.in_(("delivered", "unchanged")),
    )
    with engine.connect() as connection:
        return connection.scalar(query.order_by(its.id.desc()).limit(1))


def _widen(
    engine: sa.Engine, stored: StoredDataset, declared: IntakeDeclaration, found: Rows
) -> StoredDataset:
    """Declares columns that came later by the dataset's next version; done already, it changes nothing."""
    declaration = stored.declaration
    new = [each for each in found.new_columns if each.name not in declaration.fields]
    if new:
        content = declaration.model_dump(mode="json")
        content["version"] = declaration.version + 1
        steps = [dict(step) for step in content["steps"]]
        cast = next((step for step in steps if step.get("kind") == "cast"), None)
        if cast is None:
            cast = {"kind": "cast", "columns": {}}
            steps.insert(0, cast)
        cast["columns"] = cast["columns"] | {each.name: {"to": each.kind} for each in new}
        content["steps"] = steps
        for each in new:
            content["fields"][each.name] = {"type": each.kind, "label": each.words}
            if each.unit:
                content["fields"][each.name]["unit"] = each.unit
            if each.is_number and is_telling(each):
                content["measures"][each.name] = measure_of(MeasureFound(each, *kind_of(each)))
        stored = register_dataset(engine, DatasetDeclaration.model_validate(content))
    reading = declared.reading.with_columns(found.new_columns)
    register_source(engine, declared.model_copy(update={"reading": reading}))
    return stored


def tell_failures(platform: Platform, now: datetime) -> int:
    """Makes a failed run of DRM of each delivery that failed and has none yet; returns how many.

    Whoever ended it, a worker, the reconciler or a watchdog, it is told in the same way and once. One that landed
    before its worker died has not failed.
    """
    query = (
        sa.select(deliveries, intake_sources.c.dataset)
        .join(intake_sources, intake_sources.c.id == deliveries.c.source_id)
        .where(deliveries.c.status == "failed", deliveries.c.drm_run_id.is_(None))
        .order_by(deliveries.c.id)
        .limit(AT_ONCE)
    )
    with platform.engine.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        _tell(platform, row, now)
    return len(rows)


def _tell(platform: Platform, row: Record, now: datetime) -> None:
    key = watched_source(platform.engine, row.dataset).run_key(row.id)
    there = run_of(platform.drm_engine, key)
    if there is not None and there[2]:
        values = {"status": "delivered", "drm_run_id": there[0], "rows_delivered": there[1]}
        values |= kept(None, "error_msg")
    else:
        why = read(row.said) or row.error_msg or ""
        reason = Sentence("intake.not_delivered", name=row.name, why=why)
        run_id = deliver_failure(platform.drm_engine, row.dataset, key, reason, now)
        values = {"drm_run_id": run_id, **kept(reason, "error_msg")}
    change = deliveries.update().where(deliveries.c.id == row.id)
    write(platform.engine, sa.Connection.execute, change.values(**values))
