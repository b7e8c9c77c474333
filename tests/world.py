"""The sample county as tests see it: people by login name, cases by verbs, time by date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import SHANGHAI, fixed_at, today
from models.case import CaseFile
from models.database import reading, transaction
from models.deadline import Deadline
from models.people import Region, User, user_named
from models.workflow import OPEN, UserTask
from processes import case as case_verbs
from processes import timer as timer_verbs
from processes import worklist
from processes.seed import department_ids
from tests.examples import enterprise_application, person_application

WHO = {
    "acceptance": "renshe1",
    "supplement": "renshe1",
    "qualification_review": "renshe2",
    "refusal_notice": "renshe1",
    "due_diligence": "danbao1",
    "pre_loan_investigation": "yinhang1",
    "bank_acceptance": "yinhang2",
    "counter_guarantee": "yinhang1",
    "extension_approval": "yinhang0",
    "disbursement": "yinhang2",
}


def at(day: date, hour: int = 9) -> datetime:
    """The instant of an hour in Shanghai."""
    return datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC)


@contextmanager
def on(day: date, hour: int = 9) -> Iterator[None]:
    """Inside, it is that hour of that day in Shanghai."""
    with fixed_at(at(day, hour)):
        yield


class World:
    """Shortcuts over the public verbs; nothing here reaches around them."""

    def person(self, **over: Any) -> dict[str, Any]:
        """A valid F1 of the sample county."""
        return self._answers(person_application, over)

    def enterprise(self, **over: Any) -> dict[str, Any]:
        """A valid F2 of the sample county."""
        return self._answers(enterprise_application, over)

    def _answers(self, make: Any, over: Mapping[str, Any]) -> dict[str, Any]:
        with reading() as session:
            bank = department_ids(session)["bank"]
            region = session.scalars(select(Region.id).where(Region.code == "150627")).one()
        fields: dict[str, Any] = make(bank=str(bank), region=str(region), **over)
        return fields

    def submitted(self, kind: str = "person", actor: str = "renshe1", **over: Any) -> int:
        """The id of a case submitted today."""
        fields = self.person(**over) if kind == "person" else self.enterprise(**over)
        with transaction() as session:
            user = self.user(session, actor)
            case = case_verbs.create_draft(session, "startup_loan", kind, fields, user)
            case_verbs.submit(session, case.id, user)
            return case.id

    def user(self, session: Session, username: str) -> User:
        """A person of the sample county."""
        found = user_named(session, username)
        assert found is not None, username
        return found

    def open_tasks(self, case_id: int) -> dict[str, int]:
        """Element id → task id of the open tasks."""
        with reading() as session:
            rows = session.execute(
                select(UserTask.element_id, UserTask.id)
                .where(UserTask.case_id == case_id, UserTask.status == OPEN)
                .order_by(UserTask.id)
            )
            return {row.element_id: row.id for row in rows}

    def complete(self, case_id: int, element: str, answers: Mapping[str, Any], who: str = "") -> None:
        """Complete the open task of an element with plain answers."""
        task_id = self.open_tasks(case_id)[element]
        with transaction() as session:
            task = session.get_one(UserTask, task_id)
            actor = self.user(session, who or WHO[task.form_key])
            worklist.complete(session, task_id, actor, answers)

    def fire_due(self, worker: str = "test") -> int:
        """What a worker does: claim what is due, fire each in a transaction of its own; how many it claimed."""
        with transaction() as session:
            claimed = timer_verbs.claim(session, worker)
        for timer_id in claimed:
            with transaction() as session:
                timer_verbs.fire(session, timer_id, worker)
        return len(claimed)

    def status(self, case_id: int) -> str:
        """The status of a case."""
        with reading() as session:
            return session.get_one(CaseFile, case_id).status

    def deadlines(self, case_id: int) -> dict[str, Deadline]:
        """Key → newest deadline of the case (detached)."""
        with reading() as session:
            rows = session.scalars(
                select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.id)
            ).all()
            return {row.key: row for row in rows}


def answers(form_key: str, **over: Any) -> dict[str, Any]:
    """Plain good answers to each step's form."""
    common: dict[str, dict[str, Any]] = {
        "acceptance": {"result": "complete", "opinion": "材料齐全"},
        "supplement": {"statement": "已补齐", "confirmed": True},
        "qualification_review": {"decision": "pass", "opinion": "符合条件"},
        "due_diligence": {
            "decision": "pass",
            "method": "site",
            "first_repayment_source": "经营收入",
            "counter_guarantee": "none",
            "opinion": "同意担保",
        },
        "pre_loan_investigation": {
            "decision": "pass",
            "method": "site",
            "first_repayment_source": "经营收入",
            "opinion": "同意",
        },
        "bank_acceptance": {
            "accepted_on": today(),
            "decision": "pass",
            "approved_amount": Decimal("80000.00"),
            "approved_term": 24,
            "lpr_tenor": "1y",
            "rate": Decimal("4.5"),
            "guarantee_type": "credit",
            "counter_guarantee": "none",
            "opinion": "同意发放",
        },
        "disbursement": {
            "outcome": "paid",
            "licence_status": "active",
            "licence_name": "示例加工部",
            "licence_operator": "赵一",
            "licence_address": "示例旗示例镇三号",
            "contract_number": "HT-1",
            "signed_on": today(),
            "rate": Decimal("4.5"),
            "account_bank": "示例银行示例支行",
            "account_name": "赵一",
            "account_number": "6222000000000000001",
            "disbursed_on": today(),
            "receipt_number": "JJ-1",
            "repayment_method": "monthly_interest",
        },
        "counter_guarantee": {
            "outcome": "done",
            "procedure": "mortgage",
            "certificate_number": "蒙（2026）1号",
            "completed_on": today(),
        },
        "extension_approval": {"decision": "approve", "opinion": "同意延期"},
        "refusal_notice": {
            "reason_codes": ["H01"],
            "reason_text": "不属于重点就业群体。",
            "clause": "财金〔2023〕75号",
            "can_reapply": True,
            "remedy": "可向本部门申诉。",
            "delivery_method": "direct",
            "delivered_on": today(),
        },
    }
    return {**common.get(form_key, {}), **over}
