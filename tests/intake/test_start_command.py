"""`iop start` as a new user runs it: what it prints, what it asks, and the way to the first own recommendation."""

import csv
import gzip
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iop_pipelines.cli import main

DATA = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data" / "nyc_flights_daily.csv.gz"


def run(*arguments: str | Path, answers: str | None = None) -> Result:
    return CliRunner().invoke(main, ["start", *map(str, arguments)], input=answers)


@pytest.fixture
def ambiguous(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    rows = [
        f"{day:02}/{month:02}/2026,{day + month}" for month in range(1, 13) for day in range(1, 13)
    ]
    path.write_text("\n".join(["date,value", *rows]))
    return path


@pytest.fixture
def cancellations(tmp_path: Path) -> Path:
    """Cancelled flights a day and airport; the storm of February stands out by far."""
    sums: dict[tuple[str, str], int] = {}
    with gzip.open(DATA, "rt") as lines:
        for row in csv.DictReader(lines):
            key = row["date"], row["origin"]
            sums[key] = sums.get(key, 0) + int(row["cancelled"])
    path = tmp_path / "cancelled.csv"
    body = (
        f"{'/'.join(reversed(day.split('-')))};{who};{n}" for (day, who), n in sorted(sums.items())
    )
    path.write_text("\n".join(["Day;Airport;Cancelled", *body, f"Total;;{sum(sums.values())}"]))
    return path


def test_a_dry_run_shows_what_was_understood_and_makes_nothing(
    cancellations: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shown = run(cancellations, "--dry-run", "--home", home)
    assert shown.exit_code == 0, shown.output
    for said in (
        "Day, 2013-01-01 to 2013-12-31",
        "a day",
        "Airport: 3",
        "Left out: 1",
        "line 1097: Total",
    ):
        assert said in shown.output
    assert not home.exists()
    assert not (tmp_path / "iop-datasets").exists()


def test_what_only_a_person_knows_is_asked_once_and_the_answer_counts(
    ambiguous: Path, tmp_path: Path
) -> None:
    for answer, first in (("1", "2026-01-02"), ("2", "2026-02-01")):
        shown = run(ambiguous, "--dry-run", "--home", tmp_path / "home", answers=f"{answer}\n")
        assert shown.exit_code == 0, shown.output
        assert shown.output.count("day or month first?") == 1
        assert first in shown.output


def test_without_anybody_to_ask_it_ends_with_the_option_that_answers(
    ambiguous: Path, tmp_path: Path
) -> None:
    for options in (["--yes"], ["--json"]):
        shown = run(ambiguous, *options, "--home", tmp_path / "home")
        assert shown.exit_code == 1
        assert "--dates day-first" in shown.output
    told = run(
        ambiguous, "--json", "--dry-run", "--dates", "month-first", "--home", tmp_path / "home"
    )
    assert json.loads(told.output)["understood"][0]["last"] == "2026-12-12T00:00:00"


def test_who_says_no_has_nothing_loaded(cancellations: Path, tmp_path: Path) -> None:
    shown = run(cancellations, "--home", tmp_path / "home", answers="n\n")
    assert shown.exit_code == 0, shown.output
    assert not (tmp_path / "home").exists()


def test_two_tables_of_one_name_are_refused_before_anything_is_made(
    cancellations: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "cancelled.csv"
    other.parent.mkdir()
    other.write_text("when,passengers\n" + "".join(f"2026-01-{n:02},{n}\n" for n in range(1, 20)))
    shown = run(cancellations, other, "--yes", "--home", tmp_path / "home")
    assert shown.exit_code == 1
    assert "each with --name" in shown.output
    assert not (tmp_path / "home").exists()


@pytest.mark.timeout(600)
def test_one_command_leads_from_a_file_to_advice_of_its_own(
    cancellations: Path, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    iop = Path(sys.executable).with_name("iop")
    command = [iop, "start", cancellations, "--once", "--json"]
    options = ["--home", tmp_path / "home", "--port", str(port)]
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("IOP_", "DATABASE_URL"))
    }
    done = subprocess.run(
        [*map(str, command), *map(str, options)],
        capture_output=True,
        text=True,
        env=env,
        timeout=540,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["problems"] == []
    assert found["loaded"][0]["rows"] == 1095
    assert any("Cancelled" in title for title in found["recommendations"])
    folder = tmp_path / "iop-datasets" / "cancelled"
    assert {path.name for path in folder.iterdir()} == {
        "dataset.yaml",
        "models",
        "dashboard.yaml",
        "report.yaml",
    }
