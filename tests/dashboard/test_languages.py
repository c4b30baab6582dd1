"""What the server writes reads in the reader's language too: advice, labels, refusals."""

import json
import re
from typing import Any

import pytest
from device import wait_until_kept
from playwright.sync_api import Page, expect

FRENCH = {"locale": "fr-FR"}
PLATFORM = "Platform at work"


@pytest.fixture
def advice(site) -> dict[str, Any]:
    """A recommendation of a model of ours."""
    found = site.read("vera", "recommendations.list")
    return next(each for each in found if each["translations"] and each["modelId"])


def _spaced(text: str) -> re.Pattern[str]:
    """A browser shows spaces that do not break as others."""
    return re.compile(r"\s".join(re.escape(part) for part in text.split()))


def test_advice_is_read_in_french_and_in_english(open_as, advice, check_access):
    page = open_as("vera", f"/recommendations/{advice['id']}", **FRENCH)
    told = advice["translations"]["fr"]
    expect(page.get_by_role("heading", level=1)).to_have_text(_spaced(told["title"]))
    why = page.get_by_text(_spaced(told["description"].splitlines()[0]))
    expect(why).to_be_visible()
    expect(page.get_by_text(advice["title"])).to_have_count(0)
    check_access(page)
    english = open_as("vera", f"/recommendations/{advice['id']}")
    expect(english.get_by_role("heading", level=1)).to_have_text(_spaced(advice["title"]))


def test_another_language_and_region_are_there_without_a_network(open_as, advice):
    page: Page = open_as("vera", f"/recommendations/{advice['id']}", **FRENCH)
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(_spaced(advice["translations"]["fr"]["title"]))
    wait_until_kept(page, f'["recommendations.get",{{"id":{advice["id"]}}}')
    page.context.set_offline(True)
    day = re.compile(r"\b(\d{1,2}) (Jan|Feb) 2013\b")
    assert day.search(advice["title"])
    there = {"NG": advice["title"], "US": day.sub(r"\2 \1, 2013", advice["title"])}
    for region, said in there.items():
        kept = json.dumps({"language": "en", "ownRegion": region})
        page.evaluate("kept => localStorage.setItem('iop.preferences', kept)", kept)
        page.reload()
        expect(title).to_have_text(_spaced(said))
    page.context.set_offline(False)


def test_labels_of_the_platforms_own_columns_are_french(open_as, site):
    page = open_as("vera", "/dashboards", **FRENCH)
    page.get_by_role("link", name=PLATFORM).first.click()
    expect(page.get_by_text("Recommandations", exact=True).first).to_be_visible()
    expect(page.locator("dt", has_text="Durée moyenne")).to_be_visible()
    expect(page.get_by_text("Mean duration")).to_have_count(0)


def test_a_refusal_stands_at_its_field_in_french(open_as, check_access):
    page = open_as("ada", "/models/new?tab=json", **FRENCH)
    text = page.locator("textarea")
    text.fill('{"name": "", "type": "rule_based", "config": {}}')
    page.get_by_role("button", name="Vérifier").click()
    expect(text).to_have_accessible_description(re.compile("ne doit pas être vide", re.IGNORECASE))
    check_access(page)
