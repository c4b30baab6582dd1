"""The config's charts, as our own SVG."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from iop_pipelines.query.config import Chart, QueryConfig
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.charts.data import ChartData, chart_data
from iop_pipelines.reporting.charts.drawing import draw as draw_chart
from iop_pipelines.reporting.charts.labels import without_labels
from iop_pipelines.reporting.charts.pie import least_height
from iop_pipelines.reporting.sections import Drawn, Frame
from iop_pipelines.reporting.voice import Voice

FULL_WIDTH, HALF_WIDTH = 660, 324
# A line and a pair of others fill a page below a cover with figures.
_FULL_HEIGHT, _HALF_HEIGHT = 192, 190
_PX = 96 / 72
# Between two charts of a row, as in report.css.
_GAP_PX = 7 * 96 / 25.4
# Of a list of bars.
_LINE, _AROUND_LINES = 18, 48


def draw(config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn | None:
    charts = config.charts
    if not charts:
        return None
    return Drawn(
        {
            "has_head": True,
            "lines": _charts(charts, result, _width_px(config, frame), frame.voice),
        },
        tuple(chart.data for chart in charts),
    )


def _width_px(config: QueryConfig, frame: Frame) -> float:
    """Between the margins."""
    page = "portrait" if config.outputs.pdf.orientation == "portrait" else "wide"
    return frame.paper.widths[page] * _PX


def _charts(
    charts: Sequence[Chart], result: FrozenResult, page: float, voice: Voice
) -> list[list[dict[str, Any]]]:
    """Rows of the page: a line has the whole width, others stand in pairs where two follow."""
    return [
        [_chart(data, page, is_half=len(row) == 2) for data in row]
        for row in _chart_rows(
            [chart_data(each, result.table(each.data), voice) for each in charts]
        )
    ]


def _chart(data: ChartData, page: float, *, is_half: bool) -> dict[str, Any]:
    width, height = (HALF_WIDTH, _HALF_HEIGHT) if is_half else (FULL_WIDTH, _FULL_HEIGHT)
    if is_half and data.kind == "pie":
        height = max(height, least_height(data))
    if data.is_list:
        lines = len({*data.xs})
        height = max(height, _LINE * lines * max(len(data.series) * 0.7, 1) + _AROUND_LINES)
    shown = page if not is_half else (page - _GAP_PX) / 2
    drawing, labels = without_labels(draw_chart(data, width, round(height)), width, shown / width)
    # Every character of both is ours or escaped by charts.svg.clean.
    return {
        "title": data.title,
        "svg": Markup(drawing),  # noqa: S704
        "labels": [{"words": Markup(each.words), "style": each.style} for each in labels],  # noqa: S704
        "notes": list(data.notes),
    }


def _chart_rows(charts: Sequence[ChartData]) -> list[list[ChartData]]:
    """A line, bars over time and a list of bars need the width."""
    rows: list[list[ChartData]] = []
    left = list(charts)
    while left:
        is_pair = len(left) > 1 and not any(_needs_width(data) for data in left[:2])
        size = 2 if is_pair else 1
        rows.append(left[:size])
        left = left[size:]
    return rows


def _needs_width(data: ChartData) -> bool:
    return data.is_list or data.kind == "line" or (data.kind == "bar" and data.along == "time")
