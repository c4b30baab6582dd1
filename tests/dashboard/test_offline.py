"""Without a network, and with two people on one device.

Offline means both: the browser is told so, and the server is stopped; the first alone can be undone by
what a page does, and then the test would pass online.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dashboard_rows import Recommendations
from device import wait_until_kept
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from browser_site import PASSWORD, Site
from iop_pipelines.domain.vocabulary import Severity
from served_app import wait_until

HAS_WORKER = "() => navigator.serviceWorker.controller !== null"


@pytest.fixture
def made(site) -> Recommendations:
    return Recommendations(site)


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=site.url, viewport={"width": 375, "height": 812}, locale="en-GB"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


@contextmanager
def offline(context: BrowserContext, site: Site, page: Page) -> Iterator[None]:
    site.stop()
    context.set_offline(True)
    try:
        assert page.evaluate("navigator.onLine") is False
        yield
    finally:
        site.start()
        context.set_offline(False)


def sign_in(page: Page, name: str, path: str = "/sign-in") -> None:
    page.goto(path)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def wait_for_shell(page: Page) -> None:
    wait_until_kept(page, '["recommendations.list"')


def test_a_decision_made_offline_is_kept_and_sent_once(phone, site, made):
    mine, contested = made.add("Decided in the lift"), made.add("Decided by both")
    page = phone.new_page()
    sign_in(page, "ada")
    page.goto("/recommendations?sort=newest")
    expect(page.get_by_role("link", name="Decided in the lift")).to_be_visible()
    wait_for_shell(page)

    with offline(phone, site, page):
        page.goto("/recommendations?sort=newest")
        expect(page.get_by_text("You are offline")).to_be_visible()
        page.get_by_role("link", name="Decided by both").click()
        expect(page.get_by_role("heading", name="Recommended action")).to_be_visible()
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_role("heading", name="Decided in the lift", level=1)).to_be_visible()
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_text("2 decisions have not been sent yet")).to_be_visible()
        page.reload()
        expect(page.get_by_text("2 decisions have not been sent yet")).to_be_visible()
        page.goto("/datasets/never_seen")
        expect(page.get_by_role("heading", name="No connection")).to_be_visible()
        made.dismiss(contested)

    expect(
        page.get_by_text("One decision has not been sent yet, one needs your attention")
    ).to_be_visible(timeout=90_000)
    assert made.decisions(mine) == ["accepted"]
    assert made.status(contested) == "dismissed"
    page.get_by_role("link", name="Show").click()
    conflict = page.get_by_role("region", name="Somebody else decided first")
    expect(conflict).to_contain_text("dismissed")
    conflict.get_by_role("button", name="Keep theirs").click()
    expect(page.get_by_text("Everything was sent")).to_be_visible()
    assert made.decisions(contested) == ["dismissed"]


def test_what_only_stood_in_the_list_opens_offline_with_its_evidence(phone, site, made):
    page = phone.new_page()
    sign_in(page, "vera")
    page.goto("/recommendations?sort=newest&view=all")
    listed = page.get_by_role("list", name="Recommendations").get_by_role("listitem")
    expect(listed.first).to_be_visible()
    numbers = [
        int(number)
        for number in listed.evaluate_all("all => all.map(({ id }) => id.replace('item-', ''))")
    ]
    unopened = next(each for each in numbers if (made.row(each).metadata or {}).get("points"))
    wait_until_kept(page, f'["recommendations.get",{{"id":{unopened}}}')

    with offline(phone, site, page):
        page.goto("/recommendations?sort=newest&view=all")
        page.locator(f"#item-{unopened}").get_by_role("link").click()
        page.get_by_role("button", name="Show as table").click()
        expect(page.get_by_role("table")).to_be_visible()


def test_who_opened_only_home_reads_and_decides_what_waits_without_a_network(phone, site, made):
    titles = ["Ahead the first", "Ahead the second", "Ahead the third"]
    ids = [made.add(title, Severity.CRITICAL) for title in titles]
    page = phone.new_page()
    sign_in(page, "ada")
    expect(page.get_by_role("list", name="The most severe")).to_be_visible()
    wait_until_kept(page, f'["recommendations.get",{{"id":{ids[0]}}}')
    wait_until_kept(page, '["reports.list"')

    with offline(phone, site, page):
        page.goto("/recommendations?severity=critical&q=ahead")
        expect(page.get_by_text("3 recommendations")).to_be_visible()
        page.get_by_role("link", name="Ahead the third").click()
        for title in reversed(titles):
            expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
            expect(page.get_by_text("Written for a test.")).to_be_visible()
            page.get_by_role("button", name="Accept", exact=True).click()
        expect(page.get_by_text("3 decisions have not been sent yet")).to_be_visible()
        page.goto("/sign-in")
        page.goto("/reports")
        expect(page.get_by_text("Executive summary").first).to_be_visible()
    wait_until(lambda: [made.status(each) for each in ids] == ["accepted"] * 3)


def test_a_hanging_platform_and_a_proxy_without_one_are_told_apart(phone, site, made):
    made.add("Kept while it hangs")
    page = phone.new_page()
    sign_in(page, "ada")
    page.goto("/recommendations?sort=newest")
    expect(page.get_by_role("link", name="Kept while it hangs")).to_be_visible()
    other = phone.new_page()
    other.goto("/recommendations?sort=newest")
    expect(other.get_by_role("link", name="Kept while it hangs")).to_be_visible()
    # A second tab sees what the first decides.
    page.get_by_role("link", name="Kept while it hangs").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(other.get_by_role("link", name="Kept while it hangs")).to_have_count(0)
    other.close()
    wait_until_kept(page, '["recommendations.get"')

    page.route("**/api/trpc/**", lambda route: None)
    page.goto("/recommendations?view=all")
    expect(page.get_by_text("The platform is slow to answer")).to_be_visible()
    expect(page.get_by_role("list", name="Recommendations")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    page.route("**/api/**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.goto("/recommendations")
    expect(page.get_by_text("The platform cannot be reached at the moment")).to_be_visible()
    expect(page.get_by_text("You are offline")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")


def test_signing_out_works_offline_and_leaves_nothing_for_the_next_person(phone, site, made):
    made.add("Only ada has seen this")
    page = phone.new_page()
    sign_in(page, "ada")
    page.goto("/recommendations?sort=newest")
    expect(page.get_by_role("link", name="Only ada has seen this")).to_be_visible()
    wait_for_shell(page)
    other_tab = phone.new_page()
    other_tab.goto("/recommendations?sort=newest")
    expect(other_tab.get_by_role("link", name="Only ada has seen this")).to_be_visible()

    with offline(phone, site, page):
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(other_tab.get_by_role("heading", name="Sign in")).to_be_visible()
        assert kept_in(page) == []
        page.goto("/recommendations")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.add_init_script(
        """new MutationObserver(() => {
          window.hasShownFrame ||= document.querySelector('nav') !== null;
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert not page.evaluate("window.hasShownFrame")
    page.wait_for_function("() => localStorage.getItem('iop.left') === null")
    assert page.request.get("/api/auth/me").status == 401
    sign_in(page, "viktor")
    wait_for = page.get_by_role("link", name="viktor")
    expect(wait_for).to_be_visible()
    assert "Only ada" not in str(kept_in(page))


def test_another_person_who_comes_by_a_link_sees_nothing_of_the_first(phone, site, made):
    made.add("Seen by the first only")
    page = phone.new_page()
    sign_in(page, "ada")
    page.goto("/recommendations?sort=newest")
    expect(page.get_by_role("link", name="Seen by the first only")).to_be_visible()
    wait_for_shell(page)
    phone.add_cookies(site.cookies_of("vera"))
    # The server is slow to say who it is: until then nothing of ada's may be shown.
    page.route("**/api/auth/me", lambda route: None)
    page.goto("/recommendations?sort=newest", wait_until="commit")
    page.wait_for_function("() => document.readyState === 'complete'")
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")
    page.goto("/settings")
    expect(page.get_by_role("link", name="vera")).to_be_visible()
    assert "Seen by the first" not in str(kept_in(page))


def kept_in(page: Page) -> list[str]:
    """What the store of the device holds, as JSON, but for whose it is."""
    return page.evaluate(
        """async () => {
          const open = indexedDB.open('iop');
          const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
          const store = db.transaction('kept').objectStore('kept');
          const all = store.getAll();
          const keys = store.getAllKeys();
          await new Promise((done) => { store.transaction.oncomplete = done; });
          db.close();
          return all.result.filter((_, i) => keys.result[i] !== 'owner').map((x) => JSON.stringify(x));
        }"""
    )


def test_a_page_that_was_on_its_way_while_the_shell_was_kept_is_served_from_it(phone, site):
    on_their_way: list[Route] = []
    phone.route("**/sign-in", lambda route: on_their_way.append(route))
    first = phone.new_page()
    # Nothing of the app, which would register the worker at once.
    first.goto("/icons/192.png")
    late = phone.new_page()
    with phone.expect_event("request", lambda request: request.url.endswith("/sign-in")):
        late.evaluate(f"() => void setTimeout(() => {{ location.href = '{site.url}/sign-in'; }})")
    first.evaluate("() => navigator.serviceWorker.register('/sw.js')")
    wait_until(lambda: first.evaluate(HAS_WORKER))
    on_their_way[0].continue_()

    expect(late.get_by_role("heading", name="Sign in")).to_be_visible()
    wait_until(lambda: late.evaluate(HAS_WORKER))


def test_the_app_can_be_installed(phone, site):
    page = phone.new_page()
    sign_in(page, "vera")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    problems = phone.new_cdp_session(page).send("Page.getInstallabilityErrors")
    named = [each["errorId"] for each in problems["installabilityErrors"]]
    # A private window, as tests have it, is never installed from.
    assert [each for each in named if each != "in-incognito"] == []


def test_a_newer_version_takes_no_draft(phone, site):
    page = phone.new_page()
    sign_in(page, "ada")
    page.goto("/dashboards/new")
    wait_until(lambda: page.evaluate(HAS_WORKER))
    page.get_by_role("button", name="Figures", exact=True).click()
    page.get_by_role("button", name="Done").click()
    page.get_by_label("Name").fill("Not lost")
    other = phone.new_page()
    other.goto("/more")
    for each in (page, other):
        each.evaluate("window.isFormer = true")
    # Another address is another worker, as another text would be.
    other.evaluate("() => navigator.serviceWorker.register('/sw.js?newer').then(() => undefined)")
    expect(page.get_by_text("A new version is ready.")).to_be_visible()
    other.get_by_role("button", name="Reload", exact=True).click()

    other.wait_for_function("() => !window.isFormer")
    wait_until(lambda: _script(page).endswith("?newer"))
    assert page.evaluate("window.isFormer")
    expect(page.get_by_label("Name")).to_have_value("Not lost")
    # Once it is saved the page follows.
    page.get_by_role("button", name="Save", exact=True).click()
    # A server that has just begun may be long about it.
    saved = page.get_by_role("heading", name="Not lost", level=1)
    expect(saved).to_be_visible(timeout=60_000)
    page.wait_for_function("() => !window.isFormer")
    expect(saved).to_be_visible()


def _script(page: Page) -> str:
    return page.evaluate("navigator.serviceWorker.controller.scriptURL")
