"""Answers of a kilobyte and more are compressed as the client likes; what must not be, is not."""

import gzip
import hashlib
import os
import zlib

import brotli
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from iop_pipelines.api.compression import Compression, coding_of
from iop_pipelines.api.lifecycle import Lifecycle
from served_app import running

ROWS = [{"id": number, "name": f"model {number}"} for number in range(5_000)]
LARGE = JSONResponse(ROWS).body
# Random text does not become smaller than half, in any form.
FILE = os.urandom(300_000).hex().encode()


def answer_of(kind: str, length: int) -> Response:
    text = b"x" * length
    match kind:
        case "json" | "json; charset=utf-8":
            return Response(text, media_type=f"application/{kind}")
        case "events":
            return Response(text, media_type="text/event-stream")
        case "png" | "pdf":
            return Response(text, media_type="image/png" if kind == "png" else "application/pdf")
        case "gzip":
            headers = {"content-encoding": "gzip"}
            return Response(gzip.compress(os.urandom(length)), 200, headers, "text/css")
        case "tagged":
            return Response(text, 200, {"etag": '"abc"', "vary": "cookie"}, "text/html")
        case "whole":
            return Response(text, 200, {"cache-control": "no-transform"}, "text/html")
        case "missing":
            return Response(text, 404, media_type="application/json")
        case _:
            raise ValueError(kind)


def answer(request: Request) -> Response:
    return answer_of(request.path_params["kind"], int(request.query_params.get("length", "1024")))


def rows(request: Request) -> Response:
    return Response(LARGE, media_type="application/json")


def lines(request: Request) -> Response:
    return StreamingResponse((f"{line}\n" * 500 for line in "abc"), media_type="application/json")


def file(request: Request) -> Response:
    parts = (FILE[at : at + 70_000] for at in range(0, len(FILE), 70_000))
    return StreamingResponse(parts, 200, {"content-length": str(len(FILE))}, "text/csv")


def app_of(tmp_path) -> Starlette:
    (tmp_path / "page.js").write_bytes(LARGE)
    return Starlette(
        routes=[
            Route("/kind/{kind:path}", answer),
            Route("/rows", rows),
            Route("/lines", lines),
            Route("/file", file),
            Route("/disk", lambda request: FileResponse(tmp_path / "page.js")),
            Route("/api/health", lambda request: JSONResponse({})),
        ],
        middleware=[Middleware(Compression)],
    )


@pytest.fixture
def client(tmp_path):
    return TestClient(app_of(tmp_path))


def raw(client: TestClient, path: str, accepted: str, method: str = "GET"):
    """The answer, and its body as it came."""
    with client.stream(method, path, headers={"accept-encoding": accepted}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "coding", "unpacked"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("br", "br", brotli.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0.5, gzip;q=0.8", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
        ("br;q=0, *;q=0.1", "gzip", gzip.decompress),
        ("GZIP ; Q=1.0", "gzip", gzip.decompress),
    ],
)
@pytest.mark.parametrize("path", ["/rows", "/file", "/disk", "/kind/json"])
def test_an_answer_comes_in_the_form_that_the_client_likes_best(
    client, path, accepted, coding, unpacked
):
    answer, body = raw(client, path, accepted)
    plain, content = raw(client, path, "identity")
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert unpacked(body) == content
    assert len(body) < len(content)
    assert "content-encoding" not in plain.headers
    assert int(plain.headers["content-length"]) == len(content)
    assert answer.headers.get("content-length", str(len(body))) == str(len(body))


@pytest.mark.parametrize(
    "accepted",
    ["", "identity", "deflate, zstd", "gzip;q=0", "br;q=0.000", "*;q=0", "gzip;q=many", "gzip;q=2"],
)
def test_what_the_client_does_not_take_is_not_sent(client, accepted):
    answer, body = raw(client, "/rows", accepted)
    assert "content-encoding" not in answer.headers
    assert body == LARGE


@pytest.mark.parametrize(
    ("kind", "length", "is_compressed"),
    [
        ("json", 1023, False),
        ("json", 1024, True),
        ("json; charset=utf-8", 1024, True),
        ("missing", 1024, True),
        ("events", 4096, False),
        ("png", 4096, False),
        ("pdf", 4096, False),
        ("whole", 4096, False),
    ],
)
def test_what_is_short_or_compressed_or_a_stream_leaves_as_it_is(
    client, kind, length, is_compressed
):
    answer, body = raw(client, f"/kind/{kind}?length={length}", "gzip")
    assert ("content-encoding" in answer.headers) is is_compressed
    assert is_compressed or body == b"x" * length
    assert answer.headers["content-length"] == str(len(body))


def test_what_is_compressed_is_not_compressed_again(client):
    answer, body = raw(client, "/kind/gzip?length=4096", "br, gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.decompress(body)) == 4096


def test_a_stream_is_not_held_back(client):
    answer, body = raw(client, "/lines", "gzip")
    assert "content-encoding" not in answer.headers
    assert body == b"".join(f"{line}\n".encode() * 500 for line in "abc")


def test_another_form_has_another_tag(client):
    answer, _ = raw(client, "/kind/tagged?length=2000", "gzip")
    plain, _ = raw(client, "/kind/tagged?length=2000", "identity")
    assert (plain.headers["etag"], answer.headers["etag"]) == ('"abc"', 'W/"abc"')
    assert answer.headers["vary"] == plain.headers["vary"] == "cookie, accept-encoding"


def test_a_file_comes_whole_in_parts_over_a_real_connection(tmp_path):
    digest = hashlib.sha256(FILE).hexdigest()
    with running(_serving(tmp_path)) as url:
        with httpx.stream("GET", f"{url}/file", headers={"accept-encoding": "gzip"}) as answer:
            body = b"".join(answer.iter_raw())
        head = httpx.head(f"{url}/rows", headers={"accept-encoding": "gzip"})
        plain = httpx.head(f"{url}/rows", headers={"accept-encoding": "identity"})
    assert "content-length" not in answer.headers
    unpacked = zlib.decompress(body, 16 + zlib.MAX_WBITS)
    assert hashlib.sha256(unpacked).hexdigest() == digest
    assert (head.content, head.headers["content-encoding"]) == (b"", "gzip")
    assert head.headers["vary"] == "accept-encoding"
    assert (plain.content, int(plain.headers["content-length"])) == (b"", len(LARGE))


def _serving(tmp_path) -> Starlette:
    app = app_of(tmp_path)
    app.state.lifecycle = Lifecycle()
    return app


def test_of_what_there_is_the_liked_one_is_taken():
    assert coding_of("br, gzip", ("gzip",)) == "gzip"
    assert coding_of("br, gzip", ()) is None
