"""Report templates: registered once, checked against what exists, and when their schedule counts."""

import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from iop_pipelines.cli import main
from iop_pipelines.domain.vocabulary import ReportFormat, TemplateStatus
from iop_pipelines.errors import Conflict, InvalidDeclaration, InvalidInput, NotFound
from iop_pipelines.registry import templates
from iop_pipelines.registry.templates import (
    list_templates,
    load_template,
    register_template,
    scheduled_templates,
    set_template_status,
    template,
    update_template,
)
from iop_pipelines.reporting.schedule import parse_schedule

NOON = datetime(2013, 2, 8, 12)
LATER = datetime(2013, 2, 9, 12)


def _content(**changes):
    content = {
        "name": "Daily sales",
        "query_config": {
            "version": 2,
            "source": "dataset:sales",
            "datasets": {"by_shop": {"select": [{"field": "shop"}, {"measure": "revenue"}]}},
        },
        "format": "csv",
        "schedule": "daily 09:00 Africa/Lagos",
    }
    return content | changes


def _register(engine, content, now=NOON):
    return register_template(engine, load_template(content), check_schedule=parse_schedule, now=now)


def test_a_template_is_registered_once_and_read_back_whole(engine):
    template_id = _register(engine, _content())
    assert _register(engine, _content(), LATER) == template_id
    stored = template(engine, template_id)
    assert stored.spec == load_template(_content())
    assert (stored.status, stored.schedule_since) == (TemplateStatus.ACTIVE, NOON)
    assert (stored.name, stored.format) == ("Daily sales", ReportFormat.CSV)
    assert stored.partition_key == f"{template_id}.daily-sales"
    assert list_templates(engine) == [stored]


def test_the_command_line_keeps_no_template_whose_logo_is_not_there(tmp_path, monkeypatch):
    brands, path = tmp_path / "brands", tmp_path / "sales.json"
    brands.mkdir()
    content = _content(schedule=None)
    content["query_config"] |= {"source": "pipeline_runs", "brand": {"logo": "ours.svg"}}
    content["query_config"]["datasets"] = {"all": {"select": [{"agg": "count", "as": "n"}]}}
    path.write_text(json.dumps(content))
    monkeypatch.setenv("IOP_BRAND_FOLDER", str(brands))

    def iop(*words: str):
        return CliRunner().invoke(main, [*words, "--home", str(tmp_path / "home")])

    def kept() -> list[str]:
        return [each["name"] for each in json.loads(iop("report", "list", "--json").output)]

    assert iop("migrate").exit_code == 0
    refused = iop("report", "create", str(path))
    assert refused.exit_code != 0
    assert "sales.json" in refused.output
    assert "brand.logo: there is no logo ours.svg" in refused.output
    assert kept() == []
    (brands / "ours.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h4z'/></svg>"
    )
    done = iop("report", "create", str(path))
    assert done.exit_code == 0, done.output
    assert kept() == ["Daily sales"]


def test_other_content_under_a_name_is_a_conflict_and_an_update_is_not(engine):
    template_id = _register(engine, _content())
    with pytest.raises(Conflict, match="Daily sales"):
        _register(engine, _content(format="pdf"))
    changed = update_template(
        engine,
        template_id,
        load_template(_content(format="pdf")),
        check_schedule=parse_schedule,
        now=LATER,
    )
    assert (changed.format, changed.schedule_since) == (ReportFormat.PDF, NOON)
    weekly = load_template(_content(schedule="weekly mon 09:00 Africa/Lagos"))
    changed = update_template(engine, template_id, weekly, check_schedule=parse_schedule, now=LATER)
    assert changed.schedule_since == LATER


def test_a_name_cannot_be_taken_by_an_update(engine):
    _register(engine, _content())
    other = _register(engine, _content(name="Other"))
    with pytest.raises(Conflict, match="Daily sales"):
        update_template(
            engine, other, load_template(_content()), check_schedule=parse_schedule, now=LATER
        )


def test_slots_of_a_paused_template_are_not_made_up(engine):
    template_id = _register(engine, _content())
    paused = set_template_status(engine, template_id, TemplateStatus.PAUSED, LATER)
    assert (paused.status, paused.schedule_since) == (TemplateStatus.PAUSED, NOON)
    resumed = set_template_status(engine, template_id, TemplateStatus.ACTIVE, LATER)
    assert (resumed.status, resumed.schedule_since) == (TemplateStatus.ACTIVE, LATER)
    assert [each.id for each in list_templates(engine, status=TemplateStatus.PAUSED)] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": "every now and then"},
        {"query_config": {"version": 2, "source": "dataset:nowhere", "datasets": {}}},
        {
            "query_config": {
                "version": 2,
                "source": "dataset:sales",
                "datasets": {"t": {"select": [{"field": "town"}]}},
            }
        },
    ],
)
def test_a_template_that_cannot_work_is_not_stored(engine, changes):
    with pytest.raises(InvalidInput):
        _register(engine, _content(**changes))
    assert list_templates(engine) == []


def test_every_active_template_with_a_schedule_is_found_over_all_pages(engine, monkeypatch):
    monkeypatch.setattr(templates, "MAX_LISTED", 2)
    ids = [_register(engine, _content(name=f"n{n}")) for n in range(5)]
    _register(engine, _content(name="on request", schedule=None))
    set_template_status(engine, ids[1], TemplateStatus.PAUSED, LATER)
    found = [each.id for each in scheduled_templates(engine)]
    assert found == [ids[0], *ids[2:]]


def test_a_moment_that_is_past_is_refused_when_it_is_new(engine):
    once = _content(schedule="once 2013-02-08T13:00 Africa/Lagos")
    template_id = _register(engine, once, NOON)
    # Set up again later, it is what it was; under another name it would never be due.
    assert _register(engine, once, LATER) == template_id
    with pytest.raises(InvalidInput, match="past and would never be due") as refused:
        _register(engine, {**once, "name": "Again"}, LATER)
    assert refused.value.field == "schedule"
    daily = _register(engine, _content(name="Daily"), NOON)
    spec = load_template({**once, "name": "Daily"})
    with pytest.raises(InvalidInput, match="past"):
        update_template(engine, daily, spec, check_schedule=parse_schedule, now=LATER)
    assert template(engine, daily).schedule == _content()["schedule"]


def test_a_wrong_field_of_a_file_is_named():
    with pytest.raises(InvalidDeclaration) as refused:
        load_template(_content(format="xls"))
    assert refused.value.field == "format"


def test_a_template_that_is_not_there_is_not_found(engine):
    with pytest.raises(NotFound, match="99"):
        template(engine, 99)
