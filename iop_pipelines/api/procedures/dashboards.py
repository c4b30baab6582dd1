"""dashboards.* and panels.*: configured views, their data, and the rows behind a figure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from iop_pipelines.api.audit import witness_of
from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.shapes import ById, Created, Done, Id, Page
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.datasets import FieldType
from iop_pipelines.domain.vocabulary import PanelType
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query import result
from iop_pipelines.query.drill import drill_config
from iop_pipelines.query.run import run_query
from iop_pipelines.query.sources import load_catalogue
from iop_pipelines.registry import dashboards as registered

# More points than a screen can show; a report has them all.
MAX_ROWS = 5_000


class Panel(Shape):
    id: int
    dashboard_id: int
    title: str
    type: PanelType
    query_config: dict[str, Any]
    refresh_s: int
    width: int


class Dashboard(Shape):
    id: int
    name: str
    description: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    panels: list[Panel]


class NewPanel(Shape):
    """The first chart of `queryConfig` says what stands on which axis; a table has none."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    type: PanelType
    query_config: dict[str, Any]
    refresh_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    width: Annotated[int, Field(ge=1, le=12)] = 6


class SaveDashboard(Shape):
    """With `id` that dashboard is replaced, with all its panels; they get new ids."""

    id: Id | None = None
    name: Annotated[str, Field(min_length=1, max_length=255)]
    description: Annotated[str, Field(max_length=10_000)] = ""
    panels: Annotated[list[NewPanel], Field(max_length=registered.MAX_PANELS)] = []


class OfPanel(Shape):
    """A saved panel, or a `queryConfig` that is not saved yet; `params` are those it declares."""

    panel_id: Id | None = None
    query_config: dict[str, Any] | None = None
    params: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "OfPanel":
        if (self.panel_id is None) == (self.query_config is None):
            raise ValueError("give either panelId or queryConfig")
        return self


class Drill(OfPanel):
    """`at`: the group columns of the row that was pressed, and their values."""

    at: dict[str, str | int | float | bool | None]
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Column(Shape):
    name: str
    label: str
    type: FieldType
    unit: str | None
    decimals: int | None


class ChartAxes(Shape):
    """Names of columns."""

    type: PanelType
    x: str
    y: str
    series: str | None
    label: str | None
    title: str | None
    note: str | None


class PanelData(Shape):
    """Rows hold their values in the order of `columns`; dates as ISO text, moments in the zone of
    their field. `isTruncated`: there are more rows."""

    title: str
    chart: ChartAxes | None
    columns: list[Column]
    rows: list[list[Any]]
    is_truncated: bool
    filters: list[str]
    time_zone: str
    data_time: str | None
    quality_score: float | None
    as_of: datetime


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("dashboards.list", Kind.QUERY, "Dashboards with their panels, newest first.")
    def list_(ctx: Context, given: Page) -> list[Dashboard]:
        found = registered.list_dashboards(
            ctx.services.engine, limit=given.limit, cursor=given.cursor
        )
        return [_dashboard(each) for each in found]

    @procedure("dashboards.save", Kind.MUTATION, "Store a dashboard, or replace one.")
    def save(ctx: Context, given: SaveDashboard) -> Created:
        dashboard_id = registered.save_dashboard(
            ctx.services.engine,
            given.name,
            [registered.PanelSpec(**panel.model_dump()) for panel in given.panels],
            now=ctx.services.now(),
            dashboard_id=given.id,
            description=given.description,
            created_by=ctx.user.id,
            witness=witness_of(ctx),
        )
        return Created(id=dashboard_id)

    @procedure("dashboards.delete", Kind.MUTATION, "Delete a dashboard and its panels.")
    def delete(ctx: Context, given: ById) -> Done:
        registered.delete_dashboard(ctx.services.engine, given.id, witness_of(ctx))
        return Done()

    @procedure("panels.data", Kind.QUERY, "What a panel shows now.")
    def data(ctx: Context, given: OfPanel) -> PanelData:
        config = _config_of(ctx, given)
        name = _shown(config)
        return _answer(ctx, _only(config, name), given.params, config.charts[:1])

    @procedure("panels.drill", Kind.QUERY, "The rows behind one row of a panel.")
    def drill(ctx: Context, given: Drill) -> PanelData:
        config = _config_of(ctx, given)
        with ctx.services.engine.connect() as connection:
            catalogue = load_catalogue(connection)
        zone = ctx.services.settings.time_zone
        detail = drill_config(config, _shown(config), given.at, catalogue, zone, given.limit)
        return _answer(ctx, detail, given.params)


def _dashboard(stored: registered.StoredDashboard) -> Dashboard:
    return Dashboard.model_validate(stored, from_attributes=True)


def _config_of(ctx: Context, given: OfPanel) -> form.QueryConfig:
    if given.panel_id is not None:
        stored = registered.panel(ctx.services.engine, given.panel_id)
        return form.parse_config(stored.query_config)
    try:
        return form.parse_config(given.query_config)
    except InvalidQuery as error:
        raise error.under("queryConfig") from error


def _shown(config: form.QueryConfig) -> str:
    """The table of the first chart; of a panel without one, the first table."""
    return config.charts[0].data if config.charts else config.first_table


def _only(config: form.QueryConfig, name: str) -> form.QueryConfig:
    table = config.datasets[name]
    limited = table.model_copy(update={"limit": min(table.limit, MAX_ROWS)})
    return config.model_copy(update={"datasets": {name: limited}, "charts": ()})


def _answer(
    ctx: Context,
    config: form.QueryConfig,
    params: dict[str, Any],
    charts: Sequence[form.Chart] = (),
) -> PanelData:
    services = ctx.services
    found = run_query(
        config,
        engine=services.engine,
        drm_engine=services.drm_engine,
        now=services.now(),
        time_zone=services.settings.time_zone,
        params=params,
    )
    return _data(found, charts)


def _data(found: result.FrozenResult, charts: Sequence[form.Chart]) -> PanelData:
    (table,) = found.tables
    data_time = found.data_time
    return PanelData(
        title=table.title,
        chart=_axes(charts[0]) if charts else None,
        columns=[Column.model_validate(each, from_attributes=True) for each in table.columns],
        rows=[list(row) for row in table.rows],
        is_truncated=table.is_truncated,
        filters=[*found.filters, *table.filters],
        time_zone=found.time_zone,
        data_time=data_time.isoformat() if data_time else None,
        quality_score=found.quality_score,
        as_of=found.as_of,
    )


def _axes(chart: form.Chart) -> ChartAxes:
    return ChartAxes.model_validate(chart.model_dump(exclude={"data"}))
