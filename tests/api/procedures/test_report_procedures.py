"""reports.*: templates, schedules, and the files made of them."""

import asyncio
import io
import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from python_calamine import CalamineWorkbook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from iop_pipelines.api import downloads
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Phase, ReportStatus
from iop_pipelines.errors import Conflict, InvalidInput, InvalidQuery, NotFound, Unavailable
from iop_pipelines.identity import tokens
from iop_pipelines.platform import Platform
from iop_pipelines.registry.standing import follow_authors
from iop_pipelines.reporting.generate import generate
from iop_pipelines.schema.tables import generated_reports, report_templates, users

SLOT = datetime(2026, 11, 30, 5)
QUERY = {
    "version": 2,
    "source": "dataset:flights_daily",
    "datasets": {"by_origin": {"select": [{"field": "origin"}, {"measure": "flights"}]}},
}
TEMPLATE_KEYS = {
    *("id", "name", "description", "queryConfig", "format", "schedule", "status", "createdBy"),
    *("createdAt", "updatedAt"),
}
POLICY = {
    "wait": None,
    "reissue": "offer",
    "empty": "send",
    "misfire": "latest",
    "jitter": None,
    "pauseAfter": 5,
}
STANDING = {"pausedAt", "pauseCause", "pausedFor", "passedOver", "scheduleWords", "translations"}


def new_template(api, name="Mine", **more):
    given = {"name": name, "queryConfig": QUERY, "format": "csv", **more}
    return api.call("reports.create", **given)["id"]


def made(api, template_id):
    """Generates the report as a worker does and says so in its row."""
    report_id = api.call("reports.generate", templateId=template_id)["reportId"]
    platform = api.context.platform
    file = generate(
        platform.engine, platform.drm_engine, platform.settings, report_id, now=platform.now()
    )
    api.write(
        generated_reports.update().where(generated_reports.c.id == report_id),
        {
            "status": ReportStatus.READY,
            "phase": Phase.DONE,
            "storage_url": file.storage_url,
            "row_count": file.row_count,
            "row_total": file.row_total,
            "remark": file.remark and file.remark.as_json(),
            "finished_at": utc_now(),
            "size_bytes": file.size_bytes,
            "checksum": file.checksum,
            "files": file.files,
            **(file.shown.columns if file.shown else {}),
        },
    )
    return report_id


def test_what_files_can_be_told_comes_as_schemas_in_both_languages(api):
    found = {each["format"]: each["fields"]["properties"] for each in api.call("reports.outputs")}
    assert list(found) == ["csv", "json", "pdf", "xlsx"]
    tiles, tables, rows = (found["pdf"][key] for key in ("tiles", "tables", "max_rows"))
    assert (tiles["title"], tiles["x-names"]) == ("Headline figures", "table")
    assert tiles["translations"]["fr"]["title"] == "Chiffres clés"
    assert (tables["items"]["x-names"], tables["maxItems"]) == ("table", 20)
    assert (rows["minimum"], rows["maximum"], rows["default"]) == (1, 100_000, 500)


def test_a_listed_template_has_the_columns_of_its_table(api):
    listed = api.call("reports.list")
    assert len(listed) == 5
    assert set(listed[0]) == TEMPLATE_KEYS | set(POLICY) | STANDING
    assert [each["id"] for each in listed] == sorted((e["id"] for e in listed), reverse=True)


def test_a_policy_is_kept_as_it_was_said_and_what_was_not_said_is_the_default(api):
    plain = api.call("reports.get", id=new_template(api, "Plain"))
    assert {name: plain[name] for name in POLICY} == POLICY
    said = {"wait": "6 h", "empty": "tell owner", "misfire": "ALL", "pauseAfter": 3}
    template_id = new_template(api, **said, reissue="send", jitter="10m")
    kept = {"wait": "6h", "empty": "tell_owner", "misfire": "all", "pauseAfter": 3}
    shown = api.call("reports.get", id=template_id)
    assert {name: shown[name] for name in kept} == kept
    api.call("reports.update", id=template_id, wait=None, misfire="skip")
    changed = api.call("reports.get", id=template_id)
    assert (changed["wait"], changed["misfire"], changed["jitter"]) == (None, "skip", "10m")


def test_a_list_reads_schedules_out_in_both_languages_and_warns_of_two_days(api):
    new_template(api, schedule="CRON 0 8 1 * mon  africa/lagos")
    (listed,) = [each for each in api.call("reports.list") if each["name"] == "Mine"]
    said = api.call("reports.scheduleWords", schedule=listed["schedule"])
    assert said["isEitherDay"] is True
    assert listed["scheduleWords"] == said["words"]
    assert "on either, not only where both meet" in said["words"]
    french = listed["translations"]["fr"]["scheduleWords"]
    assert french == said["translations"]["fr"]["words"] != said["words"]
    assert not api.call("reports.scheduleWords", schedule="0 8 * * mon")["isEitherDay"]


def test_a_waiting_report_says_what_for_and_is_issued_by_hand(api):
    template_id = new_template(api)
    lack = {"source": "dataset:flights_daily", "label": "Flights", "known": 27, "days": 29}
    lack |= {"missing": ["2026-11-28", "2026-11-29"], "due": "2026-11-29T03:00:00Z"}
    moments = {"waiting_since": SLOT, "waiting_until": SLOT + timedelta(hours=6), "slot": SLOT}
    report_id = api.insert(
        generated_reports, template_id=template_id, phase="held", waiting_for=[lack], **moments
    )
    shown = api.call("reports.report", reportId=report_id)
    assert (shown["status"], shown["phase"]) == ("pending", "held")
    assert (shown["waitingSince"], shown["waitingUntil"]) == (
        "2026-11-30T05:00:00Z",
        "2026-11-30T11:00:00Z",
    )
    assert shown["waitingFor"] == [lack]
    now = api.context.platform.now()
    api.call("reports.issue", reportId=report_id)
    shown = api.call("reports.report", reportId=report_id)
    assert shown["phase"] == "queued"
    waited = datetime.fromisoformat(shown["waitingUntil"]).replace(tzinfo=None)
    assert abs(waited - now) < timedelta(minutes=1)
    with pytest.raises(Conflict, match="does not wait"):
        api.call("reports.issue", reportId=report_id)


def test_a_report_issued_again_names_the_first_and_is_about_its_days(api):
    template_id = new_template(api)
    report_id = made(api, template_id)
    again = api.call("reports.reissue", reportId=report_id)["reportId"]
    with pytest.raises(Conflict, match=f"report {again} is being made in its place"):
        api.call("reports.reissue", reportId=report_id)
    shown = api.call("reports.report", reportId=again)
    assert (shown["reissueOf"], shown["slot"], shown["trigger"]) == (report_id, None, "api")


def test_whose_account_is_disabled_is_not_said_to_all_who_read_a_template(api):
    author = api.insert(users, name="Ada Obi", role="admin", is_disabled=True)
    template_id = new_template(api, schedule="daily 09:00 Africa/Lagos")
    mine = report_templates.c.id == template_id
    api.write(report_templates.update().where(mine).values(created_by=author))
    assert follow_authors(api.engine, SLOT, utc_now()) == (1, 0)
    listed = api.call("reports.list")[0]
    one = api.call("reports.get", id=template_id)
    for shown in (listed, one):
        assert (shown["id"], shown["pauseCause"]) == (template_id, "author")
        assert shown["pausedFor"] == "the account of its author is disabled"
        french = shown["translations"]["fr"]["pausedFor"]
        assert french == "Le compte de son auteur est désactivé"
        assert "Obi" not in json.dumps(shown)


def test_a_template_is_created_read_out_and_due_while_it_is_active(api):
    template_id = new_template(api, schedule="daily 09:00 Africa/Lagos")
    shown = api.call("reports.get", id=template_id)
    assert shown["scheduleWords"] == "every day at 09:00 (Africa/Lagos)"
    assert [moment[10:] for moment in shown["nextTimes"]] == ["T08:00:00Z"] * 5
    api.call("reports.pause", id=template_id)
    paused = api.call("reports.get", id=template_id)
    assert (paused["status"], paused["nextTimes"]) == ("paused", [])
    api.call("reports.resume", id=template_id)
    assert api.call("reports.get", id=template_id)["status"] == "active"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"queryConfig": {**QUERY, "source": "dataset:flihts"}}, "queryConfig.source"),
        ({"queryConfig": {}}, "queryConfig."),
        ({"schedule": "every day"}, "schedule"),
    ],
)
def test_what_is_wrong_is_said_of_the_field_that_the_caller_knows(api, changed, field):
    with pytest.raises(InvalidInput) as refused:
        new_template(api, **changed)
    assert refused.value.field.startswith(field)


def test_a_logo_is_looked_at_when_its_template_is_saved(api, tmp_path):
    """And not when something else of the template is changed, after it is gone."""
    settings = replace(api.context.platform.settings, brand_folder=str(tmp_path))
    platform = replace(api.context.platform, settings=settings)
    api = replace(api, context=replace(api.context, platform=platform))
    query = {**QUERY, "brand": {"logo": "ours.svg"}}
    with pytest.raises(InvalidQuery, match=r"there is no logo ours\.svg") as refused:
        new_template(api, queryConfig=query)
    assert refused.value.field == "queryConfig.brand.logo"
    assert "Mine" not in {each["name"] for each in api.call("reports.list")}
    plain = new_template(api)
    logo = tmp_path / "ours.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    with pytest.raises(InvalidQuery, match="it has 'script'"):
        api.call("reports.update", id=plain, queryConfig=query)
    assert "brand" not in api.call("reports.get", id=plain)["queryConfig"]
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h4v2z'/></svg>")
    api.call("reports.update", id=plain, queryConfig=query)
    logo.unlink()
    api.call("reports.update", id=plain, description="Without its logo for now")
    assert api.call("reports.get", id=plain)["queryConfig"]["brand"] == {"logo": "ours.svg"}


def test_an_update_changes_what_is_given_and_nothing_else(api):
    template_id = new_template(api, schedule="daily", description="as it was")
    before = api.call("reports.get", id=template_id)
    api.call("reports.update", id=template_id, name="Renamed", schedule=None)
    after = api.call("reports.get", id=template_id)
    assert (after["name"], after["schedule"], after["scheduleWords"]) == ("Renamed", None, None)
    kept = ("description", "queryConfig", "format", "status", "createdBy")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    with pytest.raises(InvalidQuery, match="queryConfig"):
        api.call("reports.update", id=template_id, queryConfig={"version": 2})
    with pytest.raises(NotFound):
        api.call("reports.update", id=999, name="Nobody")


def test_a_deleted_template_is_gone_its_name_free_and_its_reports_stay(api):
    template_id = new_template(api)
    report_id = made(api, template_id)
    assert api.call("reports.delete", id=template_id) == {"success": True}
    assert template_id not in [each["id"] for each in api.call("reports.list")]
    for path in ("reports.get", "reports.pause", "reports.delete"):
        with pytest.raises(NotFound):
            api.call(path, id=template_id)
    with pytest.raises(NotFound):
        api.call("reports.generate", templateId=template_id)
    assert [r["id"] for r in api.call("reports.generated", templateId=template_id)] == [report_id]
    assert api.call("reports.download", reportId=report_id)["fileName"].endswith(".csv")
    assert new_template(api) > template_id


def test_a_template_whose_report_is_being_made_is_not_deleted(api):
    template_id = new_template(api)
    api.call("reports.generate", templateId=template_id)
    with pytest.raises(Conflict, match="is being made"):
        api.call("reports.delete", id=template_id)


def test_a_report_asked_for_has_its_row_and_one_key_makes_one(api):
    template_id = new_template(api)
    ask = {"templateId": template_id, "idempotencyKey": "retry"}
    first = api.call("reports.generate", **ask)
    assert first == api.call("reports.generate", **ask)
    (row,) = api.call("reports.generated", templateId=template_id)
    assert first == {"success": True, "reportId": row["id"]}
    assert (row["status"], row["format"], row["phase"]) == ("pending", "csv", "queued")
    assert {"templateId", "storageUrl", "rowCount", "sizeBytes", "generatedAt"} < set(row)
    with pytest.raises(Conflict, match="only a ready one"):
        api.call("reports.download", reportId=row["id"])


def test_of_how_many_rows_a_file_has_some_is_said_before_it_is_made_and_wherever_it_is_told(api):
    template_id = new_template(api)
    for _ in range(3):
        made(api, template_id)
    limited = {
        "version": 2,
        "source": "reports",
        "datasets": {"main": {"select": [{"field": "id"}], "sort": [{"by": "id"}], "limit": 2}},
    }
    (reads,) = api.call("reports.explain", queryConfig=limited, format="csv")["tables"]
    assert (reads["rows"], reads["total"], reads["reads"]) == (2, 3, 3)
    report_id = made(api, new_template(api, name="cut", queryConfig=limited))
    said, translated = (
        "2 of 4 rows",
        {"fr": {"errorMsg": None, "remark": "2 sur 4 lignes", "restated": None}},
    )
    report = api.call("reports.report", reportId=report_id)
    assert (report["rowCount"], report["rowTotal"], report["remark"]) == (2, 4, said)
    assert report["translations"] == translated
    shown = api.call("reports.preview", reportId=report_id)
    assert (shown["rowCount"], shown["rowTotal"]) == (2, 4)
    told = {each["id"]: each for each in api.call("notifications.list")["items"]}
    assert told[f"report:{report_id}"]["detail"] == said
    assert told[f"report:{report_id}"]["translations"]["fr"]["detail"] == "2 sur 4 lignes"
    whole = api.call("reports.report", reportId=report_id - 1)
    assert (whole["rowCount"] == whole["rowTotal"], whole["remark"]) == (True, None)
    assert told[f"report:{report_id - 1}"]["detail"] is None


def test_a_link_gives_the_file_to_whoever_holds_it_until_it_expires(api):
    report_id = made(api, new_template(api))
    link = api.call("reports.download", reportId=report_id)

    async def nobody(_connection):
        await asyncio.sleep(0)

    routes = downloads.download_routes(api.answers, nobody)
    with TestClient(Starlette(routes=routes)) as client:
        answer = client.get(link["path"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert link["fileName"] in answer.headers["content-disposition"]
        assert len(answer.content) == link["sizeBytes"]
        assert "EWR" in answer.text
        assert client.get(f"/api/reports/{report_id}/file").status_code == 401
        assert client.get(link["path"][:-1] + "x").status_code == 401
        other = link["path"].replace(f"/{report_id}/", f"/{report_id + 1}/")
        assert client.get(other).status_code == 401
    query = {name: value[0] for name, value in parse_qs(urlsplit(link["path"]).query).items()}
    key = downloads.signing_key(api.context.platform.settings)
    assert downloads.is_signed(key, report_id, now=utc_now(), **query)
    assert not downloads.is_signed(key, report_id, now=utc_now() + timedelta(minutes=6), **query)
    # A replica that signs by another key takes it as long as it accepts this one too.
    settings = api.context.platform.settings
    request = Request({"type": "http", "query_string": urlsplit(link["path"]).query.encode()})
    for also in (tokens.signing_key(settings).decode(), None):
        other = replace(settings, secret_key=secrets.token_urlsafe(48), secret_key_also=also)
        assert downloads.has_link(request, Platform(other), report_id) is (also is not None)


def test_who_is_signed_in_needs_no_link_and_learns_what_is_missing(api):
    report_id = made(api, new_template(api))

    async def ada(_connection):
        await asyncio.sleep(0)
        return api.context.user

    with TestClient(Starlette(routes=downloads.download_routes(api.answers, ada))) as client:
        assert client.get(f"/api/reports/{report_id}/file").status_code == 200
        assert client.get("/api/reports/99999/file").status_code == 404


def test_a_report_is_kept_in_a_bucket_and_given_from_it_or_what_is_wrong_is_said(
    api, bucket, monkeypatch
):
    settings = replace(api.context.platform.settings, storage_url="s3://lake/iop")
    platform = replace(api.context.platform, settings=settings)
    there = replace(api, context=replace(api.context, platform=platform))
    report_id = made(there, new_template(api))
    link = api.call("reports.download", reportId=report_id)
    (name,) = (name for name in bucket.objects if name.endswith(".csv"))
    assert {each.rpartition("/")[0] for each in bucket.objects} == {"lake/iop/reports"}
    assert not [each for each in bucket.objects if each.endswith(".part")]
    content = bucket.objects[name]

    async def nobody(_connection):
        await asyncio.sleep(0)

    with TestClient(Starlette(routes=downloads.download_routes(api.answers, nobody))) as client:
        answer = client.get(link["path"])
        assert (answer.status_code, answer.content) == (200, content)
        assert b"EWR" in content
        del bucket.objects[name]
        assert client.get(link["path"]).status_code == 404
        bucket.buckets.clear()
        assert client.get(link["path"]).status_code == 503
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
        assert client.get(link["path"]).status_code == 503
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        assert client.get(link["path"]).status_code == 503
    with pytest.raises(
        Unavailable, match=r"s3://lake/iop does not take a file: .* does not answer"
    ):
        made(there, new_template(api, "Another"))


def test_a_report_can_be_had_in_each_form_from_the_rows_that_it_was_made_of(api):
    asked = {**QUERY, "outputs": {"files": ["xlsx"], "csv": {"locale": "fr-FR"}}}
    report_id = made(api, new_template(api, queryConfig=asked, name="Named"))
    (row,) = api.call("reports.generated", status="ready")
    assert [each["form"] for each in row["files"]] == ["xlsx", "parquet"]
    assert all(set(each) == {"form", "sizeBytes", "checksum"} for each in row["files"])

    async def nobody(_connection):
        await asyncio.sleep(0)

    wanted = {
        form: api.call("reports.download", reportId=report_id, **{"as": form})
        for form in ("csv", "xlsx", "json")
    }
    with TestClient(Starlette(routes=downloads.download_routes(api.answers, nobody))) as client:
        files = {form: client.get(link["path"]) for form, link in wanted.items()}
        assert client.get(wanted["csv"]["path"].replace("as=csv", "as=exe")).status_code == 400
    assert {answer.status_code for answer in files.values()} == {200}
    for form, answer in files.items():
        assert f".{form}" in answer.headers["content-disposition"]
    # The workbook lies in the store, the JSON is made when it is fetched.
    assert len(files["xlsx"].content) == wanted["xlsx"]["sizeBytes"]
    assert wanted["json"]["sizeBytes"] is None
    lines = files["csv"].content.decode("utf-8-sig").split("\r\n")
    in_csv = [line.split(";") for line in lines[1:] if line]
    assert [[str(cell) for cell in cells] for cells in files["json"].json()["rows"]] == in_csv
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"].content))
    in_book = book.get_sheet_by_index(1).to_python()[1:]
    assert [[origin, f"{cast(float, flights):.0f}"] for origin, flights in in_book] == in_csv
    assert api.call("reports.preview", reportId=report_id)["rows"] == in_csv
    with pytest.raises(Conflict, match="has no PDF"):
        api.call("reports.download", reportId=report_id, **{"as": "pdf"})
    api.write(
        generated_reports.update().where(generated_reports.c.id == report_id), {"files": None}
    )
    with pytest.raises(Conflict, match="before results were kept"):
        api.call("reports.download", reportId=report_id, **{"as": "json"})
