"""What this machine and this instance lack, each with the command that mends it.

Looking must not break: WeasyPrint is never imported here, since it ends the whole process where
there is no font, and each check of the outside world has a bound.
"""

import ctypes
import ctypes.util
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from iop_pipelines.domain import zones
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.reporting.scripts import PROBES, package_of
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)
# A year of the demo's data, reports and Dagster's event log fit; less and a log fills the disk in days.
ENOUGH_DISK_BYTES = 1_000_000_000
PROBE_TIMEOUT_S = 5
# Where the system's time zone rules are compared with those that are used.
_RULES_BACK = timedelta(days=366)
_RULES_AHEAD = timedelta(days=2 * 366)
_NAMED = 3
AMQP_PORT = 5672
AMQPS_PORT = 5671
DASK_PORT = 8786
INSTALL_DASK = "pip install 'iop[dask]'"

# The names of the libraries that WeasyPrint cannot be imported without, on Linux and on macOS.
PDF_LIBRARIES = {
    "GLib": ("libgobject-2.0.so.0", "gobject-2.0"),
    "Pango": ("libpango-1.0.so.0", "pango-1.0"),
    "HarfBuzz": ("libharfbuzz.so.0", "harfbuzz"),
    "Fontconfig": ("libfontconfig.so.1", "fontconfig"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "pangoft2-1.0"),
}
APT_PDF = (
    "sudo apt-get install -y --no-install-recommends "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
APT_FONT = "sudo apt-get install -y --no-install-recommends fontconfig fonts-dejavu-core"
BREW_PDF = "brew install pango"
BREW_FONT = "brew install --cask font-dejavu"
_BREW_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "~/Library/Fonts",
)
_FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".pfb")


@dataclass(frozen=True)
class Check:
    """`fix` is a command or a setting to change, None where all is well.

    What an optional part lacks (PDF) is not ok either, but stops nothing else: `is_required` is False.
    """

    name: str
    is_ok: bool
    detail: str
    fix: str | None = None
    is_required: bool = True


def checks(settings: Settings) -> list[Check]:
    """All checks, in the order in which to mend what they find; takes a few seconds at most."""
    looks: tuple[Callable[[Settings], Check], ...] = (
        check_python,
        check_time_zones,
        check_disk,
        check_database,
        check_patterns,
        check_drm_database,
        check_storage,
        check_broker,
        check_event_broker,
        check_dask,
        check_pdf_libraries,
        check_fonts,
        check_scripts,
    )
    return [look(settings) for look in looks]


def can_render_pdf() -> bool:
    """Whether WeasyPrint would find its libraries and a font; without them it ends the process."""
    return not _missing_libraries() and _font_count() > 0


def check_python(_settings: Settings) -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    is_ok = OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON
    fix = "install Python 3.11 to 3.14, remove .venv, and run make demo again"
    return Check("Python", is_ok, version, None if is_ok else fix)


def check_time_zones(settings: Settings) -> Check:
    """The rules that decide are those of the package; where the system has others, only that is told."""
    name = "time zones"
    count = len(available_timezones())
    if count == 0 or not zones.are_pinned():
        where = ", ".join(zoneinfo.TZPATH) or "nowhere"
        fix = "pip install tzdata, and let nothing call zoneinfo.reset_tzpath"
        return Check(name, False, f"{count} zones; rules are read from {where}", fix)
    used = zones.rules()
    detail = (
        f"{count} zones by IANA {used.release} (package tzdata {used.package}); "
        f"schedules use {settings.time_zone}"
    )
    now = wall_clock().replace(tzinfo=UTC)
    system = zones.system_rules(now - _RULES_BACK, now + _RULES_AHEAD)
    return Check(name, True, f"{detail}; {_told(system)}")


def _told(system: zones.System | None) -> str:
    if system is None:
        return "the system has none"
    release = system.release or "of an unknown release"
    told = f"the system's are {release}, not used"
    if not system.differing:
        return f"{told} and no different"
    first = sorted(system.differing, key=lambda name: (system.differing[name], name))
    named = ", ".join(f"{name} from {system.differing[name]:%Y-%m-%d}" for name in first[:_NAMED])
    more = f" and {len(first) - _NAMED} more" if len(first) > _NAMED else ""
    return f"{told}, and others for {named}{more}"


def check_disk(settings: Settings) -> Check:
    free = shutil.disk_usage(_nearest_folder(settings.home)).free
    is_ok = free >= ENOUGH_DISK_BYTES
    detail = f"{free / 1e9:.1f} GB free under {settings.home}"
    fix = f"free at least {ENOUGH_DISK_BYTES / 1e9:.0f} GB, or set IOP_HOME to a larger disk"
    return Check("disk", is_ok, detail, None if is_ok else fix)


def check_database(settings: Settings) -> Check:
    """Reachable, and at the schema of this release."""
    # Alembic costs a second and only this check needs it.
    from iop_pipelines.schema import migrate

    name = "database"
    shown = _shown(settings.database_url)
    if _is_absent_file(settings.database_url):
        return Check(name, False, f"{shown} is not there yet", "iop migrate")
    unreachable = _unreachable(name, "DATABASE_URL", settings.database_url)
    if unreachable:
        return unreachable
    current, pending = (
        migrate.current(settings.database_url),
        migrate.pending(settings.database_url),
    )
    if pending:
        detail = f"{shown} is at {current or 'no schema'}; to run: {', '.join(pending)}"
        return Check(name, False, detail, "iop migrate")
    return Check(name, True, f"{shown} at schema {current}")


def check_patterns(settings: Settings) -> Check:
    """Whether this release runs each pattern of stored schemas: a former one took more."""
    # Pandas and Alembic's tables cost a second, and only this check needs them.
    from iop_pipelines.registry.patterns import refused_patterns

    name = "patterns"
    if _is_absent_file(settings.database_url):
        return Check(name, True, "no schema is stored yet")
    if unreachable := _unreachable(name, "DATABASE_URL", settings.database_url):
        return unreachable
    refused = refused_patterns(engine_for(settings.database_url))
    if not refused:
        return Check(name, True, "each one of the stored schemas can be run")
    more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
    detail = "; ".join(refused[:_NAMED]) + more
    return Check(name, False, detail, "register a new version of each with another pattern")


def check_drm_database(settings: Settings) -> Check:
    name = "DRM database"
    if _is_absent_file(settings.drm_database_url):
        detail = f"{_shown(settings.drm_database_url)} is not there"
        return Check(
            name, False, detail, "set IOP_DRM_DATABASE_URL, or run `iop demo` for a stand-in"
        )
    unreachable = _unreachable(name, "IOP_DRM_DATABASE_URL", settings.drm_database_url)
    return unreachable or Check(name, True, _shown(settings.drm_database_url))


def check_storage(settings: Settings) -> Check:
    """Writes a small file where reports go, reads it, and removes it."""
    shown = _shown(settings.storage_url)
    try:
        store, folder = places.opened(settings.storage_url)
        path = f"{folder.rstrip('/')}/.iop-doctor-{os.getpid()}"
        store.makedirs(folder, exist_ok=True)
        store.pipe_file(path, b"iop")
        is_same = store.cat_file(path) == b"iop"
        store.rm_file(path)
    except (OSError, ValueError, ImportError) as error:
        fix = "set IOP_STORAGE_URL to a folder or bucket that can be written"
        return Check("report storage", False, f"{shown}: {error}", fix)
    return Check("report storage", is_same, f"{shown} can be written")


def check_broker(settings: Settings) -> Check:
    if not urlsplit(settings.broker_url or "").hostname:
        return Check("broker", True, f"folders under {settings.home / 'broker'}")
    fix = "start the broker, or correct IOP_BROKER_URL (unset it for folders)"
    return _look_at_broker("broker", settings.broker_url or "", AMQP_PORT, fix)


def check_event_broker(settings: Settings) -> Check:
    url = settings.event_broker_url
    if url is None:
        return Check("event broker", True, "none: the shared database is polled")
    fix = "start the broker, or correct IOP_EVENT_BROKER_URL (unset it to do without events)"
    port = AMQPS_PORT if url.startswith("amqps:") else AMQP_PORT
    return _look_at_broker("event broker", url, port, fix)


def check_dask(settings: Settings) -> Check:
    name, url = "Dask", settings.panel_dask
    if url is None:
        return Check(name, True, "none: large panels are judged on this machine")
    if importlib.util.find_spec("distributed") is None:
        return Check(name, False, "IOP_PANEL_DASK is set, Dask is not installed", INSTALL_DASK)
    fix = (
        "start the scheduler, or correct IOP_PANEL_DASK (unset it to judge panels on this machine)"
    )
    return _look_at_broker(name, url, DASK_PORT, fix)


def _look_at_broker(name: str, broker_url: str, default_port: int, fix: str) -> Check:
    url = urlsplit(broker_url)
    port = url.port or default_port
    where = f"{url.hostname}:{port}"
    try:
        socket.create_connection((url.hostname or "", port), PROBE_TIMEOUT_S).close()
    except OSError as error:
        return Check(name, False, f"{where} does not answer: {error}", fix)
    return Check(name, True, f"{where} answers")


def check_pdf_libraries(_settings: Settings) -> Check:
    missing = _missing_libraries()
    detail = f"not found: {', '.join(missing)}; CSV and JSON reports do not need them"
    if missing:
        fix = BREW_PDF if sys.platform == "darwin" else APT_PDF
        return Check("PDF libraries", False, detail, fix, is_required=False)
    return Check("PDF libraries", True, "Pango and what it needs", is_required=False)


def check_fonts(_settings: Settings) -> Check:
    count = _font_count()
    if count == 0:
        fix = BREW_FONT if sys.platform == "darwin" else APT_FONT
        return Check("fonts", False, "no font, so no PDF can be made", fix, is_required=False)
    return Check("fonts", True, f"{count} font files", is_required=False)


def check_scripts(_settings: Settings) -> Check:
    """Letters of people's own names: what no font has, a page can only say."""
    missing = [name for name, letter in PROBES.items() if not _has_letter(letter)]
    name = "fonts by script"
    if not missing:
        return Check(name, True, "letters of every script that is looked for", is_required=False)
    detail = f"none for {', '.join(each.capitalize() for each in missing)}; reports in them are incomplete"
    packages = sorted({package_of(PROBES[each]) for each in missing})
    fix = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
    if sys.platform == "darwin":
        fix = "install the Noto fonts of these scripts"
    return Check(name, False, detail, fix, is_required=False)


def _has_letter(letter: str) -> bool:
    """By fontconfig; where it cannot be asked nothing is said."""
    fc_list = shutil.which("fc-list")
    if not fc_list:
        return True
    asked = [fc_list, f":charset={ord(letter):x}", "family"]
    listed = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    return listed.returncode != 0 or bool(listed.stdout.strip())


def _missing_libraries() -> list[str]:
    return [name for name, files in PDF_LIBRARIES.items() if not any(map(_can_load, files))]


def _can_load(library: str) -> bool:
    if _can_open(library):
        return True
    found = ctypes.util.find_library(library)
    beside = [f"{folder}/lib{library}.dylib" for folder in _BREW_LIBRARIES]
    return any(_can_open(path) for path in (found, *beside) if path)


def _can_open(path: str) -> bool:
    try:
        ctypes.CDLL(path)
    except OSError:
        return False
    return True


def _font_count() -> int:
    """Fontconfig's own answer where it can be asked, else the files in the usual folders."""
    fc_list = shutil.which("fc-list")
    if fc_list:
        listed = subprocess.run(
            [fc_list, "--format", "%{file}\n"],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S * 6,
        )
        if listed.returncode == 0:
            return len(listed.stdout.splitlines())
    return sum(1 for _ in _font_files())


def _font_files() -> Iterator[Path]:
    for folder in (Path(name).expanduser() for name in _FONT_FOLDERS):
        yield from (path for path in folder.rglob("*") if path.suffix.lower() in _FONT_SUFFIXES)


def _unreachable(name: str, variable: str, url: str) -> Check | None:
    """An engine of its own: the product's waits longer than somebody at a terminal wants to."""
    is_file = url.startswith("sqlite")
    arguments = {"timeout": PROBE_TIMEOUT_S} if is_file else {"connect_timeout": PROBE_TIMEOUT_S}
    engine = sa.create_engine(url, connect_args=arguments)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error))
        fix = f"start the server, or correct {variable}"
        return Check(name, False, f"{_shown(url)} does not answer: {reason}", fix)
    finally:
        engine.dispose()
    return None


def _is_absent_file(url: str) -> bool:
    """SQLite would make the file by looking."""
    database = sa.make_url(url).database
    return url.startswith("sqlite") and bool(database) and not Path(str(database)).exists()


def _shown(url: str) -> str:
    """Without user, password and options, which may be secrets too."""
    return re.sub(r"//[^/@]*@", "//", url).partition("?")[0]


def _nearest_folder(path: Path) -> Path:
    return path if path.exists() else _nearest_folder(path.parent)
