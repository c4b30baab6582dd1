"""Dashboards as files: stored once, and left to the people who changed them."""

from datetime import datetime

import pytest

from iop_pipelines.demo.load import folder, load
from iop_pipelines.errors import InvalidDeclaration, InvalidQuery
from iop_pipelines.registry.dashboards import (
    PanelSpec,
    dashboard,
    list_dashboards,
    load_dashboard,
    register_dashboard,
    save_dashboard,
)
from iop_pipelines.schema.engine import engine_for

NOON = datetime(2013, 2, 8, 12)


def _content(**changes):
    panel = {
        "title": "Revenue",
        "type": "bar",
        "query_config": {
            "version": 2,
            "source": "dataset:sales",
            "datasets": {"main": {"select": [{"field": "shop"}, {"measure": "revenue"}]}},
            "charts": [{"type": "bar", "data": "main", "x": "shop", "y": "revenue"}],
        },
    }
    return {"name": "Shops", "panels": [panel], **changes}


def test_a_dashboard_is_stored_once(engine):
    spec = load_dashboard(_content())
    first = register_dashboard(engine, spec, NOON)

    assert register_dashboard(engine, spec, NOON) == first
    assert [panel.title for panel in dashboard(engine, first).panels] == ["Revenue"]


def test_what_people_changed_stays(engine):
    spec = load_dashboard(_content())
    ours = register_dashboard(engine, spec, NOON)
    takings = spec.panels[0].model_copy(update={"title": "Takings"})
    changed = [PanelSpec(**takings.model_dump())]
    save_dashboard(engine, "Shops", changed, now=NOON, dashboard_id=ours)

    assert register_dashboard(engine, spec, NOON) == ours
    assert [panel.title for panel in dashboard(engine, ours).panels] == ["Takings"]


def test_a_file_that_declares_something_else_is_refused_at_its_field():
    with pytest.raises(InvalidDeclaration, match="colour"):
        load_dashboard(_content(colour="red"))


def test_a_panel_that_asks_for_what_is_not_there_is_refused_and_nothing_stays(engine):
    content = _content()
    content["panels"][0]["query_config"]["datasets"]["main"]["select"][1] = {"measure": "revenu"}
    with pytest.raises(InvalidQuery, match=r"panels\.0\.query_config.*revenu"):
        register_dashboard(engine, load_dashboard(content), NOON)
    assert list_dashboards(engine) == []


def test_the_demos_dashboards_are_loaded_once_and_ask_for_what_is_there(migrated_url):
    engine = engine_for(migrated_url)
    for _ in range(2):
        load(engine, engine, NOON)

    names = {each.name for each in list_dashboards(engine)}
    assert len(names) == len(list(folder("dashboards").glob("*.yaml")))
    shown = {panel.type.value for each in list_dashboards(engine) for panel in each.panels}
    assert shown == {"bar", "line", "pie", "scatter", "metric", "table"}
