"""Room process_setting: what an owner settles for a process as a whole: four eyes, and versions taken back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.people import Permission, User, owners
from models.proposal import ProcessSetting
from models.refusal import Conflict, NotFound, Refusal
from models.words import said
from models.workflow import ProcessDefinition
from processes.notification import tell
from processes.proposal import LONGEST, SHORTEST
from processes.publication import publish_alone


def set_four_eyes(session: Session, key: str, is_on: bool, reason: str, actor: User) -> bool:
    """Whether a second person must agree from now on: on at once, off only when two owners have said so.

    Whoever says off first asks for it, the next owner agrees. Everybody is told why. What holds afterwards.
    """
    actor.require(Permission.PROCESS_MANAGE)
    publish_alone(session)
    name = name_of(session, key)
    _check_reason(reason)
    row = session.get(ProcessSetting, key, populate_existing=True) or ProcessSetting(
        key=key, is_four_eyes=True
    )
    if row.is_four_eyes == is_on and row.off_asked_by_id is None:
        raise Conflict("该流程的审核方式已经如此，没有改动。请刷新页面。")
    if not is_on and row.off_asked_by_id == actor.id:
        raise Conflict("您已提出关闭双人审核，须由另一名流程负责人同意。")
    is_asked = not is_on and row.off_asked_by_id is None
    row.off_asked_by_id, row.off_reason = (actor.id, reason) if is_asked else (None, "")
    row.is_four_eyes, row.changed_at, row.changed_by_id = is_on or is_asked, now(), actor.id
    session.add(row)
    _tell_setting(session, row, name, is_asked, reason, actor)
    return row.is_four_eyes


def off_asked(session: Session, key: str) -> tuple[User, str] | None:
    """Who asks that nobody else need agree any more, and why."""
    row = session.get(ProcessSetting, key)
    if row is None or row.off_asked_by_id is None:
        return None
    return session.get_one(User, row.off_asked_by_id), row.off_reason


def _tell_setting(
    session: Session, row: ProcessSetting, name: str, is_asked: bool, reason: str, actor: User
) -> None:
    how = "改为须经另一人审核后发布" if row.is_four_eyes else "改为可由送审人单独发布"
    event, how = (
        ("process.setting_asked", "申请改为可由送审人单独发布")
        if is_asked
        else ("process.setting_changed", how)
    )
    new = {"key": row.key, "four_eyes": row.is_four_eyes, "reason": reason}
    audit.record(session, event, f"流程“{name}”{how}", actor=actor, new=new)
    others = set(owners(session)) - {actor.id}
    asked = "，请核对后同意或不予理会" if is_asked else ""
    text = f"{actor.name}将流程“{name}”{how}{asked}：{reason}"
    tell(session, others, "process", text, None, place=f"setting:{row.key}")


def take_back(session: Session, definition_id: int, reason: str, actor: User) -> ProcessDefinition:
    """Take a version back before its first day: no case has started on it, and none will."""
    actor.require(Permission.PROCESS_MANAGE)
    publish_alone(session)
    row = session.get(ProcessDefinition, definition_id, populate_existing=True)
    if row is None:
        raise NotFound("未找到该流程版本。")
    if row.withdrawn_at is not None:
        raise Conflict("该版本没有启用或者已经撤回。请刷新页面。")
    if row.effective_at <= now():
        raise Conflict("该版本已经生效，不能撤回。请另行发布新版本。")
    _check_reason(reason)
    row.withdrawn_at = now()
    new = {"key": row.key, "version": row.version, "reason": reason}
    words = f"撤回尚未生效的流程“{row.name}”第 {row.version} 版"
    audit.record(session, "process.taken_back", words, actor=actor, new=new)
    others = set(owners(session)) - {actor.id}
    tell(session, others, "process", f"{actor.name}{words}：{reason}", None, place=f"version:{row.id}")
    return row


def name_of(session: Session, key: str) -> str:
    """What a process is called in its newest version. Raises NotFound."""
    newest = select(ProcessDefinition.name).where(ProcessDefinition.key == key)
    name = session.scalar(newest.order_by(ProcessDefinition.version.desc()).limit(1))
    if name is None:
        raise NotFound("未找到该流程。")
    return name


def _check_reason(reason: str) -> None:
    if not SHORTEST <= len(said(reason)) <= LONGEST:
        raise Refusal(f"请说明原因，{SHORTEST} 至 {LONGEST} 个字。", "reason")
