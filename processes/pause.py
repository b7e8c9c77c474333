"""Room deadline: pausing a clock for a listed reason (暂停计时), and counting on afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, Deadline
from models.letter import LetterKind
from models.pause import Pause, PauseKind, pauses_of
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.words import said
from models.workflow import OPEN, UserTask
from processes.case_clock import end_pause
from processes.deadline import arm, new_clock, recompute
from processes.engine.instance import Instance
from processes.letter import issue
from processes.notification import supervisors_of, tell
from processes.workflow import Token, move, token_of_task
from processes.worklist import may_work, open_task


@dataclass(frozen=True)
class Asked:
    """What a clerk states when a clock is to stand still; `limit_days` are working days."""

    kind: PauseKind
    reason: str
    limit_days: int
    items: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    delivery_method: str = "direct"


def ask(session: Session, task_id: int, asked: Asked, actor: User) -> Pause:
    """Pause the clock of a task, or ask the head of the department where his approval is needed.

    Raises Refusal (no clock, over, paused, wrong limit), Conflict, Forbidden, NotFound.
    """
    task, token = open_task(session, task_id, actor)
    if task.assignee_id != actor.id:
        raise Conflict("请先签收该事项，再申请暂停计时。")
    if task.is_delegated:
        raise Conflict("该事项系他人委派，由委派人申请暂停计时。")
    _check(asked)
    made: list[Pause] = []

    def act(instance: Instance) -> None:
        clock = _pausable(session, token, task, instance)
        pause = _new_pause(session, token.case, clock, asked, actor)
        if asked.kind.needs_approval:
            _ask_head(session, token.case, task, pause, actor)
        else:
            _begin(session, token.case, task, pause, asked.delivery_method, actor)
        made.append(pause)

    move(session, token, act)
    return made[0]


def decide(session: Session, pause_id: int, decision: str, text: str, actor: User) -> Pause:
    """The head of the department approves (`approve`) or refuses (`refuse`) a pause; never his own request.

    Raises Refusal when the term has ended meanwhile, Conflict when it was decided before.
    """
    pause, task, token = _of(session, pause_id, actor)
    actor.require(Permission.EXTENSION_APPROVE)
    if pause.requested_by_id == actor.id:
        raise Forbidden("暂停计时不得由申请人本人批准。")
    if not said(text):
        raise Refusal("请填写审批意见。", "decision_text")

    def act(instance: Instance) -> None:
        if not pause.is_asked:
            raise Conflict("该暂停申请已经审批，请刷新。")
        pause.decision = decision
        pause.decided_by_id, pause.decided_at, pause.decision_text = actor.id, now(), text.strip()
        if decision == "approve":
            _pausable(session, token, task, instance)
            _begin(session, token.case, task, pause, "direct", actor)
        else:
            _record(session, token.case, "deadline.pause_refused", f"不同意{pause.title}暂停计时", actor)
            tell(session, [pause.requested_by_id], "task", _refused_text(token.case, pause), token.case)

    move(session, token, act)
    return pause


def resume(session: Session, pause_id: int, on: date, result: str, actor: User) -> Pause:
    """Count on: `on` is the day on which the reason ended (materials complete, inspection done).

    Raises Refusal for a day before the pause or in the future, Conflict when the clock counts already.
    """
    pause, task, token = _of(session, pause_id, actor)
    if task.assignee_id != actor.id and not actor.may(Permission.TASK_ASSIGN):
        raise Forbidden("由经办人或部门负责人恢复计时。")

    def act(instance: Instance) -> None:
        if not pause.is_open or pause.paused_on is None:
            raise Conflict("该时限已经恢复计时，请刷新。")
        if not pause.paused_on <= on <= today():
            raise Refusal("恢复日期不得早于暂停之日，也不得晚于今日。", "resumed_on")
        if not result.strip():
            raise Refusal("请填写办理结果。", "result")
        end_pause(session, token.case, pause, on, result.strip(), actor)
        # A day long past may leave the term ended already: it is told at once.
        token.rows.move_timers(instance)
        instance.fire_due()

    move(session, token, act)
    return pause


def _check(asked: Asked) -> None:
    if not asked.reason.strip():
        raise Refusal("请写明暂停计时的事由。", "reason")
    if not 1 <= asked.limit_days <= asked.kind.days:
        raise Refusal(f"{asked.kind.label}的期限应为 1 至 {asked.kind.days} 个工作日。", "limit_days")
    if asked.kind is PauseKind.SUPPLEMENT and not asked.items:
        raise Refusal("请一次性列明需补正的全部材料。", "items")


def _pausable(session: Session, token: Token, task: UserTask, instance: Instance) -> Deadline:
    if not instance.is_ready(task.engine_task_id):
        # An event that was due before this knock has ended the step.
        raise Conflict("该事项已终止或已由他人办理，请刷新。")
    clock = session.get(Deadline, task.deadline_id) if task.deadline_id else None
    is_applicants = task.assignee_id is not None and task.assignee_id == token.case.applicant_user_id
    if clock is None or is_applicants:
        raise Refusal("该环节没有可以暂停的办理时限。")
    if clock.is_paused:
        raise Conflict("该时限已暂停计时，请刷新。")
    if clock.due_on < today():
        raise Refusal("时限已届满，不能暂停计时。")
    if clock.due_on == today():
        # The day of the pause itself counts (D-02): nothing of the term would be left.
        raise Refusal("今日为时限最后一日，暂停自次日起计，已不能停止计时，请于今日内办结。")
    return clock


def _new_pause(session: Session, case: CaseFile, clock: Deadline, asked: Asked, actor: User) -> Pause:
    waiting = select(Pause).where(
        Pause.deadline_id == clock.id, Pause.decision == "", Pause.paused_on.is_(None)
    )
    if session.scalars(waiting).first() is not None:
        raise Conflict("已有暂停申请等待审批，请刷新。")
    pause = Pause(
        case_id=case.id,
        deadline_id=clock.id,
        kind=asked.kind.value,
        basis=asked.kind.basis,
        reason=asked.reason.strip(),
        items=[dict(item) for item in asked.items],
        limit_days=asked.limit_days,
        requested_by_id=actor.id,
        requested_at=now(),
    )
    session.add(pause)
    session.flush()
    return pause


def _ask_head(session: Session, case: CaseFile, task: UserTask, pause: Pause, actor: User) -> None:
    text = f"{case.number} {case.applicant_name}：{actor.name}申请因{pause.title}暂停“{task.name}”的计时，请审批。"
    _record(
        session, case, "deadline.pause_requested", f"申请因{pause.title}暂停计时", actor, reason=pause.reason
    )
    tell(session, set(supervisors_of(session, task.department_id)) - {actor.id}, "task", text, case)


def _begin(
    session: Session, case: CaseFile, task: UserTask, pause: Pause, delivery_method: str, actor: User
) -> None:
    clock = session.get_one(Deadline, pause.deadline_id)
    limit = new_clock(case, PAUSE_LIMIT, f"{pause.title}期限", pause.basis, today(), pause.limit_days)
    limit.warn_by("")
    arm(session, limit)
    pause.paused_on, pause.limit_deadline_id = today(), limit.id
    recompute(session, case, clock, "pause", actor)
    content = {
        "step": task.name,
        "clock": clock.name,
        "kind": pause.title,
        "basis": pause.basis,
        "reason": pause.reason,
        "items": pause.items,
        "paused_on": pause.paused_on,
        "limit_days": pause.limit_days,
        "limit_on": limit.due_on,
        "provisional": limit.provisional,
    }
    letter = issue(
        session,
        case,
        LetterKind.PAUSE,
        content,
        actor=actor,
        delivery_method=delivery_method,
        delivered_on=today(),
    )
    # The applicant asks the clerk who has the step, also where a head has agreed.
    letter.issued_by_id = pause.requested_by_id
    session.flush()
    pause.letter_id = letter.id
    _tell_applicant(session, case, pause, limit)
    _flag_repeated(session, case, task, pause, actor)
    text = f"{clock.name}因{pause.title}暂停计时，期限至 {limit.due_on.isoformat()}"
    new = {"clock": clock.id, "paused_on": pause.paused_on, "reason": pause.reason}
    _record(session, case, "deadline.paused", text, actor, **new)


def _flag_repeated(session: Session, case: CaseFile, task: UserTask, pause: Pause, actor: User) -> None:
    """A-16: what is missing is told once; a second list by the same body is put before its head."""
    earlier = [row for row in pauses_of(session, case) if row.deadline_id == pause.deadline_id and row.span]
    if pause.kind != PauseKind.SUPPLEMENT or not any(
        row.kind == pause.kind and row.id != pause.id for row in earlier
    ):
        return
    text = f"{case.number}：“{task.name}”再次要求补正，请核查是否应在首次一次性告知。"
    audit.record(session, "supplement.repeated", text, actor=actor, case=case)
    tell(session, supervisors_of(session, task.department_id), "repeated", text, case)


def _tell_applicant(session: Session, case: CaseFile, pause: Pause, limit: Deadline) -> None:
    if case.applicant_user_id is None:
        return
    wanted = "请在期限内补齐所列材料。" if pause.kind == PauseKind.SUPPLEMENT else "所需时间不计入办理时限。"
    text = f"{case.number}：因{pause.title}暂停计时，期限至 {limit.due_on.isoformat()}，{wanted}"
    tell(session, [case.applicant_user_id], "task", text, case)


def _refused_text(case: CaseFile, pause: Pause) -> str:
    return (
        f"{case.number} {case.applicant_name}：暂停计时申请未获同意（{pause.decision_text}），时限照常计算。"
    )


def _of(session: Session, pause_id: int, actor: User) -> tuple[Pause, UserTask, Token]:
    """A pause with the open task of its clock, the case locked. Raises NotFound, Conflict."""
    found = session.execute(
        select(Pause, UserTask.id)
        .join(UserTask, UserTask.deadline_id == Pause.deadline_id)
        .where(Pause.id == pause_id, UserTask.status == OPEN)
    ).first()
    if found is None:
        raise NotFound("未找到该暂停记录，或所属环节已经办结。")
    token = token_of_task(session, found[1])
    task = next((row for row in token.rows.tasks.values() if row.id == found[1]), None) if token else None
    if token is None or task is None or not may_work(task, actor):
        raise NotFound("未找到该暂停记录，或您无权办理。")
    pause = found[0]
    session.refresh(pause)
    return pause, task, token


def _record(session: Session, case: CaseFile, action: str, text: str, actor: User | None, **new: Any) -> None:
    audit.record(session, action, text, actor=actor, case=case, new=new)
