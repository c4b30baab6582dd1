"""How a column writes its numbers: decimal and thousands signs, currency, percent; never guessed from one cell."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from decimal import Decimal as Exact
from typing import Literal

from iop_pipelines.intake.cells import Cells

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
        "---",
        "—",
        "–",
        "?",
        ".",
        "..",
        "#n/a",
        "n.a.",
        "k.a.",
        "n.d.",
        ":",
        "…",
        "...",
        "#nv",
        "#n/v",
        "#div/0!",
        "#value!",
        "#wert!",
        "#ref!",
        "#bezug!",
        "#num!",
        "#zahl!",
        "#null!",
        "#name?",
        "\\n",
        "(null)",
        "<na>",
        "(blank)",
        "(leer)",
        "missing",
        "unavailable",
        "unknown",
        "mm",
        "not available",
        "n. v.",
        "n.v.",
        "k. a.",
        "x",
        "*",
        "***",
        "****",
        "/",
    }
)
# Too small or too large to be told: <1. What an office of statistics marks as not there: ": c".
_UNTOLD = re.compile(r"[<>≤≥]\s?=?\s?\d.*|:\s?[a-z]{1,2}")

_UNTOLD_BEGIN = frozenset("<>≤≥:")
# Digits of other scripts: Arabic, Persian, Devanagari, Bengali, Tamil, Thai, and as wide as Chinese.
_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xBE6, 0xE50, 0xFF10)
_BLANKS = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "−": "-", "–": "-"}
    # The signs of Arabic numbers for decimals and thousands.
    | {"\u066b": ".", "\u066c": "'"}
    | {chr(zero + n): str(n) for zero in _ZEROS for n in range(10)}
)
# ISO 4217, those in use: other capitals before digits, as in G07, are names.
_CURRENCIES = (
    "AED|ARS|AUD|BDT|BGN|BRL|BWP|CAD|CDF|CHF|CLP|CNY|COP|CZK|DKK|DZD|EGP|ETB|EUR|GBP|GHS|HKD|HUF|IDR|ILS|INR|ISK|JPY|KES|"
    "KRW|KWD|LKR|MAD|MUR|MXN|MYR|MZN|NAD|NGN|NOK|NZD|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|RWF|SAR|SEK|SGD|THB|TND|TRY|TWD|TZS|"
    "UAH|UGX|USD|UYU|VND|XAF|XOF|ZAR|ZMW"
)
_MONEY = (
    rf"[€$£¥₦₵₹]|{_CURRENCIES}|(?![KMB][$€£])[A-Z]{{1,3}}[$€£]|KSh|Rs\.?|Rp|Kč|Ft|kr\.?|zł|CFA|%|‰"
)
_SHARES = ("%", "‰")
_MONEY_ALONE = re.compile(rf"{_MONEY}")
# Units of more than a letter, 5m is five million for some; and behind the number, GB1 is a name.
_UNITS = r"°[CF]?|[kMGT]?Wh|[kMG]W|km/h|m/s|[kcm]m|kg|hPa|mbar|bar|[kKMGTP]i?B|kn|mph|min|ms|Stk\.?|St\.|pcs\.?|ppm"
# What a number is multiplied by.
SCALES: Mapping[str, int] = {
    **dict.fromkeys(("k", "K", "Tsd.", "Tsd", "tys.", "thousand"), 1_000),
    **dict.fromkeys(("M", "m", "Mio.", "Mio", "mio", "mn", "mln", "million", "millions"), 10**6),
    **dict.fromkeys(("B", "bn", "Mrd.", "Mrd", "mld", "md", "billion", "milliard"), 10**9),
}
_SCALE = "|".join(sorted(map(re.escape, SCALES), key=len, reverse=True))
_CELL = re.compile(
    rf"(?P<around>\()?(?P<sign>[-+]?)\s*(?P<before>{_MONEY})?\s*(?P<inner>[-+]?)(?P<open>\()?\s*"
    rf"(?P<digits>\d[\d.,' ]*?|[.,]\d+)(?P<exponent>[eE][-+]?\d{{1,3}})?\s*(?P<close>\))?"
    rf"\s*(?:(?P<after>{_MONEY}|{_UNITS})|(?P<scale>{_SCALE})\s*(?P<of>{_MONEY})?)?(?P<trailing>-)?"
)
_GROUPED = {
    # In twos above the first thousand, as in India.
    ",": re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}"),
    ".": re.compile(r"\d{1,3}(?:\.\d{3})+"),
    " ": re.compile(r"\d{1,3}(?: \d{3})+"),
    "'": re.compile(r"\d{1,3}(?:'\d{3})+"),
}
# All of a block at once: numbers as they land, and those that get there by their signs alone.
_PLAIN_BLOCK = re.compile(
    r"(?:-?[0-9]{1,18}(?:\.[0-9]{1,40})?)?(?:\n(?:-?[0-9]{1,18}(?:\.[0-9]{1,40})?)?)*+"
)
_COMMA = r"(?:-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,18})(?:,[0-9]{1,40})?)?"
_COMMA_BLOCK = re.compile(rf"{_COMMA}(?:\n{_COMMA})*+")
_OPEN_POINT = re.compile(r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$", re.MULTILINE)
_SMALL = re.compile(r"^-?[0-9]{1,3}$", re.MULTILINE)
_CODE = re.compile(r"^0[0-9]+$", re.MULTILINE)
# 12,- and 12.-- are whole.
_WHOLE = re.compile(r"(?<=\d)[.,](?:-{1,2}|–|—)(?=\s|$)")
# Marks of an office of statistics (preliminary, estimated …), and stars that lead to a note.
_MARK = re.compile(r"(?<=\d)(?:\s[bepru]{1,2}|\s?\([a-z]\)|\s?\*{1,3}|#)$")
# Debit and credit of a bank: behind an amount with its cents.
_SIDE = re.compile(r"(?<=[.,]\d\d)\s?(?:(S|Dr\.?|DR)|H|Cr\.?|CR)$")
_SPECIAL = re.compile(r"[,.]-|–|—|[A-Za-z)*#]$|^'|^\(")
_MANY, _SOME = 60, 0.05
# Scales that are everyday units as well: kelvin, months, metres and minutes, bytes, minutes, days of work, millions of
# litres a day, mebibytes. They count only where the whole column shows that they multiply.
_UNITS_AS_WELL = frozenset({"K", "M", "m", "B", "mn", "md", "mld", "Mio", "mio"})
_SIZES = frozenset("BkKM")
# No number is longer, and the time that the pattern takes stays bounded.
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Numeral:
    """`decimal`: the sign before the fraction.

    Attributes:
        is_certain: it is seen, or no number needs one; else both readings fit, as with 1,234 alone.
        is_seen: some number shows it.
        unit: a currency or percent sign that every cell has.
        only: the one unit that counts, where some cells have another.
        scales: of SCALES, those that multiply its numbers.
    """

    decimal: Decimal
    is_certain: bool
    is_seen: bool = False
    unit: str | None = None
    only: str | None = None
    scales: tuple[str, ...] = ()


def is_null(cell: str) -> bool:
    return cell.lower() in NULLS or (cell[:1] in _UNTOLD_BEGIN and bool(_UNTOLD.fullmatch(cell)))


def plainly(cell: str) -> str:
    """With the digits, blanks and signs that code is written with."""
    return cell.translate(_BLANKS)


def parts_of(cell: str) -> tuple[str, str, str, str] | None:
    """Sign, digits with their signs, unit, and what multiplies them; None for what is no number in any convention."""
    if len(cell) > _LONGEST:
        return None
    text, is_turned = _bare(plainly(cell).strip())
    found = _CELL.fullmatch(text)
    # ($1,200) and $(1,200).
    if found is None or (found["open"] or "") + (found["around"] or "") != "(" * bool(
        found["close"]
    ):
        return None
    signs = [found[name] for name in ("sign", "inner", "trailing") if found[name]]
    unit = found["after"] or found["of"]
    if len(signs) > 1 or (found["before"] and unit):
        return None
    is_negative = "-" in signs or bool(found["close"])
    if is_turned and is_negative:
        return None
    is_negative |= is_turned
    digits = found["digits"] + (found["exponent"] or "")
    sign = "-" if is_negative else ""
    return sign, digits, found["before"] or unit or "", found["scale"] or ""


def is_money(text: str) -> bool:
    """A sign or code of a currency."""
    return text not in ("%", "‰") and _MONEY_ALONE.fullmatch(text) is not None


def is_scaled(cell: str) -> bool:
    """Whether something behind the number may multiply it."""
    parts = parts_of(cell)
    return parts is not None and bool(parts[3])


def _with_a_zero(found: re.Match[str]) -> str:
    return found[0][0] + "0"


def _bare(text: str) -> tuple[str, bool]:
    """Without what stands around a number and is none of it; and whether that makes it one below zero."""
    if _SPECIAL.search(text) is None:
        return text, False
    text = _MARK.sub("", _WHOLE.sub(_with_a_zero, text.removeprefix("'")))
    if text[:1] == "(" and text[-1:] == ")":
        return text[1:-1].strip(), True
    if (side := _SIDE.search(text)) is not None:
        return text[: side.start()], side[1] is not None
    return text, False


@dataclass(slots=True)
class Tally:
    """What the cells of a column show, counted.

    Attributes:
        votes: cells by the decimal sign that they show; units: by their currency or percent sign.
        known: cells that are something; numbers: those that are one in some convention.
        has_code: some cell is 00123, which would lose its zeros.
        small, large: whole numbers without any sign, below a thousand and above.
        scales: cells by what may multiply them; scaled_votes: as `votes`, of those alone, which the others leave out.
        fractions: what may multiply some number that has one.
    zeros: those without a unit, which are the same in every one.
    """

    votes: Counter[str] = field(default_factory=Counter[str])
    units: Counter[str] = field(default_factory=Counter[str])
    known: int = 0
    numbers: int = 0
    has_code: bool = False
    small: int = 0
    large: int = 0
    scales: Counter[str] = field(default_factory=Counter[str])
    scaled_votes: Counter[str] = field(default_factory=Counter[str])
    scaled_units: Counter[str] = field(default_factory=Counter[str])
    fractions: set[str] = field(default_factory=set[str])
    zeros: int = 0

    def add(self, counts: Mapping[str, int]) -> None:
        together = "\n".join(counts)
        if _is_plain(counts, together):
            self._add_plain(counts, together)
            return
        for cell, count in counts.items():
            if is_null(cell):
                continue
            self.known += count
            self.has_code |= len(cell) > 1 and cell[0] == "0" and cell.isdigit()
            parts = parts_of(cell)
            if parts is None or (vote := _vote(parts[1])) is None:
                continue
            if parts[3]:
                self.scales[parts[3]] += count
                self.scaled_votes[vote] += count
                self.scaled_units[parts[2]] += count
                self.fractions |= {parts[3]} if vote in (".", ",") else set()
                continue
            self.numbers += count
            self.votes[vote] += count
            if not vote and parts[1].isdecimal():
                self.small += count * (len(parts[1]) <= 3)
                self.large += count * (len(parts[1]) > 3)
            self.units[parts[2]] += count
            self.zeros += count * (not parts[2] and not parts[1].strip("0.,"))

    @property
    def scaled(self) -> "Tally":
        """With the cells that something multiplies, where the column shows that it does."""
        if not self._shows_scales():
            return self
        return replace(
            self,
            votes=self.votes + self.scaled_votes,
            units=self.units + self.scaled_units,
            numbers=self.numbers + self.scales.total(),
        )

    def _shows_scales(self) -> bool:
        """By one that is no unit, such as Mio. and a small k, by money, or by thousands beside millions."""
        there = set(self.scales)
        if set(self.scaled_units) - {"", "%", "‰"}:
            return True
        # 512B, 12K and 3M are sizes of files: bytes are whole, and none stands there without a letter.
        if "B" in there - self.fractions and there <= _SIZES and not self.numbers:
            return False
        return bool(there - _UNITS_AS_WELL) or len({SCALES[each] for each in there}) > 1

    def _add_plain(self, counts: Mapping[str, int], together: str) -> None:
        """Plain numbers, and what is missing. together: all of them, a line each."""
        open_ones = {*_OPEN_POINT.findall(together)}
        known = sum(counts.values()) - counts.get("", 0)
        is_open = sum(map(counts.__getitem__, open_ones))
        signed = sum(count for cell, count in counts.items() if "." in cell)
        small = sum(map(counts.__getitem__, {*_SMALL.findall(together)})) if is_open else 0
        self._vote(known, signed, is_open, small)
        self.has_code |= _CODE.search(together) is not None

    def add_block(self, cells: Sequence[str]) -> None:
        """As `add`, by one look at all of them where they are plain numbers."""
        together = "\n".join(cells)
        if not _is_plain(cells, together):
            self.add(Counter(cells))
            return
        is_open = len(_OPEN_POINT.findall(together))
        small = len(_SMALL.findall(together)) if is_open else 0
        self._vote(len(cells) - cells.count(""), together.count("."), is_open, small)
        self.has_code |= _CODE.search(together) is not None

    def _vote(self, known: int, signed: int, is_open: int, small: int) -> None:
        """signed: those with a point; is_open: those of them whose point may part thousands; small: without one,
        below a thousand, counted where some are open."""
        self.known += known
        self.numbers += known
        self.votes["."] += signed - is_open
        self.votes["1.234"] += is_open
        self.votes[""] += known - signed
        self.small += small
        self.large += known - signed - small
        self.units[""] += known


def _is_plain(cells: Sized, together: str) -> bool:
    """Whether each is a plain number of one line, or missing. together: all of them, a line each."""
    is_one_line_each = together.count("\n") < max(len(cells), 1)
    return is_one_line_each and _PLAIN_BLOCK.fullmatch(together) is not None


def tally_of(cells: Cells) -> Tally:
    tally = Tally()
    counts = cells.counts
    if counts is not None:
        tally.add(counts)
    else:
        for block in cells.pieces():
            tally.add_block(block)
    return tally


def numeral_of(tally: Tally, usual: Decimal | None) -> Numeral | None:
    """The convention that most of the cells are in; None where fewer than four fifths are numbers.

    usual: the decimal sign where nothing decides, such as 1,234 alone; None leaves that uncertain.
    """
    whole, tally = tally, tally.scaled
    scales = tuple(sorted(tally.scales)) if tally is not whole else ()
    votes, units = tally.votes, Counter({u: n for u, n in tally.units.items() if u})
    only, shared = units.most_common(1)[0] if units else (None, 0)
    # What is in another unit is another thing.
    numbers = tally.numbers - (units.total() - shared)
    is_share = only in _SHARES
    if is_share:
        # 5 % and 0.05 are the same, and 5 % and 5 may be: what has no sign is not told.
        numbers -= tally.numbers - units.total() - tally.zeros
    if numbers <= 0 or numbers < 0.8 * tally.known:
        return None
    told = only if shared == tally.numbers else None
    one = only if len(units) > 1 or (is_share and told is None) else None
    if votes["."] or votes[","]:
        return Numeral("." if votes["."] >= votes[","] else ",", True, True, told, one, scales)
    if not votes["1,234"] and not votes["1.234"]:
        return Numeral(usual or ".", True, False, told, one, scales)
    if (shown := _shown_by_size(tally)) is not None:
        return Numeral(shown, True, True, told, one, scales)
    return Numeral(usual or ".", usual is not None, False, told, one, scales)


def _shown_by_size(tally: Tally) -> Decimal | None:
    """Of 1.234 beside 567: many that have a sign where they are large, and none where they are small, have it between
    thousands. Decimals would be one, two or three."""
    votes = tally.votes
    if bool(votes["1,234"]) == bool(votes["1.234"]) or tally.large:
        return None
    point = votes["1.234"]
    is_many = max(point, votes["1,234"]) >= _MANY and tally.small >= _SOME * tally.numbers
    return ("," if point else ".") if is_many else None


def plain_numbers(cells: Sequence[str], numeral: Numeral) -> list[str | None]:
    """`plain_number` of each, None for what is not known or no number."""
    if not cells:
        return []
    together = "\n".join(cells)
    if numeral.decimal == "." and _PLAIN_BLOCK.fullmatch(together):
        return [cell or None for cell in cells] if "" in cells else [*cells]
    if numeral.decimal == "," and _COMMA_BLOCK.fullmatch(together):
        pointed = together.replace(".", "").replace(",", ".")
        return [cell or None for cell in pointed.split("\n")]
    read = {cell: plain_number(cell, numeral) for cell in set(cells)}
    return list(map(read.__getitem__, cells))


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
    sign, digits, unit, scale = parts
    if (numeral.only and unit and unit != numeral.only) or (scale and scale not in numeral.scales):
        return None
    if numeral.only in _SHARES and not unit and digits.strip("0.,"):
        return None
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
    text = f"{text}e{exponent}" if exponent else text
    return _times(text, SCALES[scale]) if scale else text


def _times(number: str, factor: int) -> str:
    """Exact, and whole where it is."""
    product = (Exact(number) * factor).normalize()
    return f"{product:f}"
