"""Room supervision, targets: about which steps and offices of a case a person may issue an order, and its choice."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.people import User
from models.refusal import Refusal
from models.supervision import Supervision
from models.workflow import UserTask, open_tasks_of
from processes.supervision_order import Demand, names_of, offices_to_order, order, order_task

STEP, OFFICE = "step", "office"


def targets(session: Session, case: CaseFile, actor: User) -> list[tuple[str, str]]:
    """(value, title) of each open step without an order that still runs, then of each office; empty: he may order none."""
    offices = offices_to_order(session, case, actor)
    if not offices or case.state.is_final:
        return []
    names = names_of(session, offices)
    ordered = select(Supervision.task_id).where(
        Supervision.case_id == case.id, Supervision.closed_on.is_(None)
    )
    taken = set(session.scalars(ordered))
    steps = session.scalars(select(UserTask).where(open_tasks_of(case)).order_by(UserTask.id))
    found = [
        (f"{STEP}:{task.id}", f"环节“{task.name}”（{names[task.department_id]}）")
        for task in steps
        if task.department_id in offices and task.id not in taken
    ]
    whole = sorted(names.items(), key=lambda one: one[1])
    return [*found, *((f"{OFFICE}:{key}", f"案卷整体（{name}）") for key, name in whole)]


def order_target(session: Session, case_id: int, target: str, demand: Demand, actor: User) -> Supervision:
    """Issue the order that was chosen. Raises Refusal for a choice that does not exist, and what the verbs raise."""
    kind, _, number = target.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 11):
        raise Refusal("请选择督办事项。", "target")
    if kind == STEP:
        task = session.get(UserTask, int(number))
        if task is None or task.case_id != case_id:
            raise Refusal("请选择督办事项。", "target")
        return order_task(session, task.id, demand, actor)
    return order(session, case_id, int(number), demand, actor)
