"""`iop model backtest`: makes one in this process, with its progress, and prints what it would have told."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from rich.progress import Progress

from iop_pipelines.cli.console import (
    engine_of,
    print_json,
    print_table,
    print_text,
    progress_console,
    witness_as,
)
from iop_pipelines.cli.hints import hint
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import BacktestStatus, ModelStatus
from iop_pipelines.errors import Conflict
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.backtests import Asked, StoredBacktest
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.settings import Settings

_PAUSE_S = 0.5
_MOST_SHOWN = 30


def make_backtest(
    settings: Settings, model: StoredModel, asked: Asked, as_json: bool
) -> StoredBacktest:
    """Ctrl-C cancels it. One that a worker has already is waited for, while it is heard of.

    Raises Conflict with the reason where it failed, or was cancelled.
    """
    engine, platform = engine_of(settings), Platform(settings)
    witness = witness_as("models.backtest")
    row = backtests.ask(engine, model.id, asked, utc_now(), witness=witness)
    with Progress(console=progress_console, disable=as_json, transient=True) as shown:
        task = shown.add_task(f"Backtest of {model.label}", total=1.0)
        row = _ended(platform, row, lambda share: shown.update(task, completed=share))
    if row.status is not BacktestStatus.DONE:
        raise Conflict(read(row.said) or Sentence("backtest.cancelled"))
    return row


def _ended(
    platform: Platform, row: StoredBacktest, told: Callable[[float], None]
) -> StoredBacktest:
    """Once it has: what nobody does is done here, also where who did it is gone."""
    from iop_pipelines.backtest.work import do

    while row.is_open:
        if row.status is BacktestStatus.QUEUED:
            do(platform, row.id, row.attempt, told=told)
        elif row.is_lost(utc_now()):
            backtests.try_again(platform.engine, row, utc_now())
        else:
            told(row.progress)
            time.sleep(_PAUSE_S)
        row = backtests.backtest_of(platform.engine, row.id)
    return row


def print_backtest(model: StoredModel, made: StoredBacktest, as_json: bool) -> None:
    content = made.content or {}
    if as_json:
        print_json({"id": made.id, "model": model.label, **content, "message": made.error_msg})
        return
    shown = _list_at(content, content["budget"])
    print_text(_headline(content, shown))
    things = shown["things"]
    if things:
        rows = [_row(each) for each in things[:_MOST_SHOWN]]
        print_table(rows, ("when", "series", "value", "expected", "told from"))
        if shown["count"] > len(rows):
            print_text(f"{len(rows)} of {shown['count']:,}; --json has more.")
    for line in _numbers(content, shown):
        print_text(line)
    if left_out := read(made.said):
        print_text(f"{left_out.english[:1].upper()}{left_out.english[1:]}.")
    if model.status is not ModelStatus.ACTIVE:
        print_text(f"{hint(f'model promote {model.id}')} makes it the active version.")


def say_headline(made: StoredBacktest) -> None:
    content = made.content or {}
    print_text(_headline(content, _list_at(content, content["budget"])))


def _list_at(content: Mapping[str, Any], budget: float | None) -> Mapping[str, Any]:
    lists: list[Mapping[str, Any]] = content["lists"]
    return next((each for each in lists if each["budget"] == budget), lists[0])


def _headline(content: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    start = datetime.fromisoformat(content["windowStart"])
    end = datetime.fromisoformat(content["windowEnd"]) - timedelta(microseconds=1)
    count, span = shown["count"], f"From {start:%-d %b %Y} to {end:%-d %b %Y} this"
    if not count:
        return f"{span} would have told you nothing."
    things = "1 thing" if count == 1 else f"{count:,} things"
    how = _often(shown["perWeek"], content["deliveries"])
    return f"{span} would have told you {things}, {how}."


def _often(per_week: float | None, delivered: Mapping[str, Any]) -> str:
    if per_week is None:
        return f"at {delivered['replayed']:,} of {delivered['count']:,} deliveries"
    if per_week >= 1:
        return f"{per_week:.3g} a week"
    return f"about 1 in {round(1 / per_week):,} weeks"


def _row(thing: Mapping[str, Any]) -> dict[str, Any]:
    when = datetime.fromisoformat(thing["ds"])
    is_day = (when.hour, when.minute) == (0, 0)
    budget = thing["budget"]
    return {
        "when": f"{when:%Y-%m-%d}" if is_day else f"{when:%Y-%m-%d %H:%M}",
        "series": thing["series"],
        "value": thing["value"],
        "expected": thing["expected"],
        "told from": f"{budget:.3g} alerts a week" if budget else "always",
    }


def _numbers(content: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    """The figures, a sentence each."""
    delivered, covered = content["deliveries"], content["coverage"]
    scored = covered["total"] - covered["learning"]
    said = [
        f"Replayed: {delivered['replayed']:,} of {delivered['count']:,} deliveries. Judged: {scored:,} of"
        f" {covered['total']:,} {covered['unit']}; of the others too little was known before.",
    ]
    if delivered["failed"]:
        said.append(f"Could not be run: {delivered['failed']:,} times.")
    worst = shown["worstWeek"]
    if worst["count"]:
        said.append(f"Worst week: {worst['count']:,}, from {worst['start'][:10]}.")
    if injected := shown["injected"]:
        delay = "" if injected["delay"] is None else f", {injected['delay']:g} periods later"
        said.append(
            f"Of {injected['count']:,} anomalies put into a copy {injected['told']:,} were told{delay}."
        )
    if shown["precision"] is not None:
        said.append(f"Not explained by chance: {100 * shown['precision']:.0f} % of what is told.")
    if forecast := content["forecast"]:
        said += _forecast(forecast)
    if rival := content["rival"]:
        said.append(
            f"{rival['version']}, which is active: {rival['count']:,} things on the same weeks;"
            f" {rival['both']:,} in both, {rival['onlyThis']:,} only here, {rival['onlyRival']:,} only there."
        )
    return [*said, f"CPU: {content['cpuSeconds']:g} s."]


def _forecast(forecast: Mapping[str, Any]) -> list[str]:
    said: list[str] = []
    if (skill := forecast["skill"]) is not None:
        side = "better" if skill >= 0 else "worse"
        said.append(
            f"Forecasts from {forecast['origins']} moments: {100 * abs(skill):.0f} % {side} than repeating the"
            f" last season (MASE {forecast['mase']:.3g} against {forecast['naiveMase']:.3g})."
        )
    if (coverage := forecast["coverage"]) is not None:
        said.append(f"The {forecast['level']:g} % range held {coverage:.0f} % of the values.")
    return said
