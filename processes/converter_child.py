"""Room conversion, child: takes away what a converter does not need, then becomes it; run by its path, imports nothing of ours.

A process of its own, because what limits a child between fork and exec is not safe beside threads.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

# Seconds of work; bytes of memory; bytes of a file that is written.
CPU_SECONDS, MEMORY, LONGEST = 80, 2 << 30, 32 << 20
_NEW_USER, _NEW_NET, _DIE_WITH_PARENT = 0x10000000, 0x40000000, 1


def main() -> None:
    """Limits, no network where the kernel allows that, an end with the worker; then the program of the arguments."""
    kernel = ctypes.CDLL(None)
    kernel.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    kernel.unshare(_NEW_USER | _NEW_NET)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, LONGEST),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606  the operator's program, no shell


if __name__ == "__main__":
    main()
