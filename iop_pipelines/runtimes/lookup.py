"""Runtimes by name. Importing this is cheap; asking for a runtime loads the method it needs."""

from importlib import import_module

from iop_pipelines.errors import NotFound
from iop_pipelines.runtimes.base import Runtime

RUNTIME_MODULES = {
    "rules": "iop_pipelines.runtimes.rules",
    "seasonal_residual": "iop_pipelines.runtimes.seasonal_residual",
    "mann_kendall": "iop_pipelines.runtimes.mann_kendall",
    "change_points": "iop_pipelines.runtimes.change_points",
    "pyod": "iop_pipelines.runtimes.pyod",
    "prophet": "iop_pipelines.runtimes.prophet",
}


def runtime_for(name: str) -> Runtime:
    """Raises NotFound, naming the runtimes there are."""
    if name not in RUNTIME_MODULES:
        raise NotFound(f"there is no runtime {name!r}; there are {', '.join(RUNTIME_MODULES)}")
    return import_module(RUNTIME_MODULES[name]).RUNTIME


def load_all() -> None:
    """Loads every method, for a worker that is about to serve."""
    for name in RUNTIME_MODULES:
        runtime_for(name)
