"""Room migration: running cases go over to another version by a plan: chosen, tried on copies, then carried out.

The plan is tried and carried out in the background (webapp/handlers_migration.py), chunk by chunk and case by
case; killed anywhere it goes on where it was, and no case goes over twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, real_now
from models.migration import MigrationLine, MigrationPlan, PlanStatus, Verdict
from models.migration_choice import MOST_NUMBERS, Chosen, chosen, unknown_numbers
from models.people import Permission, User
from models.process_version import is_four_eyes
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.words import said
from models.workflow import ProcessDefinition
from processes import background
from processes.workflow import definition_of, newest_definition

CHECK, APPLY = "migration_check", "migration_apply"
REASON_LENGTH = 1000
_NAMED = 10


def create_plan(
    session: Session, actor: User, to_id: int, reason: str, wanted: Chosen, steps: Mapping[str, str]
) -> MigrationPlan:
    """Write down which cases shall go over and why; the dry run begins behind the knock.

    `steps`: open steps whose ids the target does not know → which of its steps they become. Raises Refusal.
    """
    actor.require(Permission.PROCESS_MANAGE)
    target = target_of(session, to_id)
    if not said(reason) or len(reason) > REASON_LENGTH:
        raise Refusal(f"请写明迁移理由，不超过 {REASON_LENGTH} 字。", "reason")
    _check_steps(session, target, steps)
    _check_numbers(session, target, wanted)
    cases = chosen(session, target.key, target.id, wanted)
    if not cases:
        raise Refusal("没有符合条件的在办案卷。", "numbers" if wanted.numbers else "from_version")
    plan = MigrationPlan(
        key=target.key, to_id=target.id, author_id=actor.id, reason=reason.strip(), mapping=dict(steps),
        created_at=now(),
    )  # fmt: skip
    session.add(plan)
    session.flush()
    _add_lines(session, plan, cases)
    _record(session, "migration.planned", f"制定，共 {len(cases)} 件", plan, target, actor)
    _enqueue(session, CHECK, plan)
    return plan


def target_of(session: Session, to_id: int) -> ProcessDefinition:
    """The version to which cases shall go. Raises NotFound, or Refusal when it is not the one in force."""
    row = session.get(ProcessDefinition, to_id)
    if row is None:
        raise NotFound("未找到该流程版本。")
    if row.withdrawn_at is not None:
        raise Refusal("该版本已撤回，不能作为迁移目标。", "to")
    if row.effective_at > now():
        raise Refusal("该版本尚未生效，不能作为迁移目标。", "to")
    if newest_definition(session, row.key).id != row.id:
        raise Refusal("只能迁移到现行版本；如需恢复以前的做法，请先将其发布为新版本。", "to")
    return row


def _check_steps(session: Session, target: ProcessDefinition, steps: Mapping[str, str]) -> None:
    known = definition_of(session, target.id).drawing.steps
    for old, new in steps.items():
        if new not in known:
            raise Refusal(f"目标版本中没有环节“{new[:80]}”。", f"step-{old}")
        if old in known:
            raise Refusal(f"目标版本中仍有环节“{known[old].name}”，不需要指定对应环节。", f"step-{old}")


def _check_numbers(session: Session, target: ProcessDefinition, wanted: Chosen) -> None:
    if len(wanted.numbers) > MOST_NUMBERS:
        raise Refusal(f"一次最多填写 {MOST_NUMBERS} 个案卷编号。", "numbers")
    unknown = unknown_numbers(session, target.key, target.id, wanted.numbers)
    if unknown:
        shown = "、".join(one[:40] for one in unknown[:_NAMED])
        more = f"等 {len(unknown)} 个" if len(unknown) > _NAMED else ""
        raise Refusal(f"下列编号不是该流程其他版本的在办案卷：{shown}{more}。", "numbers")


def _add_lines(session: Session, plan: MigrationPlan, cases: list[tuple[int, int]]) -> None:
    rows = [
        {"plan_id": plan.id, "case_id": case_id, "from_id": from_id, "verdict": Verdict.WAITING, "why": "",
         "token_revision": 0, "before": {}, "after": {}, "is_overdue": False}
        for case_id, from_id in cases
    ]  # fmt: skip
    for first in range(0, len(rows), 1000):
        session.execute(insert(MigrationLine), rows[first : first + 1000])


def recheck(session: Session, plan_id: int, actor: User) -> MigrationPlan:
    """Try again what has not gone over. Raises Conflict while the background works on the plan."""
    plan = plan_for(session, plan_id, actor)
    if plan.status not in (PlanStatus.CHECKED, PlanStatus.APPLIED):
        raise Conflict(f"该方案{PlanStatus(plan.status).label}，不能重新试算。")
    target = target_of(session, plan.to_id)
    query = update(MigrationLine).where(
        MigrationLine.plan_id == plan.id, MigrationLine.verdict != Verdict.APPLIED
    )
    session.execute(query.values(verdict=Verdict.WAITING, why=""))
    plan.status, plan.checked_at = PlanStatus.CHECKING, None
    session.flush()
    _record(session, "migration.rechecked", "重新试算", plan, target, actor)
    _enqueue(session, CHECK, plan)
    return plan


def begin(session: Session, plan_id: int, actor: User, *, is_overdue_meant: bool = False) -> MigrationPlan:
    """Let the cases go over that the dry run has found possible; once. Raises Refusal, Forbidden, Conflict.

    `is_overdue_meant`: that some of them would be over at once is intended.
    """
    plan = plan_for(session, plan_id, actor)
    if plan.status != PlanStatus.CHECKED:
        raise Conflict(f"该方案{PlanStatus(plan.status).label}，不能执行。")
    target = target_of(session, plan.to_id)
    if is_four_eyes(session, plan.key) and plan.author_id == actor.id:
        raise Forbidden("该流程实行双人复核，请由另一名流程负责人执行本方案。")
    _check_lines(session, plan, is_overdue_meant)
    plan.status, plan.applied_at, plan.applied_by_id = PlanStatus.APPLYING, now(), actor.id
    session.flush()
    said = "执行，并确认部分案卷迁移后即超期" if is_overdue_meant else "执行"
    _record(session, "migration.begun", said, plan, target, actor)
    _enqueue(session, APPLY, plan)
    return plan


def resume(session: Session, plan_id: int, actor: User) -> MigrationPlan:
    """继续 a plan whose job has been lost; while one still runs a second does no harm. Raises Conflict when nothing is left."""
    plan = plan_for(session, plan_id, actor)
    jobs = {PlanStatus.CHECKING: CHECK, PlanStatus.APPLYING: APPLY}
    if plan.status not in jobs:
        raise Conflict(f"该方案{PlanStatus(plan.status).label}，没有需要继续的工作。")
    _record(session, "migration.resumed", "继续", plan, session.get_one(ProcessDefinition, plan.to_id), actor)
    # One a minute, however often it is asked for.
    background.enqueue(
        session, jobs[PlanStatus(plan.status)], [plan.id], f"{plan.id}-{real_now():%Y-%m-%dT%H:%M}"
    )
    return plan


def _check_lines(session: Session, plan: MigrationPlan, is_overdue_meant: bool) -> None:
    over = MigrationLine.is_overdue
    query = select(over, func.count()).where(
        MigrationLine.plan_id == plan.id, MigrationLine.verdict == Verdict.POSSIBLE
    )
    counted = dict(session.execute(query.group_by(over)).all())
    if not counted:
        raise Conflict("该方案没有可以迁移的案卷。")
    if counted.get(True) and not is_overdue_meant:
        raise Refusal(f"有 {counted[True]} 件案卷迁移后即超期，请确认后再执行。", "overdue")


def drop(session: Session, plan_id: int, actor: User) -> MigrationPlan:
    """Give a plan up of which nothing has been carried out. Raises Conflict."""
    plan = plan_for(session, plan_id, actor)
    if plan.status not in (PlanStatus.CHECKING, PlanStatus.CHECKED) or plan.applied_at is not None:
        raise Conflict(f"该方案{PlanStatus(plan.status).label}，不能作废。")
    plan.status = PlanStatus.DROPPED
    _record(session, "migration.dropped", "作废", plan, session.get_one(ProcessDefinition, plan.to_id), actor)
    return plan


def plan_for(session: Session, plan_id: int, actor: User) -> MigrationPlan:
    """A plan for somebody who may act on it, locked until the commit. Raises NotFound."""
    actor.require(Permission.PROCESS_MANAGE)
    query = select(MigrationPlan).where(MigrationPlan.id == plan_id)
    plan = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if plan is None:
        raise NotFound("未找到该迁移方案。")
    return plan


def _record(
    session: Session, action: str, done: str, plan: MigrationPlan, target: ProcessDefinition, actor: User
) -> None:
    text = f"案卷迁移方案 {plan.id}（“{target.name}”迁移到第 {target.version} 版）：{done}"
    new = {"plan": plan.id, "key": plan.key, "version": target.version, "reason": plan.reason}
    audit.record(session, action, text, actor=actor, new={**new, "steps": dict(plan.mapping)})


def _enqueue(session: Session, name: str, plan: MigrationPlan) -> None:
    """A job of its own each time: of two with one key the second would never run."""
    background.enqueue(session, name, [plan.id], f"{plan.id}-{real_now().isoformat()}")
