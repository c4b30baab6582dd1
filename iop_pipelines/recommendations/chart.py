"""The series around a recommendation's finding, as a chart shows it, and why and what to do in parts.

The chart is of the finding that title and text are about. What else they name is another finding, of another measure or
of a time that the chart does not reach: it has a chart of its own, so that no point and no range stands under another's
name. Points are those that the finding kept as its evidence, and what its execution gave out for the same series and
measure; where both have a period, the output counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language
from iop_pipelines.query.output_files import file_of
from iop_pipelines.query.output_rows import line_in
from iop_pipelines.recommendations.evidence import Evidence, KeptPoint, Seen, add_periods
from iop_pipelines.recommendations.phrases.facts import label_in
from iop_pipelines.recommendations.review import StoredRecommendation, recommendation
from iop_pipelines.schema.tables import datasets, model_outputs, recommendations

MAX_POINTS = 200
# Of them, those up to the finding; the others show what came of it.
_BEFORE = 150
# Charts beside the first.
MAX_OTHERS = 5
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
class OtherChart:
    """Of another finding that the recommendation speaks of; translations: of the label."""

    execution_id: int | None
    measure: str
    label: str
    unit: str
    ds: datetime
    since: datetime
    points: tuple[ChartPoint, ...]
    translations: Mapping[Language, Mapping[str, str]]


@dataclass(frozen=True)
class EvidenceChart:
    """`ds` is the period that title and text are about; `time_zone` that of all periods, those of `others` too."""

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
    others: tuple[OtherChart, ...]
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
        zone = _zone_of(connection, evidence.dataset)
        told, _ = evidence.as_told(stored.occurrences)
        main = told.main(stored.category)
        points = _of_main(connection, evidence, main)
        others = tuple(islice(_others(connection, evidence, told, main, points), MAX_OTHERS))
    here = texts[SOURCE]
    return EvidenceChart(
        recommendation_id=stored.id,
        execution_id=_execution_id(main.source_ref),
        unique_id=stored.unique_id,
        measure=main.measure,
        label=here.label or main.label,
        unit=main.unit,
        time_zone=zone,
        freq=evidence.freq,
        ds=main.ds,
        since=main.since,
        points=points,
        others=others,
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
        others=(),
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


def _of_main(connection: sa.Connection, evidence: Evidence, main: Seen) -> tuple[ChartPoint, ...]:
    """With what came later of the same measure, as far as that joins on."""
    points = _merged(_kept(evidence, evidence.points, main), connection, evidence.series, main)
    latest = evidence.latest
    if latest.measure != main.measure or latest.source_ref == main.source_ref:
        return _around(points, main.ds)
    later = _of_latest(connection, evidence)
    joins = points and later and later[0].ds <= add_periods(points[-1].ds, 1, evidence.freq)
    if not joins:
        return _around(points, main.ds)
    both = {each.ds: each for each in (*points, *later)}
    return _around(sorted(both.values(), key=lambda each: each.ds), main.ds)


def _of_latest(connection: sa.Connection, evidence: Evidence) -> list[ChartPoint]:
    latest = evidence.latest
    kept = _kept(evidence, evidence.latest_points or evidence.points, latest)
    return _merged(kept, connection, evidence.series, latest)


def _others(
    connection: sa.Connection,
    evidence: Evidence,
    told: Evidence,
    main: Seen,
    points: Sequence[ChartPoint],
) -> Iterator[OtherChart]:
    """The last finding where the chart does not show it, and what was found with it, a measure each."""
    is_shown = {main.measure: {main.ds, *(point.ds for point in points)}}
    for found in (told.latest, *told.also):
        if found.ds in is_shown.get(found.measure, ()):
            continue
        around = (
            _of_latest(connection, evidence)
            if found == evidence.latest
            else _merged([], connection, evidence.series, found)
        )
        if not around:
            continue
        shown = _around(around, found.ds)
        is_shown.setdefault(found.measure, set()).update(point.ds for point in shown)
        yield OtherChart(
            execution_id=_execution_id(found.source_ref),
            measure=found.measure,
            label=label_in(evidence, found, SOURCE),
            unit=found.unit,
            ds=found.ds,
            since=found.since,
            points=shown,
            translations={each: {"label": label_in(evidence, found, each)} for each in TRANSLATED},
        )


def _kept(evidence: Evidence, points: Sequence[KeptPoint], found: Seen) -> list[ChartPoint]:
    """None that are about another time than the finding's, or about another measure, which a release before kept so."""
    if points is evidence.points and evidence.measure != found.measure:
        return []
    marks = {found.ds, *(each.ds for each in evidence.occurrences if each.measure == found.measure)}
    kept = [_kept_point(each, marks) for each in points]
    return kept if kept and kept[0].ds <= found.ds <= kept[-1].ds else []


def _merged(
    kept: Sequence[ChartPoint], connection: sa.Connection, series: str, found: Seen
) -> list[ChartPoint]:
    """With what the finding's execution gave out around it."""
    points = {each.ds: each for each in (*kept, *_outputs(connection, series, found))}
    return sorted(points.values(), key=lambda each: each.ds)


def _outputs(connection: sa.Connection, series: str, found: Seen) -> list[ChartPoint]:
    """What lies around the finding: half before it, half from it on, so that neither reads them all."""
    execution_id = _execution_id(found.source_ref)
    if execution_id is None:
        return []
    file = file_of(connection, execution_id)
    if file is not None:
        rows = line_in(file, series, found.measure, (found.ds, MAX_POINTS))
        names = [each.name for each in fields(ChartPoint)]
        return [ChartPoint(**{name: row[name] for name in names}) for row in rows]
    outputs = model_outputs.c
    query = sa.select(
        outputs.ds, outputs.y, outputs.yhat, outputs.lo, outputs.hi, outputs.is_finding
    ).where(
        outputs.execution_id == execution_id,
        outputs.unique_id == series,
        outputs.measure == found.measure,
    )
    before = query.where(outputs.ds <= found.ds).order_by(outputs.ds.desc()).limit(MAX_POINTS)
    after = query.where(outputs.ds > found.ds).order_by(outputs.ds).limit(MAX_POINTS)
    return [
        ChartPoint(row.ds, row.y, row.yhat, row.lo, row.hi, bool(row.is_finding))
        for part in (before, after)
        for row in connection.execute(part)
    ]


def _kept_point(point: KeptPoint, found: set[datetime]) -> ChartPoint:
    ds = datetime.fromisoformat(point["ds"])
    return ChartPoint(ds, point["y"], point["yhat"], point["lo"], point["hi"], ds in found)


def _around(points: Sequence[ChartPoint], ds: datetime) -> tuple[ChartPoint, ...]:
    if len(points) <= MAX_POINTS:
        return tuple(points)
    upto = sum(point.ds <= ds for point in points)
    first = min(max(0, upto - _BEFORE), len(points) - MAX_POINTS)
    return tuple(points[first : first + MAX_POINTS])
