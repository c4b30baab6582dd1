"""Loads a runtime and runs it. Importing this is cheap; asking for a runtime loads the method it needs."""

from importlib import import_module

from iop_pipelines.errors import IopError
from iop_pipelines.runtimes.base import Runtime, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import RuntimeSpec, runtime_spec


def load_runtime(spec: RuntimeSpec) -> Runtime:
    return import_module(spec.module).RUNTIME


def run_runtime(name: str, given: RuntimeInput) -> RuntimeOutput:
    """What the runtime of that name makes of `given`.

    Raises:
        NotFound: there is no such runtime.
        IopError: a finding is of a kind that the catalogue does not have for it, so nobody could be told.
        SeriesTooShort: no series at all has enough history.
    """
    spec = runtime_spec(name)
    output = load_runtime(spec).run(given)
    if spec.kinds is not None:
        known = {kind.name for kind in spec.kinds}
        unknown = sorted({finding.kind for finding in output.findings} - known)
        if unknown:
            raise IopError("runtime.found_unknown", name=name, found=unknown, known=sorted(known))
    return output
