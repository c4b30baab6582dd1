"""How a name that is not there is told: with the nearest one that is."""

from collections.abc import Iterable
from difflib import get_close_matches

from iop_pipelines.domain.sentences import Sentence

_SHOWN = 20


def closest(name: str, known: Iterable[str]) -> Sentence:
    """`'orgin'; did you mean 'origin'?`, or the names there are."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        return Sentence("name.near", name=name, near=near[0])
    if not names:
        return Sentence("name.none", name=name)
    shown = [*names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])]
    return Sentence("name.among", name=name, known=shown)
