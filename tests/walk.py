"""A random walk through the real drawing by public verbs; laws and kill tests drive it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import today
from models.calendar_draft import Typed, read_rows
from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.pause import Pause, PauseKind, pauses_of
from models.people import Role, User
from models.refusal import Refusal
from models.workflow import OPEN, UserTask
from processes import calendar, pause, withdrawal, worklist
from processes.task_check import barred_by
from processes.workflow import token_read
from tests.world import World, answers, on

T = TypeVar("T")
Choose = Callable[[Sequence[T]], T]

SECURED = {"amount": "200000.00", "total_amount": "200000.00", "waiver_claimed": False}
APPLICATIONS: list[tuple[str, dict[str, Any]]] = [
    ("person", {}),
    ("person", {"amount": "100000.00", "total_amount": "100000.00"}),
    ("person", SECURED),
    ("small_enterprise", {}),
]
ITEMS = [{"material": "营业执照", "problem": "复印件不清晰", "requirement": "重新提交"}]
OTHER = [{"material": "身份证", "problem": "已过期", "requirement": "换发后提交"}]
REFUSING = {"decision": "fail", "reason_codes": ["H01"], "reason_text": "不符"}
EXTEND = {"outcome": "extend", "procedure": "mortgage", "extension_reason": "登记排期"}

# Form → ways to answer beside the good one; some of them break a rule on purpose.
OTHER_WAYS: dict[str, list[dict[str, Any]]] = {
    "acceptance": [
        {"result": "incomplete", "items": ITEMS, "delivery_method": "direct"},
        {"result": "incomplete", "items": OTHER, "delivery_method": "direct"},
    ],
    "qualification_review": [REFUSING],
    "due_diligence": [REFUSING, {"counter_guarantee": "surety"}],
    "pre_loan_investigation": [REFUSING],
    "bank_acceptance": [
        REFUSING,
        {"guarantee_type": "mortgage"},
        {"counter_guarantee": "surety", "exception_reason": "风险较高"},
        {"rate": Decimal("24")},
        {"approved_amount": Decimal("99999999.00")},
        {"accepted_on": date(2020, 1, 2)},
    ],
    "counter_guarantee": [{**EXTEND, "extension_days": days} for days in (1, 10, 11)],
    "extension_approval": [{"decision": "refuse"}],
    "disbursement": [{"outcome": "refused"}, {"account_name": "他人"}, {"licence_status": "revoked"}],
}


@dataclass
class Walk:
    """One case on its way; `choose` is the only source of chance, so a run can be repeated."""

    world: World
    choose: Choose[Any]
    day: date = date(2026, 3, 2)
    case_id: int = 0
    refused: int = 0
    log: list[str] = field(default_factory=list)

    def begin(self) -> int:
        """Submit one of the applications, at the window or by the applicant himself."""
        kind, over = self.choose(APPLICATIONS)
        actor = self.choose(["renshe1", "shenqing"])
        with on(self.day):
            self.case_id = self.world.submitted(kind, actor, **over)
        return self.case_id

    def knock(self) -> None:
        """One random act of anybody, or time passing, or the worker."""
        acts = [self.answer] * 6 + [self.wait, self.fire, self.claim, self.intrude]
        acts += [self.stand_still, self.go_on, self.decree]
        act = self.choose(acts)
        self.log.append(f"{self.day} {act.__name__}")
        with on(self.day):
            try:
                act()
            except Refusal as refusal:
                self.refused += 1
                self.log.append(refusal.message)

    def wait(self) -> None:
        """Days go by."""
        self.day += timedelta(days=self.choose([1, 1, 2, 5, 12, 40]))

    def fire(self) -> None:
        """What the worker does: every due timer in a transaction of its own."""
        self.world.fire_due()

    def answer(self) -> None:
        """Somebody entitled completes a step, in one of its ways, with or without a reason for lateness."""
        task, who = self._somebody()
        ways = [{}, {}, *OTHER_WAYS.get(task.form_key, [])]
        late = self.choose([{"late_reason": "补充核查"}, {}])
        self._complete(task, who, {**self.choose(ways), **late})

    def claim(self) -> None:
        """Somebody takes a task, or gives it back."""
        task, who = self._somebody()
        verb = self.choose([worklist.claim, worklist.release])
        with transaction() as session:
            verb(session, task.id, self.world.user(session, who))

    def stand_still(self) -> None:
        """Whoever has a step asks for its clock to stand still."""
        task, who = self._somebody()
        asked = pause.Asked(self.choose(list(PauseKind)), "需要核实", self.choose([1, 5, 10]), ITEMS)
        with transaction() as session:
            actor = self.world.user(session, who)
            worklist.claim(session, task.id, actor)
            pause.ask(session, task.id, asked, actor)

    def go_on(self) -> None:
        """The head decides a request, or lets a clock count on from today or from an earlier day."""
        with transaction() as session:
            case = session.get_one(CaseFile, self.case_id)
            found = [row for row in pauses_of(session, case) if row.is_open or row.is_asked]
            if not found:
                raise Refusal("没有暂停。")
            row = self.choose(found)
            head = self._head(session, row)
            if row.is_asked:
                pause.decide(session, row.id, self.choose(["approve", "refuse"]), "已核", head)
            else:
                ended_on = self.choose([today(), today() - timedelta(days=3)])
                pause.resume(session, row.id, ended_on, "已补齐", head)

    def _head(self, session: Session, row: Pause) -> User:
        tasks = select(UserTask.department_id).where(UserTask.deadline_id == row.deadline_id)
        heads = select(User).where(User.role == Role.SUPERVISOR, User.department_id.in_(tasks))
        return session.scalars(heads).unique().one()

    def decree(self) -> None:
        """A day off is announced for the coming weeks, for everybody's running clocks."""
        day = today() + timedelta(days=self.choose([1, 3, 8, 20]))
        draft = read_rows(day.year, "days", f"测试文〔{day}〕", [Typed(day, None, "off", "测试假日")])
        with transaction() as session:
            calendar.apply(session, calendar.propose(session, draft, None).id, None)

    def intrude(self) -> None:
        """Somebody of the county who may have nothing to do with the step tries it."""
        with reading() as session:
            names = session.scalars(select(User.username).order_by(User.id)).all()
            task = self.choose(self._tasks(session))
        self._complete(task, self.choose(names), {})

    def withdraw(self) -> None:
        """The window withdraws the application on the applicant's word."""
        with on(self.day), transaction() as session:
            withdrawal.withdraw(session, self.case_id, self.world.user(session, "renshe1"), "不再需要")

    def finish(self, limit: int = 15) -> str:
        """Good answers from here on: the case must end, and within `limit` knocks."""
        for _knock in range(limit):
            with on(self.day):
                self.fire()
                if self.is_over:
                    break
                self._resume_all()
                task, who = self._somebody()
                self._complete(task, who, {"late_reason": "补充核查", **self._safe(task)})
        status = self.world.status(self.case_id)
        assert CaseStatus(status).is_final, self.log
        return status

    def _resume_all(self) -> None:
        with transaction() as session:
            case = session.get_one(CaseFile, self.case_id)
            for row in pauses_of(session, case):
                if row.is_open:
                    pause.resume(session, row.id, today(), "已补齐", self._head(session, row))

    @property
    def is_over(self) -> bool:
        return CaseStatus(self.world.status(self.case_id)).is_final

    def _safe(self, task: UserTask) -> dict[str, Any]:
        # An extension can no longer be approved after the old end.
        return {"decision": "refuse"} if task.form_key == "extension_approval" else {}

    def _tasks(self, session: Session) -> list[UserTask]:
        rows = session.scalars(
            select(UserTask)
            .where(UserTask.case_id == self.case_id, UserTask.status == OPEN)
            .order_by(UserTask.id)
        ).all()
        session.expunge_all()
        if not rows:
            raise Refusal("没有待办事项。")
        return list(rows)

    def _somebody(self) -> tuple[UserTask, str]:
        """An open task and one of the people who may do it."""
        with reading() as session:
            task = self.choose(self._tasks(session))
            people = session.scalars(select(User).order_by(User.id)).unique().all()
            able = [person.username for person in people if self._is_able(session, task, person)]
            assert able, f"nobody can do {task.element_id}: a dead end"
            return task, self.choose(able)

    def _is_able(self, session: Session, task: UserTask, person: User) -> bool:
        if task.assignee_id is not None:
            return task.assignee_id == person.id
        if person.role == Role.APPLICANT or not worklist.may_work(task, person):
            return False
        case = session.get_one(CaseFile, task.case_id)
        return not barred_by(session, token_read(session, case), task, person)

    def _complete(self, task: UserTask, who: str, over: dict[str, Any]) -> None:
        self.log.append(f"{who}: {task.element_id} {over}")
        with transaction() as session:
            case = session.get_one(CaseFile, task.case_id)
            good = good_answers(case, task.form_key)
            worklist.complete(session, task.id, self.world.user(session, who), {**good, **over})


def good_answers(case: CaseFile, form_key: str) -> dict[str, Any]:
    """Answers of today that fit this very case."""
    good = answers(form_key)
    if form_key == "bank_acceptance":
        day = case.bank_accepted_on or today()
        terms = {"approved_amount": case.amount, "approved_term": case.term_months}
        return {**good, **terms, "accepted_on": day}
    if form_key == "disbursement":
        fields = case.application
        return {
            **good,
            "account_name": case.applicant_name,
            "licence_name": fields["business_name" if case.is_person else "enterprise_name"],
            "licence_operator": fields["name" if case.is_person else "legal_name"],
            "licence_address": fields["business_address"],
        }
    if form_key == "acceptance":
        return {**good, "delivered_on": today()}
    return good
