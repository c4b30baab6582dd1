"""Time zone rules: which are used, when a zone changes its offset by them, and where the system's are others.

That they are those of the package `tzdata` is decided in `iop_pipelines/__init__.py`.
"""

import sysconfig
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import tzdata

_STEP = timedelta(days=7)
_RELEASE_FILE = "tzdata.zi"


@dataclass(frozen=True)
class Rules:
    """`package` is the version of `tzdata`, `release` IANA's name of what is in it: year and letter."""

    package: str
    release: str


@dataclass(frozen=True)
class Change:
    """From `at` (UTC) on, clocks are `offset_s` seconds ahead of UTC."""

    at: datetime
    offset_s: int


@dataclass(frozen=True)
class System:
    """The rules that the system has: where, IANA's release if it says, and from when which zones differ."""

    folder: Path
    release: str | None
    differing: dict[str, datetime]


def rules() -> Rules:
    return Rules(metadata.version("tzdata"), tzdata.IANA_VERSION)


def are_pinned() -> bool:
    """Whether this process asks nothing but the package."""
    return zoneinfo.TZPATH == ()


def changes(zone: ZoneInfo, since: datetime, until: datetime) -> list[Change]:
    """The offset at `since`, then each change before `until`; both aware."""
    found = [Change(since, _offset(zone, since))]
    at = since
    while at < until:
        after = min(at + _STEP, until)
        if _offset(zone, after) != _offset(zone, at):
            found.append(_change_between(zone, at, after))
        at = after
    return found


def system_rules(since: datetime, until: datetime) -> System | None:
    """None where the system has none. Compares all zones from `since` to `until`, aware; takes a second."""
    folder = next((path for path in _system_folders() if (path / "UTC").is_file()), None)
    if folder is None:
        return None
    differing: dict[str, datetime] = {}
    for name in sorted(available_timezones()):
        path = folder / name
        if path.is_file() and (first := _first_difference(name, path, since, until)):
            differing[name] = first
    return System(folder, _release_in(folder), differing)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset else 0


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> Change:
    offset = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return Change(after, _offset(zone, after))


def _first_difference(name: str, path: Path, since: datetime, until: datetime) -> datetime | None:
    with path.open("rb") as file:
        theirs = ZoneInfo.from_file(file)
    ours = ZoneInfo(name)
    both = [changes(zone, since, until) for zone in (ours, theirs)]
    if both[0] == both[1]:
        return None
    moments = sorted({change.at for each in both for change in each})
    return next((at for at in moments if _offset(ours, at) != _offset(theirs, at)), None)


def _system_folders() -> Iterator[Path]:
    """Where Python was built to look; the setting of this process no longer says."""
    for folder in (sysconfig.get_config_var("TZPATH") or "").split(":"):
        if folder:
            yield Path(folder)


def _release_in(folder: Path) -> str | None:
    """The first line of the text from which the rules were made: `# version 2026f`."""
    try:
        with (folder / _RELEASE_FILE).open() as file:
            words = file.readline().split()
    except OSError:
        return None
    return words[2] if words[:2] == ["#", "version"] and len(words) > 2 else None
