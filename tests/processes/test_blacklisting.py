"""Tests of the blacklist: the only way onto it, who hears of it, and what it stops in both schemes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.blacklisting import receipts_of
from models.calendar import today
from models.crypto import keyed_hash
from models.database import reading, transaction
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.scheme import Scheme
from processes import blacklist_receipt, credit, meeting
from processes.seed import department_ids
from tests import register
from tests.world import World, on

TOLD = {
    "bank", "bank2", "guarantor", "hrss", "finance", "central_bank", "credit_center", "police", "court",
    "procuratorate", "tax", "market", "industry", "commerce",
}  # fmt: skip


def _waiting(case_id: int) -> set[str]:
    with reading() as session:
        keys = {number: key for key, number in department_ids(session).items()}
        return {keys[row.department_id] for row in receipts_of(session, case_id) if row.received_at is None}


def _receive(world: World, case_id: int, who: str) -> None:
    with transaction() as session:
        blacklist_receipt.take_note(session, case_id, "停止有关奖补。", world.user(session, who))


def test_a_decision_blacklists_cancels_tells_everybody_and_waits_for_every_receipt(world: World) -> None:
    subject_id = register.listed(world)
    case_id = register.blacklisted(world, subject_id)
    assert world.status(case_id) == "circulating"
    assert register.listing(subject_id).status == "cancelled"
    assert register.cases(Scheme.CREDIT_EXIT, subject_id) == [], (
        "no second announcement beside the blacklist's"
    )
    assert set(register.letters(case_id)) == {
        "statement_notice", "blacklist_decision", "exit_warning", "blacklist_circular",
    }  # fmt: skip
    assert _waiting(case_id) == TOLD
    world.complete(case_id, "blacklist_announcement", register.ANNOUNCED, "jinrong1")
    for who in ("yinhang1", "youchu1", "danbao1", "renshe1", "renhang1", "xinyong1", "jingzhen1", "fayuan1", "jiancha1",
                "shuiwu1", "shichang1", "gongxin1"):  # fmt: skip
        _receive(world, case_id, who)
    with pytest.raises(Refusal, match="还有 2 个部门未签收"):
        world.complete(case_id, "blacklist_circulation", {}, "jinrong1")
    with transaction() as session:
        assert blacklist_receipt.urge(session, case_id, world.user(session, "jinrong1")) == 2
    _receive(world, case_id, "gongshang1")
    with pytest.raises(Conflict):
        _receive(world, case_id, "gongshang1")
    with pytest.raises(NotFound):
        _receive(world, case_id, "xiaozu1")
    with transaction() as session:
        finance, center = department_ids(session)["finance"], world.user(session, "jinrong1")
        blacklist_receipt.note_paper(session, case_id, finance, "无", date(2026, 3, 2), center)
    world.complete(case_id, "blacklist_circulation", {}, "jinrong1")
    assert world.status(case_id) == "blacklisted"


@pytest.mark.parametrize(
    ("kind", "field"), [("person", "id_number"), ("small_enterprise", "legal_id_number")]
)
def test_the_blacklist_also_stops_new_startup_loans_of_the_person_in_the_same_county(
    world: World, kind: str, field: str
) -> None:
    """D-38: by the operator's ID number in the 旗; elsewhere and for others nothing changes."""
    application = world.person() if kind == "person" else world.enterprise()
    subject_id = register.listed(world, operator=str(application[field]))
    register.blacklisted(world, subject_id)
    with pytest.raises(Refusal, match="黑名单"):
        world.submitted(kind)


def test_the_blacklist_also_stops_a_startup_loan_by_the_code_of_the_firm(world: World) -> None:
    code = str(world.enterprise()["uscc"])
    subject_id = register.listed(world, code, operator="")
    register.blacklisted(world, subject_id)
    with pytest.raises(Refusal, match="黑名单"):
        world.submitted("small_enterprise")
    assert world.submitted("person")


def test_an_exit_does_not_stop_startup_loans(world: World) -> None:
    subject_id = register.listed(world, operator=str(world.person()["id_number"]))
    world.complete(register.reported(world, subject_id), "exit_check", register.CONFIRMED, "jinrong1")
    assert world.submitted("person")


@pytest.mark.parametrize("ground", ["arrears", "compensation", "overdue", ""])
def test_nothing_but_the_three_grounds_leads_to_the_blacklist(world: World, ground: str) -> None:
    subject_id = register.listed(world)
    with pytest.raises(Refusal, match="骗取、挪用或恶意逃废"):
        register.proposed(world, subject_id, ground=ground)


def test_an_exit_for_any_other_ground_puts_nobody_on_the_blacklist(world: World) -> None:
    subject_id = register.listed(world)
    world.complete(register.reported(world, subject_id), "exit_check", register.CONFIRMED, "jinrong1")
    assert register.cases(Scheme.BLACKLISTING, subject_id) == []
    with reading() as session:
        assert "黑名单" not in credit.exclusion(session, register.CODE, [keyed_hash(register.OPERATOR)])


@pytest.mark.parametrize("days", [-30, -1, 1])
def test_the_right_to_speak_can_be_dated_neither_back_nor_forth(world: World, days: int) -> None:
    """D-38: the five working days lie ahead of the proposal; a telling in the past would have used them up."""
    subject_id = register.listed(world)
    with pytest.raises(Refusal, match="今日") as refused:
        register.proposed(world, subject_id, told_on=today() + timedelta(days=days))
    assert refused.value.field == "told_on"
    assert register.cases(Scheme.BLACKLISTING, subject_id) == []


@pytest.mark.parametrize(
    ("who", "error"), [("yinhang1", Forbidden), ("xiaozu1", Forbidden), ("renshe1", Forbidden)]
)
def test_only_the_center_proposes(world: World, who: str, error: type[Refusal]) -> None:
    from processes import blacklisting

    subject_id = register.listed(world)
    given = blacklisting.Proposal("fraud", "事实", "证据", "", "", date(2026, 3, 2))
    with transaction() as session, pytest.raises(error):
        blacklisting.propose(session, subject_id, given, world.user(session, who))


def test_the_firm_has_five_working_days_to_speak_and_silence_is_no_consent_to_haste(world: World) -> None:
    subject_id = register.listed(world)
    case_id = register.proposed(world, subject_id)
    assert set(world.open_tasks(case_id)) == {"blacklist_statement"}, (
        "nobody decides before the firm was heard"
    )
    with on(date(2026, 3, 9), 23):
        world.fire_due()
        assert world.status(case_id) == "hearing"
        before = str(register.met(world))
    with on(date(2026, 3, 10)):
        world.fire_due()
        assert set(world.open_tasks(case_id)) == {"blacklist_decision"}
        refused = register.decision(world, decision="refuse", reason="证据不足。")
        with pytest.raises(Refusal, match="还没有证据材料"):
            world.complete(case_id, "blacklist_decision", refused, "xiaozu1")
        register.prove(world, case_id)
        with pytest.raises(Refusal, match="2026-03-10 起") as early:
            world.complete(case_id, "blacklist_decision", {**refused, "meeting_id": before}, "xiaozu1")
        for nowhere in ("0", "99999"):
            with pytest.raises(Refusal, match="已登记的领导小组会议"):
                world.complete(case_id, "blacklist_decision", {**refused, "meeting_id": nowhere}, "xiaozu1")
        assert early.value.field == "meeting_id"
        world.complete(case_id, "blacklist_decision", refused, "xiaozu1")
        with transaction() as session, pytest.raises(Conflict, match="引用该会议"):
            moved = {"kind": "leading_group", "number": "另一次", "held_on": today()}
            meeting.correct(session, int(refused["meeting_id"]), world.user(session, "xiaozu1"), moved)
    assert world.status(case_id) == "not_blacklisted"
    assert register.listing(subject_id).is_live
    assert set(register.letters(case_id)) == {"statement_notice", "blacklist_decision"}
    register.proposed(world, subject_id)
    with pytest.raises(Conflict):
        register.proposed(world, subject_id)
