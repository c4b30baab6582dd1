"""`POST /api/uploads`, of data and of models, on a real server: who may, how much, from where, and what is left of what
did not arrive."""

import contextlib
import hashlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa

from iop_pipelines.api.app import create_app
from iop_pipelines.api.auth import COOKIE
from iop_pipelines.api.uploads import DataUpload, ModelUpload
from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.identity import accounts
from iop_pipelines.identity.sessions import sessions_of
from iop_pipelines.intake import store
from iop_pipelines.platform import Platform
from iop_pipelines.runtimes import model_files
from iop_pipelines.runtimes.model_files import Effort, Signature
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.schema.tables import uploads
from iop_pipelines.settings import Settings
from onnx_files import parted_model, weekly_model, with_external_data
from served_app import running, wait_until

MB = 1_000_000
SALES = b"day,shop,n\n" + b"".join(
    b"2026-01-%02d,%s,%d\n" % (day, shop, 10 * day) for day in range(1, 29) for shop in (b"A", b"B")
)
BYTES = {"content-type": "application/octet-stream"}


class Site:
    """A served instance that takes files of one megabyte."""

    def __init__(self, platform: Platform, url: str) -> None:
        self.platform = platform
        self.url = url
        self.port = int(url.rpartition(":")[2])
        self.folder = platform.settings.home / "files" / "uploads"

    def token(self, name: str) -> str:
        account = accounts.account(self.platform.engine, name)
        return sessions_of(self.platform.settings).start(account, "token").token

    def send(
        self,
        content: Any = SALES,
        name: str = "sales.csv",
        who: str = "ada",
        path: str = DataUpload.path,
    ) -> httpx.Response:
        told = {**BYTES, "authorization": f"Bearer {self.token(who)}"}
        target = f"{self.url}{path}?name={quote(name)}"
        return httpx.post(target, content=content, headers=told, timeout=20)

    def read(self, path: str, who: str = "ada", **given: Any) -> Any:
        asked = quote(json.dumps(given)) if given else ""
        headers = {"authorization": f"Bearer {self.token(who)}"}
        target = f"{self.url}/api/trpc/{path}" + (f"?input={asked}" if asked else "")
        return httpx.get(target, headers=headers, timeout=90).json()

    def rows(self) -> list[Any]:
        with self.platform.engine.connect() as connection:
            return list(connection.execute(sa.select(uploads).order_by(uploads.c.id)))

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []

    def model_files(self) -> list[str]:
        folder = self.folder.parent / "models"
        return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home"), "IOP_UPLOAD_MB": "1"})
    upgrade(settings.database_url)
    platform = Platform(settings)
    for name, role in (("ada", Role.ADMIN), ("vera", Role.VIEWER)):
        accounts.add_user(platform.engine, name, role, Actor(None, "test"))
    with running(create_app(settings, parts=[])) as url:
        yield Site(platform, url)
    engine_for(settings.database_url).dispose()


def test_a_file_is_stored_as_it_came_under_a_name_of_our_own(site: Site) -> None:
    answer = site.send(name="../../Umsätze 2026.csv")
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"id": 1, "name": "Umsätze 2026.csv", "sizeBytes": len(SALES)}
    (file,) = site.files()
    assert file.read_bytes() == SALES
    assert "msätze" not in file.name
    with site.platform.engine.connect() as connection:
        (event,) = trail.list_events(connection, procedure=DataUpload.audited_as)
    assert (event.user_name, event.before) == ("ada", None)
    assert event.after["name"] == "Umsätze 2026.csv"


def test_only_admins_may(site: Site) -> None:
    refused = site.send(who="vera")
    assert refused.status_code == 403
    assert refused.json()["error"]["data"]["refusal"]["code"] == "procedure.for_admins"
    anonymous = httpx.post(f"{site.url}{DataUpload.path}?name=a", content=SALES, headers=BYTES)
    assert anonymous.status_code == 401
    assert (site.rows(), site.files()) == ([], [])


def test_a_cookie_from_another_site_is_refused(site: Site) -> None:
    cookie = {"cookie": f"{COOKIE}={site.token('ada')}"}
    target = f"{site.url}{DataUpload.path}?name=a.csv"
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        refused = httpx.post(target, content=SALES, headers={**BYTES, **cookie, **headers})
        assert refused.status_code == 403, refused.text
    # What a form of another site can send without asking.
    own = {**cookie, "origin": site.url}
    plain = httpx.post(target, content=SALES, headers={**own, "content-type": "text/plain"})
    assert plain.status_code == 415
    assert (site.rows(), site.files()) == ([], [])
    assert httpx.post(target, content=SALES, headers={**BYTES, **own}).status_code == 201


def test_a_file_that_says_that_it_is_too_large_is_not_read(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.putrequest("POST", f"{DataUpload.path}?name=a.csv")
    for name, value in {**BYTES, "authorization": f"Bearer {site.token('ada')}"}.items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(MB + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    told = json.loads(answer.read())["error"]
    assert told["message"] == (
        "this file has more than 1 MB, the most that is taken here: split it; whoever keeps the instance may "
        "allow more by IOP_UPLOAD_MB"
    )
    assert "1 Mo" in told["data"]["translations"]["fr"]["message"]
    connection.close()
    assert (site.rows(), site.files()) == ([], [])


def test_one_that_turns_out_to_be_too_large_is_ended_there_and_leaves_nothing(site: Site) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    # The server may have answered and closed before all of it was sent.
    with contextlib.suppress(httpx.TransportError):
        assert site.send(parts()).status_code == 413
    wait_until(lambda: not site.rows() and not site.files())
    assert site.send().status_code == 201


def test_who_hangs_up_leaves_nothing(site: Site) -> None:
    head = [
        f"POST {DataUpload.path}?name=a.csv HTTP/1.1",
        f"host: 127.0.0.1:{site.port}",
        "content-type: application/octet-stream",
        "content-length: 500000",
        f"authorization: Bearer {site.token('ada')}",
    ]
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as caller:
        caller.sendall("\r\n".join([*head, "", ""]).encode() + b"x" * 300_000)
        wait_until(lambda: len(site.rows()) == 1)
    wait_until(lambda: not site.rows() and not site.files())


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(b"", "a.csv", "upload.nothing_sent"), (SALES, "", "upload.no_name")],
)
def test_what_is_no_file_is_refused(site: Site, content: bytes, name: str, code: str) -> None:
    refused = site.send(content, name)
    assert refused.status_code == 400
    assert refused.json()["error"]["data"]["refusal"]["code"] == code
    assert (site.rows(), site.files()) == ([], [])


def test_too_many_are_told_when_to_come_again(site: Site) -> None:
    for _ in range(10):
        assert site.send().status_code == 201
    refused = site.send()
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert len(site.files()) == 10
    # It would not wait with them: it is looked at.
    model = site.send(path=ModelUpload.path)
    assert (model.status_code, model.json()["error"]["data"]["refusal"]["code"]) == (
        400,
        "onnx.no_file",
    )


def test_an_instance_of_a_drm_platform_takes_none(site: Site) -> None:
    assert site.read("intake.standing")["result"]["data"]["refusal"] is None
    drm_metadata.create_all(site.platform.drm_engine)
    refused = site.send()
    assert refused.status_code == 409
    standing = site.read("intake.standing", "vera")["result"]["data"]
    assert "which only it may write" in standing["refusal"]["message"]
    assert (standing["admins"], standing["maxBytes"]) == (["ada"], MB)
    assert (site.rows(), site.files()) == ([], [])


def test_the_look_is_of_a_process_of_its_own_and_says_what_it_found(site: Site) -> None:
    upload_id = site.send(SALES + b"2026-02-30,A,1\nTotal,,1\n").json()["id"]
    answer = site.read("intake.look", id=upload_id)
    table = answer["result"]["data"]["table"]
    assert (table["dataset"], table["isKnown"], table["rowCount"]) == ("sales", False, 57)
    assert (table["time"]["label"], table["time"]["first"]) == ("day", "2026-01-01T00:00:00")
    assert (table["step"]["freq"], table["step"]["every"]) == ("D", 1)
    assert (table["series"]["labels"], table["series"]["count"]) == (["shop"], 2)
    assert [(each["label"], each["kind"]) for each in table["measures"]] == [("n", "sum")]
    assert table["refusedCount"] == 1
    (refused,) = table["refused"]
    assert (refused["line"], refused["text"]) == (58, "2026-02-30 | A | 1")
    assert refused["reason"]["translations"]["fr"]["message"].startswith("day")
    assert [each["line"] for each in table["leftOut"]] == [59]
    assert table["rows"][0] == ["2026-01-01", "A", "10"]
    assert site.read("intake.look", "vera", id=upload_id)["error"]["data"]["code"] == "FORBIDDEN"


def test_a_picture_that_is_called_csv_is_refused_with_what_can_be_read(site: Site) -> None:
    upload_id = site.send(b"\x89PNG\r\n" + b"\0" * 200, "photo.csv").json()["id"]
    looked = site.read("intake.look", id=upload_id)["result"]["data"]
    assert looked["table"] is None
    assert "what can be read is CSV" in looked["refusal"]["message"]


def test_a_file_of_a_model_lies_under_its_checksum_and_says_what_it_takes(site: Site) -> None:
    content = parted_model().SerializeToString()
    checksum = hashlib.sha256(content).hexdigest()
    told = {
        "checksum": checksum,
        "name": "parted.onnx",
        "sizeBytes": len(content),
        "inputs": [
            {"name": name, "width": 1, "type": "float64", "isSingle": False} for name in ("a", "b")
        ],
        "outputs": [
            {"name": "sum", "columns": 1, "type": "float64"},
            {"name": "both", "columns": 2, "type": "float64"},
        ],
    }
    for _ in range(2):
        answer = site.send(content, "folder/parted.onnx", path=ModelUpload.path)
        assert (answer.status_code, answer.json()) == (201, told)
        assert site.model_files() == [f"{checksum}.json", f"{checksum}.onnx"]
        assert (site.rows(), site.files()) == ([], [])
    assert site.read("models.file", "vera", checksum=checksum)["result"]["data"] == told
    unknown = site.read("models.file", checksum="0" * 64)["error"]["data"]
    assert (unknown["code"], unknown["refusal"]["code"]) == ("NOT_FOUND", "onnx.not_stored")
    with site.platform.engine.connect() as connection:
        events = trail.list_events(connection, procedure=ModelUpload.audited_as)
    assert [(each.user_name, each.before, each.after) for each in events] == 2 * [
        ("ada", None, {"checksum": checksum, "name": "parted.onnx", "size_bytes": len(content)})
    ]


def test_data_does_not_wait_for_the_look_at_a_model_which_has_what_the_api_can_spare(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    efforts: list[Effort] = []
    looks, goes_on = threading.Event(), threading.Event()

    def look(path: Path, name: str, effort: Effort) -> Signature:
        efforts.append(effort)
        looks.set()
        goes_on.wait(60)
        return Signature((), ())

    def remove(url: str) -> None:
        raise RuntimeError(url)

    monkeypatch.setattr(model_files, "look_at", look)
    with ThreadPoolExecutor() as pool:
        model = pool.submit(site.send, b"model", "mine.onnx", path=ModelUpload.path)
        try:
            assert looks.wait(20)
            assert site.send().status_code == 201
            # What was stored is, whatever a driver says to the removal of what it was stored from.
            monkeypatch.setattr(store, "remove", remove)
        finally:
            goes_on.set()
        assert model.result().status_code == 201
    assert [row.name for row in site.rows()] == ["sales.csv"]
    # Beside 400 MB of the API's own, in 1 GiB.
    assert [(each.memory_bytes, each.nice) for each in efforts] == [(536_870_912, 10)]


def test_a_file_that_is_no_model_that_can_run_is_refused_in_a_sentence(site: Site) -> None:
    def refusal(content: Any, who: str = "ada") -> tuple[int, str, str, str]:
        answer = site.send(content, "mine.onnx", who, ModelUpload.path)
        told = answer.json()["error"]
        data = told["data"]
        french = data["translations"]["fr"]["message"]
        return answer.status_code, data["refusal"]["code"], told["message"], french

    fits = weekly_model().SerializeToString()
    said = {
        "onnx.no_file": (400, refusal(SALES), "'mine.onnx' is no ONNX file"),
        "onnx.cannot_be_run": (
            400,
            refusal(weekly_model(last="Foresee", domain="my.own").SerializeToString()),
            "my.own",
        ),
        "onnx.external_data": (
            400,
            refusal(with_external_data("weights.bin").SerializeToString()),
            "export it as one file",
        ),
        "onnx.other_input": (
            400,
            refusal(weekly_model(rows=3).SerializeToString()),
            "of the shape [3, 8]; it has to be rows of float or double",
        ),
        "onnx.too_large": (413, refusal(bytes(MB + 1)), "'mine.onnx' has more than 1 MB"),
        "procedure.for_admins": (403, refusal(fits, "vera"), "models.upload"),
        "upload.nothing_sent": (400, refusal(b""), "the file is empty"),
    }
    for code, (status, refused, part) in said.items():
        assert refused[:2] == (status, code)
        assert part in refused[2]
        assert refused[3] != refused[2]
    wait_until(lambda: not site.rows() and not site.files())
    assert site.model_files() == []
    with site.platform.engine.connect() as connection:
        assert trail.list_events(connection, procedure=ModelUpload.audited_as) == []
