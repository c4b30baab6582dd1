"""The page as its layout says, the sentence at its head, and what is refused: the tables of cases/layouts.yaml."""

import io
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from iop_pipelines.domain.languages import SOURCE, Language
from iop_pipelines.domain.locales import own_locale
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.result import Column, FrozenResult, Table
from iop_pipelines.reporting.document import render_html, render_pdf
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.sections.summary import summary_of
from iop_pipelines.reporting.voice import Voice

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "layouts.yaml").read_text("utf-8"))
HEADING = Heading("Executive summary")
COMPARED = Sentence(
    "compare.periods",
    period=Sentence("period.month", month=2, year="2013"),
    earlier=Sentence("period.month", month=1, year="2013"),
)
DAYS = [
    [date(2013, 2, 1), "EWR", 0.0],
    [date(2013, 2, 9), "LGA", 62.1],
    [date(2013, 2, 9), "JFK", 40.0],
    [date(2013, 2, 10), "LGA", None],
]


def _summed(case: dict[str, Any]) -> tuple[Any, FrozenResult]:
    unit, favourable = case.get("unit", "%"), case.get("favourable", "down")
    share = Column("share", "Cancellations", "number", unit, favourable=favourable)
    places = Column("date", "Day", "date"), Column("origin", "Origin", "string")
    groups = case.get("groups", ["date", "origin"])
    kept = [column for column in places if column.name in groups]
    rows = [[row[("date", "origin").index(each)] for each in groups] + row[2:] for row in DAYS]
    head = Table(
        name="head",
        title="Head",
        source="dataset:x",
        columns=(share, replace(share, name="share_previous"), replace(share, name="share_change")),
        rows=tuple(map(tuple, case["rows"])),
        filters=(COMPARED,),
    )
    days = Table(
        name="days",
        title="Days",
        source="dataset:x",
        columns=(*kept, share),
        rows=tuple(map(tuple, case.get("worst", rows))),
    )
    compared = {"measure": "share", "compare": "previous_period"}
    select = [*({"field": each} for each in groups), {"measure": "share"}]
    config = parse_config(
        {
            "version": 2,
            "source": "dataset:x",
            "where": {"field": "date", "op": "in_period", "value": "last_month"},
            "datasets": {"head": {"select": [compared]}, "days": {"select": select}},
        }
    )
    result = FrozenResult((head, days), {}, (), datetime(2013, 3, 1), "UTC", ())
    return config, result


@pytest.mark.parametrize("case", CASES["summaries"], ids=lambda case: case["situation"])
def test_the_sentence_is_made_of_the_numbers_alone(case: dict[str, Any]) -> None:
    config, result = _summed(case)
    assert summary_of(config, result, "head", "days", voice=Voice(SOURCE)) == case["says"]
    if "fr" in case:
        french = Language("fr")
        said = summary_of(config, result, "head", "days", voice=Voice(french, own_locale(french)))
        assert said.replace("\u00a0", " ") == case["fr"]


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["says"])
def test_a_layout_is_refused_where_it_names_what_is_not_there(configured, case) -> None:
    config = configured().model_dump(mode="json", by_alias=True, exclude_unset=True)
    with pytest.raises(InvalidQuery) as refused:
        parse_config({**config, "layout": case["layout"]})
    assert refused.value.field == case["at"]
    assert case["says"] in str(refused.value)


@pytest.mark.pdf
def test_sections_stand_as_the_layout_says(pdf_libraries, frozen, configured) -> None:
    config = configured().model_dump(mode="json", by_alias=True, exclude_unset=True)
    config = parse_config({**config, "layout": CASES["laid_out"]})
    printed = render_pdf(HEADING, config, frozen)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]
    text = " ".join(" ".join(pages).split())
    assert printed.faults == ()
    assert printed.rows == 120
    # What a value brings, and what looks like a template, is read by nobody.
    words = (
        *("In a word", "We flew 27,004.", "{{ 7 * 7 }} is no {template }: <b>plain</b>."),
        *("Flights by day 120 rows", "27,004▼", "Open recommendations 1 open", "About the data"),
    )
    places = [text.index(each) for each in words]
    assert places == sorted(places)
    # The figures begin a page; no chart was asked for.
    (page,) = (each for each in pages if "▼" in each)
    assert "JFK" not in page
    assert "At a glance" not in text


def test_a_layout_of_what_there_is_without_one_is_the_same_page(frozen, configured) -> None:
    outputs = {"tiles": "totals", "recommendations": "advice", "tables": ["detail"]}
    plain = configured(pdf=outputs)
    order: list[dict[str, Any]] = [
        {"type": "figures", "data": "totals"},
        *({"type": "chart", "chart": number} for number in (1, 2, 3, 4)),
        {"type": "recommendations", "data": "advice"},
        {"type": "table", "data": "detail"},
    ]
    said = plain.model_dump(mode="json", by_alias=True, exclude_unset=True)
    laid_out = parse_config({**said, "layout": order})
    assert render_html(HEADING, laid_out, frozen) == render_html(HEADING, plain, frozen)
