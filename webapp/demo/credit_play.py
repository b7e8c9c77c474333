"""Room demo, credit play: the acts of 信保贷 through the public verbs, each by the person who does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from models.arrears import ArrearsFile
from models.calendar import today
from models.case import CaseFile
from models.database import reading, transaction
from models.meeting import MeetingKind
from models.people import Region
from models.screening import Candidate, ScreeningRound, Source
from models.subject import subject_of_code
from processes import (
    blacklisting,
    credit_draw,
    credit_exit,
    credit_loan,
    declaration,
    document,
    group_review,
    meeting,
    objection,
    screening,
    screening_answers,
    screening_handin,
)
from processes import case as cases
from processes.group_review import Decision
from processes.screening_check import Answer
from processes.seed import department_ids
from webapp import handlers_credit
from webapp.demo.credit_firms import PAPERS, Declarant, f3
from webapp.demo.credit_hands import do, hand_in_proofs, notice_of, notify_one, settle, user
from webapp.demo.files import sample_pdf

# The nine of B-12: who answers, and on what.
NINE = {
    "renhang1": "二代征信系统",
    "xinyong1": "信用中国网站、信用信息共享平台",
    "jingzhen1": "涉案企业核查系统",
    "fayuan1": "审判执行信息系统",
    "jiancha1": "检察业务应用系统",
    "shuiwu1": "金税系统",
    "shichang1": "国家企业信用信息公示系统",
    "gongxin1": "中小企业库",
    "gongshang1": "会员企业台账",
}


@dataclass
class Story:
    """What has happened so far: the cases of firms by their place, the rounds by theirs."""

    firms: Sequence[Declarant]
    declarations: dict[int, int] = field(default_factory=dict)
    rounds: list[int] = field(default_factory=list)
    loans: dict[int, int] = field(default_factory=dict)

    def declare(self, place: int, who: str) -> None:
        """A firm declares with its papers, and passes the form check the same day."""
        firm = self.firms[place]
        with transaction() as session:
            actor = user(session, who)
            region = session.query(Region).filter_by(code="150627").one()
            case = declaration.declare(session, firm.kind, f3(firm, region.id, today()), actor)
            for paper in PAPERS[firm.kind]:
                document.add(session, case.id, paper, f"{paper}.pdf", sample_pdf(), actor)
            cases.submit(session, case.id, actor)
            self.declarations[place] = case.id

    def check(self, place: int) -> None:
        """形式审查: complete."""
        do(
            self.declarations[place],
            "form_check",
            "jinrong2",
            {"result": "in_order", "opinion": "申报材料齐全"},
        )

    def open_round(self) -> None:
        """The center opens the round of the newest window."""
        with transaction() as session:
            self.rounds.append(screening.open_round(session, user(session, "jinrong1")).id)
        handlers_credit.prepare_round(self.rounds[-1])
        settle()

    def answer(self, who: str, other: Mapping[int, Answer | None], *, hand_in: bool = True) -> None:
        """A department passes every candidate but those in `other` (by place; None: no answer)."""
        with transaction() as session:
            actor, round_id = user(session, who), self.rounds[-1]
            found = session.query(Candidate).filter_by(round_id=round_id).order_by(Candidate.seq).all()
            given = [self._answer(one, index, other, NINE[who]) for index, one in enumerate(found)]
            screening_answers.answer(
                session, round_id, [a for a in given if a is not None], actor, Source.BULK, ""
            )
            if hand_in:
                screening_handin.hand_in(session, round_id, actor)
        handlers_credit.complete_candidates(self.rounds[-1])

    def _answer(
        self, one: Candidate, index: int, other: Mapping[int, Answer | None], basis: str
    ) -> Answer | None:
        if index not in other:
            return Answer(one.id, "pass", basis=basis)
        given = other[index]
        return given and Answer(one.id, given.result, given.reason, basis)

    def decide(self, refused: Mapping[int, str]) -> None:
        """The leading group meets and decides on everybody before it; `refused`: seq → reason."""
        with transaction() as session:
            actor, round_id = user(session, "xiaozu1"), self.rounds[-1]
            held = {"kind": MeetingKind.LEADING_GROUP, "number": f"〔{today().year}〕1号", "held_on": today(),
                    "place": "旗政府三楼会议室", "topics": "审议信用企业（户）名单"}  # fmt: skip
            met = meeting.record(session, actor, held)
            waiting = session.query(Candidate).where(
                Candidate.round_id == round_id, Candidate.at_group_on.is_not(None)
            )
            decided = [
                Decision(one.id, "refuse" if one.seq in refused else "approve", refused.get(one.seq, ""))
                for one in waiting.order_by(Candidate.seq)
            ]
            group_review.decide(session, round_id, met.id, decided, actor)
        handlers_credit.complete_candidates(self.rounds[-1])
        settle()

    def close_round(self) -> None:
        """The center closes the round; its list goes to the public notice."""
        with reading() as session:
            case_id = session.get_one(ScreeningRound, self.rounds[-1]).case_id
        do(case_id, "collect_opinions", "jinrong1", {"opinion": "各部门意见已收齐"})
        do(case_id, "round_closing", "jinrong1", {"opinion": "本轮甄别结束"})
        settle()

    def notify(self) -> None:
        """Every firm that has not passed gets its result."""
        for case_id in self.declarations.values():
            notify_one(case_id)

    def publish(self) -> None:
        """The list is published today."""
        with reading() as session:
            title = session.get_one(ScreeningRound, self.rounds[-1]).label
        given = {
            "title": f"{title}拟确定信用企业（户）公示", "basis": "伊政办发〔2019〕53号",
            "text": "经部门甄别、领导小组审核，现将拟确定的信用企业（户）予以公示。",
            "office": "伊金霍洛旗金融服务中心", "phone": "0477-0000000", "address": "伊金霍洛旗示例路1号",
            "places": ["release", "news", "board"], "other_places": "", "published_on": today(),
        }  # fmt: skip
        do(self._notice(), "draft_notice", "jinrong1", given)
        settle()

    def object(self, place: int) -> None:
        """Somebody objects to a firm; two people of the center find that it is not true."""
        said = {
            "name": "高某", "phone": "13900000099", "address": "示例镇", "unit": "", "is_unit": False,
            "category": "unpaid_loan", "facts": "听说该企业有到期未还的借款。", "uscc": self.firms[place].firm.uscc,
        }  # fmt: skip
        with transaction() as session:
            notice_id = notice_of(session, self._notice())
            case_id = objection.object_publicly(session, notice_id, said, [], "10.0.0.9").case_id
        checked = {
            "method": "letter",
            "departments": "人民银行、法院",
            "findings": "经查询，无到期未还借款。",
        }
        do(case_id, "verify_objection", "jinrong1", {**checked, "decision": "dismissed", "breaches": []})
        decided = {"decision": "dismissed", "breaches": [], "conclusion": "经核实，所反映的情况不存在。",
                   "delivery_method": "electronic", "delivered_on": today()}  # fmt: skip
        do(case_id, "decide_objection", "jinrong2", decided)

    def confirm(self) -> None:
        """The period is over: the firms are on the register."""
        settle()
        do(self._notice(), "confirm_notice", "jinrong0", {"confirmed": True, "opinion": ""})
        settle()

    def _notice(self) -> int:
        with reading() as session:
            parent = session.get_one(ScreeningRound, self.rounds[-1]).case_id
            return int(
                session.query(CaseFile.id).filter_by(scheme="public_notice", parent_id=parent).scalar()
            )

    def apply(self, place: int, amount: str) -> None:
        """The bank hands in F10 for a firm on the register."""
        firm = self.firms[place]
        with transaction() as session:
            offices = department_ids(session)
            asked = credit_loan.Applied(
                uscc=firm.firm.uscc, bank_id=offices["bank"], guarantor_id=offices["guarantor"],
                amount=Decimal(amount), months=12, purpose="goods", purpose_text="支付货款", is_committed=True,
                committed_by=firm.owner.name, committed_on=today(),
            )  # fmt: skip
            self.loans[place] = credit_loan.apply(session, asked, user(session, "yinhang1")).id

    def investigate(self, place: int) -> None:
        """Both agree."""
        agreed = {
            "decision": "pass",
            "method": "site",
            "first_repayment_source": "经营收入稳定",
            "opinion": "同意",
        }
        do(self.loans[place], "guarantor_investigation", "danbao1", agreed)
        do(self.loans[place], "bank_investigation", "yinhang1", agreed)

    def sign(self, place: int) -> None:
        """The contract at LPR + 1.2 points and a fee of 0.8 %."""
        with reading() as session:
            amount = session.get_one(CaseFile, self.loans[place]).amount
        do(self.loans[place], "signing", "yinhang2", {
            "outcome": "signed", "contract_number": f"XBHT-{place + 1:03d}",
            "guarantee_number": f"DBHT-{place + 1:03d}", "signed_on": today(), "amount": amount, "months": 12,
            "rate_mode": "lpr", "benchmark_rate": None, "rate": Decimal("4.2"), "rate_exception": "",
            "fee_rate": Decimal("0.8"), "has_security": False, "due_date_roll": "next_workday",
            "reason_text": "", **self._account(place),
        })  # fmt: skip

    def draw(self, place: int, amount: str, receipt: str) -> None:
        """Draw for six months, interest monthly."""
        drawn = credit_draw.Drawn(
            Decimal(amount), today(), 6, "monthly_interest", receipt, "支付货款", self._account(place)
        )
        with transaction() as session:
            number = session.get_one(CaseFile, self.loans[place]).number
            credit_draw.draw(session, number, drawn, user(session, "yinhang1"))

    def repay(self, place: int, amount: str, reference: str) -> None:
        """Repay before the day that was agreed."""
        paid = credit_draw.Repaid(Decimal(amount), today(), "prepayment", reference)
        with transaction() as session:
            number = session.get_one(CaseFile, self.loans[place]).number
            credit_draw.repay_loan(session, number, paid, user(session, "yinhang1"))

    def _account(self, place: int) -> dict[str, str]:
        name = self.firms[place].firm.name
        return {
            "account_bank": "示例银行示例支行", "account_name": name, "account_number": f"15000000000000{place:04d}"
        }  # fmt: skip

    def arrears(self, place: int, element: str, who: str, given: Mapping[str, Any]) -> None:
        """A step of the arrears of a firm's loan."""
        settle()
        with reading() as session:
            found = session.query(ArrearsFile).filter_by(loan_case_id=self.loans[place]).one()
        if element == "compensation_application":
            hand_in_proofs(found.case_id, who)
        do(found.case_id, element, who, given)

    def report_breach(self, place: int) -> None:
        """A bank reports that a firm no longer meets a condition."""
        with transaction() as session:
            subject = subject_of_code(session, self.firms[place].firm.uscc)
            assert subject is not None
            facts = "税务局系统查询，纳税信用等级降为C。"
            credit_exit.report(session, subject.id, "tax", facts, user(session, "youchu1"))

    def propose_blacklisting(self, place: int, told_on: date) -> None:
        """The center proposes a firm that has deceived."""
        proposal = blacklisting.Proposal(
            "fraud", "提供虚假购销合同骗取贷款。", "公安经侦大队立案告知书", "", "依法清收", told_on
        )
        with transaction() as session:
            subject = subject_of_code(session, self.firms[place].firm.uscc)
            assert subject is not None
            blacklisting.propose(session, subject.id, proposal, user(session, "jinrong1"))
