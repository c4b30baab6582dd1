"""How long a cold page takes on a weak phone and on a desk, beside its limits: `make bench-dashboard`.

The weak phone: 1.6 Mbit/s, 150 ms of latency, the processor slowed four times, nothing kept from before.
It wants the home of an ended demo (`make demo ONCE=1`), of which it serves a copy. Chromium and
the server share this machine's cores, so the figures are upper bounds; the load average is printed.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from browser_site import CHROMIUM, FLAGS, PHONE, Site

ROOT = Path(__file__).parents[1]
ROUNDS = 5
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
# What is waited for, on which page, and within how many seconds.
FIGURES = "main a[href^='/recommendations'] strong, main [class*=figureValue]"
CHART = "main svg.recharts-surface"
WEAK = (
    ("first paint", "/", None, 1.5),
    ("numbers", "/", FIGURES, 2.0),
    ("charts", None, CHART, 4.0),
)
DESK = (("page load", "/", FIGURES, 0.8),)
# Looks once a frame, from inside: a question from outside while the page loads would be part of the load.
WATCH = """
const look = () => {
  if (document.querySelector(SELECTOR)) window.shownAt = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / ".iop/demo")
    options = parser.parse_args()
    if not (options.home / "iop.db").exists():
        parser.error(f"{options.home} is no home of a demo: make demo ONCE=1")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(shutil.copytree(options.home, Path(folder) / "home")), is_whole=False)
        site.add_people()
        try:
            site.start()
            cookies = site.cookies_of("vera")
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            dashboard = _first_dashboard(browser, site, cookies)
            print(f"load average {os.getloadavg()[0]:.1f}, median of {ROUNDS} cold loads")
            for title, is_weak, measures in (("weak phone", True, WEAK), ("desk", False, DESK)):
                for name, path, selector, limit in measures:
                    seconds = [
                        _measure(
                            _page(browser, site, cookies),
                            path or dashboard,
                            selector,
                            is_weak,
                            limit,
                        )
                        for _ in range(ROUNDS)
                    ]
                    median = statistics.median(seconds)
                    print(
                        f"{title:10}  {name:12} {median:5.2f} s (limit {limit} s: "
                        f"{median / limit:4.2f} x; {min(seconds):.2f} to {max(seconds):.2f})"
                    )
            browser.close()
        finally:
            site.stop()


def _first_dashboard(browser: Browser, site: Site, cookies: list) -> str:
    page = _page(browser, site, cookies)
    page.goto("/dashboards")
    path = page.locator("main a[href^='/dashboards/']").first.get_attribute("href")
    page.context.close()
    if path is None:
        raise SystemExit("the home has no dashboard to measure charts on")
    return path


def _page(browser: Browser, site: Site, cookies: list) -> Page:
    context = browser.new_context(base_url=site.url, viewport=PHONE, service_workers="block")
    context.add_cookies(cookies)
    return context.new_page()


def _measure(page: Page, path: str, selector: str | None, is_weak: bool, limit: float) -> float:
    """Seconds from the navigation's start until the selector is there, or, without one, the first paint."""
    if is_weak:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", NETWORK)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    if selector is not None:
        page.add_init_script(WATCH.replace("SELECTOR", json.dumps(selector)))
    page.goto(path, wait_until="commit")
    page.wait_for_timeout(1000 * limit)
    found = page.wait_for_function(PAINTED if selector is None else "() => window.shownAt")
    seconds = float(found.json_value()) / 1000
    page.context.close()
    return seconds


if __name__ == "__main__":
    main()
