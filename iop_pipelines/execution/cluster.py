"""The parts of a panel, judged by the workers of a Dask cluster: as by a process of this machine, with the files of a
part sent there and back, so that no folder is shared.

What goes over the wire is pickled: whoever can speak to the scheduler runs code on its workers, and here.
"""

import hashlib
import pickle
import platform
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from iop_pipelines.errors import MisconfiguredInstance, MissingDependency, Unavailable
from iop_pipelines.runtimes.parts import Answered, Asked, run_part
from iop_pipelines.settings import TLS_FILES

if TYPE_CHECKING:
    from distributed import Client, Future

INSTALL = "pip install 'iop[dask]'"
_ANSWER_S = 10
# For the first worker, and for one to come back.
_WORKERS_S = 30
_LOOK_S = 2
# What decides an answer; the rooms of ours are compared by their files.
_PACKAGES = ("numpy", "pandas", "scipy", "holidays", "ruptures", "pymannkendall", "google-re2")
_ROOMS = ("analytics", "calendars", "domain", "runtimes")
# Dask warns of what is larger, as parts are.
_LARGE = {"distributed.admin.large-graph-warning-threshold": "1 GiB"}


@dataclass(frozen=True)
class Address:
    """Of a scheduler. tls: the folder with TLS_FILES, where it is tls://."""

    url: str
    tls: Path | None = None


@contextmanager
def workers_of(address: Address) -> Iterator["Cluster"]:
    """Raises Unavailable where the scheduler does not answer, or nobody works for it."""
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise MissingDependency("dask.missing", command=INSTALL) from error
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_LARGE))
        try:
            client = stack.enter_context(
                Client(
                    address.url,
                    timeout=_ANSWER_S,
                    security=_security(address),
                    set_as_default=False,
                    name="iop",
                )
            )
        except (OSError, ValueError) as error:
            # ValueError: what answers speaks something else.
            raise Unavailable("dask.silent", url=address.url, error=error) from error
        yield Cluster(client, address.url)


def _security(address: Address) -> Any:
    from distributed.security import Security

    if address.tls is None:
        return None
    files = [address.tls / name for name in TLS_FILES]
    for file in files:
        if not file.is_file():
            raise MisconfiguredInstance("dask.no_tls_file", path=file)
    ca, certificate, key = map(str, files)
    return Security(
        tls_ca_file=ca, tls_client_cert=certificate, tls_client_key=key, require_encryption=True
    )


class Cluster:
    """So many parts at once as it has threads, and one that waits: what is not asked yet lies in the folder alone."""

    def __init__(self, client: "Client", url: str) -> None:
        self._client = client
        self._url = url

    def judge(self, asked: Sequence[Asked]) -> Iterator[Answered | None]:
        from distributed.comm import CommClosedError

        waiting = iter(asked)
        at_once = self._threads() + 1
        running: dict[Future, Asked] = {}
        try:
            while True:
                while len(running) < at_once and (one := next(waiting, None)) is not None:
                    running[self._asked(one)] = one
                if not running:
                    return
                for done in self._done(running):
                    yield self._answered(done, running.pop(done))
        except (CancelledError, CommClosedError, ConnectionError, TimeoutError) as error:
            raise Unavailable("dask.lost", url=self._url) from error
        finally:
            # A worker ends the part it is at, and nobody takes the answer.
            if running and self._client.status == "running":
                self._client.cancel(list(running), asynchronous=False)

    def _threads(self) -> int:
        """Of all workers. Raises Unavailable if there are none for a while."""
        until = time.monotonic() + _WORKERS_S
        while True:
            try:
                found = cast(Mapping[str, int], self._client.nthreads())
            except (OSError, CancelledError) as error:
                raise Unavailable("dask.lost", url=self._url) from error
            if threads := sum(found.values()):
                return threads
            if time.monotonic() > until:
                raise Unavailable("dask.no_worker", url=self._url, seconds=_WORKERS_S)
            time.sleep(_LOOK_S)

    def _asked(self, one: Asked) -> "Future":
        return self._client.submit(
            *(judge_sent, build(), pickle.dumps(_Sent(one, one.part.needed()))),
            pure=False,
            retries=0,
        )

    def _done(self, running: Mapping["Future", Asked]) -> "Sequence[Future]":
        """At least one. Whoever watches this process hears nothing meanwhile, as of any part that goes on."""
        from distributed import wait

        while True:
            try:
                with self._client.as_current():
                    found = wait(list(running), timeout=_LOOK_S, return_when="FIRST_COMPLETED")
                return list(cast(Any, found).done)
            except TimeoutError:
                self._threads()

    def _answered(self, done: "Future", asked: Asked) -> Answered | None:
        from distributed import KilledWorker

        if done.status == "error":
            error = cast(BaseException, done.exception())
            if isinstance(error, KilledWorker):
                times = error.allowed_failures + 1
                raise Unavailable("dask.worker_ended", url=self._url, times=times) from error
            raise error
        answer, made = done.result()
        asked.part.take(made)
        done.release()
        return None if answer is None else replace(answer, part=asked.part)


@dataclass(frozen=True)
class _Sent:
    asked: Asked
    files: Mapping[str, bytes]


def judge_sent(asked_by: str, packed: bytes) -> tuple[Answered | None, Mapping[str, bytes]]:
    """On a worker: what `run_part` says, and the files it made. Raises MisconfiguredInstance on one of another build,
    which may answer otherwise, before it reads what is `packed`: its classes may be others too."""
    from distributed import get_worker
    from threadpoolctl import threadpool_limits

    worker = get_worker()
    if asked_by != build():
        raise MisconfiguredInstance("dask.other_build", worker=worker.address)
    # For good: where a worker has several threads, the others are still at it when this one has ended.
    threadpool_limits(1)
    sent: _Sent = pickle.loads(packed)  # noqa: S301 - as all of Dask's messages are
    # What a killed worker left there, Dask removes.
    with tempfile.TemporaryDirectory(dir=worker.local_directory) as folder:
        part = replace(sent.asked.part, folder=Path(folder))
        part.take(sent.files)
        answer = run_part(replace(sent.asked, part=part))
        made = part.files(but=sent.files)
    return answer, made


@cache
def build() -> str:
    """The same of two processes whose answers are the same to the bit, as far as that is a matter of what runs."""
    found = hashlib.sha256(repr(platform.python_version_tuple()[:2]).encode())
    for name in _PACKAGES:
        found.update(f"{name} {version(name)}\n".encode())
    ours = Path(__file__).parents[1]
    for file in sorted(each for room in _ROOMS for each in (ours / room).rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            found.update(str(file.relative_to(ours)).encode())
            found.update(file.read_bytes())
    return found.hexdigest()
