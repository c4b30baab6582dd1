"""Pictures of every page at two widths in both themes: `make screenshots`, into `docs/images/screens/`.

It wants the home of an ended demo (`make demo ONCE=1`), of which it serves a copy.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import get_args

from playwright.sync_api import Page, expect, sync_playwright

from browser_site import CHROMIUM, DESKTOP, FLAGS, PHONE, Site, Theme

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs/images/screens"
# What is behind a list is reached by its first link of that beginning.
PAGES = (
    *("/", "/recommendations", "/dashboards", "/reports", "/models", "/executions", "/datasets"),
    *("/notifications", "/settings", "/users", "/audit", "/more", "/nowhere"),
    *("/dashboards/new", "/reports/new", "/models/new"),
)
DETAILS = ("/recommendations", "/dashboards", "/reports", "/models", "/executions", "/datasets")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / ".iop/demo")
    options = parser.parse_args()
    if not (options.home / "iop.db").exists():
        parser.error(f"{options.home} is no home of a demo: make demo ONCE=1")
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(shutil.copytree(options.home, Path(folder) / "home")))
        site.add_people()
        try:
            site.start()
            _take_all(site)
        finally:
            site.stop()


def _take_all(site: Site) -> None:
    cookies = site.cookies_of("ada")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for theme in get_args(Theme):
            for width, viewport in (("375", PHONE), ("1440", DESKTOP)):
                context = browser.new_context(
                    base_url=site.url, viewport=viewport, color_scheme=theme
                )
                page = context.new_page()
                page.goto("/sign-in")
                _take(page, f"sign-in-{width}-{theme}")
                context.add_cookies(cookies)  # pyright: ignore[reportArgumentType]
                for path in PAGES:
                    page.goto(path)
                    _take(page, f"{path.strip('/').replace('/', '-') or 'home'}-{width}-{theme}")
                for path in DETAILS:
                    page.goto(path)
                    page.locator(f"main a[href^='{path}/']:not([href$='/new'])").first.click()
                    _take(page, f"{path.strip('/')}-one-{width}-{theme}")
                context.close()
        browser.close()


def _take(page: Page, name: str) -> None:
    page.get_by_role("heading", level=1).wait_for()
    # Skeletons are all that says "loading".
    expect(page.locator("main [class*=skeleton]")).to_have_count(0, timeout=60_000)
    page.screenshot(path=TARGET / f"{name}.png", full_page=True)
    print(name)


if __name__ == "__main__":
    main()
