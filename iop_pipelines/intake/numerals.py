"""How a column writes its numbers: decimal and thousands signs, currency, percent; never guessed from one cell."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Decimal = Literal[".", ","]
# What stands for "not known".
NULLS = frozenset(
    {
        "",
        "na",
        "n/a",
        "nan",
        "null",
        "none",
        "nil",
        "-",
        "--",
        "—",
        "–",
        "?",
        ".",
        "..",
        "#n/a",
        "n.a.",
        "k.a.",
    }
)
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "−": "-", "–": "-"})
_AFFIX = r"(?:[€$£¥₦₵₹]|[A-Z]{1,3}[$€£]?|kr\.?|zł|CFA|%|‰)"
_CELL = re.compile(
    rf"(?P<sign>[-+]?)\s*(?P<before>{_AFFIX})?\s*(?P<inner>[-+]?)(?P<open>\()?\s*"
    rf"(?P<digits>\d[\d.,' ]*?|[.,]\d+)(?P<exponent>[eE][-+]?\d{{1,3}})?\s*(?P<close>\))?"
    rf"\s*(?P<after>{_AFFIX})?(?P<trailing>-)?"
)
_GROUPED = {
    ",": re.compile(r"\d{1,3}(?:,\d{3})+"),
    ".": re.compile(r"\d{1,3}(?:\.\d{3})+"),
    " ": re.compile(r"\d{1,3}(?: \d{3})+"),
    "'": re.compile(r"\d{1,3}(?:'\d{3})+"),
}
# No number is longer, and the time that the pattern takes stays bounded.
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Numeral:
    """`decimal`: the sign before the fraction.

    Attributes:
        is_certain: it is seen, or no number needs one; else both readings fit, as with 1,234 alone.
        is_seen: some number shows it.
        unit: a currency or percent sign that every cell has.
    """

    decimal: Decimal
    is_certain: bool
    is_seen: bool = False
    unit: str | None = None


def is_null(cell: str) -> bool:
    return cell.lower() in NULLS


def parts_of(cell: str) -> tuple[str, str, str] | None:
    """Sign, digits with their signs, and unit; None for what is no number in any convention."""
    if len(cell) > _LONGEST:
        return None
    found = _CELL.fullmatch(cell.translate(_BLANKS).strip())
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [found[name] for name in ("sign", "inner", "trailing") if found[name]]
    if len(signs) > 1 or (found["before"] and found["after"]):
        return None
    is_negative = "-" in signs or bool(found["open"])
    digits = found["digits"] + (found["exponent"] or "")
    return "-" if is_negative else "", digits, found["before"] or found["after"] or ""


def numeral_of(cells: Iterable[str], usual: Decimal | None) -> Numeral | None:
    """The convention that most of the cells are in; None where fewer than four fifths are numbers.

    usual: the decimal sign where nothing decides, such as 1,234 alone; None leaves that uncertain.
    """
    counts = Counter(cell for cell in cells if not is_null(cell))
    votes: Counter[str] = Counter()
    units: Counter[str] = Counter()
    numbers = 0
    for cell, count in counts.items():
        parts = parts_of(cell)
        if parts is None or (vote := _vote(parts[1])) is None:
            continue
        numbers += count
        votes[vote] += count
        units[parts[2]] += count
    if not numbers or numbers < 0.8 * counts.total():
        return None
    unit, shared = units.most_common(1)[0]
    told = unit if unit and shared == numbers else None
    if votes["."] or votes[","]:
        return Numeral("." if votes["."] >= votes[","] else ",", True, True, told)
    if not votes["1,234"] and not votes["1.234"]:
        return Numeral(usual or ".", True, False, told)
    return Numeral(usual or ".", usual is not None, False, told)


def _vote(digits: str) -> str | None:
    """The decimal sign that a number shows; "" for none, itself in pattern where both are possible."""
    plain = re.split("[eE]", digits)[0]
    kinds = {sign for sign in ",. '" if sign in plain}
    if not kinds:
        return ""
    if kinds & {" ", "'"}:
        whole = re.split("[.,]", plain)[0]
        if not any(_GROUPED[sign].fullmatch(whole) for sign in " '"):
            return None
        rest = kinds - {" ", "'"}
        return rest.pop() if len(rest) == 1 else None if rest else ""
    if len(kinds) == 2:
        return max(".,", key=plain.rfind)
    (sign,) = kinds
    if plain.count(sign) > 1:
        other = "," if sign == "." else "."
        return other if _GROUPED[sign].fullmatch(plain) else None
    whole, fraction = plain.split(sign)
    is_open = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.strip("0") and whole[0] != "0"
    return f"1{sign}234" if is_open and digits == plain else sign


def plain_number(cell: str, numeral: Numeral) -> str | None:
    """The number as it is written with a point and without thousands signs; None where it is none."""
    parts = parts_of(cell)
    if parts is None:
        return None
    sign, digits, _ = parts
    mantissa, exponent = (*re.split("[eE]", digits), "")[:2]
    thousands = ("." if numeral.decimal == "," else ",", " ", "'")
    whole, point, fraction = mantissa.partition(numeral.decimal)
    used = [each for each in thousands if each in whole]
    if len(used) > 1 or (used and not _GROUPED[used[0]].fullmatch(whole)):
        return None
    if not re.fullmatch(r"\d*", fraction) or (point and not (whole or fraction)):
        return None
    bare = whole.replace(used[0], "") if used else whole
    if not re.fullmatch(r"\d*", bare):
        return None
    text = f"{sign}{bare or '0'}" + (f".{fraction}" if fraction else "")
    return f"{text}e{exponent}" if exponent else text
