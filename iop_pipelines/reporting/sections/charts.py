"""The config's charts, as our own SVG."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from iop_pipelines.query.config import Chart, QueryConfig
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.charts.data import chart_data
from iop_pipelines.reporting.charts.drawing import draw as draw_chart
from iop_pipelines.reporting.sections import Drawn

FULL_WIDTH, HALF_WIDTH = 660, 324
_FULL_HEIGHT, _HALF_HEIGHT = 226, 236


def draw(config: QueryConfig, result: FrozenResult) -> Drawn | None:
    charts = config.charts
    if not charts:
        return None
    return Drawn({"lines": _charts(charts, result)}, tuple(chart.data for chart in charts))


def _charts(charts: Sequence[Chart], result: FrozenResult) -> list[list[dict[str, Any]]]:
    """Rows of the page: a line has the whole width, others stand in pairs where two follow."""
    return [
        [_chart(chart, result, is_half=len(row) == 2) for chart in row]
        for row in _chart_rows(charts)
    ]


def _chart(chart: Chart, result: FrozenResult, *, is_half: bool) -> dict[str, Any]:
    data = chart_data(chart, result.table(chart.data))
    width, height = (HALF_WIDTH, _HALF_HEIGHT) if is_half else (FULL_WIDTH, _FULL_HEIGHT)
    # Every character of the SVG is ours or escaped by charts.svg.clean.
    svg = Markup(draw_chart(data, width, height))  # noqa: S704
    return {"title": data.title, "svg": svg, "notes": list(data.notes)}


def _chart_rows(charts: Sequence[Chart]) -> list[list[Chart]]:
    rows: list[list[Chart]] = []
    left = list(charts)
    while left:
        is_pair = len(left) > 1 and "line" not in (left[0].type, left[1].type)
        size = 2 if is_pair else 1
        rows.append(left[:size])
        left = left[size:]
    return rows
