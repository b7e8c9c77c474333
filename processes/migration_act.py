"""Room migration: one locked case goes over: rows keep their numbers, clocks their start, people their drafts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.case import CaseDepartment
from models.deadline import NO_DEADLINE
from models.migration import MigrationPlan
from models.people import LANES, User
from models.workflow import ARMED, DONE, DRAWN, STALLED, ProcessDefinition, Timer, UserTask
from processes.deadline import recount
from processes.engine.environment import CaseEnvironment
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.facts import CaseFacts, functions
from processes.migration_effect import Effect, Target, Term, department_for
from processes.notification import tell
from processes.projection import project
from processes.task_hands import bring_back, change_hands, hands
from processes.workflow import Token


def carry_over(
    session: Session, token: Token, effect: Effect, target: Target, plan: MigrationPlan, actor: User
) -> None:
    """Write what `effect` says. Raises EngineFault when the rows then are not what the token is."""
    old_id = token.stored.definition_id
    for clock in token.rows.deadlines:
        if clock.id in effect.terms:
            _change(session, token, clock.id, effect.terms[clock.id], actor)
    had = {row.id: row.assignee_id for row in token.rows.tasks.values()}
    for row in token.rows.tasks.values():
        _follow_task(session, token, row, effect, target, actor)
    _follow_done(session, token, target)
    _follow_timers(token, effect.instance)
    token.stored.definition_id = target.definition_id
    token.rows.definition_id = target.definition_id
    project(session, token.case, effect.instance, token.rows, effect.instance.passed)
    token.stored.state = effect.instance.dump()
    token.stored.passed = dict(effect.instance.passed)
    session.flush()
    _verify(session, token, target)
    moved = [hands(row) for row in token.rows.tasks.values() if row.assignee_id != had.get(row.id)]
    _record(session, token, old_id, target, plan, actor, moved=moved)
    _tell(session, token, effect)


def _change(session: Session, token: Token, clock_id: int, term: Term, actor: User) -> None:
    """Another length from the old start; pauses and extensions stay what they are."""
    clock = next(one for one in token.rows.deadlines if one.id == clock_id)
    name = term.drawn.name.split(" ")[0]
    same = (clock.length, clock.unit, clock.name, clock.clause, clock.ladder)
    if same == (term.length, term.unit, name, term.drawn.clause, term.ladder):
        return
    clock.length, clock.unit, clock.name = term.length, term.unit, name
    clock.clause, clock.ladder = term.drawn.clause, term.ladder
    recount(session, clock, "migration", actor)


def _follow_task(
    session: Session, token: Token, row: UserTask, effect: Effect, target: Target, actor: User
) -> None:
    """The row keeps its number, and with it drafts, the claim, delegation and opinions asked for.

    What is drawn of it follows the drawing; what was submitted on another form comes back to its submitter.
    """
    old = token.definition.drawing.steps[row.element_id]
    step = target.definition.drawing.steps[target.steps.get(row.element_id, row.element_id)]
    if row.is_sealed and (old.form_key, old.fields) != (step.form_key, step.fields):
        bring_back(session, token.case, row, "案卷已迁移到新的流程版本，本环节表单已改变。", actor)
    row.element_id, row.name, row.form_key = step.element_id, step.name, step.form_key
    row.permission, row.priority = step.permission, step.priority
    row.board = step.properties.get("board", "")
    department = department_for(session, token, step)
    if department is not None and department != row.department_id:
        row.department_id = department
        change_hands(session, token.case, row, None, actor)
        row.assignee_id = None if step.lane in LANES else token.case.applicant_user_id
        if session.get(CaseDepartment, (token.case.id, department)) is None:
            session.add(CaseDepartment(case_id=token.case.id, department_id=department))
    if row.deadline_id in effect.ended:
        row.deadline_id, row.due_at = None, NO_DEADLINE


def _follow_done(session: Session, token: Token, target: Target) -> None:
    """What was done is called as the new drawing calls it: by that it asks who has done it (岗位分离)."""
    for old, new in target.steps.items():
        query = update(UserTask).where(
            UserTask.case_id == token.case.id, UserTask.status == DONE, UserTask.element_id == old
        )
        session.execute(query.values(element_id=new))


def _follow_timers(token: Token, instance: Instance) -> None:
    """The rows of events that go on are called as in the new drawing."""
    names = {timer.engine_id: timer.element_id for timer in instance.timers()}
    for engine_id, row in token.rows.timers.items():
        row.element_id = names.get(engine_id, row.element_id)


def _verify(session: Session, token: Token, target: Target) -> None:
    """What is stored can be loaded, and says the same as the tables: open steps and armed timers."""
    asked = CaseEnvironment(
        CaseFacts(session, token.case, drawn=target.definition.drawing.field_names), functions("")
    )
    stored = token.stored
    again = Instance.restore(target.definition, stored.state, stored.passed, asked)
    ready = {(task.engine_id, task.element_id) for task in again.ready()}
    rows = {(row.engine_task_id, row.element_id) for row in token.rows.tasks.values()}
    armed = {(timer.engine_id, timer.element_id, timer.due_at, timer.is_held) for timer in again.timers()}
    query = select(Timer).where(
        Timer.case_id == token.case.id, Timer.kind == DRAWN, Timer.status.in_((ARMED, STALLED))
    )
    known = {(row.engine_task_id, row.element_id, row.due_at, row.is_held) for row in session.scalars(query)}
    if ready != rows or armed != known:
        raise EngineFault("迁移后待办或者计时与流程状态不一致，已撤销。")


def _record(
    session: Session,
    token: Token,
    old_id: int,
    target: Target,
    plan: MigrationPlan,
    actor: User,
    *,
    moved: list[dict[str, Any]],
) -> None:
    was = session.get_one(ProcessDefinition, old_id).version
    audit.record(
        session,
        "case.migrated",
        f"按案卷迁移方案 {plan.id} 由流程第 {was} 版迁移到第 {target.version} 版",
        actor=actor,
        case=token.case,
        old={"version": was},
        new={"version": target.version, "plan": plan.id, "reason": plan.reason, "holders": moved},
    )


def _tell(session: Session, token: Token, effect: Effect) -> None:
    """Whoever has claimed a step whose date has moved."""
    was = {task["id"]: task["due"] for task in effect.before["tasks"]}
    for task in effect.after["tasks"]:
        row = next(row for row in token.rows.tasks.values() if row.id == task["id"])
        if row.assignee_id is not None and task["due"] != was[task["id"]]:
            old, new = was[task["id"]] or "无", task["due"] or "无"
            text = f"{token.case.number}：因流程版本调整，“{task['name']}”的办理期限由 {old} 变为 {new}。"
            tell(session, [row.assignee_id], "task", text, token.case)
