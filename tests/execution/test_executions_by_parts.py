"""An execution whose panel is judged by parts stores what one stores that reads it as a whole, on every database."""

import pytest
from shop_panels import ANY, DAYS, SHOPS, SMALL, Shops

from iop_pipelines.errors import InvalidFrame
from iop_pipelines.execution import execute as executing
from iop_pipelines.execution.large import Bounds
from iop_pipelines.ledger.work import LostClaim
from iop_pipelines.schema.engine import engine_for


@pytest.fixture
def shops(migrated_url: str) -> Shops:
    return Shops(engine_for(migrated_url))


def test_an_execution_by_parts_stores_what_one_by_the_whole_stores(shops, monkeypatch) -> None:
    shops.fill(SHOPS[:4])
    whole_id, parts_id = shops.ask(ANY), shops.ask(ANY)
    whole = shops.run(whole_id, Bounds())
    wholes = []
    monkeypatch.setattr(executing, "run_runtime", lambda *_: wholes.append(1))
    parts = shops.run(parts_id, SMALL)
    assert not wholes
    assert shops.stored(parts_id) == shops.stored(whole_id)
    assert whole.findings == parts.findings
    assert len(whole.findings) >= 4
    assert (whole.rows, whole.metrics) == (parts.rows, parts.metrics)
    assert whole.rows == 4 * DAYS
    assert whole.output_checks == parts.output_checks
    # Again, it replaces what was there.
    shops.run(parts_id, SMALL)
    assert shops.stored(parts_id) == shops.stored(whole_id)


def test_two_series_that_are_written_alike_are_read_as_one(shops) -> None:
    """One of no name, and one whose name is how that is written: they have one name in a panel, and are summed or
    averaged there as one; by parts they would be two."""
    shops.fill(SHOPS)
    whole_id, parts_id = shops.ask(ANY), shops.ask(ANY)
    whole = shops.run(whole_id, Bounds())
    parts = shops.run(parts_id, SMALL)
    assert whole.rows == 4 * DAYS
    assert shops.stored(parts_id) == shops.stored(whole_id)
    assert (whole.rows, whole.metrics) == (parts.rows, parts.metrics)


def test_an_output_by_parts_that_breaks_its_schema_stores_nothing(shops) -> None:
    shops.fill(SHOPS[:4])
    asked = shops.ask({"y": {"type": "number", "maximum": 300}})
    refusals = []
    for bounds in (Bounds(), SMALL):
        with pytest.raises(InvalidFrame, match=r"maximum 300 in 4 of 240 rows") as refused:
            shops.run(asked, bounds)
        refusals.append(str(refused.value).partition("(first")[0])
    assert refusals[0] == refusals[1]
    assert shops.stored(asked) == ([], [])


def test_parts_of_an_attempt_that_lost_its_claim_store_nothing(shops) -> None:
    shops.fill(SHOPS[:4])
    asked = shops.ask(ANY)
    with pytest.raises(LostClaim):
        shops.run(asked, SMALL, attempt=2)
    assert shops.stored(asked) == ([], [])
