"""Reports: templates and their schedules, files, previews, and the form."""

import json
import re

import pytest
from playwright.sync_api import expect

QUERY = {
    "version": 1,
    "source": "dataset:flights_daily",
    "datasets": {
        "rows": {
            "select": [{"field": "origin"}, {"measure": "flights"}],
            "sort": [{"by": "origin"}],
        }
    },
}


@pytest.fixture(scope="module")
def templates(site):
    return {each["name"]: each["id"] for each in site.read("ada", "reports.list")}


def test_templates_are_listed_with_their_schedule_in_words(viewer, check_access):
    viewer.goto("/reports")
    item = viewer.get_by_role("listitem").filter(has_text="Weekly delays")
    expect(item).to_contain_text("every Monday at 06:00 (America/New_York)")
    expect(item).to_contain_text("Ready")
    check_access(viewer)
    viewer.get_by_label("Search").fill("executive")
    expect(viewer.get_by_role("list", name="Reports").get_by_role("listitem")).to_have_count(1)
    viewer.get_by_label("Status").select_option("paused")
    expect(viewer.get_by_text("No template fits these filters.")).to_be_visible()


def test_the_next_times_stand_in_the_templates_zone_and_the_readers(viewer, templates):
    viewer.goto(f"/reports/{templates['Executive summary']}")
    times = viewer.get_by_role("table", name="Next times")
    expect(times.get_by_role("row")).to_have_count(6)
    expect(times.get_by_role("row").nth(1)).to_have_text(
        re.compile(r"6:00\sAM.*1[01]:00\sAM", re.DOTALL)
    )
    for name in ("Generate now", "Pause", "Delete"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)


def test_a_pdf_is_previewed_page_by_page_and_downloaded(viewer, templates, check_access):
    viewer.goto(f"/reports/{templates['Executive summary']}")
    viewer.get_by_role("button", name=re.compile("^Preview")).first.click()
    picture = viewer.get_by_role("img", name=re.compile("Page 1 of Executive summary"))
    expect(picture).to_be_visible()
    check_access(viewer)
    viewer.get_by_role("button", name="Next page").click()
    expect(viewer.get_by_text(re.compile(r"Page 2 of \d"))).to_be_visible()
    with viewer.expect_download() as started:
        viewer.get_by_role("button", name=re.compile("^Download")).first.click()
    assert started.value.suggested_filename.endswith(".pdf")


def test_the_first_rows_of_a_csv_are_shown_as_a_table(viewer, templates, check_access):
    viewer.goto(f"/reports/{templates['Daily operations']}")
    viewer.get_by_role("button", name=re.compile("^Preview")).first.click()
    table = viewer.get_by_role("table", name=re.compile("Preview of report"))
    expect(table.get_by_role("row").nth(1)).to_be_visible()
    check_access(viewer)


def test_an_administrator_makes_a_template_and_its_first_report(admin, check_access):
    admin.goto("/reports/new")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_label("Name")).to_have_accessible_description("Give it a name.")
    admin.get_by_label("Name").fill("Flights by airport")
    text = admin.get_by_label("What it shows (query_config)")
    wrong = json.loads(json.dumps(QUERY))
    wrong["datasets"]["rows"]["select"][1]["measure"] = "flihgts"
    wrong["datasets"]["rows"]["sort"] = []
    text.fill(json.dumps(wrong))
    admin.get_by_role("button", name="Save").click()
    expect(text).to_have_accessible_description(re.compile(r"datasets\.rows\.select\.1.*flights"))
    check_access(admin)
    text.fill(json.dumps(QUERY))
    admin.get_by_role("button", name="Show what it gives").click()
    expect(admin.get_by_role("cell", name="LGA")).to_be_visible()
    schedule = admin.get_by_role("combobox", name="Schedule")
    schedule.select_option("monthly")
    admin.get_by_label("Day of the month").select_option("first-mon")
    admin.get_by_label("Time zone").fill("Africa/Nowhere")
    expect(admin.get_by_text("no IANA time zone")).to_be_visible()
    admin.get_by_label("Time zone").fill("Africa/Lagos")
    expect(admin.get_by_text("monthly first-mon 06:00 Africa/Lagos")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Flights by airport")
    expect(admin.get_by_text("every month on the first Monday at 06:00")).to_be_visible()
    admin.get_by_role("button", name="Generate now").click()
    made = admin.get_by_role("heading", name="The report you asked for")
    expect(made).to_be_visible()
    expect(admin.get_by_role("button", name=re.compile("^Download")).first).to_be_visible(
        timeout=90_000
    )
    admin.get_by_role("button", name="Pause").click()
    expect(admin.get_by_text("It is paused")).to_be_visible()
    admin.get_by_role("button", name="Resume").click()
    expect(admin.get_by_role("table", name="Next times")).to_be_visible()
    admin.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Reports")
    expect(admin.get_by_text("Flights by airport")).to_have_count(0)


def test_a_template_is_changed_from_a_copy_of_another(admin, templates):
    admin.goto(f"/reports/{templates['Delivery review']}/edit")
    expect(admin.get_by_label("Name")).to_have_value("Delivery review")
    admin.get_by_label("Start from").select_option("dataset airport_daily")
    text = admin.get_by_label("What it shows (query_config)")
    expect(text).to_have_value(re.compile("dataset:airport_daily"))
    admin.get_by_label("Start from").select_option(label="Copy of Delivery review")
    expect(text).to_have_value(re.compile("pipeline_runs"))


def test_a_report_of_another_language_reads_as_such(open_as, templates):
    page = open_as("vera", f"/reports/{templates['Daily operations']}", locale="fr-FR")
    expect(page.get_by_text("tous les jours à 06:00 (America/New_York)")).to_be_visible()
