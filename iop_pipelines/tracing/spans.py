"""Spans: what was done for a trace, from when until when, in which one, and how it ended.

A span is always made, for its ids are in rows and in the log; it is recorded only where a collector is named
(`export.py`), and one that is `quiet` only if a row names it or a span below it is recorded.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from iop_pipelines.tracing import context, export
from iop_pipelines.tracing.context import Trace

Value = str | int
Kind = Literal["server", "internal"]


@dataclass
class Span:
    """`parent` is another span, of this process or of another; `links` are what else it is done for."""

    name: str
    trace: Trace
    parent: Trace | None
    kind: Kind = "internal"
    links: Sequence[Trace] = ()
    attributes: dict[str, Value] = field(default_factory=dict)
    is_error: bool = False
    is_quiet: bool = False
    began_ns: int = field(default_factory=time.time_ns)
    above: "Span | None" = None

    def say(self, **attributes: Value | None) -> None:
        """What is told of it, by names of ours: `execution_id` is `iop.execution_id`."""
        told = {f"iop.{name}": value for name, value in attributes.items() if value is not None}
        self.attributes.update(told)

    def keep(self) -> None:
        """It is named elsewhere: it is recorded, and what it is in."""
        span: Span | None = self
        while span is not None and span.is_quiet:
            span.is_quiet = False
            span = span.above


_innermost: ContextVar[Span | None] = ContextVar("span", default=None)


@contextmanager
def span(
    name: str,
    parent: Trace | None = None,
    *,
    kind: Kind = "internal",
    links: Iterable[Trace] = (),
    is_quiet: bool = False,
    root: Trace | None = None,
) -> Iterator[Span]:
    """What is done in the block.

    parent: what it is part of, by default the span around it; without one it begins a trace.
    root: the trace that it begins, whatever is around it, where it has no parent.
    """
    above = _innermost.get()
    parent = parent or (None if root else context.current())
    trace = parent.child() if parent else root or context.new_trace()
    made = Span(name, trace, parent, kind, tuple(links), is_quiet=is_quiet)
    # A span of another trace is in this one only by its place in the program.
    made.above = above if above and parent == above.trace else None
    token = _innermost.set(made)
    try:
        with context.within(trace):
            yield made
    except BaseException:
        made.is_error = True
        made.is_quiet = False
        raise
    finally:
        _innermost.reset(token)
        if not made.is_quiet:
            if made.above is not None:
                made.above.keep()
            export.record(made)


@contextmanager
def serving(name: str, asked: Sequence[Trace]) -> Iterator[Span]:
    """What is done for whoever asked: in their trace where it is one, else in that of here, with links to all."""
    ids = {trace.trace_id for trace in asked}
    parent, links = (asked[0], asked[1:]) if len(ids) == 1 else (None, asked)
    with span(name, parent, links=links) as made:
        yield made


def carried(given: str | None = None) -> str | None:
    """What a row that is written now is to name: the span that asks for it.

    given: what the row that it is told of names; it is the span of now where that is of the same trace.
    """
    here, theirs = context.current(), context.read_header(given)
    if theirs is not None and (here is None or here.trace_id != theirs.trace_id):
        return theirs.header
    innermost = _innermost.get()
    if innermost is not None and innermost.trace == here:
        innermost.keep()
    return here.header if here is not None else None
