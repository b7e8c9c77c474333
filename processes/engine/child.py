"""Room child: asks a module in a process of its own, which is stopped when it takes too much; two at once on a host."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from models.refusal import Busy

_ROOT = Path(__file__).resolve().parents[2]
MEMORY, CPU_SECONDS, WALL_SECONDS = 1 << 30, 4, 15
# Children at once on this host, and how long one more waits for its turn.
PLACES, WAIT_SECONDS = 2, 10


def ask(module: str, asked: Mapping[str, Any]) -> Any:
    """What the module writes for this question, both as JSON; None when it was stopped at a limit or failed.

    Raises Busy when as many as this host can bear are at work.
    """
    with _place():
        return _answer(module, asked)


def _answer(module: str, asked: Mapping[str, Any]) -> Any:
    try:
        answer = subprocess.run(  # noqa: S603  a module of our own, no shell
            [sys.executable, "-m", module],
            input=json.dumps(asked).encode(),
            capture_output=True,
            cwd=_ROOT,
            env={"PATH": os.environ.get("PATH", "")},
            timeout=WALL_SECONDS,
            preexec_fn=_limit,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return json.loads(answer.stdout)


@contextmanager
def _place() -> Iterator[None]:
    """One of the places of this host; the kernel gives it back, also when its holder is killed."""
    until = time.monotonic() + WAIT_SECONDS
    while (held := _taken()) is None:
        if time.monotonic() >= until:
            raise Busy("检查正忙，请稍后再试。")
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(held)


def _taken() -> int | None:
    folder = Path(tempfile.gettempdir()) / f"duoshen-checks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(PLACES):
        place = os.open(folder / str(number), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return place
        except BlockingIOError:
            os.close(place)
    return None


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
