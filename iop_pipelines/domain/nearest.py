"""How a name that is not there is told: with the nearest one that is."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 20


def closest(name: str, known: Iterable[str]) -> str:
    """`'orgin'; did you mean 'origin'?`, or the names there are."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        return f"{name!r}; did you mean {near[0]!r}?"
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"{name!r}; there is {shown or 'none'}"
