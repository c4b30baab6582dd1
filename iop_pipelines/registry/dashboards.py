"""Dashboards and their panels: each panel is a query_config and how its answer is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import PanelType
from iop_pipelines.errors import Conflict, InvalidQuery, NotFound
from iop_pipelines.query.config import QueryConfig, in_version_2
from iop_pipelines.schema.tables import dashboards, panels
from iop_pipelines.schema.transactions import write, writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.validation.files import parse_declaration, read_declaration

MAX_LISTED = 1000
# A number of fewer digits is an id.
_ID_DIGITS = 10
MAX_PANELS = 50


class PanelSpec(BaseModel):
    """`width` is of the dashboard's twelve columns, `refresh_s` how often its reader asks again.

    `id` is that of a panel of the same dashboard, which stays that panel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int | None = None
    title: Annotated[str, Field(min_length=1, max_length=120)]
    type: PanelType
    query_config: Annotated[dict[str, Any], AfterValidator(in_version_2)]
    refresh_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    width: Annotated[int, Field(ge=1, le=12)] = 6


class DashboardSpec(BaseModel):
    """A dashboard as a file declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: GivenName
    description: Annotated[str, Field(max_length=10_000)] = ""
    panels: Annotated[tuple[PanelSpec, ...], Field(max_length=MAX_PANELS)] = ()


@dataclass(frozen=True)
class StoredPanel:
    id: int
    dashboard_id: int
    title: str
    type: PanelType
    query_config: dict[str, Any]
    refresh_s: int
    width: int


@dataclass(frozen=True)
class StoredDashboard:
    """`panels` are in their order on the page; `version` is raised by every save."""

    id: int
    name: str
    description: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    version: int
    panels: tuple[StoredPanel, ...]


@dataclass(frozen=True)
class Saved:
    id: int
    version: int


def save_dashboard(
    engine: sa.Engine,
    name: str,
    panel_specs: Sequence[PanelSpec],
    *,
    now: datetime,
    dashboard_id: int | None = None,
    description: str = "",
    created_by: int | None = None,
    if_version: int | None = None,
    witness: Witness = unwitnessed,
) -> Saved:
    """Stores a new dashboard, or replaces the one of that id with all its panels.

    if_version: of the dashboard that was changed; if another one is there by now, nothing is saved.

    Raises:
        InvalidQuery: a panel asks for what is not there, or has the id of another dashboard's; the
            path begins with `panels.N`.
        Conflict: the name is taken, or somebody else saved since. NotFound: no dashboard has that id.
    """
    for position, spec in enumerate(panel_specs):
        _check_panel(engine, spec, f"panels.{position}", now)
    values: dict[str, Any] = {"name": name, "description": description}

    def insert(connection: sa.Connection) -> Saved:
        _check_name(connection, name, None)
        new = dashboards.insert().values(**values, created_by=created_by)
        saved = Saved(int(connection.execute(new).lastrowid), 1)
        _save_panels(connection, saved.id, [], panel_specs)
        witness(connection, None, _content(connection, saved.id))
        return saved

    def replace(connection: sa.Connection, dashboard_id: int) -> Saved:
        before = _content(connection, dashboard_id)
        _check_version(before, if_version)
        _check_name(connection, name, dashboard_id)
        saved = Saved(dashboard_id, before["version"] + 1)
        connection.execute(
            dashboards.update()
            .where(dashboards.c.id == dashboard_id)
            .values(**values, version=saved.version)
        )
        _save_panels(connection, dashboard_id, before["panels"], panel_specs)
        witness(connection, before, _content(connection, dashboard_id))
        return saved

    if dashboard_id is None:
        return write(engine, insert)
    return write(engine, replace, dashboard_id)


def load_dashboard(source: Path | str | dict[str, Any]) -> DashboardSpec:
    """A dashboard from a JSON or YAML file or a mapping; raises InvalidDeclaration naming the field."""
    content = source if isinstance(source, dict) else read_declaration(source)
    return parse_declaration(DashboardSpec, content)


def register_dashboard(engine: sa.Engine, spec: DashboardSpec, now: datetime) -> int:
    """Stores `spec` unless there is a dashboard of its name, which stays as people have made it.

    Returns its id. Raises InvalidQuery: a panel asks for what is not there.
    """
    by_name = sa.select(dashboards.c.id).where(dashboards.c.name == spec.name)
    with engine.connect() as connection:
        there = connection.scalar(by_name)
    if there is not None:
        return int(there)
    return save_dashboard(engine, spec.name, spec.panels, now=now, description=spec.description).id


@writes
def delete_dashboard(
    connection: sa.Connection, dashboard_id: int, witness: Witness = unwitnessed
) -> None:
    """Raises NotFound."""
    before = _content(connection, dashboard_id)
    connection.execute(panels.delete().where(panels.c.dashboard_id == dashboard_id))
    connection.execute(dashboards.delete().where(dashboards.c.id == dashboard_id))
    witness(connection, before, None)


def list_dashboards(
    engine: sa.Engine, *, limit: int = 50, cursor: int | None = None, q: str | None = None
) -> list[StoredDashboard]:
    """Newest id first; `cursor` is the last id seen, `limit` at most 1000, `q` is looked for in names."""
    query = sa.select(dashboards).order_by(dashboards.c.id.desc()).limit(min(limit, MAX_LISTED))
    if cursor is not None:
        query = query.where(dashboards.c.id < cursor)
    if q is not None:
        query = query.where(dashboards.c.name.icontains(q, autoescape=True))
    with engine.connect() as connection:
        return _dashboards(connection, query)


def leading_dashboard(engine: sa.Engine) -> int | None:
    """The oldest with figures, else the oldest with panels: what is shown to whoever has chosen none."""
    is_metric = panels.c.type == PanelType.METRIC
    query = sa.select(
        sa.func.min(sa.case((is_metric, panels.c.dashboard_id))), sa.func.min(panels.c.dashboard_id)
    )
    with engine.connect() as connection:
        with_figures, any_one = connection.execute(query).one()
    return with_figures or any_one


def count_dashboards(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(dashboards)) or 0


def dashboard_named(engine: sa.Engine, name: str) -> StoredDashboard:
    """What `name` means: an id, else the dashboard of that name. Raises NotFound."""
    with engine.connect() as connection:
        ways = [dashboards.c.name == name]
        if name.isdecimal() and len(name) < _ID_DIGITS:
            ways.insert(0, dashboards.c.id == int(name))
        for way in ways:
            if found := _dashboards(connection, sa.select(dashboards).where(way)):
                return found[0]
        known = connection.scalars(sa.select(dashboards.c.name)).all()
    raise NotFound("dashboard.not_named", name=closest(name, known))


def dashboard(engine: sa.Engine, dashboard_id: int) -> StoredDashboard:
    """Raises NotFound."""
    query = sa.select(dashboards).where(dashboards.c.id == dashboard_id)
    with engine.connect() as connection:
        found = _dashboards(connection, query)
    if not found:
        raise NotFound("dashboard.not_found", id=dashboard_id)
    return found[0]


def _dashboards(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> list[StoredDashboard]:
    rows = connection.execute(query).all()
    found = _panels(connection, panels.c.dashboard_id.in_([row.id for row in rows]))
    return [
        StoredDashboard(
            *(row.id, row.name, row.description, row.created_by, row.created_at, row.updated_at),
            row.version,
            tuple(panel for panel in found if panel.dashboard_id == row.id),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class VersionedPanel:
    """A panel, and the version of its dashboard: what was computed for another one is out of date."""

    panel: StoredPanel
    version: int


def panel(engine: sa.Engine, panel_id: int) -> VersionedPanel:
    """Raises NotFound."""
    query = (
        sa.select(*_COLUMNS, dashboards.c.version)
        .join(dashboards, dashboards.c.id == panels.c.dashboard_id)
        .where(panels.c.id == panel_id)
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("panel.not_found", id=panel_id)
    *of_panel, version = row
    return VersionedPanel(StoredPanel(*of_panel), version)


def check_shape(type_: PanelType, config: QueryConfig, path: str) -> None:
    """A chart needs a chart of its own type, which says what stands on which axis."""
    if type_ in (PanelType.TABLE, PanelType.METRIC):
        return
    if not config.charts or config.charts[0].type != type_.value:
        first = config.charts[0].type if config.charts else Sentence("name.nothing")
        raise InvalidQuery("panel.other_chart", f"{path}.charts", first=first, type=type_)


def _check_panel(engine: sa.Engine, spec: PanelSpec, path: str, now: datetime) -> None:
    from iop_pipelines.query.run import check_query

    path = f"{path}.query_config"
    try:
        config = check_query(spec.query_config, engine, now=now)
    except InvalidQuery as error:
        raise error.under(path) from error
    check_shape(spec.type, config, path)


def _content(connection: sa.Connection, dashboard_id: int) -> dict[str, Any]:
    """Holds the dashboard until the end of the transaction. Raises NotFound."""
    held = sa.select(dashboards).where(dashboards.c.id == dashboard_id).with_for_update()
    row = connection.execute(held).first()
    if row is None:
        raise NotFound("dashboard.not_found", id=dashboard_id)
    found = _panels(connection, panels.c.dashboard_id == dashboard_id)
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "version": row.version,
        "updated_at": row.updated_at,
        "panels": found,
    }


def _check_name(connection: sa.Connection, name: str, own_id: int | None) -> None:
    there = connection.scalar(sa.select(dashboards.c.id).where(dashboards.c.name == name))
    if there not in (None, own_id):
        raise Conflict("dashboard.exists", name=name)


def _check_version(there: dict[str, Any], wanted: int | None) -> None:
    if wanted in (None, there["version"]):
        return
    raise Conflict(
        "dashboard.saved_already",
        {name: there[name] for name in ("id", "name", "version", "updated_at")},
        name=there["name"],
        now=there["version"],
        then=wanted,
    )


def _save_panels(
    connection: sa.Connection,
    dashboard_id: int,
    present: Sequence[StoredPanel],
    specs: Sequence[PanelSpec],
) -> None:
    """Panels that are given by their id stay those panels; all others that are there go."""
    left = {each.id for each in present}
    for position, spec in enumerate(specs):
        content = {"position": position, **spec.model_dump(exclude={"id"})}
        if spec.id is None:
            connection.execute(panels.insert().values(dashboard_id=dashboard_id, **content))
        elif spec.id in left:
            left.remove(spec.id)
            connection.execute(panels.update().where(panels.c.id == spec.id).values(content))
        else:
            raise InvalidQuery(
                "panel.not_of_dashboard",
                f"panels.{position}.id",
                id=spec.id,
            )
    if left:
        connection.execute(panels.delete().where(panels.c.id.in_(left)))


_COLUMNS = [panels.c[name] for name in StoredPanel.__dataclass_fields__]


def _panels(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[StoredPanel]:
    query = sa.select(*_COLUMNS).where(condition).order_by(panels.c.dashboard_id, panels.c.position)
    return [StoredPanel(*row) for row in connection.execute(query)]
