"""Pictures of every page at two widths in both themes: `make screenshots`, into `docs/images/screens/`.

It wants the home of an ended demo (`make demo ONCE=1`), of which it serves a copy. A picture is as
high as its page, so that the panels below the fold, which load as they come near, are in it.
`--readme` makes those of the README instead, at the size of a screen, as `docs/images/*.webp`.
"""

import argparse
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from PIL import Image
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    TimeoutError,
    ViewportSize,
    expect,
    sync_playwright,
)

from browser_site import CHROMIUM, DESKTOP, FLAGS, PHONE, Site, Theme
from iop_pipelines.domain.languages import Language

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
TARGET = IMAGES / "screens"
WIDTHS: dict[int, ViewportSize] = {375: PHONE, 768: {"width": 768, "height": 1024}, 1440: DESKTOP}
# What is slow on a busy machine is waited for; what is never ready fails.
PATIENCE_MS = 30_000
# Higher ones are cut: a browser keeps no picture that is larger.
HIGHEST_PX = 9_000
README_BYTES = 200_000


def _first(prefix: str) -> Callable[[Page], None]:
    """What is behind a list is reached by its first link of that beginning."""

    def follow(page: Page) -> None:
        page.locator(f"main a[href^='{prefix}/']:not([href$='/new'])").first.click()

    return follow


def _named(name: str) -> Callable[[Page], None]:
    """What the demo calls so, in every language."""

    def follow(page: Page) -> None:
        page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()

    return follow


def _tab(name: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        page.locator(f"main nav a[href$='tab={name}']").click()

    return follow


def _drill(page: Page) -> None:
    page.locator("main dd button").first.click()
    page.wait_for_url(re.compile("/panels/"))


def _rows(page: Page) -> None:
    page.locator("main select").first.select_option(index=0)
    page.get_by_role("table").wait_for()


def _press(*names: str) -> Callable[[Page], None]:
    """The first button of one of these names, which are those of the languages."""

    def press(page: Page) -> None:
        name = re.compile("|".join(f"^{name}$" for name in names))
        page.get_by_role("main").get_by_role("button", name=name).first.click()

    return press


def _drawn(page: Page) -> None:
    page.get_by_role("slider").wait_for()


def _preview(page: Page) -> None:
    page.locator(
        "main button[aria-label^='Preview'], main button[aria-label^='Aperçu']"
    ).first.click()
    page.locator("main img").wait_for()


@dataclass(frozen=True)
class Shot:
    """A page by its address, and what is pressed there before the picture is taken."""

    name: str
    path: str
    steps: tuple[Callable[[Page], None], ...] = ()
    is_admin: bool = False
    # A dialog is seen over a screen, not over a page's whole length.
    is_dialog: bool = False


_ONE_MODEL = _first("/models")
# What the demo found is over when the demo has ended: nothing of it waits.
_INBOX = "/recommendations?view=all"
SHOTS = (
    Shot("home", "/"),
    Shot("inbox", _INBOX),
    Shot("inbox-one", _INBOX, (_first("/recommendations"),)),
    Shot(
        "inbox-dismiss",
        _INBOX,
        (_first("/recommendations"), _press("Dismiss", "Écarter")),
        is_admin=True,
        is_dialog=True,
    ),
    Shot(
        "inbox-snooze",
        _INBOX,
        (_first("/recommendations"), _press("Snooze", "Reporter")),
        is_admin=True,
        is_dialog=True,
    ),
    Shot("dashboards", "/dashboards"),
    Shot("dashboards-one", "/dashboards", (_first("/dashboards"),)),
    Shot("dashboards-punctuality", "/dashboards", (_named("Punctuality in New York"),)),
    Shot("dashboards-drill", "/dashboards", (_first("/dashboards"), _drill)),
    Shot("dashboards-rows", "/dashboards", (_first("/dashboards"), _drill, _rows)),
    Shot("dashboards-new", "/dashboards/new", is_admin=True),
    Shot(
        "dashboards-panel",
        "/dashboards/new",
        (_press("Bar", "Barres"), _drawn),
        is_admin=True,
    ),
    Shot("reports", "/reports"),
    Shot("reports-one", "/reports", (_first("/reports"),)),
    Shot("reports-preview", "/reports", (_named("Executive summary"), _preview)),
    Shot("reports-new", "/reports/new", is_admin=True),
    Shot("models", "/models"),
    Shot("models-one", "/models", (_ONE_MODEL,)),
    Shot("models-history", "/models", (_ONE_MODEL, _tab("history"))),
    Shot("models-schemas", "/models", (_ONE_MODEL, _tab("schemas"))),
    Shot("models-configuration", "/models", (_ONE_MODEL, _tab("configuration"))),
    Shot("models-versions", "/models", (_ONE_MODEL, _tab("versions"))),
    Shot("models-new", "/models/new", is_admin=True),
    Shot("executions", "/executions"),
    Shot("executions-one", "/executions", (_first("/executions"),)),
    Shot("datasets", "/datasets"),
    Shot("datasets-one", "/datasets", (_first("/datasets"),)),
    Shot("datasets-fields", "/datasets", (_first("/datasets"), _tab("fields"))),
    Shot("datasets-deliveries", "/datasets", (_first("/datasets"), _tab("deliveries"))),
    Shot("notifications", "/notifications"),
    Shot("settings", "/settings"),
    Shot("users", "/users"),
    Shot(
        "users-disable", "/users", (_press("Disable", "Désactiver"),), is_admin=True, is_dialog=True
    ),
    Shot("audit", "/audit"),
    Shot("more", "/more"),
    Shot("nowhere", "/nowhere"),
)


@dataclass(frozen=True)
class Look:
    """How pages are looked at."""

    width: int
    theme: Theme
    language: Language
    name: str | None

    def open(self, browser: Browser, site: Site) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport=WIDTHS[self.width],
            color_scheme=self.theme,
            locale=self.language.value,
            timezone_id="Africa/Lagos",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        if self.name is not None:
            context.add_cookies(site.cookies_of(self.name))  # pyright: ignore[reportArgumentType]
        return context.new_page()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / ".iop/demo")
    parser.add_argument("--to", type=Path, default=TARGET)
    parser.add_argument("--readme", action="store_true", help="the README's pictures instead")
    parser.add_argument("--width", type=int, action="append", choices=WIDTHS)
    parser.add_argument("--theme", action="append", choices=get_args(Theme))
    parser.add_argument(
        "--language", type=Language, action="append", choices=list(Language), help="en without"
    )
    parser.add_argument("--viewer", action="store_true", help="as a viewer sees them")
    parser.add_argument("--only", default="", help="a regular expression of pictures' names")
    options = parser.parse_args()
    if not (options.home / "iop.db").exists():
        parser.error(f"{options.home} is no home of a demo: make demo ONCE=1")
    with _served(options.home) as site, sync_playwright() as playwright:
        browser = _browser(playwright)
        if options.readme:
            _take_readme(browser, site)
        else:
            shutil.rmtree(options.to, ignore_errors=True)
            options.to.mkdir(parents=True)
            looks = list(_looks(options))
            missing = [
                name
                for look in looks
                for name in _take_all(browser, site, look, options.only, options.to)
            ]
            if missing:
                raise SystemExit(f"no picture of {', '.join(missing)}")
        browser.close()


def _looks(options: argparse.Namespace) -> Iterator[Look]:
    languages: list[Language] = options.language or [Language.EN]
    themes: list[Theme] = options.theme or list(get_args(Theme))
    for language in languages:
        for theme in themes:
            for width in options.width or [375, 1440]:
                yield Look(width, theme, language, "vera" if options.viewer else "ada")


@contextmanager
def _served(home: Path) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(shutil.copytree(home, Path(folder) / "home")), is_whole=False)
        site.add_people()
        try:
            site.start()
            yield site
        finally:
            site.stop()


def _browser(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def _take_all(browser: Browser, site: Site, look: Look, only: str, target: Path) -> list[str]:
    """The names of those that could not be taken."""
    suffix = f"{look.width}-{look.theme}-{look.language}-{look.name}"
    anonymous = Look(look.width, look.theme, look.language, None)
    missing: list[str] = []
    for shots, seen in (((Shot("sign-in", "/sign-in"),), anonymous), (SHOTS, look)):
        page = seen.open(browser, site)
        for shot in shots:
            if re.search(only, shot.name) is None or (shot.is_admin and look.name == "vera"):
                continue
            name = f"{shot.name}-{suffix}"
            try:
                _go(page, shot, look.width)
                if not shot.is_dialog:
                    _stretch(page, look.width)
            except (TimeoutError, AssertionError) as error:
                print(f"{name}: {str(error).splitlines()[0]}", flush=True)
                missing.append(name)
            page.screenshot(path=target / f"{name}.png")
            print(name, flush=True)
        page.context.close()
    return missing


def _go(page: Page, shot: Shot, width: int) -> None:
    page.set_viewport_size(WIDTHS[width])
    page.goto(shot.path)
    _settle(page)
    for step in shot.steps:
        step(page)
        _settle(page)


def _settle(page: Page) -> None:
    page.get_by_role("heading", level=1).first.wait_for()
    # Skeletons are all that says "loading"; those further down load when they come near.
    page.wait_for_function(_NO_SKELETON_IN_VIEW)
    page.evaluate("document.fonts.ready")


# A panel asks for its data one screen before it is seen.
_NO_SKELETON_IN_VIEW = """() => [...document.querySelectorAll('main [class*=skeleton]')].every(
  (each) => each.getBoundingClientRect().top > window.innerHeight
)"""


def _stretch(page: Page, width: int) -> None:
    """Makes the window as high as its page, and waits for what that brings into it."""
    for _ in range(5):
        height = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST_PX)
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("main [class*=skeleton]")).to_have_count(0, timeout=PATIENCE_MS)
        if page.evaluate("document.documentElement.scrollHeight") <= height:
            break
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


# Of the README: name, what is shown, width and theme.
README: tuple[tuple[str, str, int, Theme], ...] = (
    ("dashboard-home", "home", 1440, "dark"),
    ("dashboard-panels", "dashboards-punctuality", 1440, "dark"),
    ("dashboard-inbox", "inbox-one", 375, "light"),
    ("dashboard-model", "models-one", 375, "light"),
    ("dashboard-compose", "reports-new", 375, "light"),
)


def _take_readme(browser: Browser, site: Site) -> None:
    shots = {shot.name: shot for shot in SHOTS}
    for name, shot, width, theme in README:
        page = Look(width, theme, Language.EN, "ada").open(browser, site)
        _go(page, shots[shot], width)
        picture = Image.open(io.BytesIO(page.screenshot()))
        path = IMAGES / f"{name}.webp"
        picture.save(path, quality=80, method=6)
        size = path.stat().st_size
        if size > README_BYTES:
            raise SystemExit(f"{path} has {size} bytes, more than {README_BYTES}")
        print(f"{path.relative_to(ROOT)} {size}")
        page.context.close()


if __name__ == "__main__":
    main()
