"""Makes the extracts in `data/` from the tables as their publishers have them.

    .venv/bin/python tests/judged/extract.py FOLDER

FOLDER holds, as CSV with these columns (also gzipped):

- melbourne_pedestrian_hourly.csv.gz: timestamp, Sensor, Count; counts of the City of Melbourne, 2015 and 2016 (CC BY
  4.0), as the table `pedestrian` of the R package tsibble has them;
- aus_retail_monthly.csv.gz: Month, State, Industry, turnover_mAUD; Retail Trade 8501.0 of the Australian Bureau of
  Statistics (CC BY 4.0), as the table `aus_retail` of the R package tsibbledata has it.

An extract has a row a period and a column a series; what is not known is empty.
"""

import sys
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parent / "data"


def main(folder: Path) -> None:
    counts = pd.read_csv(
        folder / "melbourne_pedestrian_hourly.csv.gz", parse_dates=["timestamp"]
    ).drop_duplicates(["timestamp", "Sensor"])
    hours = counts.pivot_table(index="timestamp", columns="Sensor", values="Count")
    _write(hours.asfreq("h").astype("Int64"), "pedestrians.csv.gz")
    turnover = pd.read_csv(folder / "aus_retail_monthly.csv.gz", parse_dates=["Month"])
    turnover["series"] = turnover["State"] + "/" + turnover["Industry"]
    months = turnover.pivot_table(index="Month", columns="series", values="turnover_mAUD")
    _write(months.asfreq("MS"), "retail.csv.gz")


def _write(wide: pd.DataFrame, name: str) -> None:
    # Without the time of writing, so that the same table is the same file.
    wide.to_csv(DATA / name, index_label="at", compression={"method": "gzip", "mtime": 0})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
