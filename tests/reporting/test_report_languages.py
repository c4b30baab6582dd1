"""A report in another language: every word of the page is in it, numbers and days are as its readers write them."""

import io
import json
import os
import re
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment
from path_with_node import path_with_node
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from iop_pipelines.domain.languages import SOURCE, TRANSLATED, Language
from iop_pipelines.domain.locales import (
    LOCALES,
    REGIONS,
    Region,
    first_weekday_in,
    language_of,
    locale_in,
    own_locale,
    region_of,
)
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
    assert voice.day("2013-02-09 16:30") == f"{case['day']} {case.get('time', '16:30')}"


# What a machine's Node has of Unicode's CLDR: signs, the order of days, hours, and first days of weeks, 7 for Sunday.
_ASKED = """
const at = Date.UTC(2013, 1, 9, 16, 30);
const shown = process.argv.slice(1).map((code) => {
  const date = (options) =>
    new Intl.DateTimeFormat(code, { ...options, timeZone: "UTC" }).format(at);
  const place = new Intl.Locale(code);
  const { firstDay } = place.getWeekInfo?.() ?? place.weekInfo;
  return [
    new Intl.NumberFormat(code, { minimumFractionDigits: 2 }).format(1234567.891).slice(0, -1),
    new Intl.NumberFormat(code).format(1234.5),
    date({ day: "2-digit", month: "2-digit", year: "numeric" }),
    date({ timeStyle: "short" }),
    date({ dateStyle: "long" }),
    firstDay,
  ];
});
process.stdout.write(JSON.stringify(shown));
"""


def test_locales_are_those_of_cldr() -> None:
    command = ["node", "-e", _ASKED, *LOCALES]
    env = {**os.environ, "PATH": path_with_node()}
    done = subprocess.run(command, capture_output=True, timeout=60, env=env, check=True)
    there = dict(zip(LOCALES, json.loads(done.stdout), strict=True))
    for code, locale in LOCALES.items():
        number, thousand, day, time, long, first = there[code]
        assert locale.grouped("1,234,567.89") == number, code
        assert locale.grouped("1,234.5") == thousand, code
        assert locale.moment("2013-02-09") == day, code
        # CLDR has a narrow space there, in whose place V8 puts a plain one.
        assert locale.time("16:30").replace("\u202f", " ") == time.replace("\u202f", " "), code
        assert locale.first_weekday == first - 1, code
        language = language_of(code)
        if code.startswith(language):
            said = Sentence("moment.day", day="2013-02-09").within(language, locale)
            assert said == long, code


def test_regions_are_those_of_locales() -> None:
    assert {region: region_of(code) for region in REGIONS for code in LOCALES if code[3:] == region}
    assert [first_weekday_in(region) for region in ("US", "GB", "KE", "NG", "SN")] == [
        6,
        0,
        6,
        0,
        0,
    ]
    assert (locale_in(SOURCE, "NG"), locale_in(SOURCE, "SN")) == ("en-NG", None)
    assert (locale_in(SOURCE, None), region_of("de-DE")) == (None, None)


@pytest.mark.parametrize(
    ("region", "locale", "week", "first"),
    [
        (None, None, "mon", 0),
        ("US", "en-US", "sun", 6),
        ("KE", "en-KE", "sun", 6),
        ("NG", "en-NG", "mon", 0),
        ("SN", None, "mon", 0),
    ],
)
def test_what_a_query_leaves_open_is_of_the_region(
    configured, region: Region | None, locale: str | None, week: str, first: int
) -> None:
    config = configured().in_region(region)
    assert (config.locale, config.week_start, config.begins.first_weekday) == (locale, week, first)
    said = _in(configured(), locale="fr-SN", week_start="sat").in_region(region)
    assert (said.locale, said.week_start) == ("fr-SN", "sat")


def test_a_french_report_of_the_region_is_written_as_there(configured) -> None:
    config = _in(configured(), language="fr").in_region("SN")
    assert (config.locale, config.week_start) == ("fr-SN", "mon")
    assert _in(configured(), language="fr").in_region("US").locale is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en-US", "once on February 8, 2013 at 2:05 PM"),
        ("en-NG", "once on 8 February 2013 at 14:05"),
        ("en-GH", "once on 8 February 2013 at 2:05 pm"),
        ("fr-SN", "une fois, le 8 février 2013 à 14:05"),
        # A language in the way of a place where another one is spoken.
        (("fr", "en-US"), "une fois, le 8 février 2013 à 2:05 PM"),
    ],
)
def test_words_of_a_day_are_in_the_order_of_the_place(code: Any, words: str) -> None:
    language, locale = code if isinstance(code, tuple) else (code[:2], code)
    voice = Voice(Language(language), LOCALES[locale])
    said = Sentence("schedule.once", day="2013-02-08", time="14:05")
    assert voice.tell(said).replace("\u202f", " ") == words


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
