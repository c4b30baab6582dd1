"""Files, folders and patterns as sources: what is there, in which order, and when it has changed."""

import os
from pathlib import Path

import pytest

from iop_pipelines.errors import InvalidInput, NotFound
from iop_pipelines.intake import local
from iop_pipelines.intake.sources import SourceSpec, open_source

TABLE = "day,n\n2026-01-01,1\n2026-01-02,2\n"


def names(where: Path | str) -> list[str]:
    return [item.name for item in open_source(SourceSpec(str(where))).items()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    seen = ("sales-10.csv", "sales-2.csv", "Archive.CSV.GZ", "a.json")
    unseen = (".hidden.csv", "~lock.csv", "b.csv.part", "c.csv~", "notes.md", "d.csv.crdownload")
    for name in (*seen, *unseen):
        (tmp_path / name).write_text(TABLE)
    (tmp_path / "older.csv").mkdir()
    (tmp_path / "older.csv" / "e.csv").write_text(TABLE)
    return tmp_path


def test_a_folder_is_its_tables_by_name_with_numbers_by_their_size(folder: Path) -> None:
    assert names(folder) == ["a.json", "Archive.CSV.GZ", "sales-2.csv", "sales-10.csv"]


def test_a_pattern_is_what_it_names_of_any_suffix(folder: Path) -> None:
    assert names(folder / "sales-*") == ["sales-2.csv", "sales-10.csv"]
    assert names(folder / "*.md") == ["notes.md"]
    assert names(folder / "**" / "*.csv") == ["e.csv", "sales-2.csv", "sales-10.csv"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    (folder / "sales [2].csv").write_text(TABLE)
    assert names(folder / "sales [2].csv") == ["sales [2].csv"]


def test_what_is_not_there_is_told_of(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "*.csv"):
        with pytest.raises(NotFound, match=r"there is no file at .* that holds a table"):
            names(where)
    with pytest.raises(NotFound, match=r"there is no file .*missing\.csv"):
        names(tmp_path / "missing.csv")


def test_more_files_than_can_be_read_at_once_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MAX_FILES", 3)
    with pytest.raises(InvalidInput, match=r"holds 4 files, at most 3 .* 2026-\*\.csv"):
        names(folder)


def test_a_file_that_changes_keeps_its_identity_and_gets_another_fingerprint(folder: Path) -> None:
    source = open_source(SourceSpec(str(folder / "a.json")))
    (before,) = source.items()
    assert source.items() == [before]
    os.utime(folder / "a.json", ns=(0, 1))
    (touched,) = source.items()
    (folder / "a.json").write_text(TABLE + "2026-01-03,3\n")
    (after,) = source.items()
    assert before.identity == touched.identity == after.identity
    assert len({before.fingerprint, touched.fingerprint, after.fingerprint}) == 3


def test_an_item_is_read_as_the_file_is_now(folder: Path) -> None:
    source = open_source(SourceSpec(f"file://{folder}"))
    item = source.items()[2]
    (folder / "sales-2.csv").write_text(TABLE + "2026-01-03,3\n")
    assert len(source.read(item).lines) == 4


def test_a_declared_source_is_written_and_read_without_what_is_not_given() -> None:
    for spec in (SourceSpec("a.csv"), SourceSpec("book.xlsx", sheet="Flights")):
        assert SourceSpec.from_mapping(spec.as_mapping()) == spec
    assert SourceSpec("a.csv").as_mapping() == {"where": "a.csv"}
