"""Reports that showed data which was delivered again since: found, marked, and issued again.

Who issues one again makes a new row, an edition of the first: `reissue_of` names that, and `as_of` is its moment, so
that it is about the same days.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase, Reissue, ReportStatus
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.ledger.cursors import read_cursor, write_cursor
from iop_pipelines.ledger.requests import trigger_key_of
from iop_pipelines.query.versions_read import SourceRead, versions_of, versions_shown
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import dataset_versions, generated_reports, report_templates
from iop_pipelines.schema.transactions import write, writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.tracing.spans import carried

# A report whose first edition ended longer ago is history: nobody is told that its data came again.
LOOKED_BACK = timedelta(days=31)
# Reports that one call looks at; what is left of them is the next one's.
_A_CALL = 500
# Reports become ready in another order than their ends say, by the clocks of other machines.
_SKEW = timedelta(hours=1)
# The trigger of an edition that nobody asked for.
RESTATEMENT = "restatement"
_CURSOR = "restated_reports"
_COLUMNS = [generated_reports.c[name] for name in ("id", "template_id", "trigger", "reissue_of")]


@dataclass(frozen=True)
class _Look:
    """One look at all reports, which takes as many calls as it must.

    Attributes:
        versions, reports: what was there when it began: prepared data versions, and ready reports.
        newest: when the last of those reports ended.
        since: only those that ended later are looked at; None for all of them.
        below: only those of lower ids are left; None where none is.
    """

    versions: str
    reports: str
    newest: str | None
    since: str | None = None
    below: int | None = None

    @classmethod
    def parse(cls, text: str | None) -> "_Look | None":
        return cls(**json.loads(text)) if text else None

    def follows(self, last: "_Look | None") -> "_Look":
        """Where no data version came since the last one, what ended before it needs no second look."""
        if last is None or last.versions != self.versions or last.newest is None:
            return self
        return replace(self, since=(datetime.fromisoformat(last.newest) - _SKEW).isoformat())


def mark_restated(engine: sa.Engine, at: datetime) -> int:
    """Marks ready reports whose data has come again, and asks for a new edition where the template says so.

    Nothing is looked at until a data version was prepared, or a report became ready, which had read its data before.
    A call looks at some hundred reports, newest first, and the next one goes on. at: naive UTC of the wall clock.

    Returns:
        How many were marked.
    """
    look = _Look.parse(read_cursor(engine, _CURSOR))
    if look is None or look.below is None:
        last, look = look, _look(engine)
        if last is not None and (last.versions, last.reports) == (look.versions, look.reports):
            return 0
        look = look.follows(last)
    rows = _candidates(engine, at, look)
    marked = 0
    for row in rows:
        read = [SourceRead.from_json(each) for each in row.sources_read]
        said = _restated(engine, [each for each in read if each is not None])
        if said is not None:
            marked += write(engine, _mark, row, said, at)
    look = replace(look, below=rows[-1].id if len(rows) == _A_CALL else None)
    write_cursor(engine, _CURSOR, json.dumps(asdict(look)))
    return marked


@writes
def reissue(
    connection: sa.Connection,
    report_id: int,
    now: datetime,
    trigger: str,
    witness: Witness = unwitnessed,
) -> int:
    """Asks for a new edition of a ready report and returns its row's id.

    Raises NotFound, and Conflict where the report is not ready, its files are gone, nothing says which moment it is of,
    or a newer edition is being made.
    """
    return _reissue(connection, report_id, now, trigger, witness)


def _reissue(
    connection: sa.Connection,
    report_id: int,
    now: datetime,
    trigger: str,
    witness: Witness = unwitnessed,
) -> int:
    row = connection.execute(
        sa.select(generated_reports).where(generated_reports.c.id == report_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("report.not_found", id=report_id)
    if row.status is not ReportStatus.READY:
        raise Conflict("report.not_ready", id=report_id, status=row.status.value)
    if row.file_removed_at is not None:
        raise Conflict("report.file_removed", id=report_id, day=row.file_removed_at.date())
    as_of = row.slot or row.as_of
    if as_of is None:
        # Asked for by hand before that was kept. Counted from now it would be about other days.
        raise Conflict("report.no_moment", id=report_id)
    root = row.reissue_of or row.id
    newest = _newest_edition(connection, root)
    if newest.phase is not Phase.DONE:
        raise Conflict("report.reissue_being_made", id=newest.id)
    new_id = connection.execute(
        generated_reports.insert().values(
            trigger_key=trigger_key_of(root, "reissue", newest.id),
            template_id=row.template_id,
            format=row.format,
            as_of=as_of,
            reissue_of=root,
            trigger=trigger,
            requested_at=now,
            generated_at=now,
            traceparent=carried(),
        )
    ).lastrowid
    query = sa.select(*_COLUMNS).where(generated_reports.c.id == new_id)
    witness(connection, None, dict(connection.execute(query).mappings().one()))
    return new_id


def former_edition(connection: sa.Connection, report: Record) -> Record | None:
    """The ready report that an edition takes the place of; None for a first one."""
    if report.reissue_of is None:
        return None
    reports = generated_reports.c
    query = (
        sa.select(reports.id, reports.files)
        .where(
            sa.or_(reports.id == report.reissue_of, reports.reissue_of == report.reissue_of),
            reports.id < report.id,
            reports.status == ReportStatus.READY,
            reports.file_removed_at.is_(None),
        )
        .order_by(reports.id.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def was_told_to_all(connection: sa.Connection, report: Record) -> bool:
    """Whether any ready edition before this one was, so that readers hold its figures; files that are gone count."""
    if report.reissue_of is None:
        return False
    reports = generated_reports.c
    told = sa.exists().where(
        sa.or_(reports.id == report.reissue_of, reports.reissue_of == report.reissue_of),
        reports.id < report.id,
        reports.status == ReportStatus.READY,
        reports.audience.is_(None),
    )
    return bool(connection.scalar(sa.select(told)))


def _look(engine: sa.Engine) -> _Look:
    versions, reports = dataset_versions.c, generated_reports.c
    prepared = sa.select(sa.func.count(), sa.func.max(versions.id)).where(
        versions.status == "prepared"
    )
    ready = reports.status == ReportStatus.READY
    ended = sa.select(reports.finished_at).where(ready, reports.finished_at.is_not(None))
    last = ended.order_by(reports.finished_at.desc()).limit(1)
    with engine.connect() as connection:
        count, newest = connection.execute(prepared).one()
        made = connection.scalar(sa.select(sa.func.count()).where(ready))
        end = connection.scalar(last)
    told = end and end.isoformat()
    return _Look(f"{count}:{newest or 0}", f"{made}:{told}", told)


def _candidates(engine: sa.Engine, at: datetime, look: _Look) -> Sequence[Record]:
    """The newest edition of each ready report that may be told of, newest first: those that a look has left."""
    reports, templates = generated_reports.c, report_templates.c
    newer, first = generated_reports.alias(), generated_reports.alias()
    root = sa.func.coalesce(reports.reissue_of, reports.id)
    is_newest = ~sa.exists().where(newer.c.reissue_of == root, newer.c.id > reports.id)
    bound = at - LOOKED_BACK
    # Of the first: an edition would otherwise begin the time anew, each time.
    is_history = sa.exists().where(first.c.id == root, first.c.finished_at <= bound)
    query = (
        sa.select(reports.id, reports.sources_read, templates.reissue)
        .join_from(generated_reports, report_templates, templates.id == reports.template_id)
        .where(
            reports.status == ReportStatus.READY,
            reports.finished_at > bound,
            reports.file_removed_at.is_(None),
            reports.restated_at.is_(None),
            reports.sources_read.is_not(None),
            templates.deleted_at.is_(None),
            templates.reissue != Reissue.NEVER,
            is_newest,
            ~is_history,
        )
        .order_by(reports.id.desc())
        .limit(_A_CALL)
    )
    if look.since is not None:
        query = query.where(reports.finished_at > datetime.fromisoformat(look.since))
    if look.below is not None:
        query = query.where(reports.id < look.below)
    with engine.connect() as connection:
        return connection.execute(query).all()


def _restated(engine: sa.Engine, read: Sequence[SourceRead]) -> Sentence | None:
    """What of it has come again, or at last; None where nothing has."""
    with engine.connect() as connection:
        again = [each for each in (_newer(connection, source) for source in read) if each]
        late = [each for each in (_late(connection, source) for source in read) if each]
    told = {"report.restated": again, "report.late": late}
    said = [
        Sentence(code, sources=Sentence.listed(sources))
        for code, sources in told.items()
        if sources
    ]
    return Sentence.listed(said) if said else None


def _newer(connection: sa.Connection, read: SourceRead) -> Sentence | None:
    """What was there, and came again."""
    is_newer = dataset_versions.c.id > read.newest
    if said := _span(connection, read, sa.and_(is_newer, _was_there(read))):
        return said
    versions, _ = versions_of(connection, read)
    if versions > read.versions and not _span(connection, read, is_newer):
        # One that was there, and could not be prepared until now.
        return Sentence("report.restated_whole", label=read.label)
    return None


def _late(connection: sa.Connection, read: SourceRead) -> Sentence | None:
    """What came for the first time."""
    return _span(connection, read, sa.and_(dataset_versions.c.id > read.newest, ~_was_there(read)))


def _was_there(read: SourceRead) -> sa.ColumnElement[bool]:
    """Whether any of a version's window had been prepared before."""
    now, before = dataset_versions.c, dataset_versions.alias().c
    return sa.exists().where(
        before.dataset_id == now.dataset_id,
        before.status == "prepared",
        before.id <= read.newest,
        before.window_start < now.window_end,
        before.window_end > now.window_start,
    )


def _span(
    connection: sa.Connection, read: SourceRead, condition: sa.ColumnElement[bool]
) -> Sentence | None:
    """From when to when those versions of what is shown are; None where there is none."""
    spans = sa.func.min(dataset_versions.c.window_start), sa.func.max(dataset_versions.c.window_end)
    query = versions_shown(read, *spans).where(condition)
    start, end = connection.execute(query).one()
    if start is None:
        return None
    first, last = _moment(start).date(), (_moment(end) - timedelta(microseconds=1)).date()
    if first == last:
        return Sentence("report.restated_day", label=read.label, day=first)
    return Sentence("report.restated_of", label=read.label, first=first, last=last)


def _moment(value: Any) -> datetime:
    """SQLite gives what a function made of a moment as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _mark(connection: sa.Connection, row: Record, said: Sentence, at: datetime) -> bool:
    """Once, whoever looks at the same time; a new edition is asked for in the same transaction."""
    reports = generated_reports.c
    changed = connection.execute(
        generated_reports.update()
        .where(reports.id == row.id, reports.restated_at.is_(None))
        .values(restated=said.as_json(), restated_at=at)
    )
    if changed.rowcount != 1:
        return False
    if row.reissue == Reissue.SEND:
        _reissue(connection, row.id, at, RESTATEMENT)
    return True


def _newest_edition(connection: sa.Connection, root: int) -> Record:
    reports = generated_reports.c
    query = (
        sa.select(reports.id, reports.phase)
        .where(sa.or_(reports.id == root, reports.reissue_of == root))
        .order_by(reports.id.desc())
        .limit(1)
    )
    return connection.execute(query).one()
