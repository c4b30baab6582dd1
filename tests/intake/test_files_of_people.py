"""A file that came through the app: arrives within bounds, is looked at, loaded once, and does not stay."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from database_servers import named
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Role, UploadStatus
from iop_pipelines.drm import tables
from iop_pipelines.errors import Conflict, InvalidInput, NotFound, TooManyAttempts, Unavailable
from iop_pipelines.identity import accounts
from iop_pipelines.intake import store, uploads
from iop_pipelines.intake.answers import Answers
from iop_pipelines.intake.bounds import bounded_memory
from iop_pipelines.intake.loading import load_upload
from iop_pipelines.intake.looking import look
from iop_pipelines.intake.outcome import standing
from iop_pipelines.ledger.deleting import delete_dataset, plan_dataset
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import dataset
from object_store import ObjectStore

NOW = datetime(2026, 11, 1, 12)
MB = 1_000_000
SALES = "Tag;Filiale;Umsatz\n" + "".join(
    f"{day:02}.01.2026;{shop};{100 * day + place}\n"
    for day in range(1, 29)
    for place, shop in enumerate("AB")
)


class Desk:
    """An instance and an account that brings files."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.engine = platform.engine
        operator = Actor(None, "test")
        self.by = accounts.add_user(self.engine, "ada", Role.ADMIN, operator).id

    def bring(self, content: bytes | str, name: str = "sales.csv", now: datetime = NOW) -> int:
        url = store.new_place(self.platform.settings.storage_url)
        upload_id = uploads.begin(self.engine, name, self.by, url, now)
        arriving = store.Arriving(url)
        arriving.write(content if isinstance(content, bytes) else content.encode())
        arriving.close()
        uploads.arrived(self.engine, upload_id, arriving.size, arriving.checksum)
        return upload_id

    def look(self, upload_id: int, most: int = MB, **answers: str):
        found = uploads.upload(self.engine, upload_id)
        return look(found.storage_url, found.name, Answers.of(answers), "UTC", most)

    def ask(self, upload_id: int, **answers: str) -> uploads.Upload:
        told = {"name": "sales", **answers}
        return uploads.ask_to_load(self.engine, upload_id, "sales", told, now=NOW)

    def load(self, upload_id: int) -> Sentence | None:
        asked = uploads.upload(self.engine, upload_id)
        begun = uploads.begin_load(self.engine, upload_id, asked.attempt)
        assert begun is not None
        return load_upload(self.platform, begun, NOW)

    def landed(self) -> int:
        engine = self.platform.drm_engine
        with engine.connect() as connection:
            return connection.scalar(sa.text("SELECT COUNT(*) FROM drm_rows_sales")) or 0

    def is_stored(self, upload_id: int) -> bool:
        url = uploads.upload(self.engine, upload_id).storage_url
        return Path(url.removeprefix("file://")).exists()


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    # DRM's tables are made by a load: they are not among those that are emptied after a test.
    drm = {"IOP_DRM_DATABASE_URL": f"sqlite:///{tmp_path / 'drm.db'}"}
    home = {"IOP_HOME": str(tmp_path / "home"), "IOP_UPLOAD_MB": "1"}
    platform = Platform(Settings.from_env({**home, **named(migrated_url), **drm}))
    yield Desk(platform)
    engine_for(platform.settings.drm_database_url).dispose()


def test_a_file_in_a_bucket_is_looked_at_loaded_and_then_gone(
    desk: Desk, bucket: ObjectStore
) -> None:
    settings = replace(desk.platform.settings, storage_url="s3://lake/iop")
    desk.platform = replace(desk.platform, settings=settings)
    upload_id = desk.bring(SALES)
    assert [each.rpartition("/")[0] for each in bucket.objects] == ["lake/iop/uploads"]
    assert list(bucket.objects.values()) == [SALES.encode()]
    desk.ask(upload_id)
    assert (desk.load(upload_id), desk.landed(), bucket.objects) == (None, 56, {})


def test_a_file_is_loaded_once_and_then_gone(desk: Desk) -> None:
    upload_id = desk.bring(SALES)
    assert desk.is_stored(upload_id)
    assert desk.ask(upload_id).status is UploadStatus.QUEUED
    assert desk.ask(upload_id).status is UploadStatus.QUEUED
    assert [each.id for each in uploads.to_load(desk.engine)] == [upload_id]

    assert desk.load(upload_id) is None
    loaded = uploads.upload(desk.engine, upload_id)
    assert (loaded.status, loaded.dataset, loaded.row_count, loaded.refused_count) == (
        UploadStatus.LOADED,
        "sales",
        56,
        0,
    )
    assert desk.landed() == 56
    assert dataset(desk.engine, "sales").declaration.freq == "D"
    assert not desk.is_stored(upload_id)
    assert desk.ask(upload_id).status is UploadStatus.LOADED
    assert uploads.to_load(desk.engine) == []
    assert uploads.begin_load(desk.engine, upload_id, loaded.attempt) is None


def test_a_load_that_was_killed_before_it_could_say_so_is_ended_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = desk.bring(SALES)
    desk.ask(upload_id)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "end_load", die)
        with pytest.raises(KeyboardInterrupt):
            desk.load(upload_id)
    assert uploads.upload(desk.engine, upload_id).status is UploadStatus.LOADING
    assert desk.load(upload_id) is None
    assert uploads.upload(desk.engine, upload_id).status is UploadStatus.LOADED
    assert desk.landed() == 56
    with desk.platform.drm_engine.connect() as connection:
        runs = connection.scalar(sa.select(sa.func.count()).select_from(tables.pipeline_runs))
    assert runs == 1


def test_an_attempt_that_was_given_up_changes_nothing_any_more(desk: Desk) -> None:
    upload_id = desk.bring(SALES)
    desk.ask(upload_id)
    late = uploads.begin_load(desk.engine, upload_id, 1)
    assert late is not None
    assert uploads.try_again(desk.engine, late, NOW)
    assert uploads.begin_load(desk.engine, upload_id, 1) is None
    uploads.fail_load(desk.engine, late, Sentence("intake.total"), NOW)
    assert uploads.upload(desk.engine, upload_id).status is UploadStatus.QUEUED
    for attempt in (2, 3):
        begun = uploads.begin_load(desk.engine, upload_id, attempt)
        assert begun is not None
        assert uploads.try_again(desk.engine, begun, NOW) is (attempt < uploads.MAX_ATTEMPTS)
    failed = uploads.upload(desk.engine, upload_id)
    assert failed.status is UploadStatus.FAILED
    assert "ended 3 times" in str(failed.error_msg)


def test_what_cannot_be_loaded_says_why_and_may_be_asked_again(desk: Desk) -> None:
    upload_id = desk.bring("day,n\n" + "".join(f"0{n % 9 + 1}/03/2026,{n}\n" for n in range(40)))
    looked = desk.look(upload_id)
    assert looked.question is not None
    assert looked.understood is None
    assert [value for value, _ in looked.question.choices] == ["day-first", "month-first"]
    desk.ask(upload_id)
    why = desk.load(upload_id)
    assert why is not None
    assert why.code == "intake.open_question_in_app"
    assert desk.is_stored(upload_id)
    again = desk.ask(upload_id, dates="day-first")
    assert (again.status, again.attempt, again.error_msg) == (UploadStatus.QUEUED, 2, None)
    assert desk.load(upload_id) is None
    assert desk.landed() == 40


def test_it_cannot_be_loaded_in_two_ways_at_once(desk: Desk) -> None:
    upload_id = desk.bring(SALES)
    desk.ask(upload_id)
    with pytest.raises(Conflict, match=r"'sales\.csv' is being loaded"):
        desk.ask(upload_id, dates="day-first")
    with pytest.raises(Conflict, match=r"'sales\.csv' is being loaded"):
        uploads.discard(desk.engine, upload_id)


def test_a_file_that_waits_for_a_dataset_is_not_loaded_when_that_is_deleted(desk: Desk) -> None:
    desk.ask(first := desk.bring(SALES))
    assert desk.load(first) is None
    more = desk.bring(SALES.replace("2026", "2025"), "more.csv")
    desk.ask(more)
    assert plan_dataset(desk.engine, "sales").sources == ("more.csv",)
    with dg.DagsterInstance.ephemeral() as instance:
        delete_dataset(desk.engine, instance, "sales", NOW, with_models=True)
    ended = uploads.upload(desk.engine, more)
    assert (ended.status, ended.error_msg) == (UploadStatus.FAILED, "dataset sales was deleted")
    assert uploads.to_load(desk.engine) == []
    assert desk.ask(more).status is UploadStatus.QUEUED


def test_a_dataset_into_which_a_file_is_being_loaded_is_not_deleted(desk: Desk) -> None:
    desk.ask(first := desk.bring(SALES))
    assert desk.load(first) is None
    desk.ask(more := desk.bring(SALES.replace("2026", "2025"), "more.csv"))
    begun = uploads.begin_load(desk.engine, more, 1)
    assert begun is not None
    with (
        dg.DagsterInstance.ephemeral() as instance,
        pytest.raises(Conflict, match=r"more\.csv is being delivered to sales"),
    ):
        delete_dataset(desk.engine, instance, "sales", NOW, with_models=True)
    assert dataset(desk.engine, "sales").declaration.name == "sales"


def test_how_much_may_be_refused_is_the_setting_of_the_instance(desk: Desk) -> None:
    broken = SALES.replace("05.01.2026", "someday").replace("06.01.2026", "never")
    upload_id = desk.bring(broken)
    most = {"max_refused_percent": 5}
    found = uploads.upload(desk.engine, upload_id)
    looked = look(found.storage_url, found.name, Answers(), "UTC", MB, **most)
    assert looked.refusal is not None
    assert "4 of 56 rows" in str(looked.refusal)
    assert "more than 5 %" in str(looked.refusal)
    assert desk.look(upload_id).understood is not None
    platform = replace(desk.platform, settings=replace(desk.platform.settings, **most))
    desk.ask(upload_id)
    begun = uploads.begin_load(desk.engine, upload_id, 1)
    assert begun is not None
    why = load_upload(platform, begun, NOW)
    assert why is not None
    assert why.code == "intake.too_much_refused_in_app"


def test_discarding_takes_the_file_and_the_row(desk: Desk) -> None:
    upload_id = desk.bring(SALES)
    url = uploads.upload(desk.engine, upload_id).storage_url
    uploads.discard(desk.engine, upload_id)
    assert not Path(url.removeprefix("file://")).exists()
    with pytest.raises(NotFound, match=f"no upload {upload_id}"):
        uploads.upload(desk.engine, upload_id)


def test_what_nobody_loads_is_gone_after_a_day(desk: Desk) -> None:
    old = desk.bring(SALES, now=NOW - timedelta(hours=25))
    recent = desk.bring(SALES, now=NOW - timedelta(hours=23))
    url = uploads.upload(desk.engine, old).storage_url
    assert uploads.purge(desk.engine, NOW) == 1
    assert not Path(url.removeprefix("file://")).exists()
    assert [each.id for each in uploads.waiting(desk.engine)] == [recent]
    assert uploads.purge(desk.engine, NOW) == 0


def test_what_is_being_loaded_is_kept_however_long_that_takes(desk: Desk) -> None:
    upload_id = desk.bring(SALES, now=NOW - timedelta(days=3))
    desk.ask(upload_id)
    assert uploads.purge(desk.engine, NOW) == 0
    assert desk.load(upload_id) is None


def test_an_account_has_two_on_the_way_ten_that_wait_and_sixty_an_hour(desk: Desk) -> None:
    def begin(*, is_data: bool = True) -> int:
        url = "file:///nowhere"
        return uploads.begin(desk.engine, "a", desk.by, url, NOW, is_data=is_data)

    def require_room_for_models() -> None:
        """Of which none waits: no file of data can be loaded or discarded to make room for it."""
        two = [begin(is_data=False) for _ in range(uploads.MAX_ARRIVING)]
        with pytest.raises(TooManyAttempts, match="sending 2 files already"):
            begin(is_data=False)
        for each in two:
            uploads.give_up(desk.engine, each)

    two = [begin(), begin()]
    with pytest.raises(TooManyAttempts, match="sending 2 files already"):
        begin()
    for each in two:
        uploads.give_up(desk.engine, each)
    kept = [desk.bring(SALES) for _ in range(uploads.MAX_WAITING)]
    with pytest.raises(TooManyAttempts, match="10 of your files wait"):
        begin()
    require_room_for_models()
    for each in kept:
        desk.ask(each)
    for _ in range(uploads.MAX_AN_HOUR - uploads.MAX_WAITING):
        sent = begin()
        uploads.arrived(desk.engine, sent, 1, "0" * 64)
        desk.ask(sent)
    with pytest.raises(TooManyAttempts, match="60 files within an hour"):
        begin()
    require_room_for_models()
    other = accounts.add_user(desk.engine, "grace", Role.ADMIN, Actor(None, "test")).id
    uploads.begin(desk.engine, "a.csv", other, "file:///nowhere", NOW)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\sales.csv", "sales.csv"),
        ("a\x00b\n.csv", "ab.csv"),
        ("..", "file"),
        ("é" * 300 + ".csv", "é" * 251 + ".csv"),
    ],
)
def test_a_name_is_shown_and_never_a_path(desk: Desk, given: str, kept: str) -> None:
    upload_id = desk.bring(SALES, given)
    found = uploads.upload(desk.engine, upload_id)
    assert found.name == kept
    folder = desk.platform.settings.home / "files" / "uploads"
    assert [f"file://{each}" for each in folder.iterdir()] == [found.storage_url]


def test_a_look_says_what_can_be_chosen(desk: Desk) -> None:
    looked = desk.look(desk.bring("When,Then,N\n" + "2026-01-01,2026-02-01,1\n" * 5))
    assert looked.columns == ("When", "Then", "N")
    assert looked.refusal is not None
    named_one = desk.look(desk.bring(SALES), name="shops", time="Tag")
    assert named_one.understood is not None
    assert named_one.understood.name == "shops"
    assert named_one.understood.time_found.label == "Tag"


def test_archives_that_unpack_beyond_the_bound_are_refused(desk: Desk) -> None:
    zeros = b"0" * (2 * MB)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", zeros)
    for content in (gzip.compress(zeros), packed.getvalue()):
        assert len(content) < MB / 100
        looked = desk.look(desk.bring(content, "bomb.csv.gz"))
        assert looked.refusal is not None
        assert str(looked.refusal) == "bomb.csv.gz has more than 1 MB unpacked: split it"


def test_reading_that_takes_too_much_memory_ends_with_a_reason() -> None:
    with (
        pytest.raises(InvalidInput, match=r"huge\.csv takes too much memory"),
        bounded_memory("huge.csv", 64 * MB),
    ):
        bytearray(512 * MB)
    assert len(bytearray(512 * MB)) == 512 * MB


def test_a_store_that_refuses_is_named_and_keeps_nothing(desk: Desk, small_disk: Path) -> None:
    url = store.new_place(f"file://{small_disk}")
    arriving = store.Arriving(url)
    with pytest.raises(Unavailable, match="No space left on device"):
        arriving.write(b"x" * 8 * MB)
    arriving.abandon()
    assert list((small_disk / "uploads").iterdir()) == []


def test_a_store_that_is_elsewhere_is_read_through_a_copy(desk: Desk) -> None:
    url = store.new_place("memory://bucket")
    arriving = store.Arriving(url)
    arriving.write(SALES.encode())
    arriving.close()
    found = look(url, "sales.csv", Answers(), "UTC", MB)
    assert found.understood is not None
    assert found.understood.periods == 28
    store.remove(url)
    with pytest.raises(NotFound, match="removed"):
        look(url, "sales.csv", Answers(), "UTC", MB)


def test_progress_is_nothing_before_the_rows_are_seen(desk: Desk) -> None:
    upload_id = desk.bring(SALES)
    assert standing(desk.engine, uploads.upload(desk.engine, upload_id)).prepared is None
