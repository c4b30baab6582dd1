"""Alerts and the dashboard: every metric, part and address that they name is the product's."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from iop_pipelines.api.metrics import Metrics
from iop_pipelines.api.readers.pool import Standing
from needed import give_up

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "rules.yaml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in PANELS for target in panel["targets"]
]
# A series with labels, or one that stands alone in its function: what is followed by ( is a function.
SERIES = re.compile(r"\b((?:iop|process)_[a-z_]+)(\{[^}]*\})?")
# What Prometheus adds itself.
ITS_OWN = {"job", "instance"}


@pytest.fixture(scope="module")
def series() -> dict[str, set[str]]:
    """Labels by name, of everything that a replica says."""
    metrics = Metrics()
    metrics.count("dashboard.stats", 200)
    metrics.time("dashboard.stats", 0.1)
    metrics.set_open_work({})
    metrics.set_oldest({})
    metrics.set_ended({})
    metrics.set_events(0, 0.0, {"waiting": 0, "failed": 0, "refused": 0})
    metrics.set_ticks({"requested_executions": 1.0})
    metrics.set_verified(1.0, 0)
    metrics.follow(lambda: Standing(waiting=0, at_work=0, restarts=0), lambda: {"database": "ok"})
    found: dict[str, set[str]] = {}
    for line in metrics.text().decode().splitlines():
        if match := re.match(r"([a-zA-Z_:]+)(?:\{(.*)\})? ", line):
            labels = set(re.findall(r'(\w+)="', match[2] or ""))
            found.setdefault(match[1], set()).update(labels)
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_series_is_one_that_a_replica_has(expression, series):
    for name, selector in SERIES.findall(expression):
        assert name in series, name
        assert set(re.findall(r"(\w+)=", selector)) <= series[name] | ITS_OWN, expression


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_grouped_by_is_a_label_of_what_is_grouped(expression, series):
    labels = set().union(*(series[name] for name, _ in SERIES.findall(expression)), ITS_OWN)
    for names in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
        assert {name.strip() for name in names.split(",")} <= labels, expression


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_leads_to_a_section_of_the_manual(rule):
    assert rule["labels"]["severity"] in {"warning", "critical"}
    manual, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    heads = re.findall(r"^#+ (.+)$", (ROOT / "docs" / Path(manual).name).read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
    assert anchor in anchors


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_summary_names_labels_that_its_alert_keeps(rule):
    kept = {
        name.strip()
        for names in re.findall(r"\bby \(([^)]*)\)", rule["expr"])
        for name in names.split(",")
    }
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= kept


def test_the_manual_explains_every_metric_of_the_alerts():
    manual = (ROOT / "docs" / "operations.md").read_text()
    for rule in RULES:
        for name, _ in SERIES.findall(rule["expr"]):
            assert name.removesuffix("_bucket") in manual, name


def test_panels_stand_beside_each_other():
    taken = set()
    for panel in PANELS:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.deployment
def test_prometheus_reads_the_rules():
    program = shutil.which("promtool")
    if program is None:
        give_up("promtool is not here: apt-get install prometheus")
    done = subprocess.run(
        [program, "check", "rules", FOLDER / "rules.yaml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"SUCCESS: {len(RULES)} rules found" in done.stdout
