"""models.*: the registry of analytical models, and executions on request."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field, with_config
from typing_extensions import TypedDict

from iop_pipelines.api import wire
from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.executions import (
    HISTORY,
    ModelExecution,
    SortedExecutions,
    listed_executions,
)
from iop_pipelines.api.procedures.shapes import (
    ROW,
    ById,
    Created,
    Done,
    Id,
    IdempotencyKey,
    LocalMoment,
    Page,
    Reason,
    Reasoned,
    Told,
    columns_of,
    newest_first,
    page_of,
    rows_of,
    select_of,
)
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.api.translations import translated
from iop_pipelines.domain.fields import schema_of
from iop_pipelines.domain.languages import (
    TRANSLATED,
    LabelTranslations,
    Language,
    label_translations,
)
from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, ModelStatus, ModelType, Role
from iop_pipelines.errors import Conflict, InvalidDeclaration, InvalidInput
from iop_pipelines.ledger.history import history_of, score_first
from iop_pipelines.ledger.performance import Performance, Worth, performance_of
from iop_pipelines.ledger.promotion import lacks_backtest, require_backtest
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry import models as registered
from iop_pipelines.registry.defaults import Draft, config_for
from iop_pipelines.registry.foreign import check_outside
from iop_pipelines.runtimes.catalogue import RUNTIMES, RuntimeSpec
from iop_pipelines.schema.tables import analytical_models as table
from iop_pipelines.schema.tables import model_events, model_executions, users
from iop_pipelines.validation.files import parse_declaration

# ModelStatus, as its history keeps it: text.
Status = Literal["draft", "active", "deprecated"]


@with_config(ROW)
class AnalyticalModel(TypedDict):
    id: int
    name: str
    version: str
    type: ModelType
    status: ModelStatus
    input_schema: dict[str, Any] | None
    output_schema: dict[str, Any] | None
    config: dict[str, Any] | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    description: str | None
    dataset: str | None


@with_config(ROW)
class ModelEvent(TypedDict):
    """A change of status; `actor` is the user's id, null for a command on the machine itself. `translations` are
    the reason's, where the platform itself gave it."""

    id: int
    status_before: Status | None
    status_after: Status
    actor: int | None
    actor_name: str | None
    reason: str | None
    created_at: datetime
    translations: dict[Language, Reasoned] | None


class Remark(Shape):
    """`code` and `values` are the sentence's; `translations` are the message's."""

    message: str
    code: str
    values: dict[str, Any]
    translations: dict[Language, Told]


class Delivered(Shape):
    """The window is in the dataset's local time, half-open, and of so many data versions."""

    window_start: LocalMoment
    window_end: LocalMoment
    versions: int


class LivePeriod(Shape):
    """A week from Monday, or one period of a step of months or more, in the dataset's local time, half-open; what its
    forecasts were worth, and how many recommendations the version opened, null before it was live."""

    window_start: LocalMoment
    window_end: LocalMoment
    points: int
    mase: float | None
    naive_mase: float | None
    skill: float | None
    coverage: float | None
    alerts: int | None


class LiveForecasts(Shape):
    """Of the forecasts that could be compared with what came: their mean error and that of repeating the last season,
    each over what repeating misses by in the past; `skill` is 1 less their ratio; `coverage` the values in 100 within
    the range, that is meant to hold `level`."""

    points: int
    mase: float | None
    naive_mase: float | None
    skill: float | None
    coverage: float | None
    level: float


class LiveAlerts(Shape):
    """Recommendations that the version opened since it is live, and no more than information are not counted; `budget`
    is what chance may give a week, null of what knows none. `perWeek` is null before the first week is over."""

    count: int
    weeks: float
    per_week: float | None
    budget: float | None


class LiveDurations(Shape):
    """Of the latest executions that ended well, at most 200."""

    count: int
    p50_ms: int
    p95_ms: int


class LivePerformance(Shape):
    """What a version was worth since it tells; `forecasts` is null of what forecasts nothing."""

    periods: list[LivePeriod]
    forecasts: LiveForecasts | None
    alerts: LiveAlerts
    durations: LiveDurations | None


@with_config(ROW)
class ModelDetail(AnalyticalModel):
    """`lacks`: what a draft needs before it can be executed. `warnings`: why it judges less well than it could.
    `history`: all that its dataset was delivered, in the dataset's local time, half-open; null where there is none.
    `lacksBacktest`: it can be promoted after a finished backtest, or by force with a reason. `performance`: what it was
    worth since it tells; null of a version that never ended an execution well."""

    events: list[ModelEvent]
    lacks: list[Remark]
    warnings: list[Remark]
    history: Delivered | None
    lacks_backtest: bool
    performance: LivePerformance | None


class ModelFilter(Page):
    status: ModelStatus | None = None
    type: ModelType | None = None
    name: GivenName | None = None


class NewModel(Shape):
    """Without `config`, the type's default on the dataset that has the columns of `inputSchema`, and of the measure
    that it names; where there is none, a draft that lacks it. Schemas left out are made from the dataset's fields."""

    name: GivenName
    type: ModelType
    input_schema: dict[str, Any] | None = None
    output_schema: dict[str, Any] | None = None
    version: str = "v1.0.0"
    config: dict[str, Any] | None = None
    description: Annotated[str, Field(max_length=10_000)] = ""


class Modelled(Shape):
    """What a model that was created reads, and by which runtime."""

    dataset: str
    measures: list[str]
    runtime: str


class CreatedModel(Created):
    """`modelled` is null for a draft that `lacks` something, and cannot be executed before it has it."""

    modelled: Modelled | None
    lacks: list[Remark]
    warnings: list[Remark]


class ModelIssue(Shape):
    """`path` as the caller wrote it, such as ["config", "params", "window"]."""

    path: list[str | int]
    message: str
    code: str
    values: dict[str, Any]
    translations: dict[Language, Told]


class CheckedModel(Shape):
    """`config` is what would be stored, the default where none was given; null if there are issues."""

    is_valid: bool
    issues: list[ModelIssue]
    warnings: list[Remark]
    config: dict[str, Any] | None


class FindingKind(Shape):
    name: str
    category: Category
    label: str
    translations: LabelTranslations


class RuntimeWords(TypedDict):
    label: str
    summary: str


class Runtime(Shape):
    """`params`: JSON Schema of what `config.params` may hold, with each parameter's `default`, range, `title` and
    `description` and their `translations`; `x-rare` marks those that are seldom changed.

    `findingKinds` is null where findings bear the names of the model's own rules. The first runtime of a type
    is what a model of that type gets that names none.
    """

    name: str
    type: ModelType
    label: str
    summary: str
    params: dict[str, Any]
    finding_kinds: list[FindingKind] | None
    translations: dict[Language, RuntimeWords]


class Execute(Shape):
    """`inputRef`: a dataset, or dataset:NAME[@DATA_VERSION][?from=…&to=…]."""

    model_id: Id
    input_ref: Annotated[str, Field(min_length=1, max_length=512)]
    idempotency_key: IdempotencyKey | None = None


class Executing(Shape):
    success: bool = True
    execution_id: int


class History(SortedExecutions):
    model_id: Id


class NewStatus(ById):
    """`force` with a reason activates a version without a backtest, where one could be made."""

    status: ModelStatus
    reason: Reason | None = None
    force: bool = False


class Promote(ById):
    """`force` with a reason promotes a version without a backtest, where one could be made; both are kept."""

    reason: Reason | None = None
    force: bool = False


class Rollback(Shape):
    name: GivenName
    reason: Reason | None = None


_COLUMNS = columns_of(AnalyticalModel, table)
_LIST = newest_first(select_of(*_COLUMNS).where(table.c.deleted_at.is_(None)), table.c.id)
_EVENTS = (
    select_of(
        *columns_of(ModelEvent, model_events, without=("actor_name", "translations")),
        model_events.c.said,
        users.c.name.label("actor_name"),
    )
    .outerjoin(users, users.c.id == model_events.c.actor)
    .order_by(model_events.c.id)
)


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("models.list", Kind.QUERY, "Model versions, newest first.")
    def list_(ctx: Context, given: ModelFilter) -> list[AnalyticalModel]:
        query = _LIST
        for name in ("status", "type", "name"):
            if (value := getattr(given, name)) is not None:
                query = query.where(table.c[name] == value)
        return page_of(ctx, query, given)

    @procedure("models.get", Kind.QUERY, "One model version, and how its status changed.")
    def get(ctx: Context, given: ById) -> ModelDetail:
        engine = ctx.platform.engine
        stored = registered.model(engine, given.id)
        (row,) = rows_of(ctx, select_of(*_COLUMNS).where(table.c.id == given.id))
        events = rows_of(ctx, _EVENTS.where(model_events.c.model_id == given.id))
        with engine.connect() as connection:
            history = history_of(connection, stored.spec.config.dataset)
        return ModelDetail(
            **row,
            events=[ModelEvent(**translated(each, "reason")) for each in events],
            lacks=_remarks(stored.lacks),
            warnings=_warnings(engine, stored),
            history=history and Delivered.model_validate(history, from_attributes=True),
            lacks_backtest=lacks_backtest(engine, stored),
            performance=_performance(performance_of(engine, stored)),
        )

    @procedure("models.create", Kind.MUTATION, "Register a model version, as a draft.")
    def create(ctx: Context, given: NewModel) -> CreatedModel:
        model_id = _create(ctx, given)
        stored = registered.model(ctx.platform.engine, model_id)
        config = stored.spec.config
        read = Modelled(
            dataset=config.dataset, measures=list(config.input.measures), runtime=config.runtime
        )
        return CreatedModel(
            id=model_id,
            modelled=None if stored.lacks else read,
            lacks=_remarks(stored.lacks),
            warnings=_warnings(ctx.platform.engine, stored),
        )

    @procedure(
        "models.validate", Kind.QUERY, "What models.create would say, without storing.", Role.ADMIN
    )
    def validate(ctx: Context, given: NewModel) -> CheckedModel:
        try:
            spec = _spec(ctx, given)
            warnings = registered.check_new(ctx.platform.engine, spec)
            check_outside(ctx.platform.settings, spec)
        except InvalidInput as error:
            found = wire.refusal(error).data["issues"]
            issues = [ModelIssue.model_validate(each) for each in found]
            return CheckedModel(is_valid=False, issues=issues, warnings=[], config=None)
        except Conflict as error:
            issues = [_issue(["version"], error.sentence)]
            return CheckedModel(is_valid=False, issues=issues, warnings=[], config=None)
        config = spec.config.model_dump(mode="json")
        return CheckedModel(is_valid=True, issues=[], warnings=_remarks(warnings), config=config)

    @procedure("models.runtimes", Kind.QUERY, "What a model can run by, and what each can be told.")
    def runtimes(ctx: Context) -> list[Runtime]:
        return [_runtime(spec) for spec in RUNTIMES.values()]

    @procedure(
        "models.execute", Kind.MUTATION, "Ask for one execution of a draft or active version."
    )
    def execute(ctx: Context, given: Execute) -> Executing:
        execution_id = request_execution(
            ctx.platform.engine,
            given.model_id,
            given.input_ref,
            utc_now(),
            trigger="api",
            idempotency_key=given.idempotency_key,
            witness=witness_of(ctx),
        )
        return Executing(execution_id=execution_id)

    @procedure("models.history", Kind.QUERY, "Executions of one version, newest first.")
    def history(ctx: Context, given: History) -> list[ModelExecution]:
        registered.model(ctx.platform.engine, given.model_id)
        of_version = HISTORY.where(model_executions.c.model_id == given.model_id)
        return listed_executions(ctx, of_version, given)

    @procedure("models.updateStatus", Kind.MUTATION, "Activate or deprecate one version, no other.")
    def update_status(ctx: Context, given: NewStatus) -> Done:
        reason: str | Sentence | None = given.reason
        if given.status is ModelStatus.ACTIVE:
            reason = _reason(ctx, given)
        registered.set_status(
            *(ctx.platform.engine, given.id, given.status, ctx.user.id, reason),
            witness=witness_of(ctx),
        )
        _begin(ctx, given.id)
        return Done()

    @procedure(
        "models.promote",
        Kind.MUTATION,
        "Make a version the one active one of its name; with enough history it needs a finished backtest, or force.",
    )
    def promote(ctx: Context, given: Promote) -> Done:
        registered.promote(
            ctx.platform.engine, given.id, ctx.user.id, _reason(ctx, given), witness_of(ctx)
        )
        _begin(ctx, given.id)
        return Done()

    @procedure("models.rollback", Kind.MUTATION, "Go back to the version that was active before.")
    def rollback(ctx: Context, given: Rollback) -> Created:
        stored = registered.rollback(
            ctx.platform.engine, given.name, ctx.user.id, given.reason, witness_of(ctx)
        )
        return Created(id=stored.id)


def _performance(found: Performance | None) -> LivePerformance | None:
    if found is None:
        return None
    worth, level = found.worth, found.level
    return LivePerformance(
        periods=[
            LivePeriod(
                window_start=each.start,
                window_end=each.end,
                alerts=each.alerts,
                **_worth(each.worth),
            )
            for each in found.periods
        ],
        forecasts=None if level is None else LiveForecasts(level=level, **_worth(worth)),
        alerts=LiveAlerts.model_validate(found.alerts, from_attributes=True),
        durations=found.durations
        and LiveDurations.model_validate(found.durations, from_attributes=True),
    )


def _worth(worth: Worth) -> dict[str, Any]:
    names = ("points", "mase", "naive_mase", "skill", "coverage")
    return {name: getattr(worth, name) for name in names}


def _reason(ctx: Context, given: Promote | NewStatus) -> str | Sentence | None:
    """Raises Conflict where a backtest is to be made first."""
    engine = ctx.platform.engine
    stored = registered.model(engine, given.id)
    return require_backtest(engine, stored, given.reason, is_forced=given.force)


def _begin(ctx: Context, model_id: int) -> None:
    """A model that is active now and never ran scores the history that is there."""
    stored = registered.model(ctx.platform.engine, model_id)
    score_first(ctx.platform.engine, stored, utc_now(), trigger="api")


def _create(ctx: Context, given: NewModel) -> int:
    engine, by, witness = ctx.platform.engine, ctx.user.id, witness_of(ctx)
    try:
        spec = _spec(ctx, given)
    except InvalidDeclaration as error:
        if given.config is not None or error.field != "config":
            raise
        content = given.model_dump(exclude={"config"})
        schemas: dict[str, Any] = {
            "input_schema": given.input_schema or {},
            "output_schema": given.output_schema or {},
        }
        draft = parse_declaration(Draft, {**content, **schemas})
        return registered.register_incomplete(engine, draft, by, witness)
    check_outside(ctx.platform.settings, spec)
    return registered.register(engine, spec, by, witness)


def _spec(ctx: Context, given: NewModel) -> ModelSpec:
    """Raises InvalidDeclaration of `config` where none is given and no dataset fits."""
    config = given.config
    if config is None:
        found = config_for(ctx.platform.engine, given.type, given.input_schema or {})
        config = found.model_dump(mode="json")
    content = given.model_dump(exclude={"config"})
    schemas = ("input_schema", "output_schema")
    kept = {name: each for name, each in content.items() if name not in schemas or each is not None}
    return registered.load_spec({**kept, "config": config})


def _warnings(engine: sa.Engine, stored: registered.StoredModel) -> list[Remark]:
    return [] if stored.lacks else _remarks(registered.warnings_of(engine, stored.spec))


def _remarks(said: Sequence[Sentence]) -> list[Remark]:
    return [
        Remark.model_validate(
            {
                **each.as_json(),
                # They begin with a path, which keeps its case.
                "message": each.english,
                "translations": {
                    language: {"message": each.within(language)} for language in TRANSLATED
                },
            }
        )
        for each in said
    ]


def _runtime(spec: RuntimeSpec) -> Runtime:
    return Runtime(
        name=spec.name,
        type=spec.type,
        label=spec.label.en,
        summary=spec.summary.en,
        params=schema_of(spec.params),
        finding_kinds=None
        if spec.kinds is None
        else [
            FindingKind(
                name=kind.name,
                category=kind.category,
                label=kind.label.en,
                translations=label_translations(kind.label),
            )
            for kind in spec.kinds
        ],
        translations={
            language: RuntimeWords(
                label=spec.label.within(language), summary=spec.summary.within(language)
            )
            for language in TRANSLATED
        },
    )


def _issue(path: list[str | int], said: Sentence) -> ModelIssue:
    return ModelIssue.model_validate(wire.issue(path, said))
