"""`iop retention`: what is old enough to be thrown away, and throwing it away now."""

from typing import TYPE_CHECKING

import click

from iop_pipelines.cli.console import command, console, engine_of, print_json, print_text, table_of
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.settings import Settings

if TYPE_CHECKING:
    from iop_pipelines.ledger.retention import Purge

retention = click.Group("retention", help="Old data: show what would be deleted, or delete it.")


@command(retention)
def plan(settings: Settings, as_json: bool) -> None:
    """Count what is old enough now by the settings IOP_KEEP_…_DAYS; changes nothing."""
    from iop_pipelines.ledger.retention import Policy
    from iop_pipelines.ledger.retention import plan as plan_purge
    from iop_pipelines.orchestration.launch import dagster_instance

    engine = engine_of(settings)
    with dagster_instance(settings) as instance:
        found = plan_purge(instance, engine, Policy.of(settings), utc_now())
    _show(found, "would go", as_json)


@command(retention)
def apply(settings: Settings, as_json: bool) -> None:
    """Delete it now, as the schedule `retention` does every six hours; one bounded pass."""
    from iop_pipelines.ledger.mirror import mirror
    from iop_pipelines.ledger.retention import Policy, purge
    from iop_pipelines.orchestration.launch import dagster_instance

    engine = engine_of(settings)
    with dagster_instance(settings) as instance:
        # What has ended and is not in its row yet must not be forgotten.
        mirror(instance, engine)
        taken = purge(instance, engine, Policy.of(settings), utc_now())
    _show(taken, "are gone", as_json)


def _show(purge: "Purge", verb: str, as_json: bool) -> None:
    rows = purge.as_rows()
    if as_json:
        told = {str(row["kind"]).replace(" ", "_"): row["count"] for row in rows}
        print_json({**told, "untold": str(purge.untold) if purge.untold else None})
    else:
        console.print(table_of(rows, ("kind", "count")))
        console.print(
            f"These {verb}; rows of executions, reports and recommendations are kept for ever."
        )
        if purge.untold:
            print_text(f"Files of models or outputs are not all counted: {purge.untold}.")


commands = {"retention": retention}
