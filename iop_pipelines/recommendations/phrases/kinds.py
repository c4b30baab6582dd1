"""How a kind of finding of the catalogue is told in a language; a rule's own kinds are told alike.

Sentences are templates over what the language's `slots` make of the facts: `{label}{where}`, `{amount}`, `{since}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from iop_pipelines.recommendations.evidence import Seen


@dataclass(frozen=True, slots=True)
class Telling:
    """One kind in one language.

    Attributes:
        headline: the title, without a full stop; happened: the first sentence, with one.
        sure: what follows "How sure: ", without a full stop.
        action: what is usually done about it; None leaves that to its category.
    """

    headline: str
    happened: str
    sure: str = "{certainty}"
    action: str | None = None


def telling_of(seen: Seen, tellings: Mapping[str, Telling]) -> Telling | None:
    """None for a kind that a rule named, though it be one of ours, and for one of a later release."""
    return None if "rule" in seen.details else tellings.get(seen.kind)
