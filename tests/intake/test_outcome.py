"""What is told after a load: every open recommendation, and apart what later data no longer shows."""

from datetime import datetime

from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.intake.outcome import outcome
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import recommendations

GONE_AT = datetime(2026, 11, 1, 12)


def test_all_are_told_the_present_ones_first_and_how_many_have_gone(migrated_url: str) -> None:
    engine = engine_for(migrated_url)
    with begin_write(engine) as connection:
        for number in range(250):
            connection.execute(
                recommendations.insert().values(
                    title=f"Finding {number}",
                    category=Category.ANOMALY,
                    resolved_at=GONE_AT if number >= 240 else None,
                )
            )
        connection.execute(
            recommendations.insert().values(
                title="Decided", category=Category.ANOMALY, status=ReviewStatus.ACCEPTED
            )
        )

    told = outcome(engine)

    assert len(told.recommendations) == 250
    assert told.recommendations[:2] == ["Finding 239", "Finding 238"]
    assert told.recommendations[-10:] == [f"Finding {number}" for number in range(249, 239, -1)]
    assert told.gone_away == 10
    assert told.problems == []


def test_the_gravest_is_told_first_and_of_those_alike_the_last_to_happen(migrated_url: str) -> None:
    engine = engine_for(migrated_url)
    told = (
        ("A fall of last month", Severity.INFO, datetime(2026, 10, 12)),
        ("A rise two years ago", Severity.INFO, datetime(2024, 8, 17)),
        ("A warning of last year", Severity.WARNING, datetime(2025, 3, 1)),
        ("A rise of last summer", Severity.INFO, datetime(2026, 8, 22)),
    )
    with begin_write(engine) as connection:
        for title, severity, last in told:
            row = {"category": Category.ANOMALY, "severity": severity, "last_ds": last}
            connection.execute(recommendations.insert().values(title=title, **row))

    assert outcome(engine).recommendations == [
        "A warning of last year",
        "A fall of last month",
        "A rise of last summer",
        "A rise two years ago",
    ]
