"""Text in the order in which a reader looks for it: É beside E, Ọ beside O, small letters beside capitals.

A part of the Unicode collation algorithm (UTS 10) with its default table, as the servers' own collations have it
(utf8mb4_0900_as_cs, utf8mb4_uca1400_nopad_as_cs): letters decide first, then accents, then capitals. Marks, signs,
currencies and digits come before letters, Latin before Greek before Cyrillic. Scripts whose letters `alphabet.txt` does
not have go by code points.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

_TABLE = Path(__file__).with_name("alphabet.txt")
_SPACES = "\t\n\x0b\x0c\r\x85\u2028\u2029 "
# Accents by their weight; others behind them, by their code points.
_ACCENTS = (
    "\u0313\u0314\u0301\u0300\u0306\u0302\u030c\u030a\u0342\u0308\u030b\u0303\u0307"
    "\u0338\u0327\u0328\u0304\u0335"
)
# Letters with a stroke are their letter with an accent; ligatures are two letters, joined by one that outweighs all.
_JOINED = "\uffff"
_MADE_OF: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ø": (("o", "\u0338"),),
    "đ": (("d", "\u0335"),),
    "ħ": (("h", "\u0335"),),
    "ł": (("l", "\u0335"),),
    "æ": (("a", _JOINED), ("e", "")),
    "œ": (("o", _JOINED), ("e", "")),
    "ß": (("s", _JOINED), ("s", "")),
}
_SCRIPTS = (
    *("LATIN", "GREEK", "COPTIC", "CYRILLIC", "GEORGIAN", "ARMENIAN", "HEBREW", "ARABIC"),
    *("SYRIAC", "THAANA", "NKO", "TIFINAGH", "ETHIOPIC", "DEVANAGARI", "BENGALI", "GURMUKHI"),
    *("GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "THAI", "LAO"),
    *("TIBETAN", "MYANMAR", "KHMER", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "CJK"),
)
_SPACE, _MARK, _SIGN, _CURRENCY, _DIGIT, _LETTER = range(1, 7)
_KINDS = {"MARKS": _MARK, "SIGNS": _SIGN, "CURRENCIES": _CURRENCY}
_BY_CATEGORY = {"Z": _SPACE, "P": _MARK, "S": _SIGN}
# Behind those that the table has.
_BEHIND = 0x1000


@cache
def _places() -> Mapping[str, tuple[int, int]]:
    """Class and place of each character of the table."""
    found = {char: (_SPACE, at + 1) for at, char in enumerate(_SPACES)}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        head, _, listed = line.partition(" ")
        if not head.isupper():
            continue
        groups = listed.split()
        kind = _KINDS.get(head) or _LETTER + _SCRIPTS.index(head)
        found |= {char: (kind, at + 1) for at, group in enumerate(groups) for char in group}
    return found


@cache
def _variants() -> frozenset[str]:
    """Letters behind another of the same place, such as ς."""
    seen: set[tuple[int, int]] = set()
    behind: set[str] = set()
    for char, place in _places().items():
        behind |= {char} if place in seen else set()
        seen.add(place)
    return frozenset(behind)


@lru_cache(maxsize=20_000)
def reading_key(text: str) -> bytes:
    """What texts are ordered by. Texts of one key differ in nothing that a reader goes by."""
    letters: list[bytes] = []
    accents: list[bytes] = []
    cases: list[bytes] = []
    for char in _characters(text):
        if unicodedata.category(char) == "Mn":
            accents.append(_accent(char))
            continue
        small = char.lower() if len(char.lower()) == 1 else char
        variant = _JOINED if small in _variants() else ""
        for letter, accent in _MADE_OF.get(small, ((small, variant),)):
            letters.append(_letter(letter))
            accents.append(b"\0\x01")
            if accent:
                accents.append(_accent(accent))
            cases.append(b"\x01" if small == char else b"\x02")
    return b"".join((*letters, b"\0\0\0\0", *accents, b"\0\0", *cases))


def _characters(text: str) -> Iterator[str]:
    """In their parts, but for those that the table has as letters of their own, such as й; without controls."""
    places = _places()
    for char in unicodedata.normalize("NFC", text):
        if char.lower() in places:
            yield char
            continue
        for part in unicodedata.normalize("NFKD", char):
            if unicodedata.category(part) not in ("Cc", "Cf"):
                yield part


def _accent(char: str) -> bytes:
    at = _ACCENTS.find(char)
    return (2 + at if at >= 0 else 0x20 + (ord(char) & 0xFFFF) // 2).to_bytes(2, "big")


@lru_cache(maxsize=20_000)
def _letter(char: str) -> bytes:
    """Four bytes: the class, then the place within it."""
    kind, at = _place(char)
    return bytes((kind,)) + at.to_bytes(3, "big")


def _place(char: str) -> tuple[int, int]:
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return _DIGIT, digit + 1
    if char in _places():
        return _places()[char]
    category = unicodedata.category(char)
    kind = _CURRENCY if category == "Sc" else _BY_CATEGORY.get(category[0])
    if kind is not None:
        return kind, _BEHIND + ord(char)
    script = unicodedata.name(char, "").partition(" ")[0]
    rank = _SCRIPTS.index(script) if script in _SCRIPTS else len(_SCRIPTS)
    return _LETTER + rank, _BEHIND + ord(char)
