"""One visit of a page, and how long it took until somebody could read it, or until it answered."""

import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from device import wait_until_kept
from playwright.sync_api import Browser, Page, Route, ViewportSize

from browser_site import DESKTOP, PHONE, Site

NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
PATIENCE_MS = 60_000
# What somebody opens Home for: what waits, or a figure.
NUMBERS = "main a[href^='/recommendations'] strong, main [class*=figureValue]"
OWN_FIGURES = "main [class*=figureValue]"
CHART = "main svg.recharts-surface"
ITEM = "main a[href^='/recommendations/']"
# Looks once a frame, from inside: a question from outside while the page loads would be part of the load.
WATCH = """
const look = () => {
  if (document.querySelector(SELECTOR)) window.shownAt = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
# As many as a line chart draws: lines, and points of each.
LINES = 12
POINTS = 500
TOUCHES = 5
# From when the browser had the event until the frame is painted in which the reading of a mark has changed.
ANSWERED = """
window.answers = [];
const said = () => document.querySelector('main [class*=tips]')?.textContent ?? '';
addEventListener('EVENT', ({ timeStamp, target }) => {
  if (!target.matches('[data-marks]')) return;
  const before = said();
  const look = () => {
    if (said() === before) requestAnimationFrame(look);
    else setTimeout(() => window.answers.push(performance.now() - timeStamp));
  };
  requestAnimationFrame(look);
}, true);
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@dataclass
class Visitor:
    """A person of one build; `dashboard` is one with a line chart."""

    browser: Browser
    site: Site
    cookies: list[Any]
    _dashboard: str = ""

    @contextmanager
    def page(
        self, *, is_weak: bool = True, keeps: bool = False, viewport: ViewportSize = PHONE
    ) -> Iterator[Page]:
        """keeps: with the service worker. A weak one is a phone, which fingers touch."""
        context = self.browser.new_context(
            base_url=self.site.url,
            viewport=viewport,
            has_touch=is_weak,
            service_workers="allow" if keeps else "block",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies(self.cookies)
        page = context.new_page()
        if is_weak:
            weaken(page)
        yield page
        context.close()

    def warm_up(self) -> None:
        """The server's processes that read start with the first question."""
        with self.page(is_weak=False, viewport=DESKTOP) as page:
            for path, selector in (("/", OWN_FIGURES), (self.dashboard, CHART)):
                page.goto(path)
                page.locator(selector).first.wait_for()

    @property
    def dashboard(self) -> str:
        if not self._dashboard:
            with self.page(is_weak=False) as page:
                page.goto("/dashboards")
                found = page.locator("main a[href^='/dashboards/']", has_text="Punctuality")
                self._dashboard = found.first.get_attribute("href") or ""
        return self._dashboard


def weaken(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def first_paint(visitor: Visitor) -> float:
    with visitor.page() as page:
        page.goto("/", wait_until="commit")
        return float(page.wait_for_function(PAINTED).json_value()) / 1000


def numbers(visitor: Visitor) -> float:
    with visitor.page() as page:
        return _shown(page, "/", NUMBERS)


def figures(visitor: Visitor) -> float:
    with visitor.page() as page:
        return _shown(page, "/", OWN_FIGURES)


def charts(visitor: Visitor) -> float:
    path = visitor.dashboard
    with visitor.page() as page:
        return _shown(page, path, CHART)


def on_a_desk(visitor: Visitor) -> float:
    with visitor.page(is_weak=False, viewport=DESKTOP) as page:
        return _shown(page, "/", NUMBERS)


def second_visit(visitor: Visitor) -> float:
    """In another tab, of what the first visit left on the device."""
    with visitor.page(keeps=True) as page:
        _visited(page, NUMBERS)
        again = page.context.new_page()
        page.close()
        weaken(again)
        return _shown(again, "/", NUMBERS)


def inbox_offline(visitor: Visitor) -> float:
    """Of somebody who had opened nothing but Home, until the first of what waits can be read."""
    with visitor.page(keeps=True) as page:
        _visited(page, NUMBERS)
        wait_until_kept(page, '["recommendations.changes"')
        page.context.set_offline(True)
        again = page.context.new_page()
        session = again.context.new_cdp_session(again)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return _shown(again, "/recommendations", ITEM)


def pointer(visitor: Visitor) -> float:
    """Until the tooltip is painted on the largest line chart that is drawn."""
    return _answered(visitor, "pointermove", lambda page, x, y: page.mouse.move(x, y))


def tap(visitor: Visitor) -> float:
    return _answered(visitor, "pointerup", lambda page, x, y: page.touchscreen.tap(x, y))


def _answered(visitor: Visitor, event: str, touch: Callable[[Page, float, float], None]) -> float:
    path = visitor.dashboard
    with visitor.page() as page:
        page.route("**/api/trpc/panels.data?*", _with_many_points)
        page.add_init_script(ANSWERED.replace("EVENT", event))
        page.goto(path)
        plot = page.locator(f"main [data-marks='{LINES * POINTS}']")
        plot.wait_for()
        plot.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        box = plot.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        for number in range(TOUCHES):
            share = (number + 1) / (TOUCHES + 1)
            touch(page, box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
            page.wait_for_function(f"() => window.answers.length > {number}")
        return statistics.median(page.evaluate("window.answers")) / 1000


def _with_many_points(route: Route) -> None:
    """What the server answers, but for a line chart over time, which has as many points as are drawn at most."""
    answer = route.fetch()
    body = answer.json()
    data = body["result"]["data"]
    if (data.get("chart") or {}).get("type") == "line":
        days = [(date(2013, 1, 1) + timedelta(at)).isoformat() for at in range(POINTS)]
        data["rows"] = [
            [day, f"Line {line}", (at * 7 + line * 13) % 40]
            for line in range(LINES)
            for at, day in enumerate(days)
        ]
        data["total"] = len(data["rows"])
        data["spec"]["series"] = [
            {
                "name": f"Line {line}",
                "others": 0,
                "rows": list(range(line * POINTS, (line + 1) * POINTS)),
                "own": [],
            }
            for line in range(LINES)
        ]
    route.fulfill(response=answer, json=body)


def bytes_of_home(visitor: Visitor) -> float:
    with visitor.page() as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[float] = []
        session.on(
            "Network.loadingFinished", lambda told: received.append(told["encodedDataLength"])
        )
        page.goto("/")
        page.locator(NUMBERS).first.wait_for()
        page.wait_for_load_state("networkidle")
        return sum(received)


def _visited(page: Page, selector: str) -> None:
    """Until its worker serves the page and what is fetched ahead has come."""
    page.goto("/")
    page.locator(selector).first.wait_for()
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(4_000)


def _shown(page: Page, path: str, selector: str) -> float:
    """Seconds from the navigation's start until the selector is there."""
    page.add_init_script(WATCH.replace("SELECTOR", json.dumps(selector)))
    page.goto(path, wait_until="commit")
    return float(page.wait_for_function("() => window.shownAt").json_value()) / 1000
