"""Orders of the stalled board: each is walked along its own index; rows without an amount come last, across pages."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import update

from models import board_list
from models.board_asked import Asked, Sort, Unit
from models.case import CaseFile
from models.database import DbSession, reading, transaction
from models.deadline import NO_DEADLINE
from models.people import User
from models.workflow import DONE, UserTask
from tests.plans import noted, plan
from tests.world import World

INDEX = {
    **{(unit.value, "due"): "ix_user_task_open" for unit in Unit},
    ("step", "arrived"): "ix_user_task_open_arrived",
    ("case", "arrived"): "ix_case_file_running_opened",
    **{(unit.value, "acted"): "ix_case_file_quiet" for unit in Unit},
    **{(unit.value, "amount"): "ix_case_file_running_amount" for unit in Unit},
    **{(unit.value, "number"): "ix_case_file_running_number" for unit in Unit},
}


@pytest.fixture
def cases(world: World) -> list[int]:
    """Five cases: three with amounts, two of them alike, and two without."""
    found = [world.submitted() for _ in range(5)]
    with transaction() as session:
        for case_id, amount in zip(found, ("50000", "70000", "50000", None, None), strict=True):
            session.execute(
                update(CaseFile).where(CaseFile.id == case_id).values(amount=amount and Decimal(amount))
            )
    return found


def walked(session: DbSession, user: User, given: Asked) -> Iterator[int]:
    """The cases of the list, page by page of one row."""
    after = ""
    while True:
        page = board_list.page(session, user, Asked(unit=given.unit, sort=given.sort, after=after), {}, 1)
        yield from (line.row.case_id for line in page.lines)
        after = page.after
        if not after:
            return


def test_amounts_fall_and_what_has_none_comes_last(world: World, cases: list[int]) -> None:
    first, second, third, *without = cases
    with reading() as session:
        leader = world.user(session, "lingdao")
        for unit in Unit:
            given = Asked(unit=unit.value, sort=Sort.AMOUNT.value)
            assert list(walked(session, leader, given)) == [second, third, first, *reversed(without)]


def test_cases_without_a_step_come_last_and_once(world: World, cases: list[int]) -> None:
    first, second, *others, last = cases
    with transaction() as session:
        session.execute(update(UserTask).where(UserTask.case_id.in_((first, last))).values(status=DONE))
        session.execute(update(UserTask).where(UserTask.case_id == second).values(due_at=NO_DEADLINE))
    with reading() as session:
        found = list(walked(session, world.user(session, "lingdao"), Asked(unit=Unit.CASE.value)))
    assert found == [*others, first, second, last]


def test_every_order_is_walked_along_its_index(world: World, cases: list[int]) -> None:
    with reading() as session:
        leader = world.user(session, "lingdao")
        for (unit, sort), index in INDEX.items():
            with noted() as asked:
                board_list.page(session, leader, Asked(unit=unit, sort=sort), {})
            assert f"{index} " in plan(*asked[0]).replace("(", " ").replace("'", " "), (unit, sort)
