"""Room substitute: a colleague stands in for one who is away (代办): both see the work, the first one does it, the log names both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.people import Permission, Role, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.substitute import STANDING, Substitute, running, stood_in_for
from processes.comment import checked_note
from processes.notification import supervisors_of, tell

LONGEST = timedelta(days=366)
MAX_REASON = 200


@dataclass(frozen=True)
class Wanted:
    """Who is away from when to when, who stands in, and why."""

    absent_id: int
    stand_in_id: int
    from_on: date
    until_on: date
    reason: str = ""


def standing_in(session: Session, user: User) -> set[int]:
    """The ids of those for whom a person stands in today; nobody for those who hold no office."""
    if user.department_id is None or not user.may(Permission.SUBSTITUTE_SET):
        return set()
    return set(session.scalars(stood_in_for(user)))


def set_substitute(session: Session, wanted: Wanted, actor: User) -> Substitute:
    """A person's absence with the colleague who stands in, set by himself or by the head of his office.

    Raises Forbidden, NotFound, and Refusal at the field that is wrong.
    """
    actor.require(Permission.SUBSTITUTE_SET)
    # Two absences of one person are made one after the other, and those of who stands in too.
    people = _locked(session, {wanted.absent_id, wanted.stand_in_id})
    absent = _check_absent(people.get(wanted.absent_id), actor)
    stand_in = _check_stand_in(people.get(wanted.stand_in_id), absent, actor)
    _check_days(wanted)
    _check_free(session, wanted)
    reason = checked_note(wanted.reason, MAX_REASON, "reason", "事由")
    row = Substitute(
        absent_id=absent.id,
        stand_in_id=stand_in.id,
        from_on=wanted.from_on,
        until_on=wanted.until_on,
        reason=reason,
        set_by_id=actor.id,
        set_at=now(),
    )
    session.add(row)
    session.flush()
    days = f"{row.from_on} 至 {row.until_on}"
    summary = f"设置代办：{absent.display_name} {days}由{stand_in.name}代办"
    audit.record(session, "substitute.set", summary, actor=actor, new=_values(row))
    text = f"{absent.name} {days}不在岗，其待办由{stand_in.name}代办（{actor.name}设置）。{reason}"
    _tell_all(
        session, {absent.id, stand_in.id, *supervisors_of(session, absent.department_id or 0)}, text, actor
    )
    _warn_of_gap(session, row, absent)
    return row


def end(session: Session, substitute_id: int, actor: User) -> Substitute:
    """End it before its last day, or before it began. Raises NotFound for strangers, Conflict when it is over."""
    actor.require(Permission.SUBSTITUTE_SET)
    row = session.get(Substitute, substitute_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("未找到该代办设置，或您无权办理。")
    absent, stand_in = session.get_one(User, row.absent_id), session.get_one(User, row.stand_in_id)
    if not _may_set(absent, actor):
        raise NotFound("未找到该代办设置，或您无权办理。")
    if row.is_over:
        raise Conflict("该代办已经结束。")
    row.ended_at, row.ended_by_id = now(), actor.id
    summary = f"结束代办：{stand_in.name}不再代{absent.display_name}办理"
    audit.record(session, "substitute.ended", summary, actor=actor, old=_values(row))
    _tell_all(
        session,
        {absent.id, stand_in.id},
        f"{stand_in.name}代{absent.name}办理的期间已由{actor.name}结束。",
        actor,
    )
    session.flush()
    return row


def check_present(session: Session, person: User, field: str) -> None:
    """Raises Refusal at `field` for one who is away today: what he is given would go to his stand-in."""
    away = select(Substitute).where(Substitute.absent_id == person.id, running())
    row = session.scalars(away.order_by(Substitute.id)).first()
    if row is not None:
        days = f"{row.from_on} 至 {row.until_on}"
        raise Refusal(f"{person.name} {days} 不在岗（已设置代办），请另选人员，或者先结束其代办。", field)


def end_of_leaver(session: Session, leaver: User, actor: User) -> list[str]:
    """离职移交: he stands in for nobody any more; those for whom he did, and their heads, look for another. Their names."""
    has_more = Substitute.ended_at.is_(None), Substitute.until_on >= today()
    rows = select(Substitute).where(Substitute.stand_in_id == leaver.id, *has_more).order_by(Substitute.id)
    names = []
    for row in session.scalars(rows.with_for_update()):
        absent = session.get_one(User, row.absent_id)
        row.ended_at, row.ended_by_id = now(), actor.id
        names.append(absent.name)
        text = f"{leaver.name}已移交工作，不再代{absent.name}办理（原定 {row.from_on} 至 {row.until_on}）"
        audit.record(session, "substitute.ended", text, actor=actor, old=_values(row))
        heads = supervisors_of(session, absent.department_id or 0)
        _tell_all(session, {absent.id, *heads} - {leaver.id}, f"{text}，请另行安排代办。", actor)
    return names


def may_set_for(absent: User, actor: User) -> bool:
    """Whether a person may set, or end, an absence of another: his own, or as head his people's."""
    return actor.may(Permission.SUBSTITUTE_SET) and _may_set(absent, actor)


def _may_set(absent: User, actor: User) -> bool:
    is_head = actor.may(Permission.TASK_ASSIGN) and actor.department_id is not None
    return absent.id == actor.id or (is_head and absent.department_id == actor.department_id)


def _locked(session: Session, ids: set[int]) -> dict[int, User]:
    held = select(User).where(User.id.in_(ids)).order_by(User.id).with_for_update(of=User, key_share=True)
    return {user.id: user for user in session.scalars(held.execution_options(populate_existing=True))}


def _check_absent(absent: User | None, actor: User) -> User:
    if absent is None or not _may_set(absent, actor):
        raise Forbidden("代办由本人或者本部门负责人设置。")
    if absent.department_id is None or absent.role not in STANDING or not absent.is_active:
        raise Refusal("只能为本部门在岗的经办人或负责人设置代办。", "absent")
    return absent


def _check_stand_in(stand_in: User | None, absent: User, actor: User) -> User:
    is_colleague = (
        stand_in is not None and stand_in.is_active and stand_in.department_id == absent.department_id
    )
    if stand_in is None or not is_colleague or stand_in.role not in STANDING or stand_in.id == absent.id:
        raise Refusal("代办人应为本部门在岗的其他人员。", "stand_in")
    if absent.role == Role.SUPERVISOR and stand_in.role != Role.SUPERVISOR and actor.id != absent.id:
        raise Refusal("部门负责人的事项由经办人代办的，应由负责人本人设置。", "stand_in")
    return stand_in


def _check_days(wanted: Wanted) -> None:
    if wanted.from_on < today():
        raise Refusal("开始日期不能早于今日。", "from_on")
    if wanted.until_on < wanted.from_on:
        raise Refusal("结束日期不能早于开始日期。", "until_on")
    if wanted.until_on > wanted.from_on + LONGEST:
        raise Refusal("代办期间不能超过一年。", "until_on")


def _check_free(session: Session, wanted: Wanted) -> None:
    """One colleague at a time stands in for a person, and nobody who is away himself."""
    during = and_(
        Substitute.ended_at.is_(None),
        Substitute.from_on <= wanted.until_on,
        Substitute.until_on >= wanted.from_on,
    )
    away = select(Substitute).where(during, Substitute.absent_id.in_([wanted.absent_id, wanted.stand_in_id]))
    for row in session.scalars(away.order_by(Substitute.id)):
        days = f"{row.from_on} 至 {row.until_on}"
        if row.absent_id == wanted.absent_id:
            raise Refusal(f"该人员 {days} 已设置代办，期间不能重叠。", "from_on")
        raise Refusal(f"该代办人 {days} 本人也不在岗，请另选人员。", "stand_in")


def _warn_of_gap(session: Session, row: Substitute, absent: User) -> None:
    """Those for whom the absent one was to stand in meanwhile, and their heads, have to look for another."""
    others = session.scalars(
        select(Substitute.absent_id).where(
            Substitute.stand_in_id == absent.id,
            Substitute.ended_at.is_(None),
            Substitute.from_on <= row.until_on,
            Substitute.until_on >= row.from_on,
        )
    ).all()
    if others:
        text = (
            f"{absent.name} {row.from_on} 至 {row.until_on}不在岗，其代他人办理的事项无人代办，请另行安排。"
        )
        tell(
            session,
            {*others, *supervisors_of(session, absent.department_id or 0)},
            "substitute",
            text,
            None,
            place="absence:",
        )


def _tell_all(session: Session, people: set[int], text: str, actor: User) -> None:
    tell(session, sorted(people - {actor.id}), "substitute", text, None, place="absence:")


def _values(row: Substitute) -> dict[str, object]:
    return {
        "id": row.id,
        "absent": row.absent_id,
        "stand_in": row.stand_in_id,
        "from_on": row.from_on,
        "until_on": row.until_on,
    }
