"""JSON columns are read as json.loads reads them."""

import json

import pytest

from iop_pipelines.schema.engine import read_json


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"a": {"b": [1, -2.5e-8, True, None, "é\n\U0001f600"]}},
        2**70,
        0.1 + 0.2,
        "\ud800",
        float("inf"),
    ],
)
def test_what_was_stored_is_read_back(value):
    assert read_json(json.dumps(value)) == value


def test_what_is_no_json_is_refused():
    with pytest.raises(json.JSONDecodeError):
        read_json("{")
