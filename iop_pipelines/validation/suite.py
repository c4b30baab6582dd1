"""Frames checked against row schemas by Great Expectations, in memory: nothing is written or sent.

Importing this module imports Great Expectations (5 CPU seconds), so it is for workers only.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Read when the library is imported and again when a context is made.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.validator.metrics_calculator import MetricsCalculator
from great_expectations.validator.validation_graph import ValidationGraph
from great_expectations.validator.validator import ValidationDependencies

from iop_pipelines.domain.patterns import searcher
from iop_pipelines.errors import IopError
from iop_pipelines.validation import views
from iop_pipelines.validation.json_schema import check_row_schema, schema_hash
from iop_pipelines.validation.outcomes import CheckOutcome
from iop_pipelines.validation.rules import Rule, compile_rules

SAMPLE_ROWS = 10

View = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True)
class Check:
    """One expectation that answers for one or two rules (a minimum and a maximum share one).

    `make_view` derives the column that the expectation reads; None reads the frame as it is.
    """

    rules: tuple[Rule, ...]
    expectation: gxe.Expectation
    view: str | None = None
    make_view: View | None = None


def validate(
    frame: pd.DataFrame, schema: Mapping[str, Any], *, sample: int = SAMPLE_ROWS
) -> list[CheckOutcome]:
    """One outcome for each rule of `schema` that `frame` can be asked; never raises for bad rows.

    Rules on a column that the frame lacks are left out unless it is required: then `required`
    fails. An empty frame breaks only `required`, `additionalProperties` and `x-min-rows`.

    Args:
        frame: any index, which is ignored; NaN, NaT and None are null.
        schema: what `check_row_schema` accepts; raises InvalidDeclaration otherwise.
        sample: how many failing rows an outcome carries at most.
    """
    frame = frame.reset_index(drop=True)
    suite = _suite_of(schema, tuple(map(str, frame.columns)))
    # `required` and `additionalProperties` look at the set of columns: views are another frame.
    cells = pd.DataFrame(
        {name: make(frame[column]) for name, (column, make) in suite.views.items()},
        index=frame.index,
    )
    broken = {
        rule: outcome
        for check, result in (*_failing(frame, suite.on_frame), *_failing(cells, suite.on_cells))
        for rule, outcome in _outcomes(check, result, frame, sample)
    }
    return [
        broken.get(rule) or CheckOutcome(rule.column, rule.text, True, 0, len(frame))
        for rule in suite.rules
    ]


@dataclass(frozen=True)
class Suite:
    """A schema compiled for frames with these columns; `views`: name -> (column, how it is derived)."""

    rules: tuple[Rule, ...]
    on_frame: "Runner"
    on_cells: "Runner"
    views: dict[str, tuple[str, View]]


_compiled: dict[tuple[str, tuple[str, ...]], Suite] = {}
_MAX_COMPILED = 512


def _suite_of(schema: Mapping[str, Any], columns: tuple[str, ...]) -> Suite:
    key = (schema_hash(schema), columns)
    if key not in _compiled:
        check_row_schema(schema)
        if len(_compiled) >= _MAX_COMPILED:
            _compiled.clear()
        rules = compile_rules(schema)
        checks = compile_checks(rules, columns)
        asked = {rule for check in checks for rule in check.rules}
        _compiled[key] = Suite(
            tuple(rule for rule in rules if rule in asked),
            Runner([check for check in checks if check.view is None], "BOOLEAN_ONLY"),
            Runner([check for check in checks if check.view is not None], "BOOLEAN_ONLY"),
            {
                check.view: (check.rules[0].column, check.make_view)
                for check in checks
                if check.view and check.make_view and check.rules[0].column
            },
        )
    return _compiled[key]


def compile_checks(rules: Sequence[Rule], columns: Sequence[str]) -> list[Check]:
    """Expectations for the rules over the frame and over those of its `columns` that are there."""
    checks = [_table_check(rule, columns) for rule in rules if rule.column is None]
    present = [rule for rule in rules if rule.column in columns]
    for column in dict.fromkeys(rule.column for rule in present if rule.column is not None):
        checks.extend(_column_checks(column, [rule for rule in present if rule.column == column]))
    return [check for check in checks if check is not None]


def _table_check(rule: Rule, columns: Sequence[str]) -> Check | None:
    if rule.keyword == "required":
        expectation = gxe.ExpectTableColumnsToMatchSet(
            column_set=list(rule.value), exact_match=False
        )
    elif rule.keyword == "additionalProperties":
        here = [name for name in rule.value if name in columns]
        expectation = gxe.ExpectTableColumnsToMatchSet(column_set=here, exact_match=True)
    elif rule.keyword == "x-min-rows":
        expectation = gxe.ExpectTableRowCountToBeBetween(min_value=rule.value)
    elif not set(rule.value) <= set(columns):
        return None
    elif len(rule.value) == 1:
        expectation = gxe.ExpectColumnValuesToBeUnique(column=rule.value[0])
    else:
        expectation = gxe.ExpectCompoundColumnsToBeUnique(
            column_list=list(rule.value), ignore_row_if="never"
        )
    return Check((rule,), expectation)


def _column_checks(column: str, rules: Sequence[Rule]) -> list[Check]:
    checks: list[Check] = []
    for rule in rules:
        if rule.keyword == "type":
            allowed = {*rule.value, *(("integer",) if "number" in rule.value else ())}
            checks.append(_in_set(rule, "types", sorted(allowed), views.types_view))
        elif rule.keyword == "format":
            checks.append(_in_set(rule, "format", [views.VALID], _format_of(rule.value)))
        elif rule.keyword == "enum":
            allowed = [each for each in rule.value if each is not None]
            if any(_is_beyond_floats(each) for each in allowed):
                checks.append(_in_set(rule, "values", [views.VALID], _member_of(allowed)))
            else:
                checks.append(_in_set(rule, "values", allowed, views.values_view))
        elif rule.keyword == "pattern":
            # Great Expectations' own would run Python's engine.
            checks.append(_in_set(rule, "pattern", [views.VALID], _pattern_of(rule.value)))
    return checks + _bound_checks(column, {rule.keyword: rule for rule in rules})


def _in_set(rule: Rule, what: str, allowed: list[Any], make_view: View) -> Check:
    view = f"{rule.column} {what}"
    expectation = gxe.ExpectColumnValuesToBeInSet(column=view, value_set=allowed)
    return Check((rule,), expectation, view, make_view)


def _format_of(name: str) -> View:
    return lambda column: views.format_view(column, name)


def _pattern_of(pattern: str) -> View:
    return lambda column: views.pattern_view(column, searcher(pattern))


def _is_beyond_floats(value: Any) -> bool:
    """Whether a whole number beside this one may be rounded onto it: from 2^53 on."""
    return isinstance(value, int | float) and abs(value) >= 2**53


def _member_of(allowed: list[Any]) -> View:
    return lambda column: views.member_view(column, allowed)


def _bound_of(rule: Rule) -> View:
    return lambda column: views.bound_view(column, rule.keyword, rule.value)


def _bound_checks(column: str, rules: Mapping[str, Rule]) -> list[Check]:
    exact = {
        key: rule
        for key, rule in rules.items()
        if key in views.BREAKS and _is_beyond_floats(rule.value)
    }
    checks = [_in_set(rule, key, [views.VALID], _bound_of(rule)) for key, rule in exact.items()]
    rules = {key: rule for key, rule in rules.items() if key not in exact}
    for low, high in (("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum")):
        given = tuple(rules[keyword] for keyword in (low, high) if keyword in rules)
        if given:
            view, is_strict = f"{column} numbers", low.startswith("exclusive")
            expectation = gxe.ExpectColumnValuesToBeBetween(
                column=view,
                min_value=rules[low].value if low in rules else None,
                max_value=rules[high].value if high in rules else None,
                strict_min=is_strict,
                strict_max=is_strict,
            )
            checks.append(Check(given, expectation, view, views.numbers_view))
    given = tuple(rules[keyword] for keyword in ("minLength", "maxLength") if keyword in rules)
    if given:
        view = f"{column} text"
        expectation = gxe.ExpectColumnValueLengthsToBeBetween(
            column=view,
            min_value=rules["minLength"].value if "minLength" in rules else None,
            max_value=rules["maxLength"].value if "maxLength" in rules else None,
        )
        checks.append(Check(given, expectation, view, views.text_view))
    return checks


def _failing(frame: pd.DataFrame, runner: "Runner") -> list[tuple[Check, dict[str, Any]]]:
    """The checks that fail, each with Great Expectations' complete result.

    The complete result costs several more metrics an expectation, so only failing ones are asked.
    """
    broken = [check for check, result in runner.run(frame) if not result["success"]]
    if not broken:
        return []
    return [(check, result["result"]) for check, result in Runner(broken, "COMPLETE").run(frame)]


class Runner:
    """Great Expectations' expectations and metrics on frames that share a schema and columns.

    Its own `Validator` works out the metrics and their order anew for each frame, and asks each
    expectation for its configuration some fifty times: measured, nine tenths of 12 CPU ms a rule.
    They depend on the expectations alone, so here they are worked out once; no data context is
    made, hence no store and no usage statistics.
    """

    def __init__(self, checks: Sequence[Check], result_format: str) -> None:
        self._checks = tuple(checks)
        self._engine = PandasExecutionEngine()
        self._options = {"result_format": {"result_format": result_format}}
        self._wanted = [
            check.expectation.get_validation_dependencies(self._engine, dict(self._options))
            for check in self._checks
        ]
        self._graph: ValidationGraph | None = None
        # A runner has one engine, which holds one frame.
        self._one_at_a_time = threading.Lock()

    def run(self, frame: pd.DataFrame) -> list[tuple[Check, dict[str, Any]]]:
        """Each check with {success, result}; raises IopError if a metric could not be computed."""
        if not self._checks:
            return []
        with self._one_at_a_time:
            self._engine.load_batch_data("frame", frame)
            try:
                metrics = self._resolve()
                return [
                    (check, self._judge(check, wanted, metrics))
                    for check, wanted in zip(self._checks, self._wanted, strict=True)
                ]
            finally:
                self._engine.batch_manager.reset_batch_cache()

    def _resolve(self) -> Mapping[Any, Any]:
        calculator = MetricsCalculator(self._engine, show_progress_bars=False)
        if self._graph is None:
            configurations = [
                each for wanted in self._wanted for each in wanted.get_metric_configurations()
            ]
            self._graph = calculator.build_metric_dependency_graph(configurations, self._options)
        metrics, aborted = calculator.resolve_validation_graph(self._graph, self._options)
        if aborted:
            raise IopError("checks.aborted", aborted=aborted)
        return metrics

    def _judge(
        self, check: Check, wanted: ValidationDependencies, metrics: Mapping[Any, Any]
    ) -> dict[str, Any]:
        provided = {
            name: metrics[configuration.id]
            for name, configuration in wanted.metric_configurations.items()
        }
        # What a custom expectation implements: a verdict from metrics that are there.
        return dict(check.expectation._validate(provided, dict(self._options), self._engine))


def _outcomes(
    check: Check, result: Mapping[str, Any], frame: pd.DataFrame, sample: int
) -> list[tuple[Rule, CheckOutcome]]:
    if check.rules[0].keyword in ("required", "additionalProperties", "x-min-rows"):
        return [(check.rules[0], _table_outcome(check.rules[0], frame))]
    positions = result["unexpected_index_list"]
    outcomes = []
    for rule in check.rules:
        rows = positions if len(check.rules) == 1 else _breaking(check, rule, frame, positions)
        if rows:
            column = rule.column or ", ".join(rule.value)
            examples = tuple(_row(frame, position) for position in rows[:sample])
            outcomes.append(
                (rule, CheckOutcome(column, rule.text, False, len(rows), len(frame), examples))
            )
    return outcomes


def _table_outcome(rule: Rule, frame: pd.DataFrame) -> CheckOutcome:
    if rule.keyword == "x-min-rows":
        return CheckOutcome(None, rule.text, False, len(frame), len(frame))
    have, named = list(map(str, frame.columns)), rule.value
    is_required = rule.keyword == "required"
    wrong = [each for each in named if each not in have]
    if not is_required:
        wrong = [each for each in have if each not in named]
    return CheckOutcome(", ".join(wrong), rule.keyword, False, len(frame), len(frame))


def _breaking(check: Check, rule: Rule, frame: pd.DataFrame, positions: list[int]) -> list[int]:
    """Those of a shared expectation's failing rows that break this one of its two rules."""
    assert check.make_view is not None  # noqa: S101 only bounds share an expectation
    cells = check.make_view(frame.loc[positions, rule.column])
    limit = rule.value
    if rule.keyword.endswith("Length"):
        cells = cells.str.len()
    breaks = {
        "minimum": cells < limit,
        "maximum": cells > limit,
        "exclusiveMinimum": cells <= limit,
        "exclusiveMaximum": cells >= limit,
        "minLength": cells < limit,
        "maxLength": cells > limit,
    }[rule.keyword]
    return [position for position, is_broken in zip(positions, breaks, strict=True) if is_broken]


def _row(frame: pd.DataFrame, position: int) -> dict[str, Any]:
    return {str(column): views.json_safe(frame[column].iloc[position]) for column in frame.columns}
