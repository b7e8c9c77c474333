"""Cases on their way back, for tests: how far a case has come, and what is open and counts after it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.case import CaseFile
from models.database import reading, transaction
from models.people import User
from models.sending_back import SendingBack, sendings_back_of
from models.workflow import DONE, UserTask
from processes import recall, sending_back
from tests.world import World, answers

ORDER = ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation", "bank_acceptance")

# Two who see every case of the sample county and may repair it: facts are corrected by such.
MANAGERS = ("lingdao", "lingdao2")


def at_step(world: World, upto: str, **over: Any) -> int:
    """A case whose next open step is `upto`, done by the usual people."""
    case_id = world.submitted(**over)
    for form_key in ORDER:
        if upto in world.open_tasks(case_id):
            return case_id
        world.complete(case_id, form_key, answers(form_key))
    assert upto in world.open_tasks(case_id), world.open_tasks(case_id)
    return case_id


def sent_back(
    world: World,
    case_id: int,
    step: str,
    to: str,
    who: str,
    mode: str = "in_order",
    *,
    late_reason: str = "人手不足",
) -> SendingBack:
    """The open step sent back by that person."""
    task_id = world.open_tasks(case_id)[step]
    with transaction() as session:
        actor = world.user(session, who)
        return sending_back.send_back(
            session, task_id, to, mode, "材料有误，请核实", actor, late_reason=late_reason
        )


def recalled(world: World, case_id: int, step: str, who: str) -> SendingBack:
    """The last finished step of that element taken back."""
    with transaction() as session:
        return recall.recall(session, done_task(case_id, step), world.user(session, who))


def done_task(case_id: int, element: str) -> int:
    """The newest finished row of a step."""
    with reading() as session:
        query = select(UserTask.id).where(
            UserTask.case_id == case_id, UserTask.element_id == element, UserTask.status == DONE
        )
        return session.scalars(query.order_by(UserTask.id.desc())).first() or 0


def counting(case_id: int) -> list[str]:
    """The elements of the finished steps that still count, in order."""
    with reading() as session:
        query = select(UserTask.element_id).where(
            UserTask.case_id == case_id, UserTask.status == DONE, UserTask.superseded_at.is_(None)
        )
        return list(session.scalars(query.order_by(UserTask.done_at, UserTask.id)))


def holders(case_id: int) -> dict[str, str]:
    """Open step → login name of whoever has it."""
    from models.workflow import OPEN

    with reading() as session:
        query = select(UserTask.element_id, User.username).outerjoin(User, User.id == UserTask.assignee_id)
        rows = session.execute(query.where(UserTask.case_id == case_id, UserTask.status == OPEN))
        return {element: name or "" for element, name in rows}


def history(case_id: int) -> list[SendingBack]:
    """What was sent back and recalled."""
    with reading() as session:
        return sendings_back_of(session, session.get_one(CaseFile, case_id))
