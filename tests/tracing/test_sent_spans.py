"""Spans as a collector receives them, from a process of its own that ends before they are due to be sent."""

import os
import subprocess
import sys
import textwrap

from otlp_receiver import collector

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WORK = f"""
    import sys
    from iop_pipelines.tracing import spans
    from iop_pipelines.tracing.context import Trace, new_trace
    caller = Trace("{TRACE}", "{CALLER}")
    other = Trace("b" * 32, "c" * 16)
    with spans.span("call", caller, kind="server") as call:
        call.say(url="mysql://iop:hunter2@db/iop", job="token=hunter2", items=3)
        with spans.serving("tick", [call.trace, other]), spans.span("quiet", is_quiet=True):
            pass
    try:
        with spans.span("run", Trace("{TRACE}", call.trace.span_id)):
            raise ValueError("password=hunter2")
    except ValueError:
        pass
    with spans.span("unsampled", Trace("{TRACE}", "{CALLER}", is_sampled=False)):
        pass
    print(call.trace.span_id, "opentelemetry" in sys.modules)
"""


def _done(**env: str) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WORK)],
        env={**clean, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_collector_gets_each_span_with_its_parent_and_links_and_no_secret():
    with collector() as there:
        span_id, is_loaded = _done(OTEL_EXPORTER_OTLP_ENDPOINT=there.endpoint)
    assert is_loaded == "True"
    found = {each.name: each for each in there.spans}
    assert sorted(each.name for each in there.spans) == ["call", "run", "tick"]
    call, run, tick = found["call"], found["run"], found["tick"]
    assert (call.trace, call.span, call.parent) == (TRACE, span_id, CALLER)
    assert (run.trace, run.parent, run.is_error) == (TRACE, call.span, True)
    # Of two traces: in that of the program's place, with links to both.
    assert (tick.trace, tick.parent) == (TRACE, call.span)
    assert tick.links == [(TRACE, call.span), ("b" * 32, "c" * 16)]
    assert call.attributes == {
        "iop.url": "mysql://…@db/iop",
        "iop.job": "token=…",
        "iop.items": 3,
    }
    assert call.service == "iop"
    assert b"hunter2" not in b"".join(there.bodies)


def test_the_operator_says_the_services_name():
    with collector() as there:
        _done(OTEL_EXPORTER_OTLP_ENDPOINT=there.endpoint, OTEL_SERVICE_NAME="iop-in-lagos")
    assert {each.service for each in there.spans} == {"iop-in-lagos"}


def test_without_a_collector_nothing_is_sent_and_nothing_is_loaded():
    assert _done()[1] == "False"
    with collector() as there:
        off = _done(OTEL_EXPORTER_OTLP_ENDPOINT=there.endpoint, OTEL_SDK_DISABLED="true")
    assert (off[1], there.bodies) == ("False", [])
