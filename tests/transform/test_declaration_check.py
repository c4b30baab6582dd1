"""`iop dataset check`: all that is wrong of a file at once, with its lines, and nothing that only follows from it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from iop_pipelines.cli.main import main
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.declarations import DEMO_DATASETS, load_declaration

BASE = """\
name: sales
version: 1
source: sales_export
time: day
freq: D
time_zone: Africa/Lagos
key: [day, shop]
fields:
  day: {type: date, nullable: false}
  shop: {type: string, nullable: false}
  amount: {type: number}
  doubled: {type: number}
steps:
  - kind: cast
    columns:
      day: {to: date, required: true}
      shop: {to: string, required: true}
      amount: {to: number, decimal: ","}
  - kind: deduplicate
    key: [day, shop]
  - kind: derive
    columns:
      doubled: {value: {multiply: [{field: amount}, 2]}}
measures:
  sales: {kind: sum, field: amount}
"""
# (line, what stands there, what is written in its place, part of what is said)
MISTAKES = [
    (1, "name: sales", "name: Sales", "small letters"),
    (2, "version: 1", "version: 0", "at least 1"),
    (4, "time: day", "time: dya", "'dya' is not among the fields"),
    (5, "freq: D", "freq: daily", "can be"),
    (6, "time_zone: Africa/Lagos", "time_zone: Lagos", "IANA"),
    (7, "key: [day, shop]", "key: [day, shpo]", "'shpo' is not among the fields"),
    (11, "amount: {type: number}", "amount: {type: money}", "can be"),
    (12, "doubled: {type: number}", "doubled: {type: integer}", "leaves it as number"),
    (14, "kind: cast", "kind: casts", "casts"),
    (16, "day: {to: date,", "day: {to: date, decimal: '.',", "decimal is for"),
    (16, "day: {to: date,", "day: {to: date, formats: ['%d.%m'],", "%Y"),
    (17, "shop: {to: string,", "shop: {to: string, minimum: 1,", "bounds"),
    (18, 'decimal: ","', 'decimal: ","; thousands: ","'.replace(";", ","), "both"),
    (18, 'decimal: ","', 'decimals: ","', "decimal"),
    (20, "    key: [day, shop]", "    key: [day, shpo]", "'shpo'"),
    (23, "{field: amount}", "{field: amuont}", "'amuont'"),
    (23, "multiply", "multipyl", "an expression is"),
    (25, "field: amount}", "field: amuont}", "'amount'"),
    (25, "kind: sum", "kind: total", "total"),
]


def write(folder: Path, *mistakes: tuple[int, str, str, str]) -> Path:
    lines: list[str] = list(BASE.splitlines())
    for line, there, instead, _ in mistakes:
        assert there in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(there, instead)
    path = folder / "sales.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def told(path: Path) -> list[str]:
    with pytest.raises(InvalidDeclaration) as refused:
        load_declaration(path)
    return str(refused.value).splitlines()


def test_the_file_without_a_mistake_is_in_order(tmp_path: Path) -> None:
    load_declaration(write(tmp_path))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each[2][:30])
def test_one_mistake_is_told_with_its_line_and_alone(
    tmp_path: Path, mistake: tuple[int, str, str, str]
) -> None:
    (said,) = told(write(tmp_path, mistake))
    assert said.startswith(f"sales.yaml, line {mistake[0]}: ")
    assert mistake[3] in said


@pytest.mark.parametrize("first", MISTAKES, ids=lambda each: each[2][:30])
def test_any_two_mistakes_of_different_lines_are_told_together(
    tmp_path: Path, first: tuple[int, str, str, str]
) -> None:
    for second in MISTAKES:
        # After a step of a kind that is not known, nothing is known of what it leaves.
        is_hidden = 14 in (first[0], second[0]) and max(first[0], second[0]) > 14
        if second[0] <= first[0] or is_hidden:
            continue
        lines = [
            re.match(r"sales\.yaml, line (\d+): ", each)
            for each in told(write(tmp_path, first, second))
        ]
        found = {int(each[1]) for each in lines if each is not None}
        assert found == {first[0], second[0]}, (first, second)


def test_all_mistakes_that_do_not_hide_each_other_are_told_in_one_list(tmp_path: Path) -> None:
    chosen = {line: each for each in MISTAKES if (line := each[0]) != 14}
    found = [
        int(each.split("line ")[1].split(":")[0])
        for each in told(write(tmp_path, *chosen.values()))
    ]
    assert sorted(set(found)) == sorted(chosen)


def test_the_command_says_what_is_wrong_and_ends_with_an_error(tmp_path: Path) -> None:
    iop, home = CliRunner(), str(tmp_path / "home")
    path = write(tmp_path, MISTAKES[3], MISTAKES[17])
    env = {"IOP_HOME": home}
    result = iop.invoke(main, ["dataset", "check", str(path)], env=env)
    assert result.exit_code != 0
    assert "sales.yaml, line 5: freq" in result.output
    assert "sales.yaml, line 25: measures.sales.field" in result.output
    done = iop.invoke(main, ["dataset", "check", str(write(tmp_path))], env=env)
    assert (done.exit_code, "is in order" in done.output) == (0, True)
    # Nothing was made, not even an instance.
    assert not Path(home).exists()


@pytest.mark.parametrize("path", sorted(DEMO_DATASETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_demos_declarations_are_in_order(path: Path) -> None:
    result = CliRunner().invoke(main, ["dataset", "check", str(path), "--json"])
    assert result.exit_code == 0, result.output
