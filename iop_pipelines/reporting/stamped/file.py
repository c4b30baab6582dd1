"""A PDF written object by object: small objects packed some hundred together, and none kept."""

import zlib
from array import array
from collections.abc import Sequence
from typing import BinaryIO

_LEVEL = 6
_PACKED = 200
_FREE, _PLAIN, _IN_PACK = 0, 1, 2


class PdfFile:
    """Numbers are given by `reserve`; `pack` takes objects that are no streams, `stream` those that are."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._kinds = bytearray(1)
        # Of a plain one its offset; of a packed one the number of its pack, and its place there.
        self._where, self._place = array("Q", [0]), array("I", [65535])
        self._waiting: list[tuple[int, bytes]] = []
        out.write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")

    def reserve(self, count: int = 1) -> int:
        """The first of so many numbers that follow each other."""
        first = len(self._kinds)
        self._kinds.extend(bytes(count))
        self._where.extend(array("Q", bytes(8 * count)))
        self._place.extend(array("I", bytes(4 * count)))
        return first

    def stream(self, number: int, about: bytes, data: bytes, *, is_packed: bool = True) -> None:
        """about: entries of its dictionary, less its length and filter. is_packed: it is worth compressing."""
        if is_packed:
            data, about = zlib.compress(data, _LEVEL), about + b"/Filter/FlateDecode"
        self.plain(
            number,
            b"<<%b/Length %d>>stream\n%b\nendstream" % (about, len(data), data),
        )

    def plain(self, number: int, content: bytes) -> None:
        self._kinds[number], self._where[number] = _PLAIN, self._out.tell()
        self._place[number] = 0
        self._out.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))

    def pack(self, first: int, objects: Sequence[bytes]) -> None:
        """Objects whose numbers follow each other."""
        self._waiting += zip(range(first, first + len(objects)), objects, strict=True)
        if len(self._waiting) >= _PACKED:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        pack = self.reserve()
        heads, at = list[bytes](), 0
        for place, (number, content) in enumerate(self._waiting):
            self._kinds[number], self._where[number], self._place[number] = _IN_PACK, pack, place
            heads.append(b"%d %d" % (number, at))
            at += len(content) + 1
        head = b" ".join(heads) + b"\n"
        body = b"\n".join(content for _, content in self._waiting)
        about = b"/Type/ObjStm/N %d/First %d" % (len(self._waiting), len(head))
        self._waiting = []
        self.stream(pack, about, head + body)

    def end(self, about: bytes) -> None:
        """about: the entries of the trailer, less its size."""
        self._flush()
        number = self.reserve()
        start = self._out.tell()
        self._kinds[number], self._where[number] = _PLAIN, start
        size = len(self._kinds)
        rows = bytearray(size * 8)
        rows[0::8] = self._kinds
        for at in range(5):
            rows[1 + at :: 8] = _byte(self._where, 4 - at)
        for at in range(2):
            rows[6 + at :: 8] = _byte(self._place, 1 - at)
        self.stream(number, b"/Type/XRef/Size %d/W[1 5 2]%b" % (size, about), bytes(rows))
        self._out.write(b"startxref\n%d\n%%%%EOF\n" % start)


def _byte(values: "array[int]", place: int) -> bytes:
    """That byte of each, counted from the last."""
    shift = 8 * place
    return bytes(value >> shift & 255 for value in values)
