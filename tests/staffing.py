"""A random walk on which people are away, stand in, leave for good, and are ordered to hurry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import today
from models.database import reading, transaction
from models.people import Role, User
from models.refusal import Refusal
from models.substitute import Substitute
from models.supervision import Supervision
from models.workflow import UserTask
from processes import handover, substitute, worklist
from processes.substitute import Wanted
from processes.supervision_order import Demand, answer_supervision, close_order, order_task
from tests.walk import Walk


@dataclass
class Staffing(Walk):
    """What is done about the people of a case rather than about its steps."""

    def be_away(self) -> None:
        """代办 set by whoever has a step, for some days from today."""
        _task, who, other = self._held()
        with transaction() as session:
            actor, days = self.world.user(session, who), timedelta(days=self.choose([0, 2, 30]))
            wanted = Wanted(actor.id, self._id(session, other), today(), today() + days, "出差")
            substitute.set_substitute(session, wanted, actor)

    def come_back(self) -> None:
        """代办 ended before its last day."""
        with transaction() as session:
            rows = session.scalars(select(Substitute).order_by(Substitute.id)).all()
            if not rows:
                raise Refusal("没有代办。")
            row = self.choose(rows)
            substitute.end(
                session, row.id, session.get_one(User, self.choose([row.absent_id, row.stand_in_id]))
            )

    def work_for(self) -> None:
        """A step taken in another's place, and given back, or done with good answers."""
        with reading() as session:
            open_tasks = [one for one in self._tasks(session) if one.assignee_id]
            pairs = [(one, row.stand_in_id) for row in session.scalars(select(Substitute).order_by(Substitute.id))
                     for one in open_tasks if one.assignee_id == row.absent_id]  # fmt: skip
            if not pairs:
                raise Refusal("没有可以代办的事项。")
            task, stand_in = self.choose(pairs)
            who = session.get_one(User, stand_in).username
        with transaction() as session:
            worklist.claim(session, task.id, self.world.user(session, who))
        if self.choose([True, False]):
            self._complete(task, who, {})
        else:
            with transaction() as session:
                worklist.release(session, task.id, self.world.user(session, who))

    def hand_over(self) -> None:
        """离职移交 of all that one has, by the head of his office."""
        _task, who, other = self._held()
        with transaction() as session:
            leaver = self.world.user(session, who)
            head = session.scalars(
                select(User).where(User.department_id == leaver.department_id, User.role == Role.SUPERVISOR)
            ).first()
            handover.hand_over(session, leaver.id, self._id(session, other), "离职", head or leaver)

    def order(self) -> None:
        """督办 of an open step."""
        task, _who, _other = self._held()
        with transaction() as session:
            demand = Demand("请尽快办理", today() + timedelta(days=7))
            order_task(session, task.id, demand, self.world.user(session, "lingdao"))

    def answer_order(self) -> None:
        """答复督办 by its office, or 办结 by whoever issued it."""
        with transaction() as session:
            query = select(Supervision).where(Supervision.case_id == self.case_id).order_by(Supervision.id)
            rows = session.scalars(query).all()
            if not rows:
                raise Refusal("没有督办。")
            row, head = self.choose(rows), User.role == Role.SUPERVISOR
            if self.choose([True, False]):
                close_order(session, row.id, "已办结", self.world.user(session, "lingdao"))
            else:
                office = select(User).where(User.department_id == row.department_id, head).order_by(User.id)
                answer_supervision(session, row.id, "正在办理", session.scalars(office).unique().one())

    def _held(self) -> tuple[UserTask, str, str]:
        """An open step, whoever has it (or takes it now), and somebody else of the house."""
        task, who = self._somebody()
        with reading() as session:
            names: Any = session.scalars(select(User.username).order_by(User.id)).all()
        if self.choose([True, True, False]):
            with transaction() as session:
                worklist.claim(session, task.id, self.world.user(session, who))
        return task, who, self.choose(names)

    def _id(self, session: Session, username: str) -> int:
        return self.world.user(session, username).id
