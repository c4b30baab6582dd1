"""Pages of a PDF as pictures, by PDFium: for a phone that would have to download and open the file.

PDFium is not safe for threads: one page at a time is drawn in a process. Only files that the platform
made itself come here.
"""

import io
import threading

import pypdfium2 as pdfium

# A page that is far higher than wide is cut down with its width.
_MAX_PIXELS = 12_000_000
_DRAWING = threading.Lock()


def page_count(content: bytes) -> int:
    with _DRAWING, pdfium.PdfDocument(content) as document:
        return len(document)


def draw_page(content: bytes, number: int, width: int) -> bytes | None:
    """PNG of one page, counted from 1; None if there is no such page.

    width: pixels.
    """
    with _DRAWING, pdfium.PdfDocument(content) as document:
        if not 1 <= number <= len(document):
            return None
        page = document[number - 1]
        wide, high = page.get_size()
        scale = min(width / wide, (_MAX_PIXELS / (wide * high)) ** 0.5)
        bitmap = page.render(scale=scale)
        out = io.BytesIO()
        bitmap.to_pil().save(out, "PNG", optimize=False)
        page.close()
        return out.getvalue()
