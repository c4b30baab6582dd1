"""What recommendations have in common that no model made: of what is expected of deliveries and of what they bring.

Each is told once, with since when, and ends by itself. Nothing is expected of what is not delivered again and again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.models import Advice
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.drm.deliveries import expected
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import (
    Changes,
    Ground,
    evidence_of,
    fingerprint,
    go_on,
    latest_of,
    resolve,
    take,
)
from iop_pipelines.schema.tables import recommendations
from iop_pipelines.transform.versions import StoredDataset

# So many series that do the same one by one; more at once are one thing, and told as one.
ONE_BY_ONE = 5
_NAMED = 10


def is_delivered_again(drm: SharedDatabase, stored: StoredDataset) -> bool:
    """Whether it is declared to have a rhythm, or had one in at least five deliveries."""
    declared = stored.declaration
    calendar = calendar_of(declared.calendar)
    rhythm = (declared.source, declared.time_zone, calendar, declared.deliveries)
    return expected(drm, *rhythm) is not None


def finding(
    *,
    kind: str,
    series: str,
    since: datetime,
    said: Sentence,
    measure: str,
    severity: Severity = Severity.WARNING,
    unit: str = "",
    value: float | None = None,
    usual: float | None = None,
    more: Mapping[str, Any] | None = None,
) -> Finding:
    """usual: what was to be expected instead of the value."""
    return Finding(
        category=Category.OPTIMISATION,
        kind=kind,
        severity=severity,
        unique_id=series,
        measure=measure,
        unit=unit,
        ds=since,
        since=since,
        value=value,
        expected=usual,
        lo=None,
        hi=None,
        score=1.0,
        confidence=None,
        evidence={"why": str(said), "said": said.as_json(), **(more or {})},
    )


@dataclass(frozen=True)
class Watch:
    """One thing that is looked after in a dataset.

    Attributes:
        finder: the name that stands where a model's would.
        labels: what people call its measures.
        fields: those that its series are of.
    """

    stored: StoredDataset
    finder: str
    labels: dict[str, str]
    fields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.stored.declaration.name

    def ground(self, window: tuple[datetime, datetime], source_ref: str) -> Ground:
        return Ground(
            model=None,
            dataset=self.name,
            freq=self.stored.declaration.model_freq,
            series_fields=self.fields,
            labels=self.labels,
            data_version=None,
            version_id=None,
            quality_score=None,
            window_start=window[0],
            window_end=window[1],
            source_ref=source_ref,
            repeats=(),
            may_resolve=True,
            # What is so again is news each time.
            advice=Advice(cool_down=0),
            finder=self.finder,
        )

    def tell(self, connection: sa.Connection, found: Sequence[Finding], changes: Changes) -> None:
        """Opens what is not open: of what was told and lasts, nothing is told again."""
        step = self.stored.declaration.step
        marks = {
            fingerprint(each.category, self.name, each.unique_id, self.finder): each
            for each in found
        }
        latest = latest_of(connection, list(marks))
        for mark, each in marks.items():
            there = latest.get(mark)
            if there is not None and there.live_key is not None:
                continue
            until = step.shift(each.since, 1) if step else each.since
            source_ref = f"{self.finder}:{each.unique_id[:150]}@{each.since.isoformat()}"
            ground = self.ground((each.since, until), source_ref)
            take(connection, ground, [each], there, changes)

    def end(
        self,
        connection: sa.Connection,
        over: Callable[[Evidence], Sentence | None],
        data_end: datetime,
        changes: Changes,
        *,
        last: datetime | None = None,
    ) -> None:
        """Resolves what was told and is over: `over` gives the reason, None of what lasts.

        last: the last period of the data, where `data_end` is not what follows it.
        """
        step = self.stored.declaration.step
        lasts_to = data_end if last is None or step is None else step.shift(last, 1)
        columns = recommendations.c
        query = sa.select(recommendations).where(
            columns.dataset == self.name,
            columns.resolved_at.is_(None),
            columns.source_ref.startswith(f"{self.finder}:", autoescape=True),
        )
        for row in connection.execute(query.order_by(columns.id).with_for_update()).all():
            evidence = evidence_of(row)
            if evidence.series_fields != list(self.fields):
                continue
            reason = over(evidence)
            if reason is None and row.live_key is not None:
                go_on(connection, row, evidence, lasts_to)
            if reason is not None:
                resolve(
                    *(connection, row, evidence, reason),
                    data_end=data_end,
                    source_ref=row.source_ref,
                )
                changes.resolved.append(row.id)


def end_unread(
    connection: sa.Connection,
    stored: StoredDataset,
    finders: Sequence[str],
    is_read: Callable[[str, Evidence], bool],
    changes: Changes,
    *,
    reason: Sentence | None = None,
) -> None:
    """Resolves what was told of data that nothing reads any more, since models of the dataset read otherwise by now.

    finders: how the names of those who told it begin. is_read: given the name, and the evidence.
    """
    columns = recommendations.c
    query = sa.select(recommendations).where(
        columns.dataset == stored.declaration.name,
        columns.resolved_at.is_(None),
        sa.or_(*(columns.source_ref.startswith(each, autoescape=True) for each in finders)),
    )
    for row in connection.execute(query.order_by(columns.id).with_for_update()).all():
        evidence, finder = evidence_of(row), row.source_ref.partition(":")[0]
        if not is_read(finder, evidence):
            resolve(
                *(connection, row, evidence, reason or Sentence("series.no_longer_read")),
                data_end=evidence.window_end,
                source_ref=row.source_ref,
            )
            changes.resolved.append(row.id)


def names_of(evidence: Evidence) -> list[str]:
    """The series that it is about."""
    return evidence.latest.details.get("series") or [evidence.series]


def in_words(series: Sequence[str]) -> list[str]:
    """As people read them; of many the first."""
    names = [each.replace("/", ", ") for each in series]
    return [*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])]


def period(moment: datetime) -> Sentence:
    """A period that begins with its day is said by it."""
    if moment.hour or moment.minute:
        return time_of(moment)
    return Sentence("moment.day", day=moment.date().isoformat())


def time_of(moment: datetime) -> Sentence:
    return Sentence("moment.time", day=moment.date().isoformat(), time=f"{moment:%H:%M}")
