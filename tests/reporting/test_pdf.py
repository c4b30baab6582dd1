"""PDFs, opened and read."""

import io
import re
import sys
from datetime import date
from functools import partial
from typing import Any

import pytest
from pypdf import PdfReader

from iop_pipelines.errors import IopError, MissingDependency
from iop_pipelines.reporting import pdf, renderer
from iop_pipelines.reporting.document import render_html, render_pdf
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.pdf_child import FONTS, own_assets

HEADING = Heading("Executive summary", "Last month at three airports.", "monthly 1 06:00")
OUTPUTS = {"tiles": "totals", "recommendations": "advice", "tables": ["detail"]}


@pytest.fixture(scope="module")
def module_report(pdf_libraries, module_result, module_config) -> tuple[bytes, int]:
    """One report of 120 rows, and how many rows it says it has."""
    printed = render_pdf(HEADING, module_config, module_result)
    assert printed.faults == ()
    return printed.content, printed.rows


@pytest.fixture(scope="module")
def pages(module_report) -> list[str]:
    """The text of each of its pages."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(module_report[0])).pages]


@pytest.mark.pdf
def test_every_page_has_its_head_its_foot_and_its_number(pages):
    assert len(pages) >= 4
    for number, text in enumerate(pages, start=1):
        assert "Executive summary" in text
        assert "January 2013" in text
        assert "Made by IOP on 2013-02-01 at 06:00, data read at 06:00 (America/New_York)" in text
        assert f"Page {number} of {len(pages)}" in text


@pytest.mark.pdf
def test_the_first_page_says_what_was_asked_how_fresh_and_how_good(pages):
    first = " ".join(pages[0].split())
    for words in (
        "MONTHLY REPORT",
        "Last month at three airports.",
        "Origin is one of EWR, JFK, LGA",
        "Data up to 2013-01-31",
        "96.8 of 100",
        "lowest delivery used 61.0",
        "27,004",
        "▼ −4.0 % from 28,135",
    ):
        assert words in first


@pytest.mark.pdf
def test_the_notes_say_what_days_and_periods_are_in_plain_words(pages):
    text = " ".join(" ".join(pages).split())
    assert (
        "as of 2013-02-01 06:00 (America/New_York); days run from midnight to midnight of that "
        "time zone. A period has its first and its last day in it, unless it names times of day."
    ) in text
    assert "half-open" not in text


@pytest.mark.pdf
def test_the_head_of_a_table_is_repeated_on_each_of_its_pages(pages):
    with_rows = [text for text in pages if re.search(r"2013-01-\d\d (EWR|JFK|LGA) 1,", text)]
    assert len(with_rows) >= 2
    for text in with_rows:
        assert re.search(r"Day\s+Origin\s+Flights\s+Delay", text)


@pytest.mark.pdf
def test_every_row_is_printed_once_and_counted(pages, module_report):
    text = " ".join(" ".join(pages).split())
    found = re.findall(r"2013-01-\d\d (?:EWR|JFK|LGA) (1,\d{3})", text)
    assert sorted(found) == [f"{1000 + n:,}" for n in range(120)]
    assert module_report[1] == 120


@pytest.mark.pdf
def test_recommendations_are_listed_with_their_severity_and_escaped(pages):
    text = " ".join(" ".join(pages).split())
    assert "CRITICAL Cancellations at LGA & EWR" in text
    assert "<b>62 %</b>, expected 2 %" in text
    assert "Last seen: 2013-02-09" in text


@pytest.mark.pdf
def test_the_file_names_itself_is_tagged_and_embeds_its_fonts(module_report):
    reader = PdfReader(io.BytesIO(module_report[0]))
    assert reader.metadata is not None
    assert reader.metadata.title == "Executive summary"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    pages: list[Any] = list(reader.pages)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("Inter" in name for name in fonts)


def test_what_is_left_out_is_said(frozen_with, configured):
    rows = tuple((date(2013, 1, 1), "EWR", n, 1.0) for n in range(30))
    config = configured(pdf={"tables": ["detail"], "max_rows": 10})
    page = render_html(HEADING, config, frozen_with(rows, is_truncated=True))
    assert page.rows == 10
    assert "“Flights by day”: 10 of 300 rows are printed." in page.html


def test_an_empty_period_still_makes_a_report(frozen_with, configured):
    page = render_html(HEADING, configured(pdf=OUTPUTS), frozen_with(()))
    assert page.rows == 0
    assert "No rows in this period." in page.html
    assert "No data in this period" in page.html


def test_what_users_wrote_is_text_and_never_a_template(frozen_with, configured):
    hostile = "{{ 7*7 }}<script>alert(1)</script>{% include '/etc/passwd' %}"
    rows = ((date(2013, 1, 1), hostile, 1, 1.0),)
    html = render_html(Heading(hostile, hostile), configured(), frozen_with(rows)).html
    assert "<script>" not in html
    assert "{{ 7*7 }}&lt;script&gt;" in html


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "data:text/plain,x",
        "asset:../pdf.py",
        "asset:",
    ],
)
def test_nothing_but_the_own_fonts_is_fetched(url):
    with pytest.raises(ValueError, match="no asset"):
        own_assets().fetch(url)


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
def test_a_file_that_html_points_to_is_not_embedded():
    secret = "file:///etc/hostname"
    html = (
        f'<link rel="attachment" href="{secret}"><a rel="attachment" href="{secret}">x</a><p>text'
    )
    reader = PdfReader(
        io.BytesIO(pdf.html_to_pdf(html, f'p {{ background: url("{secret}") }}').content)
    )
    assert not reader.attachments
    assert "text" in reader.pages[0].extract_text()


def test_the_fonts_and_their_licence_are_in_the_package():
    css = (FONTS.parent / "templates" / "report.css").read_text(encoding="utf-8")
    named = set(re.findall(r"url\(asset:([^)]+)\)", css))
    assert named == {path.name for path in FONTS.glob("*.woff2")}
    assert "SIL Open Font License" in (FONTS / "LICENSE").read_text(encoding="utf-8")


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Replaces the renderer by a script, to see how its ends are told."""

    def _replace(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))
        renderer.stop()

    yield _replace
    renderer.stop()


def test_a_missing_library_is_told_with_the_command_that_installs_it(child, monkeypatch):
    child("echo 'WeasyPrint cannot load Pango' >&2; exit 3")
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(MissingDependency, match=r"apt-get install .*libpango-1\.0-0 "):
        pdf.require_pdf_libraries()


def test_a_renderer_that_dies_is_an_error_of_the_report_alone(child):
    child("kill -SEGV $$")
    with pytest.raises(IopError, match="ended with -11"):
        pdf.html_to_pdf("<p>x", "")


def test_a_renderer_that_hangs_is_ended(child):
    child("exec tail -f /dev/null")
    with pytest.raises(TimeoutError):
        renderer.ask(b"{}", 0.3)
    child("exit 7")
    assert renderer.ask(b"{}", 60).status == 7


# A job has come, and it ends as one that has none.
_IDLE = "head -c 1 > /dev/null; exit 0"


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
def test_a_renderer_that_ended_idle_as_a_job_came_is_started_anew(child, tmp_path):
    expected = pdf.html_to_pdf("<p>one", "")
    ended = tmp_path / "ended"
    child(f'if [ ! -e {ended} ]; then touch {ended}; {_IDLE}; fi\nexec {sys.executable} "$@"')
    assert pdf.html_to_pdf("<p>one", "").content == expected.content
    assert ended.exists()


@pytest.mark.parametrize(
    "asked", [partial(pdf.html_to_pdf, "<p>one", ""), pdf.require_pdf_libraries]
)
def test_a_renderer_that_ends_again_and_again_without_an_answer_is_an_error(child, tmp_path, asked):
    starts = tmp_path / "starts"
    child(f"echo started >> {starts}; {_IDLE}")
    with pytest.raises(IopError, match="it said nothing"):
        asked()
    assert starts.read_text() == "started\n" * 2


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
def test_a_job_that_fails_leaves_the_renderer_to_the_next():
    first = pdf.html_to_pdf("<p>one", "")
    broken = renderer.ask(b"no JSON", 60)
    assert (broken.status, broken.content) == (1, b"")
    assert "JSONDecodeError" in broken.said
    assert pdf.html_to_pdf("<p>one", "").content == first.content


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
def test_a_landscape_page_is_wide_and_odd_characters_do_no_harm(frozen_with, configured):
    odd = "a\x01b\x0cc\u202ed\ufffe " + "wide" * 80
    config = configured(pdf={"tables": ["detail"], "orientation": "landscape"})
    content = render_pdf(HEADING, config, frozen_with(((date(2013, 1, 1), odd, 1, 1.0),))).content
    reader = PdfReader(io.BytesIO(content))
    for page in reader.pages:
        assert page.mediabox.width > page.mediabox.height
        assert "January 2013" in page.extract_text()
