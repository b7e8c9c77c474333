"""Room demo, plan: which invented case went how far, in working days before today.

`start` is how many working days ago the case was submitted (1: the last working day before today); each
act happens `+n` working days after the one before it. A term of n working days that begins n days ago
ends today.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.demo.applications import Wish

QUALIFIED = "accept+1 qualify+3"
INVESTIGATED = f"{QUALIFIED} guarantee+2 investigate+1"
APPROVED = f"{INVESTIGATED} approve+1"


@dataclass(frozen=True)
class Story:
    """One case: who asks for what, where, and what has been done."""

    start: int
    acts: str = ""
    wish: Wish = field(default_factory=Wish)
    bank: str = "bank"
    opened_by: str = ""
    is_draft: bool = False


ENTERPRISE = "small_enterprise"
EXACT = "100000.00"

NEW = (
    Story(1),
    Story(2, "claim:acceptance+0", Wish(amount=EXACT, is_married=True)),
    Story(5, "", Wish("sole_trader", "60000.00", 12)),
    Story(4, "", Wish(amount="150000.00", security="mortgage", is_married=True, channel="village")),
    Story(7, "", Wish(ENTERPRISE, "2000000.00", channel="incubator")),
    Story(1, "", Wish(amount="50000.00", region="150621"), "bank_dlt"),
    Story(3, "", Wish(amount="90000.00", channel="bank"), opened_by="yinhang1"),
)
SUPPLEMENTING = (
    Story(6, "ask:group_proof+2", Wish(amount="90000.00", applicant="赵一"), opened_by="shenqing"),
    Story(10, "ask:group_proof+2 answer+3 ask:premises_proof+2", Wish(amount="70000.00", term=36)),
    Story(20, "ask:credit_report+1", Wish("sole_trader", "80000.00", channel="community"), "bank2"),
    Story(
        14,
        "ask:premises_proof+2 answer+4 accept+1 claim:qualification_review+1 pause:credit_report+1 resume+3",
        Wish(is_married=True),
    ),
)
QUALIFYING = (
    Story(7, "accept+1", Wish(amount=EXACT, channel="mass_organisation")),
    Story(6, "accept+2 claim:qualification_review+0", Wish(amount="50000.00", term=12)),
    Story(9, "accept+1", Wish("partnership", "330000.00", 36, "surety")),
    Story(
        4,
        "accept+2 claim:qualification_review+0 inspect+1",
        Wish(ENTERPRISE, "3000000.00", channel="platform"),
        "bank2",
    ),
    Story(
        3,
        "accept+1 claim:qualification_review+0 pause:premises_proof+1",
        Wish(ENTERPRISE, "1200000.00", applicant="赵一"),
        opened_by="shenqing",
    ),
    Story(8, "accept+1", Wish(amount="95000.00", region="150621", channel="village"), "bank_dlt"),
)
INVESTIGATING = (
    Story(8, "accept+1 qualify+4", Wish(amount="85000.00", is_married=True)),
    Story(9, f"{QUALIFIED} guarantee+1", Wish(amount="200000.00", term=36, security="surety")),
    Story(7, "accept+1 qualify+4 investigate+1 claim:due_diligence+0", Wish("sole_trader"), "bank2"),
    Story(10, "accept+2 qualify+4", Wish(ENTERPRISE, "1800000.00")),
    Story(6, QUALIFIED, Wish(amount="75000.00", region="150621"), "bank_dlt"),
)
AT_THE_BANK = (
    Story(9, INVESTIGATED, Wish(amount="88000.00", channel="guarantor")),
    Story(9, "accept+1 qualify+4 guarantee+2 investigate+1", Wish(amount=EXACT)),
    Story(10, f"{INVESTIGATED} claim:bank_acceptance+1", Wish("sole_trader", "120000.00"), "bank2"),
    Story(14, APPROVED, Wish(amount="60000.00", is_married=True)),
    Story(13, f"{APPROVED} claim:disbursement+1", Wish(amount="98000.00", ordinal=2)),
    Story(10, APPROVED, Wish("sole_trader", "80000.00")),
    Story(13, APPROVED, Wish(amount="180000.00", term=36, security="mortgage")),
    Story(14, f"{APPROVED} extend+2 allow+1", Wish(ENTERPRISE, "2500000.00", security="mortgage")),
    Story(12, f"{APPROVED} extend+2", Wish(amount="260000.00", security="mortgage"), "bank2"),
)
PAID = (
    Story(24, f"{APPROVED} pay+3", Wish()),
    Story(22, f"{APPROVED} pay+4", Wish(amount=EXACT, is_married=True), "bank2"),
    Story(27, f"{APPROVED} register+2 pay+1", Wish(ENTERPRISE, "1500000.00", security="mortgage")),
    Story(26, f"{APPROVED} extend+3 allow+1 register+4 pay+1", Wish(amount="220000.00", security="mortgage")),
    Story(
        25, "accept+1 qualify+8 guarantee+2 investigate+1 approve+1 pay+2", Wish("sole_trader", "70000.00")
    ),
    Story(20, f"{APPROVED} pay+2", Wish(amount="65000.00", region="150621"), "bank_dlt"),
)
REFUSED = (
    Story(20, "accept+1 reject_hrss+3 notify_hrss+2", Wish(amount="110000.00")),
    Story(9, "accept+1 reject_hrss+3", Wish("sole_trader", "90000.00")),
    Story(18, f"{QUALIFIED} reject_guarantor+2 notify_guarantor+1", Wish(amount="80000.00")),
    Story(8, f"{QUALIFIED} reject_guarantor+2", Wish(amount="130000.00", channel="community")),
    Story(13, f"{QUALIFIED} reject_bank+2", Wish(amount="96000.00")),
    Story(19, f"{INVESTIGATED} deny+1 notify_bank+2", Wish(ENTERPRISE, "3600000.00")),
    Story(23, f"{APPROVED} reject_payout+3 notify_payout+2", Wish("sole_trader", "80000.00"), "bank2"),
)
ENDED = (
    Story(24, "ask:group_proof+2", Wish(amount="72000.00")),
    Story(22, "accept+1 withdraw+1", Wish(amount="60000.00", applicant="赵一"), opened_by="shenqing"),
    Story(11, f"{QUALIFIED} withdraw+2", Wish(amount="140000.00", security="surety")),
)
DRAFTS = (
    Story(1, wish=Wish("sole_trader", "50000.00", applicant="赵一"), opened_by="shenqing", is_draft=True),
    Story(2, wish=Wish(amount="80000.00"), is_draft=True),
    Story(3, wish=Wish(ENTERPRISE, "900000.00"), is_draft=True),
)
STORIES = (
    *NEW, *SUPPLEMENTING, *QUALIFYING, *INVESTIGATING, *AT_THE_BANK, *PAID, *REFUSED, *ENDED, *DRAFTS,
)  # fmt: skip
