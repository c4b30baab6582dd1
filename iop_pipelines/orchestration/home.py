"""The folder of an instance: for its owner alone, and known to be usable before anything is made in it.

Whatever in it is not IOP's, or not of this user, is left as it is: a home may lie in a folder of somebody's own.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from iop_pipelines.errors import MisconfiguredInstance

OTHERS = 0o077
# Names that IOP gives; all that is below such a folder is IOP's too.
_OWN = re.compile(
    r"(iop|drm)\.db(-journal|-shm|-wal|\.lock)?|dagster|logs|files|broker|instance\.env|lock"
    r"|pids\.(json|part)|workspace\.yaml"
)
# What is beside them in a home that is IOP's alone. The key's mode is never mended: who could read it may have.
_ALSO_OWN = re.compile(r"\.?secret\.key(\.[0-9a-f]+)?")


@dataclass(frozen=True, slots=True)
class Mended:
    """`home_mode`: the former one, where the folder itself was open to others; `inside`: how many more were."""

    home_mode: int | None
    inside: int


@contextmanager
def private_files() -> Iterator[None]:
    """What this process makes, and those that it starts, others may not read."""
    former = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(former)


def check_usable(home: Path) -> None:
    """Looks only.

    Raises:
        MisconfiguredInstance: the home cannot be made, or it, or what IOP has in it, cannot be written to.
    """
    try:
        nearest = next(each for each in (home, *home.parents) if each.exists())
        if not nearest.is_dir():
            if nearest == home:
                raise MisconfiguredInstance("home.is_a_file", home=home)
            raise MisconfiguredInstance("home.is_below_a_file", home=home, file=nearest)
        _check_writable(home, nearest)
        for entry in _own_entries(nearest) if nearest == home else ():
            _check_writable(home, Path(entry.path))
    except OSError as error:
        raise MisconfiguredInstance("home.unusable_as", home=home, why=error.strerror) from error


def make_private(home: Path) -> Mended:
    """Makes the folder, or closes it and what IOP has in it to others; safe to run again.

    Raises:
        MisconfiguredInstance: the home cannot be made.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MisconfiguredInstance("home.cannot_be_made", home=home, why=error.strerror) from error
    inside = 0
    for entry in _own_entries(home):
        inside += _close(entry.path) is not None
        if entry.is_dir(follow_symlinks=False):
            for folder, folders, files in os.walk(entry.path):
                paths = (os.path.join(folder, name) for name in (*folders, *files))
                inside += sum(_close(path) is not None for path in paths)
    is_own = all(_OWN.fullmatch(name) or _ALSO_OWN.fullmatch(name) for name in os.listdir(home))
    return Mended(_close(str(home)) if is_own else None, inside)


def _own_entries(home: Path) -> list[os.DirEntry[str]]:
    with os.scandir(home) as entries:
        return [entry for entry in entries if _OWN.fullmatch(entry.name)]


def _check_writable(home: Path, path: Path) -> None:
    if path.is_symlink() or os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0)):
        return
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        raise MisconfiguredInstance("home.read_only", home=home, path=path)
    raise MisconfiguredInstance("home.not_writable", home=home, path=path)


def _close(path: str) -> int | None:
    """The former mode of what was open to others; through a descriptor, so that a link is never followed."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None  # Gone since it was listed.
    is_kept = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    if not is_kept or found.st_uid != os.geteuid() or not found.st_mode & OTHERS:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None  # Gone since it was looked at: files of a broker and of SQLite come and go.
    try:
        os.fchmod(descriptor, stat.S_IMODE(found.st_mode) & ~OTHERS)
    finally:
        os.close(descriptor)
    return stat.S_IMODE(found.st_mode)
