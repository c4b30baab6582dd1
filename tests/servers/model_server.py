"""A model server on loopback that speaks the Open Inference Protocol, version 2, and models that answer wrongly.

`weekly` takes a value and those of seven days before, and answers how far it is from that of a week ago; `expected`
answers that of a week ago. The others are named by what is wrong with them.
"""

import asyncio
import gzip
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from iop_pipelines.orchestration.supervisor import free_port
from served_app import answers, wait_until

TOKEN = "open sesame"
WIDTH = 8


def weekly(x: np.ndarray) -> np.ndarray:
    """x: (r, 8), the value and those of seven days before."""
    return np.abs(x[:, :1] - x[:, 7:])


def expected(x: np.ndarray) -> np.ndarray:
    return x[:, 7:]


GOOD: dict[str, Callable[[np.ndarray], np.ndarray]] = {"weekly": weekly, "expected": expected}
FAULTS: dict[str, Callable[[np.ndarray], Any]] = {
    "nan": lambda y: [*y.tolist()[:-1], float("nan")],
    "null": lambda y: [*y.tolist()[:-1], None],
    "words": lambda y: ["high"] * len(y),
    "short": lambda y: y.tolist()[:-1],
    "large": lambda y: [1.0] * 6_000_000,
}


@dataclass
class ModelServer:
    """url: of the running server; asked: requests so far, by path; rows: of every inference, as they came."""

    url: str = ""
    asked: Counter[str] = field(default_factory=Counter[str])
    rows: list[np.ndarray] = field(default_factory=list[np.ndarray])

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v2/health/ready", self._ready),
                Route("/v2/models/{model}", self._metadata),
                Route("/v2/models/{model}/versions/{version}", self._metadata),
                Route("/v2/models/{model}/infer", self._infer, methods=["POST"]),
                Route("/v2/models/{model}/versions/{version}/infer", self._infer, methods=["POST"]),
            ]
        )

    async def _ready(self, request: Request) -> Response:
        return JSONResponse({"ready": True})

    async def _metadata(self, request: Request) -> Response:
        self.asked[request.url.path] += 1
        name = request.path_params["model"]
        if name == "elsewhere":
            return RedirectResponse("http://127.0.0.1:9/v2/models/weekly")
        if name == "secret" and request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "who asks?"}, 401)
        if name == "unknown":
            return JSONResponse({"error": "there is no such model"}, 404)
        width = 3 if name == "narrow" else WIDTH
        kind = "BYTES" if name == "bytes" else "FP32"
        outputs = [] if name == "silent" else [_tensor("score", "FP32", [-1, 1])]
        inputs = [] if name == "blind" else [_tensor("x", kind, [-1, width])]
        return JSONResponse(
            {"name": name, "versions": ["1"], "platform": "", "inputs": inputs, "outputs": outputs}
        )

    async def _infer(self, request: Request) -> Response:
        self.asked[request.url.path] += 1
        name = request.path_params["model"]
        given = await request.json()
        if name == "late":
            await asyncio.sleep(30)
        if name == "broken" or (name == "tired" and self.asked[request.url.path] % 3):
            return JSONResponse({"error": "out of memory"}, 500)
        if name == "packed":
            packed = gzip.compress(json.dumps({"outputs": []}).encode())
            return Response(packed, headers={"content-encoding": "gzip"})
        if name == "page":
            return Response("<html>", media_type="text/html")
        (tensor,) = given["inputs"]
        assert tensor["datatype"] == "FP32"
        x = np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])
        self.rows.append(x)
        y = GOOD.get(name, weekly)(x)
        data = FAULTS.get(name, lambda y: y.tolist())(y.reshape(-1))
        shape = [1, len(y)] if name == "turned" else [len(y), 1]
        output = {"name": "score", "datatype": "FP32", "shape": shape, "data": data}
        # As Python writes it: NaN where there is one.
        return Response(json.dumps({"model_name": name, "outputs": [output]}))


@contextmanager
def slow_answer(at_once: bytes, then: bytes) -> Iterator[str]:
    """The URL of a server that answers one request, and the rest of that a byte each twentieth of a second."""
    ended = threading.Event()

    def serve() -> None:
        # It is left before it has answered.
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(at_once)
            for byte in then:
                if ended.wait(0.05):
                    return
                connection.sendall(bytes([byte]))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            thread.join(30)
            assert not thread.is_alive()


def _tensor(name: str, datatype: str, shape: list[int]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape}


@contextmanager
def running_model_server() -> Iterator[ModelServer]:
    port = free_port()
    given = ModelServer(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(
        given.app(), port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: answers(given.url, "/v2/health/ready", 200), 20)
        yield given
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
