"""The texts of a chart beside its drawing, for who lays text out better than a drawing does.

WeasyPrint draws text within SVG letter by letter: Arabic falls apart, Hebrew runs backwards and marks leave their
letters. Taken out, each label is a line of the page like any other, and is proven like any other.
"""

import re
from dataclasses import dataclass

_TEXT = re.compile(
    r'<text x="(?P<x>[-\d.]+)" y="(?P<y>[-\d.]+)"(?: text-anchor="(?P<anchor>\w+)")?'
    r'(?: fill="(?P<fill>#\w+)")?(?: font-size="(?P<size>[\d.]+)")?'
    r'(?: font-weight="(?P<weight>\d+)")?>(?P<words>[^<]*)</text>'
)
_SIZE = 11.0
# From the top of a line as high as its letters to where they stand, in em; of Inter, and nearly of DejaVu.
_ASCENT = 0.864
# Half of what a centred label may be wide.
_REACH = 150.0


@dataclass(frozen=True)
class Label:
    """`words` are escaped already; `style` places them in the drawing, in CSS."""

    words: str
    style: str


def without_labels(svg: str, width: float, scale: float) -> tuple[str, list[Label]]:
    """(the drawing alone, its labels).

    width: of the drawing in its own units. scale: CSS pixels a unit.
    """
    labels = [_label(match, width, scale) for match in _TEXT.finditer(svg)]
    return _TEXT.sub("", svg), labels


def _label(match: re.Match[str], width: float, scale: float) -> Label:
    size = float(match["size"] or _SIZE)
    x, top = float(match["x"]), float(match["y"]) - _ASCENT * size
    place = _across(match["anchor"] or "start", x, width, scale)
    style = f"top:{top * scale:.1f}px;{place}font-size:{size * scale:.1f}px"
    if match["fill"]:
        style += f";color:{match['fill']}"
    if match["weight"]:
        style += f";font-weight:{match['weight']}"
    return Label(match["words"], style)


def _across(anchor: str, x: float, width: float, scale: float) -> str:
    if anchor == "end":
        return f"right:{(width - x) * scale:.1f}px;"
    if anchor == "middle":
        left, wide = (x - _REACH) * scale, 2 * _REACH * scale
        return f"left:{left:.1f}px;width:{wide:.1f}px;text-align:center;"
    return f"left:{x * scale:.1f}px;"
