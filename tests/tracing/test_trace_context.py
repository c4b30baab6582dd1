"""W3C's Trace Context as it is read and written: the examples and rules are those of https://www.w3.org/TR/trace-context/."""

import pytest

from iop_pipelines.tracing import spans
from iop_pipelines.tracing.context import Trace, current, new_trace, read_header, within
from iop_pipelines.tracing.spans import carried

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("text", "is_sampled"),
    [
        (f"00-{TRACE}-{SPAN}-01", True),
        (f"00-{TRACE}-{SPAN}-00", False),
        # Other bits than the last are for later versions.
        (f"00-{TRACE}-{SPAN}-03", True),
        (f"00-{TRACE}-{SPAN}-fe", False),
        # A version that is not known yet is read as far as this one goes.
        (f"cc-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_a_traceparent_is_read(text, is_sampled):
    assert read_header(text) == Trace(TRACE, SPAN, is_sampled)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-0g",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01-",
        f"cc-{TRACE}-{SPAN}-01.what",
        f"ff-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN[:-1]}-01",
        f"00_{TRACE}_{SPAN}_01",
    ],
)
def test_what_is_no_traceparent_is_ignored(text):
    assert read_header(text) is None


def test_a_header_is_written_as_it_is_read():
    for text in (f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"):
        found = read_header(text)
        assert found is not None
        assert found.header == text


def test_a_row_names_the_span_in_which_it_is_written():
    assert carried() is None
    with spans.span("outer") as outer, spans.span("inner") as inner:
        assert carried() == inner.trace.header
        assert inner.trace.trace_id == outer.trace.trace_id
        assert inner.parent == outer.trace
    assert current() is None


def test_what_is_told_of_a_row_is_of_the_rows_trace_whoever_tells_it():
    theirs = Trace(TRACE, SPAN)
    with spans.span("another", root=new_trace()):
        assert carried(theirs.header) == theirs.header
    with within(theirs), spans.span("its own work") as own:
        assert carried(theirs.header) == own.trace.header


def test_work_for_one_is_in_their_trace_and_for_several_in_one_that_names_them():
    one, same, other = Trace(TRACE, SPAN), Trace(TRACE, "b" * 16), new_trace()
    with spans.serving("tick", [one, same]) as made:
        assert (made.trace.trace_id, made.parent, list(made.links)) == (TRACE, one, [same])
    with spans.span("around") as around, spans.serving("tick", [one, other]) as made:
        assert (made.trace.trace_id, made.parent) == (around.trace.trace_id, around.trace)
        assert list(made.links) == [one, other]


def test_a_quiet_span_is_kept_where_a_row_names_it_or_one_below_it():
    with spans.span("tick", is_quiet=True) as tick, spans.span("look", is_quiet=True):
        pass
    assert tick.is_quiet
    with spans.span("tick", is_quiet=True) as tick, spans.span("look", is_quiet=True):
        carried()
    assert not tick.is_quiet
