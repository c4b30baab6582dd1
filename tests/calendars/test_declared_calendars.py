"""Calendars in declarations: what is wrong is told with its line, what is right is kept with the declaration."""

from datetime import date
from pathlib import Path

import pytest

from iop_pipelines.calendars.days import Calendar, Day
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.declarations import load_declaration

BASE = """\
name: sales
source: sales_export
time: day
freq: D
key: [day]
fields:
  day: {type: date, nullable: false}
  amount: {type: number}
steps:
  - {kind: cast, columns: {day: {to: date, required: true}, amount: {to: number}}}
measures:
  sales: {kind: sum, field: amount}
calendar:
  countries:
    - country: AU
      subdivision: VIC
      categories: [public, bank]
    - {country: NG}
  events:
    - {name: Fair, dates: ["2024-05-10"], days: 2}
    - {name: Stock-taking, every: {weekday: fri, nth: last}}
    - csv: fairs.csv
  opening_days: [mon, tue]
  pay_day: last_open
"""
FAIRS = "date,name,end\n2024-06-01,Book fair,2024-06-03\n2024-09-01,Trade fair,\n"
# (line, what stands there, what is written instead, part of what is said)
MISTAKES = [
    (15, "country: AU", "country: UA", None),
    (15, "country: AU", "country: XY", "no holidays of a country 'XY'"),
    (15, "country: AU", "country: Australia", "two capital letters"),
    (16, "subdivision: VIC", "subdivision: Vic", "VIC, Victoria"),
    (17, "[public, bank]", "[public, bnak]", "did you mean 'bank'"),
    (18, "country: NG", "country: NG, subdivision: Lagos", "leave it out"),
    (20, '["2024-05-10"]', '["10.05.2024"]', "date"),
    (20, "days: 2", "days: 0", "at least 1"),
    (20, 'dates: ["2024-05-10"]', "dates: []", "give dates, every or csv"),
    (20, "name: Fair, ", "", "has no name"),
    (21, "nth: last", "nth: 6", "can be"),
    (21, ", nth: last", "", "give day, or weekday and nth"),
    (21, "weekday: fri, nth: last", "month: 2, day: 30", "at most 29 days"),
    (21, "every:", 'dates: ["2024-01-01"], every:', "leave one"),
    (22, "csv: fairs.csv", "csv: fiars.csv", "'fiars.csv'"),
    (22, "csv: fairs.csv", "csv: ../fairs.csv", "beside the declaration"),
    (23, "[mon, tue]", "[mon, die]", "can be"),
    (24, "last_open", "last_opened", "last_open"),
    (24, "pay_day", "payday", "pay_day"),
]


def write(folder: Path, line: int = 1, there: str = "", instead: str = "") -> Path:
    lines: list[str] = list(BASE.splitlines())
    assert there in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(there, instead)
    (folder / "fairs.csv").write_text(FAIRS)
    path = folder / "sales.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_calendar_is_read_and_kept_with_its_declaration(tmp_path: Path) -> None:
    declaration = load_declaration(write(tmp_path))
    stored = declaration.model_dump(mode="json")
    again = DatasetDeclaration.model_validate(stored)
    assert again == declaration
    assert again.calendar is not None
    days = Calendar(again.calendar).between(date(2024, 5, 1), date(2024, 9, 30))
    assert days[date(2024, 5, 11)] == Day("Fair", "event", nth=2)
    assert days[date(2024, 6, 3)] == Day("Book fair", "event", nth=3)
    assert days[date(2024, 9, 1)] == Day("Trade fair", "event")
    assert days[date(2024, 7, 26)] == Day("Stock-taking", "event")


def test_a_declaration_without_a_calendar_has_none(tmp_path: Path) -> None:
    path = tmp_path / "sales.yaml"
    path.write_text(BASE.partition("calendar:")[0])
    assert load_declaration(path).calendar is None


@pytest.mark.parametrize(("line", "there", "instead", "said"), MISTAKES)
def test_what_is_wrong_is_told_with_its_line(
    line: int, there: str, instead: str, said: str | None, tmp_path: Path
) -> None:
    path = write(tmp_path, line, there, instead)
    with pytest.raises(InvalidDeclaration) as refused:
        load_declaration(path)
    told = str(refused.value)
    # Ukraine is a country, but has no state of Victoria.
    expected = "no subdivision 'VIC'" if said is None else said
    assert expected in told
    at = line + 1 if said is None else line
    assert f"sales.yaml, line {at}:" in told


@pytest.mark.parametrize(
    ("fairs", "said"),
    [
        ("date,title\n2024-06-01,Book fair\n", "no column 'name'"),
        ("date,name\n01.06.2024,Book fair\n", "fairs.csv, line 2: date"),
        ("date,name\n2024-06-01,\n", "fairs.csv, line 2: name"),
        ("date,name,end\n2024-06-03,Book fair,2024-06-01\n", "fairs.csv, line 2"),
    ],
)
def test_what_is_wrong_in_a_file_of_events_is_told_with_its_line_too(
    fairs: str, said: str, tmp_path: Path
) -> None:
    path = write(tmp_path)
    (tmp_path / "fairs.csv").write_text(fairs)
    with pytest.raises(InvalidDeclaration) as refused:
        load_declaration(path)
    assert said in str(refused.value)
    assert "sales.yaml, line 22:" in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, 16, "VIC", "Vic")
    path.write_text(path.read_text().replace("country: NG", "country: ZZ"))
    with pytest.raises(InvalidDeclaration) as refused:
        load_declaration(path)
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "sales.yaml, line 16",
        "sales.yaml, line 18",
    ]


def test_without_its_file_a_list_of_events_is_refused() -> None:
    import yaml

    with pytest.raises(ValueError, match="beside it"):
        DatasetDeclaration.model_validate(yaml.safe_load(BASE))
