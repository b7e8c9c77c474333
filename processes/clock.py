"""Room clock: moves the date of a training database, so that terms can be seen to end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models import audit, calendar
from models.people import Permission, User
from models.refusal import NotFound


def move(session: Session, instant: datetime | None, actor: User) -> None:
    """Move the training clock to `instant` (None: the real time). Raises NotFound outside of training."""
    actor.require(Permission.CLOCK_SET)
    if not calendar.is_training():
        raise NotFound("未找到该内容，或您无权查看。")
    old = calendar.now().replace(microsecond=0)
    calendar.set_clock(session, instant)
    shown = calendar.now().astimezone(calendar.SHANGHAI)
    audit.record(
        session,
        "clock.set",
        f"培训时钟调整为 {shown:%Y-%m-%d %H:%M}",
        actor=actor,
        old={"at": old.isoformat()},
        new={"at": shown.isoformat(timespec="seconds")},
    )
