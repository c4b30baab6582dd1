"""Whose public holidays hold is taken from a file that names a country, and offered where its money or words tell."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.cli.start import with_country
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.country import CountryFound, code_of, country_told
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, Understood, understand


def looked_at(
    folder: Path, labels: str, cells: str, *, told: str | None = None, days: int = 1
) -> Understood:
    """One row a day or, with `days`, each so many days."""
    first = date(2024, 1, 1)
    rows = [f"{first + days * timedelta(days=n)},{n % 7},{cells}" for n in range(60)]
    path = folder / "a.csv"
    path.write_text("\n".join([f"day,n,{labels}", *rows]))
    return understand(read_file(path), Given(country=told), "UTC", refuse_to_guess)


NAMED = {
    ("country", "Germany"): "DE",
    ("Land", "Deutschland"): "DE",
    ("Pays", "Allemagne"): "DE",
    ("Country Code", "DEU"): "DE",
    ("iso_country", "de"): "DE",
    ("Country", "United States"): "US",
    ("Country", "USA"): "US",
    ("Country", "DE-BY"): "DE-BY",
    ("Country,State", "Germany,Bayern"): "DE-BY",
    ("Country,State", "US,CA"): "US-CA",
    ("Land,Bundesland", "Österreich,Wien"): "AT-9",
    ("Country,State", "Germany,Elsewhere"): "DE",
    ("Country", "Kenya"): "KE",
    ("pays", "Côte d’Ivoire"): "CI",
}


@pytest.mark.parametrize(("labels", "cells"), NAMED)
def test_a_country_that_the_file_names_is_declared_and_said(
    labels: str, cells: str, tmp_path: Path
) -> None:
    found = looked_at(tmp_path, labels, cells)
    assert found.country.days is not None
    assert code_of(found.country.days) == NAMED[labels, cells]
    assert "intake.note_country" in [note.code for note in found.notes]
    content = declare(found, "UTC", datetime(2026, 1, 1)).dataset
    calendar = calendar_of(DatasetDeclaration.model_validate(content).calendar)
    assert calendar is not None


OFFERED: dict[tuple[str, str], Sequence[str | None]] = {
    ("sales (GBP)", "3.5"): ("GB", "currency"),
    ("sales,currency", "3.5,SEK"): ("SE", "currency"),
    ("Umsatz", "3.5"): ("DE", "language"),
    ("Montant", "3.5"): ("FR", "language"),
    # Of many countries, and of two languages.
    ("sales (EUR)", "3.5"): (None, None),
    ("Umsatz,Ventes", "3.5,4.5"): (None, None),
    ("sales", "3.5"): (None, None),
    # No country that there is, or several.
    ("country", "Atlantis"): (None, None),
}


@pytest.mark.parametrize(("labels", "cells"), OFFERED)
def test_money_and_words_only_offer_a_country(labels: str, cells: str, tmp_path: Path) -> None:
    found = looked_at(tmp_path, labels, cells)
    assert found.country.days is None
    assert (found.country.offered, found.country.because) == OFFERED[labels, cells]
    assert "calendar" not in declare(found, "UTC", datetime(2026, 1, 1)).dataset


def test_several_countries_name_none(tmp_path: Path) -> None:
    first = date(2024, 1, 1)
    rows = [f"{first + timedelta(days=n)},{who},{n % 7}" for n in range(60) for who in ("DE", "FR")]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["day,country,n", *rows]))
    found = understand(read_file(path), Given(), "UTC", refuse_to_guess)
    assert found.country == CountryFound()


def test_what_a_person_says_holds_against_the_file(tmp_path: Path) -> None:
    told = looked_at(tmp_path, "country", "Germany", told="fr").country
    assert (told.days is not None and code_of(told.days), told.column) == ("FR", None)
    assert looked_at(tmp_path, "country", "Germany", told="none").country.days is None


def test_months_have_no_calendar_and_nobody_is_asked(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "country", "Germany", days=365)
    assert found.country == CountryFound(matters=False)


ANSWERS = {"\n": "GB", "de-by\n": "DE-BY", "Atlantis\nfr\n": "FR", "none\n": None}


@pytest.mark.parametrize("answer", ANSWERS)
def test_who_sits_at_the_terminal_is_asked_and_enter_takes_what_is_offered(
    answer: str, tmp_path: Path
) -> None:
    found = looked_at(tmp_path, "sales (GBP)", "3.5")
    with CliRunner().isolation(input=answer):
        days = with_country(found).country.days
    assert (None if days is None else code_of(days)) == ANSWERS[answer]


def test_a_country_that_there_is_not_is_refused_with_what_there_is() -> None:
    assert country_told("de-bavaria".replace("bavaria", "Bayern")) == country_told("DE-BY")
    for text, said in {
        "Germany": "two letters",
        "XX": "no holidays of a country 'XX'",
        "DE-ZZ": "'ZZ'",
    }.items():
        with pytest.raises(InvalidInput, match=said):
            country_told(text)
