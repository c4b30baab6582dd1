"""Replacing a dataset's declaration: what was delivered is prepared again by the new one, in the background.

No pandas here: the API and commands import this.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelStatus, Phase
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import Conflict, InvalidInput
from iop_pipelines.ledger.deliveries import queue_again
from iop_pipelines.ledger.requests import request_delivered
from iop_pipelines.ledger.work import IN_FLIGHT, VERSION, requeue
from iop_pipelines.registry.checks import check_reads
from iop_pipelines.registry.models import active_models_of
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.schema.transactions import write
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.table import fit_table
from iop_pipelines.transform.versions import StoredDataset, dataset, replace_declaration, rescaled


@dataclass(frozen=True)
class Replaced:
    """Attributes:
    is_new: false where the declaration is as it was; then only what failed is prepared again.
    queued: data versions that are prepared again, or for the first time.
    models: labels of the active ones that read it, and may be asked to score the history again.
    """

    stored: StoredDataset
    is_new: bool
    queued: int
    models: tuple[str, ...]


def replace_dataset(
    engine: sa.Engine,
    drm: SharedDatabase,
    given: DatasetDeclaration,
    now: datetime,
    witness: Witness = unwitnessed,
) -> Replaced:
    """Registers `given` as the next version, whatever number it has, and has all that was delivered prepared again.

    Prepared rows stay until those that replace them are there; a column whose type changes is empty until then.

    Raises:
        NotFound: no dataset has that name.
        InvalidDeclaration: its steps cannot work.
        Conflict: it has another source, or active models ask for what it no longer has.
    """
    stored = dataset(engine, given.name)
    if stored.is_system:
        raise Conflict("dataset.of_the_system", name=given.name)
    there = stored.declaration
    if given.source != there.source:
        raise Conflict(
            "dataset.other_source", name=given.name, source=there.source, given=given.source
        )
    is_new = given.model_copy(update={"version": there.version}) != there
    version = max(given.version, there.version + 1) if is_new else there.version
    declaration = given.model_copy(update={"version": version})
    check_declaration(declaration)
    labels = _check_readers(engine, declaration)

    def work(connection: sa.Connection) -> int:
        if is_new:
            replace_declaration(connection, stored, declaration)
        queued = _queue(connection, stored.id, only_failed=not is_new)
        before, after = (each.model_dump(mode="json") for each in (there, declaration))
        witness(connection, {"declaration": before}, {"declaration": after, "queued": queued})
        return queued

    queued = write(engine, work)
    replaced = StoredDataset(stored.id, declaration)
    fit_table(engine, declaration, rescaled(there, declaration))
    late = request_delivered(engine, drm, replaced, now)
    return Replaced(replaced, is_new, queued + len(late.versions), labels)


def _check_readers(engine: sa.Engine, declaration: DatasetDeclaration) -> tuple[str, ...]:
    """Labels of the active models; raises Conflict with all that could no longer read it."""
    broken: list[Sentence] = []
    models = active_models_of(engine, declaration.name)
    for each in models:
        try:
            check_reads(each.spec, declaration)
        except InvalidInput as error:
            broken.append(Sentence("dataset.breaks_model", label=each.label, why=error.told))
    if broken:
        raise Conflict("dataset.breaks_models", name=declaration.name, models=broken)
    return tuple(each.label for each in models if each.status is ModelStatus.ACTIVE)


def _queue(connection: sa.Connection, dataset_id: int, *, only_failed: bool) -> int:
    versions = dataset_versions.c
    of_it = sa.select(versions.id, versions.phase, versions.status).where(
        versions.dataset_id == dataset_id
    )
    if only_failed:
        of_it = of_it.where(versions.status == "failed")
    rows = connection.execute(of_it).all()
    # A worker whose version is written, but not told of yet, would end it as made by the former declaration.
    written = [row.id for row in rows if row.phase in IN_FLIGHT and row.status == "prepared"]
    again = requeue(connection, VERSION, written)
    waiting = [row.id for row in rows if row.phase == Phase.QUEUED]
    done = [row.id for row in rows if row.phase == Phase.DONE]
    return len(queue_again(connection, done)) + again + len(waiting)


@dataclass(frozen=True)
class Progress:
    """How far a dataset's data versions are prepared: `left` of `total` are not."""

    left: int
    total: int


def progress(connection: sa.Connection) -> dict[int, Progress]:
    """By dataset, of those where versions are left."""
    versions = dataset_versions.c
    left = sa.func.sum(sa.case((versions.phase != Phase.DONE, 1), else_=0))
    busy = sa.select(versions.dataset_id).where(versions.phase != Phase.DONE)
    query = (
        sa.select(versions.dataset_id, left.label("left"), sa.func.count().label("total"))
        .where(versions.dataset_id.in_(busy))
        .group_by(versions.dataset_id)
    )
    return {row.dataset_id: Progress(int(row.left), row.total) for row in connection.execute(query)}
