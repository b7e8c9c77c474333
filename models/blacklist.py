"""Room credit, blacklist: who is on it, and which receipts a department still owes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from models.blacklisting import Blacklisting, BlacklistReceipt
from models.case import CaseFile, visible_to
from models.credit import Exclusion, ExclusionCause
from models.people import User
from models.register_sight import Sight
from models.subject import Subject


@dataclass(frozen=True)
class BlackLine:
    """One firm on the blacklist; `number` is empty when the case is not visible, `is_owed`: my receipt is missing."""

    exclusion: Exclusion
    row: Blacklisting
    number: str
    told: int
    received: int
    is_owed: bool


def blacklist(session: Session, user: User, limit: int = 500) -> Sequence[BlackLine]:
    """Who is on the blacklist, as far as the person may look up firms; newest first, in one query."""
    mine = and_(
        BlacklistReceipt.case_id == Exclusion.case_id,
        BlacklistReceipt.department_id == (user.department_id or 0),
        BlacklistReceipt.received_at.is_(None),
    )
    all_of = select(func.count()).where(BlacklistReceipt.case_id == Exclusion.case_id)
    query = (
        select(
            Exclusion,
            Blacklisting,
            select(CaseFile.number)
            .where(CaseFile.id == Exclusion.case_id, visible_to(user))
            .scalar_subquery()
            .label("number"),
            all_of.scalar_subquery().label("told"),
            all_of.where(BlacklistReceipt.received_at.is_not(None)).scalar_subquery().label("received"),
            select(func.count()).where(mine).scalar_subquery().label("owed"),
        )
        .join(Subject, Subject.id == Exclusion.subject_id)
        .join(Blacklisting, Blacklisting.case_id == Exclusion.case_id)
        .where(Exclusion.cause == ExclusionCause.BLACKLIST, Sight(user).firms())
        .options(joinedload(Exclusion.subject))
        .order_by(Exclusion.id.desc())
        .limit(limit)
    )
    return [
        BlackLine(row[0], row[1], row.number or "", row.told, row.received, bool(row.owed))
        for row in session.execute(query)
    ]


def receipts_with_offices(session: Session, case_id: int) -> list[BlacklistReceipt]:
    """Who was told of a decision, with office and person, those that owe the receipt first."""
    query = (
        select(BlacklistReceipt)
        .where(BlacklistReceipt.case_id == case_id)
        .options(joinedload(BlacklistReceipt.department), joinedload(BlacklistReceipt.received_by))
        .order_by(BlacklistReceipt.received_at.is_not(None), BlacklistReceipt.department_id)
    )
    return list(session.scalars(query))
