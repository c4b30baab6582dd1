"""Series that did it at the same time: beside the plain reading of it, each with each."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.circumstances import relate

START = datetime(2026, 1, 5)


def anomaly(series: str, first: int, last: int, category: Category = Category.ANOMALY) -> Finding:
    since, until = (START + timedelta(hours=each) for each in (first, last))
    return Finding(
        category=category,
        kind="residual",
        severity=Severity.WARNING,
        unique_id=series,
        measure="revenue",
        unit="",
        ds=since,
        since=since,
        value=1.0,
        expected=2.0,
        lo=None,
        hi=None,
        score=1.0,
        confidence=None,
        evidence={"until": until.isoformat()},
    )


@pytest.mark.parametrize(("hours", "longest"), [(5000, 20), (400, 3), (10, 1), (3000, 2500)])
def test_those_are_told_that_touch(hours: int, longest: int) -> None:
    """From few that touch to all that do; of many those that began first."""
    random = np.random.default_rng(hours)
    firsts, lengths = random.integers(0, hours, 300), random.integers(0, longest, 300)
    spans = {
        f"S{place:03d}": (int(first), int(first + length))
        for place, (first, length) in enumerate(zip(firsts, lengths, strict=True))
    }
    groups = {name: [anomaly(name, *span)] for name, span in spans.items()}
    groups["other"] = [anomaly("other", 0, hours, Category.TREND)]
    relate(groups)
    assert "related" not in groups.pop("other")[0].evidence
    for name, (group,) in groups.items():
        since, until = spans[name]
        touching = sorted(
            (first, each)
            for each, (first, last) in spans.items()
            if each != name and first <= until and last >= since
        )
        names = sorted(each for _, each in touching[:5])
        expected = {"series": names, "count": len(touching)} if touching else None
        assert group.evidence.get("related") == expected
