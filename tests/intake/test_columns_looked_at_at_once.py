"""What is seen of many cells by one look is what each of them shows."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.numerals import tally_of
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, understand

# cell -> (which decimal sign it shows, whether it is a code)
SHOWN = {
    "7": ("", False),
    "-12": ("", False),
    "0": ("", False),
    "12.5": (".", False),
    "-0.250": (".", False),
    "0.125": (".", False),
    "1.234": ("1.234", False),
    "-17.000": ("1.234", False),
    "1234.567": (".", False),
    "007": ("", True),
}


@pytest.mark.parametrize("others", [[], ["1,5"]])
@pytest.mark.parametrize("left_out", SHOWN)
def test_signs_of_plain_numbers_are_counted_as_those_of_each(
    left_out: str, others: list[str]
) -> None:
    """Another sign in the column has each cell looked at by itself."""
    shown = {cell: found for cell, found in SHOWN.items() if cell != left_out}
    cells = [cell for times, cell in enumerate(shown, start=1) for _ in range(times)]
    tally = tally_of(Cells([[*cells, "", "", *others]]))
    votes: dict[str, int] = dict.fromkeys(("", ".", "1.234", ","), 0)
    for cell in cells:
        votes[shown[cell][0]] += 1
    votes[","] += len(others)
    assert {sign: tally.votes[sign] for sign in votes} == votes
    assert (tally.known, tally.numbers) == (len(cells) + len(others),) * 2
    assert tally.units[""] == tally.known
    assert tally.has_code == any(found[1] for found in shown.values())


def test_signs_are_counted_in_every_block_of_many_different_numbers() -> None:
    texts = [f"{n}.{n % 10}" if n % 4 else f"{n}" for n in range(50_000)]
    tally = tally_of(Cells(texts[first : first + 10_000] for first in range(0, 50_000, 10_000)))
    assert (tally.known, tally.numbers, tally.votes["."], tally.votes[""]) == (
        *(50_000, 50_000),
        *(37_500, 12_500),
    )


def test_a_cell_of_two_lines_is_no_number() -> None:
    tally = tally_of(Cells([["1\n2", "1", "2"]]))
    assert (tally.known, tally.numbers) == (3, 2)


@pytest.mark.parametrize("first", ["2026-01-{:02}", "{:02}/01/2026", "{} January 2026"])
@pytest.mark.parametrize(("others", "is_found"), [(0, True), (7, True), (8, False)])
@pytest.mark.parametrize("are_last", [True, False])
def test_a_form_is_that_of_four_fifths_of_the_different_cells(
    first: str, others: int, is_found: bool, are_last: bool
) -> None:
    dates = [first.format(day) for day in range(1, 29)]
    strange = [f"none {n}" for n in range(others)]
    cells = [*dates, *strange] if are_last else [*strange, *dates]
    found = form_of(cells, "UTC", takes_weak=False)
    assert (found is not None) == is_found
    if found is not None:
        assert (found.unread, found.of) == (others, 28 + others)


@pytest.mark.parametrize(
    ("numbers", "measures"),
    [
        ([*map(str, range(1, 39)), "", ""], ["sales"]),
        ([*map(str, range(1, 39)), "38", "38"], ["count", "sales"]),
    ],
    ids=["some rows have none", "some come again"],
)
def test_numbers_of_rows_are_no_figure(
    tmp_path: Path, numbers: list[str], measures: list[str]
) -> None:
    path = tmp_path / "shop.csv"
    lines = [
        f"{number},{date(2026, 1, 1) + timedelta(days=place)},{100 + place * 7 % 13}"
        for place, number in enumerate(numbers)
    ]
    path.write_text("\n".join(["count,day,sales", *lines]) + "\n")
    found = understand(read_file(path), Given(), "UTC", refuse_to_guess)
    assert [each.column.name for each in found.measures] == measures
