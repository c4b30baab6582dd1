"""How long work says that it goes on, to whoever started it; a worker is ended where it does not.

`tick` is an argument of what may take long: called before every part of the work, and cheap to call.
"""

from collections.abc import Callable

Tick = Callable[[], None]


def nobody() -> None:
    """Where nobody watches."""
