"""A sentence from the numbers alone: what became of the compared figures, and where it was worst.

Cancellations rose to 5.1 % (+3.1 points against January 2013), which is worse; LGA on 9 February 2013 was the worst
day (62.1 %).
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from iop_pipelines.domain.frequencies import BUCKETS, Bucket
from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.periods import Earlier, Period
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig, Select, TableQuery
from iop_pipelines.query.result import Column, FrozenResult, Row, Table, Value
from iop_pipelines.reporting.favour import verdict_of
from iop_pipelines.reporting.formats import (
    NO_VALUE,
    decimals_of,
    format_number,
    value_with_unit,
)
from iop_pipelines.reporting.sections import Drawn, Frame
from iop_pipelines.reporting.voice import Voice

MOST_FIGURES = 3
# Of a group, of a day, of a group on a day, of a longer period, and of a group in one.
_WORST = (
    *("summary.worst", "summary.worst_day", "summary.worst_on"),
    *("summary.worst_period", "summary.worst_in"),
)
_HIGHEST = (
    *("summary.highest", "summary.highest_day", "summary.highest_on"),
    *("summary.highest_period", "summary.highest_in"),
)
_JUDGED = {"better": Text("which is better"), "worse": Text("which is worse")}


def draw(config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn | None:
    pdf = config.outputs.pdf
    if pdf.summary is None:
        return None
    said = summary_of(config, result, pdf.summary, pdf.summary_worst, voice=frame.voice)
    return Drawn({"said": said}) if said else None


def summary_of(
    config: QueryConfig, result: FrozenResult, name: str, worst: str | None, *, voice: Voice
) -> str:
    """Empty where nothing is known."""
    table, query = result.table(name), config.datasets[name]
    record = next(iter(table.records()), {})
    earlier = _earlier(query, table)
    told = {
        each.name: said
        for each in query.compared[:MOST_FIGURES]
        if (said := _figure(table, record, each, earlier, voice)) is not None
    }
    parts = list(told.values())
    figures = [table.column(each.name) for each in query.compared]
    if worst is not None and (of := _shared(result.table(worst), figures)) is not None:
        said = _worst(config.datasets[worst], result.table(worst), of, voice)
        # Behind several figures it would be read as that of the last.
        if said is not None and list(told) != [of.name]:
            said = Sentence("summary.only", label=voice.label(of), value=said)
        parts += [said] if said is not None else []
    return voice.unbroken(f"{voice.alone(Sentence.listed(parts))}.") if parts else ""


def _earlier(query: TableQuery, table: Table) -> Mapping[Earlier, Sentence]:
    """By each way of comparing: they are told in the order in which they are first asked for."""
    hows: list[Earlier] = list(
        dict.fromkeys(each.compare for each in query.compared if each.compare)
    )
    said = [each.values["earlier"] for each in table.filters if each.code == "compare.periods"]
    return dict(zip(hows, said, strict=False))


def _figure(
    table: Table,
    record: Mapping[str, Value],
    item: Select,
    earlier: Mapping[Earlier, Sentence],
    voice: Voice,
) -> Sentence | None:
    """Points for shares, and per cent for others."""
    column, value = table.column(item.name), record.get(item.name)
    if value is None:
        return None
    before, change = (record.get(f"{item.name}_{each}") for each in ("previous", "change"))
    decimals = decimals_of(column, [value, before])
    label, told = voice.label(column), value_with_unit(value, column, voice, decimals)
    period = earlier.get(item.compare) if item.compare else None
    if before is not None and period and value_with_unit(before, column, voice, decimals) == told:
        return Sentence("summary.same", label=label, value=told, period=period)
    if not isinstance(change, int | float | Decimal) or not change or period is None:
        return Sentence("summary.only", label=label, value=told)
    number = format_number(change, _places_of(change), is_signed=True, voice=voice)
    moved = (
        Sentence("summary.points", change=number, points=float(change))
        if column.unit == "%"
        else Sentence("summary.percent", change=number)
    )
    code = "summary.rose" if change > 0 else "summary.fell"
    said = Sentence(code, label=label, value=told, change=moved, period=period)
    verdict = verdict_of(column.favourable, change)
    return Sentence("summary.judged", said=said, verdict=_JUDGED[verdict]) if verdict else said


def _places_of(change: float | Decimal) -> int:
    """One decimal; of what that would be nothing of, the first that shows it: +0.04."""
    return 1 if abs(change) >= 0.05 else -math.floor(math.log10(abs(change)))


def _shared(table: Table, figures: Sequence[Column]) -> Column | None:
    """The first of the figures that the table has as well."""
    names = {column.name for column in table.columns}
    return next((each for each in figures if each.name in names), None)


def _worst(query: TableQuery, table: Table, of: Column, voice: Voice) -> Sentence | None:
    """None where no row is worse than all others, or a row that is not there may be."""
    at, is_lowest = table.position(of.name), of.favourable == "up"
    rows = table.rows[: len(table.rows) - table.has_rest]
    known = [row for row in rows if isinstance(row[at], int | float | Decimal)]
    known.sort(key=lambda row: row[at], reverse=not is_lowest)  # type: ignore[arg-type,return-value]
    is_one = len(known) > 1 and known[0][at] != known[1][at]
    if not is_one or not (_is_whole(query, table) or _begins_with_worst(query, of)):
        return None
    decimals = decimals_of(table.columns[at], [row[at] for row in known])
    value = value_with_unit(known[0][at], table.columns[at], voice, decimals)
    who, when = _named(query, table, known[0], voice)
    return _told(_HIGHEST if of.favourable is None else _WORST, who, when, value)


def _is_whole(query: TableQuery, table: Table) -> bool:
    is_counted = table.total is not None or query.top is None
    is_all = is_counted and table.all_rows <= len(table.rows)
    return is_all and not (table.has_rest or table.is_truncated or query.offset)


def _begins_with_worst(query: TableQuery, of: Column) -> bool:
    """Whether the rows that are left out are no worse than those that are there."""
    if query.offset or not query.sort or query.sort[0].by != of.name:
        return False
    return query.sort[0].dir == ("asc" if of.favourable == "up" else "desc")


def _named(
    query: TableQuery, table: Table, row: Row, voice: Voice
) -> tuple[str, date | Sentence | None]:
    """Its groups in words, and its day or longer period apart; a second one is a word as others."""
    words: list[str] = []
    when: date | Sentence | None = None
    for item in query.groups:
        at = table.position(item.name)
        column, own = table.columns[at], row[at]
        if when is None and (when := _when(own, item.bucket)) is not None:
            continue
        places = decimals_of(column, [own])
        words.append(NO_VALUE if own is None else value_with_unit(own, column, voice, places))
    return ", ".join(words), when


def _told(codes: Sequence[str], who: str, when: date | Sentence | None, value: str) -> Sentence:
    group, day, on, period, within = codes
    if when is None:
        return Sentence(group, who=who, value=value)
    if isinstance(when, Sentence):
        alone = Sentence(period, period=when, value=value)
        return Sentence(within, who=who, period=when, value=value) if who else alone
    alone = Sentence(day, day=when, value=value)
    return Sentence(on, who=who, day=when, value=value) if who else alone


def _when(value: Value, bucket: Bucket | None) -> date | Sentence | None:
    """A day; what is longer in words, as a period; None of moments and of what is no time."""
    step = BUCKETS[bucket or "day"]
    if not isinstance(value, date) or step.minutes is not None:
        return None
    if isinstance(value, datetime):
        if bucket is None:
            return None
        value = value.date()
    if step.unit == "day":
        return value
    start = datetime.combine(value, time())
    return Period(start, step.shift(start, 1), "UTC").describe()
