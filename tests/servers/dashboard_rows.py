"""Rows that browser tests look at, made and read behind the browser's back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from browser_site import Site
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.ledger.counters import count, open_measure
from iop_pipelines.recommendations import review
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import (
    recommendation_causes,
    recommendation_events,
    recommendations,
)


class Recommendations:
    def __init__(self, site: Site) -> None:
        self._engine = engine_for(site.settings.database_url)

    def add(self, title: str, severity: Severity = Severity.WARNING) -> int:
        """An open one of nobody's model, as another tool may write it."""
        values = {
            "title": title,
            "description": "Written for a test.\nWhat to do: Nothing.",
            "category": Category.ANOMALY,
            "severity": severity,
            "status": ReviewStatus.OPEN,
        }
        with self._engine.begin() as connection:
            result = connection.execute(sa.insert(recommendations).values(values))
            # As whoever opens one does: Home tells how many wait by what is counted.
            count(connection, open_measure(severity, Category.ANOMALY))
            return int(result.lastrowid)

    def put_together(self, ids: Sequence[int], since: datetime, series: int) -> None:
        """As of one cause, lower than expected, each of a series of its own."""
        cause = {"dataset": "mine", "direction": "lower", "since": since, "series": series}
        with self._engine.begin() as connection:
            result = connection.execute(sa.insert(recommendation_causes).values(cause))
            of = {"cause_id": int(result.lastrowid)}
            for one in ids:
                change = sa.update(recommendations).where(recommendations.c.id == one)
                connection.execute(change.values(unique_id=f"S{one}", **of))

    def row(self, recommendation_id: int) -> review.StoredRecommendation:
        return review.recommendation(self._engine, recommendation_id)

    def status(self, recommendation_id: int) -> str:
        return self.row(recommendation_id).status.value

    def dismiss(self, recommendation_id: int) -> None:
        review.review(self._engine, recommendation_id, ReviewStatus.DISMISSED)

    def decisions(self, recommendation_id: int) -> list[Any]:
        """How often its status was changed, and into what."""
        events = recommendation_events.c
        query = sa.select(events.status_after).where(
            events.recommendation_id == recommendation_id, events.kind == "status"
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query))
