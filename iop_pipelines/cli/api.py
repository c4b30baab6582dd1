"""`iop api`: what clients of the API are built from."""

import click

from iop_pipelines.api.docs import outputs_table, procedure_table
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.typescript import generate

api = click.Group("api", help="The API: its procedures, and types for its TypeScript clients.")


@api.command()
def types() -> None:
    """Print app-router.ts: the types from which `createTRPCClient<AppRouter>` infers everything."""
    click.echo(generate(build_registry()), nl=False)


@api.command()
def procedures() -> None:
    """Print all procedures as the table of docs/api.md."""
    click.echo(procedure_table(build_registry()), nl=False)


@api.command()
def outputs() -> None:
    """Print what the file of each format can be told, as the table of docs/query-config.md."""
    click.echo(outputs_table(), nl=False)


commands = {"api": api}
