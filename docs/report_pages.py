"""Pages of reports as pictures: `make report-pages`, into `docs/images`.

It wants the home of an ended demo (`make demo ONCE=1`) and reads a copy of it: the executive summary of February 2013
as the demo has it, in French with a brand, and a page with a layout of its own.
"""

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import yaml
from PIL import Image

from iop_pipelines.query.config import parse_config
from iop_pipelines.query.run import run_query
from iop_pipelines.reporting.brand import brand_of
from iop_pipelines.reporting.document import render_pdf
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.pages import draw_page
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
TEMPLATE = ROOT / "iop_pipelines/demo/templates/monthly_executive_summary.yaml"
# The slot of the demo's report of February, 06:00 in New York.
SLOT = datetime(2013, 3, 1, 11)
WIDTH_PX = 1_240
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><path fill="#7a1f5c"
d="M4 30 20 8h10L18 30zM26 30 42 8h10L40 30z"/><rect fill="#123c4a" x="58" y="26" width="56" height="4"/></svg>"""
FRENCH: Mapping[str, str] = {
    "flights": "Vols prévus",
    "cancelled_pct": "Part de vols annulés",
    "late15_pct": "Part en retard de 15 min",
    "dep_delay": "Retard au départ",
    "arr_delay": "Retard à l’arrivée",
    "airline": "Compagnie",
    "date": "Jour",
    "origin": "Départ",
}


@dataclass(frozen=True)
class Sheet:
    """page: from 1."""

    name: str
    heading: Heading
    config: dict[str, Any]
    page: int = 1


def _sheets() -> Iterator[Sheet]:
    template = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    asked: dict[str, Any] = template["query_config"]
    schedule = template["schedule"]
    english = Heading(template["name"], template["description"], schedule)
    yield Sheet("executive-summary", english, asked)
    french = Heading("Synthèse mensuelle", "Trafic, ponctualité et annulations.", schedule)
    yield Sheet("report-french", french, _in_french(asked))
    own = Heading("February at a glance", "", schedule)
    yield Sheet("report-layout", own, _laid_out(asked))


def _in_french(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Labels and titles are the template's own; what else stands on the page is IOP's."""
    titles = {
        "by_airline": "Compagnies, les moins ponctuelles d’abord",
        "quality": "Qualité des données",
        "advice": "Recommandations",
    }
    tables = {
        name: {
            **table,
            **({"title": titles[name]} if name in titles else {}),
            "select": [_labelled(each) for each in table["select"]],
        }
        for name, table in asked["datasets"].items()
    }
    tables["cancellations"]["select"][0]["label"] = "Annulations"
    return {
        **asked,
        "language": "fr",
        "locale": "fr-FR",
        "brand": {"logo": "logo.svg", "colour": "#7a1f5c", "ink": "#123c4a"},
        "datasets": tables,
        "layout": [
            {"type": "summary", "data": "cancellations", "worst": "by_day"},
            {"type": "figures", "data": "totals"},
            {"type": "table", "data": "by_airline"},
            {"type": "table", "data": "quality"},
        ],
    }


def _labelled(item: Mapping[str, Any]) -> dict[str, Any]:
    name = str(item.get("measure") or item.get("field"))
    unit = {"unit": "vols"} if name == "flights" else {}
    return {**item, **({"label": FRENCH[name]} if name in FRENCH else {}), **unit}


def _laid_out(asked: Mapping[str, Any]) -> dict[str, Any]:
    airlines = {
        "title": "Airports and airlines",
        "select": [
            {"field": "origin"},
            {"field": "airline"},
            {"measure": "flights", "favourable": "up"},
            {
                "measure": "cancelled_pct",
                "decimals": 1,
                "compare": "previous_period",
                "favourable": "down",
            },
            {"measure": "dep_delay", "decimals": 1},
        ],
        "sort": [{"by": "origin"}, {"by": "flights", "dir": "desc"}],
        "where": {"field": "airline", "op": "contains", "value": "air"},
        "totals": True,
        "subtotals": ["origin"],
    }
    return {
        **asked,
        "locale": "en-NG",
        "datasets": {**asked["datasets"], "airports": airlines},
        "layout": [
            {"type": "summary", "data": "cancellations", "worst": "by_day"},
            {
                "type": "text",
                "title": "The storm of 8 and 9 February",
                "data": "totals",
                "text": "Of {flights} that were scheduled, {cancelled_pct} did not leave; those that did left "
                "{dep_delay} late on average. Most of what was cancelled was cancelled in two days.",
            },
            {"type": "chart", "chart": 1},
            {"type": "table", "data": "airports"},
        ],
    }


def _draw(sheet: Sheet, home: Path) -> bytes:
    config = parse_config(sheet.config)
    engines = [engine_for(f"sqlite:///{home / name}.db") for name in ("iop", "drm")]
    zone = "America/New_York"
    asked: dict[str, Any] = {"engine": engines[0], "drm_engine": engines[1], "now": SLOT}
    result = run_query(config, **asked, time_zone=zone, read_at=SLOT)
    settings = cast(Settings, SimpleNamespace(brand_folder=str(home)))
    printed = render_pdf(sheet.heading, config, result, brand_of(config, settings))
    if printed.faults:
        raise SystemExit(f"{sheet.name}: {', '.join(map(str, printed.faults))}")
    picture = draw_page(printed.content, sheet.page, WIDTH_PX)
    if picture is None:
        raise SystemExit(f"{sheet.name} has no page {sheet.page}")
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / ".iop/demo")
    parser.add_argument("--to", type=Path, default=IMAGES)
    options = parser.parse_args()
    if not (options.home / "iop.db").exists():
        parser.error(f"{options.home} is no home of a demo: make demo ONCE=1")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("iop.db", "drm.db"):
            shutil.copy(options.home / name, home / name)
        (home / "logo.svg").write_text(LOGO, encoding="utf-8")
        for sheet in _sheets():
            picture = Image.open(io.BytesIO(_draw(sheet, home)))
            target = options.to / f"{sheet.name}.png"
            # All colours: few of them lose what is rare, such as a slice of a ring, or what is pale.
            picture.convert("RGB").save(target, optimize=True)
            print(f"{target}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
