"""The process that runs WeasyPrint: a job as JSON on stdin; on stdout a line of JSON, what it found, and a PDF.

WeasyPrint needs libraries and fonts of the system, keeps its memory, and dies without an exception
where there is no font; here it can, and takes nothing with it. No URL is fetched but the report's
own fonts. Exit codes: 0 done, 3 something of the system is missing (stderr says what), 1 failed.
"""

import contextlib
import ctypes
import ctypes.util
import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

FONTS = Path(__file__).parent / "fonts"
MISSING = 3


def main() -> int:
    job: dict[str, Any] = json.load(sys.stdin)
    _limit(job["memory_bytes"], job["cpu_s"])
    problem = missing_library() or missing_font()
    if problem:
        print(problem, file=sys.stderr)
        return MISSING
    # A document is a forest of boxes without garbage: collecting costs a third of the time.
    gc.disable()
    if job["html"]:
        content, found = render(job["html"], job["css"])
        sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + content)
    return 0


def _limit(memory_bytes: int, cpu_s: int) -> None:
    """As far as the system has limits: macOS does not bound the address space."""
    import resource

    for kind, most in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_s)):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, hard))


def missing_library() -> str | None:
    try:
        import weasyprint  # noqa: F401
    except OSError as error:
        return f"WeasyPrint cannot load Pango ({str(error).splitlines()[0]})"
    return None


def missing_font() -> str | None:
    """Pango ends the process, without a message, when fontconfig knows no font at all."""
    name = ctypes.util.find_library("fontconfig")
    if name is None:
        return None
    fontconfig = ctypes.CDLL(name)
    # FcConfigGetFonts(current, FcSetSystem) points to a struct that begins with the count.
    fontconfig.FcInit()
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(ctypes.c_int)
    fontconfig.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    fonts = fontconfig.FcConfigGetFonts(None, 0)
    return None if fonts and fonts[0] > 0 else "the system has no font that fontconfig knows"


def own_assets() -> "URLFetcher":
    """Answers `asset:NAME` from the fonts folder and refuses every other URL, redirects included."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAssets(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            name = url.removeprefix("asset:")
            known = {path.name: path for path in FONTS.glob("*.woff2")}
            if not url.startswith("asset:") or name not in known:
                raise ValueError(f"{url[:80]!r} is no asset of the report")
            return URLFetcherResponse(url, known[name].read_bytes(), {"Content-Type": "font/woff2"})

    return OwnAssets(allowed_protocols=("asset",), allow_redirects=False)


def render(html: str, css: str) -> tuple[bytes, dict[str, list[str]]]:
    """(PDF, what is wrong with its pages: `outside`, `over` and `missing`, by `proof`)."""
    from weasyprint import CSS, HTML
    from weasyprint.logger import LOGGER
    from weasyprint.text.fonts import FontConfiguration

    from iop_pipelines.reporting import proof

    fetcher = own_assets()
    fonts = FontConfiguration()
    style = CSS(string=css, url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=html, url_fetcher=fetcher).render(
        stylesheets=[style], font_config=fonts, pdf_tags=True
    )
    found, missing = proof.faults(document), proof.Missing()
    LOGGER.addHandler(missing)
    # None would be for a target to write to, which is not given.
    content = cast(bytes, document.write_pdf(pdf_tags=True))
    return content, {**found, "missing": sorted(missing.found)}


if __name__ == "__main__":
    raise SystemExit(main())
