"""Declared rules; their words are `analytics.rule_language`, their meaning `analytics.conditions`.

A rule needs no history of its own: where the past it asks for is not known, it does not fire.
"""

import numpy as np

from iop_pipelines.analytics.conditions import MeasureColumns, Verdict, evaluate, values_of
from iop_pipelines.analytics.robust import stretches
from iop_pipelines.analytics.rule_language import SCOPE, Rule, measures_of
from iop_pipelines.analytics.series import Series
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import RulesParams
from iop_pipelines.runtimes.params import parse_params, require_measure
from iop_pipelines.runtimes.results import (
    Rows,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)


class Rules:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Judges every scored period by every rule; no history is too short."""
        rules = parse_params(RulesParams, given.params).rules
        _check_measures(rules, given.measures)
        series = read_series(given, given.measures)
        rows, findings, unknown = [], [], 0
        for one in given.each(series):
            judged = [_judge(rule, one, given.measures) for rule in rules]
            unknown += sum(int((item.is_unknown & one.is_scored).sum()) for item in judged)
            rows += _rows(one, judged, given.measures)
            for item in judged:
                findings += _findings(one, item, given)
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=0,
            needed=Sentence("history.nothing"),
            together=given.together,
            rules=len(rules),
            unknown=unknown,
        )


class _Judged:
    """A rule's say about one series; arrays are (n,)."""

    def __init__(self, rule: Rule, verdict: Verdict, y: np.ndarray, expected: np.ndarray) -> None:
        self.rule = rule
        self.y = y
        self.expected = expected
        self.fires = verdict.is_true
        self.is_unknown = ~(verdict.is_true | verdict.is_false)


def _check_measures(rules: tuple[Rule, ...], measures: tuple[str, ...]) -> None:
    for place, rule in enumerate(rules):
        for name in sorted(measures_of(rule)):
            require_measure(name, measures, f"config.params.rules.{place}")


def _judge(rule: Rule, one: Series, measures: tuple[str, ...]) -> _Judged:
    by_name = {name: one.values[:, place] for place, name in enumerate(measures)}
    columns = MeasureColumns(by_name)
    y = by_name[rule.measure]
    expected = np.full(len(y), np.nan)
    if rule.expected is not None:
        expected = values_of(rule.expected, columns, SCOPE, "expected").floats
    return _Judged(rule, evaluate(rule.when, columns, SCOPE), y, expected)


def _rows(one: Series, judged: list[_Judged], measures: tuple[str, ...]) -> list[Rows]:
    """A row for each measure that a rule is about; its score is the number of rules that fired."""
    at = one.scored
    unknown = np.full(len(at), np.nan)
    parts = []
    for place, measure in enumerate(measures):
        about = [item for item in judged if item.rule.measure == measure]
        if not about:
            continue
        fired = np.sum([item.fires[at] for item in about], axis=0).astype(np.float64)
        parts.append(
            Rows(
                one.unique_id,
                measure,
                one.ds[at],
                one.values[at, place],
                _first_expected(about, at),
                unknown,
                unknown,
                fired,
                fired > 0,
            )
        )
    return parts


def _first_expected(about: list[_Judged], at: np.ndarray) -> np.ndarray:
    """What the first rule that fired expected; the first rule that expects anything, where none fired."""
    expected = np.full(len(at), np.nan)
    for is_wanted in (lambda item: np.ones(len(at), dtype=bool), lambda item: item.fires[at]):
        for item in reversed(about):
            values = item.expected[at]
            expected = np.where(is_wanted(item) & np.isfinite(values), values, expected)
    return expected


def _findings(one: Series, item: _Judged, given: RuntimeInput) -> list[Finding]:
    """One for each unbroken stretch that reaches into the window, as it stands at its last scored period."""
    found = []
    for start, end in stretches(item.fires):
        inside = [row for row in range(start, end) if one.is_scored[row]]
        if inside:
            found.append(_finding(one, item, start, inside[-1], given))
    return found


def _finding(one: Series, item: _Judged, start: int, row: int, given: RuntimeInput) -> Finding:
    rule = item.rule
    upto = row + 1
    return Finding(
        category=rule.category,
        kind=rule.name,
        severity=rule.severity,
        unique_id=one.unique_id,
        measure=rule.measure,
        unit=given.units.get(rule.measure, ""),
        ds=to_datetime(one.ds[row]),
        since=to_datetime(one.ds[start]),
        value=to_number(item.y[row]),
        expected=to_number(item.expected[row]),
        lo=None,
        hi=None,
        score=_strength(item.y[row], item.expected[row]),
        # A rule is not a guess: it fires on known values only.
        confidence=1.0,
        evidence={
            "points": evidence_points(one.ds[:upto], item.y[:upto], item.expected[:upto]),
            "rule": rule.name,
            "message": rule.message,
            "periods": row + 1 - start,
        },
    )


def _strength(value: float, expected: float) -> float:
    """Distance from what was expected as a share of it; 1 where there is nothing to compare with."""
    if not np.isfinite(value) or not np.isfinite(expected) or expected == 0:
        return 1.0
    return float(abs(value - expected) / abs(expected))


RUNTIME = Rules()
