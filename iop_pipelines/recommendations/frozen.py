"""Measures of series whose value stopped changing: told once, with since when, and ended when it changes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import FROZEN_MODEL, Changes
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, FROZEN
from iop_pipelines.recommendations.watching import (
    ONE_BY_ONE,
    Watch,
    end_unread,
    finding,
    in_words,
    names_of,
    period,
)
from iop_pipelines.transform.frozen import Run, frozen_run
from iop_pipelines.transform.silence import (
    MOST_ROWS,
    PERIODS,
    moment_of,
    newest_periods,
    periods_looked_at,
    said,
    series_fields,
)
from iop_pipelines.transform.versions import StoredDataset

# Of a dataset that no model reads so many measures are watched.
_MOST_MEASURES = 20
Values = Mapping[tuple[str, str], Sequence[float | None]]


@dataclass(frozen=True)
class Looked:
    """`values` are by series and measure, one for each of `periods`, oldest first; None where there is none."""

    read: InputSpec
    periods: Sequence[datetime]
    values: Values


def inputs_of(declaration: DatasetDeclaration, modelled: Sequence[InputSpec]) -> list[InputSpec]:
    """What is watched: what active models read, without one the dataset's measures by each text field of its key."""
    if not modelled:
        measures = tuple(declaration.measures)[:_MOST_MEASURES]
        fields = series_fields(declaration, []) or [()]
        return [InputSpec(measures=measures, series=each) for each in fields] if measures else []
    together: dict[str, InputSpec] = {}
    for each in modelled:
        same = json.dumps([each.series, each.where], sort_keys=True)
        known = together.get(same, each)
        measures = tuple(dict.fromkeys((*known.measures, *each.measures)))
        together[same] = known.model_copy(update={"measures": measures})
    return list(together.values())


def look_at_values(engine: sa.Engine, stored: StoredDataset, read: InputSpec) -> Looked | None:
    """The newest periods of what is read; None where there is nothing, or too much."""
    declaration = stored.declaration
    if declaration.step is None:
        return None
    most = periods_looked_at(declaration.step)
    with engine.connect() as connection:
        periods = newest_periods(connection, declaration, most)
        for some in (periods, periods[-PERIODS:]):
            rows = _rows(connection, declaration, read, some)
            if len(rows) <= MOST_ROWS:
                return Looked(read, some, _values(rows, read, some))
    return None


def _rows(
    connection: sa.Connection,
    declaration: DatasetDeclaration,
    read: InputSpec,
    periods: Sequence[datetime],
) -> Sequence[sa.Row[Any]]:
    # It brings pandas, which the processes that only import this need not have.
    from iop_pipelines.query.panel import panel_statement
    from iop_pipelines.query.sources import dataset_source

    if declaration.step is None or not periods:
        return []
    after = declaration.step.shift(periods[-1], 1)
    statement = panel_statement(dataset_source(declaration), read, None, periods[0], after)
    return connection.execute(statement.limit(MOST_ROWS + 1)).all()


def _values(rows: Sequence[sa.Row[Any]], read: InputSpec, periods: Sequence[datetime]) -> Values:
    place = {moment: at for at, moment in enumerate(periods)}
    width, found = len(read.series), dict[tuple[str, str], list[float | None]]()
    for moment, *row in rows:
        name = "/".join(map(said, row[:width])) if width else ALL_SERIES
        for measure, value in zip(read.measures, row[width:], strict=True):
            if value is not None and moment_of(moment) in place:
                column = found.setdefault((name, measure), [None] * len(periods))
                column[place[moment_of(moment)]] = float(value)
    return found


def tell_frozen(
    connection: sa.Connection, stored: StoredDataset, looked: Looked, changes: Changes
) -> None:
    """Raises or resolves recommendations about measures that no longer change."""
    for measure in looked.read.measures:
        values = {name: each for (name, one), each in looked.values.items() if one == measure}
        label = stored.declaration.measure_label(measure)
        finder = _finder(measure, looked.read.where)
        watch = Watch(stored, finder, {measure: label}, looked.read.series)
        watch.tell(connection, _Measure(watch, measure).findings(looked.periods, values), changes)
        last = {name: _last(each) for name, each in values.items()}
        end = looked.periods[-1]
        watch.end(connection, partial(_over, last), end, changes, last=end)


def end_frozen_unread(
    connection: sa.Connection, stored: StoredDataset, reads: Sequence[InputSpec], changes: Changes
) -> None:
    """Ends what was told of measures, or under conditions, that are not looked at any more."""
    known = {
        (_finder(measure, read.where), tuple(read.series))
        for read in reads
        for measure in read.measures
    }

    def is_read(finder: str, evidence: Evidence) -> bool:
        return (finder, tuple(evidence.series_fields)) in known

    end_unread(connection, stored, [f"{FROZEN_MODEL}/"], is_read, changes)


def _finder(measure: str, where: Mapping[str, Any] | None) -> str:
    """Of one series' rows those under one condition may stand still while others move: they are told apart.

    At most 84 characters, of which a `source_ref` is made that has 255.
    """
    if not where:
        return f"{FROZEN_MODEL}/{measure}"
    text = json.dumps(where, sort_keys=True, separators=(",", ":"))
    return f"{FROZEN_MODEL}/{measure}/{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _over(last: Mapping[str, float | None], evidence: Evidence) -> Sentence | None:
    """Once most of its series have another value; what has none now is silent and not changed."""
    stuck: dict[str, float] = evidence.latest.details.get("stuck", {})
    names = names_of(evidence)
    moved = [each for each in names if last.get(each) not in (None, stuck.get(each))]
    return Sentence("series.moves") if 2 * len(moved) > len(names) else None


def _last(values: Sequence[float | None]) -> float | None:
    return next((each for each in reversed(values) if each is not None), None)


@dataclass(frozen=True)
class _Measure:
    """A measure of a dataset, and what is said of it."""

    watch: Watch
    name: str

    def findings(
        self, periods: Sequence[datetime], values: Mapping[str, Sequence[float | None]]
    ) -> list[Finding]:
        """One a series, and one for all where many froze together."""
        by_start: dict[datetime, dict[str, Run]] = {}
        for name, each in sorted(values.items()):
            if run := frozen_run(each):
                by_start.setdefault(periods[run.first], {})[name] = run
        found: list[Finding] = []
        for since, runs in by_start.items():
            if len(runs) > ONE_BY_ONE:
                found.append(self._together(since, runs, len(values)))
            else:
                found += [self._alone(since, name, run) for name, run in runs.items()]
        return found

    def _alone(self, since: datetime, name: str, run: Run) -> Finding:
        told = Sentence("series.frozen", since=period(since), count=run.periods, most=run.longest)
        return self._finding(since, name, told, {name: run})

    def _together(self, since: datetime, runs: Mapping[str, Run], total: int) -> Finding:
        told = Sentence(
            "series.frozen_together",
            count=len(runs),
            all=total,
            since=period(since),
            names=in_words(list(runs)),
        )
        return self._finding(since, ", ".join(self.watch.fields), told, runs)

    def _finding(
        self, since: datetime, series: str, told: Sentence, runs: Mapping[str, Run]
    ) -> Finding:
        stuck = {name: run.value for name, run in runs.items()}
        values = set(stuck.values())
        measure = self.watch.stored.declaration.measures.get(self.name)
        return finding(
            kind=FROZEN,
            series=series,
            since=since,
            said=told,
            measure=self.name,
            unit=(measure.unit if measure else None) or "",
            value=values.pop() if len(values) == 1 else None,
            more={"series": list(runs), "stuck": stuck},
        )
