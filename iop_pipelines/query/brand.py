"""`brand` of a query_config: how a report looks like those who send it; the instance says what a template does not."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from iop_pipelines.domain.conditions import Part
from iop_pipelines.errors import Unfit

PaperSize = Literal["A4", "Letter", "A3"]
# Of the Web Content Accessibility Guidelines 2.2, for text of any size.
LEAST_CONTRAST = 4.5
_COLOUR = re.compile(r"\A#[0-9A-Fa-f]{6}\Z")


def contrast_with_white(colour: str) -> float:
    """By the relative luminance of WCAG 2.2. colour: #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _readable(colour: str) -> str:
    if not _COLOUR.match(colour):
        raise Unfit("brand.colour", colour=colour)
    if (contrast := contrast_with_white(colour)) < LEAST_CONTRAST:
        raise Unfit(
            "brand.contrast", colour=colour, contrast=f"{contrast:.1f}", least=LEAST_CONTRAST
        )
    return colour.lower()


Colour = Annotated[str, Field(max_length=20), AfterValidator(_readable)]
LogoName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.(png|svg)$")]


class BrandChoice(Part):
    """`logo`: a file of the instance's folder of brands. `colour`: of lines and small heads; `ink`: of headings."""

    logo: LogoName | None = None
    colour: Colour | None = None
    ink: Colour | None = None
    paper: PaperSize | None = None
