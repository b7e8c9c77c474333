"""Room worklist: claim, release, assign, save a draft and complete a task (待办)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

import processes.catalogue  # noqa: F401  registers every step
from models import audit
from models.calendar import now
from models.case import CaseFile
from models.crypto import canonical_json, decrypt, encrypt
from models.people import Permission, Role, User
from models.refusal import Conflict, NotFound, Refusal
from models.task_draft import DraftMark, check_newest, row_of
from models.workflow import DONE, ProcessInstance, TaskDraft, UserTask
from processes import loan
from processes.engine.drawing import Step
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.going_on import complete_step
from processes.notification import tell_assigned
from processes.stand_in import give_back, may_stand_in, note_place, take
from processes.steps import STEPS, Completion, Routing, carry_out
from processes.task_check import (
    barred_from,
    check_asked,
    check_not_paused,
    check_offices,
    check_reviewed,
    check_separation,
    check_submittable,
    colleague,
    is_head,
    is_late,
    keep_late_reason,
)
from processes.task_hands import ask_no_more, change_hands, hands, is_for_delegate
from processes.workflow import Token, definition_of, move, token_of_task

__all__ = [
    "assign", "barred_from", "check_held", "claim", "complete", "draft_of", "drawn_step", "finish", "form_keys",
    "is_late", "may_work", "open_task", "release", "save_draft", "task_for",
]  # fmt: skip

DRAFT = "task_draft.content"
# Case id → the version on which it runs, as this session has read it.
_VERSIONS = "versions"


def form_keys() -> frozenset[str]:
    """The forms that a drawing may name: those whose completion means something."""
    return frozenset(STEPS)


def may_work(task: UserTask, actor: User) -> bool:
    """Whether the task concerns this person at all: an applicant's own, or his department's with the permission.

    Without it when he has taken the task in another's place, or may (代办). Office and permission are asked at every
    use: who has moved to another office has left his tasks behind, and the head gives them on.
    """
    is_his = actor.id in (task.assignee_id, task.owner_id, task.on_behalf_of_id)
    if actor.role == Role.APPLICANT:
        return is_his and task.is_applicants
    if actor.department_id != task.department_id:
        return False
    is_in_anothers = is_his and task.on_behalf_of_id is not None
    return is_in_anothers or actor.may(Permission(task.permission)) or may_stand_in(task, actor)


def claim(session: Session, task_id: int, actor: User) -> UserTask:
    """签收: take an unclaimed task of one's department. Raises Conflict when another was faster."""
    task, token = open_task(session, task_id, actor)
    if task.assignee_id == actor.id or take(session, token, task, actor):
        return task
    if task.assignee_id is not None:
        raise Conflict("该事项已由他人签收，请刷新。")
    check_separation(session, token, task, actor)
    task.assignee_id, task.claimed_at = actor.id, now()
    ask_no_more(session, task, actor.id)
    audit.record(session, "task.claimed", f"签收“{task.name}”", actor=actor, case=token.case, new=hands(task))
    return task


def release(session: Session, task_id: int, actor: User) -> UserTask:
    """退回待签收: give a claimed task back to the department; a supervisor may do it for his people."""
    task, token = open_task(session, task_id, actor)
    if task.assignee_id is None:
        return task
    if task.assignee_id != actor.id and not is_head(task, actor):
        actor.require(Permission.TASK_ASSIGN)
    check_offices(token, task, "退回")
    is_in_anothers = task.assignee_id == actor.id and task.on_behalf_of_id is not None
    # A stand-in has given it on to him: it goes back to the stand-in, not to the one who is away.
    is_given_on = is_in_anothers and task.is_delegated and not is_for_delegate(session, task)
    if is_given_on or not (is_head(task, actor) or (is_in_anothers and not task.is_sealed)):
        _check_unbound(task)
    if task.assignee_id == actor.id and give_back(session, token.case, task, actor):
        return task
    if not is_head(task, actor):
        _check_unbound(task)
    old, text = {"assignee": task.assignee_id}, f"退回待签收“{task.name}”"
    change_hands(session, token.case, task, None, actor)
    audit.record(session, "task.released", text, actor=actor, case=token.case, old=old, new=hands(task))
    return task


def assign(
    session: Session, task_id: int, assignee_id: int, actor: User, absent_id: int | None = None
) -> UserTask:
    """分办: the head of the department gives a task to one of his people; in whose place he has it (代办)."""
    task, token = open_task(session, task_id, actor)
    actor.require(Permission.TASK_ASSIGN)
    check_offices(token, task, "分办")
    assignee = colleague(session, token, task, assignee_id, "assignee", "分办")
    old = task.assignee_id
    change_hands(session, token.case, task, assignee, actor)
    task.on_behalf_of_id = absent_id
    audit.record(
        session,
        "task.assigned",
        f"将“{task.name}”分办给{assignee.name}",
        actor=actor,
        case=token.case,
        old={"assignee": old},
        new=hands(task),
    )
    tell_assigned(session, token.case, task, old, actor)
    return task


def complete(
    session: Session, task_id: int, actor: User, answers: Mapping[str, Any], asked: Step | None = None
) -> CaseFile:
    """办理: write the facts of the form, then move the token; all of it or nothing.

    `asked`: the step by whose form the answers were checked. Raises Conflict when the case has gone over to another
    form of it meanwhile, Conflict or it is done, or claimed by another; Forbidden, NotFound, Refusal (a rule says no).
    """
    return finish(session, open_task(session, task_id, actor), actor, answers, asked)


def finish(
    session: Session,
    opened: tuple[UserTask, Token],
    actor: User,
    answers: Mapping[str, Any],
    asked: Step | None,
) -> CaseFile:
    """As `complete`, of a task that `open_task` has locked."""
    task, token = opened
    check_held(task, actor)
    check_asked(token, task, asked)
    check_submittable(task, actor)
    check_separation(session, token, task, actor)

    def act(instance: Instance) -> None:
        if not instance.is_ready(task.engine_task_id):
            raise Conflict("该事项已终止或已由他人办理，请刷新。")
        check_not_paused(session, task)
        check_reviewed(task)
        keep_late_reason(session, task, answers)
        routing = carry_out(Completion(session, token.case, task, actor, answers, token.definition))
        task.status, task.done_at, task.done_by_id = DONE, now(), actor.id
        task.assignee_id = task.assignee_id or actor.id
        # What was typed and not submitted is personal data without a purpose from now on.
        session.execute(delete(TaskDraft).where(TaskDraft.task_id == task.id))
        _go_on(session, token, instance, task, routing)

    move(session, token, act)
    if task.form_key == loan.EXTENSION_APPROVAL:
        loan.give_back(session, token.case, token.rows.tasks.values(), actor)
    return token.case


def check_held(task: UserTask, actor: User) -> None:
    """Raises Conflict when another person has the task; its owner is told apart from strangers."""
    if task.assignee_id not in (None, actor.id) and task.owner_id != actor.id:
        raise Conflict("该事项已由他人签收，请刷新。")


def _check_unbound(task: UserTask) -> None:
    if task.is_delegated:
        raise Conflict("该事项系他人委派，请填写办理意见后交回。")
    if task.is_sealed:
        raise Conflict("该事项已提交，正在等待会签意见；可先撤回提交。")


def _go_on(session: Session, token: Token, instance: Instance, task: UserTask, routing: Routing) -> None:
    """What an owner's own condition cannot compute stops the step, not the program."""
    try:
        complete_step(session, token, instance, task, routing)
    except EngineFault as fault:
        if not token.definition.drawing.field_names:
            raise
        raise Refusal(
            f"{fault.sentence}所填内容没有提交，请核对；仍不能提交的，请联系流程负责人修改流程。"
        ) from fault


def save_draft(
    session: Session, task_id: int, actor: User, content: Mapping[str, Any], mark: DraftMark | None = None
) -> TaskDraft:
    """暂存: keep what was typed, privately, until the task is submitted.

    `mark`: what the tab knows of the draft. Raises NewerDraft when another tab has saved since.
    """
    task, token = open_task(session, task_id, actor)
    if task.assignee_id not in (None, actor.id):
        raise Conflict("该事项已由他人签收，请刷新。")
    if task.is_sealed:
        raise Conflict("该事项已提交，正在等待会签意见，不能修改；可先撤回提交。")
    check_separation(session, token, task, actor)
    draft, plain = row_of(session, task_id, actor), canonical_json(dict(content))
    # What stands there already is overwritten by nobody: a page that was left while it saved comes back with it.
    if draft is not None and decrypt(draft.content, DRAFT) != plain:
        check_newest(draft, mark)
    sealed, tab = encrypt(plain, DRAFT), mark.tab if mark else ""
    if draft is None:
        draft = TaskDraft(
            task_id=task_id, user_id=actor.id, content=sealed, saved_at=now(), revision=1, tab=tab
        )
        session.add(draft)
        return draft
    draft.content, draft.saved_at, draft.revision, draft.tab = sealed, now(), draft.revision + 1, tab
    return draft


def draft_of(session: Session, task_id: int, actor: User) -> tuple[dict[str, Any], TaskDraft] | None:
    """What this person saved for the task, and when."""
    draft = row_of(session, task_id, actor)
    return None if draft is None else (orjson.loads(decrypt(draft.content, DRAFT)), draft)


def drawn_step(session: Session, task: UserTask) -> Step:
    """The step of the task in the version on which its case runs."""
    known: dict[int, int] = session.info.setdefault(_VERSIONS, {})
    if task.case_id not in known:
        running = select(ProcessInstance.definition_id).where(ProcessInstance.case_id == task.case_id)
        known[task.case_id] = session.scalars(running).one()
    return definition_of(session, known[task.case_id]).drawing.steps[task.element_id]


def task_for(session: Session, task_id: int, actor: User) -> UserTask:
    """The task, open or not, with department, person, clock and case. Raises NotFound for strangers."""
    shown = (UserTask.department, UserTask.assignee, UserTask.owner, UserTask.deadline, UserTask.case)
    query = (
        select(UserTask, ProcessInstance.definition_id)
        .outerjoin(ProcessInstance, ProcessInstance.case_id == UserTask.case_id)
        .where(UserTask.id == task_id)
        .options(*(joinedload(part) for part in shown))
    )
    found = session.execute(query.execution_options(populate_existing=True)).first()
    if found is None or not may_work(found[0], actor):
        raise NotFound("未找到该事项，或您无权办理。")
    task: UserTask = found[0]
    session.info.setdefault(_VERSIONS, {})[task.case_id] = found[1]
    return task


def open_task(session: Session, task_id: int, actor: User) -> tuple[UserTask, Token]:
    """The task, its case locked. Raises NotFound for strangers, Conflict when it is not open."""
    token = token_of_task(session, task_id)
    open_tasks = token.rows.tasks.values() if token is not None else ()
    task = next((row for row in open_tasks if row.id == task_id), None)
    if token is None or task is None:
        ended = session.get(UserTask, task_id)
        if ended is None or not may_work(ended, actor):
            raise NotFound("未找到该事项，或您无权办理。")
        raise Conflict("该事项已由他人办理或已终止，请刷新。")
    if not may_work(task, actor):
        raise NotFound("未找到该事项，或您无权办理。")
    note_place(session, task, actor)
    return task, token
