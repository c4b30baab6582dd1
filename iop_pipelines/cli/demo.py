"""`iop demo`: the main job, from a DRM pipeline run to a recommendation and a report."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from iop_pipelines.cli.console import command, console, print_json, progress_console, table_of
from iop_pipelines.cli.hints import carried
from iop_pipelines.cli.instance import (
    open_home,
    print_sign_in_links,
    serving,
    sign_in_links_at,
    stop_on_signals,
)
from iop_pipelines.demo.summary import Summary
from iop_pipelines.settings import INSTANCE_ENV, Settings

if TYPE_CHECKING:
    from iop_pipelines.orchestration.supervisor import Supervisor

group = click.Group()

TIME_ZONE = "America/New_York"
# Reaches every branch, a month's end and the reports of that month.
ONCE_UNTIL = date(2013, 2, 28)
DAYS_A_BATCH = 10


@command(group)
@click.option("--once", is_flag=True, help="Replay February, print what came of it, and exit.")
@serving
def demo(settings: Settings, as_json: bool, once: bool, port: int, workers: int) -> None:
    """Replay real flights of 2013 through the whole product.

    January is loaded as history; then DRM ingests day after day, with a failed pipeline run, a late
    one, a day ingested twice, a restated day and two days of bad quality. Run it again on the same
    home and it goes on where it was. A home that has datasets or models of its own is refused.

    With --once it stops after February, checks that every kind of result is there, and exits with
    1 naming what is missing.
    """
    from iop_pipelines.demo.own_home import REPLAYS_CLOCK, check_own
    from iop_pipelines.orchestration.launch import running

    check_own(settings)
    settings = replace(settings, clock=REPLAYS_CLOCK, time_zone=TIME_ZONE)
    open_home(settings, signs_in=True)
    _remember(settings)
    progress_console.print(f"Home {settings.home}", highlight=False)
    with stop_on_signals(), running(settings, port, workers) as supervisor:
        try:
            summary = _replay(settings, supervisor, once)
        except KeyboardInterrupt:
            progress_console.print("Stopping …")
            return
    _show(summary, as_json)
    if summary.missing:
        raise SystemExit(1)


def _replay(settings: Settings, supervisor: "Supervisor", once: bool) -> Summary:
    from iop_pipelines.demo.session import DemoSession

    session = DemoSession(settings, supervisor, ONCE_UNTIL if once else None)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=progress_console,
    ) as progress:
        bar = progress.add_task("January as history", total=session.total_days)
        progress.update(bar, completed=session.days_done)
        session.load_history()
        supervisor.wait_until_served()
        progress.console.print(f"IOP: {supervisor.url}", highlight=False)
        print_sign_in_links(progress.console, sign_in_links_at(supervisor.url, settings))
        session.catch_up()
        while not session.is_complete:
            progress.update(bar, description=f"DRM ingests from {session.next_day:%d %b %Y}")
            session.next_days(DAYS_A_BATCH if once else 1)
            progress.update(bar, completed=session.days_done)
        progress.update(bar, description="Reports that are due")
        session.finish()
        progress.update(bar, description="Checking")
        return session.summary()


def _remember(settings: Settings) -> None:
    """So that `iop up` and every other command on this home go by the replay's clock too."""
    lines = (
        f"# Written by iop demo.\nIOP_CLOCK={settings.clock}\nIOP_TIME_ZONE={settings.time_zone}\n"
    )
    (settings.home / INSTANCE_ENV).write_text(lines, encoding="utf-8")


def _show(summary: Summary, as_json: bool) -> None:
    if as_json:
        print_json(summary.as_json())
        return
    for title, rows, columns in summary.tables():
        console.print(table_of(rows, columns, title))
    if summary.missing:
        console.print("[bold red]Missing:[/]")
        for line in summary.missing:
            console.print(carried(f"  - {line}"))
    else:
        console.print("[bold green]Everything expected is there.[/]")


commands = group.commands
