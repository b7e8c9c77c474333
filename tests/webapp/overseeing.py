"""What overseers have begun in a case: an order about its open step, a workbook asked for, two screens of halls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.board_asked import Asked
from models.calendar import today
from models.database import transaction
from models.people import all_regions
from processes import board_export, hall
from processes.supervision_order import Demand, order_task
from tests.world import World


def overseen(world: World, case_id: int) -> dict[str, Any]:
    """The ids by which routes name them; `secret` opens the screen that nobody revokes."""
    (task_id, *_others) = world.open_tasks(case_id).values()
    with transaction() as session:
        leader, chief = world.user(session, "lingdao"), world.user(session, "guanli")
        demand = Demand("请尽快办理", today() + timedelta(days=7))
        region = all_regions(session)[0].id
        return {
            "supervision_id": order_task(session, task_id, demand, leader).id,
            "export_id": board_export.ask(session, Asked(), leader).id,
            "secret": hall.open_screen(session, "一楼大屏", region, chief)[1],
            "hall_id": hall.open_screen(session, "二楼大屏", region, chief)[0].id,
        }
