"""Room clock: moves the date of a training database, so that terms can be seen to end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit, calendar
from models.people import Permission, User
from models.refusal import NotFound, Refusal
from models.timer import IS_CLAIMABLE
from models.workflow import Timer
from processes import reminder

END_OF_TIME = 9000


def next_event(session: Session) -> datetime:
    """The next instant at which anything happens by itself: a timer, or the day's warnings.

    Raises Refusal when nothing waits.
    """
    timer = session.scalar(select(func.min(Timer.due_at)).where(IS_CLAIMABLE, Timer.due_at > calendar.now()))
    found = [instant for instant in (timer, reminder.next_at(session)) if instant is not None]
    # What stands still or has no end lies in the last years of the calendar.
    reached = [instant for instant in found if instant.year < END_OF_TIME]
    if not reached:
        raise Refusal("没有等待发生的事项，日期未作调整。")
    return min(reached)


def move(session: Session, instant: datetime | None, actor: User | None) -> None:
    """Move the training clock to `instant` (None: the real time); no actor means the command line.

    Raises NotFound outside of training.
    """
    if actor is not None:
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
