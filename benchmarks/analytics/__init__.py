"""Detection and forecasting on labelled data: ours, the build before, and peers, by `make bench-analytics`.

The data are in a folder that is given, never in the package: some are under licences that forbid it.
"""
