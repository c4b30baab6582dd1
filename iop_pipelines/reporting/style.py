"""The style of a report's page: `report.css`, and what a language says otherwise."""

from pathlib import Path

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.reporting.voice import Voice

TEMPLATES = Path(__file__).parent / "templates"


def style_of(voice: Voice) -> str:
    base = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return f"{base}\n@page {{ @bottom-right {{ content: {_numbered(number_of(voice))}; }} }}\n"


def number_of(voice: Voice) -> str:
    """What a page says of which it is, with places for the two numbers."""
    return voice.tell(Sentence("page.number", number="{number}", count="{count}"))


def _numbered(number: str) -> str:
    before, _, rest = number.partition("{number}")
    between, _, after = rest.partition("{count}")
    words = [_quoted(each) for each in (before, between, after)]
    return f"{words[0]} counter(page) {words[1]} counter(pages) {words[2]}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
