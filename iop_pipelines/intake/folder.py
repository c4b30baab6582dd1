"""The files that a person may edit: written where they are not there or not touched, and never over an edit.

The first line of each holds a checksum of the rest, so an edit is seen.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from iop_pipelines.intake.declare import Declared
from iop_pipelines.settings import Settings
from iop_pipelines.validation.files import yaml_of

_FOLDERS = "iop-datasets"
State = Literal["written", "unchanged", "yours"]
_FIRST_LINE = "# Written by iop start; yours to edit, and then left as it is. {}\n"
_MARK = re.compile(r"# Written by iop start; .*? ([0-9a-f]{16})\n")


@dataclass(frozen=True, slots=True)
class Kept:
    """`state`: "yours" is a file that somebody edited, and was left."""

    path: Path
    state: State


def folder_of(settings: Settings, dataset: str) -> Path:
    """Of a dataset that came through the app: where `iop start` wrote it, else within the home."""
    beside = beside_home(settings, dataset)
    return beside if beside.is_dir() else settings.home / _FOLDERS / dataset


def beside_home(settings: Settings, dataset: str) -> Path:
    """Where a person finds what is theirs to edit."""
    return settings.home.parent / _FOLDERS / dataset


def write_folder(folder: Path, declared: Declared) -> list[Kept]:
    """dataset.yaml, models/*.yaml, dashboard.yaml and report.yaml, in the order in which they are registered."""
    return [write_file(folder / name, content) for name, content in _files(declared)]


def _files(declared: Declared) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "dataset.yaml", declared.dataset
    for name, content in declared.models.items():
        yield f"models/{name}.yaml", content
    yield "dashboard.yaml", declared.dashboard
    yield "report.yaml", declared.report


def write_file(path: Path, content: dict[str, Any]) -> Kept:
    """Unless somebody edited what is there."""
    text = yaml_of(content)
    whole = _FIRST_LINE.format(_digest(text)) + text
    if path.exists():
        there = path.read_text(encoding="utf-8")
        if there == whole:
            return Kept(path, "unchanged")
        if not _is_untouched(there):
            return Kept(path, "yours")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(whole, encoding="utf-8")
    part.replace(path)
    return Kept(path, "written")


def _is_untouched(text: str) -> bool:
    found = _MARK.match(text)
    return found is not None and found[1] == _digest(text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
