"""reports.*: templates, their schedules, and the files made of them."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from iop_pipelines.api import downloads, previews
from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.shapes import (
    ROW,
    ById,
    Cells,
    Created,
    Done,
    GivenQuery,
    Id,
    IdempotencyKey,
    Page,
    Worded,
    columns_of,
    newest_first,
    page_of,
    rows_of,
    select_of,
    worded,
)
from iop_pipelines.api.registry import Heavy, Keeping, Kind, Registry, Shape
from iop_pipelines.domain.fields import schema_of
from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.policies import PAUSE_AFTER, AsWord, Jitter, PauseAfter, Wait
from iop_pipelines.domain.sentences import Sentence, read, text_of
from iop_pipelines.domain.vocabulary import (
    Audience,
    Empty,
    FileFormat,
    Misfire,
    PauseCause,
    Phase,
    Reissue,
    ReportFormat,
    ReportStatus,
    TemplateStatus,
)
from iop_pipelines.errors import InvalidInput, InvalidQuery, NotFound
from iop_pipelines.ledger.requests import request_report
from iop_pipelines.ledger.restatements import reissue
from iop_pipelines.ledger.waiting import issue_now
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.explain import Explained, explain
from iop_pipelines.query.outputs import models_by_format
from iop_pipelines.registry import templates as registered
from iop_pipelines.reporting.brand import check_logo
from iop_pipelines.reporting.render import main_table
from iop_pipelines.reporting.schedule import Schedule, next_times, parse_schedule
from iop_pipelines.schema.report_row import KEPT_AS, FurtherFile
from iop_pipelines.schema.tables import generated_reports
from iop_pipelines.schema.tables import report_templates as table

Words = Annotated[str, Field(min_length=1, max_length=128)]
Description = Annotated[str, Field(max_length=10_000)]


@with_config(ROW)
class TemplateTold(TypedDict):
    """In another language."""

    schedule_words: str | None
    paused_for: str | None
    passed_over: str | None


@with_config(ROW)
class ReportTemplate(TypedDict):
    """`scheduleWords` reads the schedule out. `pauseCause`: why the platform paused it, and `pausedFor` the same in
    words; null where a person did, or nobody. `passedOver`: the slots that were not made up the last time that any
    were not."""

    id: int
    name: str
    description: str | None
    query_config: GivenQuery
    format: ReportFormat
    schedule: str | None
    status: TemplateStatus
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    wait: str | None
    reissue: Reissue
    empty: Empty
    misfire: Misfire
    jitter: str | None
    pause_after: int
    paused_at: datetime | None
    pause_cause: PauseCause | None
    paused_for: str | None
    passed_over: str | None
    schedule_words: str | None
    translations: dict[Language, TemplateTold] | None


@with_config(ROW)
class TemplateDetail(ReportTemplate):
    """`nextTimes` are the next five moments of its schedule, to be shown in its `timeZone`."""

    next_times: list[datetime]
    time_zone: str | None


class Explain(Shape):
    query_config: GivenQuery
    format: ReportFormat = ReportFormat.JSON


class ReadTable(Shape):
    """`rows` of all `total` are shown, and `reads` rows of the source are looked at for them."""

    name: str
    title: str
    source: str
    rows: int
    total: int
    reads: int


class ReportReads(Shape):
    """Counted as of now: all `tables` of the config, the main one first. `durationMs` is how long counting took."""

    tables: list[ReadTable]
    duration_ms: int


@with_config(ROW)
class ReportTold(TypedDict):
    """In another language."""

    error_msg: str | None
    remark: str | None
    restated: str | None


@with_config(ROW)
class LackingSource(TypedDict):
    """`known` of `days` of the period are there; `missing` are the first of the others, and `due` is when the next
    delivery was to come, in UTC."""

    source: str
    label: str
    known: int
    days: int
    missing: list[str]
    due: str | None


@with_config(ROW)
class ChangedFigure(TypedDict):
    """`row` names the group; null for a total, and in a table of one row. Values are as a page prints them."""

    row: str | None
    label: str
    old: str
    new: str


@with_config(ROW)
class ChangedRows(TypedDict):
    """Rows `changed`, `added` and `gone`; `figures` are the first 50 that changed. Where not `isCompared`, there were
    more rows than are compared, and it is only known that they differ."""

    table: str
    title: str
    changed: int
    added: int
    gone: int
    figures: list[ChangedFigure]
    is_compared: bool


@with_config(ROW)
class ReportFileOf(TypedDict):
    """`form`: `parquet` is the result itself, which all others are made from."""

    form: FileFormat | Literal["parquet"]
    size_bytes: int
    checksum: str


@with_config(ROW)
class GeneratedReport(TypedDict):
    """`slot` is the moment that the schedule named; null for a report asked for by hand. `translations` are of
    the error and the remark; `files` are those besides the report's own: the kept result, and what its template asks
    for. The file has `rowCount` of `rowTotal` rows; `remark` is what whoever gets it must know, such as that.

    While `phase` is held it waits for deliveries, since `waitingSince` and until `waitingUntil` at most; `waitingFor`
    is what its sources lack. Periods count from `asOf`, its rows were read at `readAt`. `restated`: what of it was
    delivered again since. `reissueOf` is the first of the editions that this one is of, and `changes` what is otherwise
    than in the one before, null where there is none. `audience`: who is told of it, where that is not everybody."""

    id: int
    template_id: int
    status: ReportStatus
    storage_url: str | None
    row_count: int | None
    row_total: int | None
    size_bytes: int | None
    generated_at: datetime | None
    format: ReportFormat | None
    phase: Phase
    slot: datetime | None
    trigger: str
    requested_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None
    error_msg: str | None
    checksum: str | None
    files: list[ReportFileOf] | None
    template_name: str
    remark: str | None
    as_of: datetime | None
    read_at: datetime | None
    waiting_since: datetime | None
    waiting_until: datetime | None
    waiting_for: list[LackingSource] | None
    restated: str | None
    restated_at: datetime | None
    reissue_of: int | None
    changes: list[ChangedRows] | None
    audience: Audience | None
    translations: dict[Language, ReportTold] | None


class TemplateFilter(Page):
    status: TemplateStatus | None = None


class NewTemplate(Shape):
    """`schedule` in the words of docs/reports.md, such as `daily 09:00 Africa/Lagos`; so are the others: `wait` and
    `jitter` are lengths of time such as `6h`."""

    name: GivenName
    query_config: GivenQuery
    format: ReportFormat
    schedule: Words | None = None
    description: Description = ""
    wait: Wait | None = None
    reissue: Annotated[Reissue, AsWord] = Reissue.OFFER
    empty: Annotated[Empty, AsWord] = Empty.SEND
    misfire: Annotated[Misfire, AsWord] = Misfire.LATEST
    jitter: Jitter | None = None
    pause_after: PauseAfter = PAUSE_AFTER


class ChangedTemplate(ById):
    """What is left out stays; `schedule` null takes the schedule away."""

    name: GivenName = ""
    description: Description = ""
    query_config: GivenQuery = {}
    format: ReportFormat = ReportFormat.JSON
    schedule: Words | None = None
    wait: Wait | None = None
    reissue: Annotated[Reissue, AsWord] = Reissue.OFFER
    empty: Annotated[Empty, AsWord] = Empty.SEND
    misfire: Annotated[Misfire, AsWord] = Misfire.LATEST
    jitter: Jitter | None = None
    pause_after: PauseAfter = PAUSE_AFTER


class ReportOutput(Shape):
    """`fields`: JSON Schema of what `outputs` of a query_config may say of this format, with each key's `default`,
    range, `title` and `description` and their `translations`. `x-names` marks a key that names a `table` of
    `datasets`, or a `column` of the table that the key `x-of` names."""

    format: FileFormat
    fields: dict[str, Any]


class Generate(Shape):
    template_id: Id
    idempotency_key: IdempotencyKey | None = None


class Generating(Shape):
    success: bool = True
    report_id: int


class GeneratedFilter(Page):
    template_id: Id | None = None
    status: ReportStatus | None = None


class OfReport(Shape):
    report_id: Id


class WantedFile(OfReport):
    """`as` left out is the report's own format; another is made from the same rows, if the template names none."""

    as_: Annotated[FileFormat | None, Field(alias="as")] = None


class OfSchedule(Shape):
    schedule: Words


class ScheduleWords(Shape):
    """`schedule` with its time and zone spelled out, as it can be stored; `words` read it out, and `translations` are
    theirs; `nextTimes`: the next five. `isEitherDay`: a cron that restricts both of its days, and is due on either, as
    the words say."""

    schedule: str
    words: str
    is_either_day: bool
    translations: dict[Language, Worded]
    next_times: list[datetime]
    time_zone: str


class ReportPreview(Shape):
    """Of a PDF its `pages`, each with the path of its picture (`?width=` up to 2000 pixels); of CSV and
    JSON the first rows: `rows` are of the file's `rowCount`, which may be of more, `rowTotal`."""

    report_id: int
    format: FileFormat
    pages: int | None
    paths: list[str]
    columns: list[str]
    rows: list[Cells]
    row_count: int | None
    row_total: int | None


class Download(Shape):
    """`path` works without a sign-in until `expiresAt`; it is relative to the platform's address. What is made when it
    is fetched has no `sizeBytes` and `checksum` yet."""

    path: str
    file_name: str
    size_bytes: int | None
    checksum: str | None
    expires_at: datetime


_OF_SENTENCES = ("paused_for", "passed_over", "schedule_words", "translations")
_COLUMNS = [
    *columns_of(ReportTemplate, table, without=_OF_SENTENCES),
    table.c.said,
    table.c.passed_over,
]
_THERE = select_of(*_COLUMNS).where(table.c.deleted_at.is_(None))
_LIST = newest_first(_THERE, table.c.id)
# From the reports on, whatever the planner thinks of the few templates: the newest come first.
_REPORT = select_of(
    *columns_of(
        GeneratedReport,
        generated_reports,
        without=("template_name", "translations", "remark_translations"),
    ),
    generated_reports.c.said,
    table.c.name.label("template_name"),
).outerjoin(table, table.c.id == generated_reports.c.template_id)
_GENERATED = newest_first(_REPORT, generated_reports.c.id)


def declare(registry: Registry) -> None:
    _declare_templates(registry)
    _declare_files(registry)


def _declare_templates(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("reports.list", Kind.QUERY, "Report templates, newest first.")
    def list_(ctx: Context, given: TemplateFilter) -> list[ReportTemplate]:
        is_so = [] if given.status is None else [table.c.status == given.status]
        return [_template(ctx, row) for row in page_of(ctx, _LIST.where(*is_so), given)]

    @procedure("reports.get", Kind.QUERY, "One template, and when it is due next.")
    def get(ctx: Context, given: ById) -> TemplateDetail:
        found = rows_of(ctx, _THERE.where(table.c.id == given.id))
        if not found:
            raise NotFound("template.not_found", id=given.id)
        row = _template(ctx, found[0])
        schedule = _schedule(ctx, row["schedule"]) if row["schedule"] else None
        is_due = schedule is not None and row["status"] is TemplateStatus.ACTIVE
        return TemplateDetail(
            **row,
            next_times=next_times(schedule, ctx.platform.now()) if schedule and is_due else [],
            time_zone=schedule.zone if schedule else None,
        )

    @procedure("reports.scheduleWords", Kind.QUERY, "What a schedule means, before it is stored.")
    def schedule_words(ctx: Context, given: OfSchedule) -> ScheduleWords:
        schedule = _schedule(ctx, given.schedule)
        return ScheduleWords(
            schedule=schedule.text,
            words=schedule.describe().english,
            is_either_day=schedule.is_either_day,
            translations=worded(schedule.describe()),
            next_times=next_times(schedule, ctx.platform.now()),
            time_zone=schedule.zone,
        )

    @procedure("reports.outputs", Kind.QUERY, "What the file of each format can be told to show.")
    def outputs(ctx: Context) -> list[ReportOutput]:
        return [
            ReportOutput(format=format_, fields=schema_of(model))
            for format_, model in models_by_format().items()
        ]

    @procedure(
        "reports.explain",
        Kind.QUERY,
        "What a template will read, before it is saved.",
        heavy=Heavy(),
    )
    def explain_(ctx: Context, given: Explain) -> ReportReads:
        started = time.monotonic()
        tables = _saying_where(_explained, ctx, given)
        took = round((time.monotonic() - started) * 1000)
        read = [ReadTable.model_validate(each, from_attributes=True) for each in tables]
        return ReportReads(tables=read, duration_ms=took)

    @procedure("reports.create", Kind.MUTATION, "Store a report template.")
    def create(ctx: Context, given: NewTemplate) -> Created:
        spec = registered.load_template(given.model_dump())
        _saying_where(_check_logo, ctx, spec.query_config)
        template_id = _saying_where(
            registered.register_template,
            ctx.platform.engine,
            spec,
            check_schedule=partial(_schedule, ctx),
            created_by=ctx.user.id,
            now=ctx.platform.now(),
            witness=witness_of(ctx),
        )
        return Created(id=template_id)

    @procedure("reports.update", Kind.MUTATION, "Change a template; reports made before stay.")
    def update(ctx: Context, given: ChangedTemplate) -> Done:
        stored = registered.template(ctx.platform.engine, given.id)
        changed = given.model_dump(exclude={"id"}, exclude_unset=True)
        # Whoever changes a name or a schedule is not held up by a logo that is gone.
        if "query_config" in changed:
            _saying_where(_check_logo, ctx, changed["query_config"])
        _saying_where(
            registered.update_template,
            ctx.platform.engine,
            given.id,
            registered.load_template({**stored.spec.model_dump(), **changed}),
            check_schedule=partial(_schedule, ctx),
            now=ctx.platform.now(),
            witness=witness_of(ctx),
        )
        return Done()

    @procedure("reports.pause", Kind.MUTATION, "Let no slot of its schedule come due.")
    def pause(ctx: Context, given: ById) -> Done:
        return _set_status(ctx, given.id, TemplateStatus.PAUSED)

    @procedure("reports.resume", Kind.MUTATION, "Follow its schedule again, from now on.")
    def resume(ctx: Context, given: ById) -> Done:
        return _set_status(ctx, given.id, TemplateStatus.ACTIVE)

    @procedure("reports.takeOver", Kind.MUTATION, "Become a template's author, and let it go on.")
    def take_over(ctx: Context, given: ById) -> Done:
        registered.take_over(
            *(ctx.platform.engine, given.id, ctx.user.id, ctx.platform.now(), witness_of(ctx))
        )
        return Done()

    @procedure("reports.delete", Kind.MUTATION, "Delete a template; reports made of it stay.")
    def delete(ctx: Context, given: ById) -> Done:
        registered.delete_template(ctx.platform.engine, given.id, utc_now(), witness_of(ctx))
        return Done()


def _declare_files(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("reports.generate", Kind.MUTATION, "Ask for a report now.")
    def generate(ctx: Context, given: Generate) -> Generating:
        report_id = request_report(
            ctx.platform.engine,
            given.template_id,
            utc_now(),
            trigger="api",
            idempotency_key=given.idempotency_key,
            witness=witness_of(ctx),
        )
        return Generating(report_id=report_id)

    @procedure(
        "reports.issue", Kind.MUTATION, "Make a report that waits for data with what there is."
    )
    def issue(ctx: Context, given: OfReport) -> Done:
        issue_now(ctx.platform.engine, given.report_id, ctx.platform.now(), witness_of(ctx))
        return Done()

    @procedure(
        "reports.reissue",
        Kind.MUTATION,
        "Make a ready report once more, of the same days, naming what changed.",
    )
    def reissue_(ctx: Context, given: OfReport) -> Generating:
        new_id = reissue(ctx.platform.engine, given.report_id, utc_now(), "api", witness_of(ctx))
        return Generating(report_id=new_id)

    @procedure("reports.generated", Kind.QUERY, "Reports that were asked for, newest first.")
    def generated(ctx: Context, given: GeneratedFilter) -> list[GeneratedReport]:
        query = _GENERATED
        for name in ("template_id", "status"):
            if (value := getattr(given, name)) is not None:
                query = query.where(generated_reports.c[name] == value)
        return [_generated(row) for row in page_of(ctx, query, given)]

    @procedure("reports.report", Kind.QUERY, "One report that was asked for, and how far it is.")
    def report(ctx: Context, given: OfReport) -> GeneratedReport:
        found = rows_of(ctx, _REPORT.where(generated_reports.c.id == given.report_id))
        if not found:
            raise NotFound("report.not_found", id=given.report_id)
        return _generated(found[0])

    @procedure(
        "reports.preview",
        Kind.QUERY,
        "A ready report's pages, or its first rows.",
        heavy=Heavy(_file_of),
    )
    def preview(ctx: Context, given: OfReport) -> ReportPreview:
        file = downloads.report_file(ctx.platform.engine, given.report_id)
        if file.format is FileFormat.PDF:
            pages = previews.pages_of(file)
            paths = [f"/api/reports/{file.report_id}/pages/{n}.png" for n in range(1, pages + 1)]
            return ReportPreview(
                report_id=file.report_id,
                format=file.format,
                pages=pages,
                paths=paths,
                columns=[],
                rows=[],
                row_count=file.row_count,
                row_total=file.row_total,
            )
        columns, rows = previews.first_rows(file)
        return ReportPreview(
            report_id=file.report_id,
            format=file.format,
            pages=None,
            paths=[],
            columns=columns,
            rows=rows,
            row_count=file.row_count,
            row_total=file.row_total,
        )

    @procedure("reports.download", Kind.QUERY, "A link to a report's file, good for five minutes.")
    def download(ctx: Context, given: WantedFile) -> Download:
        file = downloads.report_file(ctx.platform.engine, given.report_id, given.as_)
        key = downloads.signing_key(ctx.platform.settings)
        link = downloads.link_to(file, key, utc_now(), given.as_)
        return Download(
            path=link.path,
            file_name=file.name,
            size_bytes=file.size_bytes,
            checksum=file.checksum if file.is_made else None,
            expires_at=link.expires_at,
        )


def _explained(ctx: Context, given: Explain) -> tuple[Explained, ...]:
    """All tables: they are read and kept whatever the file shows, since another may be asked for later."""
    config = parse_config(given.query_config).in_region(ctx.platform.settings.region)
    main = main_table(config, FileFormat(given.format))
    return explain(
        config,
        list(dict.fromkeys([main, *config.datasets])),
        engine=ctx.platform.engine,
        drm_engine=ctx.platform.drm_reading,
        now=ctx.platform.now(),
        time_zone=ctx.platform.settings.time_zone,
    )


def _template(ctx: Context, row: dict[str, Any]) -> ReportTemplate:
    columns = dict(row)
    said, passed_over = _paused_for(row), read(columns.pop("passed_over"))
    del columns["said"]
    words = _words(ctx, row["schedule"])
    translations = {
        language: TemplateTold(
            schedule_words=words.alone(language) if words else None,
            paused_for=said.alone(language) if said else None,
            passed_over=passed_over.alone(language) if passed_over else None,
        )
        for language in TRANSLATED
    }
    columns |= {
        "reissue": Reissue(row["reissue"]),
        "empty": Empty(row["empty"]),
        "misfire": Misfire(row["misfire"]),
        "pause_cause": PauseCause(row["pause_cause"]) if row["pause_cause"] else None,
    }
    return ReportTemplate(
        **columns,
        paused_for=text_of(said),
        passed_over=text_of(passed_over),
        schedule_words=text_of(words),
        translations=translations if words or said or passed_over else None,
    )


def _paused_for(row: Mapping[str, Any]) -> Sentence | None:
    """All who ask get the same answer: whose account is disabled is told to admins alone, in their notifications."""
    if row["pause_cause"] == PauseCause.AUTHOR:
        return Sentence("template.an_author_disabled")
    return read(row["said"])


def _words(ctx: Context, schedule: str | None) -> Sentence | None:
    """None of what was written to the table by hand and is no schedule: the list stays one."""
    if schedule is None:
        return None
    with suppress(InvalidInput):
        return _schedule(ctx, schedule).describe()
    return None


def _generated(row: dict[str, Any]) -> GeneratedReport:
    columns = dict(row)
    columns["files"] = _without_places(row["files"])
    columns["changes"] = _changes(row["changes"])
    columns["audience"] = Audience(row["audience"]) if row["audience"] else None
    said, remark = read(columns.pop("said")), read(columns.pop("remark"))
    restated = read(columns.pop("restated"))
    translations = {
        language: ReportTold(
            error_msg=said.alone(language) if said else columns["error_msg"],
            remark=remark.alone(language) if remark else None,
            restated=restated.alone(language) if restated else None,
        )
        for language in TRANSLATED
    }
    return GeneratedReport(
        **columns,
        remark=text_of(remark),
        restated=text_of(restated),
        translations=translations if said or remark or restated else None,
    )


def _changes(kept: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Names as the wire has them: rows are not validated on their way out."""
    if kept is None:
        return None
    return [
        {("isCompared" if name == "is_compared" else name): value for name, value in each.items()}
        for each in kept
    ]


def _without_places(files: list[FurtherFile] | None) -> list[ReportFileOf] | None:
    """Where further files lie is nobody's but the platform's."""
    if files is None:
        return None
    return [
        ReportFileOf(
            form="parquet" if each["form"] == KEPT_AS else FileFormat(each["form"]),
            size_bytes=each["size_bytes"],
            checksum=each["checksum"],
        )
        for each in files
    ]


def _file_of(ctx: Context, given: OfReport) -> Keeping:
    file = downloads.report_file(ctx.platform.engine, given.report_id)
    return previews.keeping_of(file)


def _schedule(ctx: Context, text: str) -> Schedule:
    return parse_schedule(text, ctx.platform.settings.time_zone)


def _check_logo(ctx: Context, query_config: dict[str, Any]) -> None:
    check_logo(parse_config(query_config), ctx.platform.settings)


def _set_status(ctx: Context, template_id: int, status: TemplateStatus) -> Done:
    registered.set_template_status(
        ctx.platform.engine, template_id, status, ctx.platform.now(), witness_of(ctx)
    )
    return Done()


def _saying_where(call: Any, *args: Any, **named: Any) -> Any:
    """What is wrong with a query is said of `queryConfig`, the field that the caller knows."""
    try:
        return call(*args, **named)
    except InvalidQuery as error:
        raise error.under("queryConfig") from error
