"""`iop ledger`: prove the ledger, and see what is open."""

import click

from iop_pipelines.cli.console import (
    command,
    console,
    engine_of,
    print_json,
    print_rows,
    print_text,
    table_of,
)
from iop_pipelines.settings import Settings

ledger = click.Group("ledger", help="The execution ledger: verify it, see what is open.")


@command(ledger)
def verify(settings: Settings, as_json: bool) -> None:
    """Compare every row with Dagster's run history; exits with 1 on any drift, or if its store is away."""
    from iop_pipelines.ledger.verify import compare
    from iop_pipelines.orchestration.launch import dagster_instance
    from iop_pipelines.runtimes.outside import Outside

    engine = engine_of(settings)
    with dagster_instance(settings) as instance:
        verdict = compare(instance, engine, outside=Outside.of(settings))
    if as_json:
        print_json(verdict.as_json())
    else:
        console.print(
            f"{verdict.executions} executions, {verdict.reports} reports, "
            f"{verdict.events} terminal events in Dagster's history"
            + (f", {verdict.purged} ends that retention took out of it" if verdict.purged else "")
            + f": drift {len(verdict.drift)}"
        )
        if verdict.drift:
            rows = [{"kind": d.kind, "id": d.item_id, "problem": d.problem} for d in verdict.drift]
            console.print(table_of(rows, ("kind", "id", "problem")))
        if verdict.untold:
            print_text(f"Files of models or outputs were not all looked at: {verdict.untold}.")
    if verdict.drift or verdict.untold:
        raise SystemExit(1)


@command(ledger)
def status(settings: Settings, as_json: bool) -> None:
    """Count the work that is queued, claimed, started, held or done."""
    from iop_pipelines.ledger.work import phases

    found = phases(engine_of(settings))
    if as_json:
        print_json(found)
    else:
        rows = [{"kind": kind, **counts} for kind, counts in found.items()]
        console.print(table_of(rows, ("kind", "held", "queued", "claimed", "started", "done")))


@command(ledger)
@click.option("--limit", default=50, show_default=True)
def repairs(settings: Settings, as_json: bool, limit: int) -> None:
    """List what the reconciler repaired, newest first."""
    from iop_pipelines.ledger.repairs import count_repairs, list_repairs

    engine = engine_of(settings)
    rows = list_repairs(engine, limit)
    total = count_repairs(engine)
    print_rows(rows, ("at", "what"), as_json, "Nothing was repaired.", total=total)


commands = {"ledger": ledger}
