"""The series around a recommendation's finding, as a chart shows it, and why and what to do in parts.

Points are those that the finding kept as its evidence, and what its execution gave out for the same
series and measure; where both have a period, the output counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.phrases.facts import main_of
from iop_pipelines.recommendations.review import StoredRecommendation, recommendation
from iop_pipelines.schema.tables import datasets, model_outputs, recommendations

MAX_POINTS = 200
# Of them, those up to the finding; the others show what came of it.
_BEFORE = 150
_EXECUTION = "execution:"


@dataclass(frozen=True)
class ChartPoint:
    """`ds` is dataset-local."""

    ds: datetime
    y: float | None
    yhat: float | None
    lo: float | None
    hi: float | None
    is_finding: bool


@dataclass(frozen=True)
class ChartTexts:
    """What of a chart is said in a language."""

    label: str
    rationale: tuple[str, ...]
    actions: tuple[str, ...]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "ChartTexts":
        return cls(kept["label"], tuple(kept["rationale"]), tuple(kept["actions"]))


@dataclass(frozen=True)
class EvidenceChart:
    """`ds` is the period that title and text are about; `time_zone` that of all periods."""

    recommendation_id: int
    execution_id: int | None
    unique_id: str | None
    measure: str | None
    label: str | None
    unit: str | None
    time_zone: str
    freq: str | None
    ds: datetime | None
    since: datetime | None
    points: tuple[ChartPoint, ...]
    rationale: tuple[str, ...]
    actions: tuple[str, ...]
    owner: str | None
    translations: Mapping[Language, ChartTexts] | None


def evidence_chart(engine: sa.Engine, recommendation_id: int) -> EvidenceChart:
    """Raises NotFound. One that no model of ours made has its text and no points."""
    stored = recommendation(engine, recommendation_id)
    with engine.connect() as connection:
        texts = _texts(connection, stored)
        if not stored.metadata or stored.dataset is None:
            return _text_only(stored, texts)
        evidence = Evidence.model_validate(stored.metadata)
        execution_id = _execution_id(evidence.latest.source_ref)
        outputs = _outputs(connection, execution_id, evidence)
        zone = _zone_of(connection, evidence.dataset)
    found = {evidence.latest.ds, evidence.peak.ds, *(each.ds for each in evidence.occurrences)}
    told, _ = evidence.as_told(stored.occurrences)
    main = main_of(stored.category, told)
    here = texts[SOURCE]
    return EvidenceChart(
        recommendation_id=stored.id,
        execution_id=execution_id,
        unique_id=stored.unique_id,
        measure=evidence.measure,
        label=here.label or main.label,
        unit=evidence.unit,
        time_zone=zone,
        freq=evidence.freq,
        ds=main.ds,
        since=main.since,
        points=tuple(_around(_merged(evidence.points, outputs, found), evidence.latest.ds)),
        rationale=here.rationale,
        actions=here.actions,
        owner=told.owner,
        translations={
            language: replace(each, label=each.label or main.label)
            for language, each in texts.items()
            if language is not SOURCE
        },
    )


def _texts(connection: sa.Connection, stored: StoredRecommendation) -> dict[Language, ChartTexts]:
    """By language, English first, as they were made; of a row from before they were kept in parts, its whole text."""
    columns = recommendations.c
    kept = connection.execute(
        sa.select(columns.explanation, columns.translations).where(columns.id == stored.id)
    ).one()
    if kept.explanation:
        return {
            language: ChartTexts.of(kept.explanation[language])
            for language in Language
            if language in kept.explanation
        }
    whole = {SOURCE: stored.description or ""}
    translated: Mapping[str, Mapping[str, str]] = kept.translations or {}
    for language in TRANSLATED:
        if language in translated:
            whole[language] = translated[language]["description"]
    return {
        language: ChartTexts("", tuple(line for line in text.splitlines() if line.strip()), ())
        for language, text in whole.items()
    }


def _text_only(stored: StoredRecommendation, texts: Mapping[Language, ChartTexts]) -> EvidenceChart:
    return EvidenceChart(
        recommendation_id=stored.id,
        execution_id=_execution_id(stored.source_ref or ""),
        unique_id=stored.unique_id,
        measure=None,
        label=None,
        unit=None,
        time_zone="UTC",
        freq=None,
        ds=stored.last_ds,
        since=stored.first_ds,
        points=(),
        rationale=texts[SOURCE].rationale,
        actions=(),
        owner=None,
        translations=None,
    )


def _zone_of(connection: sa.Connection, dataset: str) -> str:
    content = connection.scalar(sa.select(datasets.c.declaration).where(datasets.c.name == dataset))
    return DatasetDeclaration.model_validate(content).time_zone if content else "UTC"


def _execution_id(source_ref: str) -> int | None:
    number = source_ref.removeprefix(_EXECUTION)
    return int(number) if number != source_ref and number.isdigit() else None


def _outputs(
    connection: sa.Connection, execution_id: int | None, evidence: Evidence
) -> list[ChartPoint]:
    """What lies around the finding: half before it, half from it on, so that neither reads them all."""
    if execution_id is None:
        return []
    outputs = model_outputs.c
    query = sa.select(
        outputs.ds, outputs.y, outputs.yhat, outputs.lo, outputs.hi, outputs.is_finding
    ).where(
        outputs.execution_id == execution_id,
        outputs.unique_id == evidence.series,
        outputs.measure == evidence.measure,
    )
    middle = evidence.latest.ds
    before = query.where(outputs.ds <= middle).order_by(outputs.ds.desc()).limit(MAX_POINTS)
    after = query.where(outputs.ds > middle).order_by(outputs.ds).limit(MAX_POINTS)
    return [
        ChartPoint(row.ds, row.y, row.yhat, row.lo, row.hi, bool(row.is_finding))
        for part in (before, after)
        for row in connection.execute(part)
    ]


def _merged(
    kept: Sequence[Mapping[str, Any]], outputs: Sequence[ChartPoint], found: set[datetime]
) -> list[ChartPoint]:
    points = {point.ds: point for point in (_kept(each, found) for each in kept)}
    points |= {point.ds: point for point in outputs}
    return sorted(points.values(), key=lambda point: point.ds)


def _kept(point: Mapping[str, Any], found: set[datetime]) -> ChartPoint:
    ds = datetime.fromisoformat(str(point["ds"]))
    y, yhat, lo, hi = (point.get(name) for name in ("y", "yhat", "lo", "hi"))
    return ChartPoint(ds, y, yhat, lo, hi, ds in found)


def _around(points: list[ChartPoint], ds: datetime) -> list[ChartPoint]:
    if len(points) <= MAX_POINTS:
        return points
    upto = sum(point.ds <= ds for point in points)
    first = min(max(0, upto - _BEFORE), len(points) - MAX_POINTS)
    return points[first : first + MAX_POINTS]
