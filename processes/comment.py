"""Room comment: remarks of officials on a case (留言), telling those whom they name, and taking one back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseFile, locked, visible_to
from models.case_circle import chosen, circle_of
from models.case_status import CaseStatus
from models.comment import MAX_TEXT, CaseComment, CommentMention, mentions_in
from models.notification import MENTION
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.words import said
from processes.notification import tell


def say(
    session: Session, case: CaseFile, text: str, mentioned_ids: Collection[int], actor: User
) -> CaseComment:
    """Write a remark on a case that the actor may see; who is named by `@name` or by id is told.

    Nothing of it reaches applicants, and the log keeps who was told but not the words. Raises Refusal for an empty
    or long text, a draft, or somebody who may not see the case.
    """
    actor.require(Permission.CASE_TALK)
    case = locked(session, case.id)
    require_handed_in(case)
    people = circle_of(session, case)
    said = checked(text, MAX_TEXT, "text", "留言内容")
    chosen(people, mentioned_ids, "mentions")
    named = (set(mentioned_ids) | mentions_in(said, people)) - {actor.id}
    row = CaseComment(case_id=case.id, author_id=actor.id, text=said, said_at=now())
    session.add(row)
    session.flush()
    session.add_all(CommentMention(comment_id=row.id, user_id=one) for one in sorted(named))
    session.flush()
    names = "、".join(person.name for person in people if person.id in named)
    summary = f"留言（{len(said)}字）" + (f"，提醒{names}" if names else "")
    audit.record(
        session,
        "comment.made",
        summary,
        actor=actor,
        case=case,
        new={"comment": row.id, "told": sorted(named)},
    )
    about = f"{case.number} {case.applicant_name}：{actor.display_name}在案卷留言中提到您，请查看。"
    tell(session, sorted(named), MENTION, about, case, place=f"talk:{case.number}")
    return row


def withdraw(session: Session, comment_id: int, actor: User) -> CaseComment:
    """撤回留言: its author, within ten minutes; the words go, the trace stays.

    Raises NotFound for strangers to the case, Forbidden for others' remarks, Conflict when it is too late.
    """
    actor.require(Permission.CASE_TALK)
    known = select(CaseComment.case_id).join(CaseFile, CaseFile.id == CaseComment.case_id)
    case_id = session.scalars(known.where(CaseComment.id == comment_id, visible_to(actor))).first()
    if case_id is None:
        raise NotFound("未找到该留言，或您无权查看。")
    case = locked(session, case_id)
    row = session.get_one(CaseComment, comment_id, populate_existing=True)
    if row.author_id != actor.id:
        raise Forbidden("只能撤回本人的留言。")
    if row.is_withdrawn:
        raise Conflict("该留言已经撤回。")
    if not row.is_fresh:
        raise Conflict("留言超过十分钟，不能撤回。")
    row.text, row.withdrawn_at = "", now()
    audit.record(session, "comment.withdrawn", "撤回留言", actor=actor, case=case, new={"comment": row.id})
    session.flush()
    return row


def checked(text: str, longest: int, field: str, title: str) -> str:
    """The text without blanks around it. Raises Refusal when nothing is left, it is too long, or no database keeps it."""
    found = said(text.replace("\r\n", "\n"))
    if not found:
        raise Refusal(f"请填写{title}。", field)
    return checked_note(found, longest, field, title)


def checked_note(text: str, longest: int, field: str, title: str) -> str:
    """As `checked`, but it may be empty."""
    found = text.replace("\r\n", "\n").strip()
    if len(found) > longest:
        raise Refusal(f"{title}不得超过 {longest} 字，现为 {len(found)} 字。", field)
    if "\0" in found:
        raise Refusal("含有不能保存的字符。", field)
    return found


def require_handed_in(case: CaseFile) -> None:
    """Raises Conflict for a draft: it is nobody's business yet but the person's who writes it."""
    if case.state is CaseStatus.DRAFT:
        raise Conflict("该案卷尚未提交。")
