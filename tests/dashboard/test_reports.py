"""Reports: templates and their schedules, files, previews, and the form."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.whole_product


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
    expect(viewer.get_by_text("No template matches these filters.")).to_be_visible()


def test_the_next_times_stand_in_the_templates_zone_and_the_readers(viewer, templates):
    viewer.goto(f"/reports/{templates['Executive summary']}")
    times = viewer.get_by_role("table", name="Upcoming times")
    expect(times.get_by_role("row")).to_have_count(6)
    expect(times.get_by_role("row").nth(1)).to_have_text(re.compile(r"06:00.*1[01]:00", re.DOTALL))
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


def _stored(page, template: int) -> dict:
    answer = page.request.get(f"/api/trpc/reports.get?input={json.dumps({'id': template})}")
    assert answer.ok, answer.text()
    return answer.json()["result"]["data"]["queryConfig"]


def test_an_administrator_makes_a_template_and_its_first_report(admin, check_access):
    admin.goto("/reports/new")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_label("Name (required)")).to_have_accessible_description("Enter a name.")
    admin.get_by_label("Name (required)").fill("Flights by airport")
    admin.get_by_role("combobox", name="Data").select_option(label="Dataset flights daily")
    admin.get_by_label("Period").select_option("")
    columns = admin.get_by_role("group", name="Columns")
    columns.get_by_label("Column").select_option(label="Origin")
    expect(admin.get_by_role("cell", name="LGA").first).to_be_visible()

    condition = admin.get_by_role("group", name="Only rows where")
    condition.get_by_role("button", name="Add a condition").click()
    condition.get_by_label("Field").select_option(label="Flights scheduled")
    condition.get_by_label("Value").fill("many")
    admin.get_by_role("button", name="Save").click()
    expect(condition.get_by_label("Value")).to_have_accessible_description(re.compile("many"))
    check_access(admin)
    condition.get_by_label("Comparison").select_option(label="is at least")
    condition.get_by_label("Value").fill("2")
    expect(condition.get_by_role("alert")).to_have_count(0)

    admin.get_by_role("button", name="Add a chart").click()
    expect(admin.get_by_role("slider")).to_be_visible()
    admin.get_by_label("Chart title").fill("Who flies from where")
    schedule = admin.get_by_role("combobox", name="Schedule")
    schedule.select_option("monthly")
    admin.get_by_label("Day of the month").select_option("first-mon")
    admin.get_by_label("Time zone").fill("Africa/Nowhere")
    expect(admin.get_by_text("is not a time zone")).to_be_visible()
    admin.get_by_label("Time zone").fill("Africa/Lagos")
    expect(admin.get_by_text("monthly first-mon 06:00 Africa/Lagos")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Flights by airport")
    expect(admin.get_by_text("on the first Monday of every month at 06:00")).to_be_visible()
    admin.get_by_role("button", name="Generate now").click()
    made = admin.get_by_role("heading", name="Requested report")
    expect(made).to_be_visible()
    expect(admin.get_by_role("button", name=re.compile("^Download")).first).to_be_visible(
        timeout=90_000
    )
    admin.get_by_role("button", name="Pause").click()
    expect(admin.get_by_text("Paused:")).to_be_visible()
    admin.get_by_role("button", name="Resume").click()
    expect(admin.get_by_role("table", name="Upcoming times")).to_be_visible()
    admin.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Reports")
    expect(admin.get_by_text("Flights by airport")).to_have_count(0)


def test_the_form_and_the_json_are_the_same_query(admin):
    admin.goto("/reports/new")
    admin.get_by_role("button", name="JSON").click()
    text = admin.get_by_label("Query as JSON")
    query = json.loads(text.input_value())
    name = next(iter(query["datasets"]))
    query["datasets"][name]["select"][1]["measure"] = "flihgts"
    text.fill(json.dumps(query))
    refused = re.compile(rf"datasets\.{name}\.select\.1.*flihgts")
    expect(text).to_have_accessible_description(refused)
    admin.get_by_role("button", name="Form").click()
    measures = admin.get_by_role("group", name="Measures")
    expect(measures.get_by_role("alert")).to_contain_text("flihgts")
    admin.get_by_role("button", name="JSON").click()
    text.fill("{")
    admin.get_by_label("Name (required)").fill("Half a query")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("The content is not valid JSON.")).to_be_visible()


def test_measures_are_judged_and_narrowed_and_a_logo_is_looked_for_by_the_form(admin, check_access):
    admin.goto("/reports/new")
    admin.get_by_label("Name (required)").fill("Judged")
    admin.get_by_label("Format").first.select_option("pdf")
    source = admin.get_by_role("combobox", name="Data")
    source.select_option(label="Dataset flights daily")
    expect(source).to_have_value("dataset:flights_daily")
    columns = admin.get_by_role("group", name="Columns")
    columns.get_by_label("Column").select_option(label="Origin")
    columns.get_by_role("button", name="Add a column").click()
    measures = admin.get_by_role("group", name="Measures")
    measures.get_by_label("Compared with").first.select_option(label="The period before")
    measures.get_by_label("Good news is").select_option(label="A fall")
    having = admin.get_by_role("group", name="Only groups where")
    having.get_by_role("button", name="Narrow by a measure").click()
    having.get_by_label("Value").fill("5.5")
    subtotals = admin.get_by_role("group", name="Subtotals by")
    subtotals.get_by_label("Origin").check()
    # Either leaves out what the other one counts.
    expect(admin.get_by_text("leave one of both").first).to_be_visible()
    having.get_by_role("button", name=re.compile("^Remove line")).click()
    expect(admin.get_by_text("leave one of both")).to_have_count(0)
    having.get_by_role("button", name="Narrow by a measure").click()
    subtotals.get_by_label("Origin").uncheck()
    brand = admin.get_by_role("group", name="Look of the pages")
    brand.get_by_label("Logo").fill("gone.svg")
    brand.get_by_label("Paper size").select_option("Letter")
    check_access(admin)
    admin.get_by_role("button", name="Save").click()
    said = re.compile(r"there is no logo gone\.svg")
    expect(brand.get_by_label("Logo")).to_have_accessible_description(said)
    admin.get_by_role("button", name="JSON").click()
    query = json.loads(admin.get_by_label("Query as JSON").input_value())
    (table,) = query["datasets"].values()
    measure = next(each for each in table["select"] if "measure" in each)
    assert (measure["compare"], measure["favourable"]) == ("previous_period", "down")
    assert table["having"] == {"field": measure["measure"], "op": "gt", "value": 0}
    assert "subtotals" not in table
    assert query["brand"] == {"logo": "gone.svg", "paper": "Letter"}


def test_the_form_keeps_what_it_does_not_show(admin, site, templates, check_access):
    """The demo's largest template has nine tables, four charts and an output of each format."""
    template = templates["Executive summary"]
    before = _stored(admin, template)
    admin.goto(f"/reports/{template}/edit")
    admin.get_by_role("button", name="Airlines, the least punctual first").click()
    expect(admin.get_by_label("Table title")).to_have_value("Airlines, the least punctual first")
    check_access(admin)
    admin.get_by_label("Maximum rows", exact=True).fill("20")
    admin.get_by_role("button", name="Quality of the data").click()
    expect(admin.get_by_role("combobox", name="Data").last).to_have_value("quality")
    expect(admin.get_by_label("Period").last).to_have_value("param:period")
    admin.get_by_label("Table title").fill("How good the data was")
    admin.get_by_label("Period").first.select_option(label="Last quarter")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Executive summary")

    after = _stored(admin, template)
    before["datasets"]["by_airline"]["limit"] = 20
    before["datasets"]["quality"]["title"] = "How good the data was"
    before["params"]["period"]["default"] = "last_quarter"
    assert after == before
    site.call("ada", "reports.update", id=template, queryConfig=_restored(before))


def _restored(config: dict) -> dict:
    config["datasets"]["by_airline"]["limit"] = 25
    config["datasets"]["quality"]["title"] = "Quality of the data"
    config["params"]["period"]["default"] = "last_month"
    return config


def test_tables_are_added_and_removed_with_what_is_said_of_them(admin, templates):
    admin.goto(f"/reports/{templates['Executive summary']}/edit")
    admin.get_by_role("button", name="The month in figures", exact=True).click()
    expect(admin.get_by_label("Headline figures")).to_have_value("totals")
    admin.get_by_role("button", name="Remove “The month in figures”").click()
    expect(admin.get_by_label("Headline figures")).to_have_value("")
    admin.get_by_role("button", name="Add a table").click()
    table = admin.get_by_role("button", name=re.compile(r"^table_\d+$"))
    expect(table).to_have_attribute("aria-pressed", "true")
    expect(admin.get_by_role("group", name="Measures")).to_be_visible()


def test_a_refused_schedule_is_told_at_its_control_in_the_words_that_were_typed(admin):
    admin.goto("/reports/new")
    admin.get_by_label("Name (required)").fill("Never due")
    admin.get_by_role("combobox", name="Schedule").select_option("cron")
    cron = admin.get_by_label("Cron expression")
    cron.fill("daily 25:99")
    expect(admin.get_by_text("has 3 fields")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(cron).to_have_accessible_description(re.compile("'daily 25:99' has 3 fields"))
    expect(cron).to_be_focused()
    cron.fill("0 6 * * *")
    expect(cron).to_have_attribute("aria-invalid", "false")


def test_a_template_is_changed_from_a_copy_of_another(admin, templates):
    admin.goto(f"/reports/{templates['Delivery review']}/edit")
    expect(admin.get_by_label("Name (required)")).to_have_value("Delivery review")
    source = admin.get_by_role("combobox", name="Data").first
    admin.get_by_label("Start from").select_option("dataset airport_daily")
    expect(source).to_have_value("dataset:airport_daily")
    admin.get_by_label("Start from").select_option(label="Copy of Delivery review")
    expect(source).to_have_value("pipeline_runs")


def test_a_report_of_another_language_reads_as_such(open_as, templates):
    page = open_as("vera", f"/reports/{templates['Daily operations']}", locale="fr-FR")
    expect(page.get_by_text("Tous les jours à 06:00 (America/New_York)")).to_be_visible()
    page.goto(f"/reports/{templates['Morning briefing']}")
    said = page.get_by_text("Du lundi au vendredi à 06:30 (America/New_York)")
    expect(said).to_have_attribute("title", "cron 30 6 * * 1-5 America/New_York")


def test_leaving_a_changed_form_asks_and_an_unchanged_one_does_not(admin):
    admin.goto("/reports")
    admin.get_by_role("link", name="New template").click()
    expect(admin.get_by_label("Name")).to_be_visible()
    admin.go_back()
    expect(admin.get_by_role("heading", name="Reports", level=1)).to_be_visible()
    admin.get_by_role("link", name="New template").click()
    admin.get_by_label("Name (required)").fill("Half written")
    admin.go_back()
    expect(admin.get_by_role("heading", name="Leave without saving?")).to_be_visible()
    admin.get_by_role("button", name="Keep editing").click()
    expect(admin.get_by_label("Name (required)")).to_have_value("Half written")
    admin.get_by_role("link", name="Dashboards", exact=True).click()
    admin.get_by_role("button", name="Discard changes").click()
    expect(admin.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()
