"""Room sending_back: 退回 to any earlier step of the case, in order or straight back, finished branches kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseFile
from models.people import User
from models.refusal import Conflict, Refusal
from models.sending_back import Mode, SendingBack
from models.workflow import OPEN, TaskDraft, UserTask
from processes import worklist
from processes.back_target import Target, study
from processes.clock_again import ended_clocks
from processes.engine.instance import Instance
from processes.engine.migration import places
from processes.engine.relocation import relocate
from processes.notification import tell, tell_departments
from processes.task_check import (
    check_listed,
    check_not_paused,
    check_separation,
    check_submittable,
    keep_late_reason,
    reason_of,
)
from processes.task_hands import ask_again, given_out
from processes.undoing import done_in_force, drop_waiting, supersede
from processes.workflow import Token, move, standing, token_read

_GONE = "该环节不在可以退回的环节之中，请刷新后重新选择。"


@dataclass(frozen=True)
class Wish:
    """What was asked for when a step went back; `left`: the places that the token has left."""

    mode: Mode
    reason: str
    left: Sequence[str]
    actor: User
    # 超期原因 of the step that goes back, where its term has ended.
    late_reason: str = ""


def targets_for(session: Session, task: UserTask, actor: User) -> list[Target]:
    """As `targets`. Raises Forbidden for whom the separation of duties keeps from the step."""
    token = token_read(session, task.case)
    check_separation(session, token, task, actor)
    return _targets(session, token, task)


def targets(session: Session, task: UserTask) -> list[Target]:
    """Every earlier step that this case has done, newest first, with what going back there means or why it cannot."""
    return _targets(session, token_read(session, task.case), task)


def _targets(session: Session, token: Token, task: UserTask) -> list[Target]:
    done = done_in_force(session, task.case_id)
    return study(session, token, standing(session, token), task.element_id, done)


def number_of(session: Session, task: UserTask) -> str:
    """The number of a task's case."""
    return session.get_one(CaseFile, task.case_id).number


def may_send_back(task: UserTask, actor: User) -> bool:
    """Whether it is this person's to send back at all: an open step that he has, or could take; never an applicant's."""
    return task.status == OPEN and not (task.is_applicants or task.board) and worklist.may_work(task, actor)


def send_back(
    session: Session, task_id: int, target: str, mode: str, reason: str, actor: User, *, late_reason: str = ""
) -> SendingBack:
    """退回: what comes after `target` is superseded, and the step is done again by whoever did it.

    `mode` (Mode.IN_ORDER, Mode.DIRECT) says what follows then. A step that is past its term goes back only with
    `late_reason`, as it is completed only with one (A-12). Raises Refusal, Conflict, Forbidden, NotFound.
    """
    task, token = worklist.open_task(session, task_id, actor)
    reason, wanted = reason_of(reason, label="退回理由"), _mode(mode)
    if task.is_applicants:
        raise Refusal("由申请人办理的环节不能退回。")
    check_listed(task, "退回")
    worklist.check_held(task, actor)
    check_submittable(task, actor)
    check_separation(session, token, task, actor)
    made: list[tuple[Target, Sequence[str], str]] = []

    def act(instance: Instance) -> None:
        if not instance.is_ready(task.engine_task_id):
            raise Conflict("该事项已终止或已由他人办理，请刷新。")
        check_not_paused(session, task)
        found = _chosen(session, token, instance, task, target)
        left = sorted(places(instance) - found.standing)
        late = keep_late_reason(session, task, {"late_reason": late_reason})
        made.append((found, left, late))
        go_back(session, token, instance, found, wanted)

    move(session, token, act)
    if wanted is Mode.IN_ORDER:
        # What was typed and not submitted is personal data without a purpose from now on.
        session.execute(delete(TaskDraft).where(TaskDraft.task_id == task.id))
    found, left, late = made[0]
    wish = Wish(wanted, reason, left, actor, late)
    row = record(session, token, task, found, wish)
    _tell(session, token, row, found, actor)
    return row


def _mode(mode: str) -> Mode:
    if mode not in (Mode.IN_ORDER, Mode.DIRECT):
        raise Refusal("请选择重新办理后的去向。", "mode")
    return Mode(mode)


def _chosen(session: Session, token: Token, instance: Instance, task: UserTask, target: str) -> Target:
    done = done_in_force(session, token.case.id)
    found = study(session, token, instance, task.element_id, done)
    chosen = next((one for one in found if one.element_id == target), None)
    if chosen is None:
        raise Refusal(_GONE, "target")
    if chosen.refused:
        raise Refusal(chosen.refused, "target")
    return chosen


def go_back(session: Session, token: Token, instance: Instance, target: Target, mode: Mode) -> None:
    """Mark what does not count any more and put the token where the step is done again."""
    undone = target.undone if mode is not Mode.DIRECT else (target.element_id,)
    supersede(session, token.case, _fallen(target, mode))
    token.stored.moves += 1
    token.rows.ended = ended_clocks(session, token.case)
    if target.done_by_id is not None:
        token.rows.holders[target.element_id] = target.done_by_id
    relocate(instance, target.standing, undone)
    instance.fire_due()


def record(session: Session, token: Token, task: UserTask, target: Target, wish: Wish) -> SendingBack:
    """The row of a sending back or a recall, once the step is open again, and its line of the log."""
    session.flush()
    drop_waiting(session, token.case)
    again = next(
        row
        for row in token.rows.tasks.values()
        if row.status == OPEN and row.element_id == target.element_id and row.id != task.id
    )
    row = SendingBack(
        case_id=token.case.id,
        mode=wish.mode.value,
        from_task_id=task.id,
        from_step=task.name,
        to_element=target.element_id,
        to_step=target.name,
        to_task_id=again.id,
        left=list(wish.left),
        reason=wish.reason,
        actor_id=wish.actor.id,
        at=now(),
        outcome="",
    )
    session.add(row)
    session.flush()
    _log(session, token, row, target, task, wish)
    if target.rows:
        ask_again(session, token.case, target.rows[0], again, wish.actor)
    return row


def _fallen(target: Target, mode: Mode) -> Sequence[UserTask]:
    """The finished steps that do not count any more: of a direct return the step itself alone."""
    return target.rows if mode is not Mode.DIRECT else target.rows[:1]


def _log(
    session: Session, token: Token, row: SendingBack, target: Target, task: UserTask, wish: Wish
) -> None:
    """The line of the log, of a recall as of a sending back."""
    new = {
        "element": task.element_id,
        "task": task.id,
        "to": target.element_id,
        "to_task": row.to_task_id,
        "superseded": [one.id for one in _fallen(target, wish.mode)],
        "places": sorted(target.standing),
        "holders": given_out(token.rows.tasks.values(), token.rows.known),
    }
    action, summary = "task.recalled", f"撤回“{task.name}”的办理结果，重新办理"
    if wish.mode is not Mode.RECALL:
        action, summary = (
            "task.returned",
            f"将“{task.name}”退回“{target.name}”（{row.title}）：{row.reason}",
        )
        new |= {"mode": row.mode, "reason": row.reason}
    if wish.late_reason:
        new["late_reason"] = wish.late_reason
    audit.record(session, action, summary, actor=wish.actor, case=token.case, new=new)


def _tell(session: Session, token: Token, row: SendingBack, target: Target, actor: User) -> None:
    """Whoever has the step again, or his office; and whoever has lost an open step by it."""
    about = f"{token.case.number} {token.case.applicant_name}："
    again = next(one for one in token.rows.tasks.values() if one.id == row.to_task_id)
    text = f"{about}{actor.name}将案卷退回“{target.name}”，请重新办理。退回理由：{row.reason}"
    if again.assignee_id is not None:
        tell(session, {again.assignee_id} - {actor.id}, "task", text, token.case)
    else:
        tell_departments(session, [again.department_id], text, token.case)
    ended = [one for one in token.rows.tasks.values() if one.status != OPEN and one.id != row.from_task_id]
    for lost in ended:
        if lost.assignee_id is not None:
            text = f"{about}案卷已退回“{target.name}”，“{lost.name}”终止，您暂不需要办理。"
            tell(session, {lost.assignee_id} - {actor.id}, "task", text, token.case)
