"""What models that were made elsewhere have in common: rows of numbers in, one number a row out, and what it means.

They are given known numbers alone: converted trees send NaN another way than the ones that were trained, and a server
may answer anything to it. A row with a missing value is left out or filled by the rule that the model declares, and
counted. What is told is a budget over all series, as of `pyod`, or what lies beyond a declared threshold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from iop_pipelines.analytics.exceedances import MIN_KNOWN, exceedances
from iop_pipelines.analytics.robust import stretches
from iop_pipelines.analytics.seasonal import CRITICAL_P, least_budgets, weeks_of_periods
from iop_pipelines.analytics.series import Series, stack, unstack
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidInput
from iop_pipelines.runtimes.base import Chances, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import ForeignParams
from iop_pipelines.runtimes.mapped import InputOf, mapped_inputs
from iop_pipelines.runtimes.results import (
    Rows,
    chosen_quantity,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)

# Given to a model together: an answer is then small, and what goes on is told in between.
ROWS_AT_ONCE = 1000
# Asked about first where a threshold has been reached for longer, and twice as many each time.
ROWS_BACK = 16

# Of named inputs, (r, columns) float64 without NaN each, the answer: (r,).
Answer = Callable[[Mapping[str, np.ndarray]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that is ready to answer."""

    inputs: tuple[InputOf, ...]
    answer: Answer


@dataclass(frozen=True)
class _Judged:
    """A series with its answers; (n,) each, NaN where nothing was asked or too little is known. `score` is larger for
    what is stranger, `answered` as it came."""

    series: Series
    y: np.ndarray
    answered: np.ndarray
    score: np.ndarray
    yhat: np.ndarray
    reach: np.ndarray
    p: np.ndarray
    rank: np.ndarray
    budget: np.ndarray
    is_told: np.ndarray


def run_foreign(given: RuntimeInput, params: ForeignParams, opened: Opened) -> RuntimeOutput:
    """Raises InvalidInput where the model takes other inputs than it is given, or answers no number."""
    quantity = chosen_quantity(given, params.measure)
    inputs = mapped_inputs(params, given.measures, opened.inputs)
    place = given.measures.index(quantity.measure)
    series = read_series(given, given.measures)
    asked = _asked(series, params, inputs, given.measures)
    answers = _answers(asked, opened, inputs, given)
    if params.threshold is not None:
        asked, answers = _from_beginnings(
            (asked, answers), lambda rows: _answers(rows, opened, inputs, given), series, params
        )
    judged = _judge(series, place, answers, params)
    rows, findings, skipped = [], [], 0
    for one in given.each(judged):
        if not _has_past(one, params):
            skipped += 1
            continue
        rows.append(_rows(one, quantity.measure, params))
        findings += _findings(one, quantity.measure, quantity.unit, params)
    return make_output(
        rows,
        findings,
        series=len(series),
        skipped=skipped,
        needed=Sentence("history.before", count=_needed(params)),
        points_scored=sum(int(np.isfinite(part.score).sum()) for part in rows),
        rows_asked=sum(int(each.is_asked.sum()) for each in asked),
        rows_filled=sum(int((each.is_filled & each.is_asked).sum()) for each in asked),
        rows_left_out=sum(int(each.is_left_out.sum()) for each in asked),
    )


@dataclass(frozen=True)
class _Asked:
    """Of a series: which rows the model can be asked about, (n,) bool, and is, and what of each input, (n, columns)."""

    can_be_asked: np.ndarray
    is_asked: np.ndarray
    is_filled: np.ndarray
    is_left_out: np.ndarray
    given: tuple[np.ndarray, ...]


def _asked(
    series: list[Series],
    params: ForeignParams,
    inputs: Mapping[InputOf, tuple[str, ...]],
    measures: tuple[str, ...],
) -> list[_Asked]:
    found = []
    for one in series:
        parts = [_features(one, params, each, read, measures) for each, read in inputs.items()]
        is_known = np.all([np.isfinite(x).all(axis=1) for x, _ in parts], axis=0)
        is_filled = np.any([filled for _, filled in parts], axis=0)
        own = np.isfinite(one.values[:, measures.index(params.measure or measures[0])])
        # What lies before is only needed to know what is usual, or since when a threshold has been reached.
        is_wanted = own & (one.is_scored | (params.threshold is None))
        is_left_out = is_wanted & ~is_known
        found.append(
            _Asked(
                own & is_known,
                is_wanted & is_known,
                is_filled,
                is_left_out,
                tuple(x for x, _ in parts),
            )
        )
    return found


def _features(
    one: Series,
    params: ForeignParams,
    wanted: InputOf,
    read: tuple[str, ...],
    measures: tuple[str, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """(n, columns), the measures of the period, then of the one before, and so on; and which rows, (n,), hold what was
    filled."""
    values = _held(one.values[:, [measures.index(name) for name in read]], wanted)
    # A fixed value is rounded as the others are.
    filled = _held(_filled(values, params), wanted)
    whole, before = (_with_lags(each, params.lags) for each in (filled, values))
    return whole, np.any(np.isnan(before) & np.isfinite(whole), axis=1)


def _held(values: np.ndarray, wanted: InputOf) -> np.ndarray:
    """As the input holds them; NaN for what it cannot."""
    if wanted.is_float32:
        with np.errstate(over="ignore"):
            values = values.astype(np.float32).astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _filled(values: np.ndarray, params: ForeignParams) -> np.ndarray:
    if params.missing_value is not None:
        return np.where(np.isnan(values), params.missing_value, values)
    if params.missing == "last":
        rows = np.where(np.isnan(values), 0, np.arange(len(values))[:, None])
        return np.take_along_axis(values, np.maximum.accumulate(rows, axis=0), axis=0)
    return values


def _with_lags(values: np.ndarray, lags: int) -> np.ndarray:
    n, m = values.shape
    columns = np.full((n, m * (lags + 1)), np.nan)
    for lag in range(min(lags + 1, n)):
        columns[lag:, m * lag : m * (lag + 1)] = values[: n - lag]
    return columns


def _answers(
    asked: list[_Asked],
    opened: Opened,
    inputs: Mapping[InputOf, tuple[str, ...]],
    given: RuntimeInput,
) -> list[np.ndarray]:
    """(n,) of each series. Raises InvalidInput where the model answers no number."""
    names = [each.name for each in inputs]
    count = sum(int(each.is_asked.sum()) for each in asked)
    if not count:
        return [np.full(len(each.is_asked), np.nan) for each in asked]
    columns = [
        np.concatenate([each.given[at][each.is_asked] for each in asked])
        for at in range(len(names))
    ]
    parts = []
    for first in given.each(range(0, count, ROWS_AT_ONCE)):
        block = {
            name: column[first : first + ROWS_AT_ONCE]
            for name, column in zip(names, columns, strict=True)
        }
        rows = len(block[names[0]])
        answer = np.asarray(opened.answer(block), dtype=np.float64)
        if answer.shape != (rows,):
            shape = list(answer.shape)
            raise InvalidInput("foreign.other_rows", "config.params.output", shape=shape, rows=rows)
        if not np.isfinite(answer).all():
            at = int(np.flatnonzero(~np.isfinite(answer))[0])
            held = [float(f"{value:.6g}") for name in names for value in block[name][at][:5]]
            raise InvalidInput("foreign.no_number", "config.params.output", given=held)
        parts.append(answer)
    flat, answers, first = np.concatenate(parts), [], 0
    for each in asked:
        whole = np.full(len(each.is_asked), np.nan)
        size = int(each.is_asked.sum())
        whole[each.is_asked] = flat[first : first + size]
        answers.append(whole)
        first += size
    return answers


def _from_beginnings(
    known: tuple[list[_Asked], list[np.ndarray]],
    ask: Callable[[list[_Asked]], list[np.ndarray]],
    series: list[Series],
    params: ForeignParams,
) -> tuple[list[_Asked], list[np.ndarray]]:
    """What reaches the threshold as the window begins has reached it before: the model is asked about ever more rows,
    backwards, until one does not."""
    asked, answers = list(known[0]), list(known[1])
    going = {
        place: int(one.scored[0])
        for place, one in enumerate(series)
        if _is_beyond(answers[place], params)[one.scored[0]]
    }
    count = ROWS_BACK
    while going:
        firsts = {place: max(0, end - count) for place, end in going.items()}
        before = []
        for place, first in firsts.items():
            rows = np.arange(len(answers[place]))
            is_before = (rows >= first) & (rows < going[place]) & asked[place].can_be_asked
            before.append(replace(asked[place], is_asked=is_before))
        for place, part, answer in zip(firsts, before, ask(before), strict=True):
            asked[place] = replace(part, is_asked=asked[place].is_asked | part.is_asked)
            answers[place] = np.where(part.is_asked, answer, answers[place])
        going = {
            place: first
            for place, first in firsts.items()
            if first and _is_beyond(answers[place], params)[first : going[place]].all()
        }
        count = min(2 * count, ROWS_AT_ONCE)
    return asked, answers


def _is_beyond(answered: np.ndarray, params: ForeignParams) -> np.ndarray:
    """(n,) bool: what reaches the threshold, which nothing does where there is none."""
    if params.threshold is None:
        return np.zeros(len(answered), dtype=bool)
    with np.errstate(invalid="ignore"):
        if params.direction == "below":
            return answered <= params.threshold
        return answered >= params.threshold


def _judge(
    series: list[Series], place: int, answers: list[np.ndarray], params: ForeignParams
) -> list[_Judged]:
    parts = [
        _judge_one(one, place, answered, params)
        for one, answered in zip(series, answers, strict=True)
    ]
    if not parts or params.threshold is not None:
        return parts
    # All series at once: which rows are told is a matter of all of them.
    p = stack([one.p for one in parts])
    weeks = weeks_of_periods([one.series.ds for one in parts], len(p))
    budgets = unstack(least_budgets(p, weeks), [len(one.p) for one in parts])
    return [
        replace(one, budget=budget, is_told=budget <= params.alerts_per_week)
        for one, budget in zip(parts, budgets, strict=True)
    ]


def _judge_one(one: Series, place: int, answered: np.ndarray, params: ForeignParams) -> _Judged:
    y, n = one.values[:, place], len(one.ds)
    unknown = np.full(n, np.nan)
    if params.answer == "score":
        side = -1.0 if params.direction == "below" else 1.0
        score, yhat, is_wanted = side * answered, unknown, np.ones(n, dtype=bool)
    else:
        error = y - answered
        toward = {"both": np.abs(error), "above": error, "below": -error}[params.direction]
        with np.errstate(invalid="ignore"):
            is_wanted = (toward > 0) & (toward >= params.min_effect)
        score, yhat = np.abs(error), answered
    found = exceedances(score)
    return _Judged(
        series=one,
        y=y,
        answered=answered,
        score=score,
        yhat=yhat,
        reach=found.usual if params.answer == "expected" else unknown,
        p=np.where(np.isfinite(found.p), np.where(is_wanted, found.p, 1.0), np.nan),
        rank=found.rank,
        budget=unknown,
        is_told=_is_beyond(answered, params),
    )


def _needed(params: ForeignParams) -> int:
    return params.lags + (MIN_KNOWN if params.threshold is None else 1)


def _has_past(one: _Judged, params: ForeignParams) -> bool:
    """Whether a row of the window was judged, or would have been if it were known."""
    known = one.y if params.threshold is not None else one.score
    enough = np.cumsum(np.isfinite(known)) >= (
        MIN_KNOWN if params.threshold is None else _needed(params)
    )
    return bool((enough & one.series.is_scored).any())


def _is_judged(one: _Judged, params: ForeignParams) -> np.ndarray:
    return np.isfinite(one.score if params.threshold is not None else one.p)


def _rows(one: _Judged, measure: str, params: ForeignParams) -> Rows:
    at = one.series.scored
    chances = None
    if params.threshold is None:
        chances = Chances(one.p[at], one.budget[at], np.zeros(len(at), dtype=bool))
    return Rows(
        one.series.unique_id,
        measure,
        one.series.ds[at],
        one.y[at],
        one.yhat[at],
        (one.yhat - one.reach)[at],
        (one.yhat + one.reach)[at],
        np.where(_is_judged(one, params), one.score, np.nan)[at],
        one.is_told[at],
        chances,
    )


def _findings(one: _Judged, measure: str, unit: str, params: ForeignParams) -> list[Finding]:
    found = []
    for start, end in stretches(one.is_told):
        inside = [row for row in range(start, end) if one.series.is_scored[row]]
        if inside:
            peak = max(inside, key=lambda row: one.score[row])
            found.append(_finding(one, (start, end), peak, (measure, unit), params))
    return found


def _finding(
    one: _Judged,
    stretch: tuple[int, int],
    peak: int,
    quantity: tuple[str, str],
    params: ForeignParams,
) -> Finding:
    start, end = stretch
    ds, y, yhat = one.series.ds, one.y, one.yhat
    columns = (y, yhat, yhat - one.reach, yhat + one.reach)
    measure, unit = quantity
    chance, rank = to_number(one.p[peak]), to_number(one.rank[peak])
    is_critical = params.threshold is None and one.p[peak] <= CRITICAL_P
    return Finding(
        category=Category.ANOMALY,
        kind="outlier",
        severity=Severity.CRITICAL if is_critical else Severity.WARNING,
        unique_id=one.series.unique_id,
        measure=measure,
        unit=unit,
        ds=to_datetime(ds[peak]),
        since=to_datetime(ds[start]),
        value=to_number(y[peak]),
        expected=to_number(yhat[peak]),
        lo=to_number(columns[2][peak]),
        hi=to_number(columns[3][peak]),
        score=float(one.score[peak]),
        # A threshold is a declaration, not a guess.
        confidence=rank if params.threshold is None else 1.0,
        evidence={
            "points": evidence_points(ds[:end], *(column[:end] for column in columns)),
            "until": to_datetime(ds[end - 1]).isoformat(),
            "periods": end - start,
            "answer": to_number(one.answered[peak]),
            **({"threshold": params.threshold} if params.threshold is not None else {}),
            **({"chance": chance} if chance is not None and params.threshold is None else {}),
            **(
                {"direction": "above" if y[peak] > yhat[peak] else "below"}
                if to_number(yhat[peak]) is not None
                else {}
            ),
        },
    )
