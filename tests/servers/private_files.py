"""Who may read what: looked at by the modes on disk, of everything in a folder and of the folder."""

import stat
from pathlib import Path


def open_to_others(folder: Path) -> list[str]:
    """Each that group or others have any right on, with its mode; symbolic links have none of their own."""
    found = []
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077:
            found.append(f"{path} {stat.S_IMODE(mode):04o}")
    return found
