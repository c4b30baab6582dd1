"""Commands that a text names, so that they can be copied: with the --home that this one was given.

Who works on another home than the default would else be sent to an instance that is not theirs. What a command says
itself goes through `hint`; what the platform says (refusals, reasons) through `carried`, where it is printed.
"""

import re
import shlex

import click

_NAMED = re.compile(r"`iop [^`]+`")
_HOME = " --home"


def hint(words: str) -> str:
    """`iop WORDS`, in backticks."""
    return carried(f"`iop {words}`")


def carried(text: str) -> str:
    """The same text; each command in it that names no home has the one that was given."""
    context = click.get_current_context(silent=True)
    home = context.params.get("home") if context else None
    if home is None:
        return text
    option = f"{_HOME} {shlex.quote(str(home))}"

    def with_home(found: re.Match[str]) -> str:
        named = found[0]
        return named if _HOME in named else f"{named[:-1]}{option}`"

    return _NAMED.sub(with_home, text)
