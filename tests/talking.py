"""One of everything that officials say to one another: a remark, a copy and an absence, for walks over every route."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.calendar import today
from models.case import CaseFile
from models.copying import CaseCopy
from models.database import transaction
from processes import comment, copying, substitute
from tests.world import World


def talked(world: World, case_id: int) -> dict[str, Any]:
    """Parameter of a route → the id of its row, all of them about this case or its office."""
    with transaction() as session:
        clerk, leader = world.user(session, "renshe1"), world.user(session, "lingdao")
        other = world.user(session, "renshe2")
        said = comment.say(session, session.get_one(CaseFile, case_id), "请核对", [leader.id], clerk)
        copying.copy_to(session, case_id, [leader.id], "请阅", clerk)
        copied = session.query(CaseCopy).filter_by(case_id=case_id).one()
        days = today() + timedelta(days=30), today() + timedelta(days=31)
        away = substitute.set_substitute(session, substitute.Wanted(other.id, clerk.id, *days), other)
        return {
            "comment_id": said.id,
            "copy_id": copied.id,
            **dict.fromkeys(("substitute_id", "absence_id"), away.id),
        }
