"""Reading what DRM shares: catalogue, pipelines, runs and quality scores. No pandas here: sensors import this.

Runs can end out of id order. A reader that keeps a cursor holds `low`, an id up to which it has
handled every run, and `seen`, the handled ids above it; `low` may never pass a running run
(`lowest_running`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.drm import tables
from iop_pipelines.drm.tables import TERMINAL, RunStatus
from iop_pipelines.errors import NotFound


@dataclass(frozen=True, slots=True)
class DrmDataset:
    """`row_schema` is the JSON Schema of a row; `freq` a pandas offset alias."""

    id: int
    name: str
    description: str | None
    owner: str | None
    time_zone: str
    freq: str
    row_schema: Mapping[str, Any]
    table_name: str
    created_at: datetime
    updated_at: datetime

    @property
    def columns(self) -> tuple[str, ...]:
        """Sorted, since a JSON object keeps no order on MySQL."""
        return tuple(sorted(self.row_schema.get("properties", {})))

    @property
    def landed(self) -> list[sa.ColumnElement[str]]:
        """The data's columns in the landing table, by their own names."""
        landing = self.landing_table
        places = tables.landed_as(self.columns)
        return [landing.c[places[name]].label(name) for name in self.columns]

    @property
    def landing_table(self) -> sa.Table:
        return tables.landing_table(self.table_name, self.columns)


@dataclass(frozen=True, slots=True)
class DrmPipeline:
    id: int
    name: str
    dataset: str
    cadence: str
    sla_minutes: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class DrmRun:
    """Moments are naive UTC; the window is dataset-local and half-open."""

    id: int
    pipeline: str
    dataset: str
    status: RunStatus
    scheduled_for: datetime
    started_at: datetime
    finished_at: datetime | None
    window_start: datetime
    window_end: datetime
    rows_ingested: int | None
    bytes_ingested: int | None
    content_checksum: str | None
    error_msg: str | None
    run_key: str | None

    @property
    def is_success(self) -> bool:
        return self.status == RunStatus.SUCCESS


@dataclass(frozen=True, slots=True)
class QualityScore:
    """All five figures are 0 to 100; a run can be scored again, the highest id counts."""

    id: int
    dataset: str
    run_id: int
    score: float
    completeness: float
    validity: float
    uniqueness: float
    timeliness: float
    rows_expected: int | None
    scored_at: datetime


@cache
def _what_is_there() -> sa.Select[*tuple[Any, ...]]:
    """Made once: workers ask twice a second, and to make it takes longer than to ask it."""
    runs, scores = tables.pipeline_runs.c, tables.quality_scores.c
    figures = (
        sa.select(sa.func.max(runs.id)),
        sa.select(sa.func.max(runs.finished_at)),
        sa.select(sa.func.count()).where(runs.status == RunStatus.RUNNING),
        sa.select(sa.func.max(scores.id)),
    )
    return sa.select(*(each.scalar_subquery() for each in figures))


class SharedDatabase:
    """DRM's tables behind one engine; every method is one short read."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def datasets(self) -> list[DrmDataset]:
        query = sa.select(tables.datasets).order_by(tables.datasets.c.name)
        return [DrmDataset(**row) for row in self._rows(query)]

    def dataset(self, name: str) -> DrmDataset:
        query = sa.select(tables.datasets).where(tables.datasets.c.name == name)
        for row in self._rows(query):
            return DrmDataset(**row)
        raise NotFound("drm.no_such_dataset", name=name)

    def lacks(self, name: str) -> Sentence | None:
        """What to tell of a source that the catalogue has not, or not yet; None where it has it."""
        known = [each.name for each in self.datasets()]
        if name in known:
            return None
        return Sentence("drm.lacks_dataset", name=closest(name, known))

    def pipelines(self) -> list[DrmPipeline]:
        query = sa.select(tables.pipelines).order_by(tables.pipelines.c.name)
        return [DrmPipeline(**row) for row in self._rows(query)]

    def state(self) -> tuple[object, ...]:
        """Another one whenever a run began or ended, or a score came: looked up in indexes by one statement."""
        with self.engine.connect() as connection:
            return tuple(connection.execute(_what_is_there()).one())

    def run(self, run_id: int) -> DrmRun:
        query = sa.select(tables.pipeline_runs).where(tables.pipeline_runs.c.id == run_id)
        for row in self._rows(query):
            return DrmRun(**row)
        raise NotFound("drm_run.not_found", id=run_id)

    def finished_runs(
        self, low: int = 0, seen: Collection[int] = (), limit: int = 100
    ) -> list[DrmRun]:
        """Ended runs with an id above `low` that are not in `seen`, by id."""
        runs = tables.pipeline_runs
        query = (
            sa.select(runs)
            .where(runs.c.id > low, runs.c.status.in_(TERMINAL))
            .order_by(runs.c.id)
            .limit(limit)
        )
        if seen:
            query = query.where(runs.c.id.not_in(sorted(seen)))
        return [DrmRun(**row) for row in self._rows(query)]

    def successful_runs(self, dataset: str, after_id: int = 0, limit: int = 500) -> list[DrmRun]:
        """What was delivered of a dataset, by id, after that one."""
        runs = tables.pipeline_runs
        query = (
            sa.select(runs)
            .where(
                runs.c.dataset == dataset,
                runs.c.id > after_id,
                runs.c.status == RunStatus.SUCCESS,
            )
            .order_by(runs.c.id)
            .limit(limit)
        )
        return [DrmRun(**row) for row in self._rows(query)]

    def newest_runs(self, dataset: str, limit: int) -> list[DrmRun]:
        """What was delivered of a dataset last, newest first."""
        runs = tables.pipeline_runs
        query = (
            sa.select(runs)
            .where(runs.c.dataset == dataset, runs.c.status == RunStatus.SUCCESS)
            .order_by(runs.c.finished_at.desc(), runs.c.id.desc())
            .limit(limit)
        )
        return [DrmRun(**row) for row in self._rows(query)]

    def count_successful(self, dataset: str) -> int:
        """How many runs delivered something of a dataset."""
        runs = tables.pipeline_runs
        query = sa.select(sa.func.count()).where(
            runs.c.dataset == dataset, runs.c.status == RunStatus.SUCCESS
        )
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def lowest_running(self, after: int = 0) -> int | None:
        """The smallest id above `after` of a run that has not ended."""
        runs = tables.pipeline_runs
        query = sa.select(sa.func.min(runs.c.id)).where(
            runs.c.id > after, runs.c.status == RunStatus.RUNNING
        )
        with self.engine.connect() as connection:
            return connection.scalar(query)

    def scores_after(self, score_id: int = 0, limit: int = 100) -> list[QualityScore]:
        scores = tables.quality_scores
        query = sa.select(scores).where(scores.c.id > score_id).order_by(scores.c.id).limit(limit)
        return [QualityScore(**row) for row in self._rows(query)]

    def latest_score(self, dataset: str, run_id: int) -> QualityScore | None:
        scores = tables.quality_scores
        query = (
            sa.select(scores)
            .where(scores.c.run_id == run_id, scores.c.dataset == dataset)
            .order_by(scores.c.id.desc())
            .limit(1)
        )
        return next((QualityScore(**row) for row in self._rows(query)), None)

    def recent_runs(
        self, pipeline: str | None = None, limit: int = 50, up_to_id: int | None = None
    ) -> list[DrmRun]:
        """Runs of every status, newest id first."""
        runs = tables.pipeline_runs
        query = sa.select(runs).order_by(runs.c.id.desc()).limit(limit)
        if pipeline is not None:
            query = query.where(runs.c.pipeline == pipeline)
        if up_to_id is not None:
            query = query.where(runs.c.id <= up_to_id)
        return [DrmRun(**row) for row in self._rows(query)]

    def _rows(self, query: sa.Select) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
