"""Hands spans that have ended to OpenTelemetry where its variables name a collector; else nothing is loaded."""

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from iop_pipelines.tracing.spans import Span

log = logging.getLogger(__name__)

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
INSTALL: Final = "pip install 'iop[tracing]'"

Recorder = Callable[["Span"], None]


def is_wanted(env: Mapping[str, str]) -> bool:
    is_off = env.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return not is_off and any(env.get(name) for name in ENDPOINTS)


def record(span: "Span") -> None:
    if span.trace.is_sampled:
        _recorder()(span)


@cache
def _recorder() -> Recorder:
    if not is_wanted(os.environ):
        return _nobody
    try:
        # With what is optional: `tracing` of pyproject.toml.
        from iop_pipelines.tracing.otlp import recorder
    except ImportError as error:
        # What is asked of IOP is done all the same.
        log.warning("no traces are sent: %s; install them by %s", error, INSTALL)
        return _nobody
    return recorder()


def _nobody(span: "Span") -> None:
    pass
