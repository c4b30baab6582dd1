"""Users, the audit trail, notifications and personal settings."""

import re

import pytest
from playwright.sync_api import expect

from browser_site import PASSWORD


def test_a_user_is_added_and_signs_in_by_the_link_once(admin, open_as):
    admin.goto("/users")
    admin.get_by_role("button", name="Add a user").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Not A Name!")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Name").fill("ngozi")
    dialog.get_by_role("button", name="Add", exact=True).click()
    link = admin.get_by_role("dialog", name="Sign-in link for ngozi").get_by_label("Sign-in link")
    page = open_as(None, link.input_value())
    expect(page.get_by_role("link", name="ngozi")).to_be_visible()
    admin.get_by_role("button", name="Close").last.click()
    expect(admin.get_by_role("heading", name="ngozi")).to_be_visible()


def test_an_account_is_disabled_and_one_s_own_is_asked_for_twice(admin):
    admin.goto("/users")
    vik = admin.get_by_role("listitem").filter(has=admin.get_by_role("heading", name="viktor"))
    vik.get_by_role("button", name="Disable").click()
    admin.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(vik.get_by_text("Disabled")).to_be_visible()
    vik.get_by_role("button", name="Enable").click()
    expect(vik.get_by_text("Disabled")).to_have_count(0)
    own = admin.get_by_role("listitem").filter(has=admin.get_by_role("heading", name="ada"))
    own.get_by_role("button", name="Make viewer").click()
    expect(admin.get_by_role("dialog")).to_contain_text("This is your own account")
    admin.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_the_trail_shows_what_changed_and_is_narrowed_by_the_address(admin, site):
    site.call("ada", "settings.update", theme="dark")
    site.call("ada", "settings.update", theme="light")
    admin.goto("/audit?what=settings.")
    entry = admin.get_by_role("list", name="Changes").get_by_role("listitem").first
    expect(entry).to_contain_text("settings.update")
    entry.locator("summary").click()
    expect(entry.get_by_role("row", name="theme dark light")).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("button", name="Download CSV").click()
    assert "settings.update" in download.value.path().read_text("utf-8-sig")
    admin.goto("/audit?request=no-such-request")
    expect(admin.get_by_text("Nothing matches these filters")).to_be_visible()


def test_notifications_are_read_one_by_one_and_all_at_once(viewer, check_access):
    # On the page of all, reports that came later and are read already may fill the first screen.
    viewer.goto("/notifications?tab=unread")
    unread = viewer.get_by_role("button", name=re.compile("^Mark as read"))
    expect(unread.first).to_be_visible()
    expect(viewer.get_by_role("heading", level=2).first).to_be_visible()
    count = unread.count()
    unread.first.click()
    expect(unread).to_have_count(count - 1)
    viewer.wait_for_load_state("networkidle")
    check_access(viewer)
    with viewer.expect_response("**/api/trpc/notifications.markRead*"):
        viewer.get_by_role("button", name="Mark all as read").click()
    # Before the device can have kept what came of it.
    viewer.reload()
    expect(viewer.get_by_text("No unread notifications")).to_be_visible()
    expect(viewer.get_by_role("link", name="Notifications, ")).to_have_count(0)


@pytest.mark.parametrize(("current", "field"), [("wrong", 0), (PASSWORD, 1)])
def test_a_refused_password_says_so_at_its_field(viewer, current: str, field: int):
    viewer.goto("/settings")
    viewer.get_by_label("Current password").fill(current)
    viewer.get_by_label("New password").fill("short" if field else "another good password")
    viewer.get_by_role("button", name="Change password").click()
    name = ("Current password", "New password")[field]
    expect(viewer.get_by_label(name)).to_have_attribute("aria-invalid", "true")


def test_a_choice_holds_at_once_and_on_the_next_device(open_as, check_access):
    page = open_as("grace", "/settings")
    with page.expect_response(lambda answer: "settings.update" in answer.url):
        page.get_by_label("Language").select_option("fr")
    expect(page.get_by_role("heading", name="Réglages")).to_be_visible()
    page.get_by_label("Fuseau horaire").fill("Mars/Olympus")
    expect(page.get_by_role("alert")).to_contain_text("Choisissez un fuseau")
    with page.expect_response(lambda answer: "settings.update" in answer.url):
        page.get_by_label("Fuseau horaire").fill("Asia/Tokyo")
    with page.expect_response(lambda answer: "settings.update" in answer.url):
        page.get_by_label("Nombres, dates et monnaie").select_option("SN")
    # Francs of West Africa have no centimes in use.
    expect(page.get_by_text("31 déc. 2026")).to_contain_text(re.compile(r"1\s235\sF\sCFA"))
    page.wait_for_load_state("networkidle")
    check_access(page)
    other = open_as("grace", "/settings")
    expect(other.get_by_role("heading", name="Réglages")).to_be_visible()
    expect(other.get_by_label("Fuseau horaire")).to_have_value("Asia/Tokyo")
    expect(other.get_by_label("Nombres, dates et monnaie")).to_have_value("SN")
    with other.expect_response(lambda answer: "settings.update" in answer.url):
        other.get_by_label("Langue").select_option("en")
