"""Each evidence chart of the demo: of the measure that its title names, with the numbers of SQL written by hand."""

import math

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.chart import ChartPoint, evidence_chart
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import model_executions, recommendations

pytestmark = [pytest.mark.demo, pytest.mark.timeout(1500)]

MEASURES = {
    "cancelled_pct": "100.0 * SUM(cancelled) / SUM(flights)",
    # A mean over flights that left and whose delay is known.
    "dep_delay": "SUM(dep_delay_min * operated) * 1.0"
    " / SUM(CASE WHEN dep_delay_min IS NOT NULL THEN operated END)",
}
# Rows as a version of the dataset had them, and for days that came later as they are now.
VALUE = """
SELECT {measure} FROM prepared_flights_daily WHERE {field} = :series AND date = :day
AND ((iop_from <= :version AND (iop_to IS NULL OR iop_to > :version)) OR (iop_from > :version AND iop_to IS NULL))
"""


@pytest.fixture
def connection(played_home):
    engine = engine_for(f"sqlite:///{played_home / 'iop.db'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _by_sql(
    connection: sa.Connection, measure: str, series: str, execution_id: int, point: ChartPoint
) -> float | None:
    version = connection.scalar(
        sa.select(model_executions.c.dataset_version_id).where(
            model_executions.c.id == execution_id
        )
    )
    asked = {"series": series, "day": f"{point.ds:%Y-%m-%d}", "version": version}
    for field in ("origin", "airline"):
        statement = VALUE.format(measure=MEASURES[measure], field=field)
        value = connection.scalar(sa.text(statement), asked)
        if value is not None:
            return float(value)
    return None


def test_every_evidence_chart_is_of_the_measure_in_its_title(connection):
    compared = dict.fromkeys(MEASURES, 0)
    found = connection.execute(
        sa.select(recommendations.c.id, recommendations.c.title, recommendations.c.category).where(
            recommendations.c.dataset == "flights_daily"
        )
    )
    for recommendation_id, title, category in found.all():
        shown = evidence_chart(connection.engine, recommendation_id)
        for chart in (shown, *shown.others):
            known = [(point, point.y) for point in chart.points if point.y is not None]
            if not known:
                continue
            measure, series, execution = chart.measure, shown.unique_id, chart.execution_id
            assert measure
            assert series
            assert execution
            assert chart.label
            if chart is shown:
                assert chart.label.lower() in title.lower()
            for point, y in known:
                value = _by_sql(connection, measure, series, execution, point)
                # Evidence keeps six digits.
                assert value is not None, (title, point)
                assert math.isclose(y, value, rel_tol=1e-5, abs_tol=1e-5), (title, point)
            compared[measure] += 1
            if category == Category.ANOMALY:
                # What is marked lies outside of what was expected there.
                marked = [
                    not (point.lo or 0) <= y <= point.hi
                    for point, y in known
                    if point.is_finding and point.hi is not None
                ]
                assert all(marked), title
    assert min(compared.values()) >= 3
