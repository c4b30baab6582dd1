"""dashboards.* and panels.*: configured views, their data, and the rows behind a figure."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.chart_shapes import ChartSpec, chart_shown
from iop_pipelines.api.procedures.datasets import LastStretch, shown_stretch
from iop_pipelines.api.procedures.shapes import (
    ById,
    Cells,
    Created,
    Done,
    FoundPage,
    GivenQuery,
    Id,
    Worded,
    Words,
    known_words,
    worded,
)
from iop_pipelines.api.registry import Heavy, Keeping, Kind, Registry, Shape
from iop_pipelines.domain.conditions import Name, Scalar, Span
from iop_pipelines.domain.datasets import (
    DatasetDeclaration,
    Favourable,
    PlainType,
    plain_type,
    scale_of,
)
from iop_pipelines.domain.languages import TRANSLATED, LabelTranslations, Language
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.periods import local_now
from iop_pipelines.domain.version1 import value_of_version_1
from iop_pipelines.domain.vocabulary import PanelType
from iop_pipelines.errors import InvalidQuery, Unfit
from iop_pipelines.query import config as form
from iop_pipelines.query import result
from iop_pipelines.query.catalogue import Catalogue, load_catalogue
from iop_pipelines.query.charts import spec as drawn
from iop_pipelines.query.charts.making import chart_spec
from iop_pipelines.query.charts.spec import MAX_SERIES
from iop_pipelines.query.drill import DETAIL, Level, drill_config
from iop_pipelines.query.narrow import Applied, Filter, filter_of, narrow
from iop_pipelines.query.run import run_query
from iop_pipelines.query.sources import Source
from iop_pipelines.query.stretch import last_stretch
from iop_pipelines.registry import dashboards as registered

# More marks than a screen can show; a report has them all.
MAX_ROWS = 5_000
MAX_FILTERS = 20
MAX_LEVELS = 20


class Panel(Shape):
    id: int
    dashboard_id: int
    title: str
    type: PanelType
    query_config: GivenQuery
    refresh_s: int
    width: int


class Dashboard(Shape):
    """`version` is raised by every save."""

    id: int
    name: str
    description: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    version: int
    panels: list[Panel]


class NewPanel(Shape):
    """The first chart of `queryConfig` says what stands on which axis; a table has none.

    With `id` it is that panel of the same dashboard, changed; without, a new one.
    """

    id: Id | None = None
    title: Annotated[str, Field(min_length=1, max_length=120)]
    type: PanelType
    query_config: GivenQuery
    refresh_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    width: Annotated[int, Field(ge=1, le=12)] = 6


class SaveDashboard(Shape):
    """With `id` that dashboard is replaced; panels of it that are not given go.

    `ifVersion`: the version that was changed; CONFLICT, with what is there as `data.current`, if
    somebody else saved since.
    """

    id: Id | None = None
    name: GivenName
    description: Annotated[str, Field(max_length=10_000)] = ""
    panels: Annotated[list[NewPanel], Field(max_length=registered.MAX_PANELS)] = []
    if_version: Id | None = None


class SavedDashboard(Created):
    version: int


class PanelFilter(Shape):
    """`in` takes a list of 1 to 1000 values."""

    field: Name
    op: Literal["eq", "in"]
    value: Scalar | list[Scalar]


class OfPanel(Shape):
    """A saved panel, or a `queryConfig` that is not saved yet; `params` are those it declares.

    `period`, in the words of `in_period` such as last_30_days, takes the place of the panel's own;
    `filters` are added. Both apply where the panel's source has a time and such a field. `series` are names of lines or
    groups of bars that are to be drawn, whatever others are larger.
    """

    panel_id: Id | None = None
    query_config: GivenQuery | None = None
    params: dict[str, Any] = {}
    period: Annotated[str, Field(min_length=1, max_length=40)] | Span | None = None
    filters: Annotated[list[PanelFilter], Field(max_length=MAX_FILTERS)] = []
    series: Annotated[list[Scalar], Field(max_length=MAX_SERIES)] = []

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "OfPanel":
        if (self.panel_id is None) == (self.query_config is None):
            raise Unfit("input.panel_or_query")
        return self


PressedRow = dict[str, str | int | float | bool | None]


class Drill(OfPanel):
    """`path`: what was pressed so far, a step for each level: the row's group columns and their values.

    `by` names what the next level is grouped by, one of the `nextBy` of the answer before; without it the
    rows themselves are shown. `cursor` is the `nextCursor` of the page before.
    """

    path: Annotated[list[PressedRow], Field(max_length=MAX_LEVELS)] = []
    by: Name | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    cursor: Annotated[int, Field(ge=0, le=form.MAX_LIMIT)] = 0


class Column(Shape):
    """`decimals`: how many are shown. `encoding`: of numbers that stand as text, since JavaScript's would change
    them. `favourable`: which way is good news. `vocabulary`: whose words the values are, `words`: by value, of a
    vocabulary that grows with the runtimes, and `translations`: the label in other languages; where they are IOP's
    own and not a dataset's."""

    name: str
    label: str
    type: PlainType
    unit: str | None
    decimals: int | None
    encoding: Literal["string"] | None
    favourable: Favourable | None
    vocabulary: result.Vocabulary | None
    words: Words | None
    translations: LabelTranslations | None


class ChartAxes(Shape):
    """Names of columns."""

    type: PanelType
    x: str
    y: str
    series: str | None
    label: str | None
    title: str | None
    note: str | None


class AppliedFilter(Shape):
    """`field` of a period is the time that it narrows. `words`: how it reads, or why it has no use; `translations`
    are its."""

    kind: Literal["period", "filter"]
    field: str | None
    is_applied: bool
    words: str
    translations: dict[Language, Worded]


class Narrowed(TypedDict):
    """What `filters` are in another language."""

    filters: list[str]


class Reduced(Shape):
    """Rows that are drawn, of all that were read: those of a chart with more marks than can be told apart."""

    shown: int
    total: int


class PanelData(Shape):
    """Rows hold their values in the order of `columns`; dates as ISO text, moments in the zone of their field.
    `totals`: the measures of all rows, where it asks for them; `totalAt` is which of its cells says so. `isTruncated`:
    there are more rows; `total` is how many, null where nobody counted. `translations` are of `filters`. `asOf` is the
    moment that periods are counted from, `computedAt` when the rows were read: those of a saved panel are kept for its
    `refreshS`. `stretch`: where there is nothing to show of a dataset that has data, its last. `chart` is what was
    asked for, `spec` what is drawn of it."""

    title: str
    chart: ChartAxes | None
    spec: ChartSpec | None
    columns: list[Column]
    rows: list[Cells]
    totals: Cells | None
    total_at: int | None
    is_truncated: bool
    total: int | None
    filters: list[str]
    translations: dict[Language, Narrowed]
    applied_filters: list[AppliedFilter]
    reduced: Reduced | None
    time_zone: str
    data_time: str | None
    quality_score: float | None
    as_of: datetime
    computed_at: datetime
    stretch: LastStretch | None


class DrillDimension(Shape):
    name: str
    label: str
    translations: LabelTranslations | None


class DrillData(PanelData):
    """`nextBy`: what can be grouped by next; `nextCursor`: of the next page, null on the last."""

    next_by: list[DrillDimension]
    next_cursor: int | None


def declare(registry: Registry) -> None:
    _declare_dashboards(registry)
    _declare_panels(registry)


def _declare_dashboards(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("dashboards.list", Kind.QUERY, "Dashboards with their panels, newest first.")
    def list_(ctx: Context, given: FoundPage) -> list[Dashboard]:
        found = registered.list_dashboards(
            ctx.platform.engine, limit=given.limit, cursor=given.cursor, q=given.q
        )
        return [_dashboard(each) for each in found]

    @procedure("dashboards.get", Kind.QUERY, "One dashboard with its panels.")
    def get(ctx: Context, given: ById) -> Dashboard:
        return _dashboard(registered.dashboard(ctx.platform.engine, given.id))

    @procedure("dashboards.save", Kind.MUTATION, "Store a dashboard, or replace one.")
    def save(ctx: Context, given: SaveDashboard) -> SavedDashboard:
        saved = registered.save_dashboard(
            ctx.platform.engine,
            given.name,
            [registered.PanelSpec(**panel.model_dump()) for panel in given.panels],
            now=ctx.platform.now(),
            dashboard_id=given.id,
            description=given.description,
            created_by=ctx.user.id,
            if_version=given.if_version,
            witness=witness_of(ctx),
        )
        return SavedDashboard(id=saved.id, version=saved.version)

    @procedure("dashboards.delete", Kind.MUTATION, "Delete a dashboard and its panels.")
    def delete(ctx: Context, given: ById) -> Done:
        registered.delete_dashboard(ctx.platform.engine, given.id, witness_of(ctx))
        return Done()


def _declare_panels(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure(
        "panels.data", Kind.QUERY, "What a panel shows now.", heavy=Heavy(_kept_for_its_interval)
    )
    def data(ctx: Context, given: OfPanel) -> PanelData:
        given = _in_version_2(given)
        return _shown(ctx, _config_of(ctx, given), given)

    @procedure(
        "panels.drill",
        Kind.QUERY,
        "The groups or rows behind one row of a panel.",
        heavy=Heavy(),
    )
    def drill(ctx: Context, given: Drill) -> DrillData:
        given = _in_version_2(given)
        catalogue = _catalogue(ctx)
        level, applied = _level(ctx, _config_of(ctx, given), given, catalogue)
        # Page after page of what may be all rows: counted each time it would cost more than the page.
        found = _run(ctx, level.config, given, is_counted=given.by is not None)
        answer = _data(level.config, found, applied, catalogue)
        end = given.cursor + given.limit
        return DrillData(
            **dict(answer),
            next_by=[
                DrillDimension(
                    name=each.name, label=each.label.en, translations=each.label.translations
                )
                for each in level.next_by
            ],
            next_cursor=end if answer.is_truncated and end <= form.MAX_LIMIT else None,
        )


def asked_query(ctx: Context, given: OfPanel) -> tuple[form.QueryConfig, str, str]:
    """What a panel asks, narrowed by what is asked beside it; the table that it shows, and its title."""
    given = _in_version_2(given)
    config = _config_of(ctx, given)
    name = _table_of(config)
    narrowed, _ = _narrowed(ctx, config, name, given, _catalogue(ctx))
    return narrowed, name, _title_of(ctx, given, config)


def asked_level(ctx: Context, given: Drill) -> tuple[form.QueryConfig, str, str]:
    """The same of a level of its drill, whole."""
    given = _in_version_2(given)
    config = _config_of(ctx, given)
    level, _ = _level(ctx, config, given, _catalogue(ctx))
    whole = level.config.datasets[DETAIL].model_copy(update={"limit": None, "offset": 0})
    below = level.config.model_copy(update={"datasets": {DETAIL: whole}})
    return below, DETAIL, f"{_title_of(ctx, given, config)} {given.by or 'rows'}"


def _title_of(ctx: Context, given: OfPanel, config: form.QueryConfig) -> str:
    if given.panel_id is not None:
        return registered.panel(ctx.platform.engine, given.panel_id).panel.title
    name = _table_of(config)
    return config.datasets[name].title or name


def _level(
    ctx: Context, config: form.QueryConfig, given: Drill, catalogue: Catalogue
) -> tuple[Level, Sequence[Applied]]:
    name = _table_of(config)
    narrowed, applied = _narrowed(ctx, config, name, given, catalogue)
    level = drill_config(
        *(narrowed, name, given.path, given.by),
        catalogue=catalogue,
        zone=ctx.platform.settings.time_zone,
        limit=given.limit,
        offset=given.cursor,
    )
    return level, applied


def _kept_for_its_interval(ctx: Context, given: OfPanel) -> Keeping | None:
    """Of a saved panel: by its dashboard's version, so that a save ends what was kept, and what was asked of it."""
    if given.panel_id is None:
        return None
    stored = registered.panel(ctx.platform.engine, given.panel_id)
    asked = given.model_dump_json(include={"params", "period", "filters", "series"})
    return Keeping((stored.panel.id, stored.version, asked), stored.panel.refresh_s)


def _dashboard(stored: registered.StoredDashboard) -> Dashboard:
    return Dashboard.model_validate(stored, from_attributes=True)


def _config_of(ctx: Context, given: OfPanel) -> form.QueryConfig:
    if given.panel_id is None:
        config = _unsaved(given)
    else:
        stored = registered.panel(ctx.platform.engine, given.panel_id)
        config = form.parse_config(stored.panel.query_config)
    return config.in_region(ctx.platform.settings.region)


_Asked = TypeVar("_Asked", bound=OfPanel)


def _in_version_2(given: _Asked) -> _Asked:
    """What is said beside a query of version 1 is said in its words."""
    if given.query_config is None or given.query_config.get("version") != 1:
        return given
    period = given.period
    if isinstance(period, Span):
        ends = value_of_version_1({"from": period.start, "to": period.end})
        period = Span.model_validate(ends)
    params = {name: value_of_version_1(value) for name, value in given.params.items()}
    config = form.in_version_2(given.query_config)
    return given.model_copy(update={"period": period, "params": params, "query_config": config})


def _unsaved(given: OfPanel) -> form.QueryConfig:
    try:
        return form.parse_config(given.query_config)
    except InvalidQuery as error:
        raise error.under("queryConfig") from error


def _catalogue(ctx: Context) -> Catalogue:
    with ctx.platform.engine.connect() as connection:
        return load_catalogue(connection)


def _table_of(config: form.QueryConfig) -> str:
    """The table of the first chart; of a panel without one, the first table."""
    return config.charts[0].data if config.charts else config.first_table


def _narrowed(
    ctx: Context, config: form.QueryConfig, name: str, given: OfPanel, catalogue: Catalogue
) -> tuple[form.QueryConfig, Sequence[Applied]]:
    return narrow(
        config,
        name,
        given.period,
        [_filter(each, f"filters.{position}") for position, each in enumerate(given.filters)],
        catalogue,
        now=ctx.platform.now(),
        zone=ctx.platform.settings.time_zone,
    )


def _filter(given: PanelFilter, path: str) -> Filter:
    return filter_of(given.field, given.op, given.value, path)


def _shown(ctx: Context, config: form.QueryConfig, given: OfPanel) -> PanelData:
    name = _table_of(config)
    catalogue = _catalogue(ctx)
    config, applied = _narrowed(ctx, config, name, given, catalogue)
    # What is drawn is drawn of all rows, however few marks stand for them.
    config = _only(config, name, form.MAX_LIMIT if config.charts else MAX_ROWS)
    return _data(config, _run(ctx, config, given), applied, catalogue, given.series)


def _only(config: form.QueryConfig, name: str, limit: int) -> form.QueryConfig:
    table = config.datasets[name]
    limited = table.model_copy(update={"limit": min(table.limit or limit, limit)})
    return config.model_copy(update={"datasets": {name: limited}, "charts": config.charts[:1]})


def _run(
    ctx: Context, config: form.QueryConfig, given: OfPanel, *, is_counted: bool = True
) -> result.FrozenResult:
    platform = ctx.platform
    try:
        return run_query(
            config,
            engine=platform.engine,
            drm_engine=platform.drm_reading,
            now=platform.now(),
            time_zone=platform.settings.time_zone,
            params=given.params,
            is_counted=is_counted,
        )
    except InvalidQuery as error:
        is_of_params = (error.field or "").partition(".")[0] == "params"
        if given.query_config is None or is_of_params:
            raise
        raise error.under("queryConfig") from error


def column_shown(column: result.Column, is_text: bool) -> Column:
    """Decimals are numbers of that many places to whoever draws them."""
    said = (column.decimals, column.places, scale_of(column.type))
    return Column(
        name=column.name,
        label=column.label,
        type=plain_type(column.type),
        unit=column.unit,
        decimals=next((places for places in said if places is not None), None),
        encoding="string" if is_text else None,
        favourable=column.favourable,
        vocabulary=column.vocabulary,
        words=known_words(column.vocabulary),
        translations=column.translations,
    )


def _as_text(table: result.Table) -> frozenset[int]:
    """Positions of the numbers that a double would change."""
    decimals = {
        at
        for at, column in enumerate(table.columns)
        if scale_of(column.type) is not None
        and any(isinstance(v := row[at], Decimal) and not _is_a_double(v) for row in table.rows)
    }
    return table.large_columns() | decimals


def _is_a_double(value: Decimal) -> bool:
    return Decimal(repr(float(value))) == value


def cell_shown(value: result.Value, is_text: bool) -> Any:
    if is_text and value is not None:
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return float(value) if isinstance(value, Decimal) else value


def _data(
    config: form.QueryConfig,
    found: result.FrozenResult,
    applied: Sequence[Applied],
    catalogue: Catalogue,
    wanted: Sequence[result.Value] = (),
) -> PanelData:
    (table,) = found.tables
    chart = config.charts[0] if config.charts else None
    data_time = found.data_time
    source = catalogue.source(table.source)
    dataset = source.dataset
    is_over = dataset is not None and data_time is not None and _is_blank(table)
    spec = chart_spec(chart, table, wanted) if chart and _is_drawn(chart, table) else None
    is_own_time = chart is not None and _is_own_time(chart.x, config.datasets[table.name], source)
    kept = _kept(table, spec)
    rows = [table.rows[at] for at in kept]
    is_less = len(rows) < len(table.rows)
    as_text = _as_text(table)
    # The config's own conditions hold for its own source alone.
    is_own = config.datasets[table.name].source in (None, config.source)
    filters = (*(found.filters if is_own else ()), *table.filters)
    return PanelData(
        title=table.title,
        chart=_axes(chart) if chart else None,
        spec=chart_shown(spec, kept, is_own_time=is_own_time) if spec else None,
        columns=[column_shown(each, at in as_text) for at, each in enumerate(table.columns)],
        rows=[[cell_shown(value, at in as_text) for at, value in enumerate(row)] for row in rows],
        totals=None
        if table.totals is None
        else [cell_shown(value, at in as_text) for at, value in enumerate(table.totals)],
        total_at=_total_at(table, config.datasets[table.name]),
        is_truncated=table.is_truncated,
        total=table.total,
        filters=[each.english for each in filters],
        translations={
            language: Narrowed(filters=[each.alone(language) for each in filters])
            for language in TRANSLATED
        },
        applied_filters=[_applied(each) for each in applied],
        reduced=Reduced(shown=len(rows), total=len(table.rows)) if is_less else None,
        time_zone=found.time_zone,
        data_time=data_time.isoformat() if data_time else None,
        quality_score=found.quality_score,
        as_of=found.as_of,
        computed_at=utc_now(),
        stretch=_stretch(dataset, data_time, found.as_of) if is_over else None,
    )


def _is_own_time(x: str, query: form.TableQuery, source: Source) -> bool:
    """Whether a column is the time that a period of the dashboard narrows."""
    items = (item for item in query.select if item.name == x and not item.is_aggregate)
    return source.time is not None and any(item.field == source.time for item in items)


def _total_at(table: result.Table, query: form.TableQuery) -> int | None:
    """The first group, of which the row of all is none."""
    groups = (item.name for item in query.select if not item.is_aggregate)
    first = next(groups, None)
    return None if table.totals is None or first is None else table.position(first)


def _applied(each: Applied) -> AppliedFilter:
    return AppliedFilter(
        kind=each.kind,
        field=each.field,
        is_applied=each.is_applied,
        words=each.said.english,
        translations=worded(each.said),
    )


def _stretch(
    dataset: DatasetDeclaration | None, newest: datetime | None, now: datetime
) -> LastStretch | None:
    if dataset is None or newest is None:
        return None
    here = local_now(now, dataset.time_zone)
    return shown_stretch(last_stretch(dataset.freq, newest, here))


def _is_blank(table: result.Table) -> bool:
    """No rows, or one row that counts none."""
    return not table.rows or (len(table.rows) == 1 and not any(table.rows[0]))


def _is_drawn(chart: form.Chart, table: result.Table) -> bool:
    """What has no number to draw is shown as its rows."""
    return table.column(chart.y).is_number and (
        chart.type != "scatter" or table.column(chart.x).is_number
    )


def _kept(table: result.Table, spec: drawn.ChartSpec | None) -> Sequence[int]:
    """Positions of the rows that are sent: all, unless they are more than are drawn and a phone should read."""
    is_whole = spec is None or not any(note.code == "chart.thinned" for note in spec.notes)
    if is_whole and len(table.rows) <= MAX_ROWS:
        return range(len(table.rows))
    marked = {mark.row for mark in spec.marks() if mark.row is not None} if spec else set[int]()
    first = set(range(MAX_ROWS)) if is_whole else set[int]()
    return sorted(marked | first)


def _axes(chart: form.Chart) -> ChartAxes:
    return ChartAxes.model_validate(chart.model_dump(exclude={"data"}))
