"""Exports of panels: the whole query, whatever a page shows of it, and what is cut in the file's name."""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from starlette.types import Message

from iop_pipelines.api import exports
from iop_pipelines.api.registry import ApiError

FLIGHTS = {
    "version": 2,
    "source": "dataset:flights_daily",
    "datasets": {
        "main": {
            "title": "Flights by airline",
            "select": [{"field": "airline"}, {"measure": "flights"}],
            "sort": [{"by": "flights", "dir": "desc"}],
        }
    },
    "charts": [{"type": "bar", "data": "main", "x": "airline", "y": "flights"}],
}


@pytest.fixture
def client(api, monkeypatch, tmp_path) -> Iterator[TestClient]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def ada(_connection):
        await asyncio.sleep(0)
        return api.context.user

    with TestClient(Starlette(routes=exports.export_routes(api.answers, ada))) as client:
        yield client


def exported(client: TestClient, **given) -> tuple[list[list[str]], str]:
    answer = client.get(exports.PATH, params={"input": json.dumps(given)})
    assert answer.status_code == 200, answer.text
    text = answer.content.decode("utf-8-sig")
    name = answer.headers["content-disposition"].partition("''")[2]
    delimiter = ";" if given.get("locale") == "fr-FR" else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter)), name


def by_airline(api) -> list[tuple[str, int]]:
    statement = sa.text(
        "SELECT airline, SUM(flights) FROM prepared_flights_daily WHERE iop_to IS NULL"
        " GROUP BY airline ORDER BY 2 DESC, 1"
    )
    return [(airline, int(flights)) for airline, flights in api.rows(statement)]


def test_an_export_is_the_whole_query_whatever_a_page_shows_and_names_what_a_limit_cuts(
    api, client, tmp_path
):
    whole = by_airline(api)
    (head, *rows), name = exported(client, queryConfig=FLIGHTS)
    assert head == ["Airline", "Flights scheduled"]
    assert [(airline, int(count)) for airline, count in rows] == whole
    assert name == "flights-by-airline.csv"

    table = {**FLIGHTS["datasets"]["main"], "limit": 3}
    (_, *rows), name = exported(client, queryConfig={**FLIGHTS, "datasets": {"main": table}})
    assert [(airline, int(count)) for airline, count in rows] == whole[:3]
    assert name == f"flights-by-airline-3-of-{len(whole)}-rows.csv"

    table = {**FLIGHTS["datasets"]["main"], "top": {"n": 4}}
    (_, *rows), name = exported(client, queryConfig={**FLIGHTS, "datasets": {"main": table}})
    assert [(airline, int(count)) for airline, count in rows] == whole[:4]
    assert name == f"flights-by-airline-4-of-{len(whole)}-rows.csv"

    asked = {"queryConfig": FLIGHTS, "path": [{"airline": "JetBlue Airways"}], "limit": 5}
    page = api.call("panels.drill", **asked)
    assert len(page["rows"]) == 5
    (head, *rows), _ = exported(client, **asked, of="level", cursor=5)
    (there,) = api.rows(
        sa.text(
            "SELECT COUNT(*), SUM(flights) FROM prepared_flights_daily"
            " WHERE iop_to IS NULL AND airline = 'JetBlue Airways'"
        )
    )
    flights = head.index("Flights scheduled")
    assert (len(rows), sum(int(row[flights]) for row in rows)) == tuple(map(int, there))

    given = {"queryConfig": FLIGHTS, "of": "level", "by": "origin", "locale": "fr-FR"}
    (_, *rows), name = exported(client, **given)
    counted = api.rows(
        sa.text(
            "SELECT origin, SUM(flights) FROM prepared_flights_daily WHERE iop_to IS NULL GROUP BY 1"
        )
    )
    assert {row[0]: int(row[1]) for row in rows} == {origin: int(n) for origin, n in counted}
    assert name == "flights-by-airline-origin.csv"
    assert files(tmp_path) == []


def test_what_cannot_be_exported_is_refused_and_leaves_no_file(client, tmp_path):
    for given, status, told in (
        ({}, 400, "panelId"),
        ({"panelId": 999_999}, 404, "999999"),
        ({"queryConfig": {**FLIGHTS, "source": "dataset:no"}}, 400, "no"),
        ({"queryConfig": FLIGHTS, "of": "all"}, 400, "of"),
    ):
        answer = client.get(exports.PATH, params={"input": json.dumps(given)})
        assert answer.status_code == status
        assert told in answer.json()["error"]
    assert files(tmp_path) == []


def test_who_hangs_up_leaves_no_file_whether_it_was_begun_or_not(api, tmp_path):
    gone = tmp_path / "iop-export-gone.csv"
    asked = json.dumps({"queryConfig": FLIGHTS}).encode()
    with pytest.raises(ApiError, match="nobody waits"):
        exports.make(api.context.platform, asked, str(gone))
    gone.write_bytes(b"Airline\r\n")
    answer = exports.SentFile(gone, "flights.csv")

    async def refuse(_message):
        await asyncio.sleep(0)
        raise OSError

    with pytest.raises((OSError, ExceptionGroup, ClientDisconnect)):
        asyncio.run(answer({"type": "http", "method": "GET", "headers": []}, wait, refuse))
    assert files(tmp_path) == []


async def wait() -> Message:
    await asyncio.sleep(3600)
    return {"type": "http.disconnect"}


def files(folder: Path) -> list[str]:
    return [each.name for each in folder.glob("iop-export-*")]


def test_nobody_unknown_is_served(api):
    async def nobody(_connection):
        await asyncio.sleep(0)

    answers = replace(api.answers)
    with TestClient(Starlette(routes=exports.export_routes(answers, nobody))) as stranger:
        assert stranger.get(exports.PATH).status_code == 401
