"""Neighbouring colours of charts are told apart by eyes that do not see red or green, on paper and on both screens.

How such eyes see a colour is simulated by the matrices of Machado, Oliveira and Fernandes, "A Physiologically-based
Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, at severity 1.0, on linear sRGB. How far two
colours are apart is CIEDE2000 (Luo, Cui, Rigg 2001), checked by pairs of Sharma, Wu and Dalal (2005).
"""

import math
import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from iop_pipelines.query.charts.spec import MAX_SERIES
from iop_pipelines.reporting.charts.svg import DASHES, PALETTE, PATTERNS, SIGNS

TOKENS = Path(__file__).parents[2] / "dashboard/src/styles/tokens.css"
SHAPE = Path(__file__).parents[2] / "dashboard/src/charts/shape.ts"
LEAST = 10
Triple = tuple[float, float, float]
EYES: dict[str, tuple[Triple, Triple, Triple]] = {
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
# sRGB's primaries and white, D65.
TO_XYZ: tuple[Triple, Triple, Triple] = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)


def listed(name: str) -> list[str]:
    """What the app has under that name, its numbers as Python writes them."""
    found = re.search(rf"const {name}\b[^=]*= \[(.*?)\n\];", SHAPE.read_text(), re.DOTALL)
    assert found
    plain = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):g}", found[1])
    return re.findall(r"'([^']*)'", plain)


def test_dashes_and_signs_of_the_app_are_those_of_the_page():
    assert listed("DASHES") == [*DASHES]
    assert listed("SIGNS") == [*SIGNS]
    assert len(listed("STRIPES")) == len(PATTERNS)


def tokens(theme: str) -> dict[str, str]:
    light, dark = TOKENS.read_text().split(':root[data-theme="dark"]')
    text = {"light": light, "dark": dark}[theme]
    return dict(re.findall(r"--(chart-(?:\d+|rest)|surface): (#[0-9a-f]{6});", text))


def screen(theme: str) -> list[str]:
    named = tokens(theme)
    return [named[f"chart-{n + 1}"] for n in range(MAX_SERIES)] + [named["chart-rest"]]


def linear(colour: str) -> Triple:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def lab(light: Triple) -> Triple:
    xyz = [value / white for value, white in zip(times(TO_XYZ, light), WHITE, strict=True)]
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, eyes: str) -> Triple:
    red, green, blue = (min(max(c, 0.0), 1.0) for c in times(EYES[eyes], linear(colour)))
    return lab((red, green, blue))


def difference(one: Triple, other: Triple) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1, h2 = (math.degrees(math.atan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    middle = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2

    def cos(degrees: float) -> float:
        return math.cos(math.radians(degrees))

    t = 1 - 0.17 * cos(middle - 30) + 0.24 * cos(2 * middle)
    t += 0.32 * cos(3 * middle + 6) - 0.2 * cos(4 * middle - 63)
    far = (lightness - 50) ** 2
    parts = (
        (l2 - l1) / (1 + 0.015 * far / math.sqrt(20 + far)),
        (c2 - c1) / (1 + 0.045 * chroma),
        hue / (1 + 0.015 * chroma * t),
    )
    around = 30 * math.exp(-(((middle - 275) / 25) ** 2))
    turned = -math.sin(math.radians(2 * around)) * 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    return math.sqrt(sum(part**2 for part in parts) + turned * parts[1] * parts[2])


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_its_authors(one, other, apart):
    assert difference(one, other) == pytest.approx(apart, abs=0.0001)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbours_and_what_stands_for_all_others_are_told_apart(theme, eyes):
    *own, rest = (seen(colour, eyes) for colour in screen(theme))
    # The last of a ring stands beside its first, and any may: the others beside any.
    pairs = [*pairwise(own), *((own[0], each) for each in own[1:]), *((rest, each) for each in own)]
    assert min(difference(*pair) for pair in pairs) >= LEAST


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_colour_is_there_twice_and_all_stand_out_from_their_ground(theme):
    colours = screen(theme)
    assert all(one != other for one, other in combinations(colours, 2))
    ground = luminance(tokens(theme)["surface"])
    for colour in colours:
        low, high = sorted((luminance(colour), ground))
        assert (high + 0.05) / (low + 0.05) >= 3


def luminance(colour: str) -> float:
    return times(TO_XYZ, linear(colour))[1]


def test_paper_has_the_colours_of_the_light_screen():
    assert [*PALETTE] == screen("light")
