"""Datasets: how fresh and good they are, what came in, what was refused, and who reads them."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from browser_site import DESKTOP, PHONE
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import dataset_versions, datasets
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import register_dataset


def test_datasets_are_listed_with_their_freshness_and_quality(viewer, check_access):
    viewer.goto("/datasets")
    item = viewer.get_by_role("listitem").filter(has_text="flights_daily")
    expect(item).to_contain_text("28 Feb 2013")
    expect(item).to_contain_text("100")
    check_access(viewer)


def test_one_dataset_shows_all_that_is_known_of_it(viewer, check_access):
    viewer.goto("/datasets/flights_daily")
    expect(viewer.get_by_text("Completeness")).to_be_visible()
    expect(viewer.get_by_role("figure")).to_be_visible()
    viewer.get_by_role("button", name="Show as table").click()
    expect(viewer.get_by_role("columnheader", name="Timeliness")).to_be_visible()
    check_access(viewer)
    parts = viewer.get_by_role("navigation", name="Parts of the dataset")
    parts.get_by_role("link", name="Fields").click()
    measures = viewer.get_by_role("table", name="Measures")
    expect(measures.get_by_role("row").filter(has_text="dep_delay")).to_contain_text("min")
    head = measures.get_by_role("columnheader", name="Unit")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(measures.get_by_role("row").nth(1)).to_contain_text("%")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(measures.get_by_role("row").last).to_contain_text("%")
    check_access(viewer)
    parts.get_by_role("link", name="Models").click()
    expect(viewer.get_by_role("list", name="Models that read this dataset")).to_contain_text(
        "delay-trend"
    )


def test_deliveries_lead_to_the_rows_that_were_refused(viewer, check_access):
    viewer.goto("/datasets/flights_daily?tab=deliveries")
    deliveries = viewer.get_by_role("table", name="Deliveries")
    expect(deliveries).to_be_visible()
    # January's 31 days came in one delivery: by the server, and by keyboard.
    head = deliveries.get_by_role("columnheader", name="Rows delivered")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(deliveries.get_by_role("row").nth(1)).to_contain_text("3,208")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(deliveries.get_by_role("row").nth(1)).not_to_contain_text("3,208")
    # In the heads' row, and in that of the one delivery with so many.
    # All that can be read are asked for once a text has been typed, and not for a blank or for each of its letters.
    asked: list[str] = []
    viewer.on("request", lambda request: asked.append(request.url))
    search = viewer.get_by_role("searchbox", name="Search the rows")
    search.fill(" ")
    viewer.wait_for_timeout(700)
    assert not [url for url in asked if "datasets.runs" in url]
    search.press_sequentially("3,208", delay=30)
    expect(deliveries.get_by_role("row")).to_have_count(2)
    expect(viewer.get_by_role("search").get_by_role("status")).to_have_text("1 row found")
    of_all = [url for url in asked if "datasets.runs" in url]
    assert of_all
    assert all("1000" in url for url in of_all)
    search.fill("")
    check_access(viewer)
    deliveries.get_by_role("link", name=re.compile("show$")).first.click()
    expect(viewer.get_by_text("One delivery only")).to_be_visible()
    viewer.get_by_text("Row", exact=True).first.click()
    expect(viewer.locator("pre").first).to_contain_text("airline")
    check_access(viewer)
    viewer.get_by_role("button", name="Show all deliveries").click()
    expect(viewer.get_by_text("One delivery only")).to_have_count(0)


@pytest.fixture
def misspelt(site) -> Iterator[str]:
    """A dataset whose source DRM lacks, for one test: what is composed elsewhere begins with the newest."""
    flights = next(each for each in demo_declarations() if each.name == "flights_daily")
    declared = flights.model_copy(update={"name": "flights_misspelt", "source": "flihgts_daily"})
    engine = engine_for(site.settings.database_url)
    register_dataset(engine, declared)
    yield declared.name
    with engine.begin() as connection:
        connection.execute(sa.delete(datasets).where(datasets.c.name == declared.name))
    prepared_table(declared).drop(engine)
    engine.dispose()


def test_a_source_that_drm_has_not_is_told_where_its_dataset_is_shown(
    misspelt, open_as, check_access
):
    page = open_as("vera", f"/datasets/{misspelt}")
    told = page.get_by_role("status").filter(has_text="DRM's catalogue has no source")
    expect(told).to_contain_text("“flihgts_daily”: nothing is prepared until it does.")
    expect(told).to_contain_text("did you mean 'flights_daily'?")
    check_access(page)
    page.get_by_role("link", name="Fields").click()
    expect(told).to_be_visible()
    page.goto("/datasets/flights_daily")
    expect(page.get_by_text("Completeness")).to_be_visible()
    expect(told).to_have_count(0)
    french = open_as("vera", f"/datasets/{misspelt}", locale="fr-FR")
    expect(french.get_by_text("Le catalogue de DRM ne contient pas la source")).to_be_visible()


@pytest.fixture
def refused(site) -> Iterator[int]:
    """A delivery of the day after the last, which was refused; for one test."""
    engine = engine_for(site.settings.database_url)
    reasons = [
        Sentence("delivery.reason", said=Sentence("row.not_a", type="number"), count=80),
        Sentence("delivery.reason", said=Sentence("row.missing"), count=20),
    ]
    said = Sentence("delivery.refused", refused=100, delivered=320, most=20, reasons=reasons)
    with engine.begin() as connection:
        dataset_id = connection.scalar(
            sa.select(datasets.c.id).where(datasets.c.name == "flights_daily")
        )
        row = connection.execute(
            dataset_versions.insert().values(
                dataset_id=dataset_id,
                data_version="f" * 32,
                drm_run_id=1_000_000,
                declaration_version=1,
                window_start=datetime(2013, 3, 1),
                window_end=datetime(2013, 3, 2),
                status="failed",
                phase=Phase.DONE,
                failed_at=utc_now(),
                usable_pct=68.75,
                rows_in=320,
                **kept(said, "error_msg"),
            )
        )
    key = row.inserted_primary_key
    assert key is not None
    (version_id,) = key
    yield version_id
    with engine.begin() as connection:
        connection.execute(sa.delete(dataset_versions).where(dataset_versions.c.id == version_id))
    engine.dispose()


LOOKS = [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")]


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS, ids=lambda each: str(each))
def test_a_refused_delivery_is_red_on_home_and_on_its_datasets_page(
    refused, open_as, check_access, viewport, scheme
):
    page = open_as("vera", "/", viewport=viewport, color_scheme=scheme)
    told = page.get_by_role("region", name="Data", exact=True)
    expect(told).to_contain_text("100 of 320 delivered rows are refused, at most 20 % may be")
    check_access(page)
    told.get_by_role("link", name="flights_daily").click()
    told = page.get_by_role("region", name="Deliveries that were not prepared")
    expect(told).to_contain_text("1 Mar 2013")
    expect(told.get_by_role("button", name="Accept all the same")).to_have_count(0)
    check_access(page)
    page.goto("/datasets")
    item = page.get_by_role("listitem").filter(has_text="flights_daily")
    expect(item).to_contain_text("1 not prepared")
    check_access(page)


def test_an_admin_accepts_a_refused_delivery_and_it_is_red_no_more(refused, open_as, check_access):
    page = open_as("ada", "/datasets/flights_daily")
    told = page.get_by_role("region", name="Deliveries that were not prepared")
    told.get_by_role("button", name="Accept all the same").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("68.8% of its rows can be used")
    check_access(page)
    dialog.get_by_role("button", name="Accept all the same").click()
    expect(page.get_by_text("Accepted. What is usable is being prepared.")).to_be_visible()
    expect(told).to_have_count(0)


def test_the_same_is_told_in_french(refused, open_as):
    page = open_as("ada", "/")
    answer = page.request.get("/api/v1/datasets/get", params={"name": "flights_daily"}).json()
    said = answer["unprepared"][0]["translations"]["fr"]["reason"]
    assert said.startswith("100 des 320 lignes livrées sont refusées, 20 % au plus peuvent l’être")
