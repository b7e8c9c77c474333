"""Room supervision, bulk: 督办 of many open steps at once, each an order with a number of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bulk import BulkRun
from models.calendar import local_date
from models.people import User
from models.supervision import Supervision
from processes.bulk_check import Candidate, open_to, supervises
from processes.supervision_order import Demand, order_task

EFFECT = (
    "每个环节下达一件督办，各有文号，发至该环节的办理部门；到期前一个工作日提醒，逾期未答复的报告主管领导。"
    "时限不变，不能撤销，可逐件办结。"
)


def may_order(candidate: Candidate, actor: User) -> str:
    """Why no order may be issued about it; empty when one may. Whether one still runs is said by the act."""
    if reason := open_to(candidate):
        return reason
    return "" if supervises(candidate, actor) else "您不能督办该部门。"


def numbers(session: Session, run: BulkRun, tasks: Collection[int]) -> dict[int, str]:
    """Step → 文号 of the orders that a batch has issued: a step has one open order at a time."""
    mine = Supervision.issued_by_id == run.actor_id, Supervision.issued_on == local_date(run.created_at)
    query = select(Supervision.task_id, Supervision.number).where(Supervision.task_id.in_(tasks), *mine)
    return {task: number for task, number in session.execute(query.order_by(Supervision.id)) if task}


def order_one(session: Session, task_id: int, actor: User, given: Mapping[str, Any]) -> None:
    """The verb of one step."""
    demand = Demand(str(given["text"]), date.fromisoformat(str(given["due_on"])))
    order_task(session, task_id, demand, actor)
