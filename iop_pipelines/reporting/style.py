"""The style of a report's page: `report.css`, and what a language and a brand say otherwise."""

from collections.abc import Iterator
from pathlib import Path

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.reporting.brand import PLAIN, Brand
from iop_pipelines.reporting.voice import Voice

TEMPLATES = Path(__file__).parent / "templates"


def style_of(voice: Voice, brand: Brand = PLAIN) -> str:
    base = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    number = f"@page {{ @bottom-right {{ content: {_numbered(number_of(voice))}; }} }}"
    return "\n".join((base, number, *_of_brand(brand)))


def _of_brand(brand: Brand) -> Iterator[str]:
    if brand.paper != PLAIN.paper:
        names = brand.sheet.names
        yield f"@page {{ size: {names['portrait']}; }}"
        pages = {**names, "landscape": names["wide"]}
        yield from (f"@page {page} {{ size: {name}; }}" for page, name in pages.items())
    if brand.colour:
        yield f"header.cover, .advice.info {{ border-color: {brand.colour}; }}"
        yield f".kicker {{ color: {brand.colour}; }} .info .level {{ background: {brand.colour}; }}"
    if brand.ink:
        yield f"h1, h2, figcaption {{ color: {brand.ink}; }} th {{ border-color: {brand.ink}; }}"


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
