"""HTML to PDF, by WeasyPrint in a process of its own, bounded in time and memory."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import IopError, MissingDependency, Unavailable

TIMEOUT_S = 180
CPU_S = 150
MEMORY_BYTES = 2 * 1024**3
_MISSING = 3
APT_LINE = (
    "sudo apt-get install --no-install-recommends "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
)
BREW_LINE = "brew install pango"


@dataclass(frozen=True)
class Laid:
    """A PDF, and what its pages have that is not right: texts outside their cell or page, texts over others, and
    characters that no font here has."""

    content: bytes
    outside: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def html_to_pdf(html: str, css: str) -> Laid:
    """Raises MissingDependency with the command that installs it, or Unavailable after TIMEOUT_S."""
    head, _, content = _child(html, css).partition(b"\n")
    return Laid(content, **{name: tuple(texts) for name, texts in json.loads(head).items()})


def require_pdf_libraries() -> None:
    """Raises MissingDependency if this machine cannot make PDFs; takes about two seconds."""
    _child("", "")


def _child(html: str, css: str) -> bytes:
    job = {"html": html, "css": css, "memory_bytes": MEMORY_BYTES, "cpu_s": CPU_S}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "iop_pipelines.reporting.pdf_child"],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable("pdf.too_slow", timeout_s=TIMEOUT_S) from None
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == _MISSING:
        raise MissingDependency("pdf.library_missing", said=said, command=install_line())
    if done.returncode != 0:
        last = said.splitlines()[-1] if said else Sentence("pdf.said_nothing")
        raise IopError(
            "pdf.renderer_ended",
            status=done.returncode,
            memory_mb=MEMORY_BYTES >> 20,
            cpu_s=CPU_S,
            last=last,
        )
    return done.stdout


def install_line() -> str:
    return BREW_LINE if sys.platform == "darwin" else APT_LINE


@lru_cache(maxsize=1)
def _environment() -> dict[str, str]:
    """The parent's, with the folders where Homebrew puts libraries, which macOS does not search."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(Path(__file__).parents[2]), environment.get("PYTHONPATH")))
    )
    if sys.platform == "darwin":
        environment.setdefault("DYLD_FALLBACK_LIBRARY_PATH", "/opt/homebrew/lib:/usr/local/lib")
    return environment
