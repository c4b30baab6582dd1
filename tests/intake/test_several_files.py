"""Files with the same head are one dataset of several deliveries; what one leaves open another decides."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from iop_pipelines.drm.tables import pipeline_runs
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.datasets import Datasets, deliveries_of, read_sources, understand_all
from iop_pipelines.intake.deliver import deliver
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.understand import Given, Understood
from iop_pipelines.schema.engine import engine_for

NOW = datetime(2026, 11, 1, 12)
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]


def month(number: int, shop: str = "A", bonus: int = 0) -> str:
    """Day first, with a decimal comma that only February shows; January's days all fit the other way too."""
    rows = [
        f"{day:%d/%m/%Y};{shop};{n + bonus}{',5' if number == 2 else ''}"
        for n, day in enumerate(DAYS)
        if day.month == number and (number != 1 or day.day <= 12)
    ]
    return "\n".join(["Tag;Filiale;Umsatz", *rows])


def found_in(folder: Path, files: Mapping[str, str], *wheres: str) -> Datasets:
    for name, text in files.items():
        (folder / name).write_text(text)
    specs = [SourceSpec(where) for where in wheres or (str(folder),)]
    return understand_all(read_sources(specs, refuse_to_guess), Given(), "UTC", refuse_to_guess)


MONTHS = {f"sales-2026-{n}.csv": month(n) for n in (1, 2, 3)}


def figures(given: Understood) -> dict[str, float]:
    return {row["tag"] or "": float(row["umsatz"] or "nan") for row in given.rows}


def expected(number: int) -> dict[str, float]:
    half = 0.5 if number == 2 else 0
    return {
        day.isoformat(): n + half
        for n, day in enumerate(DAYS)
        if day.month == number and (number != 1 or day.day <= 12)
    }


def test_files_of_one_head_are_one_dataset_of_a_delivery_each_in_the_order_of_their_days(
    tmp_path: Path,
) -> None:
    names = ["sales b.csv", "sales c.csv", "sales a.csv"]
    shuffled = dict(zip(names, MONTHS.values(), strict=True))
    found = found_in(tmp_path, shuffled)
    (given,) = found.understood
    assert (given.name, found.skipped) == ("sales", ())
    assert [figures(part) for part in deliveries_of(given)] == [expected(n) for n in (1, 2, 3)]
    assert given.time_found.found.form.order == "day-first"


def test_files_given_one_by_one_or_twice_are_the_same_dataset(tmp_path: Path) -> None:
    found_in(tmp_path, MONTHS)
    paths = [str(tmp_path / name) for name in MONTHS]
    (given,) = found_in(tmp_path, {}, *paths, paths[0]).understood
    assert len(deliveries_of(given)) == 3


def test_alone_the_same_file_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="day or month first"):
        found_in(tmp_path, {"a.csv": month(1)})


def test_files_that_share_periods_are_one_delivery_so_that_none_replaces_another(
    tmp_path: Path,
) -> None:
    north, south = month(3, "north"), month(3, "south", bonus=100)
    (given,) = found_in(
        tmp_path, {"a.csv": north, "b.csv": south, "c.csv": month(2, "north")}
    ).understood
    first, second = deliveries_of(given)
    assert {row["filiale"] for row in first.rows} == {"north"}
    assert {row["filiale"] for row in second.rows} == {"north", "south"}
    assert len(second.rows) == 2 * 31
    assert (given.series.series, len(second.tables)) == (("filiale",), 2)


def test_files_of_other_heads_are_other_datasets_and_what_is_no_table_is_told(
    tmp_path: Path,
) -> None:
    visits = "day,visits\n" + "".join(f"{day},{n}\n" for n, day in enumerate(DAYS))
    files = {**MONTHS, "visits.csv": visits, "readme.txt": "What is in here\nis sales\n"}
    found = found_in(tmp_path, {**files, "shops.csv": "shop,city\nA,Kiel\nB,Bonn\n"})
    assert [given.name for given in found.understood] == ["sales", "visits"]
    assert {each.name: str(each.reason)[:40] for each in found.skipped} == {
        "readme.txt": "readme.txt has one column: a table needs",
        "shops": "no column says when a row is true: a dat",
    }


def test_columns_in_another_order_are_the_same_head(tmp_path: Path) -> None:
    lines = [line.split(";") for line in month(3).splitlines()]
    turned = "\n".join(";".join((c, a, b)) for a, b, c in lines)
    (given,) = found_in(tmp_path, {"a.csv": month(2), "b.csv": turned}).understood
    assert figures(given) == {**expected(2), **expected(3)}


def test_a_row_that_cannot_be_read_is_told_with_the_delivery_that_it_is_in(tmp_path: Path) -> None:
    broken = MONTHS["sales-2026-3.csv"].replace("11/03/2026;A;69", "11/03/2026;A;many")
    (given,) = found_in(tmp_path, {**MONTHS, "sales-2026-3.csv": broken}).understood
    parts = deliveries_of(given)
    assert [len(part.refused) for part in parts] == [0, 0, 1]
    assert (parts[2].refused[0].number, len(given.refused)) == (12, 1)


def test_deliveries_land_once_and_a_file_that_changed_restates_its_own_alone(
    tmp_path: Path,
) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'drm.db'}")
    folder = tmp_path / "in"
    folder.mkdir()

    def delivered(files: Mapping[str, str]) -> list[tuple[bool, bool]]:
        (given,) = found_in(folder, files).understood
        done = [deliver(engine, part, "UTC", NOW) for part in deliveries_of(given)]
        return [(each.is_new, each.is_restated) for each in done]

    assert delivered(MONTHS) == [(True, False)] * 3
    assert delivered(MONTHS) == [(False, False)] * 3
    changed = {"sales-2026-2.csv": month(2, bonus=1000)}
    assert delivered(changed) == [(False, False), (True, True), (False, False)]
    with engine.connect() as connection:
        windows = connection.execute(
            sa.select(pipeline_runs.c.window_start, pipeline_runs.c.window_end)
        ).all()
    assert windows[1] == windows[3] == (datetime(2026, 2, 1), datetime(2026, 3, 1))
    engine.dispose()
