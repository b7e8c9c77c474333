"""Room meeting: records a meeting in the register (B-23), and corrects it until a decision rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models import audit
from models.blacklisting import Blacklisting
from models.calendar import now, today
from models.meeting import Meeting, MeetingKind, meeting_in
from models.people import DepartmentKind, Permission, User
from models.refusal import Conflict, Forbidden, Refusal
from models.screening import Candidate

_KEEPERS = (DepartmentKind.FINANCE_CENTER, DepartmentKind.LEADING_GROUP)
_TEXTS = {"number": 60, "place": 100, "attendees": 2000, "topics": 5000, "minutes": 20000}


def record(session: Session, actor: User, fields: Mapping[str, Any]) -> Meeting:
    """Write a meeting that was held: kind, number, held_on, place, attendees, topics, minutes.

    Raises Refusal at the field for a wrong kind, a day to come, or a number that is taken.
    """
    region_id = _region_of(actor)
    values = _checked(fields)
    _require_free(session, region_id, values, None)
    meeting = Meeting(region_id=region_id, recorded_by_id=actor.id, recorded_at=now(), **values)
    session.add(meeting)
    session.flush()
    _log(session, meeting, "meeting.recorded", "登记", actor)
    return meeting


def correct(session: Session, meeting_id: int, actor: User, fields: Mapping[str, Any]) -> Meeting:
    """Correct a meeting; number, day and kind stay once a decision names it. Raises Conflict, NotFound."""
    region_id = _region_of(actor)
    meeting = meeting_in(session, region_id, meeting_id)
    values = _checked(fields)
    _require_free(session, region_id, values, meeting.id)
    is_moved = any(getattr(meeting, name) != values[name] for name in ("kind", "number", "held_on"))
    rests = (exists().where(one.meeting_id == meeting.id) for one in (Candidate, Blacklisting))
    if is_moved and session.scalar(select(or_(*rests))):
        raise Conflict("已有审核决定引用该会议，会议类别、编号和日期不能再修改。")
    for name, value in values.items():
        setattr(meeting, name, value)
    _log(session, meeting, "meeting.corrected", "更正", actor)
    return meeting


def _region_of(actor: User) -> int:
    actor.require(Permission.CREDIT_WORK)
    if actor.department is None or actor.department.kind not in _KEEPERS:
        raise Forbidden("只有金融服务中心和领导小组可以登记会议。")
    return actor.department.region_id


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: str(fields.get(name) or "").strip() for name in _TEXTS}
    for name, limit in _TEXTS.items():
        if len(values[name]) > limit:
            raise Refusal(f"不超过 {limit} 字。", name)
    if fields.get("kind") not in list(MeetingKind):
        raise Refusal("请选择会议类别。", "kind")
    if not values["number"]:
        raise Refusal("请填写会议编号。", "number")
    held_on = fields.get("held_on")
    if held_on is None or held_on > today():
        raise Refusal("会议日期应填写，且不能晚于今天。", "held_on")
    return {**values, "kind": str(fields["kind"]), "held_on": held_on}


def _require_free(session: Session, region_id: int, values: Mapping[str, Any], own_id: int | None) -> None:
    query = select(Meeting.id).where(
        Meeting.region_id == region_id, Meeting.kind == values["kind"], Meeting.number == values["number"]
    )
    if session.scalars(query.where(Meeting.id != (own_id or 0))).first() is not None:
        raise Refusal("该编号的会议已经登记。", "number")


def _log(session: Session, meeting: Meeting, action: str, verb: str, actor: User) -> None:
    new = {"kind": meeting.kind, "number": meeting.number, "held_on": meeting.held_on}
    audit.record(session, action, f"{verb}{meeting.kind_label} {meeting.number}", actor=actor, new=new)
