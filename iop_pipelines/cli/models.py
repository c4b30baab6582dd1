"""`iop model`: the registry, and executions on request."""

from pathlib import Path

import click
import sqlalchemy as sa

from iop_pipelines.cli.console import (
    command,
    engine_of,
    print_done,
    print_json,
    print_rows,
    rows_of,
)
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry import models as registry
from iop_pipelines.schema.tables import model_executions
from iop_pipelines.settings import Settings
from iop_pipelines.validation.files import located

model = click.Group("model", help="Models: register, promote, execute, history.")


@command(model)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--promote", is_flag=True, help="Make it the active version at once.")
def register(settings: Settings, as_json: bool, file: Path, promote: bool) -> None:
    """Register a model version from a JSON or YAML FILE, as a draft."""
    engine = engine_of(settings)
    with located(file):
        model_id = registry.register(engine, registry.load_spec(file))
    stored = registry.promote(engine, model_id) if promote else registry.model(engine, model_id)
    print_done(
        f"Model {stored.label} has id {model_id} and is {stored.status.value}.",
        {"id": model_id, "status": stored.status.value},
        as_json,
    )


@command(model, "list")
@click.option("--status", type=click.Choice([each.value for each in ModelStatus]))
@click.option("--limit", default=50, show_default=True)
def list_(settings: Settings, as_json: bool, status: str | None, limit: int) -> None:
    """List model versions, newest first."""
    found = registry.list_models(
        engine_of(settings), status=ModelStatus(status) if status else None, limit=limit
    )
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
    print_rows(rows, columns, as_json, "No model is registered yet: `iop model register FILE`.")


@command(model)
@click.argument("model_id", type=int)
def show(settings: Settings, as_json: bool, model_id: int) -> None:
    """Print a model version as it was registered."""
    stored = registry.model(engine_of(settings), model_id)
    content = {
        "id": stored.id,
        "status": stored.status.value,
        **stored.spec.model_dump(mode="json"),
    }
    print_json(content)


@command(model)
@click.argument("model_id", type=int)
@click.option("--reason", help="Kept with the change.")
def promote(settings: Settings, as_json: bool, model_id: int, reason: str | None) -> None:
    """Make a version the active one of its name; the former is deprecated."""
    stored = registry.promote(engine_of(settings), model_id, reason=reason)
    print_done(f"Model {stored.label} is active.", {"id": stored.id}, as_json)


@command(model)
@click.argument("name")
@click.option("--reason", help="Kept with the change.")
def rollback(settings: Settings, as_json: bool, name: str, reason: str | None) -> None:
    """Promote the version of NAME that was active before the current one."""
    stored = registry.rollback(engine_of(settings), name, reason=reason)
    print_done(f"Model {stored.label} is active again.", {"id": stored.id}, as_json)


@command(model)
@click.argument("model_id", type=int)
@click.option("--reason", help="Kept with the change.")
def deprecate(settings: Settings, as_json: bool, model_id: int, reason: str | None) -> None:
    """Retire a version: triggers no longer start it and it cannot be executed."""
    engine = engine_of(settings)
    stored = registry.set_status(engine, model_id, ModelStatus.DEPRECATED, reason=reason)
    print_done(f"Model {stored.label} is deprecated.", {"id": stored.id}, as_json)


@command(model)
@click.argument("model_id", type=int)
@click.option("--input", "input_ref", help="Dataset, or dataset:NAME@DATA_VERSION?from=…&to=…")
@click.option("--key", help="Idempotency key: a second request with it is the same execution.")
def execute(
    settings: Settings, as_json: bool, model_id: int, input_ref: str | None, key: str | None
) -> None:
    """Request an execution; a running instance launches it."""
    engine = engine_of(settings)
    ref = input_ref or registry.model(engine, model_id).spec.config.dataset
    execution_id = request_execution(
        engine, model_id, ref, utc_now(), trigger="cli", idempotency_key=key
    )
    print_done(
        f"Execution {execution_id} is queued; `iop model history {model_id}` shows how it ends.",
        {"executionId": execution_id},
        as_json,
    )


@command(model)
@click.argument("model_id", type=int)
@click.option("--limit", default=20, show_default=True)
def history(settings: Settings, as_json: bool, model_id: int, limit: int) -> None:
    """List the executions of a version, newest first, with durations and errors."""
    engine = engine_of(settings)
    registry.model(engine, model_id)
    columns = ("id", "status", "phase", "finished_at", "error_msg", "duration_ms", "input_ref")
    query = (
        sa.select(*(model_executions.c[name] for name in columns))
        .where(model_executions.c.model_id == model_id)
        .order_by(model_executions.c.id.desc())
        .limit(limit)
    )
    rows = rows_of(engine, query)
    print_rows(rows, columns, as_json, f"Model {model_id} has not been executed yet.")


commands = {"model": model}
