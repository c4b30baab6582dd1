"""`iop trace`: what came of one request."""

from dataclasses import asdict

import click

from iop_pipelines.cli.console import command, engine_of, print_rows
from iop_pipelines.settings import Settings

_group = click.Group()


@command(_group)
@click.argument("trace_id", metavar="ID")
def trace(settings: Settings, as_json: bool, trace_id: str) -> None:
    """Show what came of one request.

    ID is that of the request: the header x-request-id of its answer, `traceId` in the log, `iop/trace_id` of a run in
    Dagster, the trace in OpenTelemetry.
    """
    from iop_pipelines.ledger.traces import trace as trace_of

    rows = [asdict(each) for each in trace_of(engine_of(settings), trace_id)]
    print_rows(rows, ("what", "id", "state", "run_id"), as_json, "Nothing is kept of that request.")


commands = {"trace": trace}
