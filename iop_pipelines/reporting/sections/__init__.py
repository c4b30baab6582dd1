"""How each section of a report's page is drawn: a module of the section's name with a `draw`.

What `draw` gives is printed by the template of that name in `templates/sections`: words, widths and numbers are ready.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.outputs import Section
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.stamped.body import Body


@dataclass(frozen=True)
class Drawn:
    """A section that has something to show.

    Attributes:
        values: what its template prints, as `section`.
        shows: tables whose every row belongs on the page; the first page says which were read in part.
        cuts: what is not printed of a table, by its title.
        rows: printed rows of its first table, where the section is what the report is about.
        bodies: of tables too long for the page to hold them; it has places for them, by their number.
    """

    values: Mapping[str, Any]
    shows: tuple[str, ...] = ()
    cuts: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    bodies: tuple[Body, ...] = ()


class _Module(Protocol):
    def draw(self, config: QueryConfig, result: FrozenResult, skipped: int) -> Drawn | None: ...


def draw_section(
    section: type[Section], config: QueryConfig, result: FrozenResult, skipped: int = 0
) -> Drawn | None:
    """None where the config asks for none of it. skipped: steps of `fit` that did not hold on the pages."""
    module = cast(_Module, import_module(f"{__name__}.{section.module}"))
    return module.draw(config, result, skipped)
