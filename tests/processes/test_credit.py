"""Tests of the register: who comes on it, who leaves it the same day, who is warned, and who never comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile
from models.credit import ExitWarning, ListingEvent
from models.credit_exit import ExitGround, exit_of
from models.crypto import keyed_hash
from models.database import reading, transaction
from models.firm import FirmPage, firm_of_code
from models.notification import Notification
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.register import validity_of
from models.scheme import Scheme
from models.subject import Subject
from processes import credit
from processes.seed import department_ids
from tests import register, screening
from tests.world import World, on

WARNED = {
    "center", "bank", "bank2", "guarantor", "central_bank", "credit_center", "police", "court", "procuratorate",
    "tax", "market", "industry", "commerce",
}  # fmt: skip


def _excluded(code: str, *operators: str) -> str:
    with reading() as session:
        return credit.exclusion(session, code, [keyed_hash(one) for one in operators])


def _require(subject_id: int) -> str:
    with reading() as session:
        return credit.require_listed(session, subject_id).number


def test_a_breach_cancels_the_same_day_and_warns_exactly_who_must_be_warned(world: World) -> None:
    subject_id = register.listed(world)
    assert register.listing(subject_id).number == "XQ202600001"
    with on(date(2026, 10, 3)):  # a Saturday within the holidays
        case_id = register.reported(world, subject_id)
        assert register.listing(subject_id).is_live, "a report alone cancels nothing"
        world.complete(case_id, "exit_check", register.CONFIRMED, "jinrong1")
    found = register.listing(subject_id)
    assert (found.status, found.cancelled_on) == ("cancelled", date(2026, 10, 3))
    with reading() as session:
        keys = {number: key for key, number in department_ids(session).items()}
        rows = session.scalars(select(ExitWarning).where(ExitWarning.case_id == case_id)).all()
        assert {keys[row.department_id] for row in rows} == WARNED
        told = select(User.department_id).join(Notification, Notification.user_id == User.id)
        told = told.where(Notification.case_id == case_id, Notification.text.contains("预警提示"))
        assert {keys[number] for number in session.scalars(told) if number} == WARNED
        events = session.scalars(select(ListingEvent).where(ListingEvent.subject_id == subject_id)).all()
        assert [(row.kind, row.happened_on.isoformat()) for row in events] == [
            ("listed", "2026-03-02"), ("cancelled", "2026-10-03"), ("warned", "2026-10-03"),
        ]  # fmt: skip
    assert len(register.letters(case_id)["exit_warning"].content["recipients"]) == len(WARNED)
    world.complete(case_id, "exit_announcement", register.ANNOUNCED, "jinrong1")
    world.complete(case_id, "exit_preservation", register.SECURED, "yinhang1")
    assert world.status(case_id) == "exited"


def test_an_exit_is_for_good_by_code_and_by_operator(world: World) -> None:
    """D-30: the second firm of the same operator is refused, whether it applies or is on the register already."""
    first = register.listed(world)
    second = register.listed(world, register.TRADER_CODE, "示例小店")
    stranger = register.listed(world, register.OTHER_CODE, "另一家公司", register.SOMEBODY)
    assert _require(second).startswith("XH")
    world.complete(register.reported(world, first), "exit_check", register.CONFIRMED, "jinrong1")
    assert "已被取消" in _excluded(register.CODE)
    assert "名下的其他主体" in _excluded(register.OTHER_TRADER, register.OPERATOR)
    assert _excluded(register.OTHER_TRADER, register.SOMEBODY) == ""
    assert _require(stranger)
    for subject_id in (first, second):
        with pytest.raises(Refusal, match="不得再申请"):
            _require(subject_id)
    with on(date(2036, 1, 5)), transaction() as session, pytest.raises(Refusal, match="不得再申请"):
        subject = register.firm(session, register.OTHER_TRADER, "又一家店")
        credit.enlist(session, subject, None, None, None)


def test_a_new_legal_representative_frees_nobody(world: World) -> None:
    subject_id = register.listed(world)
    world.complete(register.reported(world, subject_id), "exit_check", register.CONFIRMED, "jinrong1")
    with transaction() as session:
        session.get_one(Subject, subject_id).operator_hash = keyed_hash(register.SOMEBODY)
    assert _excluded(register.OTHER_CODE, register.OPERATOR)
    assert _excluded(register.OTHER_CODE, register.SOMEBODY)


def test_arrears_cancel_at_once_and_leave_the_announcement_to_an_exit_case(world: World) -> None:
    """D-29 as the arrears call it: the day is theirs, nothing is left to check, a second time nothing happens."""
    subject_id = register.listed(world)
    with on(date(2026, 10, 2)), transaction() as session:
        loan = _loan_case(session, subject_id)
        subject = session.get_one(Subject, subject_id)
        facts = "2026-10-01 应还利息未还。"
        asked = subject, ExitGround.ARREARS, facts, date(2026, 10, 2), loan
        assert credit.leave(session, *asked, actor=None) is not None
        assert credit.leave(session, *asked, actor=None) is None
    (case,) = register.cases(Scheme.CREDIT_EXIT, subject_id)
    assert case.parent_id is not None
    both = {"exit_preservation": "yinhang1", "guarantor_preservation": "danbao1"}
    assert set(world.open_tasks(case.id)) == {"exit_announcement", *both}
    assert register.listing(subject_id).cancelled_on == date(2026, 10, 2)
    for element, who in both.items():  # B-18: 金融机构、担保公司
        given = {**register.SECURED, "measure": "security", "note": element, "late_reason": "节假日"}
        world.complete(case.id, element, given, who)
    with reading() as session:
        file = exit_of(session, case.id)
        assert (file.measure_note, file.guarantor_note) == tuple(both)
    assert set(world.open_tasks(case.id)) == {"exit_announcement"}


def _loan_case(session: Session, subject_id: int) -> CaseFile:
    """A case out of which the arrears are found; of a kind that needs no facts of its own here."""
    case = CaseFile(
        number="XB202600001", scheme=Scheme.ARREARS, applicant_type="", status="arrears_collecting",
        subject_id=subject_id, opened_at=now(), application={}, audit_seq=0, audit_head="",
        bank_id=department_ids(session)["bank"], guarantor_id=department_ids(session)["guarantor"], region_id=None,
    )  # fmt: skip
    session.add(case)
    session.flush()
    return case


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("shuiwu1", Forbidden),
        ("lingdao", Forbidden),
        ("dlt_yinhang1", NotFound),
        ("danbao1", None),
        ("jinrong1", None),
    ],
)
def test_who_may_report_a_breach(world: World, who: str, error: type[Refusal] | None) -> None:
    subject_id = register.listed(world)
    if error is None:
        register.reported(world, subject_id, who)
        with pytest.raises(Conflict):
            register.reported(world, subject_id, "youchu1")
        return
    with pytest.raises(error):
        register.reported(world, subject_id, who)


def test_a_report_that_proves_wrong_changes_nothing(world: World) -> None:
    subject_id = register.listed(world)
    case_id = register.reported(world, subject_id)
    world.complete(case_id, "exit_check", register.REJECTED, "jinrong1")
    assert world.status(case_id) == "exit_rejected"
    assert register.listing(subject_id).is_live and _require(subject_id)
    assert register.letters(case_id) == {}
    with pytest.raises(Refusal, match="请选择"):
        register.reported(world, subject_id, ground="arrears")


def test_a_case_of_the_early_morning_stands_under_the_day_of_its_clock(world: World) -> None:
    """At 01:00 in Shanghai it is still the day before in UTC, in which instants are kept."""
    subject_id, day = register.listed(world), date(2026, 3, 4)
    with on(day, 1):
        register.reported(world, subject_id)
        with reading() as session:
            reader = world.user(session, "jinrong1")
            page = FirmPage(session, firm_of_code(session, reader, register.CODE), reader, 30)
            assert [line.opened_on for line in page.cases] == [day]


def test_recommending_sends_one_list_to_every_bank(world: World) -> None:
    """N11: one letter for all firms of a notice, the same day, and the banks may read it."""
    with transaction() as session:
        actor = world.user(session, "jinrong1")
        firms = [
            register.firm(session),
            register.firm(session, register.TRADER_CODE, "示例小店", register.SOMEBODY),
        ]
        notice_case = _loan_case(session, firms[0].id)
        notice_case.region_id = firms[0].region_id
        listings = [credit.enlist(session, one, None, None, actor) for one in firms]
        credit.recommend(session, notice_case, listings, actor)
        case_id = notice_case.id
    content = register.letters(case_id)["recommendation"].content
    assert [row["number"] for row in content["rows"]] == ["XQ202600001", "XH202600001"]
    assert len(content["recipients"]) == 2
    with reading() as session:
        told = select(User.username).join(Notification, Notification.user_id == User.id)
        told = told.where(Notification.text.contains("推荐名单"))
        assert set(session.scalars(told)) == {
            "yinhang0",
            "yinhang1",
            "yinhang2",
            "youchu0",
            "youchu1",
            "youchu2",
        }


def test_a_listing_takes_over_the_dated_queries_of_its_screening(world: World) -> None:
    """D-17: what the departments queried is valid for 30 calendar days from their own day."""
    round_id = screening.opened(world, 1)
    screening.all_pass(world, round_id)
    (candidate,) = screening.candidates(round_id)
    with on(screening.JUNE), transaction() as session:
        subject = session.get_one(Subject, candidate.subject_id)
        application = session.get_one(CaseFile, candidate.application_case_id)
        credit.enlist(session, subject, None, application, None)
        uscc = subject.uscc
    for days, stale in ((30, 0), (31, 6)):
        with on(screening.JUNE + timedelta(days=days)), reading() as session:
            found = validity_of(session, [candidate.subject_id], 30)[candidate.subject_id]
            assert (found.asked, found.stale, found.missing) == (6, stale, 1)
    with on(screening.JUNE), reading() as session:
        for who, offices in (("jinrong1", 9), ("shuiwu1", 1), ("yinhang1", 0)):
            page = FirmPage(
                session, firm_of_code(session, world.user(session, who), uscc), world.user(session, who), 30
            )
            assert len(page.screenings) == offices, who
