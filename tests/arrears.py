"""Arrears as tests see them: loans that fall due, good answers to the steps, what the files and letters say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from models.arrears import ArrearsFile
from models.calendar import today
from models.case import CaseFile
from models.compensation import Compensation, Recovery
from models.database import reading, transaction
from models.letter import Letter
from processes.compensation_proof import hand_in, proofs_of
from tests.credit import keep_files_somewhere
from tests.credit_loans import drawn, payoff_of
from tests.world import World
from tests.world import on as on_day
from webapp.demo.files import sample_pdf

DAY = timedelta(days=1)
WHO = {
    "day_one_collection": "yinhang1",
    "demand_notice": "yinhang1",
    "compensation_application": "yinhang1",
    "compensation_consent": "jinrong1",
    "further_collection": "yinhang1",
    "compensation_payment": "danbao1",
    "compensation_confirmation": "yinhang1",
    "recovery": "danbao1",
}


def lent(world: World, drawn_on: date, contract: Mapping[str, Any] | None = None, **over: Any) -> int:
    """A loan drawn on a day; it falls due on the same day of each of the next six months; its case id."""
    with on_day(drawn_on):
        return drawn(world, dict(contract or {}), **over)


def good(element: str, loan_case_id: int, **over: Any) -> dict[str, Any]:
    """Good answers of today to a step."""
    with reading():
        on = today()  # the clock of the tests is known inside of a session
    forms: dict[str, dict[str, Any]] = {
        "day_one_collection": {
            "cause": "turnover", "analysis": "货款回笼慢。", "measures": ["call", "visit"], "plan": "每周上门一次。",
            "expected_on": None,
        },
        "demand_notice": {
            "payment_days": 7, "account_bank": "示例银行", "account_number": "150000000000000009",
            "delivery_method": "direct", "delivered_on": on, "opinion": "多次催收未还。",
        },
        "compensation_application": {
            "situation": "已多次催收。", "security": "", "manager": "周一",
            "proofs": ["contract", "receipt", "statement", "demand"],
            "account_bank": "示例银行", "account_number": "150000000000000010",
        },
        "compensation_consent": {
            "decision": "approve", "is_risk_shared": True, "reason_text": "", "opinion": "同意代偿。",
        },
        "further_collection": {"measures": ["lawyer"], "opinion": "仍未还款。"},
        "compensation_payment": {
            "paid_on": on, "amount": payoff_of(loan_case_id, on).total, "voucher": "PZ-1", "opinion": "",
        },
        "compensation_confirmation": {"received_on": on, "confirmed": True, "opinion": ""},
        "recovery": {
            "step": "closed", "closing_reason": "unenforceable", "reason_text": "法院已裁定终结执行。", "opinion": "",
        },
    }  # fmt: skip
    return {**forms[element], "late_reason": "补报", **over}


def file_of(loan_case_id: int) -> ArrearsFile | None:
    """The newest file of a loan (detached)."""
    with reading() as session:
        query = select(ArrearsFile).where(ArrearsFile.loan_case_id == loan_case_id)
        return session.scalars(query.order_by(ArrearsFile.id.desc())).first()


def arrears_case(loan_case_id: int) -> int:
    """The id of the case of the newest file."""
    file = file_of(loan_case_id)
    assert file is not None
    return file.case_id


def do(world: World, loan_case_id: int, element: str, who: str = "", **over: Any) -> None:
    """Complete a step of the newest file with good answers; its files are handed in before it."""
    if element == "compensation_application":
        hand_in_all(world, loan_case_id)
    answers = good(element, loan_case_id, **over)
    world.complete(arrears_case(loan_case_id), element, answers, who or WHO[element])


def hand_in_all(world: World, loan_case_id: int, but: str = "") -> None:
    """The files of an application for 代偿, by its bank, all or all but one."""
    case_id = arrears_case(loan_case_id)
    keep_files_somewhere()
    with transaction() as session:
        bank, case = world.user(session, WHO["compensation_application"]), session.get_one(CaseFile, case_id)
        for proof, rows in proofs_of(session, case).items():
            if proof != but and not rows:
                hand_in(session, case_id, proof.material, f"{proof.label}.pdf", sample_pdf(), bank)


def wake(world: World, rounds: int = 6) -> None:
    """The worker comes until nothing is due."""
    for _round in range(rounds):
        if not world.fire_due():
            return
    raise AssertionError("the worker does not come to rest")


def number_of(case_id: int) -> str:
    """The number of a case."""
    with reading() as session:
        return session.get_one(CaseFile, case_id).number


def letters_of(case_id: int) -> list[Letter]:
    """The letters of a case, oldest first."""
    with reading() as session:
        return list(session.scalars(select(Letter).where(Letter.case_id == case_id).order_by(Letter.id)))


def compensations(case_id: int) -> list[Compensation]:
    """Every 代偿 of the file of a case."""
    with reading() as session:
        query = select(Compensation).join(ArrearsFile, ArrearsFile.id == Compensation.file_id)
        return list(session.scalars(query.where(ArrearsFile.case_id == case_id)))


def recoveries(case_id: int) -> list[Recovery]:
    """What came back, oldest first."""
    with reading() as session:
        query = (
            select(Recovery)
            .join(Compensation, Compensation.id == Recovery.compensation_id)
            .join(ArrearsFile, ArrearsFile.id == Compensation.file_id)
        )
        return list(session.scalars(query.where(ArrearsFile.case_id == case_id).order_by(Recovery.id)))


# Sound answers to each form, as they are sent.
_ACCOUNT: dict[str, object] = {"account_bank": "示例银行", "account_number": "150000000000000010"}
FORMS: list[tuple[str, dict[str, object]]] = [
    ("arrears_collection", {"cause": "loss", "analysis": "停产", "measures": ["call"], "plan": "每日联系"}),
    ("arrears_demand", {"payment_days": 7, **_ACCOUNT, "delivery_method": "direct", "opinion": "未还"}),
    ("further_collection", {"measures": ["lawyer"], "opinion": "未还"}),
    ("compensation_application", {"situation": "未还", "manager": "周一", **_ACCOUNT,
                                  "proofs": ["contract", "receipt", "statement", "demand"]}),
    ("compensation_consent", {"decision": "approve", "is_risk_shared": True, "opinion": "同意"}),
    ("compensation_consent", {"decision": "refuse", "reason_text": "清收不足"}),
    ("compensation_payment", {"paid_on": "2026-11-19", "amount": "606521.67", "voucher": "PZ-1"}),
    ("compensation_confirmation", {"received_on": "2026-11-19", "confirmed": True}),
    ("recovery", {"step": "received", "recovered_on": "2026-11-19", "way": "lawsuit", "amount": "1"}),
    ("recovery", {"step": "closed", "closing_reason": "dissolved", "reason_text": "已注销"}),
]  # fmt: skip
