"""HTML to PDF, by WeasyPrint in a process of its own, bounded in time and memory."""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import IopError, MissingDependency, Unavailable
from iop_pipelines.reporting.renderer import Answer, ask
from iop_pipelines.reporting.stamped.body import Body
from iop_pipelines.reporting.stamped.laid import NUMBER

# What a report may take; by the clock only what hangs is ended, since a busy machine is no fault of a report.
CPU_S = 150
TIMEOUT_S = 900
# Beside what else runs in a pod of 1 GiB.
MEMORY_BYTES = 768 * 1024**2
_MISSING = 3
_LOG = logging.getLogger(__name__)
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


def html_to_pdf(html: str, css: str, bodies: Sequence[Body] = (), number: str = NUMBER) -> Laid:
    """bodies: rows of the tables that the page has places for. number: what a page says of which it is.

    Raises:
        MissingDependency: with the command that installs it.
        Unavailable: after TIMEOUT_S.
    """
    answer = _asked(html, css, bodies, number)
    head, _, content = answer.content.partition(b"\n")
    found = json.loads(head)
    _LOG.info("a PDF took %.1f s of CPU and %d MB", answer.cpu_s, answer.peak_bytes >> 20)
    if unforeseen := found.pop("unforeseen", None):
        _LOG.warning("WeasyPrint laid out every row of a report: %s", unforeseen)
    return Laid(content, **{name: tuple(texts) for name, texts in found.items()})


def require_pdf_libraries() -> None:
    """Raises MissingDependency if this machine cannot make PDFs; takes about two seconds."""
    _asked("", "", (), NUMBER)


def _asked(html: str, css: str, bodies: Sequence[Body], number: str) -> Answer:
    job = {
        "number": number,
        "html": html,
        "css": css,
        "bodies": [{"numbers": each.numbers, "rows": each.rows} for each in bodies],
        "memory_bytes": MEMORY_BYTES,
        "cpu_s": CPU_S,
    }
    try:
        answer = ask(json.dumps(job).encode(), TIMEOUT_S)
    except TimeoutError:
        raise Unavailable("pdf.too_slow", timeout_s=TIMEOUT_S) from None
    if answer.status != 0:
        raise _refusal(answer)
    return answer


def _refusal(answer: Answer) -> IopError:
    if answer.status == _MISSING:
        return MissingDependency("pdf.library_missing", said=answer.said, command=install_line())
    last = answer.said.splitlines()[-1] if answer.said else Sentence("pdf.said_nothing")
    return IopError(
        "pdf.renderer_ended",
        status=answer.status,
        memory_mb=MEMORY_BYTES >> 20,
        cpu_s=CPU_S,
        last=last,
    )


def install_line() -> str:
    return BREW_LINE if sys.platform == "darwin" else APT_LINE
