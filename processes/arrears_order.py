"""Room arrears, order: the step that somebody wants to do now, or why it is not its turn (B-19…B-21, D-37)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.arrears import ArrearsFile, file_numbered
from models.calendar import today
from models.case import CaseFile, locked, require_open
from models.compensation import compensation_of
from models.people import User
from models.refusal import Conflict, Refusal
from models.workflow import IS_OPEN, UserTask
from processes.workflow import advance

# What is done over the REST door under which name → element of the drawing, and how many stages come before it.
ACTS = {
    "report": ("day_one_collection", 0),
    "demand": ("demand_notice", 1),
    "application": ("compensation_application", 2),
    "consent": ("compensation_consent", 3),
    "collection": ("further_collection", 3),
    "payment": ("compensation_payment", 4),
    "confirmation": ("compensation_confirmation", 5),
    "recovery": ("recovery", 6),
}


def step_for(session: Session, number: str, act: str, actor: User) -> UserTask:
    """The open task of an act, with what was due before fired. Raises NotFound, Conflict, Refusal saying what is first."""
    element, before = ACTS[act]
    file, case = file_numbered(session, number, actor)
    require_open(case)
    advance(session, locked(session, case.id), lambda _instance: None)
    query = select(UserTask).where(UserTask.case_id == case.id, UserTask.element_id == element, IS_OPEN)
    task = session.scalars(query.options(joinedload(UserTask.case))).first()
    if task is None:
        require_open(case)
        raise _refusal(session, file, case, before)
    return task


def _refusal(session: Session, file: ArrearsFile, case: CaseFile, before: int) -> Refusal:
    for reached, text in _stages(session, file)[:before]:
        if not reached:
            return Refusal(text)
    return Conflict(f"该案卷当前为“{case.state.label}”，不能办理此事项。")


def _stages(session: Session, file: ArrearsFile) -> list[tuple[bool, str]]:
    """Each stage, and what is said while it has not been reached."""
    paid, day = compensation_of(session, file), file.demand_on.isoformat()
    return [
        (today() >= file.demand_on, f"贷款逾期未满{file.demand_day}日（{day} 满），不能办理。"),
        (file.demanded_on is not None, "尚未发放催收通知书，不能办理。"),
        (file.applied_on is not None, "经办银行尚未申请代偿，不能办理。"),
        (file.consented_on is not None, "旗金融服务中心尚未同意代偿，不能办理。"),
        (paid is not None, "担保公司尚未付款，不能办理。"),
        (paid is not None and paid.confirmed_on is not None, "经办银行尚未确认到账，不能办理。"),
    ]
