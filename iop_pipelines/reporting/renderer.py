"""The process that makes PDFs: started by the first report of this process, and kept with its imports for the next.

It forks for each job, so that a job that fails takes nothing with it. It ends with this process, and after some time
without a job.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

_LENGTH_BYTES = 8
_END_S = 10
_ATTEMPTS = 2
_ASKING = threading.Lock()


@dataclass(frozen=True)
class Answer:
    """status: as a process ends, below zero by a signal. said: on stderr. cpu_s and peak_bytes: what the job took."""

    status: int
    said: str
    content: bytes = b""
    cpu_s: float = 0.0
    peak_bytes: int = 0


@dataclass
class _Renderer:
    """owner: the process that started it; one that was forked from it starts its own."""

    process: "subprocess.Popen[bytes]"
    errors: IO[bytes]
    owner: int


_kept: list[_Renderer] = []


def ask(job: bytes, timeout_s: float) -> Answer:
    """One job after the other. Status 0 is of an answer, never of a renderer that ended without one.

    Raises:
        TimeoutError: it took longer by the clock; it is ended.
    """
    with _ASKING:
        for _ in range(_ATTEMPTS):
            answer = _answered(job, timeout_s)
            if answer is not None:
                return answer
    return Answer(1, "")


def _answered(job: bytes, timeout_s: float) -> Answer | None:
    """None if it ended as one that has no job: where one came just then, it has not seen it."""
    renderer = _running()
    is_late = threading.Event()
    timer = threading.Timer(timeout_s, _end_late, (renderer, is_late))
    timer.start()
    try:
        answer = _asked(renderer, job)
    finally:
        timer.cancel()
    if answer is not None:
        return answer
    ended = _ended(renderer)
    if is_late.is_set():
        raise TimeoutError
    return ended if ended.status else None


def _asked(renderer: _Renderer, job: bytes) -> Answer | None:
    """None if it ended."""
    send, receive = (
        cast(IO[bytes], each) for each in (renderer.process.stdin, renderer.process.stdout)
    )
    with suppress(BrokenPipeError):
        send.write(len(job).to_bytes(_LENGTH_BYTES, "big"))
        send.write(job)
        send.flush()
    head = receive.readline()
    if not head:
        return None
    about = json.loads(head)
    content = receive.read(about["size"])
    if len(content) < about["size"]:
        return None
    return Answer(about["status"], about["said"], content, about["cpu_s"], about["peak_bytes"])


def _running() -> _Renderer:
    own = [each for each in _kept if each.owner == os.getpid()]
    if own and own[0].process.poll() is None:
        return own[0]
    for each in own:
        _ended(each)
    _kept.clear()
    # It is read and closed where the renderer ends.
    errors = TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(
        [sys.executable, "-m", "iop_pipelines.reporting.pdf_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=_environment(),
        start_new_session=True,
    )
    _kept.append(_Renderer(process, errors, os.getpid()))
    return _kept[0]


def _end_late(renderer: _Renderer, is_late: threading.Event) -> None:
    """With the job that it has forked."""
    is_late.set()
    with suppress(ProcessLookupError):
        os.killpg(renderer.process.pid, signal.SIGKILL)


def _ended(renderer: _Renderer) -> Answer:
    """Without its pipe it ends, if it has not yet."""
    _kept.clear()
    for pipe in (renderer.process.stdin, renderer.process.stdout):
        with suppress(BrokenPipeError):
            cast(IO[bytes], pipe).close()
    status = renderer.process.wait(_END_S)
    with renderer.errors as errors:
        errors.seek(0)
        return Answer(status, errors.read().decode(errors="replace").strip())


@atexit.register
def stop() -> None:
    """Ends the renderer of this process, if there is one."""
    if _kept and _kept[0].owner == os.getpid():
        _ended(_kept[0])


@lru_cache(maxsize=1)
def _environment() -> dict[str, str]:
    """The parent's, with the folders where Homebrew puts libraries, which macOS does not search."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(Path(__file__).parents[2]), environment.get("PYTHONPATH")))
    )
    if sys.platform == "darwin":
        environment.setdefault("DYLD_FALLBACK_LIBRARY_PATH", "/opt/homebrew/lib:/usr/local/lib")
    return environment
