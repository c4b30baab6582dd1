"""The page as its layout says, the sentence at its head, and what is refused: the tables of cases/layouts.yaml."""

import io
import re
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
    decimals = case.get("decimals")
    share = Column("share", "Cancellations", "number", unit, decimals, favourable=favourable)
    places = Column("date", "Day", "date"), Column("origin", "Origin", "string")
    groups = case.get("groups", ["date", "origin"])
    kept = [column for column in places if column.name in groups]
    days = [[row[("date", "origin").index(each)] for each in groups] + row[2:] for row in DAYS]
    head = Table(
        name="head",
        title="Head",
        source="dataset:x",
        columns=(share, replace(share, name="share_previous"), replace(share, name="share_change")),
        rows=tuple(map(tuple, case["rows"])),
        filters=(COMPARED,),
    )
    worst = Table(
        name="days",
        title="Days",
        source="dataset:x",
        columns=(*kept, share),
        rows=tuple(map(tuple, case.get("worst", days))),
        **case.get("of_worst", {}),
    )
    compared = {"measure": "share", "compare": "previous_period"}
    bucket = {"bucket": case["bucket"]} if "bucket" in case else {}
    fields = [{"field": each} | (bucket if each == "date" else {}) for each in groups]
    asked = {"select": [*fields, {"measure": "share"}], **case.get("asked", {})}
    config = parse_config(
        {
            "version": 2,
            "source": "dataset:x",
            "where": {"field": "date", "op": "in_period", "value": "last_month"},
            "datasets": {"head": {"select": [compared]}, "days": asked},
        }
    )
    result = FrozenResult((head, worst), {}, (), datetime(2013, 3, 1), "UTC", ())
    return config, result


@pytest.mark.parametrize("case", CASES["summaries"], ids=lambda case: case["situation"])
def test_the_sentence_is_made_of_the_numbers_alone(case: dict[str, Any]) -> None:
    config, result = _summed(case)
    said = summary_of(config, result, "head", "days", voice=Voice(SOURCE))
    # No end of a line parts a number from its unit, nor a day from its month.
    assert not re.search(r"\d (?:%|points|flights|February)", said)
    assert said.replace("\u00a0", " ") == case["says"]
    if "fr" in case:
        french = Language("fr")
        said = summary_of(config, result, "head", "days", voice=Voice(french, own_locale(french)))
        assert said.replace("\u00a0", " ") == case["fr"]


def test_each_figure_is_told_against_its_own_earlier_period() -> None:
    """Of two figures the worst says of which it is, and the one told last isn't the one it is of."""
    flights = Column("flights", "Flights", "integer", favourable="up")
    late = Column("late", "Late", "number", "%", favourable="down")
    year_before = Sentence(
        "compare.periods",
        period=Sentence("period.month", month=2, year="2013"),
        earlier=Sentence("period.month", month=2, year="2012"),
    )
    told = [
        replace(each, name=f"{each.name}{part}")
        for each in (flights, late)
        for part in ("", "_previous", "_change")
    ]
    head = Table(
        "head",
        "Head",
        "dataset:x",
        tuple(told),
        ((24951, 27004, -7.6026, 5.1, 2.0, 3.1),),
        filters=(COMPARED, year_before),
    )
    days = Table(
        "days",
        "Days",
        "dataset:x",
        (Column("date", "Day", "date"), flights),
        ((date(2013, 2, 9), 521), (date(2013, 2, 10), 889)),
    )
    select = [
        {"measure": "flights", "compare": "previous_period"},
        {"measure": "late", "compare": "same_period_last_year"},
    ]
    config = parse_config(
        {
            "version": 2,
            "source": "dataset:x",
            "where": {"field": "date", "op": "in_period", "value": "last_month"},
            "datasets": {
                "head": {"select": select},
                "days": {"select": [{"field": "date"}, {"measure": "flights"}]},
            },
        }
    )
    result = FrozenResult((head, days), {}, (), datetime(2013, 3, 1), "UTC", ())
    said = summary_of(config, result, "head", "days", voice=Voice(SOURCE))
    assert said.replace("\u00a0", " ") == (
        "Flights fell to 24,951 (−7.6 % against January 2013), which is worse; "
        "Late rose to 5.1 % (+3.1 points against February 2012), which is worse; "
        "Flights: 9 February 2013 was the worst day (521)."
    )


@pytest.mark.parametrize("case", CASES["unsummed"], ids=lambda case: case["says"])
def test_a_summary_of_what_it_cannot_tell_is_refused_when_it_is_saved(case) -> None:
    flights = {"measure": "flights", "compare": "previous_period"}
    tables = {
        "total": {"select": [flights]},
        "uncompared": {"select": [{"measure": "flights"}]},
        "by_airport": {"select": [{"field": "origin"}, flights]},
        "late_by_day": {"select": [{"field": "date"}, {"measure": "late"}]},
    }
    asked = {"version": 2, "source": "dataset:x", "datasets": tables}
    with pytest.raises(InvalidQuery) as refused:
        parse_config(asked | case["asked"])
    assert refused.value.field == case["at"]
    assert case["says"] in str(refused.value)


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


def test_a_head_stands_once_and_a_warning_too(frozen_with, frozen, configured) -> None:
    config = configured().model_dump(mode="json", by_alias=True, exclude_unset=True)
    text = {"type": "text", "text": "One.\r\n\r\nTwo.\n \nThree."}
    chart, table = {"type": "chart", "chart": 2}, {"type": "table", "data": "detail"}
    layout = [text, chart, text, chart, table, table, chart]
    cut = frozen_with(frozen.table("detail").rows, is_truncated=True)
    page = render_html(HEADING, parse_config({**config, "layout": layout}), cut)
    assert page.html.count("At a glance") == 1
    assert page.html.count("<figure>") == 3
    assert len(re.findall(r'<p class="warning">[^<]*120 of 390 rows', page.html)) == 1
    assert page.html.count("<p>One.</p><p>Two.</p><p>Three.</p>") == 2
    late = parse_config({**config, "layout": [table, chart]})
    assert "At a glance" not in render_html(HEADING, late, frozen).html


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
