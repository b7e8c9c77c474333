"""kill -9 at every boundary of one case that goes over: before or after, never between, and once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.database import reading, transaction
from models.migration import MigrationLine
from models.workflow import ProcessInstance, UserTask
from processes import migration
from tests.invariants import check_all
from tests.migrating import (
    FIVE,
    SECOND,
    SEVEN,
    next_version,
    planned,
    status_of,
    the_line,
    version_of,
)
from tests.processes.killing import crash_everywhere
from tests.world import World, answers
from webapp import handlers_migration

NINE = "working_days(9, accepted_on)"


@pytest.fixture
def reviewing(world: World) -> int:
    """A case accepted on Monday: the qualification review has 7 working days, to 11 March."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def hold() -> None:
    with reading() as session:
        check_all(session)


@pytest.mark.forks
@pytest.mark.slow
def test_killed_anywhere_a_case_is_before_or_after(world: World, reviewing: int, url: str) -> None:
    plan_id = planned(world, next_version((SEVEN, FIVE)))
    with transaction() as session:
        migration.begin(session, plan_id, world.user(session, SECOND))
    line_id = the_line(plan_id).id

    def seen() -> tuple[Any, ...]:
        with reading() as session:
            return (
                session.execute(select(ProcessInstance.definition_id, ProcessInstance.revision)).all(),
                session.execute(select(MigrationLine.verdict)).all(),
                session.scalar(select(func.count()).select_from(AuditEvent)),
                session.execute(select(UserTask.due_at)).all(),
            )

    assert crash_everywhere(url, lambda: handlers_migration.apply_one(line_id), seen) > 10
    assert (the_line(plan_id).verdict, version_of(reviewing)) == ("applied", 2)
    handlers_migration.apply_plan(plan_id)
    assert status_of(plan_id) == "applied"
    hold()
