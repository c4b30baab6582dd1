"""A ledger row to a file in the store, on real templates of the demo too."""

import csv
import hashlib
import io
import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlparse

import fsspec
import pytest
import sqlalchemy as sa
import yaml
from python_calamine import CalamineWorkbook

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.sentences import text_of
from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.errors import NotFound, Unavailable
from iop_pipelines.query import config as form
from iop_pipelines.query import reading
from iop_pipelines.query.run import check_query
from iop_pipelines.reporting import generate as generating
from iop_pipelines.reporting import render as rendering
from iop_pipelines.reporting.frozen import held, thaw
from iop_pipelines.reporting.generate import generate, store
from iop_pipelines.reporting.render import render
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    datasets,
    generated_reports,
    recommendations,
    report_templates,
)
from iop_pipelines.settings import Settings

DEMO = Path(__file__).parents[2] / "iop_pipelines" / "demo"
NOW = datetime(2013, 2, 12, 15)
CONFIG = {
    "version": 2,
    "source": "recommendations",
    "where": {"field": "created_at", "op": "in_period", "value": "yesterday"},
    "datasets": {"open": {"select": [{"field": "id"}, {"field": "title"}, {"field": "severity"}]}},
}


@pytest.fixture
def engine(migrated_url) -> sa.Engine:
    engine = engine_for(migrated_url)
    drm_metadata.create_all(engine)
    with begin_write(engine) as connection:
        connection.execute(
            recommendations.insert(),
            [
                {
                    "title": f"on the {day}th",
                    "category": "anomaly",
                    "fingerprint": str(day),
                    "created_at": datetime(2013, 2, day, 12),
                }
                for day in (9, 10, 11)
            ],
        )
        for path in (DEMO / "datasets").glob("*.yaml"):
            declaration = DatasetDeclaration.model_validate(
                yaml.safe_load(path.read_text(encoding="utf-8"))
            )
            connection.execute(
                datasets.insert().values(
                    name=declaration.name,
                    source=declaration.source,
                    version=declaration.version,
                    declaration=declaration.model_dump(mode="json"),
                )
            )
    return engine


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.from_env({"IOP_HOME": str(tmp_path / "home of IOP")})


def ask(engine, *, slot=None, schedule=None, form="csv") -> int:
    with begin_write(engine) as connection:
        template = connection.execute(
            report_templates.insert().values(
                name="Open", query_config=CONFIG, format=form, schedule=schedule
            )
        ).inserted_primary_key
        report = connection.execute(
            generated_reports.insert().values(template_id=template[0], slot=slot)
        ).inserted_primary_key
    return report[0]


def file_of(url: str) -> Path:
    assert url.startswith("file://")
    return Path(unquote(urlparse(url).path))


def test_a_report_is_a_file_whose_size_rows_and_checksum_are_true(engine, settings):
    made = generate(engine, engine, settings, ask(engine), now=NOW)
    path = file_of(made.storage_url)
    content = path.read_bytes()
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert rows == [["id", "title", "severity"], ["3", "on the 11th", "info"]]
    assert (made.row_count, made.size_bytes) == (1, len(content))
    assert made.checksum == hashlib.sha256(content).hexdigest()
    assert made.duration_ms >= 0
    assert len(path.stem) >= 32
    # The result it was made from lies beside it; nothing half-written does, and the ledger row is the orchestration's.
    (kept,) = made.files
    result = file_of(kept["url"]).read_bytes()
    assert (kept["form"], kept["checksum"]) == ("parquet", hashlib.sha256(result).hexdigest())
    (table,) = held(thaw(io.BytesIO(result)).result).tables
    assert table.rows == ((3, "on the 11th", "info"),)
    there = {file.name for file in path.parent.iterdir()}
    assert there == {path.name, file_of(kept["url"]).name}
    with engine.connect() as connection:
        assert connection.scalar(sa.select(generated_reports.c.status)) == "pending"


def test_a_file_holds_the_whole_or_says_of_how_many_rows_it_holds_some(engine, settings):
    report = ask(engine)
    main = {"select": [{"field": "title"}]}
    config = {"version": 2, "source": "recommendations", "datasets": {"main": main}}
    columns = [recommendations.c[name] for name in ("title", "category", "severity", "status")]
    again = recommendations.insert().from_select(columns, sa.select(*columns))
    with begin_write(engine) as connection:
        first = connection.scalar(sa.select(sa.func.min(recommendations.c.id)))
        connection.execute(recommendations.delete().where(recommendations.c.id != first))
        # Doubled thirteen times: more than one batch of rows.
        for _ in range(13):
            connection.execute(again)
        connection.execute(report_templates.update().values(query_config=config))

    whole = generate(engine, engine, settings, report, now=NOW)
    with begin_write(engine) as connection:
        limited = {**config, "datasets": {"main": {**main, "limit": 1_000}}}
        connection.execute(report_templates.update().values(query_config=limited))
    cut = generate(engine, engine, settings, report, now=NOW)

    lines = [len(file_of(made.storage_url).read_bytes().splitlines()) for made in (whole, cut)]
    assert lines == [1 + 8_192, 1 + 1_000]
    assert (whole.row_count, whole.row_total, whole.remark) == (8_192, 8_192, None)
    assert (cut.row_count, cut.row_total) == (1_000, 8_192)
    assert text_of(cut.remark) == "1,000 of 8,192 rows"


def _of_two_tables(engine, **outputs) -> int:
    """A report of three rows and their number, whose CSV is of the second table."""
    report = ask(engine)
    tables = {
        "summary": {"select": [{"agg": "count", "as": "n"}]},
        "detail": {"select": [{"field": "title"}], "sort": [{"by": "title"}]},
    }
    config = {"version": 2, "source": "recommendations", "datasets": tables}
    named = {"csv": {"dataset": "detail", "profile": "raw"}, **outputs}
    with begin_write(engine) as connection:
        connection.execute(
            report_templates.update().values(query_config={**config, "outputs": named})
        )
    return report


def test_any_file_can_be_made_later_whatever_tables_the_first_has(engine, settings):
    made = generate(engine, engine, settings, _of_two_tables(engine), now=NOW)
    assert file_of(made.storage_url).read_text() == "title\non the 10th\non the 11th\non the 9th\n"
    (kept,) = made.files
    frozen = thaw(io.BytesIO(file_of(kept["url"]).read_bytes()))
    in_json, book = io.BytesIO(), io.BytesIO()
    render(frozen, FileFormat.JSON, in_json)
    assert json.loads(in_json.getvalue())["rows"] == [[3]]
    render(frozen, FileFormat.XLSX, book)
    book.seek(0)
    sheets = CalamineWorkbook.from_filelike(book)
    assert sheets.sheet_names == ["Filters used", "Summary", "Detail"]
    assert len(sheets.get_sheet_by_name("Detail").to_python()) == 1 + 3


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
def test_a_page_that_is_cut_says_so_and_cuts_no_other_file(engine, settings, monkeypatch):
    report = _of_two_tables(engine, files=["pdf"], pdf={"tables": ["detail"]})
    for module in (rendering, form):
        monkeypatch.setattr(module, "MAX_LIMIT", 2)
    made = generate(engine, engine, settings, report, now=NOW)
    assert len(file_of(made.storage_url).read_text().splitlines()) == 1 + 3
    assert (made.row_count, made.row_total) == (3, 3)
    assert text_of(made.remark) == "PDF: 2 of 3 rows"


def test_an_old_slot_gives_the_old_period(engine, settings):
    report = ask(engine, slot=datetime(2013, 2, 11, 11), form="json")
    made = generate(engine, engine, settings, report, now=NOW)
    read = json.loads(file_of(made.storage_url).read_bytes())
    assert [row[1] for row in read["rows"]] == ["on the 10th"]
    assert read["meta"]["asOf"] == "2013-02-11T11:00:00Z"


def test_periods_are_those_of_the_zone_of_the_schedule(engine, settings):
    # 12:00 UTC on the 11th is already the 12th in Kiritimati.
    report = ask(engine, schedule="daily 06:00 Pacific/Kiritimati", form="json")
    made = generate(engine, engine, settings, report, now=NOW)
    read = json.loads(file_of(made.storage_url).read_bytes())
    assert read["meta"]["timeZone"] == "Pacific/Kiritimati"
    assert [row[1] for row in read["rows"]] == ["on the 11th"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_report_tells_at_every_statement_part_of_its_rows_and_stage(
    engine, settings, monkeypatch, form
):
    monkeypatch.setattr(reading, "ROWS_A_BATCH", 2)
    report = ask(engine, form=form)
    with begin_write(engine) as connection:
        whole = {**CONFIG, "where": None}
        connection.execute(report_templates.update().values(query_config=whole))
    heard: list[str] = []
    for name in ("freeze", "render", "store"):
        work = getattr(generating, name)
        monkeypatch.setattr(
            generating, name, lambda *given, w=work, n=name: (heard.append(n), w(*given))[1]
        )

    made = generate(engine, engine, settings, report, now=NOW, tick=partial(heard.append, "told"))

    assert made.row_count == 3
    # The statement is told, then two rows and one as they are kept; each stage that follows.
    reading_them = ["told", "freeze", *["told"] * 3]
    assert heard == [*reading_them, "told", "render", "told", "store", "store"]


def test_every_file_has_a_name_of_its_own_and_a_store_that_fills_up_keeps_none(
    engine, settings, monkeypatch
):
    report = ask(engine)
    with begin_write(engine) as connection:
        further = {**CONFIG, "outputs": {"files": ["csv", "xlsx", "json"]}}
        connection.execute(report_templates.update().values(query_config=further))
    made = generate(engine, engine, settings, report, now=NOW)
    urls = [made.storage_url, *(each["url"] for each in made.files)]
    assert [Path(url).suffix for url in urls] == [".csv", ".xlsx", ".json", ".parquet"]
    folder = file_of(made.storage_url).parent
    there = set(folder.iterdir())
    assert there == {file_of(url) for url in urls}

    def only_small(url: str, content: BinaryIO, extension: str) -> str:
        if extension == "parquet":
            raise Unavailable("reports.store_refuses", url=url, error="disk full")
        return store(url, content, extension)

    monkeypatch.setattr(generating, "store", only_small)
    with pytest.raises(Unavailable, match="disk full"):
        generate(engine, engine, settings, report, now=NOW)
    assert set(folder.iterdir()) == there


def test_a_report_that_is_not_there_is_not_found(engine, settings):
    with pytest.raises(NotFound, match="no report has id 7"):
        generate(engine, engine, settings, 7, now=NOW)


def test_a_store_that_refuses_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(Unavailable, match="does not take a file"):
        store(f"file://{tmp_path / 'file'}", io.BytesIO(b"x"), "csv")


def test_a_store_that_refuses_is_named_without_its_password(monkeypatch):
    url = "ftp://iop:s3cr%2Ft@files.example/reports"

    class Files:
        def makedirs(self, path, exist_ok):
            raise OSError(f"530 not logged in at {url}")

        def rm_file(self, path):
            raise FileNotFoundError(path)

    monkeypatch.setattr(fsspec, "url_to_fs", lambda url: (Files(), "/reports"))
    with pytest.raises(Unavailable) as refused:
        store(url, io.BytesIO(b"x"), "csv")
    assert "s3cr" not in str(refused.value)
    assert str(refused.value).count("ftp://***@files.example/reports") == 2


def test_any_fsspec_store_takes_reports():
    assert store("memory://reports", io.BytesIO(b"x"), "csv").startswith("memory://")


@pytest.mark.parametrize(
    "path", sorted((DEMO / "templates").glob("*.yaml")), ids=lambda path: path.stem
)
def test_the_templates_of_the_demo_ask_for_what_its_datasets_have(engine, path):
    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    config = check_query(template["query_config"], engine, now=NOW)
    assert config.datasets
    assert parse_schedule(template["schedule"]).zone == "America/New_York"
    assert template["format"] in ("json", "csv", "pdf")


def test_the_demo_has_every_format_cadence_and_kind_of_chart():
    templates = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (DEMO / "templates").glob("*.yaml")
    ]
    assert {template["format"] for template in templates} == {"json", "csv", "pdf"}
    kinds = {parse_schedule(template["schedule"]).kind for template in templates}
    assert kinds == {"once", "daily", "weekly", "monthly", "cron"}
    (monthly,) = [t for t in templates if t["format"] == "pdf"]
    assert {chart["type"] for chart in monthly["query_config"]["charts"]} == {
        "bar",
        "line",
        "pie",
        "scatter",
    }
