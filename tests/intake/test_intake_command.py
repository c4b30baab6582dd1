"""`iop intake`: what is watched is declared in a file, shown, looked at, paused and forgotten."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iop_pipelines.cli import main
from iop_pipelines.orchestration.launch import migrate_instance
from iop_pipelines.orchestration.supervisor import exclusive
from iop_pipelines.settings import Settings

HEAD = "Tag;Filiale;Umsatz\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder whose larger file tells day from month, and whose smaller one does not."""
    folder = tmp_path / "Shop sales"
    folder.mkdir()
    rows = [f"{d:02}/{m:02}/2026;A;{d * m},5\n" for m in (1, 2) for d in range(1, 29)]
    (folder / "first.csv").write_text(HEAD + "".join(rows))
    (folder / "second.csv").write_text(HEAD + "01/03/2026;A;7,5\n02/03/2026;A;8,5\n")
    return folder


def run(home: Path, *arguments: str | Path, answers: str | None = None) -> Result:
    words = ["intake", *map(str, arguments), "--home", str(home)]
    return CliRunner().invoke(main, words, input=answers)


def shown(home: Path, *arguments: str | Path) -> dict:
    found = run(home, *arguments, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_a_folder_is_watched_as_its_largest_file_is_understood(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert shown(home, "add", shop)["dataset"] == "shop_sales"
    declared = (tmp_path / "iop-datasets" / "shop_sales" / "intake.yaml").read_text()
    assert "form: day/month/year" in declared
    assert "decimal: ','" in declared
    (listed,) = shown(home, "list")
    assert (listed["dataset"], listed["where"], listed["state"]) == (
        "shop_sales",
        str(shop),
        "watched",
    )


def test_nothing_is_made_where_somebody_says_no(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    asked = run(home, "add", shop, answers="n\n")
    assert asked.exit_code == 1
    assert "Filiale" in asked.output
    assert not home.exists()


def test_start_goes_on_to_watch_what_it_loaded(shop: Path, tmp_path: Path) -> None:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home")})
    migrate_instance(settings)
    words = ["start", str(shop), "--watch", "--yes", "--home", str(settings.home)]
    # Of an instance that runs already.
    with exclusive(settings):
        done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    (listed,) = shown(settings.home, "list")
    assert (listed["where"], listed["state"]) == (str(shop), "watched")


def test_what_is_two_datasets_is_not_watched_as_one(shop: Path, tmp_path: Path) -> None:
    (shop / "other.csv").write_text(
        "day,visits\n" + "".join(f"2026-01-{d:02},{d}\n" for d in range(1, 29))
    )
    words = ["start", str(shop), "--watch", "--yes", "--home", str(tmp_path / "home")]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 1
    assert "one dataset is watched at a time" in told.output
    assert not (tmp_path / "home").exists()


def test_a_look_by_hand_shows_how_each_item_stands(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shown(home, "add", shop)
    looked = shown(home, "check", "shop_sales")
    assert (looked["new"], looked["queued"]) == (2, 0)
    assert {each["item"]: each["status"] for each in looked["items"]} == {
        "first.csv": "waiting",
        "second.csv": "waiting",
    }
    told = run(home, "check", "shop_sale")
    assert told.exit_code == 1
    assert "did you mean 'shop_sales'" in told.output


def test_the_list_of_datasets_says_what_was_not_delivered(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shown(home, "add", shop)
    for path in shop.iterdir():
        path.unlink()
    shown(home, "check", "shop_sales")
    listed = CliRunner().invoke(main, ["dataset", "list", "--home", str(home)])
    assert listed.exit_code == 0, listed.output
    assert f"there is no file at {shop}" in listed.output.replace("\n", " ")


def test_what_is_paused_or_removed_is_not_looked_at(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shown(home, "add", shop)
    shown(home, "pause", "shop_sales")
    assert shown(home, "list")[0]["state"] == "paused"
    assert shown(home, "check", "shop_sales")["new"] == 0
    shown(home, "resume", "shop_sales")
    assert shown(home, "check", "shop_sales")["new"] == 2
    shown(home, "remove", "shop_sales")
    assert shown(home, "list") == []


def test_an_edited_file_is_what_counts_and_its_errors_name_their_line(
    shop: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shown(home, "add", shop)
    path = tmp_path / "iop-datasets" / "shop_sales" / "intake.yaml"
    text = path.read_text()
    path.write_text(text.replace("every_s: 5", "every_s: 60"))
    shown(home, "add", path)
    assert shown(home, "add", shop)["dataset"] == "shop_sales"
    assert "every_s: 60" in path.read_text()

    path.write_text(text.replace("form: day/month/year", "form: day/month"))
    line = next(n for n, each in enumerate(path.read_text().splitlines(), 1) if "form:" in each)
    told = run(home, "add", path)
    assert told.exit_code == 1
    assert f"intake.yaml, line {line}" in told.output
    assert "day/month/year" in told.output

    path.write_text(text.replace("where:", "wher:"))
    told = run(home, "add", path)
    assert "a source has no 'wher'" in told.output
