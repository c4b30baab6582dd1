"""The examples of docs/events.md against the schemas, and what no schema lets through."""

import json
import re
from pathlib import Path

import pytest

from iop_pipelines.errors import InvalidEvent
from iop_pipelines.events.contract import SCHEMAS, check, read_event
from iop_pipelines.events.words import INCOMING, OUTGOING, EventType

DOCUMENT = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)\n```", DOCUMENT, re.S)]
BY_TYPE = {EventType(example["event_type"]): example for example in EXAMPLES}


def test_the_document_has_an_example_of_every_type_that_its_schema_takes() -> None:
    assert set(BY_TYPE) == set(EventType) == {*INCOMING, *OUTGOING}
    for example in EXAMPLES:
        check(example)
        assert set(SCHEMAS[EventType(example["event_type"])]["properties"]) >= set(example)


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_without_one_of_its_fields_is_refused_by_name(event_type: EventType) -> None:
    for name in SCHEMAS[event_type]["required"]:
        if name == "event_type":
            continue
        with pytest.raises(InvalidEvent, match=f"'{name}' is a required property"):
            check({key: value for key, value in BY_TYPE[event_type].items() if key != name})


def test_what_drm_adds_is_kept_and_what_iop_would_add_is_refused() -> None:
    event = read_event(json.dumps({**BY_TYPE[EventType.DATA_INGESTED], "region": "NG"}).encode())
    assert event.content["region"] == "NG"
    with pytest.raises(InvalidEvent, match="region"):
        check({**BY_TYPE[EventType.MODEL_EXECUTED], "region": "NG"})


def test_a_moment_is_read_in_utc() -> None:
    event = read_event(
        json.dumps(
            {**BY_TYPE[EventType.DATA_INGESTED], "timestamp": "2013-02-09T06:16:41+01:00"}
        ).encode()
    )
    assert event.timestamp.isoformat() == "2013-02-09T05:16:41"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_id": "a" * 65}, "event_id"),
        ({"timestamp": "2013-02-09T05:16:41"}, "timestamp"),
        ({"timestamp": "2013-02-30T05:16:41Z"}, "timestamp"),
        ({"source_id": "a b"}, "source_id"),
        ({"run_id": 0}, "run_id"),
        ({"run_id": 2**31}, "run_id"),
        ({"run_id": True}, "run_id"),
        ({"event_type": "model.executed"}, "event_type"),
        ({"event_type": {}}, "event_type"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(change: dict, field: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        read_event(json.dumps({**BY_TYPE[EventType.RUN_COMPLETED], **change}).encode())
    assert refused.value.field == field


def test_an_outgoing_event_is_none_that_drm_may_send() -> None:
    with pytest.raises(InvalidEvent, match="no type of event here"):
        read_event(json.dumps(BY_TYPE[EventType.REPORT_GENERATED]).encode())
