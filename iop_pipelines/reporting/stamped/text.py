"""Text of one line as WeasyPrint draws it: shaped by HarfBuzz with the font, size and features that Pango took.

Only text of one direction, of one script and of one font comes here; `is_plain` says which.
"""

import io
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from iop_pipelines.errors import Unforeseen

# Pango counts in 1024ths of a pixel.
UNITS = 1024
_MOST_KEPT = 50_000
_SCRIPTS = ("Latn", "Grek", "Cyrl")
_SYMBOLS = "°"
_SPACES = str.maketrans("\t\n\r\f", "    ")
_MANY_SPACES = re.compile(r"[\t\n\r\f]|\A | \Z|  ")
# What most cells have nothing else than; of one script at most.
_LATIN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u024f−–’]*")
_USUAL = "".join(map(chr, range(0x20, 0x7F))) + "−–’·"


@dataclass(frozen=True)
class Shaped:
    """width: pixels. drawn: what shows it, from where the text matrix is."""

    width: float
    drawn: bytes


class Shaper:
    """Shapes text in the font of a box that WeasyPrint has laid out, and tells that font which glyphs are used."""

    def __init__(self, box: Any, fonts: dict[Any, Any]) -> None:
        """box: a text box. fonts: those of the document, by WeasyPrint's key; the box's is added."""
        import uharfbuzz
        from weasyprint.pdf.fonts import Font
        from weasyprint.text.fonts import font_features, get_pango_font_key

        # Its module has no types.
        library: Any = uharfbuzz
        self._harfbuzz = library
        self.style = box.style
        # What the box holds on to must outlive the font.
        self._layout = box.pango_layout
        pango_font = _pango_font(box)
        key, description, self.size = get_pango_font_key(pango_font)
        if key not in fonts:
            fonts[key] = Font(pango_font, description, self.size)
        self.font = fonts[key]
        self._face = library.Face(self.font.file_content, self.font.index)
        self._shaping = library.Font(self._face)
        scale = round(self.size * UNITS)
        self._shaping.scale = (scale, scale)
        self._features = _as_numbers(font_features(*(self.style[name] for name in _FEATURES)))
        self._buffer = library.Buffer()
        self._kept: dict[str, Shaped] = {}
        self._scripts: dict[str, str | None] = {}
        self._usual = {char for char in _USUAL if self._script(char) is not None}
        # How far the next glyph is, where nothing brings them closer, and what draws it.
        self._advances: dict[int, int] = {}
        self._hex: dict[int, str] = {}

    @property
    def chosen(self) -> bytes:
        """Takes the font and its size."""
        return b"/%b %b Tf" % (self.font.hash.encode(), b"%.6g" % self.size)

    def is_plain(self, text: str) -> bool:
        """Whether the font has it all, and it has one direction and one script."""
        if self._usual.issuperset(text):
            return True
        scripts = self._scripts
        found = set()
        for char in text:
            if char not in scripts:
                scripts[char] = self._script(char)
            script = scripts[char]
            if script is None:
                return False
            found.add(script)
        return len(found - {""}) <= 1

    def _script(self, char: str) -> str | None:
        """Empty for what goes with any; None for what is not plain."""
        from fontTools.unicodedata import script

        if not self._shaping.get_nominal_glyph(ord(char)):
            return None
        category, of = unicodedata.category(char), script(char)
        if of in _SCRIPTS:
            return of
        is_common = category[0] in "NP" or category in ("Zs", "Sm", "Sc", "Sk", "Lm")
        if of == "Zyyy" and (is_common or char in _SYMBOLS):
            return ""
        is_selector = 0xFE00 <= ord(char) <= 0xFE0F
        return "" if of == "Zinh" and category == "Mn" and not is_selector else None

    def shape(self, text: str) -> Shaped:
        kept = self._kept.get(text)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            kept = self._kept[text] = self._shape(text)
        return kept

    def _shape(self, text: str) -> Shaped:
        buffer = self._buffer
        buffer.reset()
        buffer.cluster_level = self._harfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.language = self.style["lang"] or "en"
        self._harfbuzz.shape(self._shaping, buffer, self._features)
        glyphs = [info.codepoint for info in buffer.glyph_infos]
        positions = [each.position for each in buffer.glyph_positions]
        for at, glyph in enumerate(glyphs):
            if glyph not in self._advances:
                self._tell(glyph, at, text)
        advances = self._advances
        if positions == [(0, 0, advances[glyph], 0) for glyph in glyphs]:
            drawn = f"<{''.join(map(self._hex.__getitem__, glyphs))}>Tj".encode()
        else:
            drawn = self._drawn(glyphs, positions)
        return Shaped(sum(position[2] for position in positions) / UNITS, drawn)

    def _tell(self, glyph: int, at: int, text: str) -> None:
        """What text the glyph stands for, and how wide it is."""
        clusters = [info.cluster for info in self._buffer.glyph_infos]
        end = clusters[at + 1] if at + 1 < len(clusters) else len(text)
        self.font.to_unicode.setdefault(glyph, text[clusters[at] : end])
        advance = self._shaping.get_glyph_h_advance(glyph)
        self.font.widths.setdefault(glyph, round(advance * 1000 / UNITS / self.size))
        self._advances[glyph], self._hex[glyph] = advance, f"{glyph:04x}"

    def _drawn(self, glyphs: list[int], positions: list[tuple[int, int, int, int]]) -> bytes:
        """Adjusted where a glyph's own width is not how far the next is, as WeasyPrint does."""
        per_mille = 1000 / UNITS / self.size
        widths, parts, run = self.font.widths, list[str](), ""
        has_rise = False
        for glyph, (x, y, advance, _) in zip(glyphs, positions, strict=True):
            # WeasyPrint takes 1024 for 1000 here.
            shift = x / self.size
            if x or y:
                has_rise = True
                parts.append(f"<{run}>" if run else "")
                run = ""
                parts.append(f"{-shift:.0f}" if round(shift) else "")
                parts += ["R", f"{y / 1000:.3f}", f"<{glyph:04x}>", "R", "0"]
            else:
                run += f"{glyph:04x}"
            kerning = int(widths[glyph] + shift - advance * per_mille)
            if kerning:
                parts += [f"<{run}>" if run else "", f"{kerning}"]
                run = ""
        if run:
            parts.append(f"<{run}>")
        return _with_rises(parts) if has_rise else _shown(parts)


_FEATURES = (
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
)


def _as_numbers(features: dict[str, Any]) -> dict[str, int]:
    return {name: int(value) for name, value in features.items()}


def _shown(parts: list[str]) -> bytes:
    parts = [part for part in parts if part]
    if len(parts) == 1 and parts[0][0] == "<":
        return f"{parts[0]}Tj".encode()
    return f"[{''.join(parts)}]TJ".encode() if parts else b""


def _with_rises(parts: list[str]) -> bytes:
    """`R` and a number among them raise what follows."""
    out, line = io.BytesIO(), list[str]()
    rest = iter(parts)
    for part in rest:
        if part == "R":
            out.write(_shown(line) + b" " + next(rest).encode() + b" Ts ")
            line = []
        else:
            line.append(part)
    out.write(_shown(line))
    return out.getvalue().strip()


def _pango_font(box: Any) -> Any:
    """Of its only run."""
    from weasyprint.text.ffi import ffi

    box.pango_layout.reactivate(box.style)
    line, _ = box.pango_layout.get_first_line()
    run = line.runs[0]
    if run == ffi.NULL:
        raise Unforeseen("pdf.unforeseen", what="an_empty_line_has_no_font")
    return run.data.item.analysis.font


def is_usual(text: str) -> bool:
    """Whether any font for Latin has it, in all likelihood."""
    return _LATIN.fullmatch(text) is not None


def collapsed(text: str) -> str:
    """White space as HTML has it."""
    if not _MANY_SPACES.search(text):
        return text
    text = text.translate(_SPACES)
    return " ".join(part for part in text.split(" ") if part)
