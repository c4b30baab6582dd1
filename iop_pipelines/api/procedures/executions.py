"""executions.*: what ran, on which data, and what came out of it."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field, with_config
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.shapes import (
    ROW,
    ById,
    Failed,
    Id,
    LocalMoment,
    Page,
    Query,
    SchemaOf,
    SearchText,
    Sorted,
    columns_of,
    newest_first,
    page_of,
    rows_of,
    select_of,
    sorted_by,
)
from iop_pipelines.api.registry import Heavy, Kind, Registry, Shape
from iop_pipelines.api.translations import translated
from iop_pipelines.domain.datasets import DatasetDeclaration, Measure, words_of
from iop_pipelines.domain.frequencies import TimeStep
from iop_pipelines.domain.languages import LabelTranslations, Language
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import MAX_ID
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import (
    Category,
    ExecutionStatus,
    ModelType,
    Phase,
    Severity,
)
from iop_pipelines.errors import NotFound
from iop_pipelines.ledger.coverage import coverage_in
from iop_pipelines.query.labels import Label
from iop_pipelines.query.output_files import OutputFile, Wanted, file_of, lines_in
from iop_pipelines.query.output_rows import first_points, line_in, order_of, outputs_with
from iop_pipelines.query.reduce import reduce_line
from iop_pipelines.recommendations.evidence import FindingEvidence
from iop_pipelines.schema.tables import analytical_models, datasets, findings, model_outputs
from iop_pipelines.schema.tables import model_executions as table
from iop_pipelines.tracing.context import read_header
from iop_pipelines.transform.versions import PIPELINE_RUNS


@with_config(ROW)
class Coverage(TypedDict):
    """How much was judged: `scored` of `total` points, or series where each is judged as a whole; of the rest, which is
    `learning`, too little was known before. `leftOut` rows, or series, come on top: their step is another, and they
    were not read."""

    unit: Literal["points", "series"]
    total: int
    scored: int
    learning: int
    left_out: int


@with_config(ROW)
class ModelExecution(TypedDict):
    """`phase` says where an accepted execution stands: held, queued, claimed, started, done.

    `supersededBy`: the DRM run that delivered the window again while this was held; it was never begun, and
    though its status is `failed`, it has not failed.

    `translations` are the error's, where it is a sentence of the platform. `coverage` is null until it has ended
    well, and of what an earlier release ran.
    """

    id: int
    model_id: int
    status: ExecutionStatus
    input_ref: str | None
    output_ref: str | None
    duration_ms: int | None
    error_msg: str | None
    started_at: datetime | None
    finished_at: datetime | None
    phase: Phase
    attempt: int
    trigger: str
    data_version: str | None
    requested_at: datetime | None
    metrics: dict[str, Any] | None
    dagster_run_id: str | None
    superseded_by: int | None
    model_name: str
    model_version: str
    model_type: ModelType
    dataset: str | None
    translations: dict[Language, Failed] | None
    coverage: Coverage | None


@with_config(ROW)
class OutputPoint(TypedDict):
    """One scored or forecast point; `ds` is in the dataset's local time. `id` is null of one that was read from a
    file."""

    id: int | None
    unique_id: str
    ds: LocalMoment
    measure: str
    y: float | None
    yhat: float | None
    lo: float | None
    hi: float | None
    score: float | None
    is_finding: bool


@with_config(ROW)
class Finding(TypedDict):
    """`label` is what people call the measure; `translations` are its own, where it is IOP's."""

    id: int
    category: Category
    kind: str
    severity: Severity
    unique_id: str
    measure: str
    label: str
    translations: LabelTranslations | None
    unit: str
    ds: LocalMoment
    since: LocalMoment
    value: float | None
    expected: float | None
    lo: float | None
    hi: float | None
    score: float
    confidence: float | None
    evidence: Annotated[dict[str, Any], SchemaOf(FindingEvidence)]


@with_config(ROW)
class ExecutionDetail(ModelExecution):
    """`outputs` are the first of `outputTotal`, in the order in which the model gave them. `completeSince`: of a large
    panel, whose outputs lie in a file, the period from which on the database has them all; null where it has all.

    `requestId` is the id of the trace in which it was asked for, as logs, runs and `iop trace` have it.
    """

    request_id: str | None
    output_total: int
    complete_since: LocalMoment | None
    outputs: list[OutputPoint]
    findings: list[Finding]


class SortedExecutions(Sorted):
    """`sort` left out is newest first; `failed` puts the newest 20 that failed within seven days before all others,
    each newest first. `status` goes from failed over running to success. `q` is looked for in names of models and
    datasets, or is an id."""

    sort: Literal["failed", "id", "status", "duration", "requested", "trigger"] | None = None
    q: SearchText | None = None


class ExecutionFilter(SortedExecutions):
    """`isSuperseded` false leaves out what newer data made needless, true leaves only that."""

    model_id: Id | None = None
    status: ExecutionStatus | None = None
    is_superseded: bool | None = None


class GetExecution(ById):
    output_limit: Annotated[int, Field(ge=0, le=10_000)] = 1000


class OfModels(Shape):
    """`modelIds` are of versions."""

    model_ids: Annotated[list[Id], Field(max_length=1000)]


class OfSeries(ById):
    """Without `uniqueId` and `measure`: the series with the most findings."""

    unique_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    measure: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    max_points: Annotated[int, Field(ge=6, le=500)] = 500


@with_config(ROW)
class SeriesName(TypedDict):
    """One line of an execution's output: how many points it has, and findings among them.

    `label` is what people call the measure; `translations` are its own, where it is IOP's.
    """

    unique_id: str
    measure: str
    label: str
    translations: LabelTranslations | None
    points: int
    findings: int


@with_config(ROW)
class SeriesPoint(TypedDict):
    ds: LocalMoment
    y: float | None
    yhat: float | None
    lo: float | None
    hi: float | None
    score: float | None
    is_finding: bool


@with_config(ROW)
class ReducedSeries(TypedDict):
    """First, last, lowest and highest points, gaps, and the strongest finding of each stretch are kept."""

    shown: int
    total: int


@with_config(ROW)
class ExecutionSeries(TypedDict):
    """`points` are of `chosen`, by period in `timeZone`; a forecast has `yhat` with its interval and no `y`.

    `series` are the first of `seriesTotal`, those with the most findings first.
    """

    series: list[SeriesName]
    series_total: int
    chosen: SeriesName | None
    unit: str | None
    freq: str | None
    time_zone: str
    points: list[SeriesPoint]
    reduced: ReducedSeries | None


MAX_SERIES = 1000
# Periods that are looked back on, the last ones: under a second of a processor.
MAX_HINDSIGHT = 5000
# Outputs lie by period, those of all series together: so many are passed on the way to those of one, and not the
# model's whole past.
MOST_PASSED = 1_000_000
# However many series there are.
LEAST_HINDSIGHT = 100
# MySQL's.
_FIRST_MOMENT = datetime(1000, 1, 1)
_OF_MODEL = ("model_name", "model_version", "model_type", "dataset")
# From the executions on, whatever the planner thinks of the few models: the newest come first.
_DETAIL = select_of(
    *columns_of(ModelExecution, table, without=(*_OF_MODEL, "translations", "coverage")),
    table.c.said,
    analytical_models.c.name.label("model_name"),
    analytical_models.c.version.label("model_version"),
    analytical_models.c.type.label("model_type"),
    analytical_models.c.dataset,
).outerjoin(analytical_models, analytical_models.c.id == table.c.model_id)
# Ids alone: columns as wide as documents are read of those that are shown, and not of all that are sorted.
HISTORY = newest_first(select_of(table.c.id), table.c.id)
_ASKED = select_of(table.c.traceparent)
_OUTPUTS = select_of(*columns_of(OutputPoint, model_outputs)).order_by(model_outputs.c.id)
_FINDINGS = select_of(*columns_of(Finding, findings, without=("label", "translations"))).order_by(
    findings.c.id
)


def declare(registry: Registry) -> None:
    @registry.procedure("executions.list", Kind.QUERY, "Executions of all models, newest first.")
    def list_(ctx: Context, given: ExecutionFilter) -> list[ModelExecution]:
        query = HISTORY
        for name in ("model_id", "status"):
            if (value := getattr(given, name)) is not None:
                query = query.where(table.c[name] == value)
        if given.is_superseded is not None:
            needless = table.c.superseded_by
            query = query.where(
                needless.is_not(None) if given.is_superseded else needless.is_(None)
            )
        return listed_executions(ctx, query, given)

    @registry.procedure(
        "executions.latest", Kind.QUERY, "The latest execution of each of these versions."
    )
    def latest(ctx: Context, given: OfModels) -> list[ModelExecution]:
        newest = (
            sa.select(sa.func.max(table.c.id))
            .where(table.c.model_id.in_(given.model_ids))
            .group_by(table.c.model_id)
        )
        newest_of_each = _DETAIL.where(table.c.id.in_(newest)).order_by(table.c.id.desc())
        return executions_of(rows_of(ctx, newest_of_each))

    @registry.procedure(
        "executions.get",
        Kind.QUERY,
        "One execution with its outputs and findings.",
        heavy=Heavy(when=_has_file),
    )
    def get(ctx: Context, given: GetExecution) -> ExecutionDetail:
        found = rows_of(ctx, _DETAIL.where(table.c.id == given.id))
        if not found:
            raise NotFound("execution.not_found", id=given.id)
        total, outputs, complete_since = _outputs_of(ctx, given)
        asked = read_header(rows_of(ctx, _ASKED.where(table.c.id == given.id))[0]["traceparent"])
        return ExecutionDetail(
            **executions_of(found)[0],
            request_id=asked.trace_id if asked else None,
            output_total=total,
            outputs=outputs,
            complete_since=complete_since,
            findings=_findings_of(ctx, given.id, found[0]["dataset"]),
        )

    @registry.procedure(
        "executions.series",
        Kind.QUERY,
        "What an execution gave out, as one line.",
        heavy=Heavy(when=_has_file),
    )
    def series(ctx: Context, given: OfSeries) -> ExecutionSeries:
        return _line(ctx, given, _points)

    @registry.procedure(
        "executions.hindsight",
        Kind.QUERY,
        "What its version scored, each period with the band that both sides of it make.",
        heavy=Heavy(),
    )
    def hindsight(ctx: Context, given: OfSeries) -> ExecutionSeries:
        return _line(ctx, given, _points_in_hindsight)


def _has_file(ctx: Context, given: ById) -> bool:
    """What lies in a file is read by a reader: that loads pandas."""
    return _file_of(ctx, given.id) is not None


def _file_of(ctx: Context, execution_id: int) -> OutputFile | None:
    with ctx.platform.engine.connect() as connection:
        return file_of(connection, execution_id)


def _outputs_of(
    ctx: Context, given: GetExecution
) -> tuple[int, list[OutputPoint], datetime | None]:
    """How many there are, the first of them, and since when the database has them all, where a file has them too."""
    file = _file_of(ctx, given.id)
    if file is not None:
        return file.row_count, first_points(file, given.output_limit), file.complete_since
    is_its = model_outputs.c.execution_id == given.id
    total = select_of(sa.func.count().label("size")).where(is_its)
    rows = rows_of(ctx, _OUTPUTS.where(is_its).limit(given.output_limit))
    return rows_of(ctx, total)[0]["size"], rows, None


def _lines_of(ctx: Context, execution_id: int) -> list[dict[str, Any]]:
    file = _file_of(ctx, execution_id)
    if file is not None:
        return [asdict(each) for each in lines_in(file)]
    return rows_of(ctx, _SERIES.where(model_outputs.c.execution_id == execution_id))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One of so many `lines` of an execution; `step` is None where its dataset has none."""

    execution: Mapping[str, Any]
    line: SeriesName
    lines: int
    step: TimeStep | None


def _line(
    ctx: Context,
    given: OfSeries,
    points_of: Callable[[Context, _Asked], list[SeriesPoint]],
) -> ExecutionSeries:
    found = rows_of(ctx, _DETAIL.where(table.c.id == given.id))
    if not found:
        raise NotFound("execution.not_found", id=given.id)
    declared = _declared(ctx, found[0]["dataset"])
    names = [
        SeriesName(**row, **_labelled(declared, row["measure"])) for row in _lines_of(ctx, given.id)
    ]
    chosen = _chosen(names, given)
    step = declared.step if declared else None
    points = points_of(ctx, _Asked(found[0], chosen, len(names), step)) if chosen else []
    kept = _kept(points, given.max_points)
    measure = declared.measures.get(chosen["measure"]) if declared and chosen else None
    return ExecutionSeries(
        series=names[:MAX_SERIES],
        series_total=len(names),
        chosen=chosen,
        unit=_unit_of(declared, measure),
        freq=declared.freq if declared else None,
        time_zone=declared.time_zone if declared else "UTC",
        points=kept,
        reduced=(
            ReducedSeries(shown=len(kept), total=len(points)) if len(kept) < len(points) else None
        ),
    )


_FOUND = sa.func.sum(sa.case((model_outputs.c.is_finding, 1), else_=0))
_SERIES = (
    select_of(
        model_outputs.c.unique_id,
        model_outputs.c.measure,
        sa.func.count().label("points"),
        sa.cast(_FOUND, sa.Integer).label("findings"),
    )
    .group_by(model_outputs.c.unique_id, model_outputs.c.measure)
    .order_by(_FOUND.desc(), model_outputs.c.unique_id, model_outputs.c.measure)
)


def _chosen(names: list[Any], given: OfSeries) -> SeriesName | None:
    fitting = [
        each
        for each in names
        if given.unique_id in (None, each["unique_id"]) and given.measure in (None, each["measure"])
    ]
    if names and not fitting:
        raise NotFound(
            "execution.no_such_series",
            id=given.id,
            series=given.unique_id or Sentence("name.any"),
            measure=given.measure or Sentence("name.any"),
        )
    return fitting[0] if fitting else None


def _points(ctx: Context, asked: _Asked) -> list[SeriesPoint]:
    line, file = asked.line, _file_of(ctx, asked.execution["id"])
    if file is not None:
        names = SeriesPoint.__annotations__
        return [
            SeriesPoint(**{name: each[name] for name in names})
            for each in line_in(file, line["unique_id"], line["measure"])
        ]
    points = select_of(*columns_of(SeriesPoint, model_outputs))
    points = points.where(*_in_execution(asked).of_rows())
    return rows_of(ctx, points.order_by(model_outputs.c.ds, model_outputs.c.id))


def _outputs_with(ctx: Context, wanted: Wanted) -> sa.FromClause:
    with ctx.platform.engine.connect() as connection:
        return outputs_with(connection, wanted)


def _in_execution(asked: _Asked) -> Wanted:
    line = asked.line
    return Wanted(
        executions=(asked.execution["id"],),
        series=(line["unique_id"],),
        measures=(line["measure"],),
    )


def _points_in_hindsight(ctx: Context, asked: _Asked) -> list[SeriesPoint]:
    """The last periods that any execution of the version scored, of each the latest score; forecasts are none."""
    # It loads numpy, which a reader alone does.
    import numpy as np

    from iop_pipelines.analytics.band import band_of

    wanted = _in_hindsight(ctx, asked)
    outputs = _outputs_with(ctx, wanted)
    latest = (each.desc() for each in order_of(outputs))
    newest = (
        select_of(*columns_of(SeriesPoint, outputs))
        .where(*wanted.of_rows(outputs), outputs.c.y.is_not(None))
        .order_by(outputs.c.ds.desc(), *latest)
        .limit(2 * MAX_HINDSIGHT)
    )
    by_period: dict[datetime, SeriesPoint] = {}
    for point in rows_of(ctx, newest):
        by_period.setdefault(point["ds"], point)
    points = list(by_period.values())[:MAX_HINDSIGHT][::-1]
    band = band_of(np.array([point["y"] for point in points], dtype=float))
    columns = (_numbers(part) for part in (band.yhat, band.lo, band.hi, band.score))
    for point, yhat, lo, hi, score in zip(points, *columns, strict=True):
        point["yhat"], point["lo"], point["hi"], point["score"] = yhat, lo, hi, score
    return points


def _in_hindsight(ctx: Context, asked: _Asked) -> Wanted:
    """Up to the newest output of the version; of a line whose execution lies further back than that, up to its end."""
    line = _in_execution(asked)
    if asked.step is None:
        return line
    model_id = asked.execution["model_id"]
    # The last row of each line is in the table, wherever all of them are.
    newest = _last(ctx, model_outputs.c.model_id == model_id)
    own = _last(ctx, *line.of_rows())
    periods = min(MAX_HINDSIGHT, max(MOST_PASSED // asked.lines, LEAST_HINDSIGHT))
    end = newest if own > periods_before(newest, asked.step, periods) else own
    first = periods_before(end, asked.step, periods)
    after = first + timedelta(microseconds=1)
    return replace(line, executions=None, models=(model_id,), since=after, until=end)


def _last(ctx: Context, *where: sa.ColumnElement[bool]) -> datetime:
    return rows_of(ctx, select_of(sa.func.max(model_outputs.c.ds).label("ds")).where(*where))[0][
        "ds"
    ]


def periods_before(moment: datetime, step: TimeStep, periods: int) -> datetime:
    """Not before the first moment that all databases know."""
    try:
        return max(step.shift(moment, -periods), _FIRST_MOMENT)
    except (OverflowError, ValueError):
        return _FIRST_MOMENT


def _numbers(column: Any) -> list[float | None]:
    """column: (n,) numpy; NaN is None."""
    return [None if math.isnan(each) else each for each in column.tolist()]


_HAS_FAILED = sa.and_(table.c.status == ExecutionStatus.FAILED, table.c.superseded_by.is_(None))
_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "id": table.c.id,
    "status": sa.case(
        (_HAS_FAILED, 0),
        (table.c.status == ExecutionStatus.RUNNING, 1),
        (table.c.status == ExecutionStatus.SUCCESS, 2),
        else_=3,
    ),
    "duration": table.c.duration_ms,
    "requested": table.c.requested_at,
    "trigger": table.c.trigger,
}


# More of them would leave what runs now, and all that went well, to the pages after the first.
_FIRST_FAILED = 20
_FAILED_LATELY = timedelta(days=7)


def listed_executions(ctx: Context, query: Query, given: SortedExecutions) -> list[ModelExecution]:
    """query: `HISTORY`, narrowed."""
    if given.q is not None:
        query = query.where(_is_found(ctx, given.q))
    if given.sort == "failed":
        return _executions(ctx, _failed_first(ctx, query, given))
    if given.sort is not None:
        query = sorted_by(query, _SORTS[given.sort], table.c.id, given)
    return _executions(ctx, _ids(ctx, query, given))


def _is_found(ctx: Context, text: str) -> sa.ColumnElement[bool]:
    """Models are few: theirs are found by the index of their ids, and no execution is looked at for its name."""
    names = (analytical_models.c.name, analytical_models.c.dataset)
    is_named = sa.or_(*(name.icontains(text, autoescape=True) for name in names))
    models = rows_of(ctx, select_of(analytical_models.c.id).where(is_named))
    found = table.c.model_id.in_([each["id"] for each in models])
    number = text.removeprefix("#")
    if number.isdecimal() and int(number) <= MAX_ID:
        return sa.or_(found, table.c.id == int(number))
    return found


def _failed_first(ctx: Context, query: Query, given: SortedExecutions) -> list[int]:
    """In two halves: the first by the index of states and ends, the second by the ids, whatever there is in all."""
    lately = query.where(_HAS_FAILED, table.c.finished_at >= utc_now() - _FAILED_LATELY)
    head = given.model_copy(update={"limit": min(given.limit, _FIRST_FAILED)})
    first = _ids(ctx, lately, head)
    rest = given.model_copy(update={"limit": given.limit - len(first)})
    return first + _ids(ctx, query.where(table.c.id.not_in(first)), rest)


def _ids(ctx: Context, query: Query, page: Page) -> list[int]:
    return [row["id"] for row in page_of(ctx, query, page)]


def _executions(ctx: Context, ids: Sequence[int]) -> list[ModelExecution]:
    """In their order; what retention took meanwhile is left out."""
    found = {row["id"]: row for row in rows_of(ctx, _DETAIL.where(table.c.id.in_(ids)))}
    return executions_of([found[each] for each in ids if each in found])


def executions_of(rows: Sequence[dict[str, Any]]) -> list[ModelExecution]:
    """Rows of `_DETAIL`, with what is said of them in other languages."""
    return [
        ModelExecution(**translated(row, "error_msg"), coverage=_coverage(row["metrics"]))
        for row in rows
    ]


def _coverage(metrics: Mapping[str, Any] | None) -> Coverage | None:
    found = coverage_in(metrics)
    if found is None:
        return None
    return Coverage(
        unit=found.unit,
        total=found.total,
        scored=found.scored,
        learning=found.learning,
        left_out=found.left_out,
    )


def _kept(points: list[SeriesPoint], size: int) -> list[SeriesPoint]:
    values = [point["yhat"] if point["y"] is None else point["y"] for point in points]
    marks = {
        at: abs(point["score"] or 0.0) for at, point in enumerate(points) if point["is_finding"]
    }
    return [points[at] for at in reduce_line(values, size, marks)]


def _declared(ctx: Context, name: str | None) -> DatasetDeclaration | None:
    found = rows_of(ctx, select_of(datasets.c.declaration).where(datasets.c.name == name))
    return DatasetDeclaration.model_validate(found[0]["declaration"]) if found else None


class _Labelled(TypedDict):
    label: str
    translations: LabelTranslations | None


def _labelled(declared: DatasetDeclaration | None, measure: str) -> _Labelled:
    text = declared.measure_label(measure) if declared else words_of(measure)
    is_own = declared is not None and declared.name == PIPELINE_RUNS
    label = Label.known(text) if is_own else Label.given(text)
    return _Labelled(label=label.en, translations=label.translations)


def _unit_of(declared: DatasetDeclaration | None, measure: Measure | None) -> str | None:
    if declared is None or measure is None:
        return None
    field = getattr(measure, "field", None)
    return measure.unit or (declared.fields[field].unit if field in declared.fields else None)


def _findings_of(ctx: Context, execution_id: int, dataset: str | None) -> list[Finding]:
    declared = _declared(ctx, dataset)
    return [
        Finding(
            **{**row, "evidence": json.loads(row["evidence"])},
            **_labelled(declared, row["measure"]),
        )
        for row in rows_of(ctx, _FINDINGS.where(findings.c.execution_id == execution_id))
    ]
