"""The dashboard in a real Chromium, against the real service on the demo's data.

`admin` and `viewer` are tabs of people who are signed in, on a phone, at no page yet; `open_as` opens further ones.
Everything in a page that fails a script or the content security policy fails the test.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from browser_site import CHROMIUM, FLAGS, PHONE, Site
from iop_pipelines.api.pages import STATIC
from served_app import PATIENCE_S

AXE = Path(__file__).parents[2] / "dashboard/node_modules/axe-core/axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

OpenAs = Callable[..., Page]

expect.set_options(timeout=PATIENCE_S * 1000)


# The first test waits for the demo and for the whole product's start.
TIMEOUT_S = 1500


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.fixture(scope="session")
def sites(
    played_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[bool, Site]]:
    """By whether it is the whole product: each is started for the first file that wants it."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("the dashboard is not built: make dashboard", pytrace=False)
    sites = {
        is_whole: Site(tmp_path_factory.mktemp("site") / "home", is_whole)
        for is_whole in (False, True)
    }
    yield sites
    for site in sites.values():
        site.stop()


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, sites: dict[bool, Site], played_home: Path) -> Site:
    """The API on the demo's data; with code server, daemon and worker for files marked `whole_product`."""
    site = sites[request.node.get_closest_marker("whole_product") is not None]
    if site.process is None:
        shutil.copytree(played_home, site.home)
        site.add_people()
        site.start()
    return site


# A module's, as Playwright's event loop holds the thread and the tests of other rooms run loops of their own.
@pytest.fixture(scope="module")
def browser(unavailable: Callable[[str], Any]) -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        unavailable("no Chromium: apt-get install -y chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def cookies(site: Site) -> Callable[[str], list[Any]]:
    """Sessions by name; each person signs in once a file."""
    known: dict[str, list[Any]] = {}

    def of(name: str) -> list[Any]:
        if name not in known:
            known[name] = site.cookies_of(name)
        return known[name]

    return of


@pytest.fixture
def open_as(browser: Browser, site: Site, cookies: Callable[[str], list[Any]]) -> Iterator[OpenAs]:
    """`open_as("vera", "/reports", viewport=DESKTOP)`; for nobody, name None, and at no page yet, path None."""
    problems: list[str] = []
    with ExitStack() as stack:

        def open_page(name: str | None, path: str | None = "/", **options: Any) -> Page:
            given = {"viewport": PHONE, "locale": "en-GB", "timezone_id": "Africa/Lagos", **options}
            context: BrowserContext = browser.new_context(base_url=site.url, **given)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_S * 1000)
            if name is not None:
                context.add_cookies(cookies(name))
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda message: _note(message, problems))
            if path is not None:
                page.goto(path)
            return page

        yield open_page
    assert problems == []


def _note(message: ConsoleMessage, problems: list[str]) -> None:
    """Answers that were refused are logged by the browser itself, and are for tests to expect."""
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        problems.append(message.text)


@pytest.fixture
def admin(open_as: OpenAs) -> Page:
    return open_as("ada", None)


@pytest.fixture
def viewer(open_as: OpenAs) -> Page:
    return open_as("vera", None)


@pytest.fixture
def check_access() -> Callable[[Page], None]:
    """Fails with what axe finds on the page as it stands, and with a page wider than its window."""

    def check(page: Page) -> None:
        # As high as the page: the bar at a phone's bottom covers what is to be scrolled away from it.
        size = page.viewport_size
        assert size is not None
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "only => axe.run({ runOnly: { type: 'tag', values: only } })", STANDARDS
        )
        told = [
            f"{each['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
            for each in found["violations"]
            for node in each["nodes"]
        ]
        page.set_viewport_size(size)
        assert told == [], page.url
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, f"{page.url} scrolls sideways"

    return check
