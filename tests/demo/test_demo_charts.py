"""Charts of the demo's dashboards and reports, as their files have them."""

from collections.abc import Iterator

import pytest

from iop_pipelines.demo.load import folder
from iop_pipelines.query.config import Chart, QueryConfig, TableQuery
from iop_pipelines.registry.dashboards import load_dashboard
from iop_pipelines.registry.templates import load_template


def _configs() -> Iterator[QueryConfig]:
    for path in sorted(folder("dashboards").glob("*.yaml")):
        for panel in load_dashboard(path).panels:
            yield QueryConfig.model_validate(panel.query_config)
    for path in sorted(folder("templates").glob("*.yaml")):
        yield QueryConfig.model_validate(load_template(path).query_config)


PIES: list[tuple[Chart, TableQuery]] = [
    (chart, config.datasets[chart.data])
    for config in _configs()
    for chart in config.charts
    if chart.type == "pie"
]


def test_the_demo_has_pies():
    assert len(PIES) >= 3


@pytest.mark.parametrize(("chart", "table"), PIES)
def test_a_pie_is_of_the_whole(chart, table):
    """Its shares are of 100 %, so that no group may be left out."""
    assert "limit" not in table.model_fields_set
    assert table.top is None or table.top.rest
