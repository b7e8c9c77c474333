"""Room copying: bringing a case to somebody's notice (抄送), once a person, and his mark that he has read it (已阅)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseFile, locked, visible_to
from models.case_circle import chosen, circle_of
from models.copying import CaseCopy
from models.people import Permission, User
from models.refusal import Conflict, NotFound, Refusal
from processes.comment import checked_note, require_handed_in
from processes.notification import tell

MAX_NOTE = 500


@dataclass(frozen=True)
class Copied:
    """To whom it went, and who had it before and was not asked again."""

    told: list[User]
    had_it: list[User]


def copy_to(session: Session, case_id: int, user_ids: Collection[int], note: str, actor: User) -> Copied:
    """抄送: only to officials who may see the case already, so that a copy opens nothing (docs/decisions/0032).

    Raises NotFound for strangers, Refusal for nobody, somebody else or a long note, Conflict when all had it.
    """
    actor.require(Permission.CASE_TALK)
    case = seen(session, case_id, actor)
    require_handed_in(case)
    asked = chosen(circle_of(session, case), [one for one in user_ids if one != actor.id], "people")
    if not asked:
        raise Refusal("请选择抄送给哪些人员（不含本人）。", "people")
    about = checked_note(note, MAX_NOTE, "note", "附言")
    had = set(session.scalars(select(CaseCopy.user_id).where(CaseCopy.case_id == case.id)))
    told = [person for person in asked if person.id not in had]
    if not told:
        raise Conflict("所选人员均已收到过该案卷的抄送，不再重复抄送。")
    common = {"case_id": case.id, "sent_by_id": actor.id, "note": about, "sent_at": now()}
    session.add_all(CaseCopy(user_id=person.id, **common) for person in told)
    session.flush()
    names, ids = "、".join(person.display_name for person in told), [person.id for person in told]
    audit.record(session, "case.copied", f"抄送给{names}", actor=actor, case=case, new={"people": ids})
    text = f"{case.number} {case.applicant_name}：{actor.display_name}向您抄送该案卷。{about}"
    tell(session, ids, "copy", text, case)
    return Copied(told, [person for person in asked if person.id in had])


def read_copy(session: Session, copy_id: int, actor: User) -> CaseCopy:
    """已阅: the person's own mark; a second one changes nothing. Raises NotFound for others' copies."""
    actor.require(Permission.CASE_TALK)
    mine = select(CaseCopy.case_id).where(CaseCopy.id == copy_id, CaseCopy.user_id == actor.id)
    case_id = session.scalars(mine).first()
    if case_id is None:
        raise NotFound("未找到该抄送，或您无权查看。")
    case = seen(session, case_id, actor)
    row = session.get_one(CaseCopy, copy_id, populate_existing=True)
    if row.read_at is None:
        row.read_at = now()
        audit.record(session, "copy.read", "已阅抄送", actor=actor, case=case, new={"copy": row.id})
        session.flush()
    return row


def seen(session: Session, case_id: int, actor: User) -> CaseFile:
    """The case, locked. Raises NotFound when the actor may not see it."""
    if session.scalar(select(CaseFile.id).where(CaseFile.id == case_id, visible_to(actor))) is None:
        raise NotFound("未找到该案卷，或您无权查看。")
    return locked(session, case_id)
