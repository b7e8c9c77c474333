"""Who sees which case, and who may take one back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.audit import AuditEvent
from models.case import CaseFile, visible_to
from models.database import reading, transaction
from models.refusal import Refusal
from processes import case as case_verbs
from processes import withdrawal
from tests.world import World, answers

EVERYBODY = (
    "shenqing",
    "renshe1",
    "danbao1",
    "yinhang1",
    "youchu1",
    "dlt_renshe1",
    "lingdao",
    "shenji",
    "guanli",
    "liucheng",
)


def seen_by(world: World, case_id: int) -> set[str]:
    with reading() as session:
        return {
            name
            for name in EVERYBODY
            if session.scalars(
                select(CaseFile.id).where(CaseFile.id == case_id, visible_to(world.user(session, name)))
            ).first()
        }


def test_a_draft_is_its_writer_s_and_his_office_s(world: World) -> None:
    with transaction() as session:
        actor = world.user(session, "renshe1")
        draft = case_verbs.create_draft(session, "startup_loan", "person", world.person(), actor).id
    assert seen_by(world, draft) == {"renshe1"}


def test_an_office_sees_a_case_when_it_arrives_there(world: World) -> None:
    case_id = world.submitted(actor="shenqing")
    own = {"shenqing", "renshe1", "lingdao", "shenji"}
    assert seen_by(world, case_id) == own
    world.complete(case_id, "acceptance", answers("acceptance"))
    world.complete(case_id, "qualification_review", answers("qualification_review"))
    assert seen_by(world, case_id) == own | {"danbao1", "yinhang1"}


def test_who_filed_for_another_does_not_take_it_back(world: World) -> None:
    case_id = world.submitted(actor="yinhang1")
    with pytest.raises(Refusal, match="撤回"), transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "yinhang1"), "不贷了")
    with transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "renshe1"), "申请人书面要求")
    with reading() as session:
        noted = session.scalars(select(AuditEvent.summary).where(AuditEvent.action == "case.withdrawn")).one()
    assert noted == "受理窗口代申请人撤回申请：申请人书面要求"


def test_the_log_of_a_correction_carries_no_readable_numbers_or_addresses(world: World) -> None:
    with transaction() as session:
        actor = world.user(session, "renshe1")
        case = case_verbs.create_draft(session, "startup_loan", "person", {}, actor)
        fields = world.person(address="示例旗示例镇某某街道某某小区八号楼", phone="13800000001")
        case_verbs.save_application(session, case.id, fields, actor)
    with reading() as session:
        noted = str(session.scalars(select(AuditEvent.new).where(AuditEvent.action == "case.edited")).all())
    assert "13800000001" not in noted
    assert "八号楼" not in noted
    assert fields["id_number"] not in noted
