"""A condition keeps the same rows as SQL on every database and as judged on a frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database_servers import DATABASES
from iop_pipelines.analytics.conditions import FrameColumns, evaluate
from iop_pipelines.domain.conditions import parse_condition
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.letters import small_letters
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.conditions import SmallLetters, compile_condition
from iop_pipelines.query.sources import Source, dataset_source
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.transform.table import prepared_table

ZONE = "America/New_York"
NOW = datetime(2013, 2, 2, 12)
MIXED = DatasetDeclaration.model_validate(
    {
        "name": "mixed",
        "source": "mixed_raw",
        "time": "day",
        "freq": "D",
        "time_zone": ZONE,
        "key": ["day"],
        "fields": {
            "day": {"type": "date"},
            "at": {"type": "datetime"},
            "until": {"type": "datetime"},
            "word": {"type": "string"},
            "name": {"type": "string"},
            "whole": {"type": "integer"},
            "count": {"type": "integer"},
            "amount": {"type": "number"},
            "share": {"type": "number"},
            "is_hub": {"type": "boolean"},
        },
    }
)
BIG = 2**53
WHOLES = [-(2**63), -BIG - 1, -3, -1, 0, 1, 2, 3, BIG, BIG + 1, BIG + 2, 2**63 - 1]
NUMBERS = [-1e300, -2.5, -0.0, 0.1, 0.30000000000000004, 1.0, 2.5, 3.0, float(BIG), 1e300, 5e-324]
TEXTS = [
    "",
    " ",
    "a",
    "a ",
    " a",
    "A",
    "b",
    "é",
    "É",
    "e",
    "ß",
    "SS",
    "Σ",
    "σς",
    "İ",
    "i",
    "%",
    "_",
    "a_b",
    "\U0001d538z",
    "z",
    "日本",
]
DAYS = [
    date(1000, 1, 1),
    date(2012, 2, 29),
    date(2013, 1, 31),
    date(2013, 2, 1),
    date(9999, 12, 30),
]
MOMENTS = [
    datetime(1000, 1, 1),
    datetime(2013, 1, 31, 23, 59, 59, 999999),
    datetime(2013, 2, 1),
    datetime(2013, 2, 1, 6, 30),
    datetime(2013, 3, 10, 1, 30),
    datetime(2013, 3, 10, 3, 30),
]
VALUES: dict[str, list[Any]] = {
    "day": DAYS,
    "at": MOMENTS,
    "until": MOMENTS,
    "word": TEXTS,
    "name": TEXTS,
    "whole": WHOLES,
    "count": WHOLES,
    "amount": NUMBERS,
    "share": NUMBERS,
    "is_hub": [True, False],
}
KINDS = {name: spec.type for name, spec in MIXED.fields.items()}


def sample() -> list[dict[str, Any]]:
    """Every value of every field, each field's also unknown, in changing company."""
    rows = []
    for number in range(66):
        row: dict[str, Any] = {"iop_from": 1, "iop_to": None}
        for place, (name, values) in enumerate(VALUES.items()):
            known = [*values, None]
            row[name] = known[(number * (2 * place + 1) + place) % len(known)]
        rows.append(row)
    return rows


ROWS = sample()
FRAME = pd.DataFrame(
    {
        name: pd.Series(
            [row[name] for row in ROWS],
            dtype={
                "string": object,
                "integer": "Int64",
                "number": "float64",
                "boolean": "boolean",
                "date": "datetime64[us]",
                "datetime": "datetime64[us]",
            }[kind],
        )
        for name, kind in KINDS.items()
    }
)


@dataclass(frozen=True)
class Held:
    connection: sa.Connection
    source: Source


@pytest.fixture(scope="module", params=DATABASES)
def held(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Held]:
    if request.param == "sqlite":
        yield from _held(f"sqlite:///{tmp_path_factory.mktemp('mixed') / 'iop.db'}")
    else:
        server = request.getfixturevalue(f"{request.param}_server")
        url = server.create_database()
        yield from _held(url)
        server.drop_database(url)


def _held(url: str) -> Iterator[Held]:
    engine = engine_for(url)
    table = prepared_table(MIXED)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), ROWS)
    with engine.connect() as connection:
        yield Held(connection, dataset_source(MIXED))
    engine.dispose()


# Values as people write them, some of them of no row.
WRITTEN: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.sampled_from(WHOLES) | st.sampled_from([*NUMBERS, 0.5, 9.3e18, -9.3e18]),
    "number": st.sampled_from(NUMBERS) | st.sampled_from(WHOLES),
    "string": st.sampled_from([*TEXTS, "c", "ΣΣ"]),
    "boolean": st.booleans() | st.sampled_from([0, 1, 2, 0.5, 1.0]),
    "date": st.sampled_from([day.isoformat() for day in DAYS]),
    "datetime": st.sampled_from(
        [
            *(moment.isoformat() for moment in MOMENTS),
            *(day.isoformat() for day in DAYS[:4]),
            "2013-02-01T11:30:00+00:00",
        ]
    ),
}
PERIODS = st.sampled_from(
    ["today", "yesterday", "last_month", "this_year", "last_3_days"]
) | st.sampled_from(
    [
        {"from": "2013-01-31", "to": "2013-02-01"},
        {"from": "2013-02-01", "to": "2013-02-01"},
        {"from": "2012-02-29", "to": "2013-02-01T00:00"},
    ]
)
ORDER = st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"])
LISTS = st.sampled_from(["in", "not_in"])


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[name]
    written = WRITTEN[kind]
    forms = ["test", "list", "between", "null", "beside"]
    forms += {"string": ["text"], "date": ["period"], "datetime": ["period"]}.get(kind, [])
    match draw(st.sampled_from(forms)):
        case "list":
            return {
                "field": name,
                "op": draw(LISTS),
                "value": draw(st.lists(written, min_size=1, max_size=4)),
            }
        case "between":
            return {"field": name, "op": "between", "value": [draw(written), draw(written)]}
        case "null":
            return {"field": name, "op": draw(st.sampled_from(["is_null", "not_null"]))}
        case "text":
            op = draw(st.sampled_from(["contains", "starts_with"]))
            return {"field": name, "op": op, "value": draw(written)}
        case "period":
            return {"field": name, "op": "in_period", "value": draw(PERIODS)}
        case "beside":
            numbers = ("integer", "number", "boolean")
            others = [
                other
                for other, its in KINDS.items()
                if its == kind or (its in numbers and kind in numbers)
            ]
            return {
                "field": name,
                "op": draw(ORDER),
                "value": {"field": draw(st.sampled_from(others))},
            }
        case _:
            return {"field": name, "op": draw(ORDER), "value": draw(written)}


TREES = st.recursive(
    comparisons(),
    lambda below: st.one_of(
        st.builds(lambda parts: {"and": parts}, st.lists(below, min_size=1, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(below, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, below),
        st.builds(lambda part: {"unless": part}, below),
    ),
    max_leaves=6,
)


def in_sql(held: Held, words: dict[str, Any]) -> set[int]:
    tree = parse_condition(words)
    condition = compile_condition(tree, held.source, Scope(now=NOW, zone=ZONE), "where")
    key = held.source.rows.c.iop_id
    statement = sa.select(key).select_from(held.source.rows).where(condition)
    return set(held.connection.scalars(statement))


def on_the_frame(words: dict[str, Any]) -> set[int]:
    columns = FrameColumns(FRAME, ZONE)
    verdict = evaluate(parse_condition(words), columns, Scope(now=NOW, zone=ZONE))
    return {place + 1 for place in range(len(FRAME)) if verdict.is_true[place]}


@settings(
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=TREES)
def test_sql_keeps_the_rows_that_the_frame_keeps(held: Held, words: dict[str, Any]) -> None:
    try:
        expected = on_the_frame(words)
    except InvalidQuery:
        with pytest.raises(InvalidQuery):
            in_sql(held, words)
        return
    assert in_sql(held, words) == expected


@pytest.mark.parametrize(
    ("words", "keeps"),
    [
        (
            {"field": "whole", "op": "gt", "value": BIG},
            lambda r: r["whole"] is not None and r["whole"] > BIG,
        ),
        (
            {"field": "whole", "op": "gt", "value": 2.5},
            lambda r: r["whole"] is not None and r["whole"] >= 3,
        ),
        ({"field": "whole", "op": "eq", "value": 2.5}, lambda r: False),
        ({"not": {"field": "whole", "op": "eq", "value": 2.5}}, lambda r: r["whole"] is not None),
        ({"field": "word", "op": "eq", "value": "a"}, lambda r: r["word"] == "a"),
        ({"field": "word", "op": "in", "value": ["a ", "e"]}, lambda r: r["word"] in ("a ", "e")),
        (
            {"field": "word", "op": "gt", "value": "a"},
            lambda r: r["word"] is not None and r["word"] > "a",
        ),
        ({"field": "word", "op": "contains", "value": "É"}, lambda r: r["word"] in ("é", "É")),
        ({"field": "word", "op": "contains", "value": "Σ"}, lambda r: r["word"] in ("Σ", "σς")),
        (
            {"not": {"field": "word", "op": "eq", "value": "a"}},
            lambda r: r["word"] not in ("a", None),
        ),
        ({"unless": {"field": "word", "op": "eq", "value": "a"}}, lambda r: r["word"] != "a"),
        (
            {"field": "at", "op": "in_period", "value": {"from": "2013-01-31", "to": "2013-01-31"}},
            lambda r: r["at"] is not None and r["at"].date() == date(2013, 1, 31),
        ),
        (
            {"field": "whole", "op": "gt", "value": {"field": "count"}},
            lambda r: None not in (r["whole"], r["count"]) and r["whole"] > r["count"],
        ),
    ],
)
def test_both_keep_what_plain_python_keeps(held: Held, words: dict[str, Any], keeps: Any) -> None:
    wanted = {place + 1 for place, row in enumerate(ROWS) if keeps(row)}
    assert in_sql(held, words) == wanted
    assert on_the_frame(words) == wanted


# Latin, Greek, Cyrillic, Armenian, and Latin with the marks of Yoruba, Igbo or Vietnamese. MariaDB knows no letter that
# Unicode has had since its version 3.2, such as U+0220.
LETTERS = [
    *range(1, 0x220),
    *range(0x386, 0x3CF),
    *range(0x400, 0x482),
    *range(0x531, 0x588),
    *range(0x1E00, 0x1E96),
    *range(0x1EA0, 0x1EFA),
]


def test_small_letters_are_those_of_every_database(held: Held) -> None:
    chars = [chr(code) for code in LETTERS if chr(code).isprintable()]
    wrong = []
    for at in range(0, len(chars), 200):
        part = chars[at : at + 200]
        found = held.connection.execute(
            sa.select(*(SmallLetters(sa.literal(char)) for char in part))
        ).one()
        wrong += [
            (char, small, small_letters(char))
            for char, small in zip(part, found, strict=True)
            if small != small_letters(char)
        ]
    assert wrong == []
