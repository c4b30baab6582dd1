"""home.*: what went wrong, what waits for a decision, and how the business does, in two answers of their own.

The first is short and asks no dataset; the figures of a dashboard may take a query each, so they come beside it.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.dashboard import DashboardStats, standing
from iop_pipelines.api.procedures.dashboards import Column, cell_shown, column_shown
from iop_pipelines.api.procedures.shapes import Id, Worded, rows_of, worded
from iop_pipelines.api.registry import Heavy, Keeping, Kind, Registry, Shape
from iop_pipelines.domain.languages import Language, spoken
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import PanelType, ReviewStatus, Severity
from iop_pipelines.errors import InvalidQuery, NotFound
from iop_pipelines.identity import personal
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.figures import Figure, figures_of
from iop_pipelines.recommendations.leads import Columns, is_lead
from iop_pipelines.recommendations.silence import DELIVERY_SOURCE
from iop_pipelines.registry import dashboards as registered
from iop_pipelines.schema.tables import recommendations as table

_SHOWN_GRAVEST = 3
_SHOWN_MISSING = 5
# A phone's first sight has room for as many.
_SHOWN_FIGURES = 6
_READ_PANELS = 4


class Titled(TypedDict):
    """What a title is in another language."""

    title: str


class Waiting(Shape):
    """A recommendation, in the few words that Home has room for; `translations` are its title's."""

    id: int
    title: str
    severity: Severity
    status: ReviewStatus
    dataset: str | None
    unique_id: str | None
    created_at: datetime
    translations: dict[Language, Titled] | None


class Home(Shape):
    """`gravest`: of what waits for a decision, at most three, of one cause one; `missing`: deliveries that do not come,
    the newest five, whatever was decided about them; `missingCount`: of all there are."""

    gravest: list[Waiting]
    missing: list[Waiting]
    missing_count: int
    stats: DashboardStats


class InWords(Shape):
    """`translations` are of `words`."""

    words: str
    translations: dict[Language, Worded]


class HomeFigure(Shape):
    """One measure. `change` is in `changeUnit`, percent or points, against the equal period before.

    `points` are both periods', oldest first; the first `before` of them are of the earlier one, null is a gap.
    """

    panel_id: int
    column: Column
    value: float | str | None
    change: float | None
    change_unit: str | None
    points: list[float | None]
    before: int
    period: InWords | None
    earlier: InWords | None


class HomeFigures(Shape):
    """Of one dashboard; null where there is none with panels. `unread`: panels whose query is refused by now."""

    dashboard_id: int | None
    name: str | None
    figures: list[HomeFigure]
    unread: int
    time_zone: str
    computed_at: datetime


class OfDashboard(Shape):
    """Null is the one that was chosen for Home, or else the oldest with figures."""

    dashboard_id: Id | None = None


_COLUMNS = (
    *(table.c.id, table.c.title, table.c.severity, table.c.status, table.c.dataset),
    *(table.c.unique_id, table.c.created_at, table.c.translations),
)


def _gravest(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    def wanted(of: Columns) -> list[sa.ColumnElement[bool]]:
        is_later = sa.func.coalesce(of.snoozed_until > now, sa.false())
        return [of.status == ReviewStatus.OPEN, of.resolved_at.is_(None), sa.not_(is_later)]

    return (
        sa.select(*_COLUMNS)
        .where(*wanted(table.c), is_lead(wanted))
        .order_by(table.c.place.desc(), table.c.id.desc())
        .limit(_SHOWN_GRAVEST)
    )


_IS_MISSING = sa.and_(
    table.c.live_key.is_not(None),
    table.c.resolved_at.is_(None),
    table.c.source_ref.startswith(DELIVERY_SOURCE, autoescape=True),
)


def _missing() -> sa.Select[*tuple[Any, ...]]:
    newest = sa.select(*_COLUMNS).where(_IS_MISSING).order_by(table.c.id.desc())
    return newest.limit(_SHOWN_MISSING)


def _missing_count() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(sa.func.count().label("missing_count")).where(_IS_MISSING)


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("home.get", Kind.QUERY, "What waits, what is missing, and how the platform stands.")
    def get(ctx: Context) -> Home:
        return Home(
            gravest=[_waiting(row) for row in rows_of(ctx, _gravest(utc_now()))],
            missing=[_waiting(row) for row in rows_of(ctx, _missing())],
            **rows_of(ctx, _missing_count())[0],
            stats=standing(ctx),
        )

    @procedure(
        "home.figures",
        Kind.QUERY,
        "The figures of a dashboard, with their course and change.",
        heavy=Heavy(_kept_for_its_interval, asked=_of_whom),
    )
    def figures(ctx: Context, given: OfDashboard) -> HomeFigures:
        if given.dashboard_id is None:
            return _answer(ctx, None, [], 0)
        found = registered.dashboard(ctx.platform.engine, given.dashboard_id)
        shown: list[HomeFigure] = []
        unread = 0
        for panel in _read_panels(found):
            if len(shown) >= _SHOWN_FIGURES:
                break
            try:
                shown += [_figure(panel.id, each) for each in _figures(ctx, panel)]
            # The dashboard says of each panel why; here it is counted.
            except InvalidQuery:
                unread += 1
        return _answer(ctx, found, shown[:_SHOWN_FIGURES], unread)


def _of_whom(ctx: Context, given: OfDashboard) -> OfDashboard:
    """The same question whoever asks it: of which dashboard."""
    engine = ctx.platform.engine
    if given.dashboard_id is not None:
        return given
    chosen = personal.settings_of(engine, ctx.user.id).home_dashboard
    try:
        found = None if chosen is None else registered.dashboard(engine, chosen).id
    except NotFound:
        # It was deleted since.
        found = None
    return OfDashboard(dashboard_id=found or registered.leading_dashboard(engine))


def _kept_for_its_interval(ctx: Context, given: OfDashboard) -> Keeping | None:
    if given.dashboard_id is None:
        return None
    found = registered.dashboard(ctx.platform.engine, given.dashboard_id)
    life_s = min((panel.refresh_s for panel in _read_panels(found)), default=60)
    return Keeping((found.id, found.version), life_s)


def _read_panels(found: registered.StoredDashboard) -> list[registered.StoredPanel]:
    """Those that are figures already, or else what others measure."""
    metrics = [panel for panel in found.panels if panel.type == PanelType.METRIC]
    return (metrics or list(found.panels))[:_READ_PANELS]


def _figures(ctx: Context, panel: registered.StoredPanel) -> list[Figure]:
    platform = ctx.platform
    config = parse_config(panel.query_config).in_region(platform.settings.region)
    return figures_of(
        config,
        config.charts[0].data if config.charts else config.first_table,
        engine=platform.engine,
        drm_engine=platform.drm_reading,
        now=platform.now(),
        time_zone=platform.settings.time_zone,
    )


def _figure(panel_id: int, found: Figure) -> HomeFigure:
    return HomeFigure(
        panel_id=panel_id,
        column=column_shown(found.column, is_text=False),
        value=cell_shown(found.value, is_text=False),
        change=found.change,
        change_unit=found.change_unit,
        points=list(found.points),
        before=found.before,
        period=_words(found.period),
        earlier=_words(found.earlier),
    )


def _words(said: Sentence | None) -> InWords | None:
    return None if said is None else InWords(words=said.english, translations=worded(said))


def _answer(
    ctx: Context,
    found: registered.StoredDashboard | None,
    figures: list[HomeFigure],
    unread: int,
) -> HomeFigures:
    return HomeFigures(
        dashboard_id=found.id if found else None,
        name=found.name if found else None,
        figures=figures,
        unread=unread,
        time_zone=ctx.platform.settings.time_zone,
        computed_at=utc_now(),
    )


def _waiting(row: dict[str, Any]) -> Waiting:
    told = spoken(row["translations"])
    titles = told and {each: Titled(title=words["title"]) for each, words in told.items()}
    values: dict[str, Any] = {**row, "translations": titles}
    return Waiting(**values)
