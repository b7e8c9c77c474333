"""Publishing: only sound drawings, each content once; running cases stay on their version."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.database import reading, transaction
from models.workflow import ProcessDefinition, ProcessInstance
from processes.engine.xml import XmlRefused
from processes.workflow import DEFINITIONS, SHIPPED, publish
from tests.invariants import check_all
from tests.world import World, answers

TABLES = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
BPMN = (DEFINITIONS / "combined_review.bpmn").read_bytes()


def _versions() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(ProcessDefinition.version).order_by(ProcessDefinition.version)))


def test_a_drawing_with_problems_is_refused_naming_all_of_them(world: World) -> None:
    bad = BPMN.replace("人社部门".encode(), "信访部门".encode()).replace(
        b'value="acceptance"', b'value="poem"'
    )
    with pytest.raises(XmlRefused) as refused, transaction() as session:
        publish(session, bad, TABLES, None)
    assert "信访部门" in str(refused.value) and "poem" in str(refused.value)
    assert _versions() == [1]


def test_the_same_content_makes_no_new_version(world: World) -> None:
    with transaction() as session:
        publish(session, BPMN, TABLES, world.user(session, "liucheng"))
    assert _versions() == [1]


def test_running_cases_stay_on_their_version(world: World) -> None:
    old = world.submitted()
    renamed = BPMN.replace("受理审查".encode(), "材料审查".encode())
    with transaction() as session:
        publish(session, renamed, TABLES, world.user(session, "liucheng"))
    new = world.submitted()
    for case_id in (old, new):
        world.complete(case_id, "acceptance", answers("acceptance"))
    with reading() as session:
        used = session.execute(
            select(ProcessDefinition.version)
            .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
            .order_by(ProcessInstance.case_id)
        )
        assert list(used.scalars()) == [1, 2]
        check_all(session)
