"""How delivered numbers are written: their signs are declared, and a text with any other is no number.

Read as decimal numbers, so that 1.2k is 1,200 and not a double beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, InvalidOperation
from functools import cached_property, lru_cache
from typing import Any, Literal

Decimals = Literal[".", ","]
Thousands = Literal[".", ",", " ", "'", "_"]
Percent = Literal["points", "share"]
Negative = Literal["parentheses", "trailing"]
# No number is longer.
LONGEST = 64
_SPELT = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'", "−": "-"}
)
# Holds every product of what is read and a unit.
_EXACT = Context(prec=200)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class NumberForm:
    """
    Attributes:
        thousands: between groups of three digits, or of two and a last one of three; not between others.
        percent: `points` reads 12 % as 12, `share` as 0.12 and takes no number without the sign.
        currency: signs or codes that may stand before or after.
        units: what a number with that behind it is multiplied by.
        negative: how besides a sign in front.
    """

    decimal: Decimals = "."
    thousands: Thousands | None = None
    percent: Percent | None = None
    currency: tuple[str, ...] = ()
    units: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    negative: tuple[Negative, ...] = ()

    def read(self, cell: str) -> Decimal | None:
        """None for what is no number in this form."""
        if len(cell) > LONGEST:
            return None
        found = self._matcher(cell.translate(_SPELT).strip())
        if found is None or bool(found["open"]) != bool(found["close"]):
            return None
        negatives = [found[name] for name in ("sign", "inner", "trailing") if found[name]]
        if len(negatives) + bool(found["open"]) > 1 or (found["before"] and found["after"]):
            return None
        if self.percent == "share" and not found["percent"]:
            return None
        digits = found["digits"].replace(self.thousands or "", "").replace(self.decimal, ".")
        try:
            value = Decimal(digits + (found["exponent"] or ""))
        except InvalidOperation:
            return None
        if found["unit"]:
            value = _EXACT.multiply(value, self.units[found["unit"]])
        if self.percent == "share":
            value = _EXACT.multiply(value, _HUNDREDTH)
        return value.copy_negate() if found["open"] or "-" in negatives else value

    @cached_property
    def _matcher(self) -> Callable[[str], dict[str, str] | None]:
        return _matcher(
            self.decimal,
            self.thousands,
            tuple(sorted(self.currency, key=len, reverse=True)),
            tuple(sorted(self.units, key=len, reverse=True)),
            (
                self.percent is not None,
                *(each in self.negative for each in ("parentheses", "trailing")),
            ),
        )


@lru_cache(maxsize=256)
def _matcher(
    decimal: str,
    thousands: str | None,
    currency: tuple[str, ...],
    units: tuple[str, ...],
    allowed: tuple[bool, ...],
) -> Callable[[str], dict[str, str] | None]:
    """allowed: a percent sign, parentheses, a trailing minus."""
    import re2  # pyright: ignore[reportMissingTypeStubs]

    engine: Any = re2
    escape: Callable[[str], str] = engine.escape
    point = escape(decimal)
    whole = "[0-9]+"
    if thousands is not None:
        mark = escape(thousands)
        threes = f"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+"
        twos = f"[0-9]{{1,2}}(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
        whole = f"(?:{threes}|{twos}|[0-9]+)"

    def one_of(name: str, texts: tuple[str, ...]) -> str:
        return f"(?P<{name}>{'|'.join(map(escape, texts))})?" if texts else f"(?P<{name}>)"

    def if_allowed(name: str, place: int, pattern: str) -> str:
        return f"(?P<{name}>{pattern})?" if allowed[place] else f"(?P<{name}>)"

    pattern = (
        if_allowed("open", 1, r"\(")
        + rf"(?P<sign>[+-])? ?{one_of('before', currency)} ?(?P<inner>[+-])?"
        + rf"(?P<digits>{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?P<exponent>[eE][+-]?[0-9]{{1,3}})?"
        + f" ?{one_of('unit', units)} ?{if_allowed('percent', 0, '%')} ?{one_of('after', currency)}"
        + f" ?{if_allowed('trailing', 2, '-')}"
        + if_allowed("close", 1, r"\)")
    )
    compiled = engine.compile(pattern)

    def match(cell: str) -> dict[str, str] | None:
        found = compiled.fullmatch(cell.encode("utf-8", "replace").decode())
        return None if found is None else found.groupdict()

    return match


def same_sign(form: NumberForm) -> str | None:
    """A text that is both a currency and a unit."""
    return next((each for each in form.currency if each in form.units), None)


SIGN_PATTERN = r"^[^\s0-9.,'_()%+\-]{1,16}$"
