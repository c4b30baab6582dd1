"""Prints the tables.

make bench-analytics ARGS="--data FOLDER [--before CHECKOUT] [--only band | cost | detection | forecasting | newcomer]"
"""

import argparse

from benchmarks.analytics import band, cost, detection, forecasting, newcomer
from benchmarks.analytics.builds import build_at
from benchmarks.analytics.data import data_folder

# Each prints its tables from (folder of data, build before or None).
SECTIONS = {
    "band": band.report,
    "cost": cost.report,
    "detection": detection.report,
    "forecasting": forecasting.report,
    "newcomer": newcomer.report,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks.analytics", description="Analytics on labelled data"
    )
    parser.add_argument("--data", help="folder with anomaly/ and forecast/; else IOP_BENCH_DATA")
    parser.add_argument("--before", help="a checkout with its own .venv, measured in the same run")
    parser.add_argument("--only", choices=SECTIONS, help="one section; all without it")
    arguments = parser.parse_args()
    folder = data_folder(arguments.data)
    before = build_at(arguments.before) if arguments.before else None
    for name, report in SECTIONS.items():
        if arguments.only in (None, name):
            report(folder, before)


if __name__ == "__main__":
    main()
