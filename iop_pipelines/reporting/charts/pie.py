"""A ring of shares, from twelve o'clock, largest first; they stand in words beside or below it."""

import math
from dataclasses import dataclass

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import shorten
from iop_pipelines.reporting.charts.data import ChartData
from iop_pipelines.reporting.formats import beside, format_number

_ROW = 16.0
# Around the ring; more of it for the numbers of slices that are too thin to hold them.
_OUTSIDE, _NUMBERED = 2.0, 12.0
_THIN = 0.04
# The radius of a ring whose slices hold their numbers.
_LEAST = 36.0


@dataclass(frozen=True)
class _Ring:
    """Its middle and its two radii, in SVG units."""

    x: float
    y: float
    outer: float
    inner: float


def least_height(data: ChartData) -> float:
    """Of a narrow one whose words stand below it."""
    slices = _slices(data)
    around = _around(slices, math.fsum(value for _, value in slices))
    return _ROW * len(slices) + 18 + 2 * (around + _LEAST)


def _slices(data: ChartData) -> list[tuple[str, float]]:
    return [(str(x), float(y or 0)) for each in data.series[:1] for x, y, _ in each.points]


def _around(slices: list[tuple[str, float]], shown: float) -> float:
    return _NUMBERED if any(value < _THIN * shown for _, value in slices) else _OUTSIDE


def draw_pie(data: ChartData, width: int, height: int) -> str:
    slices = _slices(data)
    is_narrow = width < 460
    rows = _ROW * len(slices) + 6
    shown = math.fsum(value for _, value in slices)
    around = _around(slices, shown)
    outer = (height - (rows if is_narrow else 0) - 12) / 2 - around
    middle = width / 2 if is_narrow else outer + around + 8
    ring = _Ring(middle, 6 + around + outer, outer, outer * 0.6)
    total = data.whole or shown
    places = [svg.REST if at == data.rest else at for at in range(len(slices))]
    parts, turn = [], 0.0
    for place, (_, value) in zip(places, slices, strict=True):
        parts.append(_slice(ring, turn, value / shown, svg.PALETTE[place]))
        turn += value / shown
    parts.append(_numbers(ring, [value / shown for _, value in slices]))
    told = data.number(total)
    size = min(17.0, 2.6 * ring.inner / max(len(told), 1))
    parts.append(
        svg.text(ring.x, ring.y + size * 0.35, told, anchor="middle", size=size, weight="600")
    )
    edge = ring.x + outer + around
    left, right = (0, width) if is_narrow else (edge + 26, min(width, edge + 356))
    y = height - rows + 14 if is_narrow else ring.y - len(slices) * _ROW / 2 + 12
    for index, (name, value) in enumerate(slices):
        share = beside(format_number(100 * value / total, 1, voice=data.voice), "%")
        parts += [
            svg.rectangle(left, y - 9, 11, 11, svg.PALETTE[places[index]]),
            svg.text(left + 18, y, f"{index + 1}  {shorten(name, 26)}"),
            svg.text(right - 52, y, data.number(value), anchor="end"),
            svg.text(right, y, share, anchor="end", fill=svg.MUTED),
        ]
        y += _ROW
    return "".join(parts)


def _numbers(ring: _Ring, shares: list[float]) -> str:
    """Each slice has the number of its line: within it, or beside where it is thin."""
    parts, turn = [], 0.0
    for index, share in enumerate(shares):
        angle = 2 * math.pi * (turn + share / 2) - math.pi / 2
        is_thin = share < _THIN
        radius = ring.outer + 8 if is_thin else (ring.outer + ring.inner) / 2
        x, y = ring.x + radius * math.cos(angle), ring.y + radius * math.sin(angle)
        if not is_thin:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="#fff"/>')
        parts.append(svg.text(x, y + 3.2, str(index + 1), anchor="middle", size=9, weight="600"))
        turn += share
    return "".join(parts)


def _slice(ring: _Ring, turn: float, share: float, fill: str) -> str:
    if share > 0.9999:
        whole = _circle(ring, ring.outer) + _circle(ring, ring.inner)
        return f'<path d="{whole}" fill="{fill}" fill-rule="evenodd"/>'
    start, end = 2 * math.pi * turn - math.pi / 2, 2 * math.pi * (turn + share) - math.pi / 2
    is_large = int(share > 0.5)

    def at(radius: float, angle: float) -> str:
        return f"{ring.x + radius * math.cos(angle):.2f} {ring.y + radius * math.sin(angle):.2f}"

    def arc(radius: float, turns_right: int, angle: float) -> str:
        return f"A{radius:.2f} {radius:.2f} 0 {is_large} {turns_right} {at(radius, angle)}"

    return (
        f'<path d="M{at(ring.outer, start)}{arc(ring.outer, 1, end)}'
        f"L{at(ring.inner, end)}{arc(ring.inner, 0, start)}Z"
        f'" fill="{fill}" stroke="#fff" stroke-width="1.5"/>'
    )


def _circle(ring: _Ring, radius: float) -> str:
    half = f"a{radius:.2f} {radius:.2f} 0 1 1"
    left = f"M{ring.x - radius:.2f} {ring.y:.2f}"
    return f"{left}{half} {2 * radius:.2f} 0{half} {-2 * radius:.2f} 0Z"
