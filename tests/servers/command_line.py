"""Commands that stand in files, parsed as the command line parses them; nothing is run."""

from collections.abc import Sequence

import click

from iop_pipelines.cli.main import main


def parse(command: Sequence[str]) -> None:
    """Raises click.UsageError for what `iop` does not have, AssertionError for another program."""
    program, *words = command
    assert program == "iop", command
    found: click.Command = main
    context = click.Context(main, info_name=program)
    while isinstance(found, click.Group) and words:
        name, next_command, words = found.resolve_command(context, words)
        assert next_command is not None, name
        found, context = next_command, click.Context(next_command, context, name)
    found.make_context(program, words, context.parent)
