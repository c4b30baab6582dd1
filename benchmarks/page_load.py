"""How long a cold page takes on a weak phone and on a desk, beside its limits: `make bench-dashboard`.

The weak phone: 1.6 Mbit/s, 150 ms of latency, the processor slowed four times, nothing kept from before but where
that is what is measured. It wants the home of an ended demo (`make demo ONCE=1`), of which it serves a copy that it
migrates and in which what the demo found waits again. `--before CHECKOUT` measures another build in turn with this
one, each round the one after the other, by its own .venv and the home of its own demo. Chromium and the servers share
this machine's cores, so the figures are upper bounds; the load average is printed.
"""

import argparse
import os
import shutil
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import loaded_pages
from loaded_pages import Visitor
from playwright.sync_api import Browser, sync_playwright

from browser_site import CHROMIUM, FLAGS, Site

ROOT = Path(__file__).parents[1]
ROUNDS = 5
_WAITS_AGAIN = """
update recommendations set resolved_at = null, status = 'open', snoozed_until = null,
  live_key = coalesce(live_key, 'bench ' || id)
"""


@dataclass(frozen=True)
class Figure:
    """What is measured. limit: what it may be at most; share: of the build before. Without `is_compared` only of this
    build, as what is measured was not there before, or is not part of a page's load."""

    name: str
    measure: Callable[[Visitor], float]
    unit: str
    limit: float
    share: float | None = None
    is_compared: bool = True


FIGURES = (
    Figure("weak phone: first paint", loaded_pages.first_paint, "s", 1.5, 1.0),
    Figure("weak phone: Home's numbers", loaded_pages.numbers, "s", 2.0, 0.7),
    Figure("weak phone: figures of a dashboard on Home", loaded_pages.figures, "s", 2.0),
    Figure("weak phone: charts", loaded_pages.charts, "s", 4.0, 0.8),
    Figure("weak phone: Home, second visit", loaded_pages.second_visit, "s", 0.6),
    Figure(
        "weak phone: inbox without a network",
        *(loaded_pages.inbox_offline, "s", 0.8),
        is_compared=False,
    ),
    Figure(
        "weak phone: pointer to tooltip, 6,000 points",
        *(loaded_pages.pointer, "s", 0.1),
        is_compared=False,
    ),
    Figure(
        "weak phone: tap to tooltip, 6,000 points",
        *(loaded_pages.tap, "s", 0.1),
        is_compared=False,
    ),
    Figure("first Home over the wire", loaded_pages.bytes_of_home, "B", 105_000),
    Figure("desk: Home's numbers", loaded_pages.on_a_desk, "s", 0.8),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / ".iop/demo")
    parser.add_argument("--before", type=Path, help="a checkout of another build, with its .venv")
    parser.add_argument("--before-home", type=Path, help="of its demo; CHECKOUT/.iop/demo")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="figures whose name has this")
    options = parser.parse_args()
    builds = [("now", options.home, None)]
    if options.before:
        before = options.before.resolve()
        builds.append(("before", options.before_home or before / ".iop/demo", before))
    for _, home, _ in builds:
        if not (home / "iop.db").exists():
            parser.error(f"{home} is no home of a demo: make demo ONCE=1")
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        visitors = {
            name: stack.enter_context(_visited(browser, home, checkout))
            for name, home, checkout in builds
        }
        print(f"load average {os.getloadavg()[0]:.1f}, median of {options.rounds}")
        for figure in FIGURES:
            if options.only in figure.name:
                print(_measured(figure, visitors, options.rounds), flush=True)
        browser.close()


@contextmanager
def _visited(browser: Browser, home: Path, checkout: Path | None) -> Iterator[Visitor]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(home, Path(folder) / "home"))
        site = Site(copy, is_whole=False, checkout=checkout)
        site.migrate()
        with sqlite3.connect(copy / "iop.db") as connection:
            connection.execute(_WAITS_AGAIN)
        site.add_people()
        try:
            site.start()
            visitor = Visitor(browser, site, site.cookies_of("vera"))
            visitor.warm_up()
            yield visitor
        finally:
            site.stop()


def _measured(figure: Figure, visitors: dict[str, Visitor], rounds: int) -> str:
    taken: dict[str, list[float]] = {name: [] for name in visitors}
    for _ in range(rounds):
        for name, visitor in visitors.items():
            if name == "now" or figure.is_compared:
                taken[name].append(figure.measure(visitor))
    now = statistics.median(taken["now"])
    line = (
        f"{figure.name:44} {_shown(taken['now'], figure.unit)} limit {figure.limit:,} {figure.unit}"
    )
    line += " met" if now <= figure.limit else " MISSED"
    if taken.get("before"):
        share = now / statistics.median(taken["before"])
        line += f"; before {_shown(taken['before'], figure.unit)} = {share:.2f} x"
        if figure.share is not None:
            line += f" (at most {figure.share}: {'met' if share <= figure.share else 'MISSED'})"
    return line


def _shown(taken: Sequence[float], unit: str) -> str:
    digits = 2 if unit == "s" else 0
    low, median, high = min(taken), statistics.median(taken), max(taken)
    return f"{median:,.{digits}f} {unit} ({low:,.{digits}f} to {high:,.{digits}f})"


if __name__ == "__main__":
    main()
