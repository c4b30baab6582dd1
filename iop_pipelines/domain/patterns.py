"""Regular expressions that people write: run by RE2, whose time grows with the text and never with its square.

Python's engine tries every way to match, so that one accepted pattern and one cell could hold a process for
ever. RE2 has no look-around and no back-reference, which are what that takes. A pattern may match anywhere in
the text, as JSON Schema has it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

MAX_PATTERN_LENGTH = 256


@lru_cache(maxsize=1024)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Tells whether a text holds a match.

    Raises:
        ValueError: RE2 has no such expression; the message names the pattern and what is not allowed.
    """
    import re2  # pyright: ignore[reportMissingTypeStubs]

    engine: Any = re2
    options = engine.Options()
    options.log_errors = False
    try:
        compiled = engine.compile(pattern, options)
    except (engine.error, UnicodeEncodeError) as error:
        raise ValueError(_told(pattern, error)) from error

    def has_match(text: str) -> bool:
        # RE2 reads UTF-8, which has no half of a pair.
        return compiled.search(text.encode("utf-8", "replace").decode()) is not None

    return has_match


def _told(pattern: str, error: Exception) -> str:
    (said,) = error.args[:1] or ("",)
    said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return (
        f"{pattern!r} is not a valid RE2 pattern: {said}; look-aheads, look-behinds and back-references are not "
        "allowed, since a match by them can take for ever"
    )
