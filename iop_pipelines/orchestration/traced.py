"""The trace of ticks, runs and what runs carry: from the rows that ask for it to the rows that come of it.

A tick launches a run in the trace of whoever asked for what it carries; one that carries what several asked for has a
trace of its own, and names theirs. The run's tags lead on, for another process does its work: there each item is again
in the trace of who asked for it. Imported by the code location, so nothing heavy.
"""

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Concatenate, Final, ParamSpec, TypeVar

import dagster as dg

from iop_pipelines.tracing import logs, spans
from iop_pipelines.tracing.context import Trace, current, new_trace, read_header
from iop_pipelines.tracing.spans import Span

log = logging.getLogger("iop.work")

# By the first an operator finds the runs of a request, by the second those that carried others' too.
TRACE_TAG: Final = "iop/trace_id"
SERVES_TAG: Final = "iop/serves"
PARENT_TAG: Final = "iop/traceparent"

Context = dg.OpExecutionContext | dg.AssetExecutionContext
P = ParamSpec("P")
Given = TypeVar("Given", bound=Context)
Found = TypeVar("Found")

_run: ContextVar[str | None] = ContextVar("run", default=None)


@contextmanager
def tick(name: str) -> Iterator[None]:
    """A look of a sensor or schedule: what it asks for by itself is in a trace that begins here."""
    logs.configure_own()
    with spans.span(f"tick {name}", root=new_trace(), is_quiet=True) as made:
        yield
    if not made.is_quiet:
        log.info("tick", extra={"fields": {"tick": name, "traceId": made.trace.trace_id}})


def launched(job: str, asked: Iterable[Trace], run_key: str, items: int = 1) -> Mapping[str, str]:
    """The tags of a run that is launched for those who asked."""
    logs.configure_own()
    asking = list(asked)
    with spans.serving(f"tick {job}", asking) as made:
        made.say(job=job, run_key=run_key, items=items)
        serves = _others(asking, made.trace)
        fields = {"job": job, "runKey": run_key, "items": items, **_named(serves)}
        log.info("run requested", extra={"fields": fields})
        return _tags(made.trace, serves)


@contextmanager
def run(context: Context, asked: Iterable[Trace] = (), items: int = 1) -> Iterator[None]:
    """The work of a run. One that was launched for nobody, as by a person in Dagster, begins a trace."""
    if _run.get() == context.run_id:
        yield
        return
    logs.configure_own()
    parent = read_header(context.run.tags.get(PARENT_TAG))
    job = context.run.job_name
    asking = list(asked)
    links = [each for each in asking if parent is None or each.trace_id != parent.trace_id]
    root = None if parent else new_trace()
    with spans.span(f"run {job}", parent, root=root, links=links) as made:
        made.say(job=job, run_id=context.run_id, items=items)
        serves = _others(asking, made.trace)
        fields = {"job": job, "runId": context.run_id, "items": items, **_named(serves)}
        log.info("run began", extra={"fields": fields})
        if parent is None:
            context.instance.add_run_tags(context.run_id, {**_tags(made.trace, serves)})
        token = _run.set(context.run_id)
        try:
            yield
        finally:
            _run.reset(token)
            log.info("run ended", extra={"fields": {"job": job, "runId": context.run_id}})


def of_run(
    function: Callable[Concatenate[Given, P], Found],
) -> Callable[Concatenate[Given, P], Found]:
    """All of it in the run's trace."""

    @functools.wraps(function)
    def traced(context: Given, *args: P.args, **kwargs: P.kwargs) -> Found:
        with run(context):
            return function(context, *args, **kwargs)

    return traced


@contextmanager
def item(kind: str, item_id: int, run_id: str, asked: Trace | None) -> Iterator[Span]:
    """What a run carries, in the trace of who asked for it, with how it ended (`outcome`) in the log."""
    here = current()
    is_elsewhere = asked is not None and here is not None and asked.trace_id != here.trace_id
    parent, links = (asked, (here,)) if asked and here and is_elsewhere else (here or asked, ())
    fields: dict[str, object] = {"kind": kind, "id": item_id, "runId": run_id}
    with spans.span(kind, parent, links=links) as made:
        made.say(run_id=run_id, **{f"{kind}_id": item_id})
        try:
            yield made
        except Exception as error:
            made.say(outcome="raised", error=type(error).__name__)
            raise
        finally:
            for name in ("attempt", "outcome", "error"):
                if (said := made.attributes.get(f"iop.{name}")) is not None:
                    fields[name] = said
            level = logging.ERROR if made.is_error else logging.INFO
            log.log(level, "%s ended", kind, extra={"fields": fields})


def _others(asked: Iterable[Trace], own: Trace) -> list[str]:
    ids = dict.fromkeys(each.trace_id for each in asked)
    return [each for each in ids if each != own.trace_id]


def _named(serves: list[str]) -> Mapping[str, list[str]]:
    return {"serves": serves} if serves else {}


def _tags(own: Trace, serves: list[str]) -> Mapping[str, str]:
    named = {SERVES_TAG: ",".join(serves)} if serves else {}
    return {TRACE_TAG: own.trace_id, PARENT_TAG: own.header, **named}
