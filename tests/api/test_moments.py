"""Moments are naive UTC inside and ISO 8601 with Z outside, in every shape that can hold one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.registry import Kind, Registry, Shape

AT = datetime(2026, 1, 2, 3, 4, 5)
WRITTEN = "2026-01-02T03:04:05Z"


class Row(TypedDict):
    at: datetime


class Leaf(Shape):
    ended_at: datetime | None = None


class Dated(Shape):
    kind: Literal["dated"] = "dated"
    at: datetime
    leaves: list[Leaf] = []
    by_name: dict[str, datetime] = {}
    pair: tuple[datetime, int] | None = None


class Tree(Shape):
    at: datetime
    below: list["Tree"] = []


def dumped(output: Any, value: Any) -> Any:
    registry = Registry()

    def handler(ctx: Context):
        return value

    handler.__annotations__["return"] = output
    registry.procedure("a.b", Kind.QUERY, "x")(handler)
    return json.loads(registry.get("a.b").dump(value))


@pytest.mark.parametrize(
    ("output", "value", "written"),
    [
        (datetime, AT, WRITTEN),
        (datetime | None, None, None),
        (list[Row], [{"at": AT}], [{"at": WRITTEN}]),
        (dict[str, datetime], {"a": AT}, {"a": WRITTEN}),
        (Leaf, Leaf(ended_at=AT), {"endedAt": WRITTEN}),
        (list[Leaf], [Leaf.model_construct(ended_at=AT)], [{"endedAt": WRITTEN}]),
        (
            Dated | Leaf,
            Dated(at=AT, leaves=[Leaf(ended_at=AT)], by_name={"a": AT}, pair=(AT, 1)),
            {
                "kind": "dated",
                "at": WRITTEN,
                "leaves": [{"endedAt": WRITTEN}],
                "byName": {"a": WRITTEN},
                "pair": [WRITTEN, 1],
            },
        ),
        (
            Tree,
            Tree(at=AT, below=[Tree(at=AT)]),
            {"at": WRITTEN, "below": [{"at": WRITTEN, "below": []}]},
        ),
    ],
    ids=str,
)
def test_every_moment_leaves_with_a_z(output: Any, value: Any, written: Any) -> None:
    assert dumped(output, value) == written


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30))])
def test_a_moment_with_a_zone_is_brought_to_utc(zone: timezone) -> None:
    assert dumped(datetime, AT.replace(tzinfo=UTC).astimezone(zone)) == WRITTEN


def test_fractions_of_a_second_are_kept() -> None:
    assert dumped(datetime, AT.replace(microsecond=500_000)) == "2026-01-02T03:04:05.500000Z"


@pytest.mark.parametrize(
    "text", ["2026-01-02T03:04:05Z", "2026-01-02T08:34:05+05:30", "2026-01-02T03:04:05"]
)
def test_a_moment_that_comes_in_is_naive_utc(text: str) -> None:
    assert Leaf.model_validate_json(f'{{"endedAt":"{text}"}}', strict=True).ended_at == AT


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        Leaf.model_validate_json('{"endedAt":"0001-01-01T00:00:00+05:00"}')


@pytest.mark.parametrize(
    "text", ['"0.5"', '"1767225600"', "1767225600", '"2026-01-02"', '""', "true"]
)
def test_what_is_no_date_and_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="endedAt"):
        Leaf.model_validate_json(f'{{"endedAt":{text}}}', strict=True)
