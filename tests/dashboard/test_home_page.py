"""Home on a phone: what waits, how the business does and how the data is, at one sight, and decided on the spot."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from dashboard_rows import Recommendations
from playwright.sync_api import Page, expect

from iop_pipelines.domain.vocabulary import Severity
from served_app import wait_until

SMALL = {"viewport": {"width": 360, "height": 740}}
# No word, and as long as a title may be read.
LONG = "Departure" * 22


@pytest.fixture
def made(site) -> Recommendations:
    return Recommendations(site)


def _bottom(page: Page, locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_a_phone_shows_at_one_sight_what_waits_the_figures_the_data_and_the_machine(
    open_as, made, site, check_access
):
    titles = [LONG, "Second of the gravest", "Third of the gravest"]
    ids = [made.add(title, Severity.CRITICAL) for title in reversed(titles)]
    ids.append(made.add("A warning has no place here"))
    page = open_as("ada", "/", **SMALL)
    gravest = page.get_by_role("list", name="The most severe").get_by_role("listitem")
    expect(gravest).to_have_count(3)
    for at, title in enumerate(titles):
        expect(gravest.nth(at)).to_contain_text(title)
    figures = page.get_by_role("link", name="Share cancelled")
    expect(figures).to_be_visible()
    machine = page.get_by_role("region", name="Platform")
    expect(machine).to_contain_text("Live")
    bar = page.get_by_role("navigation", name="Main").bounding_box()
    assert bar is not None
    last = [figures, page.get_by_text("No delivery is missing"), machine]
    assert max(_bottom(page, each) for each in last) <= bar["y"]
    check_access(page)

    second = gravest.nth(1).get_by_role("button", name="Accept: Second of the gravest")
    second.click()
    expect(page.get_by_text("Second of the gravest")).to_have_count(0)
    wait_until(lambda: made.status(ids[1]) == "accepted")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Second of the gravest")).to_be_visible()
    assert made.status(ids[1]) == "open"
    french = open_as("vera", "/", locale="fr-FR", color_scheme="dark", **SMALL)
    expect(french.get_by_role("list", name="Les plus graves")).to_be_visible()
    expect(french.get_by_role("button", name="Accepter")).to_have_count(0)
    expect(french.get_by_role("link", name="Share cancelled")).to_be_visible()
    check_access(french)
    for each in ids:
        made.dismiss(each)


def test_whose_figures_are_shown_is_chosen_on_the_spot_and_kept_with_the_account(
    open_as, site, check_access
):
    page = open_as("viktor", "/", **SMALL)
    expect(page.get_by_role("heading", name="Punctuality in New York")).to_be_visible()
    # As the panel itself has it, which is what SQL gave in the tests of queries.
    dashboards = site.read("vera", "dashboards.list")
    panel = next(
        panel
        for each in dashboards
        if each["name"] == "Punctuality in New York"
        for panel in each["panels"]
        if panel["type"] == "metric"
    )
    data = site.read("vera", "panels.data", panelId=panel["id"])
    names = [column["name"] for column in data["columns"]]
    cancelled = data["rows"][0][names.index("cancelled_pct")]
    change = data["rows"][0][names.index("cancelled_pct_change")]
    figure = page.get_by_role("link", name="Share cancelled")
    expect(figure).to_contain_text(f"{cancelled:.1f}")
    expect(figure).to_contain_text(f"{abs(change):.1f}")
    expect(figure).to_contain_text("worse" if change > 0 else "better")
    page.get_by_role("button", name="Change the dashboard of Home").click()
    dialog = page.get_by_role("dialog")
    choice = dialog.get_by_role("button", name="Platform at work")
    expect(choice).to_be_visible()
    check_access(page)
    choice.click()
    expect(page.get_by_role("heading", name="Platform at work")).to_be_visible()
    expect(figure).to_have_count(0)
    other = open_as("viktor", "/", viewport={"width": 1440, "height": 900})
    expect(other.get_by_role("heading", name="Platform at work")).to_be_visible()
    check_access(other)
    mine = open_as("vera", "/", **SMALL)
    expect(mine.get_by_role("heading", name="Punctuality in New York")).to_be_visible()


def test_of_a_device_whose_clock_is_late_nothing_is_in_the_future(open_as, made):
    one = made.add("Made just now", Severity.CRITICAL)
    page = open_as("vera", "/more", **SMALL)
    page.clock.set_system_time(datetime.now(UTC) - timedelta(days=3))
    page.goto("/")
    entry = page.get_by_role("listitem").filter(has_text="Made just now")
    expect(entry.locator("time")).to_have_text(re.compile("now|ago"))
    made.dismiss(one)


def test_a_message_covers_no_button(open_as, made):
    ids = [made.add(f"Message {n}", Severity.CRITICAL) for n in range(2)]
    page = open_as("ada", f"/recommendations/{ids[0]}?q=message", **SMALL)
    page.get_by_role("region", name="Decide").get_by_role("button", name="Accept").click()
    message = page.get_by_role("status").filter(has=page.get_by_role("button", name="Undo"))
    expect(message).to_be_visible()
    covered = page.evaluate(
        """() => {
          const [box] = [...document.querySelectorAll('[role=status]')]
            .filter((each) => each.querySelector('button')).map((each) => each.getBoundingClientRect());
          return [...document.querySelectorAll('button, a, input, select, summary')]
            .filter((each) => !each.closest('[role=status]'))
            .map((each) => [each.textContent, each.getBoundingClientRect()])
            .filter(([, at]) => at.width > 1 && at.bottom > box.top + 1 && at.top < box.bottom - 1
              && at.right > box.left && at.left < box.right)
            .map(([text]) => text);
        }"""
    )
    assert covered == []
    for each in ids:
        made.dismiss(each)
