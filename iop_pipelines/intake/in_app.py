"""Sentences for whoever looks at a file in the app: with what can be clicked there, not with options of commands."""

from collections.abc import Mapping
from typing import Any

from iop_pipelines.domain.sentences import Sentence

# Code -> what is said in its place, and the values that it takes.
_TWINS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "intake.copies_drm": ("intake.copies_drm_in_app", ()),
    "intake.foreign_drm": ("intake.foreign_drm_in_app", ()),
    "intake.is_sqlite": ("intake.is_sqlite_in_app", ()),
    "intake.marked_number": ("intake.marked_number_in_app", ("column", "cell")),
    "intake.no_time": ("intake.no_time_in_app", ()),
    "intake.open_question": ("intake.open_question_in_app", ("question",)),
    "intake.too_much_refused": (
        "intake.too_much_refused_in_app",
        ("bad", "total", "name", "most", "first"),
    ),
}


def in_app(said: Sentence) -> Sentence:
    """The same for the app, in all of its parts."""
    values = {name: _value(value) for name, value in said.values.items()}
    if said.code not in _TWINS:
        return Sentence(said.code, **values)
    twin, names = _TWINS[said.code]
    return Sentence(twin, **{name: values[name] for name in names})


def _value(value: Any) -> Any:
    if isinstance(value, Sentence):
        return in_app(value)
    return [_value(each) for each in value] if isinstance(value, list | tuple) else value
