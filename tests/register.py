"""The register as tests see it: firms, listings, exits and blacklistings by public verbs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.case import CaseFile
from models.credit import CreditListing
from models.crypto import keyed_hash
from models.database import reading, transaction
from models.letter import Letter
from models.meeting import Meeting, MeetingKind
from models.people import Region
from models.scheme import Scheme
from models.subject import Subject, SubjectKind, subject_of_code
from processes import blacklist_receipt, blacklisting, credit, credit_exit, meeting
from tests.credit import keep_files_somewhere
from tests.world import World
from webapp.demo.files import sample_pdf

CODE, OTHER_CODE = "91150627MA0A00014C", "91150627MA0A000227"
TRADER_CODE, OTHER_TRADER = "92150627MA0C00032A", "92150627MA0C000405"
OPERATOR, SOMEBODY = "150627198506150009", "150627197803090001"
ANNOUNCED = {"title": "公告", "text": "依据文件公告如下。"}
SECURED = {"measure": "none", "note": "贷款正常，暂不采取措施。"}
CONFIRMED = {"decision": "approve", "finding": "经核实属实。"}
REJECTED = {"decision": "refuse", "finding": "经核实不属实。"}
# Form key → sound answers as JSON, for the tests of every form.
FORMS: list[tuple[str, dict[str, object]]] = [
    ("exit_check", {**CONFIRMED}),
    ("exit_announcement", {**ANNOUNCED}),
    ("exit_preservation", {**SECURED}),
    ("blacklist_statement", {"result": "stated", "stated_on": "2026-11-20", "statement": "并无此事。"}),
    ("blacklist_statement", {"result": "waived", "stated_on": "2026-11-20"}),
    (
        "blacklist_decision",
        {
            "decision": "approve",
            "meeting_id": "1",
            "reason": "事实清楚。",
        },
    ),
    ("blacklist_announcement", {**ANNOUNCED}),
    ("blacklist_circulation", {"confirmed": True}),
]


def firm(
    session: Session, code: str = CODE, name: str = "示例商贸有限公司", operator: str = OPERATOR
) -> Subject:
    """A firm of the 旗, known to the house."""
    found = subject_of_code(session, code)
    if found is None:
        kind = SubjectKind.SOLE_TRADER if code.startswith("92") else SubjectKind.ENTERPRISE
        region = session.scalars(select(Region.id).where(Region.code == "150627")).one()
        found = Subject(
            uscc=code, name=name, kind=kind, operator_hash=keyed_hash(operator) if operator else "",
            region_id=region, recorded_at=now(),
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def listed(world: World, code: str = CODE, name: str = "示例商贸有限公司", operator: str = OPERATOR) -> int:
    """A firm on the register; its id."""
    with transaction() as session:
        subject = firm(session, code, name, operator)
        credit.enlist(session, subject, None, None, world.user(session, "jinrong1"))
        return subject.id


def reported(world: World, subject_id: int, who: str = "yinhang1", ground: str = "tax") -> int:
    """A breach is reported; the id of the exit case."""
    with transaction() as session:
        case = credit_exit.report(
            session, subject_id, ground, "税务局系统查询，等级降为C。", world.user(session, who)
        )
        return case.id


def proposed(world: World, subject_id: int, **over: Any) -> int:
    """The center proposes a firm for the blacklist; the id of the case."""
    given = {"ground": "misuse", "facts": "将贷款用于购房。", "evidence": "银行流水一份。", "debts": "", "collection": "",
             "told_on": today(), **over}  # fmt: skip
    with transaction() as session:
        actor = world.user(session, "jinrong1")
        return blacklisting.propose(session, subject_id, blacklisting.Proposal(**given), actor).id


def decision(world: World, **over: Any) -> dict[str, Any]:
    """A good answer of the leading group, which meets today."""
    return {"decision": "approve", "meeting_id": str(met(world)), "reason": "事实清楚。", **over}


def met(world: World) -> int:
    """The id of the meeting of the leading group of today, recorded once."""
    number = f"{today():%m%d}号"
    with transaction() as session:
        known = session.scalars(select(Meeting.id).where(Meeting.number == number)).first()
        fields = {"kind": MeetingKind.LEADING_GROUP.value, "number": number, "held_on": today()}
        return known or meeting.record(session, world.user(session, "xiaozu1"), fields).id


def prove(world: World, case_id: int) -> None:
    """The center puts evidence into the case."""
    keep_files_somewhere()
    with transaction() as session:
        actor = world.user(session, "jinrong1")
        blacklist_receipt.add_evidence(
            session, case_id, blacklisting.EVIDENCE, "合同.pdf", sample_pdf(), actor
        )


def blacklisted(world: World, subject_id: int) -> int:
    """A firm is put on the blacklist, as far as the circulation; the id of the case."""
    case_id = proposed(world, subject_id)
    statement = {"result": "waived", "stated_on": today()}
    world.complete(case_id, "blacklist_statement", statement, "jinrong1")
    prove(world, case_id)
    world.complete(case_id, "blacklist_decision", decision(world), "xiaozu1")
    return case_id


def listing(subject_id: int) -> CreditListing:
    """The firm's line on the register."""
    with reading() as session:
        return session.scalars(select(CreditListing).where(CreditListing.subject_id == subject_id)).one()


def cases(scheme: Scheme, subject_id: int) -> list[CaseFile]:
    """The cases of a kind about a firm, oldest first."""
    with reading() as session:
        query = select(CaseFile).where(CaseFile.scheme == scheme, CaseFile.subject_id == subject_id)
        return list(session.scalars(query.order_by(CaseFile.id)))


def letters(case_id: int) -> dict[str, Letter]:
    """Kind → letter of a case."""
    with reading() as session:
        return {row.kind: row for row in session.scalars(select(Letter).where(Letter.case_id == case_id))}
