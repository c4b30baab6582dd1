"""`iop model`: the registry, and executions on request."""

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from iop_pipelines.cli.console import (
    command,
    console,
    count_of,
    engine_of,
    print_done,
    print_json,
    print_rows,
    progress_console,
    rows_of,
    witness_as,
)
from iop_pipelines.cli.hints import hint
from iop_pipelines.cli.plans import confirmed
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import ModelStatus, ModelType
from iop_pipelines.errors import Conflict, InvalidInput
from iop_pipelines.ledger.backtests import Asked
from iop_pipelines.ledger.coverage import coverage_in
from iop_pipelines.ledger.deleting import delete_model, plan_models
from iop_pipelines.ledger.history import history_of, score_first, score_history
from iop_pipelines.ledger.performance import Performance, performance_of
from iop_pipelines.ledger.promotion import lacks_backtest, require_backtest
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry import models as registry
from iop_pipelines.registry.foreign import check_outside
from iop_pipelines.schema.tables import model_executions
from iop_pipelines.settings import Settings
from iop_pipelines.validation.files import located

model = click.Group(
    "model",
    help="Models: new, store, register, backtest, promote, execute, score, history, delete.",
)
_scoring = click.option("--score", is_flag=True, help="Score the history that is there at once.")


@command(model)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--promote", is_flag=True, help="Make it the active version at once.")
@_scoring
def register(settings: Settings, as_json: bool, file: Path, promote: bool, score: bool) -> None:
    """Register a model version from a JSON or YAML FILE, as a draft."""
    engine = engine_of(settings)
    with located(file):
        spec = registry.load_spec(file)
        check_outside(settings, spec)
        model_id = registry.register(engine, spec)
    stored = registry.model(engine, model_id)
    if promote:
        _backtested(settings, stored, as_json)
        stored = registry.promote(engine, model_id)
    warnings = [str(each) for each in registry.warnings_of(engine, stored.spec)]
    print_done(
        f"Model {stored.label} has id {model_id} and is {stored.status.value}.",
        {"id": model_id, "status": stored.status.value, "warnings": warnings},
        as_json,
    )
    for warning in warnings:
        progress_console.print(f"Warning: {warning}", markup=False, highlight=False, soft_wrap=True)
    if promote or score:
        _offer_history(engine, stored, score, as_json)
    elif not as_json:
        way = hint(f"model promote {model_id}")
        console.print(f"A draft runs on request only; {way} starts it.", highlight=False)


@command(model)
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
def store(settings: Settings, as_json: bool, file: Path) -> None:
    """Store an ONNX FILE, for models of the runtime onnx, which name it by its checksum."""
    from iop_pipelines.runtimes.model_files import store_file
    from iop_pipelines.runtimes.outside import Outside

    stored = store_file(Outside.of(settings), file, file.name)
    takes = [f"{each.name} ({each.width or 'any'})" for each in stored.signature.inputs]
    gives = [f"{each.name} ({each.columns or 'any'})" for each in stored.signature.outputs]
    print_done(
        f"{file.name} is stored. It takes {', '.join(takes)} numbers a row and answers {', '.join(gives)}. "
        f"A model names it by config.params.checksum:\n{stored.checksum}",
        asdict(stored),
        as_json,
    )


@command(model)
@click.option("--dataset", required=True, help="What it reads.")
@click.option("--measure", required=True, help="What of it: a measure that the dataset declares.")
@click.option(
    "--type",
    "kind",
    type=click.Choice([each.value for each in ModelType]),
    default=ModelType.STATISTICAL.value,
    show_default=True,
)
@click.option("--runtime", help="Default: the usual one of its type.")
@click.option("--forecast", is_flag=True, help="Forecast it, by the usual runtime for that.")
@click.option("--name", help="Default: DATASET-MEASURE.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where it is written. Default: NAME.yaml.",
)
def new(
    settings: Settings, as_json: bool, file: Path | None, kind: str, forecast: bool, **given: str
) -> None:
    """Write the file of a model, schemas included; edit it, then register it."""
    from iop_pipelines.registry.drafting import as_yaml, draft
    from iop_pipelines.runtimes.catalogue import usual_forecaster

    if forecast and given["runtime"]:
        raise InvalidInput("model.forecast_or_runtime")
    if forecast:
        given["runtime"] = usual_forecaster()

    spec = draft(engine_of(settings), model_type=ModelType(kind), **given)
    path = file or Path(f"{spec.name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as opened:
            opened.write(as_yaml(spec))
    except FileExistsError as error:
        raise Conflict("file.exists", path=path) from error
    except OSError as error:
        raise InvalidInput("file.not_written", path=path, error=error.strerror) from error
    way = hint(f"model register {shlex.quote(str(path))} --promote --score")
    print_done(f"Written: {path}. {way} starts it.", {"file": path, "name": spec.name}, as_json)


@command(model, "list")
@click.option("--status", type=click.Choice([each.value for each in ModelStatus]))
@click.option("--limit", default=50, show_default=True)
def list_(settings: Settings, as_json: bool, status: str | None, limit: int) -> None:
    """List model versions, newest first."""
    engine = engine_of(settings)
    wanted = ModelStatus(status) if status else None
    found = registry.list_models(engine, status=wanted, limit=limit)
    rows = [
        {
            "id": each.id,
            "name": each.spec.name,
            "version": each.spec.version,
            "type": each.spec.type.value,
            "status": each.status.value,
            "runtime": each.spec.config.runtime,
            "dataset": each.spec.config.dataset,
        }
        for each in found
    ]
    columns = ("id", "name", "version", "type", "status", "runtime", "dataset")
    empty = f"No model is registered yet: {hint('model register FILE')}."
    print_rows(rows, columns, as_json, empty, total=registry.count_models(engine, wanted))


@command(model)
@click.argument("model", metavar="MODEL")
def show(settings: Settings, as_json: bool, model: str) -> None:
    """Print a model version as it was registered, and what it was worth since it tells.

    MODEL is an id, NAME or NAME@VERSION.
    """
    engine = engine_of(settings)
    stored = registry.one_named(engine, model)
    content = {
        "id": stored.id,
        "status": stored.status.value,
        **stored.spec.model_dump(mode="json"),
        "performance": _performance(performance_of(engine, stored)),
    }
    print_json(content)


def _performance(found: Performance | None) -> dict[str, Any] | None:
    """Of all the periods that are known; the web app shows each."""
    if found is None:
        return None
    worth = found.worth
    forecasts = {
        "points": worth.points,
        "mase": worth.mase,
        "naiveMase": worth.naive_mase,
        "skill": worth.skill,
        "coverage": worth.coverage,
        "level": found.level,
    }
    alerts, took = found.alerts, found.durations
    return {
        "forecasts": None if found.level is None else forecasts,
        "alerts": {
            "count": alerts.count,
            "weeks": alerts.weeks,
            "perWeek": alerts.per_week,
            "budget": alerts.budget,
        },
        "durations": took and {"count": took.count, "p50Ms": took.p50_ms, "p95Ms": took.p95_ms},
    }


@command(model)
@click.argument("model", metavar="MODEL")
@click.option("--version", help="Of the name MODEL. Default: the newest.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option(
    "--alerts-per-week",
    type=click.FloatRange(min=0, min_open=True, max=10_000),
    help="Default: the model's own.",
)
def backtest(
    settings: Settings,
    as_json: bool,
    model: str,
    version: str | None,
    **asked: Any,
) -> None:
    """Replay a model on the history that is there: what it would have told, before it tells anything.

    MODEL is an id, NAME@VERSION, or NAME, whose newest version it is then.
    """
    from iop_pipelines.cli.backtests import make_backtest, print_backtest

    engine = engine_of(settings)
    stored = registry.named(engine, f"{model}@{version}" if version else model)[0]
    last = asked["end"] and asked["end"] + timedelta(days=1)
    wanted = Asked(asked["start"], last, asked["alerts_per_week"])
    made = make_backtest(settings, stored, wanted, as_json)
    print_backtest(stored, made, as_json)


@command(model)
@click.argument("model", metavar="MODEL")
@click.option("--reason", help="Kept with the change.")
@click.option("--force", is_flag=True, help="Without a backtest, for the reason that is given.")
@_scoring
def promote(
    settings: Settings, as_json: bool, model: str, *, reason: str | None, force: bool, score: bool
) -> None:
    """Make a version the active one of its name; the former is deprecated.

    MODEL is an id, NAME@VERSION, or NAME, whose newest version it is then. Where there is history enough, it needs a
    backtest first.
    """
    engine = engine_of(settings)
    chosen = registry.named(engine, model)[0]
    why = require_backtest(engine, chosen, reason, is_forced=force)
    stored = registry.promote(engine, chosen.id, reason=why)
    print_done(f"Model {stored.label} is active.", {"id": stored.id}, as_json)
    _offer_history(engine, stored, score, as_json)


def _backtested(settings: Settings, stored: registry.StoredModel, as_json: bool) -> None:
    """Makes the backtest that a promotion asks for, and says what it would have told."""
    if not lacks_backtest(engine_of(settings), stored):
        return
    from iop_pipelines.cli.backtests import make_backtest, say_headline

    made = make_backtest(settings, stored, Asked(), as_json)
    if not as_json:
        say_headline(made)


def _offer_history(
    engine: sa.Engine, stored: registry.StoredModel, is_wanted: bool, as_json: bool
) -> None:
    """A model that becomes active scores what is there, if it never ran; `is_wanted`: whatever it did before."""
    begun = score_first(engine, stored, utc_now(), trigger="cli")
    if is_wanted and begun is None:
        score_history(engine, [stored], utc_now(), trigger="cli")
    if as_json:
        return
    with engine.connect() as connection:
        history = history_of(connection, stored.spec.config.dataset)
    if history is None:
        say = f"{stored.spec.config.dataset} has no data yet; it runs when the first is delivered."
    elif is_wanted or begun is not None:
        say = f"It scores the history, {history.window_start:%Y-%m-%d} to {history.window_end:%Y-%m-%d}, next."
    else:
        span = f"{history.window_start:%Y-%m-%d} to {history.window_end:%Y-%m-%d}"
        way = hint(f"model score {stored.id}")
        say = f"There is a history, {span}: {way} scores it now."
    console.print(say, markup=False, highlight=False, soft_wrap=True)


@command(model)
@click.argument("model", metavar="MODEL")
def score(settings: Settings, as_json: bool, model: str) -> None:
    """Have a model score all of its dataset's history. MODEL is an id, NAME or NAME@VERSION."""
    engine = engine_of(settings)
    stored = registry.one_named(engine, model)
    (execution_id,) = score_history(engine, [stored], utc_now(), trigger="cli")
    print_done(
        f"Execution {execution_id} over the history is queued; "
        f"{hint(f'model history {stored.id}')} shows how it ends.",
        {"executionId": execution_id},
        as_json,
    )


@command(model)
@click.argument("model", metavar="MODEL")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def delete(settings: Settings, as_json: bool, model: str, yes: bool) -> None:
    """Unlist a model and take away what it wrote; shows first what would go.

    MODEL is an id or NAME@VERSION for one version, NAME for all. Its executions stay in the ledger, what it
    found in the recommendations.
    """
    from iop_pipelines.orchestration.launch import dagster_instance

    engine = engine_of(settings)
    plan = plan_models(engine, registry.named(engine, model))
    shown = {
        "versions": [f"{each.label} ({each.status.value})" for each in plan.models],
        "rows that its executions wrote": plan.outputs,
        "open executions, which end as failed": plan.open,
        "ended executions, which stay in the ledger": plan.executions,
    }
    if not confirmed(f"model {model}", shown, yes, as_json):
        return
    with dagster_instance(settings) as instance:
        delete_model(
            *(engine, instance, plan.models, utc_now()), witness=witness_as("models.delete")
        )
    print_done(f"Model {model} is deleted.", {"deleted": True, "plan": shown}, as_json)


@command(model)
@click.argument("name")
@click.option("--reason", help="Kept with the change.")
def rollback(settings: Settings, as_json: bool, name: str, reason: str | None) -> None:
    """Promote the version of NAME that was active before the current one."""
    stored = registry.rollback(engine_of(settings), name, reason=reason)
    print_done(f"Model {stored.label} is active again.", {"id": stored.id}, as_json)


@command(model)
@click.argument("model", metavar="MODEL")
@click.option("--reason", help="Kept with the change.")
def deprecate(settings: Settings, as_json: bool, model: str, reason: str | None) -> None:
    """Retire a version: triggers no longer start it and it cannot be executed.

    MODEL is an id, NAME or NAME@VERSION.
    """
    engine = engine_of(settings)
    chosen = registry.one_named(engine, model).id
    stored = registry.set_status(engine, chosen, ModelStatus.DEPRECATED, reason=reason)
    print_done(f"Model {stored.label} is deprecated.", {"id": stored.id}, as_json)


@command(model)
@click.argument("model", metavar="MODEL")
@click.option("--input", "input_ref", help="Dataset, or dataset:NAME@DATA_VERSION?from=…&to=…")
@click.option("--key", help="Idempotency key: a second request with it is the same execution.")
def execute(
    settings: Settings, as_json: bool, model: str, input_ref: str | None, key: str | None
) -> None:
    """Request an execution; a running instance launches it. MODEL is an id, NAME or NAME@VERSION."""
    engine = engine_of(settings)
    stored = registry.one_named(engine, model)
    ref = input_ref or stored.spec.config.dataset
    execution_id = request_execution(
        engine, stored.id, ref, utc_now(), trigger="cli", idempotency_key=key
    )
    print_done(
        f"Execution {execution_id} is queued; {hint(f'model history {stored.id}')} shows how it ends.",
        {"executionId": execution_id},
        as_json,
    )


@command(model)
@click.argument("model", metavar="MODEL")
@click.option("--limit", default=20, show_default=True)
def history(settings: Settings, as_json: bool, model: str, limit: int) -> None:
    """List the executions of a version, newest first, with durations and errors.

    MODEL is an id, NAME or NAME@VERSION.
    """
    engine = engine_of(settings)
    stored = registry.one_named(engine, model)
    columns = ("id", "status", "phase", "finished_at", "error_msg", "duration_ms", "input_ref")
    query = (
        sa.select(*(model_executions.c[name] for name in (*columns, "metrics")))
        .where(model_executions.c.model_id == stored.id)
        .order_by(model_executions.c.id.desc())
        .limit(limit)
    )
    rows = [{**row, "scored": _scored(row.pop("metrics"))} for row in rows_of(engine, query)]
    empty = f"Model {stored.label} has not been executed yet."
    print_rows(rows, (*columns, "scored"), as_json, empty, total=count_of(engine, query))


def _scored(metrics: Mapping[str, Any] | None) -> str | None:
    """`255 of 671, learning 416, left out 12`; None of what has not ended well."""
    covered = coverage_in(metrics)
    if covered is None:
        return None
    learning = f", learning {covered.learning}" if covered.learning else ""
    left_out = f", left out {covered.left_out}" if covered.left_out else ""
    return f"{covered.scored} of {covered.total}{learning}{left_out}"


commands = {"model": model}
