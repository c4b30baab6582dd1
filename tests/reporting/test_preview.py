"""The small picture beside a finding in Dagster."""

import base64
import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

from iop_pipelines.reporting.charts.svg import ALERT
from iop_pipelines.reporting.preview import finding_chart

SVG = "{http://www.w3.org/2000/svg}"


def decoded(markdown: str) -> ElementTree.Element:
    match = re.fullmatch(r"!\[[^\]]*\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markdown)
    assert match
    return ElementTree.fromstring(base64.b64decode(match[1]))


def points(count: int) -> list[dict]:
    start = datetime(2013, 1, 1)
    return [
        {
            "ds": (start + timedelta(days=n)).isoformat(),
            "y": 62.4 if n == count - 3 else 1.123456789 * n,
            "yhat": 1.1 * n,
            "lo": 1.1 * n - 4.2,
            "hi": 1.1 * n + 4.2,
        }
        for n in range(count)
    ]


def test_what_lies_outside_the_band_is_marked():
    root = decoded(finding_chart(points(40), "cancelled_pct of EWR"))
    (group,) = [group for group in root.iter(f"{SVG}g") if group.get("fill") == ALERT]
    assert len(group) == 1
    assert root.findtext(f"{SVG}title") == "cancelled_pct of EWR"
    assert "1 of them outside" in (root.findtext(f"{SVG}desc") or "")


def test_the_largest_picture_is_under_10_kb():
    assert len(finding_chart(points(500), "x" * 500)) <= 10_000


def test_unknown_values_and_bounds_are_gaps():
    series = points(10)
    series[4]["y"] = None
    series[5]["lo"] = float("nan")
    series[6].pop("hi")
    root = decoded(finding_chart(series, "a [b] (c)"))
    assert "nan" not in ElementTree.tostring(root, encoding="unicode").lower()


def test_without_a_value_there_is_only_the_title():
    assert finding_chart([], "nothing") == "nothing"
    assert finding_chart([{"ds": datetime(2013, 1, 1), "y": None}], "nothing") == "nothing"


def test_ordinary_noise_around_a_level_is_not_marked():
    root = decoded(finding_chart(points(40), "flights of EWR", marks_outside=False))
    assert not [group for group in root.iter(f"{SVG}g") if group.get("fill") == ALERT]
