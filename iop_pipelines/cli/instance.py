"""`iop up`, `iop migrate`, `iop doctor`: the instance itself."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import TaskID

from iop_pipelines.cli.console import (
    command,
    console,
    engine_of,
    print_done,
    print_json,
    progress_console,
    table_of,
)
from iop_pipelines.cli.hints import carried, hint
from iop_pipelines.orchestration import home
from iop_pipelines.settings import Settings

if TYPE_CHECKING:
    from iop_pipelines.orchestration.supervisor import Supervisor

group = click.Group()
PORT = 3000
MAX_WORKERS = 64


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does, so that its children are stopped."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def serving(function: Callable[..., None]) -> Callable[..., None]:
    """What runs a whole instance takes --port and --workers."""
    port = click.option(
        "--port",
        type=click.IntRange(1, 65_535),
        default=PORT,
        show_default=True,
        help="Port of the web server.",
    )
    workers = click.option(
        "--workers",
        type=click.IntRange(1, MAX_WORKERS),
        default=1,
        show_default=True,
        help="Warm workers to start.",
    )
    return port(workers(function))


@command(group)
@serving
def up(settings: Settings, as_json: bool, port: int, workers: int) -> None:
    """Run the whole product in the foreground until Ctrl-C.

    Migrates the database, then starts the code server, the daemon, the web server and the warm
    workers, all bound to 127.0.0.1. Everything the instance owns lives under its home. A process
    that dies is restarted with increasing delays; after ten deaths in a row the instance ends.
    """
    from iop_pipelines.orchestration.launch import running

    open_home(settings, signs_in=True)
    with stop_on_signals(), running(settings, port, workers) as supervisor:
        supervisor.wait_until_served()
        links = sign_in_links_at(supervisor.url, settings)
        value = {"url": supervisor.url, "home": settings.home, "sign_in": links}
        print_done(
            f"IOP runs at {supervisor.url} (home {settings.home}); Ctrl-C stops it.", value, as_json
        )
        if not as_json:
            print_sign_in_links(console, links)
        serve_until_stopped(supervisor, as_json)


def serve_until_stopped(supervisor: "Supervisor", is_quiet: bool) -> None:
    """Until Ctrl-C or SIGTERM; a process that dies meanwhile is started again."""
    try:
        while True:
            supervisor.keep_alive()
            time.sleep(1)
    except KeyboardInterrupt:
        if not is_quiet:
            console.print("Stopping …")


def open_home(settings: Settings, signs_in: bool) -> None:
    """Before anything is made or started: looks at the home and the key, then closes the home to others.

    Raises:
        MisconfiguredInstance: the home cannot be used, or the key that is there is none.
    """
    home.check_usable(settings.home)
    if signs_in:
        from iop_pipelines.identity import tokens

        tokens.check_key(settings)
    mended = home.make_private(settings.home)
    if mended.home_mode is not None:
        say = f"The home {settings.home} was open to others (mode {mended.home_mode:04o}); now it is its owner's alone."
        progress_console.print(say, highlight=False, soft_wrap=True)
    if mended.inside:
        say = f"{mended.inside} files and folders in {settings.home} were open to others, and are no more."
        progress_console.print(say, highlight=False, soft_wrap=True)


def sign_in_links_at(url: str, settings: Settings) -> dict[str, str]:
    """One a role, each for one use; only who can read this terminal gets them."""
    from iop_pipelines.audit.trail import Actor
    from iop_pipelines.identity.links import sign_in_links

    by = Actor(None, "iop", "", "")
    paths = sign_in_links(engine_of(settings), by)
    return {role.value: f"{url}{path}" for role, path in paths.items()}


def print_sign_in_links(to: Console, links: Mapping[str, str]) -> None:
    for role, link in links.items():
        # A terminal's width must not break a link in two.
        to.print(f"Sign in as {role}, once: {link}", highlight=False, soft_wrap=True)


@command(group)
@click.option(
    "--from",
    "source",
    metavar="HOME",
    help="Move an embedded instance, its home folder or sqlite:///FILE in it, to DATABASE_URL.",
)
@click.option("--dry-run", is_flag=True, help="With --from: only count what would be moved.")
def migrate(settings: Settings, as_json: bool, source: str | None, dry_run: bool) -> None:
    """Create the database, or upgrade it to this version of IOP; safe to run again.

    With --from everything of an embedded instance goes to the empty database of a server that
    DATABASE_URL names: IOP's tables, Dagster's runs, events and cursors, and the files of reports to
    IOP_STORAGE_URL. It is all or nothing; the instance must be stopped, and is left as it was.
    """
    if source is not None:
        _move(settings, source, dry_run, as_json)
        return
    if dry_run:
        raise click.UsageError("--dry-run goes with --from")
    from iop_pipelines.orchestration.launch import migrate_instance

    open_home(settings, signs_in=False)
    revision = migrate_instance(settings)
    print_done(
        f"The database is at revision {revision}.",
        {"revision": revision, "home": settings.home},
        as_json,
    )


def _move(settings: Settings, source: str, dry_run: bool, as_json: bool) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from iop_pipelines.orchestration.move import move, plan, source_of

    origin = source_of(source)
    if dry_run:
        moved = plan(origin)
    else:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=progress_console,
        ) as bars:
            tasks: dict[str, TaskID] = {}

            def show(name: str, done: int, total: int) -> None:
                if name not in tasks:
                    tasks[name] = bars.add_task(name, total=total)
                bars.update(tasks[name], completed=done)

            moved = move(origin, settings, show)
    if as_json:
        print_json({"moved": not dry_run, **asdict(moved)})
        return
    rows = [{"table": name, "rows": count} for name, count in moved.rows.items() if count]
    console.print(table_of(rows, ("table", "rows")))
    for url in moved.missing:
        console.print(f"[yellow]The file {url} of a report is gone; its row was kept.[/]")
    verb = "would be moved" if dry_run else "were moved"
    console.print(f"{sum(moved.rows.values())} rows and {moved.files} files {verb}.")
    if not dry_run:
        console.print(
            f"Now run {hint('ledger verify')}. DRM's tables are DRM's and stay where they are: "
            f"IOP_DRM_DATABASE_URL was {origin.drm_database_url}",
            soft_wrap=True,
        )


@command(group)
def doctor(settings: Settings, as_json: bool) -> None:
    """Check that everything IOP needs is installed, and say how to get what is missing.

    Exits with 1 if IOP cannot run. What is optional (PDF) is named too; CSV and JSON reports work
    without it.
    """
    from iop_pipelines.doctor import checks

    found = checks(settings)
    rows = [
        {
            "check": each.name,
            "ok": each.is_ok,
            "required": each.is_required,
            "detail": each.detail,
            "fix": each.fix and _command_of(each.fix),
        }
        for each in found
    ]
    if as_json:
        print_json(rows)
    else:
        shown = [{**row, "ok": _verdict(row["ok"], row["required"])} for row in rows]
        console.print(table_of(shown, ("check", "ok", "detail", "fix")))
    if not all(each.is_ok for each in found if each.is_required):
        raise SystemExit(1)


def _command_of(fix: str) -> str:
    """What mends a check: a command, or a text that may name one."""
    return hint(fix.removeprefix("iop ")).strip("`") if fix.startswith("iop ") else carried(fix)


def _verdict(is_ok: bool, is_required: bool) -> str:
    if is_ok:
        return "yes"
    return "NO" if is_required else "no (optional)"


commands = group.commands
