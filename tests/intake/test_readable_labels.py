"""A head as programs write them becomes a label as people do; what a person wrote, and what may be a name, stays."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.intake.columns import readable
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, understand

READABLE = {
    "Turnover_AUD": "Turnover (AUD)",
    "net_sales_USD": "Net sales (USD)",
    "netSalesEUR": "Net sales (EUR)",
    "depDelayMean": "Dep delay mean",
    "net_sales_total": "Net sales total",
    "NET_SALES": "NET SALES",
    "Sales_Region": "Sales Region",
    "kWh_total": "kWh total",
    "AUD_total": "AUD total",
    "q1_sales": "Q1 sales",
    "größe_mittel": "Größe mittel",
    "продажи_всего": "Продажи всего",
}
LEFT = (
    "Net Sales",
    "net sales",
    "Net sales_AUD",
    "sales",
    "Umsatz",
    "USD",
    "_AUD",
    "AUD_",
    "_internal",
    "net__sales",
    "PM2_5",
    "2024_sales",
    "Energy (kWh)",
    "NetSales",
    "YouTube",
    "eBay",
    "iPhone",
    "pH",
    "kWh",
    "net-sales_total",
    "a.b_c",
    "_",
    "",
)


@pytest.mark.parametrize("head", READABLE)
def test_a_head_that_a_program_wrote_is_made_readable(head: str) -> None:
    assert readable(head) == READABLE[head]
    # What is readable is left.
    assert readable(READABLE[head]) == READABLE[head]


@pytest.mark.parametrize("head", LEFT)
def test_a_head_of_a_person_and_what_may_be_a_name_stay(head: str) -> None:
    assert readable(head) == head


@pytest.mark.parametrize(
    ("head", "unit", "label"),
    [
        ("Energy_kWh", "kWh", "Energy (kWh)"),
        ("speed_km/h", "km/h", "Speed (km/h)"),
        ("load_share_%", "%", "Load share (%)"),
        ("Energy_kWh", None, "Energy kWh"),
        ("kWh", "kWh", "kWh"),
    ],
)
def test_the_unit_of_a_column_stands_in_brackets(head: str, unit: str | None, label: str) -> None:
    assert readable(head, unit) == label


def test_what_is_declared_of_a_file_has_readable_labels(tmp_path: Path) -> None:
    first = date(2024, 1, 1)
    rows = [
        f"{first + timedelta(days=n)},{shop},{n * n % 17 + 1},{n * 7 % 23 + 1},{n % 9 + 0.5}"
        for n in range(60)
        for shop in ("Aba", "Jos")
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["sale_day,shopName,Turnover_AUD,guest_count,Mean wait_min", *rows]))
    given = understand(read_file(path), Given(), "UTC", refuse_to_guess)
    made = declare(given, "UTC", datetime(2024, 3, 1))
    dataset = DatasetDeclaration.model_validate(made.dataset)
    assert {name: dataset.label_of(name) for name in dataset.fields} == {
        "sale_day": "Sale day",
        "shopname": "Shop name",
        "turnover_aud": "Turnover (AUD)",
        "guest_count": "Guest count",
        "mean_wait_min": "Mean wait_min",
        "source_line": "Line of the file",
    }
    assert dataset.measure_label("turnover_aud") == "Turnover (AUD)"
    titles = [panel["title"] for panel in made.dashboard["panels"]]
    assert "Turnover (AUD) by Shop name" in titles
    assert not any("_" in title for title in titles if "Mean wait_min" not in title)
    # The file's next delivery is known by its head as it is.
    assert given.framed.labels[2] == "Turnover_AUD"
