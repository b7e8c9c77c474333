"""Room party: registers who appears in a case, and checks the guarantors against other cases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit import startup_exclusions
from models.crypto import keyed_hash
from models.identity import normalize
from models.party import CaseParty, PartyRole
from models.refusal import Refusal

_SINGLE = {
    "id_number": PartyRole.APPLICANT,
    "spouse_id_number": PartyRole.SPOUSE,
    "legal_id_number": PartyRole.LEGAL_REPRESENTATIVE,
    "uscc": PartyRole.BUSINESS,
}
_ROWS = {
    "partners": ("id_number", PartyRole.PARTNER),
    "guarantors": ("id_number", PartyRole.GUARANTOR),
    "collaterals": ("owner_id_number", PartyRole.OWNER),
    "shareholders": ("id_number_or_uscc", PartyRole.SHAREHOLDER),
    "employees": ("id_number", PartyRole.EMPLOYEE),
}
_BORROWING = (
    PartyRole.APPLICANT.value,
    PartyRole.PARTNER.value,
    PartyRole.LEGAL_REPRESENTATIVE.value,
    PartyRole.BUSINESS.value,
)
_ENDED = (CaseStatus.DRAFT, CaseStatus.REFUSED, CaseStatus.WITHDRAWN, CaseStatus.LAPSED)


def register_parties(session: Session, case: CaseFile) -> None:
    """Write who appears in the application as it stands now."""
    session.execute(delete(CaseParty).where(CaseParty.case_id == case.id))
    session.add_all(
        CaseParty(case_id=case.id, role=role.value, id_hash=keyed_hash(number))
        for number, role in dict.fromkeys(_parties(case))
    )
    session.flush()


def check_guarantors(session: Session, case: CaseFile) -> None:
    """F1: the cover reaches the amount, and nobody guarantees two live cases. Raises Refusal."""
    rows = case.application.get("guarantors") or []
    if not rows:
        return
    cover = sum((Decimal(str(row.get("guarantee_amount") or 0)) for row in rows), Decimal(0))
    if not case.application.get("collaterals") and case.amount is not None and cover < case.amount:
        raise Refusal(f"保证人担保额度合计 {cover:,.2f} 元，不足申请金额。", "guarantors")
    hashes = [keyed_hash(normalize(str(row.get("id_number") or ""))) for row in rows]
    other = session.scalars(
        select(CaseFile.number)
        .join(CaseParty, CaseParty.case_id == CaseFile.id)
        .where(CaseParty.role == PartyRole.GUARANTOR.value, CaseParty.id_hash.in_(hashes))
        .where(CaseFile.id != case.id, CaseFile.status.not_in(_ENDED))
        .limit(1)
    ).first()
    if other is not None:
        # The other case's number would tell a stranger who else has applied.
        raise Refusal("所填保证人正在为其他创业担保贷款提供担保，请更换保证人。", "guarantors")


def blacklisted(session: Session, case: CaseFile) -> str:
    """Why the borrower gets no new 创业担保贷款 in this 旗 (B-22, D-38), in Chinese; empty when he may.

    He is who applies, a partner, the legal representative and the business; not his guarantors or staff.
    """
    session.flush()
    query = select(CaseParty.id_hash).where(CaseParty.case_id == case.id, CaseParty.role.in_(_BORROWING))
    found = startup_exclusions(session, case.region_id, session.scalars(query))
    if not found:
        return ""
    on = found[0].excluded_on
    return f"申请人或其经营主体已于 {on.isoformat()} 列入本旗信贷“黑名单”，不予办理创业担保贷款。"


def _parties(case: CaseFile) -> Iterator[tuple[str, PartyRole]]:
    fields = case.application
    for name, role in _SINGLE.items():
        if fields.get(name):
            yield normalize(str(fields[name])), role
    for table, (name, role) in _ROWS.items():
        for row in fields.get(table) or []:
            if row.get(name):
                yield normalize(str(row[name])), role
