"""Regular expressions that people write: run by RE2, whose time grows with the text and never with its square.

Python's engine tries every way to match, so that one accepted pattern and one cell could hold a process for
ever. RE2 has no look-around and no back-reference, which are what that takes. A pattern may match anywhere in
the text, as JSON Schema has it.

RE2's own `\\w`, `\\d` and `\\s` know ASCII alone, where a name may be Lomé: they are spelt as classes of Unicode
before RE2 reads them.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from iop_pipelines.errors import Unfit

MAX_PATTERN_LENGTH = 256

# Members of a bracket. What they begin and end with is no single character, so that `+-\\w` makes no range.
# A letter may be written with marks of their own, as Yoruba's often are.
_WORD = r"\p{L}_\p{M}\p{N}"
_SPACE = r"\p{Z}\t-\r\x1c-\x1f\x85\p{Zs}"
_CLASSES = {"w": _WORD, "d": r"\p{Nd}", "s": _SPACE}
# What is in none of them, for a bracket that holds it beside others: RE2 cannot take one set from another.
_OTHERS = {
    # Of the connecting punctuation (Pc), all but the underscore.
    "W": r"\p{S}\p{Z}\p{C}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}"
    r"\x{203f}\x{2040}\x{2054}\x{fe33}\x{fe34}\x{fe4d}-\x{fe4f}\x{ff3f}\p{Po}",
    "D": r"\P{Nd}",
    "S": r"\p{L}\x00-\x08\x0e-\x1b!-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"
    r"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}\p{L}",
}
# A quotation, an escape, a class of POSIX's in a bracket, or one character.
_PIECES = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[:\^?\w+:\]|.", re.DOTALL)


@lru_cache(maxsize=1024)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Tells whether a text holds a match.

    Raises:
        Unfit: RE2 has no such expression; the message names the pattern and what is not allowed.
    """
    import re2  # pyright: ignore[reportMissingTypeStubs]

    engine: Any = re2
    options = engine.Options()
    options.log_errors = False
    try:
        compiled = engine.compile(_in_unicode(pattern), options)
    except (engine.error, UnicodeEncodeError) as error:
        raise Unfit("pattern.not_valid", pattern=pattern, said=_told(error)) from error

    def has_match(text: str) -> bool:
        # RE2 reads UTF-8, which has no half of a pair.
        return compiled.search(text.encode("utf-8", "replace").decode()) is not None

    return has_match


def _in_unicode(pattern: str) -> str:
    """The pattern with classes of Unicode for Perl's.

    Raises:
        Unfit: the pattern asks for edges of words, which RE2 knows of ASCII alone.
    """
    said: list[str] = []
    is_inside = is_first = False
    for piece in _PIECES.findall(pattern):
        name = piece[1:] if len(piece) == 2 and piece[0] == "\\" else ""
        if not is_inside and name in ("b", "B"):
            raise Unfit("pattern.edge_of_word", pattern=pattern, name=name)
        said.append(_spelt(name, is_inside) or piece)
        if not is_inside:
            is_inside = piece == "["
            is_first = is_inside
        elif piece == "]" and not is_first:
            is_inside = False
        elif piece != "^" or not is_first or said[-2] != "[":
            is_first = False
    return "".join(said)


def _spelt(name: str, is_inside: bool) -> str | None:
    """Of the class of that name, inside of a bracket or as one; None for any other escape."""
    if name in _CLASSES:
        return _CLASSES[name] if is_inside else f"[{_CLASSES[name]}]"
    if name in _OTHERS:
        return _OTHERS[name] if is_inside else f"[^{_CLASSES[name.lower()]}]"
    return None


def _told(error: Exception) -> str:
    (said,) = error.args[:1] or ("",)
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
