"""A chart as SVG, of whatever kind it is."""

from collections.abc import Callable

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.bars import draw_bars
from iop_pipelines.reporting.charts.data import ChartData, Kind
from iop_pipelines.reporting.charts.lines import draw_lines
from iop_pipelines.reporting.charts.pie import draw_pie
from iop_pipelines.reporting.charts.scatter import draw_scatter

_PAINTERS: dict[Kind, Callable[[ChartData, int, int], str]] = {
    "bar": draw_bars,
    "line": draw_lines,
    "pie": draw_pie,
    "scatter": draw_scatter,
}


def draw(data: ChartData, width: int = 680, height: int = 280) -> str:
    if data.values:
        body = _PAINTERS[data.kind](data, width, height)
    else:
        body = svg.text(
            width / 2, height / 2, "No data in this period", anchor="middle", fill=svg.MUTED
        )
    return svg.document(body, width, height, title=data.title, description=data.describe())
