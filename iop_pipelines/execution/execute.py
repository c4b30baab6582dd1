"""Runs one execution: read the input, check it, run the model, check the output, store it.

Heavy: imports pandas and all that validation and runtimes need, so only workers import it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pandas as pd
import sqlalchemy as sa

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.datasets import modelled_step
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Step, Tick, nobody, nobody_hears
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration, InvalidFrame
from iop_pipelines.execution.coverage import coverage_of
from iop_pipelines.execution.large import Bounds, is_large, judged
from iop_pipelines.execution.output import store
from iop_pipelines.execution.output_file import Beside
from iop_pipelines.execution.panels import Panels
from iop_pipelines.execution.work import Work
from iop_pipelines.ledger.coverage import Coverage
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.runtimes.outside import NOWHERE, Outside
from iop_pipelines.runtimes.results import output_frame
from iop_pipelines.transform.versions import StoredDataset
from iop_pipelines.validation.inputs import validate_version
from iop_pipelines.validation.outcomes import CheckOutcome, Side, failure_of, failures, joined
from iop_pipelines.validation.suite import validate

BOUNDS = Bounds()


@dataclass(frozen=True)
class Executed:
    """What one execution gave, for the ledger and for Dagster's UI."""

    output_ref: str
    rows: int
    findings: tuple[Finding, ...]
    metrics: Mapping[str, float | int | str]
    output_checks: tuple[CheckOutcome, ...]


def check_input(engine: sa.Engine, work: Work) -> tuple[CheckOutcome, ...]:
    """Validates the dataset's rows against the model's input schema; once a data version and schema.

    DRM's own runs are not prepared rows: their panel is checked when it is read.
    """
    if work.dataset.is_system:
        return ()
    schema = work.model.spec.input_schema
    with _declared_by(work, "input"):
        return tuple(validate_version(engine, work.dataset, work.version.id, schema))


@contextmanager
def _declared_by(work: Work, side: Side) -> Iterator[None]:
    """A schema that an earlier release took and this one cannot run is told with its model."""
    try:
        yield
    except InvalidDeclaration as error:
        told = Sentence("model.register_without", said=error.sentence, label=work.model.label)
        raise InvalidDeclaration(told, error.field).under(f"{side}_schema") from error


def execute(
    engine: sa.Engine,
    drm_engine: sa.Engine,
    work: Work,
    *,
    step: Step = nobody_hears,
    tick: Tick = nobody,
    panels: Panels | None = None,
    outside: Outside = NOWHERE,
    bounds: Bounds = BOUNDS,
) -> Executed:
    """Runs the model and stores its output in one transaction; running it again replaces that output.

    panels: of the batch that this is one of; outside: what a foreign model may reach, and where the rows of a large
    panel are put; bounds: from what size on a panel is judged by parts.

    Raises InvalidFrame if the output breaks its schema, LostClaim if another attempt has the
    execution by now, Unavailable where the store does not take a large panel's rows, and what the runtime raises.
    """
    spec, label = work.model.spec, work.model.label
    step(Sentence("doing.reading_input", label=label))
    window = (work.window_start, work.window_end)
    panels = panels or Panels()
    key = (work.dataset, spec.config.input, work.version.id, window)
    if not panels.has(*key) and is_large(engine, work, bounds):
        beside = Beside(outside.storage_url, bounds.kept_periods)
        executed = _execute_by_parts(engine, work, bounds, beside, (step, tick))
        if executed is not None:
            return executed
    panel = panels.read(engine, *key, drm_engine=drm_engine)
    if work.dataset.is_system:
        with _declared_by(work, "input"):
            outcomes = tuple(validate(panel, spec.input_schema))
        require_success(work, "input", outcomes)
    step(Sentence("doing.running", label=label))
    given = replace(_runtime_input(work, panel, tick), outside=outside)
    output = run_runtime(spec.config.runtime, given)
    step(Sentence("doing.checking_output", label=label))
    with _declared_by(work, "output"):
        checks = tuple(validate(output.frame, spec.output_schema))
    require_success(work, "output", checks)
    step(Sentence("doing.storing", label=label))
    store(engine, work, lambda: [output.frame], output.findings)
    coverage = coverage_of(spec.config, given, output)
    return _executed(
        work, output.findings, output.metrics, coverage, checks, rows=len(output.frame)
    )


def _execute_by_parts(
    engine: sa.Engine, work: Work, bounds: Bounds, beside: Beside, watched: tuple[Step, Tick]
) -> Executed | None:
    """As execute, with a bounded number of rows in memory. None where the panel has to be read as a whole."""
    spec, label, (step, tick) = work.model.spec, work.model.label, watched
    given = _runtime_input(work, pd.DataFrame(), tick)
    with judged(engine, work, given, bounds, step) as found:
        if found is None:
            return None
        step(Sentence("doing.checking_output", label=label))
        with _declared_by(work, "output"):
            parts = [validate(frame, spec.output_schema) for frame in given.each(found.frames())]
            checks = (
                joined(parts) if parts else tuple(validate(output_frame(()), spec.output_schema))
            )
        require_success(work, "output", checks)
        step(Sentence("doing.storing", label=label))
        store(engine, work, found.frames, found.findings, tick=tick, beside=beside)
        coverage = found.coverage(spec.config)
        return _executed(work, found.findings, found.metrics, coverage, checks, rows=found.rows)


def _executed(
    work: Work,
    findings: tuple[Finding, ...],
    metrics: Mapping[str, float | int | str],
    coverage: Coverage,
    checks: tuple[CheckOutcome, ...],
    *,
    rows: int,
) -> Executed:
    told = {**metrics, **coverage.as_metrics(), "rows": rows, "findings": len(findings)}
    return Executed(f"execution:{work.execution_id}", rows, findings, told, checks)


def require_success(work: Work, side: Side, checks: tuple[CheckOutcome, ...]) -> None:
    """Raises InvalidFrame naming each broken column, rule and count."""
    if failures(checks):
        raise InvalidFrame(failure_of(side, work.model.label, checks))


def units_of(stored: StoredDataset, config: ModelConfig) -> Mapping[str, str]:
    """Of the measures that a model reads; empty where one has none."""
    declaration = stored.declaration
    return {
        name: getattr(declaration.measures.get(name), "unit", None)
        or getattr(declaration.fields.get(name), "unit", None)
        or ""
        for name in config.input.measures
    }


def _runtime_input(work: Work, panel: pd.DataFrame, tick: Tick) -> RuntimeInput:
    declaration, config = work.dataset.declaration, work.model.spec.config
    return RuntimeInput(
        panel=panel,
        measures=config.input.measures,
        units=units_of(work.dataset, config),
        freq=None if work.dataset.is_system else modelled_step(declaration).modelled_as,
        window_start=work.window_start,
        window_end=work.window_end,
        params=config.params,
        tick=tick,
        calendar=calendar_of(declaration.calendar),
    )
