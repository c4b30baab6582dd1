"""Spans as OpenTelemetry sends them, by OTLP over HTTP. Its exporter reads the standard variables itself.

A span is started and ended here when it has ended already, with the ids that it had from its beginning: nothing else of
IOP knows of these libraries.
"""

import threading
import time
from importlib import metadata
from typing import Final

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator

from iop_pipelines.tracing.context import Trace
from iop_pipelines.tracing.export import Recorder
from iop_pipelines.tracing.logs import without_secrets
from iop_pipelines.tracing.spans import Span

SERVICE: Final = "iop"
_KINDS: Final = {
    "server": otel.SpanKind.SERVER,
    "internal": otel.SpanKind.INTERNAL,
}


class _GivenIds(threading.local, IdGenerator):
    """The ids of the span that this thread hands over."""

    def __init__(self) -> None:
        self.trace = Trace("0" * 32, "0" * 16)

    def generate_trace_id(self) -> int:
        return int(self.trace.trace_id, 16)

    def generate_span_id(self) -> int:
        return int(self.trace.span_id, 16)


def recorder() -> Recorder:
    """To the collector that the environment names. What has not been sent when the process ends is sent then."""
    ids = _GivenIds()
    provider = TracerProvider(resource=_resource(), id_generator=ids)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("iop", metadata.version("iop"))

    def record(span: Span) -> None:
        ids.trace = span.trace
        started = tracer.start_span(
            span.name,
            _under(span.parent),
            _KINDS[span.kind],
            {name: _plain(value) for name, value in span.attributes.items()},
            [otel.Link(_context_of(each)) for each in span.links],
            span.began_ns,
        )
        if span.is_error:
            # Without words, which may have anything in them: they are in the ledger.
            started.set_status(otel.StatusCode.ERROR)
        started.end(time.time_ns())

    return record


def _resource() -> Resource:
    named = Resource({SERVICE_NAME: SERVICE, SERVICE_VERSION: metadata.version("iop")})
    said = Resource.create()
    is_named = not str(said.attributes[SERVICE_NAME]).startswith("unknown_service")
    return named.merge(said) if is_named else said.merge(named)


def _under(parent: Trace | None) -> Context:
    if parent is None:
        return Context()
    return otel.set_span_in_context(otel.NonRecordingSpan(_context_of(parent)), Context())


def _context_of(trace: Trace) -> otel.SpanContext:
    return otel.SpanContext(
        int(trace.trace_id, 16),
        int(trace.span_id, 16),
        is_remote=True,
        trace_flags=otel.TraceFlags(otel.TraceFlags.SAMPLED if trace.is_sampled else 0),
    )


def _plain(value: str | int) -> str | int:
    return without_secrets(value) if isinstance(value, str) else value
