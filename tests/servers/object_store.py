"""A store that speaks enough of S3 to be read: HEAD and GET of an object, and version 2 of its list.

Whoever does not sign with the one key it knows is refused.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY = "AKIAIOSFODNN7EXAMPLE"  # of Amazon's documentation
CHANGED = datetime(2026, 5, 1, 12, tzinfo=UTC)


class ObjectStore:
    """`objects`: "bucket/key" -> content; a test may change it at any time."""

    def __init__(self, server: ThreadingHTTPServer, objects: dict[str, bytes]) -> None:
        self.server, self.objects = server, objects

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_port}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": "of no use elsewhere",
            "AWS_REGION": "eu-central-1",
        }


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    objects: dict[str, bytes] = {}

    class Handler(_Handler):
        held = objects

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield ObjectStore(server, objects)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    held: dict[str, bytes]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        signed = self.headers.get("Authorization", "")
        if not signed.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/"):
            self._say(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif "list-type" in parts.query:
            self._say(200, self._listed(unquote(parts.path.strip("/")), parse_qs(parts.query)))
        elif (name := unquote(parts.path.lstrip("/"))) in self.held:
            self._say(200, self.held[name])
        else:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _listed(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        prefix = query.get("prefix", [""])[0]
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size><ETag>{_tag(content)}</ETag>"
            f"<LastModified>{CHANGED:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for name, content in sorted(self.held.items())
            if (found := re.match(rf"{re.escape(bucket)}/(.*)", name, re.DOTALL))
            and (key := found[1]).startswith(prefix)
        )
        return f"<ListBucketResult><Name>{bucket}</Name>{entries}</ListBucketResult>".encode()

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", _tag(content))
        self.send_header("Last-Modified", format_datetime(CHANGED, usegmt=True))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'
