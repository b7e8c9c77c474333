"""Children that run a knock on connections of their own and are killed in the middle of it."""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections.abc import Callable
from itertools import count

import sqlalchemy as sa

from models import database


def survives(url: str, knock: Callable[[], object], crash_at: int | None) -> bool:
    """Run the knock in a child that is SIGKILLed at its n-th boundary; False when the kill came.

    Boundaries: before every statement, before the commit, after the commit.
    """
    child = _fork()
    if child == 0:
        os._exit(_child(url, knock, crash_at))
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0, "the knock itself failed; see stderr"
    return True


def _fork() -> int:
    """As `os.fork`; the child looks for garbage among its own objects only.

    A look through what it has from its parent would copy hundreds of megabytes, page by page.
    """
    child = os.fork()
    if child == 0:
        gc.freeze()
    return child


def _child(url: str, knock: Callable[[], object], crash_at: int | None) -> int:
    try:
        bound = _own_connections(url)
        passed = 0

        def boundary(*_args: object) -> None:
            nonlocal passed
            passed += 1
            if passed == crash_at:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(bound.writer, name, boundary)
        sa.event.listen(bound.writer, "checkin", boundary)
        knock()
    except BaseException:
        traceback.print_exc()
        return 3
    return 0


def _own_connections(url: str) -> database.Database:
    """What the parent has compiled serves the child too; its connections must not."""
    bound = database.bind(database.Database(url))
    bound.writer.dispose(close=False)
    bound.reader.dispose(close=False)
    return bound


def crash_everywhere(url: str, act: Callable[[], object], seen: Callable[[], object]) -> int:
    """Kill an act at boundary 1, 2, … until it is done: up to then nothing has changed of what is `seen`.

    Returns the number of boundaries tried; what the act must have done is for the caller to check.
    """
    before = seen()
    for crash_at in count(1):
        if survives(url, act, crash_at) or seen() != before:
            break
    assert seen() != before, "an act changes something"
    return crash_at


def spawn(url: str, work: Callable[[], object]) -> int:
    """A worker process that works until it is killed; its process id."""
    child = _fork()
    if child == 0:
        _own_connections(url)
        try:
            work()
        except BaseException:
            traceback.print_exc()
        os._exit(3)
    return child


def kill(child: int) -> None:
    """kill -9; the worker must not have ended by itself."""
    ended, status = os.waitpid(child, os.WNOHANG)
    assert ended == 0, f"the worker failed by itself: {status}; see stderr"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
