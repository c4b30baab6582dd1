"""The rows of a table, apart from the page that they stand on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import escape

# Fewer are laid out by WeasyPrint: the page around them costs more than they do.
LEAST_ROWS = 300


@dataclass(frozen=True)
class Body:
    """Cells as they are printed, (rows, columns), and which columns are of numbers."""

    numbers: tuple[bool, ...]
    rows: Sequence[Sequence[str]]

    @property
    def is_stamped(self) -> bool:
        return len(self.rows) >= LEAST_ROWS

    def html(self) -> str:
        return rows_html(self.rows, self.numbers)


def place_of(at: int) -> str:
    """Where the rows of the body of that number belong in the page."""
    return f'<tbody id="body-{at}"></tbody>'


def filled(page: str, bodies: Sequence[Body]) -> str:
    """The page with all of its rows."""
    for at, body in enumerate(bodies):
        page = page.replace(place_of(at), tbody(at, body.html()), 1)
    return page


def tbody(at: int, rows: str) -> str:
    return f'<tbody id="body-{at}">{rows}</tbody>'


def rows_html(rows: Iterable[Sequence[str]], numbers: Sequence[bool], first: int = 0) -> str:
    """first: how many rows stand before; each second one is shaded."""
    opening = ['<td class="n">' if is_number else "<td>" for is_number in numbers]
    lines: list[str] = []
    for at, row in enumerate(rows, start=first):
        cells = (f"{tag}{escape(cell)}</td>" for tag, cell in zip(opening, row, strict=True))
        lines.append(f"{'<tr class=even>' if at % 2 else '<tr>'}{''.join(cells)}</tr>")
    return "\n".join(lines)
