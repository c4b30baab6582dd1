import contextlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.errors import InvalidInput
from iop_pipelines.ledger.inputs import InputRef, window_of

START, END = datetime(2013, 2, 1), datetime(2013, 2, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flights_daily", InputRef("flights_daily")),
        ("dataset:flights_daily", InputRef("flights_daily")),
        ("dataset:flights_daily@0123abcd", InputRef("flights_daily", "0123abcd")),
        (
            "dataset:f?from=2013-02-01&to=2013-03-01",
            InputRef("f", None, datetime(2013, 2, 1), datetime(2013, 3, 1)),
        ),
    ],
)
def test_every_accepted_form_is_read_and_written_back(text, expected):
    assert InputRef.parse(text) == expected
    assert InputRef.parse(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "Flights", "dataset:", "f@xyz", "f?from=yesterday", "f?since=2013-01-01", "f; drop table"],
)
def test_another_form_is_refused_with_the_accepted_ones(text):
    with pytest.raises(InvalidInput, match="inputRef") as refused:
        InputRef.parse(text)
    assert refused.value.field == "inputRef"


@given(st.text(max_size=80))
def test_no_text_gives_another_error(text):
    with contextlib.suppress(InvalidInput):
        InputRef.parse(text)


def test_bounds_narrow_the_window_and_may_not_leave_nothing():
    assert window_of(InputRef("f"), START, END) == (START, END)
    assert window_of(InputRef("f", None, datetime(2013, 1, 1)), START, END)[0].month == 1
    with pytest.raises(InvalidInput, match="not before"):
        window_of(InputRef("f", None, END), START, END)
