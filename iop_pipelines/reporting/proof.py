"""What is wrong with pages that are laid out: text outside its cell or page, or over other text, or without a glyph.

Runs where WeasyPrint does. Its boxes say where each piece of a line stands; what no font has it says as it draws, of
the texts of charts too.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# CSS pixels: a glyph may stand out of its advance by so much and touch nothing.
_TOLERANCE = 1.0
# How far the boxes of two lines may reach into each other: a line is higher than its letters.
_OVERLAP = 0.35
_MOST_NAMED = 20


@dataclass(frozen=True)
class _Piece:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    # From where to where it may go.
    edges: tuple[float, float]


def faults(document: Any) -> dict[str, list[str]]:
    """`outside` and `over`: the texts, at most 20 of each."""
    outside: list[str] = []
    over: list[str] = []
    for page in document.pages:
        box = page._page_box
        found = _texts(box, (0.0, float(box.margin_width())))
        pieces = [_piece(text_box, edges) for text_box, edges in found]
        outside += [each.text for each in pieces if _is_outside(each)]
        over += [each.text for each in _overprinted(pieces)]
    return {"outside": outside[:_MOST_NAMED], "over": over[:_MOST_NAMED]}


class Missing(logging.Handler):
    """Hears which characters no font has; `found` are they."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.found.add(str(record.args[0]))


def _texts(box: Any, edges: tuple[float, float]) -> Iterator[tuple[Any, tuple[float, float]]]:
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        if box.text.strip() and box.style["visibility"] == "visible" and box.style["font_size"]:
            yield box, edges
        return
    if isinstance(box, boxes.TableCellBox | boxes.MarginBox):
        left = box.position_x
        edges = (left, left + box.margin_width())
    for child in getattr(box, "children", ()):
        # A child may be held with what else is known of it.
        yield from _texts(child[1] if isinstance(child, tuple) else child, edges)


def _piece(box: Any, edges: tuple[float, float]) -> _Piece:
    width = box.width or 0.0
    right, bottom = box.position_x + width, box.position_y + box.height
    return _Piece(box.text, box.position_x, box.position_y, right, bottom, edges)


def _is_outside(piece: _Piece) -> bool:
    left, right = piece.edges
    return piece.left < left - _TOLERANCE or piece.right > right + _TOLERANCE


def _overprinted(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Those that stand on one before them. Sorted from above, a piece meets only those that begin before it ends."""
    open_: list[_Piece] = []
    for piece in sorted(pieces, key=lambda each: each.top):
        open_ = [each for each in open_ if each.bottom > piece.top]
        if any(_meet(each, piece) for each in open_):
            yield piece
        open_.append(piece)


def _meet(one: _Piece, other: _Piece) -> bool:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return wide > _TOLERANCE and high > _OVERLAP * lower
