"""`iop events`: the event bus, as its operators see it."""

import click

from iop_pipelines.cli.console import (
    command,
    console,
    engine_of,
    print_done,
    print_json,
    print_rows,
    table_of,
)
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.settings import Settings

events = click.Group("events", help="The event bus: what waits, what failed, what was refused.")

_COLUMNS = {
    "failed": ("event_id", "event_type", "received_at", "reason"),
    "waiting": ("event_id", "event_type", "received_at", "due_at", "reason"),
    "refused": ("routing_key", "size_bytes", "deliveries", "last_at", "reason"),
}


@command(events)
def status(settings: Settings, as_json: bool) -> None:
    """Count the events that wait, failed, were refused or are unpublished."""
    from iop_pipelines.events import inbox, outbox

    engine = engine_of(settings)
    unpublished, oldest = outbox.backlog(engine)
    found = {**inbox.counts(engine), "unpublished": unpublished, "oldest_unpublished": oldest}
    if as_json:
        print_json(found)
    else:
        console.print(table_of([found], tuple(found)))


@command(events, "list")
@click.option(
    "--failed", "kind", flag_value="failed", default="failed", help="Failed for good (default)."
)
@click.option("--waiting", "kind", flag_value="waiting", help="To be retried.")
@click.option("--refused", "kind", flag_value="refused", help="Messages that are not events.")
@click.option(
    "--limit", default=50, show_default=True, help="Show at most this many, newest first."
)
def list_(settings: Settings, as_json: bool, kind: str, limit: int) -> None:
    """Show events with what they wait for, or why they were given up or refused."""
    from iop_pipelines.events import inbox

    engine = engine_of(settings)
    rows = inbox.listed(engine, kind, limit)
    total = int(inbox.counts(engine)[kind])
    print_rows(rows, _COLUMNS[kind], as_json, f"No event is {kind}.", total=total)


@command(events)
def retry(settings: Settings, as_json: bool) -> None:
    """Retry all failed events, as often as new ones."""
    from iop_pipelines.events import inbox

    count = inbox.retry_failed(engine_of(settings), wall_clock())
    print_done(f"{count} failed events are retried.", {"retried": count}, as_json)


@command(events)
@click.argument("event_type")
def schema(settings: Settings, as_json: bool, event_type: str) -> None:
    """Print the JSON Schema of a type of event."""
    from iop_pipelines.errors import NotFound
    from iop_pipelines.events.contract import SCHEMAS

    found = {each.value: content for each, content in SCHEMAS.items()}
    if event_type not in found:
        raise NotFound("event.no_such_type", event_type=event_type, known=found)
    print_json(found[event_type])


commands = {"events": events}
