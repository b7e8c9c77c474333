"""Room declaration, warnings: what will stop a declaration is said while it is still a draft; nothing is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models.calendar import today
from models.credit_policy import credit_rules_on
from models.crypto import keyed_hash
from models.declaration import window
from models.identity import normalize
from models.subject import SubjectKind
from models.vocabulary import TaxGrade
from processes.credit import exclusion

# As in the table of admission (E-08, T-08): 个体工商户 without a grade bring an opinion of their tax office.
TOO_LOW = {
    SubjectKind.ENTERPRISE: (TaxGrade.M, TaxGrade.C, TaxGrade.D, TaxGrade.NONE),
    SubjectKind.SOLE_TRADER: (TaxGrade.M, TaxGrade.C, TaxGrade.D),
}


def warnings(session: Session, kind: SubjectKind, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What the sound answers of a draft of F3 already bring about: (question, sentence)."""
    operator = keyed_hash(normalize(str(known.get("legal_id_number") or "")))
    if known.get("uscc") and (reason := exclusion(session, normalize(str(known["uscc"])), [operator])):
        yield "uscc", f"{reason}继续填写后也不能提交。"
    if (grade := known.get("tax_grade")) in TOO_LOW[kind]:
        words = f"纳税信用等级为“{TaxGrade.title_of(str(grade))}”，不符合“不低于B级”的准入条件，甄别时可能不予通过。"
        yield "tax_grade", words
    if isinstance(reported_on := known.get("reported_on"), date):
        yield from _age(session, reported_on)


def _age(session: Session, reported_on: date) -> Iterator[tuple[str, str]]:
    """D-17, by the first day on which the declaration can be received."""
    found = window(session)
    received_on = today() if found.is_open else found.next_opening
    days = credit_rules_on(session, received_on).evidence_days
    last = reported_on + timedelta(days=days)
    if last < received_on:
        when = "提交时" if found.is_open else f"到下次开放日期（{found.opening}）"
        yield "reported_on", f"征信报告{when}已超过{days}日，请在提交前重新查询并更新日期。"
