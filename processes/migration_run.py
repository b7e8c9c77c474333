"""Room migration: the work behind a plan: the dry run in chunks, then case by case, each in a transaction of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.calendar import now
from models.case import CaseFile
from models.migration import MigrationLine, MigrationPlan, PlanStatus, Verdict
from models.people import Department, User
from models.refusal import Refusal
from models.workflow import ProcessDefinition, ProcessInstance
from processes.engine.migration_check import Unfit
from processes.migration import target_of
from processes.migration_act import carry_over
from processes.migration_effect import Effect, Target, effect_of, promised
from processes.notification import tell_departments
from processes.projected_rows import rows_of_all
from processes.workflow import Token, definition_of, tokens_of

# Cases a transaction of the dry run; it locks none of them.
CHUNK = 50
_BROKEN = "程序错误，未能试算；请将方案编号告知系统管理员。"
_NO_LONGER = "试算后案卷已有变化，请重新试算。"


def check_chunk(session: Session, plan_id: int, limit: int = CHUNK) -> int:
    """Try the next cases of a plan on copies; how many. When none is left the plan is checked."""
    plan = _locked(session, plan_id)
    if plan.status != PlanStatus.CHECKING:
        return 0
    query = select(MigrationLine).where(
        MigrationLine.plan_id == plan_id, MigrationLine.verdict == Verdict.WAITING
    )
    lines = list(session.scalars(query.order_by(MigrationLine.id).limit(limit)))
    if not lines:
        plan.status, plan.checked_at = PlanStatus.CHECKED, now()
        return 0
    try:
        target = _target(session, plan)
    except Refusal as refusal:
        for line in lines:
            line.verdict, line.why = Verdict.REFUSED, refusal.message
        return len(lines)
    offices = _offices(session)
    tokens = {token.case.id: token for token in _copies(session, [line.case_id for line in lines])}
    for line in lines:
        with session.no_autoflush:
            _try(session, line, tokens[line.case_id], target, offices)
    return len(lines)


def _try(
    session: Session, line: MigrationLine, token: Token, target: Target, offices: dict[int, str]
) -> None:
    line.from_id, line.token_revision = token.stored.definition_id, token.stored.revision
    line.before, line.after, line.is_overdue = {}, {}, False
    try:
        effect = effect_of(session, token, target, offices)
    except Unfit as unfit:
        line.verdict, line.why = Verdict.REFUSED, unfit.message
        return
    line.verdict, line.why = Verdict.POSSIBLE, ""
    line.before, line.after, line.is_overdue = effect.before, effect.after, effect.after["overdue"]


def _copies(session: Session, case_ids: Collection[int]) -> list[Token]:
    """As `tokens_of`, without a lock: nothing of them will be written."""
    found = session.execute(
        select(CaseFile, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(CaseFile.id.in_(case_ids))
        .options(joinedload(CaseFile.region))
        .execution_options(populate_existing=True)
    ).all()
    rows = rows_of_all(session, case_ids)
    return [
        Token(case, stored, definition_of(session, stored.definition_id), rows[case.id])
        for case, stored in found
    ]


def next_line(session: Session, plan_id: int) -> int | None:
    """The next case of a plan that is to go over; None when the plan is not being carried out, or all are done."""
    query = (
        select(MigrationLine.id)
        .join(MigrationPlan, MigrationPlan.id == MigrationLine.plan_id)
        .where(
            MigrationPlan.id == plan_id,
            MigrationPlan.status == PlanStatus.APPLYING,
            MigrationLine.verdict == Verdict.POSSIBLE,
        )
        .order_by(MigrationLine.id)
        .limit(1)
    )
    return session.scalars(query).first()


def apply_line(session: Session, line_id: int) -> int:
    """One case goes over, as the dry run has said and not otherwise; under its lock, and once: 1, else 0.

    Raises EngineFault, or Refusal, when it fails half-way: nothing may then be committed (`note_failure`).
    """
    line = session.get_one(MigrationLine, line_id)
    token = tokens_of(session, [line.case_id])[0]
    session.refresh(line)
    plan = session.get_one(MigrationPlan, line.plan_id)
    if line.verdict != Verdict.POSSIBLE or plan.status != PlanStatus.APPLYING or plan.applied_by_id is None:
        return 0
    target = _target(session, plan)
    effect = _expected(session, line, token, target)
    if effect is None:
        line.verdict, line.why = Verdict.CHANGED, _NO_LONGER
        return 0
    actor = session.get_one(User, plan.applied_by_id)
    carry_over(session, token, effect, target, plan, actor)
    line.verdict, line.applied_at = Verdict.APPLIED, now()
    return 1


def _expected(session: Session, line: MigrationLine, token: Token, target: Target) -> Effect | None:
    """What the migration does now, if it is what the dry run has promised."""
    if token.stored.revision != line.token_revision:
        return None
    noted = {task["department"]: task["office"] for task in line.after.get("tasks", ())}
    try:
        effect = effect_of(session, token, target, noted)
    except Unfit:
        return None
    return effect if effect.promise == promised(line.after) else None


def note_unreadable(session: Session, plan_id: int) -> int:
    """The next case of a dry run cannot be tried, for whatever fault of the program; it must not hold up the others."""
    plan = _locked(session, plan_id)
    query = select(MigrationLine).where(
        MigrationLine.plan_id == plan.id, MigrationLine.verdict == Verdict.WAITING
    )
    line = session.scalars(query.order_by(MigrationLine.id).limit(1)).first()
    if line is None or plan.status != PlanStatus.CHECKING:
        return 0
    line.verdict, line.why = Verdict.REFUSED, _BROKEN
    return 1


def note_failure(session: Session, line_id: int, why: str) -> None:
    """A case could not go over; it is where it was."""
    line = session.get_one(MigrationLine, line_id)
    if line.verdict == Verdict.POSSIBLE:
        line.verdict, line.why = Verdict.FAILED, why[:2000]


def finish(session: Session, plan_id: int) -> bool:
    """The plan is carried out: the departments are told whose terms have moved; once."""
    plan = _locked(session, plan_id)
    if plan.status != PlanStatus.APPLYING or next_line(session, plan_id) is not None:
        return False
    plan.status = PlanStatus.APPLIED
    target = session.get_one(ProcessDefinition, plan.to_id)
    for department, cases in sorted(_moved(session, plan).items()):
        text = (
            f"因“{target.name}”第 {target.version} 版实施（案卷迁移方案 {plan.id}），"
            f"贵单位 {cases} 件在办事项的办理期限或者办理部门有变化，请在待办中查看。"
        )
        tell_departments(session, [department], text, None)
    return True


def _moved(session: Session, plan: MigrationPlan) -> dict[int, int]:
    """Department → cases in which the date of one of its tasks has moved, or the task has come to it."""
    found: dict[int, int] = defaultdict(int)
    query = select(MigrationLine.before, MigrationLine.after).where(
        MigrationLine.plan_id == plan.id,
        MigrationLine.verdict == Verdict.APPLIED,
        MigrationLine.applied_at >= plan.applied_at,
    )
    for before, after in session.execute(query.execution_options(yield_per=500)):
        for department in moved_departments(before, after):
            found[department] += 1
    return found


def moved_departments(before: dict[str, Any], after: dict[str, Any]) -> set[int]:
    """The departments whose tasks have another date, or are new to them."""
    was = {task["id"]: (task["department"], task["due"]) for task in before.get("tasks", ())}
    return {
        task["department"]
        for task in after.get("tasks", ())
        if was.get(task["id"]) != (task["department"], task["due"])
    }


def _locked(session: Session, plan_id: int) -> MigrationPlan:
    query = select(MigrationPlan).where(MigrationPlan.id == plan_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _target(session: Session, plan: MigrationPlan) -> Target:
    """Raises Refusal when the target is no longer in force."""
    row = target_of(session, plan.to_id)
    return Target(row.id, row.version, definition_of(session, row.id), dict(plan.mapping))


def _offices(session: Session) -> dict[int, str]:
    return dict(session.execute(select(Department.id, Department.name)).all())
