"""Plans of migration as tests need them: a next version by changed words, and a plan tried and carried out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.database import reading, transaction
from models.migration import MigrationLine, MigrationPlan
from models.migration_choice import Chosen
from models.workflow import ProcessDefinition
from processes import migration
from processes.publication import Publication, store
from processes.workflow import DEFINITIONS, SHIPPED
from tests.world import World
from webapp import handlers_migration

KEY = "combined_review"
SEVEN, FIVE = "working_days(7, accepted_on)", "working_days(5, accepted_on)"
OWNER, SECOND = "liucheng", "liucheng2"


def drawing(*changes: tuple[str, str], key: str = KEY) -> bytes:
    """The shipped drawing with words replaced; each must be there."""
    text = (DEFINITIONS / f"{key}.bpmn").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def next_version(*changes: tuple[str, str], key: str = KEY) -> int:
    """Publish such a drawing; the id of the version."""
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED[key]}
    with transaction() as session:
        return store(session, drawing(*changes, key=key), tables, None, Publication()).id


def planned(world: World, to_id: int, steps: dict[str, str] | None = None, **wanted: Any) -> int:
    """The id of a plan that has been tried."""
    with transaction() as session:
        plan = migration.create_plan(
            session, world.user(session, OWNER), to_id, "时限调整", Chosen(**wanted), steps or {}
        )
        plan_id = plan.id
    handlers_migration.check_plan(plan_id)
    return plan_id


def applied(world: World, plan_id: int, *, is_overdue_meant: bool = False) -> None:
    """Let it be carried out by the second owner."""
    with transaction() as session:
        migration.begin(session, plan_id, world.user(session, SECOND), is_overdue_meant=is_overdue_meant)
    handlers_migration.apply_plan(plan_id)


def lines(plan_id: int) -> list[MigrationLine]:
    """The cases of a plan (detached)."""
    with reading() as session:
        query = select(MigrationLine).where(MigrationLine.plan_id == plan_id).order_by(MigrationLine.id)
        return list(session.scalars(query))


def the_line(plan_id: int) -> MigrationLine:
    """The only case of a plan."""
    (line,) = lines(plan_id)
    return line


def status_of(plan_id: int) -> str:
    """Where a plan stands."""
    with reading() as session:
        return session.get_one(MigrationPlan, plan_id).status


def version_of(case_id: int) -> int:
    """The version on which a case runs."""
    from models.workflow import ProcessInstance

    with reading() as session:
        query = select(ProcessDefinition.version).join(
            ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id
        )
        return session.scalars(query.where(ProcessInstance.case_id == case_id)).one()
