"""Room board, cache: what is costly to count is kept as long as nothing has happened; of large counties for a minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from models import board
from models.calendar import calendars, today
from models.people import Permission, User

Found = TypeVar("Found")
# What was counted from this many rows is counted at most once a minute; anything smaller after every knock.
LARGE, KEPT = 20_000, 60.0
# So many results are kept, the newest ones.
MOST = 500


@dataclass(frozen=True)
class _Kept:
    """A result with what it was counted from."""

    found: object
    stamp: int
    at: float


_kept: dict[Any, _Kept] = {}
_lock = Lock()


def forget() -> None:
    """Count anew; for a database that was put back to an earlier state."""
    with _lock:
        _kept.clear()


def kept(session: Session, name: object, make: Callable[[], Found], size: Callable[[Found], int]) -> Found:
    """What `make` returns; the same again as long as nothing has happened, or for a minute where it is large."""
    key = (session.get_bind().engine.url, name, today(), calendars().version)
    old, stamp = _kept.get(key), board.stamp(session)
    if old is not None and (old.stamp == stamp or _is_fresh(old, size(cast(Found, old.found)))):
        return cast(Found, old.found)
    made = make()
    with _lock:
        _kept[key] = _Kept(made, stamp, monotonic())
        past = [one for one in _kept if one[2] != today()]
        for gone in past or list(_kept)[: len(_kept) - MOST]:
            del _kept[gone]
    return made


def whose(user: User) -> tuple[str, int]:
    """Two people with the same reach share their numbers."""
    if user.role == "auditor" or user.department is None:
        return user.role, 0
    oversees = user.may(Permission.CASE_OVERSEE)
    return ("region", user.department.region_id) if oversees else ("department", user.department.id)


def _is_fresh(old: _Kept, rows: int) -> bool:
    return rows >= LARGE and monotonic() - old.at < KEPT
