"""What a page looks like those who send it by: a logo, two colours and the paper, of the instance and of the template.

The instance's is `brand.json` in the folder that IOP_BRAND_FOLDER names, beside the logos. A logo is read when a
report is made, and whatever it is, nothing is fetched for it.
"""

import json
import re
import struct
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from pydantic import ValidationError

from iop_pipelines.domain.given_json import as_invalid_query
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, MisconfiguredInstance
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
    return None


def _not_svg(content: bytes) -> Sentence | None:
    # What an entity would grow to is told by none of its bytes.
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        return Sentence("brand.has_doctype")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError:
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
    return None


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
