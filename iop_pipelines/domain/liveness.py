"""How long work says that it goes on, to whoever started it; a worker is ended where it does not.

`tick` is an argument of what may take long: called before every part of the work, and cheap to call. `step` is
told what begins, in words that end "no progress while": "running model storms v1.0.0".
"""

from collections.abc import Callable

from iop_pipelines.domain.sentences import Sentence

Tick = Callable[[], None]
Step = Callable[[Sentence], None]


def nobody() -> None:
    """Where nobody watches."""


def nobody_hears(doing: Sentence) -> None:
    """Of steps, where nobody watches."""
