"""A model server that speaks the Open Inference Protocol, version 2, over HTTP.

Protocol: https://github.com/kserve/open-inference-protocol (metadata and inference; tensors as JSON). Every call has a
bound in time and size, is tried again where that can help, and follows nobody elsewhere.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, cast

import httpx
import numpy as np

from iop_pipelines.domain.liveness import Tick
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, IopError, MisconfiguredInstance, Unavailable
from iop_pipelines.runtimes.catalogue import RemoteParams
from iop_pipelines.runtimes.deadline import Deadline
from iop_pipelines.runtimes.outside import Outside

# Of one answer: 1,000 rows of numbers are far below it.
MAX_BYTES = 16 * 1024 * 1024
# Before the second attempt, and twice as long before each that follows.
FIRST_PAUSE_S = 0.2
_MAY_PASS = {408, 425, 429, 500, 502, 503, 504}
_FLOATS = ("FP32", "FP64")
_NUMBERS = (
    *_FLOATS,
    "FP16",
    "BF16",
    "INT64",
    "INT32",
    "INT16",
    "INT8",
    "UINT64",
    "UINT32",
    "UINT16",
    "UINT8",
)


@dataclass(frozen=True, slots=True)
class Tensor:
    """Of the metadata; shape: -1 for any length."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class InferenceServer:
    """Raises InvalidDeclaration for a server that the instance may not call, MisconfiguredInstance without the token
    that the model names."""

    def __init__(self, params: RemoteParams, outside: Outside, tick: Tick) -> None:
        outside.require_server(params.url)
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if params.token:
            headers["authorization"] = f"Bearer {outside.token(params.token)}"
        version = f"/versions/{params.version}" if params.version else ""
        self._path = f"{params.url.rstrip('/')}/v2/models/{params.model}{version}"
        self._params, self._tick = params, tick
        self._deadline = Deadline(params.timeout_s)
        self._client = httpx.Client(
            headers=headers, timeout=httpx.Timeout(params.timeout_s), follow_redirects=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()
        self._deadline.close()

    def metadata(self) -> Metadata:
        found = self._call("GET", self._path, None)
        tensors = [self._tensors(found, side) for side in ("inputs", "outputs")]
        for each in tensors[0]:
            is_table = len(each.shape) == 2 and each.shape[0] == -1
            if each.datatype not in _FLOATS or not is_table:
                raise self._wrong(
                    "remote.other_input",
                    input=each.name,
                    datatype=each.datatype,
                    shape=str(list(each.shape)),
                )
        return Metadata(*tensors)

    def infer(
        self, given: Mapping[str, np.ndarray], datatypes: Mapping[str, str], output: str
    ) -> np.ndarray:
        """(rows,) or (rows, columns) float64."""
        inputs = [
            {
                "name": name,
                "shape": list(x.shape),
                "datatype": datatypes[name],
                "data": x.reshape(-1).tolist(),
            }
            for name, x in given.items()
        ]
        body = {"inputs": inputs, "outputs": [{"name": output}]}
        found = self._call("POST", f"{self._path}/infer", body)
        outputs = found.get("outputs")
        named = [
            cast(dict[str, Any], each)
            for each in (outputs if isinstance(outputs, list) else [])
            if isinstance(each, dict) and each.get("name") == output
        ]
        if len(named) != 1:
            raise self._wrong("remote.no_output", output=output)
        return self._numbers(named[0], output, len(next(iter(given.values()))))

    def _numbers(self, found: Mapping[str, Any], output: str, rows: int) -> np.ndarray:
        shape, data = found.get("shape"), found.get("data")
        if not isinstance(shape, list) or not all(type(each) is int for each in shape):
            raise self._wrong("remote.other_shape", output=output, shape=str(shape), rows=rows)
        try:
            flat = np.asarray(data)
        except ValueError:
            flat = np.asarray(None)
        if flat.dtype.kind not in "iuf":
            raise self._wrong("remote.no_numbers", output=output)
        is_table = len(shape) in (1, 2) and shape[0] == rows
        if not is_table or flat.size != int(np.prod(shape)):
            raise self._wrong("remote.other_shape", output=output, shape=str(shape), rows=rows)
        return flat.astype(np.float64).reshape(shape)

    def _tensors(self, found: Mapping[str, Any], side: str) -> tuple[Tensor, ...]:
        try:
            return tuple(
                Tensor(str(each["name"]), str(each["datatype"]), tuple(map(int, each["shape"])))
                for each in found[side]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._wrong("remote.no_metadata", side=side) from error

    def _call(self, method: str, url: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Tried again where that can help; raises what the last attempt raised."""
        pause, last = FIRST_PAUSE_S, None
        for attempt in range(self._params.retries + 1):
            self._tick()
            if attempt:
                time.sleep(pause)
                pause *= 2
            try:
                return self._once(method, url, body)
            except Unavailable as error:
                last = error
        raise last or IopError("remote.silent", where=self._path, error="", seconds=0)

    def _once(self, method: str, url: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        extensions = {"trace": self._deadline.trace}
        try:
            with (
                self._deadline.running(),
                self._client.stream(method, url, json=body, extensions=extensions) as answer,
            ):
                content = self._content(answer)
        except httpx.HTTPError as error:
            raise self._silent(type(error).__name__) from error
        if self._deadline.is_over:
            # Where no length is told, a connection that was shut looks like the end of an answer.
            raise self._silent("ReadTimeout")
        self._check(answer, content)
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self._wrong("remote.no_json") from error
        if not isinstance(found, dict):
            raise self._wrong("remote.no_json")
        return cast(dict[str, Any], found)

    def _content(self, answer: httpx.Response) -> bytes:
        content = bytearray()
        if not _is_plain(answer):
            if answer.status_code == HTTPStatus.OK:
                encoding = _printable(answer.headers["content-encoding"])
                raise self._wrong("remote.encoded", encoding=encoding)
            # What is wrong is its status.
            return b""
        for part in answer.iter_raw():
            content += part
            if len(content) > MAX_BYTES:
                raise self._wrong("remote.too_large", megabytes=MAX_BYTES // 2**20)
        return bytes(content)

    def _check(self, answer: httpx.Response, content: bytes) -> None:
        status = answer.status_code
        if status == HTTPStatus.OK:
            return
        if answer.is_redirect:
            raise self._wrong("remote.redirects", status=status)
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            name = self._params.token or "-"
            raise MisconfiguredInstance(
                "remote.refused", where=self._path, status=status, token=name
            )
        kind = Unavailable if status in _MAY_PASS else InvalidInput
        raise kind("remote.answered", where=self._path, status=status, said=_said(content))

    def _silent(self, error: str) -> Unavailable:
        """error: what httpx calls it."""
        return Unavailable(
            "remote.silent",
            where=self._path,
            error="ReadTimeout" if self._deadline.is_over else error,
            seconds=self._params.timeout_s,
        )

    def _wrong(self, code: str, **values: object) -> InvalidInput:
        return InvalidInput(Sentence(code, where=self._path, **values))


def _said(content: bytes) -> str:
    """The `error` of the protocol, as far as it can be shown."""
    try:
        found = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "-"
    return _printable(str(found)) or "-"


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:200]


def _is_plain(answer: httpx.Response) -> bool:
    """Whether it is as long as it comes: what is packed may be a thousand times longer, and is not unpacked."""
    return answer.headers.get("content-encoding", "").strip().lower() in ("", "identity")


def datatypes_of(tensors: Sequence[Tensor]) -> Mapping[str, str]:
    return {each.name: each.datatype for each in tensors}
