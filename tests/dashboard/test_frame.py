"""Sign-in, the frame around all pages, and what holds for each of them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser_site import PASSWORD

PAGES = (
    *("/", "/recommendations", "/dashboards", "/reports", "/models", "/executions", "/datasets"),
    *("/notifications", "/settings", "/more", "/nowhere"),
)
# All that a first sight of Home takes of a network, compressed, with what the answers' heads take.
FIRST_HOME_LIMIT = 105_000
ADMIN_PAGES = ("/users", "/audit", "/models/new", "/reports/new", "/dashboards/new")


def test_people_sign_in_and_come_where_they_wanted(open_as):
    page = open_as(None, "/reports?status=active")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Name").fill("vera")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect name or password")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Reports", level=1)).to_be_visible()
    assert page.url.endswith("/reports?status=active")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_to_no_other_site(open_as, target):
    page = open_as("vera", f"/sign-in?next={target}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("location.pathname") == "/"


def test_sign_out_ends_the_session_here_and_at_the_server(open_as, site):
    page = open_as(None, "/sign-in")
    page.get_by_label("Name").fill("viktor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    # Who signs out sees it at once; the server is told then.
    page.wait_for_function("() => localStorage.getItem('iop.left') === null")
    assert page.request.get("/api/auth/me").status == 401
    page.goto("/reports")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def _bytes_over_the_wire(page: Page) -> list[float]:
    """Of each answer, its headers too; filled while the page loads, and not with what it then fetches ahead."""
    received: list[float] = []
    ahead: set[str] = set()
    session = page.context.new_cdp_session(page)

    def asked(told: dict[str, Any]) -> None:
        if ahead or "/assets/ahead-" in told["request"]["url"]:
            ahead.add(told["requestId"])

    def ended(told: dict[str, Any]) -> None:
        if told["requestId"] not in ahead:
            received.append(told["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", ended)
    session.send("Network.enable")
    return received


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/", "/api/trpc/home.get"),
        ("/", "/api/trpc/home.figures"),
        ("/dashboards/1", "/api/trpc/dashboards.get?input=%7B%22id%22%3A1%7D"),
    ],
)
def test_what_the_browser_asks_for_ahead_is_what_the_page_takes(browser, site, path, read):
    # Without a worker: the page that it keeps names no answers.
    context = browser.new_context(base_url=site.url, service_workers="block")
    context.add_cookies(site.cookies_of("vera"))
    page = context.new_page()
    received = _bytes_over_the_wire(page)
    page.goto(path)
    expect(page.locator("main h2").first).to_be_visible()
    # An answer is in the timeline once it is there.
    page.wait_for_function(
        "read => performance.getEntriesByType('resource').some(({ name }) => name.endsWith(read))",
        arg=read,
    )
    timeline = page.evaluate(
        """() => performance.getEntriesByType('resource').map(
          ({ name, startTime, responseEnd }) => [name, startTime, responseEnd])"""
    )
    if path == "/":
        page.wait_for_load_state("networkidle")
        assert 0 < sum(received) <= FIRST_HOME_LIMIT
    context.close()
    [programs_end] = [
        end for name, _, end in timeline if "/assets/index-" in name and ".js" in name
    ]
    for each in ("/api/auth/me", read):
        begun = [begin for name, begin, _ in timeline if name.endswith(each)]
        assert len(begun) == 1
        assert begun[0] < programs_end


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_a_viewer_is_accessible(viewer, check_access, path):
    viewer.goto(path)
    expect(viewer.get_by_role("heading", level=1)).to_be_visible()
    viewer.wait_for_load_state("networkidle")
    check_access(viewer)


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_pages_of_admins_are_accessible_in_the_dark_and_not_there_for_viewers(
    open_as, check_access, path
):
    page = open_as("ada", path, color_scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    check_access(page)
    other = open_as("vera", path)
    expect(other.get_by_role("heading", level=1)).to_have_text(
        re.compile("no such page|You do not have access|not found", re.IGNORECASE)
    )


def test_everything_is_there_in_french(open_as):
    page = open_as("vera", "/", locale="fr-FR")
    expect(page.get_by_role("link", name="Rapports", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_the_keyboard_reaches_the_content_first(viewer):
    viewer.goto("/")
    expect(viewer.get_by_role("heading", level=1)).to_be_visible()
    viewer.keyboard.press("Tab")
    expect(viewer.get_by_role("link", name="Skip to content")).to_be_focused()


@pytest.mark.parametrize(
    "refusal",
    [
        "Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })",
        """Object.defineProperty(Navigator.prototype, 'serviceWorker', {
          get() { throw new DOMException('no', 'SecurityError'); } })""",
        "ServiceWorkerContainer.prototype.register = async () => undefined",
        "ServiceWorkerContainer.prototype.register = () => { throw new TypeError('no'); }",
    ],
)
def test_a_browser_without_a_service_worker_has_the_whole_app(open_as, refusal):
    page = open_as("vera", "/sign-in")
    page.add_init_script(refusal)
    page.goto("/settings")
    page.get_by_role("button", name="Remove").click()
    # Said by what comes after the first sight of the page, beside the note of a newer version.
    expect(page.locator("[role=status]", has_text="The stored data was removed")).to_be_visible()


def test_the_files_of_a_page_are_asked_for_before_the_app_runs(open_as):
    page = open_as("vera", "/more")
    link = page.request.get("/", headers={"accept": "text/html"}).headers["link"]
    chunk = re.search(r"/assets/home-[\w-]+\.js", link)
    assert chunk
    page.goto("/")
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()
    found = page.evaluate(
        "(url) => performance.getEntriesByType('resource').filter((each) => each.name.endsWith(url))"
        ".map((each) => each.initiatorType)",
        chunk[0],
    )
    of_part = page.request.get(chunk[0]).headers
    assert of_part["x-content-type-options"] == "nosniff"
    assert of_part["cross-origin-resource-policy"] == "same-origin"
    # What a page alone is asked for, its scripts would carry for nothing; what is not there is no script.
    assert "content-security-policy" not in of_part
    assert "content-security-policy" in page.request.get("/assets/none.js").headers
    assert found
