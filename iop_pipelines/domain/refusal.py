"""When so much of a delivery cannot be read that none of it is taken: the one rule for files and for what lands."""

from fractions import Fraction


def is_too_much_refused(usable: Fraction | None, most: int) -> bool:
    """usable: the share of the rows that can be read, None where there are none; most: percent that may be refused.

    All of them refused is always too much.
    """
    return usable is not None and (usable <= 0 or 100 * (1 - usable) > most)
