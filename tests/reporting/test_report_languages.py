"""A report in another language: every word of the page is in it, numbers and days are as its readers write them."""

import io
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language
from iop_pipelines.domain.locales import LOCALES, own_locale
from iop_pipelines.domain.sentences import Sentence, catalogue
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Column, FrozenResult, SourceState
from iop_pipelines.reporting.document import render_pdf
from iop_pipelines.reporting.formats import format_number
from iop_pipelines.reporting.frozen import Frozen
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.style import TEMPLATES
from iop_pipelines.reporting.voice import Voice
from iop_pipelines.reporting.xlsx import write_xlsx

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "languages.yaml").read_text("utf-8"))
OUTPUTS = {"tiles": "totals", "recommendations": "advice", "tables": ["detail"]}
HEADING = Heading("Synthèse", "Janvier.", "monthly 1 06:00")


def _in(config: QueryConfig, **said: str) -> QueryConfig:
    return config.model_validate({**config.model_dump(by_alias=True), **said})


def _result(frozen: FrozenResult) -> FrozenResult:
    """With all that a page may have to say: days that are missing, what it waited for, a table that is cut."""
    detail, totals, advice = frozen.tables
    (flights, *before) = totals.columns
    severity = Column("severity", "Severity", "string", vocabulary="severity")
    own = {Language(code): {"label": label} for code, label in CASES["severity"].items()}
    columns = tuple(
        replace(severity, translations=own) if each.name == "severity" else each
        for each in advice.columns
    )
    return replace(
        frozen,
        tables=(
            replace(detail, total=1_390, is_truncated=True, totals=(None, None, 127_140, 7.4375)),
            replace(totals, columns=(replace(flights, favourable="up"), *before)),
            replace(advice, columns=columns),
        ),
        sources=(
            SourceState("dataset:flights", "Vols", datetime(2013, 1, 29), 96.84, 61.0, 27, 29),
        ),
        notes=(Sentence("report.waited", until="2013-02-01 11:00"),),
        filters=(Sentence("filter.in_period", label="Jour", period=frozen.period),),
        params={"period": {"from": "2013-01-01T00:00:00", "to": "2013-02-01T00:00:00"}},
    )


@pytest.mark.pdf
@pytest.mark.parametrize("case", CASES["pages"], ids=lambda case: case["situation"])
def test_a_page_says_all_of_it_in_the_language_of_the_report(
    pdf_libraries, frozen, configured, case: dict[str, Any]
) -> None:
    config = _in(configured(pdf=OUTPUTS), **case["config"])
    printed = render_pdf(HEADING, config, _result(frozen))
    assert printed.faults == ()
    read = [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]
    # Spaces that do not break, narrow ones too, are spaces to a reader.
    text = " ".join(" ".join(read).split())
    for words in case["says"]:
        assert words in text, text
    for words in case.get("lacks", []):
        assert not re.search(rf"\b{words}\b", text), words


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_of_a_page_is_left_in_english(language: Language) -> None:
    codes = [code for code in catalogue(SOURCE).SENTENCES if code.startswith("page.")]
    alike = {
        code
        for code in codes
        if catalogue(language).SENTENCES[code] == catalogue(SOURCE).SENTENCES[code]
    }
    # Names and values alone.
    assert len(codes) > 10
    assert alike <= set(CASES["alike"])


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.j2")), ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    """What stands between its tags and its expressions are spaces and signs."""
    tokens = Environment().lex(path.read_text(encoding="utf-8"))
    data = "".join(text if kind == "data" else "\x00" for _, kind, text in tokens)
    outside = re.sub(r"<[^>]*>", " ", data)
    assert re.findall(r"[^\W\d_]{2,}", outside) == []


@pytest.mark.parametrize("case", CASES["numbers"], ids=lambda case: case["locale"])
def test_numbers_and_days_are_as_a_locale_writes_them(case: dict[str, Any]) -> None:
    voice = Voice(SOURCE, LOCALES[case["locale"]])
    assert format_number(-1234567.891, 2, voice=voice) == case["number"]
    assert voice.day("2013-02-09") == case["day"]
    assert voice.day("2013-02-09 06:30") == f"{case['day']} 06:30"


@pytest.mark.parametrize("case", CASES["thousands"], ids=lambda case: case["locale"])
def test_four_digits_stand_together_where_people_write_them_so(case: dict[str, Any]) -> None:
    voice = Voice(SOURCE, LOCALES[case["locale"]])
    assert format_number(1234.5, 1, voice=voice) == case["number"]


def test_every_locale_is_written_down() -> None:
    assert {case["locale"] for case in CASES["numbers"]} == set(LOCALES)
    assert own_locale(SOURCE) is None


def test_a_workbook_speaks_the_language_of_the_report_and_has_its_sums(frozen, configured) -> None:
    case = CASES["workbook"]
    config = _in(configured(pdf=OUTPUTS), **case["config"])
    out = io.BytesIO()
    write_xlsx(Frozen(HEADING, config, _result(frozen)), out)
    out.seek(0)
    book = CalamineWorkbook.from_filelike(out)
    assert book.sheet_names[0] == case["first_sheet"]
    about = book.get_sheet_by_index(0).to_python()
    for line in case["about"]:
        assert line in about
    rows = book.get_sheet_by_name("Flights by day").to_python()
    assert rows[-2:] == [["", "", "", ""], case["total"]]
    assert len(rows) == 123
