"""Whatever is killed, stopped, filled or moved: nothing lost, nothing twice, no drift, every failure told.

`make test-faults` plays the kept seeds of seeds.txt; `make test-faults MINUTES=30 [SEED=…]` a longer plan,
of a seed of its own that it prints. `DATABASE=mysql` or `mariadb-11.8` runs it there instead of on
the system's MariaDB.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from database_servers import ServerUnavailable
from fault_cluster import CannotMount
from fault_plan import build_plan
from fault_run import play
from needed import give_up

SHORT_S = 90.0
PAUSE_S = 6.0
LOST_AFTER_S = 20
# The limits of docs/operations.md, shorter, so that a short run sees them pass.
ENVIRONMENT = {"IOP_WORKER_LOST_S": str(LOST_AFTER_S), "IOP_CLAIM_LOST_S": "30"}
KEPT = Path(__file__).with_name("seeds.txt")

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        sys.platform != "linux", reason="mounts a tmpfs and ends processes by Linux's ways"
    ),
]


def _kept_seeds() -> list[int]:
    lines = (line.partition("#")[0].strip() for line in KEPT.read_text().splitlines())
    return [int(line) for line in lines if line]


def _runs() -> list[tuple[int, float]]:
    """(seed, seconds of faults)"""
    minutes, seed = os.environ.get("FAULTS_MINUTES"), os.environ.get("FAULTS_SEED")
    if not minutes and not seed:
        return [(kept, SHORT_S) for kept in _kept_seeds()]
    seconds = float(minutes) * 60 if minutes else SHORT_S
    return [(int(seed) if seed else secrets.randbelow(10**6), seconds)]


@pytest.fixture
def kept_environment() -> Iterator[None]:
    """Dagster's instance is opened in this process too, by the environment of the cluster."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize(
    ("seed", "lasts_s"),
    [
        pytest.param(seed, lasts_s, marks=pytest.mark.timeout(lasts_s * 2 + 2400))
        for seed, lasts_s in _runs()
    ],
)
def test_whatever_is_killed_nothing_is_lost_doubled_or_untold(
    seed, lasts_s, tmp_path, kept_environment, capsys
):
    plan = build_plan(seed, lasts_s, PAUSE_S, LOST_AFTER_S)
    database = os.environ.get("FAULTS_DATABASE") or "mariadb"

    try:
        outcome = play(plan, tmp_path, database, ENVIRONMENT)
    except (ServerUnavailable, CannotMount) as error:
        give_up(str(error))

    with capsys.disabled():
        print(f"\n{outcome.report()}", flush=True)
    assert outcome.remaining == {}, outcome.report()
    assert outcome.violations == [], outcome.report()


def test_a_plan_is_decided_by_its_seed_alone():
    first, again, other = (build_plan(seed, 600, PAUSE_S, LOST_AFTER_S) for seed in (1, 1, 2))

    assert first == again
    assert first.faults != other.faults
    assert {fault.kind for fault in first.faults} == {fault.kind for fault in other.faults}


def test_a_longer_plan_of_a_seed_begins_as_the_shorter():
    short, long = (build_plan(7, lasts_s, PAUSE_S, LOST_AFTER_S) for lasts_s in (90, 900))

    assert long.faults[: len(short.faults)] == short.faults
