"""Ends what a killed pytest leaves: every process that it started, and what was mounted for its tests.

A pytest that ends by itself has ended them by their ids. One that is killed cannot, and its servers, browsers and
`iop up` would live on. So each pytest process, each of pytest-xdist's too, writes a mark of its own into its
environment, which all that it starts inherits, and starts a watcher that waits for its end (on Linux, by
`pidfd_open`) and then ends whoever bears the mark. What is mounted has the mark for its device.

`python aftermath.py PID MARK` is the watcher.
"""

import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

MARK = "IOP_TEST_RUN"
_ROUNDS = 200
_PAUSE_S = 0.05


def watch_this_process() -> Callable[[], None]:
    """Marks this process and starts its watcher; what is returned ends the watcher. Only Linux has what it takes."""
    if sys.platform != "linux":
        return lambda: None
    # What is started by another pytest's test belongs to that too: it ends this process, whose watcher ends the rest.
    unmarked = {name: text for name, text in os.environ.items() if name != MARK}
    os.environ[MARK] = f"iop-test-{secrets.token_hex(8)}"
    watcher = subprocess.Popen(
        [sys.executable, "-S", "-E", __file__, str(os.getpid()), os.environ[MARK]],
        env=unmarked,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Ctrl-C is for pytest.
        start_new_session=True,
    )

    def end() -> None:
        # Killed, as it inherits what this process ignores.
        watcher.kill()
        watcher.wait()

    return end


def device() -> str:
    """What to name the device of a tmpfs, so that it is known to be this process's."""
    return os.environ.get(MARK, "tmpfs")


def marked(mark: str) -> dict[int, str]:
    """Programs by their process id; a zombie's environment is empty, so it is none."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"{MARK}={mark}".encode() in path.read_bytes().split(b"\0"):
                arguments = (path.parent / "cmdline").read_bytes()
                found[int(path.parent.name)] = arguments.replace(b"\0", b" ").decode()
    return found


def is_alive(pid: int) -> bool:
    """A zombie has ended: its parent has not asked yet."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text() if sys.platform == "linux" else ") S"
    except (ProcessLookupError, FileNotFoundError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def mounted(mark: str) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [line.split()[1] for line in lines if line.split()[0] == mark]


def end_all(mark: str) -> None:
    """Again and again, as a supervisor that is not ended yet starts its children anew."""
    for _ in range(_ROUNDS):
        left = set(marked(mark)) - {os.getpid()}
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            break
        time.sleep(_PAUSE_S)
    as_root = [] if os.geteuid() == 0 or not shutil.which("sudo") else ["sudo", "-n"]
    for folder in mounted(mark):
        subprocess.run([*as_root, "umount", "--lazy", folder], check=False, timeout=30)


def watch(pid: int, mark: str) -> None:
    with suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        if os.getppid() == pid:
            poll = select.poll()
            poll.register(process, select.POLLIN)
            poll.poll()
    end_all(mark)


if __name__ == "__main__":
    watch(int(sys.argv[1]), sys.argv[2])
