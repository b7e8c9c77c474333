"""Firms before the public, as tests see them: notices, objections and the acts of the center."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import today
from models.crypto import keyed_hash
from models.database import reading, transaction
from models.notice import NoticeEntry, NoticeKind, Period, PublicNotice
from models.objection import Objection
from models.people import Region
from models.subject import Subject, SubjectKind, subject_of_code
from processes import notice as notices
from processes import objection as objections
from processes import withdrawal
from processes.message import post
from tests.credit import checked, code, subject_of
from tests.world import World

DECEMBER = date(2025, 12, 8)
PDF = b"%PDF-1.4\n%%EOF\n"
SAID: Mapping[str, Any] = {
    "name": "郑某举", "phone": "13900000009", "address": "示例镇", "unit": "", "is_unit": False,
    "category": "unpaid_loan", "facts": "该企业有到期未还的贷款。",
}  # fmt: skip
PUBLISHED: Mapping[str, Any] = {
    "title": "2026年上半年信用企业（户）公示", "basis": "伊政办发〔2019〕53号", "text": "现予公示。",
    "office": "伊金霍洛旗金融服务中心", "phone": "0477-8000000", "address": "示例路1号",
    "places": ["release", "news", "board"], "other_places": "",
}  # fmt: skip
VERIFIED: Mapping[str, Any] = {
    "method": "letter", "departments": "法院、人民银行", "findings": "经查询相关系统。",
    "decision": "dismissed", "breaches": [],
}  # fmt: skip
DECIDED: Mapping[str, Any] = {
    "decision": "dismissed", "breaches": [], "conclusion": "经核实，所反映的情况不存在。", "delivery_method": "electronic",
}  # fmt: skip

UPHELD: Mapping[str, Any] = {"decision": "upheld", "breaches": ["fraud", "unpaid_loan"]}
# A good answer to each form, as it is typed.
FORMS: list[tuple[str, dict[str, Any]]] = [
    ("notice_publication", {**PUBLISHED, "published_on": "2026-11-20"}),
    ("notice_confirmation", {"confirmed": True}),
    ("objection_verification", dict(VERIFIED)),
    ("objection_verification", {**VERIFIED, **UPHELD}),
    ("objection_decision", {**DECIDED, "delivered_on": "2026-11-20"}),
    ("objection_decision", {**DECIDED, **UPHELD, "delivered_on": "2026-11-20"}),
]


class Board:
    """Acts of the center and of the public by their verbs."""

    def __init__(self, world: World) -> None:
        self.world = world

    def firm(self, session: Session, serial: int, kind: SubjectKind = SubjectKind.ENTERPRISE) -> Subject:
        """The firm of that serial number, new or known."""
        found = subject_of_code(session, code(serial, kind))
        if found is None:
            region = session.scalars(select(Region.id).where(Region.code == "150627")).one()
            found = Subject(
                uscc=code(serial, kind), name=f"示例{serial}号{kind.label}", kind=kind.value,
                operator_hash=keyed_hash(f"operator {serial}"), region_id=region, recorded_at=notices.now(),
            )  # fmt: skip
            session.add(found)
            session.flush()
        return found

    def opened(self, firms: int = 3, with_cases: bool = False, first: int = 1) -> PublicNotice:
        """A list that the leading group has approved today; every third firm is a 个体工商户.

        `with_cases`: each with a declaration of December that waits for its notice.
        """
        numbers = range(first, first + firms)
        kinds = [SubjectKind.SOLE_TRADER if n % 3 == 0 else SubjectKind.ENTERPRISE for n in numbers]
        pairs = list(zip(numbers, kinds, strict=True))
        cases = self.passed(pairs) if with_cases else []
        with transaction() as session:
            entries = [notices.Entry(self.firm(session, n, kind).id) for n, kind in pairs]
            if cases:
                entries = [notices.Entry(subject_of(case), case) for case in cases]
            region = session.scalars(select(Region.id).where(Region.code == "150627")).one()
            return notices.open_notice(
                session, NoticeKind.LISTING, region, str(PUBLISHED["title"]), entries,
                parent=None, actor=self.world.user(session, "jinrong1"),
            )  # fmt: skip

    def passed(self, firms: Sequence[tuple[int, SubjectKind]]) -> list[int]:
        """Declarations that have been handed in, checked, screened and passed."""
        cases = [checked(self.world, code(number, kind), day=DECEMBER) for number, kind in firms]
        for name in ("round_opened", "screening_passed"):
            with transaction() as session:
                post(session, cases, name)
            self.world.fire_due()
        return cases

    def withdraw(self, case_id: int) -> None:
        """The center takes a declaration back on the word of the firm."""
        with transaction() as session:
            withdrawal.withdraw(session, case_id, self.world.user(session, "jinrong1"), "不再需要")

    def publish(self, notice: PublicNotice, day: date | None = None, **over: Any) -> None:
        """jinrong1 publishes."""
        given = {**PUBLISHED, "published_on": day or today(), **over}
        self.world.complete(notice.case_id, "draft_notice", given, "jinrong1")

    def published(self, firms: int = 3, with_cases: bool = False) -> PublicNotice:
        """A list that stands before the public since today."""
        notice = self.opened(firms, with_cases)
        self.publish(notice)
        return self.read(notice)

    def object(self, notice: PublicNotice, serial: int = 1, files: Sequence[Any] = (), **over: Any) -> int:
        """Somebody objects to the entry of that place; the id of the objection's case."""
        entry = self.entries(notice)[serial - 1]
        said = {**SAID, "uscc": entry.uscc, **over}
        address = f"10.0.{notice.id}.{serial}"
        with transaction() as session:
            return objections.object_publicly(session, notice.id, said, files, address).case_id

    def verify(self, case_id: int, **over: Any) -> None:
        """jinrong1 looks into it, jinrong2 decides: not true unless `over` says otherwise."""
        self.world.complete(case_id, "verify_objection", {**VERIFIED, **over}, "jinrong1")
        decided = {**DECIDED, "delivered_on": today(), **over}
        self.world.complete(case_id, "decide_objection", decided, "jinrong2")

    def confirm(self, notice: PublicNotice) -> None:
        """jinrong0 confirms."""
        given = {"confirmed": True, "opinion": ""}
        self.world.complete(notice.case_id, "confirm_notice", given, "jinrong0")

    def read(self, notice: PublicNotice) -> PublicNotice:
        """The notice as it is now."""
        with reading() as session:
            return session.get_one(PublicNotice, notice.id)

    def period(self, notice: PublicNotice) -> Period:
        """Its period by the calendar in force now."""
        with reading() as session:
            found = session.get_one(PublicNotice, notice.id).period
            assert found is not None
            return found

    def is_open(self, notice: PublicNotice) -> bool:
        """Whether the public may object now."""
        with reading() as session:
            return session.get_one(PublicNotice, notice.id).is_open

    def entries(self, notice: PublicNotice) -> list[NoticeEntry]:
        """Its firms in the printed order."""
        with reading() as session:
            query = select(NoticeEntry).where(NoticeEntry.notice_id == notice.id)
            return list(session.scalars(query.order_by(NoticeEntry.serial)))

    def objection(self, case_id: int) -> Objection:
        """The objection of a case."""
        with reading() as session:
            return session.scalars(select(Objection).where(Objection.case_id == case_id)).one()
