"""Room policy: dated parameter sets (limits, rates, lists) and LPR quotes, each with its source."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base, Rate
from models.refusal import Refusal

_SEED = Path(__file__).parent / "data" / "policy.json"


@dataclass(frozen=True)
class Rules:
    """The numbers of one policy set. Amounts in 元, terms in months, points in basis points (BP)."""

    personal_limit: Decimal
    personal_term: int
    partnership_percent: int
    enterprise_limit: Decimal
    enterprise_term: int
    hiring_percent: int
    hiring_percent_large: int
    large_staff: int
    contract_months: int
    rate_points: int
    subsidised_loans: int
    counter_guarantee_free: Decimal
    minimum_age: int
    groups: list[list[str]] = field(default_factory=list)
    supplement_days: int = 20
    extension_days: int = 10

    def limit_for(self, applicant_type: str, partners: int = 1) -> Decimal:
        """The highest amount, 元 (2.1); a partnership: 110 % of the sum, never above an enterprise."""
        if applicant_type == "small_enterprise":
            return self.enterprise_limit
        if applicant_type == "partnership":
            joint = self.personal_limit * max(partners, 1) * self.partnership_percent / 100
            return min(joint, self.enterprise_limit)
        return self.personal_limit

    def term_for(self, applicant_type: str) -> int:
        """The longest term, months."""
        return self.enterprise_term if applicant_type == "small_enterprise" else self.personal_term

    def rate_cap(self, lpr: Decimal) -> Decimal:
        """The highest rate, %/yr: LPR plus the points of the set."""
        return lpr + Decimal(self.rate_points) / 100

    def as_json(self) -> dict[str, Any]:
        """Plain values for the row; Decimals as text."""
        return {key: str(v) if isinstance(v, Decimal) else v for key, v in asdict(self).items()}


class PolicySet(Base):
    """The rules in force from a day on, for a region and everything below it."""

    __tablename__ = "policy_set"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(100))
    scheme: Mapped[str] = mapped_column(String(30))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]]

    @property
    def rules(self) -> Rules:
        """The typed rules of the row."""
        return rules_from(self.values)


class LprQuote(Base):
    """One publication of the loan prime rate (贷款市场报价利率), %/yr."""

    __tablename__ = "lpr_quote"
    __table_args__ = (UniqueConstraint("published_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    published_on: Mapped[date]
    one_year: Mapped[Decimal] = mapped_column(Rate)
    five_year: Mapped[Decimal | None] = mapped_column(Rate)
    source: Mapped[str] = mapped_column(String(200))


def rules_from(values: dict[str, Any]) -> Rules:
    """Rules of JSON values; raises Refusal naming the key that is missing or not a number."""
    known = {f.name: f for f in fields(Rules)}
    try:
        return Rules(**{key: _typed(str(known[key].type), value) for key, value in values.items()})
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Refusal(f"政策参数不完整或格式不正确：{error}") from error


def _typed(kind: str, value: Any) -> Any:
    if kind == "Decimal":
        return Decimal(str(value))
    return int(value) if kind == "int" else value


def policy_on(session: Session, scheme: str, on: date) -> PolicySet:
    """The set in force on a day (D-43: the 受理日). Raises Refusal when there is none."""
    found = session.scalars(
        select(PolicySet)
        .where(PolicySet.scheme == scheme, PolicySet.effective_from <= on)
        .where((PolicySet.effective_to.is_(None)) | (PolicySet.effective_to >= on))
        .order_by(PolicySet.effective_from.desc(), PolicySet.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise Refusal(f"{on.isoformat()} 没有生效的政策参数，请联系系统管理员维护。")
    return found


def lpr_on(session: Session, on: date, tenor: str = "1y") -> Decimal:
    """The LPR valid on a day, %/yr: the last one published on or before it. Raises Refusal without one."""
    quote = session.scalars(
        select(LprQuote).where(LprQuote.published_on <= on).order_by(LprQuote.published_on.desc()).limit(1)
    ).first()
    value = None if quote is None else (quote.five_year if tenor == "5y" else quote.one_year)
    if value is None:
        raise Refusal(f"没有 {on.isoformat()} 适用的贷款市场报价利率（LPR），请联系系统管理员维护。")
    return value


def policy_sets(session: Session) -> list[PolicySet]:
    """Every set, newest first."""
    return list(session.scalars(select(PolicySet).order_by(PolicySet.effective_from.desc(), PolicySet.id)))


def lpr_quotes(session: Session, limit: int = 60) -> list[LprQuote]:
    """The newest quotes, newest first."""
    return list(session.scalars(select(LprQuote).order_by(LprQuote.published_on.desc()).limit(limit)))


def seed_policies(session: Session) -> None:
    """Write the shipped policy sets and LPR quotes (models/data/policy.json names every source)."""
    seed = json.loads(_SEED.read_text(encoding="utf-8"))
    for row in seed["sets"]:
        dates = {key: row[key] and date.fromisoformat(row[key]) for key in ("effective_from", "effective_to")}
        session.add(PolicySet(**{**row, **dates}))
    for row in seed["lpr"]:
        session.add(
            LprQuote(
                published_on=date.fromisoformat(row["published_on"]),
                one_year=Decimal(row["one_year"]),
                five_year=Decimal(row["five_year"]) if row.get("five_year") else None,
                source=row["source"],
            )
        )
    session.flush()
