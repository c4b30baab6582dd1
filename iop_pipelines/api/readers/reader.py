"""A process that computes heavy reads for the API, one after the other: frames in, frames out (heavy.py).

It is lower in the system's priority than the API, bounded in memory, and ends with whoever started it. What
takes too long is ended from outside, since neither a database driver nor SQLite can be asked to stop.
"""

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from iop_pipelines.api import downloads, exports, previews
from iop_pipelines.api.calls import refusal_of
from iop_pipelines.api.context import ANYBODY, Context
from iop_pipelines.api.readers import heavy
from iop_pipelines.api.registry import ApiError, Registry
from iop_pipelines.api.wire import read_input
from iop_pipelines.platform import Platform
from iop_pipelines.tracing import logs
from iop_pipelines.tracing.context import new_trace, within

# Statements that ran into the server's own limit: MariaDB, MySQL.
_TOO_SLOW = frozenset({1969, 3024})


@dataclass(frozen=True)
class Reader:
    registry: Registry
    platform: Platform
    bounds: heavy.Bounds

    def answer(self, ask: heavy.Ask) -> bytes:
        """A frame: the answer, or the refusal; and whether this process has become too large to go on."""
        try:
            body = self._do(ask)
            if len(body) > heavy.MAX_ANSWER_BYTES:
                megabytes = heavy.MAX_ANSWER_BYTES // 1024**2
                raise ApiError(
                    "UNPROCESSABLE_CONTENT",
                    "answer.too_large",
                    megabytes=megabytes,
                )
        except MemoryError:
            megabytes = self.bounds.memory_bytes // 1024**2
            refusal = ApiError("UNPROCESSABLE_CONTENT", "answer.needs_memory", megabytes=megabytes)
            return self._refused(refusal, is_full=True)
        # The boundary: a reading that fails is one caller's refusal.
        except Exception as error:
            return self._refused(refusal_of(_told(error, self.bounds), ask.path, ask.request_id))
        return heavy.frame({"isFull": self._is_full()}, body)

    def _do(self, ask: heavy.Ask) -> bytes:
        if ask.kind == "page":
            return previews.draw(self.platform, **ask.given)
        if ask.kind == "file":
            return downloads.make(self.platform, **ask.given)
        if ask.kind == "export":
            return exports.make(self.platform, ask.body, **ask.given)
        procedure = self.registry.get(ask.path)
        if procedure is None:
            raise RuntimeError(f"a reader knows no procedure {ask.path!r}")
        context = Context(ANYBODY, self.platform, ask.request_id, "", ask.path)
        given = () if procedure.input is None else (read_input(procedure.input, ask.body),)
        return procedure.dump(procedure.handler(context, *given))

    def _refused(self, error: ApiError, *, is_full: bool = False) -> bytes:
        refusal = {"code": error.code, "said": error.told.as_json(), "data": error.data}
        return heavy.frame({"isFull": is_full or self._is_full(), "refusal": refusal})

    def _is_full(self) -> bool:
        return resident_bytes() > self.bounds.full_bytes


def resident_bytes() -> int:
    """0 where the system does not say: macOS."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def main() -> None:
    # They may come to the whole group of processes, and are the parent's to answer: what is being read may be
    # finished while the API drains. A reader ends with its input, or is killed.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    source, target = _streams()
    with contextlib.suppress(EOFError, BrokenPipeError):
        head, _ = heavy.read_frame(_exactly(source))
        reader = _start(head)
        _send(target, heavy.frame({}))
        while True:
            ask = heavy.ask_of(*heavy.read_frame(_exactly(source)))
            with within(new_trace(ask.request_id)):
                _send(target, reader.answer(ask))


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """What is printed by whatever library goes to the log, not among the frames."""
    target = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return cast(BinaryIO, sys.stdin.buffer), cast(BinaryIO, target)


def _start(head: Mapping[str, Any]) -> Reader:
    settings, registry, bounds = heavy.started_with(head)
    logs.configure()
    os.nice(heavy.NICE)
    _limit(bounds.memory_bytes)
    event.listen(sa.Engine, "connect", _bound_statements(bounds.statement_s))
    module, _, name = registry.partition(":")
    build = cast(Callable[[], Registry], getattr(importlib.import_module(module), name))
    return Reader(build(), Platform(settings), bounds)


def _limit(memory_bytes: int) -> None:
    """As far as the system has limits: macOS bounds no memory."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _bound_statements(limit_s: int) -> Callable[[Any, Any], None]:
    """A server goes on with a statement whose client was killed, unless it was told when to stop."""

    def bound(connection: Any, _record: Any) -> None:
        version = getattr(connection, "get_server_info", None)
        if version is None:
            return
        is_mariadb = "mariadb" in str(version()).lower()
        with connection.cursor() as cursor:
            if is_mariadb:
                cursor.execute("SET SESSION max_statement_time = %s", (limit_s,))
            else:
                cursor.execute("SET SESSION max_execution_time = %s", (limit_s * 1000,))

    return bound


def _told(error: Exception, bounds: heavy.Bounds) -> Exception:
    if isinstance(error, DBAPIError):
        arguments = getattr(error.orig, "args", ())
        if arguments and arguments[0] in _TOO_SLOW:
            return heavy.too_slow(bounds.limit_s)
    return error


def _exactly(source: BinaryIO) -> heavy.Read:
    def read(count: int) -> bytes:
        data = source.read(count)
        if len(data) < count:
            raise EOFError
        return data

    return read


def _send(target: BinaryIO, data: bytes) -> None:
    """A raw stream writes as much as fits into the pipe."""
    left = memoryview(data)
    while left:
        left = left[target.write(left) :]


if __name__ == "__main__":
    main()
