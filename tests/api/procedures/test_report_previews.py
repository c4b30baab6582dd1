"""Reports seen before they are downloaded: schedules in words, progress, pages, first rows."""

import asyncio
import io
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from iop_pipelines.api import previews
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.readers.heavy import Ask
from iop_pipelines.api.readers.pool import Readers, Reading
from iop_pipelines.domain.vocabulary import Phase, ReportStatus
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.reporting.generate import generate
from iop_pipelines.schema.tables import generated_reports

QUERY = {
    "version": 2,
    "source": "dataset:flights_daily",
    "datasets": {
        "rows": {"select": [{"field": "origin"}, {"field": "date"}, {"field": "flights"}]}
    },
}


def made(api, form, query=QUERY):
    """A ready report of that format, as a worker makes it."""
    template = {"name": f"As {form}", "queryConfig": query, "format": form}
    template_id = api.call("reports.create", **template)["id"]
    report_id = api.call("reports.generate", templateId=template_id)["reportId"]
    platform = api.context.platform
    file = generate(
        platform.engine, platform.drm_engine, platform.settings, report_id, now=platform.now()
    )
    names = ("storage_url", "row_count", "size_bytes", "checksum", "files")
    api.write(
        generated_reports.update().where(generated_reports.c.id == report_id),
        {
            "status": ReportStatus.READY,
            "phase": Phase.DONE,
            **{name: getattr(file, name) for name in names},
        },
    )
    return report_id


async def nobody(_connection):
    await asyncio.sleep(0)


def client(api, user):
    async def authenticate(_connection):
        await asyncio.sleep(0)
        return user

    return TestClient(Starlette(routes=previews.preview_routes(api.answers, authenticate)))


def test_a_schedule_is_read_out_before_it_is_stored(api):
    said = api.call("reports.scheduleWords", schedule="weekly mon 09:00 Africa/Lagos")
    assert said["words"] == "every Monday at 09:00 (Africa/Lagos)"
    assert said["timeZone"] == "Africa/Lagos"
    assert [moment[10:] for moment in said["nextTimes"]] == ["T08:00:00Z"] * 5
    short = api.call("reports.scheduleWords", schedule="daily")
    assert short["schedule"] == "daily 06:00 UTC"
    with pytest.raises(InvalidInput) as refused:
        api.call("reports.scheduleWords", schedule="now and then")
    assert refused.value.field == "schedule"


def test_a_template_tells_the_zone_of_its_next_times(api):
    created = api.call(
        "reports.create",
        name="Zoned",
        queryConfig=QUERY,
        format="csv",
        schedule="daily 09:00 Africa/Lagos",
    )
    assert api.call("reports.get", id=created["id"])["timeZone"] == "Africa/Lagos"
    unscheduled = api.call("reports.create", name="Bare", queryConfig=QUERY, format="csv")
    assert api.call("reports.get", id=unscheduled["id"])["timeZone"] is None


def test_one_report_is_followed_by_its_id_with_the_name_of_its_template(api):
    created = api.call("reports.create", name="Mine", queryConfig=QUERY, format="csv")
    report_id = api.call("reports.generate", templateId=created["id"])["reportId"]
    report = api.call("reports.report", reportId=report_id)
    assert (report["status"], report["phase"], report["templateName"]) == (
        "pending",
        "queued",
        "Mine",
    )
    assert api.call("reports.generated", templateId=created["id"]) == [report]
    with pytest.raises(Conflict, match="only a ready one"):
        api.call("reports.preview", reportId=report_id)
    with pytest.raises(NotFound):
        api.call("reports.report", reportId=10**6)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_first_rows_are_shown(api, form):
    shown = api.call("reports.preview", reportId=made(api, form))
    assert shown["columns"] == ["origin", "date", "flights"]
    assert len(shown["rows"]) == min(100, shown["rowCount"])
    assert shown["rows"][0][0] in {"EWR", "JFK", "LGA"}
    assert (shown["format"], shown["pages"], shown["paths"]) == (form, None, [])


@pytest.mark.parametrize("locale", ["en-US", "fr-FR"])
def test_the_line_on_the_number_of_rows_is_not_taken_for_the_head(api, locale):
    (table,) = QUERY["datasets"].values()
    outputs = {"csv": {"note": True, "locale": locale}}
    query = {**QUERY, "datasets": {"rows": {**table, "limit": 2}}, "outputs": outputs}
    shown = api.call("reports.preview", reportId=made(api, "csv", query))
    assert shown["columns"] == ["origin", "date", "flights"]
    assert [len(row) for row in shown["rows"]] == [3, 3]


@pytest.mark.pdf
def test_pages_are_pictures_of_the_width_that_is_asked_for(api):
    report_id = made(api, "pdf")
    shown = api.call("reports.preview", reportId=report_id)
    assert shown["pages"] == len(shown["paths"]) >= 1
    with client(api, api.context.user) as browser:
        answer = browser.get(f"{shown['paths'][0]}?width=400")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert "no-store" in answer.headers["cache-control"]
        picture = Image.open(io.BytesIO(answer.content))
        assert abs(picture.width - 400) <= 1
        assert len(picture.convert("L").getcolors(256) or []) > 2
        assert browser.get(f"{shown['paths'][0]}?width=400").content == answer.content
        for wrong in ("99", "2001", "wide", "1e3"):
            assert browser.get(f"{shown['paths'][0]}?width={wrong}").status_code == 400
        beyond = f"/api/reports/{report_id}/pages/{shown['pages'] + 1}.png"
        assert browser.get(beyond).status_code == 404
        link = api.call("reports.download", reportId=report_id)["path"].partition("?")[2]
    with client(api, None) as browser:
        assert browser.get(shown["paths"][0]).status_code == 401
        assert browser.get(f"{shown['paths'][0]}?{link}").status_code == 200


@pytest.mark.pdf
def test_widths_share_few_pictures_and_each_report_has_a_queue_for_its_links(api):
    begun: list[tuple[int, Mapping[str, Any]]] = []

    class Noting(Readers):
        def begin(self, account: int, ask: Ask) -> Reading:
            begun.append((account, ask.given))
            return super().begin(account, ask)

    platform = api.context.platform
    answers = Answers(platform, own_readers=Noting(platform.settings))
    report_id = made(api, "pdf")
    other_id = made(api, "pdf")
    routes = previews.preview_routes(answers, nobody)

    def picture(number: int, width: int) -> Image.Image:
        link = api.call("reports.download", reportId=number)["path"].partition("?")[2]
        answer = browser.get(f"/api/reports/{number}/pages/1.png?width={width}&{link}")
        assert answer.status_code == 200
        return Image.open(io.BytesIO(answer.content))

    try:
        with TestClient(Starlette(routes=routes)) as browser:
            widths = [picture(report_id, width).width for width in (100, 399, 400, 401, 800)]
            picture(other_id, 2000)
    finally:
        answers.readers.close()
    assert widths == pytest.approx([400, 400, 400, 800, 800], abs=1)
    assert [(account, given["width"]) for account, given in begun] == [
        (-report_id, 400),
        (-report_id, 800),
        (-other_id, 2000),
    ]


def test_only_a_pdf_has_pages(api):
    report_id = made(api, "csv")
    with client(api, api.context.user) as browser:
        assert browser.get(f"/api/reports/{report_id}/pages/1.png").status_code == 409
        assert browser.get("/api/reports/99999/pages/1.png").status_code == 404
