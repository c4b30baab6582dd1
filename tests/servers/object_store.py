"""A store that speaks as much of S3 as IOP uses: objects whole, in parts and in ranges, their copies and their lists.

Whoever does not sign with the one key it knows is refused, and so is who asks for a bucket that is not there.
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
from xml.etree import ElementTree
from xml.sax.saxutils import escape

KEY = "AKIAIOSFODNN7EXAMPLE"  # of Amazon's documentation
CHANGED = datetime(2026, 5, 1, 12, tzinfo=UTC)


class ObjectStore:
    """`objects`: "bucket/key" -> content; a test may change it at any time. `refused`: a status, for one method."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.objects: dict[str, bytes] = {}
        self.buckets = {"lake"}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.refused: dict[str, int] = {}

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
    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.store = ObjectStore(server)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Handler.store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    store: ObjectStore

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        name = unquote(parts.path.strip("/"))
        signed = self.headers.get("Authorization", "")
        if not signed.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/"):
            self._refuse(403, "AccessDenied")
        elif self.command in self.store.refused:
            self._refuse(self.store.refused[self.command], "AsTheTestSays")
        elif name.partition("/")[0] not in self.store.buckets:
            self._refuse(404, "NoSuchBucket")
        elif self.command == "PUT":
            self._take(name, query, body)
        elif self.command == "POST":
            self._post(name, query, body)
        elif self.command == "DELETE":
            self.store.parts.pop(query["uploadId"][0], None)
            self._say(204, b"")
        elif "list-type" in query:
            self._say(200, self._listed(name, query))
        elif name in self.store.objects:
            self._give(self.store.objects[name])
        else:
            self._refuse(404, "NoSuchKey")

    def _take(self, name: str, query: dict[str, list[str]], body: bytes) -> None:
        if source := unquote(self.headers.get("x-amz-copy-source", "")).strip("/"):
            if source not in self.store.objects:
                self._refuse(404, "NoSuchKey")
                return
            self.store.objects[name] = self.store.objects[source]
            tag = _tag(self.store.objects[name])
            self._say(200, f"<CopyObjectResult><ETag>{tag}</ETag></CopyObjectResult>".encode())
        elif "partNumber" in query:
            self.store.parts[query["uploadId"][0]][int(query["partNumber"][0])] = body
            self._say(200, b"", _tag(body))
        else:
            self.store.objects[name] = body
            self._say(200, b"", _tag(body))

    def _post(self, name: str, query: dict[str, list[str]], body: bytes) -> None:
        if "delete" in query:
            keys = [str(each.text) for each in ElementTree.fromstring(body).iter() if _is_key(each)]
            for key in keys:
                self.store.objects.pop(f"{name}/{key}", None)
            gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._say(200, f"<DeleteResult>{gone}</DeleteResult>".encode())
        elif "uploads" in query:
            upload = f"upload-{len(self.store.parts)}"
            self.store.parts[upload] = {}
            answer = "InitiateMultipartUploadResult"
            self._say(200, f"<{answer}><UploadId>{upload}</UploadId></{answer}>".encode())
        else:
            numbered = self.store.parts.pop(query["uploadId"][0])
            content = b"".join(part for _, part in sorted(numbered.items()))
            self.store.objects[name] = content
            answer = "CompleteMultipartUploadResult"
            self._say(200, f"<{answer}><ETag>{_tag(content)}</ETag></{answer}>".encode())

    def _give(self, content: bytes) -> None:
        if found := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
            first, last = int(found[1]), min(int(found[2]), len(content) - 1)
            where = f"bytes {first}-{last}/{len(content)}"
            self._say(206, content[first : last + 1], _tag(content), where)
        else:
            self._say(200, content, _tag(content))

    def _listed(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        prefix, delimiter = (query.get(name, [""])[0] for name in ("prefix", "delimiter"))
        keys = [
            (name.partition("/")[2], content)
            for name, content in sorted(self.store.objects.items())
            if name.startswith(f"{bucket}/{prefix}")
        ]
        folders = {
            prefix + key[len(prefix) :].partition("/")[0] + "/"
            for key, _ in keys
            if delimiter and delimiter in key[len(prefix) :]
        }
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size><ETag>{_tag(content)}</ETag>"
            f"<LastModified>{CHANGED:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for key, content in keys
            if not any(key.startswith(folder) for folder in folders)
        ) + "".join(
            f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>"
            for each in sorted(folders)
        )
        return f"<ListBucketResult><Name>{bucket}</Name>{entries}</ListBucketResult>".encode()

    def _refuse(self, status: int, code: str) -> None:
        self._say(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _say(self, status: int, content: bytes, tag: str = "", where: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", format_datetime(CHANGED, usegmt=True))
        if tag:
            self.send_header("ETag", tag)
        if where:
            self.send_header("Content-Range", where)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _is_key(element: ElementTree.Element) -> bool:
    return element.tag.rpartition("}")[2] == "Key"


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'
