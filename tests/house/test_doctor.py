"""`iop doctor` names what is missing, with the command that mends it, and breaks nothing by looking."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from iop_pipelines import doctor
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import analytical_models
from iop_pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return _settings(tmp_path)


def _settings(home: Path, **env: str) -> Settings:
    return Settings.from_env({"IOP_HOME": str(home), **env})


def test_every_check_that_fails_says_what_to_do(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path / "absent",
        IOP_STORAGE_URL="file:///proc/nowhere",
        IOP_BROKER_URL=f"amqp://127.0.0.1:{_closed_port()}//",
    )
    found = {check.name: check for check in doctor.checks(settings)}
    failed = {name for name, check in found.items() if not check.is_ok}
    assert {"database", "DRM database", "report storage", "broker"} <= failed
    assert [name for name in failed if not found[name].fix] == []
    assert found["database"].fix == "iop migrate"


def test_looking_makes_no_database_and_no_folder_of_its_own(tmp_path: Path) -> None:
    doctor.checks(_settings(tmp_path / "home", IOP_STORAGE_URL=f"file://{tmp_path / 'files'}"))
    assert not (tmp_path / "home").exists()
    assert list((tmp_path / "files").iterdir()) == []


def test_a_database_is_well_once_it_is_migrated(database_url: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, DATABASE_URL=database_url)
    before = doctor.check_database(settings)
    migrate.upgrade(database_url)
    after = doctor.check_database(settings)
    assert (before.is_ok, before.fix) == (False, "iop migrate")
    assert (after.is_ok, after.fix) == (True, None)
    assert str(migrate.current(database_url)) in after.detail


def test_a_stored_pattern_that_cannot_be_run_is_named_with_its_model(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'iop.db'}"
    settings = _settings(tmp_path, DATABASE_URL=url)
    assert doctor.check_patterns(settings).is_ok
    migrate.upgrade(url)
    column = {"type": "string", "pattern": "^(?!x)"}
    old = {"type": "object", "properties": {"origin": column, "dest": {"pattern": "^[A-Z]{3}$"}}}
    rows = [
        {"name": "old", "version": "v1.0.0", "status": "active", "input_schema": old},
        {"name": "gone", "version": "v1.0.0", "status": "deprecated", "input_schema": old},
        {"name": "bare", "version": "v1.0.0", "status": "active", "input_schema": None},
    ]
    with engine_for(url).begin() as connection:
        connection.execute(analytical_models.insert(), [{**r, "type": "rule_based"} for r in rows])
    check = doctor.check_patterns(settings)
    assert (check.is_ok, "new version" in str(check.fix)) == (False, True)
    assert "model old v1.0.0: input_schema.properties.origin.pattern: '^(?!x)'" in check.detail
    assert "gone" not in check.detail
    assert "dest" not in check.detail


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"mysql+pymysql://iop:topsecret@127.0.0.1:{_closed_port()}/iop?ssl_key=alsosecret"
    check = doctor.check_database(_settings(tmp_path, DATABASE_URL=url))
    assert not check.is_ok
    assert "127.0.0.1" in check.detail
    assert "secret" not in check.detail
    assert "DATABASE_URL" in str(check.fix)


def test_a_broker_that_answers_is_well(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"amqp://guest:guest@127.0.0.1:{server.getsockname()[1]}//"
        assert doctor.check_broker(_settings(tmp_path, IOP_BROKER_URL=url)).is_ok


def test_missing_pango_has_its_apt_line_and_stops_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(doctor.PDF_LIBRARIES, "Pango", ("libpango-that-is-absent.so.9",))
    check = doctor.check_pdf_libraries(settings)
    assert (check.is_ok, check.is_required) == (False, False)
    assert "Pango" in check.detail
    assert str(check.fix).startswith("sudo apt-get install")
    assert "libpango-1.0-0" in str(check.fix)
    assert not doctor.can_render_pdf()


def test_no_font_is_seen_before_it_crashes_a_process(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.setattr(doctor, "_FONT_FOLDERS", (str(tmp_path),))
    assert "fonts-dejavu" in str(doctor.check_fonts(settings).fix)
    (tmp_path / "some.ttf").touch()
    assert doctor.check_fonts(settings).is_ok


def test_a_script_that_no_font_has_is_told_with_its_package(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "_has_letter", lambda letter: letter not in "አ中")
    check = doctor.check_scripts(settings)
    assert (check.is_ok, check.is_required) == (False, False)
    assert "none for Ethiopic, Cjk;" in check.detail
    assert str(check.fix).endswith("fonts-noto-cjk fonts-noto-core")
    monkeypatch.setattr(doctor, "_has_letter", bool)
    assert doctor.check_scripts(settings).is_ok


@pytest.mark.pdf
def test_weasyprint_can_be_imported_where_the_doctor_says_so() -> None:
    subprocess.run([sys.executable, "-c", "import weasyprint"], check=True, timeout=60)


def test_the_doctor_imports_nothing_that_can_crash() -> None:
    program = (
        "import sys, os, tempfile; os.environ['IOP_HOME'] = tempfile.mkdtemp();"
        "from iop_pipelines import doctor; from iop_pipelines.settings import Settings;"
        "doctor.checks(Settings.from_env()); print({'weasyprint', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
