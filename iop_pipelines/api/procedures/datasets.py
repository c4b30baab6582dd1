"""datasets.*: what models, reports and panels can read."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field, model_validator, with_config
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.deliveries import Unprepared, unprepared_of
from iop_pipelines.api.procedures.shapes import (
    ROW,
    Id,
    LocalMoment,
    Page,
    Query,
    Reasoned,
    Sorted,
    Words,
    known_words,
    newest_first,
    page_of,
    rows_of,
    select_of,
    sorted_by,
)
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.api.translations import translated
from iop_pipelines.domain.conditions import Span
from iop_pipelines.domain.datasets import DatasetDeclaration, PlainType, plain_type, words_of
from iop_pipelines.domain.languages import TRANSLATED, LabelTranslations, Language
from iop_pipelines.domain.names import MAX_ID
from iop_pipelines.domain.periods import local_now
from iop_pipelines.domain.sentences import Sentence, own_text, text_of
from iop_pipelines.drm.tables import RunStatus, pipeline_runs, quality_scores
from iop_pipelines.errors import NotFound, Unfit
from iop_pipelines.ledger.deliveries import is_refusal, unprepared
from iop_pipelines.ledger.replacing import progress
from iop_pipelines.query.catalogue import load_catalogue
from iop_pipelines.query.config import SourceName
from iop_pipelines.query.freshness import span_of
from iop_pipelines.query.result import Vocabulary
from iop_pipelines.query.sources import Source
from iop_pipelines.query.stretch import Stretch, last_stretch
from iop_pipelines.schema.tables import dataset_versions, datasets, rejected_rows
from iop_pipelines.transform.versions import PIPELINE_RUNS
from iop_pipelines.transform.versions import version as stored_version


@with_config(ROW)
class LatestData(TypedDict):
    """The latest prepared data version; its window is in the dataset's local time, half-open.

    `usablePct`: the share of the delivered rows that could be used, 0 to 100, beside DRM's score of them.
    """

    data_version: str
    window_start: LocalMoment
    window_end: LocalMoment
    quality_score: float | None
    usable_pct: float | None
    rows_out: int | None
    rows_rejected: int | None
    prepared_at: datetime | None


class Preparing(Shape):
    """How many of a dataset's deliveries are prepared, of those that are there."""

    done: int
    total: int


class Described(TypedDict):
    """What a `description` of the platform's own is in another language."""

    description: str


@with_config(ROW)
class DatasetRow(TypedDict):
    id: int
    name: str
    description: str
    source: str
    version: int
    freq: str | None
    time_zone: str
    created_at: datetime
    updated_at: datetime
    latest: LatestData | None
    unprepared: list[Unprepared]
    preparing: Preparing | None


@with_config(ROW)
class Dataset(DatasetRow):
    """`freq` is the step of its rows: h, D, W, MS, or null for events. `translations` are the description's, where
    it is the platform's own.

    `unprepared`: deliveries that were refused or failed and wait for somebody, the newest first, at most 20.
    `preparing` is null where every delivery has been looked at.
    """

    translations: dict[Language, Described] | None


class SourceField(Shape):
    """`zone` is that of a moment's local times, `vocabulary` that of IOP's own words, `words` those of one that
    grows with the runtimes; `translations` are the label's, where it is IOP's own."""

    name: str
    type: PlainType
    label: str
    unit: str | None
    zone: str | None
    vocabulary: Vocabulary | None
    words: Words | None
    translations: LabelTranslations | None


class SourceMeasure(Shape):
    name: str
    kind: str
    label: str
    unit: str | None
    translations: LabelTranslations | None


class LastStretch(Shape):
    """The last stretch of a dataset that has data, to begin with: `period` as `in_period` takes it, in words where the
    data goes on until now; `days` are the same by first and last day."""

    period: str | Span
    days: Span
    is_current: bool


class SourceSchema(Shape):
    """What a query_config may name of one source; `time` is the field that says how fresh it is.

    `stretch`: of a dataset that has rows.
    """

    source: str
    label: str
    translations: LabelTranslations | None
    time: str | None
    fields: list[SourceField]
    measures: list[SourceMeasure]
    stretch: LastStretch | None


class OfSource(Shape):
    """A dataset's name, `dataset:NAME`, or a ledger such as `recommendations` or `executions`."""

    name: SourceName


class OfDataset(Shape):
    name: Annotated[str, Field(min_length=1, max_length=64)]


class PageOfDataset(OfDataset, Page):
    pass


class RunsOfDataset(OfDataset, Sorted):
    """`sort` left out is newest first; `delivered` is the beginning of the window, `rows` those that DRM
    counted."""

    sort: Literal["run", "delivered", "status", "rows", "started"] | None = None


class DatasetQuality(Shape):
    """DRM's score of one delivery and its four parts, 0 to 100; the window is in the dataset's local time.

    A delivery may be scored again: the highest id counts.
    """

    id: int
    run_id: int
    score: float
    completeness: float
    validity: float
    uniqueness: float
    timeliness: float
    rows_expected: int | None
    scored_at: datetime
    window_start: LocalMoment | None
    window_end: LocalMoment | None


@with_config(ROW)
class DatasetWords(Described):
    """In another language, or as they are where they are not the platform's own."""

    source_warning: str | None


@with_config(ROW)
class DatasetDetail(DatasetRow):
    """`declaration` as it was registered; `fields` and `measures` are what a query_config may name.

    `sourceWarning`: DRM's catalogue lacks its source, so nothing will be prepared; else null. `translations` are its
    and the description's.
    """

    declaration: dict[str, Any]
    time: str | None
    fields: list[SourceField]
    measures: list[SourceMeasure]
    quality: DatasetQuality | None
    source_warning: str | None
    translations: dict[Language, DatasetWords] | None


class NotPrepared(Shape):
    prepare_error: str


class DatasetRun(Shape):
    """One DRM run, and what was prepared of it: `versionId` and all after it are null if nothing was.

    `id` is the run's; `status` DRM's running, success or failed; `prepared` IOP's pending, prepared or
    failed; `isRefused` if that is for too many refused rows, so that `datasets.accept` takes it. `error` is
    DRM's, `prepareError` IOP's; `translations` are its.
    """

    id: int
    pipeline: str
    status: str
    scheduled_for: datetime
    started_at: datetime
    finished_at: datetime | None
    window_start: LocalMoment
    window_end: LocalMoment
    rows_ingested: int | None
    bytes_ingested: int | None
    error: str | None
    quality_score: float | None
    version_id: int | None
    data_version: str | None
    prepared: str | None
    rows_in: int | None
    rows_out: int | None
    rows_rejected: int | None
    usable_pct: float | None
    reject_reasons: dict[str, int] | None
    prepare_error: str | None
    is_refused: bool
    prepared_at: datetime | None
    translations: dict[Language, NotPrepared] | None


class OfRejected(Page):
    """Of one data version, or of all of a dataset."""

    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    version_id: Id | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "OfRejected":
        if (self.name is None) == (self.version_id is None):
            raise Unfit("input.name_or_version")
        return self


@with_config(ROW)
class RejectedRow(TypedDict):
    """`row` as it stood when `step` refused it; `translations` are the reason's."""

    id: int
    version_id: int
    data_version: str
    drm_run_id: int
    step: str
    reason: str
    row: dict[str, Any]
    translations: dict[Language, Reasoned] | None


_SHOWN_UNPREPARED = 20
_LATEST = select_of(
    dataset_versions.c.dataset_id,
    *(dataset_versions.c[name] for name in LatestData.__annotations__),
)
_ONE = (
    select_of(*(datasets.c[name] for name in ("id", "name", "source", "version")))
    .add_columns(datasets.c.declaration, datasets.c.created_at, datasets.c.updated_at)
    .add_columns(
        sa.select(sa.func.max(dataset_versions.c.id))
        .where(
            dataset_versions.c.dataset_id == datasets.c.id,
            dataset_versions.c.status == "prepared",
        )
        .scalar_subquery()
        .label("latest_id")
    )
)
_LIST = newest_first(_ONE, datasets.c.id)


def declare(registry: Registry) -> None:
    @registry.procedure("datasets.list", Kind.QUERY, "Prepared datasets with their latest data.")
    def list_(ctx: Context, given: Page) -> list[Dataset]:
        rows = page_of(ctx, _LIST, given)
        ids = [row["latest_id"] for row in rows if row["latest_id"] is not None]
        latest = rows_of(ctx, _LATEST.where(dataset_versions.c.id.in_(ids)))
        by_dataset = {each.pop("dataset_id"): LatestData(each) for each in latest}
        waiting, under_way = _unprepared(ctx), _preparing(ctx)
        found = [
            _dataset(row, by_dataset.get(row["id"]), waiting[row["id"]], under_way.get(row["id"]))
            for row in rows
        ]
        return [Dataset(**each, translations=_description_told(each)) for each in found]

    @registry.procedure("datasets.get", Kind.QUERY, "One dataset: declaration, fields, quality.")
    def get(ctx: Context, given: OfDataset) -> DatasetDetail:
        row = _row_of(ctx, given.name)
        content = row["declaration"]
        latest_id = row["latest_id"]
        latest = rows_of(ctx, _LATEST.where(dataset_versions.c.id == latest_id))
        for each in latest:
            del each["dataset_id"]
        scores = _quality(ctx, row["source"], Page(limit=1))
        shown = _schema(_source_of(ctx, given.name))
        lacks = _source_warning(ctx, given.name, row["source"])
        waiting = _unprepared(ctx, row["id"])[row["id"]]
        under_way = _preparing(ctx).get(row["id"])
        found = _dataset(row, latest[0] if latest else None, waiting, under_way)
        return DatasetDetail(
            **found,
            translations=_retold(found, lacks),
            declaration=content,
            time=shown.time,
            fields=shown.fields,
            measures=shown.measures,
            quality=scores[0] if scores else None,
            source_warning=text_of(lacks),
        )

    @registry.procedure("datasets.runs", Kind.QUERY, "Deliveries by DRM and what became of them.")
    def runs(ctx: Context, given: RunsOfDataset) -> list[DatasetRun]:
        row = _row_of(ctx, given.name)
        delivered = _delivered(ctx, row["source"], given)
        ids = [each["id"] for each in delivered]
        versions = rows_of(
            ctx,
            _VERSIONS.where(
                dataset_versions.c.dataset_id == row["id"], dataset_versions.c.drm_run_id.in_(ids)
            ),
        )
        # In the order of their ids: a later version of one run replaces the former.
        by_run = {each.pop("drm_run_id"): each for each in versions}
        scores = _scores_of(ctx, ids)
        return [_run(each, by_run.get(each["id"]), scores.get(each["id"])) for each in delivered]

    @registry.procedure("datasets.quality", Kind.QUERY, "DRM's scores of it, newest first.")
    def quality(ctx: Context, given: PageOfDataset) -> list[DatasetQuality]:
        return _quality(ctx, _row_of(ctx, given.name)["source"], given)

    @registry.procedure("datasets.rejected", Kind.QUERY, "Rows that were refused, and why.")
    def rejected(ctx: Context, given: OfRejected) -> list[RejectedRow]:
        if given.version_id is not None:
            is_its = rejected_rows.c.dataset_version_id == given.version_id
            stored_version(ctx.platform.engine, given.version_id)
        else:
            dataset_id = _row_of(ctx, str(given.name))["id"]
            is_its = dataset_versions.c.dataset_id == dataset_id
        return [
            RejectedRow(**translated(row, "reason"))
            for row in page_of(ctx, _REJECTED.where(is_its), given)
        ]

    @registry.procedure("datasets.schema", Kind.QUERY, "Fields and measures of one source.")
    def schema(ctx: Context, given: OfSource) -> SourceSchema:
        source = _source_of(ctx, given.name)
        return _schema(source, _stretch(ctx, source))


def _stretch(ctx: Context, source: Source) -> LastStretch | None:
    if source.dataset is None:
        return None
    with ctx.platform.engine.connect() as connection:
        span = span_of(source, connection)
    if span is None:
        return None
    oldest, newest = span
    now = local_now(ctx.platform.now(), source.dataset.time_zone)
    return shown_stretch(last_stretch(source.dataset.freq, newest, now, oldest=oldest))


def shown_stretch(found: Stretch) -> LastStretch:
    days = Span.model_validate(found.days())
    return LastStretch(
        period=found.period if isinstance(found.period, str) else days,
        days=days,
        is_current=found.is_current,
    )


def _source_of(ctx: Context, name: str) -> Source:
    with ctx.platform.engine.connect() as connection:
        catalogue = load_catalogue(connection)
    return catalogue.source(f"dataset:{name}" if name in catalogue.declarations else name, "name")


def _row_of(ctx: Context, name: str) -> dict[str, Any]:
    found = rows_of(ctx, _ONE.where(datasets.c.name == name))
    if not found:
        raise NotFound("dataset.not_found", name=name)
    return found[0]


_RUN_COLUMNS = (
    *("id", "pipeline", "status", "scheduled_for", "started_at", "finished_at", "window_start"),
    *("window_end", "rows_ingested", "bytes_ingested", "error_msg"),
)
_RUNS = newest_first(
    select_of(*(pipeline_runs.c[name] for name in _RUN_COLUMNS)), pipeline_runs.c.id
)
_SCORES = newest_first(
    select_of(
        *(
            quality_scores.c[name]
            for name in DatasetQuality.model_fields
            if not name.startswith("window")
        ),
        pipeline_runs.c.window_start,
        pipeline_runs.c.window_end,
    ).outerjoin(pipeline_runs, pipeline_runs.c.id == quality_scores.c.run_id),
    quality_scores.c.id,
)
_VERSIONS = select_of(
    dataset_versions.c.drm_run_id,
    dataset_versions.c.id.label("version_id"),
    dataset_versions.c.data_version,
    dataset_versions.c.status.label("prepared"),
    *(
        dataset_versions.c[name]
        for name in ("rows_in", "rows_out", "rows_rejected", "usable_pct", "reject_reasons")
    ),
    dataset_versions.c.prepared_at,
    dataset_versions.c.error_msg.label("prepare_error"),
    dataset_versions.c.said,
).order_by(dataset_versions.c.id)
_REJECTED = newest_first(
    select_of(
        rejected_rows.c.id,
        rejected_rows.c.dataset_version_id.label("version_id"),
        dataset_versions.c.data_version,
        dataset_versions.c.drm_run_id,
        *(rejected_rows.c[name] for name in ("step", "reason", "said", "row")),
    ).join(dataset_versions, dataset_versions.c.id == rejected_rows.c.dataset_version_id),
    rejected_rows.c.id,
)


_RUN_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "run": pipeline_runs.c.id,
    "delivered": pipeline_runs.c.window_start,
    # Its own order is that of its declaration on some databases, and of the alphabet on others.
    "status": sa.case(
        (pipeline_runs.c.status == RunStatus.FAILED, 0),
        (pipeline_runs.c.status == RunStatus.RUNNING, 1),
        else_=2,
    ),
    "rows": pipeline_runs.c.rows_ingested,
    "started": pipeline_runs.c.started_at,
}


def _delivered(ctx: Context, source: str, given: RunsOfDataset) -> list[dict[str, Any]]:
    """Of DRM's own runs every one is a row of the dataset."""
    is_its = sa.true() if source == PIPELINE_RUNS else pipeline_runs.c.dataset == source
    query = _RUNS.where(is_its)
    if given.sort is not None:
        query = sorted_by(query, _RUN_SORTS[given.sort], pipeline_runs.c.id, given)
    return _drm_rows(ctx, query, given)


def _quality(ctx: Context, source: str, page: Page) -> list[DatasetQuality]:
    rows = _drm_rows(ctx, _SCORES.where(quality_scores.c.dataset == source), page)
    return [DatasetQuality(**row) for row in rows]


def _scores_of(ctx: Context, run_ids: Sequence[int]) -> dict[int, float]:
    """The latest score of each run that has one."""
    query = (
        sa.select(quality_scores.c.run_id, quality_scores.c.score)
        .where(quality_scores.c.run_id.in_(run_ids))
        .order_by(quality_scores.c.id)
    )
    with ctx.platform.drm_reading.connect() as connection:
        return {row.run_id: row.score for row in connection.execute(query)}


def _source_warning(ctx: Context, name: str, source: str) -> Sentence | None:
    return None if name == PIPELINE_RUNS else ctx.platform.drm.lacks(source)


def _drm_rows(ctx: Context, query: Query, page: Page) -> list[dict[str, Any]]:
    params = {"limit": page.limit, "cursor": page.cursor or MAX_ID + 1}
    with ctx.platform.drm_reading.connect() as connection:
        return [dict(row) for row in connection.execute(query, params).mappings()]


_NOTHING_PREPARED: dict[str, Any] = dict.fromkeys(
    (
        *("version_id", "data_version", "prepared", "rows_in", "rows_out", "rows_rejected"),
        *("usable_pct", "reject_reasons", "prepared_at", "prepare_error", "said"),
    )
)


def _run(
    delivered: dict[str, Any], prepared: dict[str, Any] | None, score: float | None
) -> DatasetRun:
    error = delivered.pop("error_msg")
    version = _NOTHING_PREPARED if prepared is None else prepared
    is_refused = version["prepared"] == "failed" and is_refusal(version["said"])
    run = {**delivered, **version, "error": error, "quality_score": score, "is_refused": is_refused}
    return DatasetRun.model_validate(translated(run, "prepare_error"))


def _unprepared(ctx: Context, dataset_id: int | None = None) -> dict[int, list[Unprepared]]:
    """By dataset, the newest first."""
    found: defaultdict[int, list[Unprepared]] = defaultdict(list)
    with ctx.platform.engine.connect() as connection:
        for each in reversed(unprepared(connection, dataset_id)):
            if len(found[each.dataset_id]) < _SHOWN_UNPREPARED:
                found[each.dataset_id].append(unprepared_of(each))
    return found


def _preparing(ctx: Context) -> dict[int, Preparing]:
    """By dataset, of those that have something left."""
    with ctx.platform.engine.connect() as connection:
        found = progress(connection)
    return {each: Preparing(done=of.total - of.left, total=of.total) for each, of in found.items()}


def _dataset(
    row: dict[str, Any],
    latest: LatestData | None,
    waiting: list[Unprepared],
    preparing: Preparing | None,
) -> DatasetRow:
    declared = DatasetDeclaration.model_validate(row.pop("declaration"))
    del row["latest_id"]
    return DatasetRow(
        **row,
        description=declared.description,
        freq=declared.freq,
        time_zone=declared.time_zone,
        latest=latest,
        unprepared=waiting,
        preparing=preparing,
    )


def _description_told(found: DatasetRow) -> dict[Language, Described] | None:
    said = own_text(found["description"]) if found["name"] == PIPELINE_RUNS else ""
    if isinstance(said, str):
        return None
    return {each: Described(description=said.within(each)) for each in TRANSLATED}


def _retold(found: DatasetRow, lacks: Sentence | None) -> dict[Language, DatasetWords] | None:
    described = _description_told(found)
    if described is None and lacks is None:
        return None
    return {
        each: DatasetWords(
            description=described[each]["description"] if described else found["description"],
            source_warning=lacks.alone(each) if lacks else None,
        )
        for each in TRANSLATED
    }


def _schema(source: Source, stretch: LastStretch | None = None) -> SourceSchema:
    return SourceSchema(
        source=source.name,
        label=source.label,
        translations=source.called(source.label).translations,
        time=source.time,
        fields=[
            SourceField(
                name=name,
                type=plain_type(each.type),
                label=each.label,
                unit=each.unit,
                zone=each.zone,
                vocabulary=each.vocabulary,
                words=known_words(each.vocabulary),
                translations=source.called(each.label).translations,
            )
            for name, each in source.fields.items()
        ],
        measures=[
            SourceMeasure(
                name=name,
                kind=each.kind,
                label=label.en,
                unit=each.unit,
                translations=label.translations,
            )
            for name, each in source.measures.items()
            for label in [source.called(each.label or words_of(name))]
        ],
        stretch=stretch,
    )
