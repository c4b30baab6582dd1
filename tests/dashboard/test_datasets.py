"""Datasets: how fresh and good they are, what came in, what was refused, and who reads them."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import datasets
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import register_dataset


def test_datasets_are_listed_with_their_freshness_and_quality(viewer, check_access):
    viewer.goto("/datasets")
    item = viewer.get_by_role("listitem").filter(has_text="flights_daily")
    expect(item).to_contain_text("Feb 28, 2013")
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
    check_access(viewer)
    parts.get_by_role("link", name="Models").click()
    expect(viewer.get_by_role("list", name="Models that read this dataset")).to_contain_text(
        "delay-trend"
    )


def test_deliveries_lead_to_the_rows_that_were_refused(viewer, check_access):
    viewer.goto("/datasets/flights_daily?tab=deliveries")
    deliveries = viewer.get_by_role("table", name="Deliveries")
    expect(deliveries).to_be_visible()
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
