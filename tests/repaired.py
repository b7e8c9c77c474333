"""One of everything that two people repair in a case, for walks over every route."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.case import CaseFile
from models.database import transaction
from models.workflow import Timer
from processes import dossier, fact_correction, saved_filter, token_repair
from tests.world import World


def repaired(world: World, case_id: int) -> dict[str, Any]:
    """Parameter of a route → the id of its row: what is proposed about this case, and what else was asked of it."""
    with transaction() as session:
        case, owner = session.get_one(CaseFile, case_id), world.user(session, "liucheng")
        leader = world.user(session, "lingdao")
        wanted = ["withdrawal_received", "refusal_notice_hrss"]
        return {
            "move_id": token_repair.propose(session, case_id, wanted, "误操作", owner).id,
            "correction_id": fact_correction.propose(
                session, case_id, "received_on", "2026-02-27", "登记有误", leader
            ).id,
            "timer_id": session.scalars(select(Timer.id).where(Timer.case_id == case_id)).first(),
            "dossier_id": dossier.ask(session, case.number, "备查", False, leader).id,
            "filter_id": saved_filter.keep(session, world.user(session, "renshe2"), "我的", "mine", {}).id,
        }
