"""Room demo, general plan: a few cases of 补贴申领, the process that consists of drawn fields alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from models.calendar import SHANGHAI, calendar, today
from models.database import transaction
from models.people import Region
from models.working_days import next_working_day
from processes import general
from webapp.demo.credit_hands import do, user
from webapp.demo.names import Names

KEY = "subsidy_claim"
Planned = tuple[datetime, Callable[[], None]]
PASSED = {"review_result": "pass", "review_checks": ["identity", "repeat", "amount"], "review_reason": ""}
RETURNED = {"review_result": "return", "review_checks": ["identity"], "review_reason": "租赁合同缺少第二页。"}
FAILED = {
    "review_result": "fail",
    "review_checks": ["repeat"],
    "review_reason": "同一事项已在本年度享受补贴。",
}
AGREED = {"recheck_result": "pass", "recheck_reason": ""}


@dataclass
class Claim:
    """One claim: who asks for what, and the case once it has been started."""

    title: str
    item: str
    amount: str
    names: Names
    starter: str = "renshe1"
    case_id: int = 0

    def begin(self) -> None:
        """发起 and the first step, on one day."""
        with transaction() as session:
            actor = user(session, self.starter)
            region = session.query(Region).filter_by(code="150627").one()
            name = self.names.person().name if actor.department_id else actor.name
            case = general.start_case(session, KEY, f"{name} {self.title}", region.id, actor)
            self.case_id = case.id
        self.fill()

    def fill(self) -> None:
        """填写申请."""
        person = self.names.person(name=self.title)
        is_rent = self.item == "rent"
        do(self.case_id, "fill_in", self.starter, {
            "claimant": person.name, "claimant_id": person.id_number, "claimant_phone": person.phone,
            "claim_item": self.item, "premises": "阿勒腾席热镇示例街9号" if is_rent else "",
            "claim_amount": Decimal(self.amount), "incurred_on": today() - timedelta(days=30),
            "has_claimed": False, "claimed_where": "", "bank_account": "150000000000001234", "claim_note": "",
        })  # fmt: skip

    def act(self, element: str, who: str, given: Mapping[str, Any]) -> None:
        """One step of an office."""
        do(self.case_id, element, who, given)

    def pay(self) -> None:
        """拨付."""
        voucher = f"示例拨字{today():%Y%m%d}"
        self.act("payment", "caizheng1", {
            "paid_amount": Decimal(self.amount), "paid_on": today(), "payment_voucher": voucher,
        })  # fmt: skip

    def tell(self) -> None:
        """告知申请人."""
        words = "同一事项已在本年度享受补贴，不予支持。"
        self.act(
            "refusal_notice",
            "renshe1",
            {"notice_method": "sms", "notice_on": today(), "notice_words": words},
        )


def planned(on: date) -> Iterator[Planned]:
    """Paid after 复核, paid at once, refused, sent back, late at 初审, fresh: each act with its instant, before `on`."""
    names = Names("G")
    large, own, refused, back, late, fresh = (
        Claim("创业场地租金补贴", "rent", "12000.00", names),
        Claim("职业培训补贴", "training", "1800.00", names, "shenqing"),
        Claim("一次性创业补贴", "startup", "5000.00", names),
        Claim("租金补贴", "rent", "4800.00", names),
        Claim("社会保险补贴", "insurance", "3600.00", names),
        Claim("示例网店创业补贴", "startup", "5000.00", names),
    )
    yield _at(on, 20, large.begin)
    yield _at(on, 18, partial(large.act, "first_review", "renshe2", PASSED))
    yield _at(on, 16, partial(large.act, "recheck", "caizheng2", AGREED))
    yield _at(on, 14, large.pay)
    yield _at(on, 15, own.begin)
    yield _at(on, 13, partial(own.act, "first_review", "renshe1", PASSED))
    yield _at(on, 10, own.pay)
    yield _at(on, 12, refused.begin)
    yield _at(on, 9, partial(refused.act, "first_review", "renshe2", FAILED))
    yield _at(on, 8, refused.tell)
    yield _at(on, 8, back.begin)
    yield _at(on, 6, partial(back.act, "first_review", "renshe2", RETURNED))
    yield _at(on, 9, late.begin, 11)
    yield _at(on, 4, fresh.begin)
    yield _at(on, 2, partial(fresh.act, "first_review", "renshe2", PASSED))


def _at(on: date, back: int, act: Callable[[], None], hour: int = 10) -> Planned:
    """About `back` working days before."""
    day = next_working_day(on - timedelta(days=back * 7 // 5 + 1), calendar())
    return datetime.combine(day, time(hour, 40), SHANGHAI).astimezone(UTC), act
