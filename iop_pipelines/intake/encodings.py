"""Which letters the bytes of a text file are; nothing is decided where another reading fits as well."""

import codecs
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.questions import Ask, Question

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_PIECE = 1 << 20
_SAMPLE = 1 << 16
# Words as the Western code page shows them: letters only, not most of them beyond ASCII.
_WORD = re.compile(r"[^\s\d,;|\t\"'.:()/\\&+-]*[\x80-\uffff][^\s\d,;|\t\"'.:()/\\&+-]*")
_SIGNS = frozenset("€£¥¢$%‰°²³µ½¼¾±§©®™ªº–—’“”…«»¿¡·•×÷¨`\u00a0\u00b4\u2018")
# Below 0xA0 the Western code page has letters that are seldom, other pages their usual ones.
_SELDOM = frozenset("ŠŒŽšœžŸƒˆ")
# Icelandic in the Western code page, Turkish in the Turkish one: the same bytes.
_NORTHERN = frozenset("ðþýÐÞÝ")
_OTHERS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859_2", "koi8_r", "cp850", "cp866"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)


_CALLED = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "iso8859_2": "ISO 8859-2",
    "iso8859_15": "ISO 8859-15",
    "koi8_r": "KOI8-R",
    "mac_roman": "Mac Roman",
    "shift_jis": "Shift JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
}
# What a person may choose from, the likely ones first.
CHOICES = (
    "utf-8",
    *_OTHERS[:9],
    "iso8859_15",
    *_OTHERS[9:12],
    "mac_roman",
    *_OTHERS[12:],
    "utf-16",
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` of Python; `said` for people."""

    codec: str
    said: str


def encoding_of(path: Path, name: str, given: str | None, ask: Ask) -> Encoding:
    """By its mark, else UTF-8 if it is, else the Western code page if its words look so, else a guess that is sure.

    given: as the person said it.

    Raises:
        InvalidInput: the bytes are no text, or not of the encoding that is given; or what `ask` raises.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if given is not None:
        return _checked(path, name, _known(given))
    for mark, codec, said in _MARKS:
        if sample.startswith(mark):
            return _checked(path, name, Encoding(codec, said))
    if b"\0" in sample:
        return _checked(path, name, _without_mark(sample, name))
    if _first_wrong(path, "utf-8") is None:
        return Encoding("utf-8", "UTF-8")
    return _code_page(path, name, ask)


def _known(given: str) -> Encoding:
    try:
        found = codecs.lookup(given)
    except LookupError as error:
        raise InvalidInput("intake.no_encoding", encoding=given) from error
    if not getattr(found, "_is_text_encoding", True):
        raise InvalidInput("intake.no_encoding", encoding=given)
    return Encoding(found.name, given)


def _without_mark(sample: bytes, name: str) -> Encoding:
    low, high = sample[1::2].count(0), sample[::2].count(0)
    if max(low, high) * 4 < len(sample):
        raise InvalidInput("intake.no_text", name=name)
    return Encoding("utf-16-be" if high > low else "utf-16-le", "UTF-16")


def _checked(path: Path, name: str, encoding: Encoding) -> Encoding:
    wrong = _first_wrong(path, encoding.codec)
    if wrong is not None:
        raise InvalidInput("intake.not_encoded", name=name, codec=encoding.said, byte=wrong)
    return encoding


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _first_wrong(path: Path, codec: str) -> int | None:
    """About where the first byte is that is none of `codec`; None where all are."""
    decoder = codecs.getincrementaldecoder(codec)()
    before = 0
    try:
        for piece in _pieces(path):
            decoder.decode(piece)
            before += len(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return before + error.start
    return None


def _code_page(path: Path, name: str, ask: Ask) -> Encoding:
    telling = _lines_beyond_ascii(path)
    if _is_western(telling) and _first_wrong(path, "cp1252") is None:
        return Encoding("cp1252", "Windows-1252")
    if b"\0" in telling or _is_noise(telling):
        raise InvalidInput("intake.no_text", name=name)
    likely = [each for each in _likely(telling) if _first_wrong(path, each) is None]
    if _is_seldom(_WORD.findall(telling.decode("cp1252", "replace"))):
        likely.insert(0, "mac_roman")
    if len(likely) == 1:
        return Encoding(likely[0], said_of(likely[0]))
    likely = likely or [each for each in ("cp1252", "latin-1") if _first_wrong(path, each) is None]
    return _asked(telling, likely[:4], ask)


def _asked(telling: bytes, likely: list[str], ask: Ask) -> Encoding:
    shown = [(each, f"{said_of(each)}: {_example(telling, each)}") for each in likely]
    codec = ask(Question(Sentence("intake.ask_encoding"), tuple(shown), "--encoding"))
    return Encoding(codec, said_of(codec))


def said_of(codec: str) -> str:
    """As people call it, and for themselves what is called so."""
    if codec in _CALLED:
        return _CALLED[codec]
    return re.sub(r"^cp(?=\d)", "Windows-" if codec.startswith("cp12") else "DOS-", codec)


def _example(telling: bytes, codec: str) -> str:
    found = _WORD.findall(telling.decode(codec, "replace"))
    return ", ".join(dict.fromkeys(found[:40][:3]))


def _lines_beyond_ascii(path: Path) -> bytes:
    """The first lines that decide, and no others: a long file may have them late."""
    found: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                found.append(line[:2000])
                size += len(found[-1])
                if size > _SAMPLE:
                    break
    return b"".join(found)


def _is_western(telling: bytes) -> bool:
    """Letters of Western words: few beyond ASCII side by side, no signs inside them, none that is Turkish too."""
    text = telling.decode("cp1252", "replace")
    words = [word.strip("".join(_SIGNS)) for word in _WORD.findall(text)]
    words = [word for word in words if not word.isascii()]
    if _is_seldom(words):
        return False
    for word in words:
        beyond = sum(not letter.isascii() for letter in word)
        if not word.isalpha() or beyond > max(2, len(word) // 2) or _NORTHERN & set(word):
            return False
        pairs = itertools.pairwise(word)
        if any(a.islower() and b.isupper() and not b.isascii() for a, b in pairs):
            return False
    return True


def _is_seldom(words: list[str]) -> bool:
    """Whether all letters beyond ASCII are those, as where an old Mac wrote the file."""
    letters = {letter for word in words for letter in word if not letter.isascii()}
    return bool(letters) and letters <= _SELDOM


def _is_noise(telling: bytes) -> bool:
    control = sum(byte < 32 and byte not in b"\t\r\n" for byte in telling)
    return control > 0.01 * len(telling)


def _likely(telling: bytes) -> list[str]:
    """Code pages by charset-normalizer, those that read the same as one before them left out."""
    from charset_normalizer import from_bytes

    found = from_bytes(telling, cp_isolation=list(_OTHERS), preemptive_behaviour=False)
    ranked = sorted(found, key=lambda each: (round(each.chaos, 2), -round(each.coherence, 2)))
    if not ranked:
        return []
    best = ranked[0]
    near = [
        each
        for each in ranked
        if each.chaos <= best.chaos + 0.02 and each.coherence >= best.coherence - 0.1
    ]
    texts: dict[str, str] = {}
    for each in near:
        texts.setdefault(telling.decode(each.encoding, "replace"), each.encoding)
    clean = [codec for text, codec in texts.items() if _is_clean(text)]
    return clean or list(texts.values())


def _is_clean(text: str) -> bool:
    """Whether words are letters of one script each: one that is half Latin and half Cyrillic is misread."""
    words = {word.strip("".join(_SIGNS)) for word in _WORD.findall(text)} - {""}
    wrong = sum(not word.isalpha() or len(_scripts(word)) > 1 or _is_turned(word) for word in words)
    return wrong <= 0.01 * len(words)


def _is_turned(word: str) -> bool:
    """A capital after a small letter, as where capitals and small letters are each other's."""
    return any(a.islower() and b.isupper() for a, b in itertools.pairwise(word))


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
