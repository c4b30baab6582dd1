"""Each chart of the demo's dashboards and reports, as the app and the PDF draw it, against SQL written for it by hand.

Of the PDF the drawing itself is read back: words where values stand in words, else where lines and signs are, by the
labels of the axes beside them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
import yaml

from iop_pipelines.demo import load as demo
from iop_pipelines.query.config import Chart, parse_config
from iop_pipelines.query.result import Table
from iop_pipelines.query.run import run_query
from iop_pipelines.reporting.charts.data import chart_data
from iop_pipelines.reporting.charts.drawing import draw
from iop_pipelines.reporting.charts.svg import MUTED, PALETTE, SIGNS
from iop_pipelines.schema.tables import dataset_versions, datasets
from iop_pipelines.transform.prepare_version import prepare_version

SVG = "{http://www.w3.org/2000/svg}"
FIRST, LAST = "2013-01-12", "2013-02-10"
NOW = datetime(2013, 2, 11, 12)
ROOT = Path(demo.__file__).parent
FLIGHTS = (
    f"FROM prepared_flights_daily WHERE iop_to IS NULL AND date BETWEEN '{FIRST}' AND '{LAST}'"
)
AIRPORTS = FLIGHTS.replace("flights_daily", "airport_daily")
# A sum of delays counts flights that left, and of these the ones whose delay is known.
DELAY = (
    "SUM(dep_delay_min * operated) * 1.0"
    " / NULLIF(SUM(CASE WHEN dep_delay_min IS NOT NULL THEN operated END), 0)"
)
LATE = (
    "100.0 * SUM(CASE WHEN operated IS NOT NULL THEN late15 END)"
    " / NULLIF(SUM(CASE WHEN late15 IS NOT NULL THEN operated END), 0)"
)
CANCELLED = "100.0 * SUM(cancelled) / SUM(flights)"
BY_AIRLINE = f"SELECT airline, {{}} AS value {FLIGHTS} GROUP BY airline ORDER BY value DESC, 1"

# By the chart: SQL of (series, x, y), and what the config cuts it to.
CHARTS: Mapping[str, tuple[str, int | None]] = {
    "Departure delay, day by day": (f"SELECT origin, date, {DELAY} {FLIGHTS} GROUP BY 1, 2", None),
    "Late arrivals by airline": (BY_AIRLINE.format(LATE), 12),
    "Traffic by airline": (BY_AIRLINE.format("SUM(flights)"), 7),
    "Wind and delay": (
        f"SELECT origin, MAX(wind_max_kmh), {DELAY} {AIRPORTS} GROUP BY 1, date",
        None,
    ),
    "Executions by model": (
        "SELECT e.status, m.name, COUNT(*) FROM model_executions e"
        " JOIN analytical_models m ON m.id = e.model_id GROUP BY 1, 2",
        None,
    ),
    "Data quality of each delivery": (
        "SELECT q.dataset, DATE(r.window_start), AVG(q.score) FROM drm_quality_scores q"
        " LEFT JOIN drm_pipeline_runs r ON r.id = q.run_id GROUP BY 1, 2",
        None,
    ),
    "Share of flights cancelled, by day and airport": (
        f"SELECT origin, date, {CANCELLED} {FLIGHTS} GROUP BY 1, 2",
        None,
    ),
    "Most cancelled airlines": (BY_AIRLINE.format(CANCELLED), 8),
    "Who flew": (BY_AIRLINE.format("SUM(flights)"), 5),
    "Cancellations against the day's strongest wind": (
        f"SELECT origin, MAX(wind_max_kmh), {CANCELLED} {AIRPORTS} GROUP BY 1, date",
        None,
    ),
    "Departure delay day by day": (f"SELECT origin, date, {DELAY} {FLIGHTS} GROUP BY 1, 2", None),
    "Mean delay and share late": (
        f"SELECT '', {DELAY}, {LATE} {FLIGHTS} GROUP BY airline, origin",
        None,
    ),
}
Points = list[tuple[str, Any, float]]


def _panels() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((ROOT / "dashboards").glob("*.yaml")):
        for panel in yaml.safe_load(path.read_text("utf-8"))["panels"]:
            if panel["query_config"].get("charts"):
                yield panel["title"], panel["query_config"]


def _report_charts() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for path in sorted((ROOT / "templates").glob("*.yaml")):
        config = yaml.safe_load(path.read_text("utf-8"))["query_config"]
        for chart in config.get("charts", ()):
            yield chart["title"], config, chart


def test_every_chart_of_the_demo_is_compared():
    named = {*(title for title, _ in _panels()), *(title for title, *_ in _report_charts())}
    # No model has run where these tests are.
    assert named - {*CHARTS} == {"Findings by category"}


@pytest.fixture
def prepared(api):
    """With the weather, which the other tests of this room do without."""
    query = (
        sa.select(dataset_versions.c.id)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(datasets.c.name == "airport_daily", dataset_versions.c.status == "pending")
        .order_by(dataset_versions.c.id)
    )
    platform = api.context.platform
    for (version_id,) in api.rows(query):
        prepare_version(platform.engine, platform.drm, version_id)
    return api


def test_numbers_of_both_renderers_are_those_of_sql(prepared):
    period = {"from": FIRST, "to": LAST}
    for title, config in _panels():
        if title not in CHARTS:
            continue
        is_of_data = config["source"].startswith("dataset:")
        asked = {"queryConfig": config, **({"period": period} if is_of_data else {})}
        shown = prepared.call("panels.data", **asked)
        expected = _expected(prepared, title, shown["spec"]["kind"])
        columns = {column["name"]: column for column in shown["columns"]}
        x, y = (columns[shown["chart"][each]]["decimals"] for each in ("x", "y"))
        _same(_of_app(shown), expected, (_rounding(x) + 1e-6, _rounding(y) + 1e-6), title)
        narrowed = _narrowed(config, period) if is_of_data else config
        _compare_page(prepared, title, narrowed, config["charts"][0], {}, expected)
    for title, config, chart in _report_charts():
        kind = chart["type"]
        expected = _expected(prepared, title, kind)
        _compare_page(prepared, title, config, chart, {"period": period}, expected)


def _narrowed(config: dict[str, Any], period: dict[str, str]) -> dict[str, Any]:
    where = {"field": "date", "op": "in_period", "value": period}
    return {**config, "where": where}


def _compare_page(api, title, config, chart, params, expected: Points) -> None:
    platform = api.context.platform
    found = run_query(
        parse_config(config),
        engine=platform.engine,
        drm_engine=platform.drm_reading,
        now=NOW,
        time_zone="America/New_York",
        params=params,
    )
    spec = Chart.model_validate(chart)
    table = found.table(spec.data)
    drawn, near = _of_page(spec, table)
    _same(drawn, expected, near, f"{title}, on the page")


def _expected(api, title: str, kind: str) -> Points:
    statement, cut = CHARTS[title]
    platform = api.context.platform
    engine = platform.drm_engine if "drm_" in statement else platform.engine
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(statement))]
    points = [("", *row) if len(row) == 2 else row for row in rows]
    known = [(s, _plain(x), float(y)) for s, x, y in points if x is not None and y is not None]
    if cut is None:
        return known
    shown, left = known[:cut], known[cut:]
    if kind == "pie":
        shown = [*shown, ("", "All other airlines", sum(y for *_, y in left))]
        # What is said of each is its share of the whole.
        whole = sum(y for *_, y in known)
        return [*shown, *(("share", x, 100 * y / whole) for _, x, y in shown)]
    return shown


def _plain(x: Any) -> Any:
    return (
        str(x)[:10] if isinstance(x, date) else float(x) if isinstance(x, int | float) else str(x)
    )


def _same(found: Points, expected: Points, near: tuple[float, float], title: str) -> None:
    """Each is there once, and nothing else is. near: how far off x and y may be, where they are numbers."""
    assert len(found) == len(expected) > 0, title
    left = [*found]
    for point in expected:
        at = next((n for n, each in enumerate(left) if _is_same(each, point, near)), None)
        assert at is not None, f"{title}: {point} is not among {left}"
        del left[at]


def _is_same(one: tuple[str, Any, float], other: tuple[str, Any, float], near) -> bool:
    (series, x, y), (its_series, its_x, its_y) = one, other
    is_there = abs(x - its_x) <= near[0] if isinstance(its_x, float) else x == its_x
    return series == its_series and is_there and abs(y - its_y) <= near[1]


def _rounding(decimals: int | None) -> float:
    return 0.0 if decimals is None else 0.501 / 10**decimals


def _of_app(shown: Mapping[str, Any]) -> Points:
    """As the app reads its answer: marks by the positions of rows, and those that are no rows."""
    names = [column["name"] for column in shown["columns"]]
    x, y = names.index(shown["chart"]["x"]), names.index(shown["chart"]["y"])
    points: Points = []
    for series in shown["spec"]["series"]:
        own = iter(series["own"])
        for position in series["rows"]:
            if position is None:
                mark = next(own)
                at, value = mark["x"], mark["y"]
            else:
                at, value = shown["rows"][position][x], shown["rows"][position][y]
            if value is not None:
                points.append((series["name"] or "", _plain(at), float(value)))
    if shown["spec"]["kind"] == "pie":
        whole = shown["spec"]["whole"]
        points += [("share", at, 100 * value / whole) for _, at, value in points]
    return points


def _of_page(chart: Chart, table: Table) -> tuple[Points, tuple[float, float]]:
    data = chart_data(chart, table)
    root = ElementTree.fromstring(draw(data, 660, 400))
    if data.kind == "pie":
        return _of_list(root), (0, 0.0501)
    if data.kind == "bar":
        return _of_bars(root, data), (0, 0.0501)
    upwards = _axis(root, is_upright=True)
    low, high = data.axis.low, data.axis.high
    # A tenth of a unit of the drawing, which is 660 by 400, of values with as many decimals as were asked for.
    wide = data.x_axis.high - data.x_axis.low if data.x_axis else 0
    near = (
        wide / 5000 + _rounding(table.column(chart.x).decimals),
        (high - low) / 2500 + _rounding(table.column(chart.y).decimals),
    )
    points: Points = []
    for one in data.series:
        if data.kind == "line":
            path = _line_of(root, one.place)
            known = [x for x, y, _ in one.points if y is not None]
            points += [
                (one.name, _plain(x), upwards(y)) for x, (_, y) in zip(known, path, strict=True)
            ]
        else:
            across = _axis(root, is_upright=False)
            points += [(one.name, across(x), upwards(y)) for x, y in _signs_of(root, one.place)]
    return points, near


def _number(text: str) -> float:
    sizes = {"k": 1e3, "M": 1e6}
    plain = text.replace("−", "-").replace(",", "")
    return float(plain.rstrip("kM")) * sizes.get(plain[-1], 1)


def _axis(root: ElementTree.Element, *, is_upright: bool):
    """What a place in the drawing is, by the labels of its axis."""
    anchor, side = ("end", "y") if is_upright else ("middle", "x")
    labels = [
        (float(text.get(side, 0)) - (4 if is_upright else 0), _number(text.text or ""))
        for text in root.iter(f"{SVG}text")
        if text.get("text-anchor") == anchor
        and text.get("fill") == MUTED
        and re.fullmatch(r"−?[\d,.]+[kM]?", text.text or "")
    ]
    (first, low), *_, (last, high) = labels
    return lambda at: low + (at - first) / (last - first) * (high - low)


def _line_of(root: ElementTree.Element, place: int) -> list[tuple[float, float]]:
    (path,) = (
        each
        for each in root.iter(f"{SVG}path")
        if each.get("stroke") == PALETTE[place] and each.get("stroke-linejoin")
    )
    return [
        (float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path.get("d", ""))
    ]


def _signs_of(root: ElementTree.Element, place: int) -> list[tuple[float, float]]:
    """Without that of the legend, which is larger."""
    found = [
        re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\) scale\(0.9\)", each.get("transform", ""))
        for each in root.iter(f"{SVG}path")
        if each.get("d") == SIGNS[place]
    ]
    return [(float(match[1]), float(match[2])) for match in found if match]


def _of_list(root: ElementTree.Element) -> Points:
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    points: Points = []
    for at, word in enumerate(words):
        if match := re.fullmatch(r"\d+  (.+)", word):
            points.append(("", match[1], _number(words[at + 1])))
            points.append(("share", match[1], _number(words[at + 2].removesuffix("\u00a0%"))))
    return points


def _of_bars(root: ElementTree.Element, data) -> Points:
    """Each bar's length in the drawing, by the longest, whose value stands beside it."""
    longest = max(data.values)
    bars = [
        (each.get("fill"), float(each.get("width", 0)))
        for each in root.iter(f"{SVG}rect")
        if float(each.get("width", 0)) not in (18.0, 11.0)
    ]
    widest = max(width for _, width in bars)
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    points: Points = []
    for one in data.series:
        own = [width for fill, width in bars if fill == PALETTE[one.place]]
        known = sorted(
            (point for point in one.points if point[1] is not None),
            key=lambda point: data.xs.index(point[0]),
        )
        for (name, value, _), width in zip(known, own, strict=True):
            assert width / widest == pytest.approx(value / longest, abs=0.002)
            shown = f"{value:,.{data.decimals}f}"
            assert shown in words
            points.append((one.name, str(name), _number(shown)))
    return points
