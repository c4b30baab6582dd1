"""Tables of the command line at the width of a window: ids and names are whole, and what has no room is named."""

import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from iop_pipelines.cli import console as room

MODELS = [
    {
        "id": 12,
        "name": "cancellation_share_by_city",
        "version": "v1.10.0",
        "type": "statistical",
        "runtime": "seasonal_residual",
        "dataset": "airport_daily_with_weather",
    },
    {"id": 7, "name": "mix", "version": "v1.0.0", "type": "ml", "runtime": "pyod", "dataset": "d"},
]
COLUMNS = ("id", "name", "version", "type", "runtime", "dataset")


def printed(monkeypatch, rows, columns, width):
    """The lines of a window of that width."""
    shown = StringIO()
    window = Console(width=width, file=shown, force_terminal=True, color_system=None)
    monkeypatch.setattr(room, "console", window)
    room.print_table(rows, columns)
    return shown.getvalue().splitlines()


def cells(lines):
    return [re.split(r" *[│┃] *", line)[1:-1] for line in lines if line[:1] in "│┃"]


def test_names_are_whole_at_80_columns_and_what_has_no_room_is_named(monkeypatch):
    lines = printed(monkeypatch, MODELS, COLUMNS, 80)
    assert max(map(len, lines)) <= 80
    head, first, second = cells(lines)
    assert head == ["id", "name", "version", "type", "runtime"]
    assert first == [
        "12",
        "cancellation_share_by_city",
        "v1.10.0",
        "statistical",
        "seasonal_residual",
    ]
    assert second == ["7", "mix", "v1.0.0", "ml", "pyod"]
    assert lines[-1] == "No room for dataset: widen the window, or see --json."


def test_a_wide_window_shows_all_and_a_sentence_is_broken_between_words(monkeypatch):
    rows = [{**MODELS[1], "dataset": "said in so many words that no window of this width has room"}]
    assert cells(printed(monkeypatch, MODELS, COLUMNS, 130))[0] == list(COLUMNS)
    lines = printed(monkeypatch, rows, COLUMNS, 80)
    assert " ".join(row[-1] for row in cells(lines)[1:]) == rows[0]["dataset"]


def test_what_is_read_by_a_program_has_every_column_in_one_line_a_row(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(room, "console", Console(width=40, force_terminal=False))
    room.print_table(MODELS, COLUMNS)
    found = cells(capsys.readouterr().out.splitlines())
    assert found[1:] == [[str(row[name]) for name in COLUMNS] for row in MODELS]


names = st.text("abc_0", min_size=1, max_size=30)
rows = st.lists(st.fixed_dictionaries({"a": names, "b": names, "c": names, "d": names}), min_size=1)


@given(rows, st.integers(36, 140))
def test_no_name_is_ever_broken(listed, width):
    with pytest.MonkeyPatch.context() as patch:
        lines = printed(patch, listed, ("a", "b", "c", "d"), width)
    head, *found = cells(lines)
    assert head == ["a", "b", "c", "d"][: len(head)]
    assert found == [[row[name] for name in head] for row in listed]
    assert max(len(line) for line in lines if line[:1] in "│┃┏┡└") <= width
