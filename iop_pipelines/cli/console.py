"""What all commands share: the options, the two ways to print, and how errors end a command."""

import functools
import getpass
import itertools
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import OperationalError

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.cli.hints import carried, hint
from iop_pipelines.errors import IopError
from iop_pipelines.orchestration.home import private_files
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.witness import Witness
from iop_pipelines.settings import Settings
from iop_pipelines.tracing import spans
from iop_pipelines.tracing.context import current, new_trace

console = Console()
progress_console = Console(stderr=True)


class Failed(click.ClickException):
    """Ends a command with exit code 1 and one clear message; as JSON where JSON was asked for."""

    def __init__(self, message: str, as_json: bool) -> None:
        super().__init__(message)
        self._as_json = as_json

    def show(self, file: Any = None) -> None:
        if self._as_json:
            print_json({"error": self.message})
        else:
            # Not broken at 80 columns: paths and commands in it are copied.
            text = f"[bold red]Error:[/] {_escaped(self.message)}"
            Console(stderr=True).print(text, soft_wrap=True)


def command(
    group: click.Group, name: str | None = None
) -> Callable[[Callable[..., None]], click.Command]:
    """Adds a command to the group with --home and --json, and turns IOP's errors into its exit.

    The function is called with `settings` and `as_json` besides its own options.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        @group.command(name or function.__name__.replace("_", "-"), help=function.__doc__)
        @click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
        @click.option(
            "--home",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder of the instance. Default: $IOP_HOME, else ~/.iop.",
        )
        @functools.wraps(function)
        def wrapper(home: Path | None, as_json: bool, **options: Any) -> None:
            what = f"iop {group.name or ''} {name or function.__name__}".replace("  ", " ")
            try:
                # By its id the audit trail and `iop trace` know what this command set going.
                with private_files(), spans.span(what, root=new_trace(), is_quiet=True):
                    function(settings=settings_for(home), as_json=as_json, **options)
            except IopError as error:
                raise Failed(carried(str(error)), as_json) from error
            except OperationalError as error:
                raise Failed(_database_problem(error), as_json) from error

        return wrapper

    return decorate


def settings_for(home: Path | None) -> Settings:
    import os

    env = dict(os.environ)
    if home is not None:
        env["IOP_HOME"] = str(home)
    return Settings.from_env(env)


def engine_of(settings: Settings) -> sa.Engine:
    """The instance's engine; raises NotFound with the command that makes a database, if there is none."""
    from iop_pipelines.errors import NotFound

    if settings.is_embedded:
        path = sa.make_url(settings.database_url).database or ""
        if not Path(path).is_file():
            raise NotFound("instance.not_found", home=settings.home)
    return engine_for(settings.database_url)


def operator() -> Actor:
    """Whoever runs a command on the machine has the database, and so is an admin already."""
    trace = current()
    request_id = trace.trace_id if trace else ""
    return Actor(None, f"cli:{getpass.getuser()}", request_id, address="local")


def witness_as(procedure: str) -> Witness:
    """Writes what a command changes to the audit trail, under the name of the procedure that does the same."""

    def witness(connection: sa.Connection, before: object, after: object) -> None:
        trail.record(connection, operator(), procedure, before, after)

    return witness


def rows_of(engine: sa.Engine, query: sa.Executable) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def print_text(text: str) -> None:
    """As it is: not broken at 80 columns, for paths and commands in it are copied, and with no markup."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def print_rows(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    as_json: bool,
    empty: str,
    total: int | None = None,
) -> None:
    """A list: as JSON all of each row, else a table of those columns, or `empty` said in words.

    total: of how many these are, where there is a limit.
    """
    if as_json:
        print_json(list(rows))
    elif not rows:
        console.print(empty, soft_wrap=True)
    else:
        print_table(rows, columns)
        if total is not None and total > len(rows):
            console.print(f"{len(rows):,} of {total:,}; --limit shows more.", highlight=False)


def count_of(engine: sa.Engine, query: sa.Select[*tuple[Any, ...]]) -> int:
    """How many rows a query without its limit has."""
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).limit(None).subquery())
    with engine.connect() as connection:
        return connection.scalar(counted) or 0


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str = "") -> None:
    """A table in which no id, name or other word is broken: what has no room is named below it instead.

    The columns that matter most come first. What is read by another program has all the room it needs.
    """
    if not console.is_terminal and "COLUMNS" not in os.environ:
        table = table_of(rows, columns, title)
        Console(width=Console(width=_WIDEST).measure(table).maximum).print(table)
        return
    widths = _widths(rows, columns)
    console.print(table_of(rows, columns[: len(widths)], title, widths))
    if left := columns[len(widths) :]:
        console.print(f"No room for {', '.join(left)}: widen the window, or see --json.")


def table_of(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    title: str = "",
    widths: Sequence[int] = (),
) -> Table:
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name, width in itertools.zip_longest(columns, widths):
        is_number = all(isinstance(row.get(name), int | float | None) for row in rows)
        justify = "right" if is_number else "left"
        table.add_column(name, justify=justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    return table


# A rule and a space at each end; two spaces and a rule between two columns.
_ENDS, _BETWEEN = 4, 3
_LONG = 24
_WIDEST = 10_000


def _widths(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[int]:
    """Of the first of the columns, as many as fit with their words whole; one at least.

    What is left over goes to those that need least of it first.
    """
    texts = [[name, *(_plain_cell(row.get(name)) for row in rows)] for name in columns]
    words = [max(map(_longest_word, each)) for each in texts]
    room = console.width - _ENDS + _BETWEEN
    fitting = [sum(words[: n + 1]) + _BETWEEN * (n + 1) <= room for n in range(len(words))]
    widths = words[: max(1, sum(fitting))]
    widths[0] = min(widths[0], room - _BETWEEN)
    left = room - sum(widths) - _BETWEEN * len(widths)
    wanted = [max(map(cell_len, text)) - width for text, width in zip(texts, widths, strict=False)]
    for count, at in enumerate(sorted(range(len(widths)), key=wanted.__getitem__)):
        more = min(wanted[at], left // (len(widths) - count))
        widths[at] += max(0, more)
        left -= max(0, more)
    return widths


def _longest_word(text: str) -> int:
    """In cells. An id, name or file is one word and stays whole; a sentence's own long words may be broken."""
    words = text.split()
    longest = max(map(cell_len, words), default=0)
    return longest if len(words) == 1 else min(longest, _LONG)


def print_done(message: str, value: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        # Not broken at the width of a terminal: commands in it are copied.
        console.print(_escaped(message), highlight=False, soft_wrap=True)


def _cell(value: Any) -> str | Text:
    return value if isinstance(value, Text) else _escaped(_plain_cell(value))


def _plain_cell(value: Any) -> str:
    if value is None:
        return "–"
    return str(_plain(value) if isinstance(value, date) else value)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _database_problem(error: OperationalError) -> str:
    text = str(error.orig)
    if "no such table" in text or "doesn't exist" in text:
        return f"the database has no tables of IOP yet ({text}): run {hint('migrate')}"
    return f"the database does not answer: {text}"
