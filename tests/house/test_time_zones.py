"""The rules of the pinned package decide every local time, whatever rules the system has."""

import ast
import itertools
import json
import subprocess
import sys
import sysconfig
from datetime import UTC, datetime, time, timedelta
from importlib import metadata, resources
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
import tzdata

from iop_pipelines import doctor
from iop_pipelines.orchestration.supervisor import instance_environment
from iop_pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDERS = ("iop_pipelines", "assets", "sensors", "schedules")
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
STEP = timedelta(days=2)
# Asks the system's rules for everything before it imports anything of IOP, as a process of somebody else would.
SEEN = """
import json, sys, zoneinfo
from datetime import UTC, datetime
asked = json.load(sys.stdin)
before = {name: str(datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo(name))) for name in asked}
from iop_pipelines.reporting.schedule import due_slots, parse_schedule, utc_to_local
seen = {}
for name, (moments, spans) in asked.items():
    def at(text): return datetime.fromisoformat(text).replace(tzinfo=None)
    daily = parse_schedule(f"daily 09:00 {name}")
    seen[name] = [
        [utc_to_local(at(each), name).isoformat() for each in moments],
        [[slot.isoformat() for slot in due_slots(daily, at(a), at(b))] for a, b in spans],
    ]
json.dump({"before": before, "seen": seen}, sys.stdout)
"""


def _content(name: str) -> bytes:
    """The pinned rules of a zone, read past `zoneinfo`'s search."""
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def _zone(content: bytes, folder: Path) -> ZoneInfo:
    path = folder / "zone"
    path.write_bytes(content)
    with path.open("rb") as file:
        return ZoneInfo.from_file(file)


def _moments(zone: ZoneInfo) -> tuple[list[datetime], list[datetime]]:
    """A look every other day, and both sides of each change; and the changes."""
    grid = [FIRST + number * STEP for number in range((LAST - FIRST) // STEP)]
    changes = []
    for before, after in itertools.pairwise(grid):
        offset = before.astimezone(zone).utcoffset()
        if after.astimezone(zone).utcoffset() == offset:
            continue
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) / 2
            middle = middle.replace(microsecond=0)
            is_before = middle.astimezone(zone).utcoffset() == offset
            before, after = (middle, after) if is_before else (before, middle)
        changes.append(after)
    beside = [at + side for at in changes for side in (-timedelta(seconds=1), timedelta(0))]
    return sorted([*grid, *beside]), changes


def _nines(zone: ZoneInfo, since: datetime, until: datetime) -> list[str]:
    """Each 09:00 of the zone's clocks in (since, until]; none is ever skipped or comes twice."""
    days = [since.date() + timedelta(days=number) for number in range(-1, (until - since).days + 2)]
    slots = [datetime.combine(day, time(9), zone).astimezone(UTC) for day in days]
    return [slot.replace(tzinfo=None).isoformat() for slot in slots if since < slot <= until]


@pytest.fixture(scope="module")
def other_rules(tmp_path_factory) -> Path:
    """A system whose every zone has the rules of another: Tokyo's, and Tokyo those of Casablanca of old."""
    folder = tmp_path_factory.mktemp("zoneinfo")
    for name in available_timezones():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_content("America/St_Johns" if name.startswith("Asia/") else "Asia/Tokyo"))
    return folder


def _run(code: str, other_rules: Path, given: str = "") -> str:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONTZPATH": str(other_rules)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=given,
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_schedules_go_by_the_pinned_rules_in_every_zone(tmp_path, other_rules):
    asked, expected, known = {}, {}, {}
    for name in sorted(available_timezones()):
        content = _content(name)
        if content not in known:
            zone = _zone(content, tmp_path)
            moments, changes = _moments(zone)
            spans = [(at - timedelta(days=2), at + timedelta(days=2)) for at in changes[:30]]
            known[content] = (
                [[each.isoformat() for each in moments], [(str(a), str(b)) for a, b in spans]],
                [
                    [each.astimezone(zone).replace(tzinfo=None).isoformat() for each in moments],
                    [_nines(zone, a, b) for a, b in spans],
                ],
            )
        asked[name], expected[name] = known[content]
    answer = json.loads(_run(SEEN, other_rules, json.dumps(asked)))
    # The other rules were in force before: without that the test would prove nothing.
    assert answer["before"]["Africa/Casablanca"].endswith("+09:00")
    assert answer["seen"].keys() == asked.keys()
    assert {name for name in asked if answer["seen"][name] != expected[name]} == set()
    assert sum(len(spans) for _, spans in asked.values()) > 1_000


def test_morocco_keeps_one_hour_since_september_2026(other_rules):
    """Its clocks show UTC since 20 September; rules of before have them an hour ahead."""
    code = (
        "from datetime import datetime; from iop_pipelines.reporting.schedule import *; "
        "print(*next_times(parse_schedule('daily 09:00 Africa/Casablanca'), datetime(2026, 10, 1), 1))"
    )
    assert _run(code, other_rules).strip() == "2026-10-01 09:00:00"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            "import dagster._time as t; t.get_timezone('Africa/Casablanca'); "
            "from iop_pipelines.orchestration.instance import InstanceStorage; "
            "print(datetime(2026, 10, 1, tzinfo=t.get_timezone('Africa/Casablanca')).utcoffset())",
            id="Dagster",
        ),
        pytest.param(
            "from dagster._utils.schedules import schedule_execution_time_iterator as ticks; "
            "import iop_pipelines; "
            "at = datetime(2026, 10, 1, tzinfo=UTC).timestamp(); "
            "tick = next(ticks(at, '0 9 * * *', 'Africa/Casablanca')); "
            "print(tick.astimezone(UTC).replace(tzinfo=None) - datetime(2026, 10, 1, 9))",
            id="Dagster's cron",
        ),
        pytest.param(
            "import numpy as np; import pandas as pd; "
            "from iop_pipelines.transform.apply import periods; "
            "at = pd.DatetimeIndex(['2026-10-01', pd.NaT, '2026-10-01']); "
            "instants = periods.instants_of(at, np.full(3, -1, np.int8), 'UTC'); "
            "local, _ = periods.local_of(instants, 'Africa/Casablanca'); "
            "assert local.isna().tolist() == [False, True, False]; "
            "print((local[2] - at[0]).to_pytimedelta())",
            id="preparing data",
        ),
        pytest.param(
            "from iop_pipelines.domain.periods import zone_info; "
            "print(datetime(2026, 10, 1, tzinfo=zone_info('Africa/Casablanca')).utcoffset())",
            id="queries",
        ),
        pytest.param(
            "import iop_pipelines, subprocess, sys; child = 'from datetime import *; "
            "from zoneinfo import ZoneInfo as Z; "
            'print(datetime(2026, 10, 1, tzinfo=Z("Africa/Casablanca")).utcoffset())\'; '
            "print(subprocess.check_output([sys.executable, '-c', child], text=True).strip())",
            id="a process that IOP starts",
        ),
    ],
)
def test_whoever_asks_is_told_by_the_pinned_rules(other_rules, code):
    assert _run(f"from datetime import *; {code}", other_rules).strip() == "0:00:00"


def test_every_process_of_an_instance_is_given_the_pinned_rules(tmp_path):
    environment = instance_environment(Settings.from_env({"IOP_HOME": str(tmp_path)}))
    code = "import zoneinfo; print(zoneinfo.TZPATH)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "()"


def _calls(name: str) -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
    ]


@pytest.mark.parametrize("method", ["tz_localize", "tz_convert"])
def test_pandas_is_given_zones_and_not_their_names(method):
    """Of a name it asks pytz, which has rules of its own."""
    offenders = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in _calls(method)
        if ast.unparse(call.args[0]) != "None"
        and not ast.unparse(call.args[0]).startswith("ZoneInfo(")
    ]
    assert _calls(method)
    assert offenders == []


def test_nothing_asks_other_libraries_for_zones():
    words = {"pytz", "dateutil", "pendulum", "tzlocal"}
    imported = {
        name.partition(".")[0]
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
    }
    assert imported & words == set()


def test_the_doctor_says_which_rules_are_used_and_from_when_the_system_differs(
    tmp_path, monkeypatch
):
    for name in available_timezones():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Casablanca as it was: an hour ahead all the year, as Algiers is.
        path.write_bytes(_content("Africa/Algiers" if name == "Africa/Casablanca" else name))
    (tmp_path / "tzdata.zi").write_text("# version 2026a\n# text\n")
    asked = sysconfig.get_config_var
    monkeypatch.setattr(
        sysconfig, "get_config_var", lambda name: str(tmp_path) if name == "TZPATH" else asked(name)
    )
    check = doctor.check_time_zones(Settings.from_env({"IOP_HOME": str(tmp_path)}))
    assert check.is_ok
    used = f"by IANA {tzdata.IANA_VERSION} (package tzdata {metadata.version('tzdata')})"
    assert f"{used}; schedules use UTC" in check.detail
    assert (
        "the system's are 2026a, not used, and others for Africa/Casablanca from 20" in check.detail
    )


def test_the_doctor_refuses_rules_that_are_not_pinned(tmp_path, monkeypatch):
    monkeypatch.setattr("zoneinfo._tzpath.TZPATH", ("/usr/share/zoneinfo",))
    check = doctor.check_time_zones(Settings.from_env({"IOP_HOME": str(tmp_path)}))
    assert (check.is_ok, "/usr/share/zoneinfo" in check.detail) == (False, True)
