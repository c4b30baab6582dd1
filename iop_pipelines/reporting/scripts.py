"""Which package of Debian has the letters that no font here has, by their script."""

import unicodedata

NOTO, CJK, EMOJI = "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"
# A letter of each script that people here have written in, by the first word of its Unicode name.
PROBES = {
    "LATIN": "ẹ",
    "GREEK": "λ",
    "CYRILLIC": "ж",
    "ARABIC": "ع",
    "HEBREW": "ש",
    "ETHIOPIC": "አ",
    "DEVANAGARI": "क",
    "BENGALI": "ক",
    "TAMIL": "க",
    "THAI": "ก",
    "CJK": "中",
    "HANGUL": "한",
    "HIRAGANA": "あ",
    "NKO": "ߒ",
    "TIFINAGH": "ⴰ",
}
_OF_CJK = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH"}


def script_of(char: str) -> str:
    """The first word of its name in Unicode; empty for what has none."""
    return unicodedata.name(char, "").partition(" ")[0]


def package_of(char: str) -> str:
    if script_of(char) in _OF_CJK:
        return CJK
    is_picture = unicodedata.category(char) == "So" and ord(char) >= 0x1F000
    return EMOJI if is_picture else NOTO
