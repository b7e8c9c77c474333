"""Room proposal: a draft is put forward, a second person agrees or returns it, and it is published from a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from models import audit
from models.calendar import end_of, now, today
from models.draft import ProcessDraft
from models.people import Permission, User, owners
from models.process_version import is_four_eyes
from models.proposal import ProcessProposal, ProposalStatus
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.words import said
from models.workflow import ProcessDefinition
from processes.draft import draft_for
from processes.notification import tell
from processes.publication import (
    Publication,
    digest_of,
    encoded,
    publish_alone,
    seal_of,
    standing_version,
    store,
    versions_of,
)

SHORTEST, LONGEST = 5, 500
PAGE, _MOST_WAITING = 50, 200
_FARTHEST = timedelta(days=366)
_ENDED = {
    ProposalStatus.PUBLISHED: "已经发布",
    ProposalStatus.RETURNED: "已经退回",
    ProposalStatus.WITHDRAWN: "已由送审人撤回",
}


@dataclass(frozen=True)
class Asked:
    """What the author says: why, and the first day of the new version (None: from the instant of publication).

    `checked` is the seal of what the check found nothing against; `seen` the newest version the author compared with.
    """

    reason: str
    effective_on: date | None
    checked: str
    seen: int | None


@dataclass(frozen=True)
class Decision:
    """What the second person says, of which seal the check found nothing against, compared with which version."""

    agrees: bool
    comment: str
    checked: str = ""
    seen: int | None = None


def submit(session: Session, draft_id: int, actor: User, asked: Asked) -> ProcessProposal:
    """Put one's own draft forward, frozen as it is; without four eyes it is published at once."""
    draft = draft_for(session, draft_id, actor)
    publish_alone(session)
    standing = standing_version(versions_of(session, draft.key))
    digest = digest_of(draft.bpmn.encode(), encoded(draft.decisions))
    _check_asked(asked)
    _check_key(session, draft)
    if asked.checked != seal_of(digest, draft.tests):
        raise Conflict("检查之后草稿又有改动，没有送审。请重新打开本页，再次检查。")
    check_seen(standing, asked.seen)
    is_same = standing is not None and standing.digest == digest
    if standing is not None and is_same and (not draft.tests or standing.tests == draft.tests):
        raise Refusal(f"草稿与第 {standing.version} 版的内容完全相同，没有需要发布的改动。")
    _check_waiting(session, draft_id)
    row = ProcessProposal(
        key=draft.key,
        name=draft.name,
        draft_id=draft.id,
        bpmn=draft.bpmn,
        decisions=draft.decisions,
        tests=draft.tests,
        digest=digest,
        based_on_id=draft.based_on_id,
        author_id=actor.id,
        reason=asked.reason,
        effective_on=asked.effective_on,
        submitted_at=now(),
    )
    session.add(row)
    session.flush()
    new = {"key": row.key, "sha256": digest, "reason": row.reason}
    audit.record(session, "proposal.submitted", f"送审流程“{row.name}”", actor=actor, new=new)
    if is_four_eyes(session, row.key):
        others = set(owners(session)) - {actor.id}
        text = f"{actor.name}送审流程“{row.name}”，请审核：{row.reason}"
        tell(session, others, "process", text, None, place=f"proposal:{row.id}")
    else:
        _publish(session, row, actor, approved_by=None)
    return row


def decide(session: Session, proposal_id: int, actor: User, said: Decision) -> ProcessProposal:
    """同意并发布, or 退回; by another process owner than the author. A second decision is a Conflict."""
    actor.require(Permission.PROCESS_MANAGE)
    row = _pending(session, proposal_id)
    if row.author_id == actor.id:
        raise Forbidden("送审人不能审核自己送审的流程，请由另一名流程负责人审核。")
    if len(said.comment) > LONGEST:
        raise Refusal(f"审核意见不得超过 {LONGEST} 个字。", "comment")
    row.comment = said.comment
    row.reviewer_id = actor.id
    row.decided_at = now()
    if said.agrees:
        _publish_seen(session, row, actor, said)
    else:
        _return(session, row, actor)
    return row


def withdraw(session: Session, proposal_id: int, actor: User) -> ProcessProposal:
    """The author takes it back before it is decided on; his draft stays as it is."""
    actor.require(Permission.PROCESS_MANAGE)
    row = _pending(session, proposal_id)
    if row.author_id != actor.id:
        raise Forbidden("只有送审人本人可以撤回送审。")
    row.status = ProposalStatus.WITHDRAWN
    row.decided_at = now()
    old = {"key": row.key, "sha256": row.digest}
    audit.record(session, "proposal.withdrawn", f"撤回送审的流程“{row.name}”", actor=actor, old=old)
    return row


def proposals(session: Session, before: int = 0) -> tuple[Sequence[ProcessProposal], int]:
    """A page of what was put forward, without the drawings, and the id before which the next begins (0: none).

    What waits stands first on the first page; then what is decided on, the newest first.
    """
    row, waits = ProcessProposal, ProcessProposal.status == ProposalStatus.PENDING
    light = (defer(row.bpmn), defer(row.decisions), defer(row.tests))
    query = (
        select(row).options(joinedload(row.author), joinedload(row.reviewer), *light).order_by(row.id.desc())
    )
    older = query.where(row.id < before) if before else query
    waiting = [] if before else session.scalars(query.where(waits).limit(_MOST_WAITING)).all()
    found = session.scalars(older.where(~waits).limit(PAGE + 1)).all()
    return [*waiting, *found[:PAGE]], found[PAGE - 1].id if len(found) > PAGE else 0


def proposal_of(session: Session, proposal_id: int) -> ProcessProposal:
    """One of them, for every process owner. Raises NotFound."""
    people = (joinedload(ProcessProposal.author), joinedload(ProcessProposal.reviewer))
    row = session.get(ProcessProposal, proposal_id, options=people)
    if row is None:
        raise NotFound("未找到该送审记录。")
    return row


def first_instant(day: date | None) -> datetime | None:
    """The start of that day in Shanghai, where it is still ahead; else the instant of publication."""
    if day is None or day <= today():
        return None
    return end_of(day - timedelta(days=1))


def check_reason(reason: str) -> None:
    """Raises Refusal for a reason that says nothing, or too much."""
    if not SHORTEST <= len(said(reason)) <= LONGEST:
        raise Refusal(f"请说明修改原因，{SHORTEST} 至 {LONGEST} 个字。", "reason")


def _check_asked(asked: Asked) -> None:
    check_reason(asked.reason)
    if asked.effective_on is not None and asked.effective_on < today():
        raise Refusal("生效日期不能早于今天。", "effective_on")
    if asked.effective_on is not None and asked.effective_on > today() + _FARTHEST:
        raise Refusal("生效日期不能晚于一年之后。", "effective_on")


def _check_key(session: Session, draft: ProcessDraft) -> None:
    base = session.get(ProcessDefinition, draft.based_on_id) if draft.based_on_id else None
    if base is not None and base.key != draft.key:
        raise Refusal(
            f"草稿以流程“{base.name}”（{base.key}）为依据，流程标识却改成了 {draft.key}。请改回原标识，或另建新流程。"
        )


def check_seen(standing: ProcessDefinition | None, seen: int | None) -> None:
    """Raises Conflict when the newest version is another than the one that was compared with."""
    newest = standing.id if standing else None
    if seen != newest:
        raise Conflict("刚有他人发布或撤回了该流程的版本。请重新打开本页，与最新版本比较后再办理。")


def _check_waiting(session: Session, draft_id: int) -> None:
    waits = select(ProcessProposal.id).where(
        ProcessProposal.draft_id == draft_id, ProcessProposal.status == ProposalStatus.PENDING
    )
    if session.scalar(waits.limit(1)):
        raise Conflict("这份草稿已经送审，正在等待审核。要送审新的内容，请先撤回。")


def _pending(session: Session, proposal_id: int) -> ProcessProposal:
    """The proposal, locked, while it waits. Raises Conflict once it is decided on."""
    publish_alone(session)
    query = select(ProcessProposal).where(ProcessProposal.id == proposal_id)
    row = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("未找到该送审记录。")
    if row.status != ProposalStatus.PENDING:
        raise Conflict(f"该流程{_ENDED[ProposalStatus(row.status)]}，不能再次办理。请刷新页面查看结果。")
    return row


def _publish_seen(session: Session, row: ProcessProposal, actor: User, said: Decision) -> None:
    if said.checked != seal_of(row.digest, row.tests):
        raise Conflict("发布前的检查没有完成，请重新打开本页再试。")
    check_seen(standing_version(versions_of(session, row.key)), said.seen)
    _publish(session, row, actor, approved_by=actor.id)


def _publish(session: Session, row: ProcessProposal, actor: User, approved_by: int | None) -> None:
    said = Publication(
        reason=row.reason,
        author_id=row.author_id,
        approved_by_id=approved_by,
        based_on_id=row.based_on_id,
        effective_at=first_instant(row.effective_on),
        tests=row.tests,
    )
    version = store(session, row.bpmn.encode(), encoded(row.decisions), actor, said)
    row.definition_id = version.id
    row.status = ProposalStatus.PUBLISHED
    row.decided_at = now()
    told = set(owners(session)) - {actor.id}
    text = f"流程“{row.name}”第 {version.version} 版已由{actor.name}发布。"
    tell(session, told, "process", text, None, place=f"version:{version.id}")


def _return(session: Session, row: ProcessProposal, actor: User) -> None:
    if not SHORTEST <= len(said(row.comment)) <= LONGEST:
        raise Refusal(f"退回的，请写明意见，{SHORTEST} 至 {LONGEST} 个字。", "comment")
    row.status = ProposalStatus.RETURNED
    new = {"key": row.key, "sha256": row.digest, "reason": row.comment}
    audit.record(session, "proposal.returned", f"退回送审的流程“{row.name}”", actor=actor, new=new)
    text = f"{actor.name}退回您送审的流程“{row.name}”：{row.comment}"
    tell(session, [row.author_id], "process", text, None, place=f"proposal:{row.id}")
