"""What a page looks like those who send it by: a logo, two colours and the paper, of the instance and of the template.

The instance's is `brand.json` in the folder that IOP_BRAND_FOLDER names, beside the logos. A logo is read when its
template is kept and when a report is made, and whatever it is, nothing is fetched for it.
"""

import io
import json
import math
import re
import struct
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from pydantic import ValidationError

from iop_pipelines.domain.given_json import as_invalid_query
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, InvalidQuery, MisconfiguredInstance
from iop_pipelines.query.brand import BrandChoice, PaperSize
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.settings import Settings

MAX_LOGO_BYTES = 200_000
MAX_LOGO_PIXELS = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"
_MM = 72 / 25.4
# Of a drawing, what is drawn and nothing that runs, is fetched or holds another document.
_DRAWN = {
    *("svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline"),
    *("polygon", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "use", "symbol"),
}
# Characters of all that is drawn, each time that it is; and how far what stands for others is followed.
_MOST_DRAWN = 10 * MAX_LOGO_BYTES
_DEEPEST = 10
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)")
_FETCHING = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:", re.IGNORECASE)


@dataclass(frozen=True)
class Paper:
    """CSS's names of the pages, and their widths between the margins in points; `a3`: for tables that need more."""

    names: dict[str, str]
    widths: dict[str, float]


PAPERS: dict[PaperSize, Paper] = {
    "A4": Paper(
        {"portrait": "A4 portrait", "wide": "A4 landscape", "a3": "A3 landscape"},
        {"portrait": 178 * _MM, "wide": 265 * _MM, "a3": 388 * _MM},
    ),
    "Letter": Paper(
        {"portrait": "letter portrait", "wide": "letter landscape", "a3": "ledger landscape"},
        {"portrait": 183.9 * _MM, "wide": 247.4 * _MM, "a3": 399.8 * _MM},
    ),
    "A3": Paper(
        {"portrait": "A3 portrait", "wide": "A3 landscape", "a3": "A3 landscape"},
        {"portrait": 265 * _MM, "wide": 388 * _MM, "a3": 388 * _MM},
    ),
}


@dataclass(frozen=True)
class Brand:
    """`logo` is a `data:` address of the file's bytes."""

    logo: str | None = None
    colour: str | None = None
    ink: str | None = None
    paper: PaperSize = "A4"

    @property
    def sheet(self) -> Paper:
        return PAPERS[self.paper]


PLAIN = Brand()


def brand_of(config: QueryConfig, settings: Settings) -> Brand:
    """The template's, and where it says nothing the instance's.

    Raises:
        InvalidInput: the template's logo is not there, or is none.
        MisconfiguredInstance: the instance's brand.json or logo is not what it must be.
    """
    own = config.brand
    folder = Path(settings.brand_folder) if settings.brand_folder else None
    general = _general(folder)
    logo = None
    if own.logo is not None:
        logo = _logo(folder, own.logo, "brand.logo")
    elif general.logo is not None:
        try:
            logo = _logo(folder, general.logo, "logo")
        except InvalidInput as refused:
            raise MisconfiguredInstance("brand.of_instance", said=refused.sentence) from refused
    return Brand(
        logo,
        own.colour or general.colour,
        own.ink or general.ink,
        own.paper or general.paper or PLAIN.paper,
    )


def check_logo(config: QueryConfig, settings: Settings) -> None:
    """Before a template is kept. Raises InvalidQuery: its logo is not there, or is none."""
    name = config.brand.logo
    if name is None:
        return
    try:
        _logo(Path(settings.brand_folder) if settings.brand_folder else None, name, "brand.logo")
    except InvalidInput as refused:
        raise InvalidQuery(refused.sentence, refused.field) from refused


def _general(folder: Path | None) -> BrandChoice:
    path = folder and folder / "brand.json"
    if path is None or not path.exists():
        return BrandChoice()
    try:
        return BrandChoice.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        refused = as_invalid_query(error, BrandChoice)
        said = refused.sentence.at(refused.field)
        raise MisconfiguredInstance("brand.of_instance", said=said) from error
    except (OSError, ValueError) as error:
        raise MisconfiguredInstance("brand.of_instance", said=error) from error


def _logo(folder: Path | None, name: str, place: str) -> str:
    path = folder and folder / name
    if path is None or not path.is_file():
        raise InvalidInput("brand.no_logo", place, name=name)
    with path.open("rb") as file:
        content = file.read(MAX_LOGO_BYTES + 1)
    if len(content) > MAX_LOGO_BYTES:
        raise InvalidInput("brand.logo_too_large", place, name=name, most_kb=MAX_LOGO_BYTES // 1000)
    why = _not_png(content) if name.endswith(".png") else _not_svg(content)
    if why is not None:
        raise InvalidInput("brand.no_picture", place, name=name, why=why)
    kind = "png" if name.endswith(".png") else "svg+xml"
    return f"data:image/{kind};base64,{b64encode(content).decode()}"


def _not_png(content: bytes) -> Sentence | None:
    if not content.startswith(_PNG) or len(content) < 24:
        return Sentence("brand.not_png")
    wide, high = struct.unpack(">II", content[16:24])
    if not (0 < wide <= MAX_LOGO_PIXELS and 0 < high <= MAX_LOGO_PIXELS):
        return Sentence("brand.too_many_pixels", wide=wide, high=high, most=MAX_LOGO_PIXELS)
    # Whoever has no logo does not load it.
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError):
        return Sentence("brand.not_png")
    return None


def _not_svg(content: bytes) -> Sentence | None:
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=_WithoutDoctype()))  # noqa: S314
    except _HasDoctype:
        return Sentence("brand.has_doctype")
    except (ElementTree.ParseError, LookupError, ValueError):
        return Sentence("brand.not_svg")
    if _local(root.tag) != "svg":
        return Sentence("brand.not_svg")
    for element in root.iter():
        name = _local(element.tag)
        if name not in _DRAWN:
            return Sentence("brand.has_element", name=name)
        for attribute, value in element.attrib.items():
            key = _local(attribute)
            is_far = key == "href" and not value.startswith("#")
            if is_far or key.startswith("on") or _FETCHING.search(value):
                return Sentence("brand.has_element", name=f"{name} {key}")
    return Sentence("brand.repeats") if _Drawn(root).size_of(root) > _MOST_DRAWN else None


class _HasDoctype(Exception):
    """What an entity would grow to is told by none of its bytes."""


class _WithoutDoctype(ElementTree.TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise _HasDoctype


class _Drawn:
    """How much is drawn of a drawing whose parts stand for others: ten that stand for ten that stand for ten."""

    def __init__(self, root: ElementTree.Element) -> None:
        self._named = {each.get("id"): each for each in root.iter() if each.get("id")}
        self._sizes: dict[str, float] = {}

    def size_of(self, element: ElementTree.Element, within: tuple[str, ...] = ()) -> float:
        """Its own characters, and those of what it stands for each time anew; without end of what stands for itself."""
        size = float(len(ElementTree.tostring(element)))
        for each in element.iter():
            for name in _references_of(each):
                size += self._size_named(name, within) if name in self._named else 0
            if size > _MOST_DRAWN:
                return math.inf
        return size

    def _size_named(self, name: str, within: tuple[str, ...]) -> float:
        if name in within or len(within) >= _DEEPEST:
            return math.inf
        if name not in self._sizes:
            self._sizes[name] = self.size_of(self._named[name], (*within, name))
        return self._sizes[name]


def _references_of(element: ElementTree.Element) -> Iterator[str]:
    for attribute, value in element.attrib.items():
        if _local(attribute) == "href":
            yield value[1:]
        yield from _REFERENCE.findall(value)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
