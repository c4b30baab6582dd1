"""dashboard.*: how the platform stands, once or as it changes."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from pydantic import Field

from iop_pipelines.api.context import Context
from iop_pipelines.api.feed import Feed
from iop_pipelines.api.procedures.deliveries import Unprepared, unprepared_of
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.ledger.stats import Figures, figures

# The newest; the pages of the datasets have all.
_SHOWN_UNPREPARED = 20


class ModelStats(Shape):
    total: int
    active: int


class ExecutionStats(Shape):
    """Of the last 24 hours; `p50Ms` is the median of its latest 101 successes.

    `superseded24h`: never ran, for newer data came while they were held; none of them has failed.
    """

    running: int
    # to_camel would write success24H.
    success_24h: Annotated[int, Field(alias="success24h")]
    failed_24h: Annotated[int, Field(alias="failed24h")]
    superseded_24h: Annotated[int, Field(alias="superseded24h")]
    p50_ms: int | None


class ReportStats(Shape):
    ready: int
    failed_24h: Annotated[int, Field(alias="failed24h")]


class RecommendationStats(Shape):
    """`open` were not decided: `waiting` are those still found, `goneAway` those that are not any more.

    `bySeverity` and `byCategory` are of the open ones, `waitingBySeverity` and `waitingByCategory` of
    those that wait; every word has its number. `lastChange` grows with every line of a history: what was found,
    found again or decided, and what was said.
    """

    open: int
    waiting: int
    gone_away: int
    by_severity: dict[str, int]
    by_category: dict[str, int]
    waiting_by_severity: dict[str, int]
    waiting_by_category: dict[str, int]
    last_change: int


class QualityStats(Shape):
    """Of each dataset's latest prepared data, 0 to 100: DRM's score, null if it was never scored, and the share of
    its rows that could be used, null if nothing was delivered.

    `unprepared`: deliveries that were refused or failed, and whose period no later one has filled; nothing of them
    is prepared.
    """

    by_dataset: dict[str, float | None]
    usable_by_dataset: dict[str, float | None]
    unprepared: list[Unprepared]


class DashboardStats(Shape):
    models: ModelStats
    executions: ExecutionStats
    reports: ReportStats
    recommendations: RecommendationStats
    quality: QualityStats
    as_of: datetime


class Since(Shape):
    last_event_id: str | None = None


def declare(registry: Registry) -> None:
    feed = Feed(standing, _fingerprint)

    @registry.procedure("dashboard.stats", Kind.QUERY, "How the platform stands now.")
    def stats(ctx: Context) -> DashboardStats:
        return standing(ctx)

    @registry.procedure("dashboard.live", Kind.SUBSCRIPTION, "How it stands, whenever it changes.")
    async def live(ctx: Context, given: Since) -> AsyncIterator[tuple[str, DashboardStats]]:
        async for event in feed.events(ctx, given.last_event_id):
            yield event


def standing(ctx: Context) -> DashboardStats:
    now = utc_now()
    return _stats(figures(ctx.platform.engine, now), now)


def _stats(found: Figures, now: datetime) -> DashboardStats:
    return DashboardStats(
        models=ModelStats(total=found.models, active=found.models_active),
        executions=ExecutionStats(
            running=found.running,
            success_24h=found.success_24h,
            failed_24h=found.failed_24h,
            superseded_24h=found.superseded_24h,
            p50_ms=found.p50_ms,
        ),
        reports=ReportStats(ready=found.reports_ready, failed_24h=found.reports_failed_24h),
        recommendations=_recommendations(found),
        quality=QualityStats(
            by_dataset=found.quality_by_dataset,
            usable_by_dataset=found.usable_by_dataset,
            unprepared=[unprepared_of(each) for each in found.unprepared[-_SHOWN_UNPREPARED:]],
        ),
        as_of=now,
    )


def _recommendations(found: Figures) -> RecommendationStats:
    number, gone = sum(found.open_by_severity.values()), sum(found.gone_by_severity.values())
    return RecommendationStats(
        open=number,
        waiting=number - gone,
        gone_away=gone,
        by_severity=found.open_by_severity,
        by_category=found.open_by_category,
        waiting_by_severity=_less(found.open_by_severity, found.gone_by_severity),
        waiting_by_category=_less(found.open_by_category, found.gone_by_category),
        last_change=found.last_change,
    )


def _less(numbers: dict[str, int], others: dict[str, int]) -> dict[str, int]:
    return {word: number - others[word] for word, number in numbers.items()}


def _fingerprint(stats: DashboardStats) -> str:
    """The same standing has the same id on every replica, whenever it was looked at."""
    content = stats.model_dump_json(exclude={"as_of"})
    return hashlib.sha256(content.encode()).hexdigest()[:16]
