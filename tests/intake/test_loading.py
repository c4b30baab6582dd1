"""What is understood of a file lands in DRM's tables once, and IOP prepares and judges it as any delivery."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.models import InputSpec
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.drm import standin, tables
from iop_pipelines.drm.rows import read_rows
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import Conflict, InvalidDeclaration
from iop_pipelines.intake.deliver import deliver
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.load import Loaded, load
from iop_pipelines.intake.own import require_own
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, understand
from iop_pipelines.ledger.deleting import delete_dataset
from iop_pipelines.ledger.requests import request_for_drm_run
from iop_pipelines.platform import Platform
from iop_pipelines.query.panel import read_panel
from iop_pipelines.registry.models import list_models, set_status
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.prepare_version import prepare_version
from iop_pipelines.transform.versions import dataset, latest_version, register_system_datasets

NOW = datetime(2026, 11, 1, 12)
FIRST = date(2026, 1, 1)


def sales(days: int, changed: dict[int, str] | None = None) -> str:
    """Two shops, a row a day each; `changed`: (day number, of shop A) -> what stands in place of its amount."""
    lines = ["Tag;Filiale;Umsatz (EUR)"]
    for n in range(days):
        for shop, amount in (("A", 1000 + n), ("B", 2000 + n)):
            said = (changed or {}).get(n, f"{amount},50") if shop == "A" else f"{amount},50"
            lines.append(f"{FIRST + timedelta(days=n):%d.%m.%Y};{shop};{said}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Desk:
    """An instance, a folder for its declarations, and a file that is given again and again."""

    platform: Platform
    folder: Path

    def give(self, text: str) -> Loaded:
        path = self.folder / "sales.csv"
        path.write_text(text, encoding="utf-8")
        given = understand(read_file(path), Given(), "UTC", refuse_to_guess)
        return load(self.platform, given, self.folder / "declared", NOW)

    def prepared(self, run_id: int) -> int:
        """Rows that are out of the run's version; prepared as the sensor would have it."""
        run = self.platform.drm.run(run_id)
        request_for_drm_run(self.platform.engine, self.platform.drm, run, NOW)
        stored = dataset(self.platform.engine, "sales")
        version = latest_version(self.platform.engine, stored.id, is_prepared=False)
        return prepare_version(self.platform.engine, self.platform.drm, version.id).rows_out

    def panel(self) -> dict[tuple[str, date], float]:
        stored = dataset(self.platform.engine, "sales")
        version = latest_version(self.platform.engine, stored.id)
        window = (datetime(2026, 1, 1), datetime(2027, 1, 1))
        spec = InputSpec(measures=("umsatz",), series=("filiale",))
        frame = read_panel(self.platform.engine, stored, spec, version.id, window)
        rows = zip(frame["unique_id"], frame["ds"], frame["umsatz"], strict=True)
        return {(shop, moment.date()): value for shop, moment, value in rows}

    def count(self, table: sa.Table) -> int:
        with self.platform.drm_engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    drm_url = f"sqlite:///{tmp_path / 'drm.db'}"
    settings = Settings.from_env(
        {"IOP_HOME": str(tmp_path), "DATABASE_URL": migrated_url, "IOP_DRM_DATABASE_URL": drm_url}
    )
    platform = Platform(settings)
    register_system_datasets(platform.engine)
    yield Desk(platform, tmp_path)
    engine_for(drm_url).dispose()


def test_a_file_becomes_a_catalogue_entry_a_run_its_rows_and_a_score(desk: Desk) -> None:
    loaded = desk.give(sales(60))
    drm = SharedDatabase(desk.platform.drm_engine)
    (entry,), (pipeline,), (run,) = drm.datasets(), drm.pipelines(), drm.recent_runs()
    assert (entry.name, entry.freq, pipeline.dataset) == ("sales", "D", "sales")
    assert run.is_success
    assert (run.window_start, run.window_end) == (datetime(2026, 1, 1), datetime(2026, 3, 2))
    assert run.rows_ingested == 120
    assert drm.latest_score("sales", run.id).score == loaded.delivered.score == 100
    rows = read_rows(desk.platform.drm_engine, "sales", run.id)
    assert rows.iloc[0].to_dict() == {
        "filiale": "A",
        "source_line": "2",
        "tag": "2026-01-01",
        "umsatz": "1000.50",
    }


def test_the_rows_are_prepared_and_read_by_models_as_they_are(desk: Desk) -> None:
    run_id = desk.give(sales(60)).delivered.run_id
    assert desk.prepared(run_id) == 120
    assert desk.panel() == {
        (shop, FIRST + timedelta(days=n)): base + n + 0.5
        for n in range(60)
        for shop, base in (("A", 1000), ("B", 2000))
    }


def test_the_same_file_again_loads_nothing(desk: Desk) -> None:
    first = desk.give(sales(60))
    again = desk.give(sales(60))
    assert (first.delivered.is_new, again.delivered.is_new) == (True, False)
    assert again.delivered.run_id == first.delivered.run_id
    assert {kept.state for kept in again.files} == {"unchanged"}
    assert desk.count(tables.pipeline_runs) == desk.count(tables.quality_scores) == 1


def test_a_run_has_the_checksum_of_its_rows_whether_they_were_looked_at_before_or_on_their_way(
    desk: Desk,
) -> None:
    texts = (sales(60), sales(60, {3: ""}), sales(60, {3: "7,25"}), sales(60))
    ids = [desk.give(text).delivered.run_id for text in texts]
    runs = [desk.platform.drm.run(run_id) for run_id in ids]
    assert len({run.id for run in runs}) == 4
    for run in runs:
        rows = read_rows(desk.platform.drm_engine, "sales", run.id)
        columns = (
            "\x02".join(cell or "\x00" for cell in rows[name]) for name in sorted(map(str, rows))
        )
        whole = "".join(f"{column}\x03" for column in columns)
        assert run.content_checksum == hashlib.sha256(whole.encode()).hexdigest()
        assert run.run_key == f"sales/{ids.index(run.id) + 1}/{run.content_checksum[:32]}"
    assert runs[0].content_checksum == runs[3].content_checksum


def test_a_file_that_changed_and_changed_back_restates_its_window_each_time(desk: Desk) -> None:
    desk.prepared(desk.give(sales(60)).delivered.run_id)
    changed = desk.give(sales(60, {3: "7,25"}))
    assert (changed.delivered.is_new, changed.delivered.is_restated) == (True, True)
    desk.prepared(changed.delivered.run_id)
    assert desk.panel()["A", FIRST + timedelta(days=3)] == 7.25
    back = desk.give(sales(60))
    assert back.delivered.is_new
    desk.prepared(back.delivered.run_id)
    assert desk.panel()["A", FIRST + timedelta(days=3)] == 1003.5
    assert len(desk.panel()) == 120


def test_a_row_that_cannot_be_read_is_kept_with_its_reason(desk: Desk) -> None:
    loaded = desk.give(sales(60, {3: "viel"}))
    assert loaded.delivered.score < 100
    assert desk.prepared(loaded.delivered.run_id) == 119
    version = latest_version(desk.platform.engine, dataset(desk.platform.engine, "sales").id)
    assert (version.rows_in, version.rows_rejected) == (120, 1)
    assert ("A", FIRST + timedelta(days=3)) not in desk.panel()


def test_a_score_that_a_kill_cost_comes_with_the_same_file(desk: Desk) -> None:
    run_id = desk.give(sales(60)).delivered.run_id
    with desk.platform.drm_engine.begin() as connection:
        connection.execute(tables.quality_scores.delete())
    assert desk.give(sales(60)).delivered.run_id == run_id
    assert desk.count(tables.quality_scores) == 1


def test_what_somebody_edited_is_never_written_over_and_is_what_counts(desk: Desk) -> None:
    loaded = desk.give(sales(60))
    path = loaded.folder / "dataset.yaml"
    edited = (
        path.read_text().replace("version: 1\n", "version: 2\n").replace("kind: sum", "kind: max")
    )
    path.write_text(edited)
    again = desk.give(sales(61))
    assert path.read_text() == edited
    assert [kept.path.name for kept in again.files if kept.state == "yours"] == ["dataset.yaml"]
    assert dataset(desk.platform.engine, "sales").declaration.measures["umsatz"].kind == "max"


def test_an_edit_that_is_wrong_loads_nothing_and_is_told_with_its_line(desk: Desk) -> None:
    path = desk.give(sales(60)).folder / "dataset.yaml"
    path.write_text(path.read_text().replace("kind: sum", "kind: summ"))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "summ" in text)
    with pytest.raises(InvalidDeclaration, match=rf"dataset\.yaml, line {line}: .*summ"):
        desk.give(sales(61))
    assert desk.count(tables.pipeline_runs) == 1


def test_a_file_that_got_a_column_widens_what_is_there_by_the_next_version(desk: Desk) -> None:
    desk.prepared(desk.give(sales(60)).delivered.run_id)
    lines = sales(60).splitlines()
    wider = [f"{lines[0]};Kunden", *(f"{line};{n % 9}" for n, line in enumerate(lines[1:]))]
    loaded = desk.give("\n".join(wider))
    stored = dataset(desk.platform.engine, "sales").declaration
    assert (stored.version, "kunden" in stored.fields) == (2, True)
    assert desk.prepared(loaded.delivered.run_id) == 120


def test_every_declaration_says_that_it_is_ours_until_it_is_edited(desk: Desk) -> None:
    loaded = desk.give(sales(60))
    names = [str(kept.path.relative_to(loaded.folder)) for kept in loaded.files]
    assert names == [
        "dataset.yaml",
        "models/sales-umsatz-anomaly.yaml",
        "models/sales-umsatz-trend.yaml",
        "models/sales-umsatz-forecast.yaml",
        "dashboard.yaml",
        "report.yaml",
    ]
    firsts = {kept.path.read_text().splitlines()[0][:29] for kept in loaded.files}
    assert firsts == {"# Written by iop start; yours"}
    assert loaded.models == ("sales-umsatz-anomaly", "sales-umsatz-forecast", "sales-umsatz-trend")


def test_tables_of_a_drm_platform_are_left_alone(desk: Desk) -> None:
    standin.create(desk.platform.drm_engine)
    with pytest.raises(Conflict, match=r"DRM platform or of the demo.*another --home"):
        require_own(desk.platform.drm_engine, desk.platform.settings)


def test_one_own_intake_is_known_as_such(desk: Desk) -> None:
    desk.give(sales(60))
    require_own(desk.platform.drm_engine, desk.platform.settings)


def test_data_that_goes_on_until_now_is_shown_in_words_and_older_data_by_its_last_days(
    desk: Desk,
) -> None:
    folder = desk.give(sales(60)).folder
    periods = re.findall(r"to: '([0-9-]+)'", (folder / "dashboard.yaml").read_text())
    assert set(periods) == {"2026-03-01"}
    days = (NOW.replace(tzinfo=UTC).date() - FIRST).days
    current = desk.give(sales(days).replace("Tag;", "Day;")).folder
    assert "2026-10-31" not in (current / "dashboard.yaml").read_text()
    assert "last_90_days" in (current / "dashboard.yaml").read_text()


@pytest.mark.every_database
def test_drm_s_tables_may_lie_on_any_database(database_url: str, tmp_path: Path) -> None:
    engine = engine_for(database_url)
    path = tmp_path / "sales.csv"
    for days, is_restated in ((60, False), (61, True)):
        path.write_text(sales(days), encoding="utf-8")
        given = understand(read_file(path), Given(), "UTC", refuse_to_guess)
        delivered = deliver(engine, given, "UTC", NOW)
        assert (delivered.is_new, delivered.is_restated) == (True, is_restated)
        assert not deliver(engine, given, "UTC", NOW).is_new
        rows = read_rows(engine, "sales", delivered.run_id)
        assert (len(rows), rows["umsatz"].iloc[-1]) == (2 * days, f"{2000 + days - 1}.50")


def test_a_model_that_somebody_retired_stays_retired(desk: Desk) -> None:
    engine = desk.platform.engine
    assert desk.give(sales(60)).models == (
        "sales-umsatz-anomaly",
        "sales-umsatz-forecast",
        "sales-umsatz-trend",
    )
    (trend,) = list_models(engine, name="sales-umsatz-trend")
    set_status(engine, trend.id, ModelStatus.DEPRECATED)
    assert desk.give(sales(61)).models == ("sales-umsatz-anomaly", "sales-umsatz-forecast")


def test_a_dataset_that_was_deleted_has_its_data_again_when_its_file_is_given_again(
    desk: Desk,
) -> None:
    engine = desk.platform.engine
    first = desk.give(sales(60))
    rows = desk.prepared(first.delivered.run_id)
    with dg.DagsterInstance.ephemeral() as instance:
        # What the run had asked the models for ends with them.
        delete_dataset(engine, instance, "sales", NOW, with_models=True)
    assert list_models(engine) == []

    again = desk.give(sales(60))
    assert not again.delivered.is_new
    stored = dataset(engine, "sales")
    version = latest_version(engine, stored.id, is_prepared=False)
    assert prepare_version(engine, desk.platform.drm, version.id).rows_out == rows
    assert {each.spec.config.dataset for each in list_models(engine)} == {"sales"}
