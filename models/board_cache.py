"""Room board, cache: what is costly to count is kept for a minute: of large counties always, else while nothing happens."""

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
# What was counted from this many rows is counted at most once a minute; anything smaller after every knock. Nothing is
# kept longer: the log's last number does not tell of a knock that took a lower one and committed later.
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
    """What `make` returns; for a minute the same again while nothing has happened, or where it is large."""
    key, stamp = _key(session, name), board.stamp(session)
    old = _fresh(key, stamp, size)
    if old is not None:
        return cast(Found, old.found)
    made = make()
    with _lock:
        _kept[key] = _Kept(made, stamp, monotonic())
        past = [one for one in _kept if one[2] != today()]
        for gone in past or list(_kept)[: len(_kept) - MOST]:
            del _kept[gone]
    return made


def known(session: Session, name: object, size: Callable[[Found], int]) -> Found | None:
    """What `kept` would return without making it; None when it would have to."""
    old = _fresh(_key(session, name), board.stamp(session), size)
    return None if old is None else cast(Found, old.found)


def whose(user: User) -> tuple[str, int]:
    """Two people with the same reach share their numbers."""
    if user.role == "auditor" or user.department is None:
        return user.role, 0
    oversees = user.may(Permission.CASE_OVERSEE)
    return ("region", user.department.region_id) if oversees else ("department", user.department.id)


def _key(session: Session, name: object) -> tuple[Any, ...]:
    return (session.get_bind().engine.url, name, today(), calendars().version)


def _fresh(key: Any, stamp: int, size: Callable[[Any], int]) -> _Kept | None:
    old = _kept.get(key)
    if old is None or monotonic() - old.at >= KEPT:
        return None
    return old if old.stamp == stamp or size(old.found) >= LARGE else None
