"""A sentence from the numbers alone: what became of the compared figures, and where it was worst.

Cancellations rose to 5.1 % (+3.1 points against January 2013), which is worse; LGA on 9 February 2013 was the worst
day (62.1 %).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig, Select
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
# Of a group, of a day, and of a group on a day.
_WORST = ("summary.worst", "summary.worst_day", "summary.worst_on")
_HIGHEST = ("summary.highest", "summary.highest_day", "summary.highest_on")
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
    table = result.table(name)
    record = next(iter(table.records()), {})
    measures = [each for each in config.datasets[name].select if each.compare]
    parts = [
        said
        for each in measures[:MOST_FIGURES]
        if (said := _figure(table, record, each.name, voice)) is not None
    ]
    if worst is not None:
        part = _worst(
            config, result.table(worst), [table.column(each.name) for each in measures], voice
        )
        parts += [part] if part else []
    return f"{voice.alone(Sentence.listed(parts))}." if parts else ""


def _figure(table: Table, record: Mapping[str, Value], name: str, voice: Voice) -> Sentence | None:
    """Points for shares, and per cent for others."""
    column, value = table.column(name), record.get(name)
    if value is None:
        return None
    decimals = decimals_of(column, [value, record.get(f"{name}_previous")])
    label, told = voice.label(column), value_with_unit(value, column, voice, decimals)
    change = record.get(f"{name}_change")
    period = next(_earlier(table), None)
    if not isinstance(change, int | float | Decimal) or period is None:
        return Sentence("summary.only", label=label, value=told)
    number = format_number(change, 1, is_signed=True, voice=voice)
    if not number.strip("0.,"):
        return Sentence("summary.same", label=label, value=told, period=period)
    code = "summary.points" if column.unit == "%" else "summary.percent"
    said = Sentence(
        "summary.rose" if change > 0 else "summary.fell",
        label=label,
        value=told,
        change=Sentence(code, change=number),
        period=period,
    )
    verdict = verdict_of(column.favourable, change)
    return Sentence("summary.judged", said=said, verdict=_JUDGED[verdict]) if verdict else said


def _earlier(table: Table) -> Iterator[Sentence]:
    return (each.values["earlier"] for each in table.filters if each.code == "compare.periods")


def _worst(
    config: QueryConfig, table: Table, figures: Sequence[Column], voice: Voice
) -> Sentence | None:
    """Of the first of the figures that the table has as well; the first of rows that are alike."""
    names = {column.name for column in table.columns}
    own = next((each for each in figures if each.name in names), None)
    if own is None:
        return None
    at = table.position(own.name)
    known = [row for row in table.rows if isinstance(row[at], int | float | Decimal)]
    if not known:
        return None
    is_lowest = own.favourable == "up"
    row = (min if is_lowest else max)(known, key=lambda each: each[at])  # type: ignore[arg-type,return-value]
    groups = [each for each in config.datasets[table.name].select if not each.is_aggregate]
    who, day = _named(groups, table, row, voice)
    codes = _HIGHEST if own.favourable is None else _WORST
    decimals = decimals_of(table.columns[at], [each[at] for each in known])
    value = value_with_unit(row[at], table.columns[at], voice, decimals)
    if day is None:
        return Sentence(codes[0], who=who, value=value)
    if not who:
        return Sentence(codes[1], day=day, value=value)
    return Sentence(codes[2], who=who, day=day, value=value)


def _named(
    groups: Sequence[Select], table: Table, row: Row, voice: Voice
) -> tuple[str, date | None]:
    """Its groups in words, and its day apart; of longer buckets the day is where they begin, and a word as others."""
    words: list[str] = []
    day: date | None = None
    for item in groups:
        at = table.position(item.name)
        value = row[at]
        is_free = day is None and item.bucket in (None, "day")
        if is_free and isinstance(value, date) and not isinstance(value, datetime):
            day = value
        elif value is None:
            words.append(NO_VALUE)
        else:
            column = table.columns[at]
            words.append(value_with_unit(value, column, voice, decimals_of(column, [value])))
    return ", ".join(words), day
