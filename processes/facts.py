"""Room facts: what expressions may ask about a case, under declared names, looked up when asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import calendar, today
from models.case import CaseFile
from models.credit_policy import CreditRules, credit_rules_on
from models.deadline import due_for
from models.drawn_answer import latest_values
from models.enterprise_size import EnterpriseSize, classify
from models.identity import add_months, age_on, check_resident_id, working_age_ends_on
from models.loan import Loan, loan_of
from models.policy import PolicySet, Rules, policy_on
from models.refusal import Refusal
from models.review import last_opinion, supplements_of
from models.scheme import Scheme
from models.vocabulary_loan import EXEMPT_LOAN_KINDS
from processes.engine.expression_values import Fault
from processes.engine.timer_value import term

# The longest term that a drawing may write, as often as a cycle may repeat it.
MAX_LENGTH = 3660 * 30
# Where the answers to drawn fields are kept; no name of a drawing has a sign in it.
_ANSWERS = "(answers)"
_REGISTERED = ("mortgage", "pledge", "combined")
REFUSING = (
    "qualification_review",
    "due_diligence",
    "pre_loan_investigation",
    "bank_acceptance",
    "disbursement",
)


class CaseFacts(Mapping[str, Any]):
    """The facts of one case. `given` overrides what the tables say, to ask “what if”.

    `drawn` are the names of the fields that the drawing of the case asks people for.
    """

    def __init__(
        self,
        session: Session,
        case: CaseFile,
        given: Mapping[str, Any] | None = None,
        drawn: Collection[str] = (),
    ) -> None:
        self.session, self.case, self.drawn = session, case, drawn
        self._given = given or {}
        self._known: dict[str, Any] = dict(self._given)

    def forget(self) -> None:
        """Ask the tables anew: an act is about to change them."""
        self._known = dict(self._given)

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = FACTS[name](self) if name in FACTS else self._answer(name)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in FACTS or name in self.drawn

    def __iter__(self) -> Iterator[str]:
        return iter({**FACTS, **dict.fromkeys(self.drawn)})

    def __len__(self) -> int:
        return len({*FACTS, *self.drawn})

    def _answer(self, name: str) -> Any:
        """What was last answered to a drawn field; None before that."""
        if name not in self.drawn:
            raise KeyError(name)
        if _ANSWERS not in self._known:
            self._known[_ANSWERS] = latest_values(self.session, self.case)
        return self._known[_ANSWERS].get(name)

    @property
    def rules(self) -> Rules:
        """The policy set that governs the case: fixed at acceptance, before it the one of the day (D-43)."""
        if "policy" not in self._known:
            self._known["policy"] = policy_for(self.session, self.case).rules
        rules: Rules = self._known["policy"]
        return rules

    @property
    def credit(self) -> CreditRules:
        """The rules of 信保贷 that govern the case: those of the day on which it was received."""
        if "credit" not in self._known:
            self._known["credit"] = credit_rules_on(self.session, self.case.received_on or today())
        rules: CreditRules = self._known["credit"]
        return rules

    @property
    def loan(self) -> Loan | None:
        """The loan of the case, once approved."""
        if "loan" not in self._known:
            self._known["loan"] = loan_of(self.session, self.case)
        loan: Loan | None = self._known["loan"]
        return loan

    @property
    def is_startup(self) -> bool:
        """Whether the case is one of 创业担保贷款; everything else is 信保贷."""
        return self.case.kind is Scheme.STARTUP_LOAN

    def field(self, name: str, default: Any = None) -> Any:
        """A field of the application form."""
        return self.case.application.get(name, default)

    def amount_of(self, name: str) -> Decimal:
        """An amount of the application form, 元; 0 when empty."""
        return Decimal(str(self.field(name) or 0))


def policy_for(session: Session, case: CaseFile) -> PolicySet:
    """The policy set of the case. Raises Refusal when none is in force."""
    if case.policy_set_id is not None:
        return session.get_one(PolicySet, case.policy_set_id)
    return policy_on(session, case.scheme, case.received_on or today())


def functions(region_code: str = "") -> dict[str, Callable[..., Any]]:
    """What drawings may call beside the interpreter's own functions: terms in days, by a region's calendar."""

    def working_days(length: int, *start: date | None) -> dict[str, Any]:
        """The term of `length` working days after `start` (today when omitted)."""
        return term(due_for(_started(*start), _length(length), "working", region_code))

    def calendar_days(length: int, *start: date | None) -> dict[str, Any]:
        """The term of `length` calendar days after `start` (today when omitted)."""
        return term(due_for(_started(*start), _length(length), "calendar", region_code))

    return {"working_days": working_days, "calendar_days": calendar_days}


def _length(length: object) -> int:
    """Days that a term may have; a number out of a form could otherwise reach to the end of all calendars."""
    if type(length) is not int or not 0 <= length <= MAX_LENGTH:
        raise Fault(f"天数应为0至{MAX_LENGTH}的整数")
    return length


def _started(*start: date | None) -> date:
    """A day that is named but not yet known is never taken for today."""
    day = start[0] if start else today()
    if day is None:
        raise Fault("起算日尚未确定")
    return day


def _loan_amount(facts: CaseFacts) -> Any:
    loan = facts.loan
    return loan.approved_amount if loan else facts["amount"]


def _loan_value(name: str, default: Any) -> Callable[[CaseFacts], Any]:
    def read(facts: CaseFacts) -> Any:
        loan = facts.loan
        return getattr(loan, name) if loan else default

    return read


def _decided_on(*form_keys: str) -> Callable[[CaseFacts], Any]:
    def read(facts: CaseFacts) -> Any:
        opinion = last_opinion(facts.session, facts.case, *form_keys)
        return opinion.decided_on if opinion else today()

    return read


def _notified_on(facts: CaseFacts) -> date:
    """The day on which the applicant was told what is missing (N2)."""
    rounds = supplements_of(facts.session, facts.case)
    return rounds[-1].notified_on if rounds else today()


def _age(facts: CaseFacts) -> int:
    birth = _birth(facts)
    return age_on(birth, facts.case.received_on or today()) if birth else 0


def _birth(facts: CaseFacts) -> date | None:
    try:
        return check_resident_id(str(facts.field("id_number", "")), today()).birth_on
    except Refusal:
        return None


def _is_past_working_age(months: str | None) -> Callable[[CaseFacts], bool]:
    def read(facts: CaseFacts) -> bool:
        try:
            resident = check_resident_id(str(facts.field("id_number", "")), today())
        except Refusal:
            return False
        day = facts.case.received_on or today()
        if months:
            day = add_months(day, int(facts[months] or 0))
        return day >= working_age_ends_on(resident.birth_on, resident.sex)

    return read


def _is_small_or_micro(facts: CaseFacts) -> bool:
    try:
        size = classify(
            str(facts.field("industry", "")),
            int(facts.field("headcount") or 0),
            facts.amount_of("revenue") / 10000,
            facts.amount_of("assets") / 10000,
        )
    except (Refusal, ValueError):
        return False
    return size in (EnterpriseSize.MICRO, EnterpriseSize.SMALL)


def _is_hiring_share_reached(facts: CaseFacts) -> bool:
    """Compared exactly, without rounding; “超过100人” excludes 100 (2.1)."""
    staff, hired = int(facts.field("employee_count") or 0), int(facts.field("hired_count") or 0)
    rules = facts.rules
    percent = rules.hiring_percent_large if staff > rules.large_staff else rules.hiring_percent
    return staff > 0 and hired * 100 >= staff * percent


def _short_contracts(facts: CaseFacts) -> int:
    months = facts.rules.contract_months
    return sum(1 for row in facts.field("employees") or [] if _is_short(row, months))


def _is_short(row: Mapping[str, Any], months: int) -> bool:
    if not row.get("contract_from") or not row.get("contract_to"):
        return True
    start, end = date.fromisoformat(str(row["contract_from"])), date.fromisoformat(str(row["contract_to"]))
    return add_months(start, months).toordinal() - 1 > end.toordinal()


def _counted_loans(facts: CaseFacts) -> int:
    return sum(1 for row in facts.field("other_loans") or [] if row.get("kind") not in EXEMPT_LOAN_KINDS)


FACTS: dict[str, Callable[[CaseFacts], Any]] = {
    "applicant_type": lambda f: f.case.applicant_type,
    "is_person": lambda f: f.case.is_person,
    "amount": lambda f: f.case.amount,
    "term_months": lambda f: f.case.term_months,
    "loan_ordinal": lambda f: f.case.loan_ordinal or 1,
    "received_on": lambda f: f.case.received_on,
    "accepted_on": lambda f: f.case.accepted_on,
    "bank_accepted_on": lambda f: f.case.bank_accepted_on,
    "investigation_opened_on": _decided_on("qualification_review"),
    "refused_on": _decided_on(*REFUSING),
    "supplement_notified_on": _notified_on,
    "supplement_days": lambda f: (f.rules if f.is_startup else f.credit).supplement_days,
    "group_listed": lambda f: f.case.group_code in {code for code, _label in f.rules.groups},
    "age": _age,
    "minimum_age": lambda f: f.rules.minimum_age,
    "is_past_working_age": _is_past_working_age(None),
    "is_past_working_age_at_maturity": _is_past_working_age("term_months"),
    "amount_limit": lambda f: f.rules.limit_for(f.case.applicant_type, 1 + len(f.field("partners") or [])),
    "term_limit": lambda f: f.rules.term_for(f.case.applicant_type),
    "subsidised_loans": lambda f: f.rules.subsidised_loans,
    "other_loans_counted": _counted_loans,
    "counter_guarantee_offered": lambda f: bool(f.field("guarantors") or f.field("collaterals")),
    "counter_guarantee_free": lambda f: f.rules.counter_guarantee_free,
    "is_small_or_micro": _is_small_or_micro,
    "is_hiring_share_reached": _is_hiring_share_reached,
    "wage_arrears": lambda f: bool(f.field("wage_arrears")),
    "insurance_arrears": lambda f: bool(f.field("insurance_arrears")),
    "short_contracts": _short_contracts,
    "loan_amount": _loan_amount,
    "counter_guarantee_requested": lambda f: _loan_value("counter_guarantee", "none")(f) != "none",
    "is_special_group": lambda f: bool(f.field("waiver_ground")),
    "is_exception_recorded": lambda f: bool(_loan_value("exception_reason", "")(f)),
    "is_registration_needed": lambda f: _loan_value("guarantee_type", "credit")(f) in _REGISTERED,
    "calendar_version": lambda _f: calendar().version,
}
# What a case knows that a person started (业务发起): it has no application, no policy set and no loan.
GENERAL_FACTS = frozenset(("received_on", "calendar_version"))
