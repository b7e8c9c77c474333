"""Room policy, 信保贷: the numbers of 伊政办发〔2019〕53号 and of the documented defaults, as dated sets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models.policy import PolicySet, policy_on
from models.refusal import Refusal
from models.scheme import Scheme
from models.subject import SubjectKind

SCHEME = Scheme.CREDIT_LOAN.value


@dataclass(frozen=True)
class CreditRules:
    """The rules of one set. Amounts in 元, rates in %/yr, points in BP, terms in the days that are named."""

    enterprise_limit: Decimal  # B-02, for a loan and for all that is outstanding (D-20)
    sole_trader_limit: Decimal  # B-02
    line_months: int  # D-21
    rate_points: int  # B-04, over the 1-year LPR of the signing date
    benchmark_percent: int  # B-04, D-22: 130 means the benchmark rate times 1.30
    fee_cap: Decimal  # B-04, %/yr
    total_rate_target: Decimal  # B-04, D-24: information only
    has_rate_exceptions: int  # D-23: 1 when a recorded exception may exceed the cap
    enterprise_target: int  # B-01, D-16
    sole_trader_target: int  # B-01, D-16
    window_months: list[int]  # B-11
    tax_months: int  # B-08
    evidence_days: int  # D-17, calendar days
    opinion_days: int  # D-25, working days until the first reminder
    result_days: int  # D-25, working days
    notice_days: int  # B-14, working days
    objection_days: int  # D-27, working days
    investigation_days: int  # D-28, working days until the reminder
    report_days: int  # D-31, working days
    demand_day: int  # B-20, calendar days past due
    consent_days: int  # D-37, working days
    payment_days: int  # D-37, working days
    statement_days: int  # D-38, working days
    supplement_days: int  # D-12 by analogy, working days
    day_count: int  # days of a year for contract interest

    def limit_for(self, kind: str) -> Decimal:
        """The highest amount of a loan, and of everything outstanding, 元 (B-02, D-20)."""
        return self.sole_trader_limit if kind == SubjectKind.SOLE_TRADER else self.enterprise_limit

    def as_json(self) -> dict[str, Any]:
        """Plain values for the row; Decimals as text."""
        return {key: str(v) if isinstance(v, Decimal) else v for key, v in asdict(self).items()}

    def target_for(self, kind: str) -> int:
        """How many firms of a kind the register aims at (B-01)."""
        return self.sole_trader_target if kind == SubjectKind.SOLE_TRADER else self.enterprise_target

    def rate_cap(self, base: Decimal, mode: str) -> Decimal:
        """The highest loan rate, %/yr: `mode` "lpr" adds points to `base`, "benchmark" multiplies it (D-22)."""
        if mode == "benchmark":
            return base * self.benchmark_percent / 100
        return base + Decimal(self.rate_points) / 100


def credit_rules(row: PolicySet) -> CreditRules:
    """The typed rules of a 信保贷 set. Raises Refusal naming what is missing or no number."""
    return credit_rules_from(row.values)


def credit_rules_from(values: dict[str, Any]) -> CreditRules:
    """Rules of JSON values; raises Refusal naming the key that is missing or not a number."""
    known = {f.name: str(f.type) for f in fields(CreditRules)}
    try:
        return CreditRules(**{key: _typed(known[key], value) for key, value in values.items()})
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Refusal(f"政策参数不完整或格式不正确：{error}") from error


def _typed(kind: str, value: Any) -> Any:
    if kind == "Decimal":
        return Decimal(str(value))
    return [int(one) for one in value] if kind == "list[int]" else int(value)


def credit_rules_on(session: Session, on: date) -> CreditRules:
    """The rules in force on a day (D-43: the signing date for rates). Raises Refusal when there are none."""
    return credit_rules(policy_on(session, SCHEME, on))
