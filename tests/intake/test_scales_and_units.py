"""What stands behind a number multiplies it, or is its unit: 15 mn are minutes in French, and millions of money."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from iop_pipelines.intake.numerals import SCALES, Tally, numeral_of, plain_number

# What the same letters are every day, in English, French or German.
UNITS: Mapping[str, str] = {
    "K": "kelvin",
    "M": "months",
    "m": "metres, minutes",
    "B": "bytes",
    "mn": "minutes",
    "md": "days of work",
    "mld": "millions of litres a day",
    "Mio": "mebibytes",
    "mio": "mebibytes",
}
FACTORS: Mapping[int, Sequence[str]] = {
    10**3: ("k", "K", "Tsd.", "Tsd", "tys.", "thousand"),
    10**6: ("M", "m", "Mio.", "Mio", "mio", "mn", "mln", "million", "millions"),
    10**9: ("B", "bn", "Mrd.", "Mrd", "mld", "md", "billion", "milliard"),
}
ALL = [(scale, factor) for factor, scales in FACTORS.items() for scale in scales]


def read(*cells: str) -> list[str | None] | None:
    """The numbers of a column; None where it is text."""
    tally = Tally()
    tally.add(Counter(cells))
    numeral = numeral_of(tally, ".")
    return None if numeral is None else [plain_number(cell, numeral) for cell in cells]


def test_every_scale_is_in_this_table() -> None:
    assert dict(ALL) == SCALES


@pytest.mark.parametrize(("scale", "factor"), ALL)
def test_what_is_a_unit_as_well_multiplies_nothing_alone(scale: str, factor: int) -> None:
    numbers = read(f"15 {scale}", f"20 {scale}", f"25 {scale}")
    expected = [str(number * factor) for number in (15, 20, 25)]
    assert numbers == (None if scale in UNITS else expected)


@pytest.mark.parametrize(("scale", "factor"), ALL)
def test_every_scale_multiplies_money(scale: str, factor: int) -> None:
    assert read(f"15 {scale} €", f"20 {scale} €") == [str(15 * factor), str(20 * factor)]
    assert read(f"$15 {scale}", f"$20 {scale}") == [str(15 * factor), str(20 * factor)]


@pytest.mark.parametrize(("scale", "factor"), ALL)
def test_every_scale_multiplies_beside_another(scale: str, factor: int) -> None:
    other = 10**6 if factor == 10**3 else 10**3
    beside = {10**3: "K", 10**6: "M"}[other]
    assert read(f"1.5 {scale}", f"20 {beside}") == [str(15 * factor // 10), str(20 * other)]


def test_sizes_of_files_are_no_billions() -> None:
    assert read("512B", "12K", "3.4M") is None
    assert read("850", "512B", "12K") == ["850", "512000000000", "12000"]
