"""Bar, line, pie and scatter charts: what is drawn as plain values (`data`, `axes`), and how, as SVG.

No drawing library: a chart is a few kilobytes, and takes less than a millisecond.
"""
