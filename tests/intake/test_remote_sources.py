"""Files that lie elsewhere: behind a URL, in a store that speaks as S3 does, and in what fsspec knows."""

import gzip
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import fsspec
import pytest

from iop_pipelines.errors import (
    InvalidInput,
    IopError,
    MisconfiguredInstance,
    NotFound,
    Unavailable,
)
from iop_pipelines.intake import http, packed
from iop_pipelines.intake.sources import Source, SourceSpec, open_source
from iop_pipelines.intake.urls import has_secret, shown, with_reference
from object_store import ObjectStore

TABLE = b"day,n\n2026-01-01,1\n2026-01-02,2\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """`answers`: path -> what is done with a request; `asked`: what was."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.is_over = Event()


def said(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(content)

    return answer


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            own.asked.append(f"{self.command} {self.path}")
            own.answers.get(self.path.partition("?")[0], said(b"", 404))(self)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    own = Site(server)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield own
    own.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def source(where: str) -> Source:
    return open_source(SourceSpec(where))


def read(where: str) -> list[tuple[str, ...]]:
    own = source(where)
    (item,) = own.items()
    return [line.cells for line in own.read(item).lines]


ROWS = [("day", "n"), ("2026-01-01", "1"), ("2026-01-02", "2")]


def test_a_file_behind_a_url_is_read_by_its_bytes_and_named_as_the_server_says(site: Site) -> None:
    site.answers["/export"] = said(
        gzip.compress(TABLE), Content_Disposition='attachment; filename="sales.csv.gz"'
    )
    site.answers["/data/plain.csv"] = said(TABLE)
    assert read(f"{site.url}/export?month=1") == ROWS
    assert read(f"{site.url}/data/plain.csv") == ROWS
    named = [source(f"{site.url}{path}").items()[0].name for path in ("/export", "/data/plain.csv")]
    assert named == ["sales.csv.gz", "plain.csv"]


def test_a_change_is_seen_by_what_the_server_says_else_by_the_content(site: Site) -> None:
    def fingerprint() -> str:
        return source(f"{site.url}/a.csv").items()[0].fingerprint

    site.answers["/a.csv"] = said(TABLE, ETag='"1"')
    first = fingerprint()
    assert fingerprint() == first
    assert "GET /a.csv" not in site.asked
    site.answers["/a.csv"] = said(TABLE, ETag='"2"')
    assert fingerprint() != first
    site.answers["/a.csv"] = said(TABLE)
    plain = fingerprint()
    site.answers["/a.csv"] = said(TABLE.replace(b"2\n", b"3\n"))
    assert fingerprint() != plain


def test_a_server_that_knows_no_head_is_asked_by_get(site: Site) -> None:
    def only_get(request: BaseHTTPRequestHandler) -> None:
        said(TABLE if request.command == "GET" else b"", 200 if request.command == "GET" else 405)(
            request
        )

    site.answers["/a.csv"] = only_get
    assert read(f"{site.url}/a.csv") == ROWS


STATUSES: dict[int, tuple[type[IopError], str]] = {
    404: (NotFound, "there is no file"),
    401: (InvalidInput, "answers 401: it takes another address, or credentials"),
    403: (InvalidInput, "answers 403: it takes another address, or credentials"),
    500: (Unavailable, "answers 500: try again"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_what_a_server_refuses_is_told_without_the_secrets_of_the_url(
    site: Site, status: int
) -> None:
    kind, words = STATUSES[status]
    site.answers["/a.csv"] = said(b"", status)
    url = site.url.replace("//", "//me:hidden@") + "/a.csv?token=hidden"
    with pytest.raises(kind, match=words) as told:
        read(url)
    assert "hidden" not in str(told.value)
    assert "/a.csv" in str(told.value)


def test_a_page_in_place_of_a_file_is_told_of(site: Site) -> None:
    site.answers["/a.csv"] = said(b"<!DOCTYPE html><html><body>Sign in</body></html>")
    with pytest.raises(InvalidInput, match="a page of HTML or XML, perhaps of a sign-in"):
        read(f"{site.url}/a.csv")


def test_who_does_not_answer_is_waited_for_no_longer_than_the_bound(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(request: BaseHTTPRequestHandler) -> None:
        site.is_over.wait(30)

    site.answers["/a.csv"] = silent
    monkeypatch.setattr(http, "SILENCE_S", 0.2)
    with pytest.raises(Unavailable, match=r"did not answer within 0\.2 seconds: try again"):
        read(f"{site.url}/a.csv")


def test_who_answers_drop_by_drop_is_not_waited_for_either(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dripping(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("ETag", '"1"')
        request.end_headers()
        while request.command == "GET" and not site.is_over.wait(0.02):
            try:
                request.wfile.write(TABLE * 5_000)
            except OSError:
                return

    site.answers["/a.csv"] = dripping
    monkeypatch.setattr(http, "LONGEST_S", 0.3)
    with pytest.raises(Unavailable, match=r"did not answer within 0\.3 seconds"):
        read(f"{site.url}/a.csv")


def test_nobody_at_the_address_is_one_sentence(site: Site) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+/a\.csv does not answer: mend"):
        read(f"http://127.0.0.1:{port}/a.csv?token=hidden")


@pytest.mark.parametrize("is_announced", [True, False])
def test_more_than_the_bound_is_refused_while_it_comes(
    site: Site, monkeypatch: pytest.MonkeyPatch, is_announced: bool
) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 1 << 20)
    big = TABLE * 50_000

    def unannounced(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("ETag", '"1"')
        request.end_headers()
        if request.command == "GET":
            try:
                request.wfile.write(big)
            except OSError:
                return

    site.answers["/a.csv"] = said(big) if is_announced else unannounced
    with pytest.raises(InvalidInput, match=r"a\.csv has more than \d+ MB"):
        read(f"{site.url}/a.csv")


@pytest.fixture
def store(bucket: ObjectStore) -> ObjectStore:
    for name in ("sales-10.csv", "sales-2.csv", "notes.md", "sub/other.csv"):
        bucket.objects[f"lake/in/{name}"] = TABLE
    return bucket


def names(where: str) -> list[str]:
    return [item.name for item in source(where).items()]


def test_objects_of_a_store_are_one_those_below_a_name_or_those_of_a_pattern(
    store: ObjectStore,
) -> None:
    assert names("s3://lake/in/") == names("s3://lake/in") == ["sales-2.csv", "sales-10.csv"]
    assert names("s3://lake/in/sales-1*.csv") == ["sales-10.csv"]
    assert read("s3://lake/in/sales-2.csv") == ROWS


def test_an_object_that_changes_gets_another_fingerprint(store: ObjectStore) -> None:
    before = source("s3://lake/in/sales-2.csv").items()[0]
    assert source("s3://lake/in/").items()[0] == before
    store.objects["lake/in/sales-2.csv"] += b"2026-01-03,3\n"
    after = source("s3://lake/in/sales-2.csv").items()[0]
    assert (before.identity, before.fingerprint != after.fingerprint) == (after.identity, True)


def test_what_a_store_has_not_or_gives_not_or_gives_too_much_of_is_told(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match=r"s3://lake/in/none\.csv"):
        names("s3://lake/in/none.csv")
    monkeypatch.setattr("iop_pipelines.intake.stores.MAX_BYTES", 10)
    with pytest.raises(InvalidInput, match=r"sales-2\.csv has more than"):
        read("s3://lake/in/sales-2.csv")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    with pytest.raises(InvalidInput, match="is not open to who asks: set AWS_ACCESS_KEY_ID"):
        names("s3://lake/in/sales-2.csv")


def test_what_fsspec_knows_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = fsspec.filesystem("memory")
    files.pipe({"/in/b-2.csv": TABLE, "/in/b-10.csv": TABLE, "/in/notes.md": TABLE})
    assert names("memory://in") == ["b-2.csv", "b-10.csv"]
    assert names("memory://in/*.csv") == ["b-2.csv", "b-10.csv"]
    assert read("memory://in/b-2.csv") == ROWS
    with pytest.raises(NotFound, match=r"memory://in/none\.csv"):
        names("memory://in/none.csv")
    with pytest.raises(InvalidInput, match="is no file, folder, pattern or URL that can be read"):
        names("carrier-pigeon://loft/a.csv")
    monkeypatch.setattr("iop_pipelines.intake.filesystems.MAX_BYTES", 10)
    with pytest.raises(InvalidInput, match=r"b-2\.csv has more than"):
        read("memory://in/b-2.csv")


SECRETS = {
    "postgresql://me:pw@host/db": ("postgresql://me@host/db", True),
    "mysql+pymysql://me:p/w@host:3306/db?charset=utf8": ("mysql+pymysql://me@host:3306/db", True),
    "postgresql://me@host/db": ("postgresql://me@host/db", False),
    "https://host/a.csv?X-Amz-Signature=1": ("https://host/a.csv", True),
    "https://host/a.csv?api_key=1&month=2": ("https://host/a.csv", True),
    "https://token@host/a.csv": ("https://token@host/a.csv", True),
    "https://host/a.csv?month=2": ("https://host/a.csv", False),
    "sqlite:////data/own.db": ("sqlite:////data/own.db", False),
    "data/*.csv": ("data/*.csv", False),
}


@pytest.mark.parametrize("where", SECRETS)
def test_a_secret_of_a_url_is_neither_shown_nor_written(where: str) -> None:
    said_as, is_secret = SECRETS[where]
    assert (shown(where), has_secret(where)) == (said_as, is_secret)
    written = with_reference(SourceSpec(where), "sales").as_mapping()["where"]
    assert written == ("env:IOP_SOURCE_SALES" if is_secret else where)


def test_a_reference_is_the_url_that_the_environment_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(TABLE)
    with pytest.raises(MisconfiguredInstance, match="no variable SALES: set it to the URL"):
        source("env:SALES")
    monkeypatch.setenv("SALES", str(tmp_path / "a.csv"))
    assert read("env:SALES") == ROWS
    with pytest.raises(InvalidInput, match="'env:a b' names no variable"):
        source("env:a b")


def test_options_of_a_database_are_refused_for_files(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--table is for databases"):
        open_source(SourceSpec(str(tmp_path), table="orders"))


def test_what_unpacks_beyond_the_bound_is_refused_while_it_unpacks(
    tmp_path: Path,
) -> None:
    """Ten megabytes that pack to ten kilobytes; no more than the bound is ever written."""
    import io
    import zipfile

    import zstandard

    most = packed.MEGABYTE
    plain = b"2026-01-01,1\n" * (10 << 20 >> 3)
    in_zip = io.BytesIO()
    with zipfile.ZipFile(in_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", plain)
    lying = in_zip.getvalue().replace(len(plain).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    for name, content in {
        "a.csv.gz": gzip.compress(plain),
        "a.csv.zst": zstandard.compress(plain),
        "a.zip": in_zip.getvalue(),
    }.items():
        (tmp_path / name).write_bytes(content)
        with (
            pytest.raises(InvalidInput, match=rf"{name} has more than 1 MB unpacked"),
            packed.unpacked(tmp_path / name, name, most),
        ):
            pass
    (tmp_path / "lying.zip").write_bytes(lying)
    with (
        pytest.raises(InvalidInput, match=r"lying\.zip"),
        packed.unpacked(tmp_path / "lying.zip", "lying.zip", most),
    ):
        pass
