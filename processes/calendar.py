"""Room calendar: notices are proposed, looked at, applied in one go, and undone; office hours."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import Installation, calendar, calendars, lock_installation, now, reopen, today
from models.calendar_book import (
    APPLIED,
    DISCARDED,
    NATIONAL,
    PENDING,
    UNDONE,
    CalendarNotice,
)
from models.calendar_draft import Draft, chinese
from models.calendar_plan import Plan, in_force_of, plan_apply, plan_undo
from models.people import Permission, Region, User
from models.refusal import Conflict, NotFound, Refusal
from processes import background
from processes.calendar_moves import Cause, Move, digest, moves, recompute_all
from processes.house_timer import FOLLOWERS

# The job that follows a change of the calendar (webapp/handlers.py).
RECOUNT = "recount"
_AHEAD = 2
# The calendar version that a new database begins with.
SHIPPED = 1


class AlreadyWaits(Refusal):
    """The same notice was brought before and waits for approval under `notice_id`."""

    def __init__(self, notice_id: int) -> None:
        super().__init__("同样的通知已经导入，正在等待批准。", "text")
        self.notice_id = notice_id


def propose(
    session: Session, draft: Draft, actor: User | None, region_code: str = NATIONAL
) -> CalendarNotice:
    """Keep a notice until it is approved; nothing counts by it yet. A local one names single days only.

    Raises Refusal when it says nothing new, AlreadyWaits when the same notice waits.
    """
    _permit(actor)
    _check_region(session, region_code)
    _check_new(session, draft, region_code)
    row = CalendarNotice(
        year=draft.year,
        is_full_year=draft.is_full_year and region_code == NATIONAL,
        region_code=region_code,
        title=draft.title,
        source=draft.source,
        days=draft.as_json(),
        state=PENDING,
        created_at=now(),
        created_by_id=actor.id if actor else None,
    )
    session.add(row)
    session.flush()
    noted = {
        "notice": row.id,
        "year": row.year,
        "source": row.source,
        "region": region_code,
        "days": row.days,
    }
    audit.record(session, "calendar.proposed", f"导入“{row.title}”，待批准", actor=actor, new=noted)
    return row


def _permit(actor: User | None) -> None:
    """None is the operator of the machine, at its command line."""
    if actor is not None:
        actor.require(Permission.CALENDAR_MANAGE)


def _check_region(session: Session, region_code: str) -> None:
    known = select(Region.id).where(Region.code == region_code)
    if region_code != NATIONAL and session.scalars(known).first() is None:
        raise Refusal("没有这个地区。", "region")


def _check_new(session: Session, draft: Draft, region_code: str) -> None:
    if draft.is_full_year and draft.year > today().year + _AHEAD:
        raise Refusal(f"{draft.year} 年离今天过远，请核对年份。", "text")
    in_force = in_force_of(session, draft.year, region_code)
    is_same = draft.content == in_force if draft.is_full_year else draft.content.items() <= in_force.items()
    if is_same:
        raise Refusal(f"{draft.year} 年的安排已经生效，内容相同。", "text")
    waiting = select(CalendarNotice).where(
        CalendarNotice.state == PENDING,
        CalendarNotice.year == draft.year,
        CalendarNotice.region_code == region_code,
    )
    for row in session.scalars(waiting.order_by(CalendarNotice.id)):
        if row.days == draft.as_json():
            raise AlreadyWaits(row.id)
    _check_single_days(session, draft, region_code)


def _check_single_days(session: Session, draft: Draft, region_code: str) -> None:
    """An amendment may send people to work only on a day that is off today."""
    if draft.is_full_year and region_code == NATIONAL:
        return
    current = calendar(region_code)
    for row in draft.days:
        if row.kind == "work" and current.is_working_day(row.day):
            raise Refusal(f"{chinese(row.day)}本来就是工作日，不需要调为上班。", "text")


def notice_of(session: Session, notice_id: int) -> CalendarNotice:
    """A notice by its id. Raises NotFound."""
    found = session.get(CalendarNotice, notice_id)
    if found is None:
        raise NotFound("未找到该通知。")
    return found


def planned(session: Session, notice: CalendarNotice) -> Plan:
    """What would change now: applying a notice that waits, or undoing one in force. Raises Conflict, Refusal."""
    version = session.get_one(Installation, 1).calendar_version + 1
    if notice.state == PENDING:
        return plan_apply(session, notice, version)
    _check_undoable(notice)
    return plan_undo(session, notice, version)


def preview(session: Session, notice_id: int) -> list[Move]:
    """Every running clock that the notice, or its undoing, would move. Raises NotFound, Conflict, Refusal."""
    return moves(session, planned(session, notice_of(session, notice_id)).calendars)


def apply(session: Session, notice_id: int, actor: User | None, seen: int | None = None) -> CalendarNotice:
    """Put a notice into force and move every running clock. Raises Conflict when it no longer waits.

    `seen` is the calendar version that the preview showed; another one in force now is a Conflict.
    """
    _permit(actor)
    row = lock_installation(session)
    notice = _locked(session, notice_id)
    if notice.state != PENDING:
        raise Conflict("该通知已经处理过，请刷新。")
    if seen is not None and seen != row.calendar_version:
        raise Conflict("预览之后日历已有变化，请重新查看预览。")
    _write(session, row, plan_apply(session, notice, row.calendar_version + 1))
    notice.state, notice.applied_version = APPLIED, row.calendar_version
    notice.applied_at, notice.applied_by_id = now(), actor.id if actor else None
    reopen(session)
    notice.moved = _move(session, Cause("calendar", notice, actor), "calendar.applied", "启用")
    return notice


def undo(session: Session, notice_id: int, actor: User | None) -> CalendarNotice:
    """Take a notice out of force; what it replaced counts again, and every running clock goes back.

    Raises Conflict when it is not in force, Refusal when a later notice stands on it.
    """
    _permit(actor)
    row = lock_installation(session)
    notice = _locked(session, notice_id)
    _check_undoable(notice)
    _write(session, row, plan_undo(session, notice, row.calendar_version + 1))
    notice.state, notice.undone_version = UNDONE, row.calendar_version
    notice.undone_at, notice.undone_by_id = now(), actor.id if actor else None
    reopen(session)
    _move(session, Cause("undo", notice, actor), "calendar.undone", "撤销")
    return notice


def _check_undoable(notice: CalendarNotice) -> None:
    if notice.state != APPLIED:
        raise Conflict("该通知没有生效，或已经撤销，请刷新。")
    if notice.applied_version == SHIPPED:
        raise Conflict("随系统提供的通知不能撤销；有更正时请导入更正后的通知。")


def _locked(session: Session, notice_id: int) -> CalendarNotice:
    notice = notice_of(session, notice_id)
    session.refresh(notice, with_for_update=True)
    return notice


def _write(session: Session, row: Installation, plan: Plan) -> None:
    for ended in plan.dropped:
        ended.until_version = plan.version
    session.add_all(plan.added)
    row.calendar_version = plan.version
    session.flush()


def _move(session: Session, cause: Cause, action: str, word: str) -> int:
    notice = cause.notice
    moved = recompute_all(session, calendars(), cause)
    for follow in FOLLOWERS:
        follow(session)
    summary = f"{word}“{notice.title}”（{notice.source}），{len(moved)} 个时限随之调整"
    version = notice.undone_version or notice.applied_version
    noted = {"notice": notice.id, "calendar_version": version, "moved": len(moved), "sha256": digest(moved)}
    audit.record(session, action, summary, actor=cause.actor, new=noted)
    # Waits that no clock holds have no row to derive them from: each is asked anew by its own case.
    background.enqueue(session, RECOUNT, [], f"{version}")
    return len(moved)


def discard(session: Session, notice_id: int, actor: User | None) -> CalendarNotice:
    """Drop a notice that waits. Raises Conflict when it does not."""
    _permit(actor)
    notice = _locked(session, notice_id)
    if notice.state != PENDING:
        raise Conflict("该通知已经处理过，请刷新。")
    notice.state = DISCARDED
    audit.record(
        session, "calendar.discarded", f"放弃“{notice.title}”", actor=actor, new={"notice": notice.id}
    )
    return notice


def set_office_hour(session: Session, opens: time, actor: User | None) -> str:
    """From when on reminders are sent: the half hour after offices open, Shanghai time."""
    _permit(actor)
    row = lock_installation(session)
    old, row.office_opens = row.office_opens, f"{opens:%H:%M}"
    session.flush()
    reopen(session)
    audit.record(
        session,
        "calendar.office_hour_set",
        f"办公开始时间改为 {row.office_opens}",
        actor=actor,
        old={"office_opens": old},
        new={"office_opens": row.office_opens},
    )
    return row.office_opens
