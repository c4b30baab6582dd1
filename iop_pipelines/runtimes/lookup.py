"""Loads a runtime and runs it. Importing this is cheap; asking for a runtime loads the method it needs."""

from dataclasses import replace
from importlib import import_module

from iop_pipelines.errors import IopError
from iop_pipelines.runtimes.base import Runtime, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import RuntimeSpec, params_of_today, runtime_spec


def load_runtime(spec: RuntimeSpec) -> Runtime:
    return import_module(spec.module).RUNTIME


def run_runtime(name: str, given: RuntimeInput) -> RuntimeOutput:
    """What the runtime of that name makes of `given`, whose panel may have rows in any order and at any moments.

    Raises:
        NotFound: there is no such runtime.
        InvalidFrame: no series of the panel keeps to its step.
        IopError: a finding is of a kind that the catalogue does not have for it, so nobody could be told.
        SeriesTooShort: no series at all has enough history.
    """
    # It loads numpy and pandas, which a runtime needs anyway.
    from iop_pipelines.runtimes.panels import read_regular

    runtime_spec(name)
    read = read_regular(given)
    output = run_regular(name, read.given)
    return replace(output, metrics={**output.metrics, **read.metrics})


def run_regular(name: str, given: RuntimeInput) -> RuntimeOutput:
    """As run_runtime, of a panel that keeps what `RuntimeInput` promises."""
    spec = runtime_spec(name)
    output = _by_calendar(spec, replace(given, params=params_of_today(name, given.params)))
    if spec.kinds is not None:
        known = {kind.name for kind in spec.kinds}
        unknown = sorted({finding.kind for finding in output.findings} - known)
        if unknown:
            raise IopError("runtime.found_unknown", name=name, found=unknown, known=sorted(known))
    return output


def _by_calendar(spec: RuntimeSpec, given: RuntimeInput) -> RuntimeOutput:
    runtime = load_runtime(spec)
    if spec.is_raw:
        return runtime.run(given)
    from iop_pipelines.runtimes.calendar import run_by_calendar

    return run_by_calendar(runtime, given)
