"""Buckets as files: an object is whole or not there, and what goes wrong is said as the system says it of files."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iop_pipelines import doctor
from iop_pipelines.api import health
from iop_pipelines.errors import InvalidDeclaration, NotFound, Unavailable
from iop_pipelines.intake import store
from iop_pipelines.runtimes import model_files
from iop_pipelines.runtimes.model_files import Signature
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places
from object_store import CHANGED, ObjectStore

ROOT = Path(__file__).parents[2]
LARGE = bytes(range(256)) * 100_000  # sent in parts: three of ten million bytes at the most
URL = "s3://lake/iop"
LOST = "s3://lost/iop"


def put(path: str) -> None:
    files, folder = places.opened(path)
    with files.open(f"{folder}/a", "wb") as file:
        file.write(b"1")


OPERATIONS: dict[str, Callable[[str], Any]] = {
    "write": put,
    "pipe": lambda url: _at(url)[0].pipe_file(f"{_at(url)[1]}/a", b"1"),
    "read": lambda url: _at(url)[0].open(f"{_at(url)[1]}/a", "rb"),
    "cat": lambda url: _at(url)[0].cat_file(f"{_at(url)[1]}/a"),
    "remove": lambda url: _at(url)[0].rm_file(f"{_at(url)[1]}/a"),
    "move": lambda url: _at(url)[0].mv(f"{_at(url)[1]}/a", f"{_at(url)[1]}/b"),
    "exists": lambda url: _at(url)[0].exists(f"{_at(url)[1]}/a"),
    "list": lambda url: _at(url)[0].ls(_at(url)[1]),
    "modified": lambda url: _at(url)[0].modified(f"{_at(url)[1]}/a"),
}


def _at(url: str) -> tuple[Any, str]:
    return places.opened(url)


def test_every_store_that_deploy_and_the_documents_name_is_opened_by_what_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "iopfiles")
    named = {"s3", "gs", "az"}
    suffixes = {".md", ".yaml", ".tf"}
    for folder in ("deploy", "docs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes:
                named |= set(re.findall(r"\b(s3a?|gs|gcs|az|abfss?)://", path.read_text()))
    for scheme in sorted(named):
        files, folder = places.opened(f"{scheme}://lake/iop/")
        assert (folder, files.unstrip_protocol(folder)) == ("lake/iop", f"{scheme}://lake/iop")
        # A client is made, and asks nobody.
        assert files.open(f"{folder}/a", "wb").writable()


def test_what_is_kept_is_found_read_in_pieces_moved_and_removed(
    bucket: ObjectStore, tmp_path: Path
) -> None:
    files, folder = places.opened(URL)
    files.makedirs(folder, exist_ok=True)
    assert not files.exists(folder)
    with files.open(f"{folder}/a b.part", "wb") as file:
        for start in range(0, len(LARGE), 1_000_000):
            file.write(LARGE[start : start + 1_000_000])
    files.mv(f"{folder}/a b.part", f"{folder}/sub/a b")
    assert bucket.objects == {"lake/iop/sub/a b": LARGE}
    with files.open(f"{folder}/sub/a b", "rb") as file:
        assert b"".join(iter(lambda: file.read(300_000), b"")) == LARGE
        assert (file.seek(10), file.read(3)) == (10, LARGE[10:13])
    (tmp_path / "x").write_bytes(b"of a folder")
    files.put_file(str(tmp_path / "x"), f"{folder}/x")
    assert files.cat_file(f"{folder}/x") == b"of a folder"
    assert (files.size(f"{folder}/x"), files.modified(f"{folder}/x")) == (11, CHANGED)
    assert sorted(files.ls(folder, detail=False)) == ["lake/iop/sub", "lake/iop/x"]
    assert {each["name"]: each["type"] for each in files.ls("lake/iop")} == {
        "lake/iop/sub": "directory",
        "lake/iop/x": "file",
    }
    assert files.find("lake") == ["lake/iop/sub/a b", "lake/iop/x"]
    assert files.exists("lake")
    files.rm_file(f"{folder}/x")
    files.rm_file(f"{folder}/x")
    assert list(bucket.objects) == ["lake/iop/sub/a b"]
    for read in (files.open, files.cat_file, files.info, files.modified, files.ls):
        with pytest.raises(FileNotFoundError, match="s3://lake/iop/none"):
            read(f"{folder}/none")


def test_what_is_given_up_before_its_end_is_not_there(bucket: ObjectStore) -> None:
    files, folder = places.opened(URL)

    def give_up() -> None:
        with files.open(f"{folder}/a", "wb") as file:
            file.write(LARGE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    dropped = files.open(f"{folder}/b", "wb")
    dropped.write(b"1")
    del dropped
    assert bucket.objects == {}
    # The copy is whole; that the former stays is of no harm.
    files.pipe_file(f"{folder}/c.part", b"1")
    bucket.refused["POST"] = 400
    files.mv(f"{folder}/c.part", f"{folder}/c")
    assert bucket.objects["lake/iop/c"] == b"1"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_goes_wrong_is_an_error_of_files_without_what_was_asked(
    bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    run = OPERATIONS[operation]
    with pytest.raises(NotADirectoryError, match="there is no such bucket: 's3://lost'"):
        run(LOST)
    for method in ("PUT", "GET", "HEAD", "POST"):
        bucket.refused[method] = 400
    with pytest.raises(OSError, match="the store answers with status 400: 's3://lake"):
        run(URL)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    with pytest.raises(PermissionError, match="not open to who asks: 's3://lake/iop"):
        run(URL)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ConnectionError, match=r"s3://lake/iop.* does not answer") as away:
        run(URL)
    assert "?" not in str(away.value)
    assert away.value.__suppress_context__


def test_a_bucket_that_is_not_there_does_not_exist(bucket: ObjectStore) -> None:
    assert not places.opened(LOST)[0].exists("lost")


def test_http_is_taken_only_where_the_endpoint_says_so(
    bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.opened(URL)[0].pipe_file("lake/a", b"1")
    plain = bucket.environment["AWS_ENDPOINT_URL"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", plain.replace("http:", "https:"))
    with pytest.raises(ConnectionError):
        places.opened(URL)[0].cat_file("lake/a")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", plain)
    assert places.opened(URL)[0].cat_file("lake/a") == b"1"


def test_a_file_that_comes_is_kept_fetched_and_gone(bucket: ObjectStore) -> None:
    url = store.new_place(URL)
    arriving = store.Arriving(url)
    arriving.write(LARGE)
    assert bucket.objects == {}
    arriving.close()
    with store.fetched(url) as path:
        assert path.read_bytes() == LARGE
    store.remove(url)
    with pytest.raises(NotFound), store.fetched(url):
        pass
    given_up = store.Arriving(url)
    given_up.write(b"1")
    given_up.abandon()
    assert bucket.objects == {}

    def bring() -> None:
        lost = store.Arriving(store.new_place(LOST))
        lost.write(b"1")
        lost.close()

    with pytest.raises(Unavailable, match="there is no such bucket: 's3://lost'"):
        bring()


def test_a_model_file_is_kept_proven_and_removed(
    bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # What a file takes is told elsewhere.
    monkeypatch.setattr(model_files, "look_at", lambda *_: Signature((), ()))
    outside, lost = (Outside(storage_url=url, most_bytes=100) for url in (URL, LOST))
    (tmp_path / "m.onnx").write_bytes(b"a model")
    with pytest.raises(Unavailable, match="s3://lost/iop does not take or give"):
        model_files.store_file(lost, tmp_path / "m.onnx", "m.onnx")
    with pytest.raises(Unavailable):
        model_files.kept_files(lost)
    assert model_files.kept_files(outside) == []
    with pytest.raises(InvalidDeclaration):
        model_files.described(outside, "f" * 64)
    checksum = model_files.store_file(outside, tmp_path / "m.onnx", "m.onnx").checksum
    names = [f"lake/iop/models/{checksum}.{end}" for end in ("json", "onnx")]
    assert sorted(bucket.objects) == names
    assert model_files.described(outside, checksum).name == "m.onnx"
    with model_files.fetched(outside, checksum) as copy:
        assert copy.read_bytes() == b"a model"
    assert model_files.is_whole(outside, checksum, lambda: None)
    bucket.objects[names[1]] = b"another"
    assert model_files.is_whole(outside, checksum, lambda: None) is False
    (kept,) = model_files.kept_files(outside)
    assert (kept.changed_at, list(kept.paths)) == (CHANGED.replace(tzinfo=None), names)
    model_files.remove_file(outside, kept)
    assert bucket.objects == {}
    assert model_files.is_whole(outside, checksum, lambda: None) is None


def test_readiness_and_the_doctor_say_what_is_wrong_with_a_bucket(
    bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def said(url: str) -> tuple[str | None, bool, str]:
        part = health.Part("storage", lambda: health.check_storage(url))
        part.look_once()
        settings = Settings.from_env({"IOP_HOME": str(tmp_path), "IOP_STORAGE_URL": url})
        check = doctor.check_storage(settings)
        assert check.is_ok or "bucket that can be written" in str(check.fix)
        return part.reason, check.is_ok, check.detail

    assert said(URL) == (None, True, "s3://lake/iop can be written")
    assert bucket.objects == {}
    for url, variables, words in (
        (LOST, {}, "there is no such bucket: 's3://lost'"),
        (URL, {"AWS_ACCESS_KEY_ID": "another"}, "the store is not open to who asks"),
        (URL, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer"),
    ):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        reason, is_ok, detail = said(url)
        assert (words in str(reason), is_ok, words in detail) == (True, False, True)
