"""How each section of a report's page is drawn: a module of the section's name with a `draw`.

What `draw` gives is printed by the template of that name in `templates/sections`: words, widths and numbers are ready.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol, cast

from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.brand import PAPERS, Paper
from iop_pipelines.reporting.stamped.body import Body
from iop_pipelines.reporting.voice import ENGLISH, Voice


@dataclass(frozen=True)
class Frame:
    """What all sections of a page share.

    Attributes:
        skipped: steps of `fit` that did not hold on the pages.
        bodies: of tables too long for the page to hold them, which has places for them by their number; it grows.
    """

    voice: Voice = ENGLISH
    paper: Paper = PAPERS["A4"]
    skipped: int = 0
    bodies: list[Body] = field(default_factory=list[Body])


@dataclass(frozen=True)
class Drawn:
    """A section that has something to show.

    Attributes:
        values: what its template prints, as `section`.
        shows: tables whose every row belongs on the page; the first page says which were read in part.
        cuts: what is not printed of a table, by its title.
        rows: printed rows of its first table, where the section is what the report is about.
    """

    values: Mapping[str, Any]
    shows: tuple[str, ...] = ()
    cuts: tuple[tuple[str, str], ...] = ()
    rows: int | None = None


class _Module(Protocol):
    def draw(self, config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn | None: ...


def draw_named(name: str, config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn | None:
    """None where the config asks for none of it. name: a section's `module`."""
    module = cast(_Module, import_module(f"{__name__}.{name}"))
    return module.draw(config, result, frame)
