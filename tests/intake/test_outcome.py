"""What is told after a load: every open recommendation, and apart what later data no longer shows."""

from datetime import datetime

from iop_pipelines.domain.vocabulary import Category, ReviewStatus
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
