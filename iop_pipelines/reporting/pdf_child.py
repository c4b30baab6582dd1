"""The process that runs WeasyPrint: jobs on stdin, each its length in 8 bytes and JSON; answers on stdout.

An answer is a line of JSON, how the job ended and how long its content is, and the content: a line of JSON, what was
found, and a PDF. WeasyPrint needs libraries and fonts of the system, keeps its memory, and dies without an exception
where there is no font; so each job is a fork, which takes nothing with it, and finds all imported. No URL is fetched
but the report's own fonts. How a job ends: 0 done, 3 something of the system is missing (stderr says what), 1 failed.
"""

import contextlib
import ctypes
import ctypes.util
import gc
import io
import json
import os
import select
import sys
import traceback
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting.stamped.body import Body, filled

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

FONTS = Path(__file__).parent / "fonts"
MISSING = 3
_LENGTH_BYTES = 8
_PICTURES = ("data:image/png;base64,", "data:image/svg+xml;base64,")
# Without a job it gives its memory back.
_IDLE_S = 120
_CHUNK_BYTES = 1024 * 1024


def main() -> int:
    problem = missing_library() or missing_font()
    if problem is None:
        _import_all()
    # A fork shares what it does not touch, and collecting touches everything.
    gc.collect()
    gc.freeze()
    while (job := _next_job(sys.stdin.buffer)) is not None:
        _answer(job, problem)
    return 0


def _next_job(jobs: IO[bytes]) -> bytes | None:
    ready, _, _ = select.select([jobs], [], [], _IDLE_S)
    length = jobs.read(_LENGTH_BYTES) if ready else b""
    return jobs.read(int.from_bytes(length, "big")) if length else None


def _import_all() -> None:
    """What a job imports, and the fonts. Nothing that makes Pango begin a thread: a fork would lack it."""
    import fontTools.unicodedata
    import uharfbuzz  # noqa: F401
    import weasyprint  # noqa: F401

    from iop_pipelines.reporting import proof  # noqa: F401
    from iop_pipelines.reporting.stamped import render as stamped  # noqa: F401

    fontTools.unicodedata.script("a")
    faces()


def _answer(job: bytes, problem: str | None) -> None:
    with TemporaryFile() as content, TemporaryFile() as errors:
        pid = os.fork()
        if pid == 0:
            os._exit(_worked(job, problem, content, errors))
        _, ended, used = os.wait4(pid, 0)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip()
        size = content.seek(0, os.SEEK_END)
        told = {
            "status": os.waitstatus_to_exitcode(ended),
            "said": said,
            "size": size,
            "cpu_s": used.ru_utime + used.ru_stime,
            # In kilobytes, on macOS in bytes.
            "peak_bytes": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        }
        out = sys.stdout.buffer
        out.write(json.dumps(told).encode() + b"\n")
        content.seek(0)
        while chunk := content.read(_CHUNK_BYTES):
            out.write(chunk)
        out.flush()


def _worked(raw: bytes, problem: str | None, content: IO[bytes], errors: IO[bytes]) -> int:
    """In the fork; how it is to end."""
    os.dup2(errors.fileno(), 2)
    with open(os.devnull, "r+b") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    try:
        if problem:
            print(problem, file=sys.stderr, flush=True)
            return MISSING
        _work(raw, cast(BinaryIO, content))
        content.flush()
    # Whatever it is, who asked is told, and the fork ends.
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    return 0


def _work(raw: bytes, out: BinaryIO) -> None:
    job: dict[str, Any] = json.loads(raw)
    _limit(job["memory_bytes"], job["cpu_s"])
    # A document is a forest of boxes without garbage: collecting costs a third of the time.
    gc.disable()
    if job["html"]:
        bodies = [Body(tuple(each["numbers"]), each["rows"]) for each in job["bodies"]]
        render(job["html"], job["css"], bodies, out, job["number"])


def _limit(memory_bytes: int, cpu_s: int) -> None:
    """As far as the system has limits. Data are what it takes itself; libraries and fonts are shared."""
    import resource

    for kind, most in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CPU, cpu_s)):
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


@lru_cache(maxsize=1)
def faces() -> dict[str, bytes]:
    """The report's fonts by their names, unpacked: doing so takes a third of a second."""
    from fontTools.ttLib import TTFont

    found: dict[str, bytes] = {}
    for path in FONTS.glob("*.woff2"):
        with TTFont(path) as font:
            font.flavor = None
            plain = io.BytesIO()
            font.save(plain)
        found[path.name] = plain.getvalue()
    return found


def own_assets() -> "URLFetcher":
    """Answers `asset:NAME` from the fonts folder, and the page's own picture, which is in its address; refuses every
    other URL, redirects included."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAssets(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url.startswith(_PICTURES):
                return super().fetch(url, headers)
            known = faces()
            name = url.removeprefix("asset:")
            if not url.startswith("asset:") or name not in known:
                raise ValueError(f"{url[:80]!r} is no asset of the report")
            return URLFetcherResponse(url, known[name], {"Content-Type": "font/ttf"})

    return OwnAssets(allowed_protocols=("asset", "data"), allow_redirects=False)


def render(html: str, css: str, bodies: Sequence[Body], out: BinaryIO, number: str) -> None:
    """Writes a line of JSON, what is wrong with the pages, and the PDF.

    `outside`, `over` and `missing` are by `proof`; `unforeseen` is why rows of long tables were not stamped.
    """
    from weasyprint import CSS, HTML
    from weasyprint.logger import LOGGER
    from weasyprint.text.fonts import FontConfiguration

    from iop_pipelines.reporting import proof
    from iop_pipelines.reporting.stamped.render import Layout
    from iop_pipelines.reporting.stamped.render import render as render_stamped

    fetcher = own_assets()
    fonts = FontConfiguration()
    style = CSS(string=css, url_fetcher=fetcher, font_config=fonts)
    missing = proof.Missing()
    LOGGER.addHandler(missing)

    def lay_out(page: str, further: Sequence[str] = ()) -> Any:
        more = [CSS(string=each, url_fetcher=fetcher, font_config=fonts) for each in further]
        return HTML(string=page, url_fetcher=fetcher).render(
            stylesheets=[style, *more], font_config=fonts, pdf_tags=True
        )

    unforeseen = ""
    if bodies:
        with TemporaryFile() as content:
            try:
                found = render_stamped(html, bodies, Layout(lay_out, number=number), content)
                _write(found, missing, unforeseen, content, out)
                return
            except Unforeseen as reason:
                unforeseen = str(reason)
    document = lay_out(filled(html, bodies))
    found = proof.faults(document)
    # None would be for a target to write to, which is not given.
    content = io.BytesIO(cast(bytes, document.write_pdf(pdf_tags=True)))
    _write(found, missing, unforeseen, content, out)


def _write(
    found: dict[str, list[str]], missing: Any, unforeseen: str, content: IO[bytes], out: BinaryIO
) -> None:
    told = {**found, "missing": sorted(missing.found)}
    if unforeseen:
        told["unforeseen"] = unforeseen
    out.write(json.dumps(told).encode() + b"\n")
    content.seek(0)
    while chunk := content.read(_CHUNK_BYTES):
        out.write(chunk)


if __name__ == "__main__":
    raise SystemExit(main())
