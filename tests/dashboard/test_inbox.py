"""The inbox: reading, deciding by touch and keyboard, in bulk, and what stands in its history."""

import re
from datetime import datetime

import pytest
from dashboard_rows import Recommendations
from playwright.sync_api import Page, expect

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.ledger.stats import figures
from iop_pipelines.schema.engine import engine_for
from served_app import wait_until

EVIL = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def made(site) -> Recommendations:
    """Recommendations of this test's own; the demo's stay as they are."""
    return Recommendations(site)


def _decide(page: Page, label: str) -> None:
    page.get_by_role("region", name="Decide").get_by_role("button", name=label).click()


def test_the_most_severe_stand_first_and_filters_live_in_the_address(admin, made):
    gravest = made.add("The gravest that lasts", Severity.CRITICAL)
    warning = made.add("A warning that lasts", Severity.WARNING)
    admin.goto("/recommendations")
    items = admin.get_by_role("list", name="Recommendations").get_by_role("listitem")
    expect(items.first).to_contain_text("Critical")
    admin.get_by_text("Filter", exact=True).click()
    admin.get_by_label("Severity").select_option("warning")
    expect(items.first).to_contain_text("Warning")
    assert admin.url.endswith("?severity=warning")
    admin.reload()
    expect(items.first).to_contain_text("Warning")
    admin.get_by_role("button", name="Remove filter: Warning").click()
    expect(items.first).to_contain_text("Critical")
    admin.goto("/recommendations?q=no+such+words")
    expect(admin.get_by_text("Nothing matches these filters")).to_be_visible()
    # The storm's are graver than any warning, and long over: nobody needs to decide them.
    admin.goto("/recommendations?severity=critical")
    expect(items.first).to_contain_text("The gravest that lasts")
    expect(items.filter(has_text="No longer found")).to_have_count(0)
    admin.get_by_role("link", name="No longer found").click()
    expect(items.first).to_contain_text("No longer found")
    expect(items.filter(has_text="The gravest that lasts")).to_have_count(0)
    made.dismiss(gravest)
    made.dismiss(warning)


def test_home_counts_what_still_waits_and_leads_to_what_went_away(admin, site, made):
    one = made.add("Still waits")
    stats = figures(engine_for(site.settings.database_url), utc_now())
    gone = sum(stats.gone_by_severity.values())
    waiting = sum(stats.open_by_severity.values()) - gone
    assert gone > 0
    admin.goto("/")
    expect(admin.get_by_role("link", name=f"All {waiting}")).to_be_visible()
    made.dismiss(one)
    if waiting == 1:
        admin.get_by_role("link", name="What is no longer found").click()
        expect(admin.get_by_role("listitem").first).to_contain_text("No longer found")


def test_one_is_accepted_and_the_next_is_shown_and_it_can_be_undone(admin, made):
    first, _ = made.add("First to decide"), made.add("Second to decide")
    admin.goto(f"/recommendations/{first}?sort=newest&q=to+decide")
    expect(admin.get_by_role("heading", name="First to decide", level=1)).to_be_visible()
    _decide(admin, "Accept")
    expect(admin.get_by_role("heading", name="Second to decide", level=1)).to_be_visible()
    assert made.status(first) == "accepted"
    admin.get_by_role("button", name="Undo").click()
    expect(admin.get_by_text("Reopened.")).to_be_visible()
    assert made.status(first) == "open"


def test_a_dismissal_needs_a_reason_which_its_history_tells(admin, made):
    one = made.add("To be dismissed")
    admin.goto(f"/recommendations/{one}?view=all")
    _decide(admin, "Dismiss")
    dialog = admin.get_by_role("dialog", name="Why dismiss it?")
    dialog.get_by_role("button", name="Dismiss").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Give a reason")
    dialog.get_by_label("Other reason").check()
    dialog.get_by_label("Your reason").fill("Runway works, known since March")
    dialog.get_by_role("button", name="Dismiss").click()
    expect(admin.get_by_text("Runway works, known since March")).to_be_visible()
    expect(admin.get_by_text("by you")).to_be_visible()
    assert made.status(one) == "dismissed"


def test_one_is_put_off_and_taken_up_again(admin, made):
    one = made.add("To be put off")
    admin.goto(f"/recommendations/{one}?view=all")
    _decide(admin, "Snooze")
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Custom date and time").fill("2020-01-01T08:00")
    dialog.get_by_role("button", name="Snooze").click()
    expect(dialog.get_by_role("alert")).to_contain_text("in the future")
    dialog.get_by_role("button", name="Tomorrow morning").click()
    expect(admin.get_by_text(re.compile("^Snoozed until")).first).to_be_visible()
    _decide(admin, "End snooze")
    expect(admin.get_by_text("Snooze ended.")).to_be_visible()
    assert made.row(one).snoozed_until is None


def test_what_is_of_one_cause_is_one_entry_that_is_accepted_whole_and_taken_back(admin, made):
    ids = [made.add(f"Storm {number}") for number in range(3)]
    lead = made.add("Storm, the gravest", Severity.CRITICAL)
    made.put_together([*ids, lead], datetime(2026, 2, 9), 40)
    admin.goto("/recommendations?q=Storm")
    items = admin.get_by_role("list", name="Recommendations").get_by_role("listitem")
    expect(items).to_have_count(1)
    expect(items.first).to_contain_text("Storm, the gravest")
    admin.get_by_role("link", name="and 3 more of the same time").click()
    expect(items).to_have_count(4)
    admin.get_by_role("button", name="Remove filter: at the same time").click()
    expect(items).to_have_count(1)
    admin.get_by_role("link", name="Storm, the gravest").click()
    expect(admin.get_by_text("4 of 40 series lower than expected since")).to_be_visible()
    admin.get_by_role("button", name="Accept all 4").click()
    expect(admin.get_by_text("4 accepted.")).to_be_visible()
    assert {made.status(one) for one in [*ids, lead]} == {"accepted"}
    admin.get_by_role("button", name="Undo").click()
    wait_until(lambda: {made.status(one) for one in [*ids, lead]} == {"open"}, 20)
    for one in [*ids, lead]:
        made.dismiss(one)


def test_several_are_decided_at_once_by_keyboard(open_as, made):
    ids = [made.add(f"Bulk {number}") for number in range(3)]
    page = open_as(
        "ada", "/recommendations?q=Bulk&sort=newest", viewport={"width": 1440, "height": 900}
    )
    expect(page.get_by_text("3 recommendations")).to_be_visible()
    for title in ("Bulk 2", "Bulk 1"):
        page.keyboard.press("j")
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        page.keyboard.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("2 accepted.")).to_be_visible()
    assert [made.status(one) for one in ids] == ["open", "accepted", "accepted"]
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    help_.get_by_label("Use keyboard shortcuts").uncheck()
    help_.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_of_several_those_not_taken_are_named_and_stay_selected(open_as, made, site):
    ids = [made.add(f"Group {number}") for number in range(2)]
    page = open_as("ada", "/recommendations?q=Group&view=all&sort=newest")
    for number in range(2):
        page.get_by_role("checkbox", name=f"Group {number}").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    site.call("grace", "recommendations.update", id=ids[0], status="dismissed", reason="known")
    page.get_by_role("button", name="Accept").click()
    dialog = page.get_by_role("dialog", name="1 of 2 were not saved")
    expect(dialog).to_contain_text("1 of 2 was saved.")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    expect(dialog.get_by_role("listitem")).to_contain_text("Group 0")
    expect(dialog.get_by_role("listitem")).to_contain_text("Somebody else decided first")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert [made.status(one) for one in ids] == ["dismissed", "accepted"]


def test_what_somebody_else_decided_meanwhile_is_shown_and_not_overwritten(admin, made, site):
    one = made.add("Decided by two")
    # As on a network that lets no stream through.
    admin.route("**/dashboard.live*", lambda route: route.abort())
    admin.goto(f"/recommendations/{one}?view=all")
    expect(admin.get_by_role("button", name="Accept")).to_be_visible()
    theirs = {"id": one, "status": "dismissed", "reason": "known"}
    site.call("grace", "recommendations.update", **theirs)
    _decide(admin, "Accept")
    conflict = admin.get_by_role("region", name="Somebody else decided first")
    admin.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(conflict).to_contain_text("grace decided: dismissed")
    expect(conflict).to_contain_text("known")
    assert made.status(one) == "dismissed"
    conflict.get_by_role("button", name="Apply mine anyway").click()
    expect(conflict).to_have_count(0)
    wait_until(lambda: made.status(one) == "accepted")


def test_an_inbox_left_open_tells_what_came_and_moves_nothing_until_it_is_asked(
    open_as, made, site, check_access
):
    first, second = made.add("Left open, one"), made.add("Left open, two")
    page = open_as(
        *("ada", f"/recommendations/{first}?q=left+open&sort=newest"),
        viewport={"width": 1280, "height": 800},
    )
    items = page.get_by_role("list", name="Recommendations").get_by_role("listitem")
    expect(items).to_have_count(2)
    expect(page.get_by_role("main").get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("^Saved data"))).to_have_count(0)
    before = items.first.bounding_box()
    # What somebody else did stands in its place, and beside it who it was.
    theirs = {"id": first, "status": "dismissed", "reason": "known to all"}
    site.call("grace", "recommendations.update", **theirs)
    expect(items.last).to_contain_text("Dismissed")
    expect(page.get_by_text("grace decided: dismissed")).to_be_visible()
    expect(page.get_by_text("known to all").first).to_be_visible()
    expect(page.get_by_role("region", name="Decide").get_by_role("button")).to_have_text("Reopen")
    third = made.add("Left open, three")
    show = page.get_by_role("button", name="1 new · Show")
    expect(show).to_be_visible()
    expect(items).to_have_count(2)
    assert items.first.bounding_box() == before
    check_access(page)
    show.click()
    expect(items.first).to_contain_text("Left open, three")
    # What was decided is no longer to be reviewed.
    expect(items).to_have_count(2)
    expect(show).to_have_count(0)
    for each in (second, third):
        made.dismiss(each)


def test_a_decision_that_another_crosses_while_its_reason_is_asked_is_not_overwritten(
    admin, made, site
):
    one = made.add("Asked about while another decides")
    admin.goto(f"/recommendations/{one}?view=all")
    _decide(admin, "Dismiss")
    dialog = admin.get_by_role("dialog", name="Why dismiss it?")
    site.call("grace", "recommendations.update", id=one, status="accepted")
    expect(admin.get_by_text("grace decided: accepted")).to_be_attached()
    dialog.get_by_label("Known and planned").check()
    dialog.get_by_role("button", name="Dismiss").click()
    expect(admin.get_by_role("dialog")).to_contain_text("Somebody else decided first")
    assert made.status(one) == "accepted"


def test_titles_are_text_everywhere(admin, made):
    one = made.add(EVIL, severity=Severity.CRITICAL)
    for path in (f"/recommendations/{one}", "/recommendations?sort=newest", "/notifications"):
        admin.goto(path)
        expect(admin.get_by_text(EVIL).first).to_be_visible()
        assert admin.locator("img[src=x]").count() == 0
        assert admin.title() != "owned"
    made.dismiss(one)


def test_viewers_read_everything_and_decide_nothing(viewer, made, check_access):
    one = made.add("For everybody to read")
    viewer.goto(f"/recommendations/{one}")
    expect(viewer.get_by_text("Only administrators can decide.")).to_be_visible()
    expect(viewer.get_by_role("heading", name="History")).to_be_visible()
    for name in ("Accept", "Dismiss", "Snooze", "Add comment"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)
    viewer.wait_for_load_state("networkidle")
    check_access(viewer)
    viewer.goto("/recommendations")
    expect(viewer.get_by_role("checkbox")).to_have_count(0)


def test_the_evidence_of_a_model_is_a_chart_with_a_table(open_as, check_access):
    page = open_as("ada", "/recommendations/1", color_scheme="dark")
    expect(page.get_by_role("heading", name="Recommended action")).to_be_visible()
    page.get_by_role("button", name="Show as table").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.wait_for_load_state("networkidle")
    check_access(page)
    page.goto("/recommendations/999999")
    expect(page.get_by_role("heading", name="Recommendation not found")).to_be_visible()
