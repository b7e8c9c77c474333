"""Room group review: the leading group decides on candidates that every department has passed (B-13), in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.case import locked
from models.meeting import Meeting, MeetingKind
from models.people import DepartmentKind, User
from models.refusal import Refusal
from models.screening import Candidate, GroupDecision
from processes.screening import region_of_office, round_in_hand
from processes.screening_handin import follow

MAX_REASON = 500
PART = 1000


@dataclass(frozen=True)
class Decision:
    """What the group decided on a candidate; a refusal needs its reason."""

    candidate_id: int
    decision: str
    reason: str = ""


@dataclass(frozen=True)
class DecisionLine:
    """One row of a bulk decision: for whom, what, and why it cannot be."""

    candidate_id: int
    name: str
    uscc: str
    decision: str
    reason: str
    why: str = ""
    field: str = ""


@dataclass
class Decided:
    """What a bulk decision changes, finds decided so already, and cannot change."""

    changed: list[DecisionLine] = field(default_factory=list)
    same: list[DecisionLine] = field(default_factory=list)
    refused: list[DecisionLine] = field(default_factory=list)


def preview_decisions(
    session: Session, round_id: int, meeting_id: int, rows: Sequence[Decision], actor: User
) -> Decided:
    """What `decide` would do; writes nothing."""
    region_id = _group_of(actor)
    require_meeting(session, region_id, meeting_id)
    return _plan(session, round_id, rows)


def decide(
    session: Session, round_id: int, meeting_id: int, rows: Sequence[Decision], actor: User
) -> Decided:
    """Write the decisions of one meeting; good rows are written, the others told. Tokens follow behind.

    The same rows again change nothing. Raises Refusal for a single row that cannot be decided.
    """
    region_id = _group_of(actor)
    round_ = round_in_hand(session, round_id, region_id)
    meeting = require_meeting(session, region_id, meeting_id)
    case = locked(session, round_.case_id)
    plan = _plan(session, round_id, rows)
    if len(rows) == 1 and plan.refused:
        raise Refusal(plan.refused[0].why, plan.refused[0].field)
    if plan.changed:
        write(session, plan.changed, meeting, actor)
        summary = (
            f"登记领导小组审核决定 {len(plan.changed)} 户（{meeting.number}，{meeting.held_on.isoformat()}）"
        )
        new = {"meeting": meeting.id, "changed": len(plan.changed), "refused": len(plan.refused)}
        audit.record(session, "screening.decided", summary, actor=actor, case=case, new=new)
        follow(session, round_id)
    return plan


def write(session: Session, lines: Iterable[DecisionLine], meeting: Meeting, actor: User) -> None:
    """Put decisions on their candidates."""
    signed = {"meeting_id": meeting.id, "decided_on": today(), "decided_by_id": actor.id}
    rows = [
        {"id": line.candidate_id, "decision": line.decision, "decision_reason": line.reason, **signed}
        for line in lines
    ]
    session.execute(update(Candidate), rows)


def _group_of(actor: User) -> int:
    return region_of_office(actor, DepartmentKind.LEADING_GROUP, "只有领导小组可以登记审核决定。")


def require_meeting(session: Session, region_id: int, meeting_id: int) -> Meeting:
    """A meeting of the leading group that has its number and day (B-13)."""
    meeting = session.get(Meeting, meeting_id)
    is_ours = meeting is not None and meeting.region_id == region_id
    if meeting is None or not is_ours or meeting.kind != MeetingKind.LEADING_GROUP:
        raise Refusal("请选择已登记的领导小组会议。", "meeting_id")
    if meeting.held_on > today():
        raise Refusal("会议尚未召开。", "meeting_id")
    return meeting


def _plan(session: Session, round_id: int, rows: Sequence[Decision]) -> Decided:
    known = _known(session, round_id, [row.candidate_id for row in rows])
    plan, seen = Decided(), set[int]()
    for row in rows:
        candidate, reason = known.get(row.candidate_id), " ".join(row.reason.split())
        why, at = ("该户在本批中重复出现。", "candidate_id") if row.candidate_id in seen else ("", "")
        seen.add(row.candidate_id)
        if not why:
            why, at = problem(candidate, row.decision, reason)
        name, uscc = (candidate.name, candidate.uscc) if candidate else ("", "")
        line = DecisionLine(row.candidate_id, name, uscc, row.decision, reason, why, at)
        is_same = candidate is not None and (candidate.decision, candidate.decision_reason) == (
            row.decision,
            reason,
        )
        (plan.same if is_same else plan.refused if why else plan.changed).append(line)
    return plan


def problem(candidate: Candidate | None, decision: str, reason: str) -> tuple[str, str]:
    """Why a decision cannot be written, with its field; empty when it can."""
    if candidate is None or candidate.at_group_on is None:
        return "该户尚未经各部门甄别通过，不能审核。", "candidate_id"
    if candidate.outcome or candidate.decision:
        return "该户已有审核决定或已退出本轮甄别。", "candidate_id"
    if decision not in list(GroupDecision):
        return "决定应为审核通过或审核不通过。", "decision"
    if decision == GroupDecision.REFUSE and not reason:
        return "“审核不通过”须写明理由。", "reason"
    return (f"理由不超过 {MAX_REASON} 字。", "reason") if len(reason) > MAX_REASON else ("", "")


def _known(session: Session, round_id: int, ids: Sequence[int]) -> dict[int, Candidate]:
    query = select(Candidate).where(Candidate.round_id == round_id).order_by(Candidate.id)
    if session.info.get("writes"):
        query = query.with_for_update()
    query = query.execution_options(populate_existing=True)
    found: dict[int, Candidate] = {}
    for start in range(0, len(ids), PART):
        part = query.where(Candidate.id.in_(ids[start : start + PART]))
        found |= {one.id: one for one in session.scalars(part)}
    return found
