"""A small picture of a finding for the metadata of a Dagster materialization, at most 10 kB."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from iop_pipelines.query.charts.scales import nice_ticks
from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import (
    Scale,
    as_seconds,
    shorten,
    tick_label,
    time_ticks,
)

MAX_POINTS = 60
_WIDTH, _HEIGHT = 520, 200
_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 30, 512, 176


def finding_chart(
    points: Sequence[Mapping[str, Any]], title: str, *, marks_outside: bool = True
) -> str:
    """The series, the expected band and what lies outside it, as a Markdown image.

    Args:
        points: `ds` (datetime or ISO text), `y`, and `yhat`, `lo`, `hi` where known; the last 60
            are drawn.
        marks_outside: whether a point outside its band is a finding, as of an anomaly; the band of
            a trend or a level is crossed by ordinary noise.

    Returns:
        `![title](data:image/svg+xml;base64,…)`, or the title alone without any value to draw.
    """
    title = shorten(title, 100)
    drawn = finding_svg(points, title, marks_outside=marks_outside)
    if drawn is None:
        return title
    data = base64.b64encode(drawn.encode()).decode()
    alternative = title.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{alternative}](data:image/svg+xml;base64,{data})"


def finding_svg(
    points: Sequence[Mapping[str, Any]], title: str, *, marks_outside: bool = True
) -> str | None:
    rows = [_row(point) for point in points[-MAX_POINTS:]]
    values = [value for row in rows for value in row[1:] if value is not None]
    if not values:
        return None
    ticks = nice_ticks(min(values), max(values), 4)
    x = Scale(rows[0][0], rows[-1][0], _LEFT, _RIGHT - 6)
    y = Scale(ticks[0], ticks[-1], _BOTTOM, _TOP)
    parts = [f'<text x="0" y="14" font-size="12" font-weight="600">{svg.clean(title)}</text>']
    for tick in ticks:
        at = y(tick)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_RIGHT}" stroke="{svg.GRID}"/>')
        parts.append(
            f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" fill="{svg.MUTED}">'
            f"{tick_label(tick, ticks)}</text>"
        )
    for seconds, label in time_ticks(rows[0][0], rows[-1][0], 6):
        parts.append(
            f'<text x="{x(seconds):.1f}" y="{_BOTTOM + 16}" text-anchor="middle" fill="{svg.MUTED}">'
            f"{label}</text>"
        )
    parts.append(_band(rows, x, y))
    expected = svg.polyline((x(at), None if m is None else y(m)) for at, _, m, _, _ in rows)
    parts.append(
        f'<path d="{expected}" fill="none" stroke="{svg.PALETTE[0]}" stroke-width="1.2" '
        f'stroke-dasharray="4 3"/>'
    )
    seen = svg.polyline((x(at), None if v is None else y(v)) for at, v, _, _, _ in rows)
    parts.append(f'<path d="{seen}" fill="none" stroke="{svg.INK}" stroke-width="1.8"/>')
    outside = [(at, v) for at, v, _, lo, hi in rows if v is not None and _is_outside(v, lo, hi)]
    description = f"{len(rows)} points, {len(outside)} of them outside the expected band."
    if marks_outside:
        marks = "".join(f'<circle cx="{x(at):.1f}" cy="{y(v):.1f}" r="4"/>' for at, v in outside)
        parts.append(f'<g fill="{svg.ALERT}" stroke="#fff">{marks}</g>')
    background = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    body = "".join((background, *parts))
    return svg.document(body, _WIDTH, _HEIGHT, title=title, description=description)


_Row = tuple[float, float | None, float | None, float | None, float | None]


def _row(point: Mapping[str, Any]) -> _Row:
    ds = point["ds"]
    moment = datetime.fromisoformat(ds) if isinstance(ds, str) else ds
    y, yhat, lo, hi = (_value(point.get(name)) for name in ("y", "yhat", "lo", "hi"))
    return as_seconds(moment.replace(tzinfo=None)), y, yhat, lo, hi


def _value(value: Any) -> float | None:
    """NaN and infinities are no values."""
    return float(value) if value is not None and float(value) - float(value) == 0 else None


def _is_outside(value: float, lo: float | None, hi: float | None) -> bool:
    return (lo is not None and value < lo) or (hi is not None and value > hi)


def _band(rows: list[_Row], x: Scale, y: Scale) -> str:
    """One area for each unbroken stretch that has both bounds."""
    areas: list[list[tuple[float, float, float]]] = [[]]
    for at, _, _, lo, hi in rows:
        if lo is None or hi is None:
            areas.append([])
        else:
            areas[-1].append((x(at), y(lo), y(hi)))
    shapes = []
    for area in areas:
        if len(area) > 1:
            edge = [f"{px:.1f} {high:.1f}" for px, _, high in area]
            edge += [f"{px:.1f} {low:.1f}" for px, low, _ in reversed(area)]
            shape = f'<path d="M{"L".join(edge)}Z" fill="{svg.PALETTE[0]}"'
            shapes.append(f'{shape} fill-opacity="0.28"/>')
    return "".join(shapes)
