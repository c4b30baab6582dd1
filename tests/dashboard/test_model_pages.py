"""Models and their executions: lists, one version, running it, registering another."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.whole_product

MODEL = "cancellation-anomaly"


@pytest.fixture(scope="module")
def models(site):
    return {each["name"]: each["id"] for each in site.read("ada", "models.list")}


def test_models_are_listed_by_name_and_narrowed_from_the_address(viewer, check_access):
    viewer.goto("/models?type=ml")
    items = viewer.get_by_role("list", name="Models").get_by_role("listitem")
    expect(items).to_have_count(2)
    expect(items.first).to_contain_text("delay-forecast")
    expect(items.first).to_contain_text("Active")
    viewer.get_by_label("Search").fill("outlier")
    expect(items).to_have_count(1)
    assert "q=outlier" in viewer.url
    check_access(viewer)
    viewer.get_by_label("Search").fill("nothing of the kind")
    expect(viewer.get_by_text("No model matches these filters.")).to_be_visible()


def test_a_version_shows_its_scores_schemas_configuration_and_history(viewer, models, check_access):
    viewer.goto(f"/models/{models[MODEL]}")
    expect(viewer.get_by_role("figure")).to_contain_text("Share cancelled of EWR")
    viewer.get_by_label("Series").select_option("JFK")
    expect(viewer.get_by_role("figure")).to_contain_text("Share cancelled of JFK")
    assert "series=JFK" in viewer.url
    check_access(viewer)
    viewer.get_by_role("link", name="Schemas").click()
    reads = viewer.get_by_role("table", name="Input: columns")
    expect(reads.get_by_role("row").filter(has_text="origin")).to_contain_text("one of EWR, JFK")
    check_access(viewer)
    viewer.get_by_role("link", name="Configuration").click()
    expect(
        viewer.get_by_text(
            "Seasonal residual: points that are unusual for their own past, within a budget of alerts",
            exact=True,
        )
    ).to_be_visible()
    viewer.get_by_role("link", name="History").click()
    history = viewer.get_by_role("table", name="History")
    expect(history.get_by_role("row").filter(has_text="Superseded")).to_contain_text(
        "held for its data quality"
    )
    check_access(viewer)


def test_a_viewer_has_no_control_that_would_be_refused(viewer, models):
    viewer.goto(f"/models/{models[MODEL]}")
    expect(viewer.get_by_role("heading", name="Scored periods")).to_be_visible()
    for name in ("Run now", "Promote", "Deprecate", "Roll back"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)
    viewer.goto("/models/new")
    expect(viewer.get_by_role("heading", level=1)).to_have_text("You do not have access")


def test_an_administrator_runs_a_version_and_sees_it_end(admin, models):
    admin.goto(f"/models/{models['cancellation-limits']}")
    admin.get_by_role("button", name="Run now").click()
    admin.get_by_label("From").fill("2013-02-01")
    admin.get_by_label("To (exclusive)").fill("2013-01-01")
    admin.get_by_role("button", name="Run", exact=True).click()
    expect(admin.get_by_role("dialog")).to_contain_text("is not before")
    admin.get_by_label("To (exclusive)").fill("2013-02-15")
    admin.get_by_role("button", name="Run", exact=True).click()
    expect(admin.get_by_role("heading", name="Requested execution")).to_be_visible()
    expect(admin.get_by_text(re.compile(r"^\d+ findings?\."))).to_be_visible(timeout=90_000)
    admin.get_by_role("link", name=re.compile(r"^Execution \d+$")).first.click()
    expect(admin.get_by_role("heading", level=1)).to_have_text(re.compile(r"Execution \d+"))
    expect(admin.get_by_text("1 Feb 2013 to 14 Feb 2013")).to_be_visible()
    expect(admin.get_by_role("figure")).to_be_visible()


def test_a_backtest_tells_what_a_version_would_have_told_and_the_slider_moves_the_list(
    admin, models, check_access
):
    admin.goto(f"/models/{models[MODEL]}?tab=backtest")
    admin.get_by_role("button", name="Run a backtest").click()
    sentence = admin.get_by_text(re.compile(r"^From .+ this would have told you "))
    expect(sentence).to_be_visible(timeout=120_000)
    slider = admin.get_by_role("slider", name="Alerts a week")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("the model’s own"))
    slider.focus()
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0.02")
    few = _things(sentence)
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "100")
    many = _things(sentence)
    assert few <= many
    rows = admin.get_by_role("table", name="What it would have told").get_by_role("row")
    expect(rows).to_have_count(many + 1)
    expect(admin.get_by_role("figure")).to_be_visible()
    expect(admin.get_by_text("Deliveries replayed")).to_be_visible()
    check_access(admin)


def _things(sentence):
    said = sentence.inner_text()
    return 0 if "told you nothing" in said else int(re.search(r"told you (\d+) thing", said)[1])


def test_executions_are_narrowed_by_status_and_say_why_they_did_not_run(viewer, check_access):
    viewer.goto("/executions?status=superseded")
    items = viewer.get_by_role("list", name="Executions").get_by_role("listitem")
    expect(items.first).to_contain_text("held for its data quality")
    check_access(viewer)
    items.first.get_by_role("link").click()
    expect(viewer.get_by_role("heading", name="Why it did not run")).to_be_visible()
    expect(viewer.get_by_role("button", name="Run again")).to_have_count(0)
    check_access(viewer)
    viewer.goto("/executions")
    expect(viewer.get_by_label("Sort by")).to_have_value("")
    expect(viewer.get_by_label("Sort by").locator("option:checked")).to_have_text(
        "Recent failures first"
    )
    newest = items.first.inner_text()
    viewer.get_by_label("Sort by").select_option("Oldest first")
    expect(items.first).not_to_contain_text(newest.split()[0] + " ")
    viewer.get_by_label("Search by model").fill("cancellation-limits")
    expect(items.filter(has_not_text="cancellation-limits")).to_have_count(0)
    expect(items.first).to_contain_text("cancellation-limits")


@pytest.mark.parametrize("path", ["/models/9999", "/models/x", "/executions/9999", "/datasets/no"])
def test_what_is_not_there_is_told(viewer, path):
    viewer.goto(path)
    expect(viewer.get_by_role("heading", level=1)).to_have_text(re.compile("not found"))


def test_a_version_is_registered_by_form_with_refusals_at_their_fields(admin, models, check_access):
    admin.goto(f"/models/new?from={models[MODEL]}")
    expect(admin.get_by_label("Version")).to_have_value("v1.1.0")
    steps = [text for text in admin.locator("legend").all_inner_texts() if text[:1].isdigit()]
    assert steps == [
        *("1. What data", "2. What to look for", "3. How strict", "4. Look and register"),
    ]
    expect(admin.get_by_label("Input schema (JSON Schema of a row)")).to_be_hidden()
    budget = admin.get_by_label("Alerts a week")
    budget.fill("-1")
    admin.get_by_role("button", name="Register as a draft").click()
    expect(budget).to_have_attribute("aria-invalid", "true")
    expect(budget).to_have_accessible_description(re.compile("greater than 0"))
    check_access(admin)
    budget.fill("0.5")
    admin.get_by_role("button", name="Register as a draft").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"{MODEL} v1.1.0")
    expect(admin.get_by_text("This version is a draft")).to_be_visible()
    admin.get_by_role("button", name="Promote").click()
    dialog = admin.get_by_role("dialog")
    # A month is too short for a backtest, so that none is asked for and nothing is to be forced.
    expect(dialog.get_by_role("checkbox")).to_have_count(0)
    dialog.get_by_label("Reason").fill("fewer false alarms")
    dialog.get_by_role("button", name="Promote").click()
    expect(admin.get_by_text("Active", exact=True).first).to_be_visible()
    admin.get_by_role("button", name="Roll back").click()
    admin.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"{MODEL} v1.0.0")
    admin.get_by_role("link", name="Versions").click()
    expect(admin.get_by_role("list", name="Versions").get_by_role("listitem")).to_have_count(2)
    expect(admin.get_by_role("listitem").filter(has_text="by ada").first).to_be_visible()


def test_a_model_without_a_dataset_is_led_to_what_it_lacks(admin):
    admin.goto("/models/new")
    admin.get_by_label("Name").fill("reads_nothing")
    admin.get_by_role("button", name="Check").click()
    dataset = admin.get_by_role("combobox", name="Dataset")
    expect(dataset).to_have_accessible_description("Choose the dataset that the model reads.")
    expect(dataset).to_be_focused()


def test_a_pasted_model_is_refused_with_the_path_of_each_value(admin, check_access):
    admin.goto("/models/new?tab=json")
    text = admin.get_by_label("The model as JSON")
    text.fill('{"name": ')
    expect(text).to_have_accessible_description(re.compile("not JSON"))
    pasted = {
        "name": "pasted",
        "type": "statistical",
        "input_schema": {"type": "object", "properties": {"date": {"type": "string"}}},
        "output_schema": {"type": "object", "properties": {"ds": {"type": "string"}}},
        "config": {
            "runtime": "seasonal_residual",
            "dataset": "flights_daily",
            "input": {"measures": ["no_such"]},
        },
    }
    text.fill(json.dumps(pasted))
    admin.get_by_role("button", name="Check").click()
    expect(text).to_have_accessible_description(re.compile(r"config\.input\.measures\.0"))
    check_access(admin)
    pasted["config"]["input"]["measures"] = ["flights"]
    text.fill(json.dumps(pasted))
    admin.get_by_role("button", name="Register as a draft").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("pasted v1.0.0")


def test_both_ways_of_a_changed_model_are_kept_and_leaving_asks(admin):
    admin.goto("/models")
    admin.get_by_role("link", name="Register a model").click()
    admin.get_by_label("Name").fill("half_written")
    admin.get_by_role("navigation", name="How to register").get_by_role(
        "link", name="Paste JSON"
    ).click()
    admin.go_back()
    expect(admin.get_by_label("Name")).to_have_value("half_written")
    admin.go_back()
    expect(admin.get_by_role("heading", name="Leave without saving?")).to_be_visible()
    admin.get_by_role("button", name="Discard changes").click()
    expect(admin.get_by_role("heading", name="Models", level=1)).to_be_visible()
