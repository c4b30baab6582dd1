"""Starts a program that ends with its parent: `python -m iop_pipelines.orchestration.tether PID PROGRAM …`.

A supervisor that is killed cannot stop its children. On Linux the kernel does (PR_SET_PDEATHSIG); elsewhere
the next start finds them by the list of process ids that the supervisor keeps.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main(arguments: list[str]) -> None:
    parent, *program = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        # The parent died before the kernel was asked.
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606  the program is the supervisor's own choice


if __name__ == "__main__":
    main(sys.argv[1:])
