"""Figures in columns; the same figures print the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    figures: Mapping[str, float]


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Rows of one set of columns under a title, two decimals."""
    columns = list(rows[0].figures)
    first = max(len(row.name) for row in rows) + 2
    widths = [max(len(column), 8) + 2 for column in columns]
    print(f"\n{title}")
    print(" " * first + "".join(c.rjust(w) for c, w in zip(columns, widths, strict=True)))
    for row in rows:
        figures = (f"{row.figures[c]:.2f}".rjust(w) for c, w in zip(columns, widths, strict=True))
        print(row.name.ljust(first) + "".join(figures), flush=True)
