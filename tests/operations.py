"""A random walk on which people also do what offices do: give on, delegate, ask, set aside, send back, recall, repair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import today
from models.case import CaseFile
from models.copying import CaseCopy
from models.database import reading, transaction
from models.people import User
from models.refusal import Refusal
from models.sending_back import Mode
from models.task_review import LIVE, ReviewKind, TaskReview
from models.workflow import DONE, OPEN, UserTask
from processes import (
    comment,
    copying,
    delegation,
    fact_correction,
    follow_up,
    reassignment,
    recall,
    sending_back,
    set_aside,
    submission,
    task_review,
    token_repair,
    urging,
)
from processes.engine.marking import markings
from processes.submission import HandedIn
from processes.workflow import token_read
from tests.batching import Batching
from tests.moving_back import MANAGERS
from tests.walk import good_answers
from tests.webapp.knock import typed
from tests.world import on
from webapp import review_door

OWNERS = ("liucheng", "liucheng2")


@dataclass
class Operations(Batching):
    """One case; every act is a public verb, done by somebody who may or may not be entitled."""

    sent_back: int = 0
    moved: int = 0

    def knock(self) -> None:
        """As `Walk.knock`, with the operations of the office among the acts."""
        office = [
            self.give_on,
            self.delegate,
            self.hand_back,
            self.ask_opinion,
            self.submit,
            self.give_opinion,
        ]
        office += [
            self.put_aside,
            self.take_up,
            self.talk,
            self.send_back,
            self.send_back,
            self.take_back_own,
        ]
        office += [self.move_token, self.correct]
        office += [self.be_away, self.come_back, self.work_for, self.hand_over, self.order, self.answer_order]
        office += [self.batch, self.batch, self.unbatch]
        acts = [self.answer] * 6 + [self.wait, self.fire, self.claim, self.stand_still, self.go_on, *office]
        act = self.choose(acts)
        self.log.append(f"{self.day} {act.__name__}")
        with on(self.day):
            try:
                act()
            except Refusal as refusal:
                self.refused += 1
                self.log.append(refusal.message)

    def give_on(self) -> None:
        """转办."""
        task, who, other = self._held()
        with transaction() as session:
            reassignment.reassign(
                session, task.id, self._id(session, other), "外出", self.world.user(session, who)
            )

    def delegate(self) -> None:
        """委派."""
        task, who, other = self._held()
        with transaction() as session:
            delegation.delegate(
                session, task.id, self._id(session, other), "请核实", self.world.user(session, who)
            )

    def hand_back(self) -> None:
        """交回 or 收回."""
        task, who, _other = self._held()
        with transaction() as session:
            actor = self.world.user(session, who)
            if self.choose([True, False]):
                delegation.hand_back(session, task.id, "已核实", actor)
            else:
                delegation.take_back(session, task.id, actor)

    def ask_opinion(self) -> None:
        """加签."""
        task, who, other = self._held()
        when = self.choose([ReviewKind.BEFORE, ReviewKind.AFTER])
        with transaction() as session:
            actor = self.world.user(session, who)
            task_review.add_reviewer(session, task.id, self._id(session, other), when, "请复核", actor)

    def submit(self) -> None:
        """As a page submits: at once, or sealed for opinions."""
        task, who, _other = self._held()
        with transaction() as session:
            case = session.get_one(CaseFile, task.case_id)
            given = HandedIn(good_answers(case, task.form_key), typed(task.form_key), None)
            submission.hand_in(session, task.id, self.world.user(session, who), given)

    def give_opinion(self) -> None:
        """会签意见 or 减签; the last one carries out what was submitted."""
        with reading() as session:
            query = select(TaskReview).where(TaskReview.case_id == self.case_id, TaskReview.state.in_(LIVE))
            rows = session.scalars(query.order_by(TaskReview.id)).all()
            if not rows:
                raise Refusal("没有会签。")
            row = self.choose(rows)
            actor = session.get_one(User, self.choose([row.reviewer_id, row.asked_by_id]))
            session.expunge_all()
        if self.choose([True, True, False]):
            review_door.answer(row.id, self.choose([True, True, False]), "已复核", actor)
        else:
            review_door.remove(row.id, actor)

    def put_aside(self) -> None:
        """挂起."""
        task, who, _other = self._held()
        with transaction() as session:
            until = today() + timedelta(days=self.choose([1, 2, 5]))
            set_aside.set_aside(session, task.id, until, "等待材料", self.world.user(session, who))

    def take_up(self) -> None:
        """恢复."""
        task, who, _other = self._held()
        with transaction() as session:
            set_aside.take_up(session, task.id, self.world.user(session, who))

    def talk(self) -> None:
        """A remark, a copy, an urging, a day to look again."""
        task, who, other = self._held()
        with transaction() as session:
            actor, case = self.world.user(session, who), session.get_one(CaseFile, self.case_id)
            act = self.choose(["say", "copy", "urge", "follow", "again"])
            if act == "say":
                row = comment.say(session, case, "请注意", [self._id(session, other)], actor)
                if self.choose([True, False]):
                    comment.withdraw(session, row.id, actor)
            elif act == "copy":
                copying.copy_to(session, case.id, [self._id(session, other)], "供参考", actor)
            elif act == "again":
                self._read_copy(session)
            elif act == "urge":
                urging.urge(session, task.id, "请尽快", self.world.user(session, "renshe0"))
            else:
                follow_up.follow_up(session, task.id, today() + timedelta(days=2), "再看", actor)

    def _read_copy(self, session: Session) -> None:
        """已阅, a second time too."""
        copies = session.scalars(select(CaseCopy).where(CaseCopy.case_id == self.case_id)).all()
        if not copies:
            raise Refusal("没有抄送。")
        row = self.choose(copies)
        copying.read_copy(session, row.id, session.get_one(User, row.user_id))

    def send_back(self) -> None:
        """退回 to any earlier step, possible or not."""
        task, who, _other = self._held()
        with reading() as session:
            done = select(UserTask.element_id).where(
                UserTask.case_id == self.case_id, UserTask.status == DONE
            )
            steps = sorted(set(session.scalars(done))) or ["acceptance"]
        mode = self.choose([Mode.IN_ORDER.value, Mode.DIRECT.value])
        with transaction() as session:
            actor, late = self.world.user(session, who), self.choose(["", "人手不足"])
            to = self.choose(steps)
            sending_back.send_back(session, task.id, to, mode, "材料有误", actor, late_reason=late)
        self.sent_back += 1

    def take_back_own(self) -> None:
        """撤回 by whoever did the last step."""
        with reading() as session:
            query = select(UserTask).where(UserTask.case_id == self.case_id, UserTask.done_by_id.is_not(None))
            row = session.scalars(query.order_by(UserTask.id.desc())).first()
            if row is None:
                raise Refusal("没有已办事项。")
            who = session.get_one(User, row.done_by_id).username
        with transaction() as session:
            recall.recall(session, row.id, self.world.user(session, who))
        self.sent_back += 1

    def move_token(self) -> None:
        """流程位置调整 to any marking of the drawing, by two owners."""
        with reading() as session:
            token = token_read(session, session.get_one(CaseFile, self.case_id))
            possible = sorted(sorted(one) for one in markings(token.definition.spec_json) or () if one)
        places = self.choose(possible)
        with transaction() as session:
            owner = self.world.user(session, OWNERS[0])
            after = token_repair.preview(session, self.case_id, places, owner).after
            if after["skipped"] or after["aside"]:
                raise Refusal("越过了没有办理的环节。")
            move_id = token_repair.propose(session, self.case_id, places, "误操作", owner).id
        with transaction() as session:
            second = self.world.user(session, OWNERS[1])
            try:
                token_repair.agree(session, move_id, second)
                self.moved += 1
            except Refusal:
                session.rollback()
                raise

    def correct(self) -> None:
        """事实更正 of the day of receipt or acceptance."""
        fact = self.choose(["received_on", "accepted_on"])
        value = (today() - timedelta(days=self.choose([0, 1, 3]))).isoformat()
        first, second = MANAGERS
        with transaction() as session:
            leader = self.world.user(session, first)
            row = fact_correction.propose(session, self.case_id, fact, value, "登记有误", leader).id
        with transaction() as session:
            fact_correction.agree(session, row, self.world.user(session, second))

    def finish(self, limit: int = 40) -> str:
        """Good answers from here on, once nothing hangs on the open steps."""
        with on(self.day):
            self.fire()
            self._let_go()
        return super().finish(limit)

    def _let_go(self) -> None:
        """Nobody is asked, nothing is set aside or delegated any more."""
        with reading() as session:
            tasks = [] if self.is_over else self._tasks(session)
        for task in tasks:
            with transaction() as session:
                row = session.get_one(UserTask, task.id)
                if row.is_sealed and row.assignee_id:
                    submission.withdraw_submission(session, row.id, session.get_one(User, row.assignee_id))
            with transaction() as session:
                row = session.get_one(UserTask, task.id)
                if row.owner_id:
                    delegation.take_back(session, row.id, session.get_one(User, row.owner_id))
            self._drop_reviews(task)
            with transaction() as session:
                row = session.get_one(UserTask, task.id)
                if row.status == OPEN and row.is_set_aside and row.assignee_id:
                    set_aside.take_up(session, row.id, session.get_one(User, row.assignee_id))

    def _drop_reviews(self, task: UserTask) -> None:
        with reading() as session:
            query = select(TaskReview.id).where(TaskReview.task_id == task.id, TaskReview.state.in_(LIVE))
            ids = session.scalars(query).all()
            holder = session.get_one(UserTask, task.id).holder_id
            actor = session.get(User, holder) if holder else None
            session.expunge_all()
        for review_id in ids:
            if actor is not None:
                review_door.remove(review_id, actor)
