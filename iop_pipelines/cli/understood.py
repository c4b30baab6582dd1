"""What `iop start` understood of a file, in the terminal and as JSON."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from rich.markup import escape
from rich.table import Table

from iop_pipelines.cli.console import console, table_of
from iop_pipelines.intake.country import code_of
from iop_pipelines.intake.datasets import Skipped, watched
from iop_pipelines.intake.names import LINE
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.tables import LeftLine
from iop_pipelines.intake.understand import Understood
from iop_pipelines.intake.urls import shown, with_reference

_FIRST_ROWS = 4
_SHOWN_COLUMNS = 6
_SHOWN_LINES = 5
_LONGEST = 100


def print_understood(given: Understood, specs: Sequence[SourceSpec]) -> None:
    """Time, step, series, measures, each with its reason; first rows; what is left out or cannot be read."""
    console.print(
        f"\n[bold]{escape(given.table.name)}[/]: {escape(given.table.form)}", highlight=False
    )
    if len(given.tables) > 1:
        say = f"  with {len(given.tables) - 1} files more of the same head, to {given.tables[-1].name}"
        console.print(escape(say), highlight=False, soft_wrap=True)
    for spec in (watched(each, given) for each in specs):
        if spec.watermark:
            say = f"  what is new in {shown(spec.where)} is found by {spec.watermark}"
            console.print(escape(say), highlight=False, soft_wrap=True)
    for line in given.framed.title:
        console.print(f"  above the head: {escape(_cut(line))}", highlight=False)
    table = Table(show_header=True, header_style="bold")
    for name in ("", "understood", "because"):
        table.add_column(name, overflow="fold")
    for row in _rows(given):
        table.add_row(*map(escape, row))
    console.print(table)
    _print_first_rows(given)
    for note in given.notes:
        console.print(f"Note: {escape(str(note))}.", highlight=False, soft_wrap=True)
    _print_lines("Left out", given.left_out, "lines that are no rows of the table")
    _print_lines(
        "Refused",
        given.refused,
        f"of {len(given.rows)} rows cannot be read; kept with their reason",
    )


def _rows(given: Understood) -> list[tuple[str, str, str]]:
    time, step, series = given.time_found, given.step, given.series
    span = f"{given.first:%Y-%m-%d} to {given.last:%Y-%m-%d}"
    share = (
        f"{step.share:.0%} of the rows are that far apart"
        if step.is_regular
        else "no usual distance"
    )
    rows = [
        ("time", f"{time.label}, {span}", time.why),
        ("step", step.said, f"{share}; {given.periods} periods"),
    ]
    if given.country.matters:
        rows.append(_calendar(given))
    if series.series:
        names = ", ".join(given.columns[name][1] for name in series.series)
        why = (
            "with the time they make a row unique" if series.is_unique else "they group the events"
        )
        rows.append(("series", f"{names}: {series.count}", why))
    else:
        rows.append(("series", "one", "each moment comes once"))
    for each in given.measures:
        unit = (
            f" ({each.column.unit})"
            if each.column.unit and each.column.unit not in each.column.label
            else ""
        )
        rows.append(("measure", f"{each.column.label}{unit}", each.why))
    used = {
        given.time,
        given.moment,
        LINE,
        *series.series,
        *(m.column.name for m in given.measures),
    }
    others = [label for name, (_, label, _) in given.columns.items() if name not in used]
    if others:
        rows.append(("also kept", ", ".join(others), "neither time, series nor measure"))
    return rows


def _print_first_rows(given: Understood) -> None:
    names = [name for name in given.columns if name != LINE][:_SHOWN_COLUMNS]
    refused = {str(line.number) for line in given.refused}
    readable = (row for row in given.rows if row.get(LINE) not in refused)
    good = list(islice(readable, _FIRST_ROWS))
    shown = [{name: row.get(name) for name in names} for row in good]
    more = len(given.columns) - 1 - len(names)
    title = f"The first rows{f', {more} columns more' if more else ''}"
    console.print(table_of(shown, names, title))


def _print_lines(what: str, lines: Sequence[LeftLine], why: str) -> None:
    if not lines:
        return
    console.print(f"{what}: {len(lines)} {why}.", highlight=False)
    for line in lines[:_SHOWN_LINES]:
        text = f"  line {line.number}: {_cut(line.text)}: {line.reason}"
        console.print(escape(text), highlight=False, soft_wrap=True)
    if len(lines) > _SHOWN_LINES:
        console.print(f"  … and {len(lines) - _SHOWN_LINES} more")


def print_skipped(skipped: Sequence[Skipped]) -> None:
    """Files among others that hold no table over time, each with its reason."""
    for each in skipped:
        say = f"Not loaded: {each.name}: {each.reason}"
        console.print(escape(say), highlight=False, soft_wrap=True)


def skipped_as_json(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    return [{"file": each.name, "reason": str(each.reason)} for each in skipped]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def as_json(given: Understood, specs: Sequence[SourceSpec]) -> dict[str, Any]:
    """The same for programs; a source as it is declared, without a secret."""
    sources = [with_reference(watched(spec, given), given.name).as_mapping() for spec in specs]
    return {
        "dataset": given.name,
        "sources": sources,
        "file": given.table.name,
        "files": [table.name for table in given.tables],
        "form": given.table.form,
        "time": given.time_found.label,
        "timeForm": given.time_found.found.form.name,
        "step": given.step.said,
        "freq": given.step.freq,
        "first": given.first,
        "last": given.last,
        "periods": given.periods,
        "series": list(given.series.series),
        "seriesCount": given.series.count,
        "measures": {each.column.name: each.kind for each in given.measures},
        "units": {each.column.name: each.column.unit for each in given.measures},
        "rows": len(given.rows),
        "refused": [_line(line) for line in given.refused],
        "leftOut": [_line(line) for line in given.left_out],
        "country": _country(given),
        "notes": [str(note) for note in given.notes],
    }


def _country(given: Understood) -> str | None:
    return None if given.country.days is None else code_of(given.country.days)


def _calendar(given: Understood) -> tuple[str, str, str]:
    found = given.country
    if (code := _country(given)) is not None:
        return "holidays", code, f"as {found.column!r} says" if found.column else "as you said"
    perhaps = f"perhaps {found.offered}, by its {found.because}; " if found.offered else ""
    return "holidays", "none", f"{perhaps}the data names no country; --country says one"


def _line(line: LeftLine) -> dict[str, Any]:
    return {"line": line.number, "text": line.text, "reason": str(line.reason)}
