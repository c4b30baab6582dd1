"""What was measured and what was expected instead, told apart: a reader must see why it was found.

A value inside its band was found for something else, of which the band says nothing.
"""

from iop_pipelines.recommendations.evidence import Seen
from iop_pipelines.recommendations.phrases import facts
from iop_pipelines.recommendations.phrases.amounts import Amounts


def value_of(amounts: Amounts, seen: Seen) -> str:
    return amounts.amount(seen.value, seen.unit, more_digits(amounts, seen))


def expectation_of(amounts: Amounts, seen: Seen) -> str:
    """As `Amounts.band`; empty where the value is inside it."""
    if facts.is_inside(seen):
        return ""
    more = more_digits(amounts, seen)
    return amounts.band(seen.lo, seen.hi, seen.expected, seen.unit, more)


def more_digits(amounts: Amounts, seen: Seen) -> int:
    if seen.value is None or facts.is_inside(seen):
        return 0
    return amounts.digits_between(seen.value, facts.references(seen), seen.unit)


def score_and_least(amounts: Amounts, seen: Seen) -> tuple[str, str]:
    """Of quality: what was scored, and what models ask for at least."""
    more = more_digits(amounts, seen)
    return amounts.number(seen.value or 0, more), amounts.number(seen.lo or 0, more)
