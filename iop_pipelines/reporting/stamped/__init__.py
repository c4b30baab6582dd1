"""Tables of many rows: WeasyPrint lays out the page around them and a few rows, and the rest is written beside them.

WeasyPrint takes ten milliseconds a row, and a seventh of a megabyte. What it would do with a row of plain text is known
from the first ones: where the columns stand, how high a line is, what letters are drawn. `text` shapes a cell as Pango
does, by HarfBuzz and the very font; `plan` fills pages as WeasyPrint does; `odd` gives rows back to it that need more
than one font or direction; `render` sets the pages together and `tags` what screen readers follow. Where anything is
not as it was foreseen, `Unforeseen` is raised, and WeasyPrint lays out the whole.
"""
